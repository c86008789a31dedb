"""One cell: its arguments are read and checked, and the formula gives a value or says why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from xlhedge.errors import CellError, HedgeError, Undefined
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.ranges import flattened, is_missing
from xlhedge.serials import serial
from xlhedge.text import cited

__all__ = ["admit", "admit_one", "evaluate_one", "taken"]

_PLAIN = (float, int)


def admit_one(parameter: Parameter, value: Any) -> Any:
    """An argument as the formula takes it: a float, a word of the vocabulary, or a truth value.

    A blank takes the default. TRUE and FALSE count as 1 and 0, as in any spreadsheet.

    Raises:
        HedgeError: text for a number, an unknown word, a blank for a required argument, or a
            number outside its domain; it names the argument.
    """
    if not parameter.required and is_missing(value):
        return parameter.default
    return _given(parameter.quantity, value)


def _given(quantity: Quantity, value: Any) -> Any:
    """What is no blank: as `admit_one`."""
    if not isinstance(value, _PLAIN):
        if is_missing(value):
            raise _wrong(quantity, "is empty", CellError.VALUE)
        if quantity.kind != "word":
            value = _number(quantity, value)
    if quantity.kind == "word":
        return _word(quantity, value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(quantity, f"{number} is not a finite number", CellError.NUM)
    if not quantity.domain.admits(number):
        raise _wrong(quantity, f"{number:.15g} is out of range", CellError.NUM)
    return number


def admit(parameter: Parameter, value: Any) -> Any:
    """An argument as `admit_one`, or all of a range's; what may be anything is left as it is.

    Raises:
        HedgeError: as `admit_one`; it says which of a range's elements is wrong.
    """
    if parameter.quantity.kind == "any" or (
        value.__class__ is str and value in parameter.quantity.options
    ):
        return value
    if value.__class__ is not list:
        return admit_one(parameter, value)
    low, high = parameter.quantity.domain.span
    values = []
    for place, element in enumerate(value):
        if element.__class__ is float and low <= element <= high:
            values.append(element)
            continue
        try:
            values.append(_given(parameter.quantity, element))
        except HedgeError as error:
            error.position = (place,)
            raise
    return values


def _word(quantity: Quantity, value: Any) -> str:
    word = value.strip().casefold() if isinstance(value, str) else None
    if word not in quantity.options:
        raise _wrong(quantity, f"{value!r} is not known", CellError.VALUE)
    return word


def _number(quantity: Quantity, value: Any) -> float:
    moment = value
    if value.__class__.__name__ == "datetime64":  # NumPy's, which float() may count in nanoseconds
        moment = value.astype("M8[us]").item()
    if isinstance(moment, date):
        if quantity.kind == "date":
            return serial(moment)
    elif not isinstance(value, str | bytes | complex):
        try:
            return float(value)  # NumPy's scalars, Decimal, Fraction
        except (TypeError, ValueError):
            pass
    what = f"{cited(value)} is not a number; it {quantity.wanted}"
    raise HedgeError(what, CellError.VALUE, quantity.name)


def _wrong(quantity: Quantity, what: str, kind: CellError) -> HedgeError:
    return HedgeError(f"{what}; it {quantity.allowed}", kind, quantity.name)


def evaluate_one(entry: Function, arguments: Sequence[Any]) -> Any:
    """A function's value for single values; this path decides what is an error, and which.

    Args:
        entry: the function.
        arguments: one for each parameter; None where it is left out or its cell is empty.

    Returns:
        A float, text or truth value; a list of them for a function that gives a row.

    Raises:
        HedgeError: there is no value.
    """
    values = taken(entry, arguments)
    try:
        value = entry.body(*values)
    except ZeroDivisionError:
        raise HedgeError(f"{entry.name} divides by an exposure of 0", CellError.DIV0) from None
    except OverflowError:
        raise HedgeError(f"{entry.name} is too large for a number", CellError.NUM) from None
    if entry.columns:
        return [_checked(entry, cell) for cell in value]
    return _checked(entry, value)


def taken(entry: Function, arguments: Sequence[Any]) -> list[Any]:
    """The arguments as the body takes them: read, checked, and defaults in the place of blanks.

    An error among the inputs comes before any of ours, then the leftmost argument's.

    Raises:
        HedgeError: an argument is wrong, or a condition on several does not hold.
    """
    if entry.series:
        arguments = flattened(entry, arguments)
    values = []
    try:
        for (low, high, default, parameter), value in zip(entry.plan, arguments, strict=True):
            if (value.__class__ is float or value.__class__ is int) and low <= value <= high:
                values.append(float(value))
            elif value is None and default is not Parameter.empty:
                values.append(default)
            else:
                values.append(admit(parameter, value))
    except HedgeError:
        _pass_on(entry, arguments)
        raise
    for rule, places in entry.rules:
        if not rule.holds(*map(values.__getitem__, places)):
            raise HedgeError(rule.message, rule.kind, rule.arguments[-1])
    return values


def _pass_on(entry: Function, arguments: Sequence[Any]) -> None:
    """Raise the leftmost error among the inputs; nothing takes one for a value."""
    if CellError not in set(map(type, arguments)):
        return
    for parameter, argument in zip(entry.parameters, arguments, strict=True):
        if argument.__class__ is CellError and parameter.quantity.kind != "any":
            raise HedgeError(f"its cell holds {argument.code}", argument, parameter.name) from None


def _checked(entry: Function, value: Any) -> Any:
    if value.__class__ is float and math.isfinite(value):
        return value + 0.0  # -0.0 becomes 0.0
    if isinstance(value, Undefined):
        raise HedgeError(value.why, value.kind)
    if isinstance(value, str | bool):
        return value
    if not math.isfinite(value):
        raise HedgeError(f"{entry.name} is too large for a number", CellError.NUM)
    return float(value) + 0.0
