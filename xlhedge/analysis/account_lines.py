"""Scenarios of accounts: the coins posted in them, and wallets that fall as a whole.

Positions that share a wallet are liquidated together: where it ends, or at the spikes on the way,
if its equity is no more than its maintenance margin there. What it holds today is lost then, and
told in one line; of its positions only the funding is left.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.figures import BLANK, FigureRow, figure, looked_up
from xlhedge.analysis.liquidation import LIQUIDATED, said_of
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.scenario_lines import LineRow, Move, ShortTerms, way_of
from xlhedge.analysis.values import Numbers
from xlhedge.analysis.wallets import wallet_after
from xlhedge.functions.algebra import NOISE, Carrier, maximum, where

__all__ = [
    "AccountTerms",
    "account_lines",
    "coin_move",
    "is_fallen",
    "is_worse",
    "lost",
    "wallet_words",
]


_LONGEST = 500  # of a name in a line: both, and what stands between, fit a cell


def coin_move(price_shock: Carrier, beta: Carrier) -> Carrier:
    """How a coin that is posted moves: no coin loses more than all of its value."""
    return maximum(-1, beta * price_shock)


def is_fallen(left: Carrier, equity: Carrier) -> Carrier:
    """Whether a wallet is liquidated: `left` of its equity is what no position needs."""
    return left <= NOISE * equity


def is_worse(row: AccountTerms, left: Carrier) -> Carrier:
    """Whether a wallet of which nobody knows when it is liquidated has less left than today."""
    return (row.shared == 1) & (row.known == 0) & (left < row.equity)


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


def wallet_words(numbers: Numbers, moves: Mapping[str, Move], common: Move) -> dict[float, str]:
    """What is said of each wallet after a scenario, by its row in Accounts from 1.

    Args:
        numbers: the portfolio, worked out.
        moves: what moves, by asset.
        common: the move of what has none of its own.
    """
    found = {}
    rows = numbers.rows(AccountTerms)
    ways = {
        row.n: way_of(row, moves.get(row.underlying, common)) for row in numbers.rows(ShortTerms)
    }
    ends = {n: price + basis for n, (price, basis, _) in ways.items()}
    spikes = {n: spike for n, (_, _, spike) in ways.items()}
    coins = {row.coin: _moved(row, moves, common) for row in rows}
    high = {row.coin: moves.get(row.coin, common).spike or 0.0 for row in rows}
    for row in rows:
        if row.shared:
            wallet = row.f.beside(row, AccountRow)
            both = (ends, coins), (spikes, high)
            states = [wallet_after(wallet, numbers, *each) for each in both]
            fallen = row.known and any(is_fallen(left - need, row.equity) for left, need in states)
            unknown = any(is_worse(row, left) for left, _ in states)
            found[row.n + 1.0] = said_of(bool(fallen), unknown)
    return found


def account_lines(
    numbers: Numbers,
    scenario: str,
    moves: Mapping[str, Move],
    common: Move,
    words: Mapping[float, str],
) -> list[LineRow]:
    """A line a collateral: coins posted move, and the first row of a wallet tells its end.

    Args:
        numbers: the portfolio, worked out.
        scenario: the scenario's name.
        moves: what moves, by asset.
        common: the move of what has none of its own.
        words: what is said of the wallets, by their rows.
    """
    lines = []
    rows = numbers.rows(AccountTerms)
    for row in rows:
        word, move = words.get(row.n + 1.0, ""), _moved(row, moves, common)
        own = (each for each in rows if each.account == row.account)
        moved = sum(each.moving * _moved(each, moves, common) for each in own)
        fallen = word == LIQUIDATED
        line = LineRow(
            row.f,
            scenario=scenario,
            line=f"{row.account[:_LONGEST]}, {row.f.beside(row, AccountRow).collateral[:_LONGEST]}",
            coin_margin=row.posted,
            price_shock=move,
            equity=lost(row, move, moved) if fallen else BLANK,
            liquidation=word,
        )
        lines.append(line.complete())
    return lines


def _moved(row: AccountTerms, moves: Mapping[str, Move], common: Move) -> float:
    """The move of a collateral's coin: by its own row, or else by its beta times the common one."""
    if row.coin == BLANK:
        return 0.0
    own = moves.get(row.coin)
    move, beta = (common, row.beta) if own is None else (own, 1.0)
    moved: float = coin_move(move.price_shock, beta)
    return moved
