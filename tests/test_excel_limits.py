"""Excel's limits: what would not fit is refused in one line, split, or written another way.

The limits are those of Microsoft's page "Excel specifications and limits",
https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
and, for lists of validations and for texts in formulas, of Excel's own messages. Not run in Excel:
`structure.faults` knows them all, and reads what was written without openpyxl.
"""

import json
import math
import re
import zipfile
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from portfolios import SAMPLE, changed, write_csv, write_json
from structure import faults

from xlhedge.analysis import analyse
from xlhedge.batch.work import Options, Task, make, versions
from xlhedge.errors import PortfolioError
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.portfolio.tables import Bar
from xlhedge.readers import read
from xlhedge.sheets.report import report_book
from xlhedge.sheets.style import styles
from xlhedge.sheets.template import template_book
from xlhedge.xlsx.book import Book

LONGEST_FORMULA, LONGEST_TEXT, DEEPEST, MOST_ARGUMENTS = 8_192, 255, 64, 255
START = datetime(2026, 3, 2)


def many(holdings, scenarios=2, bars=0, name="A{}", instrument=None):
    """A portfolio of many holdings, each with its future, or all hedged with one."""
    names = [name.format(n) for n in range(holdings)]
    return Portfolio(
        settings=Settings(as_of=START, horizon_date=START + timedelta(days=30)),
        holdings=[
            Holding(asset=each, quantity=1, spot_price=10, instrument=instrument or each)
            for each in names
        ],
        instruments=[
            Instrument(instrument=each, underlying=each, futures_price=10, funding_rate=1e-4)
            for each in names
        ],
        shorts=[Short(instrument=each, contracts=1, entry_price=10) for each in names],
        scenarios=[
            Scenario(scenario=f"{n} {names[0]}", asset="*", price_shock=n / 500)
            for n in range(scenarios)
        ],
        history=[
            Bar(time=START - timedelta(hours=hour), symbol=each, close=10 + math.sin(hour + n))
            for hour in range(bars)
            for n, each in enumerate(names)
        ],
    )


def formulas(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                for text in re.findall(r"<f\b[^>]*>([^<]*)</f>", package.read(name).decode()):
                    yield text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.fixture(scope="module")
def hedged_with_one_future(tmp_path_factory):
    """A report on so many holdings that a sum of their cells would be too long for a formula."""
    path = tmp_path_factory.mktemp("large") / "large.xlsx"
    report_book(analyse(many(330, bars=4, instrument="A0"))).save(path)
    return path


@pytest.mark.parametrize(
    ("build", "portfolio"),
    [
        (report_book, many(20, scenarios=40, name="{}" + "🚀" * 2_000)),
        (template_book, many(40)),
    ],
    ids=["long names", "template"],
)
def test_large_portfolios_stay_within_the_limits(build, portfolio, tmp_path):
    path = tmp_path / "large.xlsx"
    build(analyse(portfolio)).save(path)
    assert faults(path) == []


def test_formulas_over_many_holdings_stay_within_the_limits(hedged_with_one_future):
    longest = max(formulas(hedged_with_one_future), key=len)
    assert 100 < len(longest) <= LONGEST_FORMULA, longest[:200]


def test_what_is_summed_over_many_holdings_is_still_a_formula(hedged_with_one_future, ironcalc):
    sheet = load_workbook(hedged_with_one_future, read_only=True)["Hedge history"]
    coins, *_ = sheet["B13"].value.removeprefix("=ABS(").split("+")
    assert coins == "SUM(Hedge!$D$341:$D$670)"  # below as many underlyings
    computed = ironcalc.values(hedged_with_one_future)["Hedge history"]
    assert computed["B13"] == pytest.approx(3_300)


@pytest.mark.parametrize("build", [report_book, template_book])
def test_a_long_history_fits(build, tmp_path):
    path = tmp_path / "long.xlsx"
    build(analyse(many(1, bars=20_000))).save(path)
    with zipfile.ZipFile(path) as package:
        rows = max(
            package.read(name).count(b"<row ")
            for name in package.namelist()
            if name.startswith("xl/worksheets/sheet")
        )
    assert 20_000 <= rows < 21_000


def told(tables, tmp_path, monkeypatch=None, rows=None):
    """What the report of a portfolio ends with."""
    if rows:
        monkeypatch.setattr("xlhedge.xlsx.sheet.MAX_ROW", rows)
    path = write_json(tmp_path / "mine.json", tables)
    (made,) = make([Task(path)], Options(), versions())
    assert not made.report
    (line,) = made.errors
    return line


def test_more_rows_than_a_sheet_has_are_one_line(tmp_path, monkeypatch):
    assert told(SAMPLE, tmp_path, monkeypatch, rows=40) == (
        "Sensitivity would have more than the 40 rows of a sheet; "
        "take fewer holdings, scenarios or bars"
    )


def test_more_lines_of_scenarios_than_a_sheet_has_are_told_before_they_are_made(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("xlhedge.analysis.scenarios.MOST_LINES", 4)
    assert told(SAMPLE, tmp_path) == (
        "Scenarios[0]: 1 scenarios of 7 holdings, shorts and collaterals make more lines than the "
        "4 that a sheet has room for; 0 scenarios do"
    )


@pytest.mark.parametrize("day", ["1900-01-01", "1900-02-28 23:59:59.999"])
def test_a_day_before_excel_s_calendar_is_right_is_a_located_error(day, tmp_path):
    line = told(changed("Shorts", 0, opened=day), tmp_path)
    assert line == (
        f'Shorts[0] opened: "{day}" is before March 1900; '
        "it must be a date such as 2026-03-27 or 2026-03-27 08:00"
    )


@pytest.mark.parametrize("day", ["1900-03-01", "9999-12-31 23:59:59.999"])
def test_the_first_and_the_last_day_are_written(day, tmp_path):
    tables = changed("Shorts", 0, opened=day)
    path = tmp_path / "report.xlsx"
    report_book(analyse(read(write_json(tmp_path / "mine.json", tables)))).save(path)
    cells = load_workbook(path, data_only=True)["Inputs & audit"]
    values = (cell.value for row in cells.iter_rows() for cell in row)
    days = {value for value in values if isinstance(value, datetime)}
    near = [each for each in days if abs(each - datetime.fromisoformat(day)) < timedelta(seconds=1)]
    assert len(near) == 1


@pytest.mark.parametrize("day", ["10000-01-01", "9999-12-31 23:59:59.9999"])
def test_a_day_after_the_last_is_no_date(day, tmp_path):
    assert f'"{day}" is not a date' in told(changed("Shorts", 0, opened=day), tmp_path)


# Fifteen digits


def test_a_number_keeps_all_of_its_digits_in_the_file(tmp_path):
    # A spreadsheet computes with the same 17 digits, as it stores the same binary number; it shows
    # and lets people type 15.
    number = 0.12345678901234568
    tables = changed("Holdings", 0, quantity=number)
    path = tmp_path / "report.xlsx"
    report_book(analyse(read(write_json(tmp_path / "mine.json", tables)))).save(path)
    sheet = load_workbook(path)["Hedge"]
    assert number in [row[1].value for row in sheet.iter_rows() if row[0].value == "BTC"]


@pytest.mark.parametrize("name", [12345678901234567890, 10**40])
def test_a_number_that_is_a_name_keeps_its_digits_or_is_refused(name, tmp_path):
    tables = changed("Scenarios", 0, scenario=name)
    del tables["Scenarios"][1]
    assert read(write_json(tmp_path / "a.json", tables)).scenarios[0].scenario == str(name)
    folder = write_csv(tmp_path / "csv", tables)
    assert read(folder).scenarios[0].scenario == str(name)
    tables["Scenarios"][0]["scenario"] = float(name)  # what a workbook would hold of it
    with pytest.raises(PortfolioError, match=r"Scenarios\[0\] scenario: .* is not text"):
        read(write_json(tmp_path / "b.json", tables))


# What is designed once


@pytest.mark.parametrize(
    "title", ["x" * 32, "🚀" * 16, "a/b", "a\\b", "a?b", "a*b", "a[b", "a]b", "a:b", "'a", "a'"]
)
def test_forbidden_titles_of_sheets_are_refused(title):
    with pytest.raises(ValueError, match=r"title|Invalid"):
        Book(title="", created=START, styles=styles()).sheet(title)


@pytest.mark.parametrize("title", ["History", "HISTORY"])
def test_the_title_that_excel_keeps_is_refused(title):
    with pytest.raises(ValueError, match="Excel keeps it for itself"):
        Book(title="", created=START, styles=styles()).sheet(title)


@pytest.mark.parametrize("build", [report_book, template_book])
def test_texts_arguments_and_nesting_of_every_formula_are_within_the_limits(build, tmp_path):
    # The names are as long as a cell allows: none of them may stand in a formula.
    tables = json.loads(json.dumps(SAMPLE).replace("BTC-PERP", "P" * 32_767))
    path = tmp_path / "book.xlsx"
    build(analyse(read(write_json(tmp_path / "mine.json", tables)))).save(path)
    for text in formulas(path):
        assert all(len(each) <= LONGEST_TEXT for each in re.findall(r'"((?:[^"]|"")*)"', text))
        plain = re.sub(r'"(?:[^"]|"")*"', '""', text)
        depth = deepest = 0
        for letter in plain:
            depth += (letter == "(") - (letter == ")")
            deepest = max(deepest, depth)
        assert deepest <= DEEPEST, text
        assert plain.count(",") <= MOST_ARGUMENTS, text
    assert faults(path) == []
