"""What a sheet says beside its cells: heights, marks, notes, what may be typed, how it prints.

openpyxl knows how most of it stands in a file; here it has the sheet's words. Marks, of which a
report has dozens, are written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from xlhedge.text import in_attribute, in_xml
from xlhedge.xlsx.cell import quoted
from xlhedge.xlsx.page import PageSetup, area_text
from xlhedge.xlsx.serialised import xml_of
from xlhedge.xlsx.styles import Styles

__all__ = ["Allowed", "Layout", "MarkRule"]

_Validation: Any = DataValidation  # its own checks are made when it runs, ours by the words


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


class MarkRule(NamedTuple):
    """A mark, or colours by value: a conditional format, whose look has a number in each book.

    Args:
        start: its XML up to that number.
        look: the name of the mark; nothing for colours.
        end: its XML behind it.
    """

    start: str
    look: str
    end: str


class Layout:
    """A sheet without its cells.

    Args:
        title: what it is called.
        styles: the looks of cells and marks.

    Attributes:
        page: what is said of it as a whole.
        heights: the heights of rows, in points.
        marked: the marks of each range.
        allowed: what may be typed, as XML.
        notes: the notes on cells, by row and column.
        tables: the tables, by name.
        breaks: the rows below which a page ends.
        foot: what stands at the foot of its pages.
    """

    def __init__(self, title: str, styles: Styles) -> None:
        self.title, self.page = title, PageSetup()
        self.foot: str | None = None
        self.heights: dict[int, float] = {}
        self.marked: dict[str, list[MarkRule]] = {}
        self.allowed: list[str] = []
        self.notes: dict[tuple[int, int], Comment] = {}
        self.tables: dict[str, Table] = {}
        self.breaks: list[int] = []
        self._area = self._rows = self._columns = ""
        self._marks = styles.marks

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
        kind, operator = "expression", ""
        if isinstance(condition, int):
            kind, operator = "cellIs", ' operator="equal"'
        text = f"<formula>{in_xml(str(condition))}</formula>"
        stop = ' stopIfTrue="1"' if last else ""
        end = f"{stop}>{text}</cfRule>"
        self._add(cells, kind, operator, self._marks[look], end)

    def shade(self, cells: str, *points: tuple[float | str, str]) -> None:
        """Colour cells by their value.

        Args:
            cells: the range.
            points: two or three values, or formulas without ``=``, and their colours, the least
                first.
        """
        values = "".join(
            f'<cfvo type="{"formula" if isinstance(value, str) else "num"}" '
            f"val={in_attribute(str(value))} />"
            for value, _ in points
        )
        colours = "".join(f'<color rgb="{colour}" />' for _, colour in points)
        end = f"><colorScale>{values}{colours}</colorScale></cfRule>"
        self._add(cells, "colorScale", "", "", end)

    def _add(self, cells: str, kind: str, operator: str, look: str, end: str) -> None:
        first, _, last = cells.partition(":")
        rules = self.marked.setdefault(first if first == last else cells, [])
        priority = 1 + sum(map(len, self.marked.values()))
        start = f'<cfRule type="{kind}" priority="{priority}"{operator}'
        rules.append(MarkRule(start, look, end))

    def note(self, row: int, col: int, text: str, width: int, height: int) -> None:
        """Put a note on a cell, so many pixels wide and high."""
        self.notes[row, col] = Comment(text, "xlhedge", height=height, width=width)

    def allow(self, cells: str, rule: Allowed) -> None:
        """Say what may be typed in a range."""
        self.allowed.append(
            xml_of(
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
        )

    def view(self, freeze: str, zoom: int) -> None:
        """How the sheet is seen: without lines, what stands above and left of a cell in view."""
        self.page = replace(self.page, freeze=freeze, zoom=zoom)

    def protect(self) -> None:
        """Keep cells whose look is locked from being typed over; without a password.

        Columns, rows and looks may still be changed, and anyone may lift it.
        """
        self.page = replace(self.page, protected=True)

    def page_break(self, row: int) -> None:
        """Let a page end below a row."""
        self.breaks.append(row)

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
        self._area = self._area if area is None else area
        self._rows = self._rows if rows is None else rows
        self._columns = self._columns if columns is None else columns
        given = {"wide": wide, "tall": tall, "landscape": landscape, "paper": paper}
        words: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self.page = replace(self.page, **words)

    def footer(self, text: str) -> None:
        """What stands at the foot of every page between the sheet's title and the page's number."""
        self.foot = text

    def names(self) -> Iterator[tuple[str, str]]:
        """The names of a workbook that say what the sheet prints, and their formulas."""
        repeated = [
            "!$".join((quoted(self.title), span.replace(":", ":$")))
            for span in (self._rows, self._columns)
            if span
        ]
        if repeated:
            yield "_xlnm.Print_Titles", ",".join(repeated)
        if self._area:
            yield "_xlnm.Print_Area", area_text(self.title, self._area)
