"""A sheet's cells, as its XML has them: how far they reach, and those that only look empty.

calamine gives values. It holds them as one rectangle, which a stray cell makes so large that the
program is ended, and a formula without a stored value and an error are empty cells to it. So the
XML is looked through here first. Searches answer for the usual sheet; a parser for any other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

from xlhedge.errors import HedgeError, NotAWorkbook
from xlhedge.readers.archive import parse, refuse_doctype
from xlhedge.readers.limits import Limits
from xlhedge.text import one_line

__all__ = ["Position", "Scan", "letters_of", "number_of", "position_of", "scan"]

Position: TypeAlias = tuple[int, int]
"""A cell's row and column, both from 1."""

# Each begins with letters that a search finds fast; what it does not find is not there.
_PREFIXED = re.compile(rb"<[^\s<>/:]*:[cfv][\s/>]")
_NEAR, _NEAR_CELLS = re.compile(rb'<c(?! r="[A-Z]{1,2}[0-9]{1,3}"[ />])[\s/>]'), 702 * 999
_USUAL = re.compile(rb'<c(?! r="[A-Z]{1,3}[0-9]{1,7}"[ />])[\s/>]')
_PLACE = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_FORMULA = re.compile(rb"<f[\s/>]")
_TEXT = re.compile(rb"=\s*[\"']s[\"']")
_KIND = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?(?:/>|>([^<]*)</)")
_ROW = re.compile("[0-9]{1,10}")
_REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")
_PIECE = 1 << 14  # bytes of XML that are looked through at once


@dataclass(slots=True)
class Scan:
    """What a sheet's XML says beside its cells' values.

    Args:
        stray: the far corner of what is used, where that is too far out to read the sheet.
        flaws: what is wrong with cells whose values look empty.
    """

    stray: str = ""
    flaws: dict[Position, HedgeError] = field(default_factory=dict)


def scan(xml: bytes, name: str, limits: Limits, strings: list[int]) -> Scan:
    """Look through a sheet's XML.

    Args:
        xml: the sheet's part of the file.
        name: the name of that part.
        limits: how much the sheet may hold.
        strings: the sizes of the workbook's shared strings, which every cell holds anew.

    Raises:
        NotAWorkbook: it is too large, or not as any spreadsheet writes it.
    """
    refuse_doctype(xml, name)
    _refuse(limits.too_many(xml.count(b"<"), 8 * limits.cells, "tags"), name)
    copied = max(strings, default=0) * len(_TEXT.findall(xml)) if strings else 0
    if copied <= limits.unpacked and not _odd(xml) and _fits(xml, limits):
        return Scan(flaws=_flaws(xml))
    _refuse(limits.too_many(xml.count(b"<"), 2 * limits.cells, "tags"), name)
    cells = _Cells()
    parse(cells.parser, xml, name)
    text = sum(strings[at] * count for at, count in cells.strings.items() if 0 <= at < len(strings))
    _refuse(limits.too_many(text, limits.unpacked, "bytes of text in its cells"), name)
    stray = cells.bottom * cells.right > limits.cells
    return Scan(f"{letters_of(cells.right)}{cells.bottom}" if stray else "", cells.flaws)


def _refuse(why: str, name: str) -> None:
    if why:
        raise NotAWorkbook(why, name)


def _odd(xml: bytes) -> bool:
    """Whether there may be names with prefixes, or comments."""
    prefixed = (b":c" in xml or b":f" in xml or b":v" in xml) and _PREFIXED.search(xml)
    return bool(prefixed) or b"<!" in xml


def _flaws(xml: bytes) -> dict[Position, HedgeError]:
    """What is wrong with the cells of a usual sheet, where each begins as `_PLACE` says."""
    flaws: dict[Position, HedgeError] = {}
    for piece in _pieces(xml[: xml.rfind(b"</sheetData>")]):  # behind it are others' formulas
        if b"<f" not in piece and b'"e"' not in piece and b"'e'" not in piece:
            continue
        for cell in piece.split(b"<c ")[1:]:
            if b"<f" in cell or b'"e"' in cell or b"'e'" in cell:
                attributes, _, rest = cell.partition(b">")
                body = rest.partition(b"</c>")[0]
                kind, value = _KIND.search(attributes), _VALUE.search(body)
                flaw = _flaw(
                    _text(kind[1]) if kind else "",
                    _text(value[1] or b"") if value else None,
                    formula=bool(_FORMULA.search(body)),
                )
                place = _REFERENCE.match(_text(attributes)[3:])
                if flaw and place:
                    flaws[int(place[2]), number_of(place[1])] = flaw
    return flaws


def _text(xml: bytes) -> str:
    return xml.decode("utf-8", "replace")


def _flaw(kind: str, value: str | None, *, formula: bool) -> HedgeError | None:
    """What is wrong with a cell whose value looks empty.

    Args:
        kind: its type.
        value: what is stored; empty where that is an empty text, None where nothing is.
        formula: whether it holds a formula.
    """
    if kind == "e":
        code = one_line(value or "") or "an error"
        return HedgeError(f"its cell holds {code}; correct the cell or its formula")
    if not formula or value or (value is not None and kind == "str"):
        return None
    return HedgeError("its formula has no stored value; open the file in a spreadsheet and save it")


def _fits(xml: bytes, limits: Limits) -> bool:
    """Whether all cells, formatted ones too, say where they are, and none is far out."""
    if limits.cells >= _NEAR_CELLS and not _NEAR.search(xml):
        return True
    if _USUAL.search(xml):
        return False
    columns: set[bytes] = set()
    bottom = 0
    for piece in _pieces(xml):
        places = _PLACE.findall(piece)
        columns.update(letters for letters, _ in places)
        bottom = max(bottom, *map(int, {row for _, row in places}), 0)
    right = max((number_of(letters.decode()) for letters in columns), default=0)
    return bottom * right <= limits.cells


def _pieces(xml: bytes) -> Iterator[bytes]:
    """The XML in pieces that end between cells, so that no list of all cells is held."""
    start = 0
    while start < len(xml):
        end = xml.find(b"<c ", start + _PIECE)
        end = len(xml) if end < 0 else end
        yield xml[start:end]
        start = end


class _Cells:
    """Goes through a sheet's cells as calamine does, where they do not say where they are, too."""

    def __init__(self) -> None:
        self.flaws: dict[Position, HedgeError] = {}
        self.strings: Counter[int] = Counter()
        self.bottom = self.right = 0
        self._row = self._column = 1
        self._cell: Position | None = None
        self._kind = self._text = ""
        self._filled = self._formula = self._value = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._kind, self._text = attributes.get("t", ""), ""
            self._filled = self._formula = self._value = False
            row = self._row
            if "r" in attributes:
                row, self._column = position_of(attributes["r"])
            self._cell = row, self._column
            self._column += 1
        elif tag == "row":
            self._row, self._column = _row_of(attributes.get("r", str(self._row))), 1
        elif self._cell:
            self._filled = True
            if tag == "f":
                self._formula = True
            elif tag == "v":
                self._value = True
                self.parser.CharacterDataHandler = self._characters

    def _characters(self, text: str) -> None:
        self._text += text[:40]  # a number, or an error's code

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self._row += 1
            self._column = 1
        elif tag == "v":
            self.parser.CharacterDataHandler = None
        elif tag == "c" and self._cell:
            if self._filled:
                self._note(self._cell)
            self._cell = None

    def _note(self, cell: Position) -> None:
        self.bottom, self.right = max(self.bottom, cell[0]), max(self.right, cell[1])
        if self._kind == "s" and self._text.isdecimal():
            self.strings[int(self._text)] += 1
        value = self._text if self._value else None
        if flaw := _flaw(self._kind, value, formula=self._formula):
            self.flaws[cell] = flaw


def _row_of(text: str) -> int:
    if not _ROW.fullmatch(text):
        raise ValueError(text)
    return int(text)


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


def number_of(letters: str) -> int:
    """A column's number, from 1.

    Example:
        >>> number_of("A"), number_of("ab"), number_of("XFD")
        (1, 28, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def position_of(reference: str) -> Position:
    """A cell's position.

    Raises:
        ValueError: it is no reference to a cell.

    Example:
        >>> position_of("B12")
        (12, 2)
    """
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    return int(found[2]), number_of(found[1])
