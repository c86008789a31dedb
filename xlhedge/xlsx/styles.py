"""Looks: what cells look like, registered once and referred to by name.

A look is registered with openpyxl, which knows how Excel numbers fonts, fills and formats; the
stylesheet it makes of them is kept, as all books of a family have the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.xml.functions import tostring

from xlhedge.xlsx.serialised import key_of

__all__ = ["PLAIN", "Styles"]

PLAIN = "plain"
"""The look a cell has if none is named: the workbook's own font, no number format."""

_FONT = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
"""A font's parts as Excel orders them, and as Microsoft's validator wants them."""

_CUSTOM = 199  # a number format's id in a mark; those from 164 on are a workbook's own
_MOST_SHEETS = 64
"""Stylesheets that are kept: one for each set of conditional looks that books have."""


_Fill: Any = PatternFill


class Styles:
    """The looks of a family of books.

    Example:
        >>> styles = Styles()
        >>> styles.add("money", number_format="#,##0.00")
        >>> styles.attributes["money"], styles.attributes["plain"]
        (' s="1"', '')

    Attributes:
        attributes: what gives a cell the look of a name, in XML.
        marks: the names of looks of conditional formats, and of each the first that is the same.
    """

    def __init__(self) -> None:
        """Start with the plain look alone."""
        self._workbook = Workbook()
        self._scratch = self._workbook.worksheets[0]  # looks are tried on here, then remembered
        self._known = {PLAIN: ""}
        self.attributes: Mapping[str, str] = self._known
        self.marks: dict[str, str] = {}
        self._marked: dict[str, DifferentialStyle] = {}
        self._alike: dict[Hashable, str] = {}
        self._sheets: dict[tuple[str, ...], str] = {}

    def add(
        self,
        name: str,
        *,
        ink: str | None = None,
        size: int = 11,
        bold: bool = False,
        italic: bool = False,
        underline: bool = False,
        paper: str | None = None,
        line: str | None = None,
        align: str | None = None,
        vertical: str | None = None,
        wrap: bool = False,
        indent: int = 0,
        number_format: str = "General",
        locked: bool = True,
    ) -> None:
        """Register a look under a name, once; cells then refer to the name.

        Args:
            name: what it is called.
            ink: the colour of the letters, as ``FFRRGGBB``; without one they are in the workbook's
                own font, and neither their size nor the three after it count.
            size: in points.
            bold: whether they are.
            italic: likewise.
            underline: likewise.
            paper: the colour behind them.
            line: the colour of a line below the cell.
            align: left, center or right; as the value asks, if none.
            vertical: top or center; the bottom, if none.
            wrap: whether a text has as many lines as it needs.
            indent: how far it is from the side.
            number_format: how numbers and dates are written.
            locked: whether its cells stay as they are on a sheet that is protected.

        Raises:
            ValueError: There is a look of that name.
        """
        if name in self._known:
            raise ValueError(f'there is a look "{name}" already')
        cell: Any = Cell(self._scratch, row=1, column=1)
        cell.number_format = number_format
        cell.alignment = Alignment(
            horizontal=align, vertical=vertical, wrap_text=wrap or None, indent=indent
        )
        if ink:
            cell.font = Font(name="Calibri", sz=size, b=bold or None, i=italic or None,
                             u="single" if underline else None, color=ink)  # fmt: skip
        if paper:
            cell.fill = PatternFill("solid", fgColor=paper)
        if not locked:
            cell.protection = Protection(locked=False)
        if line:
            cell.border = Border(bottom=Side(style="thin", color=line))
        self._known[name] = f' s="{cell.style_id}"' if cell.style_id else ""
        self._sheets.clear()

    def mark(
        self,
        name: str,
        *,
        bold: bool = False,
        strike: bool = False,
        ink: str | None = None,
        paper: str | None = None,
        number_format: str | None = None,
        line: str | None = None,
        **pattern: str | None,
    ) -> None:
        """Register under a name what cells look like while a condition holds: `Sheet.mark`."""
        style = self._marked[name] = DifferentialStyle(
            Font(b=bold or None, strike=strike or None, color=ink)
            if bold or strike or ink
            else None,
            numFmt=NumberFormat(_CUSTOM, number_format) if number_format else None,
            fill=_Fill(**{"patternType": "solid", "bgColor": paper} | pattern) if paper else None,
            border=Border(bottom=Side(style="thin", color=line)) if line else None,
        )
        self.marks[name] = self._alike.setdefault(key_of(style), name)

    def stylesheet(self, marks: Iterable[str]) -> str:
        """The stylesheet of a book.

        Args:
            marks: the names of the looks of its conditional formats, in the order of their numbers.
        """
        key = tuple(marks)
        if key not in self._sheets:
            if len(self._sheets) >= _MOST_SHEETS:
                self._sheets.clear()
            book: Any = self._workbook
            book._differential_styles.styles = [self._marked[name] for name in key]  # noqa: SLF001  # write_stylesheet reads it there
            tree = write_stylesheet(book)
            for font in tree.iter("font"):
                font[:] = sorted(font, key=lambda part: _FONT.split().index(part.tag))
            self._sheets[key] = tostring(tree).decode()
        return self._sheets[key]
