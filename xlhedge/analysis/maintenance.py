"""The maintenance rate and amount of each short, which depend on its size where there are tiers.

Each figure takes those of the price that it speaks of: the margin ratio those at the mark, the
liquidation price those at that price, the collateral for a move those after the move. Where a venue
freezes the maintenance margin at entry it freezes the tier with it: all take those at entry.
"""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.figures import Figure, figure
from xlhedge.analysis.lookups import Lookups
from xlhedge.functions.algebra import Carrier, where
from xlhedge.text import percent

__all__ = ["TIER_PRICE", "after", "held", "kind", "rise", "tier", "value_at"]


def kind(r: Any) -> tuple[Carrier, Carrier]:
    """Size and type of a row's contracts, the arguments that stand together."""
    return r.contract_size, r.contract_type


def value_at(r: Any, ratio: Carrier) -> Carrier:
    """The position's value at ratio times the mark: in coins the less, the dearer they are."""
    return where(r.contract_type == "inverse", r.position_value / ratio, r.position_value * ratio)


def rise(r: Any, move: float) -> Carrier:
    """A move against the position: a rise for a short, a fall for a long future."""
    return where(r.contracts < 0, -move, move)


def tier(f: Lookups, r: Any, value: Carrier, part: int) -> Carrier:
    """The rate (part 0) or the amount (1) of the tier that a position of that value falls in."""
    return f.part(f.tier(r, value), part)


@figure("Price that sets the tier", "price", ("unrealised_pnl",))
def TIER_PRICE(r: Any, f: Lookups) -> Carrier:  # noqa: N802  # a figure
    """The price whose position value sets the tier; where margin is unknown, the mark."""

    def liquidated() -> Carrier:
        return f.liquidation_price_tiered(
            r.contracts,
            r.entry_price,
            r.margin,
            *f.tiers(r),
            *kind(r),
            r.tier_mode,
            r.liquidation_fee,
        )

    def at_mark() -> Carrier:
        return where(r.margin == "", r.futures_price, lambda: f.or_nowhere(liquidated))

    def found() -> Carrier:
        return where(r.mm_basis == "entry", r.entry_price, at_mark)

    return where(r.tiers == 0, "", found)


def held(part: int) -> Figure:
    """The rate (part 0) or amount (1) that liquidates; at the mark where no price does."""
    title, look, own = (
        ("Maintenance rate", "percent", "own_rate"),
        ("Maintenance amount", "qty", "own_amount"),
    )[part]

    @figure(title, look, ("unrealised_pnl",))
    def formula(r: Any, f: Lookups) -> Carrier:
        def value() -> Carrier:
            return where(
                r.tier_price == NOWHERE,
                r.position_value,
                lambda: value_at(r, r.tier_price / r.futures_price),
            )

        return where(r.tiers == 0, getattr(r, own), lambda: tier(f, r, value(), part))

    return formula


def after(move: float, part: int) -> Figure:
    """The rate (part 0) or amount (1) after a move against the position; 0 is at the mark."""
    name, look, held_ = (
        ("Maintenance rate", "percent", "mm_rate"),
        ("Maintenance amount", "qty", "mm_amount"),
    )[part]

    @figure(f"{name} after {percent(move)}" if move else f"{name} at mark", look, ("mm_rate",))
    def formula(r: Any, f: Lookups) -> Carrier:
        fixed = (r.tiers == 0) | (r.mm_basis == "entry")
        value = value_at(r, 1 + rise(r, move)) if move else r.position_value
        return where(fixed, getattr(r, held_), lambda: tier(f, r, value, part))

    return formula
