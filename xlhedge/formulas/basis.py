"""The future against spot: basis, what it is worth a year, and which way it leans."""

from __future__ import annotations

from xlhedge.algebra import Carrier, absolute, ln, maximum, where

__all__ = ["basis", "basis_annualized", "basis_pct", "basis_regime", "days_to_expiry"]


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
        simple: (F ÷ S − 1) × day_count ÷ days
        compound: (F ÷ S)^(day_count ÷ days) − 1
        continuous: ln(F ÷ S) × day_count ÷ days

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
        lambda: growth**periods - 1,
        lambda: where(
            compounding == "continuous", lambda: ln(growth) * periods, (growth - 1) * periods
        ),
    )


def basis_regime(futures_price: Carrier, spot_price: Carrier, tolerance: Carrier = 0) -> Carrier:
    """Which way the future leans: "contango" above spot, "backwardation" below, or "flat".

    A short held to convergence earns the basis in contango and pays it in backwardation.

    Equation:
        "flat" where |F ÷ S − 1| ≤ tolerance, else "contango" (F > S) or "backwardation"

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
