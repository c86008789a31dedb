"""Reports that leave lines out: sums stay those of all lines, and what is urgent stays."""

import re
from dataclasses import replace
from inspect import signature

import pytest
from books import PORTFOLIOS, saved
from openpyxl import load_workbook
from stored import differences, poisoned, stored
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.analysis.order_list import order_list
from xlhedge.cli import app, reports
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.shown import MOST_SHOWN, Shown
from xlhedge.sheets.template import template_book

FEW = 2
"""Lines of a table, so that small portfolios have too many."""


def short_of(portfolio, most, path):
    """A report that leaves lines out, as openpyxl reads the values that are stored in it."""
    analysis = analyse(portfolio)
    saved(report_book(analysis, shown=Shown(analysis, most)).to_bytes(), path)
    return load_workbook(path, data_only=True)


def many(count, **odd):
    """A treasury of so many coins, each hedged to within the band by a short with its own margin.

    Args:
        count: how many.
        odd: what another coin, the smallest, has in its short, its holding or its instrument.
    """
    at = SAMPLES["treasury"].settings
    names = [f"C{n}" for n in range(count)] + ["ODD"] * bool(odd)
    worth = {name: 1.0 if name == "ODD" else 1_000.0 + n for n, name in enumerate(names)}
    short = {"contracts": 1.0, "entry_price": 1.0, "margin": 0.9}
    of = {name: odd if name == "ODD" else {} for name in names}
    return Portfolio(
        settings=Settings(as_of=at.as_of, horizon_date=at.horizon_date),
        holdings=[
            Holding(**{"asset": each, "quantity": worth[each], "spot_price": 1.0,
                       "instrument": f"{each}-P"} | of[each].get("holding", {}))
            for each in names
        ],
        instruments=[
            Instrument(**{"instrument": f"{each}-P", "underlying": each, "futures_price": 1.0,
                          "funding_rate": 1e-4, "mm_rate": 0.01} | of[each].get("instrument", {}))
            for each in names
        ],
        shorts=[
            Short(**short | {"instrument": f"{each}-P", "contracts": worth[each],
                             "margin": 0.9 * worth[each]} | of[each].get("short", {}))
            for each in names
        ],
        scenarios=[Scenario(scenario="Up", asset="*", price_shock=0.1)],
    )  # fmt: skip


@pytest.mark.parametrize("portfolio", [*PORTFOLIOS.values(), many(12)], ids=[*PORTFOLIOS, "many"])
def test_what_a_spreadsheet_computes_are_the_values_of_all_lines(
    portfolio, plain_libreoffice, tmp_path
):
    path = tmp_path / "report.xlsx"
    short_of(portfolio, FEW, path)
    computed = plain_libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(path)) == []


def column(sheet, title, below):
    """The cells of a sheet's first table under a header, from a header in its first column on."""
    top = next(row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value == below)
    (at,) = (cell.column for cell in sheet[top] if cell.value == title)
    return [sheet.cell(row, at).value for row in range(top + 1, sheet.max_row + 1)]


def lines_of(sheet, below):
    """The names in the first column of a table, without its total."""
    names = column(sheet, below, below)[1:]
    return names[: names.index(None)] if None in names else names


TABLES = {"Hedge": "Asset", "Margin": "Instrument", "Carry": "Instrument", "Orders": "Instrument",
          "Underlyings": "Underlying", "Unwind": "Asset"}  # fmt: skip


def test_columns_add_up_to_all_lines_and_one_line_says_how_many_it_stands_for(tmp_path):
    book = short_of(many(40), 15, tmp_path / "report.xlsx")
    for title, head in TABLES.items():
        names = lines_of(book[title], head)
        assert names[15] == "and 25 more", title
        assert names[:15] == sorted(names[:15], key=lambda name: int(re.findall(r"\d+", name)[0]))
    worth = [1_000 + n for n in range(40)]  # the largest are the last ones
    total, *shown = column(book["Hedge"], "Spot notional", "Asset")[:17]
    assert shown == [*worth[25:], sum(worth[:25])]
    assert total == sum(worth)


@pytest.mark.parametrize(
    ("odd", "where"),
    [
        ({"short": {"margin": 0.1}}, {"Margin"}),  # a move of 9 % liquidates it
        ({"holding": {"avg_cost": 3.0}, "short": {"entry_price": 3.0}}, {"Hedge", "Unwind"}),
        ({"instrument": {"funding_rate": -0.0015}}, {"Orders", "Carry"}),  # dear
        ({"short": {"contracts": 100.0, "margin": 90.0}}, {"Hedge", "Orders", "Underlyings"}),
    ],
    ids=["near", "unwind", "dear", "mistyped"],
)  # fmt: skip
def test_what_is_urgent_stays_however_small_it_is(odd, where, tmp_path):
    book = short_of(many(40, **odd), 15, tmp_path / "report.xlsx")
    named = {
        title
        for title, head in TABLES.items()
        if {"ODD", "ODD-P"} & set(lines_of(book[title], head))
    }
    assert where <= named


def test_every_order_is_in_the_workbook(tmp_path):
    """In the table, or in the list of those that it leaves out, with contracts and value."""
    portfolio = many(40)
    portfolio = replace(portfolio, shorts=portfolio.shorts[:5])
    orders = [each for each in order_list(analyse(portfolio)) if each.advised]
    assert len(orders) == 35
    sheet = short_of(portfolio, 15, tmp_path / "report.xlsx")["Orders"]
    names = lines_of(sheet, "Instrument")[:15]
    (title,) = (
        row[0] for row in sheet.iter_rows(max_col=1) if str(row[0].value).startswith("Orders that")
    )
    heads = [cell.value for cell in sheet[title.row + 1][:8]]
    listed = {
        row[0].value: dict(zip(heads, (cell.value for cell in row[:8]), strict=True))
        for row in sheet.iter_rows(min_row=title.row + 2)
        if row[0].value
    }
    assert title.value == f"Orders that the table leaves out: {len(listed)}"
    assert not set(names) & set(listed)
    for each in orders:
        line = listed.get(each.instrument)
        assert line or each.instrument in names
        if line:
            assert (line["Side"], line["Urgency"]) == ("sell", "today")
            assert line["Contracts"] == line["Value"] == 1_000 + int(each.instrument[1:-2])


def test_scenarios_keep_the_lines_that_move_most_and_the_sums_of_the_others(tmp_path):
    sheet = short_of(many(40), 10, tmp_path / "report.xlsx")["Stress"]
    lines = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Up"][1:]
    assert len(lines) == 50  # of 80
    assert lines[-1][1] == "and 31 more"
    assert {int(row[1][1:3]) for row in lines[:-1]} == set(range(15, 40))
    heads = next(row for row in sheet.iter_rows(values_only=True) if "Holding or short" in row)
    spot = heads.index("Spot")
    assert sum(row[spot] or 0 for row in lines) == pytest.approx(0.1 * sum(range(1_000, 1_040)))


def test_a_report_says_what_it_leaves_out_on_page_one_among_its_warnings_and_at_the_terminal(
    tmp_path,
):
    analysis = analyse(many(12))
    source = tmp_path / "many.xlsx"
    template_book(analysis).save(source)
    run = CliRunner().invoke(app, ["report", str(source), "-o", str(tmp_path), "--lines", "10"])
    said = "the tables leave out 2 of 12 holdings, 2 of 12 underlyings, 2 of 12 instruments, "
    assert said in run.stderr
    book = load_workbook(tmp_path / "many-report.xlsx")
    for title, values in (
        ("Summary", "The large numbers are formulas"), ("Inputs & audit", "stands as a value")
    ):  # fmt: skip
        cells = [str(cell.value) for row in book[title].iter_rows() for cell in row]
        assert [text for text in cells if said[1:] in text], title
        assert [text for text in cells if values in text], title
    again = CliRunner().invoke(
        app, ["report", str(source), "-o", str(tmp_path), "--lines", "12", "--resume"]
    )
    assert "leave out" not in again.stderr
    book = load_workbook(tmp_path / "many-report.xlsx")  # another number makes another report
    assert "and 2 more" not in lines_of(book["Hedge"], "Asset")


def test_a_report_up_to_the_number_has_every_line_and_is_the_same_with_any_larger_one():
    analysis = analyse(SAMPLES["treasury"])
    books = [report_book(analysis, shown=Shown(analysis, n)).to_bytes() for n in (30, 1_000)]
    assert books[0] == books[1] == report_book(analysis).to_bytes()


def test_a_first_hedge_of_hundreds_of_coins_has_a_report(tmp_path):
    """What its orders open is a sum of as many cells; a formula has 8,192 characters."""
    portfolio = replace(many(600), shorts=())
    book = short_of(portfolio, 1_000, tmp_path / "report.xlsx")
    sheet = book["Key figures"]
    (opened,) = (row[1] for row in sheet.iter_rows(values_only=True)
                 if row[0] == "Opened anew by orders, value")  # fmt: skip
    assert opened == sum(range(1_000, 1_600))


def test_the_command_s_own_number_is_that_of_python():
    """It stands there as a number, for help must not load the sheets."""
    assert signature(reports.report).parameters["lines"].default == MOST_SHOWN
