"""What holding a perpetual short costs or earns.

The sign is the exchanges': a positive funding rate means that longs pay shorts, so a short hedge
receives it.
"""

from __future__ import annotations

from xlhedge.algebra import Carrier, where

__all__ = ["funding_apr", "funding_drag"]


def funding_drag(
    short_notional: Carrier, funding_rate: Carrier, days: Carrier, interval_hours: Carrier = 8
) -> Carrier:
    """What funding costs the short over a period, in quote; positive costs you, negative you earn.

    With a positive rate longs pay shorts: your short receives funding and the drag is negative.
    With a negative rate the short pays and the drag is positive. Popular accounts say the opposite;
    every exchange's own page says this.

    Equation:
        −short_notional × funding_rate × days × 24 ÷ interval_hours

    Question:
        I am short 60,000 for 30 days at +0.01 % per 8 hours. What does funding cost me?

        >>> import xlhedge
        >>> round(xlhedge.funding_drag(60_000, 0.0001, 30), 9)
        -540.0

        Nothing: the short receives 540.

    Source:
        Binance, Bybit and MEXC: funding = position value × rate, paid by longs when positive.
    """
    return -short_notional * funding_rate * days * 24 / interval_hours


def funding_apr(
    funding_rate: Carrier, interval_hours: Carrier = 8, compounding: Carrier = "simple"
) -> Carrier:
    """A funding rate as a rate per year (0.1095 = 10.95 %); positive is received by the short.

    Equation:
        simple: f × 8760 ÷ h
        compound: (1 + f)^(8760 ÷ h) − 1

    Question:
        0.00125 % an hour: what is that a year?

        >>> import xlhedge
        >>> round(xlhedge.funding_apr(0.0000125, 1), 12)
        0.1095

    Source:
        Hyperliquid's documentation of funding (0.00125 % an hour is 11.6 % a year compounded).
    """
    settlements = 8760 / interval_hours
    return where(
        compounding == "compound",
        lambda: (1 + funding_rate) ** settlements - 1,
        funding_rate * settlements,
    )
