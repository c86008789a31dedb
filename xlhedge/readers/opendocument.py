"""An OpenDocument spreadsheet (.ods): its sheets' cells, with an error in those that have no value.

It says of a cell or a row how often it is repeated: what is repeated is counted before it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import mul
from typing import Any, NamedTuple

from xlhedge.errors import DAMAGED, CellError, HedgeError, NotAWorkbook
from xlhedge.portfolio.values import as_number
from xlhedge.readers.archive import Archive
from xlhedge.readers.cell_names import letters_of
from xlhedge.readers.limits import Limits
from xlhedge.readers.sheet_cells import SheetCells
from xlhedge.readers.sheet_xml import NO_VALUE, Added

__all__ = ["NO_TABLES", "opendocument_archive", "opendocument_sheets"]

NO_TABLES = "no sheet has such a name, and no row such headings"
"""What is looked for in a file without Excel tables."""

_CONTENT, _TYPE, _MANIFEST = "content.xml", "mimetype", "META-INF/manifest.xml"
_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_NONE = "it is no OpenDocument spreadsheet (.ods)"
_MOST_SHEETS = 1_000
_COUNT = re.compile("[0-9]{1,9}")

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_ODF}{name}:1.0 " for name in ("office", "table", "text"))
_STYLE = f"{_ODF}style:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_SHEET, _ROW, _CELL = (f"{_TABLE}table{tail}" for tail in ("", "-row", "-cell"))
_COVERED = f"{_TABLE}covered-table-cell"  # what a merged cell lies over: nobody sees it
_P = f"{_TEXT}p"
_S = f"{_TEXT}s"
_NOTE = f"{_TEXT}note"
_SPACES = f"{_TEXT}c"
_COLUMNS = f"{_TABLE}number-columns-repeated"
_ROWS = f"{_TABLE}number-rows-repeated"
_KIND_OF = f"{_OFFICE}value-type"
_KIND_OF_CALC = f"{_CALC}value-type"
_FORMULA = f"{_TABLE}formula"
_STRING = f"{_OFFICE}string-value"
_ADDS = re.compile(r"of:=((?:SUM|SUBTOTAL|AGGREGATE|AVERAGE|COUNTA?|MIN|MAX)\(.*|\[[^+]*\]\+.*)")
_POINTS = re.compile(r"\[\.|\]|(?<=:)\.")  # [.B2:.B3] is B2:B3
_AROUND = {f"{_TABLE}table-{tail}" for tail in ("header-rows", "row-group", "rows")}
_BREAKS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_ERROR = re.compile(
    "(?=[#E])(?:"
    + "|".join([*(re.escape(each.code) for each in CellError), "Err:[0-9]{3}"])
    + r")\Z"
)


class _SameCells(NamedTuple):
    """Cells side by side that hold the same."""

    column: int
    times: int
    value: Any


class _SameRows(NamedTuple):
    """Rows one below the other that hold the same."""

    row: int
    times: int
    runs: list[_SameCells]


def opendocument_archive(content: bytes, limits: Limits) -> Archive:
    """The file of an OpenDocument spreadsheet.

    Raises:
        NotAWorkbook: it is none, or too large.
    """
    if not content.startswith((b"PK", b"\xd0\xcf")):
        raise NotAWorkbook(_NONE)
    archive = Archive(content, limits)
    if _CONTENT not in archive or _TYPE not in archive or _KIND not in archive.read(_TYPE):
        raise NotAWorkbook(_NONE)
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise NotAWorkbook("it is encrypted; save it without a password")
    return archive


def opendocument_sheets(archive: Archive) -> list[SheetCells]:
    """The sheets of an OpenDocument spreadsheet.

    Raises:
        NotAWorkbook: it is too large.
    """
    xml, limits = archive.read(_CONTENT), archive.limits
    limits.refuse(xml.count(b"<"), limits.cells, "tags", _CONTENT)
    document = _Document(limits)
    archive.parse(xml, _CONTENT, document.start, document.end, document.characters)
    return document.sheets


class _Document:
    """Goes through a document; what stands elsewhere than in its sheets' cells is no value."""

    def __init__(self, limits: Limits) -> None:
        self.sheets: list[SheetCells] = []
        self._limits = limits
        self._open: list[str] = []
        self._styles: dict[str, bool] = {}  # which styles of sheets hide them
        self._style = ""
        self._sheet: Mapping[str, str] | None = None
        self._rows: list[_SameRows] = []
        self._runs: list[_SameCells] | None = None
        self._cell: Mapping[str, str] | None = None
        self._row = self._column = self._repeat = 1
        self._text: list[str] = []
        self._other = 0  # how deep in something that is neither sheet, row, cell nor text
        self._expanded = self._spaces = 0
        self._formulas = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element that begins."""
        above = self._open[-1] if self._open else ""
        self._open.append(tag)
        if self._other:
            self._other += 1
        elif self._cell is not None:
            self._in_cell(tag, above, attributes)
        elif self._sheet is not None:
            self._in_sheet(tag, attributes)
        elif tag == _SHEET and above == f"{_OFFICE}spreadsheet":
            self._sheet, self._rows, self._row = attributes, [], 1
            self._limits.refuse(len(self.sheets) + 1, _MOST_SHEETS, "sheets")
        elif tag == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif tag == f"{_STYLE}table-properties":
            self._styles[self._style] = attributes.get(f"{_TABLE}display") == "false"

    def _in_sheet(self, tag: str, attributes: dict[str, str]) -> None:
        """An element in a sheet, but in no cell."""
        if self._runs is not None and tag in (_CELL, _COVERED):
            self._cell = attributes
        elif self._runs is None and tag == _ROW:
            self._runs, self._column = [], 1
            self._repeat = _count(attributes, _ROWS)
        elif self._runs is not None or tag not in _AROUND:
            self._other = 1

    def _in_cell(self, tag: str, above: str, attributes: dict[str, str]) -> None:
        """An element in a cell: paragraphs are its text, notes and drawings are not."""
        if tag == _P and above in (_CELL, _COVERED):
            if self._text:
                self.characters("\n")
        elif above in (_CELL, _COVERED) or not tag.startswith(_TEXT) or tag == _NOTE:
            self._other = 1
        elif tag == _S:
            count = _count(attributes, _SPACES)
            self._spaces += count
            self._limits.refuse(self._spaces, self._limits.cells, "spaces", _CONTENT)
            self._text.append(" " * count)
        else:
            self.characters(_BREAKS.get(tag, ""))

    def characters(self, text: str) -> None:
        """Take text."""
        if self._cell is not None and not self._other and self._open[-1] != _CELL:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """Take an element that ends."""
        self._open.pop()
        if self._other:
            self._other -= 1
        elif self._cell is not None and tag in (_CELL, _COVERED):
            self._end_cell(self._cell, tag)
        elif self._runs is not None and tag == _ROW:
            if self._runs:
                self._rows.append(_SameRows(self._row, self._repeat, self._runs))
            self._row += self._repeat
            self._runs = None
        elif self._sheet is not None and tag == _SHEET:
            self.sheets.append(self._finished(self._sheet))
            self._sheet = None

    def _end_cell(self, cell: Mapping[str, str], tag: str) -> None:
        count = _count(cell, _COLUMNS)
        value = None if tag == _COVERED else _value(cell, "".join(self._text))
        self._formulas = self._formulas or _FORMULA in cell
        if value is not None and value != "" and self._runs is not None:
            self._runs.append(_SameCells(self._column, count, value))
        self._column += count
        self._text, self._cell = [], None

    def _finished(self, sheet: Mapping[str, str]) -> SheetCells:
        name = sheet.get(f"{_TABLE}name", "")
        hidden = self._styles.get(sheet.get(f"{_TABLE}style-name", ""), False)
        ends = [each.runs[-1].column + each.runs[-1].times - 1 for each in self._rows]
        bottom = self._rows[-1].row + self._rows[-1].times - 1 if self._rows else 0
        right = max(ends, default=0)
        if bottom * right > self._limits.cells:
            return SheetCells(name, (), stray=f"{letters_of(right)}{bottom}", hidden=hidden)
        counts = [each.times for each in self._rows]
        self._expanded += bottom + sum(map(mul, ends, counts))
        self._limits.refuse(self._expanded, 2 * self._limits.cells, "cells in its sheets", _CONTENT)
        rows = [*_expanded(self._rows)]
        return SheetCells(name, rows, hidden=hidden, formulas=self._formulas)


def _expanded(rows: list[_SameRows]) -> Iterator[list[Any]]:
    """The rows of a sheet from the first on; those that are alike are one list."""
    number = 1
    for each in rows:
        for _ in range(number, each.row):
            yield []
        cells: list[Any] = []
        for run in each.runs:
            cells += [None] * (run.column - 1 - len(cells))
            cells += [run.value] * run.times
        for _ in range(each.times):
            yield cells
        number = each.row + each.times


def _count(attributes: Mapping[str, str], name: str) -> int:
    """How often something is repeated."""
    text = attributes.get(name, "1")
    if not _COUNT.fullmatch(text):
        raise NotAWorkbook(DAMAGED)
    return int(text)


def _value(cell: Mapping[str, str], text: str) -> Any:
    """What a cell holds."""
    kind = cell.get(_KIND_OF)
    if cell.get(_KIND_OF_CALC) == "error" or _ERROR.match(text):
        code = text[:40] or "an error"
        return HedgeError(f"its cell holds {code}; correct the cell or its formula")
    if kind is None and _FORMULA in cell and not text:
        return NO_VALUE
    attribute, read = _KINDS.get(kind or "", ("", str))
    try:
        value = read(cell[attribute]) if attribute else _string(cell, text)
    except (KeyError, ValueError):
        return HedgeError("its value cannot be read; type it again")
    adds = _ADDS.match(cell.get(_FORMULA, ""))
    if adds and isinstance(value, float):
        return Added(value, _POINTS.sub("", adds[1]))
    return value


def _string(cell: Mapping[str, str], text: str) -> str:
    return cell.get(_STRING, text)


def _number(text: str) -> float:
    number = as_number(text)
    if number is None:
        raise ValueError(text)
    return number


_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "float": (f"{_OFFICE}value", _number),
    "currency": (f"{_OFFICE}value", _number),
    "percentage": (f"{_OFFICE}value", _number),
    "date": (f"{_OFFICE}date-value", datetime.fromisoformat),
    "boolean": (f"{_OFFICE}boolean-value", "true".__eq__),
}
"""Where the value of a cell of a kind stands, and how it is read; of any other it is its text."""
