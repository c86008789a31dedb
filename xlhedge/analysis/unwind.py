"""When to take the hedge off, and what its profit buys.

The signal of each holding comes from the horizon, the price against the short's entry, and from
History: without bars or rates a reason to unwind is "unknown", which counts as no.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce

from xlhedge.analysis.figures import Figure, FigureRow, figure, looked_up
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.signals import UNKNOWN
from xlhedge.analysis.terms import fee_rate
from xlhedge.analysis.volume import MULTIPLE
from xlhedge.functions.algebra import Carrier, floor, join_reasons, maximum, where, words

__all__ = ["QUIET", "UnwindRow"]

_NO_SHORT = "no short"
"""What the signal says where nothing is short."""

QUIET = ("HOLD", _NO_SHORT)
"""What the signal says while there is nothing to do."""


_MIDDLE = 50
"""The money flow index above which more of the flow came with rising prices."""


def _of_past(name: str, title: str, look: str) -> Figure:
    """What the last bars or settlements say, or "unknown"."""
    return Figure(title, look, lambda row, f: f.signal(row, name), ("instrument",))


def _judged(body: Callable[..., Carrier], *values: Carrier, otherwise: Carrier = 0) -> Carrier:
    """What is computed from measures; where one is unknown nothing, which is no agreement."""
    unknown = [value == UNKNOWN for value in values]
    if any(each is True for each in unknown):  # a report knows which of its cells hold words
        return otherwise
    return where(reduce(operator.or_, unknown), otherwise, lambda: body(*values))


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
        """Without coins short there is none, and long and short ones have no average."""
        short, long = (self._lots(f).having(MarginRow.contracts, sign).count for sign in "><")
        none = (self._lots(f).sum(MarginRow.entry_coins) == 0) | (short > 0) & (long > 0)
        return where(none, "", lambda: self._averaged(f, MarginRow.entry_price))

    @figure("Their average mark price", "price", ("entry_price",))
    def mark_price(self, f: Lookups) -> Carrier:
        return self._averaged(f, MarginRow.futures_price)

    @figure("Mark against entry", "percent", ("entry_price",))
    def price_change(self, _: Lookups) -> Carrier:
        return self.mark_price / self.entry_price - 1

    funding_breach = _of_past("funding_breach", "Funding alarm", "text")
    support_confirmed = _of_past("support_confirmed", "Support confirmed", "text")
    bars_judged = _of_past("bars_judged", "Bars judged", "whole")
    support_held = _of_past("support_held", "Support held", "text")
    relative_volume = _of_past("relative_volume", "Volume, × the usual", "ratio")
    money_flow = _of_past("money_flow", "Chaikin money flow", "ratio")
    money_flow_before = _of_past("money_flow_before", "… one bar before", "ratio")
    money_flow_index = _of_past("money_flow_index", "Money flow index", "ratio")
    volume_balance = _of_past("volume_balance", "On-balance volume over the bars", "qty")
    price_move = _of_past("price_move", "Price over the bars", "percent")

    @figure("Volume against price", "text", ("instrument",))
    def divergence(self, _: Lookups) -> Carrier:
        """Bullish where volume came with rises though the price fell; bearish the other way."""

        def against(balance: Carrier, move: Carrier) -> Carrier:
            bullish, bearish = (balance > 0) & (move < 0), (balance < 0) & (move > 0)
            return join_reasons([(bullish, "bullish"), (bearish, "bearish")], "none")

        return _judged(against, self.volume_balance, self.price_move, otherwise=UNKNOWN)

    @figure("Confirmation", "text", ("instrument",))
    def confirmation(self, _: Lookups) -> Carrier:
        """Which of four agree that a support holds, of those that are known."""
        flow, index = self.money_flow, self.money_flow_index
        turned = _judged(lambda x: x <= 0, self.money_flow_before)
        # Tenths by INT: a spreadsheet's ROUND and Python's part at a half.
        tenths = _judged(lambda x: floor(x * 10 + 0.5) / 10, self.relative_volume)
        balance = where(self.divergence == "bullish", " while the price fell", "")
        tests: list[tuple[Carrier, Carrier, Carrier]] = [
            (self.support_held, self.support_held == "yes", "support held"),
            (
                self.relative_volume,
                _judged(lambda x: x >= MULTIPLE, self.relative_volume),
                words("volume ", tenths, " ×"),
            ),
            (
                where(index == UNKNOWN, UNKNOWN, flow),
                _judged(lambda x, y: (x > 0) & (y > _MIDDLE), flow, index),
                words("money flow ", where(turned, "turned ", ""), "positive"),
            ),
            (
                self.volume_balance,
                _judged(lambda x: x > 0, self.volume_balance),
                words("on-balance volume up", balance),
            ),
        ]
        known: Carrier = sum(where(value == UNKNOWN, 0, 1) for value, _, _ in tests)
        agree: Carrier = sum(where(holds, 1, 0) for _, holds, _ in tests)
        said = join_reasons([(holds, word) for _, holds, word in tests], "", "; ")
        return where(
            known == 0,
            UNKNOWN,
            lambda: where(
                agree == 0, words("none of ", known), words(said, ": ", agree, " of ", known)
            ),
        )

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
