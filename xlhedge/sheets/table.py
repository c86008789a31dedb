"""Tables of figures on sheets: where their cells stand, and how they are written.

The two differ in their layout and in what writes the formulas: `live_cells` or `native_cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from textwrap import wrap
from typing import Any

from xlhedge.analysis.figures import BLANK, Figure, FigureRow, sum_of
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.sheets.style import FITTED, WIDTHS, fitted
from xlhedge.xlsx.cell import LETTERS, quoted
from xlhedge.xlsx.row_form import RowForm, RowText
from xlhedge.xlsx.sheet import Sheet

__all__ = ["ColumnGroup", "FigureTable", "header_height", "tell_unprinted"]


def header_height(figures: Sequence[Figure], least: float) -> float:
    """How high a row of headers is, in points: their words have lines, and columns a width."""
    widths = (max(least, WIDTHS.get(each.look, 12)) - _SIDES for each in figures)
    lines = (_lines(each.title, int(width)) for each, width in zip(figures, widths, strict=True))
    return max(48.0, 15.0 * max(lines))


@lru_cache(maxsize=1_024)  # all reports have the same headers
def _lines(title: str, width: int) -> int:
    return len(wrap(title, width))


_PRINTED, _SPARE = 25, 5
"""Rows of a table that print at least, and more than are used."""

_SIDES = 2
"""Letters that bold ones, and what stands beside them, take of a header's width."""


def tell_unprinted(sheet: Sheet, letter: str, end: int, last: int, page: int) -> None:
    """Tell in a sheet's first row of rows that are filled and do not print.

    Args:
        sheet: the sheet.
        letter: the column that is filled in each row.
        end: the last row that prints.
        last: the last one that counts.
        page: the last column of the page.
    """
    if end < last:
        below = f'SUMPRODUCT(--(${letter}${end + 1}:${letter}${last}<>""))'
        said = f'"Rows below {end} do not print: enlarge the print area."'
        sheet.put(1, 3, "", "warning", f'IF({below}=0,"",{said})')
        sheet.merge(1, 3, page)


Texts = Callable[[FigureRow | None], Sequence[RowText | None]]
"""The formulas of a row, figure by figure; of one without values, too."""


@dataclass(frozen=True)
class FigureTable:
    """A table of figures on a sheet; two are equal when their cells stand alike.

    Args:
        title: the sheet's title.
        row: the kind of its rows.
        top: the first row of figures.
        count: how many rows it has room for.
        total_at: the row of its totals, if it has one.
        figures: its columns; all figures of a row, unless told.
        left: the column of the first of them, from 1.
        head: the row of its headers.
        stays: whether its values stay; each is shown as it needs.
    """

    title: str
    row: type[FigureRow]
    top: int
    count: int = field(compare=False)
    total_at: int = field(default=0, compare=False)
    figures: tuple[Figure, ...] = ()
    left: int = 1
    head: int = field(default=0, compare=False)
    stays: bool = field(default=False, compare=False)
    _letters: dict[Figure, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.figures:
            object.__setattr__(self, "figures", self.row.figures)
        self._letters.update({each: LETTERS[n] for n, each in enumerate(self.figures, self.left)})

    @cached_property
    def _looks(self) -> list[str]:
        return [f"cell {figure.look}" for figure in self.figures]

    def has(self, figure: Figure) -> bool:
        """Whether a figure is one of its columns."""
        return figure in self._letters

    def letter(self, figure: Figure) -> str:
        """The column of a figure."""
        return self._letters[figure]

    def behind(self, count: int = 1) -> str:
        """A column behind the figures: the next one, or one farther."""
        return LETTERS[self.left - 1 + len(self.figures) + count]

    @cached_property
    def _spare(self) -> list[str]:
        return [f"spare {figure.look}" for figure in self.figures]

    @property
    def last(self) -> int:
        """The last row of figures; there is one, be it blank."""
        return self.top + max(self.count, 1) - 1

    @cached_property
    def sheet(self) -> str:
        """The sheet's title in a reference; plain ones read better bare."""
        return self.title if self.title.isalpha() else quoted(self.title)

    def cell(self, figure: Figure, at: int | str) -> str:
        """One cell, as any sheet refers to it."""
        return f"{self.sheet}!${self.letter(figure)}${at}"

    def column(self, figure: Figure) -> str:
        """All cells of a figure, as any sheet refers to them."""
        return f"{self.sheet}!{self.span(figure, '$')}"

    def row_at(self, f: Lookups, number: Carrier) -> FigureRow:
        """The row of that number, from 1, as references."""
        text = excel_text(number)
        cells: dict[str, Any] = {
            each.name: Expression(f"INDEX({self.column(each)},{text})") for each in self.figures
        }
        return self.row(f, **cells)

    def span(self, figure: Figure, fixed: str = "") -> str:
        """All cells of a figure, as its own sheet refers to them."""
        letter = f"{fixed}{self.letter(figure)}{fixed}"
        return f"{letter}{self.top}:{letter}{self.last}"

    def total(self, figure: Figure) -> str:
        """The cell of a figure's total, as any sheet refers to it."""
        return self.cell(figure, self.total_at)

    def print_used(self, sheet: Sheet, used: int, page: int, last: int = 0) -> None:
        """Let a sheet of the template print the rows that are used, on one page; call it last.

        Blank rows have no ink, and there is room for some: an area that follows what is typed is a
        formula, which LibreOffice and openpyxl do not take. Rows typed further down are told. What
        stands behind the figures is folded away.

        Args:
            sheet: the sheet.
            used: how many of its rows are used.
            page: the last column of a page.
            last: the last column that prints; that of the first page, unless told.
        """
        end = min(self.last, self.top + max(_PRINTED, used + _SPARE) - 1)
        sheet.prints(area=f"A1:{LETTERS[last or page]}{end}")
        tell_unprinted(sheet, self.letter(self.figures[0]), end, self.last, page)
        right = "".join(filter(str.isalpha, sheet.extent.partition(":")[2]))
        behind = max(LETTERS.index(self.behind()), page + 1, last + 1)
        if (end := LETTERS.index(right)) >= behind:
            for column in range(behind, end + 1):
                sheet.widen(column, 12)
            sheet.fold(behind, end)

    def write_head(self, sheet: Sheet, *, sides: bool = True) -> None:
        """Write the headers.

        Args:
            sheet: where.
            sides: whether those over words stand at the left.
        """
        titles = [figure.title for figure in self.figures]
        words = [sides and figure.look == "text" for figure in self.figures]
        looks = ["header text" if each else "header" for each in words]
        sheet.line(self.head, _row_form(self.left, (None,) * len(titles)), titles, looks)
        sheet.height(self.head, header_height(self.figures, 0) if self.stays else 48)

    def write_total(self, sheet: Sheet, rows: Sequence[FigureRow]) -> None:
        """Write the totals: of these rows, over all cells below."""
        at = self.total_at
        sheet.put(at, 1, "Total", "total text")
        for column, figure in enumerate(self.figures[1:], 2):
            look, letter = f"total {figure.look}", LETTERS[column]
            if figure.total:
                text, total = f"SUM({letter}{at + 1}:{letter}{self.last})", sum_of(rows, figure)
                sheet.put(at, column, total, fitted(look, total) if self.stays else look, text)
            else:
                sheet.put(at, column, None, look)

    def write_rows(
        self, sheet: Sheet, rows: Sequence[FigureRow], texts: Texts, arrays: Collection[Figure] = ()
    ) -> None:
        """Write the rows of figures, and those that the table has room for.

        Args:
            sheet: where.
            rows: their values.
            texts: their formulas.
            arrays: figures whose formulas are array formulas.
        """
        for n in range(self.count):
            self.write_row(sheet, n, rows[n] if n < len(rows) else None, texts, arrays)
        if (first := self.top + len(rows)) <= self.last:  # a rule below what comes to stand there
            cells = f"{LETTERS[self.left]}{first}:{self.behind(0)}{self.last}"
            sheet.mark(cells, f'${LETTERS[self.left]}{first}<>""', "ruled")

    def write_row(
        self,
        sheet: Sheet,
        n: int,
        row: FigureRow | None,
        texts: Texts,
        arrays: Collection[Figure] = (),
    ) -> None:
        """Write row n, from 0."""
        given = vars(row.complete()) if row else {}
        values = [given.get(figure.name, BLANK) for figure in self.figures]
        looks = self._looks if row else self._spare
        if self.stays:
            looks = self._fitted(values, given.get("qty_step"))
        form = _row_form(self.left, tuple(texts(row)), self._places(arrays))
        sheet.line(self.top + n, form, values, looks)

    def _fitted(self, values: Sequence[Any], step: object) -> list[str]:
        """The looks of values that stay."""
        looks = self._looks.copy()
        for n, contracts in self._varying:
            looks[n] = fitted(looks[n], values[n], step if contracts else None)
        return looks

    @cached_property
    def _varying(self) -> list[tuple[int, bool]]:
        """The figures whose look hangs on the value, and whether they are counted in steps."""
        return [
            (n, "contracts" in figure.name)
            for n, figure in enumerate(self.figures)
            if figure.look in FITTED
        ]

    def _places(self, figures: Collection[Figure]) -> tuple[int, ...]:
        return tuple(self.figures.index(figure) for figure in figures)

    def widths(self, least: float = 0) -> dict[str, float]:
        """The widths of its columns."""
        return {self.letter(f): max(least, WIDTHS.get(f.look, 12)) for f in self.figures}


# Rows of one kind have the same formulas, and so have the reports of a batch.
_row_form = lru_cache(maxsize=256)(RowForm)


class ColumnGroup(Group):
    """The rows of a table for which conditions hold, as sums over its columns.

    Conditions are compared, never given to SUMIF: a name that starts with > is no criterion.
    """

    def __init__(self, table: FigureTable, *conditions: str) -> None:
        self._table, self._conditions = table, conditions

    @property
    def count(self) -> Expression:
        return self._summed()

    def having(self, figure: Figure, sign: str, other: Carrier = 0) -> ColumnGroup:
        condition = f"{self._table.column(figure)}{sign}{excel_text(other)}"
        return ColumnGroup(self._table, *self._conditions, condition)

    def sum(self, *figures: Figure) -> Expression:
        return self._summed(*map(self._table.column, figures))

    def size(self, figure: Figure, *others: Figure) -> Expression:
        above, below = (self.having(figure, sign).sum(figure, *others) for sign in "><")
        return above - below

    def least(self, figure: Figure) -> Expression:
        column = self._table.column(figure)
        conditions = (f"({each})" for each in (*self._conditions, f'{column}<>""'))
        return Expression(f"MIN(IF({'*'.join(conditions)},{column},1E+300))")

    def each(self, figure: Figure, otherwise: float) -> Expression:
        (condition,) = self._conditions
        column = self._table.column(figure)
        return Expression(f"IF({condition},{column},{excel_text(otherwise)})")

    def _summed(self, *columns: str) -> Expression:
        conditions = (f"--({condition})" for condition in self._conditions)
        return Expression(f"SUMPRODUCT({','.join((*conditions, *columns))})")
