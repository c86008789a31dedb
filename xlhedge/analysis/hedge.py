"""The hedge of each holding, figure by figure."""

from __future__ import annotations

from xlhedge.analysis.doubts import own_doubts
from xlhedge.analysis.figures import FigureRow, figure, looked_up
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.terms import (
    CONTRACT_SIZE,
    FUNDING_RATE,
    INDEX_PRICE,
)
from xlhedge.functions.algebra import Carrier, absolute, where

__all__ = ["DUST", "UNASSIGNED", "HedgeRow"]

UNASSIGNED = "Shorts without a holding"
"""The row of what shorts add whose underlying no holding is hedged with."""

DUST = 1e-9
"""What is left of numbers that cancel, relative to them."""


class HedgeRow(FigureRow):
    """One row a holding; funding is positive where it costs you, delta where you are long."""

    table, fault = "Holdings", "quantity"

    asset = looked_up("Asset", "text", "own")
    quantity = looked_up("Quantity, coins", "qty", "own")
    spot_price = looked_up("Spot price", "price", "own")

    @figure("Spot notional", "money", ("asset",), total=True)
    def spot_notional(self, f: Lookups) -> Carrier:
        return f.spot_notional(self.quantity, self.spot_price)

    avg_cost = looked_up("Average cost", "price", "own")

    @figure("Unrealised P&L", "money", ("avg_cost",), total=True)
    def unrealised_pnl(self, _: Lookups) -> Carrier:
        return self.spot_notional - self.quantity * self.avg_cost

    instrument = looked_up("Hedged with", "text", "own")

    @figure("Hedge ratio wanted", "percent", ("instrument",))
    def hedge_ratio(self, f: Lookups) -> Carrier:
        own = f.own(self, "hedge_ratio")
        return where(own == "", lambda: f.setting("hedge_ratio"), own)

    beta = looked_up("Beta", "ratio", "own")

    @figure("Target before margin coins", "money", ("instrument",))
    def own_target(self, f: Lookups) -> Carrier:
        return f.hedge_notional(self.quantity, self.spot_price, self.hedge_ratio, self.beta)

    @figure("Share of the underlying's shorts", "percent", ("instrument",))
    def share(self, f: Lookups) -> Carrier:
        """By the targets of all that name an instrument."""
        peers = f.group(HedgeRow, self.underlying, "underlying")
        return self._share_of(peers.having(HedgeRow.instrument, "<>", ""))

    @figure("Coins posted as margin, value", "money", ("asset",), total=True)
    def coin_margin(self, f: Lookups) -> Carrier:
        return self._part(f, "coin_margin")

    @figure("Full hedge", "money", ("instrument",), total=True)
    def full_notional(self, f: Lookups) -> Carrier:
        return self._to_hedge(f, 1)

    @figure("Target short", "money", ("instrument",), total=True)
    def target_notional(self, f: Lookups) -> Carrier:
        return self._to_hedge(f, self.hedge_ratio)

    futures_price = looked_up("Futures price", "price", "term")

    @figure("Target contracts", "qty", ("instrument",))
    def target_contracts(self, f: Lookups) -> Carrier:
        return f.hedge_contracts(
            self.target_notional / self.parity,
            f.of_instrument(self, "sizing_price"),
            self.contract_size,
            self.contract_type,
            self.qty_step,
            "down",
            self.index_price,
        )

    @figure("Contracts short now", "qty", ("instrument",))
    def short_contracts(self, f: Lookups) -> Carrier:
        return self.part * f.of_instrument(self, "short_contracts")

    @figure("Short now", "money", ("asset",), total=True)
    def short_notional(self, f: Lookups) -> Carrier:
        return self._part(f, "short_notional")

    @figure("Counts in the hedge", "money", ("asset",), total=True)
    def cover(self, f: Lookups) -> Carrier:
        return self._part(f, "cover")

    @figure("Hedged now", "percent", ("asset",))
    def hedged(self, f: Lookups) -> Carrier:
        # What there is to hedge moves as the underlying does: the coins, and those posted.
        exposure = self.spot_notional * self.beta + self.coin_margin
        return where(exposure == 0, "", lambda: f.hedge_ratio(exposure, self.cover))

    @figure("Net delta now", "money", ("asset",), total=True)
    def net_delta(self, f: Lookups) -> Carrier:
        delta = f.net_delta(self.quantity, self.spot_price, self.cover, self.beta)
        return delta + self.coin_margin

    @figure("Order, contracts", "qty", ("instrument",))
    def order_contracts(self, f: Lookups) -> Carrier:
        """Its part of the one order in its instrument."""
        return self.part * f.of_instrument(self, "order_contracts")

    @figure("Action", "text", ("instrument",))
    def action(self, f: Lookups) -> Carrier:
        return f.of_instrument(self, "action")

    @figure("Order, value", "money", ("asset",), total=True)
    def order_notional(self, f: Lookups) -> Carrier:
        """Its part of all orders on its underlying."""
        return self._part(f, "order_notional")

    @figure("Net delta after the order", "money", ("asset",), total=True)
    def residual_delta(self, f: Lookups) -> Carrier:
        return self.net_delta - self._part(f, "order_cover")

    index_price = INDEX_PRICE

    @figure("Basis", "price", ("instrument",))
    def basis(self, f: Lookups) -> Carrier:
        return f.basis(self.futures_price, self.index_price)

    @figure("Basis %", "percent", ("instrument",))
    def basis_pct(self, f: Lookups) -> Carrier:
        return f.basis_pct(self.futures_price, self.index_price)

    @figure("Days to expiry", "days", ("instrument",))
    def days_to_expiry(self, f: Lookups) -> Carrier:
        expiry = f.term(self, "expiry")
        return where(expiry == "", "", lambda: f.days_to_expiry(f.as_of, expiry))

    @figure("Basis per year", "percent", ("days_to_expiry",))
    def basis_annualized(self, f: Lookups) -> Carrier:
        return f.basis_annualized(self.futures_price, self.index_price, self.days_to_expiry)

    @figure("Regime", "text", ("instrument",))
    def basis_regime(self, f: Lookups) -> Carrier:
        return f.basis_regime(self.futures_price, self.index_price)

    funding_rate = FUNDING_RATE
    interval_hours = looked_up("Funding interval, hours", "ratio", "term")

    @figure("Funding per year", "percent", ("instrument",))
    def funding_apr(self, f: Lookups) -> Carrier:
        return f.funding_apr(self.funding_rate, self.interval_hours)

    @figure("Funding cost to the horizon", "cost", ("asset",), total=True)
    def funding_drag(self, f: Lookups) -> Carrier:
        return self._part(f, "funding_drag")

    @figure("Funding cost in a year", "cost", ("asset",), total=True)
    def funding_year(self, f: Lookups) -> Carrier:
        return self._part(f, "funding_year")

    @figure("Quote per unit of its own", "ratio", ("instrument",), known=True)
    def parity(self, f: Lookups) -> Carrier:
        return f.of_instrument(self, "parity")

    contract_type = looked_up("Contract type", "text", "term")
    contract_size = CONTRACT_SIZE
    qty_step = looked_up("Order step", "qty", "term")
    min_qty = looked_up("Smallest order, contracts", "qty", "term")
    min_notional = looked_up("Smallest order, value", "money", "term")

    @figure("Underlying", "text", ("asset",))
    def underlying(self, f: Lookups) -> Carrier:
        own = f.own(self, "underlying")

        def followed() -> Carrier:
            return where(self.instrument == "", self.asset, lambda: f.term(self, "underlying"))

        return where(own == "", followed, own)

    doubts = own_doubts("asset")

    @figure("Part of its instrument's", "percent", ("instrument",))
    def part(self, f: Lookups) -> Carrier:
        """By the targets of all that name the instrument."""
        return self._share_of(f.group(HedgeRow, self.instrument))

    def _share_of(self, peers: Group) -> Carrier:
        """Its target among theirs; those that cancel out say nothing of who holds what."""
        net = peers.sum(HedgeRow.own_target)
        cancel = absolute(net) <= DUST * peers.size(HedgeRow.own_target)
        return where(cancel, lambda: 1 / peers.count, lambda: self.own_target / net)

    def _part(self, f: Lookups, name: str) -> Carrier:
        """Its part of a sum over its underlying; what names no instrument has none."""
        return where(self.instrument == "", 0.0, lambda: self.share * f.of_underlying(self, name))

    def _to_hedge(self, f: Lookups, ratio: Carrier) -> Carrier:
        """What a hedge of that ratio shorts: its part, and that of coins posted as margin."""
        own = f.hedge_notional(self.quantity, self.spot_price, ratio, self.beta)
        return own + ratio * self.coin_margin
