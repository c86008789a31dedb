"""What lies over the cells: merges, validations, conditional formats, links, panes, print set-up.

Part of the structural checker, see `structure`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from structure_formulas import located
from structure_model import MAIN, Book, Sheet
from structure_package import RELATIONSHIPS
from structure_refs import MAX_COLUMN, MAX_ROW, area, areas, cell, units
from structure_tokens import Wrong, tokens

_LIMITS = {"promptTitle": 32, "prompt": 255, "errorTitle": 32, "error": 255}
_BOUNDED = {"whole", "decimal", "date", "time", "textLength"}
_TYPES = {"none", "list", "custom"} | _BOUNDED
_LONGEST_LIST = 255
_SCALES = {"colorScale": (2, 3), "dataBar": (2,), "iconSet": (3, 4, 5)}


def merges(book: Book) -> Iterator[str]:
    """Merged cells are several, and in one merge only."""
    for sheet in book.sheets:
        found = []
        for node in sheet.find("mergeCells/mergeCell"):
            ref = node.get("ref", "")
            whole = area(ref)
            if whole is None or whole[:2] == whole[2:]:
                yield f"{sheet.at(ref)}: is no range to merge"
                continue
            for other, name in found:
                if other.meets(whole):
                    yield f"{sheet.at(ref)}: the merged cells overlap {name}"
            found.append((whole, ref))


def validations(book: Book) -> Iterator[str]:
    """Validations say where, what and why within Excel's limits."""
    for sheet in book.sheets:
        for node in sheet.find("dataValidations/dataValidation"):
            ref = node.get("sqref", "")
            for fault in _validation(book, sheet, node):
                yield f"{sheet.at(ref)} validation: {fault}"


def _validation(book: Book, sheet: Sheet, node: ET.Element) -> Iterator[str]:
    if areas(node.get("sqref")) is None:
        yield "the cells do not read"
    kind = node.get("type", "none")
    if kind not in _TYPES:
        yield f"there is no type {kind!r}"
    for what, most in _LIMITS.items():
        length = units(node.get(what, ""))
        if length > most:
            yield f"{what} has {length} characters; {most} are allowed"
    first = node.findtext(f"{MAIN}formula1")
    if kind != "none" and not first:
        yield "has no formula"
    between = node.get("operator", "between") in {"between", "notBetween"}
    if between and kind in _BOUNDED and not node.findtext(f"{MAIN}formula2"):
        yield "has one bound of two"
    if kind == "list" and first and first.startswith('"'):
        length = units(first[1:-1].replace('""', '"'))
        if length > _LONGEST_LIST:
            yield f"the list has {length} characters; {_LONGEST_LIST} are allowed"
    for formula in node:
        yield from book.formula(formula.text, sheet.title)
        yield from _outside_cells(formula.text)


def _outside_cells(text: str | None) -> Iterator[str]:
    """Excel takes neither where it checks or colours cells."""
    try:
        kinds = {piece.kind for piece in tokens(text or "")}
    except Wrong:
        return  # which reading the formula has told
    if "table" in kinds:
        yield f"a structured reference cannot stand outside of cells: {text}"
    if "array" in kinds:
        yield f"an array cannot stand outside of cells: {text}"


def conditional_formats(book: Book) -> Iterator[str]:
    """Conditional formats have a place, an order and what their kind needs."""
    for sheet in book.sheets:
        seen: Counter[str] = Counter()
        for group in sheet.find("conditionalFormatting"):
            ref = group.get("sqref", "")
            place = f"{sheet.at(ref)} conditional format"
            if areas(ref) is None:
                yield f"{place}: the cells do not read"
            for rule in group.iterfind(f"{MAIN}cfRule"):
                seen[rule.get("priority", "")] += 1
                yield from (f"{place}: {fault}" for fault in _rule(book, sheet, rule))
        for priority, count in seen.items():
            if count > 1 or not priority.isdigit() or priority == "0":
                yield f"{sheet.at('conditional formats')}: {count} have priority {priority!r}"


def _rule(book: Book, sheet: Sheet, rule: ET.Element) -> Iterator[str]:
    kind = rule.get("type", "")
    formulas = rule.findall(f"{MAIN}formula")
    wanted = {"expression": 1, "cellIs": 2 if "etween" in rule.get("operator", "") else 1}
    if len(formulas) < wanted.get(kind, 0):
        yield f"{kind} has {len(formulas)} formulas of {wanted[kind]}"
    if kind == "cellIs" and not rule.get("operator"):
        yield "cellIs has no operator"
    for formula in [*formulas, *rule.iter(f"{MAIN}cfvo")]:
        text = formula.text if formula.tag == f"{MAIN}formula" else formula.get("val")
        if formula.get("type") in {None, "formula"}:
            yield from book.formula(text, sheet.title)
            yield from _outside_cells(text)
    if kind in _SCALES:
        scale = rule.find(MAIN + kind)
        points = [] if scale is None else scale.findall(f"{MAIN}cfvo")
        colours = [] if scale is None else scale.findall(f"{MAIN}color")
        if len(points) not in _SCALES[kind] or (
            kind == "colorScale" and len(colours) != len(points)
        ):
            yield f"{kind} has {len(points)} points and {len(colours)} colours"


def hyperlinks(book: Book) -> Iterator[str]:
    """Links stand on cells and lead somewhere."""
    for sheet in book.sheets:
        seen: Counter[str] = Counter()
        for node in sheet.find("hyperlinks/hyperlink"):
            ref, location = node.get("ref", ""), node.get("location")
            seen[ref] += 1
            if area(ref) is None:
                yield f"{sheet.at(ref)} link: stands on no cell"
            if location is None and node.get(f"{RELATIONSHIPS}id") is None:
                yield f"{sheet.at(ref)} link: leads nowhere"
            outside = node.get(f"{RELATIONSHIPS}id") is not None
            for fault in [] if outside else located(location or "A1", book.known, sheet.title):
                yield f"{sheet.at(ref)} link: {fault}"
            if units(node.get("tooltip", "")) > 255:
                yield f"{sheet.at(ref)} link: the tip has more than 255 characters"
        yield from (f"{sheet.at(ref)} link: is there {n} times" for ref, n in seen.items() if n > 1)


def columns(book: Book) -> Iterator[str]:
    """Columns' widths follow each other; widths and heights are what Excel takes."""
    for sheet in book.sheets:
        last = 0
        for node in sheet.find("cols/col"):
            first, end = int(node.get("min", "0")), int(node.get("max", "0"))
            if not last < first <= end <= MAX_COLUMN:
                yield f"{sheet.at('columns')}: {first} to {end} stand after {last}"
            last = end
            if not 0 <= float(node.get("width", "0")) <= 255:
                yield f"{sheet.at('columns')}: {first} to {end} are {node.get('width')} wide"
        for node in sheet.find("sheetData/row"):
            if not 0 <= float(node.get("ht", "0")) <= 409.5:
                yield f"{sheet.at('row ' + node.get('r', ''))}: is {node.get('ht')} high"


def views(book: Book) -> Iterator[str]:
    """Panes and selections are of cells, and a sheet's view is one of the workbook's."""
    windows = len(book.root.findall(f"{MAIN}bookViews/{MAIN}workbookView"))
    for sheet in book.sheets:
        for view in sheet.find("sheetViews/sheetView"):
            if int(view.get("workbookViewId", "0")) >= max(windows, 1):
                yield f"{sheet.at('view')}: there is no such window"
            for node in view:
                for what in ("topLeftCell", "activeCell"):
                    if cell(node.get(what, "A1")) is None:
                        yield f"{sheet.at('view')}: {what} {node.get(what)!r} is no cell"
                if areas(node.get("sqref", "A1")) is None:
                    yield f"{sheet.at('view')}: {node.get('sqref')!r} cannot be selected"


def printing(book: Book) -> Iterator[str]:
    """Headers and footers are short enough, breaks are inside, filters are ranges."""
    for sheet in book.sheets:
        for text in sheet.find("headerFooter"):
            for node in text:
                if units(node.text or "") > 255:
                    yield f"{sheet.at('print')}: {node.tag.removeprefix(MAIN)} is too long"
        for tag, most in (("rowBreaks", MAX_ROW), ("colBreaks", MAX_COLUMN)):
            for node in sheet.find(f"{tag}/brk"):
                if not 0 < int(node.get("id", "0")) < most:
                    yield f"{sheet.at('print')}: there is no break {node.get('id')}"
        for node in sheet.find("autoFilter"):
            whole = area(node.get("ref", ""))
            if whole is None or any(t.area and t.area.meets(whole) for t in sheet.tables):
                yield f"{sheet.at(node.get('ref', ''))}: cannot be filtered"


CHECKS = (merges, validations, conditional_formats, hyperlinks, columns, views, printing)
