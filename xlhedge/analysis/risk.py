"""What a series of profits and losses says of risk: volatility, drawdown, value at risk, shortfall.

Every figure is one that a native Excel formula gives on the same column; the formula stands under
*Equation*. Losses are positive here, as costs are everywhere: a value at risk of 500 loses 500.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from xlhedge.functions.formulas.risk import (
    expected_shortfall,
    rank_at_risk,
    tail_of,
    value_at_risk,
)
from xlhedge.functions.series import Series

__all__ = [
    "Drawdown",
    "Risk",
    "conventions",
    "drawdown",
    "path",
    "risk_of",
    "sample_deviation",
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
        value_at_risk: VALUE_AT_RISK at 99 % of one bar, in quote.
        expected_shortfall: EXPECTED_SHORTFALL at 97.5 % of one bar, in quote.
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
    times: Sequence[datetime], pnl: Sequence[float], value: Sequence[float], bars_a_year: float
) -> Risk:
    """All risk figures of a series.

    Args:
        times: one more than there are bars: the start, and the end of each bar.
        pnl: profit or loss of each bar, in quote; two at least.
        value: `path` of these; nothing of no coins.
        bars_a_year: how many bars make a year.

    Example:
        >>> times = [datetime(2026, 1, day) for day in (1, 2, 3)]
        >>> risk = risk_of(times, [-50.0, 50.0], path([-50.0, 50.0], 100), 365)
        >>> risk.value_at_risk, risk.value_at_risk_ratio, risk.drawdown.ratio
        (50.0, 0.5, 0.5)
    """
    volatility = sample_deviation(pnl) * math.sqrt(bars_a_year)
    # The formulas themselves: `VALUES` would check every bar again, which a reader has done.
    changes = Series(pnl)
    var: Any = value_at_risk(changes)
    shortfall: Any = expected_shortfall(changes)
    if not value:
        return Risk(volatility, var, shortfall, None, None, None, None)
    worth = value[0]
    return Risk(
        volatility=volatility,
        value_at_risk=var,
        expected_shortfall=shortfall,
        volatility_ratio=volatility / worth,
        value_at_risk_ratio=var / worth,
        expected_shortfall_ratio=shortfall / worth,
        drawdown=drawdown(times, value),
    )


def conventions(count: int) -> tuple[str, str]:
    """What VaR 99 and ES 97.5 of so many bars are, in words: few bars have no one per cent.

    Example:
        >>> conventions(40)
        ('the worst of 40 bars', 'the worst of 40 bars')
        >>> conventions(250)[0]
        'the loss at rank 3 from the worst of 250 bars'
        >>> conventions(250)[1]
        'the mean loss of the worst 6.25 of 250 bars'
    """
    rank, tail = rank_at_risk(count), round(tail_of(count), 9)
    worst = f"the worst of {count} bars"
    at = worst if rank == 1 else f"the loss at rank {rank:g} from {worst}"
    mean = worst if tail == 1 else f"the mean loss of the worst {tail:g} of {count} bars"
    return at, mean


def sample_deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample; exactly 0 where all values are one.

    Equation:
        STDEV.S(values)

    Example:
        >>> sample_deviation([1, 2, 3])
        1.0
    """
    if min(values) == max(values):  # rounding would leave a little
        return 0.0
    # As NumPy's `std`, whose way to these sums takes longer than they do.
    sample = np.asarray(values, dtype=float)
    above = sample - np.add.reduce(sample) / len(sample)
    return math.sqrt(np.add.reduce(above * above) / (len(sample) - 1))


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
