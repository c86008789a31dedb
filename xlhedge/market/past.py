"""What was: bars of coins and contracts, and the funding that was settled in them.

A contract's bars are as long as the shortest time between its settlements, 8 hours at most, so that
each bar has one settled rate; those of the coin are as long, so that they have the times in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import pairwise
from typing import Any, NamedTuple

from xlhedge.market.found import FoundRow
from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import HOUR, Quote, told_moment, told_number
from xlhedge.market.venue import Venue

__all__ = ["history_rows"]

_FRAMES = (8, 4, 2, 1)
"""Hours that a bar may have."""
_LATE = 0.1
"""Hours by which a settlement may be told late and still be that of the full hour."""


class _Prices(NamedTuple):
    close: float
    high: float
    low: float
    volume: float | None


def history_rows(
    venue: Venue,
    names: Mapping[str, ListedContract],
    quotes: Mapping[str, Quote],
    days: float,
) -> Iterator[FoundRow]:
    """The rows of History, coin by coin.

    Args:
        venue: where they trade; it is told what is missing.
        names: the contracts by what we call them.
        quotes: what the venue says of them now, by ccxt's symbol.
        days: for how many days back.
    """
    for coin in dict.fromkeys(one.contract.underlying for one in names.values()):
        of_coin = {name: one for name, one in names.items() if one.contract.underlying == coin}
        yield from _coin_rows(venue, coin, of_coin, quotes, days)


def _coin_rows(
    venue: Venue,
    coin: str,
    names: Mapping[str, ListedContract],
    quotes: Mapping[str, Quote],
    days: float,
) -> Iterator[FoundRow]:
    until = venue.client.now.replace(tzinfo=UTC).timestamp() * 1000
    since = until - days * 24 * HOUR
    settled = {
        name: _settled(venue, name, one, quotes.get(one.symbol, Quote()), since, until)
        for name, one in names.items()
        if one.contract.expiry is None
    }
    hours = _frame(rates for rates in settled.values() if rates)
    base = 4 if hours >= 4 else 1
    since -= since % (hours * HOUR)
    first = next(iter(names.values()))
    bars = venue.tried(f"bars of {coin}", venue.coin_bars, first, base, since, until)
    yield from _rows(venue, coin, _longer(bars or (), base, hours), 1.0, {}, volume=True)
    for name, one in names.items():
        bars = venue.tried(f"bars of {name}", venue.bars, one.symbol, base, since, until)
        rates = settled.get(name) or {}
        yield from _rows(venue, name, _longer(bars or (), base, hours), one.scale, rates)


def _settled(
    venue: Venue, name: str, one: ListedContract, quote: Quote, since: float, until: float
) -> dict[float, tuple[float, float | None]]:
    """Settled rates by the hour at which they were, each with the hours since the one before."""
    hours = quote.hours or _FRAMES[0]
    what, before = f"funding settled of {name}", since - 24 * HOUR
    found = venue.tried(what, venue.settlements, one, before, until, hours)
    rates = {_full_hour(time): rate for time, rate in found or ()}
    times = sorted(rates)
    spans = {later: (later - time) / HOUR for time, later in pairwise(times)}
    usual = min(spans.values(), default=quote.hours)
    # Of a settlement behind a gap in the record nobody knows how long it was for.
    return {
        time: (rates[time], span if (span := spans.get(time, usual)) and span <= 24 else None)
        for time in times
        if time >= since
    }


def _full_hour(time: float) -> float:
    whole = round(time / HOUR)
    return float(whole * HOUR) if abs(time / HOUR - whole) < _LATE else time


def _frame(settled: Iterable[Mapping[float, tuple[float, float | None]]]) -> int:
    """The longest bars of which none has two settlements."""
    spans = {hours for rates in settled for _, hours in rates.values() if hours}
    return next((frame for frame in _FRAMES if all(span % frame == 0 for span in spans)), 1)


def _longer(bars: Iterable[Sequence[Any]], base: int, hours: int) -> dict[float, _Prices]:
    """Whole bars of some hours, made of shorter ones, by the time at which they close."""
    parts: dict[float, list[_Prices]] = {}
    for time, _, *told in bars:
        closes = -(-(time + base * HOUR) // (hours * HOUR)) * hours * HOUR
        high, low, close, volume = map(told_number, (*told, None)[:4])
        if high is not None and low is not None and close is not None:
            parts.setdefault(float(closes), []).append(_Prices(close, high, low, volume))
    return {
        closes: _Prices(
            bar[-1].close,
            max(part.high for part in bar),
            min(part.low for part in bar),
            _sum([part.volume for part in bar]),
        )
        for closes, bar in parts.items()
        if len(bar) == hours // base
    }


def _sum(volumes: Sequence[float | None]) -> float | None:
    known = [volume for volume in volumes if volume is not None]
    return sum(known) if len(known) == len(volumes) else None


def _rows(
    venue: Venue,
    symbol: str,
    bars: Mapping[float, _Prices],
    scale: float,
    rates: Mapping[float, tuple[float, float | None]],
    *,
    volume: bool = False,
) -> Iterator[FoundRow]:
    for time, bar in sorted(bars.items()):
        rate, hours = rates.get(time, (None, None))
        values = {
            "time": told_moment(time),
            "symbol": symbol,
            "close": bar.close / scale,
            "high": bar.high / scale,
            "low": bar.low / scale,
            "volume": bar.volume if volume else None,
            "funding_rate": rate,
            "interval_hours": hours,
        }
        told = {column: value for column, value in values.items() if value is not None}
        yield FoundRow("History", told, venue.name, told_moment(time))
    if bars and (left := [time for time in rates if time > min(bars) and time not in bars]):
        why = f"{venue.name}: has no bar for"
        venue.missing.setdefault(why, []).append(f"{len(left)} settlements of {symbol}")
