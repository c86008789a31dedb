"""A spreadsheet's file: its tables are found by name or by their headings, on any sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlhedge.errors import DAMAGED, NotAWorkbook
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import RawTables
from xlhedge.readers.archive import DAMAGE, Archive
from xlhedge.readers.find_tables import MEANT, absent_tables, find_tables, is_named
from xlhedge.readers.limits import Limits
from xlhedge.readers.opendocument import NO_TABLES, opendocument_archive, opendocument_sheets
from xlhedge.readers.own import renewal
from xlhedge.readers.sheet_cells import Block, Rows, SheetCells
from xlhedge.readers.workbook_parts import Package, SheetPart, TablePart

__all__ = ["read_opendocument", "read_workbook"]


def read_workbook(content: bytes, name: str, limits: Limits) -> RawTables:
    """Read a portfolio's tables from an Excel workbook, as a spreadsheet saved it.

    Rows typed below a table count as its rows. Nothing is computed: a formula counts with its
    stored value, and is an error without one.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    return _read(Archive, _sheets, content, name, limits, MEANT)


def read_opendocument(content: bytes, name: str, limits: Limits) -> RawTables:
    """Read a portfolio's tables from an OpenDocument spreadsheet, as `read_workbook` does.

    It has no tables with names: its sheets' names and its headings tell them.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    return _read(opendocument_archive, opendocument_sheets, content, name, limits, NO_TABLES)


def _read(
    opened: Callable[[bytes, Limits], Archive],
    sheets: Callable[[Archive], Sequence[SheetCells]],
    content: bytes,
    name: str,
    limits: Limits,
    meant: str,
) -> RawTables:
    try:
        archive = opened(content, limits)
        tables, problems = find_tables(sheets(archive), limits)
    except NotAWorkbook as error:
        raise refusal(str(error), error.place) from None
    except DAMAGE:
        raise refusal(DAMAGED) from None
    return RawTables(tables, name, problems, meant, renewal(archive))


def _sheets(archive: Archive) -> list[SheetCells]:
    """The sheets that may hold a portfolio's tables."""
    package = Package(archive)
    sheets = package.sheets()
    asked = _asked(sheets)
    return [
        SheetCells(
            sheet.name,
            scan.rows,
            scan.stray,
            [_block(table, scan.rows) for table in sheet.tables],
            sheet.hidden,
            scan.formulas,
        )
        for sheet, scan in zip(asked, package.scanned(asked), strict=True)
    ]


def _asked(sheets: Sequence[SheetPart]) -> list[SheetPart]:
    """The sheets that are read: those with tables, and all if a table that must be is none."""
    absent = absent_tables(table.name for sheet in sheets for table in sheet.tables)
    everywhere = any(table.required for table in absent)
    return [
        sheet
        for sheet in sheets
        if sheet.tables or everywhere or any(is_named(sheet.name, table.name) for table in absent)
    ]


def _block(table: TablePart, rows: Rows) -> Block:
    columns = range(table.left, table.left + len(table.columns))
    shown = rows[table.top - 1] if table.top < table.first and table.top <= len(rows) else ()
    typed = [*shown[table.left - 1 : columns.stop - 1], *[None] * len(columns)]
    headers = [
        cell if isinstance(cell, str) and cell else name
        for name, cell in zip(table.columns, typed, strict=False)
    ]
    return Block(table.top, table.first, table.last, table.bottom, columns, headers, table.name)
