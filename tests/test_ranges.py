"""Range functions against the spreadsheet's own SLOPE, VAR.S and SUMPRODUCT, in real programs."""

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import function

SPOT = [0.021, -0.013, 0.034, None, 0.005, -0.027, 0.011, 0.0, 0.019, -0.008]
FUTURE = [0.017, -0.009, 0.029, 0.5, None, -0.025, 0.014, -0.002, None, -0.011]
RATES = [0.0001, -0.0003, None, 0.00025, 0.0001, -0.00015, 0.0, 0.0002, 0.0001, -0.0004]
SHORTS = [10_000, 12_000, 15_000, 9_000, None, 20_000, 20_000, 18_000, 7_500, 11_000]
SERIES = (SPOT, FUTURE, RATES, SHORTS)
RATIO = 0.8
# Excel stores the functions that came after 2007 with the prefix _xlfn; people type VAR.S.
FORMULAS = {
    "SLOPE": "=SLOPE({0},{1})",
    "best": "=RSQ({0},{1})",
    "left": "=1-_xlfn.VAR.S({4})/_xlfn.VAR.S({5})",
    "accrued": "=SUMPRODUCT({3},{2})",
    "constant": "=5000*SUM({2})",
}


def cells(place, across):
    """The cells of a series: a column of its own, or a row."""
    if across:
        return [f"{get_column_letter(at)}{place}" for at in range(1, len(SPOT) + 1)]
    return [f"{get_column_letter(place)}{at}" for at in range(1, len(SPOT) + 1)]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A sheet of columns and a sheet of rows: four series, the hedged changes, the coin's beside.

    VAR.S does not skip in pairs as SLOPE does, so the spreadsheet makes the pairs itself: a cell
    is empty text, which VAR.S leaves out of a range, where one of the two changes is missing.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, across in (("columns", False), ("rows", True)):
        sheet = workbook.create_sheet(title)
        places = [cells(place, across) for place in range(1, 7)]
        for names, values in zip(places, SERIES, strict=False):
            for name, value in zip(names, values, strict=True):
                sheet[name] = value
        for s, f, left, kept in zip(*(places[at] for at in (0, 1, 4, 5)), strict=True):
            both = f"COUNT({s},{f})=2"
            sheet[left] = f'=IF({both},{s}-{RATIO}*{f},"")'
            sheet[kept] = f'=IF({both},{s},"")'
        ranges = [f"{names[0]}:{names[-1]}" for names in places]
        for row, formula in enumerate(FORMULAS.values(), 12):
            sheet[f"A{row}"] = formula.format(*ranges)
    path = tmp_path_factory.mktemp("ranges") / "ranges.xlsx"
    workbook.save(path)
    return path


def column(values):
    return [[value] for value in values]


def ours(shaped):
    """What our functions give for the same ranges."""
    spot, future, rates, shorts = map(shaped, SERIES)
    return {
        "SLOPE": evaluate(function("MIN_VARIANCE_RATIO"), [spot, future]),
        "best": evaluate(function("HEDGE_EFFECTIVENESS"), [spot, future]),
        "left": evaluate(function("HEDGE_EFFECTIVENESS"), [spot, future, RATIO]),
        "accrued": evaluate(function("FUNDING_ACCRUED"), [shorts, rates]),
        "constant": evaluate(function("FUNDING_ACCRUED"), [5_000, rates]),
    }


@pytest.mark.parametrize("program", ["plain_libreoffice", "ironcalc"])
def test_ranges_with_empty_cells_match_the_spreadsheet_s_own_functions(program, book, request):
    values = request.getfixturevalue(program).values(book)
    for title, shaped in (("columns", column), ("rows", lambda values: [values])):
        theirs = {name: values[title].get(f"A{row}") for row, name in enumerate(FORMULAS, 12)}
        assert theirs == pytest.approx(ours(shaped), rel=1e-12), title


def test_a_row_pairs_with_a_column():
    rows, columns = ours(lambda values: [values]), ours(column)
    assert rows == columns
    assert evaluate(function("MIN_VARIANCE_RATIO"), [[SPOT], column(FUTURE)]) == rows["SLOPE"]
    assert evaluate(function("FUNDING_ACCRUED"), [column(SHORTS), [RATES]]) == rows["accrued"]
