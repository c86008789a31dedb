"""Positions that share one wallet: cross margin."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.formulas.funding import as_many

__all__ = ["TEXTS", "cross_liquidation_buffer"]

_FARTHEST = 1e6  # a move beyond it is rounding noise of positions that cancel


def cross_liquidation_buffer(
    wallet_balance: float,
    short_values: Sequence[float],
    mm_rates: Sequence[float],
    mm_amounts: Sequence[float] = (0,),
    unrealised_pnl: Sequence[float] = (0,),
    liquidation_fee: float = 0,
) -> float | Undefined:
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
    values = len(short_values)
    rates, amounts = as_many(mm_rates, values), as_many(mm_amounts, values)
    needed = [
        abs(value) * (rate + liquidation_fee)
        for value, rate in zip(short_values, rates, strict=True)
    ]
    equity = wallet_balance + math.fsum(unrealised_pnl)
    spare = equity - math.fsum(n - a for n, a in zip(needed, amounts, strict=True))
    if spare <= 0:
        return 0.0
    lost = math.fsum(v + n for v, n in zip(short_values, needed, strict=True))
    move = spare / lost if lost else math.inf
    if -1 <= move <= _FARTHEST:
        return move
    return Undefined(CellError.NA, "no move liquidates this wallet")


TEXTS = {
    "cross_liquidation_buffer": {
        # One number for all stands for none where nothing is left.
        "some": "(place<=kept)*1",
        "value": "LET(needed,ABS(short_values)*(mm_rates+liquidation_fee),"
        "spare,wallet_balance+SUM(unrealised_pnl)-SUM(some*(needed-mm_amounts)),"
        "lost,SUM(short_values+needed),"
        "IF(spare<=0,0,IF(lost=0,#N/A,IF(spare/lost<-1,#N/A,"
        "IF(spare/lost>1000000,#N/A,spare/lost)))))",
    },
}
"""What functions of whole ranges compute, as Excel text; see `xlhedge.hosts.range_lambdas`."""
