"""FUNCTIONS, the registry: everything a host, a page of help or a test needs to know of a function.

A function added here appears in every host, in ``xlhedge functions`` and in the docs. Its name,
syntax and defaults are the body's, its help is the body's docstring, its arguments' help and
domains are those of the vocabulary.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.explain import explained
from xlhedge.functions.formulas import (
    basis,
    funding,
    margin,
    pnl,
    risk,
    scenario,
    sizing,
    tiers,
    unwind,
    volume,
    wallet,
)
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.vocabulary import QUANTITIES

__all__ = ["FUNCTIONS", "Function", "Parameter", "function"]


def _one_or_as_many(name: str) -> dict[str, Quantity]:
    """An argument that is a range here, or one number for all of it."""
    return {name: replace(QUANTITIES[name], series=True, single=True)}


def _group(heading: str, *entries: Function) -> tuple[Function, ...]:
    return tuple(replace(entry, group=heading) for entry in entries)


def hedge_explain(function_name: Any, *arguments: Any) -> str:
    """A function's value in words, with its formula and numbers, or which argument is wrong.

    It warns where a number looks mistyped, such as a hedge_ratio of 50 for 50 %. Errors among the
    arguments are explained, not passed on. Its value is always a text.

    Equation:
        the function's own, in its arguments' names and in their numbers

    Question:
        The future is at 61,500 and spot at 60,000: where does the basis come from?

        >>> import xlhedge
        >>> xlhedge.hedge_explain("BASIS", 61_500, 60_000).partition("; with ")[0]
        'BASIS is 1,500: futures_price − spot_price; in numbers: 61,500 − 60,000'

    Errors:
        None of its own. LibreOffice passes an error among the arguments on without asking.

    Source:
        The registry of functions, and the function's own source.
    """
    return explained(_BY_NAME, function_name, arguments)


_DAYS = [-9, -3, 4]
_PRICES = [10, 12, 8]
_SPOT_MOVES, _FUTURE_MOVES = [0.02, -0.02, 0.04], [0.01, -0.01, 0.02]

FUNCTIONS: tuple[Function, ...] = (
    *_group(
        "Sizing and exposure",
        Function(sizing.spot_notional, (2, 60_000), 120_000),
        Function(sizing.hedge_notional, (1, 60_000, 0.5), 30_000),
        Function(sizing.hedge_contracts, (60_000, 60_500, 1, "linear", 0.001, "down"), 0.991),
        Function(sizing.short_notional, (600, 60_500, 100, "inverse"), 60_000),
        Function(sizing.hedge_ratio, (60_000, 45_000), 0.75, share=True),
        Function(sizing.net_delta, (1, 60_000, 45_000), 15_000),
        Function(sizing.min_variance_ratio, (_SPOT_MOVES, _FUTURE_MOVES), 2),
        Function(sizing.hedge_effectiveness, (_SPOT_MOVES, _FUTURE_MOVES, 2), 1, share=True),
        Function(sizing.min_variance_error, ([0.01, 0.03, 0.02], [0.01, 0.02, 0.03]), 0.75**0.5),
        Function(risk.value_at_risk, (_DAYS, 0.5), 3),
        Function(risk.expected_shortfall, (_DAYS, 0.5), 7),
    ),
    *_group(
        "Basis and carry",
        Function(basis.basis, (61_500, 60_000), 1_500),
        Function(basis.basis_pct, (61_500, 60_000), 0.025, share=True),
        Function(basis.basis_annualized, (61_500, 60_000, 73), 0.125, share=True),
        Function(basis.basis_regime, (59_900, 60_000), "backwardation"),
        Function(basis.fair_futures, (60_000, 0.125, 73), 61_500),
        Function(basis.days_to_expiry, (46_000.5, 46_090), 89.5),
        Function(basis.roll_yield, (60_000, 61_500, 73), 0.125, share=True),
        Function(basis.locked_carry, (61_500, 61_500, 60_000), 1_500),
        Function(funding.funding_drag, (60_000, 0.0001, 30), -540),
        Function(
            funding.funding_accrued,
            (10_000, [0.0001, 0.0002, -0.0001]),
            2,
            overrides=_one_or_as_many("short_notional"),
        ),
        Function(
            funding.funding_apr,
            (0.0000125, 1),
            0.1095,
            overrides={
                "compounding": replace(QUANTITIES["compounding"], options=("simple", "compound"))
            },
            share=True,
        ),
        Function(
            funding.funding_breach,
            ([-0.00012, -0.00015, -0.00011],),
            value=True,
            overrides=_one_or_as_many("interval_hours"),
        ),
        Function(funding.funding_breakeven_days, (60_000, -0.0001, 540), 30),
        Function(funding.trading_fee, (60_000, 0.0005, 0.1), 27),
    ),
    *_group(
        "P&L and scenarios",
        Function(pnl.average_entry, ([0.5, 0.3], [5_000, 6_000]), 5_375),
        Function(pnl.short_pnl, (0.4, 6_000, 5_000), 400),
        Function(pnl.target_price, (100_000, 0.05), 95_000),
        Function(scenario.scenario_pnl, (1, 60_000, 30_000, -0.2), -6_000),
        Function(
            scenario.scenario_attribution,
            (1, 60_000, 60_000, -0.2, -0.01),
            (-12_000, 12_000, 600, 0, 0, 600),
            columns=scenario.LEGS,
        ),
        Function(pnl.pair_pnl, (10_000, 14_000, -0.3, -0.2), -200),
    ),
    *_group(
        "Margin",
        Function(margin.initial_margin, (60_000, 10), 6_000),
        Function(
            tiers.maintenance_tier,
            (264_000, [0, 50_000, 250_000], [0.004, 0.005, 0.01]),
            (0.01, 1_300),
            columns=("mm_rate", "mm_amount"),
            rowwise=True,
        ),
        Function(margin.maintenance_margin, (3_500_032.458, 0.025, 16_300), 71_200.81145),
        Function(margin.liquidation_price, (1, 100, 10, 0.005), 109.45273631840796),
        Function(
            tiers.liquidation_price_tiered,
            (4, 60_000, 48_000, [0, 250_000], [0.004, 0.01]),
            289_500 / 4.04,
            rowwise=True,
        ),
        Function(margin.liquidation_buffer, (60_000, 75_000), 0.25, share=True),
        Function(margin.bankruptcy_price, (1, 10_000, 200), 10_200),
        Function(margin.margin_ratio, (1, 100, 105, 10, 0.005), 0.105, share=True),
        Function(
            wallet.cross_liquidation_buffer,
            (100_000, [60_000, 60_000], 0.004),
            99_520 / 120_480,
            share=True,
        ),
        Function(margin.collateral_needed, (1, 100, 0.3, 0.005), 30.65),
    ),
    *_group(
        "Unwinding",
        Function(
            unwind.support_confirmed,
            ([105, 104, 99.8], [106, 105, 103], [10, 10, 20], 100, 0.005, 1.5, 2),
            value=True,
        ),
        Function(volume.relative_volume, ([10, 14, 18], 2), 1.5),
        Function(volume.chaikin_money_flow, ([20, 20], [10, 10], [20, 10], [3, 1], 2), 0.5),
        Function(volume.money_flow_index, (_PRICES, _PRICES, _PRICES, [5, 2, 1], 2), 75),
        Function(volume.on_balance_volume, ([10, 12, 11], [5, 4, 1]), 3),
        Function(unwind.unwind_signal, (0, False, False, -0.2, 0.15), "HORIZON + REDEPLOY"),
        Function(unwind.unwind_now, (1, 48_000, 48_000, 0.25, 0.0005), 11_976),
        Function(unwind.redeploy_qty, (12_000, 48_000), 0.25),
        Function(unwind.redeploy_avg_cost, (1, 50_000, 12_000, 48_000), 49_600),
    ),
    *_group(
        "In words",
        Function(
            hedge_explain,
            ("BASIS", 61_500, 60_000),
            "BASIS is 1,500: futures_price − spot_price; in numbers: 61,500 − 60,000; with "
            "futures_price = 61,500 (quote per base coin), "
            "spot_price = 60,000 (quote per base coin).",
        ),
    ),
)
"""Every function, in the order in which people read about them."""

_BY_NAME = {entry.name: entry for entry in FUNCTIONS}


def function(name: str) -> Function:
    """The registry's entry of a function, by its spreadsheet or Python name.

    Raises:
        HedgeError: no function has that name.

    Example:
        >>> function("net_delta").syntax
        'NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])'
    """
    found = _BY_NAME.get(name.strip().upper())
    if found is None:
        near = difflib.get_close_matches(name.strip().upper(), _BY_NAME, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise HedgeError(f"no function is called {name!r}; {hint}`xlhedge functions` lists them")
    return found
