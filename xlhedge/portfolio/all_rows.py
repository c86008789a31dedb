"""All rows of a portfolio side by side, for checks that look from one table into another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple

from xlhedge.errors import Problem
from xlhedge.portfolio.columns import Row
from xlhedge.portfolio.places import Places
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.rows import PartialRow, Unread
from xlhedge.portfolio.tables import (
    DOLLARS,
    TABLES,
    Account,
    Holding,
    Instrument,
    Settings,
    Short,
    Tier,
)

__all__ = ["KEYS", "AllRows", "TableCheck", "findings"]


KEYS: dict[str, Callable[[Any], Hashable]] = {
    "Holdings": lambda row: (row.asset.casefold(), (row.place or "").casefold()),
    "Instruments": lambda row: row.instrument.casefold(),
    "Scenarios": lambda row: (row.scenario, row.asset.casefold()),
    "History": lambda row: (row.symbol.casefold(), row.time),
}
"""What a table has once; names in small letters, as case is nothing to a spreadsheet's look-ups."""


class AllRows:
    """The rows of all tables, and what checks look up in them.

    A lookup that depends on a cell that could not be read raises `Unread`.

    Args:
        tables: each table's rows by its name, partial ones among them; no entry for a missing one.
        places: where the tables came from.
    """

    def __init__(self, tables: Mapping[str, Sequence[Row | PartialRow]], places: Places) -> None:
        self._tables = tables
        self._places = places
        self._first: dict[str, dict[Any, int]] = {}

    def of(self, table: str) -> Sequence[Any]:
        """A table's rows; none where it is missing and may be."""
        if table not in self._tables and TABLES[table].required:
            raise Unread
        return self._tables.get(table, ())

    def place(self, table: str, row: int | None, column: str) -> str:
        """Where a cell is, or a table without rows."""
        return self._places.of(table, row, column)

    @property
    def settings(self) -> Settings:
        """The settings."""
        settings: Settings = self.of("Settings")[0]
        return settings

    @cached_property
    def instruments(self) -> dict[str, None]:
        """The names in Instruments, in order."""
        return self._names("Instruments", "instrument")

    @cached_property
    def movers(self) -> dict[str, None]:
        """The names that a scenario may move."""
        assets = self._names("Holdings", "asset")
        return {**assets, **self._names("Instruments", "underlying"), "*": None}

    @cached_property
    def held(self) -> dict[str, int]:
        """The first row of each asset in Holdings, in small letters; those that can be read."""
        numbers: dict[str, int] = {}
        for number, row in enumerate(self.of("Holdings")):
            with suppress(Unread):
                numbers.setdefault(row.asset.casefold(), number)
        return numbers

    @cached_property
    def first_underlying(self) -> dict[str, int]:
        """The first row of each underlying in Instruments, in small letters."""
        numbers: dict[str, int] = {}
        for number, row in enumerate(self.of("Instruments")):
            with suppress(Unread):
                numbers.setdefault(row.underlying.casefold(), number)
        return numbers

    @cached_property
    def underlyings(self) -> set[str]:
        """The underlyings that some holding moves with, in small letters."""
        return {self.underlying_of(row).casefold() for row in self.of("Holdings")}

    @cached_property
    def exposures(self) -> dict[str, float] | None:
        """What holdings are worth, times beta, by underlying in small letters; None if unread."""
        found: dict[str, float] = {}
        with suppress(Unread):
            for row in self.of("Holdings"):
                name = self.underlying_of(row).casefold()
                worth = row.quantity * row.spot_price * row.beta
                found[name] = found.get(name, 0.0) + worth
            return found
        return None

    @cached_property
    def hedging(self) -> set[str]:
        """The instruments that are short, or that a holding is to be hedged with."""
        named = self._names("Shorts", "instrument"), self._names("Holdings", "instrument")
        return {name for names in named for name in names if name}

    def underlying_of(self, holding: Holding) -> str:
        """What a holding moves with: its own underlying, its instrument's, or itself."""
        if holding.underlying is not None:
            return holding.underlying
        followed = holding.instrument and self.followed(holding.instrument)
        return followed or holding.asset

    def instrument(self, name: str) -> Instrument | None:
        """The instrument of that name, if there is one."""
        number = self.first("Instruments").get(name.casefold())
        return None if number is None else self.of("Instruments")[number]

    def followed(self, instrument: str) -> str | None:
        """The underlying of an instrument; none if there is no such instrument."""
        found = self.instrument(instrument)
        return None if found is None else found.underlying

    def _names(self, table: str, column: str) -> dict[str, None]:
        return dict.fromkeys(getattr(row, column) for row in self.of(table))

    def first(self, table: str) -> dict[Any, int]:
        """The first row of each key of a table, among those that can be read."""
        if table not in self._first:
            numbers = self._first[table] = {}
            for number, row in enumerate(self.of(table)):
                try:
                    key = KEYS[table](row)
                except Unread:
                    continue
                numbers.setdefault(key, number)
        return self._first[table]

    def is_inverse(self, instrument: str) -> bool:
        """Whether an instrument's contracts are inverse; not if there is no such instrument."""
        found = self.instrument(instrument)
        return found is not None and found.contract_type == "inverse"

    @cached_property
    def accounts(self) -> dict[str, int]:
        """The first row of each account, in small letters; those that can be read."""
        numbers: dict[str, int] = {}
        for number, row in enumerate(self.of("Accounts")):
            with suppress(Unread):
                numbers.setdefault(row.account.casefold(), number)
        return numbers

    def account(self, name: str) -> Account | None:
        """The first row of an account, whatever its case; none if it has no row."""
        number = self.accounts.get(name.casefold())
        return None if number is None else self.of("Accounts")[number]

    @cached_property
    def exchanges(self) -> dict[str, None]:
        """The venues in Instruments: what the account of a short is called that names none."""
        return self._names("Instruments", "exchange")

    def account_of(self, short: Short) -> str:
        """The account where a short is: its own, or else its instrument's exchange."""
        if short.account is not None:
            return short.account
        number = self.first("Instruments").get(short.instrument.casefold())
        found = None if number is None else self.of("Instruments")[number].exchange
        return found or ""

    def is_cross(self, short: Short) -> bool:
        """Whether a short shares its account's wallet."""
        account = self.account(self.account_of(short))
        return account is not None and account.margin_mode == "cross"

    def margin_coin(self, short: Short) -> str:
        """The coin that a short is margined in; none where that is a currency."""
        return (self.followed(short.instrument) or "") if self.is_inverse(short.instrument) else ""

    def coin(self, account: Account) -> str | None:
        """The coin that is a row's collateral; none where that is a currency."""
        name, quote = account.collateral, self.settings.quote_currency
        mix = {name, quote} <= set(DOLLARS)
        return None if name is None or name == quote or mix else name

    @cached_property
    def wallets(self) -> set[tuple[str, str]]:
        """Each account with the coins that its rows are the margin of; "" is all other margin."""
        coins = set()
        for short in self.of("Shorts"):
            with suppress(Unread):
                coins.add((self.account_of(short), self.margin_coin(short)))
        found = set()
        for row in self.of("Accounts"):
            with suppress(Unread):
                own = (row.account, row.collateral)
                found.add(own if own in coins else (row.account, ""))
        return found

    @cached_property
    def first_lots(self) -> dict[tuple[str, str], int]:
        """The first row in Shorts of each instrument and account that is not 0."""
        numbers: dict[tuple[str, str], int] = {}
        for number, row in enumerate(self.of("Shorts")):
            with suppress(Unread):
                if row.contracts:
                    numbers.setdefault((row.instrument, self.account_of(row)), number)
        return numbers

    @cached_property
    def shorted(self) -> set[str]:
        """The underlyings of the shorts, in small letters."""
        followed = [self.followed(each.instrument) for each in self.of("Shorts")]
        return {each.casefold() for each in followed if each}

    @cached_property
    def tier_before(self) -> dict[int, Tier]:
        """For each row of Tiers the one before it of the same instrument, if there is one."""
        latest: dict[str, Tier] = {}
        before = {}
        for number, tier in enumerate(self.of("Tiers")):
            with suppress(Unread):
                if tier.instrument in latest:
                    before[number] = latest[tier.instrument]
                latest[tier.instrument] = tier
        return before

    def underlying(self, instrument: Instrument) -> Holding | None:
        """The holding of an instrument's underlying, if there is one."""
        number = self.held.get(instrument.underlying.casefold())
        if number is None:
            self._names("Holdings", "asset")  # it may be one that could not be read
            return None
        holding: Holding = self.of("Holdings")[number]
        return holding


class TableCheck(NamedTuple):
    """A question asked of each row of a table.

    Args:
        table: the table.
        column: the column that a complaint is about.
        complaint: given a row, its number and all rows: what is wrong, or None.
        holds: given all rows: whether it holds for them all, where that is seen at once.
    """

    table: str
    column: str
    complaint: Callable[[Any, int, AllRows], str | None]
    holds: Callable[[AllRows], bool] = lambda _: False


def findings(checks: Iterable[TableCheck], rows: AllRows) -> list[Found]:
    """What checks find; one that meets a cell that could not be read is not judged."""
    found: list[Found] = []
    for table, column, complaint, holds in checks:
        with suppress(Unread):
            if holds(rows):
                continue
            for number, row in enumerate(rows.of(table)):
                try:
                    message = complaint(row, number, rows)
                except Unread:
                    continue
                if message:
                    problem = Problem(rows.place(table, number, column), message, column)
                    found.append((TABLES[table].rank(number, column), problem))
    return found
