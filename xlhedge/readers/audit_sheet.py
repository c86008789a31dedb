"""The audit sheet of a report of ours, read back: the portfolio that the report was made on.

Its tables stand below each other, each under its name, in their own order. A table that is wider
than the page goes on below itself, beside its first column again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.errors import DAMAGED, NotAWorkbook
from xlhedge.portfolio import TABLES, Portfolio, Table
from xlhedge.portfolio.headings import Header
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import RawTable
from xlhedge.readers.archive import DAMAGE, Archive
from xlhedge.readers.limits import Limits
from xlhedge.readers.workbook_parts import Package

__all__ = ["read_report"]

_TITLE = "Inputs & audit"


def read_report(content: bytes, name: str, limits: Limits) -> Portfolio:
    """Read the portfolio that a report was made on.

    A table that was too long to be repeated on the sheet is left out.

    Raises:
        PortfolioError: it is no report, or its inputs were changed; it holds all that is wrong.
    """
    try:
        package = Package(Archive(content, limits))
        asked = [each for each in package.sheets() if each.name == _TITLE]
        rows = [row for found in package.scanned(asked) for row in found.rows]
    except NotAWorkbook as error:
        raise refusal(str(error), error.place) from None
    except DAMAGE:
        raise refusal(DAMAGED) from None
    if not asked:
        raise refusal(f'it has no sheet "{_TITLE}"')
    return Portfolio.from_raw_tables(_tables(rows), name)


def _tables(rows: Sequence[Sequence[Any]]) -> dict[str, RawTable]:
    """The tables by name, each behind the one before: names in that may be those of tables."""
    tables, at = {}, 0
    for table in TABLES.values():
        titles = (n for n in range(at, len(rows)) if _first(rows, n) == table.name)
        start = next(titles, None)
        if start is None:
            continue
        at = end = start + 1
        while _first(rows, end) is not None:
            end += 1
        repeated = len(rows[start]) < 2 or rows[start][1] is None  # a number: not
        if repeated:
            tables[table.name] = _table(table, rows[at:end])
        at = end
    return tables


def _table(table: Table, lines: Sequence[Sequence[Any]]) -> RawTable:
    """One table of its lines: headers and rows, as often as it goes on."""
    known = list(table.model.columns)
    headers: list[str] = []
    rows: list[list[Any]] = []
    if table.upright:
        headers, rows = list(table.headers), [[*line[:2], None][:2] for line in lines]
    at = width = 0
    for line in () if table.upright else lines:
        names = [each for each in line if each is not None]
        if names[0] == known[0] and set(names) <= set(known):
            skipped = min(len(headers), 1)  # the first column, where it stands again
            headers, width, at = headers + names[skipped:], len(names), 0
        elif width:
            cells = [*line, *[None] * width][:width]
            if at == len(rows):
                rows.append([])
            rows[at] += cells[min(len(rows[at]), 1) :]
            at += 1
    place = f"{_TITLE}, {table.name}"
    shown = [Header(each, place, place) for each in headers or table.headers]
    return RawTable(place, shown, rows, [f"[{n}]" for n in range(len(rows))])


def _first(rows: Sequence[Sequence[Any]], at: int) -> Any:
    """What stands in the first column; nothing below the last row."""
    return rows[at][0] if at < len(rows) and rows[at] else None
