"""Cells of a closed workbook: other values in some of them, and every other byte as it was.

Nothing is loaded and saved again, as that loses what a library does not know. A cell keeps its
look, its formula and its place; only the value in it is written anew. Texts stand in the cells
themselves, so that the texts that cells share stay as they are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from openpyxl.utils.cell import coordinate_to_tuple

from xlhedge.errors import CellError, NotAWorkbook
from xlhedge.serials import DAYS_TO_1904, serial
from xlhedge.xlsx.cell import LETTERS, stored, text_xml
from xlhedge.xlsx.members import Members
from xlhedge.xlsx.spans import Edit, Tagged, edited, walk

__all__ = ["Like", "Value", "patched"]

Value: TypeAlias = "float | str | date | bool | CellError | None"
"""What a cell may hold; None leaves it blank."""


@dataclass(frozen=True, slots=True)
class Like:
    """A value for a cell that has no look of its own: it takes that of another cell.

    Args:
        value: the value.
        cell: the other cell of the same sheet, such as ``B7``.
    """

    value: Value
    cell: str


def patched(
    content: bytes, cells: Mapping[str, Mapping[str, Value | Like]], *, compute: bool = False
) -> bytes:
    """A workbook's file with other values in some of its cells.

    A formula stays; what is given for its cell becomes the value that is stored with it. A blank
    text is a blank cell. Rows and cells that are not there yet are put where they belong.

    Args:
        content: the file's bytes.
        cells: by the part of its sheet, such as ``xl/worksheets/sheet1.xml``, each cell's value.
        compute: whether a spreadsheet is to compute all formulas when it opens the file.

    Raises:
        NotAWorkbook: the file is none, is encrypted or damaged, or is in an unusual way.
        ValueError: a value cannot stand in a cell; it names the cell.
    """
    members = Members(content)
    workbook = _WorkbookText(members)
    changed = {
        part: _SheetText(members.read(part), part, news, from_1904=workbook.from_1904).patched()
        for part, news in cells.items()
        if news
    }
    if compute:
        changed[workbook.part] = workbook.computing()
    return members.replaced(changed)


class _WorkbookText:
    """The part of a file that says what holds for all of it."""

    def __init__(self, members: Members) -> None:
        self.part = _main_part(members)
        self._xml = members.read(self.part)
        self._found: dict[str, Tagged] = {}
        walk(self._xml, self.part, _WORKBOOK, self._begin)

    def _begin(self, kind: str, element: Tagged) -> bool:
        self._found[kind] = element
        return kind == "workbook"

    @property
    def from_1904(self) -> bool:
        """Whether its days are counted from 1904."""
        found = self._found.get("workbookPr")
        return found is not None and found.attributes.get("date1904") in _YES

    def computing(self) -> bytes:
        """Its XML, which asks for all formulas to be computed."""
        xml, flag = self._xml, b"fullCalcOnLoad"
        calc = self._found.get("calcPr")
        if calc is None:
            # Its place among the others is fixed: behind the last of those that come before it.
            before = max((self._found[kind] for kind in _BEFORE_CALC if kind in self._found),
                         key=lambda each: each.end)  # fmt: skip
            new = b"<" + before.prefix + b"calcPr " + flag + b'="1"/>'
            return edited(xml, [(before.end, before.end, new)])
        if calc.attributes.get(flag.decode()) in _YES:
            return xml
        tag = calc.retagged(xml, [flag], b" " + flag + b'="1"')
        return edited(xml, [(calc.start, calc.inner, tag)])


_YES = {"1", "true", "on"}
_BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")
_WORKBOOK: Mapping[tuple[str, ...], str] = {
    (name,): name for name in ("workbookPr", "calcPr", *_BEFORE_CALC)
}
_RELATED = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_OF_MAIN = re.compile(rb"Type\s*=\s*[\"'][^\"']*/officeDocument[\"']")
_TARGET = re.compile(rb"Target\s*=\s*[\"']([^\"']*)[\"']")


def _main_part(members: Members) -> str:
    """The part that is the workbook itself, wherever it is."""
    found = [
        each for each in _RELATED.findall(members.read("_rels/.rels")) if _OF_MAIN.search(each)
    ]
    target = _TARGET.search(found[0]) if found else None
    if target is None:
        raise NotAWorkbook("it is no Excel workbook (.xlsx)")
    return posixpath.normpath(target[1].decode().lstrip("/"))


_SHEET = {
    ("dimension",): "dimension",
    ("cols",): "cols",
    ("cols", "col"): "col",
    ("sheetData",): "data",
    ("sheetData", "row"): "row",
    ("sheetData", "row", "c"): "cell",
    ("sheetData", "row", "c", "f"): "f",
    ("sheetData", "row", "c", "extLst"): "extLst",
}
_News: TypeAlias = "Mapping[int, tuple[str, Value | Like]]"
"""What is to stand in the cells of a row: by column the cell's name, and its value."""


class _SheetText:
    """A sheet's XML, and what is to stand in some of its cells."""

    def __init__(
        self, xml: bytes, part: str, news: Mapping[str, Value | Like], *, from_1904: bool
    ) -> None:
        self._xml, self._part, self._from_1904 = xml, part, from_1904
        self._news: dict[int, dict[int, tuple[str, Value | Like]]] = {}
        for name, new in news.items():
            row, column = coordinate_to_tuple(name)
            self._news.setdefault(row, {})[column] = name, new
        likes = (each.cell for each in news.values() if isinstance(each, Like))
        self._looked_at = {*self._news, *(coordinate_to_tuple(each)[0] for each in likes)}
        self._dimension: Tagged | None = None
        self._data: Tagged | None = None
        self._columns: list[Tagged] = []
        self._rows: dict[int, Tagged] = {}
        self._row = self._cell = Tagged(0, 0, b"", {})
        walk(xml, part, _SHEET, self._begin)

    def _begin(self, kind: str, element: Tagged) -> bool:
        if kind == "dimension":
            self._dimension = element
        elif kind == "col":
            self._columns.append(element)
        elif kind == "data":
            self._refuse_twin(self._data is not None)
            self._data = element
        elif kind == "row":
            element.number = int(element.attributes.get("r") or self._row.number + 1)
            self._refuse_twin(element.number in self._rows)
            self._row = self._rows[element.number] = element
            self._cell = Tagged(0, 0, b"", {})
            return element.number in self._looked_at
        elif kind == "cell":
            name = element.attributes.get("r")
            row, column = coordinate_to_tuple(name) if name else (0, self._cell.number + 1)
            self._refuse_twin(column in self._row.inside or row not in (0, self._row.number))
            element.number = column
            self._cell = self._row.inside[column] = element
        elif kind in ("f", "extLst"):
            self._cell.inside[kind] = element
        return kind not in ("f", "extLst")

    def _refuse_twin(self, twin: bool) -> None:  # noqa: FBT001  # the question is the call
        if twin:
            raise NotAWorkbook("it holds a row or a cell twice; save it again", self._part)

    def patched(self) -> bytes:
        """The XML with the new values."""
        if self._data is None:
            raise NotAWorkbook("it is no sheet of cells", self._part)
        edits: list[Edit] = []
        rows: dict[int, bytes] = {}
        for number, news in sorted(self._news.items()):
            if number in self._rows:
                edits += self._in_row(self._rows[number], news)
            elif cells := self._new_cells(None, news):
                name = self._data.prefix + b"row"
                held = b"".join(cells.values())
                rows[number] = b'<%b r="%d">%b</%b>' % (name, number, held, name)
        edits += self._between(self._data, self._rows, rows)
        return edited(self._xml, [*edits, *self._used()])

    def _between(
        self, around: Tagged, there: Mapping[Any, Tagged], new: Mapping[int, bytes]
    ) -> list[Edit]:
        """The edits that put rows or cells among those that are there, by their numbers."""
        places: dict[int, bytes] = {}
        for number, text in sorted(new.items()):
            later = (each.start for at, each in there.items() if at > number)
            at = min(later, default=-1)
            places[at] = places.get(at, b"") + text
        last = [around.around(self._xml, places.pop(-1))] if -1 in places else []
        return [(at, at, text) for at, text in places.items()] + last

    def _in_row(self, row: Tagged, news: _News) -> Iterator[Edit]:
        xml, there = self._xml, row.inside
        for column, (name, new) in news.items():
            if column in there:
                cell = there[column]
                yield cell.start, cell.end, self._rewritten(cell, name, new)
        absent = {column: new for column, new in news.items() if column not in there}
        cells = self._new_cells(row, absent)
        if not cells:
            return
        head = b""
        first, _, last = row.attributes.get("spans", "").partition(":")
        if first and not (last.isdigit() and int(first) <= min(cells) <= max(cells) <= int(last)):
            head = row.opened(xml, [b"spans"])  # a hint that may be left out, but not be wrong
        if row.inner == row.end:
            held = b"".join(cells.values())
            yield row.start, row.end, (head or row.opened(xml)) + held + b"</" + row.name + b">"
            return
        if head:
            yield row.start, row.inner, head
        yield from self._between(row, there, cells)

    def _new_cells(self, row: Tagged | None, news: _News) -> dict[int, bytes]:
        """The cells that are not there yet, by column; nothing for what is to be blank."""
        prefix = (row or self._data or self._row).prefix
        cells = {}
        for column, (name, new) in sorted(news.items()):
            value = new.value if isinstance(new, Like) else new
            if value is None or value == "":
                continue
            look = self._look_of(new) or self._look_around(row, column)
            head = b'<%bc r="%b"' % (prefix, name.encode())
            cells[column] = self._written(head + look, prefix, name, value)
        return cells

    def _look_of(self, new: Value | Like) -> bytes:
        """The look that a value brings along, as an attribute."""
        if not isinstance(new, Like):
            return b""
        row, column = coordinate_to_tuple(new.cell)
        like = self._rows[row].inside.get(column) if row in self._rows else None
        return _look(like.attributes.get("s", "") if like else "")

    def _look_around(self, row: Tagged | None, column: int) -> bytes:
        """The look of a cell that is not there: its row's, or else its column's."""
        if row and row.attributes.get("customFormat") in _YES:
            return _look(row.attributes.get("s", ""))
        for each in self._columns:
            found = each.attributes
            if int(found.get("min", 0)) <= column <= int(found.get("max", 0)):
                return _look(found.get("style", ""))
        return b""

    def _rewritten(self, cell: Tagged, name: str, new: Value | Like) -> bytes:
        """A cell that is there, with another value."""
        xml, formula, more = self._xml, cell.inside.get("f"), cell.inside.get("extLst")
        bare = cell.attributes.get("s", "0") == "0" and self._look_of(new)
        gone = [b"t", b"vm", *([b"s"] if bare else [])]  # "vm" says that it is a Stock, a picture
        head = cell.opened(xml, gone, bare or b"")[:-1]
        value = new.value if isinstance(new, Like) else new
        kept = formula.text(xml) if formula else b""
        return self._written(head, cell.prefix, name, value, kept, more.text(xml) if more else b"")

    def _written(
        self, head: bytes, prefix: bytes, name: str, value: Value,
        formula: bytes = b"", more: bytes = b"",
    ) -> bytes:  # fmt: skip
        """A cell behind its name and look: its value, as a formula's or as its own."""
        if isinstance(value, date) and self._from_1904:
            value = serial(value) - DAYS_TO_1904
        try:
            kind, held = _value(value, prefix, computed=bool(formula))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        mark = b' t="%b"' % kind if kind else b""
        inside = formula + held + more
        end = b">%b</%bc>" % (inside, prefix) if inside else b"/>"
        return head + mark + end

    def _used(self) -> Iterator[Edit]:
        """The edit that makes the sheet's dimension hold its new cells, if it does not yet."""
        filled = [
            (row, column)
            for row, news in self._news.items()
            for column, (_, new) in news.items()
            if (new.value if isinstance(new, Like) else new) not in (None, "")
        ]
        if not self._dimension or not filled:
            return
        told = self._dimension.attributes.get("ref", "")
        first, _, last = told.partition(":")
        corners = [*filled, *(coordinate_to_tuple(each) for each in (first, last) if each)]
        rows, columns = zip(*corners, strict=True)
        names = [f"{LETTERS[f(columns)]}{f(rows)}" for f in (min, max)]
        ref = ":".join(dict.fromkeys(names))
        if ref != told:
            found = self._dimension
            more = b' ref="%b"' % ref.encode()
            yield found.start, found.inner, found.retagged(self._xml, [b"ref"], more)


def _look(style: str) -> bytes:
    return b' s="%b"' % style.encode() if style not in ("", "0") else b""


def _value(value: Value, prefix: bytes, *, computed: bool) -> tuple[bytes, bytes]:
    """How a value is marked, and the element that holds it."""
    if value is None or (value == "" and not computed):
        value = ""
        if not computed:
            return b"", b""
    if isinstance(value, str) and not computed:
        text = text_xml(value).encode()
        return b"inlineStr", (
            b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>'
            % (prefix, prefix, text, prefix, prefix)
        )
    kind, number = stored(value)
    held = b"<%bv>%b</%bv>" % (prefix, number.encode(), prefix)
    return b"" if kind == "n" else kind.encode(), held
