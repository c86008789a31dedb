"""The tiles on the template's first sheet: the report's states, as people type."""

from dataclasses import replace
from datetime import datetime, timedelta
from statistics import stdev

import pytest
from books import PORTFOLIOS, perpetual, saved, settings, template
from openpyxl import load_workbook
from stored import as_saved_by_a_spreadsheet

from xlhedge.analysis import analyse
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import sum_of
from xlhedge.analysis.states import states
from xlhedge.portfolio import Bar, Holding, Portfolio, Short
from xlhedge.sheets.template import template_book

STATES = {"HEDGED": "hedged", "LIQUIDATION": "liquidation", "WORST CASE": "worst", "CARRY": "carry"}


def tiles_of(values):
    """State, number and lines of each tile, by its label."""
    start = values["Start"]
    (coins,) = (cell for cell in start if start[cell] == "COINS")
    top = int(coins[1:])
    return {
        start[f"{letter}{top}"]: [start.get(f"{letter}{top + n}", "") for n in range(1, 6)]
        for letter in "ABCDEF"
    }


def shown(path):
    """What is stored, as engines give values."""
    book = load_workbook(path, data_only=True)
    cells = (cell for row in book["Start"].iter_rows() for cell in row)
    return {"Start": {cell.coordinate: cell.value for cell in cells if cell.value is not None}}


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_states_and_numbers_are_those_of_the_report(name, tmp_path):
    """What is stored; that spreadsheets compute it is compared for all cells of these books."""
    analysis = analyse(PORTFOLIOS[name])
    found = tiles_of(shown(saved(template(name), tmp_path / "book.xlsx")))
    told = states(analysis)
    for label, key in STATES.items():
        assert found[label][0].partition(":")[0] == told[key], label
    total = analysis.total
    assert found["COINS"][1] == pytest.approx(total.spot_notional + total.coin_margin)
    assert found["HEDGED"][1] == analysis.hedged
    unknown = "unknown" if told["liquidation"] == "UNKNOWN" else "none"
    near = analysis.nearest
    assert found["LIQUIDATION"][1] == (unknown if near is None else pytest.approx(near))
    worst = analysis.worst
    assert found["WORST CASE"][1] == (pytest.approx(worst.legs.net) if worst else "unknown")
    assert found["CARRY"][1] == pytest.approx(sum_of(analysis.carry, CarryRow.carry))


# Of 100 to 110 and back: 10 changes, five of +10 % and five of -1/11.
CLOSES = [100.0, 110.0] * 5 + [100.0]
MOVE = stdev([0.1, -1 / 11] * 5) * 30**0.5
"""A day a bar, thirty days to the horizon."""


def book(margin=None, symbol="BTC", closes=CLOSES, rate=0.01):
    """One coin of 100, and one short of it."""
    day = datetime(2026, 1, 1)
    return Portfolio(
        settings=settings(as_of=day, horizon_date=day + timedelta(30), liquidation_alert=0.05),
        holdings=[Holding(asset="BTC", quantity=1, spot_price=100, instrument="BTC-P")],
        instruments=[perpetual("BTC-P", "BTC", 100, mm_rate=rate)],
        shorts=[Short(instrument="BTC-P", contracts=1, entry_price=100, margin=margin,
                      account="Desk")],
        history=[Bar(time=day - timedelta(len(closes) - n), symbol=symbol, close=close)
                 for n, close in enumerate(closes)],
    )  # fmt: skip


def buffer(margin):
    """The rise at which a short of 100 with that margin is liquidated."""
    return (100 + margin) / 1.01 / 100 - 1


TYPICAL = f"{100 * MOVE:.1f} %"
CASES = {
    "reached": (book(margin=50), "ACT", f"a typical move, ±{TYPICAL}, reaches it"),
    "watched": (book(margin=100), "WATCH", f"typical move ±{TYPICAL}"),
    "far": (book(margin=150), "GOOD", f"typical move ±{TYPICAL}"),
    "bars of the instrument": (book(margin=50, symbol="btc-p"), "ACT",
                               f"a typical move, ±{TYPICAL}, reaches it"),
    "too few bars": (book(margin=50, closes=CLOSES[1:]), "GOOD", "typical move: no history"),
    "bars of another": (book(margin=50, symbol="ETH"), "GOOD", "typical move: no history"),
}  # fmt: skip


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("case", CASES)
def test_a_typical_move_is_compared_with_liquidation(case, libreoffice, ironcalc, tmp_path):
    portfolio, state, line = CASES[case]
    path = tmp_path / "book.xlsx"
    margin = portfolio.shorts[0].margin
    stored = {}
    for edition, engine in (("addin", libreoffice), ("365", ironcalc)):
        template_book(analyse(portfolio), edition).save(path)
        stored = tiles_of(shown(path))["LIQUIDATION"]
        saved_again = as_saved_by_a_spreadsheet(path, tmp_path / f"{edition}.xlsx")
        values = engine.values(saved_again)
        found = tiles_of(values)["LIQUIDATION"]
        assert found[0] == stored[0] == state
        assert found[1] == pytest.approx(buffer(margin))
        near = f"BTC-P at {100 + 100 * buffer(margin):.2f}"
        assert found[2:] == stored[2:] == [near, "Desk, isolated", line]
        step = "Add margin or buy back: a typical move to the horizon liquidates BTC-P (Margin)"
        assert (values["Start"]["B3"] == step) is (state == "ACT")


@pytest.mark.usefixtures("few_rows")
def test_what_is_unknown_says_why(libreoffice, ironcalc, tmp_path):
    path = tmp_path / "book.xlsx"
    cases = (book(), "margin"), (book(margin=50, rate=None), "mm_rate")
    for portfolio, missing in cases:
        for edition, engine in (("addin", libreoffice), ("365", ironcalc)):
            template_book(analyse(portfolio), edition).save(path)
            for values in (shown(path), engine.values(path)):
                state, number, line, *_ = tiles_of(values)["LIQUIDATION"]
                assert state == f"UNKNOWN: {missing} missing"
                assert (number, line) == ("unknown", f"BTC-P: {missing} missing")


@pytest.mark.usefixtures("few_rows")
def test_tiles_follow_what_is_typed(libreoffice, tmp_path):
    """A book of the template, filled in cell by cell."""
    path = saved(template(None), tmp_path / "book.xlsx")
    assert set(map(tuple, tiles_of(libreoffice.values(path)).values())) == {
        ("", "–", "", "", "")}  # fmt: skip
    typed = load_workbook(path)
    for column, value in {"A": "BTC", "B": 2, "C": 50_000, "G": "BTC-P"}.items():
        typed["Portfolio"][f"{column}6"] = value
    typed.save(path)
    for label, (state, number, *lines) in tiles_of(libreoffice.values(path)).items():
        if label in ("COINS", "HEDGED", "WORST CASE", "SINCE OPENED"):
            assert (state, number) == ("UNKNOWN: cells are missing", "–"), label
        assert not any(str(line).startswith("#") for line in lines)
    typed["Portfolio"]["D6"], typed["Portfolio"]["G6"] = 60_000, None
    typed.save(path)
    found = tiles_of(libreoffice.values(path))
    assert found["COINS"] == ["", 120_000, "gain 20 k", "1 holding", ""]
    assert found["LIQUIDATION"][:3] == ["GOOD", "none", "nothing is short"]


def test_a_gain_and_a_loss_are_told_apart(tmp_path):
    dear = Holding(asset="BTC", quantity=1, spot_price=100, avg_cost=160.4, instrument="BTC-P")
    losing = replace(book(margin=50), holdings=[dear])
    template_book(analyse(losing)).save(tmp_path / "book.xlsx")
    found = tiles_of(shown(tmp_path / "book.xlsx"))
    assert found["COINS"][2] == "loss 60"
    assert found["SINCE OPENED"][1:4] == [pytest.approx(-60.4), "hedge 0", "coins −60"]
