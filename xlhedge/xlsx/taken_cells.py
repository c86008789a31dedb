"""Cells of a sheet before they are filled: what computes or covers them, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from xlhedge.xlsx.spans import Tagged, walk

__all__ = ["TakenCells", "taken_cells"]

Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column."""

_PATHS: Mapping[tuple[str, ...], str] = {
    ("sheetData",): "data",
    ("sheetData", "row"): "row",
    ("sheetData", "row", "c"): "cell",
    ("sheetData", "row", "c", "f"): "formula",
    ("mergeCells",): "data",
    ("mergeCells", "mergeCell"): "merged",
}


@dataclass(slots=True)
class TakenCells:
    """What stands in the way on a sheet; rows and columns are counted from 1.

    Args:
        computed: the rows and columns of cells that have a formula.
        blocks: areas that one formula computes.
        merged: areas that are shown as one cell.
        styles: the numbers of the cells' styles.
    """

    computed: set[tuple[int, int]] = field(default_factory=set)
    blocks: list[Area] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)

    def is_computed(self, row: int, column: int) -> bool:
        """Whether a formula computes a cell."""
        within = any(_has(area, row, column) for area in self.blocks)
        return within or (row, column) in self.computed

    def is_covered(self, row: int, column: int) -> bool:
        """Whether a merged cell shows another cell in its place."""
        return any(_has(area, row, column) and area[:2] != (row, column) for area in self.merged)


def _has(area: Area, row: int, column: int) -> bool:
    return area[0] <= row <= area[2] and area[1] <= column <= area[3]


def taken_cells(xml: bytes, part: str) -> TakenCells:
    """What stands in the way on a sheet.

    Args:
        xml: what its part holds.
        part: the part's name.

    Raises:
        NotAWorkbook: it is no XML.
    """
    taken = TakenCells()
    row = column = 0

    def begin(kind: str, element: Tagged) -> bool:
        nonlocal row, column
        name = element.attributes.get("r")
        if kind == "row":
            row, column = int(name) if name else row + 1, 0
        elif kind == "cell":
            row, column = coordinate_to_tuple(name) if name else (row, column + 1)
            taken.styles[row, column] = element.attributes.get("s", "0")
        elif kind == "formula":
            taken.computed.add((row, column))
            if element.attributes.get("t") in ("array", "dataTable"):
                taken.blocks.append(_area(element.attributes["ref"]))
        elif kind == "merged":
            taken.merged.append(_area(element.attributes["ref"]))
        return kind in ("data", "row", "cell")

    walk(xml, part, _PATHS, begin)
    return taken


def _area(ref: str) -> Area:
    left, top, right, bottom = range_boundaries(ref)
    return int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)
