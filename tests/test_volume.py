"""Volume behind a support: against TA-Lib and pandas-ta-classic, on paper, and in spreadsheets."""

import warnings
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import talib
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials
from structure import faults

import xlhedge
from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.portfolio import Bar, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book
from xlhedge.xlsx.cell import LETTERS

START = datetime(2026, 1, 1)


@pytest.fixture(scope="module")
def classic():
    """Of pandas-ta-classic, which uses what pandas takes leave of, and says so when imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas_ta_classic
    return pandas_ta_classic


def drawn(seed, count=60):
    """Bars of a walk in whole prices: closes that stay, and bars that do not move, are among it."""
    draw = np.random.default_rng(seed)
    close = 100 + np.cumsum(draw.integers(-2, 3, count)).astype(float)
    high = close + draw.integers(0, 3, count)
    low = close - draw.integers(0, 3, count)
    return high, low, close, draw.integers(1, 50, count).astype(float)


class TestOtherLibraries:
    """Fifty walks. Their on-balance volume starts at the first bar's volume, and ours at 0."""

    @pytest.mark.parametrize("lookback", [6, 14, 20])
    def test_the_money_flow_index(self, lookback, classic):
        for seed in range(50):
            bars = drawn(seed)
            ours = xlhedge.money_flow_index(*bars, lookback)
            assert ours == pytest.approx(talib.MFI(*bars, lookback)[-1], abs=1e-9)
            theirs = classic.mfi(*map(pd.Series, bars), length=lookback, talib=False)
            assert ours == pytest.approx(theirs.iloc[-1], abs=1e-9)

    @pytest.mark.parametrize("lookback", [1, 20])
    def test_the_chaikin_money_flow(self, lookback, classic):
        """TA-Lib has the line of accumulation that it is a difference of."""
        for seed in range(50):
            high, low, close, volume = bars = drawn(seed)
            ours = xlhedge.chaikin_money_flow(*bars, lookback)
            line = talib.AD(*bars)
            flow = (line[-1] - line[-1 - lookback]) / volume[-lookback:].sum()
            assert ours == pytest.approx(flow, abs=1e-9)
            series = map(pd.Series, (high, low, close, volume))
            assert ours == pytest.approx(classic.cmf(*series, length=lookback).iloc[-1], abs=1e-9)

    def test_the_on_balance_volume(self, classic):
        for seed in range(50):
            _, _, close, volume = drawn(seed)
            ours = xlhedge.on_balance_volume(close, volume)
            line = talib.OBV(close, volume)
            assert ours == line[-1] - line[0]
            theirs = classic.obv(pd.Series(close), pd.Series(volume), talib=False)
            assert ours == theirs.iloc[-1] - theirs.iloc[0]

    def test_the_relative_volume(self):
        for seed in range(50):
            volume = drawn(seed)[-1]
            usual = pd.Series(volume).rolling(20).mean().iloc[-2]
            assert xlhedge.relative_volume(volume) == pytest.approx(volume[-1] / usual)


def rows(closes, volumes, symbol="BTC", spans=None):
    """Daily bars that close at their high, or at another part of what they span."""
    return [
        Bar(time=START + timedelta(days=n), symbol=symbol, close=close, volume=volume,
            high=close + span[0], low=close - span[1])
        for n, (close, volume, span) in enumerate(
            zip(closes, volumes, spans or [(0, 1)] * len(closes), strict=True)
        )
    ]  # fmt: skip


def book(*histories, support=100, price=101):
    """A coin of each history, each with its own short and a support at 100."""
    names = list(dict.fromkeys(bars[0].symbol for bars in histories))
    days = max(len(bars) for bars in histories)
    return Portfolio(
        settings=Settings(
            as_of=START + timedelta(days=days), horizon_date=START + timedelta(days=99)
        ),
        holdings=tuple(
            Holding(asset=name, quantity=1, spot_price=price, instrument=f"{name}-P",
                    support_price=support)
            for name in names
        ),
        instruments=tuple(
            Instrument(instrument=f"{name}-P", underlying=name, futures_price=price,
                       funding_rate=0, mm_rate=0.004)
            for name in names
        ),
        shorts=tuple(
            Short(instrument=f"{name}-P", contracts=1, entry_price=price, margin=price)
            for name in names
        ),
        history=tuple(bar for bars in histories for bar in bars),
    )  # fmt: skip


# Falls from 121 by 1 a day, closing at the lows, on volumes of 10; then 18 come back at 101.
FALLEN = [*range(121, 101, -1), 101]
VOLUMES = [10.0] * 20 + [18.0]
LOWS = [(1.0, 0.0)] * 20
HELD = rows(FALLEN, VOLUMES, spans=[*LOWS, (0.0, 1.0)])


class TestOnPaper:
    def test_a_support_that_is_touched_and_held_without_volume(self):
        (row,) = analyse(book(rows(FALLEN, [10.0] * 21, spans=[*LOWS, (0.0, 1.0)]))).unwind
        assert (row["support_held"], row["support_confirmed"]) == ("yes", "no")
        assert row["relative_volume"] == 1
        assert row["confirmation"] == "support held: 1 of 4"

    def test_what_the_bars_say(self):
        (row,) = analyse(book(HELD)).unwind
        assert (row["support_held"], row["support_confirmed"]) == ("yes", "yes")
        assert (row["bars_judged"], row["relative_volume"]) == (21, 1.8)
        # 19 of the last 20 bars closed at their lows, the last one at its high.
        assert row["money_flow"] == pytest.approx((18 - 190) / 208)
        assert row["money_flow_before"] == -1
        assert row["money_flow_index"] == 0  # no typical price rose
        assert row["volume_balance"] == -208
        assert row["price_move"] == pytest.approx(101 / 121 - 1)
        assert row["divergence"] == "none"
        assert row["confirmation"] == "support held; volume 1.8 ×: 2 of 4"
        more = [*HELD[:-1], replace(HELD[-1], volume=18.6)]
        (row,) = analyse(book(more)).unwind
        assert row["confirmation"] == "support held; volume 1.9 ×: 2 of 4"

    def test_money_flow_that_turns_and_volume_against_the_price(self):
        """Falls on 1, rises on 30, and the last day brings more than all before it."""
        closes = [110, *[109 - n // 2 if n % 2 else 110 - n // 2 for n in range(19)], 101]
        volumes = [1.0] * 20 + [100.0]
        spans = [(1.0, 0.0)] * 20 + [(0.0, 1.5)]
        closes[-2] = 99.5
        (row,) = analyse(book(rows(closes, volumes, spans=spans))).unwind
        assert row["price_move"] == pytest.approx(101 / 110 - 1)
        assert row["money_flow"] == pytest.approx((100 - 19) / 119)
        assert row["divergence"] == "bullish"
        assert row["confirmation"] == (
            "support held; volume 100 ×; money flow turned positive; on-balance volume up while "
            "the price fell: 4 of 4"
        )
        assert advice(analyse(book(rows(closes, volumes, spans=spans))))[0] == (
            "Consider taking off the hedge of BTC: support is confirmed (support held; volume "
            "100 ×; money flow turned positive; on-balance volume up while the price fell: 4 of 4)."
        )

    def test_a_bearish_divergence(self):
        closes = [100 + n / 10 for n in range(20)] + [101.5]
        (row,) = analyse(book(rows(closes, [1.0] * 20 + [50.0]))).unwind
        assert (row["volume_balance"], row["divergence"]) == (19 - 50, "bearish")

    def test_what_is_not_known_is_not_counted(self):
        dumb = [replace(bar, high=None) if n == 5 else bar for n, bar in enumerate(HELD)]
        (row,) = analyse(book(dumb)).unwind
        assert {row[name] for name in ("money_flow", "money_flow_before", "money_flow_index")} == {
            "unknown"
        }
        assert row["confirmation"] == "support held; volume 1.8 ×: 2 of 3"
        (row,) = analyse(book(HELD[1:])).unwind
        assert (row["relative_volume"], row["confirmation"]) == ("unknown", "unknown")
        (row,) = analyse(book(HELD, support=None)).unwind
        assert row["confirmation"] == "volume 1.8 ×: 1 of 3"
        (row,) = analyse(book(rows(FALLEN, [0.0] * 21))).unwind
        assert (row["relative_volume"], row["money_flow"]) == ("unknown", "unknown")


def several():
    """Confirmed, unknown for each reason, and against the price, in one book."""
    draw = np.random.default_rng(7)
    wild = rows([100 + float(n) for n in draw.integers(0, 9, 30)], [*draw.integers(1, 40, 30)],
                "WILD", [(float(n), float(n) / 2) for n in draw.integers(0, 3, 30)])  # fmt: skip
    flat = rows([100.0] * 21, [10.0] * 21, "FLAT", [(0.0, 0.0)] * 21)
    dry = rows(FALLEN, [0.0] * 21, "DRY")
    short = rows(FALLEN[1:], VOLUMES[1:], "SHORT")
    dumb = [replace(bar, symbol="DUMB", high=None) for bar in HELD]
    return book(HELD, wild[::-1], flat, dry, short, dumb)


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_spreadsheets_find_the_same(edition, libreoffice, ironcalc, tmp_path):
    path, analysis = tmp_path / "book.xlsx", analyse(several())
    said = [row["confirmation"] for row in analysis.unwind]
    assert said[0] == "support held; volume 1.8 ×: 2 of 4"
    assert said[4:] == ["unknown", "support held; volume 1.8 ×: 2 of 3"]
    template_book(analysis, edition).save(path)
    engine = libreoffice if edition == "addin" else ironcalc
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    expected = stored(path) if edition == "addin" else with_serials(stored(path))
    assert [each for each in differences(computed, expected) if each[0] == "Unwind"] == []


@pytest.mark.parametrize("make", [report_book, template_book])
def test_a_chart_shows_price_support_and_volume(make, tmp_path):
    path = tmp_path / "book.xlsx"
    make(analyse(several())).save(path)
    assert faults(path) == []
    sheet = load_workbook(path, data_only=True)["Unwind"]
    (head,) = {cell.row for row in sheet.iter_rows() for cell in row if cell.value == "Time, UTC"}
    left = min(cell.column for cell in sheet[head] if cell.value == "Time, UTC")
    first = head + (1 if make is report_book else 2)
    bars = [[sheet.cell(first + n, left + k).value for k in range(4)] for n in range(21)]
    assert bars == [[bar.time, bar.close, 100, bar.volume] for bar in HELD]
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "/charts/" in name]
    charts = [text for text in charts if ": price, support, volume" in text]
    assert len(charts) == (5 if make is report_book else 1)  # SHORT has too few bars
    ends = [f"${LETTERS[left + k]}${first}:${LETTERS[left + k]}${first + 20}" for k in range(4)]
    assert all(f"'Unwind'!{end}" in charts[0] for end in ends)
