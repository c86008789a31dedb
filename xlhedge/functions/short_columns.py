"""Columns at once: calls of nothing but plain numbers and arrays of them.

For columns of 1,000 rows NumPy takes half a microsecond a step, so what counts is how many steps
there are. Here they are as few as it takes to know that all is well: of each column the least or
the greatest where it has a bound, and one product for two columns, which is finite only if both
are. Where anything is unusual there is no value: `evaluate_arrays` is asked, which alone judges.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import Context
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from xlhedge.functions.arrays import BLOCK
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.steps import Steps, written

__all__ = ["LONGEST", "quick_way"]

LONGEST = BLOCK
"""Rows up to which it is the quicker way: the steps of more would not stay in the cache."""

_ALONE = 10_000
"""Rows up to which NumPy's products are one thread's."""

_FLOAT = np.dtype(float)
_GREATEST = sys.float_info.max
_NOTHING = type(None)


def quick_way(entry: Function, kinds: Sequence[Any]) -> Callable[[Sequence[Any]], Any] | None:
    """How calls of these kinds of arguments are computed; None where they are too odd for that.

    Args:
        entry: the function.
        kinds: of each argument its type; a word itself. Arguments may be left out at the end.

    Returns:
        what takes the arguments and gives their values as `evaluate_arrays` does, bit for bit, or
        None where it leaves the call to that.
    """
    if np.ndarray not in kinds or not entry.traceable:
        return None
    cells: list[Any] = []
    columns: dict[int, Parameter] = {}
    singles: list[tuple[int, float, float]] = []
    for place, (low, high, default, parameter) in enumerate(entry.plan):
        kind = kinds[place] if place < len(kinds) else _NOTHING
        cells.append(None)
        if kind is np.ndarray and not parameter.quantity.options:
            columns[place] = parameter
        elif kind is float or kind is int:
            singles.append((place, low, high))
        elif kind is _NOTHING and default is not Parameter.empty:
            cells[place] = default
        elif kind.__class__ is str and kind in parameter.quantity.options:
            cells[place] = kind
        else:
            return None
    given = dict.fromkeys(columns, False) | {place: True for place, *_ in singles}
    way = _Way(columns, singles, written(entry, cells, given), row=bool(entry.columns))
    return partial(_quietly, way.values)


class _UnusualError(ValueError):
    """Something that this way leaves to the other."""


class _Way:
    """What `quick_way` gives; all that does not hang on the values is settled before."""

    def __init__(
        self,
        columns: Mapping[int, Parameter],
        singles: Sequence[tuple[int, float, float]],
        steps: Steps,
        *,
        row: bool,
    ) -> None:
        self._first, *self._others = columns
        self._singles, self._steps, self._row = singles, steps, row
        self._checks = [
            (place, check) for place, parameter in columns.items() for check in _checks(parameter)
        ]
        loose = [
            place
            for place, parameter in columns.items()
            if place not in steps.shown and not _is_bounded(parameter)
        ]
        loose += steps.legs if steps.numbers else ()
        self._pairs = list(zip(loose[::2], [*loose[1::2], *loose[-1:]], strict=False))
        # Nearly all steps take two values; a tuple for each would cost half as much as the step.
        self._todo: list[tuple[Callable[..., Any], Any, int | None, int]] = [
            (compute, *places, at) if len(places) == 2 else (compute, places, None, at)
            for compute, places, at in steps.todo
        ]

    def values(self, arguments: Sequence[Any]) -> Any:
        cells = self._steps.cells.copy()
        shape = self._take(arguments, cells)
        for compute, left, right, at in self._todo:
            if right is None:
                cells[at] = compute(*map(cells.__getitem__, left))
            else:
                cells[at] = compute(cells[left], cells[right])
        for at in self._steps.conditions:
            if cells[at] is not True and np.count_nonzero(cells[at]) != shape[0]:
                raise _UnusualError
        for one, other in self._pairs:
            if not _are_finite(cells[one], cells[other]):
                raise _UnusualError
        legs = [cells[at] for at in self._steps.legs]
        if self._row:
            return _row(legs, shape)
        return legs[0] if self._steps.numbers else _settled(legs[0], shape)

    def _take(self, arguments: Sequence[Any], cells: list[Any]) -> tuple[int, ...]:
        """Put what is given into the cells, if it is as it should be; the columns' shape."""
        cells[self._first] = column = arguments[self._first]
        shape: tuple[int, ...] = column.shape
        if len(shape) != 1 or shape[0] > LONGEST or column.dtype != _FLOAT:
            raise _UnusualError
        for place in self._others:
            cells[place] = column = arguments[place]
            if column.shape != shape or column.dtype != _FLOAT:
                raise _UnusualError
        for place, low, high in self._singles:
            if not low <= arguments[place] <= high:
                raise _UnusualError
            cells[place] = float(arguments[place])
        for place, admits in self._checks:
            if not admits(cells[place]):
                raise _UnusualError
        return shape


def _is_bounded(parameter: Parameter) -> bool:
    """Whether its checks leave out all that is not finite."""
    low, high = parameter.quantity.span
    return -_GREATEST < low <= high < _GREATEST


def _checks(parameter: Parameter) -> Iterator[Callable[[Any], Any]]:
    """Whether all of a column are in its domain, but for what is not finite."""
    low, high = parameter.quantity.span
    domain = parameter.quantity.domain
    if low > high:  # it is no span
        yield lambda column: np.count_nonzero(domain.admits(column)) == len(column)
        return
    if low > -_GREATEST:  # NaN is the least and the greatest, and within no bounds
        yield lambda column: low <= column[column.argmin()]
    if high < _GREATEST:
        yield lambda column: column[column.argmax()] <= high


def _are_finite(one: Any, other: Any) -> bool:
    """Whether all of two columns are; not where what is added up is too large, either."""
    if len(one) <= _ALONE:
        return isfinite(one.dot(other))
    return isfinite(one.sum()) and (other is one or isfinite(other.sum()))


def _settled(leg: Any, shape: tuple[int, ...]) -> Any:
    """A value of any kind for each row, in an array of its own."""
    if leg.__class__ is np.ndarray and leg.dtype.kind in "bU" and leg.shape == shape:
        return leg
    return _row([leg], shape)[:, 0]


def _row(legs: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """A row of numbers for each row; in memory they lie column by column."""
    found = np.empty((len(legs), *shape))
    for cells, leg in zip(found, legs, strict=True):
        if leg.__class__ is not float and (leg.__class__ is not np.ndarray or leg.dtype != _FLOAT):
            raise _UnusualError
        np.add(leg, 0.0, out=cells)  # -0.0 becomes 0.0
        if not _are_finite(cells, cells):
            raise _UnusualError
    return found.T


def _quietly(values: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """The values, computed where a division by 0 is an error; None where something is unusual.

    Entering a context takes a tenth of what np.errstate takes.
    """
    try:
        return _QUIET.copy().run(values, arguments)
    except (ArithmeticError, ValueError):
        return None


_QUIET = Context()
if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
    _QUIET.run(np.seterr, all="ignore", divide="raise")
else:  # where a context knows nothing of it
    _quietly = np.errstate(all="ignore", divide="raise")(_quietly)
