"""What a quantity is measured in: its unit, and how a sheet shows it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ANY",
    "BARS",
    "CHANGES",
    "COINS",
    "COLLATERAL",
    "CONTRACTS",
    "CONTRACT_SIZE",
    "DAYS",
    "FLAG",
    "FUNDING",
    "HOURS",
    "MARGIN",
    "MOMENT",
    "MONEY",
    "NAME",
    "PERCENT",
    "PRICE",
    "RATE",
    "RATIO",
    "SETTLEMENTS",
    "SHORTS",
    "TIMES",
    "WORD",
    "Measure",
]


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit with the look of its numbers.

    Args:
        unit: as it stands above a column's header.
        look: the kind of number that a sheet shows: "price", "money", "percent", ...
        spoken: the unit behind a number in a sentence; empty where the quantity's name says it.
        kind: what a cell holds: "number", "word", "text", "flag" (TRUE or FALSE, 1 or 0), "date"
            (an Excel serial number), or "any" (whatever the cell holds, errors included).

    Example:
        >>> PRICE.unit, PERCENT.share
        ('quote per coin', True)
    """

    unit: str
    look: str
    spoken: str = ""
    kind: str = "number"

    @property
    def share(self) -> bool:
        """Whether it is a decimal fraction, which people read and type as percent."""
        return self.look in ("percent", "rate")


COINS = Measure("coins", "qty", "base coins")
MONEY = Measure("quote", "money", "quote")
PRICE = Measure("quote per coin", "price", "quote per base coin")
CONTRACTS = Measure("contracts", "qty", "contracts")
SHORTS = Measure("contracts", "qty")  # unspoken: of a linear contract of size 1 they are coins
CONTRACT_SIZE = Measure("coins (linear), quote (inverse)", "qty")
MARGIN = Measure("quote (linear), coins (inverse)", "qty")
COLLATERAL = Measure("margin currency", "qty")
CHANGES = Measure("quote or relative", "qty")

PERCENT = Measure("%", "percent")
RATE = Measure("%", "rate")
FUNDING = Measure("% per interval", "rate")
RATIO = Measure("ratio", "ratio")
TIMES = Measure("×", "ratio")

HOURS = Measure("hours", "ratio")
DAYS = Measure("days", "days")
SETTLEMENTS = Measure("settlements", "ratio")
BARS = Measure("bars", "whole")

MOMENT = Measure("date-time, UTC", "date", kind="date")
NAME = Measure("name", "text", kind="text")
WORD = Measure("word", "text", kind="word")
FLAG = Measure("TRUE or FALSE", "text", kind="flag")
ANY = Measure("anything", "any", kind="any")
