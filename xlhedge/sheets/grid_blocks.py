"""The grids of the Sensitivity sheet: heads, bodies, and what is said of liquidation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.grids import GRIDS, Grid, given_of
from xlhedge.analysis.liquidation import LIQUIDATED, NONE, UNKNOWN, said_of
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import BookContext
from xlhedge.sheets.grid_cells import AXIS, CHART, IN_FULL, UNHEDGED, GridCells, put_block
from xlhedge.sheets.style import INCLUDES_ONE, fitted, heat_map
from xlhedge.sheets.table import ColumnGroup
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowForm, RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["GRIDS_END", "GRIDS_TOP", "PAGE_END", "GridBlocks", "first_row", "mark_words"]

_ROW, _COLUMN = here(), "{column}"
"""Stand in formulas for the number of a row and the letter of a column that are still open."""


def _head(grid: Grid) -> int:
    """The rows above a grid's body: its title, what it is given, its columns' headers."""
    return 2 + max(1, len(grid.given))


def _height(grid: Grid) -> int:
    return _head(grid) + len(grid.rows.values) + bool(grid.liquidated) + 1


GRIDS_TOP = CHART + 20
"""The row of the first grid's title."""
GRIDS_END = GRIDS_TOP + sum(map(_height, GRIDS))
"""The row behind them."""
PAGE_END = GRIDS_TOP + sum(map(_height, GRIDS[:2])) - 2
"""The last row of the grids of the price, which a report's page has."""


def first_row(grid: Grid) -> int:
    """The row of a grid's first cells."""
    return GRIDS_TOP + sum(map(_height, GRIDS[: GRIDS.index(grid)])) + _head(grid)


def mark_words(sheet: Sheet, cells: str) -> None:
    """Let what is said of liquidation be seen."""
    first = cells.partition(":")[0]
    for word, look in ((LIQUIDATED, "alert"), (UNKNOWN, "notice")):
        sheet.mark(cells, f'{first}="{word}"', look)


class GridBlocks:
    """The grids of one book.

    Args:
        sheet: where.
        of: what is shown.
        cells: what formulas refer to.
        moves: how many columns the price axis has; the last move repeats to its end.
    """

    def __init__(self, sheet: Sheet, of: BookContext, cells: GridCells, moves: int) -> None:
        self._sheet, self._cells, self._moves = sheet, cells, moves
        self._analysis: Analysis = of.analysis
        self._given = given_of(ColumnGroup(of.tables[MarginRow]))

    def write(self) -> None:
        """Write them all."""
        for n, grid in enumerate(GRIDS):
            top = first_row(grid)
            if n == 2:  # the next ones, which have columns of their own, begin a page
                self._sheet.page_break(top - _head(grid) - 1)
            self._write_head(grid, top)
            self._write_body(grid, top)
            if grid.liquidated:
                self._write_words(grid, top + len(grid.rows.values))

    def _spread(self, values: Sequence[Any]) -> list[Any]:
        return [values[min(n, len(values) - 1)] for n in range(self._moves)]

    def _write_head(self, grid: Grid, top: int) -> None:
        sheet, at = self._sheet, top - _head(grid)
        sheet.put(at, 1, grid.title, "section")
        sheet.put(at, 2, grid.note, "note")
        for n, (name, title, look) in enumerate(grid.given, at + 1):
            sheet.put(n, 1, title, "cell text")
            value = self._analysis.grid.given[name]
            style = f"cell {look}" if self._cells.live else fitted(f"cell {look}", value)
            text = excel_text(self._given[name]) if self._cells.whole else None
            sheet.put(n, 2, value, style, text)
        title = f"{grid.rows.title} ↓   {grid.columns.title} →"
        sheet.put(top - 1, 1, title, "header text")
        if grid.beside:
            sheet.put(top - 1, 2, grid.beside[0], "header")
        role = "input" if self._cells.live else "axis"
        for n, value in enumerate(grid.rows.values):
            sheet.put(top + n, 1, value, f"{role} {grid.rows.look}")
        own, start = bool(grid.columns.values), _start(grid)
        for column, value in enumerate(self._columns(grid), start):
            look = f"{role if own else 'axis'} {grid.columns.look}"
            text = None if own else f"{LETTERS[column]}${AXIS}"
            sheet.put(top - 1, column, value, look, text)

    def _columns(self, grid: Grid) -> Sequence[float]:
        return grid.columns.values or self._spread(self._analysis.grid.shocks)

    def _write_body(self, grid: Grid, top: int) -> None:
        sheet, start, f = self._sheet, _start(grid), self._cells.functions
        values: Sequence[Sequence[float | str]] = self._analysis.grid.grids[grid.name]
        if not grid.columns.values:
            values = tuple(tuple(self._spread(row)) for row in values)
        if self._is_blank(grid):
            values = [[""] * len(row) for row in values]
        first, end = LETTERS[start], LETTERS[start + len(values[0]) - 1]
        last, style = top + len(values) - 1, f"cell {grid.look}"
        self._write_beside(grid, top)
        if grid.by_row:
            refs = self._refs(grid, top, _ROW, f"{first}:{end}")
            text = self._cells.text(lambda: grid.formula(f, refs))
            for n, row in enumerate(values, top):
                put_block(sheet, n, start, [row], text and text.replace(_ROW, str(n)), style)
        elif self._cells.live:
            whole = self._refs(grid, top, f"{top}:{last}", f"{first}:{end}")
            text = self._unless_empty(grid, excel_text(grid.formula(f, whole)))
            sheet.array(top, start, values, text, style)
        else:
            text = excel_text(grid.formula(f, self._refs(grid, top, _ROW, _COLUMN)))
            body = _body_form(start, text, len(values[0]))
            for n, row in enumerate(values, top):
                sheet.line(n, body, row, [style] * len(row))
        cells = f"{first}{top}:{end}{last}"
        if grid.liquidated:
            reached = grid.liquidated(self._refs(grid, top, str(top), first))
            sheet.mark(cells, excel_text(reached), "includes one")
        heat_map(sheet, cells, grid.scale)

    def _write_beside(self, grid: Grid, top: int) -> None:
        if not grid.beside:
            return
        f, blank = self._cells.functions, self._is_blank(grid)
        text = excel_text(grid.beside[1](f, self._refs(grid, top, _ROW)))
        text = self._unless_empty(grid, text)
        for n, value in enumerate(self._analysis.grid.beside[grid.name], top):
            self._sheet.put(n, 2, "" if blank else value, "cell move", text.replace(_ROW, str(n)))

    def _unless_empty(self, grid: Grid, text: str) -> str:
        """A formula of a grid; some have numbers, and colours, whatever is typed."""
        return self._cells.unless_empty(text) if grid.scale == "left" else text

    def _is_blank(self, grid: Grid) -> bool:
        return grid.scale == "left" and self._cells.empty

    def _write_words(self, grid: Grid, at: int) -> None:
        """Below each column: the rows at its ends are where a liquidation is reached first."""
        sheet, top = self._sheet, at - len(grid.rows.values)
        sheet.put(at, 1, f"Liquidation ({INCLUDES_ONE.strip()} in it)", "cell text")
        refs = self._refs(grid, top, _ROW, _COLUMN)
        ends = [
            SimpleNamespace(**vars(refs) | {"row": Expression(f"{end}($A${top}:$A${at - 1})")})
            for end in ("MIN", "MAX")
        ]
        reached, unsure = (
            low | high
            for low, high in (map(each, ends) for each in (grid.liquidated, grid.unsure) if each)
        )
        text = self._cells.unless_empty(excel_text(said_of(reached, unsure, NONE)))
        words = self._spread(self._cells.said(self._analysis.grid.words[grid.name]))
        for column, word in enumerate(words, _start(grid)):
            sheet.put(at, column, word, "cell word", text.replace(_COLUMN, LETTERS[column]))
        letters = LETTERS[_start(grid)], LETTERS[_start(grid) + len(words) - 1]
        mark_words(sheet, ":".join(f"{letter}{at}" for letter in letters))

    def _refs(self, grid: Grid, top: int, rows: str, columns: str = "") -> SimpleNamespace:
        """What a grid's formula reads, as references: of rows and columns, or one of each."""

        def down(letter: str) -> Expression:
            fixed = "$" if ":" in rows else ""
            return Expression(":".join(f"${letter}{fixed}{n}" for n in rows.split(":")))

        def across(at: int) -> Expression:
            fixed = "$" if ":" in columns else ""
            return Expression(":".join(f"{fixed}{each}${at}" for each in columns.split(":")))

        at = top - _head(grid) + 1
        given = {name: Expression(f"$B${n}") for n, (name, _, _) in enumerate(grid.given, at)}
        return SimpleNamespace(
            row=down("A"),
            beside=down("B"),
            column=across(top - 1),
            unhedged=across(UNHEDGED),
            in_full=across(IN_FULL),
            shorts=self._cells.shorts,
            **{**self._cells.limits, **given},
        )


@lru_cache(maxsize=64)  # the reports of a batch have it alike
def _body_form(start: int, text: str, count: int) -> RowForm:
    letters = LETTERS[start : start + count]
    return RowForm(start, [RowText(text.replace(_COLUMN, each)) for each in letters])


def _start(grid: Grid) -> int:
    return 3 if grid.beside else 2
