"""The names by which a firm's own workbook asks for figures: `xlh.net_delta`, `xlh.BTC.order`.

They follow from what the analysis has: its own figures and the totals of its first table are
`xlh.FIGURE`, those of a row are `xlh.ROW.FIGURE` and `xlh.TABLE.ROW.FIGURE`, a table is
`xlh.TABLE`. What a defined name may not hold, such as the hyphen of BTC-PERP, is a _ in it; behind
a figure that ends in `_contracts` that may be left out. Capitals do not count.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.scenario_lines import LineRow
from xlhedge.analysis.scenarios import Legs
from xlhedge.portfolio.tables import Settings
from xlhedge.text import shown

__all__ = ["PREFIX", "Named", "NamedTable", "Names", "kinds"]

PREFIX = "xlh."
"""How every name begins that asks for something."""

_CONTRACTS = "_contracts"
_SCALAR = (float, str, datetime)


class Named(NamedTuple):
    """A figure that has a name.

    Args:
        name: the name, with its table's where it is a row's.
        value: a number, a text, a date-time; None where there is none.
        meaning: what it is.
    """

    name: str
    value: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table that has a name.

    Args:
        name: the name.
        figures: its columns.
        rows: its rows.
    """

    name: str
    figures: Sequence[Figure]
    rows: Sequence[FigureRow]


class Names:
    """All names that a book's figures and tables have.

    Args:
        analysis: the book's.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> names = Names(analyse(SAMPLES["full-hedge"]))
        >>> [each.value for each in names.of("xlh.btc_perp.short")], names.table("xlh.ORDERS").name
        ([1.0], 'xlh.orders')
    """

    def __init__(self, analysis: Analysis) -> None:
        self.every = [*_of_book(analysis)]
        self.tables = [
            NamedTable(PREFIX + name, kind.figures, getattr(analysis, name))
            for name, kind in _row_tables().items()
        ]
        self._known: dict[str, list[Named]] = {}
        for each in self.every:
            for name in _ways(each.name):
                self._known.setdefault(name, []).append(each)
        for table in self.tables:
            for each in _of_rows(table):
                self.every.append(each)
                for name in _ways(each.name):
                    self._known.setdefault(name, []).append(each)

    def of(self, name: str) -> list[Named]:
        """The figures that a name may mean; several where their values differ."""
        found = self._known.get(name.casefold(), [])
        return found[:1] if all(_same(each.value, found[0].value) for each in found) else found

    def table(self, name: str) -> NamedTable | None:
        """The table of a name; none where there is none."""
        return next((each for each in self.tables if each.name == name.casefold()), None)

    def listed(self) -> Iterator[tuple[str, str, str]]:
        """Every name that means one thing, as short as it may be: its value, and what it is."""
        told = set()
        for each in self.every:
            name = _short(each.name)
            if len(self.of(name)) > 1:
                name = each.name
            if name not in told:
                told.add(name)
                yield name, "" if each.value is None else shown(each.value), each.meaning
        for table in self.tables:
            yield table.name, f"{len(table.rows)} rows", "the table"

    @property
    def known(self) -> list[str]:
        """Every name in small letters."""
        return [*self._known, *(each.name for each in self.tables)]


def kinds() -> Iterator[tuple[str, str]]:
    """What names there are in any book, and what each is; a row's own name is in <brackets>."""
    yield from ((PREFIX + name, meaning) for name, meaning in _own_meanings())
    yield from ((PREFIX + name, said) for name, said in _settings_meanings())
    yield from ((f"{PREFIX}{each.name}", f"{each.title}, all together") for each in _totals())
    for table, kind in _row_tables().items():
        key, *figures = kind.figures
        yield f"{PREFIX}{table}", f"the table, a row each {key.name}"
        for each in figures:
            yield f"{PREFIX}{table}.<{key.name}>.{each.name}", each.title


def _same(one: Any, other: Any) -> bool:
    """Whether two values are one, sums in another order with them."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return bool(one == other)


def _ways(name: str) -> Iterator[str]:
    """The ways in which a name may be written, in small letters: without its table, shortened."""
    for each in dict.fromkeys((name.casefold(), _short(name).casefold())):
        yield each
        if each.endswith(_CONTRACTS):
            yield each.removesuffix(_CONTRACTS)


def _short(name: str) -> str:
    """A name without its table."""
    parts = name.split(".", 2)
    return PREFIX + parts[2] if len(parts) == 3 and parts[1] in _row_tables() else name


def _cleaned(text: object) -> str:
    """A row's name as a defined name can hold it."""
    return re.sub(r"[^\w.]", "_", str(text))


@cache
def _row_tables() -> Mapping[str, type[FigureRow]]:
    """The analysis' tables: those of its fields that are rows of figures."""
    found = {name: get_args(hint)[:1] for name, hint in get_type_hints(Analysis).items()}
    return {
        name: first[0]
        for name, first in found.items()
        if first and isinstance(first[0], type) and issubclass(first[0], FigureRow)
    }


def _of_book(analysis: Analysis) -> Iterator[Named]:
    """What is there once in a book."""
    for name, meaning in _own_meanings():
        yield Named(PREFIX + name, getattr(analysis, name), meaning)
    for name, meaning in _settings_meanings():
        yield Named(PREFIX + name, getattr(analysis.portfolio.settings, name), meaning)
    for figure in _totals():
        yield Named(
            PREFIX + figure.name, analysis.total[figure.name], f"{figure.title}, all together"
        )
    for field in dataclasses.fields(analysis):
        held = getattr(analysis, field.name)
        for record in held if isinstance(held, tuple) else (held,):
            if dataclasses.is_dataclass(record) and not isinstance(record, type):
                told = list(_scalars(record))
                first = told.pop(0).value if told and isinstance(held, tuple) else field.name
                for each in told:
                    yield each._replace(name=f"{PREFIX}{_cleaned(first)}.{each.name}")


def _of_rows(table: NamedTable) -> Iterator[Named]:
    """The figures of a table's rows; rows of one name have the next texts in theirs, too."""
    texts = [figure.name for figure in table.figures if figure.look == "text"]
    keys = [[_cleaned(row[name]) for name in texts[:2]] for row in table.rows]
    first = Counter(key[0] for key in keys)
    for key, row in zip(keys, table.rows, strict=True):
        called = key[0] if first[key[0]] == 1 else ".".join(key)
        for figure in table.figures[1:]:
            yield Named(f"{table.name}.{called}.{figure.name}", row[figure.name], figure.title)


def _totals() -> list[Figure]:
    return [each for each in HedgeRow.figures if each.total]


@cache
def _own_meanings() -> tuple[tuple[str, str], ...]:
    """The analysis' own figures: its fields and properties that are one value."""
    return tuple((name, said) for name, said, hint in _members(Analysis) if _is_scalar(hint))


def _settings_meanings() -> Iterator[tuple[str, str]]:
    return ((column.name, column.help) for column in Settings.columns.values())


def _members(kind: type) -> Iterator[tuple[str, str, Any]]:
    """The fields and properties of a class: the name of each, what is said of it, and its type."""
    said = dict(re.findall(r"^ {8}(\w+): (.+(?:\n {12}.+)*)", kind.__doc__ or "", re.MULTILINE))
    for name, hint in get_type_hints(kind).items():
        yield name, " ".join(said.get(name, "").split()), hint
    for name, member in vars(kind).items():
        if isinstance(member, property):
            hint = get_type_hints(member.fget).get("return")
            yield name, (member.__doc__ or "").split("\n", 1)[0], hint


def _is_scalar(hint: Any) -> bool:
    union = get_origin(hint) in (UnionType, Union)
    kinds = {each for each in (get_args(hint) if union else (hint,)) if each is not type(None)}
    return bool(kinds) and kinds <= set(_SCALAR)


def _scalars(record: Any) -> Iterator[Named]:
    """The values of a record, those of its named tuples with them."""
    for name, said, hint in _members(type(record)):
        value = getattr(record, name)
        if _is_scalar(hint):
            yield Named(name, value, said)
        elif isinstance(value, Legs):
            for leg, number in value._asdict().items():
                yield Named(leg, number, _LEGS[leg])


_LEGS = {each.name: each.title for each in LineRow.figures if each.name in Legs._fields}
