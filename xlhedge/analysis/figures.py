"""Figures: columns of a computed table, each written once, whatever it is computed on.

A row is a class whose attributes are its figures. A figure is a formula over the row's other
figures and the functions of the registry, or a look-up that says where it comes from; what it looks
up it asks of the carrier (`lookups`). So one rule gives the analysis, the template's cell and the
report's native formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, overload

from xlhedge.errors import CellError, HedgeError, RowError
from xlhedge.functions.algebra import Carrier

__all__ = [
    "BLANK",
    "Blank",
    "Figure",
    "FigureRow",
    "figure",
    "finite",
    "looked_up",
    "sum_of",
]

Body = Callable[[Any, Any], Carrier]
Source = Literal["", "own", "term", "beside", "stated"]
"""Where a look-up comes from: the row of the input table that the row follows, the row of its
instrument, the row of `FigureRow.beside`, or what the row was made with."""


class Blank(str):
    """What stands where there is no number: the word that says why, or nothing.

    Example:
        >>> Blank() == "", Blank("no equity") == "", isinstance(0.0, Blank)
        (True, False, False)
    """

    __slots__ = ()


BLANK = Blank()


class Figure:
    """One column of a computed table; on a row, its value.

    Attributes:
        name: its name in formulas, frames and JSON: the attribute of its row.
        title: its header for people, with the unit.
        look: how it is shown: "text", "money", "cost", "price", "qty", "ratio", "percent", "rate",
            "days", "date", "whole" or "reach".
        body: its value over a row and what it looks up.
        given: figures that must not be blank for it to have a value.
        total: whether the table's total sums it.
        known: whether formulas of a report take its value, not its cell.
        source: where it comes from; "" for what is computed.
        column: its name there.
    """

    name = ""

    def __init__(
        self,
        title: str,
        look: str,
        body: Body | None = None,
        given: tuple[str, ...] = (),
        *,
        total: bool = False,
        known: bool = False,
        source: Source = "",
        column: str = "",
    ) -> None:
        self.title, self.look, self.given, self.total = title, look, given, total
        self.known, self.source, self.column = known, source, column
        self.body: Body = body or self._look_up

    def __set_name__(self, _: type[FigureRow], name: str) -> None:
        self.name, self.column = name, self.column or name

    def __repr__(self) -> str:
        return f"<figure {self.name}>"

    @overload
    def __get__(self, row: None, owner: type[FigureRow]) -> Self: ...

    @overload
    def __get__(self, row: FigureRow, owner: type[FigureRow]) -> Carrier: ...

    def __get__(self, row: FigureRow | None, owner: type[FigureRow]) -> Self | Carrier:
        """The figure itself of a class; of a row its value, computed when it is first read."""
        if row is None:
            return self
        # No data descriptor: what stands in the row's own dict is read without coming here.
        value = row.__dict__[self.name] = self.found(row)
        return value

    def _look_up(self, row: FigureRow, f: Any) -> Carrier:
        return f.look_up(row, self)

    def found(self, row: FigureRow) -> Any:
        """Its value on a row, computed or looked up."""
        if self.source:
            return row.f.look_up(row, self)
        for name in self.given:
            if getattr(row, name) == "":
                return BLANK
        try:
            value = self.body(row, row.f)
            if value.__class__ is float and math.isfinite(value):
                return value
            if not isinstance(value, str):
                return value if self.known else finite(value, self.title)
        except RowError:
            raise
        except HedgeError as error:
            told = RowError(error.message, error.kind, error.argument, error.position)
            told.row = row
            raise told from None
        return value if self.look == "text" else Blank(value)


def figure(
    title: str,
    look: str,
    given: tuple[str, ...] = (),
    *,
    total: bool = False,
    known: bool = False,
) -> Callable[[Body], Figure]:
    """A method of a row as one of its figures."""

    def made(body: Body) -> Figure:
        return Figure(title, look, body, given, total=total, known=known)

    return made


def looked_up(
    title: str, look: str, source: Source = "stated", column: str = "", *, total: bool = False
) -> Figure:
    """A figure that is found, not computed; by its own name, unless told."""
    return Figure(title, look, total=total, source=source, column=column)


class FigureRow:  # noqa: PLW1641  # no row is a key
    """One row of a computed table; its attributes are the figures.

    Args:
        f: what its figures are computed on.
        n: its number in the table, from 0.
        stated: what is known of it.

    Attributes:
        figures: the table's columns, in order.
        table: the input table whose rows it follows, if one.
        beside: the computed table whose rows it follows, if one.
        fault: the input's column to name where a row cannot be computed.
    """

    figures: ClassVar[tuple[Figure, ...]] = ()
    table: ClassVar[str] = ""
    beside: ClassVar[type[FigureRow] | None] = None
    fault: ClassVar[str] = ""
    _blank: ClassVar[dict[str, Blank]] = {}
    _order: ClassVar[tuple[Figure, ...]] = ()
    """The figures in an order in which what one takes was computed before it, mostly."""

    def __init_subclass__(cls) -> None:
        cls.figures = tuple(each for each in vars(cls).values() if isinstance(each, Figure))
        cls._order = ()
        cls._blank = {each.name: BLANK for each in cls.figures if each.source == "stated"}
        key = cls.figures[0]
        for each in cls.figures[1:]:
            if each.source in ("own", "term"):
                each.given = ("instrument",) if each.source == "term" else (key.name,)

    def __init__(self, f: Any, n: int = 0, **stated: Any) -> None:
        self.f, self.n = f, n
        self.__dict__.update(self._blank, **stated)

    @classmethod
    def of(cls, f: Any, **values: Any) -> Self:
        """A row of these values, in which all else is blank."""
        return cls(f, **{each.name: BLANK for each in cls.figures} | values)

    @property
    def source_row(self) -> int:
        """The row of its input table that it follows, from 0."""
        return self.n

    def complete(self) -> Self:
        """The row, each of its figures computed.

        Raises:
            RowError: one has no value.
        """
        known = self.__dict__
        for each in self._order or self.figures:
            if each.name not in known:
                value = each.found(self)  # which adds those that it takes
                known[each.name] = value
        if not self._order:
            self._keep_order([*known])
        return self

    @classmethod
    def _keep_order(cls, names: list[str]) -> None:
        cls._order = tuple(sorted(cls.figures, key=lambda each: names.index(each.name)))

    def __getitem__(self, name: str) -> Any:
        """A figure by its name; None where nothing stands in its cell."""
        value = getattr(self, name)
        return None if isinstance(value, str) and not value else value

    if TYPE_CHECKING:
        instrument: Any  # of every table that has terms
        underlying: Any  # of every table that is netted

    def items(self) -> Iterator[tuple[str, Any]]:
        """Each figure's name and what `row[name]` is."""
        return ((each.name, self[each.name]) for each in self.figures)

    def __repr__(self) -> str:
        cells = ", ".join(f"{name}={value!r}" for name, value in self.items())
        return f"{type(self).__name__}({cells})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(value == other[name] for name, value in self.items())


def sum_of(rows: Iterable[FigureRow], of: Figure) -> float:
    """The sum of a figure over rows, blanks left out.

    Raises:
        HedgeError: it is too large for a number.
    """
    values = (getattr(row, of.name) for row in rows)
    total = sum((value for value in values if not isinstance(value, Blank)), 0.0)
    return finite(total, f"the total of {of.name}")


def finite(value: float, what: str) -> float:
    """A number that is one.

    Raises:
        HedgeError: it is too large; `what` says whose it is.
    """
    if not math.isfinite(value):
        raise HedgeError(f"{what} is too large for a number", CellError.NUM)
    return float(value)
