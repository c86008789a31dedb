"""Excel on Windows: our functions as xlwings' user-defined functions, with two ways to say errors.

Arguments are taken raw, as COM delivers them, and of a reference what its cells store: xlwings' own
reading would turn an empty text into a blank and an error into a blank or a text, would not tell a
row from a column, and rounds what has a currency format. Elsewhere than on
Windows xlwings' decorators do nothing and these are plain functions.

Python cannot hand Excel an error value. So a function is made in one of two ways:

`raising`, for a workbook's own xlwings (`xlhedge.hosts.xlwings_udfs`)
    A call that has no value raises, and xlwings shows the exception as text. In an array a bad cell
    holds the error's name and the reason as text, and the others their values, such as
    ``#NUM! spot_price[1, 0]: -5 is out of range; it must be above 0``.
`coding`, for our own add-in (`xlhedge.hosts.addin_udfs`), whose VBA makes a real error of it
    Nothing raises. An error is a text, alone or inside an array, such as
    ``#XLERR2036|SPOT_NOTIONAL: spot_price: -5 is out of range; it must be above 0``: 2036 is what
    ``CVErr`` takes (#NUM!); the rest is kept for HEDGE_EXPLAIN. No text that is a value begins so:
    the functions that give text begin with a word of their own. No None or NaN goes out, which
    Excel would show as an empty text.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any

import xlwings as xw
from xlwings.conversion import Accessor, Pipeline

from xlhedge import __version__
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import Function
from xlhedge.hosts.excel.bridge import ERROR_MARK
from xlhedge.hosts.excel.xlam import TITLE

__all__ = ["coding", "raising"]

_COM_ERROR = 0x7FF6_0000  # a COM code is 0x800A0000 + n, as a signed number
_ERRORS = {error.excel - _COM_ERROR: error for error in CellError}
_CODES = range(2000 - _COM_ERROR, 2100 - _COM_ERROR)  # newer errors too: #SPILL!, #CALC!, #BUSY!
_MISSING = -2147352572  # DISP_E_PARAMNOTFOUND: VBA's mark of an optional argument left out
_LONGEST_MESSAGE = 1_000  # characters that go out; an argument that it quotes may be of any length
_LONGEST_TEXT = 32_767  # of a cell


def raising(entry: Function) -> Callable[..., Any]:
    """A function of the registry as a user-defined function whose errors are exceptions.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> raising(function("SPOT_NOTIONAL"))(((1.0,), (None,)), 10.0)
        [[10.0], ['#VALUE! spot_qty[1, 0]: is empty; it must be a number']]
    """

    def call(*arguments: Any) -> Any:
        return _value(entry, arguments, lambda error: f"{error.kind.code} {error}")

    return _udf(entry, call)


def coding(entry: Function) -> Callable[..., Any]:
    """A function of the registry as a user-defined function whose errors are texts with a code.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> coding(function("SPOT_NOTIONAL"))(None, 10.0)
        '#XLERR2015|SPOT_NOTIONAL: spot_qty: is empty; it must be a number'
    """

    def coded(error: HedgeError) -> str:
        return _coded(error.kind, f"{entry.name}: {error}")

    def call(*arguments: Any) -> Any:
        try:
            value = _value(entry, arguments, coded)
        except HedgeError as error:
            return coded(error)
        except Exception as error:  # noqa: BLE001  # xlwings would make it a text that SUM skips
            return _coded(
                CellError.VALUE,
                f"{entry.name}: a bug in xlhedge {__version__}; please report this line, the "
                f"formula and what its cells hold: {type(error).__name__}: {error}",
            )
        return value[:_LONGEST_TEXT] if isinstance(value, str) else value

    return _udf(entry, call)


def _coded(kind: CellError, message: str) -> str:
    line = " ".join(message.split())
    if len(line) > _LONGEST_MESSAGE:
        line = line[: _LONGEST_MESSAGE - 1] + "…"
    return f"{ERROR_MARK}{kind.excel}|{line}"


def _value(entry: Function, arguments: Sequence[Any], shown: Callable[[HedgeError], str]) -> Any:
    """A function's value, or rows of them; of arguments, or rows of them, as COM delivers them."""
    value = evaluate(entry, [_argument(argument) for argument in arguments])
    if isinstance(value, float | str | bool):
        return value
    if not isinstance(value, list) and value.dtype.kind != "O":
        return rows_of(value)  # numbers only
    once = cache(shown)  # the blanks of a whole column share an error
    return [
        [once(cell) if isinstance(cell, HedgeError) else cell for cell in row]
        for row in rows_of(value)
    ]


def _argument(value: Any) -> Any:
    """An argument as `evaluate` takes it: a single value, or a range as rows."""
    if isinstance(value, tuple | list):
        rows = value if value and isinstance(value[0], tuple | list) else [value]
        if int not in set(map(type, chain.from_iterable(rows))):
            return rows  # nothing to read
        return [[_cell(cell) for cell in row] for row in rows]
    return _cell(value)


def _cell(value: Any) -> Any:
    if type(value) is not int:  # numbers come as floats; only codes are whole
        return value
    if value == _MISSING:
        return None
    return _ERRORS.get(value, CellError.VALUE) if value in _CODES else value


class _Stored(Accessor):
    """Takes arguments raw, and of a reference what its cells store.

    xlwings' own way asks for ``Value``, which makes four decimals of a cell in a currency format
    (600,000 of 617,250) and a date-time of a date; ``Value2`` is the number itself.
    """

    @classmethod
    def reader(cls, _options: Any) -> Any:
        """The steps by which xlwings reads an argument."""
        return Pipeline([_stored])


def _stored(context: Any) -> None:
    if context.range is not None:
        context.value = context.range.api.Value2


def _udf(entry: Function, call: Callable[..., Any]) -> Callable[..., Any]:
    """A callable with the name, arguments and help of an entry, as xlwings reads them."""
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
        described = xw.arg(parameter.name, _Stored, doc=parameter.quantity.help)(described)
    # Outermost, or xw.arg would set the category back to xlwings' own.
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = xw.func(category=TITLE)
    return decorate(described)
