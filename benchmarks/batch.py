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
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
PORTFOLIOS, ROUNDS = 1_000, 5
EARLY = 100


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


def rows(count: int = PORTFOLIOS, rounds: int = ROUNDS) -> list[tuple[str, str, str]]:
    """What was measured: its name, its value, and the target.

    Args:
        count: portfolios of a run.
        rounds: runs of each kind.
    """
    ratios, rates, early, late = [], [], [], []
    with tempfile.TemporaryDirectory() as home:
        inputs = Path(home) / "desk"
        inputs.mkdir()
        desk(inputs, count)
        for number in range(rounds):
            out = Path(home) / f"out-{number}"
            one, _, _ = run(inputs, out / "1", 1)
            two, first, last = run(inputs, out / "2", 2)
            ratios.append(one / two)
            rates.append(count / two)
            early.append(first)
            late.append(last)
            shutil.rmtree(out)
    return [
        (f"{count} portfolios: two workers against one", _times(ratios), "≥ 1.7 ×"),
        (f"{count} portfolios: reports a second, two workers", _plain(rates), ""),
        (f"memory of a worker, report {min(EARLY, count // 2)}", f"{_plain(early)} MB", "≤ 150 MB"),
        (f"memory of a worker, report {count}", f"{_plain(late)} MB", "≤ 150 MB, not growing"),
    ]


def _times(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ×"


def _plain(values: list[float]) -> str:
    return f"{statistics.median(values):.1f}"


def main() -> None:
    """Print the rows; the first argument is how many portfolios, the second how many rounds."""
    for name, value, target in rows(*map(int, sys.argv[1:])):
        print(f"{name:<52} {value:>12}   {target}")


if __name__ == "__main__":
    main()
