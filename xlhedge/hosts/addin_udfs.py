"""Excel on Windows: our functions as our own add-in calls them.

The add-in's wrappers (`excel.wrappers`) call ``XLPy.CallUDF("xlhedge.hosts.addin_udfs", "NAME",
Array(…))``. Python cannot hand Excel an error value, so an error goes out as a text that the
wrapper turns into a real one, alone or inside an array:

``#XLERR2036|spot_price: -5 is out of range; it must be above 0``
    2036 is what ``CVErr`` takes (#NUM!); the rest of the line is kept for HEDGE_EXPLAIN.

No text that is a value begins so: the functions that give text begin with a word of their own.
Nothing raises, and no None or NaN goes out, which Excel would show as an empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xlhedge import __version__
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.registry import FUNCTIONS, Function
from xlhedge.hosts.excel.bridge import ERROR_MARK
from xlhedge.hosts.xlwings_udfs import answer, udf

__all__ = ["LONGEST_MESSAGE"]

LONGEST_MESSAGE = 1_000
"""Characters of a message that go out; an argument that it quotes may be of any length."""

_LONGEST_TEXT = 32_767  # of a cell


def _udf(entry: Function) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return _answer(entry, arguments)

    return udf(entry, call)


def _answer(entry: Function, arguments: Sequence[Any]) -> Any:
    def coded(error: HedgeError) -> str:
        return _coded(error.kind, f"{entry.name}: {error}")

    try:
        value = answer(entry, arguments, coded)
    except HedgeError as error:
        return coded(error)
    except Exception as error:  # noqa: BLE001  # xlwings would make it a text that SUM skips
        return _coded(
            CellError.VALUE,
            f"{entry.name}: a bug in xlhedge {__version__}; please report this line, the formula "
            f"and what its cells hold: {type(error).__name__}: {error}",
        )
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


def _coded(kind: CellError, message: str) -> str:
    line = " ".join(message.split())
    if len(line) > LONGEST_MESSAGE:
        line = line[: LONGEST_MESSAGE - 1] + "…"
    return f"{ERROR_MARK}{kind.excel}|{line}"


globals().update({entry.name: _udf(entry) for entry in FUNCTIONS})
