"""The Python API takes what programs have: a call is a value or one HedgeError, however shaped."""

import random
import warnings
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from foreign_values import CELLS, CONTAINERS

import xlhedge as x
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.registry import FUNCTIONS, function

EDGES = (0.0, 5e-324, 2.3e-308, 1e-160, 1e-9, 0.1, 1 / 3, 1.0, 2.5, 8.0, 365.0, 1e9, 2.0**53 + 2)
EDGES += (1e160, 1.7e308)


def outcome(entry, arguments):
    """A value, or the error that a call may raise; nothing is warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return getattr(x, entry.body.__name__)(*arguments)
        except HedgeError as error:
            found = error
    assert len(str(found).splitlines()) == 1
    assert len(str(found)) < 400
    return found


def usual(entry):
    return [*entry.example, *(None,) * (len(entry.parameters) - len(entry.example))]


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_whatever_is_handed_over_is_a_value_or_one_error(entry):
    draw = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    for new in CONTAINERS + CELLS:
        arguments = usual(entry)
        at = draw.randrange(len(arguments))
        arguments[at] = draw.choice([new(), [new()], [[new()], [arguments[at]]]])
        outcome(entry, arguments)


def drawn(draw, parameter, value):
    """The example's argument, or a number where floats end, or a word."""
    if parameter.quantity.whole:
        return [drawn_number(draw, cell) for cell in value] if isinstance(value, tuple) else value
    if parameter.quantity.options:
        return draw.choice(parameter.quantity.options)
    return drawn_number(draw, draw.choice((1.0, 0.0, None)) if value is None else value)


def drawn_number(draw, value):
    if isinstance(value, bool) or not isinstance(value, float | int):
        return value
    numbers = (float(value), value * 10 ** draw.uniform(-3, 3), draw.choice(EDGES))
    return draw.choice((*numbers, draw.choice(EDGES), -draw.choice(EDGES)))


def last(entry, value):
    """The last of the values that a call gave."""
    if isinstance(value, HedgeError):
        return value
    cells = np.asarray(value, dtype=object)
    return cells.reshape(-1, len(entry.columns))[-1].tolist() if entry.columns else cells.flat[-1]


def alike(one, many):
    if isinstance(one, HedgeError) and isinstance(many, HedgeError):
        return (one.kind, one.message) == (many.kind, many.message)
    return repr(one) == repr(many)


SHAPES = (
    lambda value: [value, value],
    lambda value: [[value], [value]],
    lambda value: np.array([value, value]),
    lambda value: pd.Series([value, value]),
)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_a_value_does_not_depend_on_the_shape_it_comes_in(entry):
    draw = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    for _ in range(25):
        arguments = list(map(drawn, [draw] * 99, entry.parameters, usual(entry)))
        agree(entry, arguments, draw)


def agree(entry, arguments, draw):
    one = outcome(entry, arguments)
    for shaped in SHAPES:
        wide = [
            shaped(value)
            if not parameter.quantity.whole and value is not None and draw.random() < 0.8
            else value
            for parameter, value in zip(entry.parameters, arguments, strict=False)
        ]
        assert alike(one, last(entry, outcome(entry, wide))), (arguments, wide)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("LIQUIDATION_PRICE_TIERED",
         [4.0, 5e-324, 2.5e6, [0.0, 365.0], [0.005, 0.0], None, "inverse"]),
        ("HEDGE_CONTRACTS", [1e-160, 60_500.0, 1e9, "linear", 5e-324, "up"]),
        ("BASIS_ANNUALIZED", [5e-324, 45_000.0, 1.0, "continuous"]),
        ("BASIS_ANNUALIZED", [61_500.0, 60_000.0, 11.0, "compound"]),
        ("DAYS_TO_EXPIRY", [datetime(2026, 1, 1), datetime(8026, 1, 1, 1, 2, 3, 4567)]),
    ],
)  # fmt: skip
def test_where_floats_end_shapes_agree_too(name, arguments):
    for seed in range(9):
        agree(function(name), arguments, random.Random(seed))  # noqa: S311  # as above


NINE = timezone(timedelta(hours=9))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (lambda: x.hedge_notional(1, 100, np.ma.array([0.5, 9], mask=[0, 1])), [50, 100]),
        (lambda: x.average_entry([1, 2], np.ma.array([10, 99], mask=[0, 1])), 10),
        (lambda: x.days_to_expiry(NOON, datetime(2026, 1, 2, tzinfo=NINE)), 0.125),
        (lambda: x.days_to_expiry([NOON], [datetime(2026, 1, 1, 18)]), [0.25]),
        (lambda: x.days_to_expiry(pd.Series([NOON]), pd.Timestamp("2026-01-02", tz="UTC")), [0.5]),
        (lambda: x.days_to_expiry(pd.DatetimeIndex([NOON]), NOON + timedelta(1)), [1]),
        (lambda: x.funding_drag(100, 0.1, timedelta(days=2), 12), -40),
        (lambda: x.funding_drag(100, 0.1, 2, timedelta(hours=12)), -40),
        (lambda: x.funding_drag(100, 0.1, [np.timedelta64(48, "h")], 12), [-40]),
        (lambda: x.funding_drag(100, 0.1, np.array([48], dtype="m8[h]"), 12), [-40]),
        (lambda: x.funding_drag(100, 0.1, pd.Series(pd.to_timedelta([2], unit="D")), 12), [-40]),
        (lambda: x.average_entry(pd.DataFrame([1, 3]), pd.DataFrame([[10, 20]])), 17.5),
        (lambda: x.net_delta(pd.DataFrame([[1, 2], [3, 4]]), pd.Series([10, 100]), 1),
         [[9, 19], [299, 399]]),
        (lambda: x.scenario_attribution([], 1, 1, 0.1), []),
        (lambda: x.net_delta([[], []], 1, 1), [[], []]),
        (lambda: x.net_delta(np.array(2), 3, 1), 5),
        (lambda: x.short_notional(1, 10, 10, np.array("inverse")), 10),
        (lambda: x.short_notional(1, 10, 1, pd.Categorical(["linear", "inverse"])), [10, 1]),
    ],
)  # fmt: skip
def test_what_means_a_number_is_that_number(found, right):
    value = found()
    assert np.asarray(value).tolist() == right


@pytest.mark.parametrize(
    ("found", "kind", "said"),
    [
        (lambda: x.hedge_notional(np.ma.array([1, 9], mask=[0, 1]), 1), CellError.VALUE,
         "spot_qty[1]: is empty; it must be a number"),
        (lambda: x.hedge_notional(timedelta(days=1), 1), CellError.VALUE,
         "spot_qty: 1 day, 0:00:00 is not a number; "),
        (lambda: x.hedge_notional(np.array([1], dtype="m8[ns]"), 1), CellError.VALUE,
         "spot_qty[0]: 1 nanoseconds is not a number; "),
        (lambda: x.funding_accrued(np.array(["2026"], dtype="M8[ns]"), [0.1]), CellError.VALUE,
         "short_notional[0]: 2026-01-01T00:00:00.000000000 is not a number; "),
        (lambda: x.hedge_notional([np.complex64(1)], 1), CellError.VALUE,
         "spot_qty[0]: (1+0j) is not a number; "),
        (lambda: x.hedge_notional(bytearray(b"1"), 1), CellError.VALUE,
         "spot_qty: bytearray(b'1') is not a number; "),
        (lambda: x.net_delta({1: 2}, 1, 1), CellError.VALUE,
         "spot_qty: {1: 2} is not a number; "),
        (lambda: x.net_delta([pd.Series([1, 2], index=[1, 0])], 1, 1), CellError.VALUE, None),
        (lambda: x.scenario_attribution(1, 1, [[], []], 0.1), CellError.VALUE,
         "SCENARIO_ATTRIBUTION gives one row for each row: pass columns, not a grid"),
        (lambda: x.net_delta(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), 1),
         CellError.VALUE, "the Series have different indexes; align them first"),
        (lambda: x.basis_annualized([60_000, 5e-324], 45_000, 30, "continuous"), CellError.NUM,
         "[1]: BASIS_ANNUALIZED is too large for a number"),
        (lambda: x.hedge_effectiveness([1, 10, -1], [100, -48_807, 1.7e12], 1e308), CellError.NUM,
         "HEDGE_EFFECTIVENESS is too large for a number"),
    ],
)  # fmt: skip
def test_what_means_none_is_refused_in_one_line(found, kind, said):
    with pytest.raises(HedgeError) as caught:
        found()
    assert caught.value.kind is kind
    assert said is None or str(caught.value).startswith(said)


def test_a_data_frame_keeps_its_labels():
    held = pd.DataFrame({"BTC": [1.0, 2.0], "ETH": [3.0, 4.0]}, index=["a", "b"])
    found = x.net_delta(held, 10, 5)
    pd.testing.assert_frame_equal(found, held * 10 - 5)
