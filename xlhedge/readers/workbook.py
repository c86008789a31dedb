"""An Excel workbook: its tables are found by name, on any sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from xlhedge.errors import HedgeError
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.grids import Grid
from xlhedge.portfolio.naming import Header, by_table
from xlhedge.portfolio.problems import PortfolioError, Problem
from xlhedge.portfolio.values import is_blank
from xlhedge.readers.limits import Limits
from xlhedge.readers.package import NotAWorkbook, SheetPart, TablePart, letters_of, sheets_of

__all__ = ["read_workbook"]


def read_workbook(content: bytes, name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from an Excel workbook, as a spreadsheet saved it.

    Rows typed below a table count as its rows. Nothing is computed: a formula counts with its
    stored value, and is an error without one.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    try:
        grids, problems = _grids(content)
    except NotAWorkbook as error:
        raise PortfolioError([Problem("", str(error))]) from None
    except CalamineError as error:
        raise PortfolioError([Problem("", f"it is damaged: {error}")]) from None
    return Portfolio.from_grids(grids, name, problems)


def _grids(content: bytes) -> tuple[dict[str, Grid], list[Problem]]:
    """The tables of a portfolio in a workbook's file, and what is wrong with their names."""
    sheets = sheets_of(content)
    values = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found, problems = by_table(
        (table.name for sheet in sheets for table in sheet.tables), only=False
    )
    names = {called: table for table, called in found.items()}
    grids: dict[str, Grid] = {}
    for sheet in sheets:
        ours = [table for table in sheet.tables if table.name in names]
        if ours:
            area = _Area(sheet, values)
            grids.update((names[table.name], area.grid(table)) for table in ours)
    return grids, problems


class _Area:
    """The cells of one sheet, with an error in those that only look empty."""

    def __init__(self, sheet: SheetPart, values: CalamineWorkbook) -> None:
        plain = re.fullmatch(r"[^\W\d][\w.]*", sheet.name)
        self._name = sheet.name if plain else "'" + sheet.name.replace("'", "''") + "'"
        self._tables = sheet.tables
        self._stray = sheet.stray()
        self._rows: Sequence[Sequence[Any]] = ()
        self._flaws: Mapping[tuple[int, int], HedgeError] = {}
        if not self._stray:
            self._flaws = sheet.flaws()
            self._rows = values.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        # A cell that only looks empty may be the last one.
        self._end = 1 + max([len(self._rows), *(row for row, _ in self._flaws)])

    def grid(self, table: TablePart) -> Grid:
        """One table, and what is typed below it."""
        if self._stray:
            why = "the sheet is used as far as this cell; delete what is in it"
            return Grid(f"{self._name}!{self._stray}", broken=why)
        columns = range(table.left, table.left + len(table.columns))
        rows = [
            (row, cells)
            for row in self._rows_of(table)
            if not all(map(is_blank, cells := [self._cell(row, column) for column in columns]))
        ]
        stems = [f"{self._name}!{letters_of(column)}" for column in columns]
        above = table.first - 1  # where the headers are, or would be
        headers = [
            Header(self._header(table, number), f"{stem}{above}", stem)
            for number, stem in enumerate(stems)
        ]
        tails = [str(row) for row, _ in rows]
        return Grid(headers[0].place, headers, [cells for _, cells in rows], tails)

    def _rows_of(self, table: TablePart) -> list[int]:
        """The rows of a table, and those below it as far as they can be meant to be its."""
        width = len(table.columns)
        below = [
            other.top
            for other in self._tables
            if other.top > table.bottom
            and table.left < other.left + len(other.columns)
            and other.left < table.left + width
        ]
        end = min([*below, self._end])
        own = range(table.first, min(table.last + 1, self._end))  # a table may span whole columns
        return [*own, *range(table.bottom + 1, end)]

    def _header(self, table: TablePart, number: int) -> str:
        if table.first == table.top:
            return table.columns[number]
        cell = self._cell(table.top, table.left + number)
        return cell if isinstance(cell, str) and cell else table.columns[number]

    def _cell(self, row: int, column: int) -> Any:
        flaw = self._flaws.get((row, column))
        if flaw:
            return flaw
        inside = row <= len(self._rows) and column <= len(self._rows[row - 1])
        return self._rows[row - 1][column - 1] if inside else None
