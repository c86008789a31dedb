"""Margin, and the price at which the venue closes the position.

Equity and maintenance margin are both lines in the price P (linear contracts) or in 1/P
(inverse), with Q = contracts × size, positive when short:

    linear: margin + Q·(E − P)        against |Q|·mm_rate·P − mm_amount
    inverse: margin + Q·(1/P − 1/E)   against |Q|·mm_rate/P − mm_amount

Venues that freeze the maintenance margin at entry value it at E instead of P. Every function below
is that one crossing, solved for another unknown.
"""

from __future__ import annotations

from xlhedge.algebra import Carrier, absolute, where
from xlhedge.errors import CellError, Undefined

__all__ = ["initial_margin", "liquidation_buffer", "liquidation_price"]

# A 1× inverse short cannot be liquidated by a rise; rounding noise in its margin puts the price
# somewhere beyond this many times the entry instead of nowhere.
_FARTHEST = 1e6


def initial_margin(position_value: Carrier, leverage: Carrier) -> Carrier:
    """Margin to open a position, in its margin currency: quote for linear, base coins for inverse.

    Equation:
        |position_value| ÷ leverage

    Question:
        I short 60,000 at 10×. How much margin do I post?

        >>> import xlhedge
        >>> xlhedge.initial_margin(60_000, 10)
        6000.0

    Source:
        Bybit, Initial Margin (12,000 USD at 8,000 and 50×: 0.03 BTC).
    """
    return absolute(position_value) / leverage


def liquidation_price(
    short_contracts: Carrier,
    entry_price: Carrier,
    margin: Carrier,
    mm_rate: Carrier,
    mm_amount: Carrier = 0,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
    mm_basis: Carrier = "mark",
) -> Carrier:
    """Mark price at which an isolated position is liquidated, in quote per base coin.

    Equation:
        linear: (margin + mm_amount + Q·E) ÷ (Q + |Q|·mm_rate), Q = contracts × size
        inverse: (Q − |Q|·mm_rate) ÷ (Q ÷ E − margin − mm_amount)
        mm_basis "entry": |Q|·mm_rate is valued at E and moves to the other side

    Question:
        I short 1 coin at 100 with a margin of 10; maintenance is 0.5 %. Where am I liquidated?

        >>> import xlhedge
        >>> round(xlhedge.liquidation_price(1, 100, 10, 0.005), 10)
        109.4527363184

    Errors:
        #N/A where no price liquidates, above a million times the entry, or with no contracts.

    Source:
        Binance and Hyperliquid (at mark), MEXC and older Bybit (at entry): help pages.
    """
    numerator, denominator = _crossing(
        short_contracts * contract_size,
        entry_price,
        margin + mm_amount,
        mm_rate,
        contract_type,
        mm_basis,
    )
    reached = (numerator * denominator > 0) & (
        absolute(numerator) <= _FARTHEST * entry_price * absolute(denominator)
    )
    nowhere = Undefined(CellError.NA, "no price liquidates this position")
    return where(reached, lambda: numerator / denominator, nowhere)


def _crossing(
    faces: Carrier,
    entry_price: Carrier,
    cushion: Carrier,
    mm_rate: Carrier,
    contract_type: Carrier,
    mm_basis: Carrier,
) -> tuple[Carrier, Carrier]:
    """The price at which equity meets maintenance margin, as a numerator and a denominator."""
    at_entry = where(mm_basis == "entry", mm_rate, 0) * absolute(faces)
    at_mark = where(mm_basis == "entry", 0, mm_rate) * absolute(faces)
    inverse = contract_type == "inverse"
    numerator = where(inverse, faces - at_mark, cushion + entry_price * (faces - at_entry))
    denominator = where(inverse, (faces + at_entry) / entry_price - cushion, faces + at_mark)
    return numerator, denominator


def liquidation_buffer(mark_price: Carrier, liquidation_price: Carrier) -> Carrier:
    """How far the mark may move before liquidation, relative (0.25 = a rise of 25 %).

    Positive for a short, negative for a long.

    Equation:
        liquidation_price ÷ mark_price − 1

    Question:
        The mark is 60,000 and I am liquidated at 75,000. How far is that?

        >>> import xlhedge
        >>> xlhedge.liquidation_buffer(60_000, 75_000)
        0.25

    Source:
        Definition.
    """
    return liquidation_price / mark_price - 1
