"""The lines of a CSV file as cells, whatever encoding and separator it was saved with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from xlhedge.errors import PortfolioError, Problem
from xlhedge.portfolio.values import DecimalComma, Written, has_decimal_comma, is_blank
from xlhedge.readers.limits import Limits
from xlhedge.readers.text_encoding import encoding_of

__all__ = ["CsvLines", "csv_lines"]

_SAVE = 'save the file as "CSV UTF-8"'
_NAMES = {"utf-16": "UTF-16", "cp1252": "Windows-1252"}
_LONGEST_HEAD = 32_767  # characters in which the headers are looked for
_BETWEEN = ",;\t|"
"""What may stand between the cells of a line."""
_SAYS = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
"""Excel's own first line, which says what stands between the cells."""


@dataclass(frozen=True, slots=True)
class CsvLines:
    """The lines of a file that are not blank.

    Args:
        lines: the number of each line, from 1, and its cells.
        note: what to mention of how they were read.
    """

    lines: list[tuple[int, list[str]]]
    note: str = ""

    @property
    def kind(self) -> type[Written]:
        """What the cells below the first line are: whether some have a decimal comma."""
        cells = (cell.strip() for _, row in self.lines[1:] for cell in row if "," in cell)
        return DecimalComma if any(map(has_decimal_comma, cells)) else Written


def csv_lines(
    name: str, content: bytes, headers: Collection[str], limits: Limits, *, above: int = 0
) -> CsvLines:
    """Split a CSV file into lines and cells.

    Between the cells stand commas, semicolons, tabs or bars: what makes headers of a line.

    Args:
        name: the file's name, for places.
        content: its bytes.
        headers: headers that are looked for, in small letters.
        limits: how much of it may be read.
        above: how many lines may stand above the headers.

    Raises:
        PortfolioError: it is no CSV file, or has too many cells; it says where.
    """
    try:
        encoding = encoding_of(content)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal(f"{name}:{line}", f"it is not UTF-8 text; {_SAVE}") from None
    head = text[:_LONGEST_HEAD].lstrip("\r\n \t,;|").splitlines() or [""]
    said = _SAYS.fullmatch(head[0].strip(" "))
    delimiter = said[1] if said else _delimiter(headers, head[: 1 + above])
    # Each cell but the first stands behind one of these: counted before any is made.
    cells = sum(map(text.count, (delimiter, "\n", "\r")))
    del text, head
    if why := limits.too_many(cells, 2 * limits.cells, "cells"):
        raise _refusal(name, why)
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
        raise _refusal(f"{name}:{start}", f"it is not CSV: {error}") from None
    if not lines:
        raise _refusal(name, "the file is empty; its first line must be the headers")
    note = "" if encoding.startswith("utf-8") else f"it is read as {_NAMES[encoding[:6]]} text"
    return CsvLines(lines, note)


def _delimiter(headers: Collection[str], lines: list[str]) -> str:
    """What stands between the cells: what makes most headers of one of the first lines."""

    def found(delimiter: str) -> tuple[int, int]:
        split = [[each.strip(' "').casefold() for each in line.split(delimiter)] for line in lines]
        return max((len({*cells}.intersection(headers)), len(cells)) for cells in split)

    return max(_BETWEEN, key=found)


def _is_said(row: list[str]) -> bool:
    return row[0].strip().lower().startswith("sep=")


def _refusal(place: str, why: str) -> PortfolioError:
    return PortfolioError([Problem(place, why)])
