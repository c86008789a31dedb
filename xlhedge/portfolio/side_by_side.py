"""All rows of a portfolio side by side, for checks that look from one table into another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple

from xlhedge.errors import Problem
from xlhedge.portfolio.columns import Row
from xlhedge.portfolio.problems import Found, Places
from xlhedge.portfolio.rows import Draft, Unread
from xlhedge.portfolio.tables import TABLES, Holding, Instrument, Settings, Tier

__all__ = ["Check", "Ledger", "findings"]


class Ledger:
    """The rows of all tables, and what checks look up in them.

    A lookup that depends on a cell that could not be read raises `Unread`.

    Args:
        tables: each table's rows by its name, drafts among them; no entry for a missing table.
        places: where the tables came from.
    """

    def __init__(self, tables: Mapping[str, Sequence[Row | Draft]], places: Places) -> None:
        self._tables = tables
        self._places = places

    def rows(self, table: str) -> Sequence[Any]:
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
        settings: Settings = self.rows("Settings")[0]
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
    def hedging(self) -> dict[str, None]:
        """The instruments that some holding is hedged with."""
        return self._names("Holdings", "instrument")

    def _names(self, table: str, column: str) -> dict[str, None]:
        return dict.fromkeys(getattr(row, column) for row in self.rows(table))

    @cached_property
    def first_holding(self) -> dict[str, int]:
        """The first row of each asset in small letters, as case is nothing to a spreadsheet."""
        return _first(self.rows("Holdings"), lambda row: row.asset.casefold())

    @cached_property
    def first_instrument(self) -> dict[str, int]:
        """The first row of each instrument in small letters, among those that can be read."""
        return _first(self.rows("Instruments"), lambda row: row.instrument.casefold())

    def is_inverse(self, instrument: str) -> bool:
        """Whether an instrument's contracts are inverse; not if there is no such instrument."""
        number = self.first_instrument.get(instrument.casefold())
        return number is not None and self.rows("Instruments")[number].contract_type == "inverse"

    @cached_property
    def first_move(self) -> dict[tuple[str, str], int]:
        """The first row of each asset in each scenario, among those that can be read."""
        return _first(self.rows("Scenarios"), lambda row: (row.scenario, row.asset.casefold()))

    @cached_property
    def first_bar(self) -> dict[tuple[str, Any], int]:
        """The first row of each symbol's times in History, among those that can be read."""
        return _first(self.rows("History"), lambda row: (row.symbol.casefold(), row.time))

    @cached_property
    def tier_before(self) -> dict[int, Tier]:
        """For each row of Tiers the one before it of the same instrument, if there is one."""
        latest: dict[str, Tier] = {}
        before = {}
        for number, tier in enumerate(self.rows("Tiers")):
            with suppress(Unread):
                if tier.instrument in latest:
                    before[number] = latest[tier.instrument]
                latest[tier.instrument] = tier
        return before

    def underlying(self, instrument: Instrument) -> Holding | None:
        """The holding of an instrument's underlying, if there is one."""
        number = self.first_holding.get(instrument.underlying.casefold())
        if number is None:
            self._names("Holdings", "asset")  # it may be one that could not be read
            return None
        holding: Holding = self.rows("Holdings")[number]
        return holding


def _first(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, int]:
    numbers: dict[Any, int] = {}
    for number, row in enumerate(rows):
        try:
            numbers.setdefault(key(row), number)
        except Unread:
            continue
    return numbers


class Check(NamedTuple):
    """A question asked of each row of a table.

    Args:
        table: the table.
        column: the column that a complaint is about.
        complaint: given a row, its number and the ledger: what is wrong, or None.
    """

    table: str
    column: str
    complaint: Callable[[Any, int, Ledger], str | None]


def findings(checks: Iterable[Check], ledger: Ledger) -> list[Found]:
    """What checks find; one that meets a cell that could not be read is not judged."""
    found: list[Found] = []
    for table, column, complaint in checks:
        with suppress(Unread):
            for number, row in enumerate(ledger.rows(table)):
                try:
                    message = complaint(row, number, ledger)
                except Unread:
                    continue
                if message:
                    problem = Problem(ledger.place(table, number, column), message, column)
                    found.append((TABLES[table].rank(number, column), problem))
    return found
