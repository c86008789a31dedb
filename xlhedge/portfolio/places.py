"""Where a portfolio came from: its file, and where each of its cells stands in that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlhedge.text import harmless

__all__ = ["Places", "Source", "TablePlaces"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a portfolio came from.

    Args:
        name: the file's or folder's name.
        sha256: of its bytes; of a folder, of what `sha256sum` says of its tables' files.
    """

    name: str
    sha256: str

    @property
    def told(self) -> str:
        """What a report on it says of itself, by which it is known before it is replaced."""
        return f"Made from {harmless(self.name)}"[:255]


@dataclass(frozen=True, slots=True)
class TablePlaces:
    """Where the cells of one table are, as data: it travels to other processes with a portfolio.

    A cell's place is its column's stem followed by its row's tail.

    Args:
        place: the table itself: its first header.
        stem: what begins a place, for a column that the table does not have.
        tails: what ends it, one for each row; ``[0]``, ``[1]``, … where there are none.
        stems: what begins it, for each column by name.
        spare: the numbers of the rows of its sheet in which another row may be put, in order.

    Example:
        >>> places = TablePlaces("Shorts!A5", "Shorts!A", ["6", "9"], {"margin": "Shorts!D"})
        >>> places.cell(1, "margin"), places.cell(1, "opened"), TablePlaces("Tiers").cell(2, "")
        ('Shorts!D9', 'Shorts!A9', 'Tiers[2]')
    """

    place: str
    stem: str = ""
    tails: Sequence[str] = ()
    stems: Mapping[str, str] = field(default_factory=dict)
    spare: Sequence[range] = ()

    def cell(self, row: int, column: str) -> str:
        """The place of a cell, by its row's number from 0 and its column's name."""
        tail = self.tails[row] if self.tails else f"[{row}]"
        return self.stems.get(column, self.stem or self.place) + tail


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tables of a portfolio came from.

    Args:
        tables: each table's, by name; a table without one is called by its name.
    """

    tables: Mapping[str, TablePlaces] = field(default_factory=dict)

    def of(self, table: str, row: int | None = None, column: str = "") -> str:
        """The place of a cell, of a row, or of a table as a whole."""
        tails = ("",) if table == "Settings" else ()  # its cells are rows themselves
        places = self.tables.get(table) or TablePlaces(table, tails=tails)
        return places.place if row is None else places.cell(row, column)
