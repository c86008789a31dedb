"""A folder of CSV files, one a table, named as the tables are: Holdings.csv."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from xlhedge.errors import HedgeError, PortfolioError
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.rows import RawTable, RawTables, too_wide
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import Written, is_blank
from xlhedge.readers.csv_lines import CsvLines, csv_lines
from xlhedge.readers.limits import Limits
from xlhedge.text import one_line

__all__ = ["read_csv_folder"]

_MANY_SHIFTED = 3


def read_csv_folder(files: Mapping[str, bytes], name: str, limits: Limits) -> RawTables:
    """Read a portfolio's tables from a folder of CSV files.

    Between the cells stand commas, semicolons, tabs or bars: what makes columns of the first line.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    called = {Path(file).stem: file for file in files}
    found, problems = by_table((Path(file).stem for file in files), only=False)
    tables = {
        table: _raw_table(TABLES[table], one_line(called[stem]), files[called[stem]], limits)
        for table, stem in found.items()
    }
    return RawTables(tables, name, problems)


def _raw_table(table: Table, name: str, content: bytes, limits: Limits) -> RawTable:
    """One file as a raw table."""
    try:
        read = csv_lines(name, content, table.headers, limits)
    except PortfolioError as error:
        (problem,) = error.problems
        return RawTable(problem.place, broken=problem.message)
    return _with_headers(table, name, read, limits)


def _with_headers(table: Table, name: str, read: CsvLines, limits: Limits) -> RawTable:
    (line, names), *lines = read.lines
    place = f"{name}:{line}"
    width = len(names)
    while is_blank(names[width - 1]):  # spreadsheets pad lines with empty cells
        width -= 1
    why = too_wide(width) or limits.too_large(len(lines), width)
    why = why or _unlike(table, names[:width]) or _all_shifted(lines, width, len(names))
    if why:
        return RawTable(place, broken=why)
    headers = [Header(each, place, name) for each in names[:width]]
    kind = read.kind
    rows = [_row(cells, width, len(names), kind) for _, cells in lines]
    return RawTable(place, headers, rows, [f":{number}" for number, _ in lines], note=read.note)


def _unlike(table: Table, names: list[str]) -> str:
    """Why no column of a table can be told; nothing where one of several can."""
    known = {each.strip().casefold() for each in names}.intersection(table.headers)
    if known and len(names) > 1:
        return ""
    return (
        f'its columns cannot be told apart: "{one_line(names[0])}"; its first line must be headers '
        f"with commas, semicolons or tabs between them, such as {','.join(table.headers[:3])}"
    )


def _all_shifted(lines: list[tuple[int, list[str]]], width: int, padded: int) -> str:
    """What to say once of many lines that have other cells than the headers."""
    wrong = [(number, row) for number, row in lines if _is_shifted(row, width, padded)]
    if len(wrong) < _MANY_SHIFTED:
        return ""
    number, row = wrong[0]
    return (
        f"{len(wrong):,} of its lines, the first is line {number}, have other cells than headers: "
        f"{_shifted(len(row), width).message}"
    )


def _is_shifted(cells: list[str], width: int, padded: int) -> bool:
    # One cell more, even an empty one, may be a decimal comma that has shifted the cells behind it.
    return len(cells) > padded or not all(map(is_blank, cells[width:]))


def _row(cells: list[str], width: int, padded: int, kind: type[Written]) -> list[Any] | HedgeError:
    if _is_shifted(cells, width, padded):
        return _shifted(len(cells), width)
    return [*map(kind, cells[:width]), *[None] * (width - len(cells))]


@cache  # one for all the rows that are wrong alike: there may be very many
def _shifted(cells: int, width: int) -> HedgeError:
    return HedgeError(
        f"it has {cells} cells, its headers are {width}; write decimals with a point, "
        'and text that holds the separator in "quotes"'
    )
