"""A folder of CSV files, one a table, named as the tables are: Holdings.csv."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.rows import RawTable, too_wide
from xlhedge.portfolio.values import Written, is_blank
from xlhedge.readers.limits import Limits
from xlhedge.text import one_line

__all__ = ["read_csv_folder"]

_SAVE = 'save the file as "CSV UTF-8"'


def read_csv_folder(files: Mapping[str, bytes], name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from a folder of CSV files.

    The files are UTF-8, with commas or semicolons between the cells and points in the numbers.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    called = {Path(file).stem: file for file in files}
    found, problems = by_table((Path(file).stem for file in files), only=False)
    tables = {
        table: _raw_table(one_line(called[stem]), files[called[stem]], limits)
        for table, stem in found.items()
    }
    return Portfolio.from_raw_tables(tables, name, problems)


def _raw_table(name: str, content: bytes, limits: Limits) -> RawTable:
    """One file as a raw table."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return RawTable(f"{name}:1", broken=f"it is UTF-16 text; {_SAVE}")
    try:
        first = content.decode("utf-8-sig").lstrip().split("\n", 1)[0]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return RawTable(f"{name}:{line}", broken=f"it is not UTF-8 text; {_SAVE}")
    delimiter = _delimiter(first)
    # Each cell but the first stands behind one of these: counted before any is made.
    cells = sum(map(content.count, (delimiter.encode(), b"\n", b"\r")))
    why = limits.too_many(cells, 2 * limits.cells, "cells")
    if why:
        return RawTable(name, broken=why)
    lines: list[tuple[int, list[str]]] = []
    stream = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if not all(map(is_blank, row)):
                lines.append((start, row))
            start = reader.line_num + 1  # quoted cells may hold line breaks
    except csv.Error as error:
        return RawTable(f"{name}:{start}", broken=f"it is not CSV: {error}")
    if not lines:
        return RawTable(name, broken="the file is empty; its first line must be the headers")
    return _with_headers(name, *lines[0], lines[1:], limits)


def _delimiter(first: str) -> str:
    """What stands between the cells: headers hold neither, so the first line tells."""
    return ";" if first.count(";") > first.count(",") else ","


def _with_headers(
    name: str, line: int, names: list[str], lines: list[tuple[int, list[str]]], limits: Limits
) -> RawTable:
    place = f"{name}:{line}"
    width = len(names)
    while is_blank(names[width - 1]):  # spreadsheets pad lines with empty cells
        width -= 1
    why = too_wide(width) or limits.too_large(len(lines), width)
    if why:
        return RawTable(place, broken=why)
    headers = [Header(each, place, name) for each in names[:width]]
    rows = [_row(cells, width, len(names)) for _, cells in lines]
    return RawTable(place, headers, rows, [f":{number}" for number, _ in lines])


def _row(cells: list[str], width: int, padded: int) -> list[Any] | HedgeError:
    # One cell more, even an empty one, may be a decimal comma that has shifted the cells behind it.
    if len(cells) > padded or not all(map(is_blank, cells[width:])):
        return _shifted(len(cells), width)
    return [*map(Written, cells[:width]), *[None] * (width - len(cells))]


@cache  # one for all the rows that are wrong alike: there may be very many
def _shifted(cells: int, width: int) -> HedgeError:
    return HedgeError(
        f"it has {cells} cells, its headers are {width}; write decimals with a point, "
        'and text that holds the separator in "quotes"'
    )
