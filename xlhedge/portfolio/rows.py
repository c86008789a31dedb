"""Tables as readers find them, and the rows they become: headers matched, each cell read.

Nothing stops at the first mistake: a row with a wrong cell becomes a `PartialRow`, which knows its
other cells, so that checks across rows can say what they have to say about it, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlhedge.errors import HedgeError, Problem
from xlhedge.portfolio.columns import MOST_PROBLEMS, Column, Row, text
from xlhedge.portfolio.headings import Header, match
from xlhedge.portfolio.places import TablePlaces
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.tables import Table

__all__ = [
    "MOST_COLUMNS",
    "PartialRow",
    "RawTable",
    "RawTables",
    "ReadTable",
    "Unread",
    "read_table",
    "too_wide",
]

MOST_COLUMNS = 250
"""Columns of a table, most of them misspelled: each is compared with those that there are."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as a reader found it.

    Args:
        place: where the table stands: its first header.
        headers: its headers, in the order of its cells.
        rows: its rows that are not blank. Where a reader knows already what is wrong with a cell,
            or with a row, a `HedgeError` stands in its place, without a message if that is told.
        tails: what the place of each row's cells ends with (``7``).
        broken: why the table cannot be read at all.
        note: what to mention of how it was read.
        spare: the numbers of its sheet's rows in which another row may be put.
    """

    place: str
    headers: Sequence[Header] = ()
    rows: Sequence[Sequence[Any] | HedgeError] = ()
    tails: Sequence[str] = ()
    broken: str = ""
    note: str = ""
    spare: Sequence[range] = ()


class RawTables(NamedTuple):
    """The tables of one file or folder as a reader found them.

    Args:
        tables: the tables, by their names as in `TABLES`.
        name: what the portfolio is called unless a setting says so.
        problems: what the reader knows already to be wrong.
        meant: what was looked for in a file of this kind, as `missing` says it.
        mentioned: what to mention of the file.
    """

    tables: Mapping[str, RawTable]
    name: str
    problems: Iterable[Problem] = ()
    meant: str = ""
    mentioned: Iterable[Problem] = ()


def too_wide(columns: int) -> str:
    """Why a table with so many columns, or settings, is not read; an empty text where it is."""
    return f"it has more than {MOST_COLUMNS} columns" if columns > MOST_COLUMNS else ""


class Unread(Exception):  # noqa: N818  # a signal from a row to a check, never seen by people
    """A check asked for something that could not be read: it cannot be judged."""


class GivenUp(Exception):  # noqa: N818  # a signal, never seen by people
    """So much is wrong with a table that the rest of it is not read."""


class PartialRow:
    """A row with wrong cells: it knows the others, and raises `Unread` when asked for a wrong one.

    Args:
        values: the cells that could be read, and the defaults of blank ones, by column.
        given: the columns that are filled.
    """

    def __init__(self, values: Mapping[str, Any], given: Iterable[str]) -> None:
        self._values = values
        self.given = given

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise Unread from None


@dataclass(slots=True)
class ReadTable:
    """What a table became.

    Args:
        table: which one it is.
        places: where its cells are.
        problems: what is wrong with it.
        unread: columns that cannot be judged, because their headers are missing or misspelled.
        rows: its rows, those with wrong cells as partial ones; None if it cannot be judged.
        notes: how cells were read that are not written as numbers and dates are.
    """

    table: Table
    places: TablePlaces
    problems: list[Found]
    unread: Collection[str] = ()
    rows: list[Row | PartialRow] | None = None
    notes: list[Found] = field(default_factory=list)

    def found(self, message: str, row: int, column: str) -> Found:
        """What is to be said of a cell, or of a row."""
        return self.table.rank(row, column), Problem(self.places.cell(row, column), message, column)

    def refuse(self, message: str, row: int, column: str = "") -> None:
        """Note what is wrong with a row or a cell of it; a table with too much of it is given up.

        Without a message its reader has told it.

        Raises:
            GivenUp: it was not judged to its end.
        """
        if not message:
            return
        self.problems.append(self.found(message, row, column))
        if len(self.problems) >= MOST_PROBLEMS:
            raise GivenUp


def read_table(table: Table, raw: RawTable) -> ReadTable:
    """Match the headers of a table and read its cells; what is wrong is noted, not raised."""
    if raw.broken:
        return _refused(table, raw.place, [Problem(raw.place, raw.broken)])
    return _read_upright(table, raw) if table.upright else _read(table, raw)


def _refused(table: Table, place: str, problems: Iterable[Problem]) -> ReadTable:
    return ReadTable(table, TablePlaces(place), [(table.rank(), each) for each in problems])


def _read(table: Table, raw: RawTable, known: Iterable[Problem] = ()) -> ReadTable:
    noun = "setting" if table.upright else f"column of {table.name}"
    columns = table.model.columns
    where, doubtful, problems = match(noun, columns, raw.headers)
    absent = [name for name, column in columns.items() if column.required and name not in where]
    problems += [
        Problem(raw.place, f"it is missing in {table.name}; it {columns[name].allowed}", name)
        for name in absent
    ]
    stems = {name: raw.headers[at].stem for name, at in where.items()}
    stem = raw.headers[0].stem if raw.headers else raw.place
    reading = _refused(table, raw.place, [*problems, *known])
    reading.places = TablePlaces(raw.place, stem, raw.tails, stems, raw.spare)
    reading.unread = doubtful.union(absent)
    if raw.note:
        reading.notes.append((table.rank(), Problem(raw.place, raw.note)))
    with suppress(GivenUp):
        reading.rows = _rows(reading, raw.rows, where)
    return reading


def _rows(
    reading: ReadTable, rows: Sequence[Sequence[Any] | HedgeError], where: Mapping[str, int]
) -> list[Row | PartialRow]:
    """The rows, read column by column; every cell is read, also behind one that is wrong."""
    good, kept = list[int](), list[Sequence[Any]]()
    for number, cells in enumerate(rows):
        if isinstance(cells, HedgeError):
            reading.refuse(cells.message, number)
        else:
            good.append(number)
            kept.append(cells)
    model = reading.table.model
    columns = model.columns
    values: dict[str, list[Any]] = {}
    unreadable = not columns.keys().isdisjoint(reading.unread)
    wrong = set(range(len(good) if unreadable else 0))  # places in `good`
    for name, column in columns.items():
        if name in where:
            at = where[name]
            read = column.read_all([cells[at] for cells in kept])
            values[name] = read.values
            for n in read.wrong:
                reading.refuse(read.values[n].message, good[n], name)
            wrong.update(read.wrong)
            if read.noted:
                others = len(read.noted) - 1
                more = f", and {others:,} more in its column" if others else ""
                reading.notes.append(reading.found(read.note + more, good[read.noted[0]], name))
    defaults = {
        name: column.default
        for name, column in columns.items()
        if not column.required and name not in reading.unread
    }
    made: list[Row | PartialRow] = [PartialRow({}, ())] * len(rows)
    # Where no column has a header that is known, there are no values, but as many rows.
    rowwise = zip(*values.values(), strict=True) if values else [()] * len(good)
    for n, (number, cells) in enumerate(zip(good, rowwise, strict=True)):
        if n not in wrong:
            made[number] = model.of(values, cells)
            continue
        both = zip(values, cells, strict=True)
        filled = {name: cell for name, cell in both if cell is not None}
        every = {**defaults, **filled}.items()
        known = {name: cell for name, cell in every if not isinstance(cell, HedgeError)}
        made[number] = PartialRow(known, filled)
    return made


_SETTING = Column("name", text("Name of the setting."))


def _read_upright(table: Table, raw: RawTable) -> ReadTable:
    """An upright table, one row a field, read as a table of one row."""
    if len(raw.rows) > MOST_COLUMNS:
        why = f"it has more than {MOST_COLUMNS} rows, and a row is a setting"
        return _refused(table, raw.place, [Problem(raw.place, why)])
    where, _, problems = match(f"column of {table.name}", table.headers, raw.headers)
    absent = [name for name in table.headers if name not in where]
    problems += [Problem(raw.place, f"it is missing in {table.name}", name) for name in absent]
    if absent:
        return _refused(table, raw.place, problems)
    name_stem, value_stem = (raw.headers[where[name]].stem for name in table.headers)
    headers, values = [], []
    for number, cells in enumerate(raw.rows):
        tail = raw.tails[number] if raw.tails else f"[{number}]"
        try:
            if isinstance(cells, HedgeError):
                raise cells
            name = _SETTING.read(cells[where["name"]])
        except HedgeError as error:
            problems.append(Problem(name_stem + tail, error.message, error.argument or ""))
        else:
            headers.append(Header(name, name_stem + tail, value_stem + tail))
            values.append(cells[where["value"]])
    return _read(table, RawTable(raw.place, headers, [values], [""], note=raw.note), problems)
