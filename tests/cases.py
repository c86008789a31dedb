"""Calls and what they give, as data: the same table for every host.

A case is a function, its arguments as cells hold them, and the value or error to expect. Expected
numbers are closed forms, written out, or published (their row in oracles.csv is named); none is
copied from our own output.

Arguments: a number, text or truth value is a cell that holds it; None is an argument left out;
BLANK is a reference to an empty cell; a `CellError` is a cell that holds that error; a tuple of
rows is a range, in which None is an empty cell. Expected: a number, text or truth value; a
`CellError`; or a tuple of rows of them.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from xlhedge.errors import CellError


class Cell(Enum):
    """What a cell may hold that Python has no value for."""

    BLANK = "an empty cell"


class Case(NamedTuple):
    """One call.

    Args:
        function: its name in a spreadsheet.
        arguments: as they stand in cells, see above.
        expected: the value or values.
        why: what the case shows, or where its number is from.
    """

    function: str
    arguments: tuple[Any, ...]
    expected: Any
    why: str


BLANK = Cell.BLANK
DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE

VALUES = (
    Case("SPOT_NOTIONAL", (2, 60_000), 120_000, "2 × 60,000"),
    Case("SPOT_NOTIONAL", (-0.5, 60_000), -30_000, "a short spot position is negative"),
    Case("SPOT_NOTIONAL", (True, 60_000), 60_000, "TRUE counts as 1"),
    Case("HEDGE_NOTIONAL", (1, 60_000), 60_000, "SEED-01: a full hedge by default"),
    Case("HEDGE_NOTIONAL", (1, 60_000, None, 1.4), 84_000, "left out in the middle: 60,000 × 1.4"),
    Case("HEDGE_NOTIONAL", (5_000, 2, 1, 1.5), 15_000, "SEED-06: an altcoin at beta 1.5"),
    Case("HEDGE_CONTRACTS", (1_000, 60_000, 100, "inverse"), 10, "PNL-16: 1,000 USD in 100s"),
    Case("HEDGE_CONTRACTS", (1_000, 2_000, 10, "inverse"), 100, "PNL-17: 1,000 USD in 10s"),
    Case("HEDGE_CONTRACTS", (0.35, 1, None, None, 0.1, "down"), 0.3, "3.5 steps of 0.1, down"),
    Case("HEDGE_CONTRACTS", (0.35, 1, None, None, 0.1, " Up "), 0.4, "words ignore case, spaces"),
    Case("SHORT_NOTIONAL", (600, 60_500, 100, "inverse"), 60_000, "600 × 100, whatever the price"),
    Case("SHORT_NOTIONAL", (3, 50, 2), 300, "linear: 3 × 2 × 50"),
    Case("HEDGE_RATIO", (60_000, 45_000), 0.75, "45 / 60"),
    Case("NET_DELTA", (1, 60_000, 45_000), 15_000, "60,000 − 45,000"),
    Case("NET_DELTA", (5_000, 2, 10_000, 1.5), 5_000, "SEED-06: hedged as if beta were 1"),
    Case("BASIS", (61_500, 60_000), 1_500, "BAS-04: what a short locks in"),
    Case("BASIS_PCT", (61_500, 60_000), 0.025, "1,500 / 60,000"),
    Case("BASIS_ANNUALIZED", (61_500, 60_000, 73), 0.125, "2.5 % five times a year"),
    Case("BASIS_ANNUALIZED", (121, 100, 730, "compound"), 0.1, "1.1² = 1.21 in two years"),
    Case("BASIS_ANNUALIZED", (102, 100, 36, None, 360), 0.2, "2 % ten times in a year of 360"),
    Case("BASIS_REGIME", (59_900, 60_000), "backwardation", "below spot"),
    Case("BASIS_REGIME", (60_100, 60_000), "contango", "above spot"),
    Case("BASIS_REGIME", (60_100, 60_000, 0.01), "flat", "1/600 is within 1 %"),
    Case("DAYS_TO_EXPIRY", (46_000.5, 46_090), 89.5, "serial numbers count days"),
    Case("DAYS_TO_EXPIRY", (46_090, 46_000), 0, "an expiry has passed: 0, never negative"),
    Case("FUNDING_DRAG", (60_000, 0.0001, 30), -540, "90 settlements of 6, received"),
    Case("FUNDING_DRAG", (60_000, -0.0001, 1, 1), 144, "24 hourly settlements of 6, paid"),
    Case("FUNDING_APR", (1.25e-05, 1), 0.1095, "FUND-07: 8,760 hours"),
    Case("FUNDING_APR", (0.1, 4_380, "compound"), 0.21, "1.1² − 1 with two settlements a year"),
    Case("SHORT_PNL", (0.4, 6_000, 5_000), 400, "PNL-03"),
    Case("SHORT_PNL", (1_000, 5_000, 4_500, 1, "inverse"), 1 / 45, "PNL-09: 1000/4500 − 1000/5000"),
    Case("SHORT_PNL", (1, 1, 0.1, 1, "inverse"), 9, "PNL-18: 1/0.1 − 1/1"),
    Case(
        "SCENARIO_PNL", (1, 60_000, 60_000, -1 / 12), 0, "SEED-02: a full hedge of 60,000 → 55,000"
    ),
    Case("SCENARIO_PNL", (1, 60_000, 30_000, -0.2), -6_000, "SEED-04: half hedged, half the loss"),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, None, None, None, None, None, None, 0.25, 20),
        30,
        "liquidated at +25 %: 50 on the coins, the margin of 20 is gone",
    ),
    Case("INITIAL_MARGIN", (12_000 / 8_000, 50), 0.03, "MRG-01"),
    Case("INITIAL_MARGIN", (-60_000, 10), 6_000, "the size counts, not the side"),
    Case("LIQUIDATION_PRICE", (1, 100, 10, 0.005), 110 / 1.005, "LIQ-16"),
    Case("LIQUIDATION_PRICE", (0.5, 190, 9.5, 0.05), 209 / 1.05, "LIQ-15"),
    Case(
        "LIQUIDATION_PRICE",
        (-0.1, 50_000, 200, 0.004, None, None, None, "entry"),
        48_200,
        "LIQ-17: a long, margin frozen at entry; three left out",
    ),
    Case("LIQUIDATION_BUFFER", (60_000, 75_000), 0.25, "75 / 60 − 1"),
)
"""Calls that have a value: at least one of each function."""

ERRORS = (
    Case("SPOT_NOTIONAL", ("ten", 60_000), VALUE, "text for a number"),
    Case("SPOT_NOTIONAL", ("2", 60_000), VALUE, "a number typed as text is text"),
    Case("SPOT_NOTIONAL", (2,), VALUE, "a required argument left out at the end"),
    Case("SPOT_NOTIONAL", (None, 60_000), VALUE, "a required argument left out in front"),
    Case("SHORT_NOTIONAL", (1, 50, 1, "spot"), VALUE, "an unknown word"),
    Case("SHORT_NOTIONAL", (1, 50, 1, 3), VALUE, "a number for a word"),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, None, None, None, None, None, None, 0.25),
        VALUE,
        "a liquidation without its margin",
    ),
    Case("SPOT_NOTIONAL", (1, -60_000), NUM, "a negative price"),
    Case("HEDGE_NOTIONAL", (1, 60_000, -0.5), NUM, "a negative hedge ratio"),
    Case("SCENARIO_PNL", (1, 60_000, 30_000, -1.5), NUM, "a fall of more than all"),
    Case("SPOT_NOTIONAL", (1e200, 1e200), NUM, "too large for a number"),
    Case("HEDGE_RATIO", (0, 45_000), DIV0, "no exposure to hedge"),
    Case("LIQUIDATION_PRICE", (0, 100, 10, 0.005), NA, "no contracts"),
    Case(
        "LIQUIDATION_PRICE",
        (40_000, 40_000, 1, 0.005, None, 1, "inverse"),
        NA,
        "LIQ-26: a 1× inverse short is never liquidated",
    ),
    Case("SPOT_NOTIONAL", (NA, 60_000), NA, "a cell's error is passed on"),
    Case("SPOT_NOTIONAL", (1, DIV0), DIV0, "a cell's error is passed on"),
    Case("HEDGE_NOTIONAL", ("ten", 60_000, NA), NA, "an input's error comes before ours"),
)
"""Calls of single cells that have none."""

RANGES = (
    Case(
        "SCENARIO_PNL",
        (1, 100, ((0,), (50,), (100,)), ((-0.25, 0, 0.5),)),
        ((-25, 0, 50), (-12.5, 0, 25), (0, 0, 0)),
        "a column against a row: (100 − short) × shock",
    ),
    Case(
        "SPOT_NOTIONAL",
        (((1,), (2,), ("x",), (3,)), ((10,), (-1,), (10,), (10,))),
        ((10,), (NUM,), (VALUE,), (30,)),
        "a bad element spoils its own cell only",
    ),
    Case(
        "HEDGE_NOTIONAL",
        (2, 100, ((0.5,), (None,), (1.0,))),
        ((100,), (200,), (200,)),
        "an empty cell in an optional range takes the default",
    ),
    Case(
        "SPOT_NOTIONAL",
        (((1, None, 3),), 10),
        ((10, VALUE, 30),),
        "an empty cell in a required range",
    ),
    Case(
        "SHORT_NOTIONAL",
        (2, 50, 1, (("linear", "inverse", "both"),)),
        ((100, 2, VALUE),),
        "words in a range",
    ),
    Case(
        "BASIS_REGIME",
        (((101,), (99,), (100,)), 100),
        (("contango",), ("backwardation",), ("flat",)),
        "text in a range",
    ),
    Case(
        "LIQUIDATION_PRICE",
        (((1,), (0,)), 100, 10, 0.1),
        ((100,), (NA,)),
        "110 / 1.1, and nothing for no contracts",
    ),
    Case(
        "HEDGE_RATIO",
        (((60_000, 0),), 45_000),
        ((0.75, DIV0),),
        "one of two has no exposure",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 60_000, 60_000, -0.2, -0.01),
        ((-12_000, 12_000, 600, 0, 0, 600),),
        "a row of legs from single values",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 100, ((100,), (50,)), ((-0.5,), (0.5,)), None, None, None, None, 0.01),
        ((-50, 50, 0, 0, -1.5, -1.5), (50, -25, 0, 0, -1.25, 23.75)),
        "columns give a row each; fees 1 % × short × (1 + (1 + shock))",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 100, 100, ((-0.5,), (-2,))),
        ((-50, 50, 0, 0, 0, 0), (NUM, NUM, NUM, NUM, NUM, NUM)),
        "a bad row spoils its own row only",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, -100, 100, -0.5),
        ((NUM, NUM, NUM, NUM, NUM, NUM),),
        "an error fills the row",
    ),
    Case(
        "SPOT_NOTIONAL",
        (((1, 2, 3),), ((1, 2),)),
        ((VALUE, VALUE, VALUE),),
        "sizes that do not fit together",
    ),
)
"""Calls of ranges; each is an array formula of the expected size."""

TWO_ERRORS = (
    Case("HEDGE_NOTIONAL", (DIV0, 60_000, NA), DIV0, "the leftmost of two errors"),
    Case("NET_DELTA", (1, NUM, VALUE, NA), NUM, "the leftmost of three errors"),
)
"""Several errors in single cells. LibreOffice passes the last one on, so these are not for it."""

BLANKS = (
    Case("HEDGE_NOTIONAL", (2, 100, BLANK), 200, "an optional argument at an empty cell"),
    Case("SPOT_NOTIONAL", (2, BLANK), VALUE, "a required argument at an empty cell"),
    Case("SPOT_NOTIONAL", (BLANK, 100), VALUE, "an empty cell is not 0"),
)
"""Single empty cells. LibreOffice hands them over as 0, so these are not for it."""

ERRORS_IN_RANGES = (
    Case(
        "SPOT_NOTIONAL",
        (((1,), (NA,), (3,)), 10),
        ((10,), (NA,), (30,)),
        "an error in a range stays in its cell",
    ),
    Case(
        "SPOT_NOTIONAL",
        ((("x",), (DIV0,)), ((NA,), (NA,))),
        ((NA,), (DIV0,)),
        "an input's error comes before ours, then the leftmost",
    ),
)
"""Errors inside ranges. LibreOffice fails the whole call, so these are not for it."""
