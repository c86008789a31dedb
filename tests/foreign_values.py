"""What Python programs hand over that is neither a number nor a plain list, new for each call."""

import array
import collections
import enum
import itertools
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from xlhedge.errors import CellError


class Unruly(float):
    """A float that fails at whatever it is asked."""

    def _fail(self, *_):
        raise RuntimeError("no")

    __le__ = __ge__ = __lt__ = __gt__ = __eq__ = __hash__ = __float__ = __repr__ = __str__ = _fail


class Hidden:
    """An object that is not even printed, counted or compared."""

    def _fail(self, *_):
        raise RuntimeError("no")

    __float__ = __index__ = __array__ = __len__ = __eq__ = __hash__ = __repr__ = __str__ = _fail


class Side(enum.StrEnum):
    LINEAR = "linear"


class Count(enum.IntEnum):
    TWO = 2


def holding_itself():
    found = [1.0]
    found.append(found)
    return found


def only_itself():
    found = []
    found.append(found)
    return found


def deep(levels):
    found = 1.0
    for _ in range(levels):
        found = [found]
    return found


def structured(*, masked=False):
    rows = np.array([(1.0, 2), (3.0, 4)], dtype=[("a", float), ("b", int)])
    return np.ma.array(rows, mask=[(True, False), (False, False)]) if masked else rows


def ragged():
    found = np.empty(2, dtype=object)
    found[:] = [1.0, [1.0, 2.0]]
    return found


EAST = timezone(timedelta(hours=9))
YEAR = "2026-01-01"

# Single values; a list, an array and a Series of each are handed over, too.
CELLS = [
    *(lambda v=v: v for v in (None, "", "x", " Inverse ", "\ud800", "x" * 10**6, b"1", 1j, True)),
    *(lambda v=v: v for v in (CellError.NA, math.nan, math.inf, -math.inf, 10**400, -(10**5000))),
    *(lambda v=v: v for v in (Fraction(1, 3), Fraction(10**400), Decimal(2), Decimal("NaN"))),
    *(lambda v=v: v for v in (Decimal("sNaN"), Decimal("1e999999"), Side.LINEAR, Count.TWO)),
    *(lambda v=v: v for v in (date(2026, 1, 1), date.max, datetime.min, datetime.max)),
    lambda: datetime(2026, 1, 1, tzinfo=UTC),
    lambda: datetime.max.replace(tzinfo=EAST),
    lambda: datetime.min.replace(tzinfo=EAST),
    *(lambda v=v: v for v in (timedelta(days=30), timedelta.max, timedelta.min)),
    lambda: pd.Timestamp(YEAR, tz="Europe/Berlin"),
    *(lambda v=v: v for v in (pd.Timestamp.min, pd.Timestamp.max, pd.Timedelta("30D"))),
    *(lambda v=v: v for v in (pd.NA, pd.NaT, np.ma.masked, pd.Period(YEAR), pd.Timedelta("1ns"))),
    *(lambda v=v: np.datetime64(*v) for v in ((YEAR,), (YEAR, "ns"), ("NaT",), (10**12, "Y"))),
    *(lambda v=v: np.timedelta64(*v) for v in ((30, "D"), (10**9, "ns"), (1, "Y"), ("NaT",), (5,))),
    *(lambda v=v: v for v in (np.float16(0.1), np.float32(0.1), np.longdouble("1e4000"))),
    *(lambda v=v: v for v in (np.int8(127), np.uint64(2**64 - 1), np.bool_(True), np.str_("2"))),
    *(lambda v=v: v for v in (np.complex64(1 + 2j), np.complex128(1), np.bytes_(b"1"))),
    *(Unruly, Hidden, object),
]

# Whole arguments.
CONTAINERS = [
    *(
        lambda v=v: v
        for v in ([], [[]], [[], []], (), [[1.0], [2.0, 3.0]], [[1.0], 2.0], ((1, 2),))
    ),
    *(
        holding_itself,
        only_itself,
        lambda: deep(15),
        lambda: deep(17),
        lambda: deep(70),
        lambda: deep(5000),
    ),
    *(lambda: {1.0, 2.0}, lambda: {"a": 1.0}, lambda: range(2), lambda: map(abs, [1])),
    *(lambda: (each for each in (1, 2)), itertools.count, {"a": 1}.keys),
    *(
        lambda: collections.deque([1.0]),
        lambda: array.array("d", [1, 2]),
        lambda: memoryview(b"12"),
    ),
    lambda: bytearray(b"12"),
    *(lambda s=s: np.ones(s) for s in ((), (0,), (2,), (2, 1), (1, 2), (2, 0), (0, 2), (1,) * 40)),
    *(lambda v=v: np.array(v) for v in ("inverse", 1j, [1j, 2], ["1", "x"], [b"1"], [True, False])),
    *(lambda t=t: np.array([1, 2], dtype=t) for t in ("int8", "f2", "g", "M8[ns]", "m8[D]", "O")),
    *(lambda v=v: np.array(v, dtype="M8[ns]") for v in (YEAR, [YEAR, "NaT"], [[YEAR]])),
    *(lambda t=t: np.array([30, "NaT"], dtype=t) for t in ("m8[h]", "m8[ns]", "M8[D]", "M8[Y]")),
    *(structured, lambda: structured(masked=True), ragged, lambda: [structured()]),
    *(lambda m=m: np.ma.array([1.0, 2.0], mask=m) for m in (False, True, [True, False])),
    *(lambda: np.ma.array(1.0, mask=True), lambda: [np.ma.array([1.0, 2.0], mask=[0, 1])]),
    *(lambda: np.ma.array([YEAR], dtype="M8[ns]", mask=[1]), lambda: np.ma.array(["x"], mask=[1])),
    *(lambda: np.ones((1, 2)).view(np.matrix), lambda: [np.ones((1, 2)).view(np.matrix)]),
    *(lambda: [np.array(1.0), np.array([1.0])], lambda: [np.array([1.0])], lambda: [[np.ones(2)]]),
    *(lambda: pd.Series([1.0, 2.0]), lambda: pd.Series([], dtype=float), lambda: pd.Series([YEAR])),
    *(lambda i=i: pd.Series([1.0, 2.0], index=i) for i in (["a", "a"], [math.nan, None], [5, 0])),
    lambda: pd.Series([1.0, 2.0], index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])),
    lambda: pd.Series(["linear", None], dtype="category"),
    *(lambda t=t: pd.Series([1, None], dtype=t) for t in ("Int64", "Float64", "boolean", "object")),
    lambda: pd.Series(pd.to_datetime([YEAR, None]).tz_localize("Asia/Tokyo")),
    lambda: pd.Series(pd.to_timedelta([30, None], unit="D")),
    lambda: pd.DataFrame({"a": [1.0, 2.0]}),
    *(lambda: pd.DataFrame({"a": [1.0, 2.0], "b": [1, None]}), pd.DataFrame),
    lambda: pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]),
    *(lambda: pd.Index([1.0, 2.0]), lambda: pd.date_range(YEAR, periods=2, tz="Asia/Tokyo")),
    lambda: [pd.Series([1.0, 2.0], index=[1, 0]), pd.Series([1.0, 2.0], index=[1, 0])],
    *(lambda v=v: v for v in (pd.Categorical(["linear"]), pd.DataFrame, np.float64, len)),
]
