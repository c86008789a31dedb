"""The sample portfolios: `xlhedge demo` reports on them, `workbooks/` holds some of them.

Each is a JSON file as anybody could write one; its prices are no market's. The tiers are Binance's
of BTCUSDT, as freqtrade 2026.9 ships them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from xlhedge.portfolio import Portfolio
from xlhedge.readers import Content, read_content

__all__ = ["SAMPLES"]

_NAMES = (
    "full-hedge",
    "partial-hedge",
    "two-venues",
    "cross-account",
    "inverse-quarterly",
    "expiring-future",
    "long-future",
    "treasury",
)


class _Samples(Mapping[str, Portfolio]):
    """Each sample is read when it is first asked for."""

    def __getitem__(self, name: str) -> Portfolio:
        if name not in _NAMES:
            raise KeyError(name)
        return _sample(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


@cache
def _sample(name: str) -> Portfolio:
    file = files(__name__) / f"{name}.json"
    return read_content(Content(file.name, file.read_bytes()))


SAMPLES: Mapping[str, Portfolio] = _Samples()
"""Every sample by the name of its file."""
