"""The shorts as grids and scenarios take them: what they gain until they are liquidated."""

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
    "limits",
    "may_be_reached",
    "price_move",
]

FAR = 1e9
"""A distance to liquidation that no move covers."""

_NOTHING = -1 + 1e-12
"""A fall that leaves of an inverse contract's price the least that it can still be divided by."""

LIMITS = (
    ("full_notional", "Short at a hedge ratio of 100 %, value", "money"),
    ("times", "Times the shorts you have; 0: you have none", "ratio"),
    ("hedge_rise", "Rise that liquidates some of such a hedge", "reach"),
    ("hedge_fall", "Fall that liquidates some of such a hedge", "reach"),
    ("hedge_unsure", "Of its positions, liquidation unknown", "whole"),
    ("rise", "Rise that liquidates the first position", "reach"),
    ("fall", "Fall that liquidates the first position", "reach"),
    ("unsure_shorts", "Shorts whose liquidation is unknown", "whole"),
    ("unsure_longs", "Long futures whose liquidation is unknown", "whole"),
)
"""Figures of all positions that grids need: name, title and look."""


class GridShort(FigureRow):
    """One row a position, in which arrays find a number wherever they need one."""

    table, beside = "Shorts", MarginRow

    instrument = looked_up("Instrument", "text", "beside")
    account = looked_up("Account", "text", "beside")
    short_notional = looked_up("Short notional", "money", "beside", total=True)
    cover = looked_up("Counts in the hedge", "money", "beside", total=True)

    @figure("Distance to liquidation", "reach", ("instrument",))
    def distance(self, f: Lookups) -> Carrier:
        """Farther than any move where no price liquidates, or nobody knows.

        In a cross account it is that of all marks together, be it in the position's own favour.
        """
        buffer = f.beside(self, MarginRow).common_buffer
        # An error is no word: it stays one.
        near = lambda: where(f.number(buffer), buffer, FAR)  # noqa: E731
        return where(self._unknown(f), FAR, near)

    @figure("Equity lost if liquidated", "money", ("instrument",), total=True)
    def equity(self, f: Lookups) -> Carrier:
        """Parts of a wallet's may be below 0; together they are what it has."""
        equity = f.beside(self, MarginRow).equity
        return where(equity == "", 0, equity)

    @figure("Of it coins, which move with the price", "money", ("instrument",), total=True)
    def coins(self, f: Lookups) -> Carrier:
        short = f.beside(self, MarginRow)
        posted = lambda: f.of_cross(short, "coins")  # noqa: E731
        linear = where(short.is_cross, posted, 0)
        return where(self.contract_type == "inverse", self.equity, linear)

    contract_type = looked_up("Contract type", "text", "beside")

    @figure("Fee rate", "rate", ("instrument",))
    def fee_rate(self, f: Lookups) -> Carrier:
        short = f.beside(self, MarginRow)
        return f.trading_fee(1, short.taker_fee, short.fee_discount)

    @figure("Liquidation unknown", "whole", ("instrument",))
    def unsure(self, f: Lookups) -> Carrier:
        return where(self._unknown(f), lambda: where(self.short_notional == 0, 0, 1), 0)

    def _unknown(self, f: Lookups) -> Carrier:
        """Without a price, be it the venue's, or without the equity that is lost at it."""
        short = f.beside(self, MarginRow)
        return (short.common_buffer == "") | (short.equity == "")


NO_SHORT = {
    "instrument": "", "account": "", "short_notional": 0.0, "cover": 0.0, "distance": FAR,
    "equity": 0.0, "coins": 0.0, "contract_type": "linear", "fee_rate": 0.0, "unsure": 0.0,
}  # fmt: skip
"""What stands for a row without a position, by figure."""


def price_move(price: Carrier, contract_type: Carrier) -> Carrier:
    """How a short's underlying moves: no further than an inverse contract has a price."""
    return where(contract_type == "inverse", maximum(price, _NOTHING), price)


def gains(
    f: Functions,
    shorts: Any,
    price: Carrier,
    basis: Carrier = 0,
    fees: Carrier = 0,
    weights: Carrier | None = None,
) -> Carrier:
    """What all shorts gain together, or lose where they are liquidated: a sum for each move.

    Args:
        f: what computes it.
        shorts: the columns of `GridShort`, by name.
        price: moves of the price, a row.
        basis: moves of the basis; one that would take the future to nothing adds nothing.
        fees: the rates of what it costs to close those that are not liquidated.
        weights: how often each short counts; once, if not told.
    """
    moved = price_move(price, shorts.contract_type)
    more = basis if isinstance(basis, int) else where(price + basis > _NOTHING, basis, 0)
    alive = f.scenario_pnl(
        0, 1, shorts.short_notional, moved, more, 0, 0, 8, fees, 1, FAR, 0, shorts.contract_type,
        0, "close",
    )  # fmt: skip
    lost = shorts.equity + shorts.coins * moved  # coins are worth what they are then
    side = shorts.distance  # what shares a wallet may be liquidated by a move in its own favour
    gained = where(is_liquidated(side, shorts.distance, moved + more), -lost, alive)
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
    weights = where(shorts.cover * full > 0, times, 0)
    plain = f.scenario_pnl(0, 1, where(times == 0, full, 0), price)
    return gains(f, shorts, price, weights=weights) + plain


def is_reached(rise: Carrier, fall: Carrier, moved: Carrier) -> Carrier:
    """Whether a move of the future is as far as one that liquidates, up or down."""
    return is_liquidated(1, rise, moved) | is_liquidated(-1, fall, moved)


def may_be_reached(of: Any, moved: Carrier) -> Carrier:
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
    size, far, unsure = shorts.short_notional, shorts.distance, shorts.unsure
    hedges = shorts.cover * full > 0
    short = f.sum(where(hedges, shorts.cover, 0))

    def nearest(some: Carrier) -> Carrier:
        return f.least(where(some, absolute(far), FAR))

    return {
        "full_notional": full,
        "times": where(absolute(short) <= DUST * absolute(full), 0, lambda: full / short),
        "hedge_rise": nearest(hedges & (far > 0)),
        "hedge_fall": -nearest(hedges & (far < 0)),
        "hedge_unsure": f.sum(where(hedges, unsure, 0)),
        "rise": nearest(far > 0),
        "fall": -nearest(far < 0),
        "unsure_shorts": f.sum(where(size > 0, unsure, 0)),
        "unsure_longs": f.sum(where(size < 0, unsure, 0)),
    }
