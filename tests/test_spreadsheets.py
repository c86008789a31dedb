"""ExcelJS, SheetJS, pandas and Gnumeric open what we write, and find in it what is there."""

import re
import zipfile
from html import unescape

import pandas as pd
import pytest
from books import report, saved, template
from every_file import all_kinds
from openpyxl.utils.cell import coordinate_to_tuple
from spreadsheets import gnumeric, opened
from stored import poisoned, stored, values_of

from xlhedge.files import zipped

PROGRAMS = ("exceljs", "sheetjs")


def inside(path):
    """The sheets and the number of notes of a workbook, as its parts have them."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    sheets = re.findall('<sheet [^>]*name="([^"]*)"', parts["xl/workbook.xml"])
    comments = (part for name, part in parts.items() if name.startswith("xl/comments"))
    notes = sum(part.count("<comment ") for part in comments)
    return {"sheets": [*map(unescape, sheets)], "notes": notes}


@pytest.mark.long
@pytest.mark.usefixtures("spreadsheets")
def test_every_kind_of_file_is_opened(tmp_path):
    files = all_kinds(tmp_path)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(files["full-hedge.xlsx"]) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    broken.write_bytes(zipped(parts | {"xl/workbook.xml": parts["xl/workbook.xml"][:100]}))
    jobs = [(program, path, None) for path in (*files.values(), broken) for program in PROGRAMS]
    *answers, last, _ = opened(jobs)
    assert "error" in last
    for (program, path, _), answer in zip(jobs, answers, strict=False):
        assert {key: answer[key] for key in ("sheets", "notes")} == inside(path), (program, path)


@pytest.mark.usefixtures("spreadsheets")
def test_a_report_is_read_as_it_is_stored_by_programs_that_compute_nothing(tmp_path):
    """All its results are poisoned: whoever computed would not show the poison."""
    path = poisoned(saved(report("treasury"), tmp_path / "report.xlsx"), tmp_path / "poisoned.xlsx")
    results = {f"{title}!{cell}" for title, cell in stored(path)}
    expected = {
        f"{title}!{cell}": float(value)
        for title, cells in values_of(path).items()
        for cell, value in cells.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert len(results & expected.keys()) > 1_000
    for answer in opened([(program, path, None) for program in PROGRAMS]):
        got = {name: answer["numbers"].get(name) for name in expected}
        assert got == pytest.approx(expected, rel=1e-12)
    frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    for name, value in expected.items():
        title, cell = name.split("!")
        row, column = coordinate_to_tuple(cell)
        assert frames[title].iloc[row - 1, column - 1] == pytest.approx(value, rel=1e-12), name
    again = values_of(gnumeric(path, tmp_path / "gnumeric.xlsx"))
    for name, value in expected.items():
        title, cell = name.split("!")
        assert again[title][cell] == pytest.approx(value, rel=1e-9), name


def test_an_archive_is_the_same_wherever_it_is_made(monkeypatch):
    here = template()
    template.cache_clear()
    monkeypatch.setattr("sys.platform", "win32")  # what zipfile asks, to name the system
    assert template() == here
    template.cache_clear()
