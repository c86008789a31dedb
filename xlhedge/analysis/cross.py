"""The arithmetic of wallets: equity and maintenance as lines, and the tiers that hold on the way.

A position of a cross account gains and needs margin by a relative change: of its mark where the
margin is money, of the coins that it is worth where it is a coin. Rates and amounts are those of
the tiers at the answer: each pass takes them at the one before it, the first at the mark. The
margin that is left is concave in the change, so the passes come down on the answer from beyond it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.figures import Figure, figure
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.maintenance import tier
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, absolute, maximum, where

__all__ = [
    "PASSES",
    "UNSETTLED",
    "answer",
    "change_of",
    "confirmed",
    "gain_after",
    "held_at",
    "maintenance_after",
    "move_of",
    "needed",
]

PASSES = 4
"""How often the tiers are looked up on the way to an answer."""

UNSETTLED = "unknown: tiers"
"""What stands for an answer whose tiers are not those that it was worked out with."""

_NEAR = 1e-9
_FAR = 1e6
_LEAST = 1e-6
"""Of a coin's price: less than this is rounding noise of positions that cancel."""


def change_of(coin: Carrier, move: Carrier) -> Carrier:
    """The relative change in a wallet's unit when the price moves; `coin` is "" for money."""
    return where(coin == "", move, lambda: 1 / (1 + move) - 1)


def move_of(coin: Carrier, change: Carrier) -> Carrier:
    """The price move of a relative change in a wallet's unit; none beyond a millionfold."""

    def moved() -> Carrier:
        return where(1 + change <= _LEAST, NOWHERE, lambda: 1 / (1 + change) - 1)

    return where(coin == "", change, moved)


def held_at(what: str, at: Callable[[Any, Lookups], Carrier], part: int) -> Figure:
    """The rate (part 0) or amount (1) of a position's tier at an answer, in its wallet's unit."""
    name, look = (("Rate", "percent"), ("Amount", "qty"))[part]

    @figure(f"{name} at {what}", look, ("rate_0",))
    def formula(r: Any, f: Lookups) -> Carrier:
        change = at(r, f)
        # The tiers at the mark may lead nowhere, and those of large values back to an answer.
        far = where(change == NOWHERE, _FAR, change)
        return where(change == "", "", lambda: _held(r, f, far, part))

    return formula


def _held(r: Any, f: Lookups, change: Carrier, part: int) -> Carrier:
    position = f.beside(r, MarginRow)
    fixed = (position.tiers == 0) | (position.mm_basis == "entry")

    def tiered() -> Carrier:
        found = tier(f, position, position.position_value * (1 + change), part)
        return found * r.unit if part else found + r.fee

    return where(fixed, (r.rate_0, r.amount_0)[part], tiered)


def needed(group: Group, weight: Figure, rate: Figure, amount: Figure) -> Carrier:
    """The maintenance of positions at the mark, at such rates and amounts."""
    return group.size(weight, rate) - group.sum(amount)


def answer(f: Lookups, spare: Carrier, lost: Carrier) -> Carrier:
    """The change at which nothing is left: what is spare, over what a change of 1 takes.

    To CROSS_LIQUIDATION_BUFFER they are a wallet and one position in it that needs no margin.
    """
    return f.or_nowhere(lambda: f.cross_liquidation_buffer(maximum(0, spare), lost, 0))


def confirmed(coin: Carrier, last: Carrier, check: Carrier) -> Carrier:
    """The price move of the last answer, if its own tiers lead to it again."""

    def same() -> Carrier:
        near = absolute(check - last) <= _NEAR * (1 + absolute(last))
        return where(near, lambda: move_of(coin, last), UNSETTLED)

    def found() -> Carrier:
        return where(check == NOWHERE, UNSETTLED, same)

    return where(last == NOWHERE, where(check == NOWHERE, NOWHERE, UNSETTLED), found)


def gain_after(r: Any, move: Carrier) -> Carrier:
    """What a position gains when its mark moves, in its wallet's unit."""
    return -r.weight * change_of(r.margin_coin, move)


def maintenance_after(r: Any, f: Lookups, move: Carrier) -> Carrier:
    """What a position needs once its mark has moved, in its wallet's unit, the fee included."""
    change = change_of(r.margin_coin, move)
    rate, amount = (_held(r, f, change, part) for part in (0, 1))
    return absolute(r.weight) * (1 + change) * rate - amount
