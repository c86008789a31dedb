"""The report's Hedge history sheet: today's hedge, taken through past bars.

What the figures are made of stands below and beside them: `history_bars`.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis.backtest import Outcome
from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.history import History
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.risk import conventions
from xlhedge.functions.algebra import excel_text
from xlhedge.functions.formulas.risk import rank_at_risk
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.history_bars import SIDES, STEP, TIME, Bars, Side
from xlhedge.sheets.history_cells import HoldingCells, fitting, holdings_of, total_of
from xlhedge.sheets.history_holdings import (
    WIDE,
    headers,
    write_funding,
    write_ratios,
    write_typical,
)
from xlhedge.sheets.style import fitted, sentence, widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import round_below, time_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["write_history"]

_HEAD, _DEPTH, _SAMPLE, _CHARTS = 4, 6, 13, 15
"""The rows of the headline's headers, of the drawdown, of the sample, and of the charts."""

_CHART_ROWS = 17
_CHART_SIZES = {"A": 18.6, "F": 16.2}
"""Where the charts stand, and how many centimetres wide they are: together, the page."""

_SAID = 8
"""Where a convention stands: behind the figures."""

_LINE = 130  # characters of a line over all of them
_PRINTED = 250
"""Bars that are printed; of more the pages would be a book."""

_WORTH = f"$B${_SAMPLE}"
_VAR = "VaR 99 of one bar"
_HEADLINES = (
    *("Volatility a year", "Maximum drawdown", "… from the peak of"),
    *("… to the bottom of", _VAR, "ES 97.5 of one bar"),
)
_WORST = "Worst bar, as VaR 99"
"""What VaR 99 is called where it is the worst of the bars."""

_COMPARED = (
    *("Unhedged", "Hedged", "Change"),
    *("Unhedged, share of coins", "Hedged, share of coins", "Change, share of coins"),
)
_FACTS = (
    *("Holdings and shorts replayed", "Coins' worth today", "Bars", "First", "Last"),
    *("Usual step, days", "Times left out"),
)


def write_history(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet; the analysis must have a history."""
    analysis, past = of.analysis, of.analysis.history
    if past is None:
        raise ValueError("the portfolio has no history")
    holdings = holdings_of(past, analysis, of.tables[HedgeRow], of.tables[MarginRow], of.shown)
    ratios = _CHARTS + (_CHART_ROWS if past.total.hedged else 0)
    typical = ratios + len(holdings) + 3
    funding = typical + (len(past.typical) + 3 if past.typical else 0)
    caveats = funding + len(holdings) + 4
    head = caveats + len(past.caveats) + 6
    bars = Bars(sheet, past, holdings, head, _WORTH)
    bars.write()
    _write_sample(sheet, past, holdings, bars)
    _write_headline(sheet, past, bars)
    write_ratios(sheet, ratios, holdings, bars)
    if past.typical:
        write_typical(sheet, typical, past, of, bars)
    write_funding(sheet, funding, past, holdings, bars)
    _write_caveats(sheet, caveats, past)
    if past.total.hedged:
        sheet.put(head - 1, 1, "Bar by bar", "section")
        _add_charts(sheet, analysis.portfolio.settings.quote_currency, past, bars)
    _finish(sheet, of, past, head)


def _finish(sheet: Sheet, of: ReportContext, past: History, head: int) -> None:
    """Widths and print set-up: one page; workings and long lists of bars are for the screen."""
    widths: dict[str, float] = {LETTERS[n]: 19 for n in range(2, WIDE + 1)}
    times = len(past.total.sample.times) if past.total.hedged else 0
    printed = of.full and 0 < times <= _PRINTED
    widen(sheet, widths | {"A": 32, "K": 24})
    last = head + times if printed else head - 3
    rows = f"{head}:{head}" if printed else None
    sheet.prints(area=f"A1:{LETTERS[WIDE]}{last}", rows=rows, tall=0 if of.full else 1)


def _write_sample(
    sheet: Sheet, past: History, holdings: Sequence[HoldingCells], bars: Bars
) -> None:
    """How many bars, of which time; the coins' worth, which all shares are of."""
    total = past.total
    headers(sheet, _SAMPLE - 1, _FACTS)
    covered = ", ".join(past.covered) or total.reason
    sheet.put(_SAMPLE, 1, sentence(covered), "cell text")
    coins = total_of(
        cell for each in holdings if each.past.comparison.hedged
        for cell in each.coins + each.posted
    )  # fmt: skip
    worth = fitting(f"ABS({excel_text(coins)})") if total.worth else None
    sheet.put(_SAMPLE, 2, total.worth, fitted("total money", total.worth), worth)
    if total.hedged is None:
        return
    sample, (first, last) = total.sample, bars.rows
    facts = (
        (sample.pairs, "cell heat", f"COUNT({bars.span(2)})"),
        (sample.first, "cell date", f"A{first}"),
        (sample.last, "cell date", f"A{last}"),
        (sample.interval_days, "cell qty", f"MEDIAN({bars.span(STEP)})"),
        (sample.left_out, "cell heat", None),
    )
    for column, (value, look, text) in enumerate(facts, 3):
        sheet.put(_SAMPLE, column, value, fitted(look, value), text)


def _write_headline(sheet: Sheet, past: History, bars: Bars) -> None:
    """The risk of the coins alone beside that of coins and shorts."""
    headers(sheet, _HEAD, ("Over the bars below", *_COMPARED))
    count = past.total.sample.pairs
    worst = past.total.hedged is not None and rank_at_risk(count) == 1
    for at, title in enumerate(_HEADLINES, _HEAD + 1):
        sheet.put(at, 1, _WORST if worst and title == _VAR else title, "total text")
    if past.total.hedged is None:
        return
    for at, said in enumerate(conventions(count), _HEAD + 5):
        sheet.put(at, _SAID, said, "note")
    sides = [_write_side(sheet, getattr(past.total, side.name), side, bars) for side in SIDES]
    unhedged, hedged = sides
    for (at, column), before in unhedged.items():
        letters = LETTERS[column + 1], LETTERS[column]
        text = f"{letters[0]}{at}-{letters[1]}{at}"
        look = "total cost" if column == SIDES[0].pnl else "total move"
        change = hedged[at, column + 1] - before
        sheet.put(at, column + 2, change, fitted(look, change), text)


def _write_side(
    sheet: Sheet, outcome: Outcome, side: Side, bars: Bars
) -> dict[tuple[int, int], float]:
    """One side's figures; returns the numbers, by row and column."""
    risk, pnl, column = outcome.risk, bars.span(side.pnl), side.pnl
    letter, share = LETTERS[column], LETTERS[column + 3]
    rank = f"MAX(1,ROUNDUP(0.01*COUNT({pnl})-1E-9,0))"
    # The quantile, and what the worse ones lie below it: ties at its border count as they should.
    tail = f"MAX(1,0.025*COUNT({pnl}))"
    last = f"SMALL({pnl},MIN(COUNT({pnl}),INT({tail})+1))"
    shortfall = f"SUMPRODUCT(({pnl}<{last})*({last}-{pnl}))/{tail}-{last}"
    found: dict[tuple[int, int], float] = {}
    for at, name, text in (
        (_HEAD + 1, "volatility", f"STDEV({pnl})*SQRT(365/MEDIAN({bars.span(STEP)}))"),
        (_HEAD + 5, "value_at_risk", f"-SMALL({pnl},{rank})"),
        (_HEAD + 6, "expected_shortfall", shortfall),
    ):
        found[at, column] = getattr(risk, name)
        amount = found[at, column]
        sheet.put(at, column, amount, fitted("cell money", amount), text)
        ratio = getattr(risk, f"{name}_ratio")
        if ratio is not None:
            found[at, column + 3] = ratio
            sheet.put(at, column + 3, ratio, "cell percent", f"{letter}{at}/{_WORTH}")
    if risk.drawdown is None:
        return found
    fall, falls = risk.drawdown, bars.span(side.fall, start=True)
    value, peak = bars.span(side.value, start=True), bars.span(side.peak, start=True)
    depth, dates = f"{share}{_DEPTH}", bars.span(TIME, start=True)
    found |= {(_DEPTH, column): fall.amount, (_DEPTH, column + 3): fall.ratio}
    look = fitted("cell money", fall.amount)
    sheet.put(_DEPTH, column, fall.amount, look, f"{depth}*{_WORTH}")
    sheet.put(_DEPTH, column + 3, fall.ratio, "cell percent", f"MAX({falls})")
    bottom = f"MATCH({depth},{falls},0)"
    top = f"MATCH(INDEX({peak},{bottom}),{value},0)"
    for n, (when, place) in enumerate(((fall.since, top), (fall.until, bottom)), 1):
        text = f'IF({depth}>0,INDEX({dates},{place}),"{NOWHERE}")'
        sheet.put(_DEPTH + n, column, NOWHERE if when is None else when, "cell date", text)
    return found


def _write_caveats(sheet: Sheet, at: int, past: History) -> None:
    """What to know before trusting the figures, a line each."""
    if not past.caveats:
        return
    sheet.put(at, 1, "What to know", "section")
    for n, line in enumerate(past.caveats, at + 1):
        said = sentence(line)
        sheet.put(n, 1, said, "warning")
        sheet.merge(n, 1, WIDE)
        sheet.height(n, 15.0 * -(-len(said) // _LINE))


def _add_charts(sheet: Sheet, currency: str, past: History, bars: Bars) -> None:
    """Value and falls, unhedged and hedged; without coins there is no value."""
    sample, total = past.total.sample, past.total
    if not (total.worth and sample.first and sample.last):
        return
    times, span = (TIME, *bars.rows), (sample.first, sample.last)
    values = [value for side in SIDES for value in getattr(total, side.name).value]
    charts = (
        ("Value of today's coins over the bars", (f"Value, {currency}", "#,##0"), "value"),
        ("How far below the last peak", ("Below the peak", "0%"), "fall"),
    )
    for (place, width), (title, y, name) in zip(_CHART_SIZES.items(), charts, strict=True):
        lines = [(getattr(side, name), side.name.capitalize()) for side in SIDES]
        bottom = 0.0 if name == "fall" else round_below(values)
        chart = time_chart(sheet, title, y, times, span, lines, bottom)
        sheet.chart(chart.sized(8, width), f"{place}{_CHARTS}")
