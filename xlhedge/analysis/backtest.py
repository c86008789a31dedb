"""Today's coins and shorts, taken through the bars of History: hedged against unhedged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from xlhedge.analysis.price_series import Sample, Series, Track, returns, settled, shared
from xlhedge.analysis.risk import Risk, path, risk_of
from xlhedge.portfolio import Instrument

__all__ = ["Comparison", "Outcome", "Position", "replay"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bars did, with or without the shorts.

    Args:
        pnl: profit or loss of each bar, in quote.
        value: what the coins are worth today, taken through the bars with gains compounded: one
            value more than there are bars, as the first is the start; none without coins.
        risk: volatility, value at risk, expected shortfall and drawdown.
    """

    pnl: tuple[float, ...]
    value: tuple[float, ...]
    risk: Risk


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hedged against unhedged over the same bars.

    Args:
        sample: the times; the bar of ``pnl[n]`` ends at ``sample.times[n + 1]``.
        worth: what the coins are worth today, in quote, those posted as margin included; the base
            of all ratios, 0 where coins held and coins owed cancel out.
        unhedged: the coins alone; None where there is no history of them.
        hedged: with the shorts and their funding; None where there is no history of these.
        reason: why something is None; "" where nothing is.
    """

    sample: Sample
    worth: float
    unhedged: Outcome | None
    hedged: Outcome | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Coins and the short against them, in quote at today's prices.

    Args:
        asset: the holding's; None for a short that hedges no holding.
        instrument: the future; None where the coins are not hedged.
        spot: the coin's bars, if there are any.
        future: the instrument's, or else those of its underlying.
        rates_of: the bars whose funding rates are the instrument's.
        wanted: the hedge ratio that the portfolio asks for, in quote short per quote of coins.
        coins: what moves with the coin: the holding, and margin posted in the same coin.
        posted: coins posted as margin that move with the future.
        short: what moves against the future.
    """

    asset: str | None
    instrument: Instrument | None
    spot: Track | None
    future: Track | None
    rates_of: Track | None
    wanted: float | None
    coins: float
    posted: float
    short: float

    @property
    def name(self) -> str:
        """The asset, or else the instrument."""
        return self.asset or (self.instrument.instrument if self.instrument else "")

    @property
    def held(self) -> float | None:
        """The hedge ratio as it is; coins that move with the future make the short smaller."""
        return (self.short - self.posted) / self.coins if self.coins else None

    @property
    def tracks(self) -> list[Track]:
        """The bars that there are of it."""
        return [track for track in (self.spot, self.future) if track is not None]

    def missing(self, *, hedged: bool) -> str:
        """Whose bars are missing for its profits and losses; "" if nobody's."""
        if self.asset is not None and self.spot is None:
            return f"{self.asset} has no bars"
        if self.instrument and not self.future and (self.posted or (hedged and self.short)):
            name, underlying = self.instrument.instrument, self.instrument.underlying
            return f"neither {name} nor its underlying {underlying} has bars"
        return ""

    def pnl(self, times: tuple[datetime, ...]) -> tuple[Series, Series]:
        """Profit or loss of each bar, unhedged and hedged."""
        still = np.zeros(len(times) - 1)
        spot = returns(self.spot, times) if self.spot else still
        future = returns(self.future, times) if self.future else still
        funding = np.array(settled(self.rates_of.rates, times)) if self.rates_of else still
        alone = self.coins * spot + self.posted * future
        return alone, alone - self.short * future + self.short * funding


def replay(positions: Sequence[Position]) -> Comparison:
    """Take positions together through the times that all of their symbols have in common.

    A bar gains coins × return of the coin − short × return of the future + the funding settled in
    it; returns are close ÷ close before − 1.
    """
    tracks = list({track.symbol: track for each in positions for track in each.tracks}.values())
    sample, worth = shared(tracks), _worth(positions)
    reason = next(_missing(positions, hedged=False), "") or _too_few(sample, tracks)
    if reason:
        return Comparison(sample, worth, None, None, reason)
    unknown = next(_missing(positions, hedged=True), "")
    try:
        with np.errstate(over="raise", invalid="raise"):
            sides = zip(*(each.pnl(sample.times) for each in positions), strict=True)
            alone, held = (sum(side, np.zeros(sample.pairs)) for side in sides)
            unhedged = _outcome(sample, worth, alone)
            hedged = None if unknown else _outcome(sample, worth, held)
    except FloatingPointError:
        reason = "its prices make numbers that are too large"
        return Comparison(sample, worth, None, None, reason)
    return Comparison(sample, worth, unhedged, hedged, unknown)


def _missing(positions: Sequence[Position], *, hedged: bool) -> Iterator[str]:
    return filter(None, (each.missing(hedged=hedged) for each in positions))


def _worth(positions: Sequence[Position]) -> float:
    values = [each.coins + each.posted for each in positions]
    worth = abs(math.fsum(values))
    return 0.0 if worth <= 1e-9 * sum(map(abs, values)) else worth


def _too_few(sample: Sample, tracks: Sequence[Track]) -> str:
    """Why the bars do not make two returns; "" where they do."""
    if sample.pairs >= 2:
        return ""
    if not tracks:
        return "no holding and no short has bars"
    names = " and ".join(track.symbol for track in tracks)
    have = "have in common" if len(tracks) > 1 else "has"
    return f"three bars are needed; {names} {have} {len(sample.times)}"


def _outcome(sample: Sample, worth: float, bars: Series) -> Outcome:
    if not np.isfinite(bars).all():  # a price a million times the one before, and such
        raise FloatingPointError
    pnl = bars.tolist()
    value = path(pnl, worth) if worth else ()
    risk = risk_of(sample.times, pnl, value, sample.bars_a_year or 0.0)
    return Outcome(tuple(pnl), value, risk)
