"""A workbook as a file: the parts that openpyxl designs and the rows that are ours, packed once.

The same content gives the same bytes: times in the archive are fixed and the document's dates are
the caller's. Relationships are relative, as Excel writes them and IronCalc asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments.comment_sheet import CommentSheet
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook._writer import WorkbookWriter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.functions import tostring

from xlhedge.files import write_bytes, zipped
from xlhedge.xlsx.drawings import drawing_xml
from xlhedge.xlsx.parts import Parts
from xlhedge.xlsx.serialised import xml_of
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Styles
from xlhedge.xlsx.webextension import WebExtension
from xlhedge.xlsx.worksheet import notes_of, sheet_xml

__all__ = ["Book"]

_MAX_TITLE, _MAX_PROPERTY = 31, 255


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
        design: The openpyxl workbook, which holds names and properties.
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
        self.design = Workbook()
        self.design.remove(self.design.worksheets[0])
        # Stored values stay what people see: Excel is not told to compute everything on opening,
        # nor does an older engine's number give it a reason to (openpyxl's would).
        self.design.calculation = CalcProperties(calcId=191029, fullCalcOnLoad=False)
        properties = self.design.properties
        properties.title, properties.creator = title[:_MAX_PROPERTY], "xlhedge"
        properties.subject = subject[:_MAX_PROPERTY] or None
        day = created.astimezone(UTC) if created.tzinfo else created
        properties.created = properties.modified = day
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
        design = self.design.create_sheet(title)
        if design.title != title:  # openpyxl would have numbered the second of two
            self.design.remove(design)
            raise ValueError(f'there is a sheet "{title}" already')
        self._sheets.append(Sheet(design, self._styles))
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
        self.design.defined_names[name] = DefinedName(name, comment=comment, attr_text=text)

    def to_bytes(self) -> bytes:
        """Return the file; the same content gives the same bytes in one environment."""
        parts = self._parts()
        return zipped(parts.finished(), parts.alike)

    def save(self, path: Path) -> None:
        """Write the file whole or not at all: an error leaves what was at ``path`` untouched."""
        write_bytes(path, self.to_bytes())

    def _parts(self) -> Parts:
        parts = Parts()
        parts.add("xl/workbook.xml", _workbook_xml(self.design), "workbook")
        conditional: dict[Hashable, DifferentialStyle] = {}
        numbers: Counter[str] = Counter()
        for number, sheet in enumerate(self._sheets, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            _add_sheet(parts, name, sheet, conditional, numbers)
            parts.relate("xl/workbook.xml", "worksheet", name)
        parts.add("xl/styles.xml", self._styles.stylesheet(conditional), "styles")
        parts.relate("xl/workbook.xml", "styles", "xl/styles.xml")
        parts.add("xl/theme/theme1.xml", theme_xml, "theme")
        parts.relate("xl/workbook.xml", "theme", "xl/theme/theme1.xml")
        parts.add("docProps/core.xml", tostring(self.design.properties.to_tree()), "core")
        parts.add("docProps/app.xml", xml_of(ExtendedProperties()), "app")
        parts.relate("", "officeDocument", "xl/workbook.xml")
        parts.relate("", "core-properties", "docProps/core.xml")
        parts.relate("", "extended-properties", "docProps/app.xml")
        if self.addin:
            self.addin.add_to(parts)
        return parts


_Notes: Any = CommentSheet  # openpyxl gives neither of the two types
_Writer: Any = WorkbookWriter


def _workbook_xml(design: Workbook) -> str:
    text: str = _Writer(design).write().decode()
    return text


def _add_sheet(
    parts: Parts,
    name: str,
    sheet: Sheet,
    conditional: dict[Hashable, DifferentialStyle],
    numbers: Counter[str],
) -> None:
    """Add a sheet, and what belongs to it: its drawing, its notes and its tables."""
    design: Any = sheet.design
    tables = iter(design.tables.values())

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
            notes = _Notes.from_comments(notes_of(design))
            parts.add(f"xl/comments{number}.xml", tostring(notes.to_tree()), "comments")
            parts.relate(name, "comments", f"xl/comments{number}.xml")
            target = f"xl/drawings/vmlDrawing{number}.vml"
            parts.add(target, notes.write_shapes())
        else:
            table = next(tables)
            table.id, target = number, f"xl/tables/table{number}.xml"
            parts.add(target, tostring(table.to_tree()), "table")
        return parts.relate(name, kind, target)

    parts.add(name, sheet_xml(sheet, conditional, relate), "worksheet")
