"""The states of page one's figures against their thresholds, from both sides of each."""

from datetime import datetime

import pytest

from xlhedge.analysis import analyse
from xlhedge.analysis.states import (
    ACT,
    GOOD,
    UNKNOWN,
    WATCH,
    Distance,
    carry_state,
    hedged_state,
    liquidation_state,
    states,
    worst_state,
)
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short


@pytest.mark.parametrize(
    ("off", "most", "state"),
    [
        (0.0, 0.0, GOOD), (0.02, 1.0, GOOD), (0.0201, 1.0, WATCH), (0.1, 1.0, WATCH),
        (0.1001, 1.0, ACT), (0.0, 1.05, GOOD), (0.0, 1.0501, ACT),
        (0.0, float("inf"), ACT),
    ],
)  # fmt: skip
def test_hedged(off, most, state):
    assert hedged_state(off, most, 0.02) == state


def test_a_wide_band_is_no_reason_to_act_within_it():
    assert hedged_state(0.15, 1.0, 0.2) == GOOD


@pytest.mark.parametrize(
    ("move", "typical", "unknown", "state"),
    [
        (0.2499, None, False, ACT), (0.25, None, False, WATCH), (0.5, None, False, GOOD),
        (0.6, 0.6, False, ACT), (0.61, 0.6, False, WATCH), (1.2, 0.6, False, WATCH),
        (1.21, 0.6, False, GOOD), (0.9, None, True, UNKNOWN), (0.1, None, True, ACT),
        (0.4, None, True, UNKNOWN), (0.26, 0.1, False, GOOD), (0.24, 0.1, False, ACT),
    ],
)  # fmt: skip
def test_liquidation(move, typical, unknown, state):
    assert liquidation_state([Distance(9.0), Distance(move, typical)], 0.25, unknown=unknown) == (
        state
    )


def test_nothing_that_liquidates_is_good():
    assert liquidation_state([], 0.25) == GOOD
    assert liquidation_state([], 0.25, unknown=True) == UNKNOWN


@pytest.mark.parametrize(
    ("loss", "words", "state"),
    [
        (250.0, ["", ""], GOOD), (250.1, ["", ""], ACT), (-5.0, [""], GOOD),
        (10.0, ["", "liquidated"], WATCH), (10.0, ["liquidation unknown", "liquidated"], UNKNOWN),
        (251.0, ["liquidation unknown"], ACT), (0.0, [], UNKNOWN),
    ],
)  # fmt: skip
def test_the_worst_scenario(loss, words, state):
    assert worst_state(loss, 1_000, words) == state


def test_carry():
    assert [carry_state(cost, breached=False) for cost in (-1, 0.02, 0.0201)] == [GOOD, GOOD, WATCH]
    assert carry_state(-1, breached=True) == ACT


def book(**more):
    """One bitcoin at 100, hedged by one short of it: liquidated where (100 + m) / p is 1.01."""
    short = {"instrument": "PERP", "contracts": 1.0, "entry_price": 100.0, "margin": 60.0}
    rows = {
        "holdings": (Holding(asset="BTC", quantity=1.0, spot_price=100.0, instrument="PERP"),),
        "shorts": (Short(**short | more.pop("short", {})),),
    } | more
    return analyse(
        Portfolio(
            settings=Settings(as_of=datetime(2026, 1, 1), horizon_date=datetime(2026, 4, 1)),
            instruments=(
                Instrument(
                    instrument="PERP", underlying="BTC", futures_price=100.0, index_price=100.0,
                    mm_rate=0.01, funding_rate=0.0,
                ),
            ),
            scenarios=(Scenario(scenario="Fall", asset="*", price_shock=-0.2),),
            **rows,
        )
    )  # fmt: skip


def test_a_hedge_on_target_with_margin_is_good_but_for_what_nobody_knows():
    assert states(book()) == {  # 160 / 1.01 is 58 % away, more than twice a quarter
        "hedged": GOOD, "liquidation": GOOD, "worst": GOOD, "carry": GOOD
    }  # fmt: skip
    assert states(book(short={"margin": 40.0}))["liquidation"] == WATCH  # 38.6 %
    assert states(book(short={"margin": 20.0}))["liquidation"] == ACT  # 18.8 %
    assert states(book(short={"margin": None}))["liquidation"] == UNKNOWN


def test_a_short_of_nothing_that_is_held_is_to_be_acted_on():
    ether = Holding(asset="ETH", quantity=1.0, spot_price=1e6)
    assert states(book(holdings=(ether,)))["hedged"] == ACT
    assert states(book(shorts=()))["hedged"] == ACT  # all of it is still to be hedged
    assert states(book(shorts=()))["liquidation"] == GOOD


def test_gaps_on_two_underlyings_do_not_offset():
    """One is hedged for 96 and one for 104 of 100: together they would be at the target."""
    coins = tuple(
        Holding(asset=name, quantity=1.0, spot_price=100.0, instrument=f"{name}-P")
        for name in ("BTC", "ETH")
    )
    futures = tuple(
        Instrument(instrument=f"{name}-P", underlying=name, futures_price=100.0,
                   funding_rate=0.0)
        for name in ("BTC", "ETH")
    )  # fmt: skip
    shorts = tuple(
        Short(instrument=f"{name}-P", contracts=size, entry_price=100.0, margin=90.0)
        for name, size in (("BTC", 0.96), ("ETH", 1.04))
    )
    settings = Settings(as_of=datetime(2026, 1, 1), horizon_date=datetime(2026, 4, 1))
    found = analyse(
        Portfolio(settings=settings, holdings=coins, instruments=futures, shorts=shorts)
    )
    assert found.total.net_delta == pytest.approx(0)
    assert states(found)["hedged"] == WATCH  # 8 of 200
