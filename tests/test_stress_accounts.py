"""Scenarios of accounts: wallets fall as a whole, and the coins posted in them move."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cross_books import CROSS
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.portfolio import Account, Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

AS_OF = datetime(2026, 3, 2, 8)


def perpetual(name, underlying, price, **more):
    terms = {"funding_rate": 0.0001, "mm_rate": 0.004, "taker_fee": 0.0005} | more
    return Instrument(instrument=name, underlying=underlying, futures_price=price, **terms)


def pair(*rows, wallets=None, **terms):
    """A bitcoin and 20 ether, short by as much of each; 60,000 of each, in a wallet of 100,000."""
    wallets = wallets or [{"wallet_balance": 100_000}]
    return analyse(
        Portfolio(
            settings=Settings(as_of=AS_OF, horizon_date=AS_OF + timedelta(days=92)),
            holdings=(
                Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="BTC-P"),
                Holding(asset="ETH", quantity=20, spot_price=3_000, instrument="ETH-P"),
            ),
            accounts=tuple(
                Account(**{"account": "main", "margin_mode": "cross"} | each) for each in wallets
            ),
            instruments=(
                perpetual("BTC-P", "BTC", 60_000),
                perpetual("ETH-P", "ETH", 3_000, **terms),
            ),
            shorts=(
                Short(instrument="BTC-P", contracts=1, entry_price=60_000, account="main"),
                Short(instrument="ETH-P", contracts=20, entry_price=3_000, account="main"),
            ),
            scenarios=tuple(Scenario(**{"scenario": "S", "asset": "*"} | row) for row in rows),
        )
    )


def stress(*rows, **more):
    (found,) = pair(*rows, **more).scenarios
    return found


class TestAWallet:
    @pytest.mark.parametrize(
        ("rows", "gone"),
        [
            # (100,000 − 480) ÷ (120,000 × 1.004) = 82.603 % of both.
            ([{"price_shock": 0.826}], False),
            ([{"price_shock": 0.8261}], True),
            # Of bitcoin alone (100,000 − 480) ÷ (60,000 × 1.004) = 165.206 %.
            ([{"price_shock": 0}, {"asset": "BTC", "price_shock": 1.652}], False),
            ([{"price_shock": 0}, {"asset": "BTC", "price_shock": 1.6521}], True),
            # One falls by what the other rises: nothing is lost.
            ([{"price_shock": -1}, {"asset": "BTC", "price_shock": 1.0}], False),
            # The way counts as its end does; without a spike a position stands still.
            ([{"price_shock": -0.3, "spike": 0.8261}], True),
            ([{"price_shock": -0.3}, {"asset": "BTC", "price_shock": -0.3, "spike": 1.652}], False),
            ([{"price_shock": -0.3}, {"asset": "BTC", "price_shock": -0.3, "spike": 1.6521}], True),
            # A dearer future counts as a dearer coin.
            ([{"price_shock": 0.8, "basis_shock": 0.0261}], True),
        ],
    )
    def test_it_falls_where_its_equity_is_its_maintenance_margin(self, rows, gone):
        found = stress(*rows)
        assert found.liquidated == (("account main",) if gone else ())
        assert found.liquidation == ("liquidated" if gone else "")

    def test_all_that_was_in_it_is_lost_once_and_the_coins_are_naked(self):
        found = stress({"price_shock": -0.3, "spike": 1.0, "days": 10})
        funding = 120_000 * 0.0001 * 30  # it was earned on the way
        assert found.legs == pytest.approx((-36_000, -100_000, 0, funding, 0, -136_000 + funding))
        *_, btc, eth, account = found.lines
        assert (btc.net, eth.net) == pytest.approx((funding / 2, funding / 2))
        assert (account.line, account.net) == ("main, USD", -100_000)
        assert {each.liquidation for each in (btc, eth, account)} == {"liquidated"}

    def test_one_that_stands_pays_and_gains_as_isolated_shorts_do(self):
        found = stress({"price_shock": -0.3, "spike": 0.8})
        assert found.legs == pytest.approx((-36_000, 36_000, 0, 0, -120_000 * 0.7 * 0.0005, -42))

    def test_without_a_rate_nobody_knows(self):
        assert stress({"price_shock": 0.1}, mm_rate=None).unknown == ("account main",)
        assert stress({"price_shock": -0.1, "spike": 0.1}, mm_rate=None).unknown
        found = stress({"price_shock": 0.1}, mm_rate=None)
        assert {line.liquidation for line in found.lines[2:]} == {"liquidation unknown"}
        assert stress({"price_shock": 1.0}, mm_rate=None).liquidated  # nothing is left at all
        found = stress({"price_shock": -0.1}, mm_rate=None)
        assert (found.liquidation, found.liquidated, found.unknown) == ("", (), ())


class TestCoinsInAWallet:
    def test_they_fall_with_their_coin_and_their_rest_is_lost(self):
        """40 ether, a tenth off: 108,000; with bitcoin twice and ether half as dear 54,000.

        So much less the 60,000 of bitcoin, plus the 30,000 that the ether short gains, is 24,000.
        """
        wallets = [{"wallet_balance": 40, "collateral": "ETH", "haircut": 0.1}]
        rows = [{"price_shock": 1.0}, {"asset": "ETH", "price_shock": -0.5}]
        alive = stress(*rows, wallets=wallets)
        assert (alive.liquidated, alive.lines[-1].spot) == ((), pytest.approx(-60_000))
        rows[0] = {"price_shock": 1.4}  # 0 is left
        gone = stress(*rows, wallets=wallets)
        assert gone.liquidated == ("account main",)
        assert gone.lines[-1].short == pytest.approx(-54_000)
        # 60,000 × 1.4 of bitcoin, half of 60 ether, and what counted of the 40.
        assert gone.legs.net == pytest.approx(84_000 - 90_000 - 54_000)

    def test_the_spike_moves_them_too(self):
        """Ether spikes by 100 %: 15 are 90,000, 60,000 are lost; bitcoin stands."""
        wallets = [{"wallet_balance": 15, "collateral": "ETH"}]
        rows = [{"price_shock": 0}, {"asset": "ETH", "price_shock": 0, "spike": 1.0}]
        assert stress(*rows, wallets=wallets).liquidated == ()

    def test_a_fall_of_posted_coins_liquidates_other_shorts(self):
        """20 ether of 3,000, and a bitcoin short that loses 60,000 × 0.3 on the way."""
        wallets = [{"wallet_balance": 20, "collateral": "ETH"},
                   {"account": "other", "wallet_balance": 9, "collateral": "ETH"}]  # fmt: skip
        rows = [{"price_shock": 0.3}, {"asset": "ETH", "price_shock": -0.9}]
        found = stress(*rows, wallets=wallets)  # 6,000 + 54,000 − 18,000
        assert found.liquidated == ()
        rows[0] = {"price_shock": 1.0}  # 6,000 + 54,000 − 60,000
        found = stress(*rows, wallets=wallets)
        assert (found.liquidated, found.lines[-2].short) == (("account main",), -6_000)

    def test_what_is_lost_is_what_was_there_though_positions_owe_more_than_coins_are_worth(self):
        """30,000 of ether less 20,000 that bitcoin owes; half as dear they leave −5,000."""
        found = self.moved(
            [{"price_shock": 0}, {"asset": "ETH", "price_shock": -0.5}],
            {"wallet_balance": 10, "collateral": "ETH"},
            entry_price=40_000,
        )
        assert found.liquidated == ("account main",)
        assert (found.lines[-1].spot, found.lines[-1].short) == (-15_000, 5_000)
        assert found.lines[-1].net == -10_000

    @pytest.mark.parametrize(("spike", "gone"), [(-0.12, False), (-0.125, True)])
    def test_the_spike_moves_them_by_their_beta(self, spike, gone):
        """A coin long loses 7,500 in a fall of 12.5 %, and coins of 10,000 twice as much of it."""
        found = self.moved(
            [{"price_shock": 0, "spike": spike}],
            {"wallet_balance": 1_000, "collateral": "ALT"},
            contracts=-1,
        )
        assert found.liquidated == (("account main",) if gone else ())

    def moved(self, rows, wallet, **short):
        """A bitcoin short, changed like that, in a wallet of coins; ALT moves twice as far."""
        tables = pair().portfolio
        alt = Holding(asset="ALT", quantity=0, spot_price=10, beta=2, underlying="BTC")
        changed = replace(
            tables,
            holdings=(*tables.holdings, alt),
            accounts=(Account(account="main", margin_mode="cross", **wallet),),
            shorts=(replace(tables.shorts[0], **short),),
            scenarios=[Scenario(**{"scenario": "S", "asset": "*"} | row) for row in rows],
        )
        return analyse(changed).scenarios[0]

    def test_coins_in_an_isolated_account_move_as_holdings_do(self):
        wallets = [{"margin_mode": "isolated", "wallet_balance": 2, "collateral": "BTC"}]
        found = stress({"price_shock": -0.5}, wallets=wallets)
        assert (found.lines[-1].net, found.legs.spot) == (-60_000, -120_000)


class TestCoinMargined:
    """2 BTC are 120,000 of face; with 1 BTC in the wallet it is short a bitcoin."""

    def found(self, *others, **move):
        analysis = analyse(
            Portfolio(
                settings=Settings(as_of=AS_OF, horizon_date=AS_OF + timedelta(days=92)),
                holdings=(
                    Holding(asset="BTC", quantity=1, spot_price=60_000),
                    Holding(asset="ALT", quantity=0, spot_price=1),
                ),
                accounts=(
                    Account(account="coins", margin_mode="cross", wallet_balance=1,
                            collateral="BTC"),
                    *others,
                ),
                instruments=(
                    perpetual("BTC-C", "BTC", 60_000, contract_type="inverse", contract_size=100,
                              taker_fee=0),
                ),
                shorts=(
                    Short(instrument="BTC-C", contracts=1_200, entry_price=60_000,
                          account="coins"),
                ),
                scenarios=(Scenario(**{"scenario": "S", "asset": "*"} | move),),
            )
        )  # fmt: skip
        return analysis.scenarios[0]

    @pytest.mark.parametrize("shock", [-0.5, 0.5, 0.99])
    def test_a_coin_held_and_a_coin_short_net_to_nothing(self, shock):
        found = self.found(price_shock=shock)
        assert (found.liquidated, found.legs.net) == ((), pytest.approx(0, abs=1e-9))

    def test_twice_the_price_takes_the_coin(self):
        """1 + 120,000 ÷ 120,000 − 2 coins are left: none. One was there, of 120,000 then."""
        found = self.found(price_shock=1.0)
        assert (found.liquidated, found.legs.net) == (("account coins",), 60_000 - 60_000)
        assert found.lines[-1].short == pytest.approx(-120_000)

    def test_other_coins_of_the_account_are_not_its(self):
        """A ten thousandth of a coin's worth of dollars is not ten thousand coins."""
        beside = Account(account="coins", margin_mode="cross", wallet_balance=10_000,
                         collateral="ALT", collateral_price=1)  # fmt: skip
        found = self.found(beside, price_shock=-0.5)
        assert (found.liquidated, found.legs.net) == ((), pytest.approx(-5_000))
        found = self.found(beside, price_shock=1.0)
        assert found.liquidated == ("account coins",)

    def test_after_a_spike_the_coin_is_lost_at_the_price_of_the_end(self):
        found = self.found(price_shock=-0.5, spike=1.0)
        # The coin held is worth half; so would be the one that was posted.
        assert found.legs.net == pytest.approx(-30_000 - 60_000)


class TestStablecoins:
    """USDT at 0.90: two shorts of 60,000 lose 6,000 each, and of its money a wallet a tenth."""

    def fall(self, *wallets, **more):
        tables = pair(wallets=wallets or None, **more).portfolio
        settings = replace(tables.settings, quote_currency="USDT")
        (found,) = analyse(replace(tables, settings=settings)).depegs
        return found

    def test_a_wallet_that_stands_loses_a_tenth_of_its_money(self):
        found = self.fall()
        assert (found.loss, found.liquidation) == (pytest.approx(10_000 + 12_000), "")

    @pytest.mark.parametrize(
        ("balance", "gone"),
        # 0.9 × balance − 12,000 is left, 0.4 % of 120,000 is needed: 13,866.67 are the least.
        [(13_870, False), (13_860, True)],
    )
    def test_it_falls_where_what_is_left_is_not_enough(self, balance, gone):
        found = self.fall({"wallet_balance": balance})
        assert found.liquidated == (("account main",) if gone else ())
        assert found.loss == pytest.approx(balance if gone else balance / 10 + 12_000)

    def test_what_a_position_has_lost_already_is_owed_in_it(self):
        """90,000 USDT are left; they become (90,000 − 2 × 60,000 ÷ 9) × 0.9 = 69,000 dollars."""
        tables = pair().portfolio
        bitcoin, ether = tables.shorts
        settings = replace(tables.settings, quote_currency="USDT")
        shorts = (replace(bitcoin, entry_price=50_000), ether)
        (found,) = analyse(replace(tables, settings=settings, shorts=shorts)).depegs
        assert found.loss == pytest.approx(90_000 - 69_000)

    def test_other_money_and_coins_in_it_keep_their_worth(self):
        found = self.fall({"wallet_balance": 50_000, "collateral": "USDC"},
                          {"wallet_balance": 1, "collateral": "BTC"})  # fmt: skip
        assert found.loss == pytest.approx(12_000)

    def test_money_in_accounts_without_shorts_counts(self):
        spare = {"account": "spare", "margin_mode": "isolated", "wallet_balance": 5_000}
        found = self.fall({"wallet_balance": 100_000}, spare)
        assert found.loss == pytest.approx(10_000 + 12_000 + 500)

    def test_without_a_rate_nobody_knows(self):
        assert self.fall(mm_rate=None).unknown == ("account main",)


# ------------------------------------------------------------------------------- where it is shown

WAYS = replace(
    CROSS,
    scenarios=(
        Scenario(scenario="Down", asset="*", price_shock=-0.1),
        Scenario(scenario="Up and down", asset="*", price_shock=-0.3, spike=0.7),
        Scenario(scenario="Down and up", asset="*", price_shock=0.3, spike=-0.5, days=120),
        Scenario(scenario="Far up", asset="BTC", price_shock=2.4, basis_shock=0.01),
        Scenario(scenario="Apart", asset="BTC", price_shock=0.5, basis_shock=0.01),
        Scenario(scenario="Apart", asset="ETH", price_shock=-0.4, funding_rate=-0.001, days=3),
        Scenario(scenario="Apart", asset="SOL", price_shock=-0.8, spike=-0.9),
        Scenario(scenario="To nothing", asset="*", price_shock=-1),
    ),
)


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_spreadsheets_compute_accounts_alike(edition, libreoffice, ironcalc, tmp_path):
    path, analysis = tmp_path / "book.xlsx", analyse(WAYS)
    fallen = {each for found in analysis.scenarios for each in found.liquidated}
    assert {"account main", "account coins", "account long"} <= fallen
    template_book(analysis, edition).save(path)
    engine = libreoffice if edition == "addin" else ironcalc
    expected = stored(path) if edition == "addin" else with_serials(stored(path))
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []


def test_spreadsheets_compute_the_report_on_accounts_alike(plain_libreoffice, tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(WAYS)).save(path)
    computed = plain_libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(path)) == []
