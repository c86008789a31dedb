"""How long each host takes for a workbook of 2,000 calls.

The call counts are exact: the same examples of the registry, over and over. Excel is not among
them: nothing here was run in Excel. What stands for it is the Python side of the add-in, through
xlwings' own dispatch with the Windows modules stubbed, without COM.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from engines import CallSheet, IronCalc, LibreOffice, define  # noqa: E402  # the tests' own programs
from timing import ROUNDS, Row, medians  # noqa: E402

from xlhedge.functions.algebra import Expression, excel_text  # noqa: E402
from xlhedge.functions.evaluate import evaluate  # noqa: E402
from xlhedge.functions.registry import FUNCTIONS, Function  # noqa: E402
from xlhedge.hosts.libreoffice import build_extension  # noqa: E402

CALLS = 2_000
CELLS = 10_000
"""Rows of a column that a call is handed as xlwings hands over ranges: tuples in a tuple."""
SINGLE = [entry for entry in FUNCTIONS if entry.traceable and not entry.columns]
EXAMPLES: list[Function] = list(islice(cycle(SINGLE), CALLS))

_EXCEL = f"""
import sys, time
sys.path.insert(0, {str(ROOT / "tests")!r})
import com
com.windows()
from xlwings import com_server
import hosts
com_server.FromVariant = lambda variant: variant
server, module = com_server.XLPython(), "xlhedge.hosts.addin_udfs"
calls = [(e.name, tuple(float(a) if isinstance(a, int) and not isinstance(a, bool) else a
          for a in e.example)) for e in hosts.EXAMPLES]
server.CallUDF(module, *calls[0])
start = time.perf_counter()
for name, arguments in calls:
    server.CallUDF(module, name, arguments)
taken = [time.perf_counter() - start]
for name, columns, others in (("NET_DELTA", 3, ()), ("SCENARIO_PNL", 3, (-0.2,))):
    given = [tuple((float(n % 97 + 1 + k),) for n in range(hosts.CELLS)) for k in range(columns)]
    server.CallUDF(module, name, (*given, *others))  # the first one loads NumPy
    start = time.perf_counter()
    server.CallUDF(module, name, (*given, *others))
    taken.append(time.perf_counter() - start)
print(*taken)
"""


def workbook(path: Path, *, names: bool = False, form: str = "calls") -> Path:
    """A workbook of the examples, with their arguments in cells.

    Args:
        path: where.
        names: whether the functions are names of the workbook, as LAMBDA.
        form: "calls", "native" for the same formulas in Excel's own words, "none" for arguments.
    """
    sheet = CallSheet()
    for entry in EXAMPLES:
        ((place,),) = sheet.add(entry.name, entry.example)
        if form == "none":
            sheet.sheet[place] = None
        elif form == "native":
            sheet.sheet[place] = f"={_native(entry, sheet.sheet[place].value)}"
    if names:
        define(sheet.book, SINGLE)
    return sheet.save(path)


def _native(entry: Function, call: str) -> str:
    """A call's formula without our function."""
    given = call.partition("(")[2].rstrip(")").split(",")
    references = [*given, *[""] * (len(entry.parameters) - len(given))]
    arguments = [
        Expression(reference) if reference else parameter.default
        for reference, parameter in zip(references, entry.parameters, strict=True)
    ]
    return excel_text(entry.body(*arguments))


def python() -> None:
    """The same calls in Python."""
    for entry in EXAMPLES:
        evaluate(entry, entry.example)


def addin() -> list[float]:
    """Seconds of the Python side of the Excel add-in, in a process of its own.

    Of all calls of single cells, and of a call of columns each of NET_DELTA and SCENARIO_PNL.
    """
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", _EXCEL], cwd=Path(__file__).parent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return list(map(float, done.stdout.split()))


def rows() -> Iterator[Row]:
    """The lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "office").mkdir()
        office = LibreOffice(home / "office", build_extension(home / "xlhedge.oxt"))
        ours, none = workbook(home / "calls.xlsx"), workbook(home / "none.xlsx", form="none")
        native = workbook(home / "native.xlsx", form="native")
        named = workbook(home / "named.xlsx", names=True)
        taken = medians(
            {
                "Python, evaluate": python,
                "IronCalc loads and computes it, as LAMBDA": lambda: IronCalc().values(named),
                "IronCalc, as native formulas": lambda: IronCalc().values(native),
                "IronCalc, the arguments alone": lambda: IronCalc().values(none),
                "LibreOffice opens, computes and saves it, with the extension": lambda: (
                    office.recalculate(ours)
                ),
                "LibreOffice, as native formulas": lambda: office.recalculate(native),
                "LibreOffice, the arguments alone": lambda: office.recalculate(none),
            }
        )
    single, *columns = map(statistics.median, zip(*(addin() for _ in range(ROUNDS)), strict=True))
    yield Row(
        f"{CALLS:,} calls of {len(SINGLE)} functions: Excel add-in's Python", f"{single:.3f} s"
    )
    for name, each in zip(("NET_DELTA", "SCENARIO_PNL"), columns, strict=True):
        what = f"  one call of it with columns of {CELLS:,} cells: {name}"
        yield Row(what, f"{each * 1000:.1f} ms")
    for name, each in taken.items():
        yield Row(f"  {name}", f"{each:.3f} s")
    _, as_names, in_words, bare, extension, native_too, alone = taken.values()
    yield _net("IronCalc: LAMBDA", as_names - bare, in_words - bare)
    yield _net("LibreOffice: the extension", extension - alone, native_too - alone)


def _net(what: str, ours: float, native: float) -> Row:
    """A ratio without opening and saving, which the arguments alone take, too.

    LibreOffice runs already: no start is in it. What is left may be less than the noise.
    """
    shown = f"{ours / native:.1f} ×" if min(ours, native) > _NOISE else "below the noise"
    return Row(f"  {what} against native formulas, net of opening and saving", shown)


_NOISE = 0.01
"""Seconds by which two runs of the same differ."""
