"""The rows of a sheet in the one form that patterns read.

Spreadsheets write rows and cells so already: the pattern must fit every byte of them, one row
behind the other, and a parser goes through what is before and behind them. Any other sheet goes
through the parser whole, which writes its rows so. What has no single meaning is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xlhedge.errors import DAMAGED, NotAWorkbook
from xlhedge.readers.archive import Archive, parse
from xlhedge.readers.cell_names import letters_of, position_of, sheet_place
from xlhedge.text import in_xml

__all__ = ["AGAIN", "CELL", "NAME", "ROW", "rewritten_rows", "usual_rows"]

_MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_KEPT, _LARGEST_KEPT = 32, 64_000  # what is around the rows of sheets, and the bytes of one
AGAIN = "save the file again in a spreadsheet"
"""What to do about a file that no spreadsheet has written."""

_MORE = rb'(?: (?!r=|xmlns)[\w:]+="[^"<]*")*+ ?'  # other attributes
_NAMED = rb'<c r="([A-Z]{1,3})'
_LOOK = rb'"(?: s="(0|[1-9][0-9]{0,5})")?+(?: t="([A-Za-z]{1,9})")?+(?: (?:cm|vm|ph)="\w{1,9}")*+ ?'
_HOLDS = (
    rb"(<f" + _MORE + rb"(?:/>|>[^<]*+</f>))?+\s*+"
    rb"(?:(<v)(?: ?/>|>(-?[0-9]+(?:\.[0-9]+)?+(?:[Ee][-+]?[0-9]+)?+(?=<))?+([^<]*+)</v>)"
    rb'|<is><t(?: xml:space="preserve")?>([^<]*+)</t></is>)?+\s*+</c>'
)


def _ungrouped(pattern: bytes) -> bytes:
    return re.sub(rb"\((?!\?)", b"(?:", pattern)


NAME = re.compile(_NAMED)
"""How a cell begins, an empty one, too: its column."""

CELL = re.compile(_NAMED + rb"[0-9]+" + _LOOK + rb">\s*+(?!</c>)" + _HOLDS)
"""A cell with something in it: column, style, kind, formula, whether it has a value, that value if
it is a plain number, that value if it is anything else, and a text."""

_CELL = (
    _ungrouped(_NAMED)
    + rb"\1"
    + _ungrouped(_LOOK)
    + rb"(?:/>|>\s*+"
    + _ungrouped(_HOLDS)
    + rb")\s*+"
)
_ROW = (
    rb'<row r="([1-9][0-9]{0,6})"'
    + _MORE
    + rb"(?:/>|>(\s*+(?:"
    + _CELL
    + rb"){0,16384}+)</row>)\s*+"
)

ROW = re.compile(_ROW)
"""A row, with the spaces behind it: its number, and its cells."""

_OPEN, _CLOSE = re.compile(rb"<sheetData>\s*+"), b"</sheetData>"
_OTHER_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")


def usual_rows(archive: Archive, part: str, sheet: str, xml: bytes) -> tuple[int, int]:
    """Where the rows of a sheet begin and end, if they may be plain; the same place if not.

    Args:
        archive: the workbook's file.
        part: the sheet's part of it.
        sheet: the sheet's name, for people.
        xml: what the part holds.

    Raises:
        NotAWorkbook: it is no sheet.
        expat.ExpatError: what is around the rows is no XML.
    """
    first, end = _OPEN.search(xml), xml.rfind(_CLOSE)
    if not first or end < first.end() or _OTHER_ENTITY.search(xml, first.end(), end):
        return 0, 0
    around = xml[: first.end()] + xml[end:]
    archive.spend_on(around, part)
    go_through = _go_through if len(around) <= _LARGEST_KEPT else _go_through.__wrapped__
    go_through(around, part, sheet)
    return first.end(), end


def rewritten_rows(archive: Archive, part: str, sheet: str, xml: bytes) -> bytes:
    """The rows of any sheet, plainly written.

    Raises:
        NotAWorkbook: what a cell holds is not certain.
        expat.ExpatError: it is no XML.
    """
    archive.spend_on(xml, part)
    return "".join(_go_through.__wrapped__(xml, part, sheet)).encode()


@lru_cache(maxsize=_KEPT)
def _go_through(xml: bytes, part: str, sheet: str) -> list[str]:
    """The rows of a sheet's XML; what is around them most of a desk's workbooks have alike."""
    rows = _PlainRows(sheet)
    parse(xml, part, rows.start, rows.end, rows.characters)
    if not rows.found:
        raise NotAWorkbook(DAMAGED)
    return rows.plain


# What an element is, by what it stands in and its name; any other is of no matter.
_MEANT = {
    ("", "worksheet"): "worksheet",
    ("worksheet", "sheetData"): "sheetData",
    ("sheetData", "row"): "row",
    ("row", "c"): "c",
    ("c", "f"): "f",
    ("c", "v"): "v",
    ("c", "is"): "is",
    ("is", "t"): "t",
    ("is", "r"): "r",
    ("r", "t"): "t",
}


class _PlainRows:
    """Goes through a sheet's XML and writes its rows plainly."""

    def __init__(self, sheet: str) -> None:
        self.plain: list[str] = []
        self.found = False
        self._sheet = sheet
        self._open = [""]
        self._inside = False
        self._row = self._column = 0
        self._row_told = False
        self._cells: list[str] = []
        self._attributes: dict[str, str] = {}
        self._holds: dict[str, list[str]] = {}
        self._text: list[str] = []
        self._block = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        around = self._open[-1]
        meant = _MEANT.get((around, name), "") if space in _MAIN else ""
        if self._inside and not meant and space in _MAIN and name in ("row", "c", "v", "sheetData"):
            self._refuse("stands where none can be")
        if around in ("v", "t", "f"):
            self._refuse("holds more than a value")
        self._open.append(meant or "other")
        if meant == "sheetData":
            if self.found:
                raise NotAWorkbook(f"it holds its cells twice; {AGAIN}", self._sheet)
            self.found = self._inside = True
        elif meant == "row":
            self._begin_row(attributes)
        elif meant == "c":
            self._begin_cell(attributes)
        elif meant in ("f", "v", "is"):
            if meant in self._holds or {meant, *self._holds} >= {"v", "is"}:
                self._refuse("holds more than one value")
            self._holds[meant] = self._text = []
        if meant == "f" and attributes.get("t") in ("array", "dataTable"):
            self._block = f' t="array" ref="{in_xml(attributes.get("ref", ""))}"'

    def characters(self, text: str) -> None:
        if self._open[-1] in ("v", "t", "f"):
            self._text.append(text)

    def end(self, _: str) -> None:
        meant = self._open.pop()
        if meant == "c":
            self._end_cell()
        elif meant == "row":
            row = self._row
            self.plain += [f'<row r="{row}">', *self._cells, "</row>"]
        elif meant == "sheetData":
            self._inside = False

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row_told = "r" in attributes
        self._row = position_of(f"A{attributes['r']}")[0] if self._row_told else self._row + 1
        self._column = 0
        self._cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        row, self._column = self._row, self._column + 1
        self._attributes, self._holds, self._block = attributes, {}, ""
        if "r" in attributes:
            row, self._column = position_of(attributes["r"])
        if row != self._row:
            if self._row_told or self._cells:
                self._refuse("stands in another row")
            self._row = row
        self._row_told = True

    def _end_cell(self) -> None:
        style, kind = self._attributes.get("s"), self._attributes.get("t")
        look = "".join(
            f' {name}="{in_xml(value)}"' for name, value in (("s", style), ("t", kind)) if value
        )
        holds = ""
        if "f" in self._holds:
            holds += f"<f{self._block}>{self._held('f')}</f>"
        if "v" in self._holds:
            holds += f"<v>{self._held('v')}</v>"
        if "is" in self._holds:
            holds += f"<is><t>{self._held('is')}</t></is>"
        place = f"{letters_of(self._column)}{self._row}"
        self._cells.append(f'<c r="{place}"{look}>{holds}</c>')

    def _held(self, name: str) -> str:
        return in_xml("".join(self._holds[name]))

    def _refuse(self, why: str) -> None:
        place = self._attributes.get("r", "") or f"{letters_of(self._column)}{self._row}"
        raise NotAWorkbook(f"the cell {why}; {AGAIN}", sheet_place(self._sheet, place))
