"""Names found in a file against names that are expected: a typo is never silently ignored."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xlhedge.errors import Problem
from xlhedge.portfolio.tables import TABLES
from xlhedge.text import one_line

__all__ = ["Header", "Matched", "by_table", "match", "missing", "nearest"]

_TEMPLATE = '"xlhedge template" writes a workbook that has them'
_ALIKE = 0.8  # how like a table's name another must be to be taken for it: "Tier", not "Fees"

_LONGEST = 100  # letters of a name that are compared: nobody's typo has more


class Header(NamedTuple):
    """One header of a table as it stands in a file.

    Args:
        name: its text as typed.
        place: where it stands.
        stem: what the places of the cells under it begin with (``Portfolio!B``).
    """

    name: str
    place: str
    stem: str


class Matched(NamedTuple):
    """Which header is which column.

    Args:
        where: the number of each column's header.
        doubtful: columns that are not there, while a header looks like them.
        problems: headers that are no column, or one that is there already.
    """

    where: dict[str, int]
    doubtful: set[str]
    problems: list[Problem]


def match(noun: str, expected: Iterable[str], headers: Iterable[Header]) -> Matched:
    """Match headers with columns; case and outer spaces do not count.

    Args:
        noun: what a header is called in a message: "column of Holdings".
        expected: the names of the columns.
        headers: the headers, in order.
    """
    expected = list(expected)
    seen: dict[str, Header] = {}
    matched = Matched({}, set(), [])
    for number, header in enumerate(headers):
        name = header.name.strip().casefold()
        if name in seen:
            first = seen[name].place
            message = "it is there twice" + (f", first in {first}" if first != header.place else "")
            matched.problems.append(Problem(header.place, message, name))
        elif not name:
            matched.problems.append(Problem(header.place, f"a {noun} has no name"))
        elif name not in expected:
            matched.problems.append(Problem(header.place, _unknown(noun, header.name, expected)))
            matched.doubtful.add(nearest(name, expected) or "")
        else:
            matched.where[name] = number
            seen[name] = header
    matched.doubtful.difference_update(matched.where)
    return matched


def by_table(found: Iterable[str], *, only: bool) -> tuple[dict[str, str], list[Problem]]:
    """Which of the names found in a file is which table; case and outer spaces do not count.

    Args:
        found: names of tables as they stand in the file.
        only: whether a name that is no table is wrong. Where it may be something of a person's
            own it is wrong only if it looks like a table that is not there.
    """
    tables = {name.casefold(): name for name in TABLES}
    where: dict[str, str] = {}
    others, problems = [], []
    for name in found:
        table = tables.get(name.strip().casefold())
        if table is None:
            others.append(name)
        elif table in where:
            names = f'"{one_line(where[table])}" and "{one_line(name)}"'
            problems.append(Problem(table, f"it is there twice, as {names}"))
        else:
            where[table] = name
    absent = [name for name in TABLES if name not in where]
    problems += [
        Problem("", _unknown("table of a portfolio", name, TABLES))
        for name in others
        if only or nearest(name, absent, _ALIKE)
    ]
    return where, problems


def missing(found: Mapping[str, object], meant: str = "") -> list[Problem]:
    """Which tables a portfolio lacks.

    Args:
        found: those that it has.
        meant: what was looked for in a file of this kind, where that is not plain.
    """
    lost = [name for name, table in TABLES.items() if table.required and name not in found]
    if meant and found and len(lost) > 1:
        tables = f"{', '.join(lost[:-1])} and {lost[-1]}"
        return [Problem("", f"the tables {tables} are missing; {meant}; {_TEMPLATE}")]
    hint = f"; {meant}" if meant else ""
    if not found:
        template = f"{hint}; {_TEMPLATE}" if meant else ""
        return [Problem("", f"it has none of the tables {', '.join(TABLES)}{template}")]
    columns = {name: ", ".join(TABLES[name].headers) for name in lost}
    return [
        Problem(name, f"the table is missing{hint}; its columns are {columns[name]}")
        for name in lost
    ]


def _unknown(noun: str, name: str, allowed: Iterable[str]) -> str:
    near = nearest(name, allowed)
    hint = f'did you mean "{near}"? ' if near else ""
    return f'"{one_line(name)}" is no {noun}; {hint}allowed are {", ".join(allowed)}'


def nearest(name: str, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that is meant, if one is so like; case and outer spaces do not count.

    Example:
        >>> nearest("qantity", ["asset", "quantity"]), nearest("Notes", ["asset", "quantity"])
        ('quantity', None)
    """
    by_fold = {word.casefold(): word for word in allowed}
    near = difflib.get_close_matches(name[:_LONGEST].strip().casefold(), by_fold, 1, cutoff)
    return by_fold[near[0]] if near else None
