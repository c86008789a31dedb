"""Ctrl-C and its like: a run stops soon, and between two steps that belong together it does not."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

from xlhedge.errors import Stopped

__all__ = ["Stop"]

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Stop:
    """Takes the signals that ask to stop, while it is entered; only the main thread may enter it.

    Attributes:
        signal: the number of the signal that came, or 0.
    """

    def __init__(self) -> None:
        self.signal = 0
        self._at_once = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # One that is ignored, as under nohup, stays ignored.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """End the run here if somebody asked.

        Raises:
            Stopped: somebody did.
        """
        if self.signal:
            raise Stopped(signal=self.signal)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Work that may be broken off anywhere: it leaves nothing behind.

        Raises:
            Stopped: somebody asked to stop.
        """
        self._at_once = True
        try:
            self.check()
            yield
        finally:
            self._at_once = False

    def _take(self, number: int, _: FrameType | None) -> None:
        self.signal = self.signal or number
        if self._at_once:
            self._at_once = False
            raise Stopped(signal=self.signal)
