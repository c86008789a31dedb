"""Other machines: a Dask cluster does the same work, and shares no file system with us.

Inputs travel there and reports travel back; this process alone writes files. A task whose worker
dies is done again by another.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

from xlhedge.batch.workers import Workers
from xlhedge.errors import MachineError

__all__ = ["Cluster"]

_PATIENCE = 30  # seconds


class Cluster(Workers):
    """The workers of a Dask cluster.

    Args:
        address: its scheduler, as `tcp://10.0.0.1:8786`.
        expected: the versions that they must have.

    Raises:
        MachineError: Dask is not installed, nobody answers, or a worker has other versions.
    """

    chunk, remote = 10, True

    def __init__(self, address: str, expected: str) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise MachineError(
                "--cluster: takes dask.distributed; python -m pip install 'xlhedge[cluster]'"
            ) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we say what matters
        self.crashes = (KilledWorker,)
        why = f"--cluster {address}: no Dask scheduler answers there"
        try:
            # A client without anybody to talk to is long in going.
            place = urlsplit(address if "://" in address else f"tcp://{address}")
            socket.create_connection((place.hostname, place.port or 0), _PATIENCE).close()
            self._client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError):
            raise MachineError(why) from None
        try:
            self._meet(address, expected)
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    def _meet(self, address: str, expected: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise MachineError(f"--cluster {address}: it has no worker; start one") from None
        self.window = 2 * sum(self._client.nthreads().values()) + 2
        for worker, found in self._client.run(_versions, on_error="return").items():
            if found != expected:
                shown = found if isinstance(found, str) else f"no such program ({found})"
                raise MachineError(f"--cluster: {worker} has {shown}; here is {expected}")

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task."""
        future: Future[Any] = self._executor.submit(task, *arguments)
        return future

    def close(self, *, at_once: bool) -> None:
        """Leave the cluster; it goes on without us."""
        self._executor.shutdown(wait=not at_once)
        self._client.close()


def _versions() -> str:
    from xlhedge.batch.work import versions

    return versions()
