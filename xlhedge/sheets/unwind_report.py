"""The report's Unwind sheet: signals, what keeping the hedge forgoes, what its profit buys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis.grid_shorts import gains
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.functions.algebra import Carrier, Expression
from xlhedge.sheets.context import BookContext, ReportContext
from xlhedge.sheets.grid_blocks import mark_words
from xlhedge.sheets.grid_cells import AXIS, SAID, UNHEDGED, GridCells, put_block
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.support_charts import write_supports
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["DELEVERAGED", "price_rows", "write_unwind_report"]

DELEVERAGED = (
    "In a crash a venue may close a short that gains (auto-deleveraging): its profit ends there."
)
"""What to know where the profit of a short is shown."""

_DRAG = HedgeRow.funding_drag
_PRICE_ROWS = 28
"""Rows that closing against keeping takes, with its chart."""
_LINES = (
    ("now", "Close the shorts now: coins alone, less the fee"),
    ("keep", "Keep them, and close at that price"),
    ("funded", "Keep them to the horizon, with funding"),
    ("forgone", "Gain that keeping them forgoes"),
)
_COLUMN = "{column}"
"""Stands in formulas for the letter of a column that is still open."""


def write_unwind_report(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet."""
    table, moves = of.on[sheet.title], len(of.analysis.grid.shocks)
    sheet.put(3, 2, DELEVERAGED, "note")
    write_page(sheet, table, of.shown.rows(UnwindRow), of.cells(UnwindRow), first=46)
    for column in range(2, moves + 2):
        sheet.widen(column, 16)
    at, wide = table.top + table.count + 2, max(len(table.figures), moves + 1)
    price_rows(sheet, at, of, moves)
    end = write_supports(sheet, at + _PRICE_ROWS, of, wide + 2)
    sheet.prints(area=f"A1:{LETTERS[wide]}{end}")


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
    title = "Close now or keep, by move of the underlying: liquidation included"
    sheet.put(at, 1, title, "section")
    sheet.put(at + 1, 1, "Move of the underlying", "header text")
    said = at + 2 + len(_LINES)
    for n, title in enumerate((*(title for _, title in _LINES), "Liquidation if kept"), at + 2):
        sheet.put(n, 1, title, "total text")
    texts = {
        "now": f"Sensitivity!{_COLUMN}${UNHEDGED}-{fee}",
        "funded": f"{_COLUMN}${at + 3}-{drag}",
        "forgone": f"IF({_COLUMN}{at + 2}>{_COLUMN}{at + 4},{_COLUMN}{at + 2}-{_COLUMN}{at + 4},0)",
    }

    def put(n: int, values: Sequence[Any], look: str, text: str) -> None:
        for column in range(moves):
            own = text.replace(_COLUMN, LETTERS[2 + column])
            sheet.put(n, 2 + column, values[min(column, len(values) - 1)], look, own)

    put(at + 1, analysis.grid.shocks, "axis move", f"Sensitivity!{_COLUMN}${AXIS}")
    for n, (name, _) in enumerate(_LINES, at + 2):
        if name in texts:
            put(n, getattr(analysis.closing, name), "cell heat", texts[name])
    last, keep = LETTERS[1 + moves], analysis.closing.keep
    cells = GridCells(of, sheet.title)

    def kept() -> Carrier:
        moved = Expression(f"$B${at + 1}:${last}${at + 1}")
        gained = gains(cells.functions, cells.shorts, moved, fees=cells.shorts.fee_rate)
        return Expression(f"Sensitivity!$B${UNHEDGED}:${last}${UNHEDGED}") + gained

    shown = [keep[min(column, len(keep) - 1)] for column in range(moves)]
    put_block(sheet, at + 3, 2, [shown], cells.text(kept), "cell heat")
    put(said, cells.said(analysis.grid.said), "cell word", f"Sensitivity!{_COLUMN}${SAID}")
    mark_words(sheet, f"B{said}:{last}{said}")
    currency = analysis.portfolio.settings.quote_currency
    chart = line_chart(
        sheet,
        "Close the shorts now, or keep them: liquidation included",
        ("Move of the underlying", "0%"),
        (f"Profit and loss, {currency}", "#,##0"),
        at + 1,
        (at + 2, at + 4),
        (2, 1 + moves),
        ("Close now", "Keep, with funding"),
    )
    sheet.chart(chart, f"B{said + 2}")
