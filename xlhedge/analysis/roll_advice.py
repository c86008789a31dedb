"""What to say of futures that expire before the horizon, in words: what may follow them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from xlhedge.analysis import Analysis
from xlhedge.analysis.advised import TODAY, WEEK, Advice, Amount
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import Blank
from xlhedge.analysis.orders import TRADED, OrderRow
from xlhedge.text import percent

__all__ = ["rolls"]

_SOON = 7
"""Days to an expiry from which the roll is to be done today."""


def rolls(analysis: Analysis) -> Iterator[Advice]:
    """Hedges that end before the horizon, and what follows them."""
    for row, order in zip(analysis.carry, analysis.orders, strict=True):
        if isinstance(row.unhedged_days, Blank) or row.unhedged_days == 0 or not _left(order):
            continue
        text = (
            f"{row.instrument} expires {_day(row.expiry)}, {_span(row.unhedged_days)} before the "
            f"horizon: {_follows(analysis, row)}, or nothing hedges in its place."
        )
        into = f", into {row.next_contract}" if row.next_contract else ""
        why = f"expires {_day(row.expiry)}, {_span(row.unhedged_days)} before the horizon{into}"
        at = analysis.portfolio.instrument(row.instrument).exchange or ""
        urgency = TODAY if row.days_to_expiry <= _SOON else WEEK
        yield Advice(urgency, "roll", text, why, row.instrument, at,
                     contracts=Amount(row, "contracts"),
                     value=Amount(row, "short_notional"),
                     unit=analysis.portfolio.settings.quote_currency)  # fmt: skip


def _left(order: OrderRow) -> float:
    """The contracts that are short once the orders are done."""
    traded = order.order_contracts if order.action in TRADED else 0.0
    left: float = order.short_contracts + traded
    return left


def _follows(analysis: Analysis, row: CarryRow) -> str:
    if not row.next_contract:
        return "hedge on with another instrument"
    following = analysis.carry[int(row.next_number) - 1]
    until = "" if following.expiry == "" else f", which expires {_day(following.expiry)}"
    return f"roll into {row.next_contract}{until} ({_earns(analysis, row)})"


def _earns(analysis: Analysis, row: CarryRow) -> str:
    if not row.contracts:
        verb = "earns" if row.roll_yield >= 0 else "costs"
        return f"{verb} a short {percent(abs(row.roll_yield))} a year at today's prices and rates"
    verb = "earns" if row.roll >= 0 else "costs"
    currency = analysis.portfolio.settings.quote_currency
    return f"{verb} {abs(row.roll):,.2f} {currency} at today's prices and rates, fees in it"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _span(days: float) -> str:
    """Days in whole ones, hours where they are fewer than two."""
    return f"{days:,.0f} days" if days >= 2 else f"{days * 24:,.0f} hours"
