"""A workbook that is open in Excel brought up to date: by the same rules as a closed one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from xlhedge.errors import CellError, HedgeError
from xlhedge.hosts.open_excel import OpenSheet, OpenTable
from xlhedge.jobs.merge import Rules, merge
from xlhedge.jobs.merging import CellChange, Merged
from xlhedge.market.found import Found
from xlhedge.portfolio import Portfolio
from xlhedge.readers.cell_names import letters_of, position_of, sheet_place
from xlhedge.readers.find_tables import MEANT, find_tables
from xlhedge.readers.limits import DEFAULT, Limits
from xlhedge.readers.sheet_cells import Block, SheetCells
from xlhedge.readers.sheet_xml import Added

__all__ = ["LiveBook"]

_ADDS = re.compile(r"=((?:SUM|SUBTOTAL|AGGREGATE|AVERAGE|COUNTA?|MIN|MAX)\(.*)", re.IGNORECASE)
_CODES = {each.code for each in CellError}


class _InSpreadsheet(Protocol):
    """What is needed of a workbook that is open."""

    @property
    def name(self) -> str: ...
    def sheets(self) -> Iterable[OpenSheet]: ...
    def write(self, sheet: str, cell: str, value: Any, like: str = "") -> None: ...


@dataclass(slots=True)
class LiveBook:
    """A workbook that is brought up to date while it is open.

    Args:
        open: it, in its spreadsheet.
        limits: how much of it is read.

    Attributes:
        portfolio: what is in it.

    Raises:
        PortfolioError: something in it is wrong.
    """

    open: _InSpreadsheet
    limits: Limits = DEFAULT
    portfolio: Portfolio = field(init=False)
    _grids: dict[str, tuple[OpenSheet, list[list[Any]]]] = field(init=False)

    def __post_init__(self) -> None:
        self._grids = {
            sheet_place(each.name, ""): (each, _cells(each)) for each in self.open.sheets()
        }
        self.portfolio = self._read()

    def _read(self) -> Portfolio:
        sheets = [self._sheet(*each) for each in self._grids.values()]
        tables, problems = find_tables(sheets, self.limits)
        return Portfolio.from_raw_tables(tables, self.open.name, problems, MEANT)

    def _sheet(self, sheet: OpenSheet, rows: list[list[Any]]) -> SheetCells:
        width = len(rows[0]) if rows else 0
        stray = ""
        if len(rows) * width > self.limits.cells:
            stray = f"{letters_of(width)}{len(rows)}"
        blocks = [_block(each, rows) for each in sheet.tables]
        formulas = any(_is_formula(cell) for row in sheet.formulas for cell in row)
        return SheetCells(sheet.name, () if stray else rows, stray, blocks, sheet.hidden, formulas)

    def merged(self, found: Found, rules: Rules) -> Merged:
        """What of the found would be written, and what would not."""
        return merge(self.portfolio, found, rules, self._has_formula)

    def _has_formula(self, place: str) -> bool:
        key, row, column = self._split(place)
        formulas = self._grids[key][0].formulas
        inside = row <= len(formulas) and column <= len(formulas[row - 1])
        return inside and _is_formula(formulas[row - 1][column - 1])

    @staticmethod
    def _split(place: str) -> tuple[str, int, int]:
        sheet, _, cell = place.rpartition("!")
        return f"{sheet}!", *position_of(cell)

    def check(self, changes: Sequence[CellChange]) -> None:
        """See that the book fits together with the changes, before any is written.

        Raises:
            PortfolioError: it does not.
        """
        for change in changes:
            key, row, column = self._split(change.place)
            rows = self._grids[key][1]
            width = max(column, len(rows[0]) if rows else 0)
            rows += [[] for _ in range(len(rows), row)]
            for cells in rows:
                cells.extend([None] * (width - len(cells)))
            rows[row - 1][column - 1] = change.now
        self._read()

    def write(self, changes: Sequence[CellChange]) -> None:
        """Write the changes, cell by cell; all of them or, if one fails, none.

        Args:
            changes: what `check` found good.
        """
        written: list[CellChange] = []
        try:
            for change in changes:
                written.append(change)
                self._put(change, change.now, change.like.rpartition("!")[2])
        except BaseException:
            for change in reversed(written):
                with suppress(Exception):  # as many as can be
                    self._put(change, change.was)
            raise

    def _put(self, change: CellChange, value: Any, like: str = "") -> None:
        sheet, _, cell = change.place.rpartition("!")
        self.open.write(self._grids[f"{sheet}!"][0].name, cell, value, like)


def _is_formula(typed: Any) -> bool:
    return isinstance(typed, str) and typed.startswith("=")


def _cells(sheet: OpenSheet) -> list[list[Any]]:
    """The cells as readers of files give them: errors where they stand, and sums that say so."""
    return [
        [_cell(value, typed) for value, typed in zip(*pair, strict=True)]
        for pair in zip(sheet.values, sheet.formulas, strict=True)
    ]


def _cell(value: Any, typed: Any) -> Any:
    if isinstance(value, str) and value in _CODES and typed != f"'{value}":
        return HedgeError(f"its cell holds {value}; correct the cell or its formula")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and _is_formula(typed) and (adds := _ADDS.match(typed)):
        return Added(value, adds[1])
    return value


def _block(table: OpenTable, rows: Sequence[Sequence[Any]]) -> Block:
    columns = range(table.left, table.right + 1)
    headers = ["" if (x := rows[table.top - 1][at - 1]) is None else str(x) for at in columns]
    last = table.bottom - table.totals
    return Block(table.top, table.top + 1, last, table.bottom, columns, headers, table.name)
