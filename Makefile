# `make demo` runs the main job, `make test` runs the checks, `make test-all` the
# long ones as well; all install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-long test-all windows numbers templates docs version pictures bench mutate fuzz audit clean

demo: $(VENV)/.installed
	$(BIN)/xlhedge demo -o reports

test: $(VENV)/.installed-dev
	.ci/libreoffice
	.ci/spreadsheets
	.ci/validator
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist worksteal -m "not long"

test-long: $(VENV)/.installed-dev
	.ci/libreoffice
	.ci/spreadsheets
	$(BIN)/pytest tests -n auto --dist worksteal -m long

test-all: test test-long

windows: $(VENV)/.installed-dev
	.ci/windows

numbers: $(VENV)/.installed-dev
	.ci/libreoffice
	XLHEDGE_NUMBERS=40 $(BIN)/pytest tests/test_numbers.py tests/test_numbers_engines.py

templates: $(VENV)/.installed
	$(BIN)/python .ci/templates.py

docs: $(VENV)/.installed
	$(BIN)/python .ci/reference.py

version: $(VENV)/.installed
	$(BIN)/python .ci/version.py

pictures: $(VENV)/.installed-dev
	.ci/libreoffice
	$(BIN)/python .ci/pictures.py

bench: $(VENV)/.installed-bench
	.ci/libreoffice
	$(BIN)/python benchmarks/run.py

audit: $(VENV)/.installed
	.ci/audit $(BIN)/python

mutate: $(VENV)/.installed-dev
	$(BIN)/python .ci/mutate.py

fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python .ci/fuzz.py --seconds 60

clean:
	rm -rf $(VENV) .spreadsheets .validator .windows reports dist build .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	.ci/venv $(PYTHON) $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	touch $@
