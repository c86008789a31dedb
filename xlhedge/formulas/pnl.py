"""What a futures position has gained or lost."""

from __future__ import annotations

from xlhedge.algebra import Carrier, where

__all__ = ["short_pnl"]


def short_pnl(
    short_contracts: Carrier,
    entry_price: Carrier,
    price: Carrier,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
) -> Carrier:
    """Gain of a short from its entry to a price; in quote for linear, base coins for inverse.

    Equation:
        linear: short_contracts × contract_size × (entry_price − price)
        inverse: short_contracts × contract_size × (1 ÷ price − 1 ÷ entry_price)

    Question:
        I shorted 0.4 BTC at 6,000 and it is at 5,000. What have I made?

        >>> import xlhedge
        >>> xlhedge.short_pnl(0.4, 6_000, 5_000)
        400.0

        And 1,000 inverse contracts of 1 USD from 5,000 to 4,500, in BTC?

        >>> round(xlhedge.short_pnl(1_000, 5_000, 4_500, 1, "inverse"), 10)
        0.0222222222

    Source:
        Bybit help centre, P&L calculations of USDT and of inverse contracts.
    """
    faces = short_contracts * contract_size
    return where(
        contract_type == "inverse",
        faces * (1 / price - 1 / entry_price),
        faces * (entry_price - price),
    )
