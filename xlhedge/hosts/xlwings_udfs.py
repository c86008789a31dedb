"""Excel on Windows: our functions as xlwings' user-defined functions.

In a workbook's xlwings settings, ``UDF MODULES`` = ``xlhedge.hosts.xlwings_udfs``, then *Import
Functions*. One function for each entry of FUNCTIONS, named as in Excel; elsewhere than on Windows
xlwings' decorators do nothing and these are plain functions.

Arguments are taken raw, as COM delivers them: xlwings' own reading would turn an empty text into a
blank and an error into a blank or a text, and would not tell a row from a column.

Python cannot hand Excel an error value. A call that has no value therefore raises, and xlwings
shows the exception as text; in an array a bad cell holds the error's name and the reason as text,
such as ``#NUM! spot_price[1, 0]: -5 is out of range; it must be above 0``, and the others their
values. It does not pass for a real error: SUM skips text, so look at the cells themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings as xw

from xlhedge.errors import CellError, HedgeError
from xlhedge.evaluation import evaluate, rows_of
from xlhedge.functions import FUNCTIONS, Function

_ERRORS = {error.excel - 0x7FF6_0000: error for error in CellError}  # a COM code: 0x800A0000 + n
_MISSING = -2147352572  # DISP_E_PARAMNOTFOUND: VBA's mark of an optional argument left out


def _argument(value: Any) -> Any:
    """An argument as `evaluate` takes it: a single value, or a range as rows."""
    if isinstance(value, tuple | list):
        rows = value if value and isinstance(value[0], tuple | list) else [value]
        return [[_cell(cell) for cell in row] for row in rows]
    return _cell(value)


def _cell(value: Any) -> Any:
    if type(value) is not int:  # numbers come as floats; only codes are whole
        return value
    return None if value == _MISSING else _ERRORS.get(value, value)


def _answer(entry: Function, arguments: tuple[Any, ...]) -> Any:
    value = evaluate(entry, [_argument(argument) for argument in arguments])
    if isinstance(value, float | str | bool):
        return value
    return [[_shown(cell) for cell in row] for row in rows_of(value)]


def _shown(value: Any) -> Any:
    return f"{value.kind.code} {value}" if isinstance(value, HedgeError) else value


def _udf(entry: Function) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return _answer(entry, arguments)

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


globals().update({entry.name: _udf(entry) for entry in FUNCTIONS})
