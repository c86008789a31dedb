"""The parts of a workbook's file: its sheets, their tables, and what their cells refer to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlhedge.errors import DAMAGED, NotAWorkbook
from xlhedge.readers.archive import Archive, Element
from xlhedge.readers.cell_names import position_of
from xlhedge.readers.shared_parts import date_styles, shared_texts
from xlhedge.readers.sheet_xml import Scan, Shared, scan

__all__ = ["DefinedName", "Package", "SheetPart", "TablePart"]

_USUAL = "xl/workbook.xml"
_MOST_SHEETS = _MOST_TABLES = 1_000


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


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name that somebody has given to cells.

    Args:
        name: the name.
        refers_to: what it stands for, as a formula without its equals sign.
    """

    name: str
    refers_to: str


class Package:
    """A workbook's file: its sheets, and the parts that hold their cells.

    Args:
        archive: the file.

    Raises:
        NotAWorkbook: it is none.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive, self._limits = archive, archive.limits
        self._workbook = self._found()
        self._elements = self._archive.elements(self._workbook)
        self._related = self._relations(self._workbook)

    def sheets(self) -> list[SheetPart]:
        """The sheets that have cells."""
        listed = [attributes for tag, attributes in self._elements if tag == "sheet"]
        if len(listed) > _MOST_SHEETS:
            raise NotAWorkbook(f"it has {len(listed):,} sheets; it may have {_MOST_SHEETS:,}")
        sheets = []
        count = 0
        for sheet in listed:
            (key,) = (value for name, value in sheet.items() if name.endswith(" id"))
            kind, part = self._related[key]
            if part not in self._archive:
                raise NotAWorkbook(DAMAGED)
            tables = [path for each, path in self._relations(part).values() if each == "table"]
            count += len(tables)
            if count > _MOST_TABLES:
                raise NotAWorkbook(f"it has more than {_MOST_TABLES:,} tables")
            if tables or kind == "worksheet":
                found = tuple(_table(self._archive.elements(path)) for path in tables)
                hidden = sheet.get("state", "visible") != "visible"
                sheets.append(SheetPart(sheet.get("name", ""), part, found, hidden))
        return sheets

    def names(self) -> list[DefinedName]:
        """The names that are given to cells, those of single sheets with them."""
        found: list[tuple[str, list[str]]] = []
        inside = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            inside = tag.endswith(" definedName")
            if inside:
                found.append((attributes.get("name", ""), []))

        def end(_: str) -> None:
            nonlocal inside
            inside = False

        def text(letters: str) -> None:
            if inside:
                found[-1][1].append(letters)

        xml = self._archive.read(self._workbook)
        self._archive.parse(xml, self._workbook, start, end, text)
        return [DefinedName(name, "".join(letters).strip()) for name, letters in found]

    def scanned(self, sheets: Sequence[SheetPart]) -> Iterator[Scan]:
        """What stands in the cells of sheets."""
        texts = self._optional("sharedStrings")
        shared = Shared(
            shared_texts(self._archive, texts) if texts else (),
            self.date_styles(),
            self._says("workbookPr", "date1904"),
            self._says("calcPr", "fullCalcOnLoad"),
        )
        rows = cells = 0
        for sheet in sheets:
            scanned = scan(self._archive, sheet.part, sheet.name, shared, self._limits)
            rows += len(scanned.rows)
            cells += sum(map(len, scanned.rows))
            self._limits.refuse(rows, 2 * self._limits.cells, "rows in its sheets")
            self._limits.refuse(cells, self._limits.cells, "cells")
            yield scanned

    def date_styles(self) -> frozenset[bytes]:
        """The numbers of the styles that show dates."""
        styles = self._optional("styles")
        return date_styles(self._archive, styles) if styles else frozenset()

    def _found(self) -> str:
        """The workbook's part, wherever it is."""
        main = [part for kind, part in self._relations("").values() if kind == "officeDocument"]
        part = main[0] if main else _USUAL
        if part not in self._archive:
            raise NotAWorkbook("it is no Excel workbook (.xlsx)")
        return part

    def _says(self, tag: str, attribute: str) -> bool:
        """Whether the workbook says yes to something."""
        found = (each.get(attribute) for name, each in self._elements if name == tag)
        return any(value in ("1", "true", "on") for value in found)

    def _optional(self, kind: str) -> str:
        """The part of a kind that a workbook has once; an empty text if it has none."""
        paths = [path for each, path in self._related.values() if each == kind]
        return next((path for path in paths if path in self._archive), "")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to, by the references' ids: their kinds and their names."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._archive:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                self._archive.part(folder, each.get("Target", "")),
            )
            for tag, each in self._archive.elements(path)
            if tag == "Relationship"
        }


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
