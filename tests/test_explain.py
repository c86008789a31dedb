"""HEDGE_EXPLAIN: the equations it shows are true, and what is wrong is said."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from cases import ERRORS, VALUES
from drawn_calls import cases_of, outcome

import xlhedge
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import taken
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.explain import equation
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.vocabulary import ARGUMENTS, QUANTITIES
from xlhedge.hosts import xlwings_udfs

OTHERS = [entry for entry in FUNCTIONS if entry.name != "HEDGE_EXPLAIN"]
# Equations that are one number, for the arguments drawn.
ARITHMETIC = [
    entry
    for entry in OTHERS
    if entry.traceable and not entry.columns and not isinstance(entry.value, str)
]


def explain(name, *arguments):
    return evaluate(function("HEDGE_EXPLAIN"), [name, *arguments])


def computed(text):
    """The number that an equation gives, in Python's arithmetic: ``expression, Q = expression``."""
    for wanted, python in (
        (r"(?<=\d),(?=\d{3})", ""), ("×", "*"), ("÷", "/"), ("−", "-"), (r"\^", "**"),
        (r"\|([^|]*)\|", r"abs(\1)"), (r"\be\*\*", "math.e**"), (r"\bln\(", "math.log("),
    ):  # fmt: skip
        text = re.sub(wanted, python, text)
    expression, *letters = re.split(r", (?=[A-Z] = )", text)
    known = {"math": math}
    for assignment in letters:
        letter, _, value = assignment.partition(" = ")
        known[letter] = eval(value, known)  # noqa: S307  # our own equations
    return eval(expression, known)  # noqa: S307


@pytest.mark.parametrize("entry", ARITHMETIC, ids=lambda entry: entry.name)
def test_the_equation_in_numbers_gives_the_value(entry):
    compared = 0
    for case in cases_of(entry)[:60]:
        value, largest = outcome(entry, case)
        buffer = dict(zip([p.name for p in entry.parameters], case, strict=True)).get(
            "liquidation_buffer"
        )
        said = explain(entry.name, *case)
        if isinstance(value, str):
            assert said.startswith(f"{entry.name} has no value ({value}): "), said
            continue
        assert said.startswith(f"{entry.name} is "), said
        if buffer is not None or "rounded to" in said:
            continue
        numbers = said.partition("in numbers: ")[2].partition("; with ")[0]
        assert computed(numbers) == pytest.approx(value, rel=1e-6, abs=1e-9 * largest), said
        compared += 1
    assert compared > 5


@pytest.mark.parametrize("entry", OTHERS, ids=lambda entry: entry.name)
def test_every_argument_is_in_the_equation_or_chooses_it(entry):
    """An equation in other letters could not be filled in."""
    document = entry.body.__doc__.partition("Equation:")[2].partition("Question:")[0]
    for parameter in entry.parameters:
        quantity = parameter.quantity
        if quantity.options or (quantity.series and quantity.name not in document):
            continue
        inside = re.search(rf"\b{quantity.name}\b", document)
        assert inside or entry.name == "LIQUIDATION_PRICE_TIERED", quantity.name


def test_the_value_its_formula_the_numbers_and_their_units():
    assert explain("NET_DELTA", 1, 60_000, 45_000) == (
        "NET_DELTA is 15,000: spot_qty × spot_price × beta − short_notional; "
        "in numbers: 1 × 60,000 × 1 − 45,000; with spot_qty = 1 (base coins), "
        "spot_price = 60,000 (quote per base coin), short_notional = 45,000 (quote), "
        "beta = 1 (left out)."
    )


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (("net_delta", 1, 2, -3), "; in numbers: 1 × 2 × 1 − (-3); "),
        (("=NET_DELTA(1)", 1, 2, 3), "NET_DELTA is -1: "),
        (("TRADING_FEE", -60_000, 0.0005), "in numbers: |-60,000| × 0.0005 × (1 − 0);"),
        (("TRADING_FEE", -60_000, 0.0005), "fee_rate = 0.0005 (0.05 %), discount = 0 (left out)."),
        (("HEDGE_RATIO", 60_000, 45_000), "HEDGE_RATIO is 0.75 (75 %): "),
        (("FUNDING_APR", 0.0000125, 1), "in numbers: 0.0000125 × 8760 ÷ 1; "),
        (("FUNDING_APR", 0.1, 4380, "Compound"), "(1 + funding_rate)^(8760 ÷ interval_hours) − 1"),
        (("DAYS_TO_EXPIRY", 46_000.5, 46_090), "as_of = 46,000.5 (2025-12-09 12:00)"),
        (("DAYS_TO_EXPIRY", 46_000, 1e9), "expiry = 1,000,000,000 (a day that no calendar has)"),
        (("HEDGE_CONTRACTS", 1, 1), ("HEDGE_CONTRACTS is 1: hedge_notional ÷ (futures_price × "
         "contract_size); in numbers: 1 ÷ (1 × 1); with ")),
        (("HEDGE_CONTRACTS", 1, 1, 1, "inverse", 0.1, "up"),
         'in numbers: 1 ÷ 1; rounded to a multiple of 0.1, "up"; with'),
        (("HEDGE_CONTRACTS", 1, 1, 1, "inverse", 0.1, "up"), 'contract_type = "inverse", '),
        (("HEDGE_CONTRACTS", 6, 3, 1, "inverse", None, None, 2), "in numbers: 6 × (3 ÷ 2) ÷ 1; "),
        (("SHORT_NOTIONAL", 6, 3, 1, "inverse", 2), "in numbers: 6 × 1 × (2 ÷ 3); "),
        (("SHORT_NOTIONAL", 6, 3, 1, "linear", 2), "in numbers: 6 × 1 × 3; "),
        (("UNWIND_SIGNAL", None, 1), "days_left ≤ 0, "),
        (("UNWIND_SIGNAL", None, 1), '"FUNDING" if TRUE; without any "HOLD"; with'),
        (("UNWIND_SIGNAL", None, 1), 'UNWIND_SIGNAL is "FUNDING": '),
        (("SCENARIO_ATTRIBUTION", 1, 100, 50, -0.1), " is spot = -10, short = 5, basis = 0, "),
        (("AVERAGE_ENTRY", [[0.5], [None], [0.3]], [[5_000, 1, 6_000]]),
         "contracts = {0.5; 0.3}, prices = {5,000; 6,000}, "),
        (("FUNDING_ACCRUED", 10_000, [0.0001] * 7),
         ("10,000 × r, over each r of funding_rates; with short_notional = 10,000 (quote), "
         "funding_rates = {0.0001; 0.0001; 0.0001; 0.0001; 0.0001; 0.0001; … 7 cells}.")),
        (("FUNDING_BREACH", ((-0.00012,), (-0.00015,), (-0.00011,))), "FUNDING_BREACH is TRUE: "),
        (("NET_DELTA", [[1]], np.array([2.0]), 3), "NET_DELTA is -1: "),
        (("HEDGE_EFFECTIVENESS", np.array([1, -1.0]), [1, -1], None), "HEDGE_EFFECTIVENESS is 1 ("),
    ],
)  # fmt: skip
def test_a_value_is_explained(call, part):
    assert part in explain(*call)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("HEDGE_NOTIONAL", 1, 2, 50), "hedge_ratio 50 means 5,000 %; 50 % is written 50% or 0.5."),
        (("FUNDING_DRAG", 1, 0.05, 1),
         "funding_rate 0.05 means 5 %; 0.05 % is written 0.05% or 0.0005."),
        (("FUNDING_DRAG", 1, -0.05, 1),
         "funding_rate -0.05 means -5 %; -0.05 % is written -0.05% or -0.0005."),
        (("TRADING_FEE", 1, 0.02), "fee_rate 0.02 means 2 %; 0.02 % is written 0.02% or 0.0002."),
        (("FUNDING_ACCRUED", 1, [[0.0001], [0.02]]),
         "funding_rates 0.02 means 2 %; 0.02 % is written 0.02% or 0.0002."),
        (("SCENARIO_PNL", 1, 1, 1, 20),
         "price_shock 20 means 2,000 %; 20 % is written 20% or 0.2."),
        (("FUNDING_DRAG", 60_000, 0.01, 30),
         "funding_rate 0.01 means 1 %; 0.01 % is written 0.01% or 0.0001."),
        (("FUNDING_APR", 0.0001, 480),
         "interval_hours 480 is unusual; mostly it is at most 24; 480 minutes are 8 hours."),
        (("NET_DELTA", 12, 60_000, 4),
         "short_notional 4 is in quote, against 720,000 held: 4 coins are 240,000."),
        (("HEDGE_RATIO", 720_000, 4), "short_notional 4 is in quote, against 720,000 held."),
        (("NET_DELTA", 12, 60_000, 800), None),
        (("NET_DELTA", 1, 60_000, -45_000),
         "short_notional -45,000 is a long future; a short is positive."),
        (("SHORT_PNL", -1, 100, 90), "short_contracts -1 is a long future; a short is positive."),
        (("HEDGE_NOTIONAL", 60_000, 1, 0.5),
         "spot_qty 60,000 and spot_price 1 look swapped: 60,000 coins at 1 each."),
        (("SHORT_PNL", 3_000, 5, 2_900),
         "short_contracts 3,000 and entry_price 5 look swapped: 3,000 coins at 5 each."),
        (("SHORT_PNL", 60_000, 1, 0.9, 100, "inverse"), None),
        (("HEDGE_NOTIONAL", 5_000, 2, 1, 1.4), None),
        (("HEDGE_NOTIONAL", 5e8, 8.5e-6, 1), None),
        (("LIQUIDATION_BUFFER", 60_000, 45_000),
         ("liquidation_price 45,000 is below mark_price 60,000: so it is with a long future; a "
          "short is liquidated above.")),
        (("LIQUIDATION_BUFFER", 60_000, 75_000), None),
        (("LIQUIDATION_PRICE", 1, 100, 10, 0.15),
         "It is below entry_price 100: liquidated at once; look at margin and mm_rate."),
        (("HEDGE_NOTIONAL", 1, 2, 2), None),
        (("FUNDING_DRAG", 1, 0.0099, 1), None),
    ],
)  # fmt: skip
def test_a_number_that_looks_mistyped(call, said):
    assert explain(*call).partition(" Is that meant? ")[2] == (said or "")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("NET_DELTA", 1, -5, 0),
         ("NET_DELTA has no value (#NUM!): spot_price: -5 is out of range; it must be above 0. "
         "spot_price is: Spot price, in quote per base coin.")),
        (("FUNDING_DRAG", 1, 1, 1),
         "FUNDING_DRAG has no value (#NUM!): funding_rate: 1 is out of range; it must be above -1 "
         "and below 1. funding_rate is: " + QUANTITIES["funding_rate"].help
         + " funding_rate 1 means 100 %; 1 % is written 1% or 0.01."),
        (("HEDGE_NOTIONAL", 1, 2, -50),
         "HEDGE_NOTIONAL has no value (#NUM!): hedge_ratio: -50 is out of range; it must be at "
         "least 0. hedge_ratio is: " + QUANTITIES["hedge_ratio"].help),
        (("NET_DELTA", 1, 2),
         "NET_DELTA has no value (#VALUE!): short_notional: is empty; it must be a number. "
         "short_notional is: " + QUANTITIES["short_notional"].help
         + " The call is NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])."),
        (("NET_DELTA", 1, CellError.NA, 0),
         "NET_DELTA has no value (#N/A): the cell for spot_price holds #N/A. Mend that first."),
        (("NET_DELTA", "x", CellError.NA, CellError.REF),
         ("NET_DELTA has no value (#N/A): the cell for spot_price holds #N/A; the cell for "
         "short_notional holds #REF!. Mend that first.")),
        (("FUNDING_ACCRUED", 1, [[0.1], [CellError.REF]]),
         ("FUNDING_ACCRUED has no value (#REF!): cell 2 of funding_rates holds #REF!. "
         "Mend that first.")),
        (("FUNDING_ACCRUED", 1, [[0.1], [2]]),
         "FUNDING_ACCRUED has no value (#NUM!): funding_rates, value 2: 2 is out of range; it must "
         "be above -1 and below 1. funding_rates is: " + QUANTITIES["funding_rates"].help
         + " funding_rates 2 means 200 %; 2 % is written 2% or 0.02."),
        (("HEDGE_RATIO", 0, 1),
         ("HEDGE_RATIO has no value (#DIV/0!): HEDGE_RATIO divides by an exposure of 0. Formula: "
         "short_notional ÷ (spot_notional × beta); in numbers: 1 ÷ (0 × 1); with spot_notional = 0 "
         "(quote), short_notional = 1 (quote), beta = 1 (left out).")),
        (("NET_DELTA", [[1], [2]], 2, 3),
         ("spot_qty is a range of 2 cells, and NET_DELTA has a value for each: have one explained "
         "at a time, from single cells.")),
        (("NET_DELTA", 1, 2, 3, 4, 5),
         ("NET_DELTA has no value (#VALUE!): it takes at most 4 arguments, and here are 5: "
         "NET_DELTA(spot_qty, spot_price, short_notional, [beta=1]).")),
        (("NET_DELTAS", 1),
         ("No function is called NET_DELTAS. Did you mean NET_DELTA? `xlhedge functions` and the "
         "function wizard list them all.")),
        (("QQQQ", 1),
         "No function is called QQQQ. `xlhedge functions` and the function wizard list them all."),
        ((None,), ("Which function? Name one as text, such as NET_DELTA. `xlhedge functions` and "
         "the function wizard list them all.")),
        ((5, 1), ("Which function? Name one as text, such as NET_DELTA. `xlhedge functions` and "
         "the function wizard list them all.")),
        ((CellError.NAME,),
         "The cell for function_name holds #NAME?; it takes a name such as NET_DELTA."),
        (("HEDGE_EXPLAIN", "BASIS"),
         "HEDGE_EXPLAIN(function_name, [argument_1], …): " + function("HEDGE_EXPLAIN").summary),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(call, said):
    assert explain(*call) == said


@pytest.mark.parametrize(
    "case", [*VALUES, *ERRORS], ids=lambda case: f"{case.function}: {case.why}"
)
def test_it_is_a_text_that_agrees_with_the_function(case):
    arguments = [None if getattr(a, "name", "") == "BLANK" else a for a in case.arguments]
    said = explain(case.function, *arguments)
    start = f"{case.function} is "
    try:
        evaluate(function(case.function), arguments)
    except HedgeError as error:
        start = f"{case.function} has no value ({error.kind.code}): "
    assert said.startswith((start, "HEDGE_EXPLAIN("))


ODD = (
    math.nan,
    math.inf,
    10**400,
    -(10**400),
    1j,
    "",
    "x",
    b"x",
    object(),
    [[1, 2], [3]],
    [],
    True,
)
NAMES = ("NET_DELTA", "AVERAGE_ENTRY", "DAYS_TO_EXPIRY", "HEDGE_CONTRACTS")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:6])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_makes_it_fail(name, odd):
    for place in range(len(function(name).parameters)):
        arguments = [1, 2, 3, "linear", 0.1, "up", 2][: len(function(name).parameters)]
        arguments[place] = odd
        assert isinstance(explain(name, *arguments), str)
    assert isinstance(explain(odd, 1), str)


def test_the_largest_function_fits():
    assert len(ARGUMENTS) == max(len(entry.parameters) for entry in OTHERS)
    entry = function("HEDGE_EXPLAIN")
    assert [p.name for p in entry.parameters] == ["function_name", *ARGUMENTS]
    assert [p.required for p in entry.parameters] == [True] + [False] * len(ARGUMENTS)
    assert entry.syntax == "HEDGE_EXPLAIN(function_name, [argument_1], …)"
    assert not entry.traceable


def test_lines_of_an_equation_that_apply():
    entry = function("LIQUIDATION_PRICE")
    for kind in ("linear", "inverse"):
        for basis in ("mark", "entry"):
            text = equation(entry, taken(entry, [1, 100, 10, 0.01, 0, 1, kind, basis, 0]))
            assert text.count("÷") - 2 * (kind == "inverse") in (0, 1)
            assert text.count("Q = ") == 1
            assert "mark" not in text


def test_in_python_with_series_and_in_excel_with_errors():
    rates = pd.Series([0.0001, None, 0.0002])
    assert "{0.0001; 0.0002}" in xlhedge.hedge_explain("FUNDING_ACCRUED", 1, rates)
    assert xlhedge.hedge_explain("BASIS", 2, 1) == explain("BASIS", 2, 1)
    with pytest.raises(TypeError, match="missing a required argument: 'spot_price'"):
        xlhedge.basis(1)
    with pytest.raises(TypeError, match="too many"):
        xlhedge.hedge_explain("BASIS", *range(len(ARGUMENTS) + 1))
    div0, missing = CellError.DIV0.excel - 0x7FF6_0000, -2147352572
    said = xlwings_udfs.HEDGE_EXPLAIN("BASIS", div0, 1.0, *[missing] * 13)
    assert said.startswith("BASIS has no value (#DIV/0!): the cell for futures_price holds #DIV/0!")
