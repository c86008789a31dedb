"""The names of cells: B12 is row 12 and column 2."""

from __future__ import annotations

import re
from typing import TypeAlias

from xlhedge.text import one_line

__all__ = ["Position", "letters_of", "number_of", "position_of", "sheet_place"]

Position: TypeAlias = tuple[int, int]
"""A cell's row and column, both from 1."""

_REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")


def letters_of(column: int) -> str:
    """A column's letters.

    Example:
        >>> letters_of(1), letters_of(28), letters_of(16_384)
        ('A', 'AB', 'XFD')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def number_of(letters: str) -> int:
    """A column's number, from 1.

    Example:
        >>> number_of("A"), number_of("ab"), number_of("XFD")
        (1, 28, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def position_of(reference: str) -> Position:
    """A cell's position.

    Raises:
        ValueError: it is no reference to a cell.

    Example:
        >>> position_of("B12")
        (12, 2)
    """
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    return int(found[2]), number_of(found[1])


def sheet_place(name: str, cell: str) -> str:
    """A cell's place, its sheet's name in quotes where Excel would put it so.

    Example:
        >>> sheet_place("Shorts", "B7"), sheet_place("Bob's", "B7")
        ('Shorts!B7', "'Bob''s'!B7")
    """
    name = one_line(name)
    plain = re.fullmatch(r"[^\W\d][\w.]*", name)
    quoted = name if plain else "'" + name.replace("'", "''") + "'"
    return f"{quoted}!{cell}"
