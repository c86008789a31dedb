"""Lots of shorts: those of one instrument in one account are one position.

Contracts and margins add and entries average, whatever the rows of Shorts say apart: that is how a
venue keeps them. Only an account in hedge mode keeps a short and a long future of one instrument
apart.
"""

from __future__ import annotations

from xlhedge.analysis.doubts import own_doubts
from xlhedge.analysis.figures import FigureRow, figure, looked_up
from xlhedge.analysis.lookups import Lookups
from xlhedge.functions.algebra import Carrier, where

__all__ = ["LotRow"]


class LotRow(FigureRow):
    """One row a lot, and to which position it belongs."""

    table = "Shorts"

    instrument = looked_up("Instrument", "text", "own")

    @figure("Position no.", "whole", ("instrument",))
    def position(self, f: Lookups) -> Carrier:
        """That of the first lot with the same key."""
        return f.position_of(self)

    @figure("Account", "text", ("instrument",))
    def account(self, f: Lookups) -> Carrier:
        """Its own, or else the venue of its instrument."""
        own, venue = f.own(self, "account"), f.term(self, "exchange")
        return where(own == "", lambda: where(venue == "", "", venue), own)

    @figure("Side", "whole", ("instrument",))
    def side(self, f: Lookups) -> Carrier:
        """1 is short and -1 long where the account keeps them apart, 0 elsewhere."""
        apart = f.of_account(self.account, "position_mode") == "hedge"
        return where(apart, where(self.contracts < 0, -1, 1), 0)

    @figure("Its key", "text", ("instrument",))
    def key(self, f: Lookups) -> Carrier:
        return f.key_of(self)

    contracts = looked_up("Contracts short", "qty", "own")
    entry_price = looked_up("Entry price", "price", "own")
    margin = looked_up("Margin posted in margin currency", "qty", "own")
    leverage = looked_up("Leverage ×", "ratio", "own")
    liquidation_price = looked_up("Liquidation price of the venue", "price", "own")
    funding_received = looked_up("Funding received, margin currency", "qty", "own")
    realised_pnl = looked_up("Realised P&L, margin currency", "qty", "own")
    fees_paid = looked_up("Fees paid, margin currency", "qty", "own")
    doubts = own_doubts("instrument")
