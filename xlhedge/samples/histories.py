"""Made-up price histories of the samples: sums of sines, no market's prices.

Every series ends at the sample's as-of date-time and price. Rows of one symbol stand together,
oldest first, as the template's Price history sheet asks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from xlhedge.portfolio import Bar

__all__ = ["one_bitcoin_history", "treasury_history"]

_DAYS = 40
"""As many as fit the Price history sheet of a blank template, of all that the treasury has."""

_SETTLED = 8
"""Hours between the settlements of the perpetuals."""

Curve = Callable[[float], float]


def _waves(*waves: tuple[float, float, float]) -> Curve:
    """A curve over days before the end, from waves of size, period in days and phase."""
    return lambda days: sum(
        size * math.sin(2 * math.pi * days / period + phase) for size, period, phase in waves
    )


_MARKET = _waves((0.09, 83, 0.4), (0.035, 19, 2.0), (0.012, 5.3, 1.1), (0.006, 2.3, 0.2))
"""What all coins share, as a logarithm of the price."""

_OWN = {
    "ETH": _waves((0.04, 47, 1.0), (0.011, 3.7, 0.5)),
    "SOL": _waves((0.06, 31, 2.2), (0.016, 4.3, 0.1)),
    "LINK": _waves((0.05, 26, 0.7), (0.014, 3.1, 1.9)),
}
_BETAS = {"BTC": 1.0, "ETH": 1.15, "SOL": 1.4, "LINK": 1.3}


def _curve(asset: str) -> Curve:
    own, beta = _OWN.get(asset), _BETAS[asset]
    return lambda days: beta * _MARKET(days) + (own(days) if own else 0.0)


def _bars(
    symbol: str, curve: Curve, last: float, end: datetime, days: int, digits: int = 2
) -> list[Bar]:
    """Daily bars with highs, lows and volumes, up to a close at the end."""
    rows = []
    swing = _waves((0.004, 6.1, 0.3), (0.003, 2.9, 1.4))
    for before in range(days, -1, -1):
        close = round(last * math.exp(curve(before) - curve(0)), digits)
        opened = last * math.exp(curve(before + 1) - curve(0))
        wide = 0.012 + swing(before)
        rows.append(
            Bar(
                time=end - timedelta(days=before),
                symbol=symbol,
                close=close,
                high=round(max(opened, close) * (1 + wide), digits),
                low=round(min(opened, close) * (1 - wide), digits),
                volume=round(24_000 * (1 + 12 * wide + abs(math.log(close / opened)) * 8)),
            )
        )
    return rows


def _perpetual(
    symbol: str, curve: Curve, price: float, rate: float, end: datetime, days: int
) -> list[Bar]:
    """A perpetual's closes and rates at each settlement; the last are those of the sample."""
    gap = _waves((0.0004, 11, 0.9), (0.0003, 1.9, 0.0))
    tilt = _waves((0.00006, 27, 0.2), (0.00003, 4.1, 1.2))
    rows = []
    for number in range(days * 24 // _SETTLED, -1, -1):
        before = number * _SETTLED / 24
        move = curve(before) - curve(0) + gap(before) - gap(0)
        rows.append(
            Bar(
                time=end - timedelta(hours=number * _SETTLED),
                symbol=symbol,
                close=round(price * math.exp(move), 2),
                funding_rate=round(rate + tilt(before) - tilt(0), 6),
            )
        )
    return rows


def one_bitcoin_history(end: datetime) -> Sequence[Bar]:
    """Bars of BTC, and of BTC-PERP with a rate each eight hours."""
    curve = _curve("BTC")
    return (
        *_bars("BTC", curve, 60_000, end, _DAYS),
        *_perpetual("BTC-PERP", curve, 60_000, 0.0001, end, _DAYS),
    )


def treasury_history(end: datetime) -> Sequence[Bar]:
    """Bars of all that the treasury has, but for XMR."""
    prices = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0, "LINK": 15.0}
    rows: list[Bar] = []
    for asset, price in prices.items():
        rows += _bars(asset, _curve(asset), price, end, _DAYS, 4 if price < 100 else 2)
    rows += _perpetual("BTC-PERP", _curve("BTC"), 60_030, 0.0001, end, _DAYS)
    rows += _perpetual("ETH-INV", _curve("ETH"), 3_006, -0.00005, end, _DAYS)
    return (*rows, *_dated(end))


def _dated(end: datetime) -> list[Bar]:
    """SOL-SEP, whose premium over SOL was larger the longer it had to run."""
    curve = _curve("SOL")
    noise = _waves((0.002, 7.3, 0.6), (0.001, 2.1, 0.0))
    ahead = math.log(156.3 / 150) / 207  # days from the end to its expiry, nearly
    rows = []
    for before in range(_DAYS, -1, -1):
        move = curve(before) - curve(0) + ahead * before + noise(before) - noise(0)
        close = round(156.3 * math.exp(move), 2)
        rows.append(Bar(time=end - timedelta(days=before), symbol="SOL-SEP", close=close))
    return rows
