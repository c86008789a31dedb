"""What stands in the cells of an .xlsx file, read without openpyxl, and what a spreadsheet makes of
it: the values are poisoned, computed anew, and compared.
"""

from __future__ import annotations

import datetime as dt
import html
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import rows_from_range
from python_calamine import CalamineWorkbook

from xlhedge.serials import serial
from xlhedge.sheets.start import VOLATILE

Values = dict[str, dict[str, Any]]

_COMPUTED = re.compile(r'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="\w+")?>(<f.*?</f>|)<v>.*?</v>')
_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"[^>]*><f\b([^>]*)>')
_BLOCK = re.compile(r'(?=.*\bt="array").*\bref="([^"]*)"')
_ERROR = re.compile(r'<c r="([A-Z]+\d+)"[^>]*\bt="e"[^>]*>(?:<f\b[^>]*/>|<f\b.*?</f>)?<v>([^<]*)<')


def values_of(path: Path) -> Values:
    """The values that are stored in the cells of a file, by sheet and cell; blank ones are not."""
    book = CalamineWorkbook.from_path(path)
    found: Values = {}
    for name, text in sheets_of(path):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        letters = [get_column_letter(n) for n in range(1, len(rows[0]) + 1)] if rows else []
        found[name] = {
            f"{letter}{at}": _midnight(value)
            for at, row in enumerate(rows, 1)
            for letter, value in zip(letters, row, strict=True)
            if value != ""  # 0 and FALSE are values
        }
        found[name].update(_ERROR.findall(text))  # which calamine leaves out
    return found


def _midnight(value: Any) -> Any:
    """Midnights are times as others are."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value


def sheets_of(path: Path) -> Iterator[tuple[str, str]]:
    """The sheets of a file: title and XML."""
    with zipfile.ZipFile(path) as package:
        links = package.read("xl/_rels/workbook.xml.rels").decode()
        parts = {
            re.search(r'\bId="([^"]*)"', link)[1]: re.search(r'\bTarget="([^"]*)"', link)[1]
            for link in re.findall(r"<Relationship\b[^>]*>", links)
        }
        for sheet in re.findall(r"<sheet\b[^>]*>", package.read("xl/workbook.xml").decode()):
            part = parts[re.search(r'\br:id="([^"]*)"', sheet)[1]]
            name = html.unescape(re.search(r'\bname="([^"]*)"', sheet)[1])
            yield name, package.read(part[1:] if part[0] == "/" else f"xl/{part}").decode()


def stored(path: Path) -> dict[tuple[str, str], Any]:
    """The stored values of the cells that are computed, by sheet and cell."""
    values = values_of(path)
    found = {}
    for title, text in sheets_of(path):
        for cell, attributes in _FORMULA.findall(text):
            block = _BLOCK.match(attributes)
            inside = rows_from_range(block[1]) if block else [[cell]]
            found |= {(title, each): values[title].get(each) for row in inside for each in row}
    return found


def poisoned(source: Path, target: Path) -> Path:
    """A copy whose stored results are all 99, so that a right number can only be computed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = content.decode()
                content = _COMPUTED.sub(lambda m: f"{m[1]}>{m[2]}<v>99</v>" if m[2] else m[0], text)
            new.writestr(zipfile.ZipInfo(name), content)  # the same bytes whenever it is made
    return target


def as_saved_by_a_spreadsheet(source: Path, target: Path) -> Path:
    """A copy in which IronCalc finds openpyxl's notes, and blank cells that are no zeros."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            text = re.sub(r'(<c [^>]*?) t="n" ?/>', r"\1/>", text)
            text = re.sub(r'Target="/xl/(comments/|drawings/)', r'Target="../\1', text)
            new.writestr(name, text)
    return target


def with_serials(cells: Mapping[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """Dates as IronCalc has them."""
    return {
        place: serial(value) if isinstance(value, dt.datetime) else value
        for place, value in cells.items()
    }


def differences(
    computed: Values, expected: Mapping[tuple[str, str], Any]
) -> list[tuple[str, str, Any, Any]]:
    """Cells that a spreadsheet computed otherwise: text exactly, numbers 1e-9 or 1e-6 money."""
    wrong = []
    for (sheet, cell), want in expected.items():
        if (sheet, cell) in VOLATILE:  # the clock and the host decide: see test_start_sheet
            continue
        got = computed[sheet].get(cell)
        numbers = isinstance(got, int | float) and isinstance(want, int | float)
        if numbers and math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-6):
            continue
        if got != (None if want == "" else want):  # an empty text reads as nothing
            wrong.append((sheet, cell, want, got))
    return wrong
