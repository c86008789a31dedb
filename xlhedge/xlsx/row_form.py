"""Cells side by side, for any row: letters and formulas are written once, with the row open.

A table's rows differ in their numbers, values and looks. So all else of their cells is one text for
each kind of row, and a row is that text, filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from xlhedge.xlsx.cell import (
    LETTERS,
    MAX_FORMULA,
    MAX_ROW,
    cell_xml,
    escaped,
    formula_xml,
    marked,
)

__all__ = ["RowForm", "RowText", "here"]


def here(offset: int = 0) -> str:
    """The number of a formula's own row, while it is open; or of one that many rows below.

    Braces hold constants in a formula, and never a name: no text of Excel's has this.

    Example:
        >>> here(), here(-4)
        ('{row}', '{row-4}')
    """
    return f"{{row{offset:+d}}}" if offset else "{row}"


class RowText:
    """A formula's text for any row: written once, with its row open.

    Args:
        text: the text, with `here` where numbers of rows stand.

    Example:
        >>> RowText("$D{row}*Hedge!$E${row-4}").at(10)
        '$D10*Hedge!$E$6'
    """

    __slots__ = ("_marks", "_near", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._near = text.split(here())
        offsets = {int(each.partition("}")[0] or 0) for each in text.split("{row")[1:]} - {0}
        self._marks = [(here(offset), offset) for offset in offsets]

    @property
    def refers(self) -> bool:
        """Whether it refers to a cell of its row."""
        return len(self._near) > 1 or bool(self._marks)

    def at(self, row: int) -> str:
        """The text in that row."""
        text = str(row).join(self._near)
        for mark, offset in self._marks:
            text = text.replace(mark, str(row + offset))
        return text


class RowForm:
    """Cells side by side, for any row.

    Args:
        col: the first one's column.
        formulas: of each its formula; none of a constant.
        arrays: which of these, from 0, are array formulas.

    Attributes:
        columns: their columns.

    Raises:
        ValueError: a formula cannot stand in a workbook.

    Example:
        >>> form = RowForm(2, (None, RowText("2*B{row}")))
        >>> form.fill(5, ("", ' s="1"'), (1.5, 3.0))
        '<c r="B5"><v>1.5</v></c><c r="C5" s="1"><f>2*B5</f><v>3.0</v></c>'
    """

    def __init__(
        self, col: int, formulas: Sequence[RowText | None], arrays: Sequence[int] = ()
    ) -> None:
        self.columns, self.formulas = range(col, col + len(formulas)), formulas
        self._long = [each for each in formulas if each and len(each.at(MAX_ROW)) > MAX_FORMULA]
        cells: list[str] = []
        for n, (formula, column) in enumerate(zip(formulas, self.columns, strict=True)):
            ref = f"{LETTERS[column]}{here()}"
            source = formula and _source(formula, ref if n in arrays else "").replace("%", "%%")
            cells.append(f'<c r="{ref}"%s' + (f">{source}<v>%s</v></c>" if source else ""))
        self._text = RowText("".join(cells))

    def fill(self, row: int, looks: Iterable[str], values: Sequence[object]) -> str:
        """The cells in that row, as XML.

        Args:
            row: the row.
            looks: what gives each its look, of `Styles.attributes`.
            values: as for `Sheet.put`.

        Raises:
            ValueError: a value cannot stand in its cell, or a formula is too long in this row.
        """
        for each in self._long:
            formula_xml(each.at(row), "<f>")
        found: list[str] = []
        for formula, look, value in zip(self.formulas, looks, values, strict=True):
            if value.__class__ is float and isfinite(value):  # as below, without the call
                number = repr(value + 0.0)
                if formula is None:
                    found.append(f"{look}><v>{number}</v></c>")
                else:
                    found += look, number
            elif formula is not None:
                found += marked(look, value)
            else:
                found.append(cell_xml(look, value, None))
        return self._text.at(row) % tuple(found)

    def below(self, row: int, look: str, values: Sequence[Any]) -> list[str]:
        """Cells below each other, of a form of one: as `fill` each, the first in that row."""
        (formula,) = self.formulas
        if set(map(type, values)) != {float} or not isfinite(sum(values)) or self._long:
            return [self.fill(at, (look,), (value,)) for at, value in enumerate(values, row)]
        letters, source = LETTERS[self.columns[0]], RowText(_source(formula, "") if formula else "")
        return [
            f'<c r="{letters}{at}"{look}>{source.at(at)}<v>{value + 0.0!r}</v></c>'
            for at, value in enumerate(values, row)
        ]

    def cells(self, filled: str) -> dict[int, str]:
        """By column: what `fill` gave in the first, and nothing in the others."""
        return dict.fromkeys(self.columns, "") | {self.columns[0]: filled}


def _source(formula: RowText, array: str) -> str:
    tag = f'<f t="array" ref="{array}:{array}">' if array else "<f>"
    return f"{tag}{escaped(formula.text)}</f>"
