"""Tables without names: found by their sheet's name or by their headings, or told why not."""

import openpyxl
import pytest
from openpyxl.worksheet.table import Table
from portfolios import SAMPLE, as_date, book_of, end, grid, write_workbook, wrong

from xlhedge.portfolio import TABLES
from xlhedge.readers import read
from xlhedge.sheets.input_cells import last_column, left_column

OTHERS = [name for name in SAMPLE if name != "Holdings"]


@pytest.fixture
def expected(tmp_path):
    """The sample as it is read from Excel tables."""
    return read(write_workbook(tmp_path / "tables.xlsx", SAMPLE))


def put(sheet, name, row=1, column=1, only=None):
    """Writes a table's headings and rows as plain cells; returns the first row below it."""
    headers, rows = grid(name, SAMPLE[name])
    kept = [at for at, header in enumerate(headers) if only is None or header in only]
    for down, cells in enumerate([headers, *rows]):
        for right, at in enumerate(kept):
            header = cells[0] if isinstance(SAMPLE[name], dict) else headers[at]
            sheet.cell(row + down, column + right).value = as_date(header, cells[at])
    return row + len(rows) + 1


def named_sheets(names=SAMPLE):
    """A workbook with a sheet a table, without Excel tables, as pandas writes it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in names:
        put(book.create_sheet(name), name)
    return book


# Where they may stand


def test_a_sheet_of_a_table_s_name_is_the_table(saved, expected):
    book = named_sheets()
    book["History"].title = "Price history"
    book["Shorts"].title = " shorts "
    book["Holdings"].insert_rows(1, 3)
    book["Holdings"]["A1"] = "What I hold, of Friday"
    portfolio = read(saved(book))
    assert portfolio == expected
    assert portfolio.place("Holdings", 1, "quantity") == "Holdings!B6"


def test_headings_on_any_sheet_are_the_table(saved, expected):
    book = named_sheets()
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"Sheet{number}"
    assert read(saved(book)) == expected


@pytest.mark.parametrize("gap", [1, 3])
def test_all_tables_below_each_other_under_their_titles(saved, expected, gap):
    book = openpyxl.Workbook()
    row = 1
    for name in SAMPLE:
        book.active.cell(row, 2, f"My {name.lower()}")
        row = put(book.active, name, row + 1 + (name == "Tiers"), 2) + gap
    portfolio = read(saved(book))
    assert portfolio == expected
    assert portfolio.place("Settings", 0, "as_of") == "Sheet!C4"


def test_all_tables_side_by_side(saved, expected):
    book = openpyxl.Workbook()
    column = 1
    for name in SAMPLE:
        put(book.active, name, 4, column)
        column += len(grid(name, SAMPLE[name])[0]) + 1
    assert read(saved(book)) == expected


def test_tables_that_touch_are_told_apart_by_their_headings(saved, expected):
    book = named_sheets([name for name in SAMPLE if name not in ("Tiers", "Shorts")])
    sheet = book.create_sheet("Both")
    put(sheet, "Shorts")
    put(sheet, "Tiers", 1, 1 + last_column("Shorts"))
    assert read(saved(book)) == expected


def test_a_person_s_own_columns_are_left_alone(saved, expected):
    book = named_sheets(OTHERS)
    sheet = book.create_sheet("Tracker")
    put(sheet, "Holdings", 3, 3)
    sheet.insert_cols(5)  # behind quantity
    for column, heading in (
        (1, "No."),
        (2, "Wallet"),
        (5, "Bought on"),
        (12, "Paid by"),
        (14, "x"),
    ):
        sheet.cell(3, column, heading)
        for row in range(4, 9):
            sheet.cell(row, column, "mine")
    assert read(saved(book)) == expected


def test_blank_lines_end_no_table(saved, expected):
    book = named_sheets()
    book["Shorts"].insert_rows(3, 2)
    portfolio = read(saved(book))
    assert portfolio == expected
    assert portfolio.place("Shorts", 1, "contracts") == "Shorts!B5"


def test_text_alone_right_below_a_table_is_a_row_and_told(saved):
    book = named_sheets(OTHERS)
    sheet = book.create_sheet("Mine")
    row = put(sheet, "Holdings")
    sheet.cell(row, 1, "ETH")  # its quantity was forgotten: it is no title of what follows
    sheet.cell(row + 2, 1, "Own")
    sheet.add_table(Table(displayName="Own", ref=f"A{row + 2}:B{row + 3}"))
    sheet.cell(row + 2, 2, "b")
    assert wrong(saved(book)) == [
        "Mine!B5 quantity: is empty; it must be a number",
        "Mine!D5 spot_price: is empty; it must be above 0",
    ]


@pytest.mark.parametrize("name", ["Settings1", "Holdings_2", "Table3"])
def test_excel_tables_with_names_of_their_own_are_known_by_their_headings(saved, expected, name):
    book = book_of(SAMPLE)
    sheet = book["Portfolio"]
    old = "Settings" if name == "Settings1" else "Holdings"
    sheet.tables[old].displayName = sheet.tables[old].name = name
    assert read(saved(book)) == expected


@pytest.mark.parametrize("heading", [True, False])
def test_settings_are_names_with_values_beside_them(saved, expected, heading):
    book = named_sheets([name for name in SAMPLE if name != "Settings"])
    sheet = book.create_sheet("Mine")
    sheet["C2"] = "How I hedge"
    put(sheet, "Settings", 3, 3)
    if not heading:
        sheet["C3"] = sheet["D3"] = None
    portfolio = read(saved(book))
    assert portfolio == expected
    assert portfolio.place("Settings", 0, "as_of") == "Mine!D5"


def test_a_setting_with_a_typo_is_told(saved):
    book = named_sheets()
    book["Settings"]["A6"] = "funding_consecutiv"
    book["Settings"]["A2"] = "portfolo"
    lines = wrong(saved(book))
    assert [line.partition("?")[0] for line in lines] == [
        'Settings!A2: "portfolo" is no setting; did you mean "portfolio"',
        'Settings!A6: "funding_consecutiv" is no setting; did you mean "funding_consecutive"',
    ]


def test_optional_tables_may_be_missing(saved, expected):
    book = named_sheets(["Settings", "Holdings", "Instruments", "Shorts", "Scenarios"])
    portfolio = read(saved(book))
    assert (portfolio.tiers, portfolio.history) == ((), ())
    assert portfolio.holdings == expected.holdings


def test_optional_tables_are_found_beside_excel_tables(saved, expected):
    book = book_of(SAMPLE | {"Tiers": [], "History": []})
    del book["Instruments"].tables["Tiers"], book["Price history"].tables["History"]
    put(book["Instruments"], "Tiers", 1, left_column("Tiers"))
    put(book["Price history"], "History", 1, 1)
    assert read(saved(book)) == expected


def test_a_heading_of_the_table_beside_it_is_no_matter(saved):
    book = named_sheets([name for name in SAMPLE if name not in ("Holdings", "Shorts")])
    sheet = book.create_sheet("Both")
    put(sheet, "Holdings", only=("asset", "quantity", "spot_price"))
    put(sheet, "Shorts", 1, 5)
    portfolio = read(saved(book))
    assert [row.instrument for row in portfolio.holdings] == [None, None, None]
    assert [row.contracts for row in portfolio.shorts] == [0.5, 9_000]


def test_shorts_with_their_accounts_and_a_column_of_accounts_are_no_accounts(saved):
    """An account tells the table Accounts only where it is no column of another one."""
    book = named_sheets([name for name in SAMPLE if name != "Accounts"])
    book["Shorts"].title = "Mine"
    book["Mine"][f"{end('Shorts', 1)}1"] = "collateral"
    portfolio = read(saved(book))
    assert (portfolio.accounts, [row.account for row in portfolio.shorts]) == ((), ["Main", None])


def test_accounts_are_told_by_their_name_and_one_column_that_only_we_call_so(saved):
    book = named_sheets([name for name in SAMPLE if name != "Accounts"])
    sheet = book.create_sheet("Where")
    put(sheet, "Accounts", only=("account", "exchange", "collateral", "haircut"))
    assert read(saved(book)).accounts == ()
    del book["Where"]
    put(book.create_sheet("Where"), "Accounts", only=("account", "exchange", "wallet_balance"))
    assert [row.wallet_balance for row in read(saved(book)).accounts] == [7_500, 0.25]


def test_names_of_settings_without_dates_are_none(saved, expected):
    book = named_sheets()
    book["Settings"].title = "Mine"
    sheet = book.create_sheet("What they mean")
    for name in ("as_of", "horizon_date", "hedge_ratio"):
        sheet.append([name, "see the guide"])
    assert read(saved(book)) == expected


def test_an_excel_table_of_names_and_values_need_not_be_settings(saved, expected):
    book = named_sheets()
    book["Settings"].title = "Mine"
    sheet = book.create_sheet("Colours")
    for row in (("name", "value"), ("hedge", "blue"), ("hedge_ratio", "green")):
        sheet.append(row)
    sheet.add_table(Table(displayName="Table3", ref="A1:B3"))
    assert read(saved(book)) == expected


def test_an_excel_table_of_a_table_s_name_is_no_other(saved):
    book = book_of({name: SAMPLE[name] for name in SAMPLE if name != "Tiers"})
    book["Instruments"].title = "Tiers"  # its headings are two of the three of Tiers
    assert read(saved(book)).tiers == ()


# What is told


def test_a_sheet_of_a_table_s_name_is_told_what_is_wrong_with_it(saved):
    book = named_sheets()
    put(book.create_sheet("Before"), "Holdings")
    book["Holdings"]["B1"] = "qantity"
    assert [line.partition(" ")[0] for line in wrong(saved(book))] == [
        "Holdings!B1:",
        "Holdings!A1",
    ]


def test_a_line_below_an_excel_table_is_told_also_before_other_headings(saved):
    book = book_of(SAMPLE)
    sheet = book["Shorts"]
    sheet["A6"] = "Own"
    del book["Scenarios"]
    put(sheet, "Scenarios", 7)
    assert wrong(saved(book))[-1] == "Shorts!C6 entry_price: is empty; it must be above 0"


def test_what_two_places_may_be_is_one_line(saved):
    book = named_sheets()
    for title in ("Now", "Before", "Long before"):
        put(book.create_sheet(title), "Holdings", 2, 2)
    del book["Holdings"]
    assert wrong(saved(book)) == [
        (
            "Now!B2: Holdings may be here, or in Before!B2, 'Long before'!B2; call the sheet of "
            'the right one "Holdings"'
        )
    ]
    book["Before"].title = "Holdings"
    assert len(read(saved(book)).holdings) == 3
    put(book["Holdings"], "Holdings", 12)
    (line,) = wrong(saved(book))
    assert line.startswith("Holdings!B2: Holdings may be here, or in Holdings!A12; ")


def test_settings_twice_in_a_column_are_one_line(saved):
    book = named_sheets()
    put(book["Settings"], "Settings", 12)
    (line,) = wrong(saved(book))
    assert line.startswith("Settings!A1: Settings may be here, or in Settings!A12; ")
    del book["Settings"]
    sheet = book.create_sheet("Mine")
    for name in ("as_of", "horizon_date", "as_of", "horizon_date"):
        sheet.append([name, as_date(name, "2026-03-27")])
    (line,) = wrong(saved(book))
    assert line.startswith("Mine!A1: Settings may be here, or in Mine!A3; ")


def test_excel_tables_that_may_both_be_meant_are_one_line(saved):
    book = book_of(SAMPLE)
    book["Shorts"].tables["Shorts"].displayName = "Shorts1"
    book["Shorts"].title = "Futures"
    sheet = book.create_sheet("Mine")
    last = put(sheet, "Shorts") - 1
    sheet.add_table(Table(displayName="Shorts2", ref=f"A1:{end('Shorts')}{last}"))
    (line,) = wrong(saved(book))
    assert line.startswith("Futures!A1: Shorts may be here, or in Mine!A1; ")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_what_nobody_sees_is_not_taken_for_a_table(saved, expected, state):
    book = named_sheets()
    book["Holdings"].title = "Mine"
    put(book.create_sheet("Holdings"), "Holdings")
    book["Holdings"]["B2"] = 100
    book["Holdings"].sheet_state = state
    assert read(saved(book)) == expected
    del book["Mine"]
    (line,) = wrong(saved(book))
    assert line.startswith("Holdings: the table is missing; no Excel table (Ctrl+T, ")


@pytest.mark.parametrize("sheet", ["Holdings", "Mine"])
def test_a_heading_with_a_typo_is_told_and_not_left_out(saved, sheet):
    book = named_sheets()
    book["Holdings"].title = sheet
    book[sheet]["G1"] = "instrumnt"
    (line,) = wrong(saved(book))
    assert line.startswith(f'{sheet}!G1: "instrumnt" is no column of Holdings; did you mean "instr')
    book[sheet]["G1"], book[sheet]["B1"] = "instrument", "qantity"
    first, second = wrong(saved(book))
    assert first.startswith(f'{sheet}!B1: "qantity" is no column of Holdings; did you mean "quanti')
    assert second == f"{sheet}!A1 quantity: it is missing in Holdings; it must be a number"


def test_a_heading_behind_an_empty_column_is_told_and_not_left_out(saved):
    book = named_sheets()
    book["Holdings"].insert_cols(7)
    assert wrong(saved(book)) == [
        (
            "Holdings!A1: a heading of Holdings stands apart from the others, in Holdings!H1; "
            "put it beside them"
        )
    ]


def test_tables_that_share_a_column_are_one_line(saved):
    book = named_sheets([name for name in SAMPLE if name not in ("Holdings", "Shorts")])
    sheet = book.create_sheet("Mine")
    for column, heading in enumerate(
        ["asset", "quantity", "spot_price", "instrument", "contracts", "entry_price"], 1
    ):
        sheet.cell(1, column, heading)
    lines = wrong(saved(book))
    assert "Mine!A1: Shorts has some of its columns; leave an empty column between the two" in lines
    assert all(line.startswith("Mine!") for line in lines)


def test_one_missing_table_is_one_line(saved):
    (line,) = wrong(saved(named_sheets(OTHERS)))
    assert line == (
        "Holdings: the table is missing; no Excel table (Ctrl+T, then Table Design > Table Name) "
        "or sheet has such a name, and no row such headings; its columns are "
        + ", ".join(TABLES["Holdings"].headers)
    )


def test_several_missing_tables_are_one_line(saved):
    line, *rest = wrong(saved(named_sheets(["Settings", "Holdings", "Scenarios"])))
    assert rest == []
    assert line == (
        "the tables Instruments and Shorts are missing; no Excel table (Ctrl+T, then Table Design "
        "> Table Name) or sheet has such a name, and no row such headings; "
        '"xlhedge template" writes a workbook that has them'
    )


def test_a_sheet_used_too_far_out_is_told_only_where_a_table_is_missing(saved):
    book = named_sheets()
    book.create_sheet("Mine")["XFD1048576"] = 1
    assert len(read(saved(book)).holdings) == 3
    del book["Holdings"]
    (line,) = wrong(saved(book))
    assert line.startswith("Mine!XFD1048576: the sheet is used as far as this cell; ")


# Limits


def test_rows_are_counted_over_all_sheets_that_are_looked_at(saved):
    book = named_sheets()
    for number in range(2):
        book.create_sheet(f"Mine{number}")["A950000"] = 1
    assert len(read(saved(book)).holdings) == 3
    book.create_sheet("Mine2")["A950000"] = 1
    (line,) = wrong(saved(book))
    assert line.startswith("it has 2,850,")
    assert "rows in its sheets; it may have 2,000,000, unless" in line


def test_a_file_full_of_headings_ends(saved):
    book = named_sheets()
    mine = book.create_sheet("Mine")
    for row in range(1, 3_000):
        mine.cell(row, 1, "asset")
        mine.cell(row, 2, "quantity")
        mine.cell(row, 3, "as_of")
    assert len(read(saved(book)).holdings) == 3
