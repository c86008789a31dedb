"""What a sheet says beside its cells: heights, marks, notes, what may be typed, how it prints.

openpyxl knows how each stands in a file; here it has the sheet's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlhedge.xlsx.cell import guarded
from xlhedge.xlsx.styles import Styles

__all__ = ["PAPERS", "Allowed", "Layout"]

PAPERS = {"a4": 9, "letter": 1}
"""What can be printed on, and its number in a file."""

# openpyxl's own checks are made when they run, ours by the words.
_Rule: Any = Rule
_Scale: Any = ColorScaleRule
_Validation: Any = DataValidation


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be typed in a cell.

    Args:
        title: stands above both texts.
        prompt: what is shown beside the cell when it is chosen.
        error: what is said of anything else.
        style: whether that is a stop or a warning; a stop, if none.
        type: the kind of test: list, date, whole, decimal, custom; any text, if none.
        operator: how a number or a date is compared.
        formula1: what with; the list, or the formula.
        formula2: the upper end, if between two.
    """

    title: str
    prompt: str
    error: str
    style: str | None = None
    type: str | None = None
    operator: str | None = None
    formula1: str | None = None
    formula2: str | None = None


class Layout:
    """A sheet without its cells.

    Args:
        design: openpyxl's worksheet; what stands there beside the cells is written.
        styles: the looks of cells and marks.
    """

    def __init__(self, design: Worksheet, styles: Styles) -> None:
        self.design: Any = design
        self.heights: dict[int, float] = {}
        self._marks = styles.marks

    @property
    def title(self) -> str:
        """What the sheet is called."""
        return str(self.design.title)

    def height(self, row: int, points: float) -> None:
        """Make a row so many points high."""
        self.heights[row] = points

    def mark(self, cells: str, condition: str | int, look: str, *, last: bool = False) -> None:
        """Give cells another look while a condition holds.

        Args:
            cells: the range.
            condition: a formula without ``=``, written for the range's first cell; or the number
                that a cell itself holds.
            look: the name of a mark, registered with ``Styles.mark``.
            last: whether marks that are given later do not count where this one does.
        """
        kind, operator = ("cellIs", "equal") if isinstance(condition, int) else ("expression", None)
        self.design.conditional_formatting.add(
            cells,
            _Rule(kind, dxf=self._marks[look], operator=operator, formula=[str(condition)],
                 stopIfTrue=last or None),
        )  # fmt: skip

    def shade(self, cells: str, *points: tuple[float | str, str]) -> None:
        """Colour cells by their value.

        Args:
            cells: the range.
            points: two or three values, or formulas without ``=``, and their colours, the least
                first.
        """
        said: list[object] = []
        for value, colour in points:
            said += ["formula" if isinstance(value, str) else "num", value, colour]
        middle = said[3:6] if len(points) == 3 else [None] * 3
        self.design.conditional_formatting.add(cells, _Scale(*said[:3], *middle, *said[-3:]))

    def note(self, row: int, col: int, text: str, width: int, height: int) -> None:
        """Put a note on a cell, so many pixels wide and high."""
        self.design.cell(row, col).comment = Comment(text, "xlhedge", height=height, width=width)

    def allow(self, cells: str, rule: Allowed) -> None:
        """Say what may be typed in a range."""
        self.design.add_data_validation(
            _Validation(
                type=rule.type,
                operator=rule.operator,
                formula1=rule.formula1,
                formula2=rule.formula2,
                allow_blank=True,
                showErrorMessage=True,
                showInputMessage=True,
                promptTitle=rule.title,
                errorTitle=rule.title,
                prompt=rule.prompt,
                error=rule.error,
                errorStyle=rule.style,
                sqref=cells,
            )
        )

    def view(self, freeze: str, zoom: int) -> None:
        """How the sheet is seen: without lines, what stands above and left of a cell in view."""
        self.design.freeze_panes = freeze
        self.design.sheet_view.showGridLines = False
        self.design.sheet_view.zoomScale = zoom

    def protect(self) -> None:
        """Keep cells whose look is locked from being typed over; without a password.

        Columns, rows and looks may still be changed, and anyone may lift it.
        """
        protection = self.design.protection
        protection.sheet = True
        protection.formatCells = protection.formatColumns = protection.formatRows = False

    def page_break(self, row: int) -> None:
        """Let a page end below a row."""
        self.design.row_breaks.append(Break(id=row))

    def prints(
        self,
        *,
        area: str | None = None,
        rows: str | None = None,
        columns: str | None = None,
        wide: int | None = None,
        tall: int | None = None,
        landscape: bool | None = None,
        paper: str | None = None,
    ) -> None:
        """How the sheet prints; what is not given stays as it was.

        Args:
            area: what is printed, if not all of it.
            rows: those that each page repeats, such as ``4:4``.
            columns: likewise, such as ``A:A``.
            wide: how many pages its width takes.
            tall: how many pages its height takes; as many as it needs, if 0.
            landscape: whether the longer side of the paper lies.
            paper: of `PAPERS`.
        """
        design = self.design
        if area is not None:
            design.print_area = area
        if rows is not None:
            design.print_title_rows = rows
        if columns is not None:
            design.print_title_cols = columns
        setup = design.page_setup
        if wide is not None:
            setup.fitToWidth = wide
            design.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            design.page_margins = PageMargins(0.4, 0.4, 0.5, 0.5)
        if tall is not None:
            setup.fitToHeight = tall
        if landscape is not None:
            setup.orientation = "landscape" if landscape else "portrait"
        if paper is not None:
            setup.paperSize = PAPERS[paper]

    def footer(self, text: str) -> None:
        """What stands at the foot of every page between the sheet's title and the page's number."""
        footer = self.design.oddFooter
        # && is a & in a footer, which knows codes that begin with one.
        footer.left.text, footer.center.text = "&A", guarded(text).replace("&", "&&")
        footer.right.text = "&P / &N"
