"""Cells of closed workbooks: what is asked for changes, and nothing else does."""

import io
import zipfile
from datetime import datetime

import hostile
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from members import changed
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from xlhedge.errors import CellError, NotAWorkbook
from xlhedge.xlsx.patch import Like, patched

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
HALF_DAY = datetime(2026, 3, 2, 12)


def packed(parts, **how):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part, **how)
    return stream.getvalue()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bytes_of(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(rows, head="", before="", prefix=""):
    """A workbook whose only sheet holds this XML."""
    parts = parts_of(bytes_of(Workbook()))
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = (
        f'<{prefix}worksheet {name}="{hostile.MAIN}">{before}'
        f"<{prefix}sheetData{rows}</{prefix}worksheet>"
    )
    parts[SHEET] = f"{head}{text}".encode()
    return packed(parts)


def text_after(content, news, **how):
    """The XML of the sheet once patched; no other part differs, and openpyxl reads what was put."""
    new = patched(content, {SHEET: news}, **how)
    assert changed(content, new) == {SHEET}
    return parts_of(new)[SHEET].decode()


# How the XML of rows is written by programs, and what must come of it with A1 = 7.
WRITTEN = {
    "Excel": (
        '<row r="1" spans="1:2"><c r="A1" s="3"><v>1</v></c><c r="B1"/></row>',
        '<row r="1" spans="1:2"><c r="A1" s="3"><v>7.0</v></c><c r="B1"/></row>',
    ),
    "a shared text": (
        '<row r="1"><c r="A1" t="s" s="3"><v>0</v></c></row>',
        '<row r="1"><c r="A1" s="3"><v>7.0</v></c></row>',
    ),
    "single quotes, spaces": (
        "<row  r='1' ht = '9' ><c\n s='2' t='s'\tr='A1' ><v>0</v></c ></row >",
        "<row  r='1' ht = '9' ><c\n s='2'\tr='A1'><v>7.0</v></c></row >",
    ),
    "> in an attribute": (
        '<row r="1" x="a>b"><c r="A1" x=">"/></row>',
        '<row r="1" x="a>b"><c r="A1" x=">"><v>7.0</v></c></row>',
    ),
    "no numbers": (
        "<row><c><v>1</v></c><c/></row><row/>",
        "<row><c><v>7.0</v></c><c/></row><row/>",
    ),
    "no cells": (
        '<row r="1" ht="9"/>',
        '<row r="1" ht="9"><c r="A1"><v>7.0</v></c></row>',
    ),
    "another cell only": (
        '<row r="1" spans="2:3"><c r="B1"/></row>',
        '<row r="1"><c r="A1"><v>7.0</v></c><c r="B1"/></row>',
    ),
    "another row only": (
        '<row r="4"/>',
        '<row r="1"><c r="A1"><v>7.0</v></c></row><row r="4"/>',
    ),
    "nothing": ("", '<row r="1"><c r="A1"><v>7.0</v></c></row>'),
    "a formula": (
        '<row r="1"><c r="A1" t="str"><f>B1&amp;"&gt;"</f><v>a</v></c></row>',
        '<row r="1"><c r="A1"><f>B1&amp;"&gt;"</f><v>7.0</v></c></row>',
    ),
    "a shared formula": (
        '<row r="1"><c r="A1"><f t="shared" si="0"/><v>1</v></c></row>',
        '<row r="1"><c r="A1"><f t="shared" si="0"/><v>7.0</v></c></row>',
    ),
    "a linked data type": (
        '<row r="1"><c r="A1" t="e" vm="1"><v>#VALUE!</v></c></row>',
        '<row r="1"><c r="A1"><v>7.0</v></c></row>',
    ),
    "comments": (
        '<!-- <row r="1"> --><row r="1"><!-- <c r="A1"/> --><c r="A1"/></row>',
        '<!-- <row r="1"> --><row r="1"><!-- <c r="A1"/> --><c r="A1"><v>7.0</v></c></row>',
    ),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_number_in_a_cell(how):
    before, after = WRITTEN[how]
    new = text_after(sheet(f">{before}</sheetData>"), {"A1": 7.0})
    assert new.partition("<sheetData>")[2] == f"{after}</sheetData></worksheet>"


def test_a_number_in_a_sheet_without_rows():
    row = '<sheetData><row r="1"><c r="A1"><v>7.0</v></c></row></sheetData>'
    assert row in text_after(sheet("/>"), {"A1": 7.0})


def test_prefixes_are_those_of_the_sheet():
    content = sheet('><x:row r="2"><x:c r="B2"/></x:row></x:sheetData>', prefix="x:")
    new = text_after(content, {"A1": 7.0, "B2": "a"})
    assert new.endswith(
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>7.0</x:v></x:c></x:row><x:row r="2"><x:c r="B2"'
        ' t="inlineStr"><x:is><x:t xml:space="preserve">a</x:t></x:is></x:c></x:row></x:sheetData>'
        "</x:worksheet>"
    )


# Value, what the cell becomes, and what it becomes beside a formula.
VALUES = [
    (0.1, "><v>0.1</v></c>", "><f>1</f><v>0.1</v></c>"),
    (-0.0, "><v>0.0</v></c>", "><f>1</f><v>0.0</v></c>"),
    (True, ' t="b"><v>1</v></c>', ' t="b"><f>1</f><v>1</v></c>'),
    (HALF_DAY, "><v>46083.5</v></c>", "><f>1</f><v>46083.5</v></c>"),
    (None, "/>", ' t="str"><f>1</f><v></v></c>'),
    ("", "/>", ' t="str"><f>1</f><v></v></c>'),
    ("<&> a", ' t="inlineStr"><is><t xml:space="preserve">&lt;&amp;&gt; a</t></is></c>',
     ' t="str"><f>1</f><v>&lt;&amp;&gt; a</v></c>'),
    (CellError.NA, ' t="e"><v>#N/A</v></c>', ' t="e"><f>1</f><v>#N/A</v></c>'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "alone", "computed"), VALUES)
def test_each_kind_of_value(value, alone, computed):
    for inside, after in (("<v>9</v>", alone), ("<f>1</f><v>9</v>", computed)):
        content = sheet(f'><row r="1"><c r="A1" s="4">{inside}</c></row></sheetData>')
        assert f'<c r="A1" s="4"{after}</row>' in text_after(content, {"A1": value})


@pytest.mark.parametrize("value", [float("nan"), "a\x01", "x" * 40_000, 3 + 1j])
def test_what_cannot_stand_in_a_cell(value):
    with pytest.raises(ValueError, match="A1: "):
        patched(sheet("/>"), {SHEET: {"A1": value}})


def test_days_since_1904():
    parts = parts_of(sheet("/>"))
    parts[BOOK] = parts[BOOK].replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
    new = patched(packed(parts), {SHEET: {"A1": HALF_DAY}})
    assert load_workbook(io.BytesIO(new)).active["A1"].value == 46083.5 - 1_462
    assert b"<v>44621.5</v>" in parts_of(new)[SHEET]


@pytest.mark.parametrize(
    ("row", "cell", "look"),
    [
        ('<row r="1" s="3" customFormat="1"/>', 7, 's="3"'),
        ('<row r="1" s="3"/>', 7, 's="5"'),
        ("", 7, 's="5"'),
        ("", Like(7, "A9"), 's="8"'),
        ('<row r="1"><c r="B1"/></row>', Like(7, "A9"), 's="8"'),
        ('<row r="1"><c r="B1" s="2"/></row>', Like(7, "A9"), 's="2"'),
        ("", Like(7, "A12"), 's="5"'),
    ],
)
def test_a_new_cell_looks_like_its_surroundings(row, cell, look):
    rows = f'>{row}<row r="9"><c r="A9" s="8"/></row></sheetData>'
    content = sheet(rows, before='<cols><col min="2" max="3" style="5"/></cols>')
    assert f'<c r="B1" {look}><v>7</v></c>' in text_after(content, {"B1": cell})


@pytest.mark.parametrize(
    ("told", "new", "tells"),
    [
        ("A1", {"A1": 1}, "A1:B2"),
        ("A1:C3", {}, "A1:C3"),
        ("B2:C3", {"D9": 1}, "B2:D9"),
        ("B2:C3", {"A1": "x", "C3": 1}, "A1:C3"),
        ("B2:C3", {"D9": None}, "B2:C3"),
    ],
)
def test_the_dimension_stays_right(told, new, tells):
    content = sheet("/>", before=f'<dimension  ref="{told}" x="1"/>')
    assert f'ref="{tells}"' in text_after(content, {**new, "B2": 5})


@pytest.mark.parametrize(
    ("calc", "tells"),
    [
        ('<calcPr calcId="191029" />', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ('<calcPr fullCalcOnLoad="0" calcId="1"></calcPr>',
         '<calcPr calcId="1" fullCalcOnLoad="1"></calcPr>'),
        ('<calcPr fullCalcOnLoad="1"/>', '<calcPr fullCalcOnLoad="1"/>'),
        ("", '</sheets><calcPr fullCalcOnLoad="1"/></workbook>'),
    ],
)  # fmt: skip
def test_formulas_are_computed_when_the_file_opens(calc, tells):
    parts = parts_of(sheet("/>"))
    head, _, _ = parts[BOOK].decode().partition("<definedNames")
    parts[BOOK] = f"{head.partition('<calcPr')[0]}{calc}</workbook>".encode()
    new = patched(packed(parts), {SHEET: {"A1": 1}}, compute=True)
    assert tells in parts_of(new)[BOOK].decode()


def test_members_that_are_packed_in_other_ways():
    """Stored, or with sizes behind them, extra fields, comments, and folders beside them."""
    parts = parts_of(sheet("/>"))
    for how in ({"compress_type": zipfile.ZIP_STORED}, {"compresslevel": 1}):
        content = packed(parts, **how)
        assert changed(content, patched(content, {SHEET: {"A1": 1}})) == {SHEET}
    stream = io.BytesIO()
    with zipfile.ZipFile(Unseekable(stream), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"by hand"
        archive.writestr("empty/", b"")
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, (2020, 2, 3, 4, 5, 6))
            entry.extra, entry.comment = b"\x55\x54\x05\x00\x01abcd", b"a note"
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part)
    content = stream.getvalue()
    assert content[6] & 8, "the sizes stand behind"
    new = patched(content, {SHEET: {"A1": 1}})
    assert changed(content, new) == {SHEET}
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        assert archive.comment == b"by hand"
        assert archive.getinfo(SHEET).extra == b"\x55\x54\x05\x00\x01abcd"


class Unseekable(io.RawIOBase):
    """A stream that cannot go back, to which sizes are written behind each member."""

    def __init__(self, stream):
        self.stream = stream

    def writable(self):
        return True

    def write(self, piece):
        return self.stream.write(piece)


def huge(content):
    """With an entry whose place is told by ZIP64."""
    at = content.rindex(b"PK\x01\x02") + 42
    return content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :]


GOOD = sheet("/>")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"\xd0\xcf\x11\xe0", "encrypted"),
        (b"PK\x03\x04", "damaged"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (GOOD[:-30], "damaged"),
        (huge(GOOD), "ZIP64"),
        (b"#!" + GOOD, "archive"),
        (packed({"a": "b"}), "damaged"),
        (packed({**parts_of(GOOD), SHEET: b"<worksheet>"}), "damaged"),
        (packed({**parts_of(GOOD), SHEET: b"<a/>"}), "no sheet"),
        (packed({**parts_of(GOOD), "xl/WORKBOOK.xml": b""}), "one name"),
        (sheet('><row r="1"/><row r="1"/></sheetData>'), "twice"),
        (sheet('><row r="1"><c r="A1"/><c r="A1"/></row></sheetData>'), "twice"),
        (sheet('><row r="1"><c r="A2"/></row></sheetData>'), "twice"),
        (sheet("/>", head=hostile.LAUGHS), "document type"),
        (sheet("/>", head='<?xml version="1.0" encoding="latin1"?>'), "UTF-8"),
    ],
)
def test_what_is_refused(content, why):
    with pytest.raises(NotAWorkbook, match=why):
        patched(content, {SHEET: {"A1": 1}})


def test_a_locked_or_broken_member_is_refused():
    flagged = hostile.flagged(GOOD, 1)
    at = GOOD.index(b"sheetData") if b"sheetData" in GOOD else GOOD.index(SHEET.encode()) + 40
    broken = GOOD[:at] + bytes([GOOD[at] ^ 0xFF]) + GOOD[at + 1 :]
    for content in (flagged, broken):
        with pytest.raises(NotAWorkbook, match="damaged"):
            patched(content, {SHEET: {"A1": 1}})


CELLS = st.tuples(st.integers(1, 12), st.integers(1, 30)).map(
    lambda each: f"{get_column_letter(each[1])}{each[0]}"
)
KINDS = (
    st.none()
    | st.booleans()
    | st.floats(-1e12, 1e12)
    | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
        lambda t: t.replace(microsecond=0)
    )
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=9).filter(
        lambda text: not text.startswith("=") and "_x" not in text
    )
)
BOOKS = st.dictionaries(CELLS, KINDS | st.just("=1+1"), max_size=20)


@settings(deadline=None, max_examples=25)
@given(BOOKS, st.dictionaries(CELLS, KINDS, min_size=1, max_size=12))
def test_random_cells_of_random_books(old, new):
    book = Workbook()
    for cell, value in old.items():
        book.active[cell] = value
        book.active[cell].number_format = "0.000" if isinstance(value, float) else "General"
    content = bytes_of(book)
    after = patched(content, {SHEET: new})
    assert changed(content, after) <= {SHEET}
    (before, _), (values, texts) = map(opened, (content, after))
    for cell in {*old, *new}:
        is_number, is_formula = isinstance(old.get(cell), float), old.get(cell) == "=1+1"
        assert (texts[cell].value == "=1+1") == is_formula
        assert texts[cell].number_format == ("0.000" if is_number else "General")
        wanted = read_back(new[cell]) if cell in new else before[cell].value
        assert values[cell].value == wanted


def opened(content):
    """The sheet as openpyxl reads it: stored values, and formulas."""
    return [load_workbook(io.BytesIO(content), data_only=stored).active for stored in (True, False)]


def read_back(value):
    """What openpyxl reads of a value in a cell without a look of its own."""
    if isinstance(value, datetime):
        return pytest.approx((value - datetime(1899, 12, 30)).total_seconds() / 86_400)
    return None if value == "" else value
