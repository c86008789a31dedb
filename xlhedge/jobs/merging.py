"""What a merge writes: changes of cells, and in a line each what stays as it was, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio import TABLES, Portfolio
from xlhedge.portfolio.places import TablePlaces
from xlhedge.text import harmless, shown

__all__ = ["CellChange", "Merged", "Writer", "named"]

_PRICES = {"spot_price", "index_price", "futures_price", "collateral_price"}
"""Columns in which a jump may be a mistake of a venue's, or of whoever asked it."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a portfolio's workbook, closed or open, and what is to stand in it.

    Args:
        table: the table.
        row: its row as people call it: an instrument, an asset.
        column: the column; of Settings the setting.
        place: the cell, such as ``Instruments!E6``.
        was: what stands in it; None where it is blank.
        now: what is to stand in it; None to leave it blank.
        like: a cell whose look a new one takes that has none; empty in a row that is there.
    """

    table: str
    row: str
    column: str
    place: str
    was: float | str | datetime | None
    now: float | str | datetime | None
    like: str = ""

    @property
    def jump(self) -> float:
        """How far a price moves, as a part of what it was; 0 of what is no price, or new."""
        if self.column not in _PRICES or not self.was or self.now is None:
            return 0.0
        return abs(float(self.now) / float(self.was) - 1)  # type: ignore[arg-type]  # numbers

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """It as people read it: place, row, column, was, is."""
        was, now = ("blank" if x is None else harmless(shown(x)) for x in (self.was, self.now))
        return self.place, harmless(self.row), self.column, was, now

    def __str__(self) -> str:
        place, row, column, was, now = self.cells
        return f"{' '.join(filter(None, (place, row, column)))}: {was} → {now}"


def named(name: str, more: str | None) -> str:
    """What people call a row, where one column does not tell it apart."""
    return f"{name}, {more}" if more else name


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge would write.

    Args:
        changes: the cells that change, table by table.
        told: what was found and is not written, and why.
        fetched: by table and row the columns that are now what was found: from where and when.
    """

    changes: tuple[CellChange, ...] = ()
    told: tuple[str, ...] = ()
    fetched: Mapping[tuple[str, str], Mapping[str, tuple[str, datetime]]] = field(
        default_factory=dict
    )

    def jumps(self, limit: float) -> list[CellChange]:
        """The prices that move by more than a part of what they were."""
        return [change for change in self.changes if change.jump > limit]


@dataclass(slots=True)
class Writer:
    """Collects changes of a portfolio's cells.

    Args:
        portfolio: as its workbook has it.
        has_formula: whether the cell at a place holds a formula: such a cell is left.
    """

    portfolio: Portfolio
    has_formula: Callable[[str], bool]
    changes: list[CellChange] = field(default_factory=list)
    told: dict[str, None] = field(default_factory=dict)
    fetched: dict[tuple[str, str], dict[str, tuple[str, datetime]]] = field(default_factory=dict)
    _new: dict[str, Iterator[str]] = field(default_factory=dict)

    def tell(self, line: str) -> None:
        """Say something, once."""
        self.told.setdefault(line)

    def is_there(self, table: str) -> bool:
        """Whether the workbook has a table; that it has not is told."""
        there = table in self.portfolio.places.tables
        if not there:
            how = "xlhedge template --from OLD.xlsx -o NEW.xlsx makes a book that has it"
            self.tell(f"{table}: there is no such table, so its values are left out; {how}")
        return there

    def write(self, table: str, number: int, row: str, values: Mapping[str, Any]) -> list[str]:
        """Write values into a row that is there.

        Args:
            table: the table.
            number: the row's number in the portfolio.
            row: what people call it.
            values: by column; None leaves a cell blank.

        Returns:
            The columns whose values are now what was found.
        """
        here = self.portfolio.rows[table][number]
        good = []
        for column, value in self._known(table, row, values):
            place = self.portfolio.place(table, number, column)
            was = getattr(here, column) if column in here.given else None
            if was == value:
                good.append(column)
            elif self.has_formula(place):
                self.tell(f"{place} {row} {column}: holds a formula, which stays ({shown(value)})")
            else:
                self.changes.append(CellChange(table, row, column, place, was, value))
                good.append(column)
        return good

    def append(self, table: str, row: str, values: Mapping[str, Any]) -> list[str]:
        """Write a new row into a spare one, as `write` does."""
        places, cells = self.portfolio.places.tables[table], dict(self._known(table, row, values))
        cells = {column: value for column, value in cells.items() if value is not None}
        tail = self._spare(table, places, list(cells))
        if not tail:
            self.tell(f"{places.place} {row}: the table has no spare row; insert rows below it")
            return []
        last = places.tails[-1] if places.tails else ""
        for column, value in cells.items():
            stem = places.stems[column]
            like = stem + last if last else ""
            self.changes.append(CellChange(table, row, column, stem + tail, None, value, like))
        return list(cells)

    def blank(self, table: str, number: int, row: str) -> None:
        """Leave a row blank."""
        columns = self.portfolio.rows[table][number].given
        self.write(table, number, row, dict.fromkeys(columns))

    def rewrite(self, table: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a table's rows anew, in order; a table with a formula that would go stays whole.

        Args:
            table: the table, whose rows have no names of their own.
            name: the column that says what a row is about.
            rows: what it is to hold, each row's cells by column.
        """
        trial = Writer(self.portfolio, self.has_formula)
        old = self.portfolio.rows[table]
        for number, cells in enumerate(rows):
            label = str(cells[name])
            if number < len(old):
                blanks = dict.fromkeys(old[number].given)
                trial.write(table, number, label, blanks | dict(cells))
            else:
                trial.append_behind(table, label, cells)
        for number in range(len(rows), len(old)):
            trial.blank(table, number, str(getattr(old[number], name)))
        if any(self.has_formula(change.place) for change in trial.changes) or any(
            "holds a formula" in line for line in trial.told
        ):
            place = self.portfolio.place(table, None)
            self.tell(f"{place}: the table {table} holds formulas, so all of it stays")
            return
        self.changes += trial.changes
        self.told |= trial.told

    def append_behind(self, table: str, row: str, values: Mapping[str, Any]) -> None:
        """Write a new row behind the last one, as `append` does."""
        places = self.portfolio.places.tables[table]
        if table not in self._new:
            last = int(places.tails[-1]) if places.tails else 0
            behind = (number for each in places.spare for number in each if number > last)
            self._new[table] = map(str, behind)
        self.append(table, row, values)

    def _spare(self, table: str, places: TablePlaces, columns: Sequence[str]) -> str:
        """The next spare row in which no formula stands in the way; empty if there is none."""
        if table not in self._new:
            self._new[table] = (str(number) for each in places.spare for number in each)
        for tail in self._new[table]:
            if not any(self.has_formula(places.stems[each] + tail) for each in columns):
                return tail
        return ""

    def _known(self, table: str, row: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The values that a column of the table takes; of the others it is told why not."""
        columns, stems = TABLES[table].model.columns, self.portfolio.places.tables[table].stems
        for column, value in values.items():
            if column not in stems:
                if value is not None:
                    self.tell(f"{table}: there is no column {column}, so its values are left out")
                continue
            if value is None:
                yield column, None
                continue
            try:
                yield column, columns[column].read(value)
            except HedgeError as error:
                self.tell(f"{row}: {error}; the cell stays as it is")
