"""A closed workbook brought up to date: what was found goes into its cells, all else stays.

The values of its inputs and those stored with our own formulas are written; where it has formulas
of the person's, it also asks the spreadsheet to compute when it opens the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlhedge.errors import InputError, NotAWorkbook
from xlhedge.files import write_bytes
from xlhedge.jobs.in_place import refuse_if_open, replace_book
from xlhedge.jobs.merge import Rules, merge
from xlhedge.jobs.merging import CellChange, Merged
from xlhedge.jobs.stored_values import StoredValues, formulas_of, stored_values
from xlhedge.market.contracts import VENUES, Contract, contract_of
from xlhedge.market.found import Found
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.problems import refusal
from xlhedge.readers import DEFAULT, Limits, load, read_content
from xlhedge.readers.cell_names import sheet_place
from xlhedge.readers.content import Content
from xlhedge.xlsx.computed import Formulas
from xlhedge.xlsx.patch import Like, Value, patched

__all__ = ["ClosedBook", "book_contracts", "book_venues"]

_WORKBOOKS = (".xlsx", ".xlsm")


def book_contracts(portfolio: Portfolio, venues: Sequence[str] = ()) -> frozenset[Contract]:
    """The contracts of a book that venues are asked for; of all its venues if none is named."""
    quote = portfolio.settings.quote_currency
    found = (
        contract_of({name: getattr(each, name) for name in each.given}, quote)
        for each in portfolio.instruments
        if each.exchange
    )
    named = {venue.casefold() for venue in venues}
    return frozenset(each for each in found if not named or each.exchange in named)


def book_venues(portfolio: Portfolio) -> tuple[str, ...]:
    """The venues that a book's contracts trade at, as they are asked."""
    there = {each.exchange.strip().casefold(): None for each in portfolio.instruments}
    return tuple(venue for venue in there if venue in VENUES) or tuple(filter(None, there))


@dataclass(slots=True)
class ClosedBook:
    """A workbook that is brought up to date while no spreadsheet has it open.

    Args:
        path: the file.
        limits: how much of it is read.
        read_open: whether it may be open meanwhile, as one that is only looked at; it is written
            closed only.

    Attributes:
        content: its bytes, as they were read.
        portfolio: what is in it.

    Raises:
        PortfolioError: it cannot be read, or something in it is wrong.
        InputError: it is open, or no workbook.
    """

    path: Path
    limits: Limits = DEFAULT
    read_open: bool = False
    content: bytes = field(init=False)
    portfolio: Portfolio = field(init=False)
    _formulas: dict[str, tuple[str, Formulas]] = field(init=False)
    _sheets: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.path.resolve()  # of a link what it leads to is brought up to date
        if self.path.suffix.lower() not in _WORKBOOKS:
            raise InputError(f"{self.path}: it is no closed workbook (.xlsx, .xlsm)")
        if not self.read_open:
            refuse_if_open(self.path)
        read = load(self.path, self.limits)
        self.portfolio = read_content(read, self.limits)
        self.content = bytes(read.body) if isinstance(read.body, bytes) else b""
        try:
            self._formulas = formulas_of(self.content, self.limits)
        except NotAWorkbook as error:
            raise refusal(str(error), error.place) from None
        self._sheets = {sheet_place(name, ""): name for name in self._formulas}

    def merged(self, found: Found, rules: Rules) -> Merged:
        """What of the found would be written, and what would not."""
        return merge(self.portfolio, found, rules, self._has_formula)

    def _has_formula(self, place: str) -> bool:
        name, cell = self._split(place)
        return cell in self._formulas[name][1]

    def _split(self, place: str) -> tuple[str, str]:
        """A place's sheet and cell."""
        sheet, _, cell = place.rpartition("!")
        return self._sheets[f"{sheet}!"], cell

    def after(self, changes: Sequence[CellChange]) -> Portfolio:
        """What would be in it with the changes.

        Raises:
            PortfolioError: they do not fit together.
        """
        return read_content(Content(self.path.name, self._typed(changes)), self.limits)

    def _typed(self, changes: Sequence[CellChange]) -> bytes:
        """The file's bytes with the changes."""
        inputs: dict[str, dict[str, Value | Like]] = defaultdict(dict)
        for change in changes:
            name, cell = self._split(change.place)
            value: Value | Like = change.now
            if change.like:
                value = Like(change.now, self._split(change.like)[1])
            inputs[self._formulas[name][0]][cell] = value
        try:
            return patched(self.content, inputs)
        except NotAWorkbook as error:
            raise refusal(str(error), error.place) from None

    def refreshed(self, changes: Sequence[CellChange]) -> bytes:
        """The file's bytes with the changes, and with what our formulas show then.

        Raises:
            PortfolioError: the changed inputs do not fit together.
            HedgeError: they cannot be worked out.
        """
        typed = self._typed(changes)
        try:
            new = read_content(Content(self.path.name, typed), self.limits)
            stored: StoredValues = stored_values(new, self.content, self._formulas, self.limits)
            if not stored.cells and not stored.others:
                return typed
            return patched(typed, stored.cells, compute=stored.others)
        except NotAWorkbook as error:
            raise refusal(str(error), error.place) from None

    def write(
        self, new: bytes, output: Path | None, now: datetime, *, kept: bool = False
    ) -> Path | None:
        """Write the new bytes, in one step.

        Args:
            new: the bytes.
            output: another file; None for the book itself, of which a dated copy is kept.
            now: the time now, by the clock that the folder shows.
            kept: whether this run has kept a copy already.

        Returns:
            The copy.

        Raises:
            InputError: the book was opened or changed meanwhile.
            OSError: a file cannot be written.
        """
        if output:
            write_bytes(output, new)
            return None
        return replace_book(self.path, self.content, new, now, kept=kept)
