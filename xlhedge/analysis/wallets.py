"""What is said of wallets in words, and what is left in one once prices have moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.cross import gain_after, maintenance_after
from xlhedge.analysis.figures import Blank
from xlhedge.analysis.values import Numbers

__all__ = ["End", "fallen", "nearest_end", "wallet_after", "wallet_unit"]


class End(NamedTuple):
    """A move that liquidates a wallet.

    Args:
        move: how far, relative.
        of: whose move.
    """

    move: float
    of: str

    def __str__(self) -> str:
        return f"a move of {self.move:+.1%} of {self.of}"


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


def wallet_after(
    row: AccountRow, f: Numbers, moves: Mapping[int, float], coins: Mapping[str, float]
) -> tuple[float, float]:
    """Equity and maintenance of a wallet, in its unit, once marks and coins have moved.

    Args:
        row: the wallet's first row.
        f: the numbers of a portfolio.
        moves: the relative move of each position's mark, by the number of its row from 0.
        coins: the relative move of each coin that is posted, by its name.
    """
    equity, maintenance = row.equity, 0.0
    for posted in f.rows(AccountRow):
        if (
            posted.account == row.account
            and posted.coin
            and not (row.margin_coin or posted.margin_coin)
        ):
            equity += posted.counted * coins.get(posted.coin, 0.0)
    for each in f.rows(CrossRow):
        if each.wallet != row.number:
            continue
        move = moves.get(each.n, 0.0)
        equity += gain_after(each, move)
        maintenance += maintenance_after(each, f, move)
    return equity, maintenance
