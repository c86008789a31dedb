"""Positions that share one wallet: cross margin."""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, absolute, where
from xlhedge.functions.array_algebra import Numbers, beside, total

__all__ = ["cross_liquidation_buffer"]

_FARTHEST = 1e6  # a move beyond it is rounding noise of positions that cancel


def cross_liquidation_buffer(
    wallet_balance: Carrier,
    short_values: Numbers,
    mm_rates: Numbers,
    mm_amounts: Numbers = (0,),
    unrealised_pnl: Numbers = (0,),
    liquidation_fee: Carrier = 0,
) -> Carrier:
    """How far all marks may move together until a shared wallet is liquidated (0.25 = +25 %).

    For linear positions in one wallet; negative where a fall liquidates. 0 where equity is already
    no more than maintenance. Rates and amounts are those of the tiers at the answer.

    Equation:
        (wallet_balance + Σ unrealised_pnl − Σ (|v| × (r + liquidation_fee) − amount))
            ÷ Σ (v + |v| × (r + liquidation_fee)), over each v of short_values, its r of mm_rates
            and its amount of mm_amounts

    Question:
        A wallet of 100,000, BTC and ETH short 60,000 each, maintenance 0.4 %. Which rise is fatal?

        >>> import xlhedge
        >>> round(xlhedge.cross_liquidation_buffer(100_000, [60_000, 60_000], 0.004), 4)
        0.826

        And if BTC alone rises?

        >>> round(xlhedge.cross_liquidation_buffer(100_000 - 240, 60_000, 0.004), 3)
        1.652

    Errors:
        #N/A where no move liquidates a healthy wallet, or only one beyond a millionfold.

    Source:
        Equity and maintenance of all positions, both lines in the common move; 99,520 ÷ 120,480.
    """
    needed = absolute(short_values) * (mm_rates + liquidation_fee)
    maintenance = total(needed - beside(mm_amounts, short_values))
    spare = wallet_balance + total(unrealised_pnl) - maintenance
    lost = total(short_values + needed)
    nowhere = Undefined(CellError.NA, "no move liquidates this wallet")

    def move() -> Carrier:
        found = spare / lost
        return where((found >= -1) & (found <= _FARTHEST), found, nowhere)

    return where(spare <= 0, 0, lambda: where(lost == 0, nowhere, move))
