"""The parts of a file in Office Open XML: what type each is, and which refers to which."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from functools import lru_cache

from openpyxl.xml.constants import CONTYPES_NS, PKG_REL_NS, REL_NS

from xlhedge.files import Packed, packer

__all__ = ["Parts"]

_TYPES_PART = "[Content_Types].xml"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DRAWINGS = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "workbook": f"{_SHEETS}sheet.main+xml",
    "worksheet": f"{_SHEETS}worksheet+xml",
    "styles": f"{_SHEETS}styles+xml",
    "table": f"{_SHEETS}table+xml",
    "comments": f"{_SHEETS}comments+xml",
    "theme": f"{_DRAWINGS}theme+xml",
    "drawing": f"{_DRAWINGS}drawing+xml",
    "chart": f"{_DRAWINGS}drawingml.chart+xml",
    "core": "application/vnd.openxmlformats-package.core-properties+xml",
    "app": f"{_DRAWINGS}extended-properties+xml",
    "webextension": "application/vnd.ms-office.webextension+xml",
    "webextensiontaskpanes": "application/vnd.ms-office.webextensiontaskpanes+xml",
}
_OFFICE_2011 = "http://schemas.microsoft.com/office/2011/relationships"
_SPACES = {
    "core-properties": f"{PKG_REL_NS}/metadata",
    "webextension": _OFFICE_2011,
    "webextensiontaskpanes": _OFFICE_2011,
}
"""Where kinds of relationships are defined that the standard's own list has not."""
_ALIKE = {"styles", "theme", "app", "drawing"}
"""Kinds of parts that files of a family have alike."""
_EXTENSIONS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "vml": f"{_DRAWINGS}vmlDrawing",
    "png": "image/png",
}


class Parts:
    """Collects parts.

    Example:
        >>> parts = Parts()
        >>> parts.add("xl/workbook.xml", "<workbook/>", "workbook")
        >>> parts.relate("xl/workbook.xml", "worksheet", "xl/worksheets/sheet1.xml")
        'rId1'
        >>> list(parts.finished())
        ['[Content_Types].xml', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels']

    Attributes:
        alike: the names of those that other files of a family are likely to have alike.
    """

    def __init__(self) -> None:
        self.alike = {_TYPES_PART}
        self._pack = packer()
        self._parts: dict[str, str | bytes | Packed] = {}
        self._types: dict[str, str] = {}
        self._related: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, name: str, content: str | bytes, kind: str = "") -> None:
        """Add a part; one without a kind has the type of its extension."""
        # All sheets together may be as much as the book: each stays as its packed bytes.
        self._parts[name] = self._pack(content) if kind == "worksheet" else content
        if kind in _ALIKE:
            self.alike.add(name)
        if kind:
            self._types[name] = _TYPES[kind]

    def relate(self, name: str, kind: str, target: str) -> str:
        """Let a part ("" is the file itself) refer to another; returns the relationship's id."""
        found = self._related[name]
        number = f"rId{len(found) + 1}"
        where = _seen_from(posixpath.dirname(name) or ".", target)
        space = _SPACES.get(kind, REL_NS)
        found.append(f'<Relationship Type="{space}/{kind}" Target="{where}" Id="{number}"/>')
        return number

    def finished(self) -> dict[str, str | bytes | Packed]:
        """All parts by name, those that say types and relationships included."""
        defaults = "".join(
            f'<Default Extension="{extension}" ContentType="{kind}"/>'
            for extension, kind in _EXTENSIONS.items()
            if extension in ("rels", "xml") or any(n.endswith(f".{extension}") for n in self._parts)
        )
        overrides = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>'
            for name, kind in self._types.items()
        )
        types = f'<Types xmlns="{CONTYPES_NS}">{defaults}{overrides}</Types>'
        related = {
            posixpath.join(posixpath.dirname(name), "_rels", f"{posixpath.basename(name)}.rels"): (
                f'<Relationships xmlns="{PKG_REL_NS}">{"".join(found)}</Relationships>'
            )
            for name, found in self._related.items()
        }
        self.alike |= related.keys()
        return {_TYPES_PART: types, **self._parts, **related}


@lru_cache(maxsize=512)  # all files have the same parts
def _seen_from(folder: str, target: str) -> str:
    return posixpath.relpath(target, folder)
