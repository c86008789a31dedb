"""Terms of an instrument that more than one table has, and what funding costs its shorts."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.figures import Figure
from xlhedge.analysis.lookups import Lookups
from xlhedge.functions.algebra import Carrier, where

__all__ = [
    "CONTRACT_SIZE",
    "FUNDING_DRAG",
    "FUNDING_RATE",
    "FUNDING_YEAR",
    "INDEX_PRICE",
    "fee_rate",
]


def _index_price(row: Any, f: Lookups) -> Carrier:
    """The index price, or else the spot price of the holding that is the underlying."""
    own = f.term(row, "index_price")
    return where(own == "", lambda: f.held(f.term(row, "underlying"), "spot_price"), own)


def _funding_rate(row: Any, f: Lookups) -> Carrier:
    """A perpetual must say its rate; a future that expires has none."""
    rate = f.term(row, "funding_rate")
    return where(
        rate == "", lambda: where(f.term(row, "expiry") == "", f.missing, lambda: 0.0), rate
    )


def _contract_size(row: Any, f: Lookups) -> Carrier:
    """Coins a contract; an inverse one must say how much of the quote it is."""
    size = f.term(row, "contract_size")
    kind = f.term(row, "contract_type")
    return where(size == "", lambda: where(kind == "inverse", f.missing, lambda: 1.0), size)


def fee_rate(row: Any, f: Lookups) -> Carrier:
    """What a trade costs of its value, after the discount."""
    return f.term(row, "taker_fee") * (1 - f.term(row, "fee_discount"))


def _funding(title: str, days: Any) -> Figure:
    def cost(row: Any, f: Lookups) -> Carrier:
        return f.funding_drag(row.short_notional, row.funding_rate, days(f), row.interval_hours)

    return Figure(title, "cost", cost, ("instrument",), total=True)


def _term(title: str, look: str, body: Any) -> Figure:
    return Figure(title, look, body, ("instrument",))


INDEX_PRICE = _term("Index price", "price", _index_price)
FUNDING_RATE = _term("Funding rate per interval", "rate", _funding_rate)
CONTRACT_SIZE = _term("Contract size", "qty", _contract_size)
FUNDING_DRAG = _funding("Funding cost to the horizon", lambda f: f.days)
FUNDING_YEAR = _funding("Funding cost in a year", lambda _: 365)
