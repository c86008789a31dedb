"""What is said of wallets in words."""

from __future__ import annotations

from typing import NamedTuple

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.figures import Blank
from xlhedge.text import percent

__all__ = ["End", "fallen", "nearest_end", "wallet_unit"]


class End(NamedTuple):
    """A move that liquidates a wallet.

    Args:
        move: how far, relative.
        of: whose move.
    """

    move: float
    of: str

    def __str__(self) -> str:
        return f"a move of {percent(self.move, '+')} of {self.of}"


def nearest_end(row: AccountRow) -> End | None:
    """The nearest move that liquidates a wallet; none where none does, or nobody knows."""
    together, alone = row.common, row.nearest_move
    ends = [] if isinstance(together, Blank) else [End(together, "all its marks together")]
    if not isinstance(alone, Blank):
        ends.append(End(alone, f"{row.nearest} alone"))
    return min(ends, key=lambda end: abs(end.move), default=None)


def wallet_unit(row: AccountRow) -> str:
    """What a wallet is counted in."""
    currency: str = row.margin_coin or row.f.setting("quote_currency")
    return currency


def fallen(row: AccountRow) -> str:
    """What is wrong with a wallet that is beyond its liquidation."""
    return (
        f'account "{row.account}" is beyond its liquidation: its equity of '
        f"{row.equity:,.8g} {wallet_unit(row)} is no more than its maintenance margin, "
        f"{row.maintenance:,.8g}; correct the balance or the prices, or remove the shorts if the "
        "venue has closed them"
    )
