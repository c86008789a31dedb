"""Margin, and the price at which the venue closes the position.

Equity and maintenance margin are both lines in the price P (linear contracts) or in 1/P
(inverse), with Q = contracts × size, positive when short:

    linear: margin + Q·(E − P)        against |Q|·mm_rate·P − mm_amount
    inverse: margin + Q·(1/P − 1/E)   against |Q|·mm_rate/P − mm_amount

Venues that freeze the maintenance margin at entry value it at E instead of P; a fee of closing,
which some want covered beside it, is always |Q|·fee·P, or |Q|·fee/P. Every function below is that
one crossing, solved for another unknown.
"""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, absolute, where
from xlhedge.functions.formulas.pnl import short_pnl

__all__ = [
    "FARTHEST",
    "bankruptcy_price",
    "collateral_needed",
    "initial_margin",
    "liquidation_buffer",
    "liquidation_price",
    "maintenance_margin",
    "margin_ratio",
]

# A 1× inverse short cannot be liquidated by a rise; rounding noise in its margin puts the price
# somewhere beyond this many times the entry instead of nowhere.
FARTHEST = 1e6
"""Times the entry beyond which no price is one that liquidates."""


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
    liquidation_fee: Carrier = 0,
) -> Carrier:
    """Mark price at which an isolated position is liquidated, in quote per base coin.

    MEXC, BitMEX and KuCoin freeze maintenance at entry (mm_basis "entry"); Binance, current Bybit,
    OKX and Hyperliquid value it at the mark. OKX, Gate, BitMEX, BingX and Bitget add the fee of
    closing (liquidation_fee). KuCoin's own price of a long is met at entry (4,023.0; the mark gives
    4,022.0), OKX's of another with its fee of 0.05 % (1,438.74; without it 1,438.01).

    Equation:
        linear, mark: (margin + mm_amount + Q × entry_price)
            ÷ (Q + |Q| × (mm_rate + liquidation_fee)), Q = short_contracts × contract_size
        linear, entry: (margin + mm_amount + (Q − |Q| × mm_rate) × entry_price)
            ÷ (Q + |Q| × liquidation_fee), Q = short_contracts × contract_size
        inverse, mark: (Q − |Q| × (mm_rate + liquidation_fee))
            ÷ (Q ÷ entry_price − margin − mm_amount), Q = short_contracts × contract_size
        inverse, entry: (Q − |Q| × liquidation_fee)
            ÷ ((Q + |Q| × mm_rate) ÷ entry_price − margin − mm_amount),
            Q = short_contracts × contract_size

    Question:
        I short 1 coin at 100 with a margin of 10; maintenance is 0.5 %. Where am I liquidated?

        >>> import xlhedge
        >>> round(xlhedge.liquidation_price(1, 100, 10, 0.005), 10)
        109.4527363184

        And where maintenance is frozen at entry, or the fee of closing is 0.05 %?

        >>> xlhedge.liquidation_price(1, 100, 10, 0.005, mm_basis="entry")
        109.5
        >>> round(xlhedge.liquidation_price(1, 100, 10, 0.005, liquidation_fee=0.0005), 4)
        109.3983

    Errors:
        #N/A where no price liquidates, above a million times the entry, or with no contracts.

    Source:
        Binance and Hyperliquid (at mark), MEXC and older Bybit (at entry): help pages. KuCoin:
        long 0.02 from 4,182.1 with 3.68897586 and 0.6054 %; OKX: long 0.15 from 1,597.74 with
        25.6847 and 0.8 %, prices as their interfaces returned them.
    """
    numerator, denominator = _crossing(
        short_contracts * contract_size,
        entry_price,
        margin + mm_amount,
        mm_rate,
        contract_type,
        mm_basis,
        liquidation_fee,
    )
    reached = (numerator * denominator > 0) & (
        absolute(numerator) <= FARTHEST * entry_price * absolute(denominator)
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
    liquidation_fee: Carrier,
) -> tuple[Carrier, Carrier]:
    """The price at which equity meets maintenance margin, as a numerator and a denominator."""
    at_entry = where(mm_basis == "entry", mm_rate, 0) * absolute(faces)
    at_mark = (where(mm_basis == "entry", 0, mm_rate) + liquidation_fee) * absolute(faces)
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


def bankruptcy_price(
    short_contracts: Carrier,
    entry_price: Carrier,
    margin: Carrier,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
) -> Carrier:
    """Price at which an isolated position's margin is all gone, in quote per base coin.

    Equation:
        linear: (margin + Q × entry_price) ÷ Q, Q = short_contracts × contract_size
        inverse: Q ÷ (Q ÷ entry_price − margin), Q = short_contracts × contract_size

    Question:
        I short 1 coin at 10,000 with 50×, a margin of 200. Where is it all lost?

        >>> import xlhedge
        >>> xlhedge.bankruptcy_price(1, 10_000, 200)
        10200.0

    Errors:
        #N/A where no price takes all of it, or with no contracts.

    Source:
        Bybit, Bankruptcy Price (USDT contract).
    """
    return liquidation_price(
        short_contracts, entry_price, margin, 0, 0, contract_size, contract_type
    )


def maintenance_margin(
    position_value: Carrier, mm_rate: Carrier, mm_amount: Carrier = 0
) -> Carrier:
    """Margin below which the venue liquidates, in the margin currency.

    Equation:
        |position_value| × mm_rate − mm_amount

    Question:
        A position of 3,500,032.458 in the tier of 2.5 % less 16,300: what must it hold?

        >>> import xlhedge
        >>> round(xlhedge.maintenance_margin(3_500_032.458, 0.025, 16_300), 5)
        71200.81145

    Source:
        Binance, how to calculate liquidation price of USD-M futures, worked example.
    """
    return absolute(position_value) * mm_rate - mm_amount


def margin_ratio(
    short_contracts: Carrier,
    entry_price: Carrier,
    mark_price: Carrier,
    margin: Carrier,
    mm_rate: Carrier,
    mm_amount: Carrier = 0,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
    mm_basis: Carrier = "mark",
    liquidation_fee: Carrier = 0,
) -> Carrier:
    """How much of an isolated position's equity its maintenance margin takes; 1 is liquidation.

    A liquidation_fee counts as maintenance.

    Equation:
        linear, mark: (|Q| × mark_price × (mm_rate + liquidation_fee) − mm_amount)
            ÷ (margin + Q × (entry_price − mark_price)), Q = short_contracts × contract_size
        linear, entry: (|Q| × entry_price × mm_rate − mm_amount + |Q| × mark_price
            × liquidation_fee) ÷ (margin + Q × (entry_price − mark_price)),
            Q = short_contracts × contract_size
        inverse, mark: (|Q| ÷ mark_price × (mm_rate + liquidation_fee) − mm_amount)
            ÷ (margin + Q × (1 ÷ mark_price − 1 ÷ entry_price)), Q = short_contracts × contract_size
        inverse, entry: (|Q| ÷ entry_price × mm_rate − mm_amount + |Q| ÷ mark_price
            × liquidation_fee) ÷ (margin + Q × (1 ÷ mark_price − 1 ÷ entry_price)),
            Q = short_contracts × contract_size

    Question:
        Short 1 coin from 100, margin 10, maintenance 0.5 %, the mark at 105. How close is it?

        >>> import xlhedge
        >>> round(xlhedge.margin_ratio(1, 100, 105, 10, 0.005), 9)
        0.105

    Errors:
        #N/A where nothing is left of the equity.

    Source:
        Binance, margin ratio of an isolated position.
    """
    faces = absolute(short_contracts * contract_size)
    inverse = contract_type == "inverse"
    valued_at = where(mm_basis == "entry", entry_price, mark_price)
    needed = maintenance_margin(_value(faces, valued_at, inverse), mm_rate, mm_amount)
    needed = needed + _value(faces, mark_price, inverse) * liquidation_fee
    equity = margin + short_pnl(
        short_contracts, entry_price, mark_price, contract_size, contract_type
    )
    gone = Undefined(CellError.NA, "nothing is left of the position's equity")
    return where(equity > 0, lambda: needed / equity, gone)


def _value(faces: Carrier, price: Carrier, inverse: Carrier) -> Carrier:
    """What contracts are worth at a price, in their margin currency."""
    return where(inverse, faces / price, faces * price)


def collateral_needed(
    short_contracts: Carrier,
    entry_price: Carrier,
    price_rise: Carrier,
    mm_rate: Carrier,
    mm_amount: Carrier = 0,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
    mm_basis: Carrier = "mark",
    liquidation_fee: Carrier = 0,
) -> Carrier:
    """Margin that an isolated position needs to survive up to a given rise, in its currency.

    Below 0 the position survives that move with no margin at all.

    Equation:
        linear, mark: P × (Q + |Q| × (mm_rate + liquidation_fee)) − Q × entry_price − mm_amount,
            P = entry_price × (1 + price_rise), Q = short_contracts × contract_size
        linear, entry: P × (Q + |Q| × liquidation_fee) − (Q − |Q| × mm_rate) × entry_price
            − mm_amount, P = entry_price × (1 + price_rise), Q = short_contracts × contract_size
        inverse, mark: Q ÷ entry_price − (Q − |Q| × (mm_rate + liquidation_fee)) ÷ P − mm_amount,
            P = entry_price × (1 + price_rise), Q = short_contracts × contract_size
        inverse, entry: (Q + |Q| × mm_rate) ÷ entry_price − (Q − |Q| × liquidation_fee) ÷ P
            − mm_amount, P = entry_price × (1 + price_rise), Q = short_contracts × contract_size

    Question:
        I short 1 coin at 100 and want to survive +30 %; maintenance is 0.5 %. What do I post?

        >>> import xlhedge
        >>> round(xlhedge.collateral_needed(1, 100, 0.3, 0.005), 9)
        30.65

    Source:
        LIQUIDATION_PRICE, solved for the margin.
    """
    price = entry_price * (1 + price_rise)
    # The crossing is linear in the margin, so it is read off the crossing without any.
    numerator, denominator = _crossing(
        short_contracts * contract_size,
        entry_price,
        0,
        mm_rate,
        contract_type,
        mm_basis,
        liquidation_fee,
    )
    needed = where(
        contract_type == "inverse",
        lambda: denominator - numerator / price,
        price * denominator - numerator,
    )
    return needed - mm_amount
