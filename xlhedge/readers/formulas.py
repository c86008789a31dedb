"""What formulas make of a table: rows that are totals, and cells without a value of today."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from xlhedge.errors import HedgeError, Problem
from xlhedge.portfolio.rows import RawTable
from xlhedge.readers.cell_names import number_of
from xlhedge.readers.sheet_xml import Added, Uncomputed

__all__ = ["adds_up", "uncomputed"]

_NAMED = 5  # cells that a line names
_CALCULATE = "open the file in a spreadsheet, let it calculate, and save it"
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?![0-9(])", re.IGNORECASE)
_COLUMN = re.compile(r"(\w+)\[")


def uncomputed(tables: Iterable[RawTable]) -> Iterator[Problem]:
    """What is wrong with formulas: a line a cause, which names the first cells that it concerns."""
    where: dict[str, list[str]] = {}
    for table in tables:
        for tail, cells in zip(table.tails, table.rows, strict=True):
            if isinstance(cells, HedgeError) or Uncomputed not in map(type, cells):
                continue
            for header, cell in zip(table.headers, cells, strict=False):
                if isinstance(cell, Uncomputed):
                    where.setdefault(cell.why, []).append(header.stem + tail)
    for why, places in where.items():
        more = [f"{len(places) - _NAMED:,} more"] if len(places) > _NAMED else []
        named = " and ".join([", ".join(places[:_NAMED]), *more])
        yield Problem(named, f"{why}; {_CALCULATE}")


def adds_up(
    name: str, first: int, row: int, columns: Iterable[int], cells: Collection[Any]
) -> bool:
    """Whether a row is a total: one of its formulas adds up its own column of the table.

    Args:
        name: what the file calls the table.
        first: the first row of its data.
        row: the row.
        columns: the columns of its cells.
        cells: what they hold.
    """
    if Added not in map(type, cells):
        return False
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, Added):
            whole = {name.casefold() for name in _COLUMN.findall(cell.formula)}
            places = [(number_of(name), int(at)) for name, at in _CELL.findall(cell.formula)]
            above = all(at == column and first <= line < row for at, line in places)
            if whole == {name.casefold()} or (
                places and above and not whole and "!" not in cell.formula
            ):
                return True
    return False
