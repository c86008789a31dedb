"""How long each host takes for a workbook of 2,000 calls: `make bench`.

Each round runs every host once, in turn, so that a busy machine slows all of them alike; the table
shows the median of the rounds. The call counts are exact: the same examples of the registry, over
and over. Excel is not among them: nothing here was run in Excel. What stands for it is the Python
side of the add-in, through xlwings' own dispatch with the Windows modules stubbed, without COM.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from engines import CallSheet, IronCalc, LibreOffice  # noqa: E402  # the tests' own programs
from openpyxl.workbook.defined_name import DefinedName  # noqa: E402

from xlhedge.evaluation import evaluate  # noqa: E402
from xlhedge.functions import FUNCTIONS, Function  # noqa: E402
from xlhedge.hosts.lambdas import lambda_text  # noqa: E402
from xlhedge.hosts.libreoffice import build  # noqa: E402

CALLS, ROUNDS = 2_000, 5
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
print(time.perf_counter() - start)
"""


def workbook(path: Path, *, names: bool = False, calls: bool = True) -> Path:
    """Every call with its arguments in cells; without calls only the arguments."""
    sheet = CallSheet()
    for entry in EXAMPLES:
        (row,) = sheet.add(entry.name, entry.example)
        if not calls:
            sheet.sheet[row[0]] = None
    if names:
        for entry in SINGLE:
            sheet.book.defined_names[entry.name] = DefinedName(
                entry.name, attr_text=lambda_text(entry)
            )
    return sheet.save(path)


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def python() -> None:
    """The same calls in Python."""
    for entry in EXAMPLES:
        evaluate(entry, entry.example)


def addin() -> float:
    """The Python side of the Excel add-in, in a process of its own."""
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", _EXCEL], cwd=Path(__file__).parent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "office").mkdir()
        office = LibreOffice(home / "office", build(home / "xlhedge.oxt"))
        ours, empty = workbook(home / "calls.xlsx"), workbook(home / "empty.xlsx", calls=False)
        named = workbook(home / "named.xlsx", names=True)
        hosts: dict[str, Callable[[], float]] = {
            "Python, evaluate": lambda: timed(python),
            "Excel add-in, its Python side": addin,
            "IronCalc, LAMBDA": lambda: timed(lambda: IronCalc().values(named)),
            "LibreOffice, with the extension": lambda: timed(lambda: office.recalculate(ours)),
            "LibreOffice, the same without calls": lambda: timed(lambda: office.recalculate(empty)),
        }
        office.recalculate(empty)  # the first start makes the profile
        rounds = [{name: work() for name, work in hosts.items()} for _ in range(ROUNDS)]
    print(f"{CALLS:,} calls of {len(SINGLE)} functions, seconds, median of {ROUNDS} rounds")
    for name in hosts:
        print(f"{name:<38}{statistics.median(each[name] for each in rounds):8.3f}")


if __name__ == "__main__":
    main()
