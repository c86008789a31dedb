"""The sheets of a workbook's file and their tables, and what of it another library needs to read.

calamine is given an archive made here, of parts that were looked through, under names given here:
it cannot find anything else in the file than what was checked.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.archive import DAMAGED, Archive, Element
from xlhedge.readers.bare_workbook import bare_workbook, lengths_of, refuse_formats
from xlhedge.readers.limits import Limits
from xlhedge.readers.sheet_xml import Scan, position_of, scan

__all__ = ["Package", "SheetPart", "TablePart"]

_WORKBOOK = "xl/workbook.xml"
_MOST_SHEETS = 1_000
_NO_CELLS = b"<worksheet><sheetData/></worksheet>"


@dataclass(frozen=True, slots=True)
class TablePart:
    """An Excel table; rows and columns are counted from 1.

    Args:
        name: its name.
        columns: the names of its columns, also where its headers are hidden.
        top: its first row, which holds the headers unless they are hidden.
        left: its first column.
        first: the first row of its data.
        last: the last row of its data.
        bottom: its last row, which holds the totals if it shows them.
    """

    name: str
    columns: tuple[str, ...]
    top: int
    left: int
    first: int
    last: int
    bottom: int


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of cells.

    Args:
        name: its name, as on its tab.
        part: its part of the file.
        tables: its tables.
        hidden: whether nobody sees it.
    """

    name: str
    part: str
    tables: tuple[TablePart, ...]
    hidden: bool


class Package:
    """A workbook's file: its sheets, and the parts that hold their cells.

    Args:
        content: the file's bytes.
        limits: how much of it may be unpacked and read.

    Raises:
        NotAWorkbook: it is none.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._archive = Archive(content, limits)
        self._limits = limits
        if _WORKBOOK not in self._archive.names:
            raise NotAWorkbook("it is no Excel workbook (.xlsx)")
        self._elements = self._archive.elements(_WORKBOOK)
        self._related = self._targets(_WORKBOOK)

    def sheets(self) -> list[SheetPart]:
        """The sheets that have cells."""
        listed = [attributes for tag, attributes in self._elements if tag == "sheet"]
        if len(listed) > _MOST_SHEETS:
            raise NotAWorkbook(f"it has {len(listed):,} sheets; it may have {_MOST_SHEETS:,}")
        sheets = []
        for sheet in listed:
            (key,) = (value for name, value in sheet.items() if name.endswith(":id"))
            kind, part = self._related[key]
            if part not in self._archive.names:
                raise NotAWorkbook(DAMAGED)
            tables = [path for _, path in self._targets(part).values() if "/tables/" in f"/{path}"]
            if tables or kind.endswith("/worksheet"):
                found = tuple(_table(self._archive.elements(path)) for path in tables)
                hidden = sheet.get("state", "visible") != "visible"
                sheets.append(SheetPart(sheet.get("name", ""), part, found, hidden))
        return sheets

    def scanned(self, sheets: Sequence[SheetPart]) -> tuple[list[Scan], bytes]:
        """What the sheets say beside their values, and an archive of these sheets for calamine."""
        strings, styles = self._optional("sharedStrings"), self._optional("styles")
        refuse_formats(styles)
        lengths = lengths_of(strings, self._limits)
        scans, parts = [], []
        for sheet in sheets:
            xml = self._archive.read(sheet.part)
            scans.append(scan(xml, sheet.part, self._limits, lengths))
            parts.append(_NO_CELLS if scans[-1].stray else xml)
        dates = [each for tag, each in self._elements if tag == "workbookPr"]
        from_1904 = any(each.get("date1904") in ("1", "true") for each in dates)
        return scans, bare_workbook(parts, strings, styles, from_1904=from_1904)

    def _optional(self, kind: str) -> bytes:
        """The part of a kind that a workbook has once, if it has one."""
        paths = [path for type_, path in self._related.values() if type_.endswith(f"/{kind}")]
        path = next((path for path in paths if path in self._archive.names), "")
        return self._archive.read(path) if path else b""

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to, by the references' ids: their types and their names."""
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels"
        if path not in self._archive.names:
            return {}
        return {
            each.get("Id", ""): (each.get("Type", ""), _joined(folder, each.get("Target", "")))
            for tag, each in self._archive.elements(path)
            if tag == "Relationship"
        }


def _joined(folder: str, target: str) -> str:
    """A target's name in the archive; one that leads out of it is none."""
    return posixpath.normpath(posixpath.join("/", folder, target))[1:]


def _table(elements: Sequence[Element]) -> TablePart:
    root = elements[0][1]
    first, _, last = root.get("ref", "").partition(":")
    top, left = position_of(first)
    bottom, _ = position_of(last or first)
    columns = tuple(each.get("name", "") for tag, each in elements if tag == "tableColumn")
    headers, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
    if min(top, left, len(columns)) < 1 or not {headers, totals} <= {0, 1}:
        raise ValueError(first)
    name = root.get("displayName", root.get("name", ""))
    return TablePart(name, columns, top, left, top + headers, bottom - totals, bottom)
