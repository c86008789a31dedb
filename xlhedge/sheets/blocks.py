"""Printed pages of the report: what of a sheet prints, and blocks of links to other sheets.

A page prints its most used columns, a block above or below them what another sheet computes. All
else is an appendix: it is there on the screen, and prints with `--full` only.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis.figures import BLANK, Figure, FigureRow, sum_of
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.style import fitted
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["BLOCK", "print_nothing", "print_page", "room_for", "write_block"]

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
    sheet.height(at + 1, 48)
    for column, figure in enumerate(figures, 1):
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
    for n, row in enumerate(rows):
        values = vars(row.complete())
        for column, figure in enumerate(figures, 1):
            value = values.get(figure.name, BLANK)
            link = None if value == "" else table.cell(figure, table.top + n)
            sheet.put(at + 3 + n, column, value, fitted(f"cell {figure.look}", value), link)
    return at + 3 + len(rows)


def print_page(sheet: Sheet, of: ReportContext, columns: int, last: int, tall: int = 0) -> None:
    """Let a page end at a column and a row, unless all prints.

    Args:
        sheet: which.
        of: what is written.
        columns: how many columns it has.
        last: the last row.
        tall: how many pages its height takes; as many as it needs, if 0.
    """
    if not of.full:
        sheet.prints(area=f"A1:{LETTERS[columns]}{last}", tall=tall)


def print_nothing(sheet: Sheet) -> None:
    """Let a sheet print nothing: an area cannot be empty, so it is a cell that is."""
    below = int(sheet.extent.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + 2
    sheet.prints(area=f"A{below}:A{below}")
