"""What is wrong in a portfolio's tables, told with the place a person can go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from xlhedge.errors import Problem

__all__ = ["Found", "Origin", "Places", "in_order"]


Found: TypeAlias = tuple[tuple[int, int, int], Problem]
"""A problem behind its rank: the numbers of its table, its row (negative: none) and its column."""


def in_order(found: Iterable[Found]) -> tuple[Problem, ...]:
    """Problems in the order of their ranks, as a person goes through the tables."""
    return tuple(problem for _, problem in sorted(found, key=lambda each: each[0]))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the cells of one table are, as data: it travels to other processes with a portfolio.

    A cell's place is its column's stem followed by its row's tail.

    Args:
        place: the table itself: its first header.
        stem: what begins a place, for a column that the table does not have.
        tails: what ends it, one for each row; ``[0]``, ``[1]``, … where there are none.
        stems: what begins it, for each column by name.

    Example:
        >>> origin = Origin("Portfolio!A5", "Portfolio!A", ["6", "9"], {"quantity": "Portfolio!B"})
        >>> origin.cell(1, "quantity"), origin.cell(1, "beta"), Origin("Holdings").cell(2, "beta")
        ('Portfolio!B9', 'Portfolio!A9', 'Holdings[2]')
    """

    place: str
    stem: str = ""
    tails: Sequence[str] = ()
    stems: Mapping[str, str] = field(default_factory=dict)

    def cell(self, row: int, column: str) -> str:
        """The place of a cell, by its row's number from 0 and its column's name."""
        tail = self.tails[row] if self.tails else f"[{row}]"
        return self.stems.get(column, self.stem or self.place) + tail


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the tables of a portfolio came from; it does not make one portfolio another.

    Args:
        origins: each table's, by name; a table without one is called by its name.
    """

    origins: Mapping[str, Origin] = field(default_factory=dict)

    def of(self, table: str, row: int | None = None, column: str = "") -> str:
        """The place of a cell, of a row, or of a table as a whole."""
        tails = ("",) if table == "Settings" else ()  # its cells are rows themselves
        origin = self.origins.get(table) or Origin(table, tails=tails)
        return origin.place if row is None else origin.cell(row, column)

    def __eq__(self, other: object) -> bool:
        # Equal whatever they hold, so that the same portfolio read from a workbook and from CSV
        # files is equal: pydantic compares what a model keeps privately, too.
        return isinstance(other, Places)

    def __hash__(self) -> int:
        return hash(Places)
