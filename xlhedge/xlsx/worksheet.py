"""A sheet's part of the file: what stands before the rows, the rows, and what stands behind them.

The elements stand in the order that the format asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.page import PageXml, breaks_xml, footer_xml, page_xml
from xlhedge.xlsx.sheet import Sheet

__all__ = ["notes_of", "sheet_xml"]

Numbers = dict[str, int]
"""The looks of a book's conditional formats, and their numbers."""


def sheet_xml(sheet: Sheet, numbers: Numbers, relate: Callable[[str], str]) -> str:
    """The part of a sheet.

    Args:
        sheet: the sheet.
        numbers: the looks of conditional formats, to which its own are added.
        relate: names the relationship to the sheet's drawing, notes, or the next table; each is
            asked for once, in the order in which the sheet refers to them.
    """
    page, body = page_xml(sheet.page), "".join(sheet.rows())
    tail = "".join(_tail(sheet, page, numbers, relate))
    return (
        f'<worksheet xmlns="{SHEET_MAIN_NS}">{page.properties}<dimension ref="{sheet.extent}"/>'
        f"{page.view}{_columns(sheet.widths, sheet.folded)}<sheetData>{body}</sheetData>{tail}"
        "</worksheet>"
    )


_Note: Any = CommentRecord  # it takes a cell, of which it needs two attributes


def notes_of(sheet: Sheet) -> list[CommentRecord]:
    """The notes on a sheet's cells, in order."""
    return [
        _Note.from_cell(SimpleNamespace(_comment=note, coordinate=f"{LETTERS[col]}{row}"))
        for (row, col), note in sorted(sheet.notes.items())
    ]


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


def _tail(
    sheet: Sheet, page: PageXml, numbers: Numbers, relate: Callable[[str], str]
) -> Iterator[str]:
    yield page.protection
    if sheet.merged:
        yield _listed("mergeCells", [f'<mergeCell ref="{span}"/>' for span in sheet.merged])
    yield from _conditional(sheet, numbers)
    if sheet.allowed:
        yield _listed("dataValidations", sheet.allowed)
    if sheet.links:
        yield f"<hyperlinks>{''.join(sheet.links)}</hyperlinks>"
    yield page.setup
    if sheet.foot is not None:
        yield footer_xml(sheet.foot)
    if sheet.breaks:
        yield breaks_xml(tuple(sheet.breaks))
    if sheet.charts or sheet.pictures:
        yield _related("drawing", relate("drawing"))
    if sheet.notes:
        yield _related("legacyDrawing", relate("vmlDrawing"))
    if sheet.tables:
        yield _listed("tableParts", [_related("tablePart", relate("table")) for _ in sheet.tables])


def _listed(tag: str, parts: list[str]) -> str:
    return f'<{tag} count="{len(parts)}">{"".join(parts)}</{tag}>'


def _related(tag: str, name: str) -> str:
    return f'<{tag} xmlns:r="{REL_NS}" r:id="{name}"/>'


def _conditional(sheet: Sheet, numbers: Numbers) -> Iterator[str]:
    for cells, rules in sheet.marked.items():
        yield f'<conditionalFormatting sqref="{cells}">'
        for start, look, end in rules:
            number = f' dxfId="{numbers.setdefault(look, len(numbers))}"' if look else ""
            yield f"{start}{number}{end}"
        yield "</conditionalFormatting>"
