"""The margin of each short, figure by figure."""

from __future__ import annotations

from typing import Any

from xlhedge.algebra import Carrier, where
from xlhedge.figures import NOWHERE, Figure, Functions

__all__ = ["FUNDING", "MARGIN"]


def _liquidation_price(f: Functions, r: Any) -> Carrier:
    return f.or_nowhere(
        lambda: f.liquidation_price(
            r.contracts,
            r.entry_price,
            r.margin,
            r.mm_rate,
            r.mm_amount,
            r.contract_size,
            r.contract_type,
            r.mm_basis,
        )
    )


def _unrealised(f: Functions, r: Any) -> Carrier:
    return f.short_pnl(
        r.contracts, r.entry_price, r.futures_price, r.contract_size, r.contract_type
    )


FUNDING = (
    Figure(
        "funding_drag",
        "Funding cost to the horizon",
        "cost",
        lambda f, r: f.funding_drag(r.short_notional, r.funding_rate, r.days, r.interval_hours),
        ("instrument",),
        total=True,
    ),
    Figure(
        "funding_year",
        "Funding cost in a year",
        "cost",
        lambda f, r: f.funding_drag(r.short_notional, r.funding_rate, 365, r.interval_hours),
        ("instrument",),
        total=True,
    ),
)
"""What funding costs a short: the same two figures in every table of shorts."""

MARGIN: tuple[Figure, ...] = (
    Figure("instrument", "Instrument", "text"),
    Figure("contracts", "Contracts short", "qty"),
    Figure("entry_price", "Entry price", "price"),
    Figure("futures_price", "Mark price", "price"),
    Figure(
        "short_notional",
        "Short notional",
        "money",
        lambda f, r: f.short_notional(
            r.contracts, r.futures_price, r.contract_size, r.contract_type
        ),
        ("instrument",),
        total=True,
    ),
    Figure(
        "unrealised_pnl",
        "Unrealised P&L",
        "money",
        lambda f, r: _unrealised(f, r) * where(r.contract_type == "inverse", r.index_price, 1),
        ("instrument",),
        total=True,
    ),
    Figure(
        "position_value",
        "Position value in margin currency",
        "qty",
        lambda f, r: where(
            r.contract_type == "inverse", r.short_notional / r.futures_price, r.short_notional
        ),
        ("instrument",),
    ),
    Figure("leverage", "Leverage ×", "ratio"),
    Figure(
        "initial_margin",
        "Initial margin in margin currency",
        "qty",
        lambda f, r: f.initial_margin(r.position_value, r.leverage),
        ("leverage",),
    ),
    Figure("margin", "Margin posted in margin currency", "qty"),
    Figure(
        "coin_margin",
        "Coins posted as margin, value",
        "money",
        lambda f, r: where(
            r.contract_type == "inverse", lambda: (r.margin + _unrealised(f, r)) * r.index_price, 0
        ),
        ("instrument",),
        total=True,
    ),
    Figure(
        "liquidation_price",
        "Liquidation price",
        "price",
        _liquidation_price,
        ("margin", "mm_rate"),
    ),
    Figure(
        "liquidation_buffer",
        "Distance to liquidation",
        "percent",
        lambda f, r: where(
            r.liquidation_price == NOWHERE,
            NOWHERE,
            lambda: f.liquidation_buffer(r.futures_price, r.liquidation_price),
        ),
        ("liquidation_price",),
    ),
    *FUNDING,
    Figure("index_price", "Index price", "price"),
    Figure("contract_type", "Contract type", "text"),
    Figure("contract_size", "Contract size", "qty"),
    Figure("funding_rate", "Funding rate per interval", "rate"),
    Figure("interval_hours", "Funding interval, hours", "ratio"),
    Figure("mm_rate", "Maintenance rate", "percent"),
    Figure("mm_amount", "Maintenance amount", "qty"),
    Figure("mm_basis", "Maintenance basis", "text"),
)
"""One row a short position, as it stands."""
