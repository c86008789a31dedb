"""The history of a portfolio against numbers worked out on paper, and against pandas and NumPy."""

import math
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from histories import BTC, PERP, SHORT, START, bars, day
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import xlhedge
from xlhedge.analysis import analyse
from xlhedge.analysis.history import history
from xlhedge.analysis.risk import conventions, drawdown, path, risk_of, sample_deviation
from xlhedge.portfolio import Bar, Holding, Instrument, Portfolio, Settings, Short


def analysed(rows, holdings=(BTC,), instruments=(PERP,), shorts=(SHORT,), **settings):
    portfolio = Portfolio(
        settings=Settings(**{"as_of": day(10), "horizon_date": day(90)} | settings),
        holdings=tuple(Holding(**row) for row in holdings),
        instruments=tuple(Instrument(**row) for row in instruments),
        shorts=tuple(Short(**row) for row in shorts),
        history=tuple(rows),
    )
    done = analyse(portfolio)
    return history(portfolio, done.hedge, done.margin, done.days)


def one(*arguments, **more):
    """The history of a portfolio's only holding."""
    (asset,) = analysed(*arguments, **more).assets
    return asset


class TestPaper:
    """One coin at 60,000 of closes 100, 110, 99, 99: returns of +10 %, −10 % and 0."""

    spot = bars("BTC", [100, 110, 99, 99])
    future = bars("PERP", [100, 105, 94.5, 94.5], funding_rate=[0.01, 0.001, -0.002, None])

    def test_profits_and_losses(self):
        result = one(self.spot + self.future).comparison
        assert result.unhedged.pnl == pytest.approx((6_000, -6_000, 0))
        # −60,000 × (+5 %, −10 %, 0), and funding of 60 and −120; the first rate came before.
        assert result.hedged.pnl == pytest.approx((6_000 - 3_000 + 60, -120, 0), abs=1e-9)
        assert (result.sample.pairs, result.sample.first, result.sample.last) == (
            3, day(0), day(3),
        )  # fmt: skip
        assert (result.sample.interval_days, result.sample.bars_a_year) == (1, 365)
        assert (result.worth, result.reason) == (60_000, "")

    def test_volatility_and_drawdown(self):
        risk = one(self.spot + self.future).comparison.unhedged.risk
        # Deviations from a mean of 0: 6,000² × 2 ÷ 2.
        assert risk.volatility == pytest.approx(6_000 * math.sqrt(365))
        assert risk.volatility_ratio == pytest.approx(0.1 * math.sqrt(365))
        assert risk.drawdown.ratio == pytest.approx(1 - 99 / 110)
        assert risk.drawdown.amount == pytest.approx(6_000)
        assert (risk.drawdown.since, risk.drawdown.until) == (day(1), day(2))

    def test_value_at_risk_and_shortfall(self):
        risk = one(self.spot + self.future).comparison.unhedged.risk
        # Of three bars the worst is the one in a hundred, and the worst 2.5 %.
        assert risk.value_at_risk == pytest.approx(6_000)
        assert risk.value_at_risk_ratio == pytest.approx(0.1)
        assert risk.expected_shortfall == pytest.approx(6_000)
        assert risk.expected_shortfall_ratio == pytest.approx(0.1)

    def test_ratios(self):
        ratios = one(self.spot + self.future, [BTC | {"hedge_ratio": 0.5, "beta": 1.4}]).ratios
        # Means 0 and −1/60; cov × 2 = 0.015, var × 2 = 0.0125 − 3/3600.
        assert ratios.best == pytest.approx(0.015 / (0.0125 - 1 / 1200))
        assert (ratios.wanted, ratios.held) == (pytest.approx(0.7), 1)
        returns = [0.1, -0.1, 0], [0.05, -0.1, 0]
        assert ratios.best == pytest.approx(xlhedge.min_variance_ratio(*returns))
        assert ratios.best_effectiveness == pytest.approx(xlhedge.hedge_effectiveness(*returns))
        assert ratios.held_effectiveness == pytest.approx(xlhedge.hedge_effectiveness(*returns, 1))

    def test_realised_funding(self):
        result = analysed(self.spot + self.future)
        funding = result.assets[0].funding
        assert funding.settlements == 3
        assert funding.received == result.funding_received == pytest.approx(60_000 * 0.009)
        # Each is for the day since the one before; so is the first, of which that is not known.
        assert (funding.hours, funding.passed, funding.longest, funding.latest) == (72, 72, 24, 24)
        assert funding.average_8h == pytest.approx(0.009 / 9)
        assert funding.average_year == pytest.approx(0.009 / 72 * 8760)
        assert (funding.first, funding.last) == (day(0), day(2))


def test_coins_that_fall_by_half_twice_are_worth_a_quarter():
    """Added up, the losses would be all that there was."""
    asset = one(bars("BTC", [400, 200, 100, 150]), [BTC | {"instrument": None}], shorts=())
    outcome = asset.comparison.unhedged
    assert outcome.value == (60_000, 30_000, 15_000, 22_500)
    assert sum(outcome.pnl[:2]) == -60_000
    fall = outcome.risk.drawdown
    assert (fall.ratio, fall.amount, fall.since, fall.until) == (0.75, 45_000, day(0), day(2))
    assert asset.comparison.hedged == outcome  # nothing is short


def risk_of_losses(losses):
    times = [day(n) for n in range(len(losses) + 1)]
    return risk_of(times, [-float(loss) for loss in losses], (), 365)


def test_the_ranks_of_a_history():
    """101 losses of 1 to 101: VaR 99 is the second, ES 97.5 the mean of the worst 2.525."""
    risk = risk_of_losses(np.random.default_rng(1).permutation(np.arange(1, 102)))
    assert risk.value_at_risk == 100
    assert risk.expected_shortfall == pytest.approx((101 + 100 + 0.525 * 99) / 2.525)
    hundred = risk_of_losses(range(1, 101))
    assert (hundred.value_at_risk, hundred.expected_shortfall) == (100, (100 + 99 + 98 / 2) / 2.5)
    assert risk_of_losses([-1, -2, -3]).value_at_risk == -1  # never a loss


@pytest.mark.parametrize(
    ("count", "at_risk", "shortfall"),
    [
        (2, "the worst of 2 bars", "the worst of 2 bars"),
        (40, "the worst of 40 bars", "the worst of 40 bars"),
        (100, "the worst of 100 bars", "the mean loss of the worst 2.5 of 100 bars"),
        (101, "the loss at rank 2 from the worst of 101 bars",
         "the mean loss of the worst 2.525 of 101 bars"),
        (1_000, "the loss at rank 10 from the worst of 1000 bars",
         "the mean loss of the worst 25 of 1000 bars"),
    ],
)  # fmt: skip
def test_a_convention_says_what_a_few_bars_are(count, at_risk, shortfall):
    assert conventions(count) == (at_risk, shortfall)


def test_a_day_s_deviation_of_one_percent_is_nineteen_a_year():
    """√365 × 1 % = 19.1 %, of hourly bars √8760; the sample deviation divides by n − 1."""
    swing = [100 * 1.01 ** (n % 2) for n in range(2001)]
    for step, a_year in [(1, 365), (1 / 24, 8760), (7, 365 / 7)]:
        asset = one(bars("BTC", swing, step), [BTC | {"instrument": None}], shorts=())
        assert asset.comparison.sample.bars_a_year == pytest.approx(a_year)
        assert asset.comparison.unhedged.risk.volatility_ratio == pytest.approx(
            0.00995 * math.sqrt(a_year), rel=1e-3
        )
    assert sample_deviation([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(math.sqrt(32 / 7))
    assert sample_deviation([0.1] * 10) == 0


def test_hull_s_table():
    """Hull, table 3.2: the best ratio of jet fuel against heating oil is 0.78, R² 0.86."""
    oil = [0.021, 0.035, -0.046, 0.001, 0.044, -0.029, -0.026, -0.029, 0.048, -0.006, -0.036,
           -0.011, 0.019, -0.027, 0.029]  # fmt: skip
    fuel = [0.029, 0.020, -0.044, 0.008, 0.026, -0.019, -0.010, -0.007, 0.043, 0.011, -0.036,
            -0.018, 0.009, -0.032, 0.023]  # fmt: skip
    rows = [bars(name, np.cumprod([100, *(1 + np.array(moves))]).tolist())
            for name, moves in (("BTC", fuel), ("PERP", oil))]  # fmt: skip
    ratios = one(rows[0] + rows[1]).ratios
    assert ratios.best == pytest.approx(0.7777, abs=5e-4)
    assert ratios.best_effectiveness == pytest.approx(0.861875, abs=1e-5)
    assert ratios.held_effectiveness == pytest.approx(0.791415, abs=1e-5)


# By the thousandth: what rounds away in a close has no ratio to anything.
walks = st.lists(st.integers(-300, 300).map(lambda n: n / 1000), min_size=2, max_size=60)
rates = st.lists(st.floats(-0.001, 0.001), min_size=61, max_size=61)


def closes(moves):
    return np.cumprod([100, *(1 + np.array(moves))]).tolist()


@given(walks, rates)
def test_a_full_hedge_with_the_spot_s_own_returns_leaves_the_funding(moves, funding):
    walk = closes(moves)
    paid = funding[: len(walk)]
    asset = one(bars("BTC", walk) + bars("PERP", walk, funding_rate=paid))
    assert asset.comparison.hedged.pnl == pytest.approx([60_000 * r for r in paid[1:]], abs=1e-6)
    total = sum(asset.comparison.hedged.pnl) + 60_000 * paid[0]
    assert asset.funding.received == pytest.approx(total, abs=1e-6)


@given(walks, walks, st.floats(0.01, 100))
def test_all_in_quote_grows_with_the_position_and_ratios_do_not(spot, future, factor):
    size = min(len(spot), len(future))
    rows = bars("BTC", closes(spot[:size])) + bars("PERP", closes(future[:size]))
    small = one(rows).comparison.hedged
    large = one(
        rows, [BTC | {"quantity": factor}], shorts=[SHORT | {"contracts": factor}]
    ).comparison.hedged
    for name in ("volatility", "value_at_risk", "expected_shortfall"):
        was, now = getattr(small.risk, name), getattr(large.risk, name)
        assert now == pytest.approx(factor * was, rel=1e-9, abs=1e-6)
        share = getattr(small.risk, f"{name}_ratio")
        assert getattr(large.risk, f"{name}_ratio") == pytest.approx(share, rel=1e-9, abs=1e-9)
    fall = small.risk.drawdown
    assert 0 <= fall.ratio <= 1
    assert large.risk.drawdown.ratio == pytest.approx(fall.ratio, abs=1e-9)
    assert large.risk.drawdown.amount == pytest.approx(factor * fall.amount, abs=1e-4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=300))
def test_the_shortfall_lies_between_the_worst_and_the_next_quantile(pnl):
    """As NumPy ranks them: its "inverted_cdf" is the value at a rank, and no mean of two."""
    risk = risk_of_losses([-each for each in pnl])
    worst = -np.percentile(pnl, 1 - 1e-9, method="inverted_cdf")
    assert risk.value_at_risk == worst
    assert risk.value_at_risk >= -np.percentile(pnl, 2.5, method="inverted_cdf")
    assert risk.expected_shortfall <= -min(pnl) + 1e-9 * abs(min(pnl))
    assert risk.expected_shortfall >= -np.percentile(pnl, 2.5, method="inverted_cdf") - 1e-6


@given(walks, walks, st.floats(-3, 3))
def test_no_ratio_leaves_less_variance_than_the_best(spot, future, other):
    size = min(len(spot), len(future))
    rows = bars("BTC", closes(spot[:size])) + bars("PERP", closes(future[:size]))
    ratios = one(rows).ratios
    if ratios.best is None:
        assert ratios.reason
        return
    s, f = np.array(spot[:size]), np.array(future[:size])
    least = np.var(s - ratios.best * f)
    assert least <= np.var(s - (ratios.best + other) * f) + 1e-12
    if np.ptp(s):
        assert ratios.best_effectiveness == pytest.approx(1 - least / np.var(s), abs=1e-6)


@given(walks)
def test_pandas_sees_the_same_risk(moves):
    walk = closes(moves)
    risk = one(bars("BTC", walk), [BTC | {"instrument": None}], shorts=()).comparison.unhedged.risk
    frame = pd.DataFrame({"close": walk})
    pnl = 60_000 * frame["close"].pct_change().dropna()
    falls = 1 - frame["close"] / frame["close"].cummax()
    assert risk.drawdown.ratio == pytest.approx(falls.max(), abs=1e-9)
    if risk.drawdown.until and falls.max() > 1e-9:
        bottom = (risk.drawdown.until - START).days
        assert falls[bottom] == pytest.approx(falls.max(), abs=1e-9)
        peak = (risk.drawdown.since - START).days
        assert walk[peak] == pytest.approx(max(walk[: bottom + 1]))
    assert risk.volatility == pytest.approx(pnl.std() * 365**0.5, rel=1e-9, abs=1e-6)
    assert risk.value_at_risk == pytest.approx(-pnl.min(), rel=1e-9, abs=1e-6)  # of up to 60


def test_a_hedge_that_loses_more_than_the_coins_are_worth_loses_all():
    assert path([-150, 1_000], 100) == (100, 0, 0)
    fall = drawdown([day(0), day(1), day(2)], path([-150, 1_000], 100))
    assert (fall.ratio, fall.amount, fall.since, fall.until) == (1, 100, day(0), day(1))
    assert drawdown([day(0), day(1)], (5.0, 5.0)).since is None
    nothing = risk_of([day(0), day(1), day(2)], [1, -1], (), 365)
    assert nothing.drawdown is nothing.volatility_ratio is nothing.value_at_risk_ratio is None
    assert nothing.volatility == pytest.approx(math.sqrt(2 * 365))


class TestAlignment:
    def test_rows_in_any_order_and_case(self):
        rows = bars("BTC", [100, 110, 99]) + bars("PERP", [50, 55, 44])
        plain = one(rows).comparison
        shuffled = [rows[at] for at in (4, 0, 3, 2, 5, 1)]
        renamed = [replace(bar, symbol=bar.symbol.lower()) for bar in shuffled]
        assert one(renamed).comparison == plain

    def test_only_times_in_common_count_and_funding_between_is_not_lost(self):
        spot = bars("BTC", [100, 110, 121, 133.1])
        future = bars("PERP", [100, 1, 121, 121], funding_rate=[1e-3, 2e-3, 4e-3, 8e-3])
        asset = one(spot[:1] + spot[2:] + future)
        assert asset.comparison.sample.times == (day(0), day(2), day(3))
        assert asset.comparison.sample.left_out == 1
        assert asset.comparison.hedged.pnl == pytest.approx((60_000 * 6e-3, 6_000 + 60_000 * 8e-3))
        assert asset.comparison.sample.uneven == 2  # 2 days and 1 are both off 1.5
        assert asset.funding.received == pytest.approx(60_000 * 0.015)

    def test_the_total_takes_the_times_of_all(self):
        eth = {"asset": "ETH", "quantity": 10, "spot_price": 3_000}
        rows = bars("BTC", [100, 110, 99, 99]) + bars("ETH", [10, 11, 11, 22])[1:]
        result = analysed(rows, [BTC, eth], shorts=())
        assert result.total.sample.times == (day(1), day(2), day(3))
        assert result.total.sample.left_out == 1
        assert result.total.unhedged.pnl == pytest.approx((-6_000, 30_000))
        assert result.total.worth == 90_000
        assert result.total.unhedged.value == pytest.approx((90_000, 84_000, 112_000))
        assert result.covered == ("BTC", "ETH")
        assert [each.comparison.sample.pairs for each in result.assets] == [3, 2]
        text = "History: times without a bar of every symbol, which the total leaves out: 1"
        assert text in result.caveats

    def test_what_has_no_history_is_left_out_and_named(self):
        xmr = {"asset": "XMR", "quantity": 1, "spot_price": 160}
        result = analysed(bars("BTC", [100, 110, 99]), [BTC, xmr])
        assert (result.covered, result.left_out) == (("BTC",), ("XMR",))
        assert result.assets[1].comparison.reason == "XMR has no bars"
        assert result.total.worth == 60_000
        assert "History: the total is without XMR" in result.caveats

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_too_few_bars_say_so(self, count):
        rows = bars("BTC", [100, 110][:count]) + bars("PERP", [1, 2, 3])
        asset = one(rows)
        assert asset.comparison.unhedged is asset.comparison.hedged is None
        assert asset.ratios.best is None
        assert asset.ratios.reason
        reason = asset.comparison.reason
        assert reason == (
            f"three bars are needed; BTC and PERP have in common {count}"
            if count else "BTC has no bars"
        )  # fmt: skip
        assert analysed(rows).total.reason == "no holding and no short has bars"

    def test_no_rows_no_history(self):
        assert analysed([]) is None


class TestHedgeSymbols:
    def test_the_underlying_s_bars_stand_in_and_say_so(self):
        spot = bars("BTC", [100, 110, 99], funding_rate=[None, 0.001, 0.002])
        result = analysed(spot)
        (asset,) = result.assets
        assert (asset.hedge_symbol, asset.own_bars) == ("BTC", False)
        assert asset.comparison.hedged.pnl == pytest.approx((60, 120))
        assert (asset.ratios.best, asset.funding.symbol) == (pytest.approx(1), "BTC")
        assert any("the bars of BTC stand for PERP" in s for s in result.caveats)
        with_own = one(spot + bars("perp", [1, 2, 1]))
        assert (with_own.hedge_symbol, with_own.own_bars) == ("perp", True)
        assert with_own.funding.symbol == "BTC"  # the only rates there are

    def test_an_instrument_called_like_its_coin(self):
        terms = PERP | {"instrument": "BTC"}
        short = SHORT | {"instrument": "BTC"}
        result = analysed(bars("BTC", [1, 2, 1]), [BTC | {"instrument": "BTC"}], [terms], [short])
        assert result.assets[0].own_bars is False
        text = "History of BTC: the bars of BTC stand for BTC, whose basis risk does not show"
        assert text in result.caveats

    def test_a_cross_hedge_never_takes_the_coin_s_own_bars_for_the_future_s(self):
        alt = BTC | {"asset": "ALT"}
        terms = PERP | {"index_price": 60_000}
        result = analysed(bars("ALT", [100, 110, 99]), [alt], [terms])
        (asset,) = result.assets
        assert asset.hedge_symbol is asset.comparison.hedged is asset.ratios.best is None
        assert asset.comparison.reason == "neither PERP nor its underlying BTC has bars"
        assert asset.comparison.unhedged.pnl == pytest.approx((6_000, -6_000))
        assert (result.left_out, result.total.hedged) == (("ALT",), None)
        unused = one(bars("ALT", [100, 110, 99]), [alt], [terms], shorts=())
        assert unused.comparison.hedged == unused.comparison.unhedged

    def test_a_future_that_expires_has_no_funding(self):
        dated = PERP | {"expiry": day(60), "funding_rate": None}
        asset = one(bars("BTC", [100, 110, 99], funding_rate=[0.01] * 3), instruments=[dated])
        assert asset.comparison.hedged.pnl == pytest.approx((0, 0), abs=1e-9)
        assert (asset.funding.received, asset.funding.reason) == (
            None, "a future with an expiry pays no funding",
        )  # fmt: skip
        assert asset.signals.funding_breach is False

    def test_a_synthetic_dollar_does_not_move(self):
        """One bitcoin posted as the margin of a 1× inverse short of 60,000."""
        terms = PERP | {"contract_type": "inverse", "contract_size": 1}
        short = SHORT | {"contracts": 60_000, "margin": 1}
        rows = bars("BTC", [100, 110, 99])
        asset = one(rows, [BTC | {"quantity": 0}], [terms], [short])
        assert asset.comparison.worth == pytest.approx(60_000)
        assert asset.comparison.unhedged.pnl == pytest.approx((6_000, -6_000))
        assert asset.comparison.hedged.pnl == pytest.approx((0, 0), abs=1e-9)
        assert asset.ratios.held == pytest.approx(1)
        # The same as the margin of a hedge of another coin: it moves with the future.
        alt = {"asset": "ALT", "quantity": 10, "spot_price": 600, "instrument": "PERP"}
        cross = one(rows + bars("ALT", [1, 2, 1]), [alt], [terms | {"index_price": 60_000}],
                    [short])  # fmt: skip
        assert cross.comparison.unhedged.pnl == pytest.approx((6_000 + 6_000, -3_000 - 6_000))
        assert cross.comparison.hedged.pnl == pytest.approx((6_000, -3_000))
        assert cross.ratios.held == pytest.approx(0, abs=1e-9)

    def test_a_short_without_a_holding_counts(self):
        other = PERP | {"instrument": "ETH-P", "underlying": "ETH", "index_price": 3_000,
                        "futures_price": 3_000}  # fmt: skip
        shorts = [{"instrument": "ETH-P", "contracts": 1, "entry_price": 3_000}] * 2
        rows = bars("BTC", [100, 110, 99]) + bars("ETH-P", [10, 11, 11], funding_rate=[0.1] * 3)
        result = analysed(rows, [BTC], [PERP, other], shorts)
        naked = result.assets[1]
        assert (naked.name, naked.comparison.worth) == ("ETH-P", 0)
        assert naked.comparison.hedged.pnl == pytest.approx((-600 + 600, 600))
        assert naked.comparison.hedged.value == ()
        assert naked.comparison.hedged.risk.drawdown is None
        assert result.total.hedged.pnl == pytest.approx((6_000, -5_400))
        assert (naked.ratios.held, naked.ratios.wanted) == (None, None)
        assert result.funding_received == pytest.approx(6_000 * 0.3)


class TestSignals:
    supported = BTC | {"support_price": 100}

    def judged(self, lows=None, volumes=None, count=21, holding=None):
        lows = lows or [104] * (count - 1) + [99.8]
        volumes = volumes or [10] * (count - 1) + [20]
        rows = bars("BTC", [105] * (count - 1) + [103], low=lows, volume=volumes)
        return one(rows, [holding or self.supported]).signals

    def test_support(self):
        signals = self.judged()
        assert (signals.support_confirmed, signals.support_reason) == (True, "")
        assert (signals.volume.lows[-1], signals.volume.closes[-1]) == (99.8, 103)
        assert (len(signals.volume.lows), signals.bar) == (21, day(20))
        assert self.judged(volumes=[10] * 20 + [14]).support_confirmed is False
        assert len(self.judged(count=40).volume.lows) == 21

    def test_unknown_is_never_false(self):
        for signals, reason in [
            (self.judged(count=20), "it needs 21 bars and has 20"),
            (self.judged(holding=BTC), "it has no support_price"),
            (
                self.judged(lows=[99.8] * 21 + [None], count=22),
                "its last bar has no low or no volume",
            ),
            (self.judged(volumes=[None] + [10] * 20), "it needs 21 bars and has 20"),
            (one(bars("PERP", [1, 2, 3]), [self.supported]).signals, "it has no bars in History"),
        ]:
            assert (signals.support_confirmed, signals.support_reason) == (None, reason)
        skipped = self.judged(volumes=[10, None] + [10] * 19 + [20], count=22)
        assert skipped.support_confirmed is True  # an older blank is only skipped

    def test_breach(self):
        def breach(rates, terms=PERP, **settings):
            rows = bars("PERP", [1] * len(rates), 1 / 3, funding_rate=rates)
            signals = one(rows, instruments=[terms], **settings).signals
            return signals.funding_breach, signals.breach_reason, signals.rates

        high = [0.5, -2e-4, -2e-4, -2e-4]
        assert breach(high) == (True, "", (-2e-4,) * 3)
        assert breach([-r for r in high])[0] is False  # the short receives
        assert breach(high, funding_consecutive=4)[0] is False
        assert breach(high, funding_consecutive=5)[:2] == (None, "it needs 5 settlements and has 4")
        assert breach(high, funding_threshold_8h=3e-4)[0] is False
        # What the instrument does now says nothing of settlements 8 hours apart.
        assert breach(high, PERP | {"interval_hours": 4}, funding_threshold_8h=3e-4)[0] is False
        assert breach([None, None])[:2] == (None, "it needs 3 settlements and has 0")

    def test_coins_that_are_not_hedged_have_no_funding_to_breach(self):
        signals = one(bars("BTC", [1, 2, 3]), [BTC | {"instrument": None}], shorts=()).signals
        assert signals.funding_breach is False


def test_what_to_know_is_told():
    rows = bars("BTC", [100, 110, 99, 99]) + bars("DOGE", [1, 1, 1])
    said = analysed(rows, as_of=day(30)).caveats
    assert said == (
        "History: no holding and no short needs the bars of DOGE",
        "History of BTC: the bars of BTC stand for PERP, whose basis risk does not show",
        "History of BTC: hedged without funding: History has no funding rates of it",
        "History: VaR 99 is the worst of 3 bars",
        f"History: BTC ends at {day(3)}, long before as_of, {day(30)}",
    )
    later = bars("BTC", [100] * 101, funding_rate=[0] * 101)
    said = analysed([*later[:50], *later[53:]], as_of=day(20)).caveats
    assert said[1:] == (
        "History of BTC: steps other than the usual 1 days: 1 of 97",
        (
            "History of BTC: the last funding rate was for 24 hours, and interval_hours is 8: each "
            "settlement counts by its own hours, and what funding will cost by interval_hours"
        ),
        "History of BTC: one funding rate counts for all of the 96 hours before it",
        "History: VaR 99 is the worst of 97 bars",
        f"History: BTC goes on to {day(100)}, after as_of, {day(20)}",
    )


def test_coins_held_and_coins_owed_that_cancel_out_have_no_ratios():
    pair = [BTC, BTC | {"asset": "ALT", "quantity": -1 - 1e-12}]
    result = analysed(bars("BTC", [1, 2, 1]) + bars("ALT", [1, 1, 2]), pair, shorts=())
    assert [each.comparison.worth for each in result.assets] == pytest.approx([60_000] * 2)
    assert result.total.worth == 0
    assert result.total.unhedged.risk.volatility_ratio is None
    assert result.total.unhedged.pnl == pytest.approx((60_000, -90_000))


def test_a_coin_that_does_not_move():
    asset = one(bars("BTC", [7] * 4) + bars("PERP", [1, 2, 1, 2]))
    assert asset.comparison.unhedged.risk.volatility == 0
    assert asset.comparison.unhedged.risk.drawdown.ratio == 0
    assert (asset.ratios.best, asset.ratios.best_effectiveness) == (0, None)
    assert asset.ratios.reason == "the coin's changes do not vary"
    steady = one(bars("BTC", closes([-0.001] * 3)) + bars("PERP", [1, 2, 1, 2]))
    assert steady.comparison.unhedged.risk.volatility == 0
    still = one(bars("BTC", [1, 2, 1, 2]) + bars("PERP", [7] * 4)).ratios
    assert (still.best, still.reason) == (None, "the future's changes do not vary")


@pytest.mark.parametrize("wild", [[1e-300, 1e300, 1], [1e-200, 1, 1e-200], [1, 1e160, 1]])
def test_numbers_too_large_are_told(wild):
    asset = one(bars("BTC", wild) + bars("PERP", [1, 2, 3]))
    assert asset.comparison.hedged is None
    assert asset.comparison.reason == "its prices make numbers that are too large"


def test_ten_thousand_bars_of_twenty_coins_take_a_second():
    names = [f"A{n}" for n in range(20)]
    closes = np.random.default_rng(3).uniform(90, 110, 10_000).tolist()
    times = [day(n / 24) for n in range(10_000)]
    rest = {"low": 90.0, "volume": 1.0, "funding_rate": 1e-4}
    # Not rows that are read, which is another matter and takes longer.
    rows = [
        Bar.of(("time", "symbol", "close", *rest), (at + timedelta(0), name, close, *rest.values()))
        for name in names
        for at, close in zip(times, closes, strict=True)
    ]
    portfolio = Portfolio(
        settings=Settings(as_of=day(0), horizon_date=day(1)),
        holdings=tuple(
            Holding(asset=name, quantity=1, spot_price=100, instrument=f"{name}-P")
            for name in names
        ),
        instruments=tuple(
            Instrument(**PERP | {"instrument": f"{name}-P", "underlying": name}) for name in names
        ),
        shorts=tuple(Short(**SHORT | {"instrument": f"{name}-P"}) for name in names),
        history=rows,
    )
    done = analyse(portfolio)
    began = time.process_time()
    result = history(portfolio, done.hedge, done.margin, done.days)
    took = time.process_time() - began
    assert len(result.covered) == 20
    assert result.total.sample.pairs == 9_999
    assert took < 3  # about 0.9 s; the rest is for slower machines


@pytest.mark.parametrize("count", [2, 41, 101, 250])
def test_libreoffice_gives_every_figure_by_native_formulas(count, plain_libreoffice, tmp_path):
    """The convention is a spreadsheet's own: the columns of a sheet give all of it back."""
    draw = np.random.default_rng(count)
    pnl = [round(draw.normal(0, 500), 2) for _ in range(count)]
    pnl[: count // 3] = [-321.5] * (count // 3)  # ties
    worth, times = 60_000.0, [day(n) for n in range(count + 1)]
    expected, last = risk_of(times, pnl, path(pnl, worth), 365), count + 2
    book = Workbook()
    sheet = book.active
    sheet.append(["time", "pnl", "value", "peak", "fall", "step"])
    sheet.append([times[0], None, worth, "=C2", "=1-C2/D2"])
    for at, each in enumerate(pnl, 3):
        value = f"=MAX(0,C{at - 1}*(1+B{at}/C$2))"
        peak, fall = f"=MAX(D{at - 1},C{at})", f"=1-C{at}/D{at}"
        sheet.append([times[at - 2], each, value, peak, fall, f"=A{at}-A{at - 1}"])
    p, tail = f"B3:B{last}", f"SMALL(B3:B{last},INT(J1)+1)"
    formulas = {  # VaR and ES in a spreadsheet's own words, with a SUMIF
        "J1": f"=MAX(1,(1-0.975)*COUNT({p}))",
        "J2": f"=STDEV({p})*SQRT(365/MEDIAN(F3:F{last}))",
        "J3": f"=-SMALL({p},MAX(1,ROUNDUP((1-0.99)*COUNT({p})-1E-9,0)))",
        "J4": f'=-(SUMIF({p},"<"&{tail})+{tail}*(J1-COUNTIF({p},"<"&{tail})))/J1',
        "J5": f"=MAX(E2:E{last})",
        "J6": f"=INDEX(A2:A{last},MATCH(J5,E2:E{last},0))",
        "J7": f"=INDEX(A2:A{last},MATCH(INDEX(D2:D{last},MATCH(J5,E2:E{last},0)),C2:C{last},0))",
    }
    for cell, formula in formulas.items():
        sheet[cell] = formula
    sheet["J6"].number_format = sheet["J7"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "sheet.xlsx")
    found = plain_libreoffice.values(tmp_path / "sheet.xlsx")["Sheet"]
    fall = expected.drawdown
    assert [found[f"J{n}"] for n in (2, 3, 4, 5)] == pytest.approx(
        [expected.volatility, expected.value_at_risk, expected.expected_shortfall, fall.ratio]
    )
    assert (found["J7"], found["J6"]) == (fall.since, fall.until)
