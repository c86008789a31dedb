"""One cell: its arguments are read and checked, and the formula gives a value or says why not."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from numbers import Complex, Real
from typing import Any

from xlhedge.errors import CellError, HedgeError, Undefined
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.ranges import flattened, is_missing
from xlhedge.serials import serial
from xlhedge.text import cited, one_line

__all__ = ["admit", "admit_one", "evaluate_one", "taken"]

_PLAIN = (float, int)
_UNITS = {"days": timedelta(days=1), "hours": timedelta(hours=1)}
"""What a duration is counted in, by the unit of the quantity that it is given for."""


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
    if not isinstance(value, _PLAIN) and is_missing(value):
        raise _wrong(quantity, "is empty", CellError.VALUE)
    if quantity.kind == "word":
        return _word(quantity, value)
    number = _number(quantity, value)
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
    if value.__class__ is not list or not parameter.quantity.series:
        return admit_one(parameter, value)
    low, high = parameter.quantity.domain.span
    values = [each for each in value if each.__class__ is float and low <= each <= high]
    if len(values) == len(value):
        return values
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
    word = str.casefold(str.strip(value)) if isinstance(value, str) else None
    if word not in quantity.options:
        raise _wrong(quantity, f"{_quoted(value, repr)} is not known", CellError.VALUE)
    return word


def _number(quantity: Quantity, value: Any) -> float:
    try:
        return float(value) if isinstance(value, _PLAIN) else _converted(quantity, value)
    except OverflowError:  # a whole number or a fraction of 400 digits
        return math.inf
    except Exception:  # noqa: BLE001  # a type of somebody else may raise anything
        what = f"{_quoted(value, cited)} is not a number; it {quantity.wanted}"
    raise HedgeError(what, CellError.VALUE, quantity.name)


def _converted(quantity: Quantity, value: Any) -> float:
    """A number of a type that is not Python's own.

    Raises:
        Exception: it is none.
    """
    if type(value).__name__ in ("datetime64", "timedelta64"):  # NumPy's, which count in any unit
        value = value.astype(f"{value.dtype.kind}8[us]").item()
        if isinstance(value, int):
            raise TypeError("farther away than Python's dates reach")
    if isinstance(value, date):
        if quantity.kind != "date":
            raise TypeError("no date is wanted")
        return serial(value)
    if isinstance(value, timedelta):  # pandas' own counts nanoseconds, too
        exact = timedelta(value.days, value.seconds, value.microseconds)
        return exact / _UNITS[quantity.unit]
    # Only what is one number: float() also takes text, buffers, and the real part of a number.
    complex_ = isinstance(value, Complex) and not isinstance(value, Real)
    if complex_ or isinstance(value, str | bytes) or getattr(value, "ndim", 0) > 0:
        raise TypeError("not one real number")
    if not hasattr(value, "__float__"):
        value = operator.index(value)
    return float(value)


def _quoted(value: Any, written: Callable[[Any], str]) -> str:
    try:
        return one_line(written(value))
    except Exception:  # noqa: BLE001  # as above; Python itself writes out no 5,000 digits
        return f"a value of type {type(value).__name__}"


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
        value = entry.found(values) if entry.series else entry.body(*values)
    except ZeroDivisionError:
        raise HedgeError(f"{entry.name} divides by an exposure of 0", CellError.DIV0) from None
    except (ArithmeticError, ValueError):  # also the logarithm of what rounds to 0
        raise HedgeError(f"{entry.name} is too large for a number", CellError.NUM) from None
    if value.__class__ is float and math.isfinite(value):  # nearly all are
        return value + 0.0  # -0.0 becomes 0.0
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
            kind = value.__class__
            if kind is float and low <= value <= high:
                values.append(value)
            elif kind is int and low <= value <= high:
                values.append(float(value))
            elif kind is str and value in parameter.quantity.options:
                values.append(value)
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
        return value + 0.0
    if isinstance(value, Undefined):
        raise HedgeError(value.why, value.kind)
    if isinstance(value, str | bool):
        return value
    if not math.isfinite(value):
        raise HedgeError(f"{entry.name} is too large for a number", CellError.NUM)
    return float(value) + 0.0
