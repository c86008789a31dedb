"""Charts of price, support and volume: is the support holding, and with what behind it?"""

from __future__ import annotations

from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.style import sentence
from xlhedge.xlsx.charts import round_above, round_below, volume_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["LOOKS", "TITLES", "support_chart", "write_supports"]

TITLES = ("Time, UTC", "Close", "Support", "Volume")
LOOKS = ("date", "price", "price", "qty")
"""The bars of a chart, column by column."""

_CHART_ROWS = 20
_MOST_CHARTS = 6


def write_supports(sheet: Sheet, at: int, of: ReportContext, right: int) -> int:
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
        for column, title in enumerate(TITLES, left):
            sheet.put(head, column, title, "header")
        bars = zip(times, volume.closes, volume.volumes, strict=True)
        for row, (time, close, traded) in enumerate(bars, head + 1):
            values = (time, close, holding.support_price, traded)
            for column, (value, look) in enumerate(zip(values, LOOKS, strict=True), left):
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
