"""The sheets of accounts: what real spreadsheets compute is what Python computes."""

import pytest
from cross_books import CROSS
from openpyxl import load_workbook
from stored import as_saved_by_a_spreadsheet, differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_the_template_computes_what_python_computes(edition, request, tmp_path):
    path = tmp_path / "template.xlsx"
    template_book(analyse(CROSS), edition).save(path)
    engine = request.getfixturevalue("libreoffice" if edition == "addin" else "ironcalc")
    expected = stored(path)
    if edition == "365":
        expected = with_serials(expected)
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []


def test_the_report_computes_what_python_computes(libreoffice, tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(CROSS)).save(path)
    computed = libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(path)) == []


SLIPS = {
    "Unknown accounts": 1,
    "Rows of an account that disagree": 2,  # two rows that say cross, beside one that does not
    "Long and short in a one-way account": 1,
    "Cross positions without collateral": 2,
    "Shorts without margin": 1,  # the one whose account is unknown, and so isolated
}


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_slips_in_the_cells_are_counted_on_the_first_sheet(edition, request, tmp_path):
    path = tmp_path / "wrong.xlsx"
    template_book(analyse(CROSS), edition).save(path)
    book = load_workbook(path)
    shorts, portfolio = book["Shorts"], book["Portfolio"]
    column = {cell.value: cell.column for cell in portfolio[5]}
    account = next(cell.column for cell in shorts[5] if cell.value == "account")
    assert [shorts.cell(n, 1).value for n in (8, 13)] == ["BTC-P", "ETH-P"]
    shorts.cell(13, account).value = "mian"
    shorts.cell(8, 2).value = -0.5  # against the first lot of its account
    portfolio.cell(7, column["margin_mode"]).value = "isolated"  # the second row of "main"
    portfolio.cell(9, column["collateral"]).value = "USDC"  # "coins": both are margined in BTC
    book.save(path)
    path = as_saved_by_a_spreadsheet(path, tmp_path / "typed.xlsx")
    engine = request.getfixturevalue("libreoffice" if edition == "addin" else "ironcalc")
    start = engine.values(path)["Start"]
    found = {start[cell]: start.get(f"B{cell[1:]}") for cell in start if cell[0] == "A"}
    assert {title: found[title] for title in SLIPS} == SLIPS
