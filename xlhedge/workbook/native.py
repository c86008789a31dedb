"""Tables of the reports: figures as native formulas over the cells beside them, with their totals.

What was looked up stands as its value; words and what is blank are known, so that no branch of a
formula is left of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter, quote_sheetname

from xlhedge.algebra import Expression
from xlhedge.figures import NATIVE, Figure, formula_text, sum_of
from xlhedge.workbook.look import WIDTHS, finish, heading
from xlhedge.workbook.sheets import Sheet

__all__ = ["HEAD", "TOP", "TOTAL", "NativeTable"]

HEAD, TOTAL, TOP = 4, 5, 6
"""The rows of a sheet's headers, of its totals and of its first figures."""

_REFERENCE = re.compile(r"[A-Z]\$?\d")
_PAGE = 13
"""Columns of figures that a landscape page takes."""


@dataclass(frozen=True)
class NativeTable:
    """A table of figures on a sheet of a report.

    Args:
        title: the sheet's title.
        figures: its columns.
        rows: its rows, by the figures' names.
        known: what formulas read besides the row, as values.
        base: a table of the same rows on another sheet, for figures that are not columns here;
            columns that both have are links to it.
        top: the row of its first figures.
    """

    title: str
    figures: Sequence[Figure]
    rows: Sequence[Mapping[str, Any]]
    known: Mapping[str, Any] = field(default_factory=dict)
    base: NativeTable | None = None
    top: int = TOP

    def letter(self, name: str) -> str:
        """The column of a figure."""
        return get_column_letter([figure.name for figure in self.figures].index(name) + 1)

    def has(self, name: str) -> bool:
        """Whether a figure is one of its columns."""
        return any(figure.name == name for figure in self.figures)

    def cell(self, name: str, at: int) -> str:
        """One cell, as any sheet refers to it."""
        return f"{_quoted(self.title)}!${self.letter(name)}${at}"

    def column(self, name: str) -> str:
        """All cells of a figure, as any sheet refers to them."""
        letter = self.letter(name)
        return f"{_quoted(self.title)}!${letter}${self.top}:${letter}${self._last}"

    def total(self, name: str) -> str:
        """The cell of a figure's total, as any sheet refers to it."""
        return self.cell(name, TOTAL)

    @property
    def _last(self) -> int:
        return self.top + max(len(self.rows), 1) - 1

    def write(
        self,
        sheet: Sheet,
        note: str,
        last_row: Mapping[str, str] | None = None,
        pages: int = 0,
        first: float = 26,
    ) -> None:
        """Write a sheet that is this table, with headers and totals.

        Args:
            sheet: where.
            note: how to read it.
            last_row: the formulas of the last row, where it is no row like the others.
            pages: how many pages wide it prints; as many as its columns take, if 0.
            first: the first column's width, in characters.
        """
        pages = pages or -(-len(self.figures) // _PAGE)
        heading(sheet, self.title, note, column=1 + (pages > 1))
        self.write_rows(sheet, last_row)
        sheet.put(TOTAL, 1, "Total", "total text")
        for column, figure in enumerate(self.figures[1:], 2):
            letter, look = get_column_letter(column), f"total {figure.look}"
            if figure.total:
                total = sum_of(self.rows, figure.name)
                text = f"SUM({letter}{self.top}:{letter}{self._last})"
                sheet.put(TOTAL, column, total, look, text)
            else:
                sheet.put(TOTAL, column, None, look)
        self.write_head(sheet, HEAD)
        widths = {self.letter(f.name): WIDTHS.get(f.look, 12) for f in self.figures}
        finish(sheet, f"B{TOP}", widths | {"A": first}, f"{HEAD}:{HEAD}", pages)

    def write_head(self, sheet: Sheet, at: int) -> None:
        """Write the headers."""
        for column, figure in enumerate(self.figures, 1):
            look = "header text" if figure.look == "text" else "header"
            sheet.put(at, column, figure.title, look)
        sheet.design.row_dimensions[at].height = 48

    def write_rows(self, sheet: Sheet, last_row: Mapping[str, str] | None = None) -> None:
        """Write the rows of figures."""
        for n, row in enumerate(self.rows):
            special = last_row if n == len(self.rows) - 1 else None
            for column, figure in enumerate(self.figures, 1):
                value = row[figure.name]
                if value is None:
                    text = None
                elif special is not None:
                    text = special.get(figure.name)
                else:
                    text = self._text(figure, row, self.top + n)
                sheet.put(self.top + n, column, value, f"cell {figure.look}", text)

    def _text(self, figure: Figure, row: Mapping[str, Any], at: int) -> str | None:
        """A figure as a formula over its row's cells; none where it refers to nothing."""
        if self.base and self.base.has(figure.name):
            return self.base.cell(figure.name, self.base.top + at - self.top)
        if figure.formula is None:
            return None
        cells: dict[str, Any] = dict(self.known)
        for other in [*(self.base.figures if self.base else ()), *self.figures]:
            value = row[other.name]
            cells[other.name] = value
            if isinstance(value, float):
                cells[other.name] = Expression(self._reference(other.name, at))
        text = formula_text(figure, NATIVE, cells, guarded=False)
        return text if _REFERENCE.search(text) else None

    def _reference(self, name: str, at: int) -> str:
        if self.base and not self.has(name):
            return self.base.cell(name, self.base.top + at - self.top)
        return f"{self.letter(name)}{at}"


def _quoted(title: str) -> str:
    """A sheet's title in a reference; plain ones read better bare."""
    return title if title.isalpha() else quote_sheetname(title)
