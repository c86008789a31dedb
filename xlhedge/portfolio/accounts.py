"""What must hold of accounts, and of the shorts in them: one check a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlhedge.portfolio.all_rows import AllRows, TableCheck
from xlhedge.portfolio.tables import DOLLARS, Account, Short
from xlhedge.text import shown

__all__ = ["ACCOUNT_CONFLICTS", "ACCOUNT_ODDITIES"]


def _named_alike(row: Account, _: int, rows: AllRows) -> str | None:
    """A spreadsheet takes names for one that differ in case; nobody else does."""
    first = rows.account(row.account)
    if first is not None and first.account != row.account:
        where = rows.place("Accounts", rows.accounts[row.account.casefold()], "account")
        return f'"{row.account}" is "{first.account}" in {where}; it must be spelled alike'
    for venue in rows.exchanges:
        if venue != row.account and venue.casefold() == row.account.casefold():
            return f'"{row.account}" is "{venue}" in Instruments; it must be spelled alike'
    return None


def _agrees(column: str) -> TableCheck:
    """That all rows of an account say the same of it."""

    def complaint(row: Account, _: int, rows: AllRows) -> str | None:
        first = rows.accounts[row.account.casefold()]
        before, own = getattr(rows.of("Accounts")[first], column), getattr(row, column)
        if before == own:
            return None
        where = rows.place("Accounts", first, column)
        return (
            f'"{own}" is "{before}" in {where}, and both are of account "{row.account}"; its rows '
            "must agree"
        )

    return TableCheck("Accounts", column, complaint)


def _collateral(row: Account, _: int, rows: AllRows) -> str | None:
    """A coin posted is exposed as its own underlying: one that the book knows."""
    coin = rows.coin(row)
    if coin is None or not rows.of("Holdings"):
        return None
    known = [*rows.movers, *DOLLARS, rows.settings.quote_currency]
    for name in known if coin not in known else ():
        if name.casefold() == coin.casefold():
            return f'"{coin}" is "{name}" elsewhere; it must be spelled alike'
    if coin.casefold() in rows.held or coin.casefold() in rows.shorted:
        return None
    return (
        f'"{coin}" is neither a currency of the book nor a coin that it knows; add it to Holdings, '
        "with quantity 0 if none is held elsewhere"
    )


def _collateral_price(row: Account, _: int, rows: AllRows) -> str | None:
    coin = rows.coin(row)
    if row.collateral_price is not None or coin is None or coin.casefold() in rows.held:
        return None
    return f'is empty; no holding "{coin}" has a spot_price to use instead'


def _known_account(row: Short, _: int, rows: AllRows) -> str | None:
    """An account that is not in the table would be a slip of the hand, and isolated."""
    if row.account is None or not rows.accounts:
        return None
    found = rows.account(row.account)
    if found is None:
        names = dict.fromkeys(each.account for each in rows.of("Accounts"))
        listed = " or ".join(f'"{name}"' for name in list(names)[:8])
        return f'"{row.account}" is not in Accounts; it must be {listed}, or blank'
    if found.account != row.account:
        return f'"{row.account}" is "{found.account}" in Accounts; it must be spelled alike'
    return None


def _one_way(row: Short, number: int, rows: AllRows) -> str | None:
    """In one-way mode an account has one position an instrument: long and short net at once."""
    name = rows.account_of(row)
    account = rows.account(name)
    if account is not None and account.position_mode == "hedge":
        return None
    first = rows.first_lots.get((row.instrument, name), number)
    before = rows.of("Shorts")[first].contracts
    if before * row.contracts >= 0:
        return None
    where = rows.place("Shorts", first, "contracts")
    whose = f'account "{name}"' if name else "one account"
    return (
        f"{shown(row.contracts)} is opposite to {where}, "
        f"{shown(before)}, in {whose}: type the net position and its "
        "entry, the venue has realised the rest; or give the account position_mode hedge in "
        "Accounts"
    )


def _has_wallet(row: Short, _: int, rows: AllRows) -> str | None:
    """A position of a cross account needs a row of what it is margined with."""
    name, found = rows.account_of(row), rows.account(rows.account_of(row))
    if found is None or found.margin_mode != "cross" or found.account != name:
        return None
    coin = rows.margin_coin(row)
    if (name, coin) in rows.wallets:
        return None
    what = f'collateral "{coin}"' if coin else "collateral for linear contracts"
    return (
        f'"{row.instrument}" is in cross account "{name}", which has no {what}; add a row of it '
        "in Accounts, with its wallet_balance"
    )


def _unused_margin(row: Short, _: int, rows: AllRows) -> str | None:
    if not row.margin or not rows.is_cross(row):
        return None
    return (
        f'{shown(row.margin)} is not used: "{rows.account_of(row)}" is a cross account, whose '
        "wallet_balance in Accounts is the margin of all its positions"
    )


def _empty_wallet(row: Account, _: int, __: AllRows) -> str | None:
    if row.margin_mode != "cross" or "wallet_balance" in row.given:
        return None
    return "is blank and counts as 0: what is in the wallet keeps its positions alive"


def _check(
    table: str, column: str, complaint: Callable[[Any, int, AllRows], str | None]
) -> TableCheck:
    return TableCheck(table, column, complaint)


ACCOUNT_CONFLICTS = (
    _check("Accounts", "account", _named_alike),
    *(_agrees(column) for column in ("exchange", "margin_mode", "position_mode")),
    _check("Accounts", "collateral", _collateral),
    _check("Accounts", "collateral_price", _collateral_price),
    _check("Shorts", "account", _known_account),
    _check("Shorts", "account", _has_wallet),
    _check("Shorts", "contracts", _one_way),
)
"""What is wrong with accounts: a portfolio with any of it is refused."""

ACCOUNT_ODDITIES = (
    _check("Accounts", "wallet_balance", _empty_wallet),
    _check("Shorts", "margin", _unused_margin),
)
"""What looks mistyped in accounts."""
