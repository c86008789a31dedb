"""What bars and funding rates say of one hedge: its best ratio, its funding, when to unwind.

All by the functions of the registry. What cannot be known is None, with the reason, never FALSE.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlhedge.analysis.carriers import VALUES
from xlhedge.analysis.price_series import Settlement, Track, days_between, returns
from xlhedge.analysis.volume import VolumeSignals, answered, volume_signals
from xlhedge.functions.formulas.funding import funding_accrued
from xlhedge.functions.formulas.sizing import (
    hedge_effectiveness,
    min_variance_error,
    min_variance_ratio,
)
from xlhedge.functions.series import Series
from xlhedge.portfolio import Instrument, Settings
from xlhedge.text import percent

__all__ = [
    "LONGER",
    "SAID",
    "UNKNOWN",
    "Breach",
    "Funding",
    "Ratios",
    "Signals",
    "any_breach",
    "breach_of",
    "funding_of",
    "longer",
    "ratios_of",
    "signals_of",
]

UNKNOWN = "unknown"
"""What a reason to unwind is without a history; it counts as no."""

SAID = {True: "yes", False: "no", None: UNKNOWN}
"""What a reason to unwind is called."""

LONGER = 5
"""Every so many bars a beta is taken again: prices that do not close at one time show less of it
from bar to bar than over several."""

_NOISE = 1e-9
_FEWEST = 3  # pairs of which one of two unknowns has an error


@dataclass(frozen=True, slots=True)
class Ratios:
    """Hedge ratios in quote short per quote of coins, and the share of variance each takes away.

    Args:
        wanted: what the portfolio asks for, hedge ratio × beta; None where it is not hedged.
        held: what is short now; None without coins.
        best: MIN_VARIANCE_RATIO of the returns: the beta that the history shows.
        pairs: of how many returns.
        error: its MIN_VARIANCE_ERROR; None of fewer than three returns.
        best_longer: the same ratio of returns over every fifth bar; None where there are too few.
        best_effectiveness: HEDGE_EFFECTIVENESS at that ratio.
        held_effectiveness: HEDGE_EFFECTIVENESS at the ratio held; below 0 the short adds risk.
        reason: why `best` is None; "" where it is not.
    """

    wanted: float | None
    held: float | None
    best: float | None = None
    pairs: int = 0
    error: float | None = None
    best_longer: float | None = None
    best_effectiveness: float | None = None
    held_effectiveness: float | None = None
    reason: str = ""

    @property
    def adds_risk(self) -> bool:
        """Whether the short, as it is held, has made the returns vary more."""
        return self.held_effectiveness is not None and self.held_effectiveness < -_NOISE

    @property
    def alarm(self) -> str:
        """That it has, in words."""
        more = -(self.held_effectiveness or 0.0)
        return (
            f"over {self.pairs} bars the short added risk to the coins instead of taking it away: "
            f"with it the variance is {percent(more)} higher"
        )


@dataclass(frozen=True, slots=True)
class Funding:
    """What the settled rates of the history would have paid today's short.

    Args:
        symbol: on whose rows the rates stand; None where there are none.
        settlements: how many.
        first: when the first was settled.
        last: when the last was.
        received: FUNDING_ACCRUED over all of them, in quote; positive is income.
        hours: how many hours they cover, each by its own interval.
        passed: how many hours passed, from when the first one's interval began.
        longest: the most hours that one of them covers.
        latest: the hours that the last one covers.
        average_8h: their sum over these hours, per 8 hours.
        average_year: the same, per year; positive is income of a short.
        reason: why there are no figures; "" where there are.
    """

    symbol: str | None = None
    settlements: int = 0
    first: datetime | None = None
    last: datetime | None = None
    received: float | None = None
    hours: float = 0.0
    passed: float = 0.0
    longest: float = 0.0
    latest: float = 0.0
    average_8h: float | None = None
    average_year: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """The inputs of the unwind signal, and what they say; None where it is not known.

    Args:
        support_confirmed: SUPPORT_CONFIRMED of the last bar.
        support_reason: why it is None.
        bar: the time of the last bar.
        volume: what the volume of the last bars says.
        funding_breach: whether funding costs a position on the underlying too much.
        breach_reason: why it is None.
        breached: the instruments whose funding does.
        settled: the time of the last settlement.
        rates: the rates that it reads, oldest first.
    """

    support_confirmed: bool | None
    support_reason: str
    bar: datetime | None
    volume: VolumeSignals
    funding_breach: bool | None
    breach_reason: str
    breached: tuple[str, ...]
    settled: datetime | None
    rates: tuple[float, ...]


def ratios_of(
    wanted: float | None,
    held: float | None,
    spot: Track | None,
    future: Track | None,
    times: tuple[datetime, ...],
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
        return Ratios(wanted, held, reason="it takes bars of the coin and of the future")
    if len(times) < 3:
        return Ratios(wanted, held, reason="it takes three bars at least")
    fewer = longer(times)
    moves, longer_moves = (
        [Series(returns(each, some).tolist()) for each in (spot, future)] for some in (times, fewer)
    )
    best, reason = answered(min_variance_ratio, *moves)
    at_best, why = (None, "") if best is None else answered(hedge_effectiveness, *moves, best)
    return Ratios(
        wanted,
        held,
        best=best,
        pairs=len(times) - 1,
        error=answered(min_variance_error, *moves)[0],
        best_longer=answered(min_variance_ratio, *longer_moves)[0] if fewer else None,
        best_effectiveness=at_best,
        held_effectiveness=None if held is None else answered(hedge_effectiveness, *moves, held)[0],
        reason=reason or why,
    )


def longer(times: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Every fifth of these times, the last among them; none where that makes too few returns."""
    fewer = times[::-1][::LONGER][::-1]
    return fewer if len(fewer) > _FEWEST else ()


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
    times, rates, _ = zip(*rates_of.rates, strict=True)
    hours = _hours(rates_of.rates, instrument)
    covered = math.fsum(hours)
    average = math.fsum(rates) * 8 / covered
    return Funding(
        symbol=rates_of.symbol,
        settlements=len(rates),
        first=times[0],
        last=times[-1],
        received=answered(funding_accrued, Series([short]), Series(rates))[0],
        hours=covered,
        passed=hours[0] + math.fsum(days_between(times)) * 24,
        longest=max(hours),
        latest=hours[-1],
        average_8h=average,
        average_year=VALUES.funding_apr(average),
    )


def _hours(rates: Sequence[Settlement], instrument: Instrument) -> list[float]:
    """What each settlement covers; a single one that does not say, the instrument's interval."""
    return [instrument.interval_hours if each.hours is None else each.hours for each in rates]


@dataclass(frozen=True, slots=True)
class Breach:
    """Whether the last settlements of an instrument all cost its position too much.

    Args:
        found: FUNDING_BREACH of them; False where no funding is paid, None where it is not known.
        reason: why it is None.
        settled: the time of the last settlement.
        rates: the rates that it reads, oldest first.
    """

    found: bool | None
    reason: str = ""
    settled: datetime | None = None
    rates: tuple[float, ...] = ()


def breach_of(
    settings: Settings, instrument: Instrument, rates_of: Track | None, contracts: float
) -> Breach:
    """The funding alarm of an instrument.

    Args:
        settings: threshold and number of settlements.
        instrument: the future.
        rates_of: the bars whose rates are its.
        contracts: how many are short; below 0 it is a long future, which pays what a short
            receives.
    """
    wanted = settings.funding_consecutive
    rates = rates_of.rates[-wanted:] if rates_of else ()
    settled = rates[-1].time if rates else None
    told = tuple(each.rate for each in rates)
    if instrument.expiry is not None:
        return Breach(found=False)
    if len(rates) < wanted:
        why = f"it needs {wanted} settlements and has {len(rates)}"
        return Breach(None, why, settled, told)
    found = VALUES.funding_breach(
        list(told),
        _hours(rates, instrument),
        settings.funding_threshold_8h,
        wanted,
        -1 if contracts < 0 else 1,
    )
    return Breach(bool(found), "", settled, told)


def any_breach(alarms: Iterable[Breach]) -> bool | None:
    """Whether one of the alarms is found; not known where one is not, and none is found."""
    found = {each.found for each in alarms}
    return True if True in found else None if None in found else False


def signals_of(
    support: float | None, spot: Track | None, own: Breach | None, held: Mapping[str, Breach]
) -> Signals:
    """What the last bars and rates say of unwinding.

    Args:
        support: the price that supports the coin.
        spot: the coin's bars.
        own: the funding alarm of the instrument that hedges it; none of coins without.
        held: those of the instruments that are short on its underlying; its own, if none is.
    """
    volume = volume_signals(support, spot)
    confirmed, why = _support(support, volume)
    found = any_breach(held.values())
    unknown = [each.reason for each in held.values() if each.found is None]
    return Signals(
        support_confirmed=confirmed,
        support_reason=why,
        bar=spot.bars[-1].time if spot else None,
        volume=volume,
        funding_breach=found,
        breach_reason="" if found else next(iter(unknown), ""),
        breached=tuple(name for name, each in held.items() if each.found),
        settled=own.settled if own else None,
        rates=own.rates if own else (),
    )


def _support(support: float | None, of: VolumeSignals) -> tuple[bool | None, str]:
    if support is None:
        return None, "it has no support_price"
    if of.reason:
        return None, of.reason
    return bool(VALUES.support_confirmed(of.lows, of.closes, of.volumes, support)), ""
