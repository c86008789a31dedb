"""What shorts earn by being held, the roll into the next contract, and hedges that end too early.

Basis and roll are worked out here from coins and prices alone.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.portfolio import Holding, Instrument, Portfolio, Settings, Short

SPOT = 60_000
MARCH, JUNE = "2026-03-26", "2026-06-25"  # 24 and 115 days away, 91 days apart
NEAR = {"instrument": "MAR", "futures_price": 66_000, "expiry": MARCH}
FAR = {"instrument": "JUN", "futures_price": 67_000, "expiry": JUNE}
PERPETUAL = {"instrument": "PERP", "futures_price": SPOT, "funding_rate": 0.0001}
LONG = {"instrument": "MAR", "contracts": 1}


def book(*instruments, shorts=(LONG,), **settings):
    """One bitcoin, as of 2 March; futures on it at 66,000 and 67,000."""
    base = {"as_of": "2026-03-02", "horizon_date": "2026-04-01", "quote_currency": "USD"}
    held = {"asset": "BTC", "quantity": 1, "spot_price": SPOT, "instrument": "MAR"}
    terms = {"underlying": "BTC", "mm_rate": 0.005}
    lot = {"entry_price": 66_000, "margin": 66_000}
    return analyse(
        Portfolio(
            settings=Settings(**base | settings),
            holdings=[Holding(**held)],
            instruments=[Instrument(**terms | row) for row in instruments],
            shorts=[Short(**lot | row) for row in shorts],
        )
    )


def test_a_short_held_to_its_expiry_locks_in_its_basis_less_the_fee():
    """At any settlement 1 BTC sold at 66,000 and bought as spot at 60,000 leaves 6,000."""
    (row,) = book(NEAR | {"taker_fee": 0.001}).carry
    assert (row.days_to_expiry, row.face) == (24, 66_000)
    assert row.basis_earned == 6_000
    assert row.close_fee == 66
    assert row.locked_carry == row.carry == 6_000 - 66


def test_to_a_horizon_before_it_a_basis_is_earned_in_a_straight_line():
    (row,) = book(NEAR, horizon_date="2026-03-08").carry
    assert row.basis_earned == row.carry == pytest.approx(6_000 * 6 / 24)
    assert row.locked_carry == 6_000
    assert row.unhedged_days == 0


def test_an_inverse_short_locks_in_as_much_for_its_coins():
    """66,000 of face are 1 coin at 66,000; at its expiry 66,000 ÷ S coins are due, worth 66,000."""
    terms = {"contract_type": "inverse", "contract_size": 100}
    lots = [{"instrument": "MAR", "contracts": 660, "margin": 0.5}]
    (row,) = book(NEAR | terms, shorts=lots).carry
    assert row.face == 66_000
    assert row.locked_carry == pytest.approx(66_000 - SPOT)


def test_a_perpetual_earns_its_funding():
    lots = [{"instrument": "PERP", "contracts": 2, "entry_price": SPOT}]
    _, row = book(NEAR, PERPETUAL | {"taker_fee": 0.001}, shorts=lots).carry
    assert row.funding_drag == pytest.approx(-120_000 * 0.0001 * 3 * 30)
    assert row.carry == pytest.approx(120_000 * 0.0001 * 3 * 30 - 120)
    assert row["locked_carry"] is row["days_to_expiry"] is row["roll"] is None


def test_a_backwardation_costs_a_short_and_pays_a_long_future():
    """1.052 at 57,000 converge up to 60,000: 3,156 are lost."""
    terms = NEAR | {"futures_price": 57_000}
    (row,) = book(terms, shorts=[LONG | {"contracts": 1.052, "entry_price": 57_000}]).carry
    assert row.carry == pytest.approx(-3_156)
    (row,) = book(terms, shorts=[LONG | {"contracts": -1, "entry_price": 57_000}]).carry
    assert row.carry == pytest.approx(3_000)


def test_the_roll_into_the_next_contract():
    """1,000 more in 91 days; 6 of them are before the horizon. Fees are those of the next one."""
    near, far = book(NEAR, FAR | {"taker_fee": 0.0001}).carry
    assert (near.next_contract, near.next_price, near.days_between) == ("JUN", 67_000, 91)
    assert near.roll_yield == pytest.approx(1_000 / 66_000 * 365 / 91)
    assert near.unhedged_days == 6
    assert near.roll == pytest.approx(1_000 * 6 / 91 - 2 * 66_000 * 0.0001)
    assert (far["next_contract"], far["roll"], far.unhedged_days) == (None, None, 0)
    # The next one ends before a horizon that is far: all of its basis is earned.
    near, far = book(NEAR, FAR, horizon_date="2026-12-31").carry
    assert near.roll == pytest.approx(1_000)
    assert far.unhedged_days == 189


def test_without_a_later_future_a_perpetual_follows():
    near, _ = book(NEAR, PERPETUAL).carry
    assert near.next_contract == "PERP"
    assert near["days_between"] is None
    assert near.roll_yield == pytest.approx(0.0001 * 3 * 365)
    assert near.roll == pytest.approx(66_000 * 0.0001 * 3 * 6)


def test_prices_in_another_dollar_are_compared_at_parity():
    near, _ = book(NEAR, FAR | {"quote": "USDT"}, stablecoin_parity=0.99).carry
    assert near.next_price == pytest.approx(67_000 * 0.99)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["BTC", "ETH"]),
            st.sampled_from(["linear", "inverse"]),
            st.sampled_from([None, "2026-03-26", "2026-06-25", "2026-09-24", "2026-12-31"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_next_contract_is_the_first_that_ends_next_on_the_same_underlying(terms):
    rows = [
        {
            "instrument": f"X{n}",
            "underlying": coin,
            "contract_type": kind,
            "contract_size": 1,
            "expiry": expiry,
            "futures_price": 100,
            "index_price": 100,
        }
        | ({} if expiry else {"funding_rate": 0})
        for n, (coin, kind, expiry) in enumerate(terms)
    ]
    found = [row["next_contract"] for row in book(NEAR, *rows).carry[1:]]
    every = [NEAR | {"underlying": "BTC", "contract_type": "linear"}, *rows]
    for row, name in zip(rows, found, strict=True):
        until = row["expiry"] or "9999"
        later = [
            (each.get("expiry") or "9999", n, each["instrument"])
            for n, each in enumerate(every)
            if each["underlying"] == row["underlying"]
            and each["contract_type"] == row["contract_type"]
            and (each.get("expiry") or "9999") > until
        ]
        assert name == (min(later)[2] if later else None)


def said(analysis):
    return [line for line in advice(analysis) if "expires" in line]


def test_a_hedge_that_ends_before_the_horizon_is_told_with_the_roll():
    assert said(book(NEAR, FAR)) == [
        (
            "MAR expires 26 March 2026, 6 days before the horizon: roll into JUN, which expires 25 "
            "June 2026 (earns 65.93 USD at today's prices and rates, fees in it), or nothing "
            "hedges in its place."
        )
    ]
    assert said(book(NEAR, FAR | {"futures_price": 65_000})) == [
        (
            "MAR expires 26 March 2026, 6 days before the horizon: roll into JUN, which expires 25 "
            "June 2026 (costs 65.93 USD at today's prices and rates, fees in it), or nothing "
            "hedges in its place."
        )
    ]
    assert said(book(NEAR, PERPETUAL)) == [
        (
            "MAR expires 26 March 2026, 6 days before the horizon: roll into PERP (earns 118.80 "
            "USD at today's prices and rates, fees in it), or nothing hedges in its place."
        )
    ]
    assert said(book(NEAR, horizon_date="2026-03-27")) == [
        (
            "MAR expires 26 March 2026, 24 hours before the horizon: hedge on with another "
            "instrument, or nothing hedges in its place."
        )
    ]


def test_a_hedge_that_ends_at_the_horizon_or_later_is_not_told():
    for horizon, words in itertools.product((MARCH, "2026-03-25"), ("every holding", "expires")):
        analysis = book(NEAR, horizon_date=horizon, dated_sizing="coins")
        assert any(words in line for line in advice(analysis)) == (words == "every holding")
        assert analysis.portfolio.warnings == ()


def test_a_hedge_yet_to_be_ordered_is_told_too():
    ordered = book(NEAR, FAR, shorts=())
    assert said(ordered) == [
        (
            "MAR expires 26 March 2026, 6 days before the horizon: roll into JUN, which expires 25 "
            "June 2026 (earns a short 6.08 % a year at today's prices and rates), or nothing "
            "hedges in its place."
        )
    ]
    # One that nobody is to hold is not.
    assert said(book(NEAR, FAR, shorts=(), hedge_ratio=0)) == []


def test_a_hedge_that_ends_before_the_horizon_is_never_just_at_its_target():
    analysis = book(NEAR)
    assert [row.action for row in analysis.orders] == ["none"]
    (line,) = advice(analysis)
    assert line.startswith("MAR expires 26 March 2026, 6 days before the horizon")
    (warning,) = analysis.portfolio.warnings
    assert str(warning) == (
        "Instruments[0] expiry: 2026-03-26 is before horizon_date, 2026-04-01: it hedges nothing "
        "after that"
    )
    assert book(NEAR, FAR | {"expiry": "2026-03-30"}, shorts=()).portfolio.warnings == (warning,)
