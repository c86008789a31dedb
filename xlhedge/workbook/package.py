"""A workbook as a file: openpyxl's design, repacked once with our rows in it.

The same content gives the same bytes: times in the archive are fixed and the document's dates are
the caller's. Relationships become relative, as IronCalc asks.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.packaging.relationship import RelationshipList
from openpyxl.styles import Alignment, Border, Fill, Font, Protection
from openpyxl.workbook.properties import CalcProperties
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import fromstring, tostring

from xlhedge.files import write_bytes
from xlhedge.workbook.sheets import PLAIN, Sheet

__all__ = ["Book"]

_MAX_TITLE, _MAX_PROPERTY = 31, 255
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say
_DIMENSION = re.compile(r'(?<=<dimension ref=")[^"]*')
_SHEET_DATA = re.compile(r"<sheetData(?:\s*/>|>(.*?)</sheetData>)", re.DOTALL)


class Book:
    """A workbook in the making: register looks, add sheets, put cells, save.

    Example:
        >>> book = Book(title="Hedge", created=datetime(2026, 1, 2))
        >>> book.style("money", number_format="#,##0.00")
        >>> sheet = book.sheet("Summary")
        >>> sheet.put(1, 1, 1234.5, "money")
        >>> sheet.put(1, 2, 2469.0, "money", formula="2*A1")
        >>> book.to_bytes()[:2]
        b'PK'

    Attributes:
        design: The openpyxl workbook, for defined names and properties. Its sheets are designed
            through ``Sheet.design``.
    """

    def __init__(self, *, title: str, created: datetime) -> None:
        """Start a workbook without sheets.

        Args:
            title: The document's title, as file managers show it.
            created: The document's two dates; without a time zone it is taken as UTC.
        """
        self.design = Workbook()
        self._scratch = self.design.worksheets[0]  # looks are tried on here, then only remembered
        self.design.remove(self._scratch)
        # Stored values stay what people see: Excel is not told to compute everything on opening,
        # nor does an older engine's number give it a reason to (openpyxl's would).
        self.design.calculation = CalcProperties(calcId=191029, fullCalcOnLoad=False)
        self.design.properties.title = title[:_MAX_PROPERTY]
        self.design.properties.creator = "xlhedge"
        self._created = created.astimezone(UTC) if created.tzinfo else created
        self._styles = {PLAIN: 0}
        self._sheets: list[Sheet] = []

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
        if name in self._styles:
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
        self._styles[name] = cell.style_id

    def sheet(self, title: str) -> Sheet:
        """Add a sheet after the others.

        Raises:
            ValueError: Excel would not take the title, or another sheet has it.
        """
        if not 0 < len(title) <= _MAX_TITLE or title.strip("'") != title:
            raise ValueError(f'"{title}" is no sheet title: 1–31 characters, no apostrophe outside')
        design = self.design.create_sheet(title)
        if design.title != title:  # openpyxl would have numbered the second of two
            self.design.remove(design)
            raise ValueError(f'there is a sheet "{title}" already')
        self._sheets.append(Sheet(design, self._styles))
        return self._sheets[-1]

    @property
    def sheets(self) -> list[Sheet]:
        """The sheets, in order."""
        return list(self._sheets)

    def to_bytes(self) -> bytes:
        """Return the file; the same content gives the same bytes in one environment.

        Raises:
            ValueError: ``Sheet.design`` was given a value or a look for a cell.
        """
        for sheet in self._sheets:
            # Only having written them once does openpyxl know how deep columns are grouped.
            sheet.design.column_dimensions.to_tree()
        designed, finished = io.BytesIO(), io.BytesIO()
        self.design.save(designed)
        with ZipFile(designed) as source, ZipFile(finished, "w") as target:
            for name in source.namelist():
                part = self._part(name, source.read(name))
                target.writestr(ZipInfo(name, _ZIP_TIME), part, ZIP_DEFLATED)
        return finished.getvalue()

    def save(self, path: Path) -> None:
        """Write the file whole or not at all: an error leaves what was at ``path`` untouched."""
        write_bytes(path, self.to_bytes())

    def _part(self, name: str, designed: bytes) -> str | bytes:
        """Return one part of the finished file, given what openpyxl made of it."""
        if name == ARC_CORE:
            properties = self.design.properties
            properties.created = properties.modified = self._created  # saving set the second
            core: str | bytes = tostring(properties.to_tree())
            return core
        if name.endswith(".rels"):
            return _with_relative_targets(designed, name)
        for sheet in self._sheets:
            if sheet.design.path == f"/{name}":
                return _with_rows(designed.decode(), sheet)
        return designed


def _with_rows(designed: str, sheet: Sheet) -> str:
    """Put a sheet's rows in the place of openpyxl's, which have heights but no cells."""
    head, rows, tail = _SHEET_DATA.split(designed)
    head = _DIMENSION.sub(sheet.extent, head)
    body = "".join(sheet.rows(_row_attributes(rows or "", sheet)))
    return f"{head}<sheetData>{body}</sheetData>{tail}"


def _row_attributes(rows: str, sheet: Sheet) -> Mapping[int, str]:
    """Return what openpyxl says of the rows besides their numbers: heights, hiding, outlines.

    Raises:
        ValueError: A cell has a value or a look there, which would be lost.
    """
    attributes = {}
    for row in fromstring(f"<rows>{rows}</rows>"):
        for cell in row:
            _refuse_content(cell, sheet)
        number = int(row.attrib.pop("r"))
        if row.attrib:
            said = (f" {key}={quoteattr(text)}" for key, text in row.attrib.items())
            attributes[number] = "".join(said)
    return attributes


def _refuse_content(cell: Any, sheet: Sheet) -> None:
    ref = cell.attrib["r"]
    # A cell with a note is there but empty; openpyxl gives one with a link the link's text.
    has_value = len(cell) > 0 and sheet.design[ref].hyperlink is None
    if has_value or "s" in cell.attrib:
        title = sheet.design.title
        raise ValueError(f"{title}!{ref}: put its value and look through Sheet.put, not openpyxl")


def _with_relative_targets(relationships: bytes, name: str) -> str | bytes:
    """Name related parts relative to the part they belong to, as Excel itself does."""
    folder = posixpath.dirname(posixpath.dirname(name))
    parsed = RelationshipList.from_tree(fromstring(relationships))
    for relationship in parsed:
        if relationship.TargetMode != "External" and relationship.Target.startswith("/"):
            relationship.Target = posixpath.relpath(relationship.Target, f"/{folder}")
    return tostring(parsed.to_tree())
