"""1,000 portfolios with two workers and with one, and the memory of a worker on the way.

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


def run(folder: Path, out: Path, jobs: int) -> tuple[float, float, float]:
    """Seconds of a run, and the largest worker's MB at an early report and at the last."""
    command = [sys.executable, "-m", "xlhedge", "report", str(folder), "-o", str(out), "--json"]
    process = subprocess.Popen(  # noqa: S603  # our own program
        [*command, "--jobs", str(jobs)], stdout=subprocess.PIPE, text=True
    )
    started = time.perf_counter()
    total = len(list(folder.iterdir()))
    seen: dict[int, float] = {}
    with process:
        for number, _ in enumerate(process.stdout or (), 1):
            if jobs > 1 and number in (min(EARLY, total // 2), total - 5 * jobs):
                seen[number] = max(each.memory_info().rss for each in workers_of(process)) / 1e6
    early, late = seen.values() if seen else (0.0, 0.0)
    if process.returncode:
        raise SystemExit(f"exit status {process.returncode}")
    return time.perf_counter() - started, early, late


def rows(count: int = PORTFOLIOS, rounds: int = ROUNDS) -> Iterator[Row]:
    """The lines of the table.

    Args:
        count: portfolios of a run.
        rounds: runs of each kind.
    """
    singles, doubles, early, late = [], [], [], []
    with tempfile.TemporaryDirectory() as home:
        inputs = Path(home) / "desk"
        inputs.mkdir()
        desk(inputs, count)
        for number in range(rounds):
            out = Path(home) / f"out-{number}"
            singles.append(run(inputs, out / "1", 1)[0])
            two, first, last = run(inputs, out / "2", 2)
            doubles.append(two)
            early.append(first)
            late.append(last)
            shutil.rmtree(out)
    one, two = statistics.median(singles), statistics.median(doubles)
    yield Row(f"{count:,} portfolios, two workers", f"{count / two:.1f} reports/s")
    yield Row("  against one worker", f"{one / two:.2f} ×", "≥ 1.7 ×", one / two >= FASTER)
    before, after = statistics.median(early), statistics.median(late)
    yield Row(
        f"  memory of a worker at report {min(EARLY, count // 2)}", f"{before:.0f} MB", "≤ 150 MB",
        before <= LARGEST,
    )  # fmt: skip
    grown = after / before
    yield Row("  the same near the last report", f"{grown:.2f} ×", "≤ 1.1 ×", grown <= GROWN)


if __name__ == "__main__":  # how many portfolios, how many rounds
    for row in rows(*map(int, sys.argv[1:])):
        print(row.what, row.measured, row.target, sep="   ")
