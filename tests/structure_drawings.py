"""Drawings, charts and notes. Part of the structural checker, see `structure`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from structure_cells import text_faults
from structure_formulas import split
from structure_model import MAIN, NOTHING, Book, Sheet
from structure_package import local
from structure_refs import MAX_COLUMN, MAX_ROW, Area, area, cell

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_D = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_NUMBERS = {None, "n"}


def anchors(book: Book) -> Iterator[str]:
    """What is drawn begins and ends inside the sheet."""
    for sheet in book.sheets:
        for part in book.package.followed(sheet.part, "drawing"):
            root = book.package.trees.get(part, NOTHING)
            for n, anchor in enumerate(root, 1):
                for fault in _anchor(anchor):
                    yield f"{part} ({sheet.title}) object {n}: {fault}"
            shown = Counter(node.get("id", "") for node in root.iter(f"{_D}cNvPr"))
            yield from (f"{part}: {n} objects have id {i}" for i, n in shown.items() if n > 1)


def _anchor(anchor: ET.Element) -> Iterator[str]:
    corners = []
    for tag in ("from", "to"):
        for node in anchor.iterfind(_D + tag):
            row, column = (int(node.findtext(_D + name, "-1")) for name in ("row", "col"))
            corners.append((row, column))
            if not (0 <= row < MAX_ROW and 0 <= column < MAX_COLUMN):
                yield f"its corner is beyond the sheet: row {row}, column {column}"
    if len(corners) == 2 and not all(a <= b for a, b in zip(*corners, strict=True)):
        yield f"it ends before it begins: {corners}"
    for node in anchor.iterfind(f"{_D}ext"):
        if min(int(node.get("cx", "0")), int(node.get("cy", "0"))) <= 0:
            yield "it has no size"


def charts(book: Book) -> Iterator[str]:
    """Charts have a title, shown axes with titles, and data."""
    for sheet in book.sheets:
        for drawing in book.package.followed(sheet.part, "drawing"):
            for part in book.package.followed(drawing, "chart"):
                root = book.package.trees.get(part, NOTHING)
                for fault in (*_titles(root), *_axes(root), *_data(book, root)):
                    yield f"{part} ({sheet.title}): {fault}"


def _has_text(title: ET.Element | None) -> bool:
    if title is None:
        return False
    text = "".join(node.text or "" for node in title.iter(f"{_A}t"))
    return bool(text.strip()) or title.find(f".//{_C}f") is not None


def _titles(root: ET.Element) -> Iterator[str]:
    chart = root.find(f"{_C}chart")
    if chart is None or not _has_text(chart.find(f"{_C}title")):
        yield "has no title"
    deleted = root.find(f"{_C}chart/{_C}autoTitleDeleted")
    if deleted is not None and deleted.get("val", "1") in {"1", "true"}:
        yield "its title is switched off"


def _axes(root: ET.Element) -> Iterator[str]:
    plot = root.find(f"{_C}chart/{_C}plotArea")
    inside = [] if plot is None else list(plot)
    axes = [node for node in inside if local(node).endswith("Ax")]
    ids = {_value(node, "axId") for node in axes}
    for chart in (node for node in inside if local(node).endswith("Chart")):
        for node in chart.iterfind(f"{_C}axId"):
            if node.get("val") not in ids:
                yield f"there is no axis {node.get('val')}"
    for axis in axes:
        name = f"{local(axis)} {_value(axis, 'axId')}"
        if _value(axis, "crossAx") not in ids:
            yield f"{name} crosses no axis"
        # A value left out means deleted, and programs differ on what an element left out means.
        if _value(axis, "delete") not in {"0", "false"}:
            yield f"{name} does not say that it is shown"
        if not _has_text(axis.find(f"{_C}title")):
            yield f"{name} has no title"


def _value(node: ET.Element, tag: str) -> str | None:
    child = node.find(_C + tag)
    return None if child is None else child.get("val")


def _data(book: Book, root: ET.Element) -> Iterator[str]:
    if not [*root.iter(f"{_C}ser")]:
        yield "has no data"
    for holder in root.iter():
        formula = holder.find(f"{_C}f")
        if formula is not None:
            yield from _reference(book, formula.text or "", numbers=local(holder) == "numRef")
    for series in root.iter(f"{_C}ser"):
        sizes = {
            _size(node.text or "")
            for tag in ("cat", "val", "xVal", "yVal")
            for node in series.iterfind(f"{_C}{tag}//{_C}f")
        }
        if len(sizes - {None}) > 1:
            yield f"a series has data of different lengths: {sorted(sizes - {None})}"


def _size(text: str) -> int | None:
    found = [area(ref) for _, ref in split(text)]
    if None in found:
        return None
    return sum((a.bottom - a.top + 1) * (a.right - a.left + 1) for a in found if a)


def _reference(book: Book, text: str, *, numbers: bool) -> Iterator[str]:
    if not text:
        yield "a reference is empty"
    for title, ref in split(text):
        sheet, whole = book.by_title.get(title.casefold()), area(ref)
        if book.known.name(ref, title):
            continue
        if sheet is None:
            yield f"{text}: there is no sheet {title!r}"
        elif whole is None:
            yield f"{text}: {ref!r} is no range"
        elif not any(_shows(node, numbers=numbers) for node in _inside(sheet, whole)):
            yield f"{text}: holds no {'number' if numbers else 'value'}"


def _inside(sheet: Sheet, whole: Area) -> Iterator[ET.Element]:
    return (node for place, node in sheet.cells.items() if whole.holds(*place))


def _shows(node: ET.Element, *, numbers: bool) -> bool:
    if node.find(f"{MAIN}f") is not None:
        return True
    filled = node.find(f"{MAIN}v") is not None or node.find(f"{MAIN}is") is not None
    return filled and (not numbers or node.get("t") in _NUMBERS)


def notes(book: Book) -> Iterator[str]:
    """Every note has its cell, its author and its box, and no box is without a note."""
    for sheet in book.sheets:
        written = Counter(_written(book, sheet))
        drawn = Counter(_drawn(book, sheet))
        for place in written | drawn:
            if (written[place], drawn[place]) != (1, 1):
                what = f"{written[place]} notes and {drawn[place]} boxes, not one of each"
                yield f"{sheet.at(_named(place))} note: {what}"
        for part in book.package.followed(sheet.part, "comments"):
            root = book.package.trees.get(part, NOTHING)
            authors = len(root.findall(f"{MAIN}authors/{MAIN}author"))
            for node in root.iterfind(f"{MAIN}commentList/{MAIN}comment"):
                who = node.get("authorId", "")
                if not (who.isdigit() and int(who) < authors):
                    yield f"{part} {node.get('ref')}: there is no author {who!r}"
                text = "".join(t.text or "" for t in node.iter(f"{MAIN}t"))
                yield from (f"{part} {node.get('ref')}: {fault}" for fault in text_faults(text))
                if not text.strip():
                    yield f"{part} {node.get('ref')}: the note is empty"


def _written(book: Book, sheet: Sheet) -> Iterator[tuple[int, int]]:
    for part in book.package.followed(sheet.part, "comments"):
        root = book.package.trees.get(part, NOTHING)
        for node in root.iterfind(f"{MAIN}commentList/{MAIN}comment"):
            yield cell(node.get("ref", "")) or (0, 0)


def _drawn(book: Book, sheet: Sheet) -> Iterator[tuple[int, int]]:
    if next(sheet.find("legacyDrawing"), None) is None:
        return  # its boxes are not shown
    for part in book.package.followed(sheet.part, "vmlDrawing"):
        for node in book.package.trees.get(part, NOTHING).iter(f"{_X}ClientData"):
            if node.get("ObjectType") == "Note":
                row, column = (int(node.findtext(_X + tag, "-1")) for tag in ("Row", "Column"))
                yield row + 1, column + 1


def _named(place: tuple[int, int]) -> str:
    row, column = place
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


CHECKS = (anchors, charts, notes)
