"""The shorts as grids take them: what they gain as the price moves, until they are liquidated."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.carriers import Functions
from xlhedge.analysis.figures import FigureRow, figure, looked_up
from xlhedge.analysis.hedge import DUST
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, absolute, maximum, where
from xlhedge.functions.formulas.scenario import is_liquidated

__all__ = [
    "FAR",
    "LIMITS",
    "NO_SHORT",
    "GridShort",
    "gains",
    "in_full",
    "is_reached",
    "is_unsure",
    "limits",
]

FAR = 1e9
"""A distance to liquidation that no move covers."""

_NOTHING = -1 + 1e-12
"""A fall that leaves of an inverse contract's price the least that it can still be divided by."""

LIMITS = (
    ("full_notional", "Short at a hedge ratio of 100 %, value", "money"),
    ("rise", "Rise that liquidates the first short", "reach"),
    ("fall", "Fall that liquidates the first long future", "reach"),
    ("unsure_shorts", "Shorts whose liquidation is unknown", "whole"),
    ("unsure_longs", "Long futures whose liquidation is unknown", "whole"),
    ("times", "Times the shorts you have; 0: you have none", "ratio"),
)
"""Figures of all shorts that grids need: name, title and look."""


class GridShort(FigureRow):
    """One row a position, in which arrays find a number wherever they need one."""

    table, beside = "Shorts", MarginRow

    instrument = looked_up("Instrument", "text", "beside")
    short_notional = looked_up("Short notional", "money", "beside", total=True)

    @figure("Distance to liquidation", "reach", ("instrument",))
    def distance(self, f: Lookups) -> Carrier:
        """Farther than any move where no price liquidates, or nobody knows."""
        buffer = f.beside(self, MarginRow).liquidation_buffer
        # An error is no word: it stays one.
        return where(buffer == "", FAR, lambda: where(f.number(buffer), buffer, FAR))

    @figure("Equity lost if liquidated", "money", ("instrument",), total=True)
    def equity(self, f: Lookups) -> Carrier:
        """Of an inverse position the value now of its coins."""
        short = f.beside(self, MarginRow)
        linear = where(short.margin == "", 0, lambda: short.margin + short.unrealised_pnl)
        return maximum(where(self.contract_type == "inverse", short.coin_margin, linear), 0)

    contract_type = looked_up("Contract type", "text", "beside")

    @figure("Fee rate", "rate", ("instrument",))
    def fee_rate(self, f: Lookups) -> Carrier:
        short = f.beside(self, MarginRow)
        return f.trading_fee(1, short.taker_fee, short.fee_discount)

    @figure("Liquidation unknown", "whole", ("instrument",))
    def unsure(self, f: Lookups) -> Carrier:
        unknown = f.beside(self, MarginRow).liquidation_buffer == ""
        return where(unknown, lambda: where(self.short_notional == 0, 0, 1), 0)


NO_SHORT = {
    "instrument": "", "short_notional": 0.0, "distance": FAR, "equity": 0.0,
    "contract_type": "linear", "fee_rate": 0.0, "unsure": 0.0,
}  # fmt: skip
"""What stands for a row without a position, by figure."""


def gains(
    f: Functions,
    shorts: Any,
    price: Carrier,
    basis: Carrier = 0,
    fees: Carrier = 0,
    weights: Carrier | None = None,
) -> Carrier:
    """What all shorts gain together until they are liquidated: a sum for each move.

    Args:
        f: what computes it.
        shorts: the columns of `GridShort`, by name.
        price: moves of the price, a row.
        basis: moves of the basis; one that would take the future to nothing adds nothing.
        fees: the rates of what it costs to close those that are not liquidated.
        weights: how often each short counts; once, if not told.
    """
    floored = where(shorts.contract_type == "inverse", maximum(price, _NOTHING), price)
    moved = not isinstance(basis, int)
    gained = f.scenario_pnl(
        0, 1, shorts.short_notional, floored,
        where(price + basis > _NOTHING, basis, 0) if moved else 0,
        0, 0, 8, fees, 1, shorts.distance, shorts.equity, shorts.contract_type, 0, "close",
    )  # fmt: skip
    once = where(shorts.short_notional == 0, 0, 1) if weights is None else weights
    return f.total(once, gained)


def in_full(f: Functions, shorts: Any, price: Carrier, full: Carrier, times: Carrier) -> Carrier:
    """What the shorts of a hedge of 100 % gain: those there are, with their margin, so much larger.

    Args:
        f: what computes it.
        shorts: the columns of `GridShort`, by name.
        price: moves of the price, a row.
        full: what is short then.
        times: of `LIMITS`; 0 where there is no short, and so no margin that could be lost.
    """
    weights = where(shorts.short_notional * full > 0, times, 0)
    plain = f.scenario_pnl(0, 1, where(times == 0, full, 0), price)
    return gains(f, shorts, price, weights=weights) + plain


def is_reached(of: Any, moved: Carrier) -> Carrier:
    """Whether a move of the future liquidates a short or a long one; `of` has `LIMITS`."""
    return is_liquidated(1, of.rise, moved) | is_liquidated(-1, of.fall, moved)


def is_unsure(of: Any, moved: Carrier) -> Carrier:
    """Whether it may liquidate one of which nobody knows when; `of` has `LIMITS`."""
    return (of.unsure_shorts > 0) & (moved > 0) | (of.unsure_longs > 0) & (moved < 0)


def limits(f: Functions, shorts: Any, full: Carrier) -> dict[str, Carrier]:
    """The figures of `LIMITS`.

    A hedge of 100 % is made of the shorts that there are (of the long futures, where what is held
    is short), each so much larger with its margin; 0 times where there are none.

    Args:
        f: what computes them.
        shorts: the columns of `GridShort`, by name.
        full: what is short if every asset is hedged in full.
    """
    size, far = shorts.short_notional, shorts.distance
    above, below = (f.sum(where(side, size, 0)) for side in (size > 0, size < 0))
    short = where(full < 0, below, above)
    none = absolute(short) <= DUST * absolute(full)
    return {
        "full_notional": full,
        "rise": f.least(where(size > 0, far, FAR)),
        "fall": -f.least(where((size < 0) & (far < FAR), -far, FAR)),
        "unsure_shorts": f.sum(where(size > 0, shorts.unsure, 0)),
        "unsure_longs": f.sum(where(size < 0, shorts.unsure, 0)),
        "times": where(none, 0, lambda: full / short),
    }
