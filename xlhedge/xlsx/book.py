"""A workbook as a file: its parts, packed once.

The same content gives the same bytes: times in the archive are fixed and the document's dates are
the caller's. Relationships are relative, as Excel writes them and IronCalc asks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl.comments.comment_sheet import CommentSheet
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS
from openpyxl.xml.functions import tostring

from xlhedge.files import write_bytes, zipped
from xlhedge.text import in_attribute, in_xml
from xlhedge.xlsx.drawings import drawing_xml
from xlhedge.xlsx.parts import Parts
from xlhedge.xlsx.serialised import xml_of
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Styles
from xlhedge.xlsx.webextension import WebExtension
from xlhedge.xlsx.worksheet import notes_of, sheet_xml

__all__ = ["Book"]

_MAX_TITLE, _MAX_PROPERTY = 31, 255
_UNFIT = re.compile(r"[\\*?:/\[\]]")
_WORKBOOK = (
    f'<workbook xmlns:r="{REL_NS}" xmlns="{SHEET_MAIN_NS}"><workbookPr /><workbookProtection />'
    '<bookViews><workbookView visibility="visible" minimized="0" showHorizontalScroll="1" '
    'showVerticalScroll="1" showSheetTabs="1" tabRatio="600" firstSheet="0" activeTab="0" '
    'autoFilterDateGrouping="1" /></bookViews>'
)
# Stored values stay what people see: Excel is not told to compute everything on opening, nor does
# an older engine's number give it a reason to.
_CALCULATION = '<calcPr calcId="191029" fullCalcOnLoad="0" />'


class Book:
    """A workbook in the making: add sheets, put cells, save.

    Example:
        >>> styles = Styles()
        >>> styles.add("money", number_format="#,##0.00")
        >>> book = Book(styles, title="Hedge", created=datetime(2026, 1, 2))
        >>> sheet = book.sheet("Summary")
        >>> sheet.put(1, 1, 1234.5, "money")
        >>> sheet.put(1, 2, 2469.0, "money", formula="2*A1")
        >>> book.to_bytes()[:2]
        b'PK'

    Attributes:
        addin: The Office add-in that keeps something in the file, if one does.
    """

    def __init__(self, styles: Styles, *, title: str, created: datetime, subject: str = "") -> None:
        """Start a workbook without sheets.

        Args:
            styles: What its cells may look like; books of a family share them.
            title: The document's title, as file managers show it.
            subject: What it is about, as file managers show it.
            created: The document's two dates; without a time zone it is taken as UTC.
        """
        day = created.astimezone(UTC) if created.tzinfo else created
        self._properties = DocumentProperties(
            title=title[:_MAX_PROPERTY],
            creator="xlhedge",
            subject=subject[:_MAX_PROPERTY] or None,
            created=day,
            modified=day,
        )
        self._names: dict[str, tuple[str, str | None]] = {}
        self._taken: set[str] = set()
        self.addin: WebExtension | None = None
        self._styles = styles
        self._sheets: list[Sheet] = []

    def sheet(self, title: str) -> Sheet:
        """Add a sheet after the others.

        Raises:
            ValueError: Excel would not take the title, or another sheet has it.
        """
        if title.casefold() == "history":
            raise ValueError(f'"{title}" is no sheet title: Excel keeps it for itself')
        units = len(title.encode("utf-16-le")) // 2  # as Excel counts
        if not 0 < units <= _MAX_TITLE or title.strip("'") != title:
            raise ValueError(f'"{title}" is no sheet title: 1–31 characters, no apostrophe outside')
        if unfit := _UNFIT.search(title):
            raise ValueError(f'"{title}" is no sheet title: it has a {unfit[0]}')
        if title.casefold() in map(str.casefold, self.titles):
            raise ValueError(f'there is a sheet "{title}" already')
        self._sheets.append(Sheet(title, self._styles, self._taken))
        return self._sheets[-1]

    def __getitem__(self, title: str) -> Sheet:
        """The sheet of that title."""
        return self._sheets[self.titles.index(title)]

    @property
    def sheets(self) -> list[Sheet]:
        """The sheets, in order."""
        return list(self._sheets)

    @property
    def titles(self) -> list[str]:
        """What the sheets are called, in order."""
        return [sheet.title for sheet in self._sheets]

    def define(self, name: str, text: str, comment: str | None = None) -> None:
        """Give a formula a name; Excel shows the comment while one types it."""
        self._names[name] = text, comment
        self._taken.add(name.casefold())

    def to_bytes(self) -> bytes:
        """Return the file; the same content gives the same bytes in one environment."""
        parts = self._parts()
        return zipped(parts.finished(), parts.alike)

    def save(self, path: Path) -> None:
        """Write the file whole or not at all: an error leaves what was at ``path`` untouched."""
        write_bytes(path, self.to_bytes())

    def _parts(self) -> Parts:
        parts = Parts()
        parts.add("xl/workbook.xml", self._workbook(), "workbook")
        looks: dict[str, int] = {}
        numbers: Counter[str] = Counter()
        for number, sheet in enumerate(self._sheets, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            _add_sheet(parts, name, sheet, looks, numbers)
            parts.relate("xl/workbook.xml", "worksheet", name)
        parts.add("xl/styles.xml", self._styles.stylesheet(looks), "styles")
        parts.relate("xl/workbook.xml", "styles", "xl/styles.xml")
        parts.add("xl/theme/theme1.xml", theme_xml, "theme")
        parts.relate("xl/workbook.xml", "theme", "xl/theme/theme1.xml")
        parts.add("docProps/core.xml", tostring(self._properties.to_tree()), "core")
        parts.add("docProps/app.xml", xml_of(ExtendedProperties()), "app")
        parts.relate("", "officeDocument", "xl/workbook.xml")
        parts.relate("", "core-properties", "docProps/core.xml")
        parts.relate("", "extended-properties", "docProps/app.xml")
        if self.addin:
            self.addin.add_to(parts)
        return parts

    def _workbook(self) -> str:
        """The part that lists the sheets and the names."""
        sheets = "".join(
            f'<sheet name={in_attribute(title)} sheetId="{n}" state="visible" r:id="rId{n}" />'
            for n, title in enumerate(self.titles, 1)
        )
        names = "".join(
            f"<definedName name={in_attribute(name)}{place}>{in_xml(text)}</definedName>"
            for name, place, text in self._defined()
        )
        listed = f"<definedNames>{names}</definedNames>" if names else "<definedNames />"
        return f"{_WORKBOOK}<sheets>{sheets}</sheets>{listed}{_CALCULATION}</workbook>"

    def _defined(self) -> Iterator[tuple[str, str, str]]:
        """Names, what else is said of them, and their formulas."""
        for name, (text, comment) in self._names.items():
            yield name, f" comment={in_attribute(comment)}" if comment else "", text
        for n, sheet in enumerate(self._sheets):
            for name, text in sheet.names():
                yield name, f' localSheetId="{n}"', text


_Notes: Any = CommentSheet  # openpyxl gives no type


def _add_sheet(
    parts: Parts,
    name: str,
    sheet: Sheet,
    looks: dict[str, int],
    numbers: Counter[str],
) -> None:
    """Add a sheet, and what belongs to it: its drawing, its notes and its tables."""
    tables: Iterator[Any] = iter(sheet.tables.values())

    def relate(kind: str) -> str:
        numbers[kind] += 1
        number = numbers[kind]
        if kind == "drawing":
            target = f"xl/drawings/drawing{number}.xml"
            parts.add(target, drawing_xml(sheet.charts, sheet.pictures), "drawing")
            for drawn, _, _ in sheet.charts:
                numbers["chart"] += 1
                chart = f"xl/charts/chart{numbers['chart']}.xml"
                parts.add(chart, drawn.xml, "chart")
                parts.relate(target, "chart", chart)
            for picture, _, _ in sheet.pictures:
                numbers["image"] += 1
                image = f"xl/media/image{numbers['image']}.png"
                parts.add(image, picture.data)
                parts.relate(target, "image", image)
        elif kind == "vmlDrawing":
            notes = _Notes.from_comments(notes_of(sheet))
            parts.add(f"xl/comments{number}.xml", tostring(notes.to_tree()), "comments")
            parts.relate(name, "comments", f"xl/comments{number}.xml")
            target = f"xl/drawings/vmlDrawing{number}.vml"
            parts.add(target, notes.write_shapes())
        else:
            table = next(tables)
            table.id, target = number, f"xl/tables/table{number}.xml"
            parts.add(target, tostring(table.to_tree()), "table")
        return parts.relate(name, kind, target)

    parts.add(name, sheet_xml(sheet, looks, relate), "worksheet")
