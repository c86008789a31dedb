"""The report's Unwind sheet: signals, what keeping the hedge forgoes, what its profit buys."""

from __future__ import annotations

from xlhedge.analysis import Analysis
from xlhedge.sheets.native_cells import NativeCells, write_page
from xlhedge.sheets.sensitivity import AXIS, HELD, UNHEDGED
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["price_rows", "write_unwind_report"]

_LINES = (
    ("now", "Close the shorts now: coins alone, less the fee"),
    ("keep", "Keep them, and close at that price"),
    ("funded", "Keep them to the horizon, with funding"),
    ("forgone", "Gain that keeping them forgoes"),
)


def write_unwind_report(
    sheet: Sheet, table: FigureTable, cells: NativeCells, analysis: Analysis, fee: str, drag: str
) -> None:
    """Write the sheet.

    Args:
        sheet: where.
        table: its table.
        cells: what writes its formulas.
        analysis: what to show.
        fee: the cell of what closing all shorts costs.
        drag: the cell of what funding costs to the horizon.
    """
    write_page(
        sheet,
        table,
        analysis.unwind,
        cells,
        "When to take the hedge off and why; unknown: History does not say. "
        "MARKET: support confirmed; HORIZON: reached; REDEPLOY: the fall you wait for; "
        "FUNDING: it costs too much.",
        pages=2,
        first=46,
    )
    moves = len(analysis.grid.shocks)
    for column in range(2, moves + 2):
        sheet.widen(column, 16)
    at = table.top + table.count + 2
    price_rows(sheet, at, analysis, moves, fee, drag)


def price_rows(sheet: Sheet, at: int, analysis: Analysis, moves: int, fee: str, drag: str) -> None:
    """Write closing now against keeping, over the moves of the Sensitivity sheet, and its chart.

    Args:
        sheet: where.
        at: the row of the heading.
        analysis: what to show.
        moves: how many columns the price axis has; behind its end it repeats the last move.
        fee: the cell of what closing all shorts costs.
        drag: the cell of what funding costs to the horizon.
    """
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
