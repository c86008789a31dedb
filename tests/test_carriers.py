"""The carriers agree: floats, arrays, nested lists, and the Excel text in two foreign engines."""

import inspect
import sys

import pytest
from drawn_calls import CASES, TRACEABLE, agrees, cases_of, outcome
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.functions.evaluate import evaluate, rows_of


@pytest.fixture(scope="module")
def yardstick():
    return {e.name: [(case, *outcome(e, case)) for case in cases_of(e)] for e in TRACEABLE}


@pytest.mark.parametrize("entry", TRACEABLE, ids=lambda entry: entry.name)
@pytest.mark.parametrize("numpy", [True, False], ids=["numpy", "lists"])
def test_arrays_agree_with_floats(entry, numpy, yardstick, monkeypatch):
    if not numpy:
        monkeypatch.setitem(sys.modules, "xlhedge.functions.arrays", None)
    expected = yardstick[entry.name]
    columns = [[[cell] for cell in column] for column in zip(*(c for c, _, _ in expected))]  # noqa: B905  # cases are equally long
    rows = rows_of(evaluate(entry, columns))
    assert sum(isinstance(value, str) for _, value, _ in expected) < CASES or isinstance(
        entry.value, str
    )
    for row, (case, wanted, largest) in zip(rows, expected, strict=True):
        got = row if entry.columns else row[0]
        if isinstance(wanted, str) and entry.columns:
            got = got[0]
        assert agrees(got, wanted, largest), (case, wanted, got)


@pytest.fixture(scope="module")
def native(yardstick, tmp_path_factory):
    """One workbook of all functions' Excel text: a sheet a function, a row a case."""
    book = Workbook()
    book.remove(book.active)
    for entry in TRACEABLE:
        sheet = book.create_sheet(entry.name)
        width = max(1, len(entry.columns))
        for at, (case, _, _) in enumerate(yardstick[entry.name], 1):
            arguments = []
            for column, (parameter, cell) in enumerate(
                zip(entry.parameters, case, strict=True), width + 1
            ):
                if cell is None:
                    arguments.append(parameter.default)
                else:
                    sheet.cell(at, column, cell)
                    arguments.append(Expression(f"{get_column_letter(column)}{at}"))
            found = entry.body(*arguments)
            for column, text in enumerate(found if entry.columns else [found], 1):
                sheet.cell(at, column, f"={excel_text(text)}")
    path = tmp_path_factory.mktemp("native") / "native.xlsx"
    book.save(path)
    return path


def disagreements(values, yardstick):
    wrong = []
    for entry in TRACEABLE:
        for at, (case, wanted, largest) in enumerate(yardstick[entry.name], 1):
            cells = [
                f"{get_column_letter(n)}{at}" for n in range(1, max(1, len(entry.columns)) + 1)
            ]
            got = [values[entry.name].get(cell) for cell in cells]
            wanted_row = wanted if isinstance(wanted, list) else [wanted] * len(cells)
            if None in got or not agrees(got, wanted_row, largest):
                wrong.append((entry.name, case, wanted, got))
    return wrong


def test_ironcalc_computes_the_same_from_the_text(native, yardstick, ironcalc):
    assert disagreements(ironcalc.values(native), yardstick) == []


def test_libreoffice_computes_the_same_from_the_text(native, yardstick, plain_libreoffice):
    assert disagreements(plain_libreoffice.values(native), yardstick) == []


def test_every_optional_argument_is_left_out_and_given_among_the_cases():
    for entry in TRACEABLE:
        cases = cases_of(entry)
        for at, parameter in enumerate(entry.parameters):
            left_out = sum(case[at] is None for case in cases)
            assert (left_out == 0) is (parameter.default is inspect.Parameter.empty)
            assert left_out < CASES
