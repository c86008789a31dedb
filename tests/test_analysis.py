"""The analysis against numbers worked out by hand from the contract's formulas."""

from dataclasses import replace
from datetime import datetime

import pytest

from xlhedge.analysis import analyse
from xlhedge.errors import HedgeError
from xlhedge.portfolio import (
    Holding,
    Instrument,
    Portfolio,
    PortfolioError,
    Scenario,
    Settings,
    Short,
)
from xlhedge.samples import SAMPLES


def portfolio(holdings, instruments=(), shorts=(), scenarios=(), **settings):
    base = {"as_of": datetime(2026, 3, 2), "horizon_date": datetime(2026, 4, 1)}
    return Portfolio(
        settings=Settings(**base | settings),
        holdings=tuple(Holding(**row) for row in holdings),
        instruments=tuple(Instrument(**row) for row in instruments),
        shorts=tuple(Short(**row) for row in shorts),
        scenarios=tuple(Scenario(**row) for row in scenarios),
    )


BTC = {"asset": "BTC", "quantity": 1, "spot_price": 60_000, "instrument": "PERP"}
PERP = {"instrument": "PERP", "underlying": "BTC", "futures_price": 60_000, "funding_rate": 0.0001}
SHORT = {"instrument": "PERP", "contracts": 1, "entry_price": 60_000}
INVERSE = PERP | {"contract_type": "inverse", "contract_size": 1}


@pytest.mark.parametrize(
    ("name", "down", "up"),
    [("full-hedge", 0, 0), ("partial-hedge", -6_000, 6_000)],
)
def test_the_article_s_examples(name, down, up):
    """A full hedge nets 0, half a hedge turns ∓20 % of 60,000 into ∓10 %."""
    analysis = analyse(SAMPLES[name])
    assert analysis.after(-0.2) == pytest.approx(down, abs=1e-9)
    assert analysis.after(0.2) == pytest.approx(up, abs=1e-9)
    if name == "full-hedge":  # 55,000 and 65,000, exactly
        assert analysis.after(55_000 / 60_000 - 1) == analysis.after(65_000 / 60_000 - 1) == 0


def test_two_holdings_share_a_short_by_their_targets():
    analysis = analyse(
        portfolio(
            [BTC, {"asset": "ALT", "quantity": 100, "spot_price": 100, "beta": 2,
                   "instrument": "PERP", "hedge_ratio": 0.5}],
            [PERP],
            [SHORT | {"contracts": 0.7}],
        )
    )  # fmt: skip
    btc, alt = analysis.hedge
    assert (btc["target_notional"], alt["target_notional"]) == (60_000, 10_000)
    assert btc["share"] == pytest.approx(6 / 7)
    assert btc["short_notional"] == pytest.approx(36_000)
    assert alt["short_notional"] == pytest.approx(6_000)
    assert btc["net_delta"] == pytest.approx(24_000)
    assert alt["net_delta"] == pytest.approx(100 * 100 * 2 - 6_000)
    assert analysis.total["net_delta"] == pytest.approx(60_000 + 20_000 - 42_000)


def test_orders_are_whole_steps_toward_the_target():
    terms = PERP | {"qty_step": 0.01, "min_qty": 0.05, "futures_price": 59_000}
    for held, order, action in [
        (0, 1.01, "short"),  # 60,000 ÷ 59,000 = 1.0169…, never more than asked
        (1.5, -0.49, "buy back"),
        (1.01, 0, "none"),
        (0.97, 0.04, "too small"),
    ]:
        shorts = [SHORT | {"contracts": held}] if held else []
        (row,) = analyse(portfolio([BTC], [terms], shorts)).hedge
        assert (row["order_contracts"], row["action"]) == (pytest.approx(order), action)
        traded = 0 if action == "too small" else order
        left = 60_000 - (held + traded) * 59_000
        assert row["residual_delta"] == pytest.approx(left, abs=1e-6)


def test_an_order_below_the_smallest_value_is_too_small():
    (row,) = analyse(portfolio([BTC], [PERP | {"min_notional": 60_001}])).hedge
    assert (row["action"], row["order_contracts"], row["order_notional"]) == ("too small", 1, 0)
    assert row["residual_delta"] == 60_000


def test_coins_posted_as_margin_are_an_exposure():
    """One bitcoin, all of it the margin of a 1× inverse short: a synthetic dollar at any price."""
    for price in (30_000, 60_000, 90_000):
        analysis = analyse(
            portfolio(
                [BTC | {"quantity": 0, "spot_price": price}],
                [INVERSE | {"futures_price": price, "mm_rate": 0.005}],
                [SHORT | {"contracts": 60_000, "margin": 1}],
            )
        )
        assert analysis.total["coin_margin"] == pytest.approx(60_000)
        assert analysis.total["net_delta"] == pytest.approx(0, abs=1e-6)
        assert analysis.margin[0]["liquidation_price"] == "none"
        for shock in (-0.5, 0.5, 3):
            assert analysis.after(shock) == pytest.approx(0, abs=1e-6)
        assert analysis.grid.held == pytest.approx((0,) * len(analysis.grid.held), abs=1e-6)
        assert analysis.hedge[0]["target_notional"] == pytest.approx(60_000)
        assert analysis.hedge[0]["hedged"] == pytest.approx(1)


def test_the_treasury_s_inverse_short():
    eth = analyse(SAMPLES["treasury"]).hedge[1]
    equity = 260 + 2_400_000 * (1 / 3_006 - 1 / 3_120)
    assert eth["coin_margin"] == pytest.approx(equity * 3_000)
    assert eth["target_notional"] == pytest.approx(0.6 * (1_500 + equity) * 3_000)
    short = 2_400_000 / 3_006 * 3_000  # the coins that it is short, at spot
    assert eth["net_delta"] == pytest.approx((1_500 + equity) * 3_000 - short)
    # −0.005 % per 8 hours for 92 days: the short pays.
    assert eth["funding_drag"] == pytest.approx(short * 0.00005 * 3 * 92)


def test_a_dated_future_has_a_basis_per_year_and_no_funding():
    sol = analyse(SAMPLES["treasury"]).hedge[2]
    assert sol["basis_pct"] == pytest.approx(156.3 / 150 - 1)
    assert sol["days_to_expiry"] == 207
    assert sol["basis_annualized"] == pytest.approx((156.3 / 150 - 1) * 365 / 207)
    assert (sol["basis_regime"], sol["funding_drag"]) == ("contango", 0)


def test_a_coin_without_an_instrument_stays_exposed():
    analysis = analyse(portfolio([{"asset": "XMR", "quantity": 2, "spot_price": 160}]))
    (row,) = analysis.hedge
    assert (row["net_delta"], row["residual_delta"], row["hedged"]) == (320, 320, 0)
    assert row["target_notional"] is row["action"] is row["basis"] is None
    assert (
        analysis.grid.grids["ratio"][4] == analysis.grid.unhedged
    )  # there is nothing to hedge it with


def test_a_short_without_a_holding_counts():
    naked = PERP | {"instrument": "ETH-P", "underlying": "ETH", "futures_price": 3_000,
                    "index_price": 3_000}  # fmt: skip
    analysis = analyse(
        portfolio([BTC], [PERP, naked], [SHORT | {"instrument": "ETH-P", "contracts": 2}])
    )
    assert analysis.hedge[0]["net_delta"] == 60_000
    assert analysis.unassigned["short_notional"] == 6_000
    assert analysis.total["short_notional"] == 6_000
    assert analysis.total["net_delta"] == 54_000
    assert analysis.total["funding_drag"] == pytest.approx(-6_000 * 0.0001 * 30 * 3)


class TestScenarios:
    def one(self, rows, **more):
        terms = PERP | {"taker_fee": 0.001, "fee_discount": 0.5} | more.pop("terms", {})
        held = [BTC | more.pop("holding", {})]
        shorts = [SHORT | more.pop("short", {})]
        rows = [{"scenario": "S"} | row for row in rows]
        (result,) = analyse(portfolio(held, [terms], shorts, rows)).scenarios
        return result

    def test_the_legs(self):
        result = self.one(
            [{"asset": "*", "price_shock": -0.2, "basis_shock": 0.01, "days": 10,
              "funding_rate": -0.0002}]
        )  # fmt: skip
        fees = 60_000 * 0.0005 * 0.81  # the short is open: it is only closed
        funding = -60_000 * 0.0002 * 30
        assert result.legs == pytest.approx(
            (-12_000, 12_000, -600, funding, -fees, -600 + funding - fees)
        )

    def test_blank_funding_is_the_instrument_s_own(self):
        result = self.one([{"asset": "*", "price_shock": 0, "days": 10}])
        assert result.legs.funding == pytest.approx(60_000 * 0.0001 * 30)

    def test_an_asset_s_own_row_is_its_own_move_and_the_star_is_times_beta(self):
        alt = {"asset": "ALT", "quantity": 10, "spot_price": 100, "beta": 2, "instrument": "PERP"}
        rows = [{"scenario": "S", "asset": "*", "price_shock": -0.1},
                {"scenario": "S", "asset": "ALT", "price_shock": 0.5},
                {"scenario": "B", "asset": "BTC", "price_shock": -0.1},
                {"scenario": "*", "asset": "*", "price_shock": -0.6}]  # fmt: skip
        own, alone, all_ = analyse(portfolio([BTC, alt], [PERP], [SHORT], rows)).scenarios
        assert own.legs.spot == pytest.approx(-6_000 + 500)
        assert own.legs.short == pytest.approx(6_000)
        assert alone.legs.spot == pytest.approx(-6_000)  # only bitcoin moves
        assert all_.legs.spot == pytest.approx(-36_000 - 1_000)  # no coin loses more than all

    def test_a_liquidated_short_loses_its_equity_and_the_coins_are_naked(self):
        margin = {"terms": {"mm_rate": 0.01}, "short": {"margin": 6_000, "entry_price": 58_000}}
        # Liquidated at (6,000 + 58,000) ÷ 1.01 = 63,366: a rise of 5.6 %. Equity now: 4,000.
        calm = self.one([{"asset": "*", "price_shock": 0.05}], **margin)
        spike = self.one([{"asset": "*", "price_shock": 0.06}], **margin)
        assert (calm.legs.short, calm.liquidated) == (pytest.approx(-3_000), ())
        assert (spike.legs.short, spike.liquidated) == (pytest.approx(-4_000), ("PERP",))
        assert spike.legs.fees == 0  # nothing left to close
        assert spike.legs.spot == pytest.approx(3_600)

    def test_a_liquidated_inverse_short_loses_its_coins(self):
        rows = [{"asset": "*", "price_shock": 0.5}]
        inverse = {"contract_type": "inverse", "contract_size": 1, "mm_rate": 0.01}
        short = {"contracts": 60_000, "margin": 0.2}
        result = self.one(rows, terms=inverse, short=short)
        assert result.liquidated == ("PERP",)
        # 1.2 bitcoin before, one after, at 90,000: the 0.2 posted are gone.
        assert result.legs.net == pytest.approx(1 * 90_000 - 1.2 * 60_000)

    def test_a_long_future_is_liquidated_by_a_fall(self):
        long = {"contracts": -1, "margin": 6_000}
        result = self.one(
            [{"asset": "*", "price_shock": -0.2}], terms={"mm_rate": 0.01}, short=long
        )
        assert (result.legs.short, result.liquidated) == (pytest.approx(-6_000), ("PERP",))


@pytest.mark.parametrize(
    ("terms", "column", "said"),
    [
        (
            {"mm_rate": 0.4},
            "mm_rate",
            "0.4 means 40 %; 0.4 % is written 0.4% or 0.004; with it PERP",
        ),
        ({"futures_price": 600_000, "mm_rate": 0.004}, "futures_price", "600000 is 900 % off the"),
        ({"contract_size": 1e305, "mm_rate": 0.004}, "contract_size", "1e+305 is too large: "),
    ],
)
def test_a_short_that_its_instrument_spoils_is_told_at_the_instrument(terms, column, said):
    with pytest.raises(PortfolioError) as caught:
        analyse(portfolio([BTC], [PERP | terms], [SHORT | {"margin": 9_000}]))
    (problem,) = caught.value.problems
    assert (problem.place, problem.column) == ("Instruments[0]", column)
    assert problem.message.startswith(said)
    with pytest.raises(PortfolioError) as caught:
        analyse(portfolio([BTC], [PERP | {"mm_rate": 0.1}], [SHORT | {"margin": 900}]))
    assert [(p.place, p.column) for p in caught.value.problems] == [("Shorts[0]", "margin")]


def test_a_short_beyond_its_liquidation_price_is_refused():
    wrong = portfolio(
        [BTC],
        [PERP | {"mm_rate": 0.01, "futures_price": 64_000}],
        [SHORT | {"margin": 3_000}],
    )
    with pytest.raises(
        HedgeError, match=r"Shorts\[0\] margin: PERP at its mark price 64,000 .* 62,376"
    ):
        analyse(wrong)


def test_a_future_that_expires_pays_no_funding_in_a_scenario():
    stress = {each.name: each for each in analyse(SAMPLES["treasury"]).scenarios}
    # The two perpetuals, not the 1,563,000 of the dated future.
    paying = 5_522_760 + 2_400_000 * 3_000 / 3_006
    assert stress["Crash, funding turns"].legs.funding == pytest.approx(-paying * 0.0005 * 21)


def test_a_short_moves_with_its_underlying_s_own_row():
    (outage,) = (s for s in analyse(SAMPLES["treasury"]).scenarios if s.name == "SOL outage")
    others = (5_522_760 + 2_400_000 * 3_000 / 3_006) * 0.05
    assert outage.legs.short == pytest.approx(1_563_000 * 0.45 + others)
    assert outage.legs.basis == pytest.approx(1_563_000 * 0.02)


def test_holdings_of_opposite_sign_share_a_short_by_their_signed_targets():
    pair = [BTC | {"quantity": 10}, BTC | {"asset": "ALT", "quantity": -5}]
    analysis = analyse(portfolio(pair, [PERP], [SHORT | {"contracts": 5}]))
    assert [row["short_contracts"] for row in analysis.hedge] == [10, -5]
    assert [row["action"] for row in analysis.hedge] == ["none", "none"]


def test_binary_dust_is_no_order():
    (row,) = analyse(
        portfolio(
            [BTC | {"quantity": 3, "spot_price": 0.1}],
            [PERP | {"futures_price": 0.1}],
            [SHORT | {"contracts": 3, "entry_price": 0.1}],
        )
    ).hedge
    assert (row["order_contracts"], row["action"]) == (0, "none")


def test_long_futures_beyond_their_liquidation_price_are_refused_and_all_are_named():
    wrong = portfolio(
        [BTC],
        [PERP | {"mm_rate": 0.01, "futures_price": 56_000}],
        [
            SHORT | {"contracts": -1, "margin": 3_000},
            SHORT | {"contracts": -2, "margin": 100, "account": "another"},
        ],
    )
    with pytest.raises(HedgeError) as caught:
        analyse(wrong)
    assert [line[:16] for line in str(caught.value).splitlines()] == [
        "Shorts[0] margin",
        "Shorts[1] margin",
    ]


def test_an_equity_below_zero_is_nothing_more_to_lose():
    # Entered at 50,000 with 9,950, an amount of 2,000: alive at 60,000, with an equity of −50.
    terms = PERP | {"mm_rate": 0.003, "mm_amount": 2_000}
    rows = [{"scenario": "S", "asset": "*", "price_shock": 0.5}]
    shorts = [SHORT | {"entry_price": 50_000, "margin": 9_950}]
    (result,) = analyse(portfolio([BTC], [terms], shorts, rows)).scenarios
    assert (result.legs.short, result.liquidated) == (0, ("PERP",))


def test_numbers_too_large_are_told_with_their_row():
    with pytest.raises(HedgeError, match=r"Holdings\[0\] quantity: .* too large"):
        analyse(portfolio([BTC | {"quantity": 1e305, "spot_price": 1e10}], [PERP]))
    three = [BTC | {"asset": name, "quantity": 1e303} for name in "ABC"]
    terms = PERP | {"index_price": 60_000}
    with pytest.raises(HedgeError, match="too large"):
        analyse(portfolio(three, [terms]))


def test_caveats_of_the_margin():
    near = portfolio(
        [BTC | {"quantity": 2}],
        [PERP | {"mm_rate": 0.01}],
        [SHORT | {"margin": 9_000}, SHORT | {"account": "another"}],
    )
    assert analyse(near).caveats == (
        # (9,000 + 60,000) ÷ 1.01 = 68,316.8 is 13.9 % away
        "PERP: liquidated by a move of +13.9 %",
        "PERP: liquidation unknown without margin in Shorts",
    )
    for margin, lacking in ((None, "margin in Shorts and mm_rate"), (9_000, "mm_rate")):
        unknown = portfolio([BTC], [PERP | {"mm_rate": None}], [SHORT | {"margin": margin}])
        (said,) = analyse(unknown).caveats
        assert said == f"PERP: liquidation unknown without {lacking} in Instruments"
    calm = portfolio([BTC], [PERP | {"mm_rate": 0.01}], [SHORT | {"margin": 30_000}])
    assert analyse(calm).caveats == ()


def test_a_number_too_large_in_a_grid_is_told_with_the_setting_that_made_it():
    alone = {"asset": "BTC", "quantity": 1e307, "spot_price": 1}
    with pytest.raises(HedgeError, match=r"^Settings shock_max: SCENARIO_PNL is too large"):
        analyse(portfolio([alone], shock_max=50, shock_step=5))


def test_a_copy_with_other_rows_finds_its_own():
    first = portfolio([BTC], [PERP])
    assert first.instrument("PERP").futures_price == 60_000
    assert first.holding("BTC").quantity == 1
    other = replace(
        first,
        instruments=(Instrument(**PERP | {"futures_price": 61_000}),),
        holdings=(Holding(**BTC | {"quantity": 2}),),
    )
    assert other.instrument("PERP").futures_price == 61_000
    assert other.holding("BTC").quantity == 2
    assert first.instrument("PERP").futures_price == 60_000
    assert first == portfolio([BTC], [PERP])  # which has looked up nothing
    with pytest.raises(KeyError):
        first.instrument("NONE")


def test_two_holdings_share_a_short_s_profit_as_they_share_the_short():
    analysis = analyse(
        portfolio(
            [BTC, {"asset": "ALT", "quantity": 100, "spot_price": 100, "beta": 2,
                   "instrument": "PERP", "hedge_ratio": 0.5}],
            [PERP],
            [SHORT | {"contracts": 0.7, "entry_price": 70_000}],
        )
    )  # fmt: skip
    assert [row["hedge_profit"] for row in analysis.unwind] == [
        pytest.approx(6_000),
        pytest.approx(1_000),
    ]
