"""Rows, cells and their formulas. Part of the structural checker, see `structure`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from structure_arrays import array_faults
from structure_model import MAIN, Book, Sheet, text_of
from structure_refs import MAX_ROW, Area, area, cell, units

_LONGEST = 32_767
_ERRORS = {
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"),
    *("#GETTING_DATA", "#SPILL!", "#CALC!"),
}
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_LARGEST = 9.99999999999999e307
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def rows(book: Book) -> Iterator[str]:
    """Rows and cells ascend, and are inside the sheet."""
    for sheet in book.sheets:
        last = 0
        for row in sheet.find("sheetData/row"):
            text = row.get("r", "")
            number = int(text) if text.isdigit() else 0
            if not 0 < number <= MAX_ROW:
                yield f"{sheet.part} ({sheet.title}): there is no row {text!r}"
            elif number <= last:
                yield f"{sheet.part} ({sheet.title}): row {number} stands after row {last}"
            last = number
            yield from _row(sheet, row, number)
        yield from _dimension(sheet)


def _row(sheet: Sheet, row: ET.Element, number: int) -> Iterator[str]:
    last = 0
    for node in row.iterfind(f"{MAIN}c"):
        ref = node.get("r", "")
        place = cell(ref)
        if place is None or "$" in ref:
            yield f"{sheet.at(ref)}: there is no such cell"
            continue
        if place[0] != number:
            yield f"{sheet.at(ref)}: stands in row {number}"
        if place[1] == last:
            yield f"{sheet.at(ref)}: is there twice"
        elif place[1] < last:
            yield f"{sheet.at(ref)}: stands after a later cell"
        last = place[1]


def _dimension(sheet: Sheet) -> Iterator[str]:
    node = next(sheet.find("dimension"), None)
    if node is not None and sheet.cells:
        ref = node.get("ref", "")
        whole = area(ref)
        if whole is None or not all(whole.holds(*place) for place in sheet.cells):
            yield f"{sheet.part} ({sheet.title}): cells stand outside of its dimension {ref}"


def values(book: Book) -> Iterator[str]:
    """Every cell's value is what its type says."""
    for sheet in book.sheets:
        for node in sheet.cells.values():
            for fault in _value(book, node):
                yield f"{sheet.at(node.get('r', ''))}: {fault}"


def _value(book: Book, node: ET.Element) -> Iterator[str]:
    kind, value = node.get("t", "n"), node.find(f"{MAIN}v")
    text = None if value is None else value.text or ""
    if kind in {"inlineStr", "s", "str"}:
        yield from _text(book, node, kind, text)
    elif kind == "n":
        if text is not None and not _is_number(text):
            yield f"{text!r} is not a number"
    elif kind == "b":
        if text not in {"0", "1"}:
            yield f"{text!r} is neither 0 nor 1"
    elif kind == "e":
        if text not in _ERRORS:
            yield f"{text!r} is no error"
    else:
        yield f"there is no type {kind!r}"
    marks = node.get("cm")
    known = book.metadata.findall(f"{MAIN}cellMetadata/{MAIN}bk")
    if marks is not None and not (marks.isdigit() and 0 < int(marks) <= len(known)):
        yield f"metadata {marks} is missing"


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and abs(float(text)) <= _LARGEST


def _text(book: Book, node: ET.Element, kind: str, stored: str | None) -> Iterator[str]:
    if kind == "s" and not ((stored or "").isdigit() and int(stored or "") < len(book.strings)):
        yield f"there is no shared string {stored!r}"
        return
    if kind == "inlineStr" and node.find(f"{MAIN}is") is None:
        yield "an inline string is missing"
    if kind == "str" and stored is None:
        yield "a text is missing"
    yield from text_faults(text_of(book, node) or "")
    for text in node.iterfind(f"{MAIN}is//{MAIN}t"):
        yield from _padding(text)


def text_faults(text: str) -> Iterator[str]:
    """What is wrong with a text of a cell or a note."""
    if units(text) > _LONGEST:
        yield f"the text has {units(text):,} characters; {_LONGEST:,} are allowed"
    if found := _CONTROL.search(text):
        yield f"the character U+{ord(found[0]):04X} stands in the text"


def _padding(node: ET.Element) -> Iterator[str]:
    text = node.text or ""
    if text != text.strip() and node.get(_SPACE) != "preserve":
        yield 'white space around the text is lost without xml:space="preserve"'


def shared_strings(book: Book) -> Iterator[str]:
    """Shared strings keep their white space."""
    for place, node in enumerate(book.strings):
        for text in node.iter(f"{MAIN}t"):
            yield from (f"xl/sharedStrings.xml {place}: {fault}" for fault in _padding(text))


def formulas(book: Book) -> Iterator[str]:
    """Every formula reads, and array and shared formulas cover their cells."""
    for sheet in book.sheets:
        blocks: list[tuple[str, Area]] = []
        shared: dict[str | None, Area] = {}
        for place, node in sheet.cells.items():
            formula = node.find(f"{MAIN}f")
            if formula is None:
                continue
            ref = node.get("r", "")
            for fault in _formula(book, sheet, formula, place, shared):
                yield f"{sheet.at(ref)}: {fault}"
            if formula.get("t") == "array" and (block := area(formula.get("ref", ""))):
                blocks.append((ref, block))
        yield from _blocks(sheet, blocks)


def _formula(
    book: Book,
    sheet: Sheet,
    formula: ET.Element,
    place: tuple[int, int],
    shared: dict[str | None, Area],
) -> Iterator[str]:
    kind, group = formula.get("t", "normal"), formula.get("si")
    block = area(formula.get("ref", ""))
    if kind == "dataTable":
        return
    if kind not in {"normal", "array", "shared"}:
        yield f"there is no type {kind!r} of formula"
    if kind == "array" and (block is None or block[:2] != place):
        yield f"the array formula's ref {formula.get('ref')!r} does not begin at its cell"
    if kind == "shared":
        if formula.get("ref") and formula.text:
            shared[group] = block or Area(0, 0, 0, 0)
        if group is None or group not in shared or not shared[group].holds(*place):
            yield f"the shared formula {group!r} does not cover the cell"
    if kind != "shared" or formula.text:
        faults = list(book.formula(formula.text, sheet.title))
        yield from faults
        if kind in {"normal", "shared"} and not faults:
            yield from array_faults(formula.text or "")


def _blocks(sheet: Sheet, blocks: list[tuple[str, Area]]) -> Iterator[str]:
    """Array formulas share no cell with another formula, a table or merged cells."""
    others = {table.name: table.area for table in sheet.tables if table.area}
    merged = [area(node.get("ref", "")) for node in sheet.find("mergeCells/mergeCell")]
    inside: dict[tuple[int, int], str] = {}
    for ref, block in blocks:
        for row in range(block.top, block.bottom + 1):
            for column in range(block.left, block.right + 1):
                owner = inside.setdefault((row, column), ref)
                if owner != ref:
                    yield f"{sheet.at(ref)}: the array formula overlaps that of {owner}"
                    return
        for name, table in others.items():
            if table.meets(block) and block[:2] != block[2:]:
                yield f"{sheet.at(ref)}: an array formula over several cells stands in table {name}"
        if any(each is not None and each.meets(block) for each in merged):
            yield f"{sheet.at(ref)}: an array formula stands in merged cells"
    for place, node in sheet.cells.items():
        ref = node.get("r", "")
        if inside.get(place, ref) != ref and node.find(f"{MAIN}f") is not None:
            yield f"{sheet.at(ref)}: a formula stands inside the array formula of {inside[place]}"


CHECKS = (rows, values, shared_strings, formulas)
