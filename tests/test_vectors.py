"""Whole ranges at once: the same as cell by cell, without cell by cell."""

import math
import random
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import xlhedge as x
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions import arguments as cell
from xlhedge.functions import arrays as vectors
from xlhedge.functions import call as element_by_element
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.vocabulary import QUANTITIES

BROADCAST = [
    entry
    for entry in FUNCTIONS
    if entry.rowwise or not any(parameter.quantity.whole for parameter in entry.parameters)
]
ODD = [
    *(None, "", "x", "2", CellError.NA, CellError.REF, True, False, 0, -0.0, -1, 1e308, 10**400),
    *(float("nan"), float("inf"), Decimal(2), Decimal("NaN"), 1j, b"x", object()),
    *(np.float64(2.5), np.float32(0.5), np.int64(3), np.bool_(True), np.str_("linear")),
    *(pd.NA, pd.NaT, pd.Timestamp("2026-01-01 06:00"), np.datetime64("2026-01-01")),
    *(date(2026, 1, 1), datetime(2026, 1, 1, 12), datetime(2026, 1, 1, tzinfo=UTC)),
    *("linear", " INVERSE ", "down", "up", "compound", "entry"),
]


def alike(got, wanted):
    """Whether two values are the same to the last bit, or two errors with their places."""
    if isinstance(wanted, HedgeError):
        return isinstance(got, HedgeError) and (got.kind, str(got)) == (wanted.kind, str(wanted))
    return repr(got) == repr(wanted)


def one_by_one(entry, arguments):
    """What the path without NumPy gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "xlhedge.functions.arrays", None)
        return rows_of(evaluate(entry, arguments))


def drawn(draw, entry):
    """Arguments around the function's example: some are columns or rows with odd cells in them."""
    usual = [*entry.example, *(None,) * (len(entry.parameters) - len(entry.example))]
    height, width = draw.randint(1, 7), 1 if entry.columns else draw.randint(1, 3)
    arguments = []
    for parameter, argument in zip(entry.parameters, usual, strict=True):
        if parameter.quantity.whole or draw.random() < 0.4:
            arguments.append(argument)
            continue
        pool = [argument] * 12 + draw.sample(ODD, draw.choice([0, 0, 3, 12]))
        if isinstance(argument, float | int):
            pool += [argument * 1.25, float(argument), argument / 3]
        shape = draw.choice([(height, 1), (1, width), (height, width)])
        cells = [[draw.choice(pool) for _ in range(shape[1])] for _ in range(shape[0])]
        if draw.random() < 0.3:
            array = np.empty(shape, dtype=object)
            array[:] = cells
            cells = array
        arguments.append(cells)
    return arguments


@pytest.mark.parametrize("entry", BROADCAST, ids=lambda entry: entry.name)
def test_odd_cells_give_what_they_give_one_by_one(entry, monkeypatch):
    draw = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    for case in range(40):
        monkeypatch.setattr(vectors, "BLOCK", draw.choice([1, 5, 1 << 17]))
        arguments = drawn(draw, entry)
        if not any(isinstance(each, list | np.ndarray) for each in arguments):
            continue
        got, wanted = rows_of(evaluate(entry, arguments)), one_by_one(entry, arguments)
        for rows in zip(got, wanted, strict=True):
            for cells in zip(*rows, strict=True):
                assert alike(*cells), (case, arguments, cells)


def test_arrays_and_lists_of_every_shape_give_the_same(monkeypatch):
    monkeypatch.setattr(vectors, "BLOCK", 4)
    entry, numbers = function("NET_DELTA"), np.arange(1.0, 25.0)
    for shape in [(24,), (24, 1), (1, 24), (6, 4), (4, 6), (2, 3, 4), (3, 4, 2)]:
        array = numbers.reshape(shape)
        expected = array * array - 3
        assert evaluate(entry, [array, array, 3]).tolist() == expected.tolist()
        assert evaluate(entry, [array.tolist(), array.tolist(), 3]).tolist() == expected.tolist()
        assert evaluate(entry, [array.astype(object), array, [3]]).tolist() == expected.tolist()
    grid = evaluate(entry, [numbers.reshape(12, 2), [1.0, 2.0], [[0]] * 12])
    assert grid.tolist() == (numbers.reshape(12, 2) * [1, 2]).tolist()


def test_ranges_without_cells_give_none():
    assert evaluate(function("NET_DELTA"), [[], 1, 0]).shape == (0,)
    assert evaluate(function("BASIS_REGIME"), [np.empty((3, 0)), 1]).shape == (3, 0)
    assert evaluate(function("SHORT_NOTIONAL"), [1, 2, 3, []]).shape == (0,)
    assert evaluate(function("NET_DELTA"), [[], "x", 0]).dtype == float


def test_only_cells_that_are_wrong_are_read_one_by_one(monkeypatch):
    # Without this a range would still be right, and a hundred times as slow.
    read, computed = [], []
    admit, one = vectors.admit, element_by_element.evaluate_one
    monkeypatch.setattr(vectors, "admit", lambda *given: read.append(given) or admit(*given))
    monkeypatch.setattr(
        element_by_element, "evaluate_one", lambda *given: computed.append(given) or one(*given)
    )
    rows = 10_000
    prices = [[float(price)] for price in range(1, rows + 1)]
    prices[5], prices[17], prices[99], prices[100] = ["x"], [CellError.NA], [-1.0], ["x"]
    found = evaluate(function("NET_DELTA"), [1, prices, 0, [[None], [2.0]] * (rows // 2)])
    assert [at for at, (value,) in enumerate(found) if isinstance(value, HedgeError)] == [
        *(5, 17, 99, 100)
    ]
    assert len(computed) == 4
    assert len(read) == 2 + 2 + 1  # two single values; two texts, once each; a blank

    computed.clear()
    column = [[2.0], ["x"], *([None] for _ in range(rows - 2))]
    whole = evaluate(function("SPOT_NOTIONAL"), [column, column])[:, 0]
    assert whole[0] == 4.0
    assert str(whole[1]).startswith("spot_qty[1, 0]: ")
    assert {str(error).partition(":")[0] for error in whole[2 : 2 + vectors.MOST_PLACED]} == {
        f"spot_qty[{at}, 0]" for at in range(2, 2 + vectors.MOST_PLACED)
    }
    (shared,) = set(whole[2 + vectors.MOST_PLACED :])
    assert str(shared) == "spot_qty: is empty; it must be a number"
    assert len(computed) == 1 + vectors.MOST_PLACED + 1

    read.clear()
    computed.clear()
    start = datetime(2026, 1, 1)
    dates = [[start + timedelta(minutes=at)] for at in range(rows)]
    evaluate(function("DAYS_TO_EXPIRY"), [dates, 46_090])
    words = [["linear"], ["Inverse "], [None], [" linear"]] * (rows // 4)
    evaluate(function("SHORT_NOTIONAL"), [1, 2, 3, words])
    flags = [[True], [False], [1], [0.0]] * (rows // 4)
    evaluate(function("UNWIND_SIGNAL"), [[[1]], flags, flags])
    evaluate(function("MAINTENANCE_TIER"), [prices[200:], [0, 50, 500], [0.004, 0.005, 0.01]])
    evaluate(
        function("LIQUIDATION_PRICE_TIERED"),
        [prices[200:], 100, 10_000, [0, 1e7], [0.001, 0.002], 1],
    )
    assert computed == []
    assert len(read) < 40


def test_date_times_of_numpy_and_pandas_are_dates():
    moments = pd.Series(pd.to_datetime(["2026-01-01 00:00", "2026-01-02 12:00"])).astype("M8[ns]")
    assert x.days_to_expiry(moments, date(2026, 1, 3)).tolist() == [2, 0.5]
    assert x.days_to_expiry(np.datetime64("2026-01-01", "ns"), date(2026, 1, 3)) == 2
    with pytest.raises(HedgeError, match=r"as_of.*is empty"):
        x.days_to_expiry(pd.concat([moments, pd.Series([pd.NaT])], ignore_index=True), 46_090)
    with pytest.raises(HedgeError, match="is not a number"):
        x.net_delta(1, np.datetime64("2026-01-01", "ns"), 0)
    with pytest.raises(HedgeError, match="is not a number"):
        x.net_delta(1, moments, 0)


def test_what_has_no_value_for_any_cell_is_an_error_in_each():
    none = evaluate(function("FUNDING_BREAKEVEN_DAYS"), [60_000, 0.0001, [540, 100]])
    assert all(isinstance(cell, HedgeError) and cell.kind is CellError.NA for cell in none)
    large = evaluate(function("FUNDING_APR"), [0.5, 0.001, [["compound"], ["simple"]]])
    assert large[0, 0].kind is CellError.NUM
    assert large[1, 0] == 0.5 * 8760 / 0.001
    for floors in ([1, 2], []):
        tiers = evaluate(function("MAINTENANCE_TIER"), [[[1], [2]], floors, floors and [0.1, 0.2]])
        assert {str(cell) for cell in tiers.flat} == {"tier_floors: must ascend from 0"}


def test_an_error_in_a_cell_keeps_no_frames():
    # 100,000 of them would keep 100,000 calls alive.
    (error,) = evaluate(function("NET_DELTA"), [[["x"]], 1, 0]).flat
    assert (error.__traceback__, error.__context__) == (None, None)


def test_a_grid_takes_no_more_memory_than_itself():
    shorts, shocks = np.ones((100_000, 1)), np.linspace(-0.5, 0.5, 21)[None, :]
    whole = [shorts, shorts, shorts, shocks, 0 * shorts, 0 * shorts, shorts]
    tracemalloc.start()
    values = evaluate(function("SCENARIO_PNL"), whole)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert values.nbytes == 100_000 * 21 * 8
    assert peak < 1.5 * values.nbytes


def test_single_cells_import_no_numpy():
    program = """
import sys
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.functions.evaluate import evaluate
for entry in FUNCTIONS:
    evaluate(entry, entry.example)
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_span_of_a_domain_is_the_domain():
    domains = {quantity.domain for quantity in QUANTITIES.values()}
    assert len(domains) > 8
    for domain in domains:
        low, high = domain.span
        if low > high:
            assert domain.nonzero or domain.whole
            continue
        assert domain.admits(low)
        assert domain.admits(high)
        for beyond in (math.nextafter(low, -math.inf), math.nextafter(high, math.inf)):
            assert math.isinf(beyond) or not domain.admits(beyond)


def test_a_wrong_cell_of_a_range_is_named():
    rates = function("FUNDING_ACCRUED").parameters[1]
    assert cell.admit(rates, [0, 0.5, False]) == [0.0, 0.5, 0.0]
    with pytest.raises(HedgeError) as caught:
        cell.admit(rates, [0.1, None])
    assert caught.value.position == (1,)
    assert str(caught.value).startswith("funding_rates[1]: is empty")


def test_a_position_at_a_floor_is_in_the_tier_below():
    # By hand: amounts are 50,000 × 0.1 % = 50 and 50 + 250,000 × 0.5 % = 1,300.
    values = [0, 50_000, -50_000, 50_001, 250_000, 250_001]
    first, second, third = [0.004, 0], [0.005, 50], [0.01, 1300]
    expected = [first, first, first, second, second, third]
    tiers = [0, 50_000, 250_000], [0.004, 0.005, 0.01]
    found = evaluate(function("MAINTENANCE_TIER"), [[[value] for value in values], *tiers])
    assert found.tolist() == [pytest.approx(row) for row in expected]
    for value, row in zip(values, expected, strict=True):
        assert evaluate(function("MAINTENANCE_TIER"), [value, *tiers]) == pytest.approx(row)
