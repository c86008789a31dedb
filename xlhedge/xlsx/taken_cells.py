"""Cells of a sheet before they are filled: what computes or covers them, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from openpyxl.utils.cell import range_boundaries

from xlhedge.xlsx.computed import Formulas
from xlhedge.xlsx.spans import Tagged

__all__ = ["TakenCells"]

Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


class TakenCells(Formulas):
    """What stands in the way on a sheet: formulas, and merged cells; counted from 1.

    Attributes:
        merged: areas that are shown as one cell.
        styles: the numbers of the cells' styles, by row and column.
    """

    paths: ClassVar[Mapping[tuple[str, ...], str]] = {
        **Formulas.paths,
        ("mergeCells",): "merges",
        ("mergeCells", "mergeCell"): "merged",
    }

    def __init__(self, xml: bytes, part: str) -> None:
        self.merged: list[Area] = []
        self.styles: dict[tuple[int, int], str] = {}
        super().__init__(xml, part)

    def is_covered(self, row: int, column: int) -> bool:
        """Whether a merged cell shows another cell in its place."""
        return any(
            top <= row <= bottom and left <= column <= right and (top, left) != (row, column)
            for top, left, bottom, right in self.merged
        )

    def _begin(self, kind: str, element: Tagged) -> bool:
        if kind == "merges":
            return True
        if kind == "merged":
            left, top, right, bottom = range_boundaries(element.attributes["ref"])
            self.merged.append((top or 1, left or 1, bottom or 1, right or 1))
            return False
        inside = super()._begin(kind, element)
        if kind == "c":
            self.styles[self._row.number, element.number] = element.attributes.get("s", "0")
        return inside
