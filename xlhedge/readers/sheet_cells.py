"""The cells of one sheet, whatever file it is from, and the blocks of them that are tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from xlhedge.errors import HedgeError
from xlhedge.portfolio.headings import Header
from xlhedge.portfolio.rows import RawTable, too_wide
from xlhedge.portfolio.values import is_blank
from xlhedge.readers.cell_names import letters_of, sheet_place
from xlhedge.readers.formulas import adds_up
from xlhedge.readers.limits import Limits

__all__ = ["Block", "Rows", "SheetCells"]

Rows: TypeAlias = Sequence[Sequence[Any]]
"""A sheet's cells from A1, row by row."""

_LAST_ROW = 1_048_576
_SUMS = HedgeError("it adds up the rows above it, so it is no row of the table; delete it")
_STRAY = (
    'the sheet is used as far as this cell; delete what is in it, or allow more with "--max-size"'
)


@dataclass(frozen=True, slots=True)
class Block:
    """Where a table stands on a sheet; rows and columns are counted from 1.

    Args:
        top: its first row: the headers, where they are shown.
        first: the first row of its data.
        last: the last row that is surely its: of an Excel table's data; else the headers.
        bottom: its last row, with totals.
        columns: its columns, which need not be neighbours.
        headers: what they are called.
        name: what the file calls it, if it is an Excel table.
    """

    top: int
    first: int
    last: int
    bottom: int
    columns: Sequence[int]
    headers: Sequence[str]
    name: str = ""

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is the table's."""
        inside = self.columns[0] <= column <= self.columns[-1]
        return inside and self.top <= row <= self.bottom

    def shares_columns(self, other: Block) -> bool:
        """Whether one of the two stands above the other, or in it."""
        mine, others = self.columns, other.columns
        return mine[0] <= others[-1] and others[0] <= mine[-1]


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The cells of one sheet.

    Args:
        name: its name, as on its tab.
        rows: its cells' values, each row as far as it is filled; an error stands in a cell that
            has no value.
        stray: the far corner of what is used, where that is too far out to read the sheet.
        blocks: its Excel tables.
        hidden: whether nobody sees it.
        formulas: whether any of its cells is one.
    """

    name: str
    rows: Rows
    stray: str = ""
    blocks: Sequence[Block] = ()
    hidden: bool = False
    formulas: bool = False

    def place(self, row: int, column: int) -> str:
        """What people call a cell: ``Portfolio!B7``."""
        return sheet_place(self.name, f"{letters_of(column)}{row}")

    def cells(self, row: int, columns: Sequence[int]) -> list[Any]:
        """The cells of a row in these columns."""
        inside = self.rows[row - 1] if row <= len(self.rows) else ()
        width = len(inside)
        return [inside[at - 1] if at <= width else None for at in columns]

    def _filled(self, rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, list[Any]]]:
        """The rows that are not blank in these columns, and their cells in these."""
        count, before = len(columns), columns[0] - 1
        if columns[-1] == before + count:  # side by side
            found = [self.rows[row - 1][before : before + count] for row in rows]
            every = [[*cells, *[None] * (count - len(cells))] for cells in found]
        else:
            every = [self.cells(row, columns) for row in rows]
        return [
            (row, cells)
            for row, cells in zip(rows, every, strict=True)
            if not all(map(is_blank, cells))
        ]

    def raw_table(self, block: Block, others: Sequence[Block], limits: Limits) -> RawTable:
        """One table, and what is typed below it.

        Args:
            block: where it stands.
            others: the sheet's other tables: what is typed below one of them is not this one's.
            limits: how much it may hold.
        """
        if self.stray:
            return self.too_far()
        columns, above = block.columns, block.top
        numbers = self._rows_of(block, others)
        size = len(numbers) * len(columns)
        broken = too_wide(len(columns)) or limits.too_many(size, limits.cells, "cells")
        filled = self._filled(() if broken else numbers, columns)
        broken = broken or limits.too_large(len(filled), len(columns))
        if broken:
            return RawTable(self.place(above, columns[0]), broken=broken)
        ended = not block.name and numbers and numbers[-1] + 1 in {each.top for each in others}
        if ended and filled and _ends_in_title(filled, above):
            del filled[-1]
        rows: list[list[Any] | HedgeError] = [cells for _, cells in filled]
        if self.formulas:
            rows = [
                _SUMS if adds_up(block.name, block.first, row, columns, cells) else cells
                for row, cells in filled
            ]
        stems = [sheet_place(self.name, letters_of(column)) for column in columns]
        headers = [
            Header(name, f"{stem}{above}", stem)
            for name, stem in zip(block.headers, stems, strict=True)
        ]
        tails = [str(row) for row, _ in filled]
        spare = self._spare(block, others, [row for row, _ in filled])
        return RawTable(headers[0].place, headers, rows, tails, spare=spare)

    def too_far(self) -> RawTable:
        """What a table becomes of a sheet that is used too far out."""
        return RawTable(sheet_place(self.name, self.stray), broken=_STRAY)

    def _spare(self, block: Block, others: Sequence[Block], filled: Sequence[int]) -> list[range]:
        """The blank rows of a table, and those below it down to the next table or the sheet's end.

        What stands in the other columns of such a row is somebody's note beside the table.
        """
        below = [
            each.top - 1 for each in others if each.top > block.top and each.shares_columns(block)
        ]  # a blank row stays above the next table
        end = min([*below, _LAST_ROW + 1])
        taken = sorted({*filled, *range(block.last + 1, block.bottom + 1)})
        starts, ends = [block.first, *(row + 1 for row in taken)], [*taken, end]
        gaps = (range(*gap) for gap in zip(starts, (min(each, end) for each in ends), strict=True))
        return [gap for gap in gaps if gap]

    def _rows_of(self, block: Block, others: Sequence[Block]) -> list[int]:
        """The rows of a table, and those below it as far as they can be meant to be its."""
        end = len(self.rows) + 1
        below = [
            each.top for each in others if each.top > block.bottom and each.shares_columns(block)
        ]
        own = range(block.first, min(block.last + 1, end))  # a table may span whole columns
        return [*own, *range(block.bottom + 1, min([*below, end]))]


def _ends_in_title(rows: Sequence[tuple[int, list[Any]]], above: int) -> bool:
    """Whether the last row is the next table's title: text alone, behind a blank row."""
    before = rows[-2][0] if len(rows) > 1 else above
    row, cells = rows[-1]
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) == 1 and isinstance(filled[0], str) and before < row - 1
