"""What holding a perpetual short costs or earns.

The sign is the exchanges': a positive funding rate means that longs pay shorts, so a short hedge
receives it.
"""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, absolute, power, where
from xlhedge.functions.array_algebra import Numbers, count, every, last, total

__all__ = [
    "funding_accrued",
    "funding_apr",
    "funding_breach",
    "funding_breakeven_days",
    "funding_drag",
    "trading_fee",
]


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
        simple: funding_rate × 8760 ÷ interval_hours
        compound: (1 + funding_rate)^(8760 ÷ interval_hours) − 1

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
        lambda: power(1 + funding_rate, settlements) - 1,
        funding_rate * settlements,
    )


def funding_accrued(short_notional: Numbers, funding_rates: Numbers) -> Carrier:
    """What funding has paid the short over settled rates, in quote; positive is received.

    Equation:
        Σ short_notional × r, over each r of funding_rates

    Question:
        I was short 10,000 over three settlements of 0.01 %, 0.02 % and −0.01 %. What came in?

        >>> import xlhedge
        >>> round(xlhedge.funding_accrued(10_000, [0.0001, 0.0002, -0.0001]), 9)
        2.0

    Source:
        Exchanges pay position value × rate at each settlement; longs pay when it is positive.
    """
    return total(short_notional * funding_rates)


def funding_breach(
    funding_rates: Numbers,
    interval_hours: Numbers = (8,),
    threshold: Carrier = 0.0001,
    consecutive: Carrier = 3,
    direction: Carrier = 1,
) -> Carrier:
    """Whether the last settlements all cost the position more than it should pay: time to unwind.

    A short pays where the rate is negative; a high positive rate is income, and no alarm. A long
    future, direction −1, pays where it is positive.

    Equation:
        −r × direction × 8 ÷ interval_hours > threshold, for each r of the last consecutive of
            funding_rates

    Question:
        Funding was −0.012 %, −0.015 % and −0.011 %, every 8 hours. Has the hedge become a drag?

        >>> import xlhedge
        >>> xlhedge.funding_breach([-0.00012, -0.00015, -0.00011])
        True

        The venue went from every 8 hours to every 4 at −0.006 % each. Is that a breach?

        >>> xlhedge.funding_breach([-0.00012, -0.00006, -0.00006], [8, 4, 4])
        True

    Errors:
        FALSE, and no error, with fewer settlements than `consecutive`.

    Source:
        The strategy's rule, with the exchanges' sign.
    """
    costs = -funding_rates * direction * 8 / interval_hours
    return where(
        count(funding_rates) < consecutive,
        then=False,
        otherwise=lambda: every(last(costs, consecutive) > threshold),
    )


def funding_breakeven_days(
    short_notional: Carrier, funding_rate: Carrier, amount: Carrier, interval_hours: Carrier = 8
) -> Carrier:
    """Days until what funding costs the short has eaten an amount.

    Equation:
        amount ÷ (−short_notional × funding_rate × 24 ÷ interval_hours)

    Question:
        I am short 60,000 at −0.01 % per 8 hours. When has funding eaten 540?

        >>> import xlhedge
        >>> round(xlhedge.funding_breakeven_days(60_000, -0.0001, 540), 9)
        30.0

    Errors:
        #N/A where funding costs nothing: the short receives it.

    Source:
        FUNDING_DRAG, solved for the days.
    """
    daily = funding_drag(short_notional, funding_rate, 1, interval_hours)
    nothing = Undefined(CellError.NA, "funding costs this position nothing")
    return where(daily > 0, lambda: amount / daily, nothing)


def trading_fee(notional: Carrier, fee_rate: Carrier, discount: Carrier = 0) -> Carrier:
    """What a venue takes for one trade, in quote; positive costs you.

    Equation:
        |notional| × fee_rate × (1 − discount)

    Question:
        I short 60,000 at a taker fee of 0.05 %, with 10 % off. What does it cost?

        >>> import xlhedge
        >>> round(xlhedge.trading_fee(60_000, 0.0005, 0.1), 9)
        27.0

    Source:
        MEXC futures calculation guide (10,000 contracts of 0.0001 at 30,000 and 0.02 %: 6).
    """
    return absolute(notional) * fee_rate * (1 - discount)
