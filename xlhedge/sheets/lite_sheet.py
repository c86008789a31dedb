"""The workbook for xlwings Lite: a sheet that says how to begin, and every function to type."""

from __future__ import annotations

import itertools
from datetime import datetime

from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.lite import ADDIN, lite_properties
from xlhedge.sheets.style import heading, set_up, styles, widen
from xlhedge.text import typed
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.webextension import WebExtension

__all__ = ["lite_book"]

_CREATED = datetime(2026, 1, 1)  # a date has to stand in the file; the same package, the same bytes
_IDENTITY = "6C0F3B52-3D0C-4C0E-9E55-4C9A5F1F2B7D"
_STEPS = (
    "1. Add xlwings Lite to Excel: Home, Add-ins, search for xlwings; it is free.",
    "2. Open its pane, say that you trust this workbook, and wait until it has started.",
    "3. Type a formula from the column below into a cell, on any sheet of this workbook.",
)


def lite_book() -> Book:
    """A workbook whose Python, kept by xlwings Lite, is our functions; not run in Lite.

    It defines no names: a function named like a defined name stops all of Lite's.

    Example:
        >>> lite_book().titles
        ['xlhedge']
    """
    book = Book(styles(), title="xlhedge functions for xlwings Lite", created=_CREATED)
    book.addin = WebExtension(ADDIN, _IDENTITY, lite_properties())
    _write(book.sheet("xlhedge"))
    return book


def _write(sheet: Sheet) -> None:
    widen(sheet, {"A": 30, "B": 60, "C": 66, "D": 30})
    heading(sheet, "Hedging functions in xlwings Lite", "xlhedge has not been run in Lite yet.")
    at = 4
    for line in _STEPS:
        sheet.put(at, 1, line)
        at += 1
    at += 1
    for group, members in itertools.groupby(FUNCTIONS, lambda entry: entry.group):
        sheet.put(at, 1, group, "section")
        for column, text in enumerate(("Function", "What it is", "Type", "It gives"), 1):
            sheet.put(at + 1, column, text, "header text")
        at += 2
        for entry in members:
            call = f"={entry.name}({','.join(typed(each) for each in entry.example)})"
            for column, text in enumerate((entry.name, entry.summary, call, typed(entry.value)), 1):
                sheet.put(at, column, text, "words")
            at += 1
        at += 1
    set_up(sheet, "A4")
