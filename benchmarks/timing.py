"""How all benchmarks measure: rounds in turn, medians, and ratios within one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["ROUNDS", "Row", "medians", "seconds"]

ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        what: what was measured.
        measured: the figure, with its unit.
        target: what it must reach; empty where it is for orientation only.
        met: whether it does.
    """

    what: str
    measured: str
    target: str = ""
    met: bool = True


def seconds(work: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(work: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds each takes, the median of rounds in which each runs once, in turn.

    So a machine that is busy for a while slows all of them alike. What ran before the first round
    was to warm up, and does not count.
    """
    for each in work.values():
        each()
    taken = [{name: seconds(each) for name, each in work.items()} for _ in range(rounds)]
    return {name: statistics.median(round_[name] for round_ in taken) for name in work}
