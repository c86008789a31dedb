"""How far each underlying typically moves until the horizon, by what its bars have shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from xlhedge.analysis.price_series import Track, returns, shared
from xlhedge.analysis.risk import sample_deviation
from xlhedge.portfolio import Portfolio
from xlhedge.text import percent

__all__ = ["FEWEST", "TypicalMove", "typical_moves"]

FEWEST = 10
"""Returns below which a deviation says little."""


@dataclass(frozen=True, slots=True)
class TypicalMove:
    """One standard deviation of an underlying's price from now to the horizon.

    Two moves of three are no larger, where the bars' returns go on as they were.

    Args:
        underlying: whose.
        track: the bars it is made of: the underlying's, or else those of an instrument on it.
        pairs: how many returns.
        step: the usual step from bar to bar, in days.
        daily: the returns' sample deviation ÷ √step.
        days: to the horizon.
    """

    underlying: str
    track: Track
    pairs: int
    step: float
    daily: float
    days: float

    @property
    def move(self) -> float:
        """Daily volatility × √days."""
        return self.daily * math.sqrt(self.days)

    def __str__(self) -> str:
        """The move and how it was computed, for a sentence."""
        return (
            f"±{percent(self.move)} (daily volatility of {percent(self.daily)} × "
            f"√{self.days:.4g} days, of {self.pairs} returns of {self.track.symbol})"
        )


def typical_moves(
    portfolio: Portfolio, underlyings: Iterable[str], tracks: Mapping[str, Track], days: float
) -> dict[str, TypicalMove]:
    """The typical move of each underlying that has enough bars.

    Args:
        portfolio: the portfolio.
        underlyings: their names.
        tracks: the bars by symbol, in small letters.
        days: to the horizon.
    """
    found = {}
    for name in dict.fromkeys(underlyings):
        for track in _tracks(portfolio, name, tracks):
            sample = shared([track])
            if sample.pairs < FEWEST or not sample.interval_days:
                continue
            with np.errstate(over="ignore"):  # a square that is too large for a number
                moves = returns(track, sample.times)
                known = bool(np.isfinite(moves).all())
                deviation = sample_deviation(moves.tolist()) if known else math.inf
            if math.isfinite(deviation):
                daily = deviation / math.sqrt(sample.interval_days)
                step = sample.interval_days
                found[name] = TypicalMove(name, track, sample.pairs, step, daily, days)
                break
    return found


def _tracks(portfolio: Portfolio, name: str, tracks: Mapping[str, Track]) -> Iterator[Track]:
    """Bars that show how an underlying moves, its own first."""
    on_it = (each.instrument for each in portfolio.instruments if each.underlying == name)
    for symbol in (name, *on_it):
        if symbol.casefold() in tracks:
            yield tracks[symbol.casefold()]
