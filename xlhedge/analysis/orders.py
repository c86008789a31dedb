"""What is exposed to each underlying, what it lacks, and the orders: one an instrument.

All shorts on an underlying count, whichever instrument and venue they are on; so do coins posted as
margin. A short order goes to the instruments that the holdings name. Buying back begins where
funding is worst for a short, and takes from each instrument what is short there.
"""

from __future__ import annotations

import operator
from functools import reduce

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.doubts import CHECK_FIRST, count_doubts, exceeds
from xlhedge.analysis.figures import Figure, FigureRow, figure, looked_up
from xlhedge.analysis.hedge import DUST, HedgeRow
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.maintenance import kind
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.terms import (
    CONTRACT_SIZE,
    FUNDING_RATE,
    INDEX_PRICE,
    PARITY,
    SIZED_BY,
    SIZING_PRICE,
)
from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.functions.algebra import Carrier, absolute, maximum, minimum, where

__all__ = [
    "BELOW_A_STEP",
    "DEAR",
    "HELD_BACK",
    "TOO_SMALL",
    "TRADED",
    "WAITING",
    "OrderRow",
    "UnderlyingRow",
    "hedged",
]

_ROUNDING = 1e-12

TRADED = ("short", "buy back")
"""The actions of orders that are to be executed: what is sold, and what is bought."""

HELD_BACK = "held back"
"""The action of an order that would enlarge a hedge which something speaks against."""

WAITING = (CHECK_FIRST, HELD_BACK)
"""The actions of orders that are computed, and that nobody is told to execute."""

DEAR = 1.0
"""What part of its value a position may pay in funding in a year before that speaks against it: all
of it, at today's rate, whatever was settled before."""

TOO_SMALL = "too small"
"""The action of an order that the venue does not take."""

BELOW_A_STEP = "less than a step"
"""The action where something is to be traded, and the instrument trades it in larger steps."""


def hedged(covered: Carrier, exposed: Carrier, short: Carrier, nothing: str = NOWHERE) -> Carrier:
    """What part of the exposure is hedged, each underlying by shorts on itself.

    Args:
        covered: what shorts cover, all underlyings together.
        exposed: what is exposed, all underlyings together.
        short: all that is short.
        nothing: what stands for it where there is no exposure.

    Example:
        >>> hedged(45_000, 60_000, 45_000), hedged(0, 0, 45_000)
        (0.75, 'none')
    """
    return where(exposed <= DUST * absolute(short), nothing, lambda: covered / exposed)


def _of_shorts(of: Figure) -> Figure:
    """The sum of a figure over all shorts on the underlying."""
    return Figure(
        of.title,
        of.look,
        lambda row, f: f.group(MarginRow, row.underlying, "underlying").sum(of),
        ("underlying",),
        total=True,
    )


class UnderlyingRow(FigureRow):
    """One row an underlying that is held or short; delta is positive where you are long."""

    table = "Holdings Instruments"  # either may name one

    underlying = looked_up("Underlying", "text")

    @figure("Coins held, times beta", "money", ("underlying",), total=True)
    def held(self, f: Lookups) -> Carrier:
        return self._holdings(f).sum(HedgeRow.spot_notional, HedgeRow.beta)

    @figure("Coins posted as margin, value", "money", ("underlying",), total=True)
    def coin_margin(self, f: Lookups) -> Carrier:
        """Of isolated positions, and in the wallets of accounts."""
        wallets = f.group(AccountRow, self.underlying, "underlying")
        return self._lots(f).sum(MarginRow.coin_margin) + wallets.sum(AccountRow.coin_margin)

    @figure("Exposure", "money", ("underlying",), total=True)
    def exposure(self, _: Lookups) -> Carrier:
        return self.held + self.coin_margin

    short_notional = _of_shorts(MarginRow.short_notional)
    cover = _of_shorts(MarginRow.cover)

    @figure("Hedged now", "percent", ("underlying",))
    def hedged(self, _: Lookups) -> Carrier:
        dust = absolute(self.exposure) <= DUST * absolute(self.cover)
        nothing = (self.exposure == 0) | dust
        return where(nothing, "", lambda: self.cover / self.exposure)

    @figure("Net delta now", "money", ("underlying",), total=True)
    def net_delta(self, _: Lookups) -> Carrier:
        return self.exposure - self.cover

    @figure("Net delta, size", "money", ("underlying",), total=True)
    def gross_delta(self, _: Lookups) -> Carrier:
        return absolute(self.net_delta)

    @figure("Exposure, size", "money", ("underlying",), total=True)
    def gross_exposure(self, _: Lookups) -> Carrier:
        return absolute(self.exposure)

    @figure("Of it covered", "money", ("underlying",), total=True)
    def covered(self, _: Lookups) -> Carrier:
        """By shorts against coins, or long futures against what is short: never more than it."""
        against = where(self.exposure < 0, -self.cover, self.cover)
        return maximum(0, minimum(self.gross_exposure, against))

    @figure("Holdings with an instrument", "whole", ("underlying",), known=True)
    def named(self, f: Lookups) -> Carrier:
        return self._holdings(f).having(HedgeRow.instrument, "<>", "").count

    @figure("Target short", "money", ("underlying",), total=True)
    def target_notional(self, f: Lookups) -> Carrier:
        return self._holdings(f).sum(HedgeRow.target_notional)

    @figure("Gap", "money", ("underlying",), total=True)
    def gap(self, f: Lookups) -> Carrier:
        """What the targets lack; without a holding that names an instrument there is no target."""
        lacking = self.target_notional - self.cover
        size = self._holdings(f).size(HedgeRow.target_notional) + self._lots(f).size(
            MarginRow.cover
        )
        # What is left of a full hedge in binary is dust, and no order.
        dust = (self.named == 0) | (absolute(lacking) <= DUST * size)
        return where(dust, 0, lacking)

    @figure("To trade", "money", ("underlying",), total=True)
    def to_trade(self, f: Lookups) -> Carrier:
        """The gap, if it is worth an order; a hedge that is not wanted at all is always closed."""
        near = absolute(self.gap) < f.setting("rebalance_band") * self.gross_exposure
        return where(near & (self.target_notional != 0), 0, self.gap)

    @figure("Orders, value", "money", ("underlying",), total=True)
    def order_notional(self, f: Lookups) -> Carrier:
        return f.group(OrderRow, self.underlying, "underlying").sum(OrderRow.order_notional)

    @figure("Orders, as they count in the hedge", "money", ("underlying",), total=True)
    def order_cover(self, f: Lookups) -> Carrier:
        return f.group(OrderRow, self.underlying, "underlying").sum(OrderRow.order_cover)

    @figure("Net delta after the orders", "money", ("underlying",), total=True)
    def residual_delta(self, _: Lookups) -> Carrier:
        return self.net_delta - self.order_cover

    funding_drag = _of_shorts(MarginRow.funding_drag)
    funding_year = _of_shorts(MarginRow.funding_year)

    @figure("Holdings whose hedge may come off", "whole", ("underlying",))
    def leaving(self, f: Lookups) -> Carrier:
        """By their signals on Unwind."""
        rows = f.group(UnwindRow, self.underlying, "underlying")
        for word in QUIET:
            rows = rows.having(UnwindRow.signal, "<>", word)
        return rows.count

    @figure("Cells to check first", "whole", ("underlying",))
    def doubts(self, f: Lookups) -> Carrier:
        """Those that look mistyped and that its orders are computed from."""
        orders = f.group(OrderRow, self.underlying, "underlying")
        too_much = exceeds(self.cover, self.exposure, self.target_notional)
        typed = self._holdings(f).sum(HedgeRow.doubts) + orders.sum(OrderRow.doubts)
        return typed + where(too_much, 1, 0)

    def _holdings(self, f: Lookups) -> Group:
        return f.group(HedgeRow, self.underlying, "underlying")

    def _lots(self, f: Lookups) -> Group:
        return f.group(MarginRow, self.underlying, "underlying")


class OrderRow(FigureRow):
    """One row an instrument: its part of what is to be traded on its underlying."""

    table = "Instruments"

    instrument = looked_up("Instrument", "text", "own")
    underlying = looked_up("Underlying", "text", "own")

    @figure("No.", "whole", ("instrument",))
    def number(self, f: Lookups) -> Carrier:
        return f.number_of(self)

    @figure("Contracts short now", "qty", ("instrument",))
    def short_contracts(self, f: Lookups) -> Carrier:
        return self._lots(f).sum(MarginRow.contracts)

    @figure("Short now", "money", ("instrument",), total=True)
    def short_notional(self, f: Lookups) -> Carrier:
        return self._lots(f).sum(MarginRow.short_notional)

    @figure("Counts in the hedge", "money", ("instrument",), total=True)
    def cover(self, f: Lookups) -> Carrier:
        return self._lots(f).sum(MarginRow.cover)

    funding_rate = FUNDING_RATE
    interval_hours = looked_up("Funding interval, hours", "ratio", "term")

    @figure("Funding per 8 hours", "rate", ("instrument",))
    def funding_8h(self, _: Lookups) -> Carrier:
        return self.funding_rate * 8 / self.interval_hours

    @figure("Part of a short order", "percent", ("instrument",))
    def preferred(self, f: Lookups) -> Carrier:
        """By the targets of the holdings that name it; alike where they have none."""
        named = f.group(HedgeRow, self.underlying, "underlying").having(
            HedgeRow.instrument, "<>", ""
        )
        own = f.group(HedgeRow, self.instrument)
        size = named.size(HedgeRow.own_target)
        return where(
            named.count == 0,
            0,
            lambda: where(
                size == 0,
                lambda: own.count / named.count,
                lambda: own.size(HedgeRow.own_target) / size,
            ),
        )

    @figure("To trade on the underlying", "money", ("instrument",))
    def to_trade(self, f: Lookups) -> Carrier:
        return f.of_underlying(self, "to_trade")

    @figure("Can be bought back", "money", ("instrument",))
    def closable(self, _: Lookups) -> Carrier:
        return maximum(0, self.cover)

    @figure("Bought back before it", "money", ("instrument",))
    def ahead(self, f: Lookups) -> Carrier:
        """Where funding is worse for a short, or alike and further up."""
        peers = self._peers(f)
        alike = peers.having(OrderRow.funding_8h, "=", self.funding_8h)
        worse = peers.having(OrderRow.funding_8h, "<", self.funding_8h)
        before = alike.having(OrderRow.number, "<", self.number)
        return worse.sum(OrderRow.closable) + before.sum(OrderRow.closable)

    @figure("Its part", "money", ("instrument",), total=True)
    def part(self, f: Lookups) -> Carrier:
        def bought() -> Carrier:
            back = -self.to_trade
            beyond = maximum(0, back - self._peers(f).sum(OrderRow.closable))
            own = maximum(0, minimum(self.closable, back - self.ahead))
            return self._sized(-own) + self._sized(-beyond) * self.preferred

        return where(self.to_trade < 0, bought, lambda: self.to_trade * self.preferred)

    futures_price = looked_up("Futures price", "price", "term")
    index_price, parity = INDEX_PRICE, PARITY
    contract_type = looked_up("Contract type", "text", "term")
    contract_size = CONTRACT_SIZE
    qty_step = looked_up("Order step", "qty", "term")
    min_qty = looked_up("Smallest order, contracts", "qty", "term")
    min_notional = looked_up("Smallest order, value", "money", "term")

    sized_by, sizing_price = SIZED_BY, SIZING_PRICE

    @figure("Contracts wanted", "qty", ("instrument",))
    def wanted_contracts(self, f: Lookups) -> Carrier:
        return f.hedge_contracts(
            (self.cover + self.part) / self.parity,
            self.sizing_price,
            self.contract_size,
            self.contract_type,
            self.qty_step,
            "down",
            self.index_price,
        )

    @figure("Order, contracts", "qty", ("instrument",))
    def order_contracts(self, f: Lookups) -> Carrier:
        """Contracts to trade, in whole steps, never past what is wanted."""
        gap = self.wanted_contracts - self.short_contracts
        return where(
            self.part == 0,
            0,
            lambda: f.hedge_contracts(gap, 1, 1, "linear", self.qty_step, "down"),
        )

    @figure("Funding takes in a year", "percent", ("instrument",))
    def funding_cost(self, f: Lookups) -> Carrier:
        """Of the value that it holds, or is to hold, at today's rate."""
        held = where(self.short_contracts == 0, self.part, self.short_contracts)
        year = f.funding_apr(self.funding_rate, self.interval_hours)
        return where(held > 0, 0 - year, where(held < 0, year, 0))

    @figure("What speaks against it", "text", ("instrument",))
    def against(self, f: Lookups) -> Carrier:
        """Against an order that opens or enlarges a hedge; what looks mistyped speaks for nothing.

        What reduces a hedge, nothing speaks against.
        """
        adds = (self.part != 0) & (self.part * self.short_notional >= 0)
        sure = (self._peers(f).sum(OrderRow.funding_doubts) == 0) & self._checked(f)
        signal = where(f.of_underlying(self, "leaving") > 0, "signal", "")
        return where(adds & sure, where(self.funding_cost > DEAR, "funding", signal), "")

    @figure("Action", "text", ("instrument",))
    def action(self, f: Lookups) -> Carrier:
        order = self.order_contracts
        # The venue's smallest value is one of faces or coins, in the contract's own money.
        value = absolute(f.short_notional(order, self.futures_price, *kind(self)))
        # A venue lets a position be reduced below its smallest value.
        reduces = (order * self.short_contracts < 0) & (
            absolute(order) <= absolute(self.short_contracts)
        )
        low = where(reduces, 0, where(value < self.min_notional, 1, 0))
        small = (absolute(order) < self.min_qty) | (low == 1)
        known = where(self.against == "", where(order > 0, *TRADED), HELD_BACK)
        traded = where(order == 0, BELOW_A_STEP, where(small, TOO_SMALL, known))
        return where(self.part == 0, "none", where(self._checked(f), traded, CHECK_FIRST))

    @figure("Order, value", "money", ("instrument",), total=True)
    def order_notional(self, f: Lookups) -> Carrier:
        return self._worth(f, self.futures_price)

    @figure("Order, as it counts in the hedge", "money", ("instrument",), total=True)
    def order_cover(self, f: Lookups) -> Carrier:
        return self._worth(f, self.sizing_price)

    @figure("Cells to check first", "whole", ("instrument",))
    def doubts(self, f: Lookups) -> Carrier:
        """Of its own, of its shorts, and of the settings."""
        held = f.group(HedgeRow, self.underlying, "asset")

        def spot() -> Carrier:
            quote = f.own(self, "quote")
            other = (quote != "") & (quote != f.setting("quote_currency"))
            none = (held.count == 0) | other
            return where(none, "", lambda: held.sum(HedgeRow.spot_price) / held.count)

        own = count_doubts(self, f, "Instruments", spot) + count_doubts(self, f, "Settings")
        return own + f.group(LotRow, self.instrument).sum(LotRow.doubts)

    @figure("Of its funding to check first", "whole", ("instrument",))
    def funding_doubts(self, f: Lookups) -> Carrier:
        """Cells that look mistyped and that what speaks against a hedge is computed from."""
        return count_doubts(self, f, "Instruments", concern="unwind")

    def _checked(self, f: Lookups) -> Carrier:
        """Whether nothing that orders on its underlying are computed from looks mistyped."""
        return f.of_underlying(self, "doubts") == 0

    def _lots(self, f: Lookups) -> Group:
        return f.group(MarginRow, self.instrument)

    def _sized(self, value: Carrier) -> Carrier:
        """Nothing, where what is left of sums is dust."""
        return where(absolute(value) <= _ROUNDING * absolute(self.to_trade), 0, value)

    def _peers(self, f: Lookups) -> Group:
        return f.group(OrderRow, self.underlying, "underlying")

    def _worth(self, f: Lookups, price: Carrier) -> Carrier:
        """The order at a price, in quote; one that is too small or waits is none."""

        def worth() -> Carrier:
            order = f.short_notional(self.order_contracts, price, *kind(self), self.index_price)
            return order * self.parity

        none = [self.action == word for word in (TOO_SMALL, *WAITING)]
        return where(reduce(operator.or_, none), 0, worth)
