"""Looks: what cells look like, registered once and referred to by name.

A look is registered with openpyxl, which knows how Excel numbers fonts, fills and formats; the
stylesheet it makes of them is kept, as all books of a family have the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Fill, Font, Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.xml.functions import tostring

__all__ = ["PLAIN", "Looks"]

PLAIN = "plain"
"""The look a cell has if none is named: the workbook's own font, no number format."""

_FONT = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
"""A font's parts as Excel orders them, and as Microsoft's validator wants them."""

_MOST_SHEETS = 64
"""Stylesheets that are kept: one for each set of conditional looks that books have."""


class Looks:
    """The looks of a family of books.

    Example:
        >>> looks = Looks()
        >>> looks.style("money", number_format="#,##0.00")
        >>> looks.attributes["money"], looks.attributes["plain"]
        (' s="1"', '')

    Attributes:
        attributes: what gives a cell the look of a name, in XML.
    """

    def __init__(self) -> None:
        """Start with the plain look alone."""
        self._workbook = Workbook()
        self._scratch = self._workbook.worksheets[0]  # looks are tried on here, then remembered
        self._known = {PLAIN: ""}
        self.attributes: Mapping[str, str] = self._known
        self._sheets: dict[Hashable, str] = {}

    def style(
        self,
        name: str,
        *,
        font: Font | None = None,
        fill: Fill | None = None,
        border: Border | None = None,
        alignment: Alignment | None = None,
        number_format: str = "General",
        protection: Protection | None = None,
    ) -> None:
        """Register a look under a name, once; cells then refer to the name.

        Raises:
            ValueError: There is a look of that name.
        """
        if name in self._known:
            raise ValueError(f'there is a look "{name}" already')
        cell = Cell(self._scratch, row=1, column=1)
        cell.number_format = number_format
        parts = {
            "font": font,
            "fill": fill,
            "border": border,
            "alignment": alignment,
            "protection": protection,
        }
        for attribute, part in parts.items():
            if part is not None:
                setattr(cell, attribute, part)
        self._known[name] = f' s="{cell.style_id}"' if cell.style_id else ""
        self._sheets.clear()

    def stylesheet(self, conditional: Mapping[Hashable, DifferentialStyle]) -> str:
        """The stylesheet of a book.

        Args:
            conditional: the looks of its conditional formats, in the order of their numbers, by
                what tells them apart.
        """
        key = tuple(conditional)
        if key not in self._sheets:
            if len(self._sheets) >= _MOST_SHEETS:
                self._sheets.clear()
            book: Any = self._workbook
            book._differential_styles.styles = list(conditional.values())  # noqa: SLF001  # write_stylesheet reads it there
            tree = write_stylesheet(book)
            for font in tree.iter("font"):
                font[:] = sorted(font, key=lambda part: _FONT.split().index(part.tag))
            self._sheets[key] = tostring(tree).decode()
        return self._sheets[key]
