"""The functions in a workbook: the sheet that explains each with a live example, and their names.

A name holds a function's LAMBDA and, as the comment that Excel shows while one types it, its help:
Excel 365 then computes with nothing installed. Not run in Excel; IronCalc computes workbooks made
here in our tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xlhedge.functions.registry import FUNCTIONS, Function, Parameter
from xlhedge.hosts.lambdas import LAMBDAS, names
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.style import widen
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Styles

__all__ = ["define_functions", "lambda_book", "write_functions"]

_CREATED = datetime(2026, 1, 1)  # a date has to stand in the file; the same names, the same bytes

_TOP = 4
_VALUES, _WORDS, _LAST = 2, 5, 8
"""Columns: where arguments and results begin, where their help begins, and the last of it."""

_WIDTHS = {"A": 27, "B": 19, "C": 19, "D": 15, "E": 15, "F": 15, "G": 15, "H": 52}
_LINE = 120  # characters that the help's columns hold in a line
_POINTS = 15


def write_functions(sheet: Sheet, of: TemplateContext) -> None:
    """Write the sheet: of the functions that this workbook can call, in order."""
    entries = FUNCTIONS if of.edition == "addin" else LAMBDAS
    at = _TOP
    for group, members in itertools.groupby(entries, lambda entry: entry.group):
        sheet.put(at, 1, group, "section")
        at += 1
        for entry in members:
            at = _write_entry(sheet, at, entry) + 1
    widen(sheet, _WIDTHS)


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


def define_functions(book: Book, entries: Sequence[Function] = LAMBDAS) -> None:
    """Define functions, and the helpers that they call, as names of the workbook.

    Args:
        book: the workbook; none of its own names may be a function's.
        entries: the functions; of `hosts.lambdas.LAMBDAS`.
    """
    for name in names(entries):
        book.define(*name)


def lambda_book(entries: Sequence[Function] = LAMBDAS) -> Book:
    """A workbook with one empty sheet and the functions as names, to build one's own sheets in.

    Args:
        entries: the functions; of `hosts.lambdas.LAMBDAS`.

    Example:
        >>> lambda_book().titles
        ['Sheet1']
    """
    book = Book(Styles(), title="xlhedge functions for Excel 365", created=_CREATED)
    book.sheet("Sheet1")
    define_functions(book, entries)
    return book
