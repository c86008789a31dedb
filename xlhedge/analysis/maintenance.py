"""The maintenance rate and amount of each short, which depend on its size where there are tiers.

Each figure takes those of the price that it speaks of: the margin ratio those at the mark, the
liquidation price those at that price, the collateral for a move those after the move. Where a venue
freezes the maintenance margin at entry it freezes the tier with it: all take those at entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlhedge.analysis.figures import NATIVE, NOWHERE, Figure, Functions
from xlhedge.functions.algebra import Carrier, Expression, where

__all__ = ["MAINTENANCE", "MOVES", "kind", "named", "percent", "rise", "value_at"]

MOVES = (0.1, 0.2, 0.3, 0.5)
"""Moves against a position that the ladder asks collateral for: rises for a short."""

_RATE, _AMOUNT = 0, 1
_FOUND = ""  # no native formula reads a table of tiers: what Python found in it stands as a value


def named(name: str, move: float) -> str:
    """The name of a figure after a move against the position, in per cent.

    Example:
        >>> named("add", 0.1)
        'add_10'
    """
    return f"{name}_{move * 100:.0f}"


def percent(move: float) -> str:
    """A move in words: ``10 %``."""
    return f"{move * 100:.0f} %"


def _when(move: float) -> str:
    return f"after {percent(move)}" if move else "at mark"


def kind(r: Any) -> tuple[Carrier, Carrier]:
    """Size and type of a row's contracts, the arguments that stand together."""
    return r.contract_size, r.contract_type


def value_at(r: Any, ratio: Carrier) -> Carrier:
    """The position's value at ratio times the mark: in coins the less, the dearer they are."""
    return where(r.contract_type == "inverse", r.position_value / ratio, r.position_value * ratio)


def rise(r: Any, move: float) -> Carrier:
    """A move against the position: a rise for a short, a fall for a long future."""
    return where(r.contracts < 0, -move, move)


def _tier_price(f: Functions, r: Any) -> Carrier:
    """The price whose position value sets the tier; where margin is unknown, the mark."""

    def liquidated() -> Carrier:
        return f.liquidation_price_tiered(
            r.contracts, r.entry_price, r.margin, r.tier_floors, r.tier_rates, *kind(r)
        )

    def at_mark() -> Carrier:
        if f is NATIVE:
            return _FOUND
        return where(r.margin == "", r.futures_price, lambda: f.or_nowhere(liquidated))

    return where(r.mm_basis == "entry", r.entry_price, at_mark)


def _tier(f: Functions, r: Any, value: Carrier, part: int) -> Carrier:
    """The rate (part 0) or the amount (1) of the tier that a position of that value falls in."""
    if f is NATIVE:
        return _FOUND
    row = f.maintenance_tier(value, r.tier_floors, r.tier_rates)
    if isinstance(row, Expression):
        return Expression(f"INDEX({row.text},1,{part + 1})")
    return row[part]


def _held(part: int) -> Callable[[Functions, Any], Carrier]:
    """The rate or amount that liquidates; at the mark where no price does."""

    def formula(f: Functions, r: Any) -> Carrier:
        def value() -> Carrier:
            return where(
                r.tier_price == NOWHERE,
                r.position_value,
                lambda: value_at(r, r.tier_price / r.futures_price),
            )

        own = (r.own_rate, r.own_amount)[part]
        return where(r.tiers == 0, own, lambda: _tier(f, r, value(), part))

    return formula


def _after(move: float, part: int) -> Callable[[Functions, Any], Carrier]:
    """The rate or amount after a move against the position."""

    def formula(f: Functions, r: Any) -> Carrier:
        fixed = (r.tiers == 0) | (r.mm_basis == "entry")
        held = (r.mm_rate, r.mm_amount)[part]
        value = value_at(r, 1 + rise(r, move)) if move else r.position_value
        return where(fixed, held, lambda: _tier(f, r, value, part))

    return formula


MAINTENANCE: tuple[Figure, ...] = (
    Figure(
        "tier_price",
        "Price that sets the tier",
        "price",
        lambda f, r: where(r.tiers == 0, "", lambda: _tier_price(f, r)),
        ("unrealised_pnl",),
    ),
    Figure("mm_rate", "Maintenance rate", "percent", _held(_RATE), ("unrealised_pnl",)),
    Figure("mm_amount", "Maintenance amount", "qty", _held(_AMOUNT), ("unrealised_pnl",)),
    *(
        figure
        for move in (0.0, *MOVES)
        for figure in (
            Figure(
                named("rate", move),
                f"Maintenance rate {_when(move)}",
                "percent",
                _after(move, _RATE),
                ("mm_rate",),
            ),
            Figure(
                named("amount", move),
                f"Maintenance amount {_when(move)}",
                "qty",
                _after(move, _AMOUNT),
                ("mm_rate",),
            ),
        )
    ),
)
"""The price that sets the tier, and the rates and amounts at each price."""
