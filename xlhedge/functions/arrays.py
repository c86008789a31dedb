"""Whole ranges at once: the NumPy path of evaluate(), for speed only.

It computes what it can in arrays, and asks the float path about every element that is out of its
domain or has no finite value: that path alone decides which error a cell shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from itertools import chain, compress
from typing import Any

import numpy as np

from xlhedge.errors import HedgeError, Undefined
from xlhedge.functions.arguments import admit
from xlhedge.functions.call import Call, Shape
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.ranges import flattened
from xlhedge.serials import EPOCH

__all__ = ["BLOCK", "MOST_PLACED", "evaluate_arrays"]

BLOCK = 1 << 17
"""Elements read and computed at a time: what the steps of a formula leave stays in the cache."""

_WHOLE = 4 * BLOCK
"""Elements that are computed at once: of a short formula's few steps the cache gains nothing."""

MOST_PLACED = 200
"""Blanks of one call whose errors say where they are; Excel keeps no more messages of a call."""

_PLAIN = (float, int, np.floating, np.integer, np.bool_)
"""Types that are numbers whatever their value."""


def evaluate_arrays(call: Call) -> Any:
    """The values of a call, in an array of the arguments' common shape.

    A function that gives a row adds its cells as the last axis. The array lies in memory along its
    longer axis, so a long column of short rows is in Fortran's order.
    """
    with np.errstate(all="ignore"):
        carriers, fine = _carriers(call)
        if not _all(fine) and not np.any(fine):
            value = np.full(call.cells, np.nan)
        else:
            value, unsure = _values(call, carriers)
            fine = fine & _valid(call, carriers, value) if unsure else fine
    if _all(fine) or not value.size:
        return value
    return _with_errors(call, value, ~np.broadcast_to(fine, call.shape).reshape(call.places))


def _with_errors(call: Call, values: Any, wrong: Any) -> Any:
    """The values, and errors where there is none.

    A whole column has a million blanks: those behind the first share one error without a place.
    """
    result = values.astype(object)
    if np.count_nonzero(wrong) > MOST_PLACED:
        blank = wrong & np.broadcast_to(_blank(call), call.shape).reshape(call.places)
        first = np.argwhere(blank)[: MOST_PLACED + 1].tolist()
        if len(first) > MOST_PLACED:
            blank[tuple(np.transpose(first[:-1]))] = False
            result[blank] = call.element(tuple(first[-1]), placed=False)
            wrong = wrong & ~blank
    for index in np.argwhere(wrong).tolist():
        result[tuple(index)] = call.element(tuple(index))
    return result


def _blank(call: Call) -> Any:
    """Where no range holds anything."""
    masks = []
    for argument, shape in zip(call.arguments, call.shapes, strict=True):
        if not shape:
            continue
        numbers = hasattr(argument, "dtype") and argument.dtype.kind != "O"
        cells = [] if numbers else _flat(argument, shape)
        masks.append(np.reshape([cell is None for cell in cells], shape) if cells else np.False_)
    return reduce(np.logical_and, masks)


def _flat(argument: Any, shape: Shape) -> list[Any]:
    """The cells of nested lists, row by row."""
    if hasattr(argument, "dtype"):
        return list(argument.flat)
    for _ in shape[1:]:
        argument = chain.from_iterable(argument)
    return list(argument)


def _all(fine: Any) -> bool:
    """Whether it holds everywhere; most do, and True is said faster than it is counted."""
    return fine is True or fine is np.True_ or bool(np.all(fine))


def _carriers(call: Call) -> tuple[list[Any], Any]:
    """The arguments as the formula takes them, and which elements are admitted."""
    arguments = call.arguments
    if call.entry.ranges:
        try:
            arguments = flattened(call.entry, arguments)
        except HedgeError:
            return [], False
    carriers, admitted = [], []
    plan = zip(call.entry.plan, arguments, call.shapes, strict=True)
    for (_, _, default, parameter), argument, own in plan:
        if argument is None and default is not Parameter.empty:
            carriers.append(default)
            continue
        found = _carrier(parameter, argument, own) if own else _single(parameter, argument)
        carriers.append(found[0])
        if not _all(found[1]):
            admitted.append(found[1])
    return carriers, reduce(np.logical_and, admitted, np.True_)


def _holds(entry: Function, carriers: Sequence[Any]) -> list[Any]:
    """Whether the conditions on several arguments hold, each by itself."""
    return [rule.holds(*map(carriers.__getitem__, places)) for rule, places in entry.rules]


def _valid(call: Call, carriers: Sequence[Any], value: Any) -> Any:
    """Where the conditions hold and there is a value; a formula that has none gives NaN."""
    held = reduce(np.logical_and, _holds(call.entry, carriers), np.True_)
    if value.dtype.kind != "f":
        return held
    finite = np.isfinite(value)
    return held & (finite.all(axis=-1) if call.entry.columns else finite).reshape(call.shape)


def _values(call: Call, carriers: Sequence[Any]) -> tuple[Any, bool]:
    """The formula's values, block by block, and whether something is wrong with some of them."""
    entry, shape = call.entry, call.shape
    turned = len(shape) == 2 and shape[0] > shape[1]
    if turned:  # NumPy is quick along a long last axis
        shape = shape[::-1]
        carriers = [np.atleast_2d(each).T if _is_array(each) else each for each in carriers]
    *others, count = shape
    step = _step(entry, carriers, math.prod(others), count)
    values: Any = None
    unsure = False
    for start in range(0, max(1, count), step):
        block = slice(start, start + step)
        part = [
            each[..., block] if _is_array(each) and each.shape[-1] > 1 else each
            for each in carriers
        ]
        held = _holds(entry, part)
        fine = all(map(_all, held))
        unsure |= not fine
        # A body may rely on the conditions: it runs where they hold somewhere.
        legs = _legs(entry, part) if fine or all(map(np.any, held)) else _nothing(entry)
        if values is None:
            values = np.empty((len(legs), *shape), dtype=np.result_type(*legs))
        for cells, leg in zip(values[..., block], legs, strict=True):
            if leg.dtype.kind == "f":
                np.add(leg, 0.0, out=cells)  # -0.0 becomes 0.0
                unsure |= not math.isfinite(cells.sum())
            else:
                cells[...] = leg
    values = values.swapaxes(-1, -2) if turned else values
    return (np.moveaxis(values, 0, -1) if entry.columns else values[0]).reshape(call.cells), unsure


def _step(entry: Function, carriers: Sequence[Any], lanes: int, count: int) -> int:
    """How much of the last axis is computed at a time, by the elements of results and arguments."""
    # Texts differ in length from block to block.
    if isinstance(entry.value, str) or lanes * count * (1 + len(carriers)) <= _WHOLE:
        return max(1, count)
    shapes: list[Shape] = [each.shape for each in carriers if _is_array(each)]
    lanes += sum(math.prod(shape[:-1]) for shape in shapes if shape[-1] > 1)
    return max(1, BLOCK // max(1, lanes))


def _legs(entry: Function, carriers: Sequence[Any]) -> list[Any]:
    """The cells of a row, or the only one; floats, truth values or text."""
    try:
        value = entry.found(carriers)
    except (ArithmeticError, ValueError):  # in a step of single values
        return _nothing(entry)
    legs = [
        np.asarray(math.nan if isinstance(leg, Undefined) else leg)
        for leg in (value if entry.columns else [value])
    ]
    return [leg.astype(float) if leg.dtype.kind in "iu" else leg for leg in legs]


def _nothing(entry: Function) -> list[Any]:
    return [np.asarray(math.nan)] * max(1, len(entry.columns))


def _is_array(carrier: Any) -> bool:
    return isinstance(carrier, np.ndarray)  # and no range, which is a list


def _single(parameter: Parameter, argument: Any) -> tuple[Any, Any]:
    try:
        return admit(parameter, argument), True
    except HedgeError:
        # Any value does where none is admitted.
        return parameter.quantity.options[0] if parameter.quantity.options else np.nan, False


def _carrier(parameter: Parameter, argument: Any, shape: Shape) -> tuple[Any, Any]:
    """An array argument as the formula takes it, and which of its elements are admitted."""
    if hasattr(argument, "dtype"):
        array = np.asarray(argument)
        kind = parameter.quantity.kind
        if kind != "word" and array.dtype.kind in "buif":
            return _numbers(parameter, array.astype(float, copy=False))
        if kind == "date" and array.dtype.kind == "M" and _is_near(array):
            return _numbers(parameter, _days(array))
        cells = list(array.flat) if array.dtype.kind in "Mm" else array.ravel().tolist()
    else:
        cells = _flat(argument, shape)
    values, admitted = _read(parameter, cells)
    return (
        values.reshape(shape) if np.ndim(values) else values,
        admitted.reshape(shape) if np.ndim(admitted) else admitted,
    )


def _is_near(moments: Any) -> bool:
    """Whether all are so near to 1900 that floats count their microseconds exactly; NaT is not."""
    years = moments.astype("M8[Y]").astype(int)  # from 1970; NaT is the least number of all
    return not years.size or (years.min() > -300 and years.max() < 200)


def _days(moments: Any) -> Any:
    return (moments.astype("M8[us]") - np.datetime64(EPOCH)) / np.timedelta64(1, "D")


def _numbers(parameter: Parameter, numbers: Any) -> tuple[Any, Any]:
    low, high = parameter.quantity.span
    least, most = np.minimum.reduce, np.maximum.reduce  # as min() and max(), with less around them
    if not numbers.size or (low <= least(numbers, axis=None) and most(numbers, axis=None) <= high):
        return numbers, True
    return numbers, np.isfinite(numbers) & parameter.quantity.domain.admits(numbers)


def _read(parameter: Parameter, cells: Sequence[Any]) -> tuple[Any, Any]:
    """Cells of any kind: those that are numbers or dates by their type are read all at once."""
    ways: dict[Callable[[Parameter, Sequence[Any]], tuple[Any, Any]], set[type]] = {}
    for kind in set(map(type, cells)):
        ways.setdefault(_way(parameter, kind), set()).add(kind)
    if len(ways) == 1:
        (way,) = ways
        return way(parameter, cells)
    values, admitted = np.empty(len(cells)), np.empty(len(cells), dtype=bool)
    for way, kinds in ways.items():
        where = np.fromiter(map(kinds.__contains__, map(type, cells)), bool, len(cells))
        values[where], admitted[where] = way(parameter, list(compress(cells, where)))
    return values, admitted


def _way(parameter: Parameter, kind: type) -> Callable[[Parameter, Sequence[Any]], tuple[Any, Any]]:
    # NumPy takes its durations for whole numbers, of whatever unit.
    number = issubclass(kind, _PLAIN) and not issubclass(kind, np.timedelta64)
    if number and parameter.quantity.kind != "word":
        return _plain
    return _moments if parameter.quantity.kind == "date" and kind is datetime else _each


def _plain(parameter: Parameter, cells: Sequence[Any]) -> tuple[Any, Any]:
    try:
        numbers = np.array(cells, dtype=float)
    except Exception:  # noqa: BLE001  # a whole number of 400 digits, or a type that raises
        return _each(parameter, cells)
    return _numbers(parameter, numbers)


def _moments(parameter: Parameter, cells: Sequence[Any]) -> tuple[Any, Any]:
    if not any(moment.tzinfo for moment in cells):
        moments = np.array(cells, dtype="M8[us]")
        if _is_near(moments):
            return _numbers(parameter, _days(moments))
    return _each(parameter, cells)


def _each(parameter: Parameter, cells: Sequence[Any]) -> tuple[Any, Any]:
    """Cells read one by one, equal ones of one type once; if all are equal, that one for all."""
    keys = list(zip(map(type, cells), cells, strict=True))
    try:
        found = {key: _single(parameter, key[1]) for key in dict.fromkeys(keys)}
    except Exception:  # noqa: BLE001  # it cannot be hashed, or compared, or is somebody else's
        read = [_single(parameter, cell) for cell in cells]
    else:
        if len(found) == 1:
            return found[keys[0]]
        read = list(map(found.__getitem__, keys))
    values, admitted = zip(*read, strict=True)
    return np.array(values), np.array(admitted)
