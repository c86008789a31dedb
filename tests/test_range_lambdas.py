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
from drawn_calls import Traced
from engines import CallSheet, define

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import taken
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.hosts.lambdas import LAMBDAS

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE
RANGES = [entry for entry in LAMBDAS if entry.ranges]
CASES = 500
LONGEST = 60
MOST_TIERS = 8

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


def value_of(argument):
    """An argument of a case as Python's evaluate takes it."""
    if isinstance(argument, tuple):
        return [[value_of(cell) for cell in row] for row in argument]
    return None if argument is BLANK else argument


def outcome(entry, arguments):
    """What Python's evaluate gives, as rows, and the largest term on the way."""
    values = [value_of(argument) for argument in arguments]
    width = max(1, len(entry.columns))
    try:
        rows = rows_of(evaluate(entry, values))
    except HedgeError as error:
        return [[error.kind.code] * width], 1.0
    Traced.largest = 1.0  # what a share is taken from
    if len(rows) == len(rows[0]) == 1 or (entry.columns and len(rows) == 1):
        given = taken(entry, [*values, *(None,) * (len(entry.parameters) - len(values))])
        entry.body(*([*map(Traced.of, x)] if isinstance(x, list) else Traced.of(x) for x in given))
    return [
        [cell.kind.code if isinstance(cell, HedgeError) else cell for cell in row] for row in rows
    ], Traced.largest


def agrees(got, wanted, largest):
    if isinstance(wanted, str | bool) or isinstance(got, str | bool | None):
        return type(got) is type(wanted) and got == wanted
    return abs(got - wanted) <= 1e-12 * max(abs(wanted), largest)


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


def fits(got, rows, largest):
    return len(got) == len(rows) and all(
        len(a) == len(b) and all(agrees(x, y, largest) for x, y in zip(a, b, strict=True))
        for a, b in zip(got, rows, strict=True)
    )


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


# An ordinary number of each range.
SERIES = {
    "spot_changes": lambda r: r.gauss(0, 0.03),
    "futures_changes": lambda r: r.gauss(0, 0.03),
    "funding_rates": lambda r: r.gauss(-0.0001, 0.0001),
    "interval_hours": lambda r: r.choice((1, 2, 4, 8)),
    "short_notional": lambda r: r.uniform(-1e5, 1e5),
    "contracts": lambda r: r.uniform(0, 9),
    "pnl_changes": lambda r: r.gauss(0, 100),
    "short_values": lambda r: r.uniform(-3e4, 1e5),
    "mm_rates": lambda r: r.uniform(0, 0.05),
    "mm_amounts": lambda r: r.uniform(0, 50),
    "unrealised_pnl": lambda r: r.gauss(0, 1_000),
    "prices": lambda r: r.uniform(50, 150),
    "tier_rates": lambda r: r.uniform(0, 0.2),
    "highs": lambda r: r.uniform(105, 110),
    "lows": lambda r: r.uniform(95, 105),
    "closes": lambda r: r.uniform(99, 105),
    "volumes": lambda r: r.uniform(0, 9),
}
SCALARS = {
    "threshold": lambda r: r.uniform(0, 0.0001),
    "consecutive": lambda r: r.choice((1, 1, 2, 3)),
    "direction": lambda r: r.choice((1, 1, -1)),
    "confidence": lambda r: r.choice((0.5, 0.9, 0.95, 0.975, 0.99, r.random())),
    "wallet_balance": lambda r: r.choice((1e4, 1e6)) * r.random(),
    "liquidation_fee": lambda r: r.uniform(0, 0.002),
    "short_per_spot": lambda r: r.uniform(-2, 2),
    "support": lambda r: r.uniform(96, 101),
    "lookback": lambda r: r.choice((1, 2, 5, 20)),
    "tolerance": lambda r: r.uniform(0, 0.05),
    "volume_multiple": lambda r: r.uniform(0, 1.5),
    "position_value": lambda r: r.uniform(-2e5, 2e5),
    "short_contracts": lambda r: r.choice((0, 1, 1, 1, -1)) * r.uniform(1, 900),
    "entry_price": lambda r: r.uniform(50, 150),
    "margin": lambda r: r.uniform(0, 9_000) * r.choice((1, 1, 0.001)),
    "contract_size": lambda r: r.choice((1, 1, 0.1, 10)),
}
ORDINARY = {
    "position_value": 50_000,
    "short_contracts": 300,
    "entry_price": 100,
    "margin": 9_000,
    "support": 101,
    "wallet_balance": 1e6,
}
BAD = ("x", "", "5", True, -2, 0, 1e9, BLANK)


def numbers(random_, name, length):
    if name == "tier_floors":
        return [0, *sorted(random_.uniform(1, 1e5) for _ in range(length - 1))]
    found = [SERIES[name](random_) for _ in range(length)]
    if name == "tier_rates":
        found.sort()
    if name == "contracts" and random_.random() < 0.3:
        found = [-number for number in found]
    return found


def laid(random_, cells):
    """Cells as a row or a column."""
    return (tuple(cells),) if random_.random() < 0.5 else column(*cells)


def case_of(entry, random_):
    """Arguments of one call: mostly good, and every way in which they may be bad."""
    length = random_.randint(1, MOST_TIERS if "tier_rates" in names_of(entry) else LONGEST)
    error, unequal = random_.choice(((1, 0), (0, 1), (0, 0), (0, 0), (0, 0)))
    constant = random_.random() < 0.05
    arguments = []
    for parameter in entry.parameters:
        name, quantity = parameter.name, parameter.quantity
        optional = not parameter.required and random_.random() < 0.3
        if optional or random_.random() < 0.01:
            arguments.append(random_.choice((None, BLANK)))
        elif not quantity.series:
            arguments.append(scalar(random_, parameter, error))
        elif quantity.single and random_.random() < 0.4:
            arguments.append(spoilt(random_, [SERIES[name](random_)], 0.05, error)[0])
        else:
            size = length + (unequal and random_.choice((0, 0, 1)))
            cells = numbers(random_, name, size)
            cells = [cells[0]] * size if constant else cells
            cells = spoilt(random_, cells, random_.choice((0, 0, 0.03)), error)
            if random_.random() < 0.4 and size > 1:
                gaps = random_.choice((0.05, 0.3, 1))
                cells = [BLANK if random_.random() < gaps else cell for cell in cells]
            block = unequal and size % 2 == 0 and size > 2 and random_.random() < 0.3
            half = size // 2
            arguments.append(
                (tuple(cells[:half]), tuple(cells[half:])) if block else laid(random_, cells)
            )
    return arguments


def names_of(entry):
    return [parameter.name for parameter in entry.parameters]


def spoilt(random_, cells, share, error):
    """Cells of which a few are bad; an error only where sizes fit: there Python asks them first."""
    found = [random_.choice(BAD) if random_.random() < share else cell for cell in cells]
    if error and random_.random() < 0.3:
        found[random_.randrange(len(found))] = random_.choice((NA, DIV0, VALUE))
    return found


def scalar(random_, parameter, error):
    def one():
        if random_.random() < 0.04:
            return random_.choice((*BAD, *((NA, DIV0) if error else ())))
        if parameter.quantity.options:
            return random_.choice((*parameter.quantity.options, " INVERSE ", "Linear"))
        return SCALARS[parameter.name](random_)

    if random_.random() < 0.9:
        return one()
    cells = [one() for _ in range(3)]
    # A row of values would give a row of rows.
    return column(*cells) if parameter.name == "position_value" else laid(random_, cells)


@pytest.mark.parametrize("entry", RANGES, ids=lambda entry: entry.name)
def test_ironcalc_computes_the_same_for_drawn_ranges(entry, ironcalc, tmp_path):
    random_ = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    cases = [case_of(entry, random_) for _ in range(CASES)]
    outcomes = [outcome(entry, case) for case in cases]
    asked = [
        (entry.name, case, (len(rows), len(rows[0])))
        for case, (rows, _) in zip(cases, outcomes, strict=True)
    ]
    found = computed(ironcalc, tmp_path / "drawn.xlsx", asked, [entry.name])
    assert [
        (case, rows, got)
        for case, (rows, largest), got in zip(cases, outcomes, found, strict=True)
        if not fits(got, rows, largest)
    ] == []
    kinds = {cell for rows, _ in outcomes for cell in rows[0] if isinstance(cell, str)}
    good = sum(not isinstance(rows[0][0], str) for rows, _ in outcomes)
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
