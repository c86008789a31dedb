"""LAMBDA texts of whole-range functions: what IronCalc computes, beside Python's evaluate.

Nothing here was run in Excel. Without it nobody can see that FILTER on nothing gives there what is
to stand for it, that SUM passes on the first of several errors, that MAP hands an error among its
cells on to its LAMBDA, and that a blank of a range equals both "" and 0.
"""

import csv
import json
import random
from pathlib import Path

import pytest
from cases import BLANK, Case, column
from drawn_ranges import CASES, ORDINARY, RANGES, drawn_cases, fits, numbers, outcome
from engines import CallSheet, define

from xlhedge.errors import CellError
from xlhedge.functions.registry import FUNCTIONS, function

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE

OURS = (
    Case("MIN_VARIANCE_RATIO", (), VALUE, "nothing given"),
    Case("MIN_VARIANCE_RATIO", (BLANK, column(1, 2)), VALUE, "a single empty cell is missing"),
    Case("MIN_VARIANCE_RATIO", (5, 7), DIV0, "single cells are ranges of one"),
    Case("MIN_VARIANCE_RATIO", (((1, 2), (3, 5)), ((1, 2), (3, 4))), VALUE, "blocks"),
    Case("MIN_VARIANCE_RATIO", (column(1, 2, "x"), column(1, 4, BLANK)), 1 / 3, "text is skipped"),
    Case("MIN_VARIANCE_RATIO", (column(1, NA), column(1, BLANK)), NA, "an error is not"),
    Case("MIN_VARIANCE_RATIO", (column(1, "x", DIV0, NUM), column(1, 2, 3, NA)), DIV0, "the first"),
    Case("MIN_VARIANCE_RATIO", (column("x", 1), column(NA, 2)), NA, "an input's before ours"),
    Case("MIN_VARIANCE_RATIO", (column(True, False), ((3, 1),)), 0.5, "TRUE counts as 1"),
    Case("MIN_VARIANCE_RATIO", (column("", 1), column(1, 2)), VALUE, "an empty text is text"),
    # Sizes are ours to refuse, too.
    Case("MIN_VARIANCE_RATIO", (((1, NA), (3, 5)), column(1, 2)), NA, "and before a block"),
    Case("HEDGE_EFFECTIVENESS", (column(1, 2), column(1, 2, 3), DIV0), DIV0, "or unequal lengths"),
    Case(
        "SUPPORT_CONFIRMED",
        (column(1, NA), column(1, 2), column(1, 2, 3), 1),
        NA,
        "of two other ranges",
    ),
    Case(
        "HEDGE_EFFECTIVENESS",
        (column(1, -1), column(1, -1), ((0.5, 1, "x", BLANK, NA),)),
        ((0.75, 1, VALUE, 1, NA),),
        "a row of ratios, each in its own cell; h = 1 is the best",
    ),
    Case("HEDGE_EFFECTIVENESS", (column(1, -1), column(2, 2)), DIV0, "no best ratio"),
    Case("HEDGE_EFFECTIVENESS", (column(1, -1), column(2, 2), 3), 0, "none is needed"),
    Case("FUNDING_ACCRUED", (column(7, BLANK), column(BLANK, 0.1)), 0, "no pairs: nothing came in"),
    Case("FUNDING_ACCRUED", (column(7, 8), 0.5), VALUE, "one number for all, not one rate"),
    Case("FUNDING_ACCRUED", (7, 0.5), 3.5, "one settlement"),
    Case("FUNDING_ACCRUED", (None, column(0.1, 0.2)), VALUE, "no short"),
    Case("FUNDING_ACCRUED", ("x", column(1, 0.2)), VALUE, "the leftmost of our own errors"),
    Case("FUNDING_ACCRUED", (column(1, 1), column(-1, "x")), NUM, "the first of our own errors"),
    Case(
        "FUNDING_BREACH",
        (((-0.0003, -0.00006),), column(8, 4), ((0.0001, 0.0002),), column(1, 2, 3, 0)),
        ((True, False), (True, False), (False, False), (NUM, NUM)),
        "costs of 0.03 and 0.012 % per 8 h; thresholds against numbers of settlements",
    ),
    Case("FUNDING_BREACH", (column(-0.1, BLANK, -0.1), BLANK, None, 2), True, "blank: every 8 h"),
    Case("FUNDING_BREACH", (column(-0.1, 0.1, -0.1, -0.1), 8, 0, 2), True, "the last count"),
    Case("FUNDING_BREACH", (column(-0.1, -0.1, 0.1), 8, 0, 2), False, "the last counts"),
    Case("FUNDING_BREACH", (column(-0.1, -0.1), 8, 0.1, 2), False, "at the threshold is not above"),
    Case("FUNDING_BREACH", (column(-0.1, -0.2), column(8, 0)), NUM, "an interval of 0"),
    Case("FUNDING_BREACH", (column(BLANK, BLANK), 0), NUM, "one for all, of which there are none"),
    Case("FUNDING_BREACH", (column(BLANK, BLANK), 8), False, "no settlements are not three"),
    Case("MIN_VARIANCE_RATIO", (column(BLANK, BLANK), None), VALUE, "the other one is missing"),
    Case(
        "AVERAGE_ENTRY",
        (column(1, 3), column(100, 200), ((" Inverse ", BLANK, "linear", "spot", 7),)),
        ((160, 175, 175, VALUE, VALUE),),
        "4 ÷ (1/100 + 3/200), 700 ÷ 4",
    ),
    Case("AVERAGE_ENTRY", (column(-1, -3), column(100, 200)), 175, "a long position"),
    Case(
        "CROSS_LIQUIDATION_BUFFER",
        (0, column(BLANK, BLANK), 0.1, 20, -10),
        0,
        "no positions: one amount for all is none, and the wallet owes 10",
    ),
    Case("AVERAGE_ENTRY", (column(BLANK, 1), column(100, BLANK)), DIV0, "no trades"),
    Case("AVERAGE_ENTRY", (column(1, -1), column(1, 2), "spot"), VALUE, "a word, then the signs"),
    Case("MAINTENANCE_TIER", (7, 0, 0.1), ((0.1, 0),), "a table of one tier in single cells"),
    Case("MAINTENANCE_TIER", (0, column(0, 5), column(0.1, 0.2)), ((0.1, 0),), "no position"),
    Case("MAINTENANCE_TIER", (7, column(1, 5), column(0.1, 0.2)), ((NUM, NUM),), "not from 0"),
    Case("MAINTENANCE_TIER", (7, column(0, 5, 5), ((0, 0, 0),)), ((NUM, NUM),), "floors that stay"),
    Case("MAINTENANCE_TIER", (7, column(0, BLANK), ((BLANK, 0),)), ((NUM, NUM),), "no tiers"),
    Case("MAINTENANCE_TIER", (7, column(0, -5), ((1, 0),)), ((NUM, NUM),), "a negative floor"),
    Case(
        "MAINTENANCE_TIER",
        (column(7, "x", NA), column(0, BLANK, 5), column(0.1, "x", 0.3)),
        ((0.3, 1), (VALUE, VALUE), (NA, NA)),
        "a bad value spoils its own row; 5 × (0.3 − 0.1)",
    ),
    Case(
        "MAINTENANCE_TIER",
        (((1, 2),), column(0, 5), column(0.1, 0.3)),
        ((VALUE, VALUE),),
        "a row of values gives no row",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (column(1, -1, 0), 100, ((10, 0),), column(0, 50), column(0.1, 0.1)),
        ((100, 100 / 1.1), (100, 100 / 0.9), (NA, NA)),
        "110 ÷ 1.1 and 90 ÷ 0.9: one rate; without a margin the price lies behind",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (1, 100, 175, column(0, 250), column(0.1, 0.2)),
        250,
        "275 ÷ 1.1, where two tiers meet: neither may miss it by rounding",
    ),
    Case(
        "LIQUIDATION_PRICE_TIERED",
        (100, 50, 1, 0, 0, 10, "inverse"),
        (100 * 10) / (1000 / 50 - 1),
        "1,000 ÷ (20 − 1) coins, without maintenance",
    ),
    Case(
        "SUPPORT_CONFIRMED",
        (((99, 99, BLANK, 99),), column(101, 101, 5, 101), ((4, 8, 9, 9),), 100, 0, 1.5, 2),
        True,
        "the volume of 9 is 1.5 times the mean of 4 and 8",
    ),
    Case(
        "SUPPORT_CONFIRMED",
        (
            column(9, 9, 99),
            column(9, 9, 101),
            column(4, 8, 9),
            ((100, 98, 102, 101),),
            0,
            0,
            ((1,), (3,)),
        ),
        ((True, False, False, False), (NA,) * 4),
        "supports against lookbacks: at 98 not touched, below and at 101 not held; too few bars",
    ),
    Case(
        "SUPPORT_CONFIRMED",
        (column(1, -1), None, column(1, 1), 1),
        NUM,
        "a price of -1 stands left of the range that is missing",
    ),
)
"""What only a host that tells blanks from zeros and passes errors on can show."""


def sheet_of(names):
    calls = CallSheet()
    define(calls.book, [function(name) for name in names])
    return calls


def computed(ironcalc, path, asked, names):
    """Each call with its outcome from IronCalc, as rows."""
    calls = sheet_of(names)
    cells = [
        calls.add(name, arguments, shape if shape != (1, 1) else None)
        for name, arguments, shape in asked
    ]
    values = ironcalc.values(calls.save(path))["Sheet"]
    return [[[values.get(cell) for cell in row] for row in rows] for rows in cells]


def test_ironcalc_computes_the_cases(ironcalc, tmp_path):
    wanted = [
        [[getattr(cell, "code", cell) for cell in row] for row in case.expected]
        if isinstance(case.expected, tuple)
        else [[getattr(case.expected, "code", case.expected)]]
        for case in OURS
    ]
    asked = [
        (case.function, case.arguments, (len(rows), len(rows[0])))
        for case, rows in zip(OURS, wanted, strict=True)
    ]
    found = computed(ironcalc, tmp_path / "ours.xlsx", asked, [entry.name for entry in RANGES])
    assert [
        (case, got)
        for case, rows, got in zip(OURS, wanted, found, strict=True)
        if not fits(got, rows, 1)
    ] == []


def test_ironcalc_computes_the_oracles(ironcalc, tmp_path):
    with (Path(__file__).parent / "oracles.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    tiers, tier, hull, hedge = (
        (json.loads(rows[name]["inputs"]), json.loads(rows[name]["expected"]))
        for name in ("MRG-11", "MRG-12", "HR-01", "HR-03")
    )
    floors = tiers[0]["floors"]
    ladder = column(*floors), (tuple(tiers[0]["mmr"]),)
    ends, rates = zip(*tier[0]["tiers"], strict=True)
    changes = column(*hull[0]["dS"]), (tuple(hull[0]["dF"]),)
    asked = [
        ("MAINTENANCE_TIER", (column(*(floor + 1 for floor in floors)), *ladder), (12, 2)),
        ("MAINTENANCE_TIER", (tier[1]["value_xyz"], ((0, *ends[:-1]),), (rates,)), (1, 2)),
        ("MIN_VARIANCE_RATIO", changes, (1, 1)),
        ("HEDGE_EFFECTIVENESS", changes, (1, 1)),
        ("HEDGE_EFFECTIVENESS", (*changes, ((hedge[0]["h"], 1),)), (1, 2)),
    ]
    table, one, ratio, best, given = computed(
        ironcalc, tmp_path / "oracles.xlsx", asked, [entry.name for entry in RANGES]
    )
    assert [cells[0] for cells in table] == tiers[0]["mmr"]
    assert [cells[1] for cells in table] == pytest.approx(tiers[1]["cum"], rel=1e-12)
    assert one[0] == pytest.approx([0.03, tier[1]["deduction_xyz"]], rel=1e-12)
    assert ratio[0][0] == pytest.approx(hull[1]["h"], abs=5e-4)
    assert best[0][0] == pytest.approx(hull[1]["r2"], abs=5e-4)
    wanted = [hedge[1]["var_reduction"], hedge[1]["var_reduction_h1"]]
    assert given[0] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("entry", RANGES, ids=lambda entry: entry.name)
def test_ironcalc_computes_the_same_for_drawn_ranges(entry, ironcalc, tmp_path):
    cases = drawn_cases(entry)
    asked = [(entry.name, case, (len(rows), len(rows[0]))) for case, rows, _ in cases]
    found = computed(ironcalc, tmp_path / "drawn.xlsx", asked, [entry.name])
    assert [
        (case, rows, got)
        for (case, rows, largest), got in zip(cases, found, strict=True)
        if not fits(got, rows, largest)
    ] == []
    kinds = {cell for _, rows, _ in cases for cell in rows[0] if isinstance(cell, str)}
    good = sum(not isinstance(rows[0][0], str) for _, rows, _ in cases)
    assert kinds >= {"#VALUE!", "#N/A", "#DIV/0!"}
    assert CASES / 7 < good < CASES - 50


@pytest.mark.parametrize("entry", RANGES, ids=lambda entry: entry.name)
def test_a_few_cells_of_a_thousand_are_filled(entry, ironcalc, tmp_path):
    random_ = random.Random(entry.name)  # noqa: S311  # as above
    cases = []
    for places in (range(40), sorted(random_.sample(range(1_000), 40))):
        case = []
        for parameter in entry.parameters:
            if not parameter.quantity.series:
                case.append(ORDINARY.get(parameter.name))
                continue
            cells = [BLANK] * 1_000
            wanted = numbers(random_, parameter.name, 40)
            for place, number in zip(places, wanted, strict=True):
                cells[place] = number
            case.append(column(*cells))
        cases.append(case)
    outcomes = [outcome(entry, case) for case in cases]
    asked = [
        (entry.name, case, (len(rows), len(rows[0])))
        for case, (rows, _) in zip(cases, outcomes, strict=True)
    ]
    found = computed(ironcalc, tmp_path / "columns.xlsx", asked, [entry.name])
    for (rows, largest), got in zip(outcomes, found, strict=True):
        assert fits(got, rows, largest), (rows, got)
        assert not isinstance(rows[0][0], str)


def test_every_text_is_of_a_function_of_ranges():
    assert {entry.name for entry in FUNCTIONS if entry.ranges} == {entry.name for entry in RANGES}
    for entry in RANGES:
        for _, places in entry.rules:
            # The generated checks leave these to the text: its body says them first.
            assert any(entry.parameters[place].quantity.series for place in places)
