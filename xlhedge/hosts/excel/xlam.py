"""The add-in's file: a hidden workbook that says what it is, around a VBA project.

pyOpenVBA writes the project, into an empty add-in that Excel itself has saved once.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import xlhedge
from xlhedge.errors import HedgeError
from xlhedge.files import zipped
from xlhedge.text import in_xml

__all__ = ["CORE", "CORE_PROPERTIES", "DUBLIN_CORE", "PROJECT", "TITLE", "WORKBOOK", "xlam"]

TITLE = "xlhedge"
"""The add-in in Excel's list, its functions in the function wizard, its project in VBA's editor."""
WORKBOOK = "ThisWorkbook"
"""The workbook's own module; the sheet's is ``Sheet1``."""

PROJECT = "xl/vbaProject.bin"
CORE = "docProps/core.xml"
CORE_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def xlam(modules: Mapping[str, str]) -> bytes:
    r"""The add-in's file around VBA modules.

    Args:
        modules: their texts by name, with LF line ends and without the line that names them;
            ``ThisWorkbook`` and ``Sheet1`` are there in any case.

    Returns:
        The file; the same modules give the same bytes.

    Raises:
        HedgeError: the installed pyOpenVBA is not one that we know.

    Example:
        >>> xlam({"Greeting": "Option Explicit\n"})[:2]
        b'PK'
    """
    from pyopenvba import ExcelFile

    with TemporaryDirectory() as folder:
        path = Path(folder) / "blank.xlam"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            for name, source in modules.items():
                text = source.removesuffix("\n").replace("\n", "\r\n") + "\r\n"
                if name in project.module_names():
                    book.set_module(name, text)
                else:
                    project.add_module(name, text)
            book.save()
        with ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    for part, changes in _changes().items():
        for old, new in changes.items():
            parts[part] = _replaced(parts[part], old, new)
    return zipped({**parts, CORE: _properties().encode(), PROJECT: _named(parts[PROJECT])})


def _changes() -> dict[str, dict[bytes, bytes]]:
    """What is said otherwise than in the empty add-in, by part."""
    sheet, ours = b">Sheet1<", f">{TITLE}<".encode()
    lines = (
        _about(),
        "They are computed by Python, which xlhedge.conf names. This file holds VBA only.",
        "To remove it: xlhedge excel uninstall",
        "Without Python: close Excel and delete this file.",
    )
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{in_xml(line)}</t></is></c></row>'
        for number, line in enumerate(lines, 1)
    )
    return {
        "docProps/app.xml": {sheet: ours},
        "xl/workbook.xml": {
            b'<sheet name="Sheet1"': f'<sheet name="{TITLE}"'.encode(),
            b"<workbookView ": b'<workbookView visibility="hidden" ',
        },
        "xl/worksheets/sheet1.xml": {
            b'<dimension ref="A1"/>': f'<dimension ref="A1:A{len(lines)}"/>'.encode(),
            b"<sheetData/>": f"<sheetData>{rows}</sheetData>".encode(),
        },
    }


def _replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    if content.count(old) != 1:
        raise HedgeError(
            f"its empty add-in must say {old!r} once; this version of it does not go with this"
            " version of xlhedge",
            argument="pyopenvba",
        )
    return content.replace(old, new)


def _named(project: bytes) -> bytes:
    """The VBA project under our name: other projects that refer to it must not have the same."""
    from pyopenvba.cfb import CFB
    from pyopenvba.vba import compress, decompress

    file = CFB.from_bytes(project)
    old, new = (struct.pack("<HI", 4, len(name)) + name for name in (b"VBAProject", TITLE.encode()))
    records = _replaced(decompress(file.get_stream_in_storage("VBA", "dir")), old, new)
    file.write_stream_in_storage("VBA", "dir", compress(records))
    said = file.get_stream("PROJECT")
    file.write_stream("PROJECT", _replaced(said, b'"VBAProject"', f'"{TITLE}"'.encode()))
    named: bytes = file.to_bytes()
    return named


def _properties() -> str:
    """Excel's list of add-ins shows the title and, below the list, the description."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<cp:coreProperties xmlns:cp="{CORE_PROPERTIES}" xmlns:dc="{DUBLIN_CORE}">\n'
        f"<dc:title>{TITLE}</dc:title>\n<dc:creator>{TITLE}</dc:creator>\n"
        f"<dc:description>{in_xml(_about())}</dc:description>\n"
        f"<cp:version>{xlhedge.__version__}</cp:version>\n</cp:coreProperties>\n"
    )


def _about() -> str:
    return f"The functions of {TITLE} {xlhedge.__version__} for Excel on Windows."
