"""The future against spot: basis, what it is worth a year, and which way it leans."""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, absolute, exp, ln, maximum, power, where

__all__ = [
    "basis",
    "basis_annualized",
    "basis_pct",
    "basis_regime",
    "days_to_expiry",
    "fair_futures",
    "locked_carry",
    "roll_yield",
]


def basis(futures_price: Carrier, spot_price: Carrier) -> Carrier:
    """How far the future stands above spot, in quote per base coin.

    Equation:
        futures_price − spot_price

    Question:
        The future is at 61,500 and spot at 60,000. What does a short earn if they converge?

        >>> import xlhedge
        >>> xlhedge.basis(61_500, 60_000)
        1500.0

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 3; here F − S, as
        crypto desks quote it.
    """
    return futures_price - spot_price


def basis_pct(futures_price: Carrier, spot_price: Carrier) -> Carrier:
    """How far the future stands above spot, relative to spot (0.025 = 2.5 %).

    Equation:
        futures_price ÷ spot_price − 1

    Question:
        The future is at 61,500 and spot at 60,000. How much is that relative to spot?

        >>> import xlhedge
        >>> round(xlhedge.basis_pct(61_500, 60_000), 12)
        0.025

    Source:
        Definition.
    """
    return futures_price / spot_price - 1


def basis_annualized(
    futures_price: Carrier,
    spot_price: Carrier,
    days_to_expiry: Carrier,
    compounding: Carrier = "simple",
    day_count: Carrier = 365,
) -> Carrier:
    """The basis of a dated future as a rate per year: what a hedge held to expiry earns.

    Equation:
        simple: (futures_price ÷ spot_price − 1) × day_count ÷ days_to_expiry
        compound: (futures_price ÷ spot_price)^(day_count ÷ days_to_expiry) − 1
        continuous: ln(futures_price ÷ spot_price) × day_count ÷ days_to_expiry

    Question:
        A quarterly at 61,500 with 73 days left, spot at 60,000. What does shorting it earn a year?

        >>> import xlhedge
        >>> round(xlhedge.basis_annualized(61_500, 60_000, 73), 12)
        0.125

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapters 4 and 5.
    """
    growth = futures_price / spot_price
    periods = day_count / days_to_expiry
    return where(
        compounding == "compound",
        lambda: power(growth, periods) - 1,
        lambda: where(
            compounding == "continuous", lambda: ln(growth) * periods, (growth - 1) * periods
        ),
    )


def basis_regime(futures_price: Carrier, spot_price: Carrier, tolerance: Carrier = 0) -> Carrier:
    """Which way the future leans: "contango" above spot, "backwardation" below, or "flat".

    A short held to convergence earns the basis in contango and pays it in backwardation.

    Equation:
        "flat" where |futures_price ÷ spot_price − 1| ≤ tolerance, else "contango" where
            futures_price > spot_price, else "backwardation"

    Question:
        The future is at 59,900, spot at 60,000. Does the basis work for my short?

        >>> import xlhedge
        >>> xlhedge.basis_regime(59_900, 60_000)
        'backwardation'

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 5.
    """
    lean = where(futures_price > spot_price, "contango", "backwardation")
    return where(absolute(futures_price / spot_price - 1) <= tolerance, "flat", lean)


def days_to_expiry(as_of: Carrier, expiry: Carrier) -> Carrier:
    """Days between two date-times, with decimals; 0 once the second has passed.

    Equation:
        max(0, expiry − as_of)

    Question:
        It is noon on 1 March 2026; how long until the quarterly of 27 March, 08:00?

        >>> import xlhedge
        >>> from datetime import datetime
        >>> days = xlhedge.days_to_expiry(datetime(2026, 3, 1, 12), datetime(2026, 3, 27, 8))
        >>> round(days, 6)
        25.833333

    Source:
        Excel's and LibreOffice's serial numbers count days.
    """
    return maximum(expiry - as_of, 0)


def fair_futures(
    spot_price: Carrier,
    rate: Carrier,
    days_to_expiry: Carrier,
    compounding: Carrier = "simple",
    day_count: Carrier = 365,
) -> Carrier:
    """The futures price that a rate per year asks for; the inverse of BASIS_ANNUALIZED.

    Equation:
        simple: spot_price × (1 + rate × days_to_expiry ÷ day_count)
        compound: spot_price × (1 + rate)^(days_to_expiry ÷ day_count)
        continuous: spot_price × e^(rate × days_to_expiry ÷ day_count)

    Question:
        Spot is at 60,000. What should a future with 73 days left cost at 12.5 % a year?

        >>> import xlhedge
        >>> round(xlhedge.fair_futures(60_000, 0.125, 73), 9)
        61500.0

    Errors:
        #NUM! where a simple rate leaves no price above 0.

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 5 (cost of carry).
    """
    years = days_to_expiry / day_count
    growth = where(
        compounding == "compound",
        lambda: power(1 + rate, years),
        lambda: where(compounding == "continuous", lambda: exp(rate * years), 1 + rate * years),
    )
    nothing = Undefined(CellError.NUM, "a simple rate this low leaves no price above 0")
    return where(growth > 0, spot_price * growth, nothing)


def locked_carry(
    short_notional: Carrier, futures_price: Carrier, spot_price: Carrier, fee_rate: Carrier = 0
) -> Carrier:
    """What a short held to expiry locks in against the same coins, in quote, whatever the price.

    short_notional is coins × futures_price; of an inverse contract its face, contracts × size, and
    not SHORT_NOTIONAL with an index_price. Fees are those of opening and closing, both on it.

    Equation:
        (short_notional ÷ futures_price) × (futures_price − spot_price)
            − 2 × fee_rate × |short_notional|

    Question:
        I hold 1 BTC at 60,000 and short the quarterly at 61,500. What do I earn at expiry?

        >>> import xlhedge
        >>> xlhedge.locked_carry(61_500, 61_500, 60_000)
        1500.0

    Source:
        Cash and carry; J. Hull, Options, Futures, and Other Derivatives, chapter 5.
    """
    gain = short_notional / futures_price * (futures_price - spot_price)
    return gain - 2 * fee_rate * absolute(short_notional)


def roll_yield(
    near_price: Carrier, far_price: Carrier, days_between: Carrier, day_count: Carrier = 365
) -> Carrier:
    """What a short earns a year by rolling from the near future into the far one.

    Negative where the far one is the cheaper: rolling then costs the short.

    Equation:
        (far_price ÷ near_price − 1) × day_count ÷ days_between

    Question:
        My quarterly at 60,000 expires; the next, 73 days on, is at 61,500. What does it pay a year?

        >>> import xlhedge
        >>> round(xlhedge.roll_yield(60_000, 61_500, 73), 12)
        0.125

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 3 (stack and roll).
    """
    return (far_price / near_price - 1) * day_count / days_between
