"""Tables as readers find them, and the rows they become: headers matched, each cell read.

Nothing stops at the first mistake: a row with a wrong cell becomes a `Draft`, which knows its
other cells, so that checks across rows can say what they have to say about it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio.columns import Column, Row, columns_of, text
from xlhedge.portfolio.naming import Header, match
from xlhedge.portfolio.problems import Found, Origin, Problem
from xlhedge.portfolio.tables import Table
from xlhedge.portfolio.values import is_blank

__all__ = ["Draft", "Grid", "Reading", "Unread", "read_grid", "too_wide"]

_MOST_COLUMNS = 250
"""Columns of a table, most of them misspelled: each is compared with those that there are."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as a reader found it.

    Args:
        place: where the table stands: its first header.
        headers: its headers, in the order of its cells.
        rows: its rows that are not blank. Where a reader knows already what is wrong with a cell,
            or with a row, a `HedgeError` stands in its place.
        tails: what the place of each row's cells ends with (``7``).
        broken: why the table cannot be read at all.
    """

    place: str
    headers: Sequence[Header] = ()
    rows: Sequence[Sequence[Any] | HedgeError] = ()
    tails: Sequence[str] = ()
    broken: str = ""


def too_wide(columns: int) -> str:
    """Why a table with so many columns is not read; an empty text where it is."""
    return (
        "" if columns <= _MOST_COLUMNS else f"it has {columns:,} columns; {_MOST_COLUMNS} at most"
    )


class Unread(Exception):  # noqa: N818  # a signal from a draft to a check, never seen by people
    """A check asked for something that could not be read: it cannot be judged."""


class Draft:
    """A row with wrong cells: it knows the others, and raises `Unread` when asked for a wrong one.

    Args:
        values: the cells that could be read, by column.
        given: the columns that are filled.
    """

    def __init__(self, values: Mapping[str, Any], given: Iterable[str]) -> None:
        self._values = values
        self.model_fields_set = set(given)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise Unread from None


@dataclass(slots=True)
class Reading:
    """What a table became.

    Args:
        table: which one it is.
        origin: where its cells are.
        unread: columns that cannot be judged, because their headers are missing or misspelled.
        rows: its rows, those with wrong cells as drafts.
        problems: what is wrong with it.
    """

    table: Table
    origin: Origin
    unread: set[str] = field(default_factory=set)
    rows: list[Row | Draft] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)

    def refuse(self, message: str, row: int, column: str = "") -> None:
        """Note what is wrong with a row or a cell of it."""
        place = self.origin.cell(row, column)
        self.problems.append((self.table.rank(row, column), Problem(place, message, column)))

    def refuse_table(self, problems: Iterable[Problem]) -> None:
        """Note what is wrong with the table's headers."""
        self.problems += [(self.table.rank(), problem) for problem in problems]


def read_grid(table: Table, grid: Grid) -> Reading:
    """Match the headers of a table and read its cells; what is wrong is noted, not raised."""
    if grid.broken:
        reading = Reading(table, Origin(grid.place))
        reading.refuse_table([Problem(grid.place, grid.broken)])
        return reading
    return _read_upright(table, grid) if table.upright else _read(table, grid)


def _read(table: Table, grid: Grid) -> Reading:
    noun = "setting" if table.upright else f"column of {table.name}"
    columns = columns_of(table.model)
    where, doubtful, problems = match(noun, columns, grid.headers)
    absent = [name for name, column in columns.items() if column.required and name not in where]
    problems += [
        Problem(grid.place, f"it is missing in {table.name}; it {columns[name].allowed}", name)
        for name in absent
    ]
    stems = {name: grid.headers[at].stem for name, at in where.items()}
    stem = grid.headers[0].stem if grid.headers else grid.place
    origin = Origin(grid.place, stem, grid.tails, stems)
    reading = Reading(table, origin, doubtful.union(absent))
    reading.refuse_table(problems)
    for number, cells in enumerate(grid.rows):
        if isinstance(cells, HedgeError):
            reading.refuse(cells.message, number)
            reading.rows.append(Draft({}, ()))
        else:
            found = {name: cells[at] for name, at in where.items()}
            reading.rows.append(_row(reading, number, found))
    return reading


def _row(reading: Reading, number: int, cells: Mapping[str, Any]) -> Row | Draft:
    """One row: every cell is read, also behind one that is wrong."""
    values = {}
    given = {name for name, value in cells.items() if not is_blank(value)}
    columns = columns_of(reading.table.model)
    for name, column in columns.items():
        if name not in reading.unread:
            try:
                values[name] = column.read(cells.get(name))
            except HedgeError as error:
                reading.refuse(error.message, number, name)
    if len(values) < len(columns):
        return Draft(values, given)
    # Each value has just been read by its column, which is all that the model would do, too.
    return reading.table.model.model_construct(given, **values)


_SETTING = Column("name", text("Name of the setting."))


def _read_upright(table: Table, grid: Grid) -> Reading:
    """An upright table, one row a field, read as a table of one row."""
    where, _, problems = match(f"column of {table.name}", table.headers, grid.headers)
    absent = [name for name in table.headers if name not in where]
    problems += [Problem(grid.place, f"it is missing in {table.name}", name) for name in absent]
    if absent:
        reading = Reading(table, Origin(grid.place, tails=[""]), rows=[Draft({}, ())])
        reading.refuse_table(problems)
        return reading
    name_stem, value_stem = (grid.headers[where[name]].stem for name in table.headers)
    headers, values = [], []
    for number, cells in enumerate(grid.rows):
        tail = grid.tails[number] if grid.tails else f"[{number}]"
        try:
            if isinstance(cells, HedgeError):
                raise cells
            name = _SETTING.read(cells[where["name"]])
        except HedgeError as error:
            problems.append(Problem(name_stem + tail, error.message, error.argument or ""))
        else:
            headers.append(Header(name, name_stem + tail, value_stem + tail))
            values.append(cells[where["value"]])
    reading = _read(table, Grid(grid.place, headers, [values], [""]))
    reading.refuse_table(problems)
    return reading
