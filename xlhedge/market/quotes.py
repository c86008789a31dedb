"""What a venue tells in numbers: prices and funding now, and maintenance margin tiers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "HOUR",
    "Quote",
    "TierStep",
    "of_rate",
    "of_ticker",
    "price",
    "steps_of",
    "told_moment",
    "told_number",
]

HOUR = 3_600_000
"""Milliseconds of an hour: venues count in these."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a venue says of a contract now; nothing where it does not say.

    Args:
        mark: the price at which the venue values positions.
        last: the price of the last trade.
        index: the price of the coin that it follows.
        funding: the rate of the running interval.
        hours: the length of that interval.
        settles: when the interval ends, in milliseconds since 1970.
        time: when all this was so, likewise.
    """

    mark: float | None = None
    last: float | None = None
    index: float | None = None
    funding: float | None = None
    hours: float | None = None
    settles: float | None = None
    time: float | None = None

    def __or__(self, other: Quote) -> Quote:
        """This, and of another what is missing here."""
        names = self.__dataclass_fields__
        lacking = {name: getattr(other, name) for name in names if getattr(self, name) is None}
        return replace(self, **lacking)


@dataclass(frozen=True, slots=True)
class TierStep:
    """One maintenance margin tier.

    Args:
        floor: the position's value from which on it holds, in the margin currency.
        rate: its maintenance margin rate.
        leverage: the highest leverage there.
    """

    floor: float
    rate: float
    leverage: float | None = None


def told_number(value: Any) -> float | None:
    """A number that a venue tells, as text or as a number; none where it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def price(value: Any) -> float | None:
    """A price; venues say 0 where there is none."""
    found = told_number(value)
    return found if found and found > 0 else None


def told_moment(milliseconds: float) -> datetime:
    """A time since 1970 as our tables have it: naive, in UTC, to the second."""
    return datetime.fromtimestamp(round(milliseconds / 1000), UTC).replace(tzinfo=None)


def of_rate(rate: Mapping[str, Any]) -> Quote:
    """What ccxt calls a funding rate, with the prices beside it."""
    hours = re.fullmatch(r"(\d+(?:\.\d+)?)h", str(rate.get("interval")))
    return Quote(
        mark=price(rate.get("markPrice")),
        index=price(rate.get("indexPrice")),
        funding=told_number(rate.get("fundingRate")),
        hours=float(hours[1]) if hours else None,
        settles=told_number(rate.get("nextFundingTimestamp"))
        or told_number(rate.get("fundingTimestamp")),
        time=told_number(rate.get("timestamp")),
    )


def of_ticker(ticker: Mapping[str, Any]) -> Quote:
    """What ccxt calls a ticker."""
    return Quote(
        mark=price(ticker.get("markPrice")),
        last=price(ticker.get("last")),
        index=price(ticker.get("indexPrice")),
        time=told_number(ticker.get("timestamp")),
    )


def steps_of(tiers: Iterable[Mapping[str, Any]]) -> list[TierStep]:
    """Tiers as ccxt gives them, by floor; those that lack a number are left out."""
    found = [
        TierStep(floor, rate, told_number(tier.get("maxLeverage")))
        for tier in tiers
        if (floor := told_number(tier.get("minNotional"))) is not None
        and (rate := told_number(tier.get("maintenanceMarginRate"))) is not None
    ]
    return sorted(found, key=lambda step: step.floor)
