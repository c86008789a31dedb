"""Items through workers: so many under way, results in order, and nobody blamed for another.

Neither memory nor order depends on how many items there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from xlhedge.batch.plan import Item
from xlhedge.batch.stop import Stop
from xlhedge.batch.work import Options, ReportBytes, Task, make, versions
from xlhedge.batch.workers import Workers
from xlhedge.errors import MachineError, Stopped

__all__ = ["Dispatch"]

_TICK = 0.2  # seconds in which nobody looks whether to stop

_Task: TypeAlias = "Future[list[ReportBytes]] | None"


@dataclass(frozen=True)
class Dispatch:
    """Hands items to workers."""

    workers: Workers
    options: Options
    stop: Stop

    def results(self, items: Iterator[Item]) -> Iterator[list[tuple[Item, ReportBytes | None]]]:
        """A task's items with what was made of each, in order; nothing, where nothing was to do.

        Raises:
            Stopped: somebody asked to stop, or the cluster is lost or has other versions.
        """
        waiting: deque[tuple[list[Item], _Task]] = deque()
        size = 1  # nobody waits for the first line until ten reports are made
        while True:
            while len(waiting) < self.workers.window and (chunk := list(islice(items, size))):
                self.stop.check()
                waiting.append((chunk, self._submit(chunk)))
                size = self.workers.chunk
            if not waiting:
                return
            chunk, task = waiting.popleft()
            try:
                made = self._result(task)
            except self.workers.crashes:
                self.workers.restart()
                made = [self._alone(item) for item in chunk if item.source]
                waiting = deque(
                    (each, self._submit(each) if _lost(other) else other) for each, other in waiting
                )
            results = iter(made)
            yield [(item, next(results) if item.source else None) for item in chunk]

    def _submit(self, chunk: list[Item]) -> _Task:
        sources = [Task(item.source, item.earlier) for item in chunk if item.source]
        return self.workers.submit(make, sources, self.options, versions()) if sources else None

    def _result(self, task: _Task) -> list[ReportBytes]:
        if task is None:
            return []
        while not wait([task], _TICK).done:
            self.stop.check()
        try:
            return task.result()
        except CancelledError:
            raise Stopped("--cluster: the connection was lost") from None
        except MachineError as error:
            where = "--cluster: " if self.workers.remote else ""
            raise Stopped(f"{where}{error}") from None

    def _alone(self, item: Item) -> ReportBytes:
        """An item of a task whose worker died, with nothing beside it that may be the cause."""
        try:
            (made,) = self._result(self._submit([item]))
        except self.workers.crashes:
            self.workers.restart()
            why = "the process that worked on it died; it may lack memory"
            return ReportBytes(errors=(why,))
        return made


def _lost(task: _Task) -> bool:
    """Whether nothing will come of a task."""
    return task is not None and not (
        task.done() and not task.cancelled() and task.exception() is None
    )
