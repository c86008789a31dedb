"""The report's Inputs & audit sheet: what went in, where from, by which program, by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from xlhedge import __version__
from xlhedge.analysis import Analysis
from xlhedge.analysis.advice import advice
from xlhedge.analysis.states import THRESHOLDS
from xlhedge.portfolio import TABLES
from xlhedge.portfolio.tables import Table
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.style import fitted, looks_of, paragraph, sentence, widen
from xlhedge.text import harmless
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowForm
from xlhedge.xlsx.sheet import Sheet

__all__ = ["CONVENTIONS", "write_audit"]

CONVENTIONS = (
    "Shorts are positive, a long future negative. Values and P&L are in the quote currency.",
    "A positive funding rate means longs pay shorts: a short hedge receives it.",
    "Cost, drag and fees are positive when they cost you. P&L is positive when you gain.",
    "Rates are decimals of their stated period: 0.0001 is 0.01 %.",
    "Contracts are rounded down to the venue's step; what that leaves unhedged is shown.",
    "Date-times are UTC.",
)

_JUDGED = (
    *(f"{name.capitalize()}: {said}" for name, said in THRESHOLDS.items()),
    "Coins and the P&L since opened have no thresholds, and so no state.",
    (
        "The orders' line of the first chart: positions that orders change keep their margin in "
        "proportion; new ones are not liquidated."
    ),
    (
        "On page one the large numbers, contracts, values and charts are formulas. The states, the "
        "lines below the numbers, urgencies, reasons and titles were computed with the report."
    ),
)
"""What the states of page one mean, and what of it is no formula."""

_VALUES = (
    "Lines are left out: what adds up lines of another table stands as a value, no formula, as do "
    "the charts' lines and amounts of lines that are not shown. All lines are counted in them."
)
"""What is no formula, besides, where lines are left out."""

_WIDE = 8
"""Columns of the page; of a table with more the others stand below."""
_WIDTHS = {"A": 30.0, "B": 22.0} | dict.fromkeys(LETTERS[3 : _WIDE + 1], 18.0)
_TALL = 135
"""Rows that a page takes at most."""
_MOST = 1_000
"""Rows of a table that are repeated."""


def write_audit(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet."""
    analysis, source = of.analysis, of.source
    settings = analysis.portfolio.settings
    facts = (
        ("Portfolio", settings.portfolio, "text"),
        ("Prices as of, UTC", settings.as_of, "date"),
        ("Made by", f"xlhedge {__version__}", "text"),
        ("Made from", harmless(source.name) if source else "a portfolio made in Python", "text"),
        ("SHA-256 of the input", source.sha256 if source else "", "text"),
    )
    at = 4
    widen(sheet, _WIDTHS)
    for title, value, look in facts:
        sheet.put(at, 1, title, "total text")
        sheet.put(at, 2, value or None, f"cell {look}")
        at += 1
    _contents(sheet, of.contents)
    judged = _JUDGED if of.shown.whole else (*_JUDGED, _VALUES)
    at = _lines(sheet, at + 1, "What to do, in full", advice(analysis), "words")
    at = _lines(sheet, at + 1, "How page one judges", judged, "words")
    at = _lines(sheet, at + 1, "Warnings", list(_warnings(of)) or ["none"], "warning")
    at = _lines(sheet, at + 1, "Conventions", CONVENTIONS, "words")
    last = _tables(sheet, at + 1, analysis)
    sheet.prints(area=f"A1:{LETTERS[_WIDE]}{last}", tall=-(-last // _TALL))


def _contents(sheet: Sheet, contents: Sequence[tuple[str, str]]) -> None:
    """The other sheets, with links: for the screen, beside the page."""
    column = _WIDE + 2
    sheet.put(3, column, "In this report", "section")
    sheet.widen(column, 18)
    for n, (title, purpose) in enumerate(contents, 4):
        sheet.put(n, column, title, "link")
        sheet.link(n, column, title)
        sheet.put(n, column + 1, purpose, "note")


def _warnings(of: ReportContext) -> Iterator[str]:
    analysis = of.analysis
    yield from of.shown.told
    yield from map(str, (*analysis.portfolio.notes, *analysis.portfolio.warnings))
    yield from analysis.caveats
    if analysis.history is not None:
        yield from analysis.history.caveats


def _lines(sheet: Sheet, at: int, title: str, lines: Sequence[str], look: str) -> int:
    sheet.put(at, 1, title, "section")
    for n, line in enumerate(lines, at + 1):
        paragraph(sheet, n, sentence(line), look, _WIDE)
    return at + len(lines) + 1


_ON_SCREEN = ("History", "Sources")
"""Long tables, the last ones, that are there to be read again and looked up, not to be printed."""


def _tables(sheet: Sheet, at: int, analysis: Analysis) -> int:
    """Every input table below the others; of a long History only the number of rows.

    Returns the last row that prints: what `_ON_SCREEN` names does not.
    """
    rows, printed = analysis.portfolio.rows, at
    for table in TABLES.values():
        sheet.put(at, 1, table.name, "section")
        if len(rows[table.name]) > _MOST:
            sheet.put(at, 2, float(len(rows[table.name])), "cell whole")
            sheet.put(at, 3, "rows, too many to repeat here", "note")
            at += 2
        elif table.upright:
            for n, column in enumerate(table.columns, at + 1):
                sheet.put(n, 1, column.name, "cell text")
                value = getattr(analysis.portfolio.settings, column.name)
                sheet.put(n, 2, value, fitted(f"cell {column.look}", value))
            at += len(table.columns) + 2
        elif not rows[table.name]:
            sheet.put(at + 1, 1, "none", "cell text")
            at += 3
        else:
            at = _table(sheet, at, table, rows[table.name])
        if table.name not in _ON_SCREEN:
            printed = at - 2
    return printed


@lru_cache(maxsize=_WIDE)
def _form(columns: int) -> RowForm:
    return RowForm(1, [None] * columns)


def _table(sheet: Sheet, at: int, table: Table, rows: Sequence[Any]) -> int:
    """A table as wide as the page: what has no room stands below, beside the first column again.

    Columns that are blank in all rows are left out. Returns the row behind it.
    """
    first, *others = table.columns
    told = [
        each for each in others if any(getattr(row, each.name) not in {None, ""} for row in rows)
    ]
    for start in range(0, max(len(told), 1), _WIDE - 1):
        shown = (first, *told[start : start + _WIDE - 1])
        for number, column in enumerate(shown, 1):
            sheet.put(at + 1, number, column.name, "header text")
        columns = [list(map(attrgetter(column.name), rows)) for column in shown]
        looks = [
            looks_of(f"cell {column.look}", values)
            for column, values in zip(shown, columns, strict=True)
        ]
        form = _form(len(shown))
        for n, (values, styles) in enumerate(
            zip(zip(*columns, strict=True), zip(*looks, strict=True), strict=True), at + 2
        ):
            sheet.line(n, form, values, styles)
        at += len(rows) + 1
    return at + 2
