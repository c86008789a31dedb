"""What runs inside xlwings Lite: our functions as the custom functions of a workbook's Python.

`xlhedge.hosts.lite` writes this module, and what of the package it imports, into a workbook. Lite's
Python is Pyodide; the standard library is enough. xlwings' decorators are handed over, since only
Lite has those that work there.

Arguments are taken raw. A single cell is a value, a row a list, several rows a list of lists; an
empty cell is None or JavaScript's null, an error a dictionary, a number with a format may be one.
A result ``"#NUM!"`` is a real error in the cell, alone or inside an array; that was measured with
Lite's own runtime, which our tests have not. Not run in Lite.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, Function

__all__ = ["lite_functions"]

_ERRORS = {error.code: error for error in CellError}


def lite_functions(func: Any, arg: Any) -> dict[str, Callable[..., Any]]:
    """Every function by its name, as xlwings' decorators register it.

    Args:
        func: xlwings' decorator of a function.
        arg: xlwings' decorator of an argument.

    Example:
        >>> from xlwings import arg, func
        >>> made = lite_functions(func, arg)
        >>> made["SPOT_NOTIONAL"]([[2.0], [None]], 10.0)
        [[20.0], ['#VALUE!']]
        >>> made["SPOT_NOTIONAL"]({"type": "Error", "basicValue": "#N/A"}, 10.0)
        '#N/A'
    """
    return {entry.name: _registered(entry, func, arg) for entry in FUNCTIONS}


def _registered(entry: Function, func: Any, arg: Any) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            value = evaluate(entry, [_argument(each) for each in arguments])
        except HedgeError as error:
            return error.kind.code
        if isinstance(value, float | str | bool):
            return value
        return [[_cell(cell) for cell in row] for row in rows_of(value)]

    call.__name__ = call.__qualname__ = entry.name
    call.__doc__ = entry.summary
    call.__annotations__ = {}  # type hints would be taken for converters
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # any function may have one
        [
            inspect.Parameter(
                parameter.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if parameter.required else None,
            )
            for parameter in entry.parameters
        ]
    )
    described: Callable[..., Any] = call
    for parameter in entry.parameters:
        described = arg(parameter.name, "raw", doc=parameter.quantity.help)(described)
    registered: Callable[..., Any] = func(described)
    return registered


def _argument(value: Any) -> Any:
    """An argument as `evaluate` takes it: a single value, or a range as rows."""
    if isinstance(value, list | tuple):
        rows = value if value and isinstance(value[0], list | tuple) else [value]
        return [[_typed(cell) for cell in row] for row in rows]
    return _typed(value)


def _typed(value: Any) -> Any:
    """What a cell holds."""
    if isinstance(value, dict):
        held: Any = value.get("basicValue")
        return _ERRORS.get(held, CellError.VALUE) if value.get("type") == "Error" else held
    return None if type(value).__name__ == "JsNull" else value


def _cell(value: Any) -> Any:
    return value.kind.code if isinstance(value, HedgeError) else value
