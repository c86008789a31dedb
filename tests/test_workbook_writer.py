"""The row writer: what openpyxl, calamine, pandas, LibreOffice and IronCalc read is what we put."""

# ruff: noqa: S314 - the XML is our own
from __future__ import annotations

import csv
import io
import math
import os
import posixpath
import re
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import ironcalc
import numpy as np
import openpyxl
import pandas as pd
import pytest
import python_calamine
from engines import TIMEOUT
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.formula import ArrayFormula

from xlhedge.errors import CellError, HedgeError
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.drawings import ChartForm
from xlhedge.xlsx.layout import Allowed
from xlhedge.xlsx.row_form import RowForm, RowText
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Styles

CREATED = datetime(2026, 1, 2, 3, 4, 5)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

LOOKS: dict[str, dict[str, Any]] = {
    "money": {"number_format": "#,##0.00;[Red]-#,##0.00"},
    "date": {"number_format": "yyyy-mm-dd hh:mm:ss"},
    "head": {"ink": "FFFFFFFF", "size": 14, "bold": True, "paper": "FF1F4E79"}
    | {"line": "FF000000", "align": "center", "wrap": True},
    "input": {"paper": "FFFFF2CC"},
}
OPENPYXLS: dict[str, dict[str, Any]] = {
    "money": LOOKS["money"],
    "date": LOOKS["date"],
    "head": {
        "font": Font(name="Calibri", size=14, bold=True, color="FFFFFFFF"),
        "fill": PatternFill("solid", fgColor="FF1F4E79"),
        "border": Border(bottom=Side("thin", color="FF000000")),
        "alignment": Alignment(horizontal="center", wrap_text=True),
    },
    "input": {"fill": PatternFill("solid", fgColor="FFFFF2CC")},
}
"""The same looks as openpyxl has them."""


@dataclass(frozen=True)
class Case:
    """A cell, and what a reader of stored values must find in it."""

    value: object
    look: str = "plain"
    formula: str | None = None


CASES = [
    Case(0),
    Case(-7),
    Case(2.5, "money"),
    Case(-3e-9),
    Case(1e300),
    Case(0.1 + 0.2),
    Case(12_345_678_901_234),
    Case(True),
    Case(False, "input"),
    Case("plain text", "head"),
    Case("=1+1", "input"),
    Case("+1"),
    Case("-x"),
    Case("@home"),
    Case("#N/A"),
    Case("  padded  "),
    Case("two\nlines", "head"),
    Case("carriage\r\nreturn"),
    Case("tab\tin"),
    Case("ünïcode 漢字 🎉"),
    Case("<b>&\"'</b> ]]>"),
    Case(date(2026, 3, 27), "date"),
    Case(datetime(2026, 3, 27, 16, 30, 15), "date"),
    Case(None, "head"),
    Case(None),
    Case(CellError.NA),
    Case(CellError.DIV0, "money"),
    Case(99.5, "money", "1+1"),
    Case("text <&>", "plain", '"a"&"<&>"'),
    Case(" padded result ", "plain", '" a "'),
    Case("", "plain", 'IF(A1="","","x")'),
    Case(True, "plain", "1<2"),
    Case(CellError.NUM, "head", "SQRT(-1)"),
    Case(46108.0, "date", "TODAY()"),
]

ARRAY = [[1.5, 2.0], ["three", True], [CellError.NA, -6]]


def new_book() -> Book:
    looks = Styles()
    for name, parts in LOOKS.items():
        looks.add(name, **parts)
    looks.mark("below", ink="FFC00000")
    return Book(looks, title="A report", created=CREATED)


def mixed_book() -> Book:
    """One column of every kind of cell, and an array formula beside it."""
    book = new_book()
    sheet = book.sheet("Mixed")
    for row, case in enumerate(CASES, 1):
        sheet.put(row, 1, case.value, case.look, case.formula)
    sheet.array(2, 3, ARRAY, "A2:B4*2", "money")
    return book


def plain_workbook() -> openpyxl.Workbook:
    """The same as openpyxl itself would write it, which is without formulas' values."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Mixed"
    for row, case in enumerate(CASES, 1):
        cell = sheet.cell(row, 1)
        value = case.value.code if isinstance(case.value, CellError) else case.value
        cell.value = value if case.formula is None else f"={case.formula}"
        if case.formula is None and isinstance(case.value, str):
            cell.data_type = "s"  # or the text that starts with "=" would be a formula
        for attribute, part in OPENPYXLS.get(case.look, {}).items():
            setattr(cell, attribute, part)
    sheet["C2"] = ArrayFormula("C2:D4", "=A2:B4*2")
    for row in sheet["C2:D4"]:
        for cell in row:
            cell.number_format = LOOKS["money"]["number_format"]
    return workbook


def loaded(content: bytes, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def parts(content: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def as_openpyxl_reads(value: object) -> object:
    """Its conventions: errors and dates as below, and no text of no characters."""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return None if value == "" else value


# --- what readers see ----------------------------------------------------------------------------


def test_openpyxl_reads_every_stored_value_exactly() -> None:
    sheet = loaded(mixed_book().to_bytes(), values=True)["Mixed"]
    for row, case in enumerate(CASES, 1):
        read = sheet.cell(row, 1).value
        expected = as_openpyxl_reads(case.value)
        if case.formula is not None and case.look == "date":
            expected = datetime(2026, 3, 27)
            assert expected == datetime(1899, 12, 30) + timedelta(days=46108)
        assert read == expected, case
        assert isinstance(read, bool) == isinstance(expected, bool), case
    block = [[cell.value for cell in line] for line in sheet["C2:D4"]]
    assert block == [[as_openpyxl_reads(value) for value in line] for line in ARRAY]


def test_formulas_values_and_looks_are_those_of_plain_openpyxl() -> None:
    stream = io.BytesIO()
    plain_workbook().save(stream)
    ours = loaded(mixed_book().to_bytes())["Mixed"]
    theirs = loaded(stream.getvalue())["Mixed"]
    for row, case in enumerate(CASES, 1):
        one, other = ours.cell(row, 1), theirs.cell(row, 1)
        assert one.data_type == other.data_type, case
        if isinstance(case.value, float) and case.formula is None:  # openpyxl keeps 16 digits
            assert math.isclose(one.value, other.value, rel_tol=1e-15), case
        elif case.value != "carriage\r\nreturn":  # openpyxl loses the carriage return
            assert one.value == other.value, case
        for part in ("number_format", "font", "fill", "border", "alignment", "protection"):
            assert repr(getattr(one, part)) == repr(getattr(other, part)), (case, part)
    assert (ours["C2"].value.ref, ours["C2"].value.text) == ("C2:D4", "=A2:B4*2")
    assert (theirs["C2"].value.ref, theirs["C2"].value.text) == ("C2:D4", "=A2:B4*2")
    members = [cell.value for line in ours["C2:D4"] for cell in line][1:]
    assert members == [2.0, "three", True, "#N/A", -6]
    assert {cell.number_format for line in ours["C2:D4"] for cell in line} == {
        LOOKS["money"]["number_format"]
    }


def as_calamine_reads(case: Case) -> object:
    """Its conventions: blanks and errors are empty text, midnight is a date."""
    if case.value is None or isinstance(case.value, CellError):
        return ""
    return date(2026, 3, 27) if case.formula == "TODAY()" else case.value


def test_calamine_reads_every_stored_value() -> None:
    stream = io.BytesIO(mixed_book().to_bytes())
    rows = python_calamine.load_workbook(stream).get_sheet_by_name("Mixed").to_python()
    assert [line[0] for line in rows] == [as_calamine_reads(case) for case in CASES]
    assert [line[2:4] for line in rows[1:4]] == [[1.5, 2.0], ["three", True], ["", -6.0]]


@pytest.mark.parametrize("engine", ["openpyxl", "calamine"])
def test_pandas_reads_formulas_by_their_stored_values(engine: str) -> None:
    book = new_book()
    sheet = book.sheet("Frame")
    sheet.table("Frame", 1, 1, ["asset", "notional"], 2)
    for row, (asset, notional) in enumerate([("BTC", 1234.5), ("ETH", -0.125)], 2):
        sheet.put(row, 1, asset)
        sheet.put(row, 2, notional, "money", "1+1")
    frame = pd.read_excel(io.BytesIO(book.to_bytes()), engine=engine)
    assert frame.to_dict("list") == {"asset": ["BTC", "ETH"], "notional": [1234.5, -0.125]}


def test_numpy_and_pandas_scalars_are_stored_as_what_they_are() -> None:
    book = new_book()
    sheet = book.sheet("NumPy")
    scalars = [np.float64(1.5), np.float32(0.25), np.int64(7), np.bool_(True), np.str_("=x")]
    for row, scalar in enumerate(scalars, 1):
        sheet.put(row, 1, scalar)
    sheet.put(6, 1, pd.Timestamp("2026-01-02 06:00"), "date")
    sheet.array(1, 2, np.array([[1.25, 2.5]]), "A1:B1")
    read = loaded(book.to_bytes(), values=True)["NumPy"]
    expected = [1.5, 0.25, 7, True, "=x", datetime(2026, 1, 2, 6)]
    assert [cell.value for cell in read["A"]] == expected
    assert read["A4"].data_type == "b"
    assert [cell.value for cell in read[1]][1:] == [1.25, 2.5]


def test_minus_zero_is_zero() -> None:
    book = new_book()
    book.sheet("Zero").put(1, 1, -0.0)
    value = loaded(book.to_bytes())["Zero"]["A1"].value
    assert math.copysign(1, value) == 1


def test_text_that_looks_escaped_is_read_as_it_was_given() -> None:
    book = new_book()
    sheet = book.sheet("Escapes")
    sheet.put(1, 1, "_x0041_ and _x00e9_")
    stream = io.BytesIO(book.to_bytes())
    read = python_calamine.load_workbook(stream).get_sheet_by_name("Escapes").to_python()
    assert read == [["_x0041_ and _x00e9_"]]


def test_empty_text_is_a_blank_cell_with_its_look() -> None:
    book = new_book()
    book.sheet("Blank").put(1, 1, "", "head")
    xml = parts(book.to_bytes())["xl/worksheets/sheet1.xml"]
    assert re.search(r'<c r="A1" s="\d+"/>', xml)


# --- LibreOffice and IronCalc --------------------------------------------------------------------


@pytest.fixture(scope="session")
def soffice() -> str:
    found = shutil.which("soffice")
    if found is None and os.environ.get("CI"):
        pytest.fail("CI has no LibreOffice")
    if found is None:
        pytest.skip("LibreOffice is not installed")
    return found


def shown_by_libreoffice(soffice: str, content: bytes, folder: Path) -> list[list[str]]:
    """Open a workbook in LibreOffice and return its first sheet as it is displayed."""
    (folder / "book.xlsx").write_bytes(content)
    profile = (folder / "profile").as_uri()
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true"
    command = [soffice, "--headless", f"-env:UserInstallation={profile}", "--convert-to", as_csv]
    arguments = ["--outdir", str(folder), str(folder / "book.xlsx")]
    subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=TIMEOUT)
    with (folder / "book.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_libreoffice_opens_the_file_and_shows_the_stored_values(
    soffice: str, tmp_path: Path
) -> None:
    book = new_book()
    sheet = book.sheet("Shown")
    sheet.put(1, 1, 99, formula="1+1")  # a wrong value, so that only the stored one gives 99
    sheet.put(1, 2, "stored", formula='"computed"')
    sheet.put(2, 1, "=1+1")
    sheet.put(2, 2, " padded ")
    sheet.put(3, 1, datetime(2026, 3, 27, 16, 30), "date")
    sheet.put(3, 2, 1234.5, "money")
    sheet.put(4, 1, "_x0041_")
    sheet.put(4, 2, True)
    sheet.array(5, 1, [[2, 4]], "{1,2}*2")
    shown = shown_by_libreoffice(soffice, book.to_bytes(), tmp_path)
    assert shown == [
        ["99", "stored"],
        ["=1+1", " padded "],
        ["2026-03-27 16:30:00", "1,234.50"],
        ["_x0041_", "TRUE"],
        ["2", "4"],
    ]


def test_ironcalc_opens_a_workbook_with_a_note_and_a_table_and_computes(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    full_book().save(path)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    assert model.get_cell_value(0, 4, 2) == 30.0  # SUM(Holdings[quantity])


# --- the design survives -------------------------------------------------------------------------


def full_book() -> Book:
    """A workbook with every part we use: tables, chart, note, link, rules, names, print set-up."""
    book = new_book()
    first = book.sheet("Summary")
    second = book.sheet("It's more")
    first.table("Holdings", 1, 1, ["asset", "quantity"], 2, table_style="TableStyleLight1")
    for row, asset in enumerate(["BTC", "ETH"], 2):
        first.put(row, 1, asset)
        first.put(row, 2, 10.0 * (row - 1), "money")
    first.put(4, 2, 30.0, "money", "SUM(Holdings[quantity])")
    first.put(6, 1, "Details", "head")
    first.link(6, 1, "It's more")
    second.put(1, 1, "Title over three columns", "head")
    second.merge(1, 1, 3)
    second.table("Empty", 3, 2, ["a"], 0)
    first.view("A2", 100)
    first.widen(1, 31)
    first.height(1, 40)
    first.height(9, 7.5)
    first.prints(rows="1:1")
    first.note(2, 2, "Where this comes from", 200, 50)
    first.mark("B2:B3", "B2<0", "below")
    limit = Allowed("Above 0", "", "", type="decimal", operator="greaterThan", formula1="0")
    first.allow("B2:B3", limit)
    chart, cells = LineChart(), openpyxl.Workbook().create_sheet("Summary")
    chart.add_data(Reference(cells, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    first.chart(ChartForm.of(chart).fill(), "D2")
    book.define("TOTAL", "Summary!$B$4")
    return book


def test_what_a_sheet_says_beside_its_cells_is_there() -> None:
    content = full_book().to_bytes()
    workbook = loaded(content)
    first, second = workbook.worksheets
    assert first.freeze_panes == "A2"
    assert first.column_dimensions["A"].width == 31
    assert first.row_dimensions[1].height == 40
    assert first.row_dimensions[9].height == 7.5  # a row without cells
    assert first.print_title_rows == "$1:$1"
    assert first["B2"].comment.text == "Where this comes from"
    assert [str(range_.sqref) for range_ in first.conditional_formatting] == ["B2:B3"]
    [rules] = [range_.rules for range_ in first.conditional_formatting]
    assert rules[0].dxf.font.color.rgb == "FFC00000"
    assert str(first.data_validations.dataValidation[0].sqref) == "B2:B3"
    assert [str(merged) for merged in second.merged_cells.ranges] == ["A1:C1"]
    assert workbook.defined_names["TOTAL"].attr_text == "Summary!$B$4"
    assert "xl/charts/chart1.xml" in parts(content)


def test_links_lead_to_their_targets_and_keep_their_own_text() -> None:
    sheet = loaded(full_book().to_bytes())["Summary"]
    assert sheet["A6"].value == "Details"
    assert sheet["A6"].hyperlink.location == "'It''s more'!A1"


def test_extent_covers_exactly_the_cells() -> None:
    book = new_book()
    sheet = book.sheet("Extent")
    empty = book.sheet("Empty")
    sheet.put(7, 3, 1)
    sheet.put(2, 28, 1)
    assert (sheet.extent, empty.extent) == ("C2:AB7", "A1:A1")
    assert '<dimension ref="C2:AB7"' in parts(book.to_bytes())["xl/worksheets/sheet1.xml"]


def test_rows_and_cells_are_in_order_whatever_the_order_of_put() -> None:
    def content(places: list[tuple[int, int]]) -> bytes:
        book = new_book()
        sheet = book.sheet("Order")
        for row, col in places:
            sheet.put(row, col, row * 100 + col)
        return book.to_bytes()

    places = [(row, col) for row in (1, 2, 11, 100) for col in (1, 3, 27)]
    assert content(places[::-1]) == content(places)
    xml = parts(content(places[::-1]))["xl/worksheets/sheet1.xml"]
    assert re.findall(r'<row r="(\d+)"', xml) == ["1", "2", "11", "100"]
    assert re.findall(r'<c r="([A-Z]+)1"', xml) == ["A", "C", "AA"]


# --- many cells at once --------------------------------------------------------------------------


def bulk(write: Any) -> str:
    book = new_book()
    write(book.sheet("Bulk"))
    return parts(book.to_bytes())["xl/worksheets/sheet1.xml"]


def test_a_line_and_a_column_are_the_cells_that_put_writes() -> None:
    formulas = [f'IF(A{{row}}="5 %s",A{{row-1}},{n})' if case.formula else None
                for n, case in enumerate(CASES)]  # fmt: skip
    formulas.append(None)
    form = RowForm(3, [text and RowText(text) for text in formulas])
    cases = [*CASES, Case(-0.0)]
    values, looks = [case.value for case in cases], [case.look for case in cases]
    floats = [1.5, -0.0, 7, "text", None, date(2026, 1, 2)]
    plain = [2.5, -0.0, 1e300, 0.1]

    def at_once(sheet: Sheet) -> None:
        sheet.put(10, 1, "before")
        for row in (9, 10, 1_000):
            sheet.line(row, form, values, looks)
        sheet.down(3, 2, floats, "money")
        sheet.down(3, 1, floats[:3], "money", RowText("B{row}*B{row+1}"))
        sheet.down(9, 2, plain, "plain", RowText('A{row}&"5 %s"&B{row+1}'))
        sheet.line(10, RowForm(60, [None]), [plain[0]], ["money"])
        sheet.put(10, 59, "between")

    def one_by_one(sheet: Sheet) -> None:
        for row in (9, 10, 1_000):
            for col, case in enumerate(cases, 3):
                text = formulas[col - 3]
                own = text and text.replace("{row}", str(row)).replace("{row-1}", str(row - 1))
                sheet.put(row, col, case.value, case.look, own)
        sheet.put(10, 1, "before")
        for row, value in enumerate(floats, 3):
            sheet.put(row, 2, value, "money")
        for row in (3, 4, 5):
            sheet.put(row, 1, floats[row - 3], "money", f"B{row}*B{row + 1}")
        for row, value in enumerate(plain, 9):
            sheet.put(row, 2, value, "plain", f'A{row}&"5 %s"&B{row + 1}')
        sheet.put(10, 60, plain[0], "money")
        sheet.put(10, 59, "between")

    assert bulk(at_once) == bulk(one_by_one)


def test_an_array_formula_in_a_line_is_one_of_its_cell() -> None:
    form = RowForm(1, [RowText("B{row}"), RowText("SUM({row}:{row})")], (1,))
    once = bulk(lambda sheet: sheet.line(4, form, (1.0, 2.0), ("money", "plain")))

    def one_by_one(sheet: Sheet) -> None:
        sheet.put(4, 1, 1.0, "money", "B4")
        sheet.array(4, 2, [[2.0]], "SUM(4:4)")

    assert once == bulk(one_by_one)


@pytest.mark.parametrize(
    ("values", "looks", "told"),
    [
        ((1.0, math.nan, 1.0), ["plain"] * 3, "Bulk!C4: NaN"),
        ((1.0, 2.0, None), ["plain"] * 3, "Bulk!D4: a formula needs its value"),
        ((1.0, 2.0, 3.0), ["plain", "plain", "unknown"], 'Bulk!D4: there is no look "unknown"'),
    ],
)
def test_what_a_line_refuses_is_told_with_its_cell(
    values: Any, looks: list[str], told: str
) -> None:
    sheet = new_book().sheet("Bulk")
    with pytest.raises(ValueError, match=re.escape(told)):
        sheet.line(4, RowForm(2, [None, None, RowText("A{row}")]), values, looks)


def test_what_a_column_refuses_is_told_with_its_cell() -> None:
    sheet = new_book().sheet("Bulk")
    with pytest.raises(ValueError, match="Bulk!B6: NaN"):
        sheet.down(4, 2, [1.0, 2.0, math.inf, 3.0])
    with pytest.raises(ValueError, match='Bulk!C4: there is no look "unknown"'):
        sheet.down(4, 3, [1.0, 2.0], "unknown")


def test_a_line_takes_no_cell_that_is_taken_and_its_cells_are_taken() -> None:
    sheet = new_book().sheet("Bulk")
    sheet.put(2, 3, 1.0)
    form = RowForm(2, [None, None, None])
    with pytest.raises(ValueError, match="Bulk!C2: the cell has been written already"):
        sheet.line(2, form, (1.0, 2.0, 3.0), ["plain"] * 3)
    sheet.line(3, form, (1.0, 2.0, 3.0), ["plain"] * 3)
    with pytest.raises(ValueError, match="Bulk!D3: the cell has been written already"):
        sheet.put(3, 4, 1.0)
    sheet.put(3, 1, 1.0)
    with pytest.raises(ValueError, match="Bulk!C3: the cell has been written already"):
        sheet.put(3, 3, 1.0)
    with pytest.raises(ValueError, match="Bulk!D3: the cell has been written already"):
        sheet.down(1, 4, [1.0] * 3)
    assert sheet.extent == "A1:D3"


def test_a_formula_may_be_too_long_in_a_far_row_alone() -> None:
    text = RowText("+".join(["A{row}"] * 2_000))  # 8 characters with a number of 6 digits
    sheet = new_book().sheet("Bulk")
    sheet.line(9, RowForm(2, [text]), [1.0], ["plain"])
    with pytest.raises(ValueError, match="Bulk!B100000: the formula has 15,999 characters"):
        sheet.line(100_000, RowForm(2, [text]), [1.0], ["plain"])


# --- tables --------------------------------------------------------------------------------------

HEADERS = ["asset", " padded", 'a "b" & <c>', "two\nlines", "_x0041_", "ünï", "=1"]


def unescaped(text: str) -> str:
    """Read a text of the file as Excel does."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)


def test_table_headers_equal_their_header_cells() -> None:
    book = new_book()
    sheet = book.sheet("Table")
    sheet.table("Odd", 3, 2, HEADERS, 2, header_style="head", table_style="TableStyleLight9")
    content = parts(book.to_bytes())
    table = ET.fromstring(content["xl/tables/table1.xml"])
    columns = table.findall(f"{MAIN}tableColumns/{MAIN}tableColumn")
    cells = ET.fromstring(content["xl/worksheets/sheet1.xml"]).iter(f"{MAIN}t")
    assert [unescaped(column.attrib["name"]) for column in columns] == HEADERS
    assert [unescaped(cell.text or "") for cell in cells] == HEADERS
    assert [column.attrib["id"] for column in columns] == list("1234567")
    assert table.attrib["ref"] == table.find(f"{MAIN}autoFilter").attrib["ref"] == "B3:H5"
    assert table.find(f"{MAIN}tableStyleInfo").attrib["name"] == "TableStyleLight9"


def test_tables_are_found_by_their_readers(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    full_book().save(path)
    table = python_calamine.load_workbook(path, load_tables=True).get_table_by_name("Holdings")
    assert table.columns == ["asset", "quantity"]
    assert table.to_python() == [["BTC", 10.0], ["ETH", 20.0]]
    assert openpyxl.load_workbook(path)["Summary"].tables["Holdings"].ref == "A1:B3"


def test_an_empty_table_keeps_one_blank_row() -> None:
    read = loaded(full_book().to_bytes())["It's more"]
    assert read.tables["Empty"].ref == "B3:B4"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (["a", "A"], "T!A1: two headers of Data are the same"),
        (["a", ""], "T!B1: a header has 1–255"),
        (["a" * 256], "T!A1: a header has 1–255"),
    ],
)
def test_headers_that_excel_would_repair_are_refused(headers: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        new_book().sheet("T").table("Data", 1, 1, headers, 1)


def test_two_tables_of_one_name_are_refused() -> None:
    book = new_book()
    book.sheet("One").table("Data", 1, 1, ["a"], 1)
    with pytest.raises(ValueError, match="already exists"):
        book.sheet("Two").table("DATA", 1, 1, ["a"], 1)


# --- what cannot stand in a cell -----------------------------------------------------------------

REFUSED: list[tuple[object, str]] = [
    (math.nan, "NaN and infinity"),
    (math.inf, "NaN and infinity"),
    (-math.inf, "NaN and infinity"),
    (np.float64("nan"), "NaN and infinity"),
    (np.float32("inf"), "NaN and infinity"),
    (10**400, "NaN and infinity"),
    ("bell\a", r"U\+0007"),
    ("null\0", r"U\+0000"),
    ("lone \ud800 surrogate", r"U\+D800"),
    ("\uffff", r"U\+FFFF"),
    ("x" * 32_768, "32,768 characters"),
    ("🎉" * 16_384, "32,768 characters"),
    (date(1900, 2, 28), "March 1900"),
    (pd.NaT, "NaT"),
    (datetime(2026, 1, 1, tzinfo=UTC), "time zone"),
    (pd.Timestamp("2026-01-01", tz="UTC"), "time zone"),
    (np.datetime64("2026-01-01"), "cannot hold a datetime64"),
    (pd.NA, "cannot hold a NAType"),
    (b"bytes", "cannot hold a bytes"),
    ([1, 2], "cannot hold a list"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[str(m) for _, m in REFUSED])
@pytest.mark.parametrize("formula", [None, "1+1"])
def test_a_value_no_cell_can_hold_is_refused_with_its_place(
    value: object, message: str, formula: str | None
) -> None:
    sheet = new_book().sheet("Bad one")
    with pytest.raises(ValueError, match=f"^Bad one!C7: .*{message}"):
        sheet.put(7, 3, value, "date", formula)
    assert sheet.extent == "A1:A1"  # what was refused is not there, nor is its row
    with pytest.raises(ValueError, match=f"^Bad one!C7: .*{message}"):
        sheet.array(7, 2, [[1, value]], "A1:B1")


@pytest.mark.parametrize("text", ["x" * 32_767, "🎉" * 16_383, "\ue000\ufffd"])
def test_the_longest_and_oddest_texts_that_a_cell_holds_are_kept(text: str) -> None:
    book = new_book()
    book.sheet("Long").put(1, 1, text)
    assert loaded(book.to_bytes())["Long"]["A1"].value == text


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("=1+1", 'without its "="'),
        ("", 'without its "="'),
        ("1" * 8_193, "8,193 characters"),
        ('"\0"', r"U\+0000"),
    ],
)
def test_a_formula_that_excel_would_not_take_is_refused(formula: str, message: str) -> None:
    sheet = new_book().sheet("Formulas")
    with pytest.raises(ValueError, match=f"^Formulas!A1: .*{message}"):
        sheet.put(1, 1, 1, formula=formula)
    with pytest.raises(ValueError, match=f"^Formulas!A1: .*{message}"):
        sheet.array(1, 1, [[1]], formula)


def test_a_formula_needs_its_value() -> None:
    sheet = new_book().sheet("Values")
    with pytest.raises(ValueError, match=r"^Values!B1: a formula needs its value"):
        sheet.put(1, 2, None, formula="A1")
    with pytest.raises(ValueError, match=r"^Values!B1: a formula needs its value"):
        sheet.array(1, 1, [[1, None]], "A1:B1")


def test_a_refused_cell_is_not_written() -> None:
    sheet = new_book().sheet("Again")
    with pytest.raises(ValueError, match="NaN"):
        sheet.put(1, 1, math.nan)
    sheet.put(1, 1, 5)
    assert list(sheet.rows()) == ['<row r="1"><c r="A1"><v>5</v></c></row>']


@pytest.mark.parametrize("place", [(0, 1), (1, 0), (1, 16_385), (-1, -1)])
def test_a_place_outside_the_sheet_is_refused(place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"Far!row {place[0]}, column {place[1]}: a sheet has"):
        new_book().sheet("Far").put(*place, 1)


def test_more_rows_than_a_sheet_has_are_refused_with_what_to_do() -> None:
    with pytest.raises(HedgeError, match=r"^Far would have more than the 1,048,576 rows"):
        new_book().sheet("Far").put(1_048_577, 1, 1)


def test_a_cell_is_written_once() -> None:
    sheet = new_book().sheet("Twice")
    sheet.put(2, 2, 1)
    with pytest.raises(ValueError, match=r"^Twice!B2: the cell has been written already"):
        sheet.array(1, 1, [[1, 2], [3, 4]], "A1:B2")


@pytest.mark.parametrize("values", [[], [[]], [[1], [2, 3]]])
def test_an_array_is_a_full_rectangle(values: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"^Block!B3: an array formula needs a full rectangle"):
        new_book().sheet("Block").array(3, 2, values, "A1")


def test_an_unknown_look_and_a_second_look_of_one_name_are_refused() -> None:
    book = new_book()
    with pytest.raises(ValueError, match=r'^Looks!A1: there is no look "monye"'):
        book.sheet("Looks").put(1, 1, 1, "monye")
    looks = Styles()
    looks.add("money")
    with pytest.raises(ValueError, match='there is a look "money" already'):
        looks.add("money")


@pytest.mark.parametrize("title", ["", "x" * 32, "'quoted'", "a/b", "FIRST"])
def test_a_sheet_title_that_excel_would_not_take_is_refused(title: str) -> None:
    book = new_book()
    book.sheet("First")
    with pytest.raises(ValueError, match=r"title|sheet"):
        book.sheet(title)
    assert book.titles == ["First"]


def test_a_look_registered_after_the_first_cells_is_kept_apart() -> None:
    looks = Styles()
    looks.add("money", **LOOKS["money"])
    book = Book(looks, title="Late", created=CREATED)
    sheet = book.sheet("Late")
    sheet.put(1, 1, 1, "money")
    assert book.to_bytes()
    looks.add("late", ink="FF000000", italic=True)
    sheet.put(1, 2, 1, "late")
    read = loaded(book.to_bytes())["Late"]
    assert [cell.font.italic for cell in read[1]] == [False, True]
    assert [cell.number_format for cell in read[1]] == [LOOKS["money"]["number_format"], "General"]


# --- the package ---------------------------------------------------------------------------------


def test_every_part_has_a_content_type() -> None:
    content = parts(full_book().to_bytes())
    types = ET.fromstring(content.pop("[Content_Types].xml"))
    overrides = {node.attrib["PartName"] for node in types if "PartName" in node.attrib}
    extensions = {node.attrib["Extension"] for node in types if "Extension" in node.attrib}
    for name in content:
        # A part that is only "some XML" is one that Excel does not know.
        known = extensions - {"xml"}
        assert f"/{name}" in overrides or name.rpartition(".")[2] in known, name
    assert {name.removeprefix("/") for name in overrides} <= content.keys()


def test_every_relationship_is_relative_and_leads_to_a_part() -> None:
    content = parts(full_book().to_bytes())
    reached = set()
    for name in [name for name in content if name.endswith(".rels")]:
        folder = posixpath.dirname(posixpath.dirname(name))
        for node in ET.fromstring(content[name]):
            target = node.attrib["Target"]
            assert "TargetMode" not in node.attrib, "nothing leads out of the file"
            assert not target.startswith("/"), name
            reached.add(posixpath.normpath(posixpath.join(folder, target)))
    assert reached <= content.keys()
    unreached = {name for name in content.keys() - reached if not name.endswith(".rels")}
    assert unreached == {"[Content_Types].xml"}


def test_style_ids_exist() -> None:
    content = parts(mixed_book().to_bytes())
    styles = ET.fromstring(content["xl/styles.xml"])
    n_styles = len(styles.findall(f"{MAIN}cellXfs/{MAIN}xf"))
    sheet = ET.fromstring(content["xl/worksheets/sheet1.xml"])
    used = {int(cell.attrib.get("s", 0)) for cell in sheet.iter(f"{MAIN}c")}
    assert len(used) == 1 + len(LOOKS)
    assert max(used) < n_styles


def test_stored_values_stay_visible() -> None:
    workbook = ET.fromstring(parts(mixed_book().to_bytes())["xl/workbook.xml"])
    calculation = workbook.find(f"{MAIN}calcPr").attrib
    assert calculation == {"calcId": "191029", "fullCalcOnLoad": "0"}


@pytest.mark.parametrize(
    "created", [CREATED, CREATED.replace(hour=5, tzinfo=timezone(timedelta(hours=2)))]
)
def test_the_documents_dates_are_the_callers_in_utc(created: datetime) -> None:
    book = Book(Styles(), title="Dated <&>", created=created)
    book.sheet("One")
    properties = loaded(book.to_bytes()).properties
    assert (properties.created, properties.modified) == (CREATED, CREATED)
    assert (properties.title, properties.creator) == ("Dated <&>", "xlhedge")


def test_the_same_content_gives_the_same_bytes() -> None:
    content = full_book().to_bytes()
    assert full_book().to_bytes() == content
    with ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_saving_again_gives_the_same_bytes() -> None:
    book = full_book()
    assert book.to_bytes() == book.to_bytes()


def test_bytes_do_not_depend_on_the_process() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); import test_workbook_writer as t;"
        "print(hashlib.sha256(t.full_book().to_bytes()).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    seeds = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    run = [subprocess.run(command, env=env, capture_output=True, check=True) for env in seeds]
    assert run[0].stdout == run[1].stdout
    assert len(run[0].stdout.strip()) == 64


def test_nothing_is_warned_about() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded(full_book().to_bytes())


# --- saving whole or not at all ------------------------------------------------------------------


def test_save_writes_what_to_bytes_returns(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("an older report")
    full_book().save(path)
    assert path.read_bytes() == full_book().to_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_saved_file_can_be_read_by_whoever_may_read_a_new_file(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    full_book().save(tmp_path / "report.xlsx")
    assert (tmp_path / "report.xlsx").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = tmp_path / "report.xlsx"
    path.write_text("an older report")
    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(type(error)):
        full_book().save(path)
    assert path.read_text() == "an older report"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_book_that_cannot_be_built_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("an older report")
    book = full_book()
    book.sheet("Spoilt").chart(None, "A1")
    with pytest.raises(AttributeError):
        book.save(path)
    assert path.read_text() == "an older report"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.xlsx"]
