"""The margin of each short, figure by figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlhedge.analysis.figures import NOWHERE, Figure, Functions
from xlhedge.analysis.maintenance import MAINTENANCE, MOVES, kind, named, percent, rise, value_at
from xlhedge.functions.algebra import Carrier, maximum, where

__all__ = ["ALARM", "FUNDING", "MARGIN", "NO_EQUITY", "STEPS"]

ALARM = 0.8
"""The margin ratio from which a row is marked."""

NO_EQUITY = "no equity"
"""The margin ratio of a position whose margin is lost, kept alive by its maintenance amount."""


def _unrealised(f: Functions, r: Any) -> Carrier:
    return f.short_pnl(r.contracts, r.entry_price, r.futures_price, *kind(r))


def _liquidation_price(f: Functions, r: Any) -> Carrier:
    """With the rate and amount of the tier that holds there, this is the tiered price."""

    def price() -> Carrier:
        return f.liquidation_price(
            r.contracts, r.entry_price, r.margin, r.mm_rate, r.mm_amount, *kind(r), r.mm_basis
        )

    return where(r.tier_price == NOWHERE, NOWHERE, lambda: f.or_nowhere(price))


def _maintenance(f: Functions, r: Any) -> Carrier:
    frozen = where(r.mm_basis == "entry", r.entry_price / r.futures_price, 1)
    return f.maintenance_margin(value_at(r, frozen), r.rate_0, r.amount_0)


def _ratio(f: Functions, r: Any) -> Carrier:
    def ratio() -> Carrier:
        return f.margin_ratio(
            r.contracts,
            r.entry_price,
            r.futures_price,
            r.margin,
            r.rate_0,
            r.amount_0,
            *kind(r),
            r.mm_basis,
        )

    gone = r.margin + _unrealised(f, r) <= 0
    return where(r.contracts == 0, 0, lambda: where(gone, NO_EQUITY, ratio))


def _to_add(move: float) -> Callable[[Functions, Any], Carrier]:
    """What is to be posted now for the liquidation to lie at that move from the mark."""

    def formula(f: Functions, r: Any) -> Carrier:
        needed = f.collateral_needed(
            r.contracts,
            r.entry_price,
            r.futures_price * (1 + rise(r, move)) / r.entry_price - 1,
            getattr(r, named("rate", move)),
            getattr(r, named("amount", move)),
            *kind(r),
            r.mm_basis,
        )
        return maximum(needed - r.margin, 0)

    return formula


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

_POSITION: tuple[Figure, ...] = (
    Figure("instrument", "Instrument", "text"),
    Figure("contracts", "Contracts short", "qty"),
    Figure("entry_price", "Entry price", "price"),
    Figure("futures_price", "Mark price", "price"),
    Figure(
        "short_notional",
        "Short notional",
        "money",
        lambda f, r: f.short_notional(r.contracts, r.futures_price, *kind(r)),
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
)

# An input's #N/A must not read as "none": what is given fails with it.
_KNOWN = ("unrealised_pnl", "margin", "mm_rate")

_LADDER: tuple[Figure, ...] = (
    Figure(
        "maintenance_margin",
        "Maintenance margin in margin currency",
        "qty",
        _maintenance,
        ("rate_0",),
    ),
    Figure(
        "margin_ratio",
        "Margin ratio",
        "percent",
        _ratio,
        ("margin", "rate_0"),
    ),
    Figure("liquidation_price", "Liquidation price", "price", _liquidation_price, _KNOWN),
    Figure(
        "liquidation_buffer",
        "Distance to liquidation",
        "percent",
        lambda f, r: where(
            r.liquidation_price == NOWHERE,
            where(r.contracts < 0, "not by a fall", "not by a rise"),
            lambda: f.liquidation_buffer(r.futures_price, r.liquidation_price),
        ),
        ("liquidation_price",),
    ),
    Figure(
        "bankruptcy_price",
        "Bankruptcy price",
        "price",
        lambda f, r: f.or_nowhere(
            lambda: f.bankruptcy_price(r.contracts, r.entry_price, r.margin, *kind(r))
        ),
        _KNOWN[:2],
    ),
    *(
        Figure(
            named("add", move),
            f"Add now for {percent(move)} against it, in margin currency",
            "qty",
            _to_add(move),
            ("margin", named("rate", move)),
        )
        for move in MOVES
    ),
)

_TERMS: tuple[Figure, ...] = (
    Figure("index_price", "Index price", "price"),
    Figure("contract_type", "Contract type", "text"),
    Figure("contract_size", "Contract size", "qty"),
    Figure("funding_rate", "Funding rate per interval", "rate"),
    Figure("interval_hours", "Funding interval, hours", "ratio"),
    Figure("expiry", "Expiry", "date"),
    Figure("taker_fee", "Taker fee", "rate"),
    Figure("fee_discount", "Fee discount", "percent"),
    Figure("mm_basis", "Maintenance basis", "text"),
    Figure("own_rate", "Maintenance rate without tiers", "percent"),
    Figure("own_amount", "Maintenance amount without tiers", "qty"),
    Figure("tiers", "Tiers", "ratio"),
)

_CLOSE_FEE = Figure(
    "close_fee",
    "Fee to close now",
    "cost",
    lambda f, r: f.trading_fee(r.short_notional, r.taker_fee, r.fee_discount),
    ("instrument",),
    total=True,
)

MARGIN: tuple[Figure, ...] = (*_POSITION, *_LADDER, *FUNDING, _CLOSE_FEE, *_TERMS, *MAINTENANCE)
"""One row a short position, as it stands."""

STEPS: tuple[Figure, ...] = (
    *_POSITION,
    *_TERMS,
    *MAINTENANCE,
    *_LADDER,
    *FUNDING,
    _CLOSE_FEE,
)
"""The same figures in an order in which each needs only those before it."""
