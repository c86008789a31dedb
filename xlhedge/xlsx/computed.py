"""The formulas of a sheet, and the values that are stored with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from xml.sax.saxutils import unescape

from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from xlhedge.errors import CellError
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.spans import Tagged, walk

__all__ = ["Computed", "Formulas"]

_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#10;": "\n", "&#13;": "\r"}


@dataclass(frozen=True, slots=True)
class Computed:
    """A cell that a formula fills.

    Args:
        text: the formula without its "="; of a cell that another one's array formula fills, empty.
        block: the cells that the formula fills; empty for an ordinary formula.
        value: what is stored with it.
    """

    text: str
    block: str
    value: float | str | bool | CellError | None


class Formulas:
    """The cells of a sheet that formulas fill.

    Args:
        xml: the sheet's part.
        part: its name.

    Attributes:
        cells: those cells by name.

    Raises:
        NotAWorkbook: it is no sheet of a spreadsheet's.
    """

    paths: ClassVar[Mapping[tuple[str, ...], str]] = {
        ("sheetData", "row"): "row",
        ("sheetData", "row", "c"): "c",
        ("sheetData", "row", "c", "f"): "f",
        ("sheetData", "row", "c", "v"): "v",
    }
    """The elements of a sheet that matter."""

    def __init__(self, xml: bytes, part: str) -> None:
        self.cells: dict[str, Computed] = {}
        self._xml = xml
        self._row = self._cell = Tagged(0, 0, b"", {})
        self._found: dict[str, Tagged] = {}
        self._shared: dict[str, tuple[str, str]] = {}
        self._blocks: list[tuple[int, int, int, int]] = []
        walk(xml, part, self.paths, self._begin)
        for name, cell in self._found.items():
            self._read(name, cell)

    def __contains__(self, cell: str) -> bool:
        row, column = coordinate_to_tuple(cell)
        return cell in self.cells or self._in_block(row, column)

    def _in_block(self, row: int, column: int) -> bool:
        return any(
            left <= column <= right and top <= row <= bottom
            for left, top, right, bottom in self._blocks
        )

    def _begin(self, kind: str, element: Tagged) -> bool:
        if kind == "row":
            element.number = int(element.attributes.get("r") or self._row.number + 1)
            self._row, self._cell = element, Tagged(0, 0, b"", {})
        elif kind == "c":
            name = element.attributes.get("r")
            column = coordinate_to_tuple(name)[1] if name else self._cell.number + 1
            element.number, self._cell = column, element
            if self._in_block(self._row.number, column):
                self._found[f"{LETTERS[column]}{self._row.number}"] = element
        else:
            self._cell.inside[kind] = element
            if kind == "f":
                self._found[f"{LETTERS[self._cell.number]}{self._row.number}"] = self._cell
                block = element.attributes.get("ref")
                if block and element.attributes.get("t") in ("array", "dataTable"):
                    left, top, right, bottom = range_boundaries(block)
                    self._blocks.append((left or 1, top or 1, right or 1, bottom or 1))
        return kind in ("row", "c")

    def _read(self, name: str, cell: Tagged) -> None:
        formula = cell.inside.get("f")
        text = block = ""
        if formula:
            text = self._text(formula)
            how = formula.attributes
            if how.get("t") == "shared":
                key = how.get("si", "")
                if text:
                    self._shared[key] = text, name
                elif key in self._shared:
                    first, origin = self._shared[key]
                    text = Translator(f"={first}", origin).translate_formula(name)[1:]
            else:
                block = how.get("ref", "")
        self.cells[name] = Computed(text, block, self._value(cell))

    def _value(self, cell: Tagged) -> Any:
        value = cell.inside.get("v")
        text = self._text(value) if value else ""
        kind = cell.attributes.get("t", "n")
        if kind == "str":
            return text
        if kind == "b":
            return text == "1"
        if kind == "e":
            return CellError(text) if text in {each.value for each in CellError} else None
        try:
            return float(text) if kind == "n" else None
        except ValueError:
            return None

    def _text(self, element: Tagged) -> str:
        return unescape(element.held(self._xml).decode(), _ENTITIES)
