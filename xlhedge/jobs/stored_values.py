"""The values that formulas of a refreshed book are to show, where they are the template's own.

A cell of the person's file whose sheet, place and formula are the template's gets the value that
the analysis of the new inputs gives. Every other formula is the person's, or an older edition's:
its value is not known here, and a spreadsheet is asked to compute it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from xlhedge.analysis import analyse
from xlhedge.portfolio import Portfolio
from xlhedge.readers.archive import Archive
from xlhedge.readers.limits import Limits
from xlhedge.readers.workbook_parts import Package
from xlhedge.sheets.context import Edition
from xlhedge.sheets.template import template_book
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.computed import Formulas
from xlhedge.xlsx.members import Members
from xlhedge.xlsx.patch import Value

__all__ = ["StoredValues", "formulas_of", "stored_values"]

_OF_365 = "XLHEDGE_GIVEN"
"""A name that only a book has which brings our functions along."""
_NOT_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")


class StoredValues(NamedTuple):
    """What formulas of a book are to show.

    Args:
        cells: by the part of its sheet, each cell's value, where it is another one now.
        others: whether there are formulas whose values are not known here.
    """

    cells: dict[str, dict[str, Value]]
    others: bool


def formulas_of(content: bytes, limits: Limits) -> dict[str, tuple[str, Formulas]]:
    """The formulas of each sheet of a workbook, by its name, with the part that it is.

    Args:
        content: the file's bytes.
        limits: how much of it may be read.

    Raises:
        NotAWorkbook: it is none.
    """
    members = Members(content)
    parts = {sheet.name: sheet.part for sheet in Package(Archive(content, limits)).sheets()}
    return {name: (part, Formulas(members.read(part), part)) for name, part in parts.items()}


def stored_values(
    portfolio: Portfolio,
    content: bytes,
    theirs: Mapping[str, tuple[str, Formulas]],
    limits: Limits,
) -> StoredValues:
    """What the formulas of a book are to show.

    Args:
        portfolio: the new inputs.
        content: the book's bytes.
        theirs: its formulas, as `formulas_of` finds them.
        limits: how much of it may be read.

    Raises:
        HedgeError: the portfolio cannot be worked out.
    """
    if not any(formulas.cells for _, formulas in theirs.values()):
        return StoredValues({}, others=False)
    names = {each.name for each in Package(Archive(content, limits)).names()}
    edition: Edition = "365" if _OF_365 in names else "addin"
    ours = formulas_of(template_book(analyse(portfolio), edition).to_bytes(), Limits(64))
    cells: dict[str, dict[str, Value]] = {}
    others = False
    for name, (part, formulas) in theirs.items():
        mine = ours[name][1] if name in ours else None
        is_ours = _Compared(formulas, mine) if mine else lambda _: False
        changed: dict[str, Value] = {}
        for cell, computed in formulas.cells.items():
            if not is_ours(cell):
                others = True
            elif mine and mine.cells[cell].value != computed.value:
                changed[cell] = mine.cells[cell].value
        if changed:
            cells[part] = changed
    return StoredValues(cells, others)


class _Compared:
    """Whether cells of a sheet hold the template's formulas."""

    def __init__(self, theirs: Formulas, ours: Formulas) -> None:
        self._theirs, self._ours = theirs, ours
        self._filled: dict[str, str] = {}  # cells that an array formula fills, and where that is
        for cell, computed in ours.cells.items():
            if computed.block:
                self._filled |= dict.fromkeys(_cells(computed.block), cell)

    def __call__(self, cell: str) -> bool:
        ours = self._ours.cells.get(cell)
        if ours is None:
            return False
        if not ours.text:
            first = self._filled.get(cell, cell)
            return first != cell and self(first) and not self._theirs.cells[cell].text
        theirs = self._theirs.cells.get(cell)
        return (
            theirs is not None
            and _plain(theirs.text) == _plain(ours.text)
            and _cells(theirs.block) == _cells(ours.block)
        )


def _plain(formula: str) -> str:
    """A formula without what programs write in their own ways: spaces and small letters."""
    pieces = _NOT_QUOTED.split(formula)
    return "".join(
        piece if number % 2 else piece.replace(" ", "").upper()
        for number, piece in enumerate(pieces)
    )


_BLOCK = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


def _cells(block: str) -> list[str]:
    """The cells of a block; a block of one cell is that cell."""
    found = _BLOCK.fullmatch(block.replace("$", ""))
    if not found:
        return []
    left, top, right, bottom = found[1], int(found[2]), found[3] or found[1], found[4] or found[2]
    columns = LETTERS[LETTERS.index(left) : LETTERS.index(right) + 1]
    return [f"{column}{row}" for row in range(top, int(bottom) + 1) for column in columns]
