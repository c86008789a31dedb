"""What to do, as a table on page one: the most urgent first, as many rows as the page has room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xlhedge.analysis import Analysis
from xlhedge.analysis.advice import advised, nothing_to_do
from xlhedge.analysis.advised import Advice, Amount
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.page_looks import MOST_DECIMALS
from xlhedge.text import straight
from xlhedge.xlsx.sheet import Sheet

__all__ = ["MOST", "decimals_of", "write_orders_table"]

MOST = 8
"""Rows that page one has room for."""

_COLUMNS = (
    ("Urgency", 1, 2), ("What", 3, 5), ("Instrument", 6, 6), ("Venue · account", 7, 10),
    ("Contracts", 11, 12), ("Value", 13, 14), ("", 15, 15), ("Why", 16, 23),
)  # fmt: skip
"""Titles, and the columns of the page that they take."""

_NUMBERS = ("Contracts", "Value")
_HIGH, _LOW = 27.0, 15.0
_LINE = 62
"""Characters of a line of a reason."""
_LONGEST = 2 * _LINE - 4


def write_orders_table(sheet: Sheet, of: ReportContext, top: int) -> tuple[int, float]:
    """Write the table; returns the row behind it and its height in points."""
    found = advised(of.analysis)
    sheet.put(top, 1, "What to do", "section")
    sheet.height(top, 20)
    at, high = top + 1, 20 + _LOW
    sheet.height(at, _LOW)
    if not found:
        sheet.put(at, 1, nothing_to_do(of.analysis), "order strong")
        sheet.merge(at, 1, 23)
        return at + 1, high
    for title, first, last in _COLUMNS:
        sheet.put(at, first, title, _head(title))
        _join(sheet, at, first, last)
    at += 1
    shown = found if len(found) <= MOST else found[: MOST - 1]
    for each in shown:
        _write_row(sheet, of, at, each)
        tall = _HIGH if len(each.why) > _LINE else _LOW
        sheet.height(at, tall)
        at, high = at + 1, high + tall
    if rest := found[len(shown) :]:
        sheet.put(at, 1, _rest(rest), "page note")
        sheet.merge(at, 1, 23)
        sheet.height(at, _LOW)
        at, high = at + 1, high + _LOW
    return at, high


def _head(title: str) -> str:
    return "order head number" if title in _NUMBERS else "order head"


def _rest(rest: Sequence[Advice]) -> str:
    counts = Counter(each.urgency for each in rest)
    parts = ", ".join(f"{count} {urgency}" for urgency, count in counts.items())
    return f"and {len(rest)} more ({parts}): all of it is on Inputs & audit"


def _write_row(sheet: Sheet, of: ReportContext, at: int, each: Advice) -> None:
    why = straight(each.why)
    why = why if len(why) <= _LONGEST else f"{why[: _LONGEST - 1]}…"
    words = (each.urgency, each.what, straight(each.instrument), straight(each.account))
    for (_, first, last), word in zip(_COLUMNS[:4], words, strict=True):
        sheet.put(at, first, word, "order strong" if first == 1 else "order text")
        _join(sheet, at, first, last)
    amounts = ((each.contracts, _decimals(of.analysis, each)), (each.value, _cents(each)))
    for (_, first, last), (amount, places) in zip(_COLUMNS[4:6], amounts, strict=True):
        if amount is None:
            sheet.put(at, first, "–", "order none")
        else:
            cell = _cell(of, amount)
            text = cell and f"ABS({cell})"
            sheet.put(at, first, amount.number, f"order qty {places}", text)
        _join(sheet, at, first, last)
    sheet.put(at, 15, each.unit, "order unit")
    sheet.put(at, 16, why, "order text")
    sheet.merge(at, 16, 23)


def _cell(of: ReportContext, amount: Amount) -> str | None:
    """Where a figure of a row stands; nowhere if the row is left out."""
    if (place := of.shown.place(amount.row)) is None:
        return None
    figure = getattr(type(amount.row), amount.name)
    table = next(each for each in of.on.values() if each.has(figure))
    return table.cell(figure, table.top + place)


def _decimals(analysis: Analysis, each: Advice) -> int:
    """Those of the instrument's step."""
    for terms in analysis.portfolio.instruments:
        if terms.instrument == each.instrument:
            return decimals_of(terms.qty_step)
    return 0


def _cents(each: Advice) -> int:
    """None from 1,000 up; of coins, and of little money, as many as say something."""
    number = each.value.number if each.value else 0.0
    return 0 if number >= 1_000 else 2 if number >= 1 else 6


def decimals_of(step: float) -> int:
    """Decimals of a step.

    Example:
        >>> decimals_of(0.001), decimals_of(1), decimals_of(0.5)
        (3, 0, 1)
    """
    text = f"{step:.{MOST_DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])


def _join(sheet: Sheet, at: int, first: int, last: int) -> None:
    if last > first:
        sheet.merge(at, first, last)
