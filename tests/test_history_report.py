"""The report's Hedge history sheet, and the made-up histories of the samples."""

import io
import math
import re
import time
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from histories import BTC, PERP, SHORT, bars, day
from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel
from stored import differences, poisoned, stored
from structure import faults

from xlhedge.analysis import analyse
from xlhedge.portfolio import Bar, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book

PAST = "Hedge history"
WITH_HISTORY = [name for name, portfolio in SAMPLES.items() if portfolio.history]


def portfolio(rows, holdings=(BTC,), instruments=(PERP,), shorts=(SHORT,)):
    return Portfolio(
        settings=Settings(as_of=day(10), horizon_date=day(90)),
        holdings=tuple(Holding(**row) for row in holdings),
        instruments=tuple(Instrument(**row) for row in instruments),
        shorts=tuple(Short(**row) for row in shorts),
        history=tuple(rows),
    )


ETH = {"asset": "ETH", "quantity": 10, "spot_price": 3_000, "instrument": "ETH-P"}
ETH_P = {
    "instrument": "ETH-P", "underlying": "ETH", "index_price": 3_000, "futures_price": 3_010,
    "interval_hours": 4, "funding_rate": 0.0002,
}  # fmt: skip
PAPER = (
    *bars("BTC", [100, 110, 99, 99]),
    *bars("PERP", [100, 105, 94.5, 94.5], funding_rate=[0.01, 0.001, -0.002, None]),
)
INVERSE = PERP | {"contract_type": "inverse", "contract_size": 1}
WALK = [100 + 9 * math.sin(n) + n / 7 for n in range(50)]

ODD = {
    "paper": portfolio(PAPER),
    "other times": portfolio(
        [*PAPER, *bars("ETH", [9, 8, 8.5, 9, 7])[1:], *bars("ETH-P", [9.2, 8, 8.4, 9.1, 7.2])],
        [BTC, ETH | {"beta": 1.2}],
        [PERP, ETH_P],
        [SHORT, {"instrument": "ETH-P", "contracts": 7, "entry_price": 3_100}],
    ),
    "a short without coins": portfolio(
        [*PAPER, *bars("ETH-P", [10, 11, 11, 10.5], funding_rate=[0.1] * 4)],
        instruments=[PERP, ETH_P],
        shorts=[SHORT, *[{"instrument": "ETH-P", "contracts": 1, "entry_price": 3_000}] * 2],
    ),
    "nothing but a short": portfolio(PAPER, [BTC | {"quantity": 0, "instrument": None}]),
    "coins as margin": portfolio(
        PAPER, instruments=[INVERSE], shorts=[SHORT | {"contracts": 40_000, "margin": 0.4}]
    ),
    "another coin's margin": portfolio(
        [*PAPER, *bars("ALT", [1, 2, 1, 1.5])],
        [{"asset": "ALT", "quantity": 10, "spot_price": 600, "instrument": "PERP"}],
        [INVERSE | {"index_price": 60_000}],
        [SHORT | {"contracts": 60_000, "margin": 1}],
    ),
    "coins that cancel out": portfolio(
        [*PAPER, *bars("ALT", [1, 2, 1, 1.5])], [BTC, BTC | {"asset": "ALT", "quantity": -1}]
    ),
    "owed": portfolio(bars("BTC", WALK), [BTC | {"quantity": -2}], shorts=[]),
    "stand-in bars": portfolio(bars("BTC", WALK)),
    "never falls": portfolio(bars("BTC", [1, 2, 4, 8]), [BTC | {"instrument": None}], shorts=[]),
    "does not move": portfolio(bars("BTC", [7] * 4) + bars("PERP", [1, 2, 1, 2])),
    "future does not move": portfolio(bars("BTC", WALK[:4]) + bars("PERP", [2] * 4)),
    "all lost": portfolio(bars("BTC", [1, 3, 9, 1]) + bars("PERP", [1, 9, 9, 1])),
    "minutes": portfolio(
        [*bars("BTC", WALK, 1 / 1440), *bars("PERP", [x * x for x in WALK], 1 / 1440)]
    ),
    "in no order": portfolio(reversed(PAPER)),
    "too few": portfolio(PAPER[:2]),
    "of nothing": portfolio(bars("DOGE", [1, 2, 3])),
    "too large": portfolio(bars("BTC", [1e-200, 1, 1e-200]) + bars("PERP", [1, 2, 3])),
    "names of any kind": portfolio(
        [*bars("=1+1", WALK), *bars("'A1'!\"", [x + 1 for x in WALK])],
        [BTC | {"asset": "=1+1", "instrument": "'A1'!\""}],
        [PERP | {"instrument": "'A1'!\"", "underlying": "=1+1"}],
        [SHORT | {"instrument": "'A1'!\""}],
    ),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The analysis and the file of each portfolio that has a history."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name in [*WITH_HISTORY, *ODD]:
        analysis = analyse(SAMPLES[name] if name in SAMPLES else ODD[name])
        report_book(analysis).save(folder / f"{len(made)}.xlsx")
        made[name] = analysis, folder / f"{len(made)}.xlsx"
    return made


def shown(path):
    return load_workbook(path, data_only=True)[PAST]


def row_of(sheet, title, after=1):
    """The first row, from a row on, that column A says something in."""
    return next(n for n in range(after, sheet.max_row + 1) if sheet.cell(n, 1).value == title)


def cells(sheet, row, count, first=2):
    return [sheet.cell(row, column).value for column in range(first, first + count)]


def close(values):
    return [v if v is None or isinstance(v, str | datetime) else pytest.approx(v) for v in values]


def the_bars(sheet):
    """The rows below the headers of the bars, columns A to J."""
    first = row_of(sheet, "Time, UTC") + 1
    return [
        cells(sheet, n, 10, 1) for n in range(first, sheet.max_row + 1) if sheet.cell(n, 1).value
    ]


def test_the_sheet_is_the_last_page_and_only_with_a_history():
    for name, sample in SAMPLES.items():
        titles = report_book(analyse(sample)).titles
        at = titles.index("Funding & basis")
        wanted = ["Inputs & audit", *([PAST] if name in WITH_HISTORY else []), "Underlyings"]
        assert titles[at + 1 : at + 1 + len(wanted)] == wanted
    assert WITH_HISTORY == ["full-hedge", "treasury"]


@pytest.mark.parametrize("name", [*WITH_HISTORY, *ODD])
def test_no_faults(name, reports):
    assert faults(reports[name][1]) == []


@pytest.mark.parametrize("name", [*WITH_HISTORY, *ODD])
def test_libreoffice_computes_what_is_stored(name, reports, plain_libreoffice, tmp_path):
    path = reports[name][1]
    computed = plain_libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(path)) == []


@pytest.mark.parametrize("name", [*WITH_HISTORY, *ODD])
def test_ironcalc_computes_what_is_stored(name, reports, ironcalc, tmp_path):
    path = reports[name][1]
    expected = {  # it gives dates as the numbers that they are
        cell: to_excel(value) if isinstance(value, datetime) else value
        for cell, value in stored(path).items()
    }
    assert differences(ironcalc.values(poisoned(path, tmp_path / "poisoned.xlsx")), expected) == []


@pytest.mark.parametrize("name", [*WITH_HISTORY, *ODD])
def test_the_sheet_is_the_analysis(name, reports):
    analysis, path = reports[name]
    past, sheet = analysis.history, shown(path)
    total = past.total
    for n, each in enumerate(past.assets):
        ratios, paid = each.ratios, each.funding
        at = row_of(sheet, "Holding") + 1 + n
        assert sheet.cell(at, 1).value == each.name
        figures = [ratios.best, ratios.error, ratios.pairs or None, ratios.best_longer,
                   ratios.best_effectiveness, ratios.held_effectiveness]  # fmt: skip
        reason = each.comparison.reason or ratios.reason
        if reason and None in figures:
            figures[figures.index(None)] = reason
        assert cells(sheet, at, 8, 3) == close([ratios.wanted, ratios.held, *figures])
        at = row_of(sheet, "Holding", at) + 1 + n
        figures = [paid.settlements, paid.average_8h, paid.average_year, paid.received,
                   paid.hours, paid.first, paid.last]  # fmt: skip
        assert cells(sheet, at, 7, 4) == close(
            [paid.reason] + [None] * 6 if paid.reason else figures
        )
    if past.assets:
        assert sheet.cell(row_of(sheet, "Total"), 7).value == pytest.approx(past.funding_received)
    said = [row[0].value for row in sheet.iter_rows()]
    assert [line for line in said if line in past.caveats] == list(past.caveats)
    at = row_of(sheet, "Holdings and shorts replayed") + 1
    assert sheet.cell(at, 1).value == (", ".join(past.covered) or total.reason)
    assert sheet.cell(at, 2).value == pytest.approx(total.worth)
    if total.hedged is None:
        assert "Time, UTC" not in said
        assert cells(sheet, 5, 6) == [None] * 6
        return
    sample = total.sample
    assert cells(sheet, at, 5, 3) == close(
        [sample.pairs, sample.first, sample.last, sample.interval_days, sample.left_out]
    )
    table = the_bars(sheet)
    assert [row[0] for row in table] == list(sample.times)
    for column, outcome in enumerate((total.unhedged, total.hedged), 1):
        assert [row[column] for row in table[1:]] == close(outcome.pnl)
        assert [row[column + 2] for row in table if row[column + 2] is not None] == close(
            outcome.value
        )


def test_the_headline_is_the_analysis(reports):
    for name in WITH_HISTORY:
        analysis, path = reports[name]
        total, sheet = analysis.history.total, shown(path)
        alone, held = total.unhedged.risk, total.hedged.risk
        for title, field in {
            "Volatility a year": "volatility",
            "Worst bar, as VaR 99": "value_at_risk",  # both samples have 40
            "ES 97.5 of one bar": "expected_shortfall",
        }.items():
            found = cells(sheet, row_of(sheet, title), 6)
            pairs = [(getattr(alone, f), getattr(held, f)) for f in (field, f"{field}_ratio")]
            assert found == close([x for a, b in pairs for x in (a, b, b - a)])
        fall = cells(sheet, row_of(sheet, "Maximum drawdown"), 6)
        pairs = [
            (getattr(alone.drawdown, f), getattr(held.drawdown, f)) for f in ("amount", "ratio")
        ]
        assert fall == close([x for a, b in pairs for x in (a, b, b - a)])
        for title, field in {"… from the peak of": "since", "… to the bottom of": "until"}.items():
            dates = [getattr(risk.drawdown, field) for risk in (alone, held)]
            assert cells(sheet, row_of(sheet, title), 2) == dates


def test_one_coin_on_paper(reports):
    """Of closes 100, 110, 99, 99; the future's 100, 105, 94.5, 94.5; rates of 1, 0.1, −0.2 %."""
    sheet = shown(reports["paper"][1])
    table = the_bars(sheet)
    assert [row[1] for row in table] == close([None, 6_000, -6_000, 0])
    assert [row[2] for row in table][1:] == pytest.approx([3_060, -120, 0], abs=1e-9)
    assert [row[3] for row in table] == close([60_000, 66_000, 59_400, 59_400])
    assert [row[4] for row in table] == close([60_000, 63_060, 63_060 * 0.998, 63_060 * 0.998])
    assert [row[5] for row in table] == close([60_000, 66_000, 66_000, 66_000])
    assert [row[7] for row in table] == pytest.approx([0, 0, 0.1, 0.1])
    assert [row[8] for row in table] == pytest.approx([0, 0, 0.002, 0.002])
    assert [row[9] for row in table] == [None, 1, 1, 1]
    root = math.sqrt(365)
    # Of 3,060, −120 and 0 the mean is 980.
    swing = math.sqrt((2_080**2 + 1_100**2 + 980**2) / 2)
    assert cells(sheet, 5, 3) == close([6_000 * root, swing * root, (swing - 6_000) * root])
    assert cells(sheet, 5, 2, 5) == close([0.1 * root, swing / 60_000 * root])
    assert cells(sheet, 6, 6) == close([6_000, 120, -5_880, 0.1, 0.002, -0.098])
    assert cells(sheet, 7, 2) == [day(1), day(1)]
    assert cells(sheet, 8, 2) == [day(2), day(2)]
    assert cells(sheet, 9, 2) == close([6_000, 120])
    assert [sheet.cell(row, 8).value for row in (9, 10)] == ["the worst of 3 bars"] * 2
    assert cells(sheet, 10, 3) == close([6_000, 120, -5_880])
    at = row_of(sheet, "BTC", 14)
    best = 0.015 / (0.0125 - 1 / 1200)
    # Variances times 2: 0.02 of the coin; of the coin less the future by hand.
    left = [0.05, 0, 0]
    mean = 0.05 / 3
    taken = 1 - sum((x - mean) ** 2 for x in left) / 0.02
    # The residuals' variance over one degree of freedom, and the future's deviations.
    error = math.sqrt((0.02 - 0.015 * best) / 1 / (0.0125 - 1 / 1200))
    assert cells(sheet, at, 8, 3) == close([1, 1, best, error, 3, None, 0.015 * best / 0.02, taken])
    at = row_of(sheet, "BTC", at + 1)
    a_year = 0.009 / 72 * 8760  # three days
    assert cells(sheet, at, 8, 3) == close([60_000, 3, 0.009 / 9, a_year, 540, 72, day(0), day(2)])


def test_what_the_workings_say_of_exposure(reports):
    """Without funding unhedged; the short against the future and for its rates."""
    analysis, path = reports["coins as margin"]
    sheet, formulas = shown(path), load_workbook(path)[PAST]
    at = row_of(sheet, "Time, UTC")
    assert [c.value for c in sheet[at][11:14]] == [
        "Return of BTC", "Return of PERP", "Funding of PERP",
    ]  # fmt: skip
    # The 0.4 coins posted move with the coin; an inverse short of 40,000 stays that in quote.
    assert [c.value for c in sheet[at - 2][11:14]] == close([84_000, 0, 0])
    assert [c.value for c in sheet[at - 1][11:14]] == close([84_000, -40_000, 40_000])
    assert all("Hedge!" in str(c.value) for c in formulas[at - 1][11:14])
    assert analysis.history.total.worth == pytest.approx(84_000)


def test_every_figure_is_a_formula(reports):
    """But for what comes from the table History: times, returns, rates, how many were left out."""
    sheet = load_workbook(reports["treasury"][1])[PAST]
    constants = [
        cell.coordinate
        for row in sheet.iter_rows(max_col=10)
        for cell in row
        if cell.data_type == "n" and cell.value is not None
    ]
    left_out = f"G{row_of(sheet, 'Holdings and shorts replayed') + 1}"
    xmr = f"D{row_of(sheet, 'XMR')}"
    first = row_of(sheet, "Underlying") + 1
    typical = {f"{column}{row}" for column in "DF" for row in range(first, first + 3)}
    assert set(constants) <= {left_out, xmr} | typical  # a step of the bars, and the horizon


def test_the_history_follows_an_edited_input(plain_libreoffice, reports, tmp_path):
    path = tmp_path / "edited.xlsx"
    book = load_workbook(reports["paper"][1])
    first = row_of(book["Hedge"], "Asset") + 2
    book["Hedge"][f"B{first}"] = 2  # a second bitcoin
    book.save(path)
    found = plain_libreoffice.values(path)[PAST]
    at = row_of(book[PAST], "Time, UTC")
    assert found[f"B{at + 2}"] == pytest.approx(12_000)
    assert found[f"C{at + 2}"] == pytest.approx(9_060)
    assert found["B6"] == pytest.approx(12_000)  # a tenth of 120,000


def charts_of(path):
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "/charts/" in name]
    return [text for text in texts if PAST in text]


@pytest.mark.parametrize("name", WITH_HISTORY)
def test_charts_end_where_the_bars_end(name, reports):
    analysis, path = reports[name]
    sheet, sample = shown(path), analysis.history.total.sample
    first = row_of(sheet, "Time, UTC") + 1
    last = first + sample.pairs
    assert sheet.cell(last, 1).value == analysis.portfolio.settings.as_of
    value, fall = charts_of(path)
    for text, columns in ((value, "DE"), (fall, "HI")):
        for column in ("A", *columns):
            assert f"'{PAST}'!${column}${first}:${column}${last}" in text
        assert 'formatCode="yyyy-mm-dd"' in text
        ends = [float(found) for found in re.findall(r'<m(?:ax|in) val="([^"]*)"', text)]
        for time_ in (sample.first, sample.last):
            assert pytest.approx(to_excel(time_), abs=1e-6) in ends
    assert "Value, USD" in value


@pytest.mark.parametrize("name", ["nothing but a short", "coins that cancel out", "too few"])
def test_without_worth_or_bars_there_is_no_chart(name, reports):
    assert charts_of(reports[name][1]) == []


def test_a_few_bars_print_in_full_and_thousands_do_not(tmp_path):
    path = tmp_path / "full.xlsx"
    report_book(analyse(SAMPLES["treasury"]), full=True).save(path)
    sheet = load_workbook(path)[PAST]
    head = row_of(sheet, "Time, UTC")
    assert sheet.print_area == f"'{PAST}'!$A$1:$J${head + 41}"
    assert sheet.print_title_rows == f"${head}:${head}"


def test_five_thousand_bars_are_written_in_two_seconds():
    rows = [
        Bar(time=day(n), symbol=symbol, close=100 + math.sin(n * size), funding_rate=1e-4)
        for symbol, size in (("BTC", 1), ("PERP", 1.01))
        for n in range(5_000)
    ]
    analysis = analyse(portfolio(rows))
    began = time.process_time()
    content = report_book(analysis).to_bytes()
    took = time.process_time() - began
    sheet = load_workbook(io.BytesIO(content))[PAST]
    head = row_of(sheet, "Time, UTC")
    assert sheet.cell(head + 5_000, 3).value.startswith("=SUMPRODUCT(")
    assert sheet.print_area == f"'{PAST}'!$A$1:$J${head - 3}"
    assert took < 2  # about 0.7 s


class TestSamples:
    @pytest.mark.parametrize("name", WITH_HISTORY)
    def test_rows_of_a_symbol_stand_together_oldest_first(self, name):
        rows = SAMPLES[name].history
        symbols = [bar.symbol for bar in rows]
        assert symbols == sorted(symbols, key=list(dict.fromkeys(symbols)).index)
        for before, after in pairwise(rows):
            assert before.symbol != after.symbol or before.time < after.time

    @pytest.mark.parametrize("name", WITH_HISTORY)
    def test_the_last_bars_are_the_portfolio_s_prices(self, name):
        sample = SAMPLES[name]
        last = {bar.symbol: bar for bar in sample.history}
        assert {bar.time for bar in last.values()} == {sample.settings.as_of}
        for holding in sample.holdings:
            if holding.asset in last:
                assert last[holding.asset].close == holding.spot_price
        for instrument in sample.instruments:
            bar = last[instrument.instrument]
            assert (bar.close, bar.funding_rate) == (
                instrument.futures_price, instrument.funding_rate,
            )  # fmt: skip

    @pytest.mark.parametrize("name", WITH_HISTORY)
    def test_bars_could_be_a_market_s(self, name):
        for before, bar in pairwise(SAMPLES[name].history):
            if bar.low is not None:
                assert bar.low < bar.close < bar.high
                assert bar.volume > 0
            if before.symbol == bar.symbol:
                assert 0.8 < bar.close / before.close < 1.25
            assert abs(bar.funding_rate or 0) < 0.0005

    @pytest.mark.parametrize("name", WITH_HISTORY)
    def test_figures_of_today_are_as_without_a_history(self, name):
        with_, without = (
            analyse(sample) for sample in (SAMPLES[name], replace(SAMPLES[name], history=()))
        )
        for field in ("hedge", "margin", "total", "scenarios", "grid", "caveats", "closing"):
            assert getattr(with_, field) == getattr(without, field)
        assert SAMPLES[name].warnings == ()

    def test_the_full_hedge_knows_its_signals(self):
        (row,) = analyse(SAMPLES["full-hedge"]).unwind
        assert (row["signal"], row["funding_breach"], row["support_confirmed"]) == (
            "HOLD", "no", "no",
        )  # fmt: skip
        rows = SAMPLES["full-hedge"].history
        assert sum(bar.symbol == "BTC" for bar in rows) == 41
        times = [bar.time for bar in rows if bar.symbol == "BTC-PERP"]
        assert {b - a for a, b in pairwise(times)} == {timedelta(hours=8)}

    def test_the_full_hedge_takes_nearly_all_risk_away(self):
        total = analyse(SAMPLES["full-hedge"]).history.total
        assert total.hedged.risk.volatility < 0.05 * total.unhedged.risk.volatility
        assert total.sample.pairs == 40

    def test_the_treasury_lacks_one_coin_s_history_and_says_so(self):
        past = analyse(SAMPLES["treasury"]).history
        assert past.left_out == ("XMR",)
        assert "History: the total is without XMR" in past.caveats
        assert past.total.sample.pairs == 40
        assert past.total.hedged.risk.volatility < past.total.unhedged.risk.volatility

    def test_the_treasury_s_fits_a_blank_template(self):
        assert len(SAMPLES["treasury"].history) <= 490
