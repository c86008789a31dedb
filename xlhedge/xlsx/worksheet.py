"""A sheet's part of the file: openpyxl's design, with our rows between its head and its tail.

The elements stand in the order that the format asks for. Each comes from openpyxl, by way of
`serialised`; what is said a hundred times a book (columns, merged cells, links) is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from xlhedge.xlsx.serialised import key_of, xml_of
from xlhedge.xlsx.sheet import Sheet

__all__ = ["notes_of", "sheet_xml"]

_NO_LOOK = DifferentialStyle()

Conditional = dict[Hashable, DifferentialStyle]
"""The looks of a book's conditional formats, by what tells them apart, in order."""


def sheet_xml(sheet: Sheet, conditional: Conditional, relate: Callable[[str], str]) -> str:
    """The part of a sheet.

    Args:
        sheet: the sheet.
        conditional: the looks of conditional formats, to which its own are added.
        relate: names the relationship to the sheet's drawing, notes, or the next table; each is
            asked for once, in the order in which the sheet refers to them.
    """
    head = "".join(_head(sheet.design, sheet.extent))
    body = "".join(sheet.rows())
    tail = "".join(_tail(sheet, conditional, relate))
    return (
        f'<worksheet xmlns="{SHEET_MAIN_NS}">{head}{_columns(sheet.widths, sheet.folded)}'
        f"<sheetData>{body}</sheetData>{tail}</worksheet>"
    )


def notes_of(design: Worksheet) -> list[CommentRecord]:
    """The notes on a sheet's cells, in order."""
    cells = sorted(_cells(design).items())
    return [CommentRecord.from_cell(cell) for _, cell in cells if cell.comment]


def _cells(design: Any) -> Mapping[tuple[int, int], Any]:
    cells: Mapping[tuple[int, int], Any] = design._cells  # noqa: SLF001  # iterating would make blank ones
    return cells


def _head(design: Any, extent: str) -> Iterator[str]:
    yield xml_of(design.sheet_properties)
    yield f'<dimension ref="{extent}"/>'
    yield xml_of(design.views)
    yield xml_of(design.sheet_format)


def _columns(widths: Mapping[int, float], folded: range) -> str:
    def said(column: int) -> str:
        if column in folded:
            return ' hidden="1" outlineLevel="1"'
        return ' collapsed="1"' if folded and column == folded.stop else ""

    found = "".join(
        f'<col min="{column}" max="{column}" width="{width:g}" customWidth="1"{said(column)}/>'
        for column, width in sorted(widths.items())
    )
    return f"<cols>{found}</cols>" if found else ""


def _tail(sheet: Sheet, conditional: Conditional, relate: Callable[[str], str]) -> Iterator[str]:
    design: Any = sheet.design
    if design.protection.sheet:
        yield xml_of(design.protection)
    if sheet.merged:
        cells = "".join(f'<mergeCell ref="{span}"/>' for span in sheet.merged)
        yield f'<mergeCells count="{len(sheet.merged)}">{cells}</mergeCells>'
    yield from _conditional(design, conditional)
    yield from _xml_of_those(design.data_validations)
    if sheet.links:
        yield f"<hyperlinks>{''.join(sheet.links)}</hyperlinks>"
    yield from _xml_of_those(design.page_margins, design.page_setup)
    yield from _xml_of_those(design.HeaderFooter, design.row_breaks)
    if sheet.charts or sheet.pictures:
        yield _related("drawing", relate("drawing"))
    if any(cell.comment for cell in _cells(design).values()):
        yield _related("legacyDrawing", relate("vmlDrawing"))
    if design.tables:
        parts = "".join(_related("tablePart", relate("table")) for _ in design.tables)
        yield f'<tableParts count="{len(design.tables)}">{parts}</tableParts>'


def _xml_of_those(*things: Any) -> Iterator[str]:
    """What openpyxl makes of the things that say anything."""
    return (xml_of(thing) for thing in things if thing)


def _related(tag: str, name: str) -> str:
    return f'<{tag} xmlns:r="{REL_NS}" r:id="{name}"/>'


def _conditional(design: Any, conditional: Conditional) -> Iterator[str]:
    for formatting in design.conditional_formatting:
        for rule in formatting.rules:
            if rule.dxf and rule.dxf != _NO_LOOK:
                key = key_of(rule.dxf)
                conditional.setdefault(key, rule.dxf)
                rule.dxfId = list(conditional).index(key)
        yield xml_of(formatting)
