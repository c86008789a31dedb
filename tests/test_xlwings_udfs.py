"""The stock xlwings functions, on Linux, through xlwings' own code for Excel on Windows.

See `com`: xlwings decorates our functions for real, writes its VBA for a workbook, and is called as
that VBA calls it. Only Excel is missing.
"""

from __future__ import annotations

import inspect
import re
import types
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import com
import pytest
from cases import (
    BLANKS,
    ERRORS,
    ERRORS_IN_RANGES,
    RANGES,
    TWO_ERRORS,
    VALUES,
    Case,
)
from com import MISSING

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts import xlwings_udfs

MODULE = "xlhedge.hosts.xlwings_udfs"
CASES = (*VALUES, *ERRORS, *TWO_ERRORS, *RANGES, *BLANKS, *ERRORS_IN_RANGES)
CALLS = [(case, typed) for case in CASES for typed in (False, True)]


# ---------------------------------------------------------------- the child: Windows without Excel


def call(case: Case, *, typed: bool) -> Any:
    """What a cell would show, through xlwings' COM server."""
    from xlwings import com_server

    arguments = com.com_arguments(case, None if typed else com.com_range, MISSING)
    try:
        return com_server.XLPython().CallUDF(MODULE, case.function, arguments, None, None)
    except HedgeError as error:
        return error


def imported() -> tuple[str, dict[str, dict[str, Any]]]:
    """The VBA that xlwings puts into a workbook, and what it tells Excel of each function."""
    from xlwings import udfs

    workbook = MagicMock()
    workbook.Name = "Book1.xlsm"
    workbook.Application.Version = "16.0"
    code: list[str] = []
    workbook.VBProject.VBComponents.Import = lambda name: code.append(Path(name).read_text("utf-8"))
    udfs.import_udfs(MODULE, workbook)
    options = workbook.Application.MacroOptions.call_args_list
    return code[0], {one.args[0].partition("!")[2]: one.kwargs for one in options}


def formatted() -> list[Any]:
    """Two coins at a price in a currency format, and the days to a cell in a date format."""
    from xlwings import com_server

    price = MagicMock(Value2=617_250.123456, Value=Decimal("617250.1235"))
    expiry = MagicMock(Value2=46_090.0, Value=datetime(2026, 3, 9))
    for cell in (price, expiry):
        of = com.com_range((1.0,))
        cell.Rows, cell.Columns, cell._oleobj_ = of.Rows, of.Columns, of._oleobj_
    ask = com_server.XLPython().CallUDF
    return [
        ask(MODULE, "SPOT_NOTIONAL", (2.0, price), None, None),
        ask(MODULE, "DAYS_TO_EXPIRY", (46_000.5, expiry), None, None),
    ]


def found() -> tuple[Any, ...]:
    """Runs in the child process."""
    com.windows(xlwings_udfs)
    answers = [call(case, typed=typed) for case, typed in CALLS]
    return com.registered(xlwings_udfs), *imported(), answers, formatted()


# ---------------------------------------------------------------------------------------- the tests


@pytest.fixture(scope="module")
def excel(tmp_path_factory) -> Any:
    """What xlwings knows of our functions, its VBA, what it told Excel, and the calls' answers."""
    udfs, vba, options, answers, seen = com.in_child(
        "test_xlwings_udfs.found()", tmp_path_factory.mktemp("xlwings")
    )
    return types.SimpleNamespace(
        udfs=udfs,
        vba=vba,
        options=options,
        formatted=seen,
        answers=dict(zip(CALLS, answers, strict=True)),
    )


def test_every_function_is_there_and_nothing_else(excel):
    assert set(excel.udfs) == {entry.name for entry in FUNCTIONS}
    assert [udf["name"] for udf in excel.udfs.values()] == list(excel.udfs)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_xlwings_reads_the_registry(excel, entry):
    udf = excel.udfs[entry.name]
    assert udf["category"] == "xlhedge"
    assert (udf["sub"], udf["volatile"], udf["async_mode"]) == (False, False, None)
    assert [argument["name"] for argument in udf["args"]] == [p.name for p in entry.parameters]
    for argument, parameter in zip(udf["args"], entry.parameters, strict=True):
        assert ("optional" in argument) is not parameter.required
        assert argument["options"]["convert"].__name__ == "_Stored"
        assert not argument["vararg"]


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_excel_is_told_the_help(excel, entry):
    told = excel.options[entry.name]
    assert told["Description"] == entry.summary
    assert told["ArgumentDescriptions"] == [p.quantity.help for p in entry.parameters]
    assert told["Category"] == "xlhedge"
    # xlwings cuts what is longer than Excel takes: nothing was cut, so nothing is longer.
    assert all(len(text) <= 255 for text in (entry.summary, *told["ArgumentDescriptions"]))


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_vba_declares_and_passes_every_argument(excel, entry):
    code = excel.vba.replace(" _\n", "")
    names = [parameter.name for parameter in entry.parameters]
    declared = ", ".join(
        parameter.name if parameter.required else f"Optional {parameter.name}"
        for parameter in entry.parameters
    )
    assert f"\nFunction {entry.name}({declared})\n" in code
    passed = f'XLPy.CallUDF("{MODULE}", "{entry.name}", Array({", ".join(names)}), '
    assert f"{entry.name} = {passed}ThisWorkbook, Application.Caller)\n" in code


def test_vba_declares_nothing_else(excel):
    declared = re.findall(r"^(?:Function|Sub) (\w+)", excel.vba, re.MULTILINE)
    assert sorted(declared) == sorted(entry.name for entry in FUNCTIONS)
    assert max(map(len, excel.vba.splitlines())) <= 1024


# Words that VBA keeps for itself, among those that an argument might well be called.
_VBA_WORDS = set(
    """
    and any as boolean byref byte byval call case cdate const currency date declare dim do double
    each else empty end enum erase error event exit false for friend function get global goto if
    imp implements in input integer is let like line lock long loop me mod name new next not
    nothing null object on open optional option or output paramarray print private property put
    redim rem resume return rset seek select set single static step stop string sub then time to
    true type unlock until variant wend while with write xor
    """.split()  # noqa: SIM905  # a list of a hundred quoted words reads worse
)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_vba_allows_the_names(entry):
    names = [parameter.name for parameter in entry.parameters]
    assert not {*names, entry.name.lower()} & _VBA_WORDS
    assert entry.name.lower() not in names  # VBA does not tell capitals from small letters
    assert "caller" not in names  # xlwings fills an argument of that name itself


def name_of(call: tuple[Case, bool]) -> str:
    case, typed = call
    return f"{case.function}: {case.why}, {'typed' if typed else 'in cells'}"


@pytest.mark.parametrize("call", CALLS, ids=name_of)
def test_call_as_vba_makes_it(excel, call):
    got, expected = excel.answers[call], call[0].expected
    rows = expected if isinstance(expected, tuple) else ((expected,),)
    if isinstance(got, HedgeError):  # xlwings shows this in every cell
        assert {cell for row in rows for cell in row} == {got.kind}
        return
    if not isinstance(expected, tuple):
        got = [[got]]
    elif len(rows) == 1:
        got = [got]  # xlwings hands a single row over flat
    for row, wanted in zip(got, rows, strict=True):
        for cell, value in zip(row, wanted, strict=True):
            if isinstance(value, CellError):
                assert cell.startswith(f"{value.code} ")
            elif isinstance(value, str):
                assert cell == value
            else:
                assert cell == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_a_cell_in_a_format_of_money_or_dates_is_the_number_that_it_stores(excel):
    assert excel.formatted == [2 * 617_250.123456, 89.5]


def test_a_bad_cell_of_an_array_says_what_is_wrong():
    got = xlwings_udfs.SPOT_NOTIONAL(((1.0,), (2.0,)), ((10.0,), (-5.0,)))
    assert got[0] == [10.0]
    assert got[1][0].startswith("#NUM! spot_price[1, 0]: -5 ")


def test_an_empty_text_is_text_and_no_blank():
    assert xlwings_udfs.HEDGE_NOTIONAL(1.0, 100.0, None) == 100.0
    with pytest.raises(HedgeError, match="hedge_ratio"):
        xlwings_udfs.HEDGE_NOTIONAL(1.0, 100.0, "")


def test_the_code_of_a_missing_argument_is_the_default():
    assert xlwings_udfs.HEDGE_NOTIONAL(1.0, 100.0, MISSING, 2.0) == 200.0


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_without_windows_they_are_plain_functions(entry):
    udf = getattr(xlwings_udfs, entry.name)
    assert not hasattr(udf, "__xlfunc__")
    got = udf(*entry.example)
    if entry.columns:
        (got,) = got
    assert got == (entry.value if isinstance(got, str) else pytest.approx(entry.value, rel=1e-12))
    assert list(inspect.signature(udf).parameters) == [p.name for p in entry.parameters]


# #SPILL! and #CALC!, which no `CellError` stands for: a whole number from COM all the same.
@pytest.mark.parametrize("number", [2045, 2050])
def test_a_newer_error_of_a_cell_is_an_error_and_no_number(number):
    with pytest.raises(HedgeError) as raised:
        xlwings_udfs.SPOT_NOTIONAL(1.0, number - 0x7FF6_0000)
    assert raised.value.kind is CellError.VALUE
    assert xlwings_udfs.SPOT_NOTIONAL(1, 2050) == 2050  # VBA's own calls may pass whole numbers
