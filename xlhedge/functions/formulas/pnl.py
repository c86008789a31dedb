"""What a futures position has gained or lost."""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, where
from xlhedge.functions.array_algebra import Numbers, least, most, total

__all__ = ["average_entry", "pair_pnl", "short_pnl", "target_price"]


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


def average_entry(
    contracts: Numbers, prices: Numbers, contract_type: Carrier = "linear"
) -> Carrier:
    """Average price of a position opened in several trades, in quote per base coin.

    The mean weighted by size; for inverse contracts the harmonic one, because they are worth
    1 ÷ price coins each.

    Equation:
        linear: Σ n × price ÷ Σ n
        inverse: Σ n ÷ Σ (n ÷ price)

    Question:
        I shorted 0.5 at 5,000 and 0.3 at 6,000. What is my entry?

        >>> import xlhedge
        >>> xlhedge.average_entry([0.5, 0.3], [5_000, 6_000])
        5375.0

    Errors:
        #NUM! for contracts of both signs; #DIV/0! without any.

    Source:
        Bybit help centre, P&L calculations of USDT and of inverse contracts.
    """
    low, high = least(contracts), most(contracts)
    mixed = Undefined(CellError.NUM, "contracts must all be short or all be long")
    without = Undefined(CellError.DIV0, "there are no contracts to average")

    def average() -> Carrier:
        return where(
            contract_type == "inverse",
            lambda: total(contracts) / total(contracts / prices),
            lambda: total(contracts * prices) / total(contracts),
        )

    none = (low == 0) & (high == 0)
    return where((low < 0) & (high > 0), mixed, lambda: where(none, without, average))


def target_price(
    entry_price: Carrier, short_return: Carrier, contract_type: Carrier = "linear"
) -> Carrier:
    """The price at which a short has made a given return on its entry value.

    Equation:
        linear: entry_price × (1 − short_return)
        inverse: entry_price ÷ (1 + short_return)

    Question:
        I shorted at 100,000 and want 5 % of the position's value. Where do I close?

        >>> import xlhedge
        >>> xlhedge.target_price(100_000, 0.05)
        95000.0

    Errors:
        #N/A where no price above 0 gives that return.

    Source:
        Binance, target price = entry × (1 − ROE ÷ leverage), a return on margin.
    """
    price = where(
        contract_type == "inverse",
        lambda: where(short_return > -1, lambda: entry_price / (1 + short_return), 0),
        entry_price * (1 - short_return),
    )
    return where(price > 0, price, Undefined(CellError.NA, "no price gives that return"))


def pair_pnl(
    spot_notional: Carrier, short_notional: Carrier, asset_shock: Carrier, hedge_shock: Carrier
) -> Carrier:
    """What a coin and a short in another one gain together when each moves by itself, in quote.

    Equation:
        spot_notional × asset_shock − short_notional × hedge_shock

    Question:
        10,000 of an altcoin falls 30 %, the 14,000 of BTC that I shorted 20 %. What is left?

        >>> import xlhedge
        >>> xlhedge.pair_pnl(10_000, 14_000, -0.3, -0.2)
        -200.0

    Source:
        Definition; SCENARIO_PNL without a beta between the two moves.
    """
    return spot_notional * asset_shock - short_notional * hedge_shock
