"""What one contract of an instrument is, in a book and at its venue: coins stay what they are.

A book may count in other contracts than its venue does: in coins, where the venue's contract is a
ten-thousandth of one. Whatever is counted in contracts is told in those of the book, and where the
size in the book changes, what was typed is counted anew. Of inverse contracts the same holds of
the money that a contract stands for.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from xlhedge.jobs.merging import Writer
from xlhedge.market.found import FoundRow
from xlhedge.text import shown

__all__ = ["COUNTED", "ContractSizes"]

COUNTED = ("qty_step", "min_qty")
"""The columns of Instruments that are counted in contracts."""
_SIZE = "contract_size"


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The size of an instrument's contract in the book before the merge, and after it."""

    before: float
    after: float


class ContractSizes:
    """The sizes of the contracts in a merge.

    Args:
        writer: what they are written with.
        terms: whether a size that was typed may be replaced.
    """

    def __init__(self, writer: Writer, *, terms: bool) -> None:
        self._writer, self._book, self._terms = writer, writer.portfolio, terms
        self._sizes = {
            each.instrument.casefold(): _Sizes(each.contract_size, each.contract_size)
            for each in self._book.instruments
        }
        self._venues: dict[str, float] = {}

    def wanted(self, number: int, row: FoundRow) -> bool:
        """Whether a venue's size may be written over the book's; that it is left is told.

        Args:
            number: the instrument's number in the book.
            row: its row at the venue.
        """
        own, size = self._book.instruments[number], row.values.get(_SIZE)
        typed = _SIZE in own.given
        if size is None or (typed and not self._terms):
            return False
        if size == own.contract_size:
            return True
        typed_counts = self._typed_counts(number)
        place = self._book.place("Instruments", number, _SIZE)
        found = f"{place} {own.instrument} {_SIZE}: {row.venue} has {shown(size)}"
        fixed = next(filter(self._writer.has_formula, typed_counts), None)
        if fixed and not self._writer.has_formula(place):
            self._writer.tell(f"{found}; it stays, as {fixed} counts in the old one by a formula")
            return False
        if typed_counts and not self._terms:
            self._writer.tell(
                f"{found}; blank counts as 1, and {next(iter(typed_counts))} was typed with that; "
                "--terms writes it, and counts what was typed anew"
            )
            return False
        return True

    def _typed_counts(self, number: int) -> dict[str, float]:
        """The cells of the book that count in contracts of an instrument, by their place."""
        own = self._book.instruments[number]
        cells = {
            self._book.place("Instruments", number, column): getattr(own, column)
            for column in COUNTED
            if getattr(own, column)
        }
        for at, short in enumerate(self._book.shorts):
            if short.contracts and short.instrument.casefold() == own.instrument.casefold():
                cells[self._book.place("Shorts", at, "contracts")] = short.contracts
        return cells

    def written(self, number: int, row: FoundRow, columns: list[str]) -> None:
        """Note which size the book has now.

        Args:
            number: the instrument's number in the book.
            row: its row at the venue.
            columns: those that were written.
        """
        own = self._book.instruments[number]
        after = row.values[_SIZE] if _SIZE in columns else own.contract_size
        self._sizes[own.instrument.casefold()] = _Sizes(own.contract_size, after)
        self._note_venue(row)

    def added(self, name: str, row: FoundRow) -> None:
        """Note the size of an instrument that the book did not have."""
        size = row.values.get(_SIZE, 1.0)
        self._sizes[name.casefold()] = _Sizes(size, size)
        self._note_venue(row)

    def _note_venue(self, row: FoundRow) -> None:
        if (size := row.values.get(_SIZE)) is not None:
            self._venues[row.values["instrument"]] = size

    def told(self, number: int, row: FoundRow) -> dict[str, Any]:
        """What a venue counts in contracts, in those of the book, as far as it may be written.

        Args:
            number: the instrument's number in the book.
            row: its row at the venue.
        """
        own = self._book.instruments[number]
        counts = {
            column: self.of_venue(row.values[column], row.values["instrument"], own.instrument)
            for column in COUNTED
            if row.values.get(column) is not None and (self._terms or column not in own.given)
        }
        return {column: value for column, value in counts.items() if value is not None}

    def typed(self, number: int, told: Container[str]) -> dict[str, Any]:
        """What was typed in contracts of an instrument, counted anew where their size changed.

        Args:
            number: the instrument's number in the book.
            told: the columns that a venue told.
        """
        own = self._book.instruments[number]
        columns = [column for column in COUNTED if column not in told]
        counts = {column: self.anew(getattr(own, column), own.instrument) for column in columns}
        return {column: each for column, each in counts.items() if each != getattr(own, column)}

    def of_venue(self, contracts: float, told: str, name: str) -> float | None:
        """A number of a venue's contracts, in those of the book; None if its size is unknown.

        Args:
            contracts: the number.
            told: the venue's instrument, by its name in what was found.
            name: the book's.
        """
        size = self._venues.get(told)
        if size is None:
            return None
        return _rounded(contracts, size, self._sizes[name.casefold()].after)

    def anew(self, contracts: float, name: str) -> float:
        """A number of contracts that was typed with the size before, in those of now."""
        sizes = self._sizes.get(name.casefold())
        return _rounded(contracts, sizes.before, sizes.after) if sizes else contracts


def _rounded(contracts: float, size: float, other: float) -> float:
    """Contracts of one size in those of another, without the dust of a division."""
    return contracts if size == other else float(f"{contracts * size / other:.12g}")
