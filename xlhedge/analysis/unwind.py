"""When to take the hedge off, what keeping it forgoes, and what its profit buys.

The signal of each holding comes from the horizon, the price against the short's entry, and from
History: without bars or rates a reason to unwind is "unknown", which counts as no.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis.figures import (
    VALUES,
    Figure,
    Functions,
    by_instrument,
    compute,
    finite,
    sum_of,
)
from xlhedge.analysis.history import History
from xlhedge.analysis.sensitivity import Sensitivity
from xlhedge.errors import HedgeError
from xlhedge.functions.algebra import Carrier, maximum, where
from xlhedge.portfolio import Portfolio

__all__ = ["QUIET", "UNKNOWN", "UNWIND", "Closing", "closing", "unwinding"]

_NO_SHORT, UNKNOWN = "no short", "unknown"
"""What the signal says where nothing is short, and what a reason is without a history."""

QUIET = ("HOLD", _NO_SHORT)
"""What the signal says while there is nothing to do."""

Cells = Mapping[str, Any]


def _signal(f: Functions, r: Any) -> Carrier:
    def said(answer: Carrier) -> Carrier:
        return where(answer == "yes", 1, 0)

    change = where(r.price_change == "", 0, r.price_change)
    return where(
        r.short_contracts == 0,
        _NO_SHORT,
        lambda: f.unwind_signal(
            r.days, said(r.funding_breach), said(r.support_confirmed), change, r.redeploy_drop
        ),
    )


def _average(f: Functions, r: Any, profit: Carrier) -> Carrier:
    return where(
        r.quantity + r.redeploy_qty == 0,
        "",
        lambda: f.redeploy_avg_cost(
            r.quantity, r.avg_cost, r.spend, r.spot_price, profit, r.fee_rate
        ),
    )


UNWIND: tuple[Figure, ...] = (
    Figure("asset", "Asset", "text"),
    Figure("instrument", "Hedged with", "text"),
    Figure(
        "signal",
        "Signal",
        "text",
        _signal,
        ("instrument",),
    ),
    Figure("short_contracts", "Contracts short now", "qty"),
    Figure("entry_price", "Average entry of the short", "price"),
    Figure("index_price", "Index price", "price"),
    Figure(
        "price_change",
        "Index against entry",
        "percent",
        lambda _, r: r.index_price / r.entry_price - 1,
        ("entry_price",),
    ),
    Figure("funding_breach", "Funding alarm", "text"),
    Figure("support_confirmed", "Support confirmed", "text"),
    Figure("hedge_profit", "Hedge's profit so far", "money", total=True),
    Figure("short_notional", "Short now", "money", total=True),
    Figure("fee_rate", "Fee rate", "rate"),
    Figure(
        "close_fee",
        "Fee to close now",
        "cost",
        lambda f, r: f.trading_fee(r.short_notional, r.fee_rate),
        ("instrument",),
        total=True,
    ),
    Figure(
        "spend",
        "To redeploy: profit after the fee",
        "money",
        lambda _, r: maximum(0, r.hedge_profit - r.close_fee),
        ("instrument",),
        total=True,
    ),
    Figure("spot_price", "Spot price", "price"),
    Figure(
        "redeploy_qty",
        "Coins it buys",
        "qty",
        lambda f, r: f.redeploy_qty(r.spend, r.spot_price, r.fee_rate),
        ("instrument",),
    ),
    Figure("quantity", "Quantity, coins", "qty"),
    Figure("avg_cost", "Average cost now", "price"),
    Figure(
        "accounting_average",
        "Average cost after, in the books",
        "price",
        lambda f, r: _average(f, r, 0),
        ("instrument", "avg_cost"),
    ),
    Figure(
        "economic_average",
        "Average cost after, less the hedge's profit",
        "price",
        lambda f, r: _average(f, r, r.spend),
        ("instrument", "avg_cost"),
    ),
)
"""One row a holding: signal and reasons, then what its hedge's profit would buy today."""


# The signal stands before what it is made of.
_IN_TURN = sorted(UNWIND, key=lambda figure: figure.name == "signal")


@dataclass(frozen=True, slots=True)
class Closing:
    """Closing all shorts now against keeping them, over the price axis, in quote.

    Args:
        fee: what closing all of them costs today.
        now: the coins alone, less that fee.
        keep: coins and shorts, less the fee of closing at that price; before funding.
        funded: as keep, with funding to the horizon.
        forgone: what keeping gives away of now's gain; 0 where keeping does better.
    """

    fee: float
    now: tuple[float, ...]
    keep: tuple[float, ...]
    funded: tuple[float, ...]
    forgone: tuple[float, ...]


def closing(grid: Sensitivity, margin: Sequence[Cells], drag: float) -> Closing:
    """Work out closing now against keeping.

    Args:
        grid: P&L over the price axis.
        margin: the rows of `positions.MARGIN`.
        drag: what funding costs to the horizon, all shorts together.
    """
    fee = sum_of(margin, "close_fee")
    now = tuple(coins - fee for coins in grid.unhedged)
    keep = tuple(held - fee * (1 + move) for held, move in zip(grid.held, grid.shocks, strict=True))
    funded = tuple(each - drag for each in keep)
    forgone = tuple(max(0.0, a - b) for a, b in zip(now, funded, strict=True))
    for each in (*now, *keep, *funded, *forgone):
        finite(each, "closing now against keeping")
    return Closing(fee, now, keep, funded, forgone)


def unwinding(
    portfolio: Portfolio,
    hedge: Sequence[Cells],
    margin: Sequence[Cells],
    history: History | None,
    days: float,
) -> tuple[Cells, ...]:
    """Work out the rows of `UNWIND`.

    Args:
        portfolio: the portfolio.
        hedge: its rows of `hedge.HEDGE`.
        margin: its rows of `positions.MARGIN`.
        history: what History says, if there is one.
        days: to the horizon.
    """
    rows = []
    lots = by_instrument(margin)
    shorts: dict[str, dict[str, Any]] = {}
    for n, row in enumerate(hedge):
        known = {figure.name: row.get(figure.name) for figure in UNWIND}
        known |= {"days": days, "redeploy_drop": portfolio.settings.redeploy_drop}
        name = row["instrument"]
        if name is not None:
            if name not in shorts:
                shorts[name] = _of_shorts(portfolio, name, lots.get(name, ()))
            known |= shorts[name] | _of_history(history, n)
            known["hedge_profit"] = row["share"] * shorts[name]["hedge_profit"]
        rows.append(compute(_IN_TURN, known))
    return tuple(rows)


def _of_shorts(portfolio: Portfolio, name: str, lots: Sequence[Cells]) -> dict[str, Any]:
    """The shorts on an instrument: their average entry, and what they have made."""
    instrument = portfolio.instrument(name)
    entry = None
    if lots:
        sizes, prices = ([each[cell] for each in lots] for cell in ("contracts", "entry_price"))
        try:
            entry = VALUES.average_entry(sizes, prices, instrument.contract_type)
        except HedgeError:  # a long and a short lot have no average
            entry = None
    return {
        "entry_price": entry,
        "hedge_profit": sum_of(lots, "unrealised_pnl"),
        "fee_rate": instrument.fee_rate,
    }


def _of_history(history: History | None, n: int) -> dict[str, str]:
    """The two reasons that come from the bars, in words."""
    found = history.assets[n].signals if history else None
    return {
        name: {True: "yes", False: "no", None: UNKNOWN}[getattr(found, name, None)]
        for name in ("funding_breach", "support_confirmed")
    }
