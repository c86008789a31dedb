"""An Excel workbook: its tables are found by name, on any sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from xlhedge.errors import HedgeError, NotAWorkbook, Problem
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import RawTable, too_wide
from xlhedge.portfolio.values import is_blank
from xlhedge.readers.archive import DAMAGE, DAMAGED
from xlhedge.readers.cell_names import letters_of, number_of, sheet_place
from xlhedge.readers.limits import Limits
from xlhedge.readers.sheet_xml import Added, Scan, Uncomputed
from xlhedge.readers.workbook_parts import Package, SheetPart, TablePart

__all__ = ["read_workbook"]

_NAMED = 5  # cells that a line names
_CALCULATE = "open the file in a spreadsheet, let it calculate, and save it"
_SUMS = HedgeError("it adds up the rows above it, so it is no row of the table; delete it")
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?![0-9(])", re.IGNORECASE)
_COLUMN = re.compile(r"(\w+)\[")
_STRAY = (
    'the sheet is used as far as this cell; delete what is in it, or allow more with "--max-size"'
)


def read_workbook(content: bytes, name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from an Excel workbook, as a spreadsheet saved it.

    Rows typed below a table count as its rows. Nothing is computed: a formula counts with its
    stored value, and is an error without one.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    try:
        tables, problems = _tables(Package(content, limits), limits)
    except NotAWorkbook as error:
        raise refusal(str(error), error.place) from None
    except DAMAGE:
        raise refusal(DAMAGED) from None
    return Portfolio.from_raw_tables(tables, name, problems)


def _tables(package: Package, limits: Limits) -> tuple[dict[str, RawTable], list[Problem]]:
    """The tables of a portfolio in a workbook's file, and what is wrong with their names."""
    sheets = package.sheets()
    found, problems = by_table(
        (table.name for sheet in sheets for table in sheet.tables), only=False
    )
    names = {called: table for table, called in found.items()}
    ours = [sheet for sheet in sheets if any(table.name in names for table in sheet.tables)]
    tables: dict[str, RawTable] = {}
    computed: list[RawTable] = []
    for sheet, scan in zip(ours, package.scanned(ours), strict=True):
        area = _Area(sheet, scan, limits)
        for table in sheet.tables:
            if table.name in names:
                raw = tables[names[table.name]] = area.raw_table(table)
                computed += [raw] if scan.formulas else []
    return tables, [*problems, *_uncomputed(computed)]


def _uncomputed(tables: Iterable[RawTable]) -> Iterator[Problem]:
    """What is wrong with formulas: a line a cause, which names the first cells that it concerns."""
    where: dict[str, list[str]] = {}
    for table in tables:
        for tail, cells in zip(table.tails, table.rows, strict=True):
            known = () if isinstance(cells, HedgeError) else cells
            for header, cell in zip(table.headers, known, strict=False):
                if isinstance(cell, Uncomputed):
                    where.setdefault(cell.why, []).append(header.stem + tail)
    for why, places in where.items():
        more = [f"{len(places) - _NAMED:,} more"] if len(places) > _NAMED else []
        named = " and ".join([", ".join(places[:_NAMED]), *more])
        yield Problem(named, f"{why}; {_CALCULATE}")


class _Area:
    """The cells of one sheet."""

    def __init__(self, sheet: SheetPart, scan: Scan, limits: Limits) -> None:
        self._name = sheet_place(sheet.name, "")
        self._tables = sheet.tables
        self._scan, self._rows = scan, scan.rows
        self._limits = limits

    def raw_table(self, table: TablePart) -> RawTable:
        """One table, and what is typed below it."""
        if self._scan.stray:
            return RawTable(self._name + self._scan.stray, broken=_STRAY)
        columns = range(table.left, table.left + len(table.columns))
        stems = [self._name + letters_of(column) for column in columns]
        above = table.first - 1  # where the headers are, or would be
        numbers = self._rows_of(table)
        size = len(numbers) * len(columns)
        broken = too_wide(len(columns)) or self._limits.too_many(size, self._limits.cells, "cells")
        filled = [(row, self._cells(row, columns)) for row in (() if broken else numbers)]
        filled = [(row, cells) for row, cells in filled if not all(map(is_blank, cells))]
        broken = broken or self._limits.too_large(len(filled), len(columns))
        if broken:
            return RawTable(f"{stems[0]}{above}", broken=broken)
        headers = [
            Header(self._header(table, number), f"{stem}{above}", stem)
            for number, stem in enumerate(stems)
        ]
        rows: list[list[Any] | HedgeError] = [cells for _, cells in filled]
        if self._scan.formulas:
            rows = [
                _SUMS if _adds_up(table, row, columns, cells) else cells for row, cells in filled
            ]
        tails = [str(row) for row, _ in filled]
        return RawTable(headers[0].place, headers, rows, tails)

    def _rows_of(self, table: TablePart) -> list[int]:
        """The rows of a table, and those below it as far as they can be meant to be its."""
        width = len(table.columns)
        below = [
            other.top
            for other in self._tables
            if other.top > table.bottom
            and table.left < other.left + len(other.columns)
            and other.left < table.left + width
        ]
        end = min([*below, len(self._rows) + 1])
        last = min(table.last, len(self._rows))  # a table may span whole columns
        own = range(table.first, last + 1)
        return [*own, *range(table.bottom + 1, end)]

    def _header(self, table: TablePart, number: int) -> str:
        if table.first == table.top:
            return table.columns[number]
        (cell,) = self._cells(table.top, range(table.left + number, table.left + number + 1))
        return cell if isinstance(cell, str) and cell else table.columns[number]

    def _cells(self, row: int, columns: range) -> list[Any]:
        """The cells of a row in these columns."""
        inside = self._rows[row - 1] if row <= len(self._rows) else ()
        cells = list(inside[columns.start - 1 : columns.stop - 1])
        cells += [None] * (len(columns) - len(cells))
        return cells


def _adds_up(table: TablePart, row: int, columns: Iterable[int], cells: Iterable[Any]) -> bool:
    """Whether a row is a total: one of its formulas adds up its own column of the table."""
    for column, cell in zip(columns, cells, strict=True):
        if isinstance(cell, Added):
            whole = {name.casefold() for name in _COLUMN.findall(cell.formula)}
            places = [(number_of(name), int(at)) for name, at in _CELL.findall(cell.formula)]
            above = all(at == column and table.first <= line < row for at, line in places)
            if whole == {table.name.casefold()} or (
                places and above and not whole and "!" not in cell.formula
            ):
                return True
    return False
