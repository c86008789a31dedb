"""Microsoft's own validator finds nothing wrong with any kind of file that we write."""

import zipfile

import pytest
from every_file import COMMITTED, WORKBOOKS, WRITTEN, written
from validator import errors

STYLES, SHEET, BOOK = "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"
# The part, what is replaced, by what, and what is said of it.
FAULTS = {
    "order in a font": (STYLES, "<font><sz", "<font><name val='Arial'/><sz", "unexpected child"),
    "unknown element": (SHEET, "<sheetData>", "<looks/><sheetData>", "invalid child element"),
    "unknown attribute": (SHEET, "<sheetData>", "<sheetData looks='1'>", "'looks' attribute"),
    "no such type": (SHEET, 't="inlineStr"', 't="words"', "invalid value 'words'"),
    "no such look": (SHEET, 's="1"', 's="999"', "The index is '999'"),
    "relationship": (BOOK, 'r:id="rId1"', 'r:id="rId99"', "'rId99' referenced"),
}


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
@pytest.mark.usefixtures("validator")
def test_committed_workbooks_are_valid(path):
    assert errors(path) == []


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.usefixtures("validator")
def test_what_the_command_line_writes_is_valid(kind, tmp_path):
    assert errors(written(kind, tmp_path)) == []


@pytest.mark.usefixtures("validator")
def test_what_is_broken_is_told(tmp_path):
    with zipfile.ZipFile(WORKBOOKS / "excel-checklist.xlsx") as archive:
        sound = {name: archive.read(name).decode() for name in archive.namelist()}
    for part, old, new, said in FAULTS.values():
        assert old in sound[part], "the test breaks nothing"
        broken = sound | {part: sound[part].replace(old, new)}
        with zipfile.ZipFile(tmp_path / "broken.xlsx", "w") as archive:
            for name, content in broken.items():
                archive.writestr(name, content)
        found = errors(tmp_path / "broken.xlsx")
        assert any(said in line for line in found), (new, found)


@pytest.mark.usefixtures("validator")
def test_what_is_no_workbook_is_told(tmp_path):
    (tmp_path / "text.xlsx").write_text("no workbook")
    assert len(errors(tmp_path / "text.xlsx")) == 1
