"""When to unwind: worked by hand, and computed from the template's cells by real spreadsheets."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.portfolio import Bar, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import template_book

START = datetime(2026, 1, 1)


def bars(symbol, closes, **more):
    return [
        Bar(time=START + timedelta(days=n), symbol=symbol, close=close,
            **{name: values[n] for name, values in more.items()})
        for n, close in enumerate(closes)
    ]  # fmt: skip


def settled(symbol, rates, hours=8, typed=()):
    """Settlements so many hours apart, some with their own interval typed."""
    return [
        Bar(time=START + timedelta(hours=n * hours), symbol=symbol, close=1, funding_rate=rate,
            interval_hours=dict(enumerate(typed)).get(n))
        for n, rate in enumerate(rates)
    ]  # fmt: skip


def one(history=(), *, shorts=None, **changes):
    """One bitcoin at 48,000, bought at 50,000, shorted at 60,000; the fee is 0.05 %."""
    holding = {"asset": "BTC", "quantity": 1, "spot_price": 48_000, "avg_cost": 50_000,
               "instrument": "PERP", "support_price": 47_000}  # fmt: skip
    settings = {"as_of": START, "horizon_date": START + timedelta(days=30), "redeploy_drop": 0.15}
    instrument = {"instrument": "PERP", "underlying": "BTC", "futures_price": 48_000,
                  "funding_rate": 0.0001, "taker_fee": 0.0005}  # fmt: skip
    for name, value in changes.items():
        for table in (holding, settings, instrument):
            if name in table:
                table[name] = value
    if shorts is None:
        shorts = ({"instrument": "PERP", "contracts": 1, "entry_price": 60_000},)
    return analyse(
        Portfolio(
            settings=Settings(**settings),
            holdings=(Holding(**holding),),
            instruments=(Instrument(**instrument),),
            shorts=tuple(Short(**row) for row in shorts),
            history=tuple(history),
        )
    )


QUIET = {"low": [48_000] * 21, "volume": [10] * 21}
TOUCHED = {"low": [*[48_000] * 20, 47_100], "volume": [*[10] * 20, 16]}
COSTLY = [-0.00011] * 3


@pytest.mark.parametrize(
    ("history", "changes", "said"),
    [
        ((), {"redeploy_drop": 0.3}, "HOLD"),
        ((), {}, "REDEPLOY"),  # 48,000 is 20 % below 60,000
        ((), {"redeploy_drop": 0.2}, "REDEPLOY"),  # just that, though not to the last bit
        ((), {"horizon_date": START}, "HORIZON + REDEPLOY"),
        (bars("BTC", [48_100] * 21, **TOUCHED), {"redeploy_drop": 0}, "MARKET"),
        (bars("BTC", [48_100] * 21, **QUIET), {"redeploy_drop": 0}, "HOLD"),
        (settled("perp", COSTLY), {"redeploy_drop": 0}, "FUNDING"),
        (settled("BTC", COSTLY), {"redeploy_drop": 0}, "FUNDING"),
        (settled("PERP", [0, *COSTLY[1:]]), {"redeploy_drop": 0}, "HOLD"),
    ],
)
def test_the_signal_and_its_reasons(history, changes, said):
    (row,) = one(history, **changes).unwind
    assert row["signal"] == said
    assert row["price_change"] == pytest.approx(-0.2)


def test_what_history_does_not_say_is_unknown_and_no_reason():
    (row,) = one().unwind
    assert (row["support_confirmed"], row["funding_breach"]) == ("unknown", "unknown")
    few = bars("BTC", [48_100] * 20, low=TOUCHED["low"][1:], volume=TOUCHED["volume"][1:])
    blank = bars("BTC", [48_100] * 22, low=[*TOUCHED["low"], None], volume=[10] * 22)
    for history in (few, blank):
        (row,) = one(history, redeploy_drop=0).unwind
        assert (row["support_confirmed"], row["signal"]) == ("unknown", "HOLD")
    rates = bars("PERP", [1] * 2, funding_rate=COSTLY[1:])
    assert one(rates).unwind[0]["funding_breach"] == "unknown"


@pytest.mark.parametrize("name", ["inverse-quarterly", "expiring-future"])
def test_a_future_that_expires_has_no_funding_alarm_though_nothing_is_past(name):
    (row,) = analyse(SAMPLES[name]).unwind
    assert (SAMPLES[name].history, row["funding_breach"]) == ((), "no")


def test_the_hedge_s_profit_and_what_it_buys():
    (row,) = one().unwind
    assert row["hedge_profit"] == 12_000  # 60,000 − 48,000
    assert row["close_fee"] == 24  # 0.05 % of 48,000
    assert row["spend"] == 11_976
    bought = 11_976 * 0.9995 / 48_000
    assert row["redeploy_qty"] == pytest.approx(bought)
    assert row["accounting_average"] == pytest.approx((50_000 + 11_976) / (1 + bought))
    assert row["economic_average"] == pytest.approx(50_000 / (1 + bought))


def test_lots_are_averaged_and_sides_are_not():
    lots = [{"instrument": "PERP", "contracts": size, "entry_price": price}
            for size, price in ((0.5, 60_000), (1.5, 56_000))]  # fmt: skip
    assert one(shorts=lots).unwind[0]["entry_price"] == 57_000
    lots[1] |= {"contracts": -0.2, "account": "other"}
    (row,) = one(shorts=lots).unwind
    assert (row["entry_price"], row["price_change"], row["signal"]) == (None, None, "HOLD")
    assert one(shorts=()).unwind[0]["signal"] == "no short"


def test_closing_now_against_keeping():
    analysis = one(redeploy_drop=0)
    at = analysis.grid.shocks.index(0.25)
    found = analysis.closing
    assert found.fee == 24
    assert found.now[at] == pytest.approx(12_000 - 24)
    assert found.keep[at] == pytest.approx(0 - 24 * 1.25)
    received = 48_000 * 0.0001 * 90  # thirty days, three settlements each
    assert found.funded[at] == pytest.approx(-30 + received)
    assert found.forgone[at] == pytest.approx(11_976 - (-30 + received))
    assert found.forgone[analysis.grid.shocks.index(-0.25)] == 0


def shuffled():
    """The treasury with bars in no order, some without a low or a volume, rates here and there."""
    treasury = SAMPLES["treasury"]
    rows = []
    for symbol, count, price, rate in (
        ("BTC", 41, 60_000, None),
        ("btc-perp", 31, 60_000, -0.0002),
        ("ETH", 30, 3_000, -0.0003),
        ("SOL", 40, 150, None),
        ("XMR", 20, 160, None),
    ):
        for place in range(count):
            n = place * 7 % count
            wave = price * (1 + 0.05 * ((n * 37) % 11 - 5) / 5)
            rows.append(
                Bar(
                    time=START + timedelta(days=n),
                    symbol=symbol,
                    close=wave,
                    high=None if symbol == "ETH" and n == 25 else wave * (1.01 + n % 3 / 50),
                    low=None if n in (5, 12) else wave * 0.97,
                    volume=None if n == 9 else 10 + n,
                    funding_rate=rate * (1 + n / 10) if rate and n % 3 else None,
                )
            )
    held = [replace(each, support_price=each.spot_price) for each in treasury.holdings]
    return replace(treasury, history=rows, holdings=held)


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_spreadsheets_find_the_same_in_bars_of_any_order(edition, libreoffice, ironcalc, tmp_path):
    path, analysis = tmp_path / "book.xlsx", analyse(shuffled())
    assert {row["funding_breach"] for row in analysis.unwind} >= {"yes", "no"}
    assert {row["support_confirmed"] for row in analysis.unwind} >= {"no", "unknown"}
    template_book(analysis, edition).save(path)
    engine = libreoffice if edition == "addin" else ironcalc
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    expected = stored(path) if edition == "addin" else with_serials(stored(path))
    assert differences(computed, expected) == []


def test_start_counts_what_is_to_be_unwound(tmp_path):
    template_book(one()).save(tmp_path / "book.xlsx")
    start = load_workbook(tmp_path / "book.xlsx", data_only=True)["Start"]
    shown = {row[0].value: row[1].value for row in start.iter_rows()}
    assert shown["Hedges to unwind"] == 1
