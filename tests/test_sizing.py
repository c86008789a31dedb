"""How contracts count in a hedge: inverse ones off spot, futures that expire, other quotes.

The money that a hedge ends with is worked out here from coins and prices alone.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.portfolio import (
    Holding,
    Instrument,
    Portfolio,
    PortfolioError,
    Scenario,
    Settings,
    Short,
)

SPOT, FUTURE = 60_000, 66_000
DATED = {"expiry": "2026-03-27"}  # before the horizon
INVERSE = DATED | {"contract_type": "inverse", "contract_size": 1}
PERPETUAL = {"instrument": "P", "futures_price": SPOT, "funding_rate": 0.0001}


def book(*instruments, shorts=(), holding=None, scenarios=(), **settings):
    """One bitcoin at 60,000, hedged with the first instrument, a future at 66,000 unless told."""
    base = {"as_of": "2026-03-02", "horizon_date": "2026-04-01"}
    terms = {"instrument": "Q", "underlying": "BTC", "futures_price": FUTURE}
    held = {"asset": "BTC", "quantity": 1, "spot_price": SPOT, "instrument": "Q"}
    lot = {"instrument": "Q", "entry_price": FUTURE, "margin": 30_000}
    return analyse(
        Portfolio(
            settings=Settings(**base | settings),
            holdings=[Holding(**held | (holding or {}))],
            instruments=[Instrument(**terms | row) for row in instruments],
            shorts=[Short(**lot | row) for row in shorts],
            scenarios=scenarios,
        )
    )


def ordered(analysis, name="Q"):
    (row,) = (row for row in analysis.orders if row.instrument == name)
    return row.order_contracts


def test_an_inverse_hedge_off_spot_nets_to_nothing_while_future_and_spot_stay_in_proportion():
    analysis = book(INVERSE)
    contracts = ordered(analysis)
    assert contracts == pytest.approx(FUTURE)
    assert analysis.total.residual_delta == pytest.approx(0, abs=1e-9)
    for spot in (15_000, 30_000, 60_000, 90_000, 240_000):
        future = spot * FUTURE / SPOT
        coins = contracts / future - contracts / FUTURE  # what a short has won
        assert (1 + coins) * spot == pytest.approx(SPOT)
        converged = (1 + contracts / spot - contracts / FUTURE) * spot
        assert converged == pytest.approx(FUTURE)  # q × (F − S) is earned


def test_an_inverse_short_off_spot_counts_as_the_coins_that_it_is():
    """33,000 of face at 66,000 are half a bitcoin, and not 55 % of one."""
    analysis = book(INVERSE, shorts=[{"contracts": 33_000, "margin": 0}])
    (row,) = analysis.margin
    assert (row.short_notional, row.cover) == (30_000, 30_000)
    assert row.position_value == 0.5
    assert analysis.hedged == 0.5
    assert ordered(analysis) == pytest.approx(33_000)


@pytest.mark.parametrize(
    ("sizing", "coins", "won"),
    [("auto", 1, (6_000, 6_000, 6_000)), ("value", 60 / 66, (2_727, 5_455, 8_182))],
)
def test_a_dated_future_held_to_its_expiry(sizing, coins, won):
    analysis = book(DATED, dated_sizing=sizing)
    contracts = ordered(analysis)
    assert contracts == pytest.approx(coins)
    assert analysis.total.residual_delta == pytest.approx(0, abs=1e-9)
    for settled, gain in zip((30_000, 60_000, 90_000), won, strict=True):
        assert settled - SPOT + contracts * (FUTURE - settled) == pytest.approx(gain, abs=0.5)


@pytest.mark.parametrize(
    ("expiry", "sizing", "by"),
    [
        ("2026-04-01", "auto", "coins"),  # on the horizon's day: it is reached
        ("2026-04-01T00:01", "auto", "value"),
        ("2026-06-26", "coins", "coins"),
        ("2026-03-03", "value", "value"),
    ],
)
def test_the_horizon_or_a_person_chooses_how_it_is_sized(expiry, sizing, by):
    analysis = book({"expiry": expiry}, dated_sizing=sizing)
    assert [row.sized_by for row in analysis.orders] == [by]
    assert ordered(analysis) == pytest.approx({"coins": 1, "value": 60 / 66}[by])


def test_a_perpetual_and_an_inverse_future_are_sized_by_value_whoever_asks():
    analysis = book(INVERSE, PERPETUAL, dated_sizing="coins")
    assert [row.sized_by for row in analysis.orders] == ["value", "value"]


def test_half_by_coins_and_half_by_value_are_a_hedge():
    lots = [{"contracts": 0.5}, {"instrument": "P", "contracts": 0.5, "entry_price": SPOT}]
    analysis = book(DATED, PERPETUAL, shorts=lots)
    assert (analysis.hedged, analysis.total.net_delta) == (1, 0)
    assert [row.action for row in analysis.orders] == ["none", "none"]
    assert analysis.total.short_notional == 63_000  # 0.5 × 66,000 and 0.5 × 60,000
    (before,) = book(DATED, PERPETUAL, shorts=lots[:1]).underlyings
    assert (before.cover, before.gap, before.short_notional) == (30_000, 30_000, 33_000)


def test_what_an_order_is_worth_and_what_it_counts():
    analysis = book(DATED, holding={"quantity": 0.5})
    (order,) = analysis.orders
    assert (order.order_contracts, order.order_notional, order.order_cover) == (0.5, 33_000, 30_000)
    (row,) = analysis.hedge
    assert (row.order_notional, row.residual_delta) == (33_000, 0)


@pytest.mark.parametrize(
    ("quote", "own", "parity"),
    [
        ("USD", None, 1), ("USD", "USD", 1), ("USD", "USDT", 0.9), ("USD", "USDC", 0.9),
        ("USDT", "USD", 1 / 0.9), ("USDC", "USDT", 1), ("EUR", "EUR", 1), ("EUR", None, 1),
    ],
)  # fmt: skip
def test_an_instrument_has_its_own_quote(quote, own, parity):
    """Its prices stay in it; what it is worth is in the portfolio's."""
    terms = {"quote": own, "funding_rate": 0.001, "taker_fee": 0.01, "futures_price": SPOT}
    lots = [{"contracts": 0.5, "entry_price": SPOT + 1_000}]
    analysis = book(terms, shorts=lots, quote_currency=quote, stablecoin_parity=0.9)
    (row,), (order,) = analysis.margin, analysis.orders
    assert order.parity == pytest.approx(parity)
    assert row.index_price == pytest.approx(SPOT / parity)  # the coin's spot price in its quote
    value = 0.5 * SPOT * parity
    assert (row.short_notional, row.cover) == (pytest.approx(value), pytest.approx(value))
    assert row.unrealised_pnl == pytest.approx(500 * parity)
    assert row.close_fee == pytest.approx(value * 0.01)
    assert row.funding_drag == pytest.approx(-value * 0.001 * 3 * 30)
    assert (row.position_value, row.margin) == (30_000, 30_000)  # in its own
    assert order.order_contracts == pytest.approx((SPOT - value) / parity / SPOT)
    assert order.order_notional == pytest.approx(SPOT - value)


def test_what_a_liquidation_takes_is_worth_what_its_quote_is():
    """30,000 of margin and 500 gained, in USDT at 0.9: 27,450 USD."""
    terms = {"quote": "USDT", "funding_rate": 0, "futures_price": SPOT, "mm_rate": 0.005}
    lots = [{"contracts": 0.5, "entry_price": SPOT + 1_000}]
    rise = Scenario(scenario="Up", asset="*", price_shock=2)
    analysis = book(terms, shorts=lots, scenarios=[rise], stablecoin_parity=0.9)
    (found,) = analysis.scenarios
    assert found.liquidated == ("Q",)
    assert found.legs.short == pytest.approx(-27_450)
    assert analysis.after(2) == pytest.approx(2 * SPOT - 27_450)


def test_margin_is_to_be_added_in_the_money_that_it_is_in():
    terms = {"quote": "USDT", "funding_rate": 0, "futures_price": SPOT, "mm_rate": 0.005}
    lots = [{"contracts": 1, "entry_price": SPOT, "margin": 6_000}]
    (line,) = (each for each in advice(book(terms, shorts=lots)) if "margin" in each)
    # What survives 78,000: 18,000 lost and 390 to maintain.
    assert line.startswith("Add 12,390 USDT of margin to Q")


def test_coins_posted_are_worth_what_the_portfolio_s_quote_says():
    terms = INVERSE | {"quote": "USD", "futures_price": 54_000, "index_price": 54_000}
    lots = [{"contracts": 27_000, "entry_price": 54_000, "margin": 1}]
    analysis = book(
        terms, shorts=lots, quote_currency="USDT", stablecoin_parity=0.9, holding={"quantity": 0}
    )
    assert analysis.total.coin_margin == pytest.approx(SPOT)  # 54,000 USD are 60,000 USDT
    assert analysis.total.cover == pytest.approx(30_000)


def test_the_smallest_value_is_one_of_the_venue_s_own_money():
    """1 at 100 USDT is worth 90 USD, and the venue counts 100."""
    terms = {"quote": "USDT", "futures_price": 100, "funding_rate": 0, "index_price": 100}
    held = {"spot_price": 90}
    for least, action in ((100, "short"), (100.1, "too small")):
        analysis = book(terms | {"min_notional": least}, holding=held, stablecoin_parity=0.9)
        assert [row.action for row in analysis.orders] == [action]
    # An inverse contract's value is its face, wherever spot is.
    for least, action in ((FUTURE - 1, "short"), (FUTURE + 1, "too small")):
        (row,) = book(INVERSE | {"min_notional": least}).orders
        assert row.action == action


@pytest.mark.parametrize(("quote", "own"), [("USD", "EUR"), ("EUR", "USD"), ("USD", "usdt")])
def test_quotes_that_do_not_mix_are_refused_in_a_line(quote, own):
    with pytest.raises(PortfolioError) as refused:
        book(DATED | {"quote": own}, quote_currency=quote)
    assert [str(each) for each in refused.value.problems] == [
        (
            f'Instruments[0] quote: "{own}" does not mix with the quote_currency, "{quote}": only '
            "USD and USDT and USDC do, spelled so; make it a portfolio of its own"
        )
    ]


def test_a_parity_that_nobody_typed_is_a_warning():
    def said(**more):
        terms = {"quote": "USDT", "funding_rate": 0}
        return [each.message for each in book(terms, **more).portfolio.warnings]

    assert said() == [
        "is blank: USD and USDT are taken at par, 1 for 1; type what a stablecoin is worth in USD"
    ]
    assert said(stablecoin_parity=1) == said(quote_currency="USDT") == []


@given(
    st.floats(0.5, 2), st.floats(0.05, 4), st.booleans(), st.floats(0.5, 1.5), st.floats(0.25, 4)
)
def test_a_hedge_by_value_keeps_what_is_held_at_every_price(off, coins, inverse, parity, move):
    """Future and spot move in proportion: what coins and short are worth together stays."""
    future = SPOT * off
    terms = {"funding_rate": 0, "quote": "USDT", "futures_price": future / parity}
    terms |= {"contract_type": "inverse", "contract_size": 10} if inverse else {}
    analysis = book(terms, holding={"quantity": coins}, stablecoin_parity=parity, rebalance_band=0)
    contracts, first = ordered(analysis), future / parity
    if inverse:
        won = (contracts * 10 / (first * move) - contracts * 10 / first) * SPOT * move
    else:
        won = contracts * (first - first * move) * parity
    assert coins * SPOT * move + won == pytest.approx(coins * SPOT)


@given(st.floats(0.5, 2), st.floats(0.05, 4), st.booleans(), st.floats(0.1, 10))
def test_a_hedge_held_to_expiry_locks_in_the_basis_at_every_settlement(
    off, coins, inverse, settled
):
    terms = DATED | {"futures_price": SPOT * off}
    terms |= {"contract_type": "inverse", "contract_size": 10} if inverse else {}
    contracts = ordered(book(terms, holding={"quantity": coins}))
    future, last = SPOT * off, SPOT * settled
    if inverse:
        won = (contracts * 10 / last - contracts * 10 / future) * last
    else:
        won = contracts * (future - last)
    assert coins * last + won == pytest.approx(coins * future)
