"""What a series of profits and losses says of risk: volatility, drawdown, value at risk, shortfall.

Every figure is one that a native Excel formula gives on the same column; the formula stands under
*Equation*. Losses are positive here, as costs are everywhere: a value at risk of 500 loses 500.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

__all__ = [
    "Drawdown",
    "Risk",
    "drawdown",
    "path",
    "percentile",
    "percentile_loss",
    "risk_of",
    "sample_deviation",
    "tail_loss",
]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak.

    Args:
        ratio: how much of the peak's value went, 0 to 1.
        amount: the same part of what the coins are worth today, in quote.
        since: when the peak stood; None where nothing ever fell.
        until: when the bottom was reached; None as before.
    """

    ratio: float
    amount: float
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of a series of profits and losses, one a bar; losses are positive.

    Args:
        volatility: standard deviation of a year, in quote.
        value_at_risk: VaR 99 of one bar, in quote.
        expected_shortfall: ES 97.5 of one bar, in quote.
        volatility_ratio: volatility as part of what the coins are worth; None without coins.
        value_at_risk_ratio: VaR 99 in the same way.
        expected_shortfall_ratio: ES 97.5 in the same way.
        drawdown: the deepest fall; None without coins.
    """

    volatility: float
    value_at_risk: float
    expected_shortfall: float
    volatility_ratio: float | None
    value_at_risk_ratio: float | None
    expected_shortfall_ratio: float | None
    drawdown: Drawdown | None


def risk_of(
    times: Sequence[datetime], pnl: Sequence[float], worth: float, bars_a_year: float
) -> Risk:
    """All risk figures of a series.

    Args:
        times: one more than there are bars: the start, and the end of each bar.
        pnl: profit or loss of each bar, in quote; two at least.
        worth: what the coins are worth, in quote; 0 for no coins.
        bars_a_year: how many bars make a year.

    Example:
        >>> times = [datetime(2026, 1, day) for day in (1, 2, 3)]
        >>> risk = risk_of(times, [-50, 50], 100, 365)
        >>> risk.value_at_risk, risk.value_at_risk_ratio, risk.drawdown.ratio
        (49.0, 0.49, 0.5)
    """
    volatility = sample_deviation(pnl) * math.sqrt(bars_a_year)
    var, shortfall = percentile_loss(pnl), tail_loss(pnl)
    if not worth:
        return Risk(volatility, var, shortfall, None, None, None, None)
    return Risk(
        volatility=volatility,
        value_at_risk=var,
        expected_shortfall=shortfall,
        volatility_ratio=volatility / worth,
        value_at_risk_ratio=var / worth,
        expected_shortfall_ratio=shortfall / worth,
        drawdown=drawdown(times, path(pnl, worth)),
    )


def sample_deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample; exactly 0 where all values are one.

    Equation:
        STDEV.S(values)

    Example:
        >>> sample_deviation([1, 2, 3])
        1.0
    """
    sample = np.asarray(values, dtype=float)
    if sample.min() == sample.max():  # rounding would leave a little
        return 0.0
    return float(sample.std(ddof=1))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, between two of them where need be.

    The convention is Excel's: the smallest value is the 0 % percentile, the largest the 100 %, and
    between neighbours in rank it is a straight line (NumPy's default, type 7).

    Equation:
        PERCENTILE.INC(values, share)

    Example:
        >>> percentile([40, 10, 30, 20], 0.5)
        25.0
    """
    ranked = np.sort(np.asarray(values, dtype=float))
    below, between = _rank(len(ranked), share)
    if not between:
        return float(ranked[below])
    return float(ranked[below] + between * (ranked[below + 1] - ranked[below]))


def _rank(count: int, share: float) -> tuple[int, float]:
    """Where a percentile stands among ranked values: on or after which, and how far to the next."""
    place = round(share * (count - 1), 9)  # a whole rank is one, also where binary misses it
    below = int(place)
    return below, place - below


def percentile_loss(pnl: Sequence[float], confidence: float = 0.99) -> float:
    """The loss that one bar exceeds only in one per cent of the history; positive is a loss.

    Historical simulation: no distribution is assumed. Negative where even that bar was a gain.

    Equation:
        −PERCENTILE.INC(pnl, 1 − confidence)

    Example:
        >>> percentile_loss([-30, -20, 0, 10, 20], 0.75)
        20.0
    """
    return -percentile(pnl, 1 - confidence)


def tail_loss(pnl: Sequence[float], confidence: float = 0.975) -> float:
    """The mean of the worst bars, those up to the percentile; positive is a loss.

    It never is below `percentile_loss` at the same confidence.

    Equation:
        k = INT(ROUND((1 − confidence) × (COUNT(pnl) − 1), 9)) + 1, −(mean of the k smallest);
            without ties there that is −AVERAGEIF(pnl, "<=" & PERCENTILE.INC(pnl, 1 − confidence))

    Example:
        >>> tail_loss([-30, -20, 0, 10, 20], 0.75)
        25.0
    """
    below, _ = _rank(len(pnl), 1 - confidence)
    worst = np.sort(np.asarray(pnl, dtype=float))[: below + 1]
    return -math.fsum(worst) / len(worst)


def path(pnl: Sequence[float], worth: float) -> tuple[float, ...]:
    """The value of the coins through the bars, from what they are worth, gains compounded.

    What a bar gains or loses is taken in proportion, so that coins that fall by half twice are
    worth a quarter: profits simply added would have lost all. A value never falls below 0.

    Equation:
        value = MAX(0, value before × (1 + pnl ÷ worth))

    Example:
        >>> path([-50, -50], 100)
        (100.0, 50.0, 25.0)
    """
    steps = np.maximum(0.0, 1 + np.asarray(pnl, dtype=float) / worth)
    return (float(worth), *(worth * np.cumprod(steps)).tolist())


def drawdown(times: Sequence[datetime], values: Sequence[float]) -> Drawdown:
    """The deepest relative fall from a peak; of several alike the first.

    Equation:
        MAX(1 − value ÷ highest value so far)

    Example:
        >>> fall = drawdown([datetime(2026, 1, day) for day in (1, 2, 3)], [100.0, 200.0, 50.0])
        >>> fall.ratio, fall.amount, fall.since.day, fall.until.day
        (0.75, 75.0, 2, 3)
    """
    walk = np.asarray(values, dtype=float)
    falls = 1 - walk / np.maximum.accumulate(walk)
    bottom = int(np.argmax(falls))
    ratio = float(falls[bottom])
    if ratio <= 0:
        return Drawdown(0.0, 0.0, None, None)
    peak = int(np.argmax(walk[: bottom + 1]))
    return Drawdown(ratio, ratio * values[0], times[peak], times[bottom])
