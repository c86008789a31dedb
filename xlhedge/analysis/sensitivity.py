"""Sensitivity: the grids of `grids` on numbers, and the lines over the price that they begin with.

All of them include liquidation: a short whose distance to it is reached has lost its equity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from xlhedge.analysis.carriers import ARRAYS, NOWHERE, VALUES
from xlhedge.analysis.figures import finite
from xlhedge.analysis.grid_shorts import (
    FAR,
    NO_SHORT,
    GridShort,
    gains,
    in_full,
    is_reached,
    limits,
    may_be_reached,
)
from xlhedge.analysis.grids import GRIDS, Grid, given_of
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import NONE, said_of
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.values import Numbers, RowGroup
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import Carrier

__all__ = ["Sensitivity", "columns_of", "sensitivity"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What moves do to the whole portfolio, in quote.

    P&L is that of the price alone, liquidation included: before funding and fees.

    Args:
        shocks: moves of the hedges' underlyings, relative.
        by_asset: each asset unhedged, a row an asset.
        unhedged: all coins without any short, those posted as margin included.
        held: with the shorts as they stand.
        in_full: what the shorts of a hedge of 100 % gain.
        said: at each move whether `held` includes a liquidation: the word, or "none".
        given: figures of the portfolio that grids need.
        beside: by grid, the figure beside each row; "none" where no price liquidates.
        grids: by grid, its cells, row by row.
        words: by grid, whether a column includes a liquidation: the word, or "none".
    """

    shocks: tuple[float, ...]
    by_asset: tuple[tuple[float, ...], ...]
    unhedged: tuple[float, ...]
    held: tuple[float, ...]
    in_full: tuple[float, ...]
    said: tuple[str, ...]
    given: Mapping[str, float]
    beside: Mapping[str, tuple[float | str, ...]]
    grids: Mapping[str, tuple[tuple[float, ...], ...]]
    words: Mapping[str, tuple[str, ...]]


def sensitivity(numbers: Numbers, total: HedgeRow) -> Sensitivity:
    """Work out the grids.

    Args:
        numbers: the portfolio's rows, worked out.
        total: the sums over all holdings.
    """
    hedge, shocks = numbers.rows(HedgeRow), numbers.portfolio.settings.shocks
    moves = np.array([shocks])
    quantity = _column(row.quantity for row in hedge)
    price, beta = _column(row.spot_price for row in hedge), _column(row.beta for row in hedge)
    by_asset = ARRAYS.scenario_pnl(quantity, price, 0, moves, 0, 0, 0, 8, 0, beta).tolist()
    # Coins posted as margin fall with the underlying: their leg is a short of minus their value.
    (posted,) = ARRAYS.scenario_pnl(0, 1, -total.coin_margin, moves).tolist()
    unhedged = tuple(
        finite(sum(values) + coins, "the P&L of all coins")
        for coins, *values in zip(posted, *by_asset, strict=True)
    )
    shorts, full = columns_of(numbers), total.full_notional
    with np.errstate(over="ignore"):  # of a product too large for a number its sign is asked
        given = {
            **given_of(RowGroup(numbers.rows(MarginRow))),
            **limits(ARRAYS, shorts, full),
        }
        found = SimpleNamespace(**given)
        whole = in_full(ARRAYS, shorts, moves, full, found.times)
    coins = np.array([unhedged])
    beside = {grid.name: _beside(grid, given) for grid in GRIDS if grid.beside}
    of = {"shorts": shorts, "unhedged": coins, "in_full": whole, **given}
    return Sensitivity(
        shocks=shocks,
        by_asset=tuple(map(tuple, by_asset)),
        unhedged=unhedged,
        held=_line(coins + gains(ARRAYS, shorts, moves), "the P&L with the shorts"),
        in_full=_line(whole, "the gain of a full hedge"),
        said=_said(is_reached(found.rise, found.fall, moves), may_be_reached(found, moves), shocks),
        given=given,
        beside=beside,
        grids={grid.name: _values(grid, of, beside.get(grid.name), shocks) for grid in GRIDS},
        words={grid.name: _words(grid, given, shocks) for grid in GRIDS if grid.liquidated},
    )


def columns_of(numbers: Numbers) -> Any:
    """The columns of `GridShort`; there is one row, be it of nothing."""
    rows = numbers.rows(GridShort) or [GridShort.of(numbers, **NO_SHORT)]
    names = [each.name for each in GridShort.figures]
    return SimpleNamespace(**{name: _column(getattr(row, name) for row in rows) for name in names})


def _column(values: Iterable[Any]) -> Any:
    return np.array([*values]).reshape(-1, 1)


def _line(values: Any, what: str) -> tuple[float, ...]:
    return tuple(finite(value, what) for value in np.ravel(values).tolist())


def _beside(grid: Grid, given: Mapping[str, float]) -> tuple[float | str, ...]:
    if grid.beside is None:
        return ()
    formula = grid.beside[1]
    return tuple(formula(VALUES, SimpleNamespace(row=row, **given)) for row in grid.rows.values)


def _values(
    grid: Grid,
    of: Mapping[str, Any],
    beside: Sequence[float | str] | None,
    shocks: tuple[float, ...],
) -> tuple[tuple[float, ...], ...]:
    rows = _column(grid.rows.values)
    axes = SimpleNamespace(
        row=rows[:, None] if grid.by_row else rows,
        column=np.array([grid.columns.values or shocks]),
        beside=_column(FAR if each == NOWHERE else each for each in beside or [0.0]),
        **of,
    )
    with np.errstate(all="ignore"):  # a number too large is told by the function that takes it
        values = grid.formula(ARRAYS, axes)
    if not np.isfinite(values).all():
        raise HedgeError(f'the grid "{grid.title}" has numbers that are too large', CellError.NUM)
    return tuple(map(tuple, values.tolist()))


def _words(grid: Grid, given: Mapping[str, float], shocks: Sequence[float]) -> tuple[str, ...]:
    """Of each column: the rows at its ends are where a liquidation is reached first."""
    ends = _column((min(grid.rows.values), max(grid.rows.values)))
    axes = SimpleNamespace(row=ends, column=np.array([shocks]), **given)
    reached, unsure = (each and each(axes) for each in (grid.liquidated, grid.unsure))
    return _said(reached, unsure, shocks)


def _said(reached: Carrier, unsure: Carrier, shocks: Sequence[float]) -> tuple[str, ...]:
    """The word of each column, by what holds in some row of it."""
    never = np.zeros((1, len(shocks)), dtype=bool)
    both = ((never | each).any(axis=0).tolist() for each in (reached, unsure))
    return tuple(said_of(hit, may_be, NONE) for hit, may_be in zip(*both, strict=True))
