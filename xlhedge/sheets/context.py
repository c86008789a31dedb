"""What the sheets of a book are written from: an analysis, and where things stand in the book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import FigureRow
from xlhedge.portfolio import Source
from xlhedge.sheets.firm import Firm
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import Tables
from xlhedge.sheets.native_cells import Known, NativeCells
from xlhedge.sheets.shown import Shown
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.book import Book

__all__ = ["NOTHING", "BookContext", "Edition", "Headline", "ReportContext", "TemplateContext"]

Edition = Literal["addin", "365"]
"""Where the functions come from: an add-in or extension, or names in the workbook itself."""

NOTHING = "–"
"""What a headline shows while nothing is typed."""


@dataclass(frozen=True, slots=True)
class BookContext:
    """What each sheet is written from.

    Args:
        book: the workbook.
        analysis: what to show.
        on: the computed tables by the title of their sheet, in the sheets' order.
        contents: title and purpose of each sheet but the first.
    """

    book: Book
    analysis: Analysis
    on: dict[str, FigureTable]
    contents: Sequence[tuple[str, str]]

    @property
    def tables(self) -> Tables:
        """The computed tables by their kind of row; of two the first."""
        return {table.row: table for table in reversed(self.on.values())}


@dataclass(frozen=True, slots=True)
class TemplateContext(BookContext):
    """What each sheet of the template is written from.

    Args:
        inputs: where the inputs stand.
        edition: where the functions come from.
    """

    inputs: Inputs
    edition: Edition


@dataclass(frozen=True, slots=True)
class ReportContext(BookContext):
    """What each sheet of the report is written from.

    Args:
        known: what formulas hold as numbers.
        source: the file the portfolio was read from; none for one made in Python.
        firm: what a firm has its reports say.
        shown: which lines stand in it.
        full: whether the appendix prints, too.
    """

    known: Known
    source: Source | None
    firm: Firm
    shown: Shown
    full: bool = False

    def cells(self, row: type[FigureRow]) -> NativeCells:
        """What writes the formulas of a kind of rows."""
        tables = (each for each in self.on.values() if each.row is row)
        return NativeCells(self.known, *tables, others=tuple(self.on.values()))


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline figure of the template, a link to the cell that computes it.

    Args:
        title: what it is.
        formula: its cell; blank inputs are asked for already.
        value: what is stored; None where there is nothing to say.
        look: how it is shown.
        unit: its unit; empty for the quote currency.
        meaning: how to read it.
        sheet: where it comes from.
        word: the cell of a word that goes before its meaning, such as "liquidated".
        said: what is stored of that.
    """

    title: str
    formula: str
    value: float | str | None
    look: str
    unit: str
    meaning: str
    sheet: str
    word: str = ""
    said: str = ""
