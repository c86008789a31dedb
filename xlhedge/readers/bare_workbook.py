"""The least that is a workbook, made of parts that were looked through, for calamine to read.

What calamine finds was checked, under names given here: whatever else a file holds, and however
two programs may differ over it, is not there. What the sheets share is checked here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.archive import parse, refuse_doctype
from xlhedge.readers.limits import Limits

__all__ = ["bare_workbook", "lengths_of", "refuse_formats"]

_STRINGS, _STYLES = "shared strings", "styles"
_MOST_FORMATS = 20_000_000  # letters, taken as often as a style uses them: 65,000 styles of 255
_LARGE = 4_000_000  # bytes
_FORMAT = re.compile(rb"formatCode\s*=\s*(?:\"[^\"]*|'[^']*)")

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f'<Types xmlns="{_PACKAGE}/content-types"/>'


def lengths_of(strings: bytes, limits: Limits) -> list[int]:
    """How long each shared string is.

    Raises:
        NotAWorkbook: there are too many, or they are not as any spreadsheet writes them.
    """
    why = limits.too_many(strings.count(b"<"), 2 * limits.cells, "tags")
    if why:
        raise NotAWorkbook(why, _STRINGS)
    lengths: list[int] = []
    if not strings:
        return lengths

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    parse(parser, strings, _STRINGS)
    return lengths


def refuse_formats(styles: bytes) -> None:
    """Refuse number formats so long, and used so often, that looking through them takes minutes.

    Raises:
        NotAWorkbook: they are.
    """
    refuse_doctype(styles, _STYLES)
    longest = max((len(found) for found in _FORMAT.findall(styles)), default=0)
    if longest * styles.count(b"xf") > _MOST_FORMATS:
        raise NotAWorkbook("its number formats are longer than any spreadsheet's", _STYLES)


def bare_workbook(
    sheets: Sequence[bytes], strings: bytes, styles: bytes, *, from_1904: bool
) -> bytes:
    """A workbook's file of these parts; its sheets are called by numbers from 0.

    Args:
        sheets: their parts.
        strings: the part of the shared strings; empty if there is none.
        styles: the part of the styles; empty if there is none.
        from_1904: whether its dates are counted from 1904.
    """
    paths = [f"worksheets/sheet{number}.xml" for number in range(len(sheets))]
    listed = "".join(
        f'<sheet name="{number}" sheetId="{number + 1}" r:id="{path}"/>'
        for number, path in enumerate(paths)
    )
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _relationships({"xl/workbook.xml": "officeDocument"}),
        "xl/_rels/workbook.xml.rels": _relationships(dict.fromkeys(paths, "worksheet")),
        "xl/workbook.xml": (
            f'<workbook {_MAIN} xmlns:r="{_DOCUMENT}"><workbookPr date1904="{from_1904:d}"/>'
            f"<sheets>{listed}</sheets></workbook>"
        ).encode(),
        **{f"xl/{path}": part for path, part in zip(paths, sheets, strict=True)},
    }
    parts |= {"xl/sharedStrings.xml": strings} if strings else {}
    parts |= {"xl/styles.xml": styles} if styles else {}
    stream = io.BytesIO()
    # calamine keeps a copy of the file: worth packing where it is large, and only there.
    packing = ZIP_DEFLATED if sum(map(len, parts.values())) > _LARGE else ZIP_STORED
    with ZipFile(stream, "w", packing, compresslevel=1) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def _relationships(targets: dict[str, str]) -> bytes:
    listed = "".join(
        f'<Relationship Id="{target}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for target, kind in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'.encode()
