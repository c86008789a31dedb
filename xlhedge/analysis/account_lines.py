"""Scenarios of accounts: the coins posted in them, and wallets that fall as a whole.

Positions that share a wallet are liquidated together: where it ends, or at the spikes on the way,
if its equity is no more than its maintenance margin there. What it holds today is lost then, and
told in one line; of its positions only the funding is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.figures import BLANK, Figure, FigureRow, figure, looked_up
from xlhedge.analysis.liquidation import said_of
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.scenario_lines import LONGEST_NAME, LineRow, Move, ShortTerms, ways
from xlhedge.analysis.values import Numbers
from xlhedge.analysis.wallets import wallet_after
from xlhedge.functions.algebra import NOISE, Carrier, maximum, where

__all__ = ["AccountTerms", "Fate", "account_line", "coin_move", "fates", "is_fallen", "lost"]


def coin_move(price_shock: Carrier, beta: Carrier) -> Carrier:
    """How a coin that is posted moves: no coin loses more than all of its value."""
    return maximum(-1, beta * price_shock)


def is_fallen(left: Carrier, equity: Carrier) -> Carrier:
    """Whether a wallet is liquidated: `left` of its equity is what no position needs."""
    return left <= NOISE * equity


def lost(row: AccountTerms, move: Carrier, moved: Carrier) -> Carrier:
    """What is lost with a wallet, in quote: what is in it today, its coins at their price then.

    Args:
        row: the wallet's first row.
        move: of that row's coin.
        moved: what the coins of a wallet in money gain.
    """
    share = where(row.margin_coin == "", 1, 1 + move)
    return row.equity * row.unit_price * share + moved


class AccountTerms(FigureRow):
    """What a scenario needs of a collateral, and of the wallet whose first row it is."""

    table, beside = "Accounts", AccountRow

    account = looked_up("Account", "text", "beside")
    coin = looked_up("Coin", "text", "beside")
    margin_coin = looked_up("Wallet of coin-margined positions", "text", "beside")

    @figure("Beta", "ratio", ("account",))
    def beta(self, f: Lookups) -> Carrier:
        return where(self.coin == "", 0, f.beside(self, AccountRow).beta)

    @figure("Coins posted, value now", "money", ("account",))
    def posted(self, f: Lookups) -> Carrier:
        """With what coin-margined positions have made of them."""
        return where(self.coin == "", 0, f.beside(self, AccountRow).posted)

    @figure("Coins that count in a wallet of money", "money", ("account",))
    def moving(self, f: Lookups) -> Carrier:
        row = f.beside(self, AccountRow)
        counts = (row.margin_mode == "cross") & (self.margin_coin == "") & (self.coin != "")
        return where(counts, row.counted, 0)

    @figure("Its wallet has positions", "ratio", ("account",))
    def shared(self, f: Lookups) -> Carrier:
        row = f.beside(self, AccountRow)
        return where(row.leads == "", 0, lambda: where(row.count > 0, 1, 0))

    equity = looked_up("Equity of the wallet", "qty", "beside")
    unit_price = looked_up("Unit of the wallet, in quote", "price", "beside")

    @figure("Maintenance known", "ratio", ("account",))
    def known(self, f: Lookups) -> Carrier:
        return where(f.beside(self, AccountRow).maintenance == "", 0, 1)
