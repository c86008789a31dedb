"""What `xlhedge market` wrote, read again: the contracts, tiers and bars that a new book takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from xlhedge.errors import HedgeError, PortfolioError, Problem
from xlhedge.jobs.typed_rows import Cells, headers_of
from xlhedge.portfolio import TABLES
from xlhedge.portfolio.columns import MOST_PROBLEMS
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import RawTable
from xlhedge.readers import DEFAULT, Limits, load, read_tables

__all__ = ["MarketTables", "market_tables"]

_ABOUT = {"Tiers": "instrument", "History": "symbol", "Sources": "row"}
"""The tables that come along, and the column that says what a row of each is about."""
_TIME = TABLES["Sources"].model.columns["time"]


@dataclass(frozen=True, slots=True)
class MarketTables:
    """What venues told, as it was written.

    Args:
        name: the file or folder.
        contracts: the rows of Instruments by name.
        others: the rows of each other table that comes along.
        left: tables of it that a new book does not take.
    """

    name: str = ""
    contracts: Mapping[str, Cells] = field(default_factory=dict)
    others: Mapping[str, list[Cells]] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    def index(self, asset: str) -> tuple[Any, str] | None:
        """What a coin costs, by the index of a contract of it, and which one that is."""
        for name, cells in self.contracts.items():
            if str(cells.get("underlying", "")).upper() == asset and cells.get("index_price"):
                return cells["index_price"], name
        return None

    def time(self, contracts: Collection[str]) -> datetime | None:
        """When the oldest price of some contracts was told."""
        times = [
            told
            for row in self.others.get("Sources", ())
            if row.get("table") == "Instruments" and row.get("row") in contracts
            and "futures_price" in str(row.get("column"))
            and isinstance(told := _TIME.read(row.get("time")), datetime)
        ]  # fmt: skip
        return min(times, default=None)

    def of(
        self, names: Collection[str], priced: Mapping[str, str]
    ) -> Iterator[tuple[str, RawTable]]:
        """The tables that come along, as far as they are about some contracts and coins.

        Args:
            names: the contracts and coins.
            priced: coins whose price is a contract's index, and which contract.
        """
        for table, column in _ABOUT.items():
            rows = [row for row in self.others.get(table, ()) if row.get(column) in names]
            if table == "Sources":
                rows = [*self._prices(priced), *rows, *self._gaps()]
            if rows:
                headers = headers_of(table)
                cells = [[row.get(header.name) for header in headers] for row in rows]
                tails = [f"[{number}]" for number in range(len(rows))]
                yield table, RawTable(f"{self.name} {table}", headers, cells, tails)

    def _prices(self, priced: Mapping[str, str]) -> Iterator[Cells]:
        for row in self.others.get("Sources", ()):
            for asset, name in priced.items():
                columns = str(row.get("column")).split(", ")
                is_its = (row.get("table"), row.get("row")) == ("Instruments", name)
                if is_its and "index_price" in columns:
                    yield {**row, "table": "Holdings", "row": asset, "column": "spot_price"}

    def _gaps(self) -> Iterator[Cells]:
        """What was missing then, which is so in the book, too."""
        return (row for row in self.others.get("Sources", ()) if not row.get("row"))


def market_tables(path: Path, limits: Limits = DEFAULT) -> MarketTables:
    """Read what `xlhedge market` wrote.

    Args:
        path: the folder, or the file.
        limits: how much of it is read.

    Raises:
        PortfolioError: it cannot be read, or has no table Instruments.
    """
    found = read_tables(load(path, limits), limits)
    if "Instruments" not in found.tables:
        raise refusal("it has no table Instruments; xlhedge market COIN --venue VENUE writes one")
    rows = {
        name: _rows(found.tables[name]) for name in ("Instruments", *_ABOUT) if name in found.tables
    }
    contracts = {
        str(row["instrument"]): row for row in rows.pop("Instruments") if "instrument" in row
    }
    left = tuple(name for name in found.tables if name not in (*_ABOUT, "Instruments"))
    return MarketTables(path.name, contracts, rows, left)


def _rows(raw: RawTable) -> list[Cells]:
    """The cells of a table's rows by column, those that are not blank.

    Raises:
        PortfolioError: some of it cannot be read.
    """
    problems = [Problem(raw.place, raw.broken)] if raw.broken else []
    names = [header.name.strip().casefold() for header in raw.headers]
    rows: list[Cells] = []
    for number, row in enumerate(raw.rows):
        if isinstance(row, HedgeError):
            tail = raw.tails[number] if raw.tails else f"[{number}]"
            problems.append(Problem(f"{raw.place}, row {tail}", row.message))
        else:
            cells = zip(names, row, strict=False)
            rows.append({name: cell for name, cell in cells if cell is not None and cell != ""})
    if problems:
        raise PortfolioError(problems[:MOST_PROBLEMS])
    return rows
