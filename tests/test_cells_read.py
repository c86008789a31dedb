"""Nothing is misread: each cell holds what other readers see in it, or its file is refused."""

import datetime as dt
import io
import re
import zipfile

import hostile
import odd_cells
import openpyxl
import pandas as pd
import portfolios
import pytest
import xlsxwriter
from books import COMMITTED, ROOT
from python_calamine import CalamineWorkbook

from xlhedge.errors import HedgeError
from xlhedge.portfolio import PortfolioError
from xlhedge.readers import DEFAULT, Content, read, read_content
from xlhedge.readers.archive import Archive
from xlhedge.readers.workbook_parts import Package
from xlhedge.serials import serial


def read_bytes(content):
    return read_content(Content("book.xlsx", content))


def wrong(content):
    """What is wrong with a workbook, as lines."""
    with pytest.raises(PortfolioError) as caught:
        read_bytes(content)
    return [str(problem) for problem in caught.value.problems]


def plain(value):
    """A value as all readers can give it: numbers for dates, nothing for an empty text."""
    if isinstance(value, dt.date):
        return round(serial(value), 8)
    if isinstance(value, float) and pd.isna(value):
        return None
    return None if value in ("", None) else value


def ours(content):
    """The cells that we read of each sheet with tables, but those that we refuse."""
    package = Package(Archive(content, DEFAULT))
    sheets = package.sheets()
    for sheet, scan in zip(sheets, package.scanned(sheets), strict=True):
        yield (
            sheet.name,
            {
                (row, column): value if isinstance(value, HedgeError) else plain(value)
                for row, cells in enumerate(scan.rows, 1)
                for column, value in enumerate(cells, 1)
                if plain(value) is not None
            },
        )


def others(content):
    """The cells that openpyxl and calamine read of a sheet, by its name."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = {}
    for sheet in book.worksheets:
        first = {(c.row, c.column): plain(c.value) for row in sheet.iter_rows() for c in row}
        rows = calamine.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        second = {
            (row, column): plain(value)
            for row, cells in enumerate(rows, 1)
            for column, value in enumerate(cells, 1)
        }
        found[sheet.title] = tuple(
            {place: value for place, value in cells.items() if value is not None}
            for cells in (first, second)
        )
    return found


def assert_nothing_misread(content):
    """Each cell is what both others read; where one has nothing we have nothing, or refuse it."""
    expected = others(content)
    compared = 0
    for name, cells in ours(content):
        for reader in expected[name]:
            for place in cells.keys() | reader.keys():
                value = cells.get(place)
                if not isinstance(value, HedgeError):
                    assert value == reader.get(place), (name, place)
                    compared += 1
    return compared


def written_by_xlsxwriter(path):
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    sheets = {}
    for name, table in portfolios.SAMPLE.items():
        sheet = sheets[name] = book.add_worksheet(name)
        headers, rows = portfolios.grid(name, table)
        columns = [{"header": header} for header in headers]
        sheet.add_table(
            0, 0, len(rows), len(headers) - 1, {"name": name, "data": rows, "columns": columns}
        )
    odd, beside = sheets["Shorts"], hostile.BESIDE
    odd.write_rich_string(f"{beside}1", "BTC ", bold, "& more", " <3>")
    odd.write_string(f"{beside}2", "a_x0041_b")
    odd.write_boolean(f"{beside}3", True)
    odd.write_datetime(f"{beside}4", dt.datetime(2026, 3, 27, 8))
    odd.write_array_formula(f"{beside}5:{beside}7", "{=A1:A3}", None, 7)
    odd.write_string(f"{beside}8", "  spaces\tand\nlines ")
    book.close()


@pytest.mark.parametrize("cell", odd_cells.READ.values(), ids=odd_cells.READ)
def test_a_value_is_read_whole_however_it_is_written(cell):
    assert read_bytes(odd_cells.with_cell(cell)).shorts[0].contracts == 60_000


@pytest.mark.parametrize(("cell", "line"), odd_cells.REFUSED.values(), ids=odd_cells.REFUSED)
def test_what_is_no_value_for_certain_is_refused(cell, line):
    assert wrong(odd_cells.with_cell(cell)) == [line]


def test_cells_are_where_they_say_whatever_their_order():
    """A, C, B, D: the last is as far from the first as if each stood beside the one before."""
    swapped = hostile.book({hostile.SHORTS: _swapped})
    assert read_bytes(swapped).shorts == read_bytes(hostile.book()).shorts


def _swapped(part):
    second, third = (re.search(rb'<c r="%s2".*?</c>' % name, part)[0] for name in (b"B", b"C"))
    turned = part.replace(second + third, third + second)
    assert turned != part
    return turned


@pytest.mark.parametrize(("text", "shown"), odd_cells.TEXTS.values(), ids=odd_cells.TEXTS)
def test_a_text_is_read_as_it_shows(text, shown):
    inline = odd_cells.with_cell(f'<c r="B2" t="inlineStr">{text}</c>')
    shared = odd_cells.with_cell('<c r="B2" t="s"><v>0</v></c>')
    strings = text.replace("<is>", "<si>").replace("</is>", "</si>")
    shared = hostile.with_part(
        "sharedStrings",
        "xl/sharedStrings.xml",
        f'<sst xmlns="{hostile.MAIN}">{strings}</sst>'.encode(),
        {
            hostile.SHORTS: lambda part: part.replace(
                odd_cells.CONTRACTS, b'<c r="B2" t="s"><v>0</v></c>'
            )
        },
    )
    line = f'Shorts!B2 contracts: "{shown}" is not a number; it must be a number, such as 0.5'
    assert wrong(inline) == wrong(shared) == [line]


ROW = '<row r="{}"><c r="A{}" t="inlineStr"><is><t>BTC-PERP</t></is></c>{}</row>'


def with_rows(change):
    return hostile.book({hostile.SHORTS: change})


def test_rows_are_where_they_say_or_behind_each_other():
    more = '<c r="{0}{1}"><v>{2}</v></c>'
    row = ROW.format(5, 5, more.format("B", 5, 3) + more.format("C", 5, 60_000))
    first = with_rows(lambda part: part.replace(b"<sheetData>", b"<sheetData>" + row.encode()))
    unplaced = re.sub(r' r="[A-Z]*5"', "", row)
    last = with_rows(hostile.rows(unplaced))
    turned = re.sub(r"(<c r=.A5.*?</c>)(.*)</row>", r"\2\1</row>", row)
    for content in (first, last, with_rows(hostile.rows(turned))):
        assert [short.contracts for short in read_bytes(content).shorts] == [0.5, 9_000, 3]


@pytest.mark.parametrize("look", ['s="0"', 't="n"', 't="str"'])
@pytest.mark.parametrize("last", ["13", " 13 ", "13x", "-", "1_3", "nan"])
def test_numbers_below_each_other_are_read_as_each_alone(look, last):
    """Of a column at once if all are plain; a text that is a number is one, too."""
    cells = '<c r="B{0}" {1}><v>{2}</v></c><c r="C{0}"><v>60000</v></c>'
    forms = ["8", "9", "+10.", "1.1e+1", "012", last]
    rows = [ROW.format(n, n, cells.format(n, look, form)) for n, form in enumerate(forms, 4)]
    content = with_rows(hostile.rows(*rows))
    if last.strip() == "13":
        found = [short.contracts for short in read_bytes(content).shorts]
        assert found == [0.5, 9_000, 8, 9, 10, 11, 12, 13]
    else:
        (line,) = wrong(content)
        assert line.startswith(f"Shorts!B9 contracts: {'' if 'str' in look else 'its cell holds '}")
        assert f'"{last}"' in line


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            hostile.rows(ROW.format(3, 3, "")),
            f"Shorts!A3: it has the row twice, or it cannot be there; {odd_cells.AGAIN}",
        ),
        (
            hostile.rows("</sheetData><sheetData>"),
            f"Shorts: it holds its cells twice; {odd_cells.AGAIN}",
        ),
        (
            lambda part: part.replace(hostile.MAIN.encode(), b"urn:other"),
            hostile.DAMAGED,
        ),
        (hostile.rows("<row r='9'><c r='A9'><v>&none;</v></c></row>"), hostile.DAMAGED),
        (lambda part: part.replace(b"</worksheet>", b"<a>"), hostile.DAMAGED),
    ],
)  # fmt: skip
def test_rows_that_are_not_certain_are_refused(change, line):
    assert wrong(with_rows(change)) == [line]


STALE = b'fullCalcOnLoad="1"'


def with_formula(cell, *, stale=False):
    calculate = lambda part: part.replace(b'fullCalcOnLoad="0"', STALE) if stale else part  # noqa: E731
    change = lambda part: part.replace(odd_cells.CONTRACTS, cell.encode())  # noqa: E731
    return hostile.book({"xl/workbook.xml": calculate, hostile.SHORTS: change})


CALCULATE = "open the file in a spreadsheet, let it calculate, and save it"
OUT_OF_DATE = f"a formula's stored value is out of date, as the file itself says; {CALCULATE}"


def test_values_that_the_file_calls_stale_are_one_line():
    formula = '<c r="B2"><f>1+1</f><v>0.5</v></c>'
    assert read_bytes(with_formula(formula)).shorts[0].contracts == 0.5
    assert wrong(with_formula(formula, stale=True)) == [f"Shorts!B2: {OUT_OF_DATE}"]
    assert read_bytes(with_formula(odd_cells.CONTRACTS.decode(), stale=True)).shorts
    block = '<c r="B2"><f t="array" ref="B2:B3">D2:D3</f><v>0.5</v></c>'
    assert wrong(with_formula(block, stale=True)) == [f"Shorts!B2, Shorts!B3: {OUT_OF_DATE}"]
    quoted = block.replace('"', "'")
    assert wrong(with_formula(quoted, stale=True)) == [f"Shorts!B2, Shorts!B3: {OUT_OF_DATE}"]


def test_only_the_first_cells_of_a_cause_are_named():
    rows = "".join(
        ROW.format(n, n, f'<c r="B{n}"><f>1</f></c><c r="C{n}"><v>1</v></c>') for n in range(9, 29)
    )
    places = ", ".join(f"Shorts!B{n}" for n in range(9, 14))
    line = f"{places} and 15 more: a formula has no stored value; {CALCULATE}"
    assert wrong(with_rows(hostile.rows(rows))) == [line]


AS_OF = f"{portfolios.letter_of('Settings', 'value')}6"
"""Where the first setting that is a date stands in the sample's workbook."""


@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_dates_are_counted_as_the_workbook_says(style):
    """2026-03-27 is day 46108 of a workbook, and day 44646 of one that counts from 1904."""
    opened = f'<c r="B5"{style}><v>{{}}</v></c>'
    for days, begins in ((46_108, "0"), (44_646, "1")):
        tables = portfolios.sample()
        book = portfolios.book_of(tables)
        stream = io.BytesIO()
        book.save(stream)
        content = replaced(
            stream.getvalue(),
            {
                "xl/workbook.xml": (rb"<workbookPr ", f'<workbookPr date1904="{begins}" '.encode()),
                "xl/worksheets/sheet1.xml": (
                    rf'<c r="{AS_OF}".*?</c>'.encode(),
                    opened.replace("B5", AS_OF).format(days).encode(),
                ),
            },
        )
        assert read_bytes(content).settings.as_of == dt.datetime(2026, 3, 27)


@pytest.mark.parametrize(
    ("shows", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ("[$-409]d. mmm", True),
        ("[h]:mm", True),
        ("[Red]h:mm;@", True),
        ('0.00 "days held"', False),
        ("[$USD] 0.00", False),
        ("[Magenta]0.00;[Red]-0.00", False),
        (r"0\d", False),
        ("#,##0_d", False),
        ("0.00E+00", False),
        ("General", False),
    ],
)
def test_what_is_shown_as_a_date_is_no_number(shows, is_date):
    book = portfolios.book_of(portfolios.SAMPLE)
    book["Shorts"]["B2"].number_format = shows
    stream = io.BytesIO()
    book.save(stream)
    if is_date:
        (line,) = wrong(stream.getvalue())
        assert line.startswith("Shorts!B2 contracts: 1899-12-30 12:00:00 is not a number")
    else:
        assert read_bytes(stream.getvalue()).shorts[0].contracts == 0.5


def replaced(content, changes):
    """A file with patterns replaced in its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name, (old, new) in changes.items():
        assert re.search(old, parts[name]), parts[name]
        parts[name] = re.sub(old, new, parts[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return stream.getvalue()


SUMS = "Shorts!A4: it adds up the rows above it, so it is no row of the table; delete it"


@pytest.mark.parametrize(
    ("formula", "is_sum"),
    [
        ("SUM(B2:B3)", True),
        ("=sum($B$2:$B$3)", True),
        ("SUBTOTAL(109,Shorts[contracts])", True),
        ("SUM(Shorts[contracts])", True),
        ("B2+B3", True),
        ("AVERAGE(B2,B3)", True),
        ("SUM(Mine!B2:B3)", False),
        ("SUM(Mine[contracts])", False),
        ("SUM(B40:B50)", False),
        (f"SUM({hostile.BESIDE}2:{hostile.BESIDE}3)", False),
        ("B3*2", False),
        ("1+1", False),
    ],
)
def test_a_row_that_adds_up_those_above_it_is_no_row(formula, is_sum):
    cells = f'<c r="B4"><f>{formula}</f><v>7</v></c><c r="C4"><v>60000</v></c>'
    content = with_rows(hostile.rows(ROW.format(4, 4, cells)))
    if is_sum:
        assert wrong(content) == [SUMS]
    else:
        assert [short.contracts for short in read_bytes(content).shorts] == [0.5, 9_000, 7]


@pytest.mark.parametrize("name", ["Total", "SUM", "Summe:", "grand total"])
def test_a_row_called_total_is_no_holding(tmp_path, name):
    tables = portfolios.sample()
    tables["Holdings"].append({"asset": name, "quantity": 3, "spot_price": 1})
    with pytest.raises(PortfolioError) as caught:
        read(portfolios.write_json(tmp_path / "plain.json", tables))
    line = f'Holdings[3] asset: "{name}" is a total, not a holding; '
    assert str(caught.value) == f"{line}delete the row, or give it another name"
    tables["Holdings"].append({"asset": "ETH", "quantity": 3, "spot_price": 1})
    assert len(read(portfolios.write_json(tmp_path / "plain.json", tables)).holdings) == 5


# The package


def same(content):
    return read_bytes(content).shorts == read_bytes(hostile.book()).shorts


def test_parts_are_found_by_their_relationships():
    moved = {
        "xl/workbook.xml": "book/mine.xml",
        "xl/_rels/workbook.xml.rels": "book/_rels/mine.xml.rels",
        hostile.SHORTS_TABLE: "elsewhere/t.xml",
    }
    changes = [
        (rb"(/?)xl/workbook.xml", rb"\1book/mine.xml"),
        (f"/{hostile.SHORTS_TABLE}".encode(), b"/elsewhere/t.xml"),
    ]
    assert same(odd_cells.renamed(moved, changes))
    relative = [(rb'"/xl/worksheets/sheet3.xml"', b'"worksheets/../worksheets/sheet3.xml"')]
    assert same(odd_cells.renamed({}, relative))
    assert same(
        odd_cells.renamed(
            {}, [(rb'"/xl/worksheets/sheet3.xml"', rb'"\\xl\\worksheets\\sheet3.xml"')]
        )
    )


def test_a_map_of_single_cells_is_no_table():
    related = "xl/worksheets/_rels/sheet3.xml.rels"
    single = (
        f'<singleXmlCells xmlns="{hostile.MAIN}"><singleXmlCell id="1" r="{hostile.BESIDE}4"/>'
        "</singleXmlCells>"
    )
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/tableSingleCells"
    reference = (
        b'<Relationship Id="q" Type="' + kind + b'" Target="../tables/tableSingleCells1.xml"/>'
    )
    assert same(
        hostile.book(
            {
                "xl/tables/tableSingleCells1.xml": single.encode(),
                related: lambda part: part.replace(
                    b"</Relationships>", reference + b"</Relationships>"
                ),
            }
        )
    )


def test_case_and_backslashes_of_part_names_do_not_count():
    upper = {name: name.upper() for name in hostile.parts() if name.startswith("xl/")}
    assert same(odd_cells.renamed(upper))
    assert same(odd_cells.renamed({name: name.replace("/", "\\") for name in hostile.parts()}))
    line = "two of its parts have one name; save it again in a spreadsheet"
    assert wrong(hostile.book({"XL/Worksheets/Sheet3.xml": b""})) == [line]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-8-sig", "utf-8"),
        ("latin-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
        ("ascii", "us-ascii"),
    ],
)
def test_parts_in_other_encodings_are_read(encoding, declared):
    assert same(odd_cells.recoded(encoding, declared))
    name = odd_cells.with_cell('<c r="B2" t="inlineStr"><is><t>x</t></is></c>')
    assert wrong(name) == [
        'Shorts!B2 contracts: "x" is not a number; it must be a number, such as 0.5'
    ]


def test_letters_of_another_encoding_are_those_that_show():
    change = lambda part: (  # noqa: E731
        b'<?xml version="1.0" encoding="windows-1252"?>'
        + part.replace(odd_cells.CONTRACTS, b'<c r="B2" t="inlineStr"><is><t>\x80</t></is></c>')
    )
    line = 'Shorts!B2 contracts: "\N{EURO SIGN}" is not a number; it must be a number, such as 0.5'
    assert wrong(with_rows(change)) == [line]


def test_an_encoding_that_nobody_knows_is_named():
    content = odd_cells.recoded("utf-8", "EBCDIC-XY", [hostile.SHORTS])
    line = f'{hostile.SHORTS}: it is written in "EBCDIC-XY"; save it again in a spreadsheet'
    assert wrong(content) == [line]


# Against other readers


@pytest.mark.parametrize("file", COMMITTED)
def test_the_files_in_the_repository(file):
    assert assert_nothing_misread((ROOT / file).read_bytes()) > 100


def test_a_file_of_openpyxl_s():
    assert assert_nothing_misread(hostile.book()) > 100


def test_a_file_of_xlsxwriter_s(tmp_path):
    written_by_xlsxwriter(tmp_path / "book.xlsx")
    content = (tmp_path / "book.xlsx").read_bytes()
    stale = read_bytes(content)  # no table holds a formula
    assert [short.contracts for short in stale.shorts] == [0.5, 9_000]
    calculated = replaced(content, {"xl/workbook.xml": (b' fullCalcOnLoad="1"', b"")})
    assert assert_nothing_misread(calculated) > 100


@pytest.mark.parametrize("file", ["templates/xlhedge-template.xlsx", "workbooks/treasury.xlsx"])
def test_a_file_saved_by_libreoffice(plain_libreoffice, file):
    content = plain_libreoffice.recalculate(ROOT / file).read_bytes()
    assert assert_nothing_misread(content) > 100
