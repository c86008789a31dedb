"""A folder of CSV files, one a table, named as the tables are: Holdings.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.grids import Grid
from xlhedge.portfolio.naming import Header, by_table
from xlhedge.portfolio.values import Written, is_blank
from xlhedge.readers.limits import Limits

__all__ = ["read_csv_folder"]


def read_csv_folder(files: Mapping[str, bytes], name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from a folder of CSV files.

    The files are UTF-8, with commas or semicolons between the cells and points in the numbers.

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    called = {Path(file).stem: file for file in files}
    found, problems = by_table((Path(file).stem for file in files), only=False)
    grids = {table: _grid(called[stem], files[called[stem]]) for table, stem in found.items()}
    return Portfolio.from_grids(grids, name, problems)


def _grid(name: str, content: bytes) -> Grid:
    """One file as a grid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        why = 'it is not UTF-8 text; save the file as "CSV UTF-8"'
        return Grid(f"{name}:{line}", broken=why)
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    start = 1
    try:
        for cells in reader:
            if not all(map(is_blank, cells)):
                lines.append((start, cells))
            start = reader.line_num + 1  # quoted cells may hold line breaks
    except csv.Error as error:
        return Grid(f"{name}:{start}", broken=f"it is not CSV: {error}")
    if not lines:
        return Grid(name, broken="the file is empty; its first line must be the headers")
    return _with_headers(name, *lines[0], lines[1:])


def _delimiter(text: str) -> str:
    """What stands between the cells: headers hold neither, so the first line tells."""
    first = text.lstrip().split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _with_headers(
    name: str, line: int, names: list[str], lines: list[tuple[int, list[str]]]
) -> Grid:
    place = f"{name}:{line}"
    width = len(names)
    while is_blank(names[width - 1]):  # spreadsheets pad lines with empty cells
        width -= 1
    headers = [Header(each, place, name) for each in names[:width]]
    rows = [_row(cells, width, len(names)) for _, cells in lines]
    return Grid(place, headers, rows, [f":{number}" for number, _ in lines])


def _row(cells: list[str], width: int, padded: int) -> list[Any] | HedgeError:
    # One cell more, even an empty one, may be a decimal comma that has shifted the cells behind it.
    if len(cells) > padded or not all(map(is_blank, cells[width:])):
        return HedgeError(
            f"it has {len(cells)} cells, its headers are {width}; write decimals with a point, "
            'and text that holds the separator in "quotes"'
        )
    return [*map(Written, cells[:width]), *[None] * (width - len(cells))]
