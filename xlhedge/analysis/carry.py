"""What each instrument's shorts earn by being held: basis, funding, and the roll into the next.

A basis shrinks to nothing by the expiry; to the horizon it is taken to do so in a straight line. A
short that expires before the horizon ends there: what follows is the next contract on the same
underlying, by today's prices and rates.
"""

from __future__ import annotations

from xlhedge.analysis.figures import Figure, FigureRow, figure, looked_up
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.maintenance import kind
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.terms import FUNDING_RATE, fee_rate
from xlhedge.functions.algebra import Carrier, absolute, maximum, minimum, where

__all__ = ["CarryRow"]

_ENDLESS = 1e6
"""Days that a perpetual lasts: longer than any future."""


class CarryRow(FigureRow):
    """One row an instrument; above 0 is earned. The next contract is of the same type."""

    table, beside = "Instruments", OrderRow

    instrument = looked_up("Instrument", "text", "own")
    underlying = looked_up("Underlying", "text", "own")
    contracts = looked_up("Contracts short", "qty", "beside", "short_contracts")
    short_notional = looked_up("Short now", "money", "beside", total=True)
    index_price = looked_up("Index price", "price", "beside")
    futures_price = looked_up("Futures price", "price", "beside")

    @figure("Basis %", "percent", ("instrument",))
    def basis_pct(self, f: Lookups) -> Carrier:
        return f.basis_pct(self.futures_price, self.index_price)

    expiry = looked_up("Expiry", "date", "own")

    @figure("Days to expiry", "days", ("expiry",))
    def days_to_expiry(self, f: Lookups) -> Carrier:
        expiry = f.own(self, "expiry")
        return f.days_to_expiry(f.as_of, expiry)

    @figure("Face, at the future's price", "money", ("instrument",), total=True)
    def face(self, f: Lookups) -> Carrier:
        return f.short_notional(self.contracts, self.futures_price, *kind(self)) * self.parity

    @figure("Locked in to its expiry, after the fee", "money", ("days_to_expiry",), total=True)
    def locked_carry(self, f: Lookups) -> Carrier:
        # It charges the way in and out, and an open short has paid for the way in.
        return f.locked_carry(self.face, self.futures_price, self.index_price, self.fee_rate / 2)

    @figure("Basis to the horizon", "money", ("instrument",), total=True)
    def basis_earned(self, f: Lookups) -> Carrier:
        def earned() -> Carrier:
            whole = f.locked_carry(self.face, self.futures_price, self.index_price)
            return whole * minimum(1, f.days / self.days_to_expiry)

        return where(self.days_to_expiry == "", 0, earned)

    @figure("Funding cost to the horizon", "cost", ("instrument",), total=True)
    def funding_drag(self, f: Lookups) -> Carrier:
        return self._shorts(f).sum(MarginRow.funding_drag)

    @figure("Fee to close", "cost", ("instrument",), total=True)
    def close_fee(self, f: Lookups) -> Carrier:
        return self._shorts(f).sum(MarginRow.close_fee)

    @figure("Carry to the horizon", "money", ("instrument",), total=True)
    def carry(self, _: Lookups) -> Carrier:
        return self.basis_earned - self.funding_drag - self.close_fee

    @figure("Days of the horizon behind it", "days", ("days_to_expiry",))
    def unhedged_days(self, f: Lookups) -> Carrier:
        return maximum(0, f.days - self.days_to_expiry)

    @figure("Next contract", "text", ("instrument",))
    def next_contract(self, f: Lookups) -> Carrier:
        return where(self.next_number == 0, "", lambda: self._next(f).instrument)

    @figure("Its price, in this one's quote", "price", ("next_contract",))
    def next_price(self, f: Lookups) -> Carrier:
        following = self._next(f)
        return following.futures_price * following.parity / self.parity

    @figure("Days from expiry to expiry", "days", ("next_contract",))
    def days_between(self, f: Lookups) -> Carrier:
        lasts = self._next(f).lasts
        return where(lasts == _ENDLESS, "", lasts - self.lasts)

    @figure("What the next earns a year", "percent", ("next_contract",))
    def roll_yield(self, f: Lookups) -> Carrier:
        """By its price above this one's; a perpetual by its funding."""

        def dated() -> Carrier:
            return f.roll_yield(self.futures_price, self.next_price, self.days_between)

        return where(self.days_between == "", lambda: self._next(f).funding_apr, dated)

    @figure("Roll to the horizon, after fees", "money", ("next_contract",))
    def roll(self, f: Lookups) -> Carrier:
        """What rolling brings from its expiry to the horizon, or to the next one's expiry."""
        following = self._next(f)
        days = minimum(f.days, following.lasts) - self.lasts
        fees = 2 * following.fee_rate * absolute(self.face)
        return where(days > 0, self.face * self.roll_yield * days / 365 - fees, "")

    funding_rate = FUNDING_RATE
    interval_hours = looked_up("Funding interval, hours", "ratio", "own")

    @figure("Funding per year", "percent", ("instrument",))
    def funding_apr(self, f: Lookups) -> Carrier:
        return f.funding_apr(self.funding_rate, self.interval_hours)

    fee_rate = Figure("Fee rate", "rate", fee_rate, ("instrument",))
    contract_type = looked_up("Contract type", "text", "term")
    contract_size = looked_up("Contract size", "qty", "beside")
    parity = looked_up("Quote per unit of its own", "ratio", "beside")

    @figure("No.", "whole", ("instrument",))
    def number(self, f: Lookups) -> Carrier:
        return f.number_of(self)

    @figure("Days that it lasts", "days", ("instrument",))
    def lasts(self, _: Lookups) -> Carrier:
        return where(self.days_to_expiry == "", _ENDLESS, self.days_to_expiry)

    @figure("Contracts that end before it", "whole", ("instrument",))
    def earlier(self, f: Lookups) -> Carrier:
        return self._peers(f).having(CarryRow.lasts, "<", self.lasts).count

    @figure("Contracts that end with it", "whole", ("instrument",))
    def alike(self, f: Lookups) -> Carrier:
        return self._peers(f).having(CarryRow.lasts, "=", self.lasts).count

    @figure("Of them further up", "whole", ("instrument",))
    def above(self, f: Lookups) -> Carrier:
        alike = self._peers(f).having(CarryRow.lasts, "=", self.lasts)
        return alike.having(CarryRow.number, "<", self.number).count

    @figure("No. of the next contract", "whole", ("instrument",))
    def next_number(self, f: Lookups) -> Carrier:
        """The first of those that end next; 0 where none ends later."""
        later = self._peers(f).having(CarryRow.earlier, "=", self.earlier + self.alike)
        return later.having(CarryRow.above, "=", 0).sum(CarryRow.number)

    def _next(self, f: Lookups) -> CarryRow:
        found: CarryRow = f.row_at(self, self.next_number)
        return found

    def _peers(self, f: Lookups) -> Group:
        peers = f.group(CarryRow, self.underlying, "underlying")
        return peers.having(CarryRow.contract_type, "=", self.contract_type)

    def _shorts(self, f: Lookups) -> Group:
        return f.group(MarginRow, self.instrument)
