"""Figures: columns of a computed table, each written once over three carriers.

A figure is a formula over the row's other figures and the functions of the registry. Evaluated on
numbers it is the analysis; on references it is the cell of the template, which calls the functions
by name; on references with the functions' bodies it is the report's native formula, which needs
none of our code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.functions.arguments import evaluate_one
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import Function, function

__all__ = [
    "ARRAYS",
    "CALLS",
    "NATIVE",
    "NOWHERE",
    "VALUES",
    "Figure",
    "by_instrument",
    "compute",
    "finite",
    "formula_text",
    "row_of",
    "sum_of",
]

NOWHERE = "none"
"""What a cell shows where no answer exists, such as the liquidation price of a safe position."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of a computed table.

    Args:
        name: its name in formulas, frames and JSON.
        title: its header for people, with the unit.
        look: how it is shown: "text", "money", "cost", "price", "qty", "ratio", "percent", "rate"
            or "days".
        formula: its value over the functions and the row; none for what is looked up.
        given: figures that must not be blank for it to have a value.
        total: whether the table's total sums it.
    """

    name: str
    title: str
    look: str
    formula: Callable[[Functions, Any], Carrier] | None = None
    given: tuple[str, ...] = ()
    total: bool = False


class Functions:
    """The functions of the registry as attributes, for the formulas of figures."""

    def __getattr__(self, name: str) -> Callable[..., Carrier]:
        entry = function(name)

        def call(*arguments: Carrier) -> Carrier:
            return self.call(entry, arguments)

        setattr(self, name, call)  # the next one finds it there
        return call

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        """One call in this carrier."""
        raise NotImplementedError

    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        """The answer, or `NOWHERE` where none exists (#N/A)."""
        raise NotImplementedError


class _Values(Functions):
    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        spare = len(entry.parameters) - len(arguments)
        return evaluate_one(entry, (*arguments, *(None,) * spare))

    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        try:
            return answer()
        except HedgeError as error:
            if error.kind is not CellError.NA:
                raise
            return NOWHERE


class _Arrays(Functions):
    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        values = evaluate(entry, arguments)
        if hasattr(values, "dtype") and values.dtype.kind == "O":
            error = next(value for value in values.flat if isinstance(value, HedgeError))
            error.position = None  # a place in a grid of ours says nothing to anybody
            raise error
        return values


class _Texts(Functions):
    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        return Expression(f'_xlfn.IFNA({excel_text(answer())},"{NOWHERE}")')


class _Calls(_Texts):
    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        return Expression(f"{entry.name}({','.join(map(excel_text, arguments))})")


class _Native(_Texts):
    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        return entry.body(*arguments)


VALUES, ARRAYS, CALLS, NATIVE = _Values(), _Arrays(), _Calls(), _Native()


def row_of(cells: Mapping[str, Any]) -> Any:
    """A row's figures as attributes, as formulas read them; a blank one is ""."""
    return SimpleNamespace(
        **{name: "" if value is None else value for name, value in cells.items()}
    )


def compute(figures: Sequence[Figure], known: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values: what is known (looked up), and every figure computed from it, in order.

    A figure is None (blank) where a figure it needs is.
    """
    cells, row = dict(known), row_of(known)
    for figure in figures:
        if figure.formula is None:
            continue
        value = None
        if None not in map(cells.__getitem__, figure.given):
            value = figure.formula(VALUES, row)
            value = (value or None) if isinstance(value, str) else finite(value, figure.title)
        cells[figure.name] = value
        setattr(row, figure.name, "" if value is None else value)
    return cells


def by_instrument(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of each instrument, in order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["instrument"], []).append(row)
    return found


def sum_of(rows: Iterable[Mapping[str, Any]], name: str) -> float:
    """The sum of a figure over rows, blanks left out.

    Raises:
        HedgeError: it is too large for a number.
    """
    total = sum((row[name] for row in rows if row[name] is not None), 0.0)
    return finite(total, f"the total of {name}")


def finite(value: float, what: str) -> float:
    """A number that is one.

    Raises:
        HedgeError: it is too large; `what` says whose it is.
    """
    if not math.isfinite(value):
        raise HedgeError(f"{what} is too large for a number", CellError.NUM)
    return float(value)


class _References:
    """A row's references as attributes, each looked up when a formula asks for it."""

    def __init__(self, cells: Mapping[str, Any]) -> None:
        self._cells = cells

    def __getattr__(self, name: str) -> Any:
        value = self._cells[name]
        return "" if value is None else value


def formula_text(
    figure: Figure, carrier: Functions, references: Mapping[str, Any], *, guarded: bool = True
) -> str:
    """A figure as the text of a cell, without the leading ``=``.

    Args:
        figure: a figure that has a formula.
        carrier: `CALLS` or `NATIVE`.
        references: the cells of its row, and what else formulas read, as `Expression`.
        guarded: whether it is blank where a figure it needs is.
    """
    if figure.formula is None:
        raise ValueError(f"{figure.name} is looked up, not computed")
    text = excel_text(figure.formula(carrier, _References(references)))
    for name in reversed(figure.given) if guarded else ():
        text = f'IF({excel_text(references[name])}="","",{text})'
    return text
