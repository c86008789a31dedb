"""VBA modules, run by LibreOffice: the add-in's package with formulas in its cells.

LibreOffice takes the package as a workbook with macros, and computes a formula that names a VBA
function by running the module's text. It shows an error of ``CVErr`` as text, such as "Error 2036".
If one module does not compile, all functions of the project give 0 or an empty text; that is so
with xlwings' own module, unchanged, so a stand-in must take its place.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from engines import LibreOffice
from openpyxl import load_workbook
from openpyxl.utils.cell import rows_from_range
from openpyxl.worksheet.formula import ArrayFormula

from xlhedge.hosts.excel.xlam import xlam

# Without this LibreOffice asks somebody before it runs the macros of a file. 0: never ask.
_TRUST = """<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""

# Converting a file never runs its macros, whatever the level; opening it does, if told to ask it.
_QUESTION = """
import json
from com.sun.star.beans import PropertyValue
from com.sun.star.document.MacroExecMode import USE_CONFIG
options = []
for name, value in (("Hidden", True), ("MacroExecutionMode", USE_CONFIG)):
    options.append(PropertyValue())
    options[-1].Name, options[-1].Value = name, value
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
book = desktop.loadComponentFromURL({url!r}, "_blank", 0, tuple(options))
book.calculateAll()
values = {{}}
for name in {cells!r}:
    cell = book.Sheets.getByIndex(0).getCellRangeByName(name)
    is_number = cell.FormulaResultType2 == 1 and not cell.Error
    values[name] = cell.Value if is_number else cell.String or None
print(json.dumps(values))
book.close(True)
"""


def libreoffice_with_macros(home: Path) -> LibreOffice:
    """LibreOffice that runs the macros of every file.

    Args:
        home: an empty folder for its profile and its output.
    """
    office = LibreOffice(home)
    profile = office.home / "profile" / "user" / "registrymodifications.xcu"
    text = profile.read_text("utf-8")
    assert "</oor:items>\n" in text
    profile.write_text(text.replace("</oor:items>\n", _TRUST), "utf-8")
    return office


def as_workbook(addin: bytes) -> bytes:
    """The add-in's file as a workbook with macros, which LibreOffice and openpyxl know."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(addin)) as source, ZipFile(file, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "[Content_Types].xml":
                assert part.count(b"ms-excel.addin.macro") == 1
                part = part.replace(b"ms-excel.addin.macro", b"ms-excel.sheet.macro")
            target.writestr(name, part)
    return file.getvalue()


def run_in_libreoffice(
    office: LibreOffice,
    folder: Path,
    modules: Mapping[str, str],
    formulas: Mapping[str, str],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """What formulas give that call functions of VBA modules.

    Args:
        office: from `libreoffice_with_macros`.
        folder: where to put the workbook; a later run in the same folder replaces it.
        modules: the project's modules, their texts by name.
        formulas: by cell, such as ``{"A1": "=MyFunction(D1)"}``; by range for an array formula,
            such as ``{"A2:B3": "=MyGrid(D1:E2)"}``.
        values: what stands in other cells. The sheet is empty otherwise, and is called xlhedge.

    Returns:
        What each of the formulas' cells shows, those of an array formula one by one: a number, or
        a text, such as "#VALUE!" of an error; None is an empty text.
    """
    book = load_workbook(io.BytesIO(as_workbook(xlam(modules))), keep_vba=True)
    sheet = book.worksheets[0]
    sheet.delete_rows(1, sheet.max_row)
    for cell, value in values.items():
        sheet[cell] = value
    cells = []
    for place, formula in formulas.items():
        area = [cell for row in rows_from_range(place) for cell in row]
        sheet[area[0]] = ArrayFormula(place, formula) if ":" in place else formula
        cells += area
    path = folder / "project.xlsm"
    book.save(path)
    book.vba_archive.close()
    said = office.ask(_QUESTION.format(url=path.resolve().as_uri(), cells=cells))
    computed: dict[str, Any] = json.loads(said)
    return computed
