"""Closing all shorts now against keeping them, over the price axis; liquidation included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlhedge.analysis.carriers import ARRAYS
from xlhedge.analysis.figures import finite, sum_of
from xlhedge.analysis.grid_shorts import gains
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.sensitivity import Sensitivity, columns_of
from xlhedge.analysis.values import Numbers

__all__ = ["Closing", "closing"]


@dataclass(frozen=True, slots=True)
class Closing:
    """Closing all shorts now against keeping them, over the price axis, in quote.

    Where a move liquidates a short, `Sensitivity.said` says so of all but `now`.

    Args:
        fee: what closing all of them costs today.
        now: the coins alone, less that fee.
        keep: coins and shorts, less the fee of closing at that price those that are still open;
            before funding.
        funded: as keep, with funding to the horizon.
        forgone: what keeping gives away of now's gain; 0 where keeping does better.
    """

    fee: float
    now: tuple[float, ...]
    keep: tuple[float, ...]
    funded: tuple[float, ...]
    forgone: tuple[float, ...]


def closing(numbers: Numbers, grid: Sensitivity, drag: float) -> Closing:
    """Work out closing now against keeping.

    Args:
        numbers: the portfolio's rows, worked out.
        grid: P&L over the price axis.
        drag: what funding costs to the horizon, all shorts together.
    """
    fee, shorts = sum_of(numbers.rows(MarginRow), MarginRow.close_fee), columns_of(numbers)
    gained = gains(ARRAYS, shorts, np.array([grid.shocks]), fees=shorts.fee_rate)
    now = tuple(coins - fee for coins in grid.unhedged)
    keep = tuple(map(sum, zip(grid.unhedged, gained.tolist(), strict=True)))
    funded = tuple(each - drag for each in keep)
    forgone = tuple(max(0.0, a - b) for a, b in zip(now, funded, strict=True))
    for each in (*now, *keep, *funded, *forgone):
        finite(each, "closing now against keeping")
    return Closing(fee, now, keep, funded, forgone)
