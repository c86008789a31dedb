"""Sensitivity: P&L, funding and margin over two axes, each grid's formula written once.

A formula runs on a cell's two headers: on numbers it is the analysis, on references the template's
array formula or the report's native one, as with `figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from xlhedge.analysis.carriers import ARRAYS, VALUES, Functions
from xlhedge.analysis.figures import BLANK, finite
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Group
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.values import RowGroup
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import Carrier, maximum, where

__all__ = ["GRIDS", "USUAL_RATE", "Axis", "Grid", "Sensitivity", "given_of", "sensitivity"]

USUAL_RATE = 0.005
"""The maintenance rate that the leverage grid takes where no short states one."""

_AT_ONCE = 1e-13
"""How far a position is from liquidation that has less margin than it must maintain: no move."""

Given = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """The headers of a grid's rows or columns.

    Args:
        title: what they are, with the unit.
        look: how they are shown, as a figure's look.
        values: the headers; none for the price axis of Settings.
    """

    title: str
    look: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid.

    Args:
        name: its name in `Sensitivity.grids`.
        title: its heading.
        note: how to read it, in a line.
        look: how its cells are shown.
        scale: "gain" where more is better for you, "cost" where less is, "left" for what is left
            of a margin.
        rows: the headers of its rows.
        columns: the headers of its columns.
        formula: a cell over its ``row`` and ``column``, and ``unhedged`` (the coins at that
            price), ``beside``, and what `Sensitivity.given` has.
        given: a figure of the portfolio it needs, with its title and look.
        beside: a title and a formula for a figure beside each row's header.
    """

    name: str
    title: str
    note: str
    look: str
    scale: str
    rows: Axis
    columns: Axis
    formula: Callable[[Functions, Any], Carrier]
    given: tuple[str, str, str] | None = None
    beside: tuple[str, Callable[[Functions, Any], Carrier]] | None = None


_PRICE = Axis("Move of the underlying", "move")


def _with_basis(f: Functions, r: Any) -> Carrier:
    # No future falls below nothing: where the price alone takes it there, the basis adds nothing.
    basis = maximum(r.row, -1 - r.column)
    return r.unhedged + f.scenario_pnl(0, 1, r.short_notional, r.column, basis)


def _distance(f: Functions, r: Any) -> Carrier:
    price = f.liquidation_price(1, 1, 1 / r.row, r.mm_rate)
    return maximum(f.liquidation_buffer(1, price), _AT_ONCE)


def _margin_left(f: Functions, r: Any) -> Carrier:
    margin = 1 / r.row
    return margin + f.scenario_pnl(0, 1, 1, r.column, 0, 0, 0, 8, 0, 1, r.beside, margin)


GRIDS: tuple[Grid, ...] = (
    Grid(
        "ratio",
        "Price and hedge ratio",
        "Profit and loss if every hedged asset were hedged to the ratio of the row.",
        "heat",
        "gain",
        Axis("Hedge ratio", "move", (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)),
        _PRICE,
        lambda f, r: r.unhedged + f.scenario_pnl(0, 1, r.row * r.full_notional, r.column),
    ),
    Grid(
        "basis",
        "Price and basis",
        "Profit and loss with the shorts as they stand, if futures also move by the row's share "
        "against their index; a future that gets dearer costs a short.",
        "heat",
        "gain",
        Axis("Move of the basis", "move", (-0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05)),
        _PRICE,
        _with_basis,
    ),
    Grid(
        "funding",
        "Funding rate and days",
        "What funding costs the perpetual shorts as they stand; above 0 it costs you.",
        "heat",
        "cost",
        Axis("Funding per 8 hours", "rate", (-0.001, -0.0003, -0.0001, 0.0, 0.0001, 0.0003, 0.001)),
        Axis("Days", "days", (7.0, 30.0, 90.0, 180.0, 365.0)),
        lambda f, r: f.funding_drag(r.perpetual, r.row, r.column, 8),
        given=("perpetual", "Perpetual shorts, value", "money"),
    ),
    Grid(
        "leverage",
        "Price spike and leverage",
        "Margin left of a short opened now, as a share of its value; 0 is liquidated.",
        "move",
        "left",
        Axis("Leverage ×", "ratio", (1.0, 2.0, 3.0, 5.0, 10.0, 20.0)),
        Axis("Rise of the price", "move", (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)),
        _margin_left,
        given=("mm_rate", "Maintenance rate, mean of the shorts", "percent"),
        beside=("Liquidated at", _distance),
    ),
)
"""The grids, in the order of the sheet."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What moves do to the whole portfolio, in quote.

    P&L is that of the price alone: before funding, fees and liquidation, which the scenarios have.

    Args:
        shocks: moves of the hedges' underlyings, relative.
        by_asset: each asset unhedged, a row an asset.
        unhedged: all coins without any short, those posted as margin included.
        held: with the shorts as they stand.
        given: figures of the portfolio that grids need.
        beside: by grid, the figure beside each row.
        grids: by grid, its cells, row by row.
    """

    shocks: tuple[float, ...]
    by_asset: tuple[tuple[float, ...], ...]
    unhedged: tuple[float, ...]
    held: tuple[float, ...]
    given: Mapping[str, float]
    beside: Mapping[str, tuple[float, ...]]
    grids: Mapping[str, tuple[tuple[float, ...], ...]]


def sensitivity(
    shocks: tuple[float, ...],
    hedge: Sequence[HedgeRow],
    margin: Sequence[MarginRow],
    total: HedgeRow,
) -> Sensitivity:
    """Work out the grids.

    Args:
        shocks: the price axis.
        hedge: a row a holding.
        margin: a row a short.
        total: the sums over all.
    """
    quantity = _column(row.quantity for row in hedge)
    price, beta = _column(row.spot_price for row in hedge), _column(row.beta for row in hedge)
    moves = ARRAYS.scenario_pnl(quantity, price, 0, np.array([shocks]), 0, 0, 0, 8, 0, beta)
    by_asset = tuple(map(tuple, moves.tolist()))
    coins, short = total.coin_margin, total.short_notional
    # Coins posted as margin fall with the underlying: their leg is a short of minus their value.
    unhedged = tuple(
        finite(sum(values) + VALUES.scenario_pnl(0, 1, -coins, shock), "the P&L of all coins")
        for shock, *values in zip(shocks, *by_asset, strict=True)
    )
    given = {
        **given_of(RowGroup(margin)),
        "short_notional": short,
        "full_notional": total.full_notional,
    }
    beside = {grid.name: _beside(grid, given) for grid in GRIDS if grid.beside}
    return Sensitivity(
        shocks=shocks,
        by_asset=by_asset,
        unhedged=unhedged,
        held=tuple(
            finite(coins + VALUES.scenario_pnl(0, 1, short, shock), "the P&L with the shorts")
            for coins, shock in zip(unhedged, shocks, strict=True)
        ),
        given=given,
        beside=beside,
        grids={
            grid.name: _values(grid, given, beside.get(grid.name), shocks, unhedged)
            for grid in GRIDS
        },
    )


def given_of(shorts: Group) -> dict[str, Carrier]:
    """What grids are given of the shorts: perpetuals, and the maintenance rate, by their sizes."""
    known = shorts.having(MarginRow.mm_rate, "<>", BLANK)
    size = known.size(MarginRow.short_notional)
    weighted = known.size(MarginRow.short_notional, MarginRow.mm_rate)
    return {
        "perpetual": shorts.having(MarginRow.expiry, "=", BLANK).sum(MarginRow.short_notional),
        "mm_rate": where(size == 0, USUAL_RATE, lambda: weighted / size),
    }


def _column(values: Iterable[float]) -> Any:
    return np.array([*values]).reshape(-1, 1)


def _beside(grid: Grid, given: Given) -> tuple[float, ...]:
    if grid.beside is None:
        return ()
    formula = grid.beside[1]
    return tuple(formula(VALUES, SimpleNamespace(row=row, **given)) for row in grid.rows.values)


def _values(
    grid: Grid,
    given: Given,
    beside: tuple[float, ...] | None,
    shocks: tuple[float, ...],
    unhedged: tuple[float, ...],
) -> tuple[tuple[float, ...], ...]:
    columns = grid.columns.values or shocks
    axes = SimpleNamespace(
        row=_column(grid.rows.values),
        column=np.array([columns]),
        unhedged=0.0 if grid.columns.values else np.array([unhedged]),
        beside=_column(beside or [0.0]),
        **given,
    )
    with np.errstate(all="ignore"):  # a number too large is told by the function that takes it
        values = grid.formula(ARRAYS, axes)
    if not np.isfinite(values).all():
        raise HedgeError(f'the grid "{grid.title}" has numbers that are too large', CellError.NUM)
    return tuple(map(tuple, values.tolist()))
