"""What whole portfolios have found, each case by itself."""

import pytest
import whole_portfolios as whole
from report_cells import Report

from xlhedge.analysis import analyse
from xlhedge.portfolio import PortfolioError
from xlhedge.readers import read
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

SETTINGS = {"as_of": "2026-03-27", "horizon_date": "2026-06-27"}
PERP = {"instrument": "PERP", "underlying": "BTC", "futures_price": 1e155, "funding_rate": 0.0}
BTC = {"asset": "BTC", "quantity": 7e152, "spot_price": 1e155, "instrument": "PERP"}
ALT = BTC | {"asset": "ALT", "instrument": None}
NAKED = PERP | {"instrument": "NAKED", "funding_rate": 0.0001}
PERPS = {"instrument": "PERP"}


def analysed(holdings, shorts=(), scenarios=(), **settings):
    tables = {"Settings": SETTINGS | settings, "Holdings": holdings, "Instruments": [PERP, NAKED],
              "Shorts": list(shorts), "Scenarios": list(scenarios)}  # fmt: skip
    with whole.folder() as place:
        return analyse(read(whole.as_json(place / "book.json", tables)))


def test_a_short_beside_no_exposure_is_no_multiple_of_rounding():
    """It was 7.7e14 hedged, where a spreadsheet's subtraction said #DIV/0!."""
    three = {"instrument": "NAKED", "entry_price": 1e155}
    shorts = [three | {"contracts": size} for size in (1e-156, 2e-156, 3e-156)]
    analysis = analysed([BTC | {"quantity": 0.0, "instrument": None}], shorts)
    analysis.total.net_delta *= 1 - 4e-16
    for book, sheet, nothing in (
        (report_book(analysis), "Key figures", "none"),
        (template_book(analysis), "Start", "–"),
    ):
        rows = Report(book.to_bytes()).sheets[sheet]
        assert [row[1] for row in rows if row[0] == "Hedged"] == [nothing]


def test_minus_zero_in_a_file_is_zero():
    analysis = analysed([BTC | {"quantity": 1.0, "beta": -0.0}])
    assert str(analysis.portfolio.holdings[0].beta) == "0.0"


def test_contracts_of_no_coins_at_all_have_no_average_entry():
    """5e-324 contracts of a thousandth of a coin are no coins: it was a ZeroDivisionError."""
    small = PERP | {"contract_size": 0.001, "futures_price": 60_000.0}
    lot = {"instrument": "PERP", "contracts": 5e-324, "entry_price": 61_000.0}
    tables = {"Settings": SETTINGS, "Instruments": [small], "Shorts": [lot],
              "Holdings": [BTC | {"quantity": 1.0, "spot_price": 60_000.0}],
              "Scenarios": []}  # fmt: skip
    with whole.folder() as place:
        (row,) = analyse(read(whole.as_json(place / "book.json", tables))).unwind
    assert (row["entry_price"], row["price_change"], row["signal"]) == (None, None, "no short")


SCENARIO = {"scenario": "up", "asset": "*", "price_shock": 1.5}
SHORT = {"instrument": "NAKED", "contracts": 7e152, "entry_price": 1e155}


@pytest.mark.parametrize(
    ("told", "more"),
    [
        ("Holdings: Target short", {"holdings": [BTC | {"quantity": 1e153}] * 2}),
        ("Instruments[1] futures_price: 1e+155 is too large: AVERAGE_ENTRY",
         {"shorts": [SHORT | {"contracts": 1e153}] * 2}),
        ("Shorts: the total of short_notional",
         {"shorts": [SHORT | {"contracts": 1e153} | each for each in ({}, PERPS)]}),
        ("Scenarios[0] price_shock: the total of spot", {"holdings": [BTC, ALT],
                                                         "scenarios": [SCENARIO]}),
        ("Scenarios[0] price_shock: SCENARIO_ATTRIBUTION",
         {"scenarios": [SCENARIO | {"price_shock": 1e6}]}),
        ("Settings shock_max: the P&L of all coins",
         {"holdings": [BTC, ALT], "shock_max": 1.5, "shock_step": 0.5}),
        ("Settings shock_max: SCENARIO_PNL", {"shock_max": 1e6, "shock_step": 1e6}),
        ("Instruments[1] futures_price: 1e+155 is too large: FUNDING_DRAG",
         {"shorts": [SHORT], "horizon_date": "2099-01-01"}),
    ],
)  # fmt: skip
def test_sums_that_are_too_large_for_a_number_are_told_with_a_place(told, more):
    """They were told without one, or were infinite in a cell, which then could not be written."""
    if "holdings" in more and more["holdings"][0] == more["holdings"][-1]:
        more = more | {"holdings": [more["holdings"][0], more["holdings"][0] | {"asset": "ALT"}]}
    with pytest.raises(PortfolioError) as caught:
        analysed(**{"holdings": [BTC]} | more)
    (problem,) = caught.value.problems
    assert str(problem).startswith(told)
    assert "too large" in str(problem)
