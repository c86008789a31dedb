"""The workbook: its sheets, its names, its properties. Part of the structural checker, see
`structure`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

from structure_formulas import split
from structure_model import MAIN, Book
from structure_package import RELATIONSHIPS, TYPES, local
from structure_refs import MAX_COLUMN, MAX_ROW, area, cell, units

_TITLE = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
_NAME = re.compile(r"(?:[^\W\d]|\\)[\w.\\?]{0,254}")
_R1C1 = re.compile(r"R\d*(?:C\d*)?|C\d*", re.IGNORECASE)
_BUILT_IN = {
    f"_xlnm.{name}".casefold()
    for name in ("Print_Area", "Print_Titles", "_FilterDatabase", "Criteria", "Extract", "Database")
}
_BOOLEANS = {"0", "1", "true", "false", None}
_TERMS = "{http://purl.org/dc/terms/}"


def sheets(book: Book) -> Iterator[str]:
    """Sheets have legal and unique names and ids; the one to be shown exists and shows."""
    nodes = book.root.findall(f"{MAIN}sheets/{MAIN}sheet")
    if not nodes:
        yield f"{book.part}: has no sheet"
        return
    for node in nodes:
        title = node.get("name", "")
        if _TITLE.fullmatch(title) is None:
            yield f"{book.part}: {title!r} is no name of a sheet"
        if title.casefold() == "history":
            yield f"{book.part}: {title!r} is a sheet's name that Excel keeps for itself"
    for what in ("name", "sheetId", f"{RELATIONSHIPS}id"):
        seen = Counter(node.get(what, "").casefold() for node in nodes)
        shown = what.rpartition("}")[2]
        yield from (f"{book.part}: {n} sheets have {shown} {v!r}" for v, n in seen.items() if n > 1)
    states = [node.get("state", "visible") for node in nodes]
    for view in book.root.iterfind(f"{MAIN}bookViews/{MAIN}workbookView"):
        for what in ("activeTab", "firstSheet"):
            place = view.get(what, "0")
            if not (place.isdigit() and int(place) < len(states)):
                yield f"{book.part}: {what} {place} is no sheet"
            elif what == "activeTab" and states[int(place)] != "visible":
                yield f"{book.part}: {what} {place} is a hidden sheet"


def calculation(book: Book) -> Iterator[str]:
    """There is a calcPr that reads; `structure.recalculates` says what it asks for."""
    node = book.root.find(f"{MAIN}calcPr")
    if node is None:
        yield f"{book.part}: has no calcPr"
        return
    if node.get("fullCalcOnLoad") not in _BOOLEANS or not node.get("calcId", "0").isdigit():
        yield f"{book.part}: calcPr {node.attrib} does not read"


def names(book: Book) -> Iterator[str]:
    """Defined names are legal and unique, and what they say reads."""
    tables = {table.name.casefold() for sheet in book.sheets for table in sheet.tables}
    seen: Counter[tuple[str, str]] = Counter()
    for node in book.names:
        name, text = node.get("name", ""), node.text or ""
        place = f"{book.part} name {name}"
        where = node.get("localSheetId")
        if where is not None and not (where.isdigit() and int(where) < len(book.sheets)):
            yield f"{place}: localSheetId {where} is no sheet"
        seen[name.casefold(), book.scope(node).casefold()] += 1
        if not legal_name(name) and name.casefold() not in _BUILT_IN:
            yield f"{place}: cannot be a name"
        if name.casefold() in tables:
            yield f"{place}: is also a table"
        if units(node.get("comment", "")) > 255:
            yield f"{place}: its comment has more than 255 characters"
        yield from (f"{place}: {fault}" for fault in book.formula(text, ""))
        if name.casefold() == "_xlnm.print_titles":
            yield from (f"{place}: {fault}" for fault in _titles(text, book.scope(node)))
        elif name.casefold() == "_xlnm.print_area":
            # A formula is one over rows that are used, from the sheet's first cell.
            first, _, rest = text.partition(":")
            known = _own(first if rest.startswith("INDEX(") else text, book.scope(node))
            yield from (f"{place}: {fault}" for fault in known)
    for (name, _), count in seen.items():
        if count > 1:
            yield f"{book.part} name {name}: is there {count} times"


def legal_name(name: str) -> bool:
    """Whether a name can be a defined name or a table's."""
    like_a_cell = cell(name.upper()) is not None or _R1C1.fullmatch(name) is not None
    boolean = name.upper() in {"TRUE", "FALSE"}
    built_in = name.casefold().startswith("_xlnm.")
    return _NAME.fullmatch(name) is not None and not (like_a_cell or boolean or built_in)


def _own(text: str, title: str) -> Iterator[str]:
    """Each part is a range of the sheet itself."""
    for sheet, ref in split(text):
        if sheet.casefold() != title.casefold() or not title:
            yield f"{text} is not of its own sheet"
        if area(ref) is None:
            yield f"{ref} is no range"


def _titles(text: str, title: str) -> Iterator[str]:
    yield from _own(text, title)
    found = [whole for _, ref in split(text) if (whole := area(ref)) is not None]
    across = [whole for whole in found if (whole.left, whole.right) == (1, MAX_COLUMN)]
    down = [whole for whole in found if (whole.top, whole.bottom) == (1, MAX_ROW)]
    if len(across) > 1 or len(down) > 1 or len(across) + len(down) != len(found):
        yield f"{text} is not whole rows, or whole columns, or one of each"


def properties(book: Book) -> Iterator[str]:
    """The document's properties have their two dates, which an add-in may leave out."""
    optional = book.package.path.suffix == ".xlam"
    parts = book.package.followed("", "core-properties")
    if len(parts) != 1:
        yield f"_rels/.rels: leads to {len(parts)} core properties"
    for part in parts:
        root = book.package.trees.get(part, ET.Element("none"))
        for what in ("created", "modified"):
            text = root.findtext(_TERMS + what, "")
            if not _is_date(text) and not (optional and not text):
                yield f"{part}: {what} {text!r} is no date"
        seen = Counter(local(node) for node in root)
        yield from (f"{part}: {tag} is there {n} times" for tag, n in seen.items() if n > 1)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.match(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", text) is not None


def macros(book: Book) -> Iterator[str]:
    """A workbook without macros says so in its type, and one with them has a project."""
    kind = book.package.type_of(book.part) or TYPES
    projects = book.package.followed(book.part, "vbaProject")
    if projects and "macroEnabled" not in kind:
        yield f"{book.part}: has a VBA project and is {kind}"
    for part in projects:
        if not book.package.content.get(part, b"").startswith(b"\xd0\xcf\x11\xe0"):
            yield f"{part}: is no compound file"


CHECKS = (sheets, calculation, names, properties, macros)
