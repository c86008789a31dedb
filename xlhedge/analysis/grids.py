"""The grids, each declared once: its axes, and the formula of a cell over its two headers.

On numbers the formula is the analysis, on references the template's array formula or the report's
native one, as with `figures`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis.carriers import NOWHERE, Functions
from xlhedge.analysis.figures import BLANK
from xlhedge.analysis.grid_shorts import FAR, gains, is_reached, may_be_reached
from xlhedge.analysis.lookups import Group
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, maximum, where

__all__ = ["GRIDS", "USUAL_RATE", "Axis", "Grid", "given_of"]

USUAL_RATE = 0.005
"""The maintenance rate that a leverage grid takes where no short states one."""

_AT_ONCE = 1e-13
"""How far a position is from liquidation that has less margin than it must maintain: no move."""

Formula = Callable[[Functions, Any], Carrier]
Condition = Callable[[Any], Carrier]


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
            price), ``in_full`` (what a full hedge gains there), ``beside``, ``shorts`` (the
            columns of `GridShort`) and what `Sensitivity.given` has.
        by_row: whether its formula sums over the shorts, so that a row is an array of its own.
        given: figures of the portfolio it needs, each with its title and look.
        beside: a title and a formula for a figure beside each row's header.
        liquidated: whether a cell includes a liquidation, over what the formula has.
        unsure: whether it may lack one of which nobody knows.
    """

    name: str
    title: str
    note: str
    look: str
    scale: str
    rows: Axis
    columns: Axis
    formula: Formula
    by_row: bool = False
    given: tuple[tuple[str, str, str], ...] = ()
    beside: tuple[str, Formula] | None = None
    liquidated: Condition | None = None
    unsure: Condition | None = None


_PRICE = Axis("Move of the underlying", "move")


def _hedge_lost(r: Any) -> Carrier:
    return (r.row != 0) & is_reached(r.hedge_rise, r.hedge_fall, r.column)


def _hedge_unsure(r: Any) -> Carrier:
    """A move against the hedge: without any short nobody knows what margin it would have."""
    return ((r.times == 0) | (r.hedge_unsure > 0)) & (r.row * r.full_notional * r.column > 0)


def _leverage(kind: str, more: str, worth: Callable[[Carrier, Carrier], Carrier]) -> Grid:
    """The grid of a contract type; `worth` is the value of a margin after a rise of the price."""

    def distance(f: Functions, r: Any) -> Carrier:
        rate, fee, basis = (getattr(r, f"{kind}_{name}") for name in ("rate", "fee", "basis"))

        def away() -> Carrier:
            price = f.liquidation_price(1, 1, 1 / r.row, rate, 0, 1, kind, basis, fee)
            return maximum(f.liquidation_buffer(1, price), _AT_ONCE)

        return f.or_nowhere(away)

    def left(f: Functions, r: Any) -> Carrier:
        margin, reach = 1 / r.row, where(r.beside == NOWHERE, FAR, r.beside)
        lost = f.scenario_pnl(0, 1, 1, r.column, 0, 0, 0, 8, 0, 1, reach, margin, kind)
        return worth(margin, r.column) + lost

    return Grid(
        f"leverage_{kind}",
        f"Spike and leverage, {kind} contracts",
        f"Margin left of a short opened now, as a share of its value{more}.",
        "move",
        "left",
        Axis("Leverage ×", "ratio", (1.0, 2.0, 3.0, 5.0, 10.0, 20.0)),
        Axis("Spike of the price", "move", (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)),
        left,
        given=(
            (f"{kind}_rate", f"Maintenance rate, mean of the {kind} shorts", "percent"),
            (f"{kind}_fee", f"Liquidation fee, mean of the {kind} shorts", "percent"),
            (f"{kind}_basis", f"Maintenance basis of most {kind} shorts", "text"),
        ),
        beside=("Liquidated at", distance),
    )


GRIDS: tuple[Grid, ...] = (
    Grid(
        "ratio",
        "Price and hedge ratio",
        "Profit and loss if every hedged asset were hedged to the ratio of the row, by shorts like "
        "those you have, with margin in proportion.",
        "heat",
        "gain",
        Axis("Hedge ratio", "move", (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)),
        _PRICE,
        lambda _, r: r.unhedged + r.row * r.in_full,
        liquidated=_hedge_lost,
        unsure=_hedge_unsure,
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
        lambda f, r: r.unhedged + gains(f, r.shorts, r.column, r.row),
        by_row=True,
        liquidated=lambda r: is_reached(r.rise, r.fall, r.column + r.row),
        unsure=lambda r: may_be_reached(r, r.column + r.row),
    ),
    Grid(
        "funding",
        "Funding rate and days",
        "What funding costs the perpetual shorts as they stand; above 0 it costs you. The price "
        "stands still: nothing is liquidated.",
        "heat",
        "cost",
        Axis("Funding per 8 hours", "rate", (-0.001, -0.0003, -0.0001, 0.0, 0.0001, 0.0003, 0.001)),
        Axis("Days", "days", (7.0, 30.0, 90.0, 180.0, 365.0)),
        lambda f, r: f.funding_drag(r.perpetual, r.row, r.column, 8),
        given=(("perpetual", "Perpetual shorts, value", "money"),),
    ),
    _leverage("linear", "", lambda margin, _: margin),
    _leverage(
        "inverse", ", its coins at the price of then", lambda margin, rise: margin * (1 + rise)
    ),
)
"""The grids, in the order of the sheet."""


def given_of(shorts: Group) -> dict[str, Carrier]:
    """What grids are given of the shorts: perpetuals, and by contract type their maintenance."""
    given = {"perpetual": shorts.having(MarginRow.expiry, "=", BLANK).sum(MarginRow.short_notional)}
    for kind in ("linear", "inverse"):
        own = shorts.having(MarginRow.contract_type, "=", kind)
        own = own.having(MarginRow.mm_rate, "<>", BLANK)
        at_entry = own.having(MarginRow.mm_basis, "=", "entry").size(MarginRow.short_notional)
        size, rates, fees = (
            own.size(MarginRow.short_notional, *more)
            for more in ((), (MarginRow.mm_rate,), (MarginRow.liquidation_fee,))
        )
        given |= {
            f"{kind}_rate": _mean(rates, size, USUAL_RATE),
            f"{kind}_fee": _mean(fees, size, 0.0),
            f"{kind}_basis": where(2 * at_entry > size, "entry", "mark"),
        }
    return given


def _mean(weighted: Carrier, size: Carrier, otherwise: float) -> Carrier:
    return where(size == 0, otherwise, lambda: weighted / size)
