"""What bars and funding rates say of one hedge: its best ratio, its funding, when to unwind.

All by the functions of the registry. What cannot be known is None, with the reason, never FALSE.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from statistics import median
from typing import Any

from xlhedge.analysis.carriers import VALUES
from xlhedge.analysis.price_series import Track, days_between, returns
from xlhedge.errors import HedgeError, Undefined
from xlhedge.functions.formulas.funding import funding_accrued
from xlhedge.functions.formulas.sizing import hedge_effectiveness, min_variance_ratio
from xlhedge.functions.registry import function
from xlhedge.portfolio import Instrument, Settings

__all__ = ["LOOKBACK", "Funding", "Ratios", "Signals", "funding_of", "ratios_of", "signals_of"]

LOOKBACK = next(
    int(parameter.default)
    for parameter in function("SUPPORT_CONFIRMED").parameters
    if parameter.name == "lookback"
)
"""How many bars SUPPORT_CONFIRMED looks back on."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """Hedge ratios in quote short per quote of coins, and the share of variance each takes away.

    Args:
        best: MIN_VARIANCE_RATIO of the returns: the beta that the history shows.
        best_effectiveness: HEDGE_EFFECTIVENESS at that ratio.
        wanted: what the portfolio asks for, hedge ratio × beta; None where it is not hedged.
        held: what is short now; None without coins.
        held_effectiveness: HEDGE_EFFECTIVENESS at the ratio held; below 0 the short adds risk.
        reason: why `best` is None; "" where it is not.
    """

    best: float | None
    best_effectiveness: float | None
    wanted: float | None
    held: float | None
    held_effectiveness: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Funding:
    """What the settled rates of the history would have paid today's short.

    Args:
        symbol: on whose rows the rates stand; None where there are none.
        settlements: how many.
        first: when the first was settled.
        last: when the last was.
        received: FUNDING_ACCRUED over all of them, in quote; positive is income.
        average_rate: their mean, per interval.
        average_year: FUNDING_APR of the mean at the instrument's interval; positive is income.
        hours_between: the usual (median) hours from one to the next.
        reason: why there are no figures; "" where there are.
    """

    symbol: str | None = None
    settlements: int = 0
    first: datetime | None = None
    last: datetime | None = None
    received: float | None = None
    average_rate: float | None = None
    average_year: float | None = None
    hours_between: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """The inputs of the unwind signal, and what they say; None where it is not known.

    Args:
        support_confirmed: SUPPORT_CONFIRMED of the last bar.
        support_reason: why it is None.
        bar: the time of the last bar.
        lows: lows of the bars that it reads, oldest first; of bars that have low and volume.
        closes: closes of these bars.
        volumes: volumes of these bars.
        funding_breach: FUNDING_BREACH of the last settlements; False where no funding is paid.
        breach_reason: why it is None.
        settled: the time of the last settlement.
        rates: the rates that it reads, oldest first.
    """

    support_confirmed: bool | None
    support_reason: str
    bar: datetime | None
    lows: tuple[float, ...]
    closes: tuple[float, ...]
    volumes: tuple[float, ...]
    funding_breach: bool | None
    breach_reason: str
    settled: datetime | None
    rates: tuple[float, ...]


def _answer(body: Callable[..., Any], *arguments: Any) -> tuple[float | None, str]:
    """A formula's value, or why there is none.

    The numbers have been checked as cells of History; checking each again would take most of the
    time of a long one, so this calls the formula itself and not `VALUES`.
    """
    try:
        value = body(*arguments)
    except (ZeroDivisionError, OverflowError):
        value = math.nan
    if isinstance(value, Undefined):
        return None, value.why
    if not math.isfinite(value):
        return None, "its prices make numbers that are too large or too small"
    return float(value), ""


def ratios_of(
    wanted: float | None,
    held: float | None,
    spot: Track | None,
    future: Track | None,
    times: Sequence[datetime],
) -> Ratios:
    """The ratios in use, and those that returns over these times would have liked.

    Args:
        wanted: the ratio that the portfolio asks for.
        held: the ratio that is short now.
        spot: the coin's bars.
        future: the future's bars.
        times: times at which both have a bar.
    """
    if spot is None or future is None:
        return Ratios(None, None, wanted, held, None, "it takes bars of the coin and of the future")
    if len(times) < 3:
        return Ratios(None, None, wanted, held, None, "it takes three bars at least")
    moves = returns(spot, times).tolist(), returns(future, times).tolist()
    best, reason = _answer(min_variance_ratio, *moves)
    at_best, why = (None, "") if best is None else _answer(hedge_effectiveness, *moves, best)
    at_held = None if held is None else _answer(hedge_effectiveness, *moves, held)[0]
    return Ratios(best, at_best, wanted, held, at_held, reason or why)


def funding_of(instrument: Instrument | None, short: float, rates_of: Track | None) -> Funding:
    """What all settled rates would have paid a short of today's size.

    Args:
        instrument: the future; none for coins that are not hedged.
        short: short notional, in quote.
        rates_of: the bars whose rates are the instrument's.
    """
    if instrument is None:
        return Funding(reason="it is not hedged")
    if instrument.expiry is not None:
        return Funding(reason="a future with an expiry pays no funding")
    if rates_of is None:
        return Funding(reason="History has no funding rates of it")
    times, rates = zip(*rates_of.rates, strict=True)
    average = math.fsum(rates) / len(rates)
    steps = days_between(times)
    return Funding(
        symbol=rates_of.symbol,
        settlements=len(rates),
        first=times[0],
        last=times[-1],
        received=_answer(funding_accrued, [short], rates)[0],
        average_rate=average,
        average_year=VALUES.funding_apr(average, instrument.interval_hours),
        hours_between=median(steps) * 24 if steps else None,
    )


def signals_of(
    settings: Settings,
    support: float | None,
    spot: Track | None,
    instrument: Instrument | None,
    rates_of: Track | None,
) -> Signals:
    """What the last bars and rates say of unwinding.

    Args:
        settings: threshold and number of settlements of the funding alarm.
        support: the price that supports the coin.
        spot: the coin's bars.
        instrument: the future.
        rates_of: the bars whose rates are the instrument's.
    """
    lows, closes, volumes = _last_bars(spot)
    confirmed, why = _support(support, spot, lows, closes, volumes)
    rates = rates_of.rates[-settings.funding_consecutive :] if rates_of else ()
    breach, breach_why = _breach(settings, instrument, [rate for _, rate in rates])
    return Signals(
        support_confirmed=confirmed,
        support_reason=why,
        bar=spot.bars[-1].time if spot else None,
        lows=lows,
        closes=closes,
        volumes=volumes,
        funding_breach=breach,
        breach_reason=breach_why,
        settled=rates[-1][0] if rates else None,
        rates=tuple(rate for _, rate in rates),
    )


def _last_bars(spot: Track | None) -> tuple[tuple[float, ...], ...]:
    """Lows, closes and volumes of the last bars that have all three."""
    full = (
        (bar.low, bar.close, bar.volume)
        for bar in reversed(spot.bars if spot else ())
        if bar.low is not None and bar.volume is not None
    )
    latest = list(islice(full, LOOKBACK + 1))
    columns = tuple(zip(*reversed(latest), strict=True))
    return columns or ((), (), ())


def _support(
    support: float | None,
    spot: Track | None,
    lows: Sequence[float],
    closes: Sequence[float],
    volumes: Sequence[float],
) -> tuple[bool | None, str]:
    if support is None:
        return None, "it has no support_price"
    if spot is None:
        return None, "it has no bars in History"
    last = spot.bars[-1]
    if last.low is None or last.volume is None:  # an older bar's answer would be no answer
        return None, "its last bar has no low or no volume"
    try:
        return bool(VALUES.support_confirmed(lows, closes, volumes, support)), ""
    except HedgeError as error:
        return None, str(error)


def _breach(
    settings: Settings, instrument: Instrument | None, rates: Sequence[float]
) -> tuple[bool | None, str]:
    if instrument is None or instrument.expiry is not None:
        return False, ""
    wanted = settings.funding_consecutive
    if len(rates) < wanted:
        return None, f"it needs {wanted} settlements and has {len(rates)}"
    threshold = settings.funding_threshold_8h
    hours = instrument.interval_hours
    return bool(VALUES.funding_breach(rates, hours, threshold, wanted)), ""
