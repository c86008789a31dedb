"""The report's Unwind sheet: signals, what keeping the hedge forgoes, what its profit buys."""

from __future__ import annotations

from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.sheets.context import BookContext, ReportContext
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.sensitivity import AXIS, HELD, UNHEDGED
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["price_rows", "write_unwind_report"]

_DRAG = HedgeRow.funding_drag
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
    price_rows(sheet, table.top + table.count + 2, of, moves)


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
