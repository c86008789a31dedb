"""Tables as readers find them, and the rows they become: headers matched, each cell read.

Nothing stops at the first mistake: a row with a wrong cell becomes a `Draft`, which knows its
other cells, so that checks across rows can say what they have to say about it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from xlhedge.errors import HedgeError, Problem
from xlhedge.portfolio.columns import MOST_PROBLEMS, Column, Row, columns_of, text
from xlhedge.portfolio.headings import Header, match
from xlhedge.portfolio.problems import Found, Origin
from xlhedge.portfolio.tables import Table
from xlhedge.portfolio.values import is_blank

__all__ = ["MOST_COLUMNS", "Draft", "Grid", "Reading", "Unread", "read_grid", "too_wide"]

MOST_COLUMNS = 250
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
    """Why a table with so many columns, or settings, is not read; an empty text where it is."""
    return f"it has more than {MOST_COLUMNS} columns" if columns > MOST_COLUMNS else ""


class Unread(Exception):  # noqa: N818  # a signal from a draft to a check, never seen by people
    """A check asked for something that could not be read: it cannot be judged."""


class GivenUp(Exception):  # noqa: N818  # a signal, never seen by people
    """So much is wrong with a table that the rest of it is not read."""


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
        given_up: whether so much is wrong that it was not read to its end.
    """

    table: Table
    origin: Origin
    unread: set[str] = field(default_factory=set)
    rows: list[Row | Draft] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)
    given_up: bool = False

    def refuse(self, message: str, row: int, column: str = "") -> None:
        """Note what is wrong with a row or a cell of it; a table with too much of it is given up.

        Raises:
            GivenUp: it was not judged to its end.
        """
        place = self.origin.cell(row, column)
        self.problems.append((self.table.rank(row, column), Problem(place, message, column)))
        if len(self.problems) >= MOST_PROBLEMS:
            self.given_up = True
            raise GivenUp

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
    with suppress(GivenUp):
        reading.rows = _rows(reading, grid.rows, where)
    return reading


def _rows(
    reading: Reading, rows: Sequence[Sequence[Any] | HedgeError], where: Mapping[str, int]
) -> list[Row | Draft]:
    """The rows, read column by column; every cell is read, also behind one that is wrong."""
    good = [number for number, cells in enumerate(rows) if not isinstance(cells, HedgeError)]
    kept = [cells for cells in rows if not isinstance(cells, HedgeError)]
    for number, cells in enumerate(rows):
        if isinstance(cells, HedgeError):
            reading.refuse(cells.message, number)
    columns = columns_of(reading.table.model)
    values: dict[str, list[Any]] = {}
    filled: list[list[bool]] = []
    wrong: set[int] = set()  # places in `good`
    for name, column in columns.items():
        at = where.get(name)
        cells = [None] * len(kept) if at is None else [cells[at] for cells in kept]
        filled.append([cell.__class__ is float or not is_blank(cell) for cell in cells])
        if name in reading.unread:
            wrong.update(range(len(good)))
            continue
        values[name], errors = column.read_all(cells)
        for n in errors:
            reading.refuse(values[name][n].message, good[n], name)
        wrong.update(errors)
    made: list[Row | Draft] = [Draft({}, ())] * len(rows)
    given = _Given(columns)
    state = reading.table.model.model_construct().__getstate__()
    # Where no column has a header that is known, there are no values, but as many rows.
    known_cells = zip(*values.values(), strict=True) if values else [()] * len(good)
    read = zip(good, known_cells, zip(*filled, strict=True), strict=True)
    for n, (number, cells, pattern) in enumerate(read):
        found = dict(zip(values, cells, strict=True))
        if n in wrong:
            known = {k: v for k, v in found.items() if not isinstance(v, HedgeError)}
            made[number] = Draft(known, given[pattern])
        else:
            made[number] = _made(reading.table.model, state, found, given[pattern])
    return made


class _Given(dict[tuple[bool, ...], set[str]]):
    """The names of the filled columns, one set for all rows that are filled alike."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def __missing__(self, filled: tuple[bool, ...]) -> set[str]:
        self[filled] = set(compress(self._names, filled))
        return self[filled]


def _made(model: type[Row], state: dict[str, Any], values: dict[str, Any], given: set[str]) -> Row:
    """A row of values that have been read by its columns, which is all that the model would do.

    It is restored as from a pickle: a fifth of the time that `model_construct` takes.
    """
    row = model.__new__(model)
    row.__setstate__({**state, "__dict__": values, "__pydantic_fields_set__": given})
    return row


_SETTING = Column("name", text("Name of the setting."))


def _read_upright(table: Table, grid: Grid) -> Reading:
    """An upright table, one row a field, read as a table of one row."""
    if len(grid.rows) > MOST_COLUMNS:
        why = f"it has more than {MOST_COLUMNS} rows, and a row is a setting"
        reading = Reading(table, Origin(grid.place, tails=[""]), rows=[Draft({}, ())])
        reading.refuse_table([Problem(grid.place, why)])
        return reading
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
