"""Contracts as five venues write them in the files that they let people download."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from xlhedge.market.contracts import Contract
from xlhedge.market.listed import scaled

__all__ = ["contract_in"]

_MONTHS = "FGHJKMNQUVXZ"
"""A letter a month, as futures exchanges have them."""
_SETTLED = timedelta(hours=8)  # after midnight UTC, at all of them
_QUOTE = "(?P<quote>USDT|USDC|USD)"
_DAY = "(?P<day>[0-9]{6}|[0-9]{1,2}[A-Z]{3}[0-9]{2})"
_WAYS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<coin>[A-Z0-9]+)[-_/]{_QUOTE}(?:[-_](?:PERP|SWAP|{_DAY}))?",
        rf"(?P<coin>[A-Z0-9]+?){_QUOTE}(?:[-_]?PERP|[-_]{_DAY}|(?P<code>[{_MONTHS}][0-9]{{2}}))?",
        rf"(?P<coin>[A-Z0-9]+?)-?(?:PERP|{_DAY})",
    )
)


def contract_in(symbol: str, venue: str) -> tuple[Contract, float, datetime | None]:
    """The contract that a venue writes so, how many coins its base unit is, and when it expires.

    Args:
        symbol: the venue's word for it: BTCUSDT, BTC-USDT, BTC_USD, BTCUSD_PERP, BTCUSDT_260327.
        venue: the venue.

    Raises:
        ValueError: it is none of the ways in which contracts are written.

    Example:
        >>> print(*contract_in("1000SHIBUSDT", "Binance"))
        Binance SHIB-PERP 1000.0 None
        >>> print(*contract_in("BTCUSDH26", "Bybit"))
        Bybit BTC-INV-20260327 1.0 2026-03-27 08:00:00
    """
    found = next(filter(None, (way.fullmatch(symbol.strip().upper()) for way in _WAYS)), None)
    if found is None:
        raise ValueError(symbol)
    parts = found.groupdict()
    quote = parts.get("quote") or "USDC"
    expiry = _expiry(parts.get("day"), parts.get("code"))
    coin, scale = scaled(parts["coin"])
    kind = "inverse" if quote == "USD" else "linear"
    return Contract(venue, coin, quote, kind, expiry), scale, expiry


def _expiry(day: str | None, code: str | None) -> datetime | None:
    """When a contract settles: on its day, or on the last Friday of its month."""
    if day:
        return datetime.strptime(day, "%y%m%d" if day.isdigit() else "%d%b%y") + _SETTLED
    if not code:
        return None
    month = _MONTHS.index(code[0]) + 1
    after = datetime(2000 + int(code[1:]) + month // 12, month % 12 + 1, 1)
    last = after - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - 4) % 7) + _SETTLED
