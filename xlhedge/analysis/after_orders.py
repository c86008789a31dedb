"""Profit and loss against the price once the orders are done, as grids compute it.

A position that an order enlarges or reduces keeps its margin in proportion. What an order opens
anew has no margin yet: it is not liquidated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlhedge.analysis import Analysis
from xlhedge.analysis.carriers import ARRAYS, Functions
from xlhedge.analysis.figures import finite
from xlhedge.analysis.grid_shorts import GridShort, gains
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.sensitivity import columns_of
from xlhedge.functions.algebra import Carrier

__all__ = ["after_orders", "gains_after_orders", "opening_orders", "times_after"]


def times_after(order: OrderRow) -> float:
    """How many times a position is as large once the order in its instrument is done."""
    times: float = 1 + order.order_notional / order.short_notional if order.short_notional else 1.0
    return times


def opening_orders(orders: Sequence[OrderRow]) -> list[OrderRow]:
    """The orders in instruments of which nothing is short yet."""
    return [row for row in orders if row.order_notional and not row.short_notional]


def gains_after_orders(
    f: Functions, shorts: Any, moves: Carrier, times: Carrier, new: Carrier
) -> Carrier:
    """What all shorts gain at each move once the orders are done.

    Args:
        f: what computes it.
        shorts: the columns of `GridShort`, by name.
        moves: moves of the price, a row.
        times: `times_after` of each position, a column.
        new: the value of what is opened.
    """
    return gains(f, shorts, moves, weights=times) + f.scenario_pnl(0, 1, new, moves)


def after_orders(analysis: Analysis) -> tuple[float, ...]:
    """The P&L at each move of the grid, in quote, before funding and fees."""
    orders = {row.instrument: row for row in analysis.orders}
    rows = analysis.numbers.rows(GridShort)
    times = np.array([[times_after(orders[row.instrument])] for row in rows] or [[1.0]])
    new = sum(row.order_notional for row in opening_orders(analysis.orders))
    moves = np.array([analysis.grid.shocks])
    gained = gains_after_orders(ARRAYS, columns_of(analysis.numbers), moves, times, new)
    found = np.array([analysis.grid.unhedged]) + gained
    return tuple(finite(float(each), "the P&L after the orders") for each in found[0])
