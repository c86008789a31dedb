"""A workbook as the checks see it: sheets with cells, tables, names.

Part of the structural checker, see `structure`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree as ET

from structure_formulas import SHORT, Known, faults_of
from structure_package import RELATIONSHIPS, Package
from structure_refs import Area, area, cell, unescaped

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NOTHING = ET.Element("nothing")

# Rows inside the sheet, whatever they are; texts, titles and columns of tables are left alone, and
# so is what could be a name: three letters may be beyond the last column.
_ROWS = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\])"""
    r"""|(?<![\w.\\])(\$?[A-Z]{1,2}\$?)[1-9][0-9]{0,5}(?![\w.(\[!]|:[\w.]+!)"""
)


@dataclass(frozen=True)
class Table:
    """A table of a sheet; `area` is None where its ref is none."""

    part: str
    root: ET.Element
    sheet: str

    @property
    def name(self) -> str:
        """What formulas call it."""
        return self.root.get("displayName", "")

    @property
    def area(self) -> Area | None:
        """Its cells, header and totals included."""
        return area(self.root.get("ref", ""))

    @cached_property
    def columns(self) -> list[str]:
        """The columns' names."""
        found = self.root.iterfind(f"{MAIN}tableColumns/{MAIN}tableColumn")
        return [unescaped(node.get("name", "")) for node in found]


@dataclass
class Sheet:
    """A sheet: its title, its part, its cells by row and column, its tables."""

    title: str
    part: str
    root: ET.Element
    cells: dict[tuple[int, int], ET.Element] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)

    def at(self, ref: str) -> str:
        """How a fault names a cell of the sheet."""
        return f"{self.part} ({self.title}) {ref}"

    def find(self, path: str) -> Iterator[ET.Element]:
        """Elements of the sheet, by their names without namespace."""
        return self.root.iterfind("/".join(MAIN + name for name in path.split("/")))


class Book:
    """A package as a workbook; what is missing there is missing here, and no error."""

    def __init__(self, package: Package) -> None:
        """Collect the sheets, tables and names."""
        self.package = package
        self.part = next(iter(package.followed("", "officeDocument")), "")
        self.root = package.trees.get(self.part, NOTHING)
        self.styles = self._related("styles")
        self.strings = self._related("sharedStrings")
        self.metadata = self._related("sheetMetadata")
        self.sheets = [*self._sheets()]
        self.names = self.root.findall(f"{MAIN}definedNames/{MAIN}definedName")
        self._sound: set[tuple[str, str]] = set()

    @cached_property
    def by_title(self) -> dict[str, Sheet]:
        """The sheets by their titles in lower case."""
        return {sheet.title.casefold(): sheet for sheet in self.sheets}

    @cached_property
    def known(self) -> Known:
        """What formulas may name."""
        names = defaultdict(set)
        for node in self.names:
            names[self.scope(node).casefold()].add(node.get("name", "").casefold())
        tables = [table for sheet in self.sheets for table in sheet.tables]
        return Known(
            frozenset(self.by_title),
            {t.name.casefold(): frozenset(map(str.casefold, t.columns)) for t in tables},
            {scope: frozenset(found) for scope, found in names.items()},
        )

    def scope(self, node: ET.Element) -> str:
        """The title of the sheet that a defined name belongs to; "" for the workbook."""
        place = node.get("localSheetId")
        inside = place is not None and place.isdigit() and int(place) < len(self.sheets)
        return self.sheets[int(place)].title if inside else ""

    def formula(self, text: str | None, sheet: str) -> Iterator[str]:
        """What is wrong with a formula that stands on a sheet, or on none.

        A column of formulas that differ in their rows only is read once, unless it is at fault.
        """
        text = text or ""
        form = sheet, _ROWS.sub(lambda match: match[1] or f"{match[2]}1", text)
        if form in self._sound and len(text) <= SHORT:
            return
        found = list(faults_of(text, self.known, sheet))
        if not found:
            self._sound.add(form)
        yield from found

    def _related(self, kind: str) -> ET.Element:
        part = next(iter(self.package.followed(self.part, kind)), "")
        return self.package.trees.get(part, NOTHING)

    def _sheets(self) -> Iterator[Sheet]:
        links = self.package.links.get(self.part, {})
        for node in self.root.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
            link = links.get(node.get(f"{RELATIONSHIPS}id", ""))
            part = link.target if link else ""
            root = self.package.trees.get(part, NOTHING)
            sheet = Sheet(node.get("name", ""), part, root)
            for child in sheet.find("sheetData/row/c"):
                place = cell(child.get("r", ""))
                if place is not None:
                    sheet.cells[place] = child
            for name in self.package.followed(part, "table"):
                if name in self.package.trees:
                    sheet.tables.append(Table(name, self.package.trees[name], sheet.title))
            yield sheet


def text_of(book: Book, node: ET.Element) -> str | None:
    """A cell's text as Excel reads it; None if it holds no text."""
    kind, value = node.get("t", "n"), node.findtext(f"{MAIN}v", "")
    if kind == "inlineStr":
        inside = node.find(f"{MAIN}is")
        return unescaped(
            "".join(t.text or "" for t in _texts(NOTHING if inside is None else inside))
        )
    if kind == "s" and value.isdigit() and int(value) < len(book.strings):
        return unescaped("".join(t.text or "" for t in _texts(book.strings[int(value)])))
    return unescaped(value) if kind == "str" else None


def _texts(node: ET.Element) -> Iterator[ET.Element]:
    """The texts of a string and of its runs, but not how to pronounce it."""
    yield from node.iterfind(f"{MAIN}t")
    yield from node.iterfind(f"{MAIN}r/{MAIN}t")
