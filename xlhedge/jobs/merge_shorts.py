"""Positions that were found, merged into a book's shorts: by contract and account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from xlhedge.jobs.contract_sizes import ContractSizes
from xlhedge.jobs.merging import Writer
from xlhedge.market.found import Found, FoundRow, login_of

__all__ = ["ShortsMerge"]

_Key: TypeAlias = tuple[str, str]
"""A contract and an account, both in small letters."""
_MAY_BE_GONE = ("margin", "liquidation_price")
"""Of these a venue that tells all else tells nothing where there is none any more."""


class ShortsMerge:
    """The shorts of a book, and the positions that were found.

    Args:
        found: what was found.
        writer: writes into the book.
        names: what the book calls the contracts that were found, by their name there.
        sizes: the sizes of their contracts.
        note: notes where the columns of a row came from.
    """

    def __init__(
        self,
        found: Found,
        writer: Writer,
        names: Mapping[str, Sequence[str]],
        sizes: ContractSizes,
        note: Callable[[str, str, Iterable[str], FoundRow], None],
    ) -> None:
        self._found, self._writer, self._names = found, writer, names
        self._sizes, self._note = sizes, note
        self._book = writer.portfolio
        self._exchanges = {
            each.instrument.casefold(): each.exchange for each in self._book.instruments
        }
        self._first = {
            name.casefold(): called[0].casefold() for called in names.values() for name in called
        }
        self._whole = {account.casefold() for account in found.whole}
        self._settled: set[int] = set()
        self.gone: set[str] = set()

    def write(self, *, remove_closed: bool) -> None:
        """Write what was found, and tell, or take out, what its account has no more.

        Only an account all of whose positions were told says that one is closed.
        """
        rows = self._told()
        own: dict[_Key, list[int]] = defaultdict(list)
        for number, short in enumerate(self._book.shorts):
            name = short.instrument.casefold()
            own[self._first.get(name, name), self._account(number).casefold()].append(number)
        pairs = _paired(rows, own)
        for key, found in rows.items():
            numbers = own.pop(pairs.get(key, key), [])
            if not numbers:
                self._tell_of_others(key, own)
            left = self._position(found, numbers)
            if key[1] in self._whole:
                self._closed(left, remove=remove_closed)
        for (_, account), numbers in own.items():
            if account in self._whole:
                self._closed(numbers, remove=remove_closed)

    def _account(self, number: int) -> str:
        """The account of a short, which a blank one has from its instrument."""
        short = self._book.shorts[number]
        return short.account or self._exchanges.get(short.instrument.casefold(), "")

    def _told(self) -> dict[_Key, list[FoundRow]]:
        """The positions; one whose contract is in no row leaves its account untold."""
        rows: dict[_Key, list[FoundRow]] = defaultdict(list)
        for row in self._found.of("Shorts"):
            account = row.values.get("account") or row.venue
            told = row.values["instrument"]
            if called := self._names.get(told):
                rows[called[0].casefold(), account.casefold()].append(row)
                continue
            login = login_of(account)
            self._whole = {each for each in self._whole if login_of(each) != login}
            self._writer.tell(f"{_joined(told, account)}: its contract is not there; left out")
        return rows

    def _tell_of_others(self, key: _Key, own: Mapping[_Key, Sequence[int]]) -> None:
        """That a new row may be a position that was typed under another account's name."""
        for (name, account), numbers in own.items():
            same = [number for number in numbers if self._book.shorts[number].contracts]
            if name == key[0] and same and account not in self._whole:
                place = self._book.place("Shorts", same[0])
                self._writer.tell(
                    f"{place} {self._book.shorts[same[0]].instrument}: stays beside that of "
                    f"account {key[1]}; if they are the same position, delete one of them"
                )

    def _position(self, found: Sequence[FoundRow], numbers: Sequence[int]) -> list[int]:
        """One contract's positions in one account: one, or in hedge mode a short and a long.

        Returns:
            The rows of the book that none of them is.
        """
        shorts, left = self._book.shorts, list(numbers)
        for row in found:
            mine = list(numbers)
            if len(found) > 1 or len(numbers) > 1:
                is_long = row.values["contracts"] < 0
                mine = [n for n in numbers if (shorts[n].contracts < 0) == is_long]
            left = [number for number in left if number not in mine]
            told = row.values["instrument"]
            name = shorts[mine[0]].instrument if mine else self._names[told][0]
            label = _joined(name, row.values.get("account") or row.venue)
            contracts = self._sizes.of_venue(row.values["contracts"], told, name)
            if contracts is None:
                self._writer.tell(
                    f"{label}: {row.venue} does not tell the size of its contracts; left out"
                )
            elif len(mine) > 1:
                self._lots(mine, contracts, label, row)
            else:
                self._one(
                    mine, {**row.values, "instrument": name, "contracts": contracts}, label, row
                )
        return left

    def _lots(self, mine: Sequence[int], contracts: float, label: str, row: FoundRow) -> None:
        """Several rows of one position stay; if they do not add up to it, that is told."""
        shorts = self._book.shorts
        total = sum(self._sizes.anew(shorts[n].contracts, shorts[n].instrument) for n in mine)
        if abs(total - contracts) > 1e-9 * abs(total):
            self._writer.tell(
                f"{self._book.place('Shorts', mine[0])} {label}: {len(mine)} rows add up "
                f"to {total:g} contracts, {row.venue} has {contracts:g}; they "
                "stay: make them one row, and it is kept up to date"
            )

    def _one(self, mine: Sequence[int], told: Mapping[str, Any], label: str, row: FoundRow) -> None:
        """A position into its row, or a new one."""
        values = {column: value for column, value in told.items() if value is not None}
        if not mine:
            self._note("Shorts", label, self._writer.append("Shorts", label, values), row)
            return
        number = mine[0]
        given = self._book.shorts[number].given
        if (values.get("account") or "").casefold() in self._whole:
            values = {**{each: None for each in _MAY_BE_GONE if each in given}, **values}
        same = values.get("account", "").casefold() == self._account(number).casefold()
        kept = {"instrument", *(["account"] if same else [])}
        cells = {column: value for column, value in values.items() if column not in kept}
        self._settled.add(number)
        self._note("Shorts", label, self._writer.write("Shorts", number, label, cells), row)

    def _closed(self, numbers: Iterable[int], *, remove: bool) -> None:
        for number in numbers:
            short = self._book.shorts[number]
            if not short.contracts:
                continue
            place = self._book.place("Shorts", number)
            if remove:
                self._writer.blank("Shorts", number, short.instrument)
                self._settled.add(number)
                self.gone.add(_joined(short.instrument, self._account(number)).casefold())
            else:
                why = "its account has no such position any more; --remove-closed takes it out"
                self._writer.tell(f"{place} {short.instrument}: {why}")

    def count_anew(self) -> None:
        """Shorts that were typed, where the size of a contract is another now: the same coins."""
        for number, short in enumerate(self._book.shorts):
            if number not in self._settled:
                contracts = self._sizes.anew(short.contracts, short.instrument)
                cells = {} if contracts == short.contracts else {"contracts": contracts}
                self._writer.write("Shorts", number, short.instrument, cells)


def _paired(rows: Iterable[_Key], own: Iterable[_Key]) -> dict[_Key, _Key]:
    """Positions whose account the book calls otherwise, as only one side says how it is margined.

    They are the same where a contract and a login have one of each that is no other's.
    """
    there, mine = set(rows), set(own)
    free: dict[_Key, tuple[list[_Key], list[_Key]]] = defaultdict(lambda: ([], []))
    for side, keys in enumerate((there - mine, mine - there)):
        for key in keys:
            free[key[0], login_of(key[1])][side].append(key)
    both = (each for each in free.values() if len(each[0]) == len(each[1]) == 1)
    return {found[0]: typed[0] for found, typed in both}


def _joined(name: str, account: str) -> str:
    return f"{name}, {account}" if account else name
