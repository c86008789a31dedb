"""docs/functions.md is what the registry gives, and says what is true."""

import re
from pathlib import Path

import pytest

from xlhedge.cli.calc import argument_of
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.reference import entry_text, markdown
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.vocabulary import ARGUMENTS

PAGE = Path(__file__).parent.parent / "docs" / "functions.md"


@pytest.fixture(scope="module")
def sections():
    """The page's entries by function."""
    found = re.split(r"^### (\w+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_the_page_is_what_the_registry_gives():
    assert PAGE.read_text("utf-8") == markdown(), "run `make docs`"


def test_every_function_is_there_in_order_and_in_the_contents(sections):
    assert list(sections) == [entry.name for entry in FUNCTIONS]
    linked = re.findall(r"^- \[(\w+)\]\(#(\w+)\)", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert linked == [(entry.name, entry.name.lower()) for entry in FUNCTIONS]


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_an_entry_has_all_its_parts(sections, entry):
    text = sections[entry.name]
    for heading in ("Equation", "Arguments", "Errors", "Question", "In a cell", "Source:"):
        assert f"**{heading}**" in text
    assert f"```text\n{entry.syntax}\n```\n\n{entry.summary}" in text
    assert ">>> import xlhedge\n" in text
    terminal = entry_text(entry)
    for parameter in entry.parameters:
        quantity = parameter.quantity
        if parameter.name in ARGUMENTS[1:]:
            continue
        said = f": {quantity.help} It {quantity.allowed}."
        assert re.search(rf"- `{parameter.name}( …)?`{re.escape(said)}", text)
        assert said in terminal
    for rule, _ in entry.rules:
        assert f"{rule.kind.code} for {rule.arguments[-1]}: {rule.message}." in text
        assert rule.message in terminal


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_what_is_typed_in_a_cell_gives_what_is_said(sections, entry):
    call, said = re.search(r"```text\n=(.*)\n```\n\ngives `(.*)`", sections[entry.name]).groups()
    name, arguments = re.fullmatch(r"(\w+)\((.*)\)", call).groups()
    assert f"={call}  gives {said}" in entry_text(entry)
    typed = [argument_of(text.strip('"')) for text in re.split(r", (?![^{]*})", arguments)]
    given = evaluate(function(name), typed)
    if isinstance(given, list):
        pairs = [cell.split(" = ") for cell in said.split(", ")]
        assert [column for column, _ in pairs] == list(entry.columns)
        assert [float(value) for _, value in pairs] == pytest.approx(given, rel=1e-12, abs=1e-9)
    elif isinstance(given, float):
        assert float(said) == pytest.approx(given, rel=1e-12)
    else:
        assert said == (str(given).upper() if isinstance(given, bool) else given)


def test_defaults_are_said():
    said = entry_text(function("SCENARIO_PNL"))
    assert "interval_hours: Hours between two funding settlements (8, 4, 2 or 1). " in said
    assert "It must be above 0. Left out: 8." in said
    assert "inf" not in said.replace("infinity", "")
    assert "nan" not in said
    assert 'Left out: "linear".' in entry_text(function("SHORT_PNL"))
    assert "Left out: FALSE." in entry_text(function("UNWIND_SIGNAL"))
    assert "It must be above 0. Left out: 8." in entry_text(function("FUNDING_BREACH"))
