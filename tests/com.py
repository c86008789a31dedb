"""xlwings as it is on Windows, on Linux: our functions through its own code, without Excel.

A child process puts stubs in the place of pywin32. Then xlwings imports as on Windows, decorates
our functions for real, and is called as VBA calls it (``XLPy.CallUDF``), with ranges and values of
the types that COM delivers. Only Excel is missing.
"""

from __future__ import annotations

import ctypes
import importlib
import math
import pickle
import re
import subprocess
import sys
import types
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from cases import BLANK, Case

from xlhedge.errors import CellError
from xlhedge.functions.registry import function

MISSING = -2147352572
"""VBA's mark of an optional argument left out."""

CVERR = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
}
"""Errors of cells in VBA; COM hands over 0x800A0000 more, as a signed number."""

TIMEOUT = 600


class Stub(types.ModuleType):
    """A module of pywin32 in which everything is there and nothing works."""

    __file__ = "pywin32"
    __path__: list[str] = []  # noqa: RUF012  # as the import system has it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{self.__name__}.{name}")


def in_child(code: str, folder: Path) -> Any:
    """What an expression of a test module gives in a new Python, where `windows` may be called.

    Args:
        code: ``module.function(…)``; its value must be picklable.
        folder: an empty folder.
    """
    path = folder / "found"
    module = code.partition(".")[0]
    program = (
        f"import pickle, {module}\nfrom pathlib import Path\n"
        f"Path({str(path)!r}).write_bytes(pickle.dumps({code}))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return pickle.loads(path.read_bytes())  # noqa: S301  # our own


def windows(*modules: types.ModuleType) -> None:
    """Makes xlwings import as on Windows with pywin32, and our modules again after it."""
    for name in (
        *("pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui"),
        *("win32process", "win32timezone", "win32com", "win32com.client", "win32com.server"),
        *("win32com.server.dispatcher", "win32com.server.policy", "win32com.server.util"),
    ):
        sys.modules[name] = Stub(name)
    # These stand in isinstance and except clauses.
    sys.modules["pywintypes"].TimeType = type("TimeType", (), {})
    sys.modules["pywintypes"].com_error = type("com_error", (Exception,), {})
    sys.modules["pywintypes"].IID = str
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(sys.modules["win32com.client"], name, type(name, (), {}))
    ctypes.windll = ctypes.oledll = ctypes.PyDLL = MagicMock()

    import xlwings
    from xlwings import _xlwindows, com_server, udfs

    xlwings.engines.add(xlwings.Engine(impl=_xlwindows.engine))
    xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
    com_server.FromVariant = lambda variant: variant  # nothing to unwrap
    for module in modules:
        importlib.reload(module)


def registered(module: types.ModuleType) -> dict[str, dict[str, Any]]:
    """What xlwings knows of a module's functions."""
    found = {name: getattr(value, "__xlfunc__", None) for name, value in vars(module).items()}
    return {name: known for name, known in found.items() if known}


def com_range(*rows: tuple[Any, ...]) -> Any:
    """A Range as VBA passes it for a reference; a single cell's value is no array."""
    cells = MagicMock(Value2=com_value2(*rows), Value=com_value2(*map(_formatted, rows)))
    cells.Rows.Count, cells.Columns.Count = len(rows), len(rows[0])
    iid = "{00020846-0000-0000-C000-000000000046}"
    cells._oleobj_.GetTypeInfo.return_value.GetTypeAttr.return_value.iid = iid
    return cells


def _formatted(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``Value`` says of cells in a currency format: four decimals at most, no float."""
    return tuple(
        Decimal(f"{cell:.4f}") if isinstance(cell, float) and math.isfinite(cell) else cell
        for cell in row
    )


def com_value2(*rows: tuple[Any, ...]) -> Any:
    """What a Range holds, as COM hands it over."""
    return rows if (len(rows), len(rows[0])) != (1, 1) else rows[0][0]


def com_value(argument: Any) -> Any:
    """A cell's content as COM delivers it; None is an empty cell."""
    if argument is None or argument is BLANK:
        return None
    if isinstance(argument, CellError):
        return CVERR[argument.code] - 0x7FF6_0000
    if isinstance(argument, bool | str):
        return argument
    return float(argument)


def com_argument(argument: Any, reference: Callable[..., Any] | None, left_out: Any) -> Any:
    """A case's argument as it goes to Python.

    Args:
        argument: as `cases` has it.
        reference: makes a reference out of rows; None where it is typed into the formula.
        left_out: what stands for an argument left out.
    """
    if argument is None:
        return left_out
    if not isinstance(argument, tuple):
        value = com_value(argument)
        return reference((value,)) if reference else value
    rows = tuple(tuple(map(com_value, row)) for row in argument)
    if reference:
        return reference(*rows)
    return rows if len(rows) > 1 else rows[0]  # VBA hands over {1,2} without rows


def com_arguments(case: Case, reference: Callable[..., Any] | None, left_out: Any) -> tuple:
    """All arguments of a case's function; VBA passes those too that a formula leaves out."""
    rest = (None,) * (len(function(case.function).parameters) - len(case.arguments))
    # A blank is never typed.
    return tuple(
        com_argument(one, com_range if one is BLANK and not reference else reference, left_out)
        for one in (*case.arguments, *rest)
    )


IS_ERROR = re.compile(r"#XLERR(2\d{3})\|([^\r\n]{1,1000})")
"""The text that stands for an error: its number, and why."""


def rows_of(value: Any) -> list[list[Any]]:
    """What came, as rows: CallUDF hands over a single row flat, and a single cell as it is."""
    if not isinstance(value, list):
        return [[value]]
    return value if isinstance(value[0], list) else [value]


def agrees(case: Case, got: Any) -> bool:
    """Whether what CallUDF gave is a case's value, or the text of its error."""
    wanted = case.expected if isinstance(case.expected, tuple) else ((case.expected,),)
    if isinstance(got, str) and got.startswith("#XLERR"):  # Excel shows it in every cell
        if len({cell for row in wanted for cell in row}) != 1:
            return False
        got = [[got] * len(row) for row in wanted]
    elif isinstance(got, list) is not isinstance(case.expected, tuple):
        return False
    rows = rows_of(got)
    return list(map(len, rows)) == list(map(len, wanted)) and all(
        _same(case.function, cell, value)
        for row, cells in zip(rows, wanted, strict=True)
        for cell, value in zip(row, cells, strict=True)
    )


def _same(function: str, cell: Any, value: Any) -> bool:
    if isinstance(value, CellError):
        found = IS_ERROR.fullmatch(cell) if isinstance(cell, str) else None
        return (
            found is not None
            and found[1] == str(value.excel)
            and found[2].startswith(f"{function}: ")
            and "bug" not in cell
        )
    if isinstance(value, str | bool):
        return type(cell) is type(value) and cell == value
    return type(cell) is float and math.isclose(cell, value, rel_tol=1e-12, abs_tol=1e-12)
