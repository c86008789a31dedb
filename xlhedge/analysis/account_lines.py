"""Scenarios of accounts: the coins posted in them, and wallets that fall as a whole.

Positions that share a wallet are liquidated together: where it ends, or at the spikes on the way,
if its equity is no more than its maintenance margin there. What it holds today is lost then, and
told in one line; of its positions only the funding is left.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.cross import gain_after, maintenance_after
from xlhedge.analysis.figures import BLANK, FigureRow, figure, looked_up
from xlhedge.analysis.liquidation import LIQUIDATED, said_of
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.scenario_lines import LineRow, Move, ShortTerms, way_of
from xlhedge.analysis.values import Numbers
from xlhedge.functions.algebra import NOISE, Carrier, maximum, where

__all__ = [
    "AccountTerms",
    "Wallet",
    "Wallets",
    "account_lines",
    "coin_move",
    "is_fallen",
    "left_of",
    "lost",
    "may_fall",
    "of_money",
    "wallets_in",
]

_LONGEST = 500  # of a name in a line: both, and what stands between, fit a cell


def coin_move(price_shock: Carrier, beta: Carrier) -> Carrier:
    """How a coin that is posted moves: no coin loses more than all of its value."""
    return maximum(-1, beta * price_shock)


def of_money(row: AccountTerms, gain: Carrier) -> Carrier:
    """What an account's other coins gain is its wallet of money's, not that of a coin."""
    return where(row.margin_coin == "", gain, 0)


def left_of(row: CrossRow, f: Lookups, move: Carrier) -> Carrier:
    """What a position adds to what its wallet has left, once its mark has moved."""
    need = where(row.maintenance == "", 0, lambda: maintenance_after(row, f, move))
    return gain_after(row, move) - need


def is_fallen(row: AccountTerms, *left: Carrier) -> Carrier:
    """Whether a wallet is liquidated: nothing is left of its equity that no position needs.

    Where nobody knows what they need, it is where nothing is left at all.
    """
    gone = [each <= NOISE * row.equity for each in left]
    return reduce(operator.or_, gone)


def may_fall(row: AccountTerms, *left: Carrier) -> Carrier:
    """Whether a wallet of which nobody knows when it is liquidated has less than today."""
    less = [each < row.equity for each in left]
    return (row.known == 0) & reduce(operator.or_, less)


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

    @figure("Its wallet has positions", "whole", ("account",))
    def shared(self, f: Lookups) -> Carrier:
        row = f.beside(self, AccountRow)
        return where(row.leads == "", 0, lambda: where(row.count > 0, 1, 0))

    equity = looked_up("Equity of the wallet", "qty", "beside")
    unit_price = looked_up("Unit of the wallet, in quote", "price", "beside")

    @figure("Maintenance known", "whole", ("account",))
    def known(self, f: Lookups) -> Carrier:
        return where(f.beside(self, AccountRow).maintenance == "", 0, 1)


class Wallet(NamedTuple):
    """A row of Accounts in a scenario.

    Args:
        move: of its coin; 0 of money.
        spike: of its coin, on the way.
        left: what its wallet has left at the end and at the spikes, in its unit; none where it is
            not the first row of a wallet with positions.
        word: what is said of the wallet.
    """

    move: float
    spike: float
    left: tuple[float, float] | None
    word: str


class Wallets(NamedTuple):
    """All accounts in a scenario.

    Args:
        rows: a row a collateral.
        positions: what each position adds to its wallet at the end and at the spikes; none where
            it has its own margin.
    """

    rows: tuple[Wallet, ...]
    positions: tuple[tuple[float, float] | None, ...]

    def word(self, wallet: float | str) -> str:
        """What is said of the wallet with that row; nothing of none."""
        return self.rows[int(wallet) - 1].word if isinstance(wallet, float) else ""


def wallets_in(numbers: Numbers, moves: Mapping[str, Move], common: Move) -> Wallets:
    """What a scenario makes of all accounts.

    Args:
        numbers: the portfolio, worked out.
        moves: what moves, by asset.
        common: the move of what has none of its own.
    """
    shorts, terms = numbers.rows(ShortTerms), numbers.rows(AccountTerms)
    positions = tuple(_left(row, moves.get(row.underlying, common)) for row in shorts)
    coins = [_moves_of_coin(row, moves, common) for row in terms]

    def wallet(row: AccountTerms, move: float, spike: float) -> Wallet:
        if not row.shared:
            return Wallet(move, spike, None, "")
        own = [both for each, both in zip(shorts, positions, strict=True)
               if each.wallet == row.n + 1]  # fmt: skip
        end, high = (
            row.equity + _coins_gain(terms, row, coins, at) + sum(both[at] for both in own if both)
            for at in (0, 1)
        )
        word = said_of(is_fallen(row, end, high), may_fall(row, end, high))
        return Wallet(move, spike, (end, high), word)

    rows = (wallet(row, *each) for row, each in zip(terms, coins, strict=True))
    return Wallets(tuple(rows), positions)


def _left(row: ShortTerms, move: Move) -> tuple[float, float] | None:
    """What a position adds to its wallet, at the end and at the spikes."""
    if row.wallet == BLANK:
        return None
    price, basis, spike = way_of(row, move)
    cross = row.f.beside(row, CrossRow)
    return left_of(cross, row.f, price + basis), left_of(cross, row.f, spike)


def _coins_gain(
    terms: Sequence[AccountTerms],
    wallet: AccountTerms,
    coins: Sequence[tuple[float, float]],
    at: int,
) -> float:
    """What the coins of a wallet in money gain."""
    pairs = zip(terms, coins, strict=True)
    gains = [row.moving * coin[at] for row, coin in pairs if row.account == wallet.account]
    gained: float = of_money(wallet, sum(gains, 0.0))
    return gained


def _moves_of_coin(
    row: AccountTerms, moves: Mapping[str, Move], common: Move
) -> tuple[float, float]:
    """The move and the spike of its coin: its own, or else the common ones times beta."""
    if row.coin == BLANK:
        return 0.0, 0.0
    own = moves.get(row.coin)
    move, beta = (common, row.beta) if own is None else (own, 1.0)
    return coin_move(move.price_shock, beta), coin_move(move.spiked, beta)


def account_lines(numbers: Numbers, scenario: str, wallets: Wallets) -> list[LineRow]:
    """A line a collateral: coins posted move, and the first row of a wallet tells its end."""
    terms, lines = numbers.rows(AccountTerms), []
    coins = [(each.move, each.spike) for each in wallets.rows]
    for row, found in zip(terms, wallets.rows, strict=True):
        fallen = found.word == LIQUIDATED
        moved = _coins_gain(terms, row, coins, 0)
        line = LineRow(
            row.f,
            scenario=scenario,
            line=f"{row.account[:_LONGEST]}, {row.f.beside(row, AccountRow).collateral[:_LONGEST]}",
            coin_margin=row.posted,
            price_shock=found.move,
            equity=lost(row, found.move, moved) if fallen else BLANK,
            liquidation=found.word,
        )
        lines.append(line.complete())
    return lines
