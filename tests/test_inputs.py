"""The template's input sheets: what may be typed, what they say, and that they are read back."""

import math
import re
from datetime import time

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange
from portfolios import SAMPLE, end, letter_of, sample, write_csv, write_json
from stored import differences, poisoned, stored
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.cli import app
from xlhedge.portfolio import TABLES, PortfolioError
from xlhedge.readers import read
from xlhedge.samples import SAMPLES
from xlhedge.sheets.input_cells import FIRST_ROW, Inputs, shown_headers
from xlhedge.sheets.template import blank_analysis, template_book
from xlhedge.sheets.validation import LONGEST_PROMPT, note_of, prompt_of, rule_of, unit_of

CHOICES = end("Scenarios", 2)
"""The letter of the column that lists the assets to choose from."""


def sheet_of(book, table):
    """The sheet that a table stands on."""
    return next(sheet for sheet in book.worksheets if table.name in sheet.tables)


COLUMNS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns
]
PROBES = (-1e9, -1.5, -1, -0.5, 0, 1e-9, 0.5, 1, 1.5, 2, 36_525, 36_526, 1e12)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """The template without a portfolio."""
    path = tmp_path_factory.mktemp("blank") / "blank.xlsx"
    template_book().save(path)
    return path


def admits(rule, value):
    """What a spreadsheet makes of a number typed under a rule that is a limit."""
    assert rule.type in ("decimal", "whole")
    low, high = float(rule.formula1), float(rule.formula2 or 0)
    inside = {
        "between": low <= value <= high,
        "greaterThan": value > low,
        "greaterThanOrEqual": value >= low,
        "lessThan": value < low,
        "lessThanOrEqual": value <= low,
    }[rule.operator]
    return inside and (rule.type == "decimal" or value == math.floor(value))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_cell_takes_what_the_readers_take(column):
    rule = rule_of(column, "B6")
    assert len(rule.prompt) <= LONGEST_PROMPT
    assert rule.prompt == prompt_of(column)
    assert rule.prompt.startswith(column.help)
    assert len(rule.title) <= 32
    assert len(rule.error) <= 225
    assert column.allowed in rule.error
    if column.quantity.options:
        assert rule.formula1 == '"' + ",".join(column.quantity.options) + '"'
    elif column.kind == "date":
        assert (rule.type, rule.formula1) == ("date", "2")
    elif column.kind == "number" and rule.type != "custom":
        domain = column.quantity.domain
        assert [admits(rule, x) for x in PROBES] == [bool(domain.admits(x)) for x in PROBES]


def test_what_is_no_plain_limit_is_a_formula(libreoffice, tmp_path):
    custom = [
        (column, rule.formula1)
        for table in TABLES.values()
        for column in table.columns
        if (rule := rule_of(column, "A1")).type == "custom"
    ]
    assert {column.name for column, _ in custom} >= {"funding_rate", "mm_rate", "taker_fee"}
    book = Workbook()
    for row, value in enumerate([*PROBES, "ten"], 1):
        book.active.cell(row, 1, value)
        for at, (_, text) in enumerate(custom, 2):
            book.active.cell(row, at, "=" + text.replace("A1", f"$A{row}"))
    book.save(tmp_path / "typed.xlsx")
    values = libreoffice.values(tmp_path / "typed.xlsx")["Sheet"]
    for at, (column, _) in enumerate(custom, 2):
        for row, x in enumerate(PROBES, 1):
            got = bool(values.get(f"{chr(64 + at)}{row}"))
            assert got is bool(column.quantity.domain.admits(x)), (column.name, x)
        assert not values.get(f"{chr(64 + at)}{len(PROBES) + 1}"), "text"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_header_says_its_unit(column):
    unit = unit_of(column)
    assert unit.endswith(", optional") is not (column.required or bool(column.quantity.needed))
    shown = column.look
    assert ("%" in unit) is (shown in ("percent", "rate")), unit


def test_headers_that_people_get_wrong_have_notes():
    notes = {}  # of the book itself: a file's are read back without their sizes
    for sheet in template_book().sheets:
        for table in sheet.tables.values():
            at = CellRange(table.ref)
            for col, name in enumerate(shown_headers(table.name), at.min_col):
                if note := sheet.notes.get((at.min_row, col)):
                    notes[table.name, name] = note
    asked = {
        ("Holdings", "quantity"),
        ("Holdings", "hedge_ratio"),
        ("Holdings", "beta"),
        ("Instruments", "funding_rate"),
        ("Instruments", "contract_size"),
        ("Instruments", "mm_amount"),
        ("Shorts", "contracts"),
        ("Shorts", "margin"),
        ("Scenarios", "price_shock"),
    }
    assert asked <= notes.keys()
    assert not {("Holdings", "spot_price"), ("Instruments", "exchange")} & notes.keys()
    for note in notes.values():
        lines = sum(math.ceil((len(line) or 1) / 46) for line in note.text.splitlines())
        assert note.height >= 17 * lines
    funding = notes["Instruments", "funding_rate"].text
    assert "longs pay shorts" in funding
    assert "must be above -1 and below 1" in funding


def test_a_note_says_what_a_blank_means():
    (beta,) = (c for c in TABLES["Holdings"].columns if c.name == "beta")
    assert note_of(beta).splitlines()[1:] == ["It must be a number.", "Left blank it is 1."]


def test_every_input_cell_has_one_rule(blank):
    book, inputs = load_workbook(blank), Inputs(blank_analysis().portfolio)
    for table in TABLES.values():
        sheet = sheet_of(book, table)
        first = sheet.tables[table.name].ref.split(":")[0]
        left = sheet[first].column
        count = len(table.columns)
        if table.upright:
            places = [(FIRST_ROW + n, left + 1) for n in range(count)]
        else:
            ends = (FIRST_ROW, FIRST_ROW + inputs.capacity(table.name) - 1)
            places = [(row, left + n) for n in range(count) for row in ends]
        for row, column in places:
            cell = sheet.cell(row, column).coordinate
            rules = [r for r in sheet.data_validations.dataValidation if cell in r.sqref]
            assert len(rules) == 1, (sheet.title, cell)


def test_names_are_chosen_from_what_there_is(blank):
    book = load_workbook(blank)

    def source(sheet, cell):
        (rule,) = (r for r in book[sheet].data_validations.dataValidation if cell in r.sqref)
        return rule.type, rule.formula1, rule.errorStyle

    listed = "OFFSET('Instruments'!$A$6,0,0,MAX(1,COUNTA('Instruments'!$A$6:$A$35)),1)"
    for cell in (
        ("Portfolio", "G6"),
        ("Shorts", "A6"),
        ("Instruments", f"{letter_of('Tiers', 'instrument')}6"),
    ):
        assert source(*cell) == ("list", listed, "stop")
    kind, _, style = source("Instruments", "B6")
    assert (kind, style) == ("list", "warning")  # an underlying need not be held
    assert source("Scenarios", "B6")[0] == "list"
    assert book["Scenarios"][f"{CHOICES}6"].value == "*"


def test_the_list_of_assets_follows_the_holdings(tmp_path):
    path = tmp_path / "book.xlsx"
    template_book(analyse(SAMPLES["treasury"])).save(path)
    sheet = load_workbook(path, data_only=True)["Scenarios"]
    listed = [sheet[f"{CHOICES}{row}"].value for row in range(6, 13)]
    assert listed[:6] == ["*", "BTC", "ETH", "SOL", "LINK", "XMR"]
    assert not listed[6]


def test_a_blank_template_computes_what_it_stores(blank, libreoffice, tmp_path):
    expected = stored(blank)
    assert len(expected) > 4_000
    assert differences(libreoffice.values(poisoned(blank, tmp_path / "p.xlsx")), expected) == []


def test_ironcalc_computes_a_blank_template_of_the_365_edition(ironcalc, tmp_path):
    path = tmp_path / "blank.xlsx"
    template_book(None, "365").save(path)
    # openpyxl reads day 0 as a time of day; LibreOffice's computed file is read in the same way.
    expected = {cell: 0 if value == time(0) else value for cell, value in stored(path).items()}
    computed = ironcalc.values(poisoned(path, tmp_path / "p.xlsx"))
    assert differences(computed, expected) == []


def test_a_blank_template_shows_no_error(blank):
    book = load_workbook(blank, data_only=True)
    shown = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e" or str(cell.value).startswith("#")
    }
    assert shown == {}
    holdings = [cell.value for row in book["Portfolio"]["A6:H55"] for cell in row]
    assert set(holdings) == {None}
    assert book["Portfolio"]["V7"].value is None
    assert book["Portfolio"]["V10"].value == 1  # a setting with a default keeps it


def test_a_blank_template_says_what_is_missing(blank):
    with pytest.raises(PortfolioError) as caught:
        read(blank)
    said = [str(problem) for problem in caught.value.problems]
    assert [re.split(": ", line)[0] for line in said] == [
        "Portfolio!V7 as_of",
        "Portfolio!V9 horizon_date",
        "Portfolio!A5",
    ]
    done = CliRunner().invoke(app, ["check", str(blank)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"{blank}: {line}" for line in said]


def typed_into(path, portfolio, target):
    """A blank template into which someone typed a portfolio."""
    book = load_workbook(path)
    for table in TABLES.values():
        sheet = sheet_of(book, table)
        at = sheet[sheet.tables[table.name].ref.split(":")[0]]
        for n, row in enumerate(portfolio.rows[table.name]):
            names = table.model.columns if table.upright else shown_headers(table.name)
            for m, name in enumerate(names):
                down, right = (m, 1) if table.upright else (n, m)
                sheet.cell(FIRST_ROW + down, at.column + right).value = getattr(row, name)
    book.save(target)
    return target


@pytest.mark.parametrize("name", ["treasury", "sample"])
def test_a_blank_template_filled_in_is_that_portfolios(name, blank, libreoffice, tmp_path):
    path = write_json(tmp_path / "sample.json", SAMPLE)
    portfolio = read(path) if name == "sample" else SAMPLES[name]
    typed = typed_into(blank, portfolio, tmp_path / "typed.xlsx")
    assert read(typed) == portfolio
    template_book(analyse(portfolio)).save(tmp_path / "built.xlsx")
    assert differences(libreoffice.values(typed), stored(tmp_path / "built.xlsx")) == []


@pytest.mark.parametrize("form", ["json", "csv"])
def test_every_table_comes_back_from_the_template(form, tmp_path):
    write = {"json": write_json, "csv": write_csv}[form]
    portfolio = read(write(tmp_path / f"book.{form}", SAMPLE))
    assert portfolio.tiers
    assert portfolio.history
    template_book(analyse(portfolio)).save(tmp_path / "template.xlsx")
    assert read(tmp_path / "template.xlsx") == portfolio


def test_a_long_history_comes_back(tmp_path):
    bars = [
        {"time": f"20{10 + n // 336:02}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}", "symbol": "BTC",
         "close": 100 + n / 3}
        for n in range(777)
    ]  # fmt: skip
    portfolio = read(write_json(tmp_path / "long.json", sample(History=bars)))
    template_book(analyse(portfolio)).save(tmp_path / "template.xlsx")
    again = read(tmp_path / "template.xlsx")
    assert again == portfolio
    assert len(again.history) == 777


def test_no_sheet_has_the_name_that_excel_keeps_for_itself(blank):
    assert "history" not in {name.casefold() for name in load_workbook(blank).sheetnames}


def test_the_history_says_in_which_order(blank):
    sheet = load_workbook(blank)["Price history"]
    assert "oldest first" in sheet["A2"].value
    assert "rows of one symbol together" in sheet["A2"].value
    assert [cell.value for cell in sheet[FIRST_ROW - 1]] == [*TABLES["History"].headers]
    last = f"{end('History')}505"
    assert any(last in rule.sqref for rule in sheet.data_validations.dataValidation)  # 500 rows


@pytest.mark.parametrize("name", [None, "treasury"])
def test_the_same_inputs_give_the_same_bytes(name):
    first, second = (
        template_book(analyse(SAMPLES[name]) if name else None).to_bytes() for _ in range(2)
    )
    assert first == second


def test_ironcalc_reads_a_file_with_notes(blank, ironcalc):
    assert ironcalc.values(blank)["Portfolio"]["A5"] == "asset"
