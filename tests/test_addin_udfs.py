"""The Python side of our Excel add-in, through xlwings' own code for Excel on Windows.

See `com`: the functions are decorated and called for real, with what our wrappers hand over: a
range as rows, a single cell as its value, an argument left out as nothing.
"""

from __future__ import annotations

import datetime as dt
import types
from typing import Any

import com
import pytest
from cases import (
    BLANKS,
    ERRORS,
    ERRORS_IN_RANGES,
    RANGES,
    TWO_ERRORS,
    VALUES,
)

from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts import addin_udfs

MODULE = "xlhedge.hosts.addin_udfs"
CASES = (*VALUES, *ERRORS, *TWO_ERRORS, *RANGES, *BLANKS, *ERRORS_IN_RANGES)

# How a case's arguments come: in cells or typed, and what stands for one that is left out.
WAYS = {
    "in cells": (com.com_value2, None),
    "typed": (None, None),
    "in cells, left out as VBA marks it": (com.com_value2, com.MISSING),
    "as Range objects": (com.com_range, com.MISSING),
}
CALLS = [(case, way) for case in CASES for way in WAYS]

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)  # pywin32's date-times carry a zone
FAKE = "#XLERR2036|x"

# Other calls, each through CallUDF like the cases.
EXTRA = {
    "dates": ("DAYS_TO_EXPIRY", (NOON, dt.datetime(2026, 1, 3))),
    "a column of dates": ("DAYS_TO_EXPIRY", (((NOON,), (46_024.0,)), 46_026.0)),
    "a date for a number": ("SPOT_NOTIONAL", (NOON, 1.0)),
    "a line break in an argument": ("SHORT_NOTIONAL", (1.0, 2.0, 1.0, "a\r\nb\u2028c")),
    "an argument of 32,767 characters": ("SHORT_NOTIONAL", (1.0, 2.0, 1.0, "x" * 32_767)),
    "an empty text": ("HEDGE_NOTIONAL", (1.0, 100.0, "")),
    "too many arguments": ("BASIS", (1.0, 2.0)),
    "a newer error": ("SPOT_NOTIONAL", (1.0, 2050 - 0x7FF6_0000)),
    "an object": ("SPOT_NOTIONAL", (object(), 1.0)),
    "rows of two lengths": ("SPOT_NOTIONAL", (((1.0, 2.0), (3.0,)), 1.0)),
    "an unexpected failure": ("BASIS_PCT", (1.0, 2.0)),
    "a failure that says much": ("BASIS_REGIME", (1.0, 2.0)),
    "a long explanation": ("HEDGE_EXPLAIN", ("x" * 32_767,)),
}


def call(name: str, arguments: tuple[Any, ...]) -> Any:
    """What the wrapper gets, through xlwings' COM server."""
    from xlwings import com_server

    return com_server.XLPython().CallUDF(MODULE, name, arguments)


def found() -> tuple[Any, ...]:
    """Runs in the child process."""
    com.windows(addin_udfs)
    answers = [call(case.function, com.com_arguments(case, *WAYS[way])) for case, way in CALLS]
    by_name = {entry.name: entry for entry in FUNCTIONS}
    for name, said in (("BASIS_PCT", "no\nreason"), ("BASIS_REGIME", "x" * 40_000)):
        by_name[name].__dict__["parameters"] = _Failing(said)
    return com.registered(addin_udfs), answers, {why: call(*EXTRA[why]) for why in EXTRA}


class _Failing:
    """Arguments that cannot even be counted."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __len__(self) -> int:
        raise RuntimeError(self.said)


@pytest.fixture(scope="module")
def excel(tmp_path_factory) -> Any:
    """What xlwings knows of our functions, and the calls' answers."""
    udfs, answers, extra = com.in_child("test_addin_udfs.found()", tmp_path_factory.mktemp("addin"))
    return types.SimpleNamespace(
        udfs=udfs, answers=dict(zip(CALLS, answers, strict=True)), extra=extra
    )


def test_every_function_is_there_as_in_the_stock_module(excel):
    assert list(excel.udfs) == [entry.name for entry in FUNCTIONS]
    for entry in FUNCTIONS:
        udf = excel.udfs[entry.name]
        assert [argument["name"] for argument in udf["args"]] == [p.name for p in entry.parameters]
        read = {argument["options"]["convert"].__name__ for argument in udf["args"]}
        assert read == {"_Stored"}
        assert (udf["sub"], udf["volatile"], udf["async_mode"]) == (False, False, None)


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda call: f"{call[0].function}: {call[0].why}, {call[1]}"
)
def test_the_protocol(excel, call):
    assert com.agrees(call[0], excel.answers[call]), excel.answers[call]


def test_the_message_names_the_function_the_argument_and_its_place(excel):
    (case,) = [case for case in RANGES if case.why == "a bad element spoils its own cell only"]
    answer = excel.answers[case, "in cells"]
    assert answer[1] == [
        "#XLERR2036|SPOT_NOTIONAL: spot_price[1, 0]: -1 is out of range; it must be above 0"
    ]


def test_dates_are_numbers_where_a_date_belongs(excel):
    assert excel.extra["dates"] == 1.5
    assert excel.extra["a column of dates"] == [[2.5], [2.0]]
    assert excel.extra["a date for a number"].startswith("#XLERR2015|SPOT_NOTIONAL: spot_qty: ")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("a line break in an argument", "contract_type: 'a\\r\\nb\\u2028c' is not known"),
        ("an empty text", "hedge_ratio: "),
        ("a newer error", "spot_price: its cell holds #VALUE!"),
        ("an object", "spot_qty: "),
        ("rows of two lengths", "spot_qty: its rows differ in length"),
    ],
)
def test_odd_arguments_are_values_errors(excel, why, said):
    code, message = com.IS_ERROR.fullmatch(excel.extra[why]).groups()
    assert code == "2015"
    assert message.partition(": ")[2].startswith(said)


def test_no_message_and_no_text_is_longer_than_a_cell(excel):
    long = excel.extra["an argument of 32,767 characters"]
    assert "xxx... is not known" in long
    assert len(long) <= len("#XLERR2015|") + 1_000
    assert len(excel.extra["a long explanation"]) == 32_767


def test_a_failure_of_ours_is_an_error_that_says_what_to_report(excel):
    for why in ("an unexpected failure", "a failure that says much"):
        code, message = com.IS_ERROR.fullmatch(excel.extra[why]).groups()
        assert code == "2015"
        assert "a bug in xlhedge" in message
        assert "please report" in message
    assert excel.extra["an unexpected failure"].endswith(": RuntimeError: no reason")


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_no_text_that_is_a_value_begins_as_an_error_does(entry, place):
    """Whatever is echoed, an explanation's own words come first."""
    explained = ["HEDGE_EXPLAIN", entry.name, *entry.example]
    for name, arguments in (("HEDGE_EXPLAIN", explained[1:]), (entry.name, list(entry.example))):
        for fake in (FAKE, ((FAKE,), (FAKE,)), ((FAKE, 1.0),)):
            changed = [*arguments[:place], fake, *arguments[place + 1 :]]
            got = getattr(addin_udfs, name)(*changed)
            if name == "HEDGE_EXPLAIN":
                assert not got.startswith("#XLERR")
                continue
            for row in com.rows_of(got):
                for cell in row:
                    if isinstance(cell, str) and cell.startswith("#XLERR"):
                        assert com.IS_ERROR.fullmatch(cell)[2].startswith(f"{name}: ")


@pytest.mark.parametrize("fake", [FAKE, f" {FAKE}", f"={FAKE}", f"({FAKE}", ((FAKE,), (FAKE,)), ""])
def test_a_name_to_explain_is_not_echoed_in_front(fake):
    assert not addin_udfs.HEDGE_EXPLAIN(fake).lstrip().startswith("#XLERR")
    assert not addin_udfs.HEDGE_EXPLAIN("HEDGE_EXPLAIN", fake).startswith("#XLERR")
