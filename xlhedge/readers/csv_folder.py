"""A folder of CSV files, one a table, named as the tables are: Holdings.csv."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.rows import RawTable, too_wide
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import DecimalComma, Written, has_decimal_comma, is_blank
from xlhedge.readers.limits import Limits
from xlhedge.readers.text_encoding import encoding_of
from xlhedge.text import one_line

__all__ = ["read_csv_folder"]

_SAVE = 'save the file as "CSV UTF-8"'
_NAMES = {"utf-16": "UTF-16", "cp1252": "Windows-1252"}
_LONGEST_HEAD = 32_767  # characters in which the headers are looked for
_MANY_SHIFTED = 3
_BETWEEN = ",;\t|"
"""What may stand between the cells of a line."""
_SAYS = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
"""Excel's own first line, which says what stands between the cells."""


def read_csv_folder(files: Mapping[str, bytes], name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from a folder of CSV files.

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
    return Portfolio.from_raw_tables(tables, name, problems)


def _raw_table(table: Table, name: str, content: bytes, limits: Limits) -> RawTable:
    """One file as a raw table."""
    try:
        encoding = encoding_of(content)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return RawTable(f"{name}:{line}", broken=f"it is not UTF-8 text; {_SAVE}")
    head = text[:_LONGEST_HEAD].lstrip("\r\n \t,;|").splitlines() or [""]
    said = _SAYS.fullmatch(head[0].strip(" "))
    delimiter = said[1] if said else _delimiter(table, head[0])
    # Each cell but the first stands behind one of these: counted before any is made.
    cells = sum(map(text.count, (delimiter, "\n", "\r")))
    del text, head
    why = limits.too_many(cells, 2 * limits.cells, "cells")
    if why:
        return RawTable(name, broken=why)
    lines: list[tuple[int, list[str]]] = []
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if not all(map(is_blank, row)) and not (said and not lines and _is_said(row)):
                lines.append((start, row))
            start = reader.line_num + 1  # quoted cells may hold line breaks
    except csv.Error as error:
        return RawTable(f"{name}:{start}", broken=f"it is not CSV: {error}")
    if not lines:
        return RawTable(name, broken="the file is empty; its first line must be the headers")
    note = "" if encoding.startswith("utf-8") else f"it is read as {_NAMES[encoding[:6]]} text"
    return _with_headers(table, name, *lines[0], lines[1:], limits, note)


def _delimiter(table: Table, first: str) -> str:
    """What stands between the cells: what makes most of a table's columns of its first line."""

    def columns(delimiter: str) -> tuple[int, int]:
        cells = [each.strip(' "').casefold() for each in first.split(delimiter)]
        return len({*cells}.intersection(table.headers)), len(cells)

    return max(_BETWEEN, key=columns)


def _is_said(row: list[str]) -> bool:
    return row[0].strip().lower().startswith("sep=")


def _with_headers(
    table: Table,
    name: str,
    line: int,
    names: list[str],
    lines: list[tuple[int, list[str]]],
    limits: Limits,
    note: str,
) -> RawTable:
    place = f"{name}:{line}"
    width = len(names)
    while is_blank(names[width - 1]):  # spreadsheets pad lines with empty cells
        width -= 1
    why = too_wide(width) or limits.too_large(len(lines), width)
    why = why or _unlike(table, names[:width]) or _all_shifted(lines, width, len(names))
    if why:
        return RawTable(place, broken=why)
    headers = [Header(each, place, name) for each in names[:width]]
    kind = DecimalComma if any(map(has_decimal_comma, _with_comma(lines))) else Written
    rows = [_row(cells, width, len(names), kind) for _, cells in lines]
    return RawTable(place, headers, rows, [f":{number}" for number, _ in lines], note=note)


def _with_comma(lines: list[tuple[int, list[str]]]) -> Iterator[str]:
    return (cell.strip() for _, row in lines for cell in row if "," in cell)


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
