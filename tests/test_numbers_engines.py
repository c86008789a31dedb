"""Reports on drawn portfolios, computed anew by real spreadsheets: native formulas, our values."""

import collections
import math
import re

import pytest
import whole_portfolios as whole
from hypothesis import given
from openpyxl.utils import coordinate_to_tuple
from reported import examples, reported
from stored import poisoned, stored, with_serials

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The reports on some drawn portfolios: files whose stored results are all 99, and results."""
    folder, files, results, all_cells = tmp_path_factory.mktemp("drawn"), [], [], []

    @examples(12)
    @given(whole.portfolios(most=12))
    def draw(tables):
        _, report = reported(tables)
        if report:
            path = folder / f"{len(files)}.xlsx"
            path.write_bytes(report.content)
            results.append(stored(path))
            all_cells.append(report)
            files.append(poisoned(path, folder / f"poisoned-{len(files)}.xlsx"))

    draw()
    return files, results, all_cells


def _dusty(report):
    """Whether it has numbers so near 0 that they are equal to 0 in IronCalc, and there only."""
    cells = (cell for rows in report.sheets.values() for row in rows for cell in row)
    return any(isinstance(cell, float) and 0 < abs(cell) < 1e-13 for cell in cells)


def _escaped(report):
    """Whether it has names with what Excel reads as a letter, which IronCalc reads as written."""
    cells = (cell for rows in report.sheets.values() for row in rows for cell in row)
    return any(isinstance(cell, str) and re.search(r"_x[0-9A-Fa-f]{4}_", cell) for cell in cells)


def _sizes(report):
    """The largest number in the row and the column of each cell: what its rounding is part of."""
    rows, columns = collections.defaultdict(float), collections.defaultdict(float)
    for sheet, cells in report.sheets.items():
        for at, row in enumerate(cells, 1):
            for column, value in enumerate(row, 1):
                if isinstance(value, float):
                    rows[sheet, at] = max(rows[sheet, at], abs(value))
                    columns[sheet, column] = max(columns[sheet, column], abs(value))
    return lambda sheet, row, column: max(rows[sheet, row], columns[sheet, column])


def _apart(computed, wanted, report):
    """Cells that a spreadsheet computed otherwise, but for rounding."""
    size_of, wrong = _sizes(report), []
    for (sheet, cell), want in wanted.items():
        got = computed[sheet].get(cell)
        if isinstance(got, int | float) and isinstance(want, int | float):
            size = size_of(sheet, *coordinate_to_tuple(cell))
            if math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-9 * size):
                continue
        if got != (None if want == "" else want):
            wrong.append((sheet, cell, want, got))
    return wrong


def test_libreoffice_computes_what_the_reports_hold(drawn, plain_libreoffice):
    files, results, reports = drawn
    assert sum(map(len, results)) > 4_000
    for file, wanted, report in zip(files, results, reports, strict=True):
        assert _apart(plain_libreoffice.values(file), wanted, report) == []


def test_ironcalc_computes_what_the_reports_hold(drawn, ironcalc):
    files, results, reports = drawn
    clean = [each for each in zip(files, results, reports, strict=True)
             if not _dusty(each[2]) and not _escaped(each[2])]  # fmt: skip
    assert clean
    for file, wanted, report in clean:
        assert _apart(ironcalc.values(file), with_serials(wanted), report) == []
