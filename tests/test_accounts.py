"""Wallets that positions share: their numbers worked out by hand."""

import pytest
from books import perpetual, settings

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.analysis.cross import UNSETTLED
from xlhedge.portfolio import Account, Holding, Portfolio, PortfolioError, Short, Tier

PRICES = {"BTC": 60_000, "ETH": 3_000}


def book(accounts, instruments, shorts, steps=(), **more):
    """A book with enough of each coin; accounts are cross, and all shorts are in "main"."""
    usual = {"account": "main", "margin_mode": "cross"}
    return Portfolio(
        settings=settings(**more),
        holdings=[
            Holding(asset=asset, quantity=100, spot_price=price) for asset, price in PRICES.items()
        ],
        accounts=[Account(**usual | each) for each in accounts],
        instruments=instruments,
        tiers=[
            Tier(instrument=name, floor=floor, mm_rate=rate)
            for name, tiers in steps
            for floor, rate in tiers
        ],
        shorts=[Short(**{"account": "main"} | each) for each in shorts],
    )


def linear(name, mm_rate=0.004, **more):
    return perpetual(name, name, PRICES[name], mm_rate=mm_rate, **more)


def short(name, value=60_000, price=None, **more):
    entry = PRICES[name] if price is None else price
    return {"instrument": name, "contracts": value / PRICES[name], "entry_price": entry} | more


def wallet(*args, **more):
    return analyse(book(*args, **more)).accounts[0]


BOTH = [linear("BTC"), linear("ETH")], [short("BTC"), short("ETH")]


def test_two_shorts_share_a_wallet():
    analysis = analyse(book([{"wallet_balance": 100_000}], *BOTH))
    (row,) = analysis.accounts
    # 100,000 − 120,000 x = 480 (1 + x); of BTC alone 100,000 − 60,000 x = 240 (1 + x) + 240.
    assert row.common == pytest.approx(99_520 / 120_480)
    assert round(row.common, 3) == 0.826
    assert row.nearest_move == pytest.approx(99_520 / 60_240)
    assert round(row.nearest_move, 3) == 1.652
    assert (row.nearest, row.equity, row.maintenance) == ("BTC", 100_000, 480)
    assert row.margin_ratio == pytest.approx(0.0048)
    btc, eth = analysis.margin
    assert btc.liquidation_price == pytest.approx(60_000 * (1 + 99_520 / 60_240))
    assert eth.liquidation_buffer == pytest.approx(99_520 / 60_240)
    assert btc.common_buffer == eth.common_buffer == row.common
    assert (btc.equity, eth.equity) == (50_000, 50_000)
    assert (btc.margin, btc.margin_ratio) == ("", row.margin_ratio)
    assert analysis.nearest == row.common
    # After +50 % 60,000 are lost and 720 needed; the wallet survives all of it.
    assert (row.add_10, row.add_50) == (0, 0)


def test_what_is_to_be_added_for_a_common_rise():
    row = wallet([{"wallet_balance": 20_000}], *BOTH)
    # +20 %: 24,000 lost and 576 needed; +30 %: 36,000 and 624; +50 %: 60,000 and 720.
    assert [row.add_10, row.add_20, row.add_30, row.add_50] == pytest.approx(
        [0, 4_576, 16_624, 40_720]
    )
    richer = wallet([{"wallet_balance": 36_624}], *BOTH)
    assert richer.common == pytest.approx(0.3)


def test_lots_of_a_cross_position_are_one():
    lots = [short("BTC"), short("BTC", price=50_000)]
    analysis = analyse(book([{"wallet_balance": 41_000}], [linear("BTC")], lots))
    # 41,000 + 2 × 55,000 = 2 × 1.004 × P
    assert round(analysis.margin[0].liquidation_price) == 75_199
    assert analysis.accounts[0].count == 1


def test_a_fee_of_liquidation_counts_as_maintenance_does():
    terms = [linear(name, liquidation_fee=0.0005) for name in PRICES]
    row = wallet([{"wallet_balance": 100_000}], terms, BOTH[1])
    assert row.maintenance == pytest.approx(540)
    assert row.common == pytest.approx(99_460 / 120_540)


def test_maintenance_frozen_at_entry_stays_where_it_is():
    row = wallet([{"wallet_balance": 10_000}], [linear("BTC", mm_basis="entry")], [short("BTC")])
    assert row.common == pytest.approx((10_000 - 240) / 60_000)


def test_a_net_long_wallet_falls():
    longs = [short("BTC", -60_000)]
    analysis = analyse(book([{"wallet_balance": 12_000}], [linear("BTC", 0.01)], longs))
    (row,) = analysis.accounts
    # 12,000 + 60,000 x = 600 (1 + x)
    assert row.common == pytest.approx(-11_400 / 59_400)
    # A fall of 20 % takes all of it, and 480 are needed; one of 50 % takes 30,000, and 300.
    assert [row.add_10, row.add_20, row.add_50] == pytest.approx([0, 480, 18_300])
    assert analysis.caveats == (
        "account main: liquidated by a move of -19.2 % of all its marks together",
    )
    assert (
        "Add 6,420 USD to account main: a move of -19.2 % of all its marks together liquidates it, "
        "and that much more survives a fall of all by 30 %."
    ) in advice(analysis)


def test_long_and_short_offset_each_other_in_a_common_move_only():
    pair = [short("BTC"), short("ETH", -60_000)]
    row = wallet([{"wallet_balance": 12_000}], BOTH[0], pair)
    # Together they lose nothing and need 480 (1 + x): a 24-fold price. BTC alone: 60,240.
    assert row.common == pytest.approx(11_520 / 480)
    assert (row.nearest, row.nearest_move) == ("BTC", pytest.approx(11_520 / 60_240))
    said = analyse(book([{"wallet_balance": 12_000}], BOTH[0], pair)).caveats
    assert said == ("account main: liquidated by a move of +19.1 % of BTC alone",)


def test_a_coin_in_a_wallet_of_money_counts_less_its_haircut_and_moves():
    coins = {"wallet_balance": 1, "collateral": "BTC", "haircut": 0.1}
    accounts = [{"wallet_balance": 10_000}, coins]
    analysis = analyse(book(accounts, BOTH[0], [short("BTC"), short("ETH", 30_000)]))
    row, posted = analysis.accounts
    # 64,000 of equity; all together lose 90,000 − 54,000; of 90,000 × 0.4 % are needed.
    assert (row.equity, row.coins, posted.counted) == (64_000, 54_000, 54_000)
    assert row.common == pytest.approx((64_000 - 360) / (36_000 + 360))
    # BTC alone moves the coin with it, ETH alone does not.
    btc, eth = (each.liquidation_buffer for each in analysis.margin)
    assert btc == pytest.approx(63_640 / (6_000 + 240))
    assert eth == pytest.approx(63_640 / (30_000 + 120))
    # Exposed is the coin as it is, whatever a venue counts of it.
    found = {each.underlying: each for each in analysis.underlyings}
    assert found["BTC"].coin_margin == 60_000
    assert found["BTC"].exposure == 100 * 60_000 + 60_000
    assert found["ETH"].coin_margin == 0


def inverse(name, price, **more):
    return perpetual(
        name, "BTC", price, contract_type="inverse", contract_size=100, mm_rate=0.005, **more
    )


COINS = [inverse("PERP", 60_000), inverse("LATE", 64_000)]


def test_a_coin_margined_wallet_is_liquidated_where_its_coins_no_longer_suffice():
    lots = [
        {"instrument": "PERP", "contracts": 300, "entry_price": 50_000},
        {"instrument": "LATE", "contracts": 320, "entry_price": 64_000},
    ]
    analysis = analyse(book([{"wallet_balance": 0.3, "collateral": "BTC"}], COINS, lots))
    (row,) = analysis.accounts
    # 0.6 and 0.5 coins at entry, half a coin each now: 0.2 left. By a rise to 1/u of the price
    # 0.3 − 1.1 + u is left, 0.005 u needed.
    assert row.unrealised == pytest.approx(-0.1)
    assert row.equity == pytest.approx(0.2)
    assert row.maintenance == pytest.approx(0.005)
    assert row.common == pytest.approx(0.995 / 0.8 - 1)
    assert row.nearest_move == pytest.approx(row.common)
    # After +30 %: 1 ÷ 1.3 coins are left of the shorts, 0.8 are owed.
    assert row.add_30 == pytest.approx(0.8 - 0.995 / 1.3)
    assert row.equity_value == pytest.approx(12_000)
    (btc,) = (each for each in analysis.underlyings if each.underlying == "BTC")
    assert btc.coin_margin == pytest.approx(12_000)
    assert sum(each.equity for each in analysis.margin) == pytest.approx(12_000)


def test_coins_as_many_as_are_short_are_never_taken_by_a_rise():
    lots = [{"instrument": "PERP", "contracts": 600, "entry_price": 60_000}]
    analysis = analyse(book([{"wallet_balance": 1, "collateral": "BTC"}], COINS, lots))
    assert analysis.accounts[0].common == "none"
    assert analysis.margin[0].liquidation_buffer == "not by a rise"
    assert analysis.caveats == ()


LADDER = ((0, 0.004), (250_000, 0.01), (350_000, 0.02), (500_000, 0.1))


def first_root(left, far):
    """Where what is left is gone, by halving."""
    near = 0.0
    for _ in range(200):
        middle = (near + far) / 2
        near, far = (middle, far) if left(middle) > 0 else (near, middle)
    return near


def slices(value, ladder):
    ends = [*(floor for floor, _ in ladder[1:]), float("inf")]
    return sum(
        max(0, min(value, end) - floor) * rate
        for (floor, rate), end in zip(ladder, ends, strict=True)
    )


def test_the_tiers_are_those_that_the_wallet_rises_into():
    shorts = [short("BTC", 240_000), short("ETH", 120_000)]
    steps = [("BTC", LADDER), ("ETH", ((0, 0.01), (150_000, 0.05)))]
    row = wallet([{"wallet_balance": 150_000}], BOTH[0], shorts, steps)

    def left(x):
        needs = slices(240_000 * (1 + x), LADDER) + slices(120_000 * (1 + x), steps[1][1])
        return 150_000 - 360_000 * x - needs

    def alone(x):
        return 150_000 - 240_000 * x - slices(240_000 * (1 + x), LADDER) - 1_200

    assert row.common == pytest.approx(first_root(left, 3), rel=1e-12)
    assert 250_000 < 240_000 * (1 + row.common) < 350_000  # in another tier than now
    assert row.nearest_move == pytest.approx(first_root(alone, 3), rel=1e-12)
    assert 350_000 < 240_000 * (1 + row.nearest_move) < 500_000


def test_one_position_in_a_wallet_is_as_one_with_that_margin():
    steps = [("BTC", LADDER)]
    shared = analyse(
        book([{"wallet_balance": 48_000}], [linear("BTC")], [short("BTC", 240_000)], steps)
    )
    own = short("BTC", 240_000, margin=48_000, account=None)
    alone = analyse(book([], [linear("BTC")], [own], steps))
    assert shared.margin[0].liquidation_price == pytest.approx(alone.margin[0].liquidation_price)
    assert shared.accounts[0].common == pytest.approx(alone.margin[0].liquidation_buffer)


def test_where_a_rate_of_all_jumps_over_the_answer_it_is_not_known():
    # At a floor of 300,000 the rate of all of it jumps from 1 % to 30 %: what is left is above
    # maintenance below the floor and below it above.
    steps = [("BTC", ((0, 0.01), (300_000, 0.3)))]
    terms = [linear("BTC", tier_mode="whole")]
    analysis = analyse(book([{"wallet_balance": 90_000}], terms, [short("BTC", 240_000)], steps))
    assert analysis.accounts[0].common == "unknown: tiers"
    assert analysis.margin[0].liquidation_price == ""
    assert "account main: liquidation unknown, its margin tiers jump there" in analysis.caveats


def test_without_a_rate_the_wallet_is_unknown_and_its_other_positions_too():
    terms = [linear("BTC"), linear("ETH", None)]
    analysis = analyse(book([{"wallet_balance": 9_000}], terms, BOTH[1]))
    (row,) = analysis.accounts
    assert (row.maintenance, row.common, row.margin_ratio) == ("", "", "")
    assert row.equity == 9_000
    assert [each.liquidation_buffer for each in analysis.margin] == ["", ""]
    assert "ETH: liquidation unknown without mm_rate in Instruments" in analysis.caveats


def test_a_wallet_that_is_gone_is_refused_where_its_balance_stands():
    shorts = [short("BTC", price=50_000)]
    with pytest.raises(PortfolioError) as caught:
        analyse(book([{"wallet_balance": 10_200}], [linear("BTC")], shorts))
    assert str(caught.value) == (
        'Accounts[0] wallet_balance: account "main" is beyond its liquidation: its equity of 200 '
        "USD is no more than its maintenance margin, 240; correct the balance or the prices, or "
        "remove the shorts if the venue has closed them"
    )


def test_coins_and_money_of_one_account_are_two_wallets():
    accounts = [
        {"wallet_balance": 5_000, "exchange": "OKX"},
        {"wallet_balance": 0.5, "collateral": "BTC", "exchange": "OKX"},
        {"wallet_balance": 2, "collateral": "ETH", "exchange": "OKX"},
    ]
    lots = [short("ETH", 3_000), {"instrument": "PERP", "contracts": 300, "entry_price": 60_000}]
    money, coin, other = analyse(book(accounts, [*BOTH[0], *COINS], lots)).accounts
    assert (money.equity, money.coins, money.count) == (11_000, 6_000, 1)
    assert (coin.margin_coin, coin.equity, coin.count) == ("BTC", 0.5, 1)
    assert (other.leads, other.equity) == ("", "")
    assert (money.exchange_equity, coin.exchange_equity) == (41_000, "")


def test_an_isolated_account_shows_its_collateral_and_its_positions():
    accounts = [{"margin_mode": "isolated", "wallet_balance": 0.2, "collateral": "BTC"}]
    lots = [short("BTC", margin=7_000), short("ETH", 3_000, margin=500)]
    analysis = analyse(book(accounts, BOTH[0], lots))
    (row,) = analysis.accounts
    assert (row.equity, row.common, row.equity_value) == ("", "", 19_500)
    assert row.coin_margin == 12_000
    (btc,) = (each for each in analysis.underlyings if each.underlying == "BTC")
    assert btc.coin_margin == 12_000


def test_a_coin_that_is_held_as_another_s_is_exposed_as_that():
    held = Holding(asset="SOL", quantity=0, spot_price=100, beta=1.5, instrument="ETH")
    portfolio = Portfolio(
        settings=settings(),
        holdings=[held, Holding(asset="ETH", quantity=0, spot_price=3_000)],
        accounts=[
            Account(account="main", margin_mode="cross", wallet_balance=10, collateral="SOL")
        ],
        instruments=[linear("ETH")],
        shorts=[Short(account="main", **short("ETH", 300))],
    )
    analysis = analyse(portfolio)
    (row,) = analysis.underlyings
    assert (row.underlying, row.coin_margin) == ("ETH", 1_500)
    assert analysis.total.net_delta == pytest.approx(1_200)


def test_the_sum_of_all_coins_posted_is_that_of_the_holdings_and_what_is_nobody_s():
    accounts = [{"wallet_balance": 1, "collateral": "BTC"}]
    analysis = analyse(book(accounts, [linear("ETH")], [short("ETH", 3_000)]))
    posted = sum(each.coin_margin for each in analysis.underlyings)
    assert analysis.total.coin_margin == posted == 60_000


def test_a_rise_liquidates_though_today_s_tiers_lead_nowhere():
    """A rise helps 100,000 long beside 99,000 short, until the short's next tier begins.

    1,500 + 1,000 x − (99,000 (1 + x) − 100,000) / 2 is 0 at 2,000 ÷ 48,500.
    """
    shorts = [short("ETH", 99_000), short("BTC", -100_000)]
    instruments = [linear("BTC", 0), linear("ETH", 0)]
    steps = {"ETH": [(0, 0), (100_000, 0.5)]}.items()
    row = wallet([{"wallet_balance": 1_500}], instruments, shorts, steps)
    assert row.common == pytest.approx(2_000 / 48_500)


def test_a_floor_of_whole_tiers_that_liquidates_is_not_called_none():
    """At 65,000 are 5,000 left of 10,000: enough for 1 %, not for the 8 % that begin there."""
    instruments, steps = [linear("BTC", tier_mode="whole")], {"BTC": [(0, 0.01), (65_000, 0.08)]}
    row = wallet([{"wallet_balance": 10_000}], instruments, [short("BTC")], steps.items())
    assert row.common == row.nearest_move == UNSETTLED
    # Coins that rise as well carry it beyond: 10,000 + 6,000 x − 60,000 x = 0.08 · 60,000 (1 + x).
    posted = [{"wallet_balance": 4_000}, {"wallet_balance": 2, "collateral": "ETH"}]
    analysis = analyse(book(posted, instruments, [short("BTC")], steps.items()))
    (position,) = analysis.margin
    assert position.common_buffer == pytest.approx(5_200 / 58_800)
    assert position.liquidation_price == ""
    assert analysis.accounts[0].nearest_move == UNSETTLED
