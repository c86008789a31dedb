"""What an empty template shows, what prints of a template, and what may be typed over."""

import re
import subprocess

import pytest
from books import saved, template
from openpyxl import load_workbook

from xlhedge.sheets.sheets import SHEETS

KINDS = {each.title: each.kind for each in SHEETS if "template" in each.books}
TABLES = {"Hedge": 10, "Margin": 10, "Unwind": 33}
"""Sheets whose rows follow inputs, and the first of those rows."""


def printed(libreoffice, name, path):
    """The text of each printed page, by sheet."""
    pdf = libreoffice.to_pdf(saved(template(name), path))
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    pages = {}
    for page in said.stdout.decode().split("\f")[:-1]:
        *lines, foot = page.rstrip().splitlines()
        title = re.split(r" {3,}", foot.strip())[0]
        pages.setdefault(title, []).append("\n".join(lines))
    return pages


def test_an_empty_template_prints_no_numbers(libreoffice, tmp_path):
    blank = printed(libreoffice, None, tmp_path / "blank.xlsx")
    filled = printed(libreoffice, "full-hedge", tmp_path / "filled.xlsx")
    number = re.compile(r"(?<![\w.])-?[\d,]+\.\d+(?!\d)")
    for title, kind in KINDS.items():
        if kind == "computed" and title in blank:
            most = 1 if title == "Sensitivity" else 0  # a line has the axis that people type
            lines = "\n".join(blank[title]).splitlines()
            assert max(len(number.findall(line)) for line in lines) <= most, title
    for title in TABLES:
        assert "60,000.00" in "\n".join(filled[title])
        assert len(blank[title]) == len(filled[title]) <= 4


@pytest.mark.parametrize("title", TABLES)
def test_only_rows_that_are_used_are_ruled(title, tmp_path):
    sheet = load_workbook(saved(template("treasury"), tmp_path / "book.xlsx"))[title]
    top = TABLES[title]
    used = [sheet.cell(n, 1).border.bottom.style for n in range(top, sheet.max_row)
            if sheet.cell(n, 1).value]  # fmt: skip
    rules = {
        str(each.sqref): rule
        for each in sheet.conditional_formatting
        for rule in each.rules
        if rule.dxf and rule.dxf.border and rule.dxf.border.bottom
    }
    ((cells, rule),) = rules.items()
    first = int(re.match(r"A(\d+):", cells)[1])
    assert used[: first - top] == ["thin"] * (first - top)
    assert set(used[first - top :]) == {None}
    assert rule.formula == [f'$A{first}<>""']
    assert first - top == {"Hedge": 5, "Margin": 3, "Unwind": 5}[title]


def test_computed_sheets_are_protected_and_inputs_are_not(tmp_path):
    book = load_workbook(saved(template("treasury"), tmp_path / "book.xlsx"))
    for sheet in book:
        typed = KINDS[sheet.title] == "typed"
        assert sheet.protection.sheet is not typed, sheet.title
        assert sheet.protection.password is None
        blue = [c for row in sheet.iter_rows() for c in row if c.font.color and
                c.font.color.rgb == "FF0000C0" and c.fill.fgColor.rgb == "FFFFFBE0"]  # fmt: skip
        assert not any(cell.protection.locked for cell in blue)
        assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row
                   if cell.data_type == "f")  # fmt: skip
        if sheet.title in {"Functions", "Portfolio", "Sensitivity"}:
            assert len(blue) > 10
    assert {"Start", "Functions", "Hedge", "Stress"} <= {
        s.title for s in book if s.protection.sheet
    }


def test_stress_has_a_chart_of_every_row(tmp_path):
    sheet = load_workbook(saved(template("treasury"), tmp_path / "book.xlsx"))["Stress"]
    (chart,) = sheet._charts  # noqa: SLF001  # openpyxl gives no other way
    top = chart.anchor._from.row  # noqa: SLF001  # likewise
    rows = [n for n in range(5, 60) if sheet.cell(n, 2).value is not None][:12]
    for series in chart.series:
        assert series.val.numRef.f.endswith(f"${rows[-1]}")
        assert re.search(r"\$5:", series.val.numRef.f)
    assert top > rows[-1]
    last = int(sheet.print_area.rpartition("$")[2])
    assert last >= top + 18
    workings = next(n for n in range(1, 99) if str(sheet.cell(n, 1).value).startswith("Workings"))
    assert last < workings
