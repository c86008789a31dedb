"""The workbook of docs/excel-checklist.md: a person opens it in real Excel and looks for WRONG.

Every function's example, errors that must be errors, and a grid; beside each the value that is
expected, as a constant, and a verdict. What is stored in the formulas' cells is a 0, so that a
program that computes nothing shows WRONG.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xlhedge.errors import CellError
from xlhedge.functions.registry import FUNCTIONS, Function
from xlhedge.sheets.style import heading, set_up, styles, widen
from xlhedge.text import typed
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.sheet import Sheet

__all__ = ["checklist_book"]

_CREATED = datetime(2026, 1, 1)
_HEAD = 6
_ERROR_TYPES = {CellError.DIV0: 2, CellError.VALUE: 3, CellError.NUM: 6, CellError.NA: 7}

_ERRORS = (
    ("SPOT_NOTIONAL(1,-5)", CellError.NUM),
    ('SPOT_NOTIONAL("x",5)', CellError.VALUE),
    ("HEDGE_RATIO(0,5)", CellError.DIV0),
    ("FUNDING_BREAKEVEN_DAYS(60000,0.0001,540)", CellError.NA),
    ("SPOT_NOTIONAL(1/0,5)", CellError.DIV0),
)
_GRID = ((-0.2, 0.2), (0.0, 30_000.0, 60_000.0))
"""Moves of one bitcoin at 60,000, against three shorts."""


def checklist_book() -> Book:
    """The workbook; `Book.save` writes it."""
    book = Book(styles(), title="xlhedge: checklist for Excel", created=_CREATED)
    sheet = book.sheet("Checklist")
    heading(
        sheet,
        "Checklist for Excel",
        "Press Ctrl+Alt+F9 first. Every verdict must be ok; the steps are in "
        "docs/excel-checklist.md.",
    )
    for column, title in enumerate(("What is typed", "Shows", "Expected", "Verdict"), 1):
        sheet.put(_HEAD, column, title, "header text" if column == 1 else "header")
    at = _HEAD + 1
    for entry in FUNCTIONS:
        at = _example(sheet, at, entry)
    for call, kind in _ERRORS:
        wanted = f"IF(ISERROR(B{at}),IF(ERROR.TYPE(B{at})={_ERROR_TYPES[kind]},1,0),0)=1"
        _check(sheet, at, call, kind.code, wanted)
        at += 1
    at = _grid(sheet, at)
    verdicts = f"D{_HEAD + 1}:D{at - 1}"
    sheet.put(4, 1, "Wrong", "total text")
    sheet.put(4, 2, at - 1 - _HEAD, "total ratio", f'SUMPRODUCT(--({verdicts}<>"ok"))')
    sheet.mark(verdicts, f'D{_HEAD + 1}<>"ok"', "alert")
    widen(sheet, {"A": 96, "B": 24, "C": 24, "D": 12})
    set_up(sheet, f"A{_HEAD + 1}", f"{_HEAD}:{_HEAD}")
    return book


def _check(sheet: Sheet, at: int, call: str, expected: Any, wanted: str) -> None:
    sheet.put(at, 1, f"={call}", "cell text")
    sheet.put(at, 2, 0, "cell any", call)
    sheet.put(at, 3, expected, "cell any")
    sheet.put(at, 4, "WRONG", "cell text", f'IF({wanted},"ok","WRONG")')


def _example(sheet: Sheet, at: int, entry: Function) -> int:
    """A function's example; of a row of results the first is compared."""
    call = f"{entry.name}({','.join(typed(each, ';') for each in entry.example)})"
    value = entry.value[0] if entry.columns else entry.value
    if entry.columns:
        call = f"INDEX({call},1,1)"
    if isinstance(value, str | bool):
        wanted = f"B{at}=C{at}"
    else:
        wanted = f"IF(ISNUMBER(B{at}),ABS(B{at}-C{at})<=1E-9*(1+ABS(C{at})),FALSE)"
    _check(sheet, at, call, value, wanted)
    return at + 1


def _grid(sheet: Sheet, at: int) -> int:
    """A row of moves against a column of shorts, as an array formula of three rows."""
    moves, shorts = _GRID
    call = (
        f"SCENARIO_PNL(1,60000,{{{';'.join(map(repr, shorts))}}},{{{','.join(map(repr, moves))}}})"
    )
    for short in shorts:
        expected = (60_000 - short) * moves[0]
        index = f"INDEX({call},{shorts.index(short) + 1},1)"
        wanted = f"IF(ISNUMBER(B{at}),ABS(B{at}-C{at})<=1E-6,FALSE)"
        _check(sheet, at, index, expected, wanted)
        at += 1
    return at
