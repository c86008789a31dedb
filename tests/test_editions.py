"""The edition for any Excel 365, the bare names, and the checklist's workbook; in real engines.

Nothing here was run in Excel.
"""

import subprocess
import sys

import pytest
from books import COMMITTED, PORTFOLIOS, ROOT, same_parts, saved, template
from house import script
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials
from structure import faults

from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.lambdas import LAMBDAS, LONGEST_COMMENT, lambda_text, names
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.sheets.input_cells import NOTHING_TYPED

EDITION = ROOT / "templates" / "xlhedge-template-365.xlsx"
CHECKLIST = ROOT / "workbooks" / "excel-checklist.xlsx"


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_ironcalc_computes_the_samples_in_this_edition(name, ironcalc, tmp_path):
    path = saved(template(name, "365"), tmp_path / f"{name}.xlsx")
    expected = with_serials(stored(path))
    assert len(expected) > 8_000
    assert differences(ironcalc.values(poisoned(path, tmp_path / "p.xlsx")), expected) == []


def test_without_the_names_nothing_is_computed(ironcalc, tmp_path):
    path = saved(template(TEMPLATE), tmp_path / "built.xlsx")
    assert not {*load_workbook(path).defined_names} - {NOTHING_TYPED}
    values = ironcalc.values(poisoned(path, tmp_path / "p.xlsx"))
    assert values["Hedge"]["D10"] == "#NAME?"


def test_the_editions_hold_the_same_formulas(tmp_path):
    """But for the list of functions, where one has no LAMBDA, and what Start says of itself."""
    addin, other = (
        load_workbook(saved(template(TEMPLATE, edition), tmp_path / f"{edition}.xlsx"))
        for edition in ("addin", "365")
    )
    assert addin.sheetnames == other.sheetnames
    for title in addin.sheetnames:
        if title not in ("Start", "Functions"):
            for row, twin in zip(addin[title].iter_rows(), other[title].iter_rows(), strict=True):
                for cell, its in zip(row, twin, strict=True):
                    left, right = (getattr(x.value, "text", x.value) for x in (cell, its))
                    assert left == right, (title, cell.coordinate)


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_writes_a_workbook_with_just_the_names(ironcalc, tmp_path):
    path = tmp_path / "functions.xlsx"
    done = command("lambda", "-o", path)
    assert (done.returncode, done.stdout) == (0, f"wrote {path}\n"), done.stderr
    assert faults(path) == []
    book = load_workbook(path)
    assert [name for name, _, _ in names()] == list(book.defined_names)
    assert all(name.comment for name in book.defined_names.values())
    assert max(len(name.comment) for name in book.defined_names.values()) <= LONGEST_COMMENT
    sheet = book.active
    sheet["A1"] = "=NET_DELTA(1,60000,45000)"
    sheet["A2"] = "=SPOT_NOTIONAL(1,-5)"
    book.save(path)
    assert ironcalc.values(path)["Sheet1"] == {"A1": 15_000, "A2": "#NUM!"}
    again = command("lambda", "-o", path)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_the_listing_is_the_text_that_people_type(tmp_path):
    path = tmp_path / "names.txt"
    assert command("lambda", "-o", path).returncode == 0
    text = path.read_text("utf-8")
    assert text.count("Refers to: =LAMBDA(") == len(names()) > len(FUNCTIONS) - 1 == len(LAMBDAS)
    assert not [prefix for prefix in ("_xlfn", "_xlpm", "_xlop", "_xlws") if prefix in text]
    one = command("lambda", "net_delta").stdout
    assert "=LAMBDA(spot_qty,spot_price,short_notional_,[beta],LET(" in one
    assert command("lambda", "-o", tmp_path / "names.pdf").returncode == 2
    assert "no function is called" in command("lambda", "NOPE").stderr


def test_the_listing_and_the_files_differ_in_prefixes_only():
    for entry in LAMBDAS:
        assert lambda_text(entry).count("_xlop.") == sum(not p.required for p in entry.parameters)


def test_the_checklist_s_workbook(libreoffice, plain_libreoffice, tmp_path):
    script("checklist.py").checklist_book().save(tmp_path / "built.xlsx")
    same_parts(CHECKLIST, tmp_path / "built.xlsx")
    assert faults(CHECKLIST) == []
    computed = libreoffice.values(CHECKLIST)["Checklist"]
    verdicts = [value for cell, value in computed.items() if cell[0] == "D" and cell != "D6"]
    assert len(verdicts) > len(FUNCTIONS)
    assert {*verdicts} == {"ok"}
    assert computed["B4"] == 0
    unknown = plain_libreoffice.values(CHECKLIST)["Checklist"]
    # LibreOffice passes on an error among the arguments, even of a function that it does not know.
    right = [unknown[f"A{cell[1:]}"] for cell, value in unknown.items() if value == "ok"]
    assert right == ["=SPOT_NOTIONAL(1/0,5)"]


def test_the_checklist_names_files_that_there_are():
    text = (ROOT / "docs" / "excel-checklist.md").read_text("utf-8")
    for file in (CHECKLIST, EDITION, ROOT / "templates" / "xlhedge-template.xlsx"):
        assert f"{file.parent.name}/{file.name}" in text
    assert text.count("\n| ") - 2 <= 12
    assert set(COMMITTED) >= {"templates/xlhedge-template.xlsx"}
