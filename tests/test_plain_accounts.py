"""The independent model against closed forms, and the analysis against the model."""

import pytest
from plain_accounts import Book
from plain_exposure import underlyings
from plain_scenarios import outcomes

SETTINGS = {"as_of": "2026-03-02", "horizon_date": "2026-06-02"}


def book(**tables):
    return Book({"Settings": SETTINGS | tables.pop("Settings", {})} | tables)


def bitcoin(**more):
    terms = {"instrument": "B", "underlying": "BTC", "futures_price": 60_000.0,
             "mm_rate": 0.004}  # fmt: skip
    return terms | more


HELD = {"asset": "BTC", "quantity": 1, "spot_price": 60_000.0, "instrument": "B"}
ETHER = {"instrument": "E", "underlying": "ETH", "futures_price": 3_000.0, "mm_rate": 0.004,
         "index_price": 3_000.0}  # fmt: skip


def cross_pair(**more):
    """A wallet of 100,000 that bitcoin and ether shorts of 60,000 each share."""
    account = {"account": "X", "margin_mode": "cross", "wallet_balance": 100_000.0}
    shorts = [
        {"instrument": "B", "account": "X", "contracts": 1.0, "entry_price": 60_000.0},
        {"instrument": "E", "account": "X", "contracts": 20.0, "entry_price": 3_000.0},
    ]
    tables = {"Holdings": [HELD], "Accounts": [account], "Instruments": [bitcoin(), ETHER]}
    return book(**{**tables, "Shorts": shorts, **more})


class TestClosedForms:
    """The model says what a short calculation by hand says."""

    def test_lots_are_one_position(self):
        shorts = [
            {"instrument": "B", "contracts": 1.0, "entry_price": 60_000.0, "margin": 30_000.0},
            {"instrument": "B", "contracts": 1.0, "entry_price": 50_000.0, "margin": 11_000.0},
        ]
        (one,) = book(Holdings=[HELD], Instruments=[bitcoin()], Shorts=shorts).positions
        assert (one.contracts, one.entry, one.margin) == (2, 55_000, 41_000)
        # 41,000 + 2 * (55,000 - P) = 2 * 0.004 * P
        assert 60_000 * (1 + one.reach) == pytest.approx(151_000 / 2.008, rel=1e-14)

    def test_an_average_inverse_entry_is_harmonic(self):
        terms = bitcoin(contract_type="inverse", contract_size=100)
        shorts = [
            {"instrument": "B", "contracts": 300.0, "entry_price": 60_000.0, "margin": 0.2},
            {"instrument": "B", "contracts": 300.0, "entry_price": 30_000.0, "margin": 0.2},
        ]
        (one,) = book(Holdings=[HELD], Instruments=[terms], Shorts=shorts).positions
        assert one.entry == pytest.approx(40_000)  # 60,000 of face over 0.5 + 1 coins

    def test_a_wallet_falls_when_all_rises_and_later_when_one_does(self):
        (wallet,) = cross_pair().wallets
        assert wallet.reaches()[0] == pytest.approx((100_000 - 480) / 120_480, rel=1e-14)
        alone = (100_000 - 480) / 60_240  # + 165.2 %
        assert wallet.reaches("BTC") == (pytest.approx(alone, rel=1e-14), None)
        assert wallet.add(1.0) == pytest.approx(20_960)  # 120,000 + 960 - 100,000

    def test_a_coin_wallet_by_hand(self):
        """With 1 BTC a face of 60,000 cannot be liquidated, twice that can."""
        account = {"account": "X", "margin_mode": "cross", "wallet_balance": 1.0,
                   "collateral": "BTC"}  # fmt: skip
        terms = bitcoin(contract_type="inverse", contract_size=100)

        def reaches(contracts):
            lot = {"instrument": "B", "account": "X", "contracts": contracts,
                   "entry_price": 60_000.0}  # fmt: skip
            tables = {"Holdings": [HELD], "Accounts": [account], "Instruments": [terms]}
            (wallet,) = book(Shorts=[lot], **tables).wallets
            return wallet.reaches()

        # 1 - 1 + 1 / (1 + x) is never 0.004 / (1 + x)
        assert reaches(600.0) == (None, None)
        # 1 - 2 + 2 / (1 + x) = 0.008 / (1 + x)
        assert reaches(1_200.0) == (pytest.approx(0.992, rel=1e-14), None)

    def test_a_tier_of_the_whole_position_liquidates_at_its_floor(self):
        """10,000 beside a coin short at 60,000: 5,000 left at 65,000, where 5,200 are needed."""
        tiers = [
            {"instrument": "B", "floor": floor, "mm_rate": rate}
            for floor, rate in ((0.0, 0.01), (65_000.0, 0.08))
        ]
        lot = {"instrument": "B", "contracts": 1.0, "entry_price": 60_000.0, "margin": 10_000.0}
        tables = {"Holdings": [HELD], "Tiers": tiers, "Shorts": [lot]}
        (whole,) = book(Instruments=[bitcoin(tier_mode="whole")], **tables).positions
        assert 60_000 * (1 + whole.reach) == pytest.approx(65_000, rel=1e-14)
        (marginal,) = book(Instruments=[bitcoin()], **tables).positions
        # 70,000 - P = 650 + 0.08 * (P - 65,000)
        assert 60_000 * (1 + marginal.reach) == pytest.approx(74_550 / 1.08, rel=1e-14)

    def test_maintenance_frozen_at_entry_and_a_closing_fee(self):
        lot = {"instrument": "B", "contracts": 1.0, "entry_price": 50_000.0, "margin": 30_000.0}
        terms = bitcoin(mm_basis="entry", liquidation_fee=0.0005)
        (one,) = book(Holdings=[HELD], Instruments=[terms], Shorts=[lot]).positions
        # 30,000 + 50,000 - P = 0.004 * 50,000 + 0.0005 * P
        assert 60_000 * (1 + one.reach) == pytest.approx(79_800 / 1.0005, rel=1e-14)

    @pytest.mark.parametrize(("sizing", "cover"), [("coins", 60_000), ("value", 66_000)])
    def test_a_dated_future_counts_its_coins(self, sizing, cover):
        """A coin short for a coin locks in 6,000 at any settlement."""
        terms = bitcoin(futures_price=66_000.0, expiry="2026-06-02")
        lot = {"instrument": "B", "contracts": 1.0, "entry_price": 66_000.0, "margin": 60_000.0}
        rows = [
            {"scenario": str(shock), "asset": "*", "price_shock": shock, "days": 92}
            for shock in (-0.5, 0.0, 0.5)
        ]
        one = book(Settings={"dated_sizing": sizing}, Holdings=[HELD], Instruments=[terms],
                   Shorts=[lot], Scenarios=rows)  # fmt: skip
        assert underlyings(one)["BTC"]["cover"] == cover
        nets = [sum(line.net for line in each.lines) for each in outcomes(one).values()]
        assert nets == [pytest.approx(6_000)] * 3

    def test_an_inverse_quarterly_sized_by_spot_stays_long(self):
        """Face of q * S hides 0.0909 coins; face of q * F hides none."""
        terms = bitcoin(contract_type="inverse", contract_size=100, futures_price=66_000.0)
        for face, gap in ((600.0, 60_000 - 60_000 / 1.1), (660.0, 0.0)):
            lot = {"instrument": "B", "contracts": face, "entry_price": 66_000.0, "margin": 0.0}
            one = book(Holdings=[HELD], Instruments=[terms], Shorts=[lot])
            assert underlyings(one)["BTC"]["gap"] == pytest.approx(gap)

    def test_a_spike_takes_the_hedge_away(self):
        lot = {"instrument": "B", "contracts": 1.0, "entry_price": 60_000.0, "margin": 6_000.0}
        rows = [
            {"scenario": "fall", "asset": "*", "price_shock": -0.3},
            {"scenario": "path", "asset": "*", "price_shock": -0.3, "spike": 0.12},
        ]
        one = book(Holdings=[HELD], Instruments=[bitcoin()], Shorts=[lot], Scenarios=rows)
        found = outcomes(one)
        assert sum(line.net for line in found["fall"].lines) == pytest.approx(0)
        assert sum(line.net for line in found["path"].lines) == pytest.approx(-24_000)
        assert [line.liquidated for line in found["path"].lines] == [False, True]

    def test_a_cross_account_falls_as_a_whole(self):
        rows = [
            {"scenario": name, "asset": "*", "price_shock": shock, "spike": spike}
            for name, shock, spike in (("near", 0.82, None), ("far", 0.83, None),
                                       ("path", -0.1, 0.83))
        ]  # fmt: skip
        near, far, path = outcomes(cross_pair(Scenarios=rows)).values()
        assert [line.liquidated for line in near.lines] == [False] * 4
        assert [line.liquidated for line in far.lines] == [False, True, True, True]
        assert sum(line.short for line in far.lines) == pytest.approx(-100_000)
        assert sum(line.net for line in path.lines) == pytest.approx(-106_000)
