"""An Excel workbook: its tables are found by name, on any sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from xlhedge.errors import NotAWorkbook, Problem
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import RawTable, too_wide
from xlhedge.portfolio.values import is_blank
from xlhedge.readers.archive import DAMAGE, DAMAGED
from xlhedge.readers.limits import Limits
from xlhedge.readers.sheet_xml import Scan, letters_of
from xlhedge.readers.workbook_parts import Package, SheetPart, TablePart
from xlhedge.text import one_line

__all__ = ["read_workbook"]

_Rows: TypeAlias = Sequence[Sequence[Any]]
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
    scans, archive = package.scanned(ours)
    for sheet, scan, rows in zip(ours, scans, _values(archive, len(ours)), strict=True):
        area = _Area(sheet, scan, rows, limits)
        for table in sheet.tables:
            if table.name in names:
                tables[names[table.name]] = area.raw_table(table)
    return tables, problems


def _values(archive: bytes, count: int) -> list[_Rows]:
    """The cells' values of the sheets that a plain workbook has.

    Raises:
        NotAWorkbook: calamine cannot read them.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(archive))
        sheets = [workbook.get_sheet_by_index(number) for number in range(count)]
        return [sheet.to_python(skip_empty_area=False) for sheet in sheets]
    except CalamineError as error:
        raise NotAWorkbook(f"it is damaged: {one_line(str(error))}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a fault in its Rust, and no Exception
            raise
        raise NotAWorkbook(DAMAGED) from None


class _Area:
    """The cells of one sheet, with an error in those that only look empty."""

    def __init__(self, sheet: SheetPart, scan: Scan, rows: _Rows, limits: Limits) -> None:
        name = one_line(sheet.name)
        plain = re.fullmatch(r"[^\W\d][\w.]*", name)
        self._name = name if plain else "'" + name.replace("'", "''") + "'"
        self._tables = sheet.tables
        self._stray, self._flaws = scan.stray, scan.flaws
        self._rows = rows
        self._limits = limits
        # A cell that only looks empty may be the last one.
        self._end = 1 + max([len(self._rows), *(row for row, _ in self._flaws)])

    def raw_table(self, table: TablePart) -> RawTable:
        """One table, and what is typed below it."""
        if self._stray:
            return RawTable(f"{self._name}!{self._stray}", broken=_STRAY)
        columns = range(table.left, table.left + len(table.columns))
        stems = [f"{self._name}!{letters_of(column)}" for column in columns]
        above = table.first - 1  # where the headers are, or would be
        numbers = self._rows_of(table)
        wide = self._limits.too_many(len(numbers) * len(columns), self._limits.cells, "cells")
        broken = too_wide(len(columns)) or wide
        if broken:
            return RawTable(f"{stems[0]}{above}", broken=broken)
        rows = [
            (row, cells)
            for row in numbers
            if not all(map(is_blank, cells := self._cells(row, columns)))
        ]
        headers = [
            Header(self._header(table, number), f"{stem}{above}", stem)
            for number, stem in enumerate(stems)
        ]
        tails = [str(row) for row, _ in rows]
        return RawTable(headers[0].place, headers, [cells for _, cells in rows], tails)

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
        end = min([*below, self._end])
        own = range(table.first, min(table.last + 1, self._end))  # a table may span whole columns
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
        if self._flaws:
            cells = [
                self._flaws.get((row, column), cell)
                for column, cell in zip(columns, cells, strict=True)
            ]
        return cells
