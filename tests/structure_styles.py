"""Looks: every id leads to something. Part of the structural checker, see `structure`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from structure_model import MAIN, Book

_STYLES = "xl/styles.xml"
# Numbers that Excel knows without a definition; 5–8, 23–36, 41–44 and 50 up depend on the language.
_BUILT_IN = {*range(50)}
_LIMITS = {"cellXfs": 64_000, "fonts": 1_024 * 64, "numFmts": 250}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')


def looks(book: Book) -> Iterator[str]:
    """What a look is made of exists."""
    sizes = {name: len(_list(book, name)) for name in ("fonts", "fills", "borders", "cellStyleXfs")}
    formats = {node.get("numFmtId") for node in _list(book, "numFmts")}
    for group in ("cellStyleXfs", "cellXfs"):
        for place, node in enumerate(_list(book, group)):
            for name, many in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders"),
                               ("xfId", "cellStyleXfs")):  # fmt: skip
                if not _within(node.get(name, "0"), sizes[many]):
                    yield f"{_STYLES}: {group} {place} has {name} {node.get(name)}; there is none"
            number = node.get("numFmtId", "0")
            built_in = number.isdigit() and int(number) in _BUILT_IN
            if not built_in and number not in formats:
                yield f"{_STYLES}: {group} {place} has numFmtId {number}; there is none"
    for place, node in enumerate(_list(book, "cellStyles")):
        if not _within(node.get("xfId", ""), sizes["cellStyleXfs"]):
            yield f"{_STYLES}: cellStyles {place} has xfId {node.get('xfId')}; there is none"
    for name, most in _LIMITS.items():
        if len(_list(book, name)) > most:
            yield f"{_STYLES}: more than {most:,} {name}"


def number_formats(book: Book) -> Iterator[str]:
    """Number formats have ids of their own and read."""
    seen = Counter(node.get("numFmtId", "") for node in _list(book, "numFmts"))
    yield from (f"{_STYLES}: numFmtId {i} is there {n} times" for i, n in seen.items() if n > 1)
    for node in book.styles.iter(f"{MAIN}numFmt"):
        code = node.get("formatCode", "")
        plain = _LITERAL.sub("", code)
        closed = plain.count("[") == plain.count("]") and '"' not in plain
        if not code or len(code) > 255 or not closed or plain.count(";") > 3:
            yield f"{_STYLES}: {code!r} is no number format"


def used(book: Book) -> Iterator[str]:
    """Looks of cells, rows, columns and conditional formats exist."""
    looks_there, rules = len(_list(book, "cellXfs")), len(_list(book, "dxfs"))
    for sheet in book.sheets:
        for node in sheet.root.iter():
            tag = node.tag.removeprefix(MAIN)
            if tag in {"c", "row"} and not _within(node.get("s", "0"), looks_there):
                yield f"{sheet.at(node.get('r', ''))}: style {node.get('s')} is missing"
            if tag == "col" and not _within(node.get("style", "0"), looks_there):
                yield f"{sheet.at('column ' + node.get('min', ''))}: style is missing"
            rule = node.get("dxfId") if tag == "cfRule" else None
            if rule is not None and not _within(rule, rules):
                yield f"{sheet.at('conditional format')}: dxfId {rule} is missing"


def _list(book: Book, name: str) -> list[ET.Element]:
    node = book.styles.find(MAIN + name)
    return [] if node is None else list(node)


def _within(text: str, size: int) -> bool:
    return text.isdigit() and int(text) < size


CHECKS = (looks, number_formats, used)
