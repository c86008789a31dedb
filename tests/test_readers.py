"""Readers: the same portfolio from every form of file, and every mistake with its place."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import hostile
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.table import Table
from portfolios import (
    SAMPLE,
    book_of,
    changed,
    end,
    letter_of,
    sample,
    write_csv,
    write_json,
    write_workbook,
    wrong,
)

from xlhedge.errors import PortfolioError
from xlhedge.portfolio import TABLES, Portfolio
from xlhedge.portfolio.values import as_number, number_in
from xlhedge.readers import Limits, read
from xlhedge.readers.content import file_bytes
from xlhedge.readers.sheet_xml import letters_of

PROC = Path("/proc/version")


@pytest.fixture
def patched(tmp_path):
    """The sample as a workbook, with parts of its file rewritten, as openpyxl cannot write them."""

    def patch(tables=SAMPLE, **parts):
        source = write_workbook(tmp_path / "source.xlsx", tables)
        target = tmp_path / "patched.xlsx"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                text = old.read(name)
                for part, (before, after) in parts.items():
                    if name.endswith(f"/{part}.xml"):
                        assert before in text, text
                        text = text.replace(before, after)
                new.writestr(name, text)
        return target

    return patch


LOOKED = (
    "no Excel table (Ctrl+T, then Table Design > Table Name) or sheet has such a name, and no row "
    "such headings"
)


# The same portfolio


def test_every_form_gives_the_same_portfolio(tmp_path):
    portfolio = read(write_json(tmp_path / "plain.json", SAMPLE))
    assert len(portfolio.holdings) == 3
    assert read(write_workbook(tmp_path / "book.xlsx", SAMPLE)) == portfolio
    assert read(write_workbook(tmp_path / "short.xlsx", SAMPLE, grown=False)) == portfolio
    assert read(write_csv(tmp_path / "commas", SAMPLE)) == portfolio
    assert read(write_csv(tmp_path / "semicolons", SAMPLE, ";", "utf-8-sig")) == portfolio
    assert Portfolio.from_frames(portfolio.to_frames()) == portfolio
    rows = [{"name": name, "value": value} for name, value in SAMPLE["Settings"].items()]
    assert read(write_json(tmp_path / "rows.json", sample(Settings=rows))) == portfolio


def test_a_portfolio_without_a_name_is_called_as_its_file(tmp_path):
    tables = sample()
    del tables["Settings"]["portfolio"]
    assert read(write_json(tmp_path / "desk.json", tables)).settings.portfolio == "desk"
    assert read(write_workbook(tmp_path / "fund.xlsx", tables)).settings.portfolio == "fund"
    assert read(write_csv(tmp_path / "folder", tables)).settings.portfolio == "folder"
    assert read(write_json(tmp_path / "a\tb.json", tables)).settings.portfolio == "Portfolio"


MISTAKES = sample()
MISTAKES["Settings"] |= {"hedge_ratio": "half", "horizon": 1}
MISTAKES["Holdings"][1] |= {"quantity": "ten"}
MISTAKES["Holdings"][2] |= {"asset": "BTC", "qantity": 1}
MISTAKES["Shorts"][1] |= {"contracts": None}
COLUMNS = {
    name: ", ".join(column.name for column in table.columns) for name, table in TABLES.items()
}
NAMES = ", ".join(TABLES)


def lines_at(horizon, ratio, header, quantity, asset, first, contracts):
    """What is wrong with MISTAKES, with the places where it is."""
    return [
        (
            f'{horizon}: "horizon" is no setting; did you mean "horizon_date"? allowed are '
            f"{COLUMNS['Settings']}"
        ),
        f'{ratio} hedge_ratio: "half" is not a number; it must be at least 0, such as 0.2 or 20%',
        (
            f'{header}: "qantity" is no column of Holdings; did you mean "quantity"? '
            f"allowed are {COLUMNS['Holdings']}"
        ),
        f'{quantity} quantity: "ten" is not a number; it must be a number, such as 0.5',
        f'{asset} asset: "BTC" is in {first} already; it must be there once',
        f"{contracts} contracts: is empty; it must be a number",
    ]


def test_every_mistake_of_a_workbook_has_its_cell(tmp_path):
    assert wrong(write_workbook(tmp_path / "book.xlsx", MISTAKES)) == lines_at(
        "Portfolio!U10",
        "Portfolio!V8",
        f"Portfolio!{end('Holdings', 1)}4",
        "Portfolio!B6",
        "Portfolio!A7",
        "Portfolio!A5",
        "Shorts!B3",
    )


def test_every_mistake_of_csv_files_has_its_line(tmp_path):
    assert wrong(write_csv(tmp_path / "folder", MISTAKES)) == lines_at(
        "Settings.csv:7",
        "Settings.csv:5",
        "Holdings.csv:1",
        "Holdings.csv:3",
        "Holdings.csv:4",
        "Holdings.csv:2",
        "Shorts.csv:3",
    )


def test_every_mistake_of_a_json_file_has_its_row(tmp_path):
    assert wrong(write_json(tmp_path / "plain.json", MISTAKES)) == lines_at(
        "Settings",
        "Settings",
        "Holdings[2]",
        "Holdings[1]",
        "Holdings[2]",
        "Holdings[0]",
        "Shorts[1]",
    )


def test_warnings_have_places_too(tmp_path):
    tables = changed("Holdings", 1, beta=9)
    assert [str(each) for each in read(write_workbook(tmp_path / "b.xlsx", tables)).warnings] == [
        (
            "Portfolio!F6 beta: 9 is unusual; mostly it is at least -5 and at most 5; a coin that "
            "moves as its underlying does has 1, one twice as far 2"
        )
    ]
    portfolio = read(write_csv(tmp_path / "folder", tables))
    assert [each.place for each in portfolio.warnings] == ["Holdings.csv:3"]
    assert portfolio.place("Settings", 0, "as_of") == "Settings.csv:3"


# Names of tables, columns and settings


@pytest.mark.parametrize("write", [write_csv, write_json, write_workbook])
def test_a_missing_table_and_one_of_a_like_name(tmp_path, write):
    tables = sample(Shorts=None)
    looked = f"{LOOKED}; " if write is write_workbook else ""
    assert wrong(
        write(tmp_path / {write_json: "a.json", write_csv: "a"}.get(write, "a.xlsx"), tables)
    ) == [f"Shorts: the table is missing; {looked}its columns are {COLUMNS['Shorts']}"]


def test_a_table_of_a_like_name_is_not_ignored(tmp_path, saved):
    tables = sample()
    tables["Tier"] = tables.pop("Tiers")
    line = f'"Tier" is no table of a portfolio; did you mean "Tiers"? allowed are {NAMES}'
    assert wrong(write_json(tmp_path / "plain.json", tables)) == [line]
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Tiers.csv").rename(folder / "Tier.csv")
    assert wrong(folder) == [line]
    book = book_of(SAMPLE)
    book["Instruments"].tables["Tiers"].displayName = "Tier"
    book["Instruments"][f"{letter_of('Tiers', 'floor')}1"] = (
        "from"  # where floor stands: by its headings it would be Tiers
    )
    assert wrong(saved(book)) == [line]


def test_tables_of_a_person_s_own_are_left_alone(tmp_path, saved):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "notes.csv").write_text("anything", "utf-8")
    (folder / "Holdings.csv.bak").write_text("anything", "utf-8")
    assert len(read(folder).holdings) == 3
    book = book_of(SAMPLE)
    sheet = book.create_sheet("Mine")
    sheet.append(["a", "b"])
    sheet.append([1, "=1/0"])
    sheet.add_table(Table(displayName="Holdings2", ref="A1:B2"))
    assert len(read(saved(book)).holdings) == 3


def test_case_spaces_and_order_of_names_do_not_matter(tmp_path):
    expected = read(write_json(tmp_path / "plain.json", SAMPLE))
    tables = {
        name.upper(): [
            {f" {key.title()} ": value for key, value in reversed(row.items())} for row in table
        ]
        if isinstance(table, list)
        else {f"{key.upper()} ": value for key, value in table.items()}
        for name, table in SAMPLE.items()
    }
    assert read(write_json(tmp_path / "loud.json", tables)) == expected
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Holdings.csv").rename(folder / "HOLDINGS.CSV")
    text = (folder / "Shorts.csv").read_text("utf-8").split("\n", 1)
    (folder / "Shorts.csv").write_text(f"{text[0].upper()}\n{text[1]}", "utf-8")
    assert read(folder) == expected


@pytest.mark.parametrize("write", [write_csv, write_workbook])
def test_a_column_that_is_missing_or_there_twice(tmp_path, write, monkeypatch):
    import portfolios

    grid = portfolios.grid

    def without(name, table):
        headers, rows = grid(name, table)
        if name == "Holdings":
            headers = ["spot_price" if each == "quantity" else each for each in headers]
        return headers, rows

    monkeypatch.setattr(portfolios, "grid", without)
    path = write(tmp_path / ("a.xlsx" if write is write_workbook else "a"), SAMPLE)
    if write is write_workbook:
        first, second, table = "Portfolio!B4", "Portfolio!D4", "Portfolio!A4"
        twice = f"{second} spot_price: it is there twice, first in {first}"
    else:
        table = "Holdings.csv:1"
        twice = f"{table} spot_price: it is there twice"
    assert wrong(path) == [
        twice,
        f"{table} quantity: it is missing in Holdings; it must be a number",
    ]


def test_a_setting_that_is_missing_or_there_twice(tmp_path, saved):
    book = book_of(SAMPLE)
    book["Portfolio"]["U5"] = "horizon_date"
    assert wrong(saved(book)) == [
        "Portfolio!U7 horizon_date: it is there twice, first in Portfolio!U5",
        (
            'Portfolio!V5 horizon_date: "Treasury" is not a date; it must be a date such as '
            "2026-03-27 "
            "or 2026-03-27 08:00"
        ),
    ]
    tables = sample()
    del tables["Settings"]["as_of"]
    assert wrong(write_csv(tmp_path / "folder", tables)) == [
        (
            "Settings.csv:1 as_of: it is missing in Settings; it must be a date such as "
            "2026-03-27 or "
            "2026-03-27 08:00"
        )
    ]


def test_settings_are_rows_of_name_and_value(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Settings.csv").write_text("name,worth\nas_of,2026-03-27\n", "utf-8")
    assert wrong(folder) == [
        'Settings.csv:1: "worth" is no column of Settings; allowed are name, value',
        "Settings.csv:1 value: it is missing in Settings",
    ]
    (folder / "Settings.csv").write_text(
        "name,value\n,5\nas_of,2026-03-27\nhorizon_date,2026-06-26\nhedge_ratio,\n", "utf-8"
    )
    assert wrong(folder) == ["Settings.csv:2 name: is empty; it must be text"]


def test_a_misspelled_optional_column_is_one_mistake_not_many(tmp_path):
    tables = sample()
    for row in tables["Instruments"]:
        row["fundng_rate"] = row.pop("funding_rate", None)
    (line,) = wrong(write_json(tmp_path / "plain.json", tables))
    assert line.startswith(
        'Instruments[0]: "fundng_rate" is no column of Instruments; did you mean "funding_rate"?'
    )


# Workbooks


def test_tables_are_found_wherever_they_are(saved):
    book = book_of(SAMPLE)
    book["Portfolio"].title = "Was ich halte"
    book["Was ich halte"]["B5"] = "ten"
    book["Instruments"].sheet_state = "hidden"
    book["Shorts"].move_range(f"A1:{end('Shorts')}3", rows=20, cols=30)
    book["Shorts"].tables["Shorts"].ref = f"AE21:{end('Shorts', 30)}23"
    book["Shorts"].tables["Shorts"].autoFilter = None
    book["Shorts"].tables["Shorts"].displayName = "SHORTS"
    book["Shorts"]["AF22"] = "x"
    assert wrong(saved(book)) == [
        "'Was ich halte'!B5 quantity: \"ten\" is not a number; it must be a number, such as 0.5",
        'Shorts!AF22 contracts: "x" is not a number; it must be a number, such as 0.5',
    ]


@pytest.mark.parametrize(
    ("title", "place"),
    [("Bob's", "'Bob''s'!B5"), ("2026", "'2026'!B5"), ("Übersicht", "Übersicht!B5")],
)
def test_sheets_are_quoted_as_excel_does(saved, title, place):
    book = book_of(changed("Holdings", 0, quantity="ten"))
    book["Portfolio"].title = title
    assert wrong(saved(book)) == [
        f'{place} quantity: "ten" is not a number; it must be a number, such as 0.5'
    ]


def test_rows_below_a_table_are_read_up_to_the_next_one_in_its_columns(saved):
    book = book_of(SAMPLE)
    sheet = book["Shorts"]
    sheet["A6"], sheet["B6"], sheet["C6"] = "BTC-PERP", 1, 60_000
    sheet[f"{end('Shorts', 2)}9"] = "a note beside it"
    sheet["B12"], sheet["B13"] = "mine", "x"
    sheet.add_table(Table(displayName="Mine", ref="B12:B13"))
    sheet["A14"] = "a note below the other table"
    portfolio = read(saved(book))
    assert [short.contracts for short in portfolio.shorts] == [0.5, 9_000, 1]
    assert portfolio.place("Shorts", 2, "contracts") == "Shorts!B6"


def test_what_is_typed_below_a_table_and_is_no_row_is_an_error(saved):
    book = book_of(SAMPLE)
    book["Shorts"]["A40"] = "to do: roll"
    assert wrong(saved(book)) == [
        (
            'Shorts!A40 instrument: "to do: roll" is not in Instruments; it must be "BTC-PERP" or '
            '"BTC-JUN"'
        ),
        "Shorts!B40 contracts: is empty; it must be a number",
        "Shorts!C40 entry_price: is empty; it must be above 0",
    ]


def test_totals_are_no_row_but_what_is_below_them_is(saved):
    book = book_of(SAMPLE)
    sheet = book["Shorts"]
    sheet["A4"], sheet["B4"] = "Total", "=SUM(B2:B3)"
    sheet["A5"], sheet["B5"], sheet["C5"] = "BTC-PERP", 3, 60_000
    sheet.tables["Shorts"].ref = f"A1:{end('Shorts')}4"
    sheet.tables["Shorts"].totalsRowCount = 1
    assert [short.contracts for short in read(saved(book)).shorts] == [0.5, 9_000, 3]


def test_hidden_headers_are_known_from_the_table(saved):
    book = book_of(SAMPLE)
    sheet = book["Shorts"]
    table = sheet.tables["Shorts"]
    table._initialise_columns()  # noqa: SLF001  # openpyxl takes the names of hidden headers so
    for column, cell in zip(table.tableColumns, sheet[1], strict=True):
        column.name = cell.value
        cell.value = None
    table.headerRowCount, table.ref, table.autoFilter = 0, f"A2:{end('Shorts')}3", None
    sheet["B3"] = "x"
    assert wrong(saved(book)) == [
        'Shorts!B3 contracts: "x" is not a number; it must be a number, such as 0.5'
    ]


def test_blank_rows_do_not_end_a_table(saved):
    book = book_of(SAMPLE)
    book["Shorts"].insert_rows(3, 4)
    for cell in book["Shorts"][4]:
        cell.value = " "
    book["Shorts"].tables["Shorts"].ref = f"A1:{end('Shorts')}7"
    portfolio = read(saved(book))
    assert len(portfolio.shorts) == 2
    assert portfolio.place("Shorts", 1, "contracts") == "Shorts!B7"


CALCULATE = "open the file in a spreadsheet, let it calculate, and save it"
FORMULA = f"a formula has no stored value; {CALCULATE}"


def test_a_formula_without_a_value_is_an_error_even_alone_below_a_table(saved):
    book = book_of(SAMPLE)
    book["Shorts"]["B2"] = "=1+1"
    book["Shorts"]["D9"] = "=1+1"
    assert wrong(saved(book)) == [
        f"Shorts!B2, Shorts!D9: {FORMULA}",
        "Shorts!A9 instrument: is empty; it must be text",
        "Shorts!B9 contracts: is empty; it must be a number",
        "Shorts!C9 entry_price: is empty; it must be above 0",
    ]


CONTRACTS = b'<c r="B2" t="n"><v>0.5</v></c>'


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2"><f>1+1</f></c>',
        b'<c r="B2"><f>1+1</f><v/></c>',
        b'<c r="B2" t="str"><f>""</f></c>',
        b'<c r="B2"><f t="shared" si="0"/><v></v></c>',
    ],
)
def test_a_formula_without_a_value_is_no_empty_cell(patched, cell):
    assert wrong(patched(sheet3=(CONTRACTS, cell))) == [f"Shorts!B2: {FORMULA}"]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        (b'<c r="B2" t="str"><f>""</f><v></v></c>', "is empty; it must be a number"),
        (b'<c r="B2" t="b"><v>1</v></c>', "TRUE is not a number; it must be a number, such as 0.5"),
        (
            b'<c r="B2" t="str"><f>A1</f><v>x</v></c>',
            '"x" is not a number; it must be a number, such as 0.5',
        ),
        (
            b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            "its cell holds #DIV/0!; correct the cell or its formula",
        ),
        (
            b'<c r="B2" t="e" vm="1"><v>#VALUE!</v></c>',
            (
                "its cell holds a linked data type (Stocks, Geography) or a picture, which is "
                "#VALUE! to other programs; type the text or the number itself"
            ),
        ),
        (
            b'<c s="0" t="e" r="B2"><v>#N/A</v></c>',
            "its cell holds #N/A; correct the cell or its formula",
        ),
    ],
)
def test_cells_that_only_look_empty(patched, cell, line):
    assert wrong(patched(sheet3=(CONTRACTS, cell))) == [f"Shorts!B2 contracts: {line}"]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2"><f>1/2</f><v>0.5</v></c>',
        b'<c r="B2"><f>1/2</f><v xml:space="preserve">0.5</v></c>',
        b'<c r="B2"><v>0.5</v></c>',
    ],
)
def test_a_formula_counts_with_its_stored_value(patched, cell):
    assert read(patched(sheet3=(CONTRACTS, cell))).shorts[0].contracts == 0.5


def test_a_formula_that_shows_nothing_is_a_blank_cell(patched):
    blank = b'<c r="D2" t="str"><f>""</f><v></v></c>'
    assert (
        read(patched(sheet3=(b'<c r="D2" t="n"><v>6100</v></c>', blank))).shorts[0].margin is None
    )


def test_an_error_in_a_name_and_in_a_setting(patched):
    ratio = b'<c r="V8" t="n"><v>0.8</v></c>'
    asset = b'<c r="A6" t="inlineStr"><is><t>SOL</t></is></c>'
    path = patched(sheet1=(ratio, b'<c r="V8" t="e"><v>#REF!</v></c>'))
    assert wrong(path) == [
        "Portfolio!V8 hedge_ratio: its cell holds #REF!; correct the cell or its formula"
    ]
    path = patched(sheet1=(asset, b'<c r="A6" t="e"><v>#NAME?</v></c>'))
    assert wrong(path) == [
        "Portfolio!A6 asset: its cell holds #NAME?; correct the cell or its formula"
    ]


def test_flaws_outside_the_tables_are_no_matter(saved):
    book = book_of(SAMPLE)
    book["Shorts"][f"{end('Shorts', 2)}2"] = "=1+1"
    assert len(read(saved(book)).shorts) == 2


def test_a_stray_cell_far_out_is_named(saved):
    book = book_of(SAMPLE)
    book["Shorts"]["XFD1048576"] = "x"
    assert wrong(saved(book)) == [
        (
            "Shorts!XFD1048576: the sheet is used as far as this cell; delete what is in it, or "
            'allow more with "--max-size"'
        )
    ]
    book["Shorts"]["XFD1048576"].value = None
    book["Shorts"]["XFD1048576"].number_format = "0.00"  # formatted, but empty
    assert len(read(saved(book)).shorts) == 2


def test_a_table_may_span_whole_columns(patched):
    table, last = Path(hostile.SHORTS_TABLE).stem, end("Shorts")
    short, long = (f'ref="A1:{last}{row}"'.encode() for row in (3, 1_048_576))
    path = patched(**{table: (short, long)})
    lines = 0

    def count(*_):
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        assert len(read(path).shorts) == 2
    finally:
        sys.settrace(before)
    assert lines < 100_000  # Python's steps: 27,000, and millions going through all rows


def test_text_that_is_a_date_and_a_number_that_is_a_name(saved):
    book = book_of(SAMPLE)
    sheet = book["Portfolio"]
    sheet["V7"] = "2026-06-26"
    sheet["A7"] = 1
    portfolio = read(saved(book))
    assert portfolio.settings.horizon_date.isoformat() == "2026-06-26T00:00:00"
    assert portfolio.holdings[2].asset == "1"


def test_a_date_where_a_number_belongs(saved):
    book = book_of(SAMPLE)
    book["Shorts"]["B2"].number_format = "yyyy-mm-dd hh:mm"
    (line,) = wrong(saved(book))
    assert re.fullmatch(
        r"Shorts!B2 contracts: .* is not a number; it must be a number, such as 0.5", line
    )


def test_hostile_text_stays_text(saved):
    book = book_of(SAMPLE)
    cell = book["Portfolio"]["A7"]
    cell.value = "=cmd|' /C calc'!A0"
    cell.data_type = "s"
    assert read(saved(book)).holdings[2].asset == "=cmd|' /C calc'!A0"


# What is no workbook


def test_files_that_are_no_workbook_are_one_line_each(tmp_path):
    good = write_workbook(tmp_path / "good.xlsx", SAMPLE).read_bytes()
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    damaged = "it is damaged or cut off; save it again in a spreadsheet"
    cases = {
        b"": "it is no Excel workbook (.xlsx)",
        b"asset,quantity": "it is no Excel workbook (.xlsx)",
        b"PK": damaged,
        good[: len(good) // 2]: damaged,
        good.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"): damaged,
        other.read_bytes(): "it is no Excel workbook (.xlsx)",
        ole: "it is an old Excel workbook; save it as .xlsx",
        ole + "EncryptedPackage".encode("utf-16-le"): "it is encrypted; save it without a password",
    }
    for content, line in cases.items():
        (tmp_path / "bad.xlsx").write_bytes(content)
        assert wrong(tmp_path / "bad.xlsx") == [line]


def test_broken_parts_are_one_line(patched):
    damaged = "it is damaged or cut off; save it again in a spreadsheet"
    assert wrong(patched(sheet1=(b"</sheetData>", b""))) == [damaged]
    assert wrong(patched(workbook=(b"<sheets>", b"<sheets"))) == [damaged]


def test_paths_that_lead_nowhere_are_one_line_each(tmp_path):
    assert wrong(tmp_path / "missing.xlsx") == ["there is no such file or folder"]
    (tmp_path / "empty").mkdir()
    assert wrong(tmp_path / "empty") == [f"it has none of the tables {NAMES}"]
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    template = '"xlhedge template" writes a workbook that has them'
    assert wrong(tmp_path / "empty.xlsx") == [
        f"it has none of the tables {NAMES}; {LOOKED}; {template}"
    ]
    for name, line in {
        "Holdings.csv": "it is one table; give the folder that holds Holdings.csv and the others",
        "old.xls": "it is an old Excel workbook; save it as .xlsx",
        "calc.ods": "it is no OpenDocument spreadsheet (.ods)",
        "notes.txt": (
            "it must be a spreadsheet (.xlsx, .ods), a folder of CSV files, or a .json file"
        ),
    }.items():
        (tmp_path / name).write_bytes(b"x")
        assert wrong(tmp_path / name) == [line]
    assert wrong("nul\0.xlsx") == ["there is no such file or folder"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root reads all")
def test_a_file_that_may_not_be_read_is_one_line(tmp_path):
    path = write_json(tmp_path / "plain.json", SAMPLE)
    path.chmod(0)
    assert wrong(path) == ["it cannot be read: Permission denied"]


# CSV


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "BTC;1;60,000",
            'Holdings.csv:2 spot_price: "60,000" may be 60000 or 60; write 60000 or 60',
        ),
        ("BTC;5 %;60000", 'Holdings.csv:2 quantity: "5 %" is a percentage; write 0.05'),
        (
            "BTC;nan;1",
            'Holdings.csv:2 quantity: "nan" is not a number; it must be a number, such as 0.5',
        ),
        (
            "BTC;1_0;1",
            'Holdings.csv:2 quantity: "1_0" is not a number; it must be a number, such as 0.5',
        ),
        (
            "BTC;١;1",
            'Holdings.csv:2 quantity: "١" is not a number; it must be a number, such as 0.5',
        ),
        (
            "BTC;TRUE;1",
            'Holdings.csv:2 quantity: "TRUE" is not a number; it must be a number, such as 0.5',
        ),
        ("BTC;1e999;1", "Holdings.csv:2 quantity: inf is not a finite number; it must be a number"),
        ("\n\nBTC;;60000", "Holdings.csv:4 quantity: is empty; it must be a number"),
        (
            "BTC;1;60000;;",
            (
                "Holdings.csv:2: it has 5 cells, its headers are 3; write decimals with a point, "
                "and "
                'text that holds the separator in "quotes"'
            ),
        ),
        ('BTC;"1"x;1', "Holdings.csv:2: it is not CSV: ';' expected after '\"'"),
        ('BTC;"1;1', "Holdings.csv:2: it is not CSV: unexpected end of data"),
    ],
)
def test_mistakes_in_csv(tmp_path, text, line):
    tables = sample(Scenarios=[], Shorts=[], History=None, Tiers=None)
    tables["Instruments"] = [tables["Instruments"][0] | {"index_price": 1}]
    folder = write_csv(tmp_path / "folder", tables)
    (folder / "Holdings.csv").write_text(f"asset;quantity;spot_price\n{text}\n", "utf-8")
    assert wrong(folder) == [line]


def test_a_decimal_comma_between_commas_does_not_shift_cells_in_silence(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    text = (folder / "Shorts.csv").read_text("utf-8")
    assert "BTC-JUN,9000,62000,0.05,," in text
    count = len(TABLES["Shorts"].columns)
    (folder / "Shorts.csv").write_text(text.replace("9000,62000", "9000,5,62000"), "utf-8")
    assert wrong(folder) == [
        (
            f"Shorts.csv:3: it has {count + 1} cells, its headers are {count}; write decimals with "
            'a point, and text that holds the separator in "quotes"'
        )
    ]


def test_a_value_under_no_header_is_an_error(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Tiers.csv").write_text("instrument,floor,mm_rate,,\nBTC-PERP,0,0.1,x,\n", "utf-8")
    assert wrong(folder) == [
        (
            "Tiers.csv:2: it has 5 cells, its headers are 3; write decimals with a point, and text "
            'that holds the separator in "quotes"'
        ),
    ]
    (folder / "Tiers.csv").write_text("instrument,,floor,mm_rate\nBTC-PERP,,0,0.1\n", "utf-8")
    assert wrong(folder) == ["Tiers.csv:1: a column of Tiers has no name"]


def test_csv_as_spreadsheets_write_it(tmp_path):
    expected = read(write_json(tmp_path / "plain.json", SAMPLE))
    folder = write_csv(tmp_path / "folder", SAMPLE)
    for path in folder.iterdir():
        lines = path.read_text("utf-8").splitlines()
        padded = [f"{line},," for line in ["", *lines, ",,,"]]
        path.write_bytes("\r\n".join(padded).encode("utf-8-sig"))
    assert read(folder) == expected


def test_cells_with_line_breaks_are_counted_right(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Scenarios.csv").write_text(
        'scenario,asset,price_shock\n"Crash\n",*,-0.2\nCrash,BTC,x\n', "utf-8"
    )
    assert wrong(folder) == [
        (
            'Scenarios.csv:4 price_shock: "x" is not a number; it must be at least -1, '
            "such as 0.2 or 20%"
        )
    ]


def test_csv_files_that_are_not_text(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Shorts.csv").write_bytes(b"instrument\nBTC\n\x81\xfe\n")
    (folder / "Scenarios.csv").write_bytes(b"")
    assert wrong(folder) == [
        'Shorts.csv:3: it is not UTF-8 text; save the file as "CSV UTF-8"',
        "Scenarios.csv: the file is empty; its first line must be the headers",
    ]


def test_an_unreadable_table_is_one_mistake_not_many(tmp_path):
    folder = write_csv(tmp_path / "folder", SAMPLE)
    (folder / "Instruments.csv").write_bytes(b"\x81")
    assert wrong(folder) == [
        'Instruments.csv:1: it is not UTF-8 text; save the file as "CSV UTF-8"'
    ]
    (folder / "Settings.csv").write_bytes(b"\x81")
    assert len(wrong(folder)) == 2


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_that_python_writes_is_one(number):
    assert as_number(repr(number)) == number
    assert number_in(repr(number), ".").value == number


# JSON


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "it is not JSON: Expecting value in line 1, column 1"),
        ('{"Holdings": [}', "it is not JSON: Expecting value in line 1, column 15"),
        ("[]", "it must be an object with the tables as keys"),
        ("[" * 100_000, "its lists are nested too deeply"),
    ],
)
def test_files_that_are_no_portfolio_in_json(tmp_path, text, line):
    (tmp_path / "bad.json").write_text(text, "utf-8")
    assert wrong(tmp_path / "bad.json") == [line]


def test_json_that_is_not_text_is_one_line(tmp_path):
    (tmp_path / "bad.json").write_bytes(b'{"\x81\xff": 1}')
    (line,) = wrong(tmp_path / "bad.json")
    assert line.startswith("it is not JSON: ")


def test_a_whole_number_of_thousands_of_digits_is_named_with_its_place(tmp_path):
    text = json.dumps(SAMPLE).replace('"contracts": 0.5', '"contracts": ' + "9" * 5_000)
    (tmp_path / "long.json").write_text(text, "utf-8")
    assert wrong(tmp_path / "long.json") == [
        "Shorts[0] contracts: inf is not a finite number; it must be a number"
    ]


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ({"Shorts": {}}, "Shorts: it must be a list of rows"),
        ({"Shorts": [1]}, "Shorts[0]: it must be an object of columns and values"),
        ({"Settings": 5}, "Settings: it must be an object of names and values"),
        (
            {"Positions": []},
            f'"Positions" is no table of a portfolio; allowed are {NAMES}',
        ),
    ],
)
def test_tables_of_a_wrong_kind_in_json(tmp_path, tables, line):
    assert line in wrong(write_json(tmp_path / "plain.json", sample(**tables)))


def test_keys_that_are_there_twice_in_json(tmp_path):
    text = json.dumps(SAMPLE)
    text = text.replace('"hedge_ratio": 0.8', '"hedge_ratio": 0.8, "hedge_ratio": 0.7')
    text = text.replace('"contracts": 0.5', '"contracts": 0.5, "contracts": 5')
    text = text[:-1] + ', "Tiers": [], "tiers": []}'
    (tmp_path / "twice.json").write_text(text, "utf-8")
    assert wrong(tmp_path / "twice.json") == [
        'Tiers: it is there twice, as "Tiers" and "tiers"',
        "Settings hedge_ratio: it is there twice",
        "Tiers: it is there twice",
        "Shorts[0] contracts: it is there twice",
    ]


def test_blank_rows_in_json_are_counted_but_not_read(tmp_path):
    tables = sample(Shorts=[{}, {"instrument": None}, SAMPLE["Shorts"][0]])
    portfolio = read(write_json(tmp_path / "plain.json", tables))
    assert len(portfolio.shorts) == 1
    assert portfolio.place("Shorts", 0) == "Shorts[2]"


# The package


def test_reading_needs_no_numpy_pandas_or_openpyxl(tmp_path):
    path = write_workbook(tmp_path / "book.xlsx", SAMPLE)
    code = (
        "import sys; from xlhedge.readers import read; read(sys.argv[1]); "
        "print([name for name in ('numpy', 'pandas', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_column_letters():
    assert [letters_of(number) for number in (1, 26, 27, 52, 53, 702, 703, 16_384)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
        "XFD",
    ]


@pytest.mark.skipif(not PROC.is_file(), reason="the system has no file that says it is empty")
def test_a_file_that_is_longer_than_it_says_is_read_to_its_end():
    """As one that somebody writes meanwhile."""
    content = PROC.read_bytes()
    assert (PROC.stat().st_size, file_bytes(PROC)) == (0, content)
    with pytest.raises(PortfolioError, match="bytes"):
        file_bytes(PROC, Limits(0))
