"""Terms of an instrument that more than one table has, and what funding costs its shorts."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.figures import Figure
from xlhedge.analysis.lookups import Lookups
from xlhedge.functions.algebra import Carrier, where
from xlhedge.portfolio.tables import DOLLARS

__all__ = [
    "CONTRACT_SIZE",
    "FUNDING_DRAG",
    "FUNDING_RATE",
    "FUNDING_YEAR",
    "INDEX_PRICE",
    "PARITY",
    "SIZED_BY",
    "SIZING_PRICE",
    "fee_rate",
    "parity_of",
]


def _index_price(row: Any, f: Lookups) -> Carrier:
    """The index price, or else the spot price of the holding that is the underlying."""
    own = f.term(row, "index_price")

    def spot() -> Carrier:
        return f.held(f.term(row, "underlying"), "spot_price") / row.parity

    return where(own == "", spot, own)


def parity_of(own: Carrier, f: Lookups) -> Carrier:
    """What a unit of a currency is worth in the portfolio's quote; a blank one is that."""
    quote = f.setting("quote_currency")

    def worth(currency: Carrier) -> Carrier:
        dollar, *stable = (currency == name for name in DOLLARS)

        def coin() -> Carrier:
            return where(stable[0] | stable[1], lambda: f.setting("stablecoin_parity"), f.missing)

        return where(dollar, 1, coin)

    return where((own == "") | (own == quote), 1, lambda: worth(own) / worth(quote))


def _parity(row: Any, f: Lookups) -> Carrier:
    return parity_of(f.term(row, "quote"), f)


def _sized_by(row: Any, f: Lookups) -> Carrier:
    """Held to its expiry a linear future locks in its basis coin by coin."""
    expiry, wanted = f.term(row, "expiry"), f.setting("dated_sizing")

    def dated() -> Carrier:
        reaches = f.days >= f.days_to_expiry(f.as_of, expiry)
        coins = (wanted == "coins") | ((wanted == "auto") & reaches)
        return where(coins, "coins", "value")

    return where((expiry == "") | (row.contract_type == "inverse"), "value", dated)


def _sizing_price(row: Any, _: Lookups) -> Carrier:
    """A coin short counts as a coin held where it is held to expiry, else as what it is worth."""
    return where(row.sized_by == "coins", row.index_price, row.futures_price)


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


PARITY = Figure("Quote per unit of its own", "ratio", _parity, ("instrument",), known=True)
SIZED_BY = _term("Sized by", "text", _sized_by)
SIZING_PRICE = _term("Price that sizes it", "price", _sizing_price)
INDEX_PRICE = _term("Index price", "price", _index_price)
FUNDING_RATE = _term("Funding rate per interval", "rate", _funding_rate)
CONTRACT_SIZE = _term("Contract size", "qty", _contract_size)
FUNDING_DRAG = _funding("Funding cost to the horizon", lambda f: f.days)
FUNDING_YEAR = _funding("Funding cost in a year", lambda _: 365)
