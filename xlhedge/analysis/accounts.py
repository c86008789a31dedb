"""Accounts: the wallets that the positions of a cross account share, and what liquidates them.

A wallet is the collateral of a cross account in one margin: each coin that inverse positions are
margined in is one, all else is another, which all linear positions share.
"""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.cross import (
    PASSES,
    UNSETTLED,
    answer,
    change_of,
    confirmed,
    held_at,
    maintenance_after,
    needed,
)
from xlhedge.analysis.figures import Figure, FigureRow, figure, looked_up
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.maintenance import kind
from xlhedge.analysis.margin import NO_EQUITY, MarginRow
from xlhedge.analysis.terms import parity_of
from xlhedge.functions.algebra import Carrier, absolute, maximum, where
from xlhedge.portfolio.tables import DOLLARS
from xlhedge.text import percent

__all__ = ["AccountRow", "CrossRow"]

_RISES = (0.1, 0.2, 0.3, 0.5)
"""The moves against a wallet that collateral to add is worked out for."""

_COMMON, _ALONE = "all", "alone"


def _named(which: str, k: int) -> tuple[Figure, Figure]:
    """The rate and amount of positions after pass k; 0 is at the mark."""
    names = (f"{each}_{which}_{k}" if k else f"{each}_0" for each in ("rate", "amount"))
    rate, amount = (getattr(CrossRow, name) for name in names)
    return rate, amount


def _tiers_at(which: str, k: int) -> tuple[Figure, Figure]:
    """The tiers after pass k, of all marks together or of the position's underlying alone."""

    def reached(r: Any, f: Lookups) -> Carrier:
        return f.of_wallet(r, f"pass_{k}") if which == _COMMON else getattr(r, f"alone_{k}")

    what = f"pass {k}" if which == _COMMON else f"pass {k}, alone"
    rate, amount = (held_at(what, reached, part) for part in (0, 1))
    return rate, amount


def _alone(k: int) -> Figure:
    """The answer of pass k where a position's underlying moves alone."""

    @figure(f"Its underlying alone, pass {k}", "percent", ("maintenance",))
    def formula(r: CrossRow, f: Lookups) -> Carrier:
        mine = f.group(CrossRow, r.wallet, "wallet").having(CrossRow.underlying, "=", r.underlying)
        rate, amount = _named(_ALONE, k - 1)
        at_mark = needed(mine, CrossRow.weight, *_named(_ALONE, 0))
        others = f.of_wallet(r, "maintenance") - at_mark
        spare = f.of_wallet(r, "equity") - others - needed(mine, CrossRow.weight, rate, amount)
        lost = mine.sum(CrossRow.weight) + mine.size(CrossRow.weight, rate) - r.beside_it
        return answer(f, spare, lost)

    return formula


def _after(move: float) -> Figure:
    """What a position needs after a move of all marks against its wallet."""

    @figure(f"Maintenance after {percent(move)} against the wallet", "qty", ("maintenance",))
    def formula(r: CrossRow, f: Lookups) -> Carrier:
        return maintenance_after(r, f, f.of_wallet(r, "against") * move)

    return formula


class CrossRow(FigureRow):
    """One row a position that shares a wallet, in the wallet's unit: quote, or its coin."""

    table, beside, fault = "Shorts", MarginRow, "account"

    instrument = looked_up("Instrument", "text", "beside")
    account = looked_up("Account", "text", "beside")
    underlying = looked_up("Underlying", "text", "beside")

    @figure("Margined in", "text", ("instrument",))
    def margin_coin(self, f: Lookups) -> Carrier:
        """The coin of an inverse position; nothing for one that is margined in money."""
        inverse = f.beside(self, MarginRow).contract_type == "inverse"
        return where(inverse, self.underlying, "")

    @figure("Its wallet's row in Accounts", "whole", ("instrument",))
    def wallet(self, f: Lookups) -> Carrier:
        def found() -> Carrier:
            rows = f.group(AccountRow, self.account, "account")
            mine = rows.having(AccountRow.margin_coin, "=", self.margin_coin)
            first = mine.having(AccountRow.leads, "=", 1).sum(AccountRow.number)
            return where(first == 0, f.missing, first)

        return where(f.beside(self, MarginRow).margin_mode == "cross", found, "")

    @figure("Wallet's unit for one of margin", "ratio", ("wallet",))
    def unit(self, f: Lookups) -> Carrier:
        """All wallets in money are in the portfolio's quote."""
        return where(self.margin_coin == "", f.beside(self, MarginRow).parity, 1)

    @figure("Falls by", "qty", ("wallet",))
    def weight(self, f: Lookups) -> Carrier:
        """What it loses by a change of 1: a short by a rise of the mark, or by a fall of coins."""
        value = f.beside(self, MarginRow).position_value * self.unit
        return where(self.margin_coin == "", value, -value)

    @figure("Unrealised P&L", "qty", ("wallet",))
    def unrealised(self, f: Lookups) -> Carrier:
        r = f.beside(self, MarginRow)
        return f.short_pnl(r.contracts, r.entry_price, r.futures_price, *kind(r)) * self.unit

    @figure("Fee rate of liquidation", "rate", ("wallet",))
    def fee(self, f: Lookups) -> Carrier:
        return f.beside(self, MarginRow).liquidation_fee

    @figure("Rate at mark", "percent", ("wallet",))
    def rate_0(self, f: Lookups) -> Carrier:
        """A maintenance margin that is frozen at entry goes by no rate."""
        position = f.beside(self, MarginRow)
        rate = lambda: where(position.mm_basis == "entry", 0, position.rate_0) + self.fee  # noqa: E731
        return where(position.rate_0 == "", "", rate)

    @figure("Amount at mark", "qty", ("rate_0",))
    def amount_0(self, f: Lookups) -> Carrier:
        position = f.beside(self, MarginRow)
        frozen = position.mm_basis == "entry"
        return where(frozen, -position.maintenance_margin, position.amount_0) * self.unit

    @figure("Maintenance", "qty", ("rate_0",))
    def maintenance(self, f: Lookups) -> Carrier:
        """Blank where that of the wallet is: one of its positions has no rate."""
        own = lambda: absolute(self.weight) * self.rate_0 - self.amount_0  # noqa: E731
        return where(f.of_wallet(self, "maintenance") == "", "", own)

    rate_all_1, amount_all_1 = _tiers_at(_COMMON, 1)
    rate_all_2, amount_all_2 = _tiers_at(_COMMON, 2)
    rate_all_3, amount_all_3 = _tiers_at(_COMMON, 3)
    rate_all_4, amount_all_4 = _tiers_at(_COMMON, 4)

    @figure("Coins posted that move with it", "qty", ("wallet",))
    def beside_it(self, f: Lookups) -> Carrier:
        """Of a wallet in money: they fall with a fall of their coin."""
        posted = f.group(AccountRow, self.account, "account").having(
            AccountRow.margin_coin, "=", ""
        )
        own = posted.having(AccountRow.coin, "=", self.underlying)
        return where(self.margin_coin == "", lambda: own.sum(AccountRow.counted), 0)

    alone_1 = _alone(1)
    rate_alone_1, amount_alone_1 = _tiers_at(_ALONE, 1)
    alone_2 = _alone(2)
    rate_alone_2, amount_alone_2 = _tiers_at(_ALONE, 2)
    alone_3 = _alone(3)
    rate_alone_3, amount_alone_3 = _tiers_at(_ALONE, 3)
    alone_4 = _alone(4)
    rate_alone_4, amount_alone_4 = _tiers_at(_ALONE, 4)
    alone_5 = _alone(PASSES + 1)

    @figure("Its underlying alone liquidates at", "percent", ("maintenance",))
    def alone(self, _: Lookups) -> Carrier:
        return confirmed(self.margin_coin, self.alone_4, self.alone_5)

    @figure("That move, size", "percent", ("alone",))
    def distance(self, f: Lookups) -> Carrier:
        return where(f.number(self.alone), lambda: absolute(self.alone), "")

    @figure("No.", "whole", ("wallet",))
    def number(self, f: Lookups) -> Carrier:
        return f.number_of(self)

    after_10, after_20, after_30, after_50 = map(_after, _RISES)

    @property
    def source_row(self) -> int:
        """The row of its position's first lot."""
        row: int = self.f.beside(self, MarginRow).source_row
        return row

    @figure("Part of the wallet", "percent", ("wallet",))
    def share(self, f: Lookups) -> Carrier:
        """By its value among all that share it."""
        whole = f.group(CrossRow, self.wallet, "wallet").size(CrossRow.weight)
        return where(whole == 0, 0, lambda: absolute(self.weight) / whole)

    @figure("Part of the wallet's balance, in quote", "money", ("wallet",))
    def balance(self, f: Lookups) -> Carrier:
        return f.of_wallet(self, "balance") * f.of_wallet(self, "unit_price") * self.share

    @figure("Part of the wallet's coins, in quote", "money", ("wallet",))
    def coins(self, f: Lookups) -> Carrier:
        """Of a wallet in money: what of its balance moves with prices."""
        return f.of_wallet(self, "coins") * self.share

    @figure("Margin ratio of the wallet", "percent", ("maintenance",))
    def margin_ratio(self, f: Lookups) -> Carrier:
        return f.of_wallet(self, "margin_ratio")

    @figure("A common move liquidates at", "percent", ("maintenance",))
    def common(self, f: Lookups) -> Carrier:
        return f.of_wallet(self, "common")


def _pass(k: int) -> Figure:
    """The answer of pass k for a move of all marks together, as a change in the wallet's unit."""

    @figure(f"All marks together, pass {k}", "percent", ("maintenance",))
    def formula(r: AccountRow, f: Lookups) -> Carrier:
        rate, amount = _named(_COMMON, k - 1)
        spare = r.equity - needed(r.positions(f), CrossRow.weight, rate, amount)
        return answer(f, spare, r.lost(f, rate))

    return formula


def _to_add(move: float) -> Figure:
    """What is to be added now for the wallet to survive a move of all marks against it."""
    after = f"after_{move * 100:.0f}"

    @figure(f"Add now for {percent(move)} against it", "qty", ("maintenance",))
    def formula(r: AccountRow, f: Lookups) -> Carrier:
        positions, change = r.positions(f), change_of(r.margin_coin, r.against * move)
        left = r.equity - change * (positions.sum(CrossRow.weight) - r.coins)
        return maximum(0, positions.sum(getattr(CrossRow, after)) - left)

    return formula


def _dollar(name: Carrier) -> Carrier:
    first, second, third = (name == each for each in DOLLARS)
    return first | second | third


class AccountRow(FigureRow):
    """One row a collateral; the first one of a wallet says what is said of the wallet.

    A wallet's figures are in its unit: the quote, or the coin that its positions are margined in.
    """

    table, fault = "Accounts", "wallet_balance"

    account = looked_up("Account", "text", "own")
    exchange = looked_up("Exchange", "text", "own")

    @figure("Margin mode", "text", ("account",))
    def margin_mode(self, f: Lookups) -> Carrier:
        own = f.own(self, "margin_mode")
        return where(own == "", "isolated", own)

    @figure("Collateral", "text", ("account",))
    def collateral(self, f: Lookups) -> Carrier:
        own = f.own(self, "collateral")
        return where(own == "", lambda: f.setting("quote_currency"), own)

    wallet_balance = looked_up("Balance", "qty", "own")

    @figure("Coin", "text", ("account",))
    def coin(self, f: Lookups) -> Carrier:
        """Its collateral, if that moves with a price: no currency of the book."""
        quote = f.setting("quote_currency")
        money = (self.collateral == quote) | (_dollar(self.collateral) & _dollar(quote))
        return where(money, "", self.collateral)

    @figure("Price", "price", ("account",))
    def price(self, f: Lookups) -> Carrier:
        own = f.own(self, "collateral_price")

        def usual() -> Carrier:
            spot = lambda: f.held(self.coin, "spot_price")  # noqa: E731
            return where(self.coin == "", lambda: parity_of(self.collateral, f), spot)

        return where(own == "", usual, own)

    @figure("Value", "money", ("account",), total=True)
    def value(self, _: Lookups) -> Carrier:
        return self.wallet_balance * self.price

    haircut = looked_up("Haircut", "percent", "own")

    @figure("Counts as collateral", "money", ("account",), total=True)
    def counted(self, _: Lookups) -> Carrier:
        return self.value * (1 - self.haircut)

    @figure("Wallet of coin-margined positions", "text", ("coin",))
    def margin_coin(self, f: Lookups) -> Carrier:
        """Its coin, if inverse positions of the account are margined in it."""
        positions = f.group(CrossRow, self.account, "account")
        inverse = positions.having(CrossRow.margin_coin, "=", self.coin).count
        return where((self.margin_mode == "cross") & (inverse > 0), self.coin, "")

    @figure("No.", "whole", ("account",))
    def number(self, f: Lookups) -> Carrier:
        return f.number_of(self)

    @figure("First of a wallet", "whole", ("account",))
    def leads(self, f: Lookups) -> Carrier:
        first = self._first_of(self._wallet(f))
        return where((self.margin_mode == "cross") & first, 1, "")

    @figure("Positions", "whole", ("leads",))
    def count(self, f: Lookups) -> Carrier:
        return self.positions(f).count

    @figure("Wallet's balance, less haircuts", "qty", ("leads",))
    def balance(self, f: Lookups) -> Carrier:
        return self._wallet(f).sum(AccountRow.counted) / self.unit_price

    @figure("Of it coins that move", "qty", ("leads",))
    def coins(self, f: Lookups) -> Carrier:
        """Those of a wallet in money; one in coins is its own unit."""
        moving = self._wallet(f).having(AccountRow.coin, "<>", "")
        return where(self.margin_coin == "", lambda: moving.sum(AccountRow.counted), 0)

    @figure("Unrealised P&L", "qty", ("leads",))
    def unrealised(self, f: Lookups) -> Carrier:
        return self.positions(f).sum(CrossRow.unrealised)

    @figure("Equity", "qty", ("leads",))
    def equity(self, _: Lookups) -> Carrier:
        return self.balance + self.unrealised

    @figure("Maintenance, with the fee of liquidation", "qty", ("leads",))
    def maintenance(self, f: Lookups) -> Carrier:
        """Unknown where a position has no rate; without positions there is none."""
        positions = self.positions(f)
        rated = positions.having(CrossRow.rate_0, "<>", "").count
        known = (self.count > 0) & (rated == self.count)
        return where(known, lambda: needed(positions, CrossRow.weight, *_named(_COMMON, 0)), "")

    @figure("Margin ratio", "percent", ("maintenance",))
    def margin_ratio(self, _: Lookups) -> Carrier:
        return where(self.equity <= 0, NO_EQUITY, lambda: self.maintenance / self.equity)

    @figure("A common move liquidates at", "percent", ("maintenance",))
    def common(self, _: Lookups) -> Carrier:
        return confirmed(self.margin_coin, self.pass_4, self.pass_5)

    @figure("Nearest underlying alone", "text", ("maintenance",))
    def nearest(self, f: Lookups) -> Carrier:
        return self._nearest(f, "underlying")

    @figure("It liquidates at", "percent", ("maintenance",))
    def nearest_move(self, f: Lookups) -> Carrier:
        return self._nearest(f, "alone")

    add_10, add_20, add_30, add_50 = map(_to_add, _RISES)

    @figure("Equity, in quote", "money", ("account",), total=True)
    def equity_value(self, f: Lookups) -> Carrier:
        """Of a wallet; of an isolated account its collateral, and at once its positions."""
        first = self._first_of(f.group(AccountRow, self.account, "account"))
        own = f.group(MarginRow, self.account, "account").sum(MarginRow.equity)
        isolated = where(self.margin_mode == "cross", "", self.value + where(first, own, 0))
        return where(self.leads == "", isolated, lambda: self.equity * self.unit_price)

    @figure("Equity at the exchange", "money", ("exchange",))
    def exchange_equity(self, f: Lookups) -> Carrier:
        """Once an exchange, with the positions whose account is not in the table."""
        here = f.group(AccountRow, self.exchange, "exchange")
        listed = f.group(AccountRow, self.exchange, "account").count
        others = f.group(MarginRow, self.exchange, "account").sum(MarginRow.equity)
        summed = here.sum(AccountRow.equity_value) + where(listed == 0, others, 0)
        return where(self._first_of(here), summed, "")

    @figure("Coins posted, value", "money", ("account",), total=True)
    def coin_margin(self, _: Lookups) -> Carrier:
        """What is exposed of them, in its underlying."""
        return where(self.coin == "", 0, lambda: self.posted * self.beta)

    @figure("Underlying", "text", ("coin",))
    def underlying(self, f: Lookups) -> Carrier:
        """What its coin moves with: as the holding of that name, or else by itself."""
        held = f.group(HedgeRow, self.coin, "asset").count
        return where(
            held > 0, lambda: f.first(HedgeRow, self.coin, "asset", "underlying"), self.coin
        )

    @figure("Beta", "ratio", ("coin",))
    def beta(self, f: Lookups) -> Carrier:
        held = f.group(HedgeRow, self.coin, "asset").count
        return where(held > 0, lambda: f.first(HedgeRow, self.coin, "asset", "beta"), 1)

    @figure("Unit of the wallet, in quote", "price", ("leads",))
    def unit_price(self, _: Lookups) -> Carrier:
        return where(self.margin_coin == "", 1, self.price)

    @figure("Nearest position, no.", "whole", ("maintenance",))
    def nearest_no(self, f: Lookups) -> Carrier:
        """The first of those whose underlying liquidates the wallet nearest by moving alone."""
        positions = self.positions(f)

        def found() -> Carrier:
            least = positions.least(CrossRow.distance)
            return positions.having(CrossRow.distance, "=", least).least(CrossRow.number)

        return where(positions.having(CrossRow.distance, "<>", "").count == 0, "", found)

    pass_1, pass_2, pass_3, pass_4, pass_5 = map(_pass, range(1, PASSES + 2))

    @figure("Way that hurts", "whole", ("maintenance",))
    def against(self, f: Lookups) -> Carrier:
        """1 where it is a rise of all marks, -1 a fall."""
        falls = self.lost(f, CrossRow.rate_0) < 0
        way = where(falls, -1, 1)
        return where(self.margin_coin == "", way, -way)

    @property
    def posted(self) -> Carrier:
        """What its coins are worth: all that are there, and what its positions have made of it."""
        none = (self.leads == "") | (self.margin_coin == "")
        return self.value + where(none, 0, lambda: self.unrealised * self.price)

    def positions(self, f: Lookups) -> Group:
        """Those that share the wallet."""
        return f.group(CrossRow, self.number, "wallet")

    def lost(self, f: Lookups, rate: Figure) -> Carrier:
        """What a change of 1 takes, at such rates."""
        positions = self.positions(f)
        taken = positions.sum(CrossRow.weight) + positions.size(CrossRow.weight, rate)
        return taken - self.coins

    def _first_of(self, rows: Group) -> Carrier:
        return rows.having(AccountRow.number, "<", self.number).count == 0

    def _wallet(self, f: Lookups) -> Group:
        """The rows of its wallet."""
        rows = f.group(AccountRow, self.account, "account")
        return rows.having(AccountRow.margin_coin, "=", self.margin_coin)

    def _nearest(self, f: Lookups, name: str) -> Carrier:
        """What is said of the nearest position; none where no underlying alone liquidates."""
        found = lambda: f.first(CrossRow, self.nearest_no, "number", name)  # noqa: E731
        unsettled = self.positions(f).having(CrossRow.alone, "=", UNSETTLED).count > 0
        return where(unsettled, UNSETTLED, lambda: where(self.nearest_no == "", NOWHERE, found))
