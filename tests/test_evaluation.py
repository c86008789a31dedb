"""Checks, broadcasting and per-element errors: one place, so one file of tests."""

import inspect
import math
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlhedge as x
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.api import CALLABLES
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, function

NET_DELTA = function("NET_DELTA")


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_the_example_gives_what_it_says(entry):
    found, said = evaluate(entry, entry.example), entry.value
    if isinstance(said, str):
        assert found == said
    else:
        assert found == pytest.approx(list(said) if entry.columns else said, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_everything_is_explained(entry):
    body = entry.body.__doc__
    for part in ("Equation:", "Question:", "Source:", ">>> ", f"xlhedge.{entry.body.__name__}("):
        assert part in body, part
    assert len(entry.summary) <= 255
    for parameter in entry.parameters:
        assert 0 < len(parameter.quantity.help) <= 255


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ([1, -5, 0], CellError.NUM, "spot_price: -5 is out of range; it must be above 0"),
        ([1, "ten", 0], CellError.VALUE,
         'spot_price: "ten" is not a number; it must be above 0, such as 60000'),
        ([1, "2", 0], CellError.VALUE,
         'spot_price: "2" is not a number; it must be above 0, such as 60000'),
        ([1, "", 0], CellError.VALUE,
         'spot_price: "" is not a number; it must be above 0, such as 60000'),
        ([None, 2, 0], CellError.VALUE,
         "spot_qty: is empty; it must be a number"),
        ([1, math.nan, 0], CellError.NUM,
         "spot_price: nan is not a finite number; it must be above 0"),
        ([1, 10**400, 0], CellError.NUM,
         "spot_price: inf is not a finite number; it must be above 0"),
        ([1, date(2026, 1, 1), 0], CellError.VALUE,
         "spot_price: 2026-01-01 is not a number; it must be above 0, such as 60000"),
        ([1j, 2, 0], CellError.VALUE,
         "spot_qty: 1j is not a number; it must be a number, such as 0.5"),
        ([1e308, 1e308, 0], CellError.NUM, "NET_DELTA is too large for a number"),
        (["x", CellError.NA, CellError.REF], CellError.NA, "spot_price: its cell holds #N/A"),
        (["x", -1, 0], CellError.VALUE,
         'spot_qty: "x" is not a number; it must be a number, such as 0.5'),
    ],
)  # fmt: skip
def test_a_bad_argument_is_named_with_what_is_allowed(arguments, kind, message):
    with pytest.raises(HedgeError) as caught:
        evaluate(NET_DELTA, arguments)
    assert (caught.value.kind, str(caught.value)) == (kind, message)


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "message"),
    [
        ("HEDGE_RATIO", [0, 1], CellError.DIV0, "HEDGE_RATIO divides by an exposure of 0"),
        ("HEDGE_RATIO", [1, 1, 0], CellError.DIV0, "HEDGE_RATIO divides by an exposure of 0"),
        ("LIQUIDATION_PRICE", [0, 100, 10, 0.01], CellError.NA,
         "no price liquidates this position"),
        ("LIQUIDATION_PRICE", [-1, 100, 100, 0.01], CellError.NA,
         "no price liquidates this position"),
        ("SCENARIO_PNL", [1, 1, 1, -0.9, -0.2], CellError.NUM,
         "basis_shock: with price_shock it must add up to at least -1"),
        ("SCENARIO_PNL", [1, 1, 1, 0.5, None, None, None, None, None, None, 0.2], CellError.VALUE,
         "short_margin: is required when liquidation_buffer is given"),
        ("SCENARIO_PNL", [1, 1, 1, 0.5, 0, 0, 0, 8, 0, 1, 0, 5], CellError.NUM,
         "liquidation_buffer: 0 is out of range; it must be other than 0"),
        ("SCENARIO_PNL", [1, 1, 1, -1.01], CellError.NUM,
         "price_shock: -1.01 is out of range; it must be at least -1"),
        ("FUNDING_DRAG", [1, 0.01, 46_000], CellError.NUM,
         "days: 46000 is out of range; it must be at least 0 and at most 36,525"),
        ("FUNDING_DRAG", [1, 1, 1], CellError.NUM,
         "funding_rate: 1 is out of range; it must be above -1 and below 1"),
        ("FUNDING_APR", [0.01, 8, "continuous"], CellError.VALUE,
         "compounding: 'continuous' is not known; it must be \"simple\" or \"compound\""),
        ("HEDGE_CONTRACTS", [1, 1, 1, 2], CellError.VALUE,
         'contract_type: 2 is not known; it must be "linear" or "inverse"'),
        ("LIQUIDATION_PRICE", [1, 100, 10, 1], CellError.NUM,
         "mm_rate: 1 is out of range; it must be at least 0 and below 1"),
        ("BASIS_ANNUALIZED", [1e6, 1e-6, 1e-3, "compound"], CellError.NUM,
         "BASIS_ANNUALIZED is too large for a number"),
        ("NET_DELTA", [1, 2, 3, 4, 5], CellError.VALUE, "NET_DELTA takes at most 4 arguments"),
    ],
)  # fmt: skip
def test_no_value_has_a_reason(name, arguments, kind, message):
    with pytest.raises(HedgeError) as caught:
        evaluate(function(name), arguments)
    assert (caught.value.kind, str(caught.value)) == (kind, message)


def test_option_words_ignore_case_and_outer_spaces():
    assert evaluate(function("SHORT_NOTIONAL"), [5, 100, 10, " Inverse "]) == 50


def test_blanks_take_defaults_and_truth_values_count():
    assert evaluate(NET_DELTA, [2, 10, 5, None]) == 15
    assert evaluate(NET_DELTA, [True, 10, False]) == 10


@pytest.mark.parametrize("number", [Decimal(2), np.float32(2), np.int64(2), np.array(2.0), 2])
def test_any_kind_of_number(number):
    assert evaluate(NET_DELTA, [1, number, 0]) == 2.0


def test_dates_count_days():
    entry = function("DAYS_TO_EXPIRY")
    assert evaluate(entry, [date(2026, 1, 1), datetime(2026, 1, 2, 12)]) == 1.5
    assert evaluate(entry, [46_000, 45_000]) == 0
    assert evaluate(entry, [datetime(1900, 3, 1), 62]) == 1  # Excel's day 61 is 1 March 1900


def test_a_column_against_a_row_is_a_grid():
    # By hand: 100 coins' worth of 1 each; shocks −10 % and +20 %; shorts of 0, 50 and 100.
    expected = [[-10, 20], [-5, 10], [0, 0]]
    shorts, shocks = [[0], [50], [100]], [[-0.1, 0.2]]
    found = evaluate(function("SCENARIO_PNL"), [100, 1, shorts, shocks])
    assert found.tolist() == [pytest.approx(row) for row in expected]


@pytest.mark.parametrize("numpy", [True, False])
def test_a_bad_element_spoils_only_its_cell(numpy, monkeypatch):
    if not numpy:
        monkeypatch.setitem(sys.modules, "xlhedge.functions.arrays", None)
    prices = [[1.0], ["x"], [None], [-3.0], [CellError.NA], [4.0]]
    rows = rows_of(evaluate(NET_DELTA, [[[1.0, 2.0]], prices, 1]))
    kinds = [[getattr(cell, "kind", cell) for cell in row] for row in rows]
    value, num, na = CellError.VALUE, CellError.NUM, CellError.NA
    assert kinds == [[0.0, 1.0], [value] * 2, [value] * 2, [num] * 2, [na] * 2, [3.0, 7.0]]
    assert str(rows[3][1]) == "spot_price[3, 0]: -3 is out of range; it must be above 0"
    assert type(rows[0][0]) is float


@pytest.mark.parametrize("numpy", [True, False])
def test_a_row_for_each_row(numpy, monkeypatch):
    if not numpy:
        monkeypatch.setitem(sys.modules, "xlhedge.functions.arrays", None)
    entry = function("SCENARIO_ATTRIBUTION")
    rows = rows_of(evaluate(entry, [1, 100, [[0], ["x"], [100]], -0.5]))
    assert rows[0] == [-50, 0, 0, 0, 0, -50]
    assert [cell.kind for cell in rows[1]] == [CellError.VALUE] * 6
    assert rows[2] == [-50, 50, 0, 0, 0, 0]
    assert rows_of(evaluate(entry, [1, 100, [[50]], -0.5])) == [[-50, 25, 0, 0, 0, -25]]
    with pytest.raises(HedgeError, match="one row for each row"):
        evaluate(entry, [1, 100, [[0, 1]], -0.5])


@pytest.mark.parametrize("numpy", [True, False])
def test_ranges_that_do_not_fit_together(numpy, monkeypatch):
    if not numpy:
        monkeypatch.setitem(sys.modules, "xlhedge.functions.arrays", None)
    with pytest.raises(HedgeError, match="2×1 and 3×1") as caught:
        evaluate(NET_DELTA, [[[1], [2]], [[1], [2], [3]], 0])
    assert caught.value.kind is CellError.VALUE
    with pytest.raises(HedgeError, match="spot_qty: its rows differ in length"):
        evaluate(NET_DELTA, [[[1], [2, 3]], 1, 0])


def test_a_wrong_single_value_spoils_every_cell():
    rows = rows_of(evaluate(NET_DELTA, [[[1], [2]], -1, 0]))
    assert [str(cell) for (cell,) in rows] == [
        "spot_price: -1 is out of range; it must be above 0"
    ] * 2


def test_option_words_may_be_a_range():
    found = evaluate(
        function("SHORT_NOTIONAL"), [2, 10, 3, [["linear"], [" INVERSE"], [None], ["x"]]]
    )
    assert found.ravel()[:3].tolist() == [60, 6, 60]
    assert found[3, 0].kind is CellError.VALUE


def test_liquidation_may_be_known_for_some_rows_only():
    entry = function("SCENARIO_PNL")
    tail = [None] * 6
    buffers, margins = [[None], [0.2], [0.2], [0.9]], [[None], [7], [None], [7]]
    found = evaluate(entry, [0, 1, 10, 0.5, *tail, buffers, margins]).ravel()
    assert found[0] == found[3] == -5
    assert found[1] == -7
    assert str(found[2]) == "short_margin[2, 0]: is required when liquidation_buffer is given"


def test_no_negative_zero_reaches_a_cell():
    entry = function("FUNDING_DRAG")
    for value in (evaluate(entry, [5, 0, 1]), evaluate(entry, [[5.0], 0, 1])[0]):
        assert math.copysign(1, value) == 1


class TestPythonApi:
    def test_lists_give_lists_and_arrays_arrays(self):
        assert x.net_delta([1, 2], 10, 5) == [5, 15]
        assert isinstance(x.net_delta(np.array([1, 2]), 10, 5), np.ndarray)
        assert x.net_delta(spot_qty=1, spot_price=10, short_notional=4) == 6

    def test_series_give_series_with_their_index(self):
        held = pd.Series([1, 2], index=["BTC", "ETH"])
        found = x.net_delta(held, pd.Series([10.0, 20.0], index=held.index), 5)
        pd.testing.assert_series_equal(
            found, pd.Series([5.0, 35.0], index=held.index, name="net_delta")
        )
        legs = x.scenario_attribution(held, 100, 0, -0.5)
        assert list(legs.columns) == ["spot", "short", "basis", "funding", "fees", "net"]
        assert legs.loc["ETH", "net"] == -100

    def test_series_that_are_not_aligned_are_refused(self):
        with pytest.raises(HedgeError, match="different indexes"):
            x.net_delta(pd.Series([1], index=["BTC"]), pd.Series([1], index=["ETH"]), 0)

    def test_the_first_bad_element_is_raised_with_its_place(self):
        with pytest.raises(HedgeError) as caught:
            x.net_delta([1, 2, 3], [1.0, -2.0, -3.0], 0)
        assert caught.value.position == (1,)
        assert str(caught.value).startswith("spot_price[1]: -2 ")

    def test_help_names_units(self):
        assert "quote per base coin" in x.net_delta.__doc__

    def test_all_functions_are_there(self):
        assert {entry.body.__name__ for entry in FUNCTIONS} <= set(dir(x))
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = x.nothing


def test_the_core_runs_on_the_standard_library_alone():
    program = """
import sys
for name in ("numpy", "pandas", "pydantic", "openpyxl", "xlwings", "typer"):
    sys.modules[name] = None
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.functions.evaluate import evaluate
for entry in FUNCTIONS:
    columns = [
        a if p.quantity.whole else [[a], [a]] for p, a in zip(entry.parameters, entry.example)
    ]
    one, many = evaluate(entry, entry.example), evaluate(entry, columns)
    if not all(p.quantity.whole for p in entry.parameters[: len(entry.example)]):
        one = [one, one] if entry.columns else [[one], [one]]
    assert many == one, entry.name
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_error_survives_a_process_pool():
    import pickle

    error = pickle.loads(pickle.dumps(HedgeError("no", CellError.NUM, "price", (1, 2))))  # noqa: S301  # our own bytes
    assert (str(error), error.kind) == ("price[1, 2]: no", CellError.NUM)


@pytest.mark.parametrize("rounding", ["down", "nearest", "up"])
@pytest.mark.parametrize("count", [1, 3, 500_000_000_000, 2_000_000_000_000, 2**52])
def test_a_whole_number_of_steps_stays_however_large(count, rounding):
    entry = function("HEDGE_CONTRACTS")
    assert evaluate(entry, [count, 1, 1, "linear", 1, rounding]) == count


BOUND = sorted(set(CALLABLES) - {"hedge_explain"})  # of whose arguments Python knows only some


@given(st.data(), st.sampled_from(BOUND))
def test_arguments_are_bound_as_python_binds_them(data, name):
    entry = function(name.upper())
    args = data.draw(st.lists(st.floats(0.1, 9), max_size=len(entry.names) + 1))
    names = st.sampled_from([*entry.names, "nobody"])
    kwargs = data.draw(st.dictionaries(names, st.floats(0.1, 9), max_size=4))

    def as_python_does():
        bound = inspect.signature(CALLABLES[name]).bind(*args, **kwargs).arguments
        return evaluate(entry, [bound.get(each) for each in entry.names])

    assert _outcome(lambda: CALLABLES[name](*args, **kwargs)) == _outcome(as_python_does)


def _outcome(call):
    try:
        return call()
    except (TypeError, HedgeError) as error:
        return str(error)
