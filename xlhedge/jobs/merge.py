"""What was found at venues or in files, merged into a portfolio: which cells change, and to what.

A contract is the same wherever its identity is, whatever the book calls it. Prices, funding and
tiers are written; the terms of a contract only where they are blank or asked for, positions only
when they are asked for. Whatever else was typed stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.jobs.contract_sizes import COUNTED, ContractSizes
from xlhedge.jobs.merge_shorts import ShortsMerge
from xlhedge.jobs.merging import Merged, Writer, named
from xlhedge.market.contracts import Contract, contract_of, meant, names_of
from xlhedge.market.found import MISSING, Found, FoundRow
from xlhedge.portfolio import TABLES, Portfolio

__all__ = ["Rules", "merge"]

_LIVE = ("index_price", "futures_price", "funding_rate", "interval_hours")
"""The columns of Instruments that are of today; the others are a contract's terms."""
_IDENTITY = ("instrument", "exchange", "underlying", "contract_type", "expiry", "quote")
_SOURCES = "Sources"


@dataclass(frozen=True, slots=True)
class Rules:
    """What of the found may be written.

    Args:
        terms: contract terms, also over what is typed.
        positions: positions, accounts and quantities.
        remove_closed: whether shorts leave that their account does not have any more.
        new: whether contracts are added that the book does not have.
    """

    terms: bool = False
    positions: bool = False
    remove_closed: bool = False
    new: bool = False


def merge(
    portfolio: Portfolio,
    found: Found,
    rules: Rules = Rules(),
    has_formula: Callable[[str], bool] = lambda _: False,
) -> Merged:
    """Merge what was found into a portfolio, which is not changed.

    Args:
        portfolio: as its workbook has it, with the places of its cells.
        found: rows of its tables.
        rules: what of them may be written.
        has_formula: whether the cell at a place holds a formula.
    """
    writer = Writer(portfolio, has_formula)
    merging = _Merge(portfolio, found, rules, writer)
    merging.instruments()
    merging.holdings()
    merging.tiers()
    if rules.positions:
        merging.accounts()
    merging.shorts()
    merging.history()
    merging.as_of()
    merging.sources()
    rank = {name: number for number, name in enumerate(TABLES)}
    changes = sorted(writer.changes, key=lambda change: rank[change.table])
    return Merged(tuple(changes), tuple(writer.told), writer.fetched)


class _Merge:
    """One merge, table by table."""

    def __init__(self, portfolio: Portfolio, found: Found, rules: Rules, writer: Writer) -> None:
        self._book, self._found, self._rules, self._writer = portfolio, found, rules, writer
        self._quote = portfolio.settings.quote_currency
        self._names: dict[str, list[str]] = {}
        self._index: dict[str, FoundRow] = {}
        self._times: list[datetime] = []
        self._gone: set[str] = set()
        self._sizes = ContractSizes(writer, terms=rules.terms)

    def instruments(self) -> None:
        """Contracts by identity, under the book's own names."""
        rows = {contract_of(row.values, self._quote): row for row in self._found.of("Instruments")}
        numbers = defaultdict(list)
        for number, each in enumerate(self._book.instruments):
            own = contract_of({name: getattr(each, name) for name in each.given}, self._quote)
            if (contract := meant(own, rows)) is not None:
                numbers[contract].append(number)
        for contract, row in rows.items():
            called = [self._book.instruments[number].instrument for number in numbers[contract]]
            for number, name in zip(numbers[contract], called, strict=True):
                self._instrument(number, name, row)
            if not called and (self._rules.new or self._is_short(row)):
                called = self._new_instrument(contract, row)
            self._names[row.values["instrument"]] = called
            if row.values.get("index_price") is not None:
                self._index.setdefault(row.values["underlying"].casefold(), row)

    def _is_short(self, row: FoundRow) -> bool:
        named = (each.values["instrument"] for each in self._found.of("Shorts"))
        return self._rules.positions and row.values["instrument"] in named

    def _instrument(self, number: int, name: str, row: FoundRow) -> None:
        wanted = self._wanted(number, row)
        columns = self._writer.write("Instruments", number, name, wanted)
        self._sizes.written(number, row, columns)
        told = self._sizes.told(number, row)
        typed = self._sizes.typed(number, told)
        columns += self._writer.write("Instruments", number, name, told)
        self._writer.write("Instruments", number, name, typed)
        self._priced(row, name, columns)

    def _wanted(self, number: int, row: FoundRow) -> dict[str, Any]:
        """What of a found contract may be written over the book's."""
        typed = self._book.instruments[number].given
        quote = row.values.get("quote")
        wanted = {
            column: value
            for column, value in row.values.items()
            if value is not None
            and column not in (*_IDENTITY, *COUNTED)
            and (column != "contract_size" or self._sizes.wanted(number, row))
            and (column in _LIVE or self._rules.terms or column not in typed)
        }
        if quote and "quote" not in typed and quote != self._quote:
            wanted["quote"] = quote
        return wanted

    def _new_instrument(self, contract: Contract, row: FoundRow) -> list[str]:
        """A contract that the book does not have; none where too little is told of it."""
        values = row.values
        needed = ["futures_price"]
        needed += ["funding_rate"] if values.get("expiry") is None else []
        needed += ["contract_size"] if contract.contract_type == "inverse" else []
        held = {each.asset.casefold() for each in self._book.holdings}
        needed += [] if contract.underlying.casefold() in held else ["index_price"]
        if lacking := [each for each in needed if values.get(each) is None]:
            self._writer.tell(
                f"{contract}: {row.venue} tells no {' and no '.join(lacking)}, which a new row of "
                f"Instruments needs; put it in first: xlhedge market {contract.underlying} --venue "
                f"{contract.exchange} --into BOOK"
            )
            return []
        taken = [each.instrument for each in self._book.instruments]
        taken += [name for names in self._names.values() for name in names]
        name = str(values["instrument"])
        if name.casefold() in {each.casefold() for each in taken}:
            name = names_of([contract], taken)[contract]
        self._sizes.added(name, row)
        self._priced(
            row, name, self._writer.append("Instruments", name, {**values, "instrument": name})
        )
        return [name]

    def _priced(self, row: FoundRow, name: str, columns: list[str]) -> None:
        if "futures_price" in columns:
            self._times.append(row.time)
        for column in columns:
            if column in row.assumed:
                self._writer.tell(
                    f"{name} {column}: is no answer of {row.venue}'s: {row.assumed[column]}"
                )
        self._note("Instruments", name, columns, row)

    def _note(self, table: str, name: str, columns: Iterable[str], row: FoundRow) -> None:
        """Note where values came from."""
        told = self._writer.fetched.setdefault((table, name), {})
        for column in columns:
            if column not in _IDENTITY and column not in ("asset", "place", "account"):
                told[column] = row.venue, row.time

    def holdings(self) -> None:
        """Spot prices by asset, or else of the index; quantities by asset and place."""
        for number, each in enumerate(self._book.holdings):
            if (fetched := self._spot(each.asset)) is not None:
                price, row = fetched
                wanted = {"spot_price": price}
                columns = self._writer.write("Holdings", number, each.asset, wanted)
                self._times += [row.time] if columns else []
                self._note("Holdings", named(each.asset, each.place), columns, row)
        if self._rules.positions:
            self._quantities()

    def _spot(self, asset: str) -> tuple[float, FoundRow] | None:
        """What a coin costs, and who says so: its spot price, or else the index of its futures."""
        found = (row for row in self._found.of("Holdings") if _same(row.values["asset"], asset))
        spot = next((row for row in found if row.values.get("spot_price") is not None), None)
        if spot is not None:
            return spot.values["spot_price"], spot
        index = self._index.get(asset.casefold())
        return (index.values["index_price"], index) if index else None

    def _quantities(self) -> None:
        places = {
            (each.asset.casefold(), (each.place or "").casefold()): number
            for number, each in enumerate(self._book.holdings)
        }
        typed = {each.asset.casefold(): each.spot_price for each in self._book.holdings}
        for row in self._found.of("Holdings"):
            if row.values.get("quantity") is None:
                continue
            asset, place = row.values["asset"], row.values.get("place") or ""
            name = named(asset, place)
            number = places.get((asset.casefold(), place.casefold()))
            fetched = self._spot(asset)
            price = fetched[0] if fetched else typed.get(asset.casefold())
            if number is not None:
                kept = ("asset", "place", "spot_price")
                cells = {k: v for k, v in row.values.items() if v is not None and k not in kept}
                columns = self._writer.write("Holdings", number, name, cells)
            elif price is not None:
                columns = self._writer.append("Holdings", name, {**row.values, "spot_price": price})
            else:
                self._writer.tell(f"{name}: {row.venue} has it, but no price is known; left out")
                continue
            self._note("Holdings", name, columns, row)

    def tiers(self) -> None:
        """The tiers of an instrument, all of them at once."""
        found: dict[str, list[FoundRow]] = defaultdict(list)
        for row in self._found.of("Tiers"):
            for name in self._names.get(row.values["instrument"], ()):
                found[name].append(row)
        if not found or not self._writer.is_there("Tiers"):
            return
        blocks: dict[str, list[dict[str, Any]]] = {}
        for tier in self._book.tiers:
            blocks.setdefault(tier.instrument, []).append(
                {name: getattr(tier, name) for name in tier.given}
            )
        for name, rows in found.items():
            rows.sort(key=lambda row: row.values["floor"])
            blocks[name] = [{**row.values, "instrument": name} for row in rows]
            self._writer.fetched["Tiers", name] = {"": (rows[0].venue, rows[0].time)}
        self._writer.rewrite(
            "Tiers", "instrument", [row for rows in blocks.values() for row in rows]
        )

    def accounts(self) -> None:
        """Accounts by name and collateral."""
        rows = self._found.of("Accounts")
        if not rows or not self._writer.is_there("Accounts"):
            return
        numbers = {
            (each.account.casefold(), self._coin(each.collateral)): number
            for number, each in enumerate(self._book.accounts)
        }
        for row in rows:
            account, coin = row.values["account"], row.values.get("collateral")
            name = named(account, coin)
            number = numbers.get((account.casefold(), self._coin(coin)))
            cells = {k: v for k, v in row.values.items() if v is not None}
            if number is None:
                columns = self._writer.append("Accounts", name, cells)
            else:
                own = {k: v for k, v in cells.items() if k not in ("account", "collateral")}
                columns = self._writer.write("Accounts", number, name, own)
            self._note("Accounts", name, columns, row)

    def _coin(self, collateral: str | None) -> str:
        return (collateral or self._quote).casefold()

    def shorts(self) -> None:
        """Positions, if they are asked for; what was typed keeps its coins."""
        merging = ShortsMerge(self._found, self._writer, self._names, self._sizes, self._note)
        if self._rules.positions:
            merging.write(remove_closed=self._rules.remove_closed)
        merging.count_anew()
        self._gone = merging.gone

    def history(self) -> None:
        """Bars by symbol and time: those of one symbol together, oldest first; typed ones stay."""
        new: dict[str, dict[datetime, dict[str, Any]]] = {}
        for row in self._found.of("History"):
            symbol = row.values["symbol"]
            for name in self._names.get(symbol) or [symbol]:
                new.setdefault(name, {})[row.values["time"]] = {**row.values, "symbol": name}
                key = ("History", name)
                before = self._writer.fetched.get(key, {}).get("", (row.venue, row.time))
                self._writer.fetched[key] = {"": max(before, (row.venue, row.time), key=_second)}
        if not new or not self._writer.is_there("History"):
            return
        bars: dict[str, dict[datetime, dict[str, Any]]] = {}
        for bar in self._book.history:
            cells = {name: getattr(bar, name) for name in bar.given}
            bars.setdefault(bar.symbol, {})[bar.time] = cells
        for symbol, found in new.items():
            mine = bars.setdefault(symbol, {})
            for time, cells in found.items():
                mine[time] = {k: v for k, v in cells.items() if v is not None} | mine.get(time, {})
        rows = [each[time] for each in bars.values() for time in sorted(each)]
        self._writer.rewrite("History", "symbol", rows)

    def as_of(self) -> None:
        """The date of the prices: that of the oldest one which was fetched now."""
        if self._times:
            oldest = min(self._times).replace(microsecond=0)
            self._writer.write("Settings", 0, "", {"as_of": oldest})

    def sources(self) -> None:
        """Where each value came from, before or now; and what could not be had now."""
        fetched = self._writer.fetched
        if not any(fetched.values()) or not self._writer.is_there(_SOURCES):
            return
        known: dict[tuple[str, str], dict[str, tuple[str, datetime]]] = {}
        for each in (each for each in self._book.sources if each.table != MISSING):
            mine = known.setdefault((each.table, each.row or ""), {})
            for column in (each.column or "").split(","):
                mine[column.strip()] = each.venue, each.time
        for key, columns in fetched.items():
            known.setdefault(key, {}).update(columns)
        rank = {name: number for number, name in enumerate(TABLES)}
        rows = [
            {"table": table, "row": row or None, "column": ", ".join(columns) or None,
             "venue": venue, "time": time.replace(microsecond=0)}
            for (table, row), mine in sorted(known.items(), key=lambda x: rank.get(x[0][0], 99))
            if table != "Shorts" or row.casefold() not in self._gone
            for (venue, time), columns in _by_source(mine).items()
        ]  # fmt: skip
        rows += [{**row, "time": row["time"].replace(microsecond=0)} for row in self._found.gaps()]
        self._writer.rewrite(_SOURCES, "table", rows)


def _by_source(
    columns: Mapping[str, tuple[str, datetime]],
) -> dict[tuple[str, datetime], list[str]]:
    """Columns by where and when their values came from."""
    found: dict[tuple[str, datetime], list[str]] = {}
    for column, source in columns.items():
        found.setdefault(source, []).append(column)
    return found


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()


def _second(pair: tuple[str, datetime]) -> datetime:
    return pair[1]
