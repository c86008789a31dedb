"""Lots of one instrument in one account are one position: its numbers worked out by hand."""

import pytest
from books import perpetual, settings

from xlhedge.analysis import analyse
from xlhedge.portfolio import Account, Holding, Portfolio, PortfolioError, Short, Tier


def book(shorts, terms=None, tiers=(), accounts=()):
    terms = terms or perpetual("P", "BTC", 60_000, mm_rate=0.004, exchange="Venue")
    return Portfolio(
        settings=settings(),
        holdings=[Holding(asset="BTC", quantity=2, spot_price=60_000, instrument="P")],
        accounts=accounts,
        instruments=[terms],
        tiers=tiers,
        shorts=[Short(instrument="P", **each) for each in shorts],
    )


def positions(*args, **more):
    return analyse(book(*args, **more)).margin


TWO = (
    {"contracts": 1, "entry_price": 60_000, "margin": 30_000},
    {"contracts": 1, "entry_price": 50_000, "margin": 11_000},
)


def test_two_lots_in_one_account_are_one_short():
    (row,) = positions(TWO)
    assert (row.contracts, row.entry_price, row.margin) == (2, 55_000, 41_000)
    # 41,000 + 2 × 55,000 = 2 × 1.004 × P; the second one alone would go at 60,757.
    assert row.liquidation_price == pytest.approx(151_000 / 2.008)
    assert round(row.liquidation_price) == 75_199
    assert row.unrealised_pnl == -10_000
    assert row.account == "Venue"


def test_lots_in_two_accounts_are_two_positions():
    first, second = positions(({**TWO[0], "account": "a"}, {**TWO[1], "account": "b"}))
    assert first.liquidation_price == pytest.approx(90_000 / 1.004)
    assert second.liquidation_price == pytest.approx(61_000 / 1.004)
    assert (first.account, second.account) == ("a", "b")


def test_hedge_mode_keeps_a_short_and_a_long_apart():
    shorts = [{**each, "account": "a"} for each in TWO]
    shorts.insert(1, {"contracts": -1, "entry_price": 58_000, "margin": 20_000, "account": "a"})
    short, long = positions(shorts, accounts=[Account(account="a", position_mode="hedge")])
    assert (short.contracts, short.entry_price) == (2, 55_000)
    assert (long.contracts, long.entry_price) == (-1, 58_000)
    # 20,000 − (58,000 − P) = 0.004 P.
    assert long.liquidation_price == pytest.approx(38_000 / 0.996)


def test_entries_of_inverse_lots_average_in_coins():
    terms = perpetual("P", "BTC", 60_000, mm_rate=0.01, contract_type="inverse", contract_size=100)
    lots = (
        {"contracts": 300, "entry_price": 60_000, "margin": 0.3, "realised_pnl": 0.01},
        {"contracts": 100, "entry_price": 50_000, "margin": 0.2, "fees_paid": 0.001},
    )
    (row,) = positions(lots, terms)
    coins = 30_000 / 60_000 + 10_000 / 50_000  # what the lots were worth when they were sold
    assert row.entry_price == pytest.approx(40_000 / coins)
    gained = 40_000 / 60_000 - coins
    assert row.unrealised_pnl == pytest.approx(gained * 60_000)
    assert row.pnl_to_date == pytest.approx((gained + 0.01 - 0.001) * 60_000)
    assert row.coin_margin == pytest.approx((0.5 + gained) * 60_000)


def test_a_lot_without_margin_leaves_the_position_unknown():
    (row,) = positions((TWO[0], {"contracts": 1, "entry_price": 50_000}))
    assert row["margin"] is None
    assert row["liquidation_price"] is None
    assert row.lacking == "margin in Shorts"


def test_leverage_is_shown_where_all_lots_have_the_same():
    same, other = {**TWO[0], "leverage": 3}, {**TWO[1], "leverage": 4}
    assert positions((same, {**TWO[1], "leverage": 3}))[0]["leverage"] == 3
    assert positions((same, other))[0]["leverage"] is None


def test_a_single_lot_keeps_its_entry_to_the_last_digit():
    (row,) = positions(({"contracts": 0.3, "entry_price": 0.1 + 0.2, "margin": 1_000_000},))
    assert row.entry_price == 0.1 + 0.2


def test_what_the_venue_shows_beats_our_model():
    shown = {**TWO[1], "liquidation_price": 74_000}
    (row,) = positions((TWO[0], shown))
    assert row.liquidation_price == 74_000
    assert row.modelled_price == pytest.approx(151_000 / 2.008)
    assert row.price_difference == pytest.approx(74_000 / (151_000 / 2.008) - 1)
    assert row.liquidation_buffer == pytest.approx(74 / 60 - 1)
    (blind,) = positions(({"contracts": 1, "entry_price": 60_000, "liquidation_price": 70_000},))
    assert blind.liquidation_buffer == pytest.approx(1 / 6)
    assert blind["modelled_price"] is None


def test_the_closing_fee_moves_the_price_and_what_is_to_be_added():
    terms = perpetual("P", "BTC", 60_000, mm_rate=0.004, liquidation_fee=0.001)
    (row,) = positions(TWO, terms)
    assert row.liquidation_price == pytest.approx(151_000 / 2.01)
    # At 78,000: a loss of 46,000, and 0.5 % of 156,000.
    assert row.add_30 == pytest.approx(46_000 + 780 - 41_000)


def test_a_rate_on_all_of_a_position_may_liquidate_at_a_floor():
    """By 1 % up to 140,000, by 8 % of all of it above: 2 contracts reach that at 70,000."""
    terms = perpetual("P", "BTC", 60_000, tier_mode="whole")
    steps = [Tier(instrument="P", floor=0, mm_rate=0.01),
             Tier(instrument="P", floor=140_000, mm_rate=0.08)]  # fmt: skip
    (row,) = positions(TWO, terms, steps)
    # Just above it 41,000 − 30,000 are left, less than 8 % of 140,000, though more than 1 %.
    assert row.liquidation_price == pytest.approx(70_000)


def test_pnl_to_date_has_funding_and_fees_in_it():
    paid = {**TWO[1], "funding_received": 120, "realised_pnl": 50, "fees_paid": 30}
    (row,) = positions((TWO[0], paid))
    assert row.pnl_to_date == pytest.approx(-10_000 + 50 + 120 - 30)


def test_a_position_that_cannot_be_is_told_at_its_first_lot():
    with pytest.raises(PortfolioError, match=r"^Shorts\[1\] margin: P at its mark"):
        positions(({**TWO[0], "account": "a"}, {**TWO[1], "margin": 100}))
