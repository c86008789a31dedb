"""Short columns: the quick way gives what the way that judges gives, bit for bit, or gives way."""

import itertools
import math
import random
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlhedge
from xlhedge.errors import HedgeError
from xlhedge.functions.algebra import where
from xlhedge.functions.definition import Function
from xlhedge.functions.evaluate import evaluate, quickly
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.short_columns import LONGEST
from xlhedge.functions.steps import written

PLAIN = [entry for entry in FUNCTIONS if entry.traceable]
SEVERAL = [entry for entry in PLAIN if any(not p.quantity.options for p in entry.parameters)]
SCENARIO = function("SCENARIO_PNL")
TINY, GREATEST = 5e-324, sys.float_info.max
ODD = [
    *(0.0, -0.0, TINY, -TINY, 1e-310, 1.0, -1.0, 8.0, 2.0**-53, 1e154, -1e200, GREATEST),
    *(-GREATEST, math.inf, -math.inf, math.nan),
]
FORMS = {
    "array": np.array,
    "array that may not be written": lambda cells: np.frombuffer(np.array(cells).tobytes()),
    "every second": lambda cells: np.repeat(cells, 2)[::2],
    "backwards": lambda cells: np.array(cells[::-1], dtype=float)[::-1],
    "column of a table": lambda cells: np.array([cells, cells]).T[:, 1],
    "list": list,
    "tuple": tuple,
    "32 bits": lambda cells: np.array(np.clip(cells, -1e30, 1e30), dtype=np.float32),
    "other byte order": lambda cells: np.array(cells, dtype=">f8"),
    "whole numbers": lambda cells: (
        np.nan_to_num(cells, posinf=7, neginf=-7).clip(-9, 9).astype(int)
    ),
    "truth values": lambda cells: np.array(cells) > 0,
    "objects": lambda cells: np.array(cells, dtype=object),
    "rows": lambda cells: np.array(cells)[:, None],
    "longer": lambda cells: np.array([*cells, 1.0]),
    "masked": np.ma.masked_invalid,
    "no dimension": lambda cells: np.array(cells[0] if cells else 1.0),
}


def bits(value):
    """A value as what can be compared to the last bit, an error by its words and its place."""
    if isinstance(value, HedgeError):
        return value.kind, str(value), value.position
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return value.shape, [bits(each) for each in value.ravel().tolist()]
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype, value.tobytes()
    return type(value), repr(value)


def outcome(call, *arguments):
    try:
        return bits(call(*arguments))
    except HedgeError as error:
        return "raised", bits(error)


def compared(entry, arguments):
    """Whether the quick way gave a value; both ways' are compared."""
    before = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
    entry.ways.clear()
    judged = outcome(evaluate, entry, arguments)
    with np.errstate(all="raise"):  # whoever asks may have asked NumPy for that
        found = quickly(entry, arguments)
    assert outcome(evaluate, entry, arguments) == judged
    if found is not None:
        assert bits(found) == judged
        assert found.flags.writeable
    for each, old in zip(arguments, before, strict=True):
        if isinstance(each, np.ndarray):
            assert bits(each) == bits(old)
            assert found is None or not np.shares_memory(each, found)
    return found is not None


def usual(parameter, example):
    """Numbers that are allowed, around the example and at the ends."""
    low, high = parameter.quantity.domain.span
    around = [example * part for part in (1, 1.25, 1 / 3) if isinstance(example, float | int)]
    allowed = [*around, low, high, *ODD, 3.0, 0.25, -2.0, 47_000.0]
    return [each for each in allowed if parameter.quantity.domain.admits(each) and abs(each) < 1e99]


def drawn(draw, entry):
    """Arguments of a function: columns, single values, and what is left out; some with a fault."""
    length, strange = draw.choice([1, 2, 3, 7, 40]), draw.random() < 0.4
    arguments = []
    examples = [*entry.example, *(None,) * (len(entry.parameters) - len(entry.example))]
    for parameter, example in zip(entry.parameters, examples, strict=True):
        if parameter.quantity.options:
            odd = [" INVERSE ", "x", 1.0, np.ones(length)] if strange else []
            arguments.append(draw.choice([*parameter.quantity.options * 9, *odd]))
            continue
        cells = usual(parameter, example if parameter.required else parameter.default)
        kind = draw.choice(["column"] * 4 + ["single", "left out"])
        if kind == "left out" and not parameter.required:
            arguments.append(None)
            continue
        column = [float(draw.choice(cells)) for _ in range(length)]
        if strange and draw.random() < 0.3:
            ends = parameter.quantity.domain.span
            beyond = [math.nextafter(end, end * math.inf) for end in ends if end]
            column[draw.randrange(length)] = draw.choice([*ODD, *beyond])
        if kind == "single":
            whole = math.isfinite(column[0]) and draw.random() < 0.3
            arguments.append(int(column[0]) if whole else column[0])
        else:
            form = draw.choice([*["array"] * 20, *FORMS] if strange else ["array"])
            arguments.append(FORMS[form](column))
    required = sum(parameter.required for parameter in entry.parameters)
    return arguments[: draw.randint(required, len(arguments))]


@pytest.mark.parametrize("entry", PLAIN, ids=lambda entry: entry.name)
@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_the_quick_way_gives_what_the_other_gives(entry, seed):
    compared(entry, drawn(random.Random(seed), entry))  # noqa: S311  # the same for a seed


@pytest.mark.parametrize("entry", SEVERAL, ids=lambda entry: entry.name)
def test_every_function_takes_it(entry):
    """Its example in columns, with every argument that it may have, and with none but those."""
    whole = [
        *entry.example,
        *(parameter.default for parameter in entry.parameters[len(entry.example) :]),
    ]
    for given_ in (entry.example, whole):
        columns = [
            each
            if parameter.quantity.options
            else np.array([each, each], dtype=float)
            if math.isfinite(each)
            else None
            for parameter, each in zip(entry.parameters, given_, strict=False)
        ]
        assert compared(entry, columns), columns


@pytest.mark.parametrize("form", FORMS)
def test_other_kinds_of_columns_give_what_they_gave(form):
    cells = [0.25, 3.0, 1.0]
    column, entry = FORMS[form](cells), function("NET_DELTA")
    taken = compared(entry, [column, column, column])
    assert taken == (form in ("array", "array that may not be written", "every second",
                              "backwards", "column of a table", "longer")), form  # fmt: skip


def test_one_bad_cell_is_told_and_spoils_no_other():
    short, prices = np.array([1.0, 2.0, 3.0]), np.array([60.0, -1.0, 50.0])
    entry = function("NET_DELTA")
    for _ in range(2):  # the second call knows the quick way
        found = evaluate(entry, [short, prices, short])
        assert (found[0], found[2]) == (59.0, 147.0)
        assert str(found[1]) == "spot_price[1]: -1 is out of range; it must be above 0"
    with pytest.raises(HedgeError, match=r"spot_price\[1\]: -1 is out of range"):
        xlhedge.net_delta(short, prices, short)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(7))
def test_what_is_not_finite_is_found_wherever_it_is(odd, place):
    """Also where the formula itself would lose it: times 0, or in a branch that is not taken."""
    columns = [np.full(3, each) for each in (1.0, 60_000.0, 30_000.0, -0.2, 0.01, 1e-4, 30.0)]
    columns[place][1] = odd
    for name, count in [("SCENARIO_PNL", 7), ("SCENARIO_PNL", 4), ("SCENARIO_ATTRIBUTION", 7)]:
        if place < count:
            assert not compared(function(name), columns[:count])
    assert not compared(function("HEDGE_CONTRACTS"), [np.ones(3), np.ones(3), columns[place]])


def zeros_sign(spot_qty, basis_shock=0):
    return where(1 / (spot_qty + basis_shock) > 0, 1.0, 2.0)


def times_nothing(spot_qty, short_notional, basis_shock=0):
    return 1 + spot_qty * short_notional * basis_shock


def sum_times_nothing(spot_qty, short_notional, basis_shock=0):
    return 1 + (spot_qty + short_notional) * basis_shock


def large_sum_times_nothing(spot_qty, basis_shock=0):
    return 1 + (spot_qty + 1e308) * basis_shock


def choice_times_nothing(spot_qty, short_notional, basis_shock=0):
    return 1 + where(spot_qty > 0, spot_qty * short_notional, 0) * basis_shock


def truth_times_one(spot_qty, beta=1):
    return (spot_qty > 0) * beta


def truth_beside_one(spot_qty):
    return where(spot_qty + 1.0 > 0, then=True, otherwise=False)


def nothing_seen(spot_qty, short_notional, hedge_notional):
    return where(spot_qty > short_notional + hedge_notional, 1.0, 2.0)


def numerator_seen(spot_qty, short_notional):
    return spot_qty / short_notional


BODIES = [
    *(zeros_sign, times_nothing, sum_times_nothing, large_sum_times_nothing),
    *(choice_times_nothing, truth_times_one, truth_beside_one, nothing_seen, numerator_seen),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("length", [2, 10_001])
def test_what_is_spared_and_what_is_not_looked_at_would_have_changed_nothing(body, length):
    """Formulas of which each would be wrong if one rule of the shorter way were too lax."""
    entry = Function(body, (), 0)
    required = [parameter for parameter in entry.parameters if parameter.required]
    taken = [
        compared(entry, [np.full(length, 2.0) for _ in required])
        if odd is None
        else compared(entry, [np.array([2.0] * (length - 1) + [odd[at]]) for at in range(count)])
        for count in [len(required)]
        for odd in [None, *itertools.product([-0.0, 1e200, GREATEST, math.inf], repeat=count)]
    ]
    assert taken[0]


def doubled(spot_qty, spot_price):
    return where(spot_price is None, spot_price, 2 * spot_qty)


def test_what_hangs_on_no_column_is_the_same_in_every_row():
    column = np.array([60_000.0, 61_000.0])
    assert compared(Function(doubled, (), 0), [1.5, column])
    assert evaluate(Function(doubled, (), 0), [1.5, column]).tolist() == [3.0, 3.0]


def test_whole_numbers_are_floats_before_anything_is_computed():
    column, large = np.array([60_000.0, 61_000.0]), 2**53 + 1
    assert compared(function("SHORT_NOTIONAL"), [large, column, large])
    assert not compared(function("SHORT_NOTIONAL"), [10**400, column, 1])


def test_a_branch_that_is_not_taken_is_not_run():
    """A step of 0 would be divided by: no reason to look at every cell."""
    column = np.array([60_000.0, 61_000.0])
    assert compared(function("HEDGE_CONTRACTS"), [column, column, 1.0, "linear", 0.0])


@pytest.mark.parametrize("length", [10_000, 10_001, LONGEST, LONGEST + 1])
def test_long_columns_are_looked_at_to_the_end(length):
    entry, columns = function("NET_DELTA"), [np.linspace(1, 2, length) for _ in range(3)]
    compared(entry, [column[:0] for column in columns])
    assert compared(entry, columns) == (length <= LONGEST)
    for column in columns:
        column[-1] = math.inf
        found = evaluate(entry, columns)
        assert str(found[-1]).endswith("inf is not a finite number; it must be a number") or (
            column is columns[1]
        )
        assert found[0] == 0.0
        column[-1] = 2.0


def test_what_is_left_out_is_not_computed():
    # By hand: the condition on both shocks; qty × price × (−1 > shock, one of the two); −short ×
    # shock; their sum; and 0 on top for what is −0. Of beta, fees, basis and funding nothing.
    cells = [None] * 4 + [parameter.default for parameter in SCENARIO.parameters[4:]]
    assert len(written(SCENARIO, cells, dict.fromkeys(range(4), False)).todo) == 1 + 4 + 2 + 1 + 1
    cells[4:] = [None] * 6 + cells[10:]
    assert len(written(SCENARIO, cells, dict.fromkeys(range(10), False)).todo) > 20


def test_lengths_that_do_not_fit_are_told():
    entry = function("NET_DELTA")
    assert compared(entry, [np.ones(2)] * 3)
    found = outcome(evaluate, entry, [np.ones(2), np.ones(3), np.ones(2)])
    assert "the sizes of the ranges do not fit together: 2 and 3 and 2" in str(found)


def test_pandas_gives_what_its_arrays_give():
    short = pd.Series([1.0, 2.0], index=["a", "b"])
    for _ in range(2):
        found = xlhedge.net_delta(short, 60_000.0, short)
        assert found.index.tolist() == ["a", "b"]
        assert found.tolist() == [59_999.0, 119_998.0]


def test_what_numpy_does_about_errors_stays_as_it_was():
    whole = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    with np.errstate(divide="raise", over="warn"):
        before = np.geterr()
        for _ in range(2):
            assert str(evaluate(function("HEDGE_RATIO"), whole)[1]).endswith("an exposure of 0")
            assert evaluate(function("BASIS"), [whole[0] + 1, whole[1] + 1]).tolist() == [1.0, -1.0]
            assert np.geterr() == before
