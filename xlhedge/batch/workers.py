"""Who does the work: this process, processes beside it, or (in `cluster`) other machines."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import Any

from xlhedge.batch.stop import Stop

__all__ = ["Pool", "ThisProcess", "Workers", "begin_early", "processors"]

_KIND = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_MOST_ON_WINDOWS = 61
_GRACE = 1.0  # seconds
_REPORT = (
    50_000  # objects, as many as a report or two have: looking for cycles more often finds none
)


class Workers:
    """Takes tasks and gives futures."""

    chunk: int  # reports a task
    window: int  # tasks at a time; those beyond wait, so that memory does not grow
    remote = False  # whether workers cannot read our files
    crashes: tuple[type[Exception], ...] = ()  # what a future raises whose worker died

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task."""
        raise NotImplementedError

    def restart(self) -> None:
        """Make up for workers that died; tasks not finished are lost."""

    def close(self, *, at_once: bool) -> None:
        """Let the workers go: when they are through, or at once."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ThisProcess(Workers):
    """This process itself; nothing is started."""

    chunk = window = 1

    def __init__(self, stop: Stop) -> None:
        gc.set_threshold(_REPORT)
        self._stop = stop

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Do the task now; it may be broken off."""
        done: Future[Any] = Future()
        with self._stop.at_once():
            done.set_result(task(*arguments))
        return done


def begin_early() -> None:
    """Let the process begin from which workers are forked: it imports while this one still does."""
    # No worker multiplies matrices: threads for it would only take memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if _KIND == "forkserver":
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload(["xlhedge.batch.work"])
        forkserver.ensure_running()


class Pool(Workers):
    """So many processes of this machine, each with all that it takes imported."""

    crashes = (BrokenExecutor,)

    def __init__(self, jobs: int, chunk: int) -> None:
        self._jobs = min(jobs, _MOST_ON_WINDOWS) if os.name == "nt" else jobs
        self.chunk, self.window = chunk, 2 * self._jobs + 2
        begin_early()
        self._context = multiprocessing.get_context(_KIND)
        self._executor = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, self._context, _begin)

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task."""
        try:
            return self._executor.submit(task, *arguments)
        except BrokenExecutor as error:  # it is told where the result is waited for
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost

    def restart(self) -> None:
        """Start the processes again."""
        self.close(at_once=True)
        self._executor = self._started()

    def close(self, *, at_once: bool) -> None:
        """Let the processes go."""
        if at_once:
            running = multiprocessing.active_children()
            for process in running:
                process.terminate()
            for process in running:
                process.join(_GRACE)
                if process.is_alive():
                    process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """A process of the pool begins: whoever started it decides when it ends, and takes it along."""
    gc.set_threshold(_REPORT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _end())
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    _end()


def _end() -> None:
    from xlhedge.hosts.office import stop_all

    stop_all()
    os._exit(1)
