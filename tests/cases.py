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


def column(*cells: Any) -> tuple[tuple[Any], ...]:
    """A range of one column."""
    return tuple((cell,) for cell in cells)


FRM = (
    *(-16, -14, -10, -7, -7, -5, -4, -4, -4, -3, -1, -1, 0, 0, 0, 1, 2, 2, 4, 6, 7, 8, 9, 11, 12),
    *(12, 14, 18, 21, 23),
)
"""Thirty returns of an exam of risk managers; N30 and N31."""

_SPIKED = (1, 60_000, 60_000, -0.3, None, None, None, None, None, None)

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
    Case(
        "HEDGE_CONTRACTS",
        (60_000, 66_000, 1, "inverse", None, None, 60_000),
        66_000,
        "a coin at 60,000 takes q × F of a quarterly at 66,000",
    ),
    Case(
        "HEDGE_CONTRACTS",
        (60_000, 66_000, 100, "inverse", 1, "down", 60_500),
        654,
        "60,000 × 66,000 ÷ 60,500 ÷ 100 is 654.5",
    ),
    Case("HEDGE_CONTRACTS", (10, 2, 1, None, None, None, 3), 5, "linear: the index does not count"),
    Case(
        "SHORT_NOTIONAL",
        (60_000, 66_000, 1, "inverse", 60_000),
        60_000 / 1.1,
        "a face of q × S leaves a coin 1/11 long",
    ),
    Case("SHORT_NOTIONAL", (3, 50, 2, None, 7), 300, "linear: the index does not count"),
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
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.1, None, None, None, None, None, None, 110 / 100 - 1, 10),
        0,
        "a move to just the liquidation price: 10 on the coins, the margin is gone",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 60_000, 60_000, 0.5, (60 / 66 - 1) * 1.5, *(None,) * 7, "inverse"),
        6_000,
        "an inverse quarterly at 66,000 converges: q × F is left, at any price",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 60_000, 60_000, -0.4, None, *(None,) * 7, "inverse"),
        0,
        "an inverse hedge while F/S stays",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 60_000, 60_000, 0.5, -0.5, *(None,) * 3, 0.001, *(None,) * 3, "inverse"),
        60_000 * (0.5 - 0.5 + 1.5 - 1) - 60 * (1 + 1.5),
        "the future stays where it was: no P&L in coins, and fees on 1.5 of what it was worth",
    ),
    Case("SCENARIO_PNL", (*_SPIKED, 0.09, 6_000, None, 0.12), -24_000, "spiked, then naked"),
    Case("SCENARIO_PNL", (*_SPIKED, 0.13, 6_000, None, 0.12), 0, "a spike that does not reach"),
    Case("SCENARIO_PNL", (*_SPIKED, 0.12, 6_000, None, 0.12), -24_000, "one that just reaches"),
    Case("SCENARIO_PNL", (*_SPIKED, None, None, None, 0.5), 0, "nothing is liquidated: no buffer"),
    Case("SCENARIO_PNL", (*_SPIKED, 0.09, 6_000, None, -0.9), 0, "a spike to the harmless side"),
    Case("SCENARIO_PNL", (*_SPIKED, -0.01, 500), -18_500, "a short already beyond is reached"),
    Case("SCENARIO_PNL", (*_SPIKED, -0.01, 500, None, -0.5), -18_500, "whatever the spike"),
    Case(
        "SCENARIO_PNL",
        (0, 1, -100, 0.5, *(None,) * 6, -0.09, 7, None, -0.12),
        -7,
        "a long future, spiked down on the way up",
    ),
    Case("SCENARIO_PNL", (0, 1, -100, 0.5, *(None,) * 6, 0.01, 7), -7, "a long already beyond"),
    Case("SCENARIO_PNL", (0, 1, -100, -0.5, *(None,) * 6, 1e9, 7), -50, "1E9 is no buffer"),
    Case("SCENARIO_PNL", (1, 100, 0, 0.5, *(None,) * 6, 0.25, 20), 50, "no short, nothing to lose"),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, *(None,) * 6, 0.25, 20, "inverse"),
        20,
        "the coins of a lost margin have risen, too: 50 − 20 × 1.5",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, None, None, None, None, 0.01, *(None,) * 5, "close"),
        -1.5,
        "a short that is open pays the closing fee only",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, None, None, None, None, 0.01, None, 0.25, 20, None, None, " Close"),
        30,
        "and none when it is liquidated",
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
    Case(
        "LIQUIDATION_PRICE",
        (1, 100, 10, 0.005, None, None, None, None, 0.0005),
        110 / 1.0055,
        "N32: the closing fee at the mark, as if it were in mm_rate",
    ),
    Case(
        "LIQUIDATION_PRICE",
        (1, 100, 10, 0.005, None, None, None, "entry", 0.0005),
        109.5 / 1.0005,
        "at the mark, though maintenance is frozen at entry",
    ),
    Case(
        "LIQUIDATION_PRICE",
        (100, 50, 4, 0.02, 0.4, 10, "inverse", "entry", 0.01),
        990 / 16,
        "inverse: 1,000 × (1 − 0.01) ÷ (1,020 ÷ 50 − 4.4)",
    ),
    Case("LIQUIDATION_BUFFER", (60_000, 75_000), 0.25, "75 / 60 − 1"),
    # The rest of the library; a range is a tuple of rows.
    Case(
        "MIN_VARIANCE_RATIO",
        (column(0.02, BLANK, -0.02, 0.04), column(0.01, 7, -0.01, 0.02)),
        2,
        "exactly twice the future; what stands beside an empty cell does not count",
    ),
    Case(
        "MIN_VARIANCE_RATIO",
        (((1, 2, 3),), column(2, 4, 6)),
        0.5,
        "a row and a column pair up: half the future",
    ),
    Case(
        "HEDGE_EFFECTIVENESS",
        (column(1, -1, 1, -1), column(1, -1, -1, 1)),
        0,
        "no covariance: nothing is hedged",
    ),
    Case(
        "HEDGE_EFFECTIVENESS",
        (column(1, -1), column(1, -1), 0.5),
        0.75,
        "half of the moves left, a quarter of the variance",
    ),
    Case(
        "MIN_VARIANCE_ERROR",
        (column(1, BLANK, 3, 2), column(1, 9, 2, 3)),
        0.75**0.5,
        "residuals of 1.5 over deviations of 2, one degree of freedom",
    ),
    Case("MIN_VARIANCE_ERROR", (column(2, 4, 8), column(1, 2, 4)), 0, "a line fits exactly"),
    Case("VALUE_AT_RISK", (column(*FRM), 0.9), 10, "N30: the third worst of thirty"),
    Case("VALUE_AT_RISK", (column(*FRM),), 16, "up to 100 bars the worst one"),
    Case("VALUE_AT_RISK", (column(*range(-1, 99)),), 1, "0.01 × 100 is above 1 in binary"),
    Case("VALUE_AT_RISK", (column(*range(-2, 99)),), 1, "the second worst of 101"),
    Case("VALUE_AT_RISK", (column(3, BLANK, 2), 0.5), -2, "all gain: a loss below 0"),
    Case("EXPECTED_SHORTFALL", (column(*FRM), 0.9), 40 / 3, "N31: the mean of the three worst"),
    Case("EXPECTED_SHORTFALL", (((-8, -4, BLANK, 0, 4),), 0.625), 20 / 3, "8 and half of 4 by 1.5"),
    Case("EXPECTED_SHORTFALL", (column(-8, -4, 0, 4),), 8, "less than one: the worst"),
    Case("EXPECTED_SHORTFALL", (column(-8, -4, 0, 4), 0.25), 4, "the three worst"),
    Case("ROLL_YIELD", (60_000, 61_500, 73), 0.125, "2.5 % five times a year"),
    Case("ROLL_YIELD", (100, 99, 36, 360), -0.1, "backwardation costs the short"),
    Case("FAIR_FUTURES", (40, 0.05, 365 / 4, "compound"), 40 * 1.05**0.25, "BAS-01: a quarter"),
    Case("FAIR_FUTURES", (100, 0.1, 36.5), 101, "10 % for a tenth of a year"),
    Case("LOCKED_CARRY", (61_500, 61_500, 60_000), 1_500, "BAS-04: F − S for one coin"),
    Case("LOCKED_CARRY", (100, 100, 90, 0.001), 9.8, "10 less two fees of 0.1"),
    Case("FUNDING_ACCRUED", (10_000, column(0.0001, -0.0003, BLANK)), -2, "1 − 3"),
    Case(
        "FUNDING_ACCRUED",
        (column(10_000, 20_000), column(0.0001, 0.0002)),
        5,
        "1 + 4: each settlement on its own short",
    ),
    Case("FUNDING_BREACH", (column(-0.00012, -0.00015, -0.00011),), True, "FUND-11"),
    Case("FUNDING_BREACH", (column(0.00012, 0.00015, 0.00011),), False, "a short receives these"),
    Case(
        "FUNDING_BREACH",
        (
            column(
                -0.00006,
            ),
            4,
            0.0001,
            1,
        ),
        True,
        "FUND-13: −0.006 % per 4 h",
    ),
    Case(
        "FUNDING_BREACH",
        (column(-0.00012, -0.00006, -0.00006), column(8, 4, 4)),
        True,
        "each by its own interval",
    ),
    Case(
        "FUNDING_BREACH",
        (column(-0.00006, -0.00012), column(4, BLANK), None, 2),
        True,
        "an interval that is not told is of 8 hours",
    ),
    Case(
        "FUNDING_BREACH",
        (column(0.00012, 0.00015, 0.00011), None, None, None, -1),
        True,
        "a long future pays these",
    ),
    Case("FUNDING_BREACH", (column(-0.01, -0.01),), False, "two settlements are not three"),
    Case("FUNDING_BREAKEVEN_DAYS", (60_000, -0.0001, 540), 30, "18 a day eat 540"),
    Case("TRADING_FEE", (-60_000, 0.0005, 0.1), 27, "30 less 10 %"),
    Case("AVERAGE_ENTRY", (column(0.5, 0.3), column(5_000, 6_000)), 5_375, "PNL-01"),
    Case("AVERAGE_ENTRY", (column(1_000, 2_000), column(5_000, 6_000), "inverse"), 5_625, "PNL-07"),
    Case("TARGET_PRICE", (100_000, 0.05), 95_000, "PNL-23: 50 % of the margin at 10×"),
    Case("TARGET_PRICE", (100, 0.25, "inverse"), 80, "100 ÷ 1.25"),
    Case("PAIR_PNL", (10_000, 14_000, -0.3, -0.2), -200, "−3,000 + 2,800"),
    Case("MAINTENANCE_MARGIN", (10_000, 0.01, 20), 80, "100 − 20"),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (4, 60_000, 48_000, column(0, 250_000), column(0.004, 0.01)),
        (48_000 + 1_500 + 240_000) / (4 * 1.01),
        "the second tier holds at the price, the first at entry",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (4, 60_000, 60_000, column(0, 250_000), column(0.004, 0.25), None, None, "whole"),
        62_500,
        "at the floor itself: 50,000 are left, 1,000 and then 62,500 are needed",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (4, 60_000, 60_000, column(0, 250_000), column(0.004, 0.1), None, None, "whole", 0.01),
        300_000 / (4 * 1.11),
        "beyond the floor, with a closing fee",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (4, 70_000, 60_000, column(0, 250_000), column(0.004, 0.25), None, None, "whole"),
        68_000,
        "the entry fails, 70,000 of 60,000: back to where 68,000 are needed and left",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (4, 70_000, 30_000, column(0, 250_000), column(0.004, 0.25), None, None, "whole"),
        62_500,
        "back to the floor, from where 60,000 are enough",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (-10, 100, 300, column(0, 500), column(0.01, 0.05), None, None, "whole"),
        700 / 9.5,
        "a long loses value on the way down: 3,000 below its entry",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (-1, 100, 30, column(0, 110), column(0.1, 0.5), None, None, "whole"),
        70 / 0.9,
        "a rise to 110 would fail a long sooner, and is not against it",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (-10_000, 100, 20, column(0, 110), column(0.01, 0.15), None, "inverse", "whole"),
        10_000 / 110,
        "an inverse long grows on the way down: 10 coins are left at 110, 1.1 and then 16.5 needed",
    ),
    Case(
        "CROSS_LIQUIDATION_BUFFER",
        (100_000, column(60_000, 60_000), 0.004),
        99_520 / 120_480,
        "two shorts share a wallet: 82.6 %",
    ),
    Case(
        "CROSS_LIQUIDATION_BUFFER",
        (100_000 - 240, 60_000, 0.004),
        99_520 / 60_240,
        "one of the two alone, the other's maintenance kept: 165.2 %",
    ),
    Case(
        "CROSS_LIQUIDATION_BUFFER",
        (
            *(1_000, column(5_000, BLANK, -2_000), column(0.01, 9, 0.02), column(10, 9, BLANK)),
            *(column(100, 9, -50), 0.001),
        ),
        963 / 3_097,
        "1,050 less 97, of which 10 are deducted; a row without a value does not count",
    ),
    Case("CROSS_LIQUIDATION_BUFFER", (100, -1_000, 0.01), -90 / 990, "a long future falls"),
    Case("CROSS_LIQUIDATION_BUFFER", (90, 1_000, 0.1, 5, 5), 0, "equity of 95 is maintenance"),
    Case("CROSS_LIQUIDATION_BUFFER", (10, 1_000, 0.1), 0, "equity is below maintenance"),
    Case(
        "CROSS_LIQUIDATION_BUFFER",
        (100, column(1_000, -500), 0.01, 5, 20),
        115 / 515,
        "one amount for each of two, and a sum of P&L for both: 120 − (15 − 10)",
    ),
    Case("BANKRUPTCY_PRICE", (-1, 10_000, 200), 9_800, "MRG-14"),
    Case("BANKRUPTCY_PRICE", (1, 10_000, 200), 10_200, "MRG-15"),
    Case("MARGIN_RATIO", (1, 100, 105, 10, 0.005), 0.105, "0.525 of the 5 left"),
    Case(
        "MARGIN_RATIO",
        (1, 100, 105, 10, 0.005, None, None, None, None, 0.001),
        0.126,
        "0.525 and a closing fee of 0.105, of the 5 left",
    ),
    Case(
        "MARGIN_RATIO",
        (1, 100, 105, 10, 0.005, None, None, None, "entry", 0.001),
        0.121,
        "0.5, and the fee is at the mark",
    ),
    Case(
        "COLLATERAL_NEEDED",
        (1, 100, 0.3, 0.005, None, None, None, None, 0.001),
        30.78,
        "and a closing fee of 0.13",
    ),
    Case("COLLATERAL_NEEDED", (1, 100, 0.3, 0.005), 30.65, "a loss of 30 and 0.5 % of 130"),
    Case(
        "SUPPORT_CONFIRMED",
        (column(105, 104, 99.8), column(106, 105, 103), column(10, 10, 20), 100, 0.005, 1.5, 2),
        True,
        "tested, held, on double the volume",
    ),
    Case(
        "SUPPORT_CONFIRMED",
        (column(105, 104, 99.8), column(106, 105, 103), column(10, 10, 14), 100, 0.005, 1.5, 2),
        False,
        "too little volume",
    ),
    Case("RELATIVE_VOLUME", (column(7, 10, 14, 18), 2), 1.5, "18 over the mean of 10 and 14"),
    Case("RELATIVE_VOLUME", ((*((4,),) * 20, (6,)),), 1.5, "twenty bars before it"),
    Case(
        "CHAIKIN_MONEY_FLOW",
        (column(9, 20, 20, 5), column(1, 10, 10, 5), column(1, 20, 12, 5), column(99, 3, 5, 2), 3),
        (3 - 5 * 0.6 + 0) / 10,
        "at the high, 2 of 10 above the low, and a bar without a range",
    ),
    Case(
        "MONEY_FLOW_INDEX",
        (
            *(column(1, 12, 13, 13, 9), column(1, 6, 8, 8, 6), column(1, 9, 12, 12, 6)),
            *(column(9, 9, 3, 50, 4), 3),
        ),
        100 * 33 / (33 + 28),
        "11 × 3 came with a rise, 7 × 4 with a fall, and a price that stays is neither",
    ),
    Case("ON_BALANCE_VOLUME", (column(10, 12, 12, 11), column(5, 4, 3, 1)), 3, "4 + 0 − 1"),
    Case("ON_BALANCE_VOLUME", (((10, BLANK, 12, 11),), ((5, 8, 4, 9),)), -5, "4 − 9"),
    Case("ON_BALANCE_VOLUME", (7, 5), 0, "a first bar adds nothing"),
    Case("UNWIND_SIGNAL", (), "HOLD", "nothing known: hold"),
    Case(
        "UNWIND_SIGNAL", (0, True, True, -0.2, 0.2), "MARKET + HORIZON + REDEPLOY + FUNDING", "all"
    ),
    Case("UNWIND_SIGNAL", (5, 1, 0, -0.1, 0.2), "FUNDING", "the alarm alone"),
    Case(
        "UNWIND_SIGNAL",
        (5, 0, 0, 48_000 / 60_000 - 1, 0.2),
        "REDEPLOY",
        "a fall of just 20 %, which binary has as a little less",
    ),
    Case("UNWIND_NOW", (1, 48_000, 48_000, 0.25, 0.0005), 11_976, "12,000 less a fee of 24"),
    Case("REDEPLOY_QTY", (12_000, 48_000), 0.25, "SEED-07"),
    Case("REDEPLOY_AVG_COST", (1, 50_000, 12_000, 48_000), 49_600, "SEED-07: accounting"),
    Case("REDEPLOY_AVG_COST", (1, 50_000, 12_000, 48_000, 12_000), 40_000, "SEED-07: economic"),
    Case(
        "HEDGE_EXPLAIN",
        ("SPOT_NOTIONAL", 2, 60_000),
        "SPOT_NOTIONAL is 120,000: spot_qty × spot_price; in numbers: 2 × 60,000; with "
        "spot_qty = 2 (base coins), spot_price = 60,000 (quote per base coin).",
        "the value, its formula, and the numbers in it",
    ),
    Case(
        "HEDGE_EXPLAIN",
        ("average_entry", column(0.5, 0.3), ((5_000, 6_000),), None),
        "AVERAGE_ENTRY is 5,375: Σ n × price ÷ Σ n; with contracts = {0.5; 0.3}, "
        'prices = {5,000; 6,000}, contract_type = "linear" (left out).',
        "ranges",
    ),
    Case(
        "HEDGE_EXPLAIN",
        ("NET_DELTA", 1, -5, 0),
        "NET_DELTA has no value (#NUM!): spot_price: -5 is out of range; it must be above 0. "
        "spot_price is: Spot price, in quote per base coin.",
        "the argument at fault: a text, and no error",
    ),
    Case(
        "HEDGE_EXPLAIN",
        ("SPOT_NOTIONALS", 1),
        "No function is called SPOT_NOTIONALS. Did you mean SPOT_NOTIONAL? `xlhedge functions` and "
        "the function wizard list them all.",
        "a name that no function has",
    ),
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
    Case("SCENARIO_PNL", (1, 9, 9, -1, *(None,) * 8, "inverse"), NUM, "an inverse future at 0"),
    Case("SCENARIO_PNL", (1, 9, 9, 0, *(None,) * 8, "linear", -1.1), NUM, "a spike below nothing"),
    Case("SCENARIO_PNL", (1, 9, 9, 0, *(None,) * 10, "open"), VALUE, "fees of no kind"),
    Case("SHORT_NOTIONAL", (1, 50, 1, "inverse", -1), NUM, "a negative index price"),
    Case("LIQUIDATION_PRICE", (1, 9, 9, 0, *(None,) * 4, -0.1), NUM, "a closing fee that pays"),
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
    Case("MIN_VARIANCE_RATIO", (column(1, 2), column(0.1, 0.1)), DIV0, "the future does not move"),
    Case("MIN_VARIANCE_RATIO", (column(1, BLANK), column(1, 2)), DIV0, "one pair is too few"),
    Case("MIN_VARIANCE_RATIO", (column(1, 2), column(1, 2, 3)), VALUE, "not equally long"),
    Case("MIN_VARIANCE_RATIO", (column(1, "x"), column(1, 2)), VALUE, "text in a range"),
    Case("HEDGE_EFFECTIVENESS", (column(1, 1), column(1, 2)), DIV0, "the coin does not move"),
    Case("MIN_VARIANCE_ERROR", (column(1, 2), column(1, 3)), DIV0, "two pairs fit exactly"),
    Case("MIN_VARIANCE_ERROR", (column(1, 2, 4), column(3, 3, 3)), DIV0, "a future that stays"),
    Case("VALUE_AT_RISK", (column(BLANK, BLANK),), DIV0, "nothing in it"),
    Case("VALUE_AT_RISK", (column(1, 2), 1), NUM, "certainty"),
    Case("EXPECTED_SHORTFALL", (column(BLANK, BLANK),), DIV0, "nothing in it"),
    Case("ROLL_YIELD", (60_000, 61_500, 0), NUM, "no time between"),
    Case("FUNDING_BREACH", (column(0.1), 8, 0, 1, 0), NUM, "neither short nor long"),
    Case("FUNDING_BREACH", (column(0.1), 8, 0, 1, 0.5), NUM, "nor half a short"),
    Case("CROSS_LIQUIDATION_BUFFER", (100, column(1, -1), 0), NA, "they cancel"),
    Case("CROSS_LIQUIDATION_BUFFER", (1_000, -500, 0.01), NA, "a fall below nothing"),
    Case("CROSS_LIQUIDATION_BUFFER", (1_000, 0.0001, 0), NA, "a rise of ten millionfold"),
    Case("CROSS_LIQUIDATION_BUFFER", (9, column(1, 2), column(0, 0, 0)), VALUE, "a rate too many"),
    Case("MAINTENANCE_TIER", (9, 0, 0.1, "flat"), VALUE, "tiers of no kind"),
    Case("RELATIVE_VOLUME", (column(1, 2), 2), NA, "two bars are not three"),
    Case("RELATIVE_VOLUME", (column(0, 0, 5), 2), DIV0, "no volume before"),
    Case("CHAIKIN_MONEY_FLOW", (*(column(2, 2),) * 4, 3), NA, "two bars are not three"),
    Case("CHAIKIN_MONEY_FLOW", (*(column(2, 3),) * 3, column(0, 0), 2), DIV0, "no volume"),
    Case("MONEY_FLOW_INDEX", (*(column(2, 3),) * 4, 2), NA, "one change is not two"),
    Case("MONEY_FLOW_INDEX", (*(column(2, 2),) * 4, 1), DIV0, "a price that stays"),
    Case("ON_BALANCE_VOLUME", (column(1, 2), column(1, -1)), NUM, "a negative volume"),
    Case("FUNDING_ACCRUED", (1, column(0.1, 1)), NUM, "a rate of 100 %"),
    Case("FUNDING_BREACH", (column(0.1), 8, 0.0001, 1.5), NUM, "not a whole number"),
    Case("FUNDING_BREAKEVEN_DAYS", (60_000, 0.0001, 540), NA, "funding is received"),
    Case("AVERAGE_ENTRY", (column(1, -1), column(5, 6)), NUM, "contracts of both signs"),
    Case("AVERAGE_ENTRY", (column(0, 0), column(5, 6)), DIV0, "no contracts"),
    Case("TARGET_PRICE", (100, 1), NA, "no price gives a short all of it"),
    Case("FAIR_FUTURES", (100, -0.9, 730), NUM, "a simple rate that leaves no price"),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (1, 100, 10, column(0, 50, 20), column(0.1, 0.2, 0.3)),
        NUM,
        "floors that do not ascend",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (0, 100, 10, column(0, 50), column(0.1, 0.2)),
        NA,
        "no contracts",
    ),
    Case("MARGIN_RATIO", (1, 100, 111, 10, 0.005), NA, "the equity is gone"),
    Case(
        "SUPPORT_CONFIRMED",
        (column(1, 1), column(1, 1), column(1, 1), 1, 0.005, 1.5, 2),
        NA,
        "two bars are not three",
    ),
    Case("UNWIND_SIGNAL", (1, 2), NUM, "2 is neither TRUE nor FALSE"),
    Case("REDEPLOY_AVG_COST", (0, 50_000, 0, 48_000), DIV0, "no coins"),
)
"""Calls of single cells that have none."""

RANGES = (
    Case(
        "MAINTENANCE_TIER",
        (264_000, column(0, 50_000, 250_000), ((0.004, 0.005, 0.01),)),
        ((0.01, 1_300),),
        "MRG-05, MRG-09: 250,000 × 0.5 % + 50",
    ),
    Case(
        "MAINTENANCE_TIER",
        (264_000, column(0, 50_000, 250_000), column(0.004, 0.005, 0.01), "whole"),
        ((0.01, 0),),
        "the rate of the whole position needs no amount",
    ),
    Case(
        "MAINTENANCE_TIER",
        (column(50_000, -250_001), column(0, 50_000, 250_000), column(0.004, 0.005, 0.01)),
        ((0.004, 0), (0.01, 1_300)),
        "a tier reaches to its end, that included; the side does not count",
    ),
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
    Case(
        "MIN_VARIANCE_RATIO",
        (((1, 2), (NA, 4)), column(1, 2, 3, 4)),
        NA,
        "an input's error comes before a block's",
    ),
    Case(
        "HEDGE_EFFECTIVENESS",
        (column(1, 2), column(1, 2, 3), DIV0),
        DIV0,
        "an input's error comes before unequal lengths",
    ),
)
"""Errors inside ranges. LibreOffice fails the whole call, so these are not for it."""
