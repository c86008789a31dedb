"""The table of calls through `evaluate`, and numbers worked out by hand where it has none."""

import re
from dataclasses import FrozenInstanceError

import pytest
from cases import BLANK, BLANKS, ERRORS, ERRORS_IN_RANGES, RANGES, TWO_ERRORS, VALUES

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import NEVER, UNGIVEN
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.formulas import funding, pnl, sizing, tiers, volume, wallet
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.series import Series

ALL = (*VALUES, *ERRORS, *RANGES, *TWO_ERRORS, *BLANKS, *ERRORS_IN_RANGES)


def cell(value):
    return None if value is BLANK else value


def argument(value):
    """An argument of the table, as a host hands it over."""
    if isinstance(value, tuple):
        return [[cell(element) for element in row] for row in value]
    return cell(value)


def outcome(entry, arguments, shape):
    """The rows of a call's values; an error is its kind, and one of the whole call fills them."""
    try:
        rows = rows_of(evaluate(entry, arguments))
    except HedgeError as error:
        return [[error.kind] * shape[1]] * shape[0]
    return [[getattr(element, "kind", element) for element in row] for row in rows]


def same(found, said):
    if isinstance(said, CellError | str | bool):
        return found == said
    return not isinstance(found, CellError) and found == pytest.approx(said, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.function}: {case.why}")
def test_the_table(case):
    said = case.expected if isinstance(case.expected, tuple) else ((case.expected,),)
    shape = len(said), len(said[0])
    found = outcome(function(case.function), list(map(argument, case.arguments)), shape)
    assert (len(found), len(found[0])) == shape
    for found_row, said_row in zip(found, said, strict=True):
        assert all(map(same, found_row, said_row)), found


# Names, order and defaults as the contract has them, whatever the registry says.
CONTRACT = """
SPOT_NOTIONAL(spot_qty, spot_price)
HEDGE_NOTIONAL(spot_qty, spot_price, [hedge_ratio=1], [beta=1])
HEDGE_CONTRACTS(hedge_notional, futures_price, [contract_size=1], [contract_type="linear"],
    [qty_step=0], [rounding="nearest"], [index_price])
SHORT_NOTIONAL(short_contracts, futures_price, [contract_size=1], [contract_type="linear"],
    [index_price])
HEDGE_RATIO(spot_notional, short_notional, [beta=1])
NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])
MIN_VARIANCE_RATIO(spot_changes, futures_changes)
HEDGE_EFFECTIVENESS(spot_changes, futures_changes, [short_per_spot])
MIN_VARIANCE_ERROR(spot_changes, futures_changes)
VALUE_AT_RISK(pnl_changes, [confidence=0.99])
EXPECTED_SHORTFALL(pnl_changes, [confidence=0.975])
BASIS(futures_price, spot_price)
BASIS_PCT(futures_price, spot_price)
BASIS_ANNUALIZED(futures_price, spot_price, days_to_expiry, [compounding="simple"],
    [day_count=365])
BASIS_REGIME(futures_price, spot_price, [tolerance=0])
FAIR_FUTURES(spot_price, rate, days_to_expiry, [compounding="simple"], [day_count=365])
DAYS_TO_EXPIRY(as_of, expiry)
ROLL_YIELD(near_price, far_price, days_between, [day_count=365])
LOCKED_CARRY(short_notional, futures_price, spot_price, [fee_rate=0])
FUNDING_DRAG(short_notional, funding_rate, days, [interval_hours=8])
FUNDING_ACCRUED(short_notional, funding_rates)
FUNDING_APR(funding_rate, [interval_hours=8], [compounding="simple"])
FUNDING_BREACH(funding_rates, [interval_hours=8], [threshold=0.0001], [consecutive=3],
    [direction=1])
FUNDING_BREAKEVEN_DAYS(short_notional, funding_rate, amount, [interval_hours=8])
TRADING_FEE(notional, fee_rate, [discount=0])
AVERAGE_ENTRY(contracts, prices, [contract_type="linear"])
SHORT_PNL(short_contracts, entry_price, price, [contract_size=1], [contract_type="linear"])
TARGET_PRICE(entry_price, short_return, [contract_type="linear"])
SCENARIO_PNL(spot_qty, spot_price, short_notional, price_shock, [basis_shock=0],
    [funding_rate=0], [days=0], [interval_hours=8], [fee_rate=0], [beta=1],
    [liquidation_buffer], [short_margin], [contract_type="linear"], [spike], [fees="both"])
SCENARIO_ATTRIBUTION(spot_qty, spot_price, short_notional, price_shock, [basis_shock=0],
    [funding_rate=0], [days=0], [interval_hours=8], [fee_rate=0], [beta=1],
    [liquidation_buffer], [short_margin], [contract_type="linear"], [spike], [fees="both"])
PAIR_PNL(spot_notional, short_notional, asset_shock, hedge_shock)
INITIAL_MARGIN(position_value, leverage)
MAINTENANCE_TIER(position_value, tier_floors, tier_rates, [tier_mode="marginal"])
MAINTENANCE_MARGIN(position_value, mm_rate, [mm_amount=0])
LIQUIDATION_PRICE(short_contracts, entry_price, margin, mm_rate, [mm_amount=0],
    [contract_size=1], [contract_type="linear"], [mm_basis="mark"], [liquidation_fee=0])
LIQUIDATION_PRICE_TIERED(short_contracts, entry_price, margin, tier_floors, tier_rates,
    [contract_size=1], [contract_type="linear"], [tier_mode="marginal"], [liquidation_fee=0])
LIQUIDATION_BUFFER(mark_price, liquidation_price)
BANKRUPTCY_PRICE(short_contracts, entry_price, margin, [contract_size=1],
    [contract_type="linear"])
MARGIN_RATIO(short_contracts, entry_price, mark_price, margin, mm_rate, [mm_amount=0],
    [contract_size=1], [contract_type="linear"], [mm_basis="mark"], [liquidation_fee=0])
CROSS_LIQUIDATION_BUFFER(wallet_balance, short_values, mm_rates, [mm_amounts=0],
    [unrealised_pnl=0], [liquidation_fee=0])
COLLATERAL_NEEDED(short_contracts, entry_price, price_rise, mm_rate, [mm_amount=0],
    [contract_size=1], [contract_type="linear"], [mm_basis="mark"], [liquidation_fee=0])
SUPPORT_CONFIRMED(lows, closes, volumes, support, [tolerance=0.005], [volume_multiple=1.5],
    [lookback=20])
RELATIVE_VOLUME(volumes, [lookback=20])
CHAIKIN_MONEY_FLOW(highs, lows, closes, volumes, [lookback=20])
MONEY_FLOW_INDEX(highs, lows, closes, volumes, [lookback=14])
ON_BALANCE_VOLUME(closes, volumes)
UNWIND_SIGNAL([days_left], [funding_breach=FALSE], [support_confirmed=FALSE], [price_change=0],
    [redeploy_drop=0])
UNWIND_NOW(spot_qty, spot_price, short_notional, price_shock, [fee_rate=0], [beta=1])
REDEPLOY_QTY(spend, spot_price, [fee_rate=0])
REDEPLOY_AVG_COST(spot_qty, avg_cost, spend, spot_price, [hedge_profit=0], [fee_rate=0])
"""
CALLS = re.sub(r"\n +", " ", CONTRACT.strip()).splitlines()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.partition("(")[0])
def test_the_contract_s_names_and_defaults(call):
    assert function(call.partition("(")[0]).syntax == call


def test_the_contract_s_functions_are_all_there_in_order_and_in_groups():
    named = [call.partition("(")[0] for call in CALLS]
    assert [entry.name for entry in FUNCTIONS] == [*named, "HEDGE_EXPLAIN"]
    groups = dict.fromkeys(entry.group for entry in FUNCTIONS)
    assert list(groups) == [
        "Sizing and exposure",
        "Basis and carry",
        "P&L and scenarios",
        "Margin",
        "Unwinding",
        "In words",
    ]


def test_rows_name_their_columns():
    rows = {entry.name: entry.columns for entry in FUNCTIONS if entry.columns}
    assert rows == {
        "SCENARIO_ATTRIBUTION": ("spot", "short", "basis", "funding", "fees", "net"),
        "MAINTENANCE_TIER": ("mm_rate", "mm_amount"),
    }
    assert rows["SCENARIO_ATTRIBUTION"] == LEGS


def test_what_is_left_out_stands_for_never_and_not_given():
    buffer, margin, _, spike, _ = function("SCENARIO_PNL").parameters[-5:]
    assert buffer.default == NEVER
    assert (margin.default, spike.default) == (UNGIVEN, UNGIVEN)
    assert not any(each.required for each in (buffer, margin, spike))


def test_nobody_changes_the_registry():
    entry = FUNCTIONS[0]
    with pytest.raises(FrozenInstanceError):
        entry.group = "mine"
    with pytest.raises(FrozenInstanceError):
        entry.parameters[0].default = 1


def test_the_summary_is_the_first_line_of_the_help():
    assert function(" spot_notional ").summary == "Value of the coins held, in quote."
    with pytest.raises(HedgeError, match="no function is called 'SPOT'"):
        function("SPOT")


def test_ranges_are_known_as_such():
    ranges = {entry.name for entry in FUNCTIONS if entry.ranges}
    assert ranges == {
        "MIN_VARIANCE_RATIO",
        "HEDGE_EFFECTIVENESS",
        "MIN_VARIANCE_ERROR",
        "VALUE_AT_RISK",
        "EXPECTED_SHORTFALL",
        "CROSS_LIQUIDATION_BUFFER",
        "RELATIVE_VOLUME",
        "CHAIKIN_MONEY_FLOW",
        "MONEY_FLOW_INDEX",
        "ON_BALANCE_VOLUME",
        "FUNDING_ACCRUED",
        "FUNDING_BREACH",
        "AVERAGE_ENTRY",
        "MAINTENANCE_TIER",
        "LIQUIDATION_PRICE_TIERED",
        "SUPPORT_CONFIRMED",
    }
    assert not any(function(name).traceable for name in ranges)
    assert function("NET_DELTA").traceable


DIV0, NA = CellError.DIV0, CellError.NA
BARS = [135, 134, 125], [136, 135, 133], [30, 10, 30]  # lows, closes, volumes
TERMS = (100, 0.25, 1.5, 2)  # support, tolerance, volume_multiple, lookback


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        # The far end of what counts as a liquidation price: a million times the entry, included.
        ("LIQUIDATION_PRICE", (1, 1, 999_999, 0), 1e6),
        ("LIQUIDATION_PRICE", (1, 1, 999_999.5, 0), NA),
        ("LIQUIDATION_PRICE", (1, 100, 10, 0.1, 12), 122 / 1.1),
        ("LIQUIDATION_PRICE", (-1, 100, 100, 0), NA),  # a long paid in full: at 0 exactly
        # Inverse at entry, 100 contracts of 10: 1000 ÷ ((1000 + 20) ÷ 50 − 4 − 0.4).
        ("LIQUIDATION_PRICE", (100, 50, 4, 0.02, 0.4, 10, "inverse", "entry"), 1000 / 16),
        ("COLLATERAL_NEEDED", (100, 50, 0.25, 0.02, 0.4, 10, "inverse", "entry"), 4),
        ("COLLATERAL_NEEDED", (100, 50, 0.25, 0.02, 0.4, 10, "inverse"), 4 - 0.08),
        ("MARGIN_RATIO", (100, 50, 40, 0.4, 0.02, 0.1, 10, "inverse"), 0.4 / 5.4),
        ("MARGIN_RATIO", (100, 50, 40, 0.4, 0.02, 0.1, 10, "inverse", "entry"), 0.3 / 5.4),
        ("MARGIN_RATIO", (-2, 100, 95, 10, 0.02, 1, 0.5), 0.9 / 5),
        ("MARGIN_RATIO", (1, 100, 110, 10, 0.005), NA),  # the equity is 0 exactly
        ("TARGET_PRICE", (100, -1, "inverse"), NA),
        ("TARGET_PRICE", (100, -2, "inverse"), NA),
        ("TARGET_PRICE", (100, -1), 200),
        # 4 at 70,000: the tier at the price is the second, though that of the first is nearer.
        (
            "LIQUIDATION_PRICE_TIERED",
            (4, 70_000, 1_200, [0, 250_000], [0.004, 0.01]),
            282_700 / 4.04,
        ),
        # A long of 10 in 8 contracts of 1.25: the third tier at entry, the second where it ends.
        (
            "LIQUIDATION_PRICE_TIERED",
            (-8, 100, 400, [0, 500, 900], [0.01, 0.02, 0.05], 1.25),
            (1_000 - 400 - 5) / 9.8,
        ),
        # Inverse: 1,000 of 1 at 100 are 10 coins; the end is at 8.1 coins, in the second tier.
        (
            "LIQUIDATION_PRICE_TIERED",
            (1_000, 100, 2, [0, 5, 10], [0.01, 0.02, 0.05], 1, "inverse"),
            980 / (10 - 2 - 0.05),
        ),
        # A tier reaches to its end, that included.
        ("MAINTENANCE_TIER", (900, [0, 500, 900], [0.01, 0.02, 0.05]), [0.02, 5]),
        ("MAINTENANCE_TIER", (901, [0, 500, 900], [0.01, 0.02, 0.05]), [0.05, 32]),
        ("MAINTENANCE_TIER", (0, [0, 500, 900], [0.01, 0.02, 0.05]), [0.01, 0]),
        # A move that reaches the buffer exactly liquidates, up for a short and down for a long.
        ("SCENARIO_PNL", (1, 100, 80, 0.5, -0.25, 0, 0, 8, 0.01, 1, 0.25, 7), 50 - 7 - 0.8),
        ("SCENARIO_PNL", (1, 100, -80, -0.5, 0.25, 0, 0, 8, 0.01, 1, -0.25, 7), -50 - 7 - 0.8),
        ("SCENARIO_PNL", (1, 100, 80, 0.25, 0.25, 0, 0, 8, 0, 1, 0.5, 7), 25 - 7),
        ("SCENARIO_PNL", (1, 100, 80, 0.5, -0.25, 0, 0, 8, 0, 1, 0.26, 7), 50 - 40 + 20),
        ("SCENARIO_PNL", (1, 100, -80, 0.5, 0, 0, 0, 8, 0, 1, -0.25, 7), 90),
        ("SCENARIO_PNL", (1, 100, 0, -0.6, 0, 0, 0, 8, 0, 2), -100),  # no less than all of it
        (
            "SCENARIO_ATTRIBUTION",
            (2, 50, 80, 0.1, 0.02, 0.001, 3, 4, 0.01, 2),
            [20, -8, -1.6, 1.44, -1.696, 20 - 8 - 1.6 + 1.44 - 1.696],
        ),
        # Support: each condition at its edge, then beyond it.
        ("SUPPORT_CONFIRMED", (*BARS, *TERMS), True),
        ("SUPPORT_CONFIRMED", ([135, 134, 125.1], *BARS[1:], *TERMS), False),
        ("SUPPORT_CONFIRMED", (BARS[0], [136, 135, 100], BARS[2], *TERMS), False),
        ("SUPPORT_CONFIRMED", (*BARS[:2], [30, 10, 29], *TERMS), False),
        ("SUPPORT_CONFIRMED", ([9, *BARS[0]], [9, *BARS[1]], [900, *BARS[2]], *TERMS), True),
        ("SUPPORT_CONFIRMED", ([1] * 20, [1] * 20, [1] * 20, 1), NA),
        ("SUPPORT_CONFIRMED", ([1] * 21, [2] * 21, [*[1] * 20, 1.5], 1), True),
        ("SUPPORT_CONFIRMED", ([1] * 21, [2] * 21, [*[1] * 20, 1.4], 1), False),
        ("SUPPORT_CONFIRMED", ([1.006] * 21, [2] * 21, [*[1] * 20, 2], 1), False),
        ("UNWIND_SIGNAL", (0.001,), "HOLD"),
        ("UNWIND_SIGNAL", (0,), "HORIZON"),
        ("UNWIND_SIGNAL", (-1,), "HORIZON"),
        ("UNWIND_SIGNAL", (None, 0, 1), "MARKET"),
        ("UNWIND_SIGNAL", (None, 0, 0, -0.19, 0.2), "HOLD"),
        ("UNWIND_SIGNAL", (None, 0, 0, -0.5, 0), "HOLD"),  # no drop was named
        ("UNWIND_SIGNAL", (None, 0, 0, -0.5, 0.5), "REDEPLOY"),
        ("UNWIND_NOW", (2, 50, -80, 0.1, 0.01, 2), 19.2),
        ("REDEPLOY_QTY", (100, 50, 0.1), 1.8),
        ("REDEPLOY_AVG_COST", (1, 40, 100, 50, 10, 0.1), 130 / 2.8),
        # Funding.
        ("FUNDING_BREACH", ([-0.0002] * 3,), True),
        ("FUNDING_BREACH", ([-0.0002] * 2,), False),
        ("FUNDING_BREACH", ([0.1, *[-0.0002] * 3],), True),
        ("FUNDING_BREACH", ([-0.0002, 0.1, -0.0002, -0.0002],), False),
        ("FUNDING_BREACH", ([-0.5, -0.5], 8, 0.5, 1), False),  # at the threshold is not above it
        ("FUNDING_BREACH", ([-0.00006, -0.00006], [[4], [8]], 0.0001, 1), False),
        ("FUNDING_BREACH", ([-0.00006, -0.00006], [[8], [4]], 0.0001, 1), True),
        ("FUNDING_ACCRUED", (10, [0.5]), 5),
        ("FUNDING_BREAKEVEN_DAYS", (100, -0.01, 12, 4), 2),
        ("FUNDING_BREAKEVEN_DAYS", (100, 0, 12), NA),
        ("FUNDING_APR", (0.001, 4), 2.19),
        ("FUNDING_APR", (0.5, 4_380, "compound"), 1.25),
        # Basis.
        ("BASIS_ANNUALIZED", (150, 100, 30, "simple", 360), 6),
        ("BASIS_ANNUALIZED", (150, 100, 180, "compound", 360), 1.25),
        ("BASIS_REGIME", (75, 100, 0.25), "flat"),
        ("BASIS_REGIME", (100, 100), "flat"),
        ("FAIR_FUTURES", (100, 0.5, 720, "compound", 360), 225),
        ("FAIR_FUTURES", (100, -0.5, 730), CellError.NUM),  # 0 exactly
        ("LOCKED_CARRY", (-200, 100, 90, 0.001), -20.4),
        # Sizes.
        ("HEDGE_CONTRACTS", (12, 2, 3, "linear", 0, "up"), 2),
        ("HEDGE_CONTRACTS", (-2.5, 1, 1, "linear", 1), -3),  # half away from zero
        ("HEDGE_CONTRACTS", (2.5, 1, 1, "linear", 1), 3),
        ("HEDGE_CONTRACTS", (2.4, 1, 1, "linear", 1), 2),
        ("HEDGE_CONTRACTS", (2.1, 1, 1, "linear", 1, "up"), 3),
        ("HEDGE_CONTRACTS", (-2.9, 1, 1, "linear", 1, "down"), -2),
        ("HEDGE_CONTRACTS", (0.7, 1, 1, "linear", 0.1, "down"), 0.7),
        ("HEDGE_CONTRACTS", (7, 1, 1, "linear", 2.5, "down"), 5),
        ("HEDGE_CONTRACTS", (1, 1, 1, "linear", 0.3, "down"), 0.9),
        ("HEDGE_RATIO", (100, 80, 2), 0.4),
        ("NET_DELTA", (2, 50, 80, 1.5), 70),
        ("SHORT_NOTIONAL", (3, 50, 2), 300),
        ("HEDGE_EFFECTIVENESS", ([1, 3], [2, 2]), DIV0),
        ("HEDGE_EFFECTIVENESS", ([1, 3], [2, 2], 0.5), 0),  # a ratio that was chosen needs none
        ("HEDGE_EFFECTIVENESS", ([2, 2], [1, 3], 0.5), DIV0),
        ("HEDGE_EFFECTIVENESS", ([1, 3], [1, 2], 1), 0.75),
        ("MIN_VARIANCE_RATIO", ([0.3], [0.1]), DIV0),
        ("MIN_VARIANCE_RATIO", ([None], [None]), DIV0),
        ("MIN_VARIANCE_RATIO", ([1, 2, 3], [0.1, 0.1, 0.1]), DIV0),  # whose mean is not 0.1
        ("MIN_VARIANCE_RATIO", ([1, 2, 4], [1, 3, 2]), 0.5),
        # Far from 0 rounding would show if a mean were not taken off.
        ("MIN_VARIANCE_RATIO", ([1, 2, 4], [1e9 + 1, 1e9 + 3, 1e9 + 2]), 0.5),
        ("MIN_VARIANCE_RATIO", ([1e9 + 1, 1e9 + 2, 1e9 + 4], [1, 2, 4]), 1),
        ("EXPECTED_SHORTFALL", ([-8, -4, 0, 4], 1e-17), 2),  # all of them
        # Trades.
        ("AVERAGE_ENTRY", ([-1, -3], [4, 8]), 7),
        ("AVERAGE_ENTRY", ([0, 2], [4, 8]), 8),
        ("AVERAGE_ENTRY", ([0, -2], [4, 8]), 8),
        ("AVERAGE_ENTRY", ([-1, 2, -1], [4, 8, 4]), CellError.NUM),
        ("SHORT_PNL", (3, 50, 40, 10, "inverse"), 0.15),
        ("SHORT_PNL", (-3, 50, 40, 10), -300),
        ("PAIR_PNL", (100, 50, 0.5, 0.25), 37.5),
        ("TRADING_FEE", (-100, 0.25, 0.5), 12.5),
        ("MAINTENANCE_MARGIN", (-100, 0.25, 5), 20),
        ("BANKRUPTCY_PRICE", (20, 50, 0.8, 10, "inverse"), 62.5),
    ],
)
def test_by_hand(name, arguments, expected):
    entry = function(name)
    try:
        found = evaluate(entry, arguments)
    except HedgeError as error:
        found = error.kind
    if isinstance(expected, list):
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    else:
        assert same(found, expected), found


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        (funding.funding_accrued, ([1, 2], [0.1, 0.1, 0.1])),
        (funding.funding_breach, ([-0.1, -0.1, -0.1], [8, 8])),
        (pnl.average_entry, ([1, 2], [4, 4, 4])),
        (pnl.average_entry, ([1, 2], [4, 4, 4], "inverse")),
        (sizing.min_variance_ratio, ([1, 2], [1, 2, 3])),
        (sizing.hedge_effectiveness, ([1, 2], [1, 2, 3], 1)),
        (tiers.maintenance_tier, (1, [0, 1], [0.1])),
        (wallet.cross_liquidation_buffer, (1, [1, 2, 3], [0.1, 0.1])),
        (wallet.cross_liquidation_buffer, (1, [1, 2, 3], [0.1], [1, 1])),
        (volume.chaikin_money_flow, ([2, 2, 2], [1, 1, 1], [2, 2], [1, 1, 1], 2)),
        (volume.money_flow_index, ([2, 2, 2], [1, 1, 1], [2, 2], [1, 1, 1], 1)),
        (volume.on_balance_volume, ([2, 2], [1, 1, 1])),
        (sizing.min_variance_error, ([1, 2, 4], [1, 2, 3, 5])),
    ],
)
def test_a_body_never_drops_what_has_no_partner(body, arguments):
    with pytest.raises(ValueError, match=r"zip\(\) argument|series of \d and \d numbers"):
        body(*(Series(x) if isinstance(x, list) else x for x in arguments))


def test_many_steps_are_not_rounded_past_the_next_one():
    assert evaluate(function("HEDGE_CONTRACTS"), [1e13, 1, 1, "linear", 1, "down"]) == 1e13


def test_too_few_bars_says_how_many_it_takes():
    with pytest.raises(HedgeError, match="it needs 3 bars and has 2"):
        evaluate(function("SUPPORT_CONFIRMED"), [[1, 1], [1, 1], [1, 1], *TERMS])
