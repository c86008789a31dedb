"""Excel on Windows: our functions as xlwings' user-defined functions.

In a workbook's xlwings settings, ``UDF MODULES`` = ``xlhedge.hosts.xlwings_udfs``, then *Import
Functions*. One function for each entry of FUNCTIONS, named as in Excel; elsewhere than on Windows
xlwings' decorators do nothing and these are plain functions.

Arguments are taken raw, as COM delivers them: xlwings' own reading would turn an empty text into a
blank and an error into a blank or a text, and would not tell a row from a column.

Python cannot hand Excel an error value. A call that has no value therefore raises, and xlwings
shows the exception as text; in an array a bad cell holds the error's name and the reason as text,
such as ``#NUM! spot_price[1, 0]: -5 is out of range; it must be above 0``, and the others their
values. It does not pass for a real error: SUM skips text, so look at the cells themselves. Our own
add-in (`addin_udfs`) shows real errors.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import xlwings as xw

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, Function

__all__ = ["answer", "udf"]

_COM_ERROR = 0x7FF6_0000  # a COM code is 0x800A0000 + n, as a signed number
_ERRORS = {error.excel - _COM_ERROR: error for error in CellError}
_CODES = range(2000 - _COM_ERROR, 2100 - _COM_ERROR)  # newer errors too: #SPILL!, #CALC!, #BUSY!
_MISSING = -2147352572  # DISP_E_PARAMNOTFOUND: VBA's mark of an optional argument left out


def answer(entry: Function, arguments: Sequence[Any], error: Callable[[HedgeError], str]) -> Any:
    """A function's value for arguments as COM delivers them.

    Args:
        entry: the function.
        arguments: numbers as floats, a date-time, text, a truth value, None for an empty cell, an
            int for an error or an argument left out; or rows of them, or one row.
        error: what a bad cell of an array holds instead.

    Returns:
        A float, text or truth value, or rows of them.

    Raises:
        HedgeError: the call as a whole has no value.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> answer(function("SPOT_NOTIONAL"), [((1.0,), (None,)), 10.0], error=str)
        [[10.0], ['spot_qty[1, 0]: is empty; it must be a number']]
    """
    value = evaluate(entry, [_argument(argument) for argument in arguments])
    if isinstance(value, float | str | bool):
        return value
    return [
        [error(cell) if isinstance(cell, HedgeError) else cell for cell in row]
        for row in rows_of(value)
    ]


def _argument(value: Any) -> Any:
    """An argument as `evaluate` takes it: a single value, or a range as rows."""
    if isinstance(value, tuple | list):
        rows = value if value and isinstance(value[0], tuple | list) else [value]
        return [[_cell(cell) for cell in row] for row in rows]
    return _cell(value)


def _cell(value: Any) -> Any:
    if type(value) is not int:  # numbers come as floats; only codes are whole
        return value
    if value == _MISSING:
        return None
    return _ERRORS.get(value, CellError.VALUE) if value in _CODES else value


def udf(entry: Function, call: Callable[..., Any]) -> Callable[..., Any]:
    """A callable as xlwings' user-defined function of an entry: its name, arguments and help.

    Args:
        entry: the function.
        call: takes the arguments as COM delivers them; it is changed.
    """
    # xlwings reads all of these: the name in Excel, its help, and how many arguments there are.
    call.__name__ = call.__qualname__ = entry.name
    call.__doc__ = entry.summary
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # any function may have one
        [
            inspect.Parameter(
                parameter.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                # The default itself is `evaluate`'s to know: some are no number that COM can carry.
                default=inspect.Parameter.empty if parameter.required else None,
            )
            for parameter in entry.parameters
        ]
    )
    call.__annotations__ = {}  # xlwings would take type hints for converters
    described: Callable[..., Any] = call
    for parameter in entry.parameters:
        described = xw.arg(parameter.name, "raw", doc=parameter.quantity.help)(described)
    # Outermost, or xw.arg would set the category back to xlwings' own.
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = xw.func(category="xlhedge")
    return decorate(described)


def _raising(entry: Function) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return answer(entry, arguments, lambda error: f"{error.kind.code} {error}")

    return call


globals().update({entry.name: udf(entry, _raising(entry)) for entry in FUNCTIONS})
