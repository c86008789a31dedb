"""The table History, symbol by symbol: bars in order, times in common, returns between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlhedge.portfolio import Bar

__all__ = [
    "LEAST_HOURS",
    "Sample",
    "Series",
    "Settlement",
    "Track",
    "days_between",
    "returns",
    "settled",
    "shared",
    "tracks_of",
]

Series: TypeAlias = NDArray[np.float64]

LEAST_HOURS = 0.01
"""Hours between settlements are told to so many: venues settle some seconds early or late."""

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_ROUNDING = 1e-12
_UNEVEN = 0.1  # months are up to 10 % apart, and even


class Settlement(NamedTuple):
    """One funding rate that was settled.

    Args:
        time: when.
        rate: the rate, for the time that it covers; positive: longs pay shorts.
        hours: how many it covers: its row's `interval_hours`, or those since the settlement before
            it; of a first one as many as of the next, and None of a single one, which is the
            instrument's.
    """

    time: datetime
    rate: float
    hours: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """The bars of one symbol, oldest first, one a time.

    Args:
        symbol: as its first row spells it.
        bars: the bars.
        closes: closing prices by time.
        rates: funding rates, as they were settled; bars without one are left out.
        known: what `returns` gave before, by times.
    """

    symbol: str
    bars: tuple[Bar, ...]
    closes: Mapping[datetime, float]
    rates: tuple[Settlement, ...]
    known: dict[Sequence[datetime], Series] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


def tracks_of(bars: Iterable[Bar]) -> dict[str, Track]:
    """The bars by symbol in small letters, as case is nothing to a spreadsheet.

    Rows may come in any order; a portfolio has one of each symbol and time.

    Example:
        >>> rows = [("2026-01-02", "BTC", 110), ("2026-01-01", "btc", 100)]
        >>> track = tracks_of(Bar(time=t, symbol=s, close=c) for t, s, c in rows)["btc"]
        >>> track.symbol, [bar.close for bar in track.bars]
        ('BTC', [100.0, 110.0])
    """
    found: dict[str, list[Bar]] = {}
    for bar in bars:
        found.setdefault(bar.symbol.casefold(), []).append(bar)
    return {key: _track(rows) for key, rows in found.items()}


def _track(rows: Sequence[Bar]) -> Track:
    ordered = tuple(sorted(rows, key=lambda bar: bar.time))
    return Track(
        symbol=rows[0].symbol,
        bars=ordered,
        closes={bar.time: bar.close for bar in ordered},
        rates=_settlements(ordered),
    )


def _settlements(ordered: Iterable[Bar]) -> tuple[Settlement, ...]:
    """The settled rates of bars, each with the hours that it covers."""
    found: list[Settlement] = []
    usual, length = timedelta(), LEAST_HOURS
    for bar in ordered:
        if bar.funding_rate is None:
            continue
        hours = bar.interval_hours
        if hours is None and found:
            passed = bar.time - found[-1].time
            if passed != usual:  # mostly it is
                usual, length = passed, max(LEAST_HOURS, round(passed / _HOUR, 2))
            hours = length
        found.append(Settlement(bar.time, bar.funding_rate, hours))
    if len(found) > 1 and found[0].hours is None:
        found[0] = found[0]._replace(hours=found[1].hours)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sample:
    """The times that figures are made of: those that all their symbols have a bar at.

    Args:
        times: the times, oldest first.
        left_out: times that some of the symbols have and others have not.
        interval_days: the usual (median) step between the times; None without any.
        uneven: steps that are more than a tenth longer or shorter.
    """

    times: tuple[datetime, ...] = ()
    left_out: int = 0
    interval_days: float | None = None
    uneven: int = 0

    @property
    def pairs(self) -> int:
        """How many returns there are."""
        return max(0, len(self.times) - 1)

    @property
    def first(self) -> datetime | None:
        """The first time: where the first return starts."""
        return self.times[0] if self.times else None

    @property
    def last(self) -> datetime | None:
        """The last time."""
        return self.times[-1] if self.times else None

    @property
    def bars_a_year(self) -> float | None:
        """What annualises a variance; coins trade on every day of the year."""
        return 365 / self.interval_days if self.interval_days else None


def shared(tracks: Sequence[Track]) -> Sample:
    """The times that all of the tracks have."""
    every = [track.closes.keys() for track in tracks]
    common = set(every[0]).intersection(*every[1:]) if every else set()
    times = sorted(common)
    steps = days_between(times)
    usual = median(steps) if steps else None
    return Sample(
        times=tuple(times),
        left_out=len(set().union(*every)) - len(times),
        interval_days=usual,
        uneven=sum(abs(step / usual - 1) > _UNEVEN for step in steps) if usual else 0,
    )


def days_between(times: Sequence[datetime]) -> list[float]:
    """The steps between times, in days."""
    return [(after - before) / _DAY for before, after in pairwise(times)]


def returns(track: Track, times: tuple[datetime, ...]) -> Series:
    """Relative changes of the close from each time to the next; the track has a bar at them all.

    They are kept for all that ask, so nobody can change them.

    Example:
        >>> closes = {"2026-01-01": 4, "2026-01-02": 5}
        >>> track = tracks_of(Bar(time=t, symbol="BTC", close=c) for t, c in closes.items())["btc"]
        >>> returns(track, shared([track]).times).tolist()
        [0.25]
    """
    if times not in track.known:
        track.known[times] = _returns(track, times)
    return track.known[times]


def _returns(track: Track, times: tuple[datetime, ...]) -> Series:
    closes = np.array(list(track.closes.values()))
    if len(closes) > len(times):
        closes = np.array([track.closes[time] for time in times])
    with np.errstate(over="ignore", invalid="ignore"):  # the caller tells what is not finite
        moves: Series = closes[1:] / closes[:-1] - 1
        if len(moves) and np.ptp(moves) < _ROUNDING:
            moves[:] = moves[0]  # the same in each bar: a ratio to rounding would be a random one
    moves.setflags(write=False)
    return moves


def settled(rates: Sequence[Settlement], times: Sequence[datetime]) -> list[float]:
    """Funding rates that were settled from each time (not at it) to the next, added up.

    Both come oldest first.

    Example:
        >>> days = [datetime(2026, 1, day) for day in (1, 2, 3)]
        >>> rates = zip(days, (0.5, 0.25, 0.125), strict=True)
        >>> settled([Settlement(time, rate, 24) for time, rate in rates], [days[0], days[2]])
        [0.375]
    """
    if [each.time for each in rates] == list(times):  # the usual history, four times as fast
        return [each.rate for each in rates[1:]]
    sums = [0.0] * (len(times) - 1)
    at, end = 0, len(times)
    for time, rate, _ in rates:
        while at < end and times[at] < time:
            at += 1
        if 0 < at < end:
            sums[at - 1] += rate
    return sums
