"""The hedge of each holding, figure by figure."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.figures import NOWHERE, Figure, Functions
from xlhedge.analysis.margin import FUNDING
from xlhedge.functions.algebra import Carrier, absolute, maximum, where

__all__ = ["HEDGE", "covered"]

_DUST = 1e-9


def covered(short: Carrier, delta: Carrier, nothing: str = NOWHERE) -> Carrier:
    """What part of the exposure all shorts together cover.

    Args:
        short: all that is short, in quote.
        delta: the net delta.
        nothing: what stands for it where there is no exposure.

    Example:
        >>> covered(45_000, 15_000), covered(0.3, -0.1 - 0.2)
        (0.75, 'none')
    """
    exposed = short + delta
    # What is left where a short hedges nothing is rounding, and no exposure.
    dust = absolute(exposed) <= _DUST * absolute(short)
    return where(dust, nothing, lambda: short / exposed)


def _to_hedge(f: Functions, r: Any, ratio: Carrier) -> Carrier:
    """What a hedge of that ratio shorts: the holding's part and that of coins posted as margin."""
    return f.hedge_notional(r.quantity, r.spot_price, ratio, r.beta) + ratio * r.coin_margin


def _exposure(r: Any) -> Carrier:
    """What there is to hedge, in the underlying's moves: the holding and coins posted as margin."""
    return r.spot_notional * r.beta + r.coin_margin


def _order(f: Functions, r: Any) -> Carrier:
    """Contracts to trade, in whole steps, never past the target."""
    gap = r.target_contracts - r.short_contracts
    # What is left of a full hedge in binary is dust, and no order.
    dust = _DUST * maximum(absolute(r.target_contracts), absolute(r.short_contracts))
    wanted = where(absolute(gap) <= dust, 0, gap)
    return f.hedge_contracts(wanted, 1, 1, "linear", r.qty_step, "down")


def _value(f: Functions, r: Any, contracts: Carrier) -> Carrier:
    return f.short_notional(contracts, r.futures_price, r.contract_size, r.contract_type)


def _action(f: Functions, r: Any) -> Carrier:
    value = absolute(_value(f, r, r.order_contracts))
    small = (absolute(r.order_contracts) < r.min_qty) | (value < r.min_notional)
    way = where(r.order_contracts > 0, "short", "buy back")
    return where(r.order_contracts == 0, "none", where(small, "too small", way))


HEDGE: tuple[Figure, ...] = (
    Figure("asset", "Asset", "text"),
    Figure("quantity", "Quantity, coins", "qty"),
    Figure("spot_price", "Spot price", "price"),
    Figure(
        "spot_notional",
        "Spot notional",
        "money",
        lambda f, r: f.spot_notional(r.quantity, r.spot_price),
        ("asset",),
        total=True,
    ),
    Figure("avg_cost", "Average cost", "price"),
    Figure(
        "unrealised_pnl",
        "Unrealised P&L",
        "money",
        lambda f, r: r.spot_notional - r.quantity * r.avg_cost,
        ("avg_cost",),
        total=True,
    ),
    Figure("instrument", "Hedged with", "text"),
    Figure("hedge_ratio", "Hedge ratio wanted", "percent"),
    Figure("beta", "Beta", "ratio"),
    Figure(
        "own_target",
        "Target before margin coins",
        "money",
        lambda f, r: f.hedge_notional(r.quantity, r.spot_price, r.hedge_ratio, r.beta),
        ("instrument",),
    ),
    Figure("share", "Share of the instrument's short", "percent"),
    Figure("coin_margin", "Coins posted as margin, value", "money", total=True),
    Figure(
        "full_notional",
        "Full hedge",
        "money",
        lambda f, r: _to_hedge(f, r, 1),
        ("instrument",),
        total=True,
    ),
    Figure(
        "target_notional",
        "Target short",
        "money",
        lambda f, r: _to_hedge(f, r, r.hedge_ratio),
        ("instrument",),
        total=True,
    ),
    Figure("futures_price", "Futures price", "price"),
    Figure(
        "target_contracts",
        "Target contracts",
        "qty",
        lambda f, r: f.hedge_contracts(
            r.target_notional,
            r.futures_price,
            r.contract_size,
            r.contract_type,
            r.qty_step,
            "down",
        ),
        ("instrument",),
    ),
    Figure("short_contracts", "Contracts short now", "qty"),
    Figure(
        "short_notional",
        "Short now",
        "money",
        lambda f, r: where(r.instrument == "", 0, lambda: _value(f, r, r.short_contracts)),
        ("asset",),
        total=True,
    ),
    Figure(
        "hedged",
        "Hedged now",
        "percent",
        lambda f, r: where(
            _exposure(r) == 0, "", lambda: f.hedge_ratio(_exposure(r), r.short_notional)
        ),
        ("asset",),
    ),
    Figure(
        "net_delta",
        "Net delta now",
        "money",
        lambda f, r: (
            f.net_delta(r.quantity, r.spot_price, r.short_notional, r.beta) + r.coin_margin
        ),
        ("asset",),
        total=True,
    ),
    Figure("order_contracts", "Order, contracts", "qty", _order, ("instrument",)),
    Figure("action", "Action", "text", _action, ("instrument",)),
    Figure(
        "order_notional",
        "Order, value",
        "money",
        lambda f, r: where(
            (r.instrument == "") | (r.action == "too small"),
            0,
            lambda: _value(f, r, r.order_contracts),
        ),
        ("asset",),
        total=True,
    ),
    Figure(
        "residual_delta",
        "Net delta after the order",
        "money",
        lambda f, r: r.net_delta - r.order_notional,
        ("asset",),
        total=True,
    ),
    Figure("index_price", "Index price", "price"),
    Figure(
        "basis",
        "Basis",
        "price",
        lambda f, r: f.basis(r.futures_price, r.index_price),
        ("instrument",),
    ),
    Figure(
        "basis_pct",
        "Basis %",
        "percent",
        lambda f, r: f.basis_pct(r.futures_price, r.index_price),
        ("instrument",),
    ),
    Figure("days_to_expiry", "Days to expiry", "days"),
    Figure(
        "basis_annualized",
        "Basis per year",
        "percent",
        lambda f, r: f.basis_annualized(r.futures_price, r.index_price, r.days_to_expiry),
        ("days_to_expiry",),
    ),
    Figure(
        "basis_regime",
        "Regime",
        "text",
        lambda f, r: f.basis_regime(r.futures_price, r.index_price),
        ("instrument",),
    ),
    Figure("funding_rate", "Funding rate per interval", "rate"),
    Figure("interval_hours", "Funding interval, hours", "ratio"),
    Figure(
        "funding_apr",
        "Funding per year",
        "percent",
        lambda f, r: f.funding_apr(r.funding_rate, r.interval_hours),
        ("instrument",),
    ),
    *FUNDING,
    Figure("contract_type", "Contract type", "text"),
    Figure("contract_size", "Contract size", "qty"),
    Figure("qty_step", "Order step", "qty"),
    Figure("min_qty", "Smallest order, contracts", "qty"),
    Figure("min_notional", "Smallest order, value", "money"),
)
"""One row a holding; funding is positive where it costs you, delta where you are long."""
