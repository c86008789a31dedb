"""What a finished report holds, as plain data: one content for every program that writes it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

FACES = ("font", "fill", "border", "alignment", "number_format")


@dataclass(frozen=True)
class Piece:
    """One cell: where, what is stored, by which formula, and the number of its look."""

    row: int
    col: int
    value: Any
    formula: str | None
    span: str
    look: int


@dataclass
class Page:
    """One sheet."""

    title: str
    cells: list[Piece] = field(default_factory=list)
    widths: dict[str, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    rules: list[tuple[str, Any]] = field(default_factory=list)
    charts: list[Any] = field(default_factory=list)
    freeze: str | None = None
    repeat: str | None = None
    footer: str = ""


@dataclass
class Content:
    """A workbook: its sheets, its looks by number, and its names."""

    pages: list[Page]
    looks: list[dict[str, Any]]
    names: dict[str, str]

    @property
    def size(self) -> tuple[int, int, int]:
        """Cells, formulas and charts."""
        cells = [cell for page in self.pages for cell in page.cells]
        formulas = sum(bool(cell.formula) for cell in cells)
        return len(cells), formulas, sum(len(page.charts) for page in self.pages)


def content_of(report: bytes) -> Content:
    """Read a report back."""
    formulas = openpyxl.load_workbook(io.BytesIO(report))
    values = openpyxl.load_workbook(io.BytesIO(report), data_only=True)
    numbers: dict[int, int] = {}
    looks: list[dict[str, Any]] = []
    pages = []
    for sheet in formulas.worksheets:
        page = Page(sheet.title, freeze=sheet.freeze_panes, repeat=sheet.print_title_rows)
        stored = values[sheet.title]
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value is None and not cell.has_style:
                    continue
                if cell.style_id not in numbers:
                    numbers[cell.style_id] = len(looks)
                    looks.append({face: getattr(cell, face) for face in FACES})
                formula, span = None, ""
                if isinstance(cell.value, ArrayFormula):
                    formula, span = cell.value.text.removeprefix("="), cell.value.ref
                elif cell.data_type == "f":
                    formula = cell.value[1:]
                value = stored.cell(cell.row, cell.column).value
                look = numbers[cell.style_id]
                page.cells.append(Piece(cell.row, cell.column, value, formula, span, look))
                if cell.hyperlink:
                    page.links[cell.coordinate] = cell.hyperlink.location
        page.widths = {name: each.width for name, each in sheet.column_dimensions.items()}
        page.heights = {n: each.height for n, each in sheet.row_dimensions.items() if each.height}
        page.merged = [str(span) for span in sheet.merged_cells.ranges]
        page.rules = [
            (str(each.sqref), rule) for each in sheet.conditional_formatting for rule in each.rules
        ]
        page.charts = sheet._charts  # noqa: SLF001  # openpyxl shows them nowhere else
        page.footer = sheet.oddFooter.center.text or ""
        pages.append(page)
    names = {name: each.attr_text for name, each in formulas.defined_names.items()}
    return Content(pages, looks, names)
