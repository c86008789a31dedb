"""Printed pages of the report: what of a sheet prints, and blocks of links to other sheets.

A page prints its most used columns, a block above or below them what another sheet computes. All
else is an appendix: it is there on the screen, and prints with `--full` only.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis.figures import BLANK, Figure, FigureRow, sum_of
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.style import fitted
from xlhedge.sheets.table import FigureTable, header_height
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["BLOCK", "ONE_PAGE", "print_nothing", "print_page", "room_for", "write_block"]

ONE_PAGE = 68
"""Rows that a page takes, made smaller if it must."""

_UNDER_CHARTS = 40
"""Rows below that of a chart's corner where it does not reach."""

_LEAST = 14.0
"""The least width of a block's columns."""

BLOCK = 3
"""The row of the title of a block above a table."""


def room_for(rows: int) -> int:
    """How many rows farther down a table stands that has a block of so many rows above it."""
    return rows + 5 if rows else 0


def write_block(
    sheet: Sheet,
    at: int,
    title: str,
    table: FigureTable,
    rows: Sequence[FigureRow],
    figures: Sequence[Figure],
) -> int:
    """Write columns of a table that stands on another sheet, as links; the row behind them.

    Args:
        sheet: where.
        at: the row of its title.
        title: what it is called.
        table: the table.
        rows: its rows.
        figures: the columns.
    """
    sheet.put(at, 1, title, "section")
    for column, figure in enumerate(figures, 1):
        sheet.widen(column, _LEAST)
        words = "header text" if figure.look == "text" else "header"
        sheet.put(at + 1, column, figure.title, words)
        look = f"total {figure.look}"
        if column == 1:
            sheet.put(at + 2, 1, "Total", "total text")
        elif figure.total:
            total = sum_of(rows, figure)
            sheet.put(at + 2, column, total, fitted(look, total), table.total(figure))
        else:
            sheet.put(at + 2, column, None, look)
    sheet.height(at + 1, header_height(figures, _LEAST))
    for n, row in enumerate(rows):
        values = vars(row.complete())
        for column, figure in enumerate(figures, 1):
            value = values.get(figure.name, BLANK)
            link = None if value == "" else table.cell(figure, table.top + n)
            step = values.get("qty_step") if "contracts" in figure.name else None
            sheet.put(at + 3 + n, column, value, fitted(f"cell {figure.look}", value, step), link)
    return at + 3 + len(rows)


def print_page(sheet: Sheet, of: ReportContext, columns: int, last: int, part: int = 0) -> None:
    """Let a sheet print down to a column and a row, unless all prints: on one page if they fit.

    Args:
        sheet: which.
        of: what is written.
        columns: how many columns it has.
        last: the last row.
        part: the row above which the first page ends if one does not take all.
    """
    if of.full:
        return
    one = last <= ONE_PAGE
    sheet.prints(area=f"A1:{LETTERS[columns]}{last}", tall=int(one))
    if part and not one:
        sheet.page_break(part - 1)


def print_nothing(sheet: Sheet) -> None:
    """Let a sheet print nothing: an area cannot be empty, so it is a cell that is.

    LibreOffice then prints no page of it.
    """
    last = int(sheet.extent.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    below = max([last, *(row for _, row, _ in sheet.charts)]) + _UNDER_CHARTS
    sheet.prints(area=f"A{below}:A{below}")
