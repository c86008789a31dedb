"""Exposure, gap and orders by underlying: what is short anywhere counts, and is ordered once."""

from collections import Counter

import pytest
from plain_orders import answer, drawn

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.portfolio import Holding, Instrument, Portfolio, Settings, Short

_TABLES = {"Holdings": Holding, "Instruments": Instrument, "Shorts": Short}


def portfolio(tables):
    rows = {name.lower(): [model(**row) for row in tables[name]] for name, model in _TABLES.items()}
    return Portfolio(settings=Settings(**tables["Settings"]), **rows)


def book(holdings, instruments, shorts=(), **settings):
    """A book of bitcoin at 60,000, with perpetuals that trade thousandths."""
    base = {"as_of": "2026-03-02", "horizon_date": "2026-04-01", "quote_currency": "USD"}
    held = {"asset": "BTC", "quantity": 1, "spot_price": 60_000}
    terms = {"underlying": "BTC", "futures_price": 60_000, "funding_rate": 0.0001,
             "qty_step": 0.001, "min_notional": 100}  # fmt: skip
    lot = {"entry_price": 60_000, "margin": 60_000}
    return analyse(
        portfolio(
            {
                "Settings": base | settings,
                "Holdings": [held | row for row in holdings],
                "Instruments": [terms | {"mm_rate": 0.005} | row for row in instruments],
                "Shorts": [lot | row for row in shorts],
            }
        )
    )


A, B = {"instrument": "A"}, {"instrument": "B"}


def orders(analysis):
    return {row.instrument: (row.order_contracts, row.action) for row in analysis.orders}


def test_what_is_short_on_another_venue_counts():
    analysis = book([A], [A, B], [A | {"contracts": 0.5}, B | {"contracts": 0.5}])
    assert orders(analysis) == {"A": (0, "none"), "B": (0, "none")}
    (row,) = analysis.hedge
    assert (row.short_notional, row.hedged, row.residual_delta) == (60_000, 1, 0)
    assert analysis.hedged == 1
    assert advice(analysis) == ["Nothing: every holding is at its target."]


def test_a_short_order_goes_to_the_instrument_that_is_named():
    analysis = book([A], [B | {"funding_rate": 0.01}, A], [B | {"contracts": 0.5}])
    assert orders(analysis) == {"A": (0.5, "short"), "B": (0, "none")}
    assert advice(analysis)[-1] == "Short 0.5 contracts of A for BTC, worth 30,000.00 USD."


def test_buying_back_begins_where_funding_is_worst_for_a_short():
    """0.56 of 1.7 go: 0.5 where a short gets 0.004 % in 8 hours, 0.06 of 0.01 %, none of 0.02 %."""
    venues = [
        A | {"funding_rate": 0.0001},
        B | {"funding_rate": 0.00002, "interval_hours": 4},
        {"instrument": "C", "funding_rate": 0.0002},
    ]
    lots = [A | {"contracts": 0.6}, B | {"contracts": 0.5}, {"instrument": "C", "contracts": 0.6}]
    analysis = book([A | {"quantity": 1.14}], venues, lots)
    assert orders(analysis) == {
        "A": (pytest.approx(-0.06), "buy back"),
        "B": (-0.5, "buy back"),
        "C": (0, "none"),
    }
    (row,) = analysis.hedge
    assert row.order_notional == pytest.approx(-33_600)
    assert row.residual_delta == pytest.approx(0, abs=1e-6)


def test_rows_of_one_coin_in_different_places_add_up_and_take_their_share():
    rows = [A | {"place": "cold", "quantity": 3}, B | {"place": "desk"}]
    analysis = book(rows, [A, B])
    assert orders(analysis) == {"A": (3, "short"), "B": (1, "short")}
    (row,) = analysis.underlyings
    assert (row.exposure, row.gap) == (240_000, 240_000)


def test_one_underlying_does_not_offset_another():
    eth = {"instrument": "E", "underlying": "ETH", "futures_price": 3_000, "index_price": 3_000}
    analysis = book([A], [A, eth], [{"instrument": "E", "contracts": 20, "entry_price": 3_000}])
    assert (analysis.total.net_delta, analysis.hedged) == (0, 0)
    assert [row.gross_delta for row in analysis.underlyings] == [60_000, 60_000]
    assert advice(analysis) == [
        (
            "You hold nothing that moves with ETH: the short future of 60,000.00 USD on it hedges "
            "nothing; it loses when ETH rises. Buy it back, or enter in Holdings what it hedges."
        ),
        "Short 1 contract of A for BTC, worth 60,000.00 USD.",
    ]


@pytest.mark.parametrize(("contracts", "way"), [(2, "short"), (-2, "long")])
def test_what_hedges_nothing_is_told_and_never_called_at_its_target(contracts, way):
    eth = {"instrument": "E", "underlying": "ETH", "futures_price": 3_000, "index_price": 3_000}
    short = {"instrument": "E", "contracts": contracts, "entry_price": 3_000, "margin": 6_000}
    lots = [A | {"contracts": 1}, short]
    (line,) = advice(book([A], [A, eth], lots))
    assert f"the {way} future of 6,000.00 USD on it hedges nothing" in line


def test_coins_that_name_no_instrument_are_exposed_beside_what_is_short():
    analysis = book([{}], [A], [A | {"contracts": 0.4}])
    assert advice(analysis) == [
        (
            "BTC names no instrument, so nothing is ordered for it; with what is short on BTC "
            "36,000.00 USD stay exposed."
        )
    ]
    assert (analysis.total.net_delta, analysis.hedged) == (36_000, pytest.approx(0.4))


@pytest.mark.parametrize(
    ("held", "band", "order"),
    [(0.991, 0.01, 0), (0.989, 0.01, 0.011), (0.991, 0.005, 0.009), (1.009, 0.01, 0)],
)
def test_a_gap_within_the_band_is_no_order(held, band, order):
    analysis = book([A], [A | {"min_notional": 0}], [A | {"contracts": held}], rebalance_band=band)
    assert orders(analysis)["A"][0] == pytest.approx(order)
    if not order:
        assert advice(analysis) == [
            "Nothing: what is missing to the targets is below 1 % of the exposure."
        ]


def test_a_hedge_that_is_not_wanted_is_closed_below_the_smallest_value_and_within_the_band():
    analysis = book([A], [A], [A | {"contracts": 0.001, "margin": 60}], hedge_ratio=0)
    assert advice(analysis) == ["Buy back 0.001 contracts of A for BTC, worth 60.00 USD."]
    # A new short of that size is too small, and the other way round through nothing as well.
    small = book([A | {"quantity": 0.001}], [A])
    assert orders(small) == {"A": (0.001, "too small")}
    against = A | {"quantity": 0.0005, "beta": -1}
    turned = book([against], [A | {"qty_step": 0}], [A | {"contracts": 0.0005}])
    assert orders(turned)["A"] == (pytest.approx(-0.001), "too small")


def test_a_gap_below_a_step_is_said_to_be_that():
    analysis = book([A | {"quantity": 0.0099}], [A | {"qty_step": 0.01}])
    assert advice(analysis) == [
        (
            "BTC: the gap to the target, 594.00 USD, is less than one step of A; 594.00 USD stay "
            "exposed."
        )
    ]


def test_an_order_serves_all_that_share_it():
    """Each alone rounds to nothing, both together are a step."""
    rows = [A | {"quantity": 0.006}, A | {"asset": "ALT", "quantity": 6, "spot_price": 60}]
    analysis = book(rows, [A | {"qty_step": 0.01}])
    assert orders(analysis) == {"A": (0.01, "short")}
    assert advice(analysis) == ["Short 0.01 contracts of A for BTC and ALT, worth 600.00 USD."]


def test_drawn_books_against_plain_arithmetic():
    """Several venues, places, betas below 0, expiries, quotes; each kind of order turns up."""
    seen = Counter()
    for seed in range(400):
        tables = drawn(seed)
        analysis = analyse(portfolio(tables))
        found, ordered = answer(tables)
        assert {row.underlying for row in analysis.underlyings} == set(found)
        for row in analysis.underlyings:
            wanted = found[row.underlying]
            size = abs(wanted["exposure"]) + abs(wanted["short_notional"]) + row.gross_exposure
            for name in ("exposure", "cover", "short_notional", "gap"):
                assert getattr(row, name) == pytest.approx(wanted[name], rel=1e-9, abs=1e-9 * size)
        for row in analysis.orders:
            order = ordered[row.instrument]
            scale = abs(row.short_contracts) + abs(order)
            assert row.order_contracts == pytest.approx(order, rel=1e-9, abs=1e-9 * scale), seed
            seen[row.action] += 1
        venues = Counter(row.underlying for row in analysis.orders if row.order_contracts < 0)
        seen["bought back in several"] += max(venues.values(), default=0) > 1
        seen["by coins"] += any(row.sized_by == "coins" for row in analysis.orders if row.part)
        seen["other dollars"] += any(row.parity != 1 for row in analysis.orders if row.part)
        seen["nobody's"] += any(not row.held for row in analysis.underlyings)
    kinds = ("short", "buy back", "none", "bought back in several", "nobody's", "by coins")
    assert min(seen[name] for name in (*kinds, "other dollars")) > 40


def test_all_that_is_short_is_shared_among_those_that_name_an_instrument():
    rows = [A | {"place": "desk", "hedge_ratio": 0}, {"place": "cold", "quantity": 2}]
    analysis = book(rows, [A, B], [B | {"contracts": 0.5}])
    desk, cold = analysis.hedge
    assert (desk.share, desk.short_notional, desk.net_delta) == (1, 30_000, 30_000)
    assert (cold.short_notional, cold.net_delta) == (0, 120_000)
    assert (analysis.unassigned.short_notional, analysis.total.net_delta) == (0, 150_000)
