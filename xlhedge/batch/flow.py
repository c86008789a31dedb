"""Items through workers: so many under way, outcomes in order, and nobody blamed for another.

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
from xlhedge.batch.work import Made, Options, make, program
from xlhedge.batch.workers import Workers
from xlhedge.errors import HedgeError

__all__ = ["Flow", "Halt"]

_TICK = 0.2  # seconds in which nobody looks whether to stop

Task: TypeAlias = "Future[list[Made]] | None"


class Halt(Exception):  # noqa: N818  # not an error of an input
    """The run cannot go on: where and why."""


@dataclass(frozen=True)
class Flow:
    """Items through workers.

    Args:
        workers: who does the work.
        options: of all reports.
        stop: what ends it.
    """

    workers: Workers
    options: Options
    stop: Stop

    def through(self, items: Iterator[Item]) -> Iterator[list[tuple[Item, Made | None]]]:
        """A task's items with what was made of each, in order; nothing, where nothing was to do.

        Args:
            items: any number of them.

        Raises:
            Halt: the cluster is lost, or a worker of it has another program.
            Stopped: somebody asked to stop.
        """
        waiting: deque[tuple[list[Item], Task]] = deque()
        while True:
            while len(waiting) < self.workers.window and (
                chunk := list(islice(items, self.workers.chunk))
            ):
                self.stop.check()
                waiting.append((chunk, self._submit(chunk)))
            if not waiting:
                return
            chunk, task = waiting.popleft()
            try:
                made = self._result(task)
            except self.workers.crashes:
                self.workers.restart()
                made = [self._alone(item) for item in chunk if item.order]
                waiting = deque(
                    (each, self._submit(each) if _lost(other) else other) for each, other in waiting
                )
            results = iter(made)
            yield [(item, next(results) if item.order else None) for item in chunk]

    def _submit(self, chunk: list[Item]) -> Task:
        orders = [item.order for item in chunk if item.order]
        return self.workers.submit(make, orders, self.options, program()) if orders else None

    def _result(self, task: Task) -> list[Made]:
        if task is None:
            return []
        while not wait([task], _TICK).done:
            self.stop.check()
        try:
            return task.result()
        except CancelledError:
            raise Halt("--cluster: the connection was lost") from None
        except HedgeError as error:
            where = "--cluster: " if self.workers.remote else ""
            raise Halt(f"{where}{error}") from None

    def _alone(self, item: Item) -> Made:
        """An item of a task whose worker died, with nothing beside it that may be the cause."""
        try:
            (made,) = self._result(self._submit([item]))
        except self.workers.crashes:
            self.workers.restart()
            return Made(errors=("the process that worked on it died; it may lack memory",))
        return made


def _lost(task: Task) -> bool:
    """Whether nothing will come of a task."""
    return task is not None and not (
        task.done() and not task.cancelled() and task.exception() is None
    )
