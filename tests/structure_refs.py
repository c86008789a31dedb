"""Cells and ranges as texts. Part of the structural checker, see `structure`."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
_ROWS = re.compile(r"\$?([1-9][0-9]{0,6}):\$?([1-9][0-9]{0,6})")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


class Area(NamedTuple):
    """A rectangle of cells; all four are inside, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Area) -> bool:
        """Whether they have a cell in common."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def column_number(letters: str) -> int:
    """The number of a column, A being 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell(text: str) -> tuple[int, int] | None:
    """Row and column of a cell's name; None if it is none, or beyond the sheet's end."""
    match = _CELL.fullmatch(text)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None


def area(text: str) -> Area | None:
    """The range of a text such as A1, $A$1:B3, A:C or 1:3; None if it is none."""
    if match := _COLUMNS.fullmatch(text):
        left, right = column_number(match[1]), column_number(match[2])
        return _inside(Area(1, left, MAX_ROW, right))
    if match := _ROWS.fullmatch(text):
        return _inside(Area(int(match[1]), 1, int(match[2]), MAX_COLUMN))
    first, _, last = text.partition(":")
    start, end = cell(first), cell(last or first)
    if start is None or end is None or text.endswith(":"):
        return None
    return _inside(Area(*start, *end))


def _inside(found: Area) -> Area | None:
    ordered = found.top <= found.bottom and found.left <= found.right
    ends = found.bottom <= MAX_ROW and found.right <= MAX_COLUMN
    return found if ordered and ends else None


def areas(text: str | None) -> list[Area] | None:
    """The ranges of an sqref; None if there is none, or one is not a range."""
    found = [area(part) for part in (text or "").split()]
    good = [each for each in found if each is not None]
    return good if good and len(good) == len(found) else None


def units(text: str) -> int:
    """A text's length as Excel counts it, in UTF-16."""
    return len(text) + sum(character > "\uffff" for character in text)


def unescaped(text: str) -> str:
    """A text of the file as Excel reads it: _x000a_ is a line feed."""
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
