"""The sheets of accounts: what real spreadsheets compute is what Python computes."""

import pytest
from cross_books import CROSS
from stored import differences, poisoned, stored, with_serials

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
