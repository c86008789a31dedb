"""Whole ranges at once: the NumPy path of evaluate(), for speed only.

It computes what it can in arrays, and asks the float path about every element that is out of its
domain or has no finite value: that path alone decides which error a cell shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xlhedge.cell import read
from xlhedge.entries import Parameter
from xlhedge.errors import HedgeError
from xlhedge.evaluation import Call

__all__ = ["evaluate_arrays"]


def evaluate_arrays(call: Call) -> Any:
    """The values of a call, in an array of the arguments' common shape.

    A function that gives a row adds its cells as the last axis.
    """
    entry = call.entry
    carriers: list[Any] = []
    fine: Any = np.True_
    for parameter, argument, own in zip(entry.parameters, call.arguments, call.shapes, strict=True):
        carrier, admitted = _carrier(parameter, argument) if own else _single(parameter, argument)
        carriers.append(carrier)
        fine = fine & admitted
    with np.errstate(all="ignore"):
        for rule, places in entry.rules:
            fine = fine & rule.holds(*(carriers[place] for place in places))
        value = _value(call, carriers) if np.any(fine) else np.full(call.cells, np.nan)
    fine = np.broadcast_to(fine, call.shape).reshape(call.places)
    if value.dtype.kind == "f":
        finite = np.isfinite(value)
        fine = fine & (finite.all(axis=-1) if entry.columns else finite)
    value = value + 0.0 if value.dtype.kind == "f" else value.copy()  # no -0.0, and no view
    if fine.all():
        return value
    result = value.astype(object)
    for index in np.argwhere(~fine):
        result[tuple(index)] = call.element(tuple(index.tolist()))
    return result


def _value(call: Call, carriers: list[Any]) -> Any:
    value = call.entry.body(*carriers)
    if call.entry.columns:
        legs = [np.broadcast_to(leg, call.shape) for leg in value]
        return np.stack(legs, axis=-1).astype(float).reshape(call.cells)
    array = np.broadcast_to(value, call.shape)
    return array.astype(float) if array.dtype.kind in "iu" else array


def _single(parameter: Parameter, argument: Any) -> tuple[Any, Any]:
    try:
        return read(parameter, argument), np.True_
    except HedgeError:
        return np.nan, np.False_


def _carrier(parameter: Parameter, argument: Any) -> tuple[Any, Any]:
    """An array argument as the formula takes it, and which of its elements are admitted."""
    array = argument if hasattr(argument, "dtype") else np.asarray(argument)
    if parameter.quantity.kind == "number" and array.dtype.kind in "buif":
        numbers = array.astype(float, copy=False)
        return numbers, np.isfinite(numbers) & parameter.quantity.domain.admits(numbers)
    # Text among numbers would have made NumPy turn all of them into text: start from the elements.
    elements = np.asarray(argument, dtype=object)
    read_in = [_single(parameter, element) for element in elements.flat]
    values = np.array([value for value, _ in read_in]).reshape(elements.shape)
    return values, np.array([admitted for _, admitted in read_in]).reshape(elements.shape)
