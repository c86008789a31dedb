"""The Excel add-in's file: what is in it, and that LibreOffice runs the VBA in it."""

from __future__ import annotations

import io
import posixpath
import re
import stat
import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import olefile
import pytest
from openpyxl import load_workbook
from pyopenvba import ExcelFile
from vba import as_workbook, run_in_libreoffice

import xlhedge
from xlhedge.errors import HedgeError
from xlhedge.files import zipped
from xlhedge.hosts.excel import addin, wrappers
from xlhedge.hosts.excel.xlam import xlam

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oletools uses pyparsing's old names
    from oletools.olevba import VBA_Parser, decompress_stream


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


XLWINGS = Path(find_spec("xlwings").origin).with_name("xlwings.bas")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ANOTHER = parts_of(xlam({}))["docProps/core.xml"].replace(b">xlhedge<", b">other<")
MODULE = {
    "Mine": """Option Explicit

Public Function MyFunc(ByVal x As Double) As Double
    MyFunc = x * 2
End Function

Public Function MyGrid(x As Variant) As Variant
    Dim grid(1 To 2, 1 To 2) As Variant
    grid(1, 1) = 1: grid(1, 2) = "b"
    grid(2, 1) = x * 2: grid(2, 2) = ""
    MyGrid = grid
End Function
"""
}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return addin.build_addin(tmp_path_factory.mktemp("addin") / "xlhedge.xlam")


def xml(content: bytes) -> Any:
    return ET.fromstring(content)  # noqa: S314  # our own file, or xlwings'


# What is in it


def attributes_of(name: str, base: str = "") -> str:
    """The lines that a project has before a module's text: as Excel writes them (MS-OVBA)."""
    if not base:
        return f'Attribute VB_Name = "{name}"\r\n'
    return (
        f'Attribute VB_Name = "{name}"\r\nAttribute VB_Base = "0{base}"\r\n'
        "Attribute VB_GlobalNameSpace = False\r\nAttribute VB_Creatable = False\r\n"
        "Attribute VB_PredeclaredId = True\r\nAttribute VB_Exposed = True\r\n"
        "Attribute VB_TemplateDerived = False\r\nAttribute VB_Customizable = True\r\n"
    )


BOOK = attributes_of("ThisWorkbook", "{00020819-0000-0000-C000-000000000046}")
SHEET = attributes_of("Sheet1", "{00020820-0000-0000-C000-000000000046}")


def sources_of(name: str, content: bytes | None = None) -> dict[str, str]:
    """The modules' texts, as oletools reads them."""
    return {
        path.removeprefix("VBA/"): code
        for _, path, _, code in VBA_Parser(name, content).extract_macros()
    }


def test_every_modules_source_reads_back(built):
    texts = {name: source.replace("\n", "\r\n") for name, source in addin.modules().items()}
    book = texts.pop("ThisWorkbook")
    assert sources_of(str(built)) == {
        **{name: attributes_of(name) + text for name, text in texts.items()},
        "ThisWorkbook": BOOK + book,
        "Sheet1": SHEET,
    }


def test_a_text_is_its_bytes_in_windows_form():
    for source in ('Const A = "5 €, 3 ¼ ñ ß"\n\n', 'Const A = "5 €, 3 ¼ ñ ß"\n'):
        (text,) = [code for name, code in sources_of("a.xlam", xlam({"A": source})).items()
                   if name == "A"]  # fmt: skip
        assert text == attributes_of("A") + source.replace("\n", "\r\n")
    with olefile.OleFileIO(io.BytesIO(parts_of(xlam({"A": "' €\n"}))["xl/vbaProject.bin"])) as ole:
        text = decompress_stream(bytearray(ole.openstream("VBA/A").read()))
    assert text == b'Attribute VB_Name = "A"\r\n\' \x80\r\n'


def test_the_project_is_a_sound_file_that_says_what_it_is(built):
    project = io.BytesIO(parts_of(built.read_bytes())["xl/vbaProject.bin"])
    with olefile.OleFileIO(project, raise_defects=olefile.DEFECT_INCORRECT) as ole:
        assert not ole.parsing_issues
        said = ole.openstream("PROJECT").read().decode("cp1252").split("\r\n")
        records = decompress_stream(bytearray(ole.openstream("VBA/dir").read()))
        cache = ole.openstream("VBA/_VBA_PROJECT").read()
    names = [*addin.modules()]
    names.remove("ThisWorkbook")
    listed = [line for line in said if line.startswith(("Document=", "Module=", "Class="))]
    assert listed == [
        "Document=ThisWorkbook/&H00000000",
        "Document=Sheet1/&H00000000",
        *(f"Module={name}" for name in names),
    ]
    assert 'Name="xlhedge"' in said
    # MS-OVBA 2.3.4.2: the project's name, then libraries, by number: the path does not matter.
    assert records.count(b"\x04\0\x07\0\0\0xlhedge") == 1
    assert b"VBAProject" not in records
    found = re.findall(rb"\*\\G(\{[-0-9A-F]{36}\}#\d\.\d)#", records)
    assert found == [
        b"{00020430-0000-0000-C000-000000000046}#2.0",  # OLE Automation
        b"{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0",  # Office
    ]
    assert not any(cache[5:])  # nothing compiled: Excel reads the texts


def test_it_holds_all_of_our_modules_and_xlwings():
    ours = addin.modules()
    theirs = ours.pop("xlwings").splitlines()
    assert ours == wrappers.our_modules()
    changed = [
        (old, new)
        for old, new in zip(
            XLWINGS.read_text("ascii").splitlines(),
            ['Attribute VB_Name = "xlwings"', *theirs[1:]],
            strict=True,
        )
        if old != new
    ]
    assert theirs[0] == "Option Private Module"
    assert changed == [
        (
            'Public Const PROJECT_NAME As String = "xlwings"',
            'Public Const PROJECT_NAME As String = "xlhedge"',
        )
    ]


def test_no_module_looks_at_the_workbook_that_is_open():
    for name, source in addin.modules().items():
        assert "activeworkbook" not in source.lower(), name
    assert "activeworkbook" in XLWINGS.with_name("xlwings_custom_addin.bas").read_text().lower()


def types_of(parts: dict[str, bytes]) -> dict[str, str]:
    """The type of each part: its own, or that of its ending."""
    entries = [*xml(parts["[Content_Types].xml"])]
    own = {entry.get("PartName", "").removeprefix("/"): entry.get("ContentType")
           for entry in entries}  # fmt: skip
    others = {entry.get("Extension"): entry.get("ContentType") for entry in entries}
    found = {name: own.get(name) or others.get(name.rpartition(".")[2]) for name in parts}
    assert own.keys() - {""} <= parts.keys()
    return {name: kind for name, kind in found.items() if name != "[Content_Types].xml"}


def test_each_part_has_a_type_and_is_related_to():
    parts = parts_of(xlam(MODULE))
    types = types_of(parts)
    assert set(types) == set(parts) - {"[Content_Types].xml"}
    for name, kind in types.items():
        assert kind != "application/xml", f"{name} has no type of its own"
    related = {"[Content_Types].xml"}
    for name in (name for name in parts if name.endswith(".rels")):
        related.add(name)
        folder, file = posixpath.split(name)
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        assert owner in parts or owner == ""
        ids = []
        for entry in xml(parts[name]):
            assert entry.get("Type").startswith("http://schemas.")
            target = posixpath.join(posixpath.dirname(owner), entry.get("Target"))
            assert target in parts
            related.add(target)
            ids.append(entry.get("Id"))
        assert len(ids) == len(set(ids))
    assert related == set(parts)
    for name, content in parts.items():
        if not name.endswith(".bin"):
            xml(content)


def test_types_and_relations_are_those_of_xlwings_add_in():
    theirs = parts_of(XLWINGS.with_name("quickstart_addin.xlam").read_bytes())
    ours = parts_of(xlam(MODULE))

    assert types_of(ours).items() <= types_of(theirs).items()
    addin_type = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    assert types_of(ours)["xl/workbook.xml"] == addin_type
    for name in ("xl/_rels/workbook.xml.rels", "_rels/.rels"):
        found, known = (
            {(entry.get("Target"), entry.get("Type")) for entry in xml(parts[name])}
            for parts in (ours, theirs)
        )
        assert found <= known


def test_code_names_are_the_document_modules(built):
    parts = parts_of(built.read_bytes())
    book = xml(parts["xl/workbook.xml"])
    sheet = xml(parts["xl/worksheets/sheet1.xml"])
    names = {
        book.find(f"{MAIN}workbookPr").get("codeName"),
        sheet.find(f"{MAIN}sheetPr").get("codeName"),
    }
    assert names == {"ThisWorkbook", "Sheet1"}
    sheets = [entry.get("name") for entry in book.find(f"{MAIN}sheets")]
    assert sheets == ["xlhedge"]  # and not xlhedge.conf, which xlwings would read
    titles = "".join(xml(parts["docProps/app.xml"]).itertext())
    assert "xlhedge" in titles
    assert "Sheet1" not in titles
    assert book.find(f"{MAIN}calcPr").get("fullCalcOnLoad", "0") == "0"


def test_openpyxl_reads_what_the_sheet_says(built):
    book = load_workbook(io.BytesIO(as_workbook(built.read_bytes())), keep_vba=True)
    assert book.vba_archive.read("xl/vbaProject.bin")
    assert book.code_name == "ThisWorkbook"
    assert book["xlhedge"].sheet_properties.codeName == "Sheet1"
    said = " ".join(cell.value for (cell,) in book["xlhedge"].iter_rows())
    assert f"xlhedge {xlhedge.__version__} " in said
    assert "xlhedge excel uninstall" in said
    assert book.properties.title == "xlhedge"
    assert book.properties.version == xlhedge.__version__
    book.vba_archive.close()


def test_a_workbook_module_of_ours_replaces_the_empty_one():
    ours = "Private Sub Workbook_Open()\nEnd Sub\n"
    found = sources_of("x.xlam", xlam({**MODULE, "ThisWorkbook": ours}))
    assert found["ThisWorkbook"] == BOOK + ours.replace("\n", "\r\n")
    assert set(found) == {"ThisWorkbook", "Sheet1", "Mine"}


def test_nobody_else_is_named_in_it(built):
    said = b"".join(parts_of(built.read_bytes()).values())
    assert b"William" not in said  # who saved the empty add-in
    assert b"Module1" not in said


# Writing it


def test_the_same_package_gives_the_same_bytes(built, tmp_path):
    again = addin.build_addin(tmp_path / "other.xlam")
    assert again.read_bytes() == built.read_bytes()
    with zipfile.ZipFile(again) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_a_file_like_any_other_and_alone(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    made = addin.build_addin(tmp_path / "xlhedge.xlam")
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "xlhedge.xlam"]


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "xlhedge.xlam"
    path.write_text("the old one")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full") as raised:
        addin.build_addin(path)
    assert raised.value.filename == str(path)
    assert path.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [path]


# Which version it is


def test_the_version_reads_back(built, tmp_path, monkeypatch):
    assert addin.version_of(built) == xlhedge.__version__
    monkeypatch.setattr(xlhedge, "__version__", "7.8.9")
    assert addin.version_of(addin.build_addin(tmp_path / "new.xlam")) == "7.8.9"


def test_other_files_have_no_version(built, tmp_path):
    others = {
        "theirs.xlam": XLWINGS.with_name("quickstart_addin.xlam").read_bytes(),
        "empty.xlam": b"",
        "cut.xlam": built.read_bytes()[:1000],
        "text.xlam": b"not a zip file",
    }
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
        assert addin.version_of(tmp_path / name) is None, name
    with pytest.raises(FileNotFoundError):
        addin.version_of(tmp_path / "missing.xlam")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("docProps/core.xml", None),
        ("docProps/core.xml", b"<not xml"),
        ("docProps/core.xml", b"<nothing/>"),
        ("docProps/core.xml", ANOTHER),
        ("xl/vbaProject.bin", None),
    ],
)
def test_a_damaged_one_has_no_version(built, tmp_path, name, content):
    path = tmp_path / "damaged.xlam"
    parts = {**parts_of(built.read_bytes()), name: content}
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in parts.items():
            if text is not None:
                archive.writestr(part, text)
    assert addin.version_of(path) is None


# An xlwings that is not as expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("PROJECT_NAME As", "PROJECT As"), "PROJECT_NAME .* once"),
        (lambda text: text.replace('= "xlwings"\n', '= "xl"\n'), "once"),
        (lambda text: text + 'Public Const PROJECT_NAME As String = "xlwings"\n', "once"),
        (lambda text: text.replace("Attribute VB_Name", "Attribute Name"), "VB_Name .* once"),
        (lambda text: text + "x = activeworkbook.Path\n", "line [0-9]+: it looks at activew"),
        (lambda text: text + 'x = "\'" & ActiveSheet.Name\n', "line [0-9]+: it looks at ActiveS"),
        (lambda text: text + "x = \u20ac\x90\n", "codec can't decode byte 0x90 .* again"),
    ],
)
def test_another_xlwings_is_refused(tmp_path, monkeypatch, change, message):
    text = XLWINGS.read_text("ascii")
    assert change(text) != text
    (tmp_path / "xlwings.bas").write_text(change(text), "latin-1", "ignore")
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(addin, "find_spec", lambda _: spec)
    with pytest.raises(HedgeError, match=message) as raised:
        addin.build_addin(tmp_path / "xlhedge.xlam")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "xlhedge.xlam").exists()


def test_a_comment_may_name_what_code_may_not(tmp_path, monkeypatch):
    text = XLWINGS.read_text("ascii") + "  ' not ActiveWorkbook for 5 €\n"
    (tmp_path / "xlwings.bas").write_text(text, "cp1252")
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(addin, "find_spec", lambda _: spec)
    assert addin.build_addin(tmp_path / "xlhedge.xlam").exists()


def test_without_xlwings_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(addin, "find_spec", lambda _: None)
    with pytest.raises(HedgeError, match=r"^xlwings: it must be installed: pip install xlwings$"):
        addin.build_addin(tmp_path / "xlhedge.xlam")
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(addin, "find_spec", lambda _: spec)
    with pytest.raises(HedgeError, match=r"xlwings\.bas: No such file .* install that again"):
        addin.build_addin(tmp_path / "xlhedge.xlam")


@pytest.mark.parametrize("old", [b"<sheetData/>", b'<sheet name="Sheet1"', b">Sheet1<"])
def test_another_pyopenvba_is_refused(tmp_path, monkeypatch, old):
    """Its empty add-in may change; what is not there cannot be said otherwise."""
    create_new = ExcelFile.create_new

    def other(path):
        create_new(path).close()
        parts = parts_of(path.read_bytes()).items()
        path.write_bytes(zipped({name: part.replace(old, b"<other/>") for name, part in parts}))
        return ExcelFile(path)

    monkeypatch.setattr(ExcelFile, "create_new", other)
    with pytest.raises(HedgeError, match=r"^pyopenvba: its empty add-in must say .* once; "):
        addin.build_addin(tmp_path / "xlhedge.xlam")
    assert list(tmp_path.iterdir()) == []


# LibreOffice runs it


FORMULAS = {"A1": "=MyFunc(2)", "A2": "=MyFunc(D1)", "A4:B5": "=MyGrid(D1)"}
RESULTS = {"A1": 4, "A2": 42, "A4": 1, "B4": "b", "A5": 42, "B5": None}


def test_libreoffice_runs_a_module(macro_libreoffice, tmp_path):
    assert run_in_libreoffice(macro_libreoffice, tmp_path, MODULE, FORMULAS, {"D1": 21}) == RESULTS


def test_libreoffice_runs_a_module_among_all_of_ours(macro_libreoffice, tmp_path):
    """Beside many chunks of text; not xlwings' own module, which LibreOffice cannot compile."""
    comments = "".join(f"' line {number} of a long text\n" for number in range(3_000))
    modules = {**wrappers.our_modules(), "Comments": comments, **MODULE}
    assert run_in_libreoffice(macro_libreoffice, tmp_path, modules, FORMULAS, {"D1": 21}) == RESULTS


def test_it_is_the_module_that_computed(macro_libreoffice, tmp_path):
    other = {"Mine": MODULE["Mine"].replace("x * 2", "x * 3")}
    found = run_in_libreoffice(macro_libreoffice, tmp_path, other, {"A1": "=MyFunc(2)"}, {})
    assert found == {"A1": 6}
    found = run_in_libreoffice(macro_libreoffice, tmp_path, {}, {"A1": "=MyFunc(2)"}, {})
    assert found == {"A1": "#NAME?"}
