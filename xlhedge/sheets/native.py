"""Tables of the reports: figures as native formulas over the cells beside them, with their totals.

What was looked up stands as its value; words and what is blank are known, so that no branch of a
formula is left of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from xlhedge.analysis.figures import NATIVE, Figure, formula_text, sum_of
from xlhedge.functions.algebra import Expression
from xlhedge.sheets.style import WIDTHS, finish, heading
from xlhedge.xlsx.cell import LETTERS, quoted
from xlhedge.xlsx.sheet import Sheet

__all__ = ["HEAD", "TOP", "TOTAL", "NativeTable"]

HEAD, TOTAL, TOP = 4, 5, 6
"""The rows of a sheet's headers, of its totals and of its first figures."""

_ROW, _BASE_ROW = "\ue000", "\ue001"
"""Stand in formulas for the number of a row that is still open: here, and on the base's sheet."""
_MOST = 16
_KIND = object()
"""Stands for whatever number a cell holds: formulas refer to it."""
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
        return self._letters[name]

    @cached_property
    def _letters(self) -> dict[str, str]:
        return {figure.name: LETTERS[n] for n, figure in enumerate(self.figures, 1)}

    def has(self, name: str) -> bool:
        """Whether a figure is one of its columns."""
        return name in self._letters

    def cell(self, name: str, at: int | str) -> str:
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
            letter, look = LETTERS[column], f"total {figure.look}"
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
        sheet.height(at, 48)

    def write_rows(self, sheet: Sheet, last_row: Mapping[str, str] | None = None) -> None:
        """Write the rows of figures."""
        for at, row in enumerate(self.rows, self.top):
            special = last_row if at == self._last else None
            kinds = dict(self.known)
            for name in self._read:
                value = row[name]
                kinds[name] = _KIND if isinstance(value, float) else value
            for column, figure in enumerate(self.figures, 1):
                value = row[figure.name]
                if value is None:
                    text = None
                elif special is not None:
                    text = special.get(figure.name)
                else:
                    text = self._text(figure, kinds, at)
                sheet.put(at, column, value, f"cell {figure.look}", text)

    @cached_property
    def _texts(self) -> _Texts:
        base = self.base and (self.base.title, tuple(f.name for f in self.base.figures))
        return _texts_of(tuple(self._letters), base)

    @cached_property
    def _read(self) -> dict[str, Expression]:
        """What formulas may read of a row, as references of a row that is still open."""
        base = self.base.figures if self.base else ()
        names = [figure.name for figure in (*base, *self.figures)]
        return {name: Expression(self._reference(name)) for name in names}

    def _text(self, figure: Figure, kinds: Mapping[str, Any], at: int) -> str | None:
        """A figure as a formula over its row's cells; none where it refers to nothing.

        Rows whose cells are of one kind have one formula: it is written once, with the row open.
        """
        if self.base and self.base.has(figure.name):
            return self.base.cell(figure.name, self.base.top + at - self.top)
        if figure.formula is None:
            return None
        text = self._open(figure, kinds)
        if text is None:
            return None
        if self.base:
            text = text.replace(_BASE_ROW, str(self.base.top + at - self.top))
        return text.replace(_ROW, str(at))

    def _open(self, figure: Figure, kinds: Mapping[str, Any]) -> str | None:
        """A figure's formula with its row open, for a row whose cells are of these kinds."""
        known = self._texts.setdefault(figure.name, [])
        for seen, text in known:
            if all(kinds[name] == kind for name, kind in seen.items()):
                return text
        cells = _Noted({n: self._read[n] if k is _KIND else k for n, k in kinds.items()})
        written = formula_text(figure, NATIVE, cells, guarded=False)
        refers = _ROW in written or _BASE_ROW in written
        seen = {name: kinds[name] for name in cells.read}
        if len(known) >= _MOST:  # a batch has many horizons, which formulas hold as numbers
            known.clear()
        known.append((seen, written if refers else None))
        return known[-1][1]

    def _reference(self, name: str) -> str:
        if self.base and not self.has(name):
            return self.base.cell(name, _BASE_ROW)
        return f"{self.letter(name)}{_ROW}"


_Texts: TypeAlias = dict[str, list[tuple[dict[str, Any], str | None]]]
"""The formulas of each figure written so far, behind what they read."""


@lru_cache(maxsize=64)
def _texts_of(names: tuple[str, ...], base: tuple[str, tuple[str, ...]] | None) -> _Texts:  # noqa: ARG001  # they tell one table from another
    """The formulas of all tables of these columns, on whatever sheet: they are the same."""
    return {}


class _Noted(dict[str, Any]):
    """Cells that note which of them are read."""

    def __init__(self, cells: Mapping[str, Any]) -> None:
        super().__init__(cells)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


def _quoted(title: str) -> str:
    """A sheet's title in a reference; plain ones read better bare."""
    return title if title.isalpha() else quoted(title)
