"""1,000 portfolios with two workers and with one, the memory of a worker, and all of it again.

The portfolios are the samples `treasury` (5 holdings, 3 shorts, 447 rows of history) and
`partial-hedge` in turn, as filled-in templates. The last run keeps them all: `--resume`.

Both runs are real commands; a round runs both, in turn, so that a busy machine slows both alike.
Memory is what the system says the workers hold (RSS), seen from outside when the 100th and when the
last report is told.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from timing import ROUNDS, Row

ROOT = Path(__file__).parent.parent
PORTFOLIOS, EARLY = 1_000, 100
FASTER, LARGEST, GROWN = 1.7, 150, 1.1
"""The targets: times, megabytes, times."""


def desk(folder: Path, count: int) -> Path:
    """So many portfolios: the samples in turn."""
    sources = [ROOT / "workbooks" / f"{name}.xlsx" for name in ("treasury", "partial-hedge")]
    for number in range(count):
        shutil.copy(sources[number % 2], folder / f"p{number:05}.xlsx")
    return folder


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that work: those that the process which waits to be forked has forked."""
    below = psutil.Process(process.pid).children(recursive=True)
    return [each for each in below if each.ppid() != process.pid]


class Run(NamedTuple):
    """A run: seconds to its end and to its first line, MB of the largest worker early and late."""

    taken: float
    first: float
    early: float
    late: float


def run(folder: Path, out: Path, jobs: int, *more: str) -> Run:
    """Run the command, to its end."""
    command = [sys.executable, "-m", "xlhedge", "report", str(folder), "-o", str(out), "--json"]
    process = subprocess.Popen(  # noqa: S603  # our own program
        [*command, "--jobs", str(jobs), *more], stdout=subprocess.PIPE, text=True
    )
    started = time.perf_counter()
    total = len(list(folder.iterdir()))
    seen: dict[int, float] = {}
    first_line = 0.0
    with process:
        for number, _ in enumerate(process.stdout or (), 1):
            first_line = first_line or time.perf_counter() - started
            if not more and jobs > 1 and number in (min(EARLY, total // 2), total - 5 * jobs):
                seen[number] = max(each.memory_info().rss for each in workers_of(process)) / 1e6
    early, late = seen.values() if seen else (0.0, 0.0)
    if process.returncode:
        raise SystemExit(f"exit status {process.returncode}")
    return Run(time.perf_counter() - started, first_line, early, late)


def rows(count: int = PORTFOLIOS, rounds: int = ROUNDS) -> Iterator[Row]:
    """The lines of the table.

    Args:
        count: portfolios of a run.
        rounds: runs of each kind.
    """
    singles, doubles, again = list[Run](), list[Run](), list[Run]()
    with tempfile.TemporaryDirectory() as home:
        inputs = Path(home) / "desk"
        inputs.mkdir()
        desk(inputs, count)
        for number in range(rounds):
            out = Path(home) / f"out-{number}"
            singles.append(run(inputs, out / "1", 1))
            doubles.append(run(inputs, out / "2", 2))
            again.append(run(inputs, out / "2", 2, "--resume"))
            shutil.rmtree(out)
    one, two = (statistics.median(each.taken for each in runs) for runs in (singles, doubles))
    yield Row(f"{count:,} portfolios, two workers", f"{count / two:.1f} reports/s")
    yield Row("  against one worker", f"{one / two:.2f} ×", "≥ 1.7 ×", one / two >= FASTER)
    first = statistics.median(each.first for each in doubles)
    yield Row("  its first line", f"{first:.1f} s")
    kept = statistics.median(each.taken - each.first for each in again)
    yield Row(
        "  the same with --resume, behind its first line", f"{kept / count * 1000:.1f} ms each"
    )
    before, after = (
        statistics.median(getattr(each, at) for each in doubles) for at in ("early", "late")
    )
    yield Row(
        f"  memory of a worker at report {min(EARLY, count // 2)}", f"{before:.0f} MB", "≤ 150 MB",
        before <= LARGEST,
    )  # fmt: skip
    grown = after / before
    yield Row("  the same near the last report", f"{grown:.2f} ×", "≤ 1.1 ×", grown <= GROWN)


if __name__ == "__main__":  # how many portfolios, how many rounds
    for row in rows(*map(int, sys.argv[1:])):
        print(row.what, row.measured, row.target, sep="   ")
