"""What venues might tell of the samples' contracts, written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from xlhedge.market.found import Found, FoundRow

NOW = datetime(2026, 3, 28, 8, 30, 12)


def row(table: str, venue: str = "Binance", **values: Any) -> FoundRow:
    """One row."""
    return FoundRow(table, values, venue, NOW)


def contract(name: str, underlying: str, price: float, **more: Any) -> FoundRow:
    """A linear perpetual in USDT of Binance's, or what is said otherwise."""
    values = {
        "instrument": name,
        "exchange": more.get("venue", "Binance"),
        "underlying": underlying,
        "quote": "USDT",
        "contract_type": "linear",
        "index_price": price * 0.999,
        "futures_price": price,
        "funding_rate": 0.0002,
        "interval_hours": 4.0,
        "qty_step": 0.001,
        "taker_fee": 0.0005,
        "contract_size": 1.0,
    }
    venue = more.pop("venue", "Binance")
    return FoundRow("Instruments", {**values, **more}, venue, NOW)


def found(*rows: FoundRow, whole: Iterable[str] = ()) -> Found:
    """All of them, and the accounts of which that is all."""
    return Found(rows, whole=frozenset(whole))
