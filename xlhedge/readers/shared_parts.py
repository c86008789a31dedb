"""What the sheets of a workbook share: its texts, and which of its styles show dates."""

from __future__ import annotations

import re
from functools import lru_cache

from xlhedge.readers.archive import Archive, parse

__all__ = ["date_styles", "shared_texts", "unescaped"]

_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # Excel's own formats
_NO_PART_OF_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_PART_OF_A_DATE = re.compile("[dmyhs]", re.IGNORECASE)
_LONGEST_FORMAT = 1_000  # Excel allows 255
_MOST_FORMATS = 10_000  # Excel allows 250
_LARGEST_KEPT = 1_000_000  # bytes of a part with styles
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def shared_texts(archive: Archive, part: str) -> list[str]:
    """The texts that cells share, in order: without how they are pronounced."""
    texts: list[list[str]] = []
    path: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        path.append(tag.rpartition(" ")[2])
        if path[1:] == ["si"]:
            texts.append([])

    def end(_: str) -> None:
        path.pop()

    def characters(text: str) -> None:
        if path[1:] in (["si", "t"], ["si", "r", "t"]):
            texts[-1].append(text)

    xml = archive.read(part)
    archive.spend(xml, {b"_x": 1}, part)
    archive.parse(xml, part, start, end, characters)
    return [unescaped("".join(pieces)) for pieces in texts]


def unescaped(text: str) -> str:
    r"""A text as a cell shows it, where its file wrote a letter as ``_x000A_``.

    Example:
        >>> unescaped("a_x000A_b")
        'a\nb'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def date_styles(archive: Archive, part: str) -> frozenset[bytes]:
    """The numbers of the styles whose cells show dates."""
    xml = archive.read(part)
    archive.spend_on(xml, part)
    read = _date_styles if len(xml) <= _LARGEST_KEPT else _date_styles.__wrapped__
    return read(xml, part)


@lru_cache(maxsize=4)
def _date_styles(xml: bytes, part: str) -> frozenset[bytes]:
    """Those that a part has: of a desk's workbooks most have the same."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(" ")[2])
        if path[1:] == ["numFmts", "numFmt"]:
            if len(formats) < _MOST_FORMATS:
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif path[1:] == ["cellXfs", "xf"]:
            styles.append(attributes.get("numFmtId", "0"))

    def end(_: str) -> None:
        path.pop()

    parse(xml, part, start, end)
    known = {key: _shows_dates(code) for key, code in formats.items()}
    known = {str(key): True for key in _DATES} | known
    return frozenset(
        str(number).encode() for number, key in enumerate(styles) if known.get(key, False)
    )


def _shows_dates(code: str) -> bool:
    positive = _NO_PART_OF_A_DATE.sub("", code[:_LONGEST_FORMAT]).partition(";")[0]
    return positive.lower() != "general" and bool(_PART_OF_A_DATE.search(positive))
