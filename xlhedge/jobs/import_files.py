"""`xlhedge import`: what the files say that venues let people download, as rows of our tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlhedge.errors import PortfolioError, Problem
from xlhedge.jobs.presets import known_presets
from xlhedge.jobs.venue_files import Entry, VenueFile, read_venue_file
from xlhedge.market.contracts import Contract, names_of, venue_name
from xlhedge.market.forms import FORMS, FileForm
from xlhedge.market.found import Found, FoundRow
from xlhedge.market.left_open import Held, Settled, Trade, left_open
from xlhedge.market.symbols import contract_in
from xlhedge.portfolio.tables import DOLLARS
from xlhedge.readers import DEFAULT, Limits
from xlhedge.readers.content import file_bytes
from xlhedge.text import shown

__all__ = ["import_files"]


def import_files(
    paths: Iterable[Path], venue: str = "", account: str = "", limits: Limits = DEFAULT
) -> Found:
    """What files say that venues let people download.

    Lines that stand in two files count once; a position that is closed is not there. Its average
    entry stays when a part is closed. Funding and fees count since it was opened.

    Args:
        paths: the files.
        venue: whose they are, if headings alone shall not tell.
        account: the name of the account they are of; the venue's default one if empty.
        limits: how much of each may be read.

    Raises:
        PortfolioError: a file or a line of one cannot be read; it holds all that is wrong.
    """
    files: list[VenueFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            files.append(read_venue_file(path, file_bytes(path, limits), limits, venue))
        except PortfolioError as error:
            problems += error.problems
    problems += (problem for file in files for problem in file.problems)
    made = _Imported(account)
    for name in dict.fromkeys(file.form.venue for file in files):
        made.take(name, [file for file in files if file.form.venue == name])
    problems += made.problems
    if problems:
        raise PortfolioError(problems)
    return made.found(files)


@dataclass(slots=True)
class _Traded:
    """What the files say of one contract, oldest first.

    Args:
        scale: how many coins its base unit is.
        expiry: when it settles.
        lines: trades and settlements.
    """

    scale: float
    expiry: datetime | None
    lines: list[Entry] = field(default_factory=list)


class _Imported:
    """The rows that files become."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._contracts: dict[Contract, _Traded] = {}
        self._others: list[FoundRow] = []
        self._last: dict[str, datetime] = {}
        self._missing: list[str] = []
        self._notes: list[str] = []
        self.problems: list[Problem] = []

    def take(self, venue: str, files: Sequence[VenueFile]) -> None:
        """The lines of all files of one venue."""
        for form in FORMS:
            same = [file for file in files if file.form is form]
            entries, twice = _once(file.entries for file in same)
            if twice:
                names = " and ".join(file.name for file in same)
                self._notes.append(f"{names}: {_lines(twice)} in two of them, counted once")
            for contract, lines in self._sorted(entries, venue).items():
                self._add(contract, lines)
            self._balances(venue, form, entries)

    def _sorted(self, entries: Iterable[Entry], venue: str) -> dict[Contract, list[Entry]]:
        """The trades and settlements of each contract."""
        found: dict[Contract, list[Entry]] = {}
        for entry in entries:
            self._last[venue] = max(entry.time, self._last.get(venue, entry.time))
            if entry.deed == "other":
                continue
            try:
                contract, scale, expiry = contract_in(entry.symbol, venue)
            except ValueError:
                why = f'"{entry.symbol}" is no contract that is known, such as BTCUSDT'
                self.problems.append(Problem(entry.place, why))
                continue
            self._contracts.setdefault(contract, _Traded(scale, expiry))
            found.setdefault(contract, []).append(entry)
        return found

    def _add(self, contract: Contract, lines: Sequence[Entry]) -> None:
        """Lines of one kind of file; another kind may tell the same trades, and must not."""
        traded = self._contracts[contract]
        for deed in ("trade", "funding"):
            new, old = ([x for x in each if x.deed == deed] for each in (lines, traded.lines))
            if new and old and new[0].time <= old[-1].time and old[0].time <= new[-1].time:
                why = f"its {deed}s of {contract} may be those of {old[0].place}; give one of them"
                self.problems.append(Problem(new[0].place, why))
        traded.lines = sorted([*traded.lines, *lines], key=lambda entry: entry.time)

    def _balances(self, venue: str, form: FileForm, entries: Iterable[Entry]) -> None:
        """The last balance of each currency: collateral of an account, or coins held."""
        last = {each.asset: each for each in entries if "balance" in each.numbers}
        for asset, entry in last.items():
            amount, where = entry.numbers["balance"], self._account or venue
            if form.holds and asset not in DOLLARS:
                values: dict[str, Any] = {"asset": asset, "place": where, "quantity": amount}
                self._others.append(FoundRow("Holdings", values, venue, entry.time))
            elif not form.holds and amount:
                values = {
                    "account": where,
                    "exchange": venue,
                    "wallet_balance": amount,
                    "collateral": asset,
                }
                self._others.append(FoundRow("Accounts", values, venue, entry.time))

    def found(self, files: Sequence[VenueFile]) -> Found:
        """All rows, and what is missing."""
        names = names_of(self._contracts, venues=len({each.exchange for each in self._contracts}))
        rows: list[FoundRow] = []
        for contract, traded in self._contracts.items():
            rows += self._rows(contract, traded, names[contract])
        if self._account and rows:
            rows += self._account_rows(rows)
        if self.problems:
            raise PortfolioError(self.problems)
        for file in files:
            self._notes += file.notes
            if file.form.nothing:
                what = f"{file.form.venue}'s {file.form.what}"
                self._missing.append(
                    f"{file.name}: {what}, of which nothing is taken: {file.form.nothing}"
                )
            for word, count in file.skipped.items():
                self._missing.append(
                    f'{file.name}: {_lines(count)} of the kind "{word}", which is not known and '
                    "not taken"
                )
        tables = ("Holdings", "Accounts", "Instruments", "Shorts")
        both = [*rows, *self._others]
        ordered = (row for table in tables for row in both if row.table == table)
        return Found(tuple(ordered), tuple(self._missing), tuple(dict.fromkeys(self._notes)))

    def _account_rows(self, rows: Iterable[FoundRow]) -> Iterator[FoundRow]:
        """The account that was named, of a venue whose files tell no balance."""
        told = {row.venue for row in self._others if row.table == "Accounts"}
        for venue in dict.fromkeys(row.venue for row in rows):
            if venue not in told:
                values = {"account": self._account, "exchange": venue}
                yield FoundRow("Accounts", values, venue, self._last[venue])

    def _rows(self, contract: Contract, traded: _Traded, name: str) -> Iterator[FoundRow]:
        """The contract and what is open of it; nothing where nothing is."""
        venue = venue_name(contract.exchange)
        inverse = contract.contract_type == "inverse"
        size = _face(contract) if inverse else _coins(traded.lines)
        if not size:
            self._missing.append(f"{contract}: the face value of its contract is not known here")
            return
        coin = contract.underlying if inverse else contract.quote
        lines = traded.lines
        events = [_event(entry, coin) for entry in lines]
        left = left_open(events, Decimal(repr(size)), inverse=inverse)
        self.problems += left.wrong
        self._tell(contract, lines, left.held, left.nobodys, coin)
        if not left.held:
            return
        unit = 1.0 if inverse else traded.scale
        values: dict[str, Any] = {
            "instrument": name,
            "exchange": venue,
            "underlying": contract.underlying,
            "quote": contract.quote,
            "contract_type": contract.contract_type,
            "contract_size": size * unit,
        }
        if traded.expiry:
            values["expiry"] = traded.expiry
        if unit != 1:
            self._notes.append(
                f"{contract}: prices are divided by {unit:,.0f} and its contract size multiplied, "
                f"as the venue counts {unit:,.0f} coins as one"
            )
        assumed = {"contract_size": "the venue's documentation"} if inverse else {}
        yield FoundRow("Instruments", values, venue, self._last[venue], assumed)
        for held in left.held:
            short = self._short(name, held, float(held.entry(inverse=inverse)) / unit)
            yield FoundRow("Shorts", short, venue, self._last[venue])

    def _short(self, name: str, held: Held, entry: float) -> dict[str, Any]:
        values: dict[str, Any] = {
            "instrument": name,
            "contracts": -float(held.contracts),
            "entry_price": entry,
            "opened": held.opened,
            "funding_received": float(held.funding),
            "realised_pnl": float(held.realised),
            "fees_paid": float(held.fees),
        }
        if held.leverage:
            values["leverage"] = held.leverage
        if self._account:
            values["account"] = self._account
        return values

    def _tell(
        self,
        contract: Contract,
        lines: Iterable[Entry],
        held: Sequence[Held],
        nobodys: Sequence[Settled],
        coin: str,
    ) -> None:
        """What of a contract's lines is in no row."""
        opened = min((each.opened for each in held), default=None)
        others: defaultdict[tuple[str, str], float] = defaultdict(float)
        for entry in lines:
            if opened is None or entry.time < opened or not entry.asset or entry.asset == coin:
                continue
            what = "fee" if entry.deed == "trade" else "funding"
            others[what, entry.asset] += entry.numbers.get(what, 0.0)
        for (what, asset), amount in others.items():
            if amount:
                self._missing.append(
                    f"{contract}: {what}s of {shown(round(amount, 8))} {asset} are not counted, as "
                    f"its margin is in {coin}"
                )
        idle = [each for each in nobodys if opened is None or each.time >= opened]
        traded = any(entry.deed == "trade" for entry in lines)
        if idle and (held or not traded):
            total = float(sum(each.funding for each in idle))
            why = "it is long and short at once" if traded else "no trades of it are in the files"
            self._missing.append(
                f"{contract}: funding of {total:.8g} {coin} from {shown(idle[0].time)} to "
                f"{shown(idle[-1].time)} is in no position: {why}"
            )
        if len(held) > 1:
            self._notes.append(
                f"{contract}: it is long and short at once; its account needs position_mode hedge"
            )


def _once(files: Iterable[Iterable[Entry]]) -> tuple[list[Entry], int]:
    """The lines of several files by time, and how many were left out that two files have.

    Within one file two equal lines are two: a venue may fill an order twice in one second.
    """
    kept: list[Entry] = []
    there: Counter[tuple[Any, ...]] = Counter()
    twice = 0
    for entries in files:
        own: Counter[tuple[Any, ...]] = Counter()
        for entry in entries:
            key = (entry.time, *entry.line)
            own[key] += 1
            if own[key] > there[key]:
                there[key] += 1
                kept.append(entry)
            else:
                twice += 1
    return sorted(kept, key=lambda entry: entry.time), twice


def _coins(lines: Iterable[Entry]) -> float:
    """Base units a linear contract: told by the largest trade, whose rounding matters least."""
    trades = [each.numbers for each in lines if each.numbers.get("contracts")]
    largest = max(trades, key=lambda numbers: numbers["contracts"], default=None)
    return float(f"{largest['quantity'] / largest['contracts']:.6g}") if largest else 1.0


def _face(contract: Contract) -> float:
    """What an inverse contract is worth in its quote; 0 where that is not known."""
    for preset in known_presets():
        same = (preset.exchange.casefold(), preset.underlying, preset.contract_type)
        if same == (contract.exchange, contract.underlying, contract.contract_type):
            return float(preset.terms.get("contract_size", 0))
    return 0.0


def _event(entry: Entry, coin: str) -> Trade | Settled:
    if entry.deed == "funding":
        return Settled(entry.place, entry.time, _in(coin, entry, "funding"))
    amount = entry.decimal("contracts") or entry.decimal("quantity") or Decimal(0)
    return Trade(
        entry.place,
        entry.time,
        entry.side * amount,
        entry.decimal("price") or Decimal(1),
        _in(coin, entry, "fee"),
        entry.leg,
        entry.decimal("realised"),
        entry.decimal("position"),
        entry.numbers.get("leverage"),
    )


def _in(coin: str, entry: Entry, what: str) -> Decimal:
    """An amount in a margin currency; nothing where it is in another."""
    same = entry.asset in ("", coin)
    return (entry.decimal(what) if same else None) or Decimal(0)


def _lines(count: int) -> str:
    return f"{count:,} line{'s' * (count != 1)}"
