"""The report's Inputs & audit sheet: what went in, where from, by which program, by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlhedge import __version__
from xlhedge.analysis import Analysis
from xlhedge.analysis.advice import advice
from xlhedge.analysis.states import THRESHOLDS
from xlhedge.portfolio import TABLES
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.style import WIDTHS, sentence, widen
from xlhedge.text import harmless
from xlhedge.xlsx.cell import LETTERS
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

_WIDEST = max(len(table.headers) for table in TABLES.values())
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
    for title, value, look in facts:
        sheet.put(at, 1, title, "total text")
        sheet.put(at, 2, value or None, f"cell {look}")
        at += 1
    at = _contents(sheet, at + 1, of.contents)
    at = _lines(sheet, at + 1, "What to do, in full", advice(analysis), "note")
    at = _lines(sheet, at + 1, "How page one judges", _JUDGED, "note")
    at = _lines(sheet, at + 1, "Warnings", list(_warnings(analysis)) or ["none"], "warning")
    at = _lines(sheet, at + 1, "Conventions", CONVENTIONS, "note")
    widen(sheet, _tables(sheet, at + 1, analysis) | {"A": 30, "B": 22})


def _contents(sheet: Sheet, at: int, contents: Sequence[tuple[str, str]]) -> int:
    """The other sheets, with links; returns the row behind them."""
    sheet.put(at, 1, "In this report", "section")
    for n, (title, purpose) in enumerate(contents, at + 1):
        sheet.put(n, 1, title, "link")
        sheet.link(n, 1, title)
        sheet.put(n, 2, purpose, "note")
        sheet.merge(n, 2, 9)
    return at + 1 + len(contents)


def _warnings(analysis: Analysis) -> Iterator[str]:
    yield from map(str, (*analysis.portfolio.notes, *analysis.portfolio.warnings))
    yield from analysis.caveats
    if analysis.history is not None:
        yield from analysis.history.caveats


def _lines(sheet: Sheet, at: int, title: str, lines: Sequence[str], look: str) -> int:
    sheet.put(at, 1, title, "section")
    for n, line in enumerate(lines, at + 1):
        sheet.put(n, 1, sentence(line), look)
        sheet.merge(n, 1, 9)
    return at + len(lines) + 1


def _tables(sheet: Sheet, at: int, analysis: Analysis) -> dict[str, float]:
    """Every input table below the others; of a long History only the number of rows."""
    rows = analysis.portfolio.rows
    widths: dict[str, float] = {}
    for table in TABLES.values():
        sheet.put(at, 1, table.name, "section")
        if table.name == "History":  # on the sheet, but not to be printed by the page
            sheet.prints(area=f"A1:{LETTERS[_WIDEST]}{at}")
        if len(rows[table.name]) > _MOST:
            sheet.put(at, 2, float(len(rows[table.name])), "cell ratio")
            sheet.put(at, 3, "rows, too many to repeat here", "note")
            at += 2
            continue
        if table.upright:
            for n, column in enumerate(table.columns, at + 1):
                sheet.put(n, 1, column.name, "cell text")
                value = getattr(analysis.portfolio.settings, column.name)
                sheet.put(n, 2, value, f"cell {column.look}")
            at += len(table.columns) + 2
            continue
        for number, column in enumerate(table.columns, 1):
            sheet.put(at + 1, number, column.name, "header text")
            look, letter = column.look, LETTERS[number]
            widths[letter] = max(
                widths.get(letter, 0.0), WIDTHS.get(look, 12), len(column.name) + 3
            )
            for n, row in enumerate(rows[table.name], at + 2):
                sheet.put(n, number, getattr(row, column.name), f"cell {look}")
        at += len(rows[table.name]) + 3
    return widths
