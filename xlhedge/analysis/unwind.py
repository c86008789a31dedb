"""When to take the hedge off, and what its profit buys.

The signal of each holding comes from the horizon, the price against the short's entry, and from
History: without bars or rates a reason to unwind is "unknown", which counts as no.
"""

from __future__ import annotations

from xlhedge.analysis.figures import Figure, FigureRow, figure, looked_up
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.terms import fee_rate
from xlhedge.functions.algebra import Carrier, maximum, where

__all__ = ["QUIET", "UnwindRow"]

_NO_SHORT = "no short"
"""What the signal says where nothing is short."""

QUIET = ("HOLD", _NO_SHORT)
"""What the signal says while there is nothing to do."""


class UnwindRow(FigureRow):
    """One row a holding: signal and reasons, then what its hedge's profit would buy today."""

    table, beside = "Holdings", HedgeRow

    asset = looked_up("Asset", "text", "beside")
    instrument = looked_up("Hedged with", "text", "beside")

    @figure("Signal", "text", ("instrument",))
    def signal(self, f: Lookups) -> Carrier:
        def said(answer: Carrier) -> Carrier:
            return where(answer == "yes", 1, 0)

        # Without a profit there is nothing to redeploy, such as after a fall of a long future.
        none = (self.price_change == "") | (self.spend == 0)
        change = where(none, 0, self.price_change)
        return where(
            self.short_notional == 0,
            _NO_SHORT,
            lambda: f.unwind_signal(
                f.days,
                said(self.funding_breach),
                said(self.support_confirmed),
                change,
                f.setting("redeploy_drop"),
            ),
        )

    short_contracts = looked_up("Contracts short now", "qty", "beside")

    @figure("Average entry of the underlying's shorts", "price", ("instrument",))
    def entry_price(self, f: Lookups) -> Carrier:
        """Without a short there is none, and long and short ones have no average."""
        short, long = (self._lots(f).having(MarginRow.contracts, sign).count for sign in "><")
        none = (short == 0) & (long == 0) | (short > 0) & (long > 0)
        return where(none, "", lambda: self._averaged(f, MarginRow.entry_price))

    @figure("Their average mark price", "price", ("entry_price",))
    def mark_price(self, f: Lookups) -> Carrier:
        return self._averaged(f, MarginRow.futures_price)

    @figure("Mark against entry", "percent", ("entry_price",))
    def price_change(self, _: Lookups) -> Carrier:
        return self.mark_price / self.entry_price - 1

    @figure("Funding alarm", "text", ("instrument",))
    def funding_breach(self, f: Lookups) -> Carrier:
        return f.signal(self, "funding_breach")

    @figure("Support confirmed", "text", ("instrument",))
    def support_confirmed(self, f: Lookups) -> Carrier:
        return f.signal(self, "support_confirmed")

    @figure("Hedge's profit so far", "money", ("instrument",), total=True)
    def hedge_profit(self, f: Lookups) -> Carrier:
        return self.share * self._lots(f).sum(MarginRow.unrealised_pnl)

    short_notional = looked_up("Short now", "money", "beside", total=True)
    fee_rate = Figure("Fee rate", "rate", fee_rate, ("instrument",))

    @figure("Fee to close now", "cost", ("instrument",), total=True)
    def close_fee(self, f: Lookups) -> Carrier:
        return self.share * self._lots(f).sum(MarginRow.close_fee)

    @figure("To redeploy: profit after the fee", "money", ("instrument",), total=True)
    def spend(self, _: Lookups) -> Carrier:
        return maximum(0, self.hedge_profit - self.close_fee)

    spot_price = looked_up("Spot price", "price", "beside")

    @figure("Coins it buys", "qty", ("instrument",))
    def redeploy_qty(self, f: Lookups) -> Carrier:
        return f.redeploy_qty(self.spend, self.spot_price, self.fee_rate)

    quantity = looked_up("Quantity, coins", "qty", "beside")
    avg_cost = looked_up("Average cost now", "price", "beside")

    @figure("Average cost after, in the books", "price", ("instrument", "avg_cost"))
    def accounting_average(self, f: Lookups) -> Carrier:
        return self._average(f, 0)

    @figure("Average cost after, less the hedge's profit", "price", ("instrument", "avg_cost"))
    def economic_average(self, f: Lookups) -> Carrier:
        return self._average(f, self.spend)

    underlying = looked_up("Underlying", "text", "beside")
    share = looked_up("Share of its shorts", "percent", "beside")

    def _lots(self, f: Lookups) -> Group:
        """All shorts on the underlying, wherever they are."""
        return f.group(MarginRow, self.underlying, "underlying")

    def _averaged(self, f: Lookups, price: Figure) -> Carrier:
        """A price of the shorts by the coins that they were opened for."""
        coins = MarginRow.entry_coins
        return self._lots(f).sum(coins, price) / self._lots(f).sum(coins)

    def _average(self, f: Lookups, profit: Carrier) -> Carrier:
        return where(
            self.quantity + self.redeploy_qty == 0,
            "",
            lambda: f.redeploy_avg_cost(
                self.quantity, self.avg_cost, self.spend, self.spot_price, profit, self.fee_rate
            ),
        )
