"""What tests read from files is what openpyxl reads there, which takes twenty times as long."""

import pytest
from books import report, saved, template
from openpyxl import Workbook, load_workbook
from stored import differences, poisoned, stored, values_of

FORMULAS = {
    "A1": "=NA()",
    "B2": "=1/0",
    "C3": '=FOO("a<b")',
    "D4": "=1=1",
    "E5": '=" padded "',
    "F6": "=DATE(2026,1,1)",
    "G7": "=DATE(2026,1,1)+0.5",
    "H8": '=""',
    "I9": '="a"&CHAR(10)&"b"',
    "J10": "=-1.5E-9",
}


def by_openpyxl(path):
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in (None, "")
        }
        for sheet in load_workbook(path, data_only=True).worksheets
    }


@pytest.mark.parametrize("content", [template, report])
def test_values_of_our_own_files(content, tmp_path):
    path = saved(content("treasury"), tmp_path / "book.xlsx")
    assert values_of(path) == by_openpyxl(path)


def test_values_that_libreoffice_saved(plain_libreoffice, tmp_path):
    book = Workbook()
    book.active.title = "<It's> & more"
    for cell, formula in FORMULAS.items():
        book.active[cell] = formula
    book.create_sheet("Blank")
    book.save(tmp_path / "book.xlsx")
    path = plain_libreoffice.recalculate(tmp_path / "book.xlsx")
    found = values_of(path)
    assert found == by_openpyxl(path)
    assert list(found["<It's> & more"].items())[:1] == [("D4", True)]
    assert {found["<It's> & more"][cell] for cell in ("A1", "B2", "C3")} == {
        "#N/A",
        "#DIV/0!",
        "#NAME?",
    }


@pytest.mark.parametrize("content", [template, report])
def test_computed_cells_are_those_with_a_formula(content, tmp_path):
    path = saved(content("treasury"), tmp_path / "book.xlsx")
    computed = set()
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if hasattr(cell.value, "ref"):
                    covered = sheet[cell.value.ref]
                    rows = covered if isinstance(covered, tuple) else ((covered,),)
                    computed |= {(sheet.title, each.coordinate) for row in rows for each in row}
                elif cell.data_type == "f":
                    computed.add((sheet.title, cell.coordinate))
    assert set(stored(path)) == computed


def test_poison_is_seen(tmp_path):
    path = saved(report("treasury"), tmp_path / "book.xlsx")
    found = values_of(poisoned(path, tmp_path / "poisoned.xlsx"))
    expected = stored(path)
    assert len(differences(found, expected)) > 0.9 * len(expected) > 1_000
