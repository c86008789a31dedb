"""What an empty template shows, what prints of a template, and what may be typed over."""

import itertools
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
        assert len(blank[title]) == len(filled[title]) == 1 + (title == "Unwind")
    assert "Each asset, unhedged" not in "".join(filled["Sensitivity"])
    assert not {"Lots", "Cross margin"} & set(filled)  # workings
    for pages in (blank, filled):
        assert all(page.strip() for each in pages.values() for page in each)
    assert " none " in "".join(filled["Sensitivity"])
    assert " none " not in "".join(blank["Sensitivity"])


def test_grids_of_an_empty_template_have_no_colour(libreoffice, tmp_path):
    """A scale colours whatever has a number, shown or not."""
    path = saved(template(None), tmp_path / "book.xlsx")
    values = libreoffice.values(path)["Sensitivity"]
    scaled = {
        str(each.sqref)
        for each in load_workbook(path)["Sensitivity"].conditional_formatting
        for rule in each.rules
        if rule.colorScale and str(rule.colorScale.cfvo[-1].val) in ("1", "1.0")
    }
    assert len(scaled) == 2
    grids = (load_workbook(path)["Sensitivity"][cells] for cells in scaled)
    for cells in itertools.chain(*grids):
        assert not any(cell.coordinate in values for cell in cells)


def test_rows_that_do_not_print_are_told(libreoffice, tmp_path):
    path = saved(template("full-hedge"), tmp_path / "book.xlsx")
    assert "C1" not in libreoffice.values(path)["Hedge"]
    book = load_workbook(path)
    last = int(book["Hedge"].print_area.rpartition("$")[2])
    row = 6 + last + 1 - TABLES["Hedge"]
    for column, value in zip("ABD", ("DOT", 1, 2), strict=True):
        book["Portfolio"][f"{column}{row}"].value = value
    book.save(path)
    values = libreoffice.values(path)["Hedge"]
    assert values[f"A{last + 1}"] == "DOT"
    assert values["C1"] == f"Rows below {last} do not print: enlarge the print area."


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
