"""What makes two contracts the same, whatever they are called, and what we call a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from xlhedge.portfolio.tables import DOLLARS

__all__ = ["VENUES", "Contract", "contract_of", "meant", "names_of", "venue_name"]

VENUES = {
    "binance": "Binance",
    "bybit": "Bybit",
    "bingx": "BingX",
    "weex": "WEEX",
    "mexc": "MEXC",
}
"""The venues whose answers are tested, each as the column `exchange` spells it."""

_USUAL = {"linear": ("USDT", "USD"), "inverse": ("USD",)}
"""The quotes that a contract's name does not tell."""


def venue_name(venue: str) -> str:
    """A venue as the column `exchange` spells it.

    Example:
        >>> venue_name("bingx"), venue_name("Kraken")
        ('BingX', 'Kraken')
    """
    return VENUES.get(venue.casefold(), venue)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of a venue; two are equal when they are the same, however they are spelled.

    Args:
        exchange: the venue.
        underlying: the coin whose price it follows.
        quote: the currency of its prices.
        contract_type: "linear" or "inverse".
        expiry: the day on which it expires, or a moment of that day; none of a perpetual.

    Example:
        >>> Contract("Binance", "btc", "USDT") == Contract("BINANCE", "BTC", "usdt", "Linear")
        True
    """

    exchange: str
    underlying: str
    quote: str
    contract_type: str = "linear"
    expiry: date | None = None

    def __post_init__(self) -> None:
        for name in ("exchange", "contract_type"):
            object.__setattr__(self, name, getattr(self, name).strip().casefold())
        for name in ("underlying", "quote"):
            object.__setattr__(self, name, getattr(self, name).strip().upper())
        if isinstance(self.expiry, datetime):
            object.__setattr__(self, "expiry", self.expiry.date())

    def __str__(self) -> str:
        """What it is called in a sentence, such as ``Binance BTC-PERP``."""
        return f"{venue_name(self.exchange)} {_name(self)}"


def contract_of(row: Mapping[str, Any], quote: str) -> Contract:
    """The contract that a row of Instruments is about.

    Args:
        row: its cells by column, of which those that are blank may be left out.
        quote: the portfolio's currency, which a blank quote means.

    Example:
        >>> str(contract_of({"exchange": "Bybit", "underlying": "BTC"}, "USDT"))
        'Bybit BTC-PERP'
    """
    return Contract(
        row.get("exchange") or "",
        row["underlying"],
        row.get("quote") or quote,
        row.get("contract_type") or "linear",
        row.get("expiry"),
    )


def meant(contract: Contract, known: Collection[Contract]) -> Contract | None:
    """The one of a venue's contracts that a book's is; none where the venue has none.

    A linear contract in US dollars is the venue's in USDT, or else in USDC, where it has none that
    is settled in dollars.

    Args:
        contract: the book's.
        known: the venue's.

    Example:
        >>> book, venue = (Contract("Bybit", "BTC", quote) for quote in ("USD", "USDT"))
        >>> meant(book, {venue}) == venue, meant(venue, {book})
        (True, None)
    """
    if contract in known:
        return contract
    if (contract.quote, contract.contract_type) != (DOLLARS[0], "linear"):
        return None
    others = (replace(contract, quote=quote) for quote in DOLLARS[1:])
    return next((each for each in others if each in known), None)


def names_of(
    contracts: Iterable[Contract], taken: Iterable[str] = (), *, venues: int = 1
) -> dict[Contract, str]:
    """What new contracts are called; each name is there once.

    Args:
        contracts: the contracts, in order.
        taken: names that others have already.
        venues: how many venues were asked; of several each name says which one it is.

    Example:
        >>> perpetual, inverse = (Contract("Binance", "BTC", q) for q in ("USDC", "USD"))
        >>> dated = Contract("Binance", "BTC", "USD", "inverse", date(2026, 12, 25))
        >>> list(names_of([perpetual, inverse, dated], ["btc-perp"]).values())
        ['BTC-PERP-USDC', 'BTC-PERP-BINANCE', 'BTC-INV-20261225']
    """
    used = {name.casefold() for name in taken}
    named: dict[Contract, str] = {}
    for contract in contracts:
        plain, venue = _name(contract), contract.exchange.upper()
        ways = [plain, f"{plain}-{venue}", f"{plain}-{contract.quote}-{venue}"]
        ways = ways[1:] if venues > 1 else ways
        ways += [f"{ways[-1]}-{number}" for number in range(2, len(named) + 3)]
        free = (way for way in ways if way.casefold() not in used)
        named[contract] = next(free, ways[-1])
        used.add(named[contract].casefold())
    return named


def _name(contract: Contract) -> str:
    parts = [contract.underlying]
    if contract.contract_type == "inverse":
        parts.append("INV")
    if contract.expiry:
        parts.append(f"{contract.expiry:%Y%m%d}")
    elif contract.contract_type != "inverse":
        parts.append("PERP")
    if contract.quote not in _USUAL.get(contract.contract_type, ()):
        parts.append(contract.quote)
    return "-".join(parts)
