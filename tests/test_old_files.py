"""Files of earlier versions are read as ever, and a template of one says how to renew it.

What stands in `old` is what xlhedge 0.2.0 and 0.3.0 wrote of the sample treasury, from the
repository's history; of the workbooks only the sheets that are typed into still have their cells.
"""

import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.cli import app
from xlhedge.readers import DEFAULT, read
from xlhedge.readers.archive import Archive
from xlhedge.readers.own import renewal
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

OLD = Path(__file__).parent / "old"
FILES = ("0.2.0.xlsx", "0.3.0.xlsx", "0.3.0.json", "0.3.0-csv")
SAID = (
    "its sheets compute by the rules of an older xlhedge, reports on it by today's; "
    "xlhedge template --from OLD.xlsx -o NEW.xlsx renews it"
)


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.mark.parametrize("name", FILES)
def test_old_files_are_the_portfolio_that_they_were(name):
    portfolio = read(OLD / name)
    assert portfolio == read(OLD / "0.3.0.json")
    tables = json.loads((OLD / "0.3.0.json").read_text())
    for table in ("Holdings", "Instruments", "Shorts", "Scenarios", "Tiers"):
        rows = portfolio.rows[table]
        assert len(rows) == len(tables[table]) > 0
        for row, typed in zip(rows, tables[table], strict=True):
            filled = {key: cell for key, cell in typed.items() if cell is not None}
            shown = {key: getattr(row, key) for key in filled}
            assert {k: v for k, v in shown.items() if not isinstance(v, datetime)} == {
                k: v for k, v in filled.items() if not isinstance(shown[k], datetime)
            }
    assert len(portfolio.history) == len(tables["History"])
    assert portfolio.warnings == ()


@pytest.mark.parametrize("name", FILES)
def test_old_templates_are_told_and_other_files_are_not(name, tmp_path):
    told = name.endswith(".xlsx")
    assert [str(note) for note in read(OLD / name).notes] == [SAID] * told
    checked = run("check", OLD / name)
    assert (checked.exit_code, f"{OLD / name}: note: {SAID}\n" in checked.stderr) == (0, told)
    reported = run("report", OLD / name, "-o", tmp_path, "-j", "1")
    assert (reported.exit_code, SAID in reported.stderr) == (0, told)


def test_a_renewed_template_has_all_that_was_typed_and_says_nothing(tmp_path):
    new = tmp_path / "new.xlsx"
    assert run("template", "--from", OLD / "0.2.0.xlsx", "-o", new).exit_code == 0
    renewed = read(new)
    assert renewed == read(OLD / "0.2.0.xlsx")
    assert renewed.notes == ()


def mentioned(content):
    return renewal(Archive(content, DEFAULT))


def test_it_is_told_after_a_spreadsheet_has_saved_it(plain_libreoffice, tmp_path):
    old = OLD / "0.3.0.xlsx"
    new = tmp_path / "new.xlsx"
    template_book(analyse(SAMPLES["full-hedge"])).save(new)
    for path, said in ((old, [SAID]), (new, [])):
        for saved in plain_libreoffice.saved_as(path, "xlsx", "ods"):
            assert [str(each) for each in mentioned(saved.read_bytes())] == said, saved


def test_what_is_no_template_is_never_told(tmp_path):
    report_book(analyse(SAMPLES["full-hedge"])).save(tmp_path / "report.xlsx")
    assert mentioned((tmp_path / "report.xlsx").read_bytes()) == []
    book = load_workbook(OLD / "0.3.0.xlsx")
    book.properties.title = "My own"
    book.save(tmp_path / "own.xlsx")
    assert mentioned((tmp_path / "own.xlsx").read_bytes()) == []
    with zipfile.ZipFile(OLD / "0.3.0.xlsx") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    bare = io.BytesIO()
    with zipfile.ZipFile(bare, "w") as new:
        for name, part in parts.items():
            new.writestr(name, re.sub(rb"<dc:title>.*</dc:title>", b"", part))
    assert mentioned(bare.getvalue()) == []
