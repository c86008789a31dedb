"""The Functions sheet: the reference from the registry, each function with a live example."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from xlhedge.functions.registry import Function, Parameter
from xlhedge.sheets.style import finish, heading
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["write_functions"]

_TOP = 4
_VALUES, _WORDS, _LAST = 2, 5, 8
"""Columns: where arguments and results begin, where their help begins, and the last of it."""

_WIDTHS = {"A": 27, "B": 19, "C": 19, "D": 15, "E": 15, "F": 15, "G": 15, "H": 52}
_LINE = 120  # characters that the help's columns hold in a line
_POINTS = 15


def write_functions(sheet: Sheet, entries: Sequence[Function]) -> None:
    """Write the sheet.

    Args:
        sheet: where.
        entries: the functions that this workbook can call, in order.
    """
    heading(
        sheet,
        "Functions",
        "Each with an example to play with: type in its blue cells. Arguments in [brackets] are "
        "optional.",
    )
    at = _TOP
    for group, members in itertools.groupby(entries, lambda entry: entry.group):
        sheet.put(at, 1, group, "section")
        at += 1
        for entry in members:
            at = _write_entry(sheet, at, entry) + 1
    finish(sheet, f"B{_TOP}", _WIDTHS)


def _write_entry(sheet: Sheet, at: int, entry: Function) -> int:
    """One function from a row on; returns the row behind it."""
    said = entry.sections
    for column in range(1, _LAST + 1):
        sheet.put(at, column, entry.syntax if column == 1 else None, "header text")
    sheet.merge(at, 1, _LAST)
    sheet.height(at, _POINTS * _lines(entry.syntax, 150))
    at = _spread(sheet, at + 1, "what it is", entry.summary)
    at = _spread(sheet, at, "equation", said["Equation"])
    places = []
    for parameter, argument in _arguments(entry):
        cells = argument if isinstance(argument, list) else [argument]
        sheet.put(at, 1, parameter.name, "cell text")
        for column, cell in enumerate(cells, _VALUES):
            sheet.put(at, column, cell, f"input {_look(parameter, cell)}")
        first, last = (f"{LETTERS[c]}{at}" for c in (_VALUES, _VALUES + len(cells) - 1))
        places.append(first if not isinstance(argument, list) else f"{first}:{last}")
        optional = "" if parameter.required else " Optional."
        _help(sheet, at, f"{parameter.quantity.help}{optional}")
        at += 1
    return _write_result(sheet, at, entry, f"{entry.name}({','.join(places)})")


def _arguments(entry: Function) -> list[tuple[Parameter, Any]]:
    """The example's arguments, then the defaults as far as they can be typed."""
    given = list(zip(entry.parameters, entry.example, strict=False))
    for parameter in entry.parameters[len(given) :]:
        if parameter.stated is None:
            break
        given.append((parameter, parameter.stated))
    return given


def _look(parameter: Parameter, value: Any) -> str:
    """As typed, except for dates: a rounded rate would not give what the example gives."""
    if parameter.quantity.kind == "date":
        return "date"
    return "any" if isinstance(value, int | float) else "text"


def _write_result(sheet: Sheet, at: int, entry: Function, call: str) -> int:
    if entry.columns:
        sheet.put(at, 1, None, "axis text")
        for column, name in enumerate(entry.columns, _VALUES):
            sheet.put(at, column, name, "axis text")
        at += 1
        sheet.put(at, 1, "gives", "total text")
        sheet.array(at, _VALUES, [list(entry.value)], call, "total any")
        return _spread(sheet, at + 1, "as typed", f"={call}")
    sheet.put(at, 1, "gives", "total text")
    if isinstance(entry.value, str):
        sheet.put(at, _VALUES, entry.value, "words", call)
        sheet.merge(at, _VALUES, _LAST)
        sheet.height(at, _POINTS * _lines(entry.value, 140))
    else:
        sheet.put(at, _VALUES, entry.value, "total any", call)
    return _spread(sheet, at + 1, "as typed", f"={call}")


def _spread(sheet: Sheet, at: int, label: str, text: str) -> int:
    """A label and a text that may have several lines; returns the row behind it."""
    if not text:
        return at
    sheet.put(at, 1, label, "note")
    sheet.put(at, _VALUES, text, "words")
    sheet.merge(at, _VALUES, _LAST)
    sheet.height(at, _POINTS * _lines(text, 140))
    return at + 1


def _help(sheet: Sheet, at: int, text: str) -> None:
    sheet.put(at, _WORDS, text, "words")
    sheet.merge(at, _WORDS, _LAST)
    sheet.height(at, _POINTS * _lines(text, _LINE))


def _lines(text: str, width: int) -> int:
    return sum(1 + len(line) // width for line in text.splitlines())
