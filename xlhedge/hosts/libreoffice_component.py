"""What runs inside LibreOffice: the UNO component that computes our functions in Calc's cells.

LibreOffice loads this file from the extension that `xlhedge.hosts.libreoffice` builds, with the
core of the package beside it in ``pythonpath/``; `uno` and `unohelper` exist there only.

What Calc hands over, as measured with 25.2: numbers, dates and truth values as floats, text as
text, a range or an inline array as a tuple of rows, an argument left out as None. An empty cell
inside a range is ``""``, as is a formula's empty text there; a single empty cell is 0.0, which
nothing can tell from a typed 0. An error among the inputs never arrives: Calc passes a single
cell's error on, the last one of several, and makes the whole call #VALUE! for one inside a range.

A text inside a range of results looks right in its cell, and yet ``=`` finds it equal to no other
text, nor do MATCH and COUNTIF. So functions that give text hand over a single value, which is
sound, and #VALUE! for a range: an error that is seen, where IF would quietly take the wrong branch.

If the environment variable XLHEDGE_CALL_LOG names a file, every call appends the function's name
to it: the proof that a cell was computed here and not read from a file. The traceback of a failure
that nobody expected goes there too, and to the standard error output.
"""

from __future__ import annotations

import os
import struct
import sys
import traceback
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, Function
from xlhedge.hosts.libreoffice_refresh import REFRESH, create_refresh

__all__ = ["IMPLEMENTATION", "INTERFACE", "calc_value", "cell", "gives_text"]

IMPLEMENTATION = "org.xlhedge.Functions"
"""The component's name, under which CalcAddIns.xcu describes its functions."""
INTERFACE = "org.xlhedge.XFunctions"
"""The UNO interface that declares the functions; its module is not named as a Python package is."""

_LOG = "XLHEDGE_CALL_LOG"
_ERROR = 0x7FF8_0000_0000_0000  # a NaN that carries Calc's error number in its lowest bits


def _argument(value: Any) -> Any:
    if isinstance(value, tuple):
        return [[None if element == "" else element for element in row] for row in value]
    return value


def cell(value: Any) -> Any:
    """A value of `evaluate` as Calc shows it: an error as its NaN, a truth value as 1 or 0."""
    if isinstance(value, HedgeError):
        return struct.unpack("<d", struct.pack("<Q", _ERROR | value.kind.calc))[0]
    return float(value) if isinstance(value, bool) else value  # some versions show True as 0


def gives_text(entry: Function) -> bool:
    """Whether a function's value is text, which is handed over alone and never in rows."""
    return isinstance(entry.value, str)


def calc_value(entry: Function, arguments: tuple[Any, ...]) -> Any:
    """What Calc shows for a call: rows of cells, or one cell of a function that gives text.

    An error of a function that gives a row fills it.

    Args:
        entry: the function.
        arguments: as Calc hands them over.
    """
    _note(entry.name)
    try:
        value = evaluate(entry, [_argument(argument) for argument in arguments])
    except HedgeError as error:
        value = [error] * max(1, len(entry.columns))
    except Exception:  # noqa: BLE001  # Calc would show #VALUE! as well, and lose the traceback
        report = f"{entry.name}{arguments!r}\n{traceback.format_exc()}"
        _note(report)
        sys.stderr.write(report)
        value = HedgeError("xlhedge failed", CellError.VALUE)
    rows = tuple(tuple(map(cell, row)) for row in rows_of(value))
    if not gives_text(entry):
        return rows
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else cell(HedgeError("takes single values"))


def _note(line: str) -> None:
    path = os.environ.get(_LOG)
    if path:
        with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123  # tiny on purpose
            log.write(line + "\n")


def _method(entry: Function) -> Any:
    def method(_self: Any, *arguments: Any) -> Any:
        return calc_value(entry, arguments)

    return method


def _create(*_context: Any) -> Any:
    # The interface is known once the extension is registered, so not while it is being installed.
    import uno
    import unohelper

    bases = (unohelper.Base, uno.getClass(INTERFACE))
    return type("Functions", bases, {entry.name: _method(entry) for entry in FUNCTIONS})()


def _helper() -> Any:
    import unohelper

    helper = unohelper.ImplementationHelper()
    helper.addImplementation(_create, IMPLEMENTATION, ("com.sun.star.sheet.AddIn",))
    helper.addImplementation(create_refresh, REFRESH, ("com.sun.star.task.Job",))
    return helper


def getComponentFactory(name: str, manager: Any, key: Any) -> Any:  # noqa: N802  # the loader's name
    """The factory of the component, as LibreOffice's Python loader asks for it."""
    return _helper().getComponentFactory(name, key, manager)


def writeRegistryInfo(manager: Any, key: Any) -> Any:  # noqa: N802  # the loader's name
    """Registers the component while the extension is being installed."""
    return _helper().writeRegistryInfo(key, manager)
