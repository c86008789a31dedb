"""What a workbook's file says beside its values: its tables, and cells that only look empty.

calamine gives values. A formula without a stored value and an error are empty cells to it, so the
parts of the file are scanned here for both. Nothing is computed.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from xlhedge.errors import HedgeError

__all__ = ["NotAWorkbook", "SheetPart", "TablePart", "letters_of", "sheets_of"]

Position: TypeAlias = tuple[int, int]
"""A cell's row and column, both from 1."""

# What zipfile raises for a damaged file, and what strange XML makes of the code below.
_DAMAGE = (BadZipFile, ZlibError, EOFError, OSError, KeyError, ValueError, RuntimeError)
_OLE = b"\xd0\xcf\x11\xe0"  # how .xls begins, and an encrypted workbook of any kind
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST_SHEET = 1 << 29  # bytes of XML
_MOST_CELLS = 10_000_000  # values are held as one rectangle, and a stray cell makes it huge

_FLAW = re.compile(rb"<(?:\w+:)?f[\s/>]|\st=[\"']e[\"']")
_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?(?:row\b([^>]*)>|c(\s[^>]*?)?(?:/>|>(.*?)</(?:\w+:)?c>))", re.DOTALL
)
_ANY_CELL = re.compile(rb"\sr=[\"']([A-Za-z]+)([0-9]+)")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]+)([0-9]+)[^>]*(?<!/)>")
_REFERENCE = re.compile(rb"\sr=[\"']([A-Za-z]*)([0-9]+)[\"']")
_TYPE = re.compile(rb"\st=[\"'](\w+)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?(?:/>|>(.*?)</)", re.DOTALL)


class NotAWorkbook(Exception):  # noqa: N818  # it becomes a PortfolioError's one line
    """The file is no Excel workbook that can be read, and why."""


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
    """A sheet with tables.

    Args:
        name: its name, as on its tab.
        tables: its tables.
        xml: its part of the file.
    """

    name: str
    tables: tuple[TablePart, ...]
    xml: bytes

    def stray(self) -> str | None:
        """The far corner of what is used, where that is too far out to read the sheet."""
        if not _corner(_ANY_CELL.findall(self.xml)):
            return None
        return _corner(_FILLED_CELL.findall(self.xml))  # one that is only formatted is no matter

    def flaws(self) -> dict[Position, HedgeError]:
        """What is wrong with cells whose values look empty."""
        if not _FLAW.search(self.xml):
            return {}
        return {
            position: HedgeError(flaw)
            for position, attributes, body in _cells(self.xml)
            if (flaw := _flaw(attributes, body))
        }


def _corner(cells: list[tuple[bytes, bytes]]) -> str | None:
    """The far corner of the cells' rectangle from A1, where that is too large."""
    column = max(map(_number_of, {letters for letters, _ in cells}), default=0)
    row = max(map(int, {row for _, row in cells}), default=0)
    return f"{letters_of(column)}{row}" if row * column > _MOST_CELLS else None


def _cells(xml: bytes) -> Iterator[tuple[Position, bytes, bytes]]:
    """Every filled cell: its position, its attributes, and what it holds."""
    row = column = 0
    for match in _ROW_OR_CELL.finditer(xml):
        if match[1] is not None:
            found = _REFERENCE.search(match[1])
            row, column = int(found[2]) if found else row + 1, 0
            continue
        attributes = match[2] or b""
        found = _REFERENCE.search(attributes)  # which may be left out: the next cell
        column = _number_of(found[1]) if found else column + 1
        if match[3]:
            yield (row, column), attributes, match[3]


def _flaw(attributes: bytes, body: bytes) -> str | None:
    kind = _TYPE.search(attributes)
    value = _VALUE.search(body)
    if kind and kind[1] == b"e":
        code = value[1].decode("utf-8", "replace") if value and value[1] else "an error"
        return f"its cell holds {code}; correct the cell or its formula"
    if not _FORMULA.search(body) or (value and value[1]):
        return None
    if value and kind and kind[1] == b"str":
        return None  # an empty text is stored
    return "its formula has no stored value; open the file in a spreadsheet and save it"


def letters_of(column: int) -> str:
    """A column's letters.

    Example:
        >>> letters_of(1), letters_of(28), letters_of(16_384)
        ('A', 'AB', 'XFD')
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def sheets_of(content: bytes) -> list[SheetPart]:
    """The sheets of a workbook's file that have tables.

    Raises:
        NotAWorkbook: the file is none, or is damaged.
    """
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise NotAWorkbook("it is encrypted; save it without a password")
        raise NotAWorkbook("it is an old Excel workbook; save it as .xlsx")
    if not content.startswith(b"PK"):
        raise NotAWorkbook("it is no Excel workbook (.xlsx)")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise NotAWorkbook("it is no Excel workbook (.xlsx)")
            return list(_sheets(archive))
    except _DAMAGE as error:
        raise NotAWorkbook("it is damaged or cut off; save it again in a spreadsheet") from error


def _sheets(archive: ZipFile) -> Iterator[SheetPart]:
    targets = _related(archive, "xl/workbook.xml")
    for element in _parsed(archive, "xl/workbook.xml").iter():
        if _local(element.tag) != "sheet":
            continue
        (part,) = (targets[value] for name, value in element.items() if name.endswith("}id"))
        related = _related(archive, part).values()
        tables = tuple(
            _table(_parsed(archive, target)) for target in related if "/tables/" in f"/{target}"
        )
        if tables:
            name = element.get("name", "")
            if archive.getinfo(part).file_size > _LARGEST_SHEET:
                raise NotAWorkbook(f'its sheet "{name}" is too large')
            yield SheetPart(name, tables, archive.read(part))


def _table(root: ET.Element) -> TablePart:
    first, _, last = root.get("ref", "").partition(":")
    top, left = _position(first)
    bottom, _ = _position(last or first)
    columns = [each.get("name", "") for each in root.iter() if _local(each.tag) == "tableColumn"]
    headers, totals = int(root.get("headerRowCount", "1")), int(root.get("totalsRowCount", "0"))
    if min(top, left, len(columns)) < 1 or not {headers, totals} <= {0, 1}:
        raise ValueError(first)
    name = root.get("displayName", root.get("name", ""))
    return TablePart(name, tuple(columns), top, left, top + headers, bottom - totals, bottom)


def _position(reference: str) -> Position:
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), _number_of(letters.encode("ascii"))


def _related(archive: ZipFile, part: str) -> dict[str, str]:
    """The parts that a part refers to, by the references' ids."""
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in archive.namelist():
        return {}
    return {
        each.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))[
            1:
        ]
        for each in _parsed(archive, path)
    }


def _parsed(archive: ZipFile, part: str) -> ET.Element:
    try:
        return ET.fromstring(archive.read(part))  # noqa: S314  # expat bounds entities
    except ET.ParseError as error:
        raise BadZipFile(part) from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
