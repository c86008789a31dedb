"""ExcelJS and SheetJS open every kind of file that we write, and find in it what is there."""

import re
import zipfile
from html import unescape

import pytest
from books import template
from every_file import all_kinds
from spreadsheets import opened

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
        assert answer == inside(path), (program, path)


def test_an_archive_is_the_same_wherever_it_is_made(monkeypatch):
    here = template()
    template.cache_clear()
    monkeypatch.setattr("sys.platform", "win32")  # what zipfile asks, to name the system
    assert template() == here
    template.cache_clear()
