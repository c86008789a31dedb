"""Funding by its own interval and by the side of the position, and what speaks against a hedge."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.portfolio import Bar, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.sheets.template import template_book

START = datetime(2026, 3, 1)


def settled(rates, hours=(), typed=(), symbol="P"):
    """Settlements so many hours after the one before; some with their interval typed."""
    time, rows = START, []
    for n, rate in enumerate(rates):
        time += timedelta(hours=hours[n] if n < len(hours) else 8)
        own = typed[n] if n < len(typed) else None
        rows.append(Bar(time=time, symbol=symbol, close=1, funding_rate=rate, interval_hours=own))
    return rows


def prices(moves, symbol="BTC", hours=24):
    close, rows = 100.0, []
    for n, move in enumerate((0, *moves)):
        close *= 1 + move
        rows.append(Bar(time=START + timedelta(hours=n * hours), symbol=symbol, close=close))
    return rows


def book(history=(), *, held=1, shorts=({"contracts": 1},), others=(), **terms):
    """One bitcoin at 100 and shorts of 1 at 100 against it, unless told."""
    days = terms.pop("days", 30)
    first = {"instrument": "P", "underlying": "BTC", "futures_price": 100.0,
             "funding_rate": 0.0, "mm_rate": 0.0, "taker_fee": 0.0} | terms  # fmt: skip
    base = {"instrument": "P", "entry_price": 100.0, "margin": 100.0}
    return Portfolio(
        settings=Settings(
            as_of=START, horizon_date=START + timedelta(days=days), redeploy_drop=0.15
        ),
        holdings=(Holding(asset="BTC", quantity=held, spot_price=100, instrument="P"),),
        instruments=tuple(Instrument(**first | more) for more in ({}, *others)),
        shorts=tuple(Short(**base | more) for more in shorts),
        history=tuple(history),
    )


def one(*arguments, **more):
    """The past and the unwinding of its holding."""
    analysis = analyse(book(*arguments, **more))
    return analysis.history.assets[0], analysis.unwind[0]


LONG = {"held": -1, "shorts": ({"contracts": -1},)}


@pytest.mark.parametrize(
    ("rates", "how", "breach"),
    [
        # A venue that settles every 4 hours now settled these every 8: 0.008 % per 8 hours.
        ([-8e-5] * 3, {"interval_hours": 4}, "no"),
        # Every hour 0.005 %, and nothing said: 0.04 % per 8 hours.
        ([-5e-5] * 4, {"hours": [1] * 4}, "yes"),
        # From 8 hours to 4, to 1: 0.012 % per 8 hours each.
        ([-12e-5, -6e-5, -1.5e-5], {"hours": [8, 4, 1]}, "yes"),
        ([-12e-5, -6e-5, -1.5e-5], {"hours": [8, 4, 4]}, "no"),  # the last is for 4 hours
        # What a row says of itself counts: samples of 8 hours' rates, taken every hour.
        ([-12e-5] * 3, {"hours": [1] * 3, "typed": [8] * 3}, "yes"),
        ([-9e-5] * 3, {"hours": [1] * 3, "typed": [8] * 3}, "no"),
        # The first one has none before it: it is for as long as the next, typed or not.
        ([-12e-5] * 3, {"interval_hours": 24}, "yes"),
        ([-12e-5] * 3, {"hours": [8, 24, 8]}, "no"),
        ([-12e-5] * 3, {"hours": [8, 24, 8], "typed": [None, 8]}, "yes"),
        # At the threshold, each settled a second early.
        ([-1e-4] * 4, {"hours": [8, *[8 - 1 / 3600] * 3]}, "no"),
        # A long future pays where longs pay.
        ([12e-5] * 3, LONG, "yes"),
        ([-12e-5] * 3, LONG, "no"),
        ([12e-5] * 3, {}, "no"),
    ],
)
def test_each_settlement_has_its_own_interval_and_the_position_its_side(rates, how, breach):
    how = dict(how)
    rows = settled(rates, how.pop("hours", ()), how.pop("typed", ()))
    assert one(rows, **how)[1]["funding_breach"] == breach


def test_averages_and_the_year_are_of_the_time_covered():
    rows = settled([-12e-5, -12e-5, -6e-5, -3e-5], [8, 8, 4, 1])
    funding = one(rows, shorts=({"contracts": 2},))[0].funding
    assert funding.hours == funding.passed == 21
    assert funding.received == pytest.approx(200 * -33e-5)
    assert funding.average_8h == pytest.approx(-33e-5 / 21 * 8)
    assert funding.average_year == pytest.approx(-33e-5 / 21 * 8760)
    assert one(settled([-12e-5]), interval_hours=4)[0].funding.hours == 4
    hourly = one(settled([-5e-5] * 24, [1] * 24, [1] * 24))[0].funding
    assert hourly.average_year == pytest.approx(-5e-5 * 8760)
    sampled = analyse(book(settled([1e-4] * 3, [24] * 3, [8] * 3)))
    assert sampled.history.assets[0].funding.average_year == pytest.approx(1e-4 * 1095)
    text = (
        "History of BTC: its funding rates are for 24 hours of the 56 that passed: what was "
        "received is of these rates alone"
    )
    assert text in sampled.history.caveats


def test_without_a_history_only_a_future_that_expires_is_known_to_pay_nothing():
    said = []
    for terms in ({}, {"expiry": START + timedelta(days=60), "funding_rate": None}):
        (row,) = analyse(book(**terms)).unwind
        said.append(row["funding_breach"])
    assert said == ["unknown", "no"]
    other = ({"instrument": "Q", "expiry": START + timedelta(days=60)},)
    shorts = ({"instrument": "Q", "contracts": 1},)
    assert analyse(book(shorts=shorts, others=other)).unwind[0]["funding_breach"] == "no"


def several():
    """Mixed intervals, typed and not, shorts and a long future; what F hedges is short on G."""
    cases = {
        "A": ([-12e-5, -6e-5, -1.5e-5], (8, 4, 1), ()),
        "B": ([-1e-4] * 4, (8, *[8 - 1 / 3600] * 3), ()),
        "C": ([12e-5] * 30, (8,) * 30, ()),
        "D": ([-12e-5] * 3, (1, 1, 1), (None, 8, 8)),
        "H": ([-12e-5] * 3, (1, 24, 8), ()),
        "I": ([-12e-5], (1,), ()),
        "E": ([-12e-5] * 2, (8, 8), ()),
        "F": ([0] * 3, (8,) * 3, ()),
        "G": ([-12e-5] * 3, (8,) * 3, ()),
    }
    made = book([row for name, case in cases.items() for row in settled(*case, symbol=name)][::-1])
    sides = dict.fromkeys(cases, 1) | {"C": -1}
    return replace(
        made,
        holdings=tuple(
            Holding(asset=f"{name}oin", quantity=sides[name], spot_price=100, instrument=name)
            for name in cases
            if name != "G"
        ),
        instruments=tuple(
            Instrument(instrument=name, underlying=f"{'F' if name == 'G' else name}oin",
                       futures_price=100,
                       funding_rate=0, interval_hours=4 if name == "B" else 8)
            for name in cases
        ),
        shorts=tuple(
            Short(instrument=name, contracts=sides[name], entry_price=100)
            for name in cases
            if name != "F"
        ),
    )  # fmt: skip


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_spreadsheets_find_the_same_alarms(edition, libreoffice, ironcalc, tmp_path):
    path, analysis = tmp_path / "book.xlsx", analyse(several())
    said = [row["funding_breach"] for row in analysis.unwind]
    assert said == ["yes", "no", "yes", "yes", "no", "unknown", "unknown", "yes"]
    assert "Consider taking off the hedge of Foin: funding of G costs too much." in advice(analysis)
    template_book(analysis, edition).save(path)
    engine = libreoffice if edition == "addin" else ironcalc
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    expected = stored(path) if edition == "addin" else with_serials(stored(path))
    assert [each for each in differences(computed, expected) if each[0] == "Unwind"] == []


class TestRedeploy:
    def test_the_future_is_compared_with_the_entry_and_not_the_coin(self):
        """A spot price 20 % below an entry with a premium, and a future 10 % below it."""
        row = one(prices([0]), index_price=80, futures_price=90)[1]
        assert (row["mark_price"], row["price_change"]) == (90, pytest.approx(-0.1))
        assert row["signal"] == "HOLD"
        assert one(prices([0]), futures_price=85)[1]["signal"] == "REDEPLOY"

    def test_it_takes_a_profit(self):
        assert one(prices([0]), futures_price=80, taker_fee=0.3)[1]["signal"] == "HOLD"
        fallen = one(prices([0]), futures_price=80, **LONG | {"held": 1})[1]
        assert (fallen["hedge_profit"], fallen["signal"]) == (-20, "HOLD")

    def test_all_shorts_of_the_underlying_have_a_part_in_entry_and_fee(self):
        """1 at 100 on P and 1 at 80 on Q, both marked at 60: fees of 0.1 % and 0.2 %."""
        row = one(
            prices([0]), futures_price=60, taker_fee=0.001,
            others=({"instrument": "Q", "futures_price": 60, "taker_fee": 0.002},),
            shorts=({"contracts": 1}, {"instrument": "Q", "contracts": 1, "entry_price": 80}),
        )[1]  # fmt: skip
        assert (row["entry_price"], row["mark_price"]) == (pytest.approx(90), pytest.approx(60))
        assert row["price_change"] == pytest.approx(60 / 90 - 1)
        assert row["close_fee"] == pytest.approx(0.06 + 0.12)
        assert row["hedge_profit"] == pytest.approx(40 + 20)

    def test_inverse_lots_average_by_their_coins(self):
        """100 at 100 is 1 coin, 100 at 50 are 2: 200 ÷ 3; with a linear one at 60 it is 260 ÷ 4."""
        inverse = {"contract_type": "inverse", "contract_size": 1.0}
        lots = ({"contracts": 100}, {"contracts": 100, "entry_price": 50})
        row = one(prices([0]), futures_price=40, shorts=lots, **inverse)[1]
        assert row["entry_price"] == pytest.approx(200 / 3)
        linear = {"instrument": "Q", "contract_type": "linear", "futures_price": 40}
        more = {"instrument": "Q", "contracts": 1, "entry_price": 60}
        row = one(prices([0]), futures_price=40, shorts=(*lots, more), others=(linear,),
                  **inverse)[1]  # fmt: skip
        assert row["entry_price"] == pytest.approx(260 / 4)


class TestAdvice:
    def test_funding_of_more_than_the_whole_value_in_a_year(self):
        """−0.1 % per 8 hours is 109.5 % a year; neither a short nor a history is needed."""
        text = "Funding of P {} 110 % of its value in a year at today's rate of {} per 8 hours, "
        would, costs = (
            text.format("would cost a short", "-0.1 %") + "more than 100 %, its whole value: hedge "
            "with another instrument.",
            text.format("costs the short", "-0.1 %") + "more than 100 %, its whole value: take it "
            "off, or hedge with another instrument.",
        )
        assert advice(analyse(book(shorts=(), funding_rate=-0.001))) == [
            would,
            "P is not ordered: its order would open a hedge whose funding costs too much.",
        ]
        assert advice(analyse(book(funding_rate=-0.001))) == [costs]
        assert advice(analyse(book(funding_rate=-0.0009)))[0].startswith("Nothing")
        assert advice(analyse(book(funding_rate=0.001)))[0].startswith("Nothing")
        check, line = advice(analyse(book(funding_rate=0.001, **LONG)))
        assert check.startswith("Check Holdings[0] quantity first: ")
        assert line.startswith("Funding of P costs the long future 110 % of its value")
        hourly = book(funding_rate=-0.000125, interval_hours=1)
        assert advice(analyse(hourly)) == [costs]

    @pytest.mark.parametrize("side", [1, -1])
    def test_a_hedge_that_should_come_off_is_not_enlarged_and_is_reduced(self, side):
        past = settled([-3e-4 * side] * 3)
        said = ["Consider taking off the hedge of BTC: funding of P costs too much."]
        order = ["Buy back 0.5 contracts of P for BTC, worth 50.00 USD."]
        none = ["P is not ordered: its order would enlarge a hedge that may come off."]
        for held, ordered in ((0.5, none), (1.5, order)):
            found = advice(analyse(book(past, held=side, shorts=({"contracts": held * side},))))
            if side < 0:  # coins below 0 are to be checked before anything is ordered
                assert found.pop(0).startswith("Check Holdings[0] quantity first: ")
                assert found == said
            else:
                assert found == [*said, *ordered]

    def test_a_hedge_that_added_risk_is_an_alarm(self):
        """The future went against the coin: with it each bar varies twice as much, not less."""
        moves = [0.01, -0.01, 0.02, -0.02]
        past = [*prices(moves), *prices([-each for each in moves], "P")]
        found = analyse(book(past))
        assert found.history.assets[0].ratios.held_effectiveness == pytest.approx(-3)
        text = (
            "over 4 bars the short added risk to the coins instead of taking it away: with it the "
            "variance is 300 % higher"
        )
        assert f"Check the hedge of BTC: {text}." in advice(found)
        assert f"History of BTC: {text}" in found.history.caveats
        assert not analyse(book(prices(moves))).history.assets[0].ratios.adds_risk


SWING = [0.01, -0.01] * 8
DAILY = 0.01 * math.sqrt(16 / 15)


class TestTypicalMove:
    """Sixteen returns of ±1 %: their sample deviation is 1 % × √(16 ÷ 15)."""

    @pytest.mark.parametrize(("hours", "daily"), [(24, DAILY), (6, 2 * DAILY), (96, DAILY / 2)])
    def test_daily_volatility_times_the_root_of_the_days(self, hours, daily):
        typical = analyse(book(prices(SWING, hours=hours), days=25)).history.typical["BTC"]
        assert typical.daily == pytest.approx(daily)
        assert typical.move == pytest.approx(5 * daily)
        assert (typical.pairs, typical.track.symbol, typical.step) == (16, "BTC", hours / 24)

    def test_bars_of_an_instrument_stand_in_and_few_say_nothing(self):
        typical = analyse(book(prices(SWING, "P"), days=25)).history.typical["BTC"]
        assert typical.track.symbol == "P"
        assert analyse(book(prices(SWING[:9]))).history.typical == {}

    @pytest.mark.parametrize("close", [1e100, 1e200])
    def test_prices_too_far_apart_say_nothing(self, close):
        """The square of a return of 1e200 is no number, and one of 1e400 is none itself."""
        past = prices([0.0] * 12)
        past[3], past[4] = replace(past[3], close=1 / close), replace(past[4], close=close)
        assert analyse(book(past)).history.typical == {}

    def test_a_liquidation_within_it_is_advice_number_one(self):
        """Margin of 30 of 100 without maintenance is gone at +30 %; ±3.1 % a day × √100 is 31 %."""
        past = prices([0.03, -0.03] * 8)
        margin = ({"contracts": 1, "margin": 30},)
        analysis = analyse(book(past, shorts=margin, days=100))
        assert advice(analysis)[0] == (
            "Add 20 USD of margin to P: a move of +30 % liquidates it, and that much more "
            "survives a rise of 50 %. A typical move to the horizon is ±31 % (daily volatility of "
            "3.1 % × √100 days, of 16 returns of BTC)."
        )
        (caveat,) = analysis.caveats
        assert caveat == (
            "P: liquidated by a move of +30 %, and a typical one to the horizon is ±31 % (daily "
            "volatility of 3.1 % × √100 days, of 16 returns of BTC)"
        )
        assert advice(analyse(book(past, shorts=margin, days=90)))[0].startswith("Nothing")
        far = analyse(book(prices([0.09, -0.09] * 8), shorts=({"contracts": 1, "margin": 60},),
                           days=100))  # fmt: skip
        assert advice(far)[0].startswith(
            "Add margin to P, or hedge less: a move of +60 % liquidates it. A typical move"
        )
