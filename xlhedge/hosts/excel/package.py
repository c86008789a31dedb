"""The file around a VBA project: a hidden workbook of one sheet, which says what the file is."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlhedge
from xlhedge.hosts.excel.project import SHEET, WORKBOOK, Module, vba_project

__all__ = ["CORE", "CORE_PROPERTIES", "DUBLIN_CORE", "TITLE", "package"]

TITLE = "xlhedge"
CORE = "docProps/core.xml"
CORE_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say
_UNIX = 3  # a zip file names the system that wrote it; all of ours name the same one

_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = {
    CORE: "application/vnd.openxmlformats-package.core-properties+xml",
    "xl/workbook.xml": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
    "xl/worksheets/sheet1.xml": f"{_SPREADSHEET}.worksheet+xml",
    "xl/styles.xml": f"{_SPREADSHEET}.styles+xml",
    "xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
}
_TOP = {  # what the file is made of, and what the workbook is made of
    "xl/workbook.xml": f"{_DOCUMENT}/officeDocument",
    CORE: f"{_PACKAGE}/relationships/metadata/core-properties",
}
_OF_WORKBOOK = {
    "worksheets/sheet1.xml": f"{_DOCUMENT}/worksheet",
    "styles.xml": f"{_DOCUMENT}/styles",
    "vbaProject.bin": "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
}


def package(modules: Sequence[Module]) -> bytes:
    r"""The add-in's file around VBA modules.

    Args:
        modules: the modules; the workbook's and the sheet's are added where they are not there.

    Returns:
        The file; the same modules give the same bytes.

    Raises:
        HedgeError: a module is not one that VBA would take.

    Example:
        >>> package([Module("Greeting", "Option Explicit\n")])[:2]
        b'PK'
    """
    names = {module.name for module in modules}
    documents = [Module(name, "", document=True) for name in (WORKBOOK, SHEET) if name not in names]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(_TOP),
        CORE: _properties(),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": _relationships(_OF_WORKBOOK),
        "xl/worksheets/sheet1.xml": _sheet(),
        "xl/styles.xml": _styles(),
        "xl/vbaProject.bin": vba_project((*documents, *modules)),
    }
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in parts.items():
            info = ZipInfo(name, _TIME)
            info.create_system = _UNIX
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, ZIP_DEFLATED)
    return file.getvalue()


def _content_types() -> str:
    parts = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>\n' for name, kind in _TYPES.items()
    )
    return (
        f'{_HEADER}<Types xmlns="{_PACKAGE}/content-types">\n'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\n'
        f'<Default Extension="xml" ContentType="application/xml"/>\n{parts}</Types>\n'
    )


def _relationships(targets: Mapping[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>\n'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">\n{entries}</Relationships>\n'


def _properties() -> str:
    """Excel's list of add-ins shows the title and, below the list, the description."""
    return (
        f'{_HEADER}<cp:coreProperties xmlns:cp="{CORE_PROPERTIES}" xmlns:dc="{DUBLIN_CORE}">\n'
        f"<dc:title>{TITLE}</dc:title>\n<dc:creator>{TITLE}</dc:creator>\n"
        f"<dc:description>{escape(_about())}</dc:description>\n"
        f"<cp:version>{xlhedge.__version__}</cp:version>\n</cp:coreProperties>\n"
    )


def _about() -> str:
    return f"The functions of {TITLE} {xlhedge.__version__} for Excel on Windows."


def _workbook() -> str:
    # Stored values stay what people see: Excel is not told to compute everything on opening.
    return (
        f'{_HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">\n'
        f'<workbookPr codeName="{WORKBOOK}"/>\n'
        '<bookViews><workbookView visibility="hidden"/></bookViews>\n'
        f'<sheets><sheet name="{TITLE}" sheetId="1" r:id="rId1"/></sheets>\n'
        '<calcPr calcId="191029" fullCalcOnLoad="0"/>\n</workbook>\n'
    )


def _sheet() -> str:
    """What somebody reads who opens the file to see what it is."""
    lines = (
        _about(),
        "They are computed by Python, which xlhedge.conf names. This file holds VBA only.",
        "To remove it: xlhedge excel uninstall",
        "Without Python: close Excel and delete this file.",
    )
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr">'
        f"<is><t>{escape(line)}</t></is></c></row>\n"
        for number, line in enumerate(lines, 1)
    )
    return (
        f'{_HEADER}<worksheet xmlns="{_MAIN}">\n<sheetPr codeName={quoteattr(SHEET)}/>\n'
        f'<dimension ref="A1:A{len(lines)}"/>\n'
        '<sheetViews><sheetView workbookViewId="0"/></sheetViews>\n'
        f"<sheetData>\n{rows}</sheetData>\n</worksheet>\n"
    )


def _styles() -> str:
    """The least that Excel asks for: its own standard look."""
    return (
        f'{_HEADER}<styleSheet xmlns="{_MAIN}">\n'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>\n'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>\n'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\n'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        "</cellStyleXfs>\n"
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        "</cellXfs>\n"
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\n'
        "</styleSheet>\n"
    )
