"""A contract as a venue lists it, by the thousand where its coin is worth too little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.market.contracts import Contract
from xlhedge.market.quotes import told_moment, told_number
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["ListedContract", "listed_of", "scaled"]

_MULTIPLE = re.compile(r"(?P<before>10{3,}|1M(?=.{4}))?(?P<coin>[A-Z]\w*?)(?P<behind>10{3,})?")


@dataclass(frozen=True, slots=True)
class ListedContract:
    """A contract that a venue lists.

    Args:
        contract: which one it is.
        symbol: what ccxt calls it.
        market: what ccxt knows of it; its `info` is the venue's own answer.
        scale: coins of the underlying in one of what the venue prices: 1,000 of 1000SHIB.
    """

    contract: Contract
    symbol: str
    market: Mapping[str, Any]
    scale: float = 1.0

    @property
    def info(self) -> Mapping[str, Any]:
        """The venue's own words about it."""
        return self.market.get("info") or {}


def listed_of(market: Mapping[str, Any], venue: str, now: datetime) -> ListedContract | None:
    """A market of ccxt's, if it is a contract in dollars or stablecoins that trades now.

    Args:
        market: what ccxt knows of it.
        venue: how the column `exchange` spells the venue.
        now: the time there.
    """
    kind = market.get("type")
    turned = "inverse" if market.get("inverse") else "linear" if market.get("linear") else ""
    told = told_number(market.get("expiry"))
    expiry = told_moment(told) if told else None
    if kind not in ("swap", "future") or not turned or not market.get("active"):
        return None
    if market.get("quote") not in DOLLARS or (kind == "future") != (expiry is not None):
        return None
    if expiry is not None and expiry < now:
        return None
    coin, scale = scaled(str(market["base"]))
    contract = Contract(venue, coin, market["quote"], turned, expiry)
    return ListedContract(contract, market["symbol"], market, scale)


def scaled(base: str) -> tuple[str, float]:
    """The coin that a venue prices by the thousand, and by how many.

    Example:
        >>> scaled("1000SHIB"), scaled("SHIB1000"), scaled("1MBABYDOGE"), scaled("1INCH")
        (('SHIB', 1000.0), ('SHIB', 1000.0), ('BABYDOGE', 1000000.0), ('1INCH', 1.0))
    """
    found = _MULTIPLE.fullmatch(base)
    if not found or not (found["before"] or found["behind"]):
        return base, 1.0
    many = found["before"] or found["behind"]
    return found["coin"], 1e6 if many == "1M" else float(many)
