"""The report's Unwind sheet: signals, what keeping the hedge forgoes, what its profit buys."""

from __future__ import annotations

from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.sheets.context import BookContext, ReportContext
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.sensitivity import AXIS, HELD, UNHEDGED
from xlhedge.sheets.style import sentence
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart, round_above, round_below, volume_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "SUPPORT_LOOKS",
    "SUPPORT_TITLES",
    "price_rows",
    "support_chart",
    "write_unwind_report",
]

_DRAG = HedgeRow.funding_drag
SUPPORT_TITLES = ("Time, UTC", "Close", "Support", "Volume")
SUPPORT_LOOKS = ("date", "price", "price", "qty")
"""The bars of a chart, column by column."""
_CHART_ROWS = 20
_PRICE_ROWS = 27
_MOST_CHARTS = 6
_LINES = (
    ("now", "Close the shorts now: coins alone, less the fee"),
    ("keep", "Keep them, and close at that price"),
    ("funded", "Keep them to the horizon, with funding"),
    ("forgone", "Gain that keeping them forgoes"),
)


def write_unwind_report(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet."""
    table, moves = of.on[sheet.title], len(of.analysis.grid.shocks)
    write_page(sheet, table, of.analysis.unwind, of.cells(UnwindRow), first=46)
    for column in range(2, moves + 2):
        sheet.widen(column, 16)
    at, wide = table.top + table.count + 2, max(len(table.figures), moves + 1)
    price_rows(sheet, at, of, moves)
    end = _supports(sheet, at + _PRICE_ROWS, of, wide + 2)
    sheet.prints(area=f"A1:{LETTERS[wide]}{end}")


def _supports(sheet: Sheet, at: int, of: ReportContext, right: int) -> int:
    """Price, support and volume of each holding that has them, two charts beside each other.

    Returns the last row.

    Args:
        sheet: where.
        at: the row below which they stand.
        of: what to show.
        right: the column from which their bars stand.
    """
    past = of.analysis.history
    signals = [each.signals for each in past.assets] if past else []
    found = [
        (holding, each.volume, each.volume.times)
        for holding, each in zip(of.analysis.portfolio.holdings, signals, strict=False)
        if holding.support_price is not None and each.volume.bars_judged is not None
    ]
    if not found:
        return at
    sheet.put(
        at, 1, "Is the support holding? Price, support and volume of the last bars", "section"
    )
    for n, (holding, volume, times) in enumerate(found[:_MOST_CHARTS]):
        left, head = right + 5 * n, at + 1
        for column, title in enumerate(SUPPORT_TITLES, left):
            sheet.put(head, column, title, "header")
        bars = zip(times, volume.closes, volume.volumes, strict=True)
        for row, (time, close, traded) in enumerate(bars, head + 1):
            values = (time, close, holding.support_price, traded)
            for column, (value, look) in enumerate(zip(values, SUPPORT_LOOKS, strict=True), left):
                sheet.put(row, column, value, f"cell {look}")
        # Bars take the lower third, and prices leave out what is below them all.
        prices = [*volume.closes, holding.support_price or 0.0]
        ends = round_above(3 * max(volume.volumes)), round_below(prices)
        chart = support_chart(sheet, holding.asset, (left, head + 1, head + len(times)), ends)
        sheet.chart(chart, f"{'AF'[n % 2]}{at + 1 + n // 2 * _CHART_ROWS}")
    below = at + 1 + -(-len(found[:_MOST_CHARTS]) // 2) * _CHART_ROWS
    if len(found) > _MOST_CHARTS:
        left_out = ", ".join(holding.asset for holding, _, _ in found[_MOST_CHARTS:])
        sheet.put(below, 1, sentence(f"Without a chart here: {left_out}"), "note")
    return below


def support_chart(
    sheet: Sheet,
    name: str,
    bars: tuple[int, int, int],
    ends: tuple[float, float] | None = None,
) -> Chart:
    """Close and support as lines, volume as bars.

    Args:
        sheet: where the bars stand.
        name: whose they are.
        bars: the column of their times, before those of close, support and volume, first and last
            row.
        ends: of the axes, if they are known.
    """
    left = bars[0]
    lines = [(left + 1, "Close"), (left + 2, "Support")]
    units = ("Volume, coins", "Price")
    return volume_chart(
        sheet, f"{name}: price, support, volume", units, bars, left + 3, lines, ends
    )


def price_rows(sheet: Sheet, at: int, of: BookContext, moves: int) -> None:
    """Write closing now against keeping, over the moves of the Sensitivity sheet, and its chart.

    Args:
        sheet: where.
        at: the row of the heading.
        of: what to show.
        moves: how many columns the price axis has; behind its end it repeats the last move.
    """
    analysis, fee = of.analysis, of.tables[MarginRow].total(MarginRow.close_fee)
    drag = next(table.total(_DRAG) for table in of.on.values() if table.has(_DRAG))
    sheet.put(
        at,
        1,
        "Close now or keep, by move of the underlying: before liquidation, which scenarios have",
        "section",
    )
    sheet.put(at + 1, 1, "Move of the underlying", "header text")
    for n, (_, title) in enumerate(_LINES, at + 2):
        sheet.put(n, 1, title, "total text")
    found = analysis.closing
    for column in range(moves):
        shown = min(column, len(analysis.grid.shocks) - 1)
        letter = LETTERS[2 + column]
        move = f"Sensitivity!{letter}${AXIS}"
        texts = {
            "now": f"Sensitivity!{letter}${UNHEDGED}-{fee}",
            "keep": f"Sensitivity!{letter}${HELD}-{fee}*(1+{letter}${at + 1})",
            "funded": f"{letter}${at + 3}-{drag}",
            "forgone": f"IF({letter}{at + 2}>{letter}{at + 4},{letter}{at + 2}-{letter}{at + 4},0)",
        }
        sheet.put(at + 1, 2 + column, analysis.grid.shocks[shown], "axis move", move)
        for n, (name, _) in enumerate(_LINES, at + 2):
            sheet.put(n, 2 + column, getattr(found, name)[shown], "cell heat", texts[name])
    currency = analysis.portfolio.settings.quote_currency
    chart = line_chart(
        sheet,
        "Close the shorts now, or keep them: before liquidation",
        ("Move of the underlying", "0%"),
        (f"Profit and loss, {currency}", "#,##0"),
        at + 1,
        (at + 2, at + 4),
        (2, 1 + moves),
        ("Close now", "Keep, with funding"),
    )
    sheet.chart(chart, f"B{at + len(_LINES) + 3}")
