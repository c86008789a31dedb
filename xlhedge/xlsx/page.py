"""How a sheet is seen and how it prints: openpyxl writes each set of words once.

The sheets of reports are seen and printed alike, whatever stands on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break, RowBreak
from openpyxl.worksheet.print_settings import PrintArea
from openpyxl.worksheet.properties import PageSetupProperties

from xlhedge.xlsx.cell import guarded
from xlhedge.xlsx.serialised import xml_of

__all__ = ["PAPERS", "PageSetup", "PageXml", "area_text", "breaks_xml", "footer_xml", "page_xml"]

PAPERS = {"a4": 9, "letter": 1}
"""What can be printed on, and its number in a file."""


@dataclass(frozen=True, slots=True)
class PageSetup:
    """What is said of a sheet as a whole.

    Args:
        freeze: the cell below and right of what stays in view.
        zoom: how large it is shown, in percent; without lines, if told.
        folds: whether columns can be folded away.
        protected: whether cells whose look is locked cannot be typed over.
        wide: how many pages its width takes.
        tall: how many pages its height takes; as many as it needs, if 0.
        landscape: whether the longer side of the paper lies.
        paper: of `PAPERS`.
    """

    freeze: str = ""
    zoom: int = 0
    folds: bool = False
    protected: bool = False
    wide: int | None = None
    tall: int | None = None
    landscape: bool | None = None
    paper: str | None = None


class PageXml(NamedTuple):
    """The elements that say it, in the order of a file; other ones stand between them.

    Args:
        properties: before the size of the sheet.
        view: behind it.
        protection: behind the cells.
        setup: behind what may be typed in them.
    """

    properties: str
    view: str
    protection: str
    setup: str


@lru_cache(maxsize=256)
def page_xml(page: PageSetup) -> PageXml:
    """The elements of a page."""
    design: Any = Workbook().worksheets[0]
    if page.zoom:
        design.freeze_panes = page.freeze
        design.sheet_view.showGridLines = False
        design.sheet_view.zoomScale = page.zoom
    if page.folds:
        design.sheet_format.outlineLevelCol = 1
    setup, protection = design.page_setup, design.protection
    if page.wide is not None:
        setup.fitToWidth = page.wide
        design.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        design.page_margins = PageMargins(0.4, 0.4, 0.5, 0.5)
    if page.tall is not None:
        setup.fitToHeight = page.tall
    if page.landscape is not None:
        setup.orientation = "landscape" if page.landscape else "portrait"
    if page.paper is not None:
        setup.paperSize = PAPERS[page.paper]
    if page.protected:
        protection.sheet = True
        protection.formatCells = protection.formatColumns = protection.formatRows = False
    return PageXml(
        xml_of(design.sheet_properties),
        xml_of(design.views) + xml_of(design.sheet_format),
        xml_of(protection) if page.protected else "",
        xml_of(design.page_margins) + xml_of(setup),
    )


@lru_cache(maxsize=256)
def footer_xml(text: str) -> str:
    """What stands at the foot of every page: the sheet's title, a text, the page's number."""
    words: Any = HeaderFooter()
    footer = words.oddFooter
    # && is a & in a footer, which knows codes that begin with one.
    footer.left.text, footer.center.text = "&A", guarded(text).replace("&", "&&")
    footer.right.text = "&P / &N"
    return xml_of(words)


@lru_cache(maxsize=256)
def breaks_xml(rows: Sequence[int]) -> str:
    """The rows below which a page ends."""
    found: Any = RowBreak()
    for row in rows:
        found.append(Break(id=row))
    return xml_of(found)


@lru_cache(maxsize=1_024)
def area_text(title: str, cells: str) -> str:
    """What a sheet prints, as a formula."""
    area: Any = PrintArea.from_string(cells)
    area.title = title
    return str(area)
