"""A person's own account as rows of Holdings, Accounts and Shorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlhedge.market.contracts import Contract
from xlhedge.market.found import CROSS, Found, FoundRow
from xlhedge.market.own_account import Open, OwnAccount
from xlhedge.portfolio.tables import DOLLARS
from xlhedge.text import shown

__all__ = ["account_found", "of_one_price"]

_DUST = 1.0
"""Dollars below which a coin that is held is told, and has no row."""


def account_found(own: OwnAccount, names: Mapping[Contract, str]) -> Found:
    """What an account holds, as rows of our tables; what could not be had is told in a line.

    Args:
        own: the account.
        names: what the contracts of its positions are called.
    """
    holdings, accounts = _Holdings(own), list(_accounts(own))
    rows = [
        *holdings.rows,
        *(_row("Accounts", own, values) for values in accounts),
        *(_row("Shorts", own, _short(own, each, names)) for each in own.open),
    ]
    notes = (*_notes(own, names), *holdings.notes)
    whole = frozenset() if own.wallets is None else {own.name, *(x["account"] for x in accounts)}
    return Found(tuple(rows), (*own.missing, *holdings.missing), notes, frozenset(whole))


def of_one_price(rows: Iterable[FoundRow]) -> Iterator[FoundRow]:
    """Rows, with each coin held at the price of the first venue that tells it: a book has one."""
    prices: dict[str, float] = {}
    for row in rows:
        if row.table == "Holdings" and (price := row.values.get("spot_price")) is not None:
            one = prices.setdefault(row.values["asset"], price)
            yield replace(row, values={**row.values, "spot_price": one})
        else:
            yield row


def _notes(own: OwnAccount, names: Mapping[Contract, str]) -> Iterator[str]:
    if own.doubt:
        yield f"{own.name}: {own.doubt}"
    for note in own.wallets.notes if own.wallets else ():
        yield f"{own.name}: {note}"
    for each in own.open:
        for note in each.earned.notes:
            yield f"{own.name}: {names[each.listed.contract]}: {note}"


def _row(table: str, own: OwnAccount, values: Mapping[str, Any]) -> FoundRow:
    """One row, without the columns of which nothing is known."""
    known = {column: value for column, value in values.items() if value is not None}
    return FoundRow(table, known, own.venue, own.time)


class _Holdings:
    """The coins of an account; cash and what is worth next to nothing has a note, and no row."""

    def __init__(self, own: OwnAccount) -> None:
        self.own, self._prices = own, own.prices or {}
        self.rows: list[FoundRow] = []
        self.missing: list[str] = []
        self.notes: list[str] = []
        places = {f"{own.name} spot": own.held or {}}
        if own.wallets is not None:
            places[own.name] = own.wallets.idle
        for place, coins in places.items():
            self._place(place, coins)
        posted = own.wallets.margin if own.wallets is not None else {}
        held = {row.values["asset"] for row in self.rows}
        for coin in posted:
            if coin not in held and coin not in DOLLARS:
                # Accounts has its coins; the book must know it, and its price.
                self._coin(f"{own.name} margin", coin, 0.0)

    def _place(self, place: str, coins: Mapping[str, float]) -> None:
        dust = []
        for coin, quantity in coins.items():
            price = self._prices.get(coin)
            if coin in DOLLARS:
                self.notes.append(f"{place}: {shown(quantity)} {coin} are cash: no row")
            elif price is not None and abs(quantity) * price < _DUST:
                dust.append(coin)
            else:
                self._coin(place, coin, quantity)
        if dust:
            listed = ", ".join(sorted(dust))
            self.notes.append(
                f"{place}: worth under {shown(_DUST)} USD each, and no rows: {listed}"
            )

    def _coin(self, place: str, coin: str, quantity: float) -> None:
        price = self._prices.get(coin)
        if price is None:
            what = f"{shown(quantity)} {coin}" if quantity else f"{coin} posted as margin"
            self.missing.append(f"{place}: {what}, of which it tells no price: no row in Holdings")
            return
        values = {"asset": coin, "quantity": quantity, "spot_price": price, "place": place}
        self.rows.append(_row("Holdings", self.own, values))


def _accounts(own: OwnAccount) -> Iterator[dict[str, Any]]:
    """The account of isolated positions, and those of cross positions: of each coin, or shared.

    All are told, be there positions or not: a position of them that is not told is closed.
    """
    wallets = own.wallets
    if wallets is None:
        return
    hedged = _hedged(own)
    if wallets.isolated is not False:
        yield {
            "account": own.name,
            "exchange": own.venue,
            "margin_mode": "isolated",
            "position_mode": "hedge" if own.name in hedged else "one-way",
        }
    for coin, balance in wallets.margin.items():
        account = _cross(own, coin)
        yield {
            "account": account,
            "exchange": own.venue,
            "margin_mode": "cross",
            "position_mode": "hedge" if account in hedged else "one-way",
            "wallet_balance": balance,
            "collateral": coin,
            "haircut": wallets.haircuts.get(coin),
        }


def _short(own: OwnAccount, each: Open, names: Mapping[Contract, str]) -> dict[str, Any]:
    position, earned, scale = each.position, each.earned, each.listed.scale
    liquidation = position.liquidation
    return {
        "instrument": names[each.listed.contract],
        "contracts": position.contracts,
        "entry_price": position.entry / scale,
        "margin": position.margin,
        "leverage": position.leverage,
        "opened": earned.opened or position.opened,
        "account": _account(own, each),
        "liquidation_price": None if liquidation is None else liquidation / scale,
        "funding_received": earned.funding,
        "realised_pnl": earned.realised,
        "fees_paid": earned.fees,
    }


def _account(own: OwnAccount, each: Open) -> str:
    return own.name if each.position.isolated else _cross(own, each.position.settle)


def _cross(own: OwnAccount, coin: str) -> str:
    """The account of cross positions that a coin keeps alive; no account's own name begins so."""
    shared = own.wallets is not None and own.wallets.shared
    return own.name + CROSS if shared else f"{own.name}{CROSS} {coin}"


def _hedged(own: OwnAccount) -> set[str]:
    """The accounts in which long and short of one contract may stand beside each other."""
    sides = Counter((_account(own, each), each.listed.contract) for each in own.open)
    return {_account(own, each) for each in own.open if each.position.hedged} | {
        account for (account, _), count in sides.items() if count > 1
    }
