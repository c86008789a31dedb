"""Calls of every function of whole ranges with drawn arguments, the same in each run."""

import random

from cases import BLANK, column
from drawn_calls import CASES, Traced

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import taken
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.hosts.lambdas import LAMBDAS

RANGES = [entry for entry in LAMBDAS if entry.ranges]
LONGEST = 60
MOST_TIERS = 8
DIV0, NA, VALUE = CellError.DIV0, CellError.NA, CellError.VALUE


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
        entry.found([[*map(Traced.of, x)] if isinstance(x, list) else Traced.of(x) for x in given])
    return [
        [cell.kind.code if isinstance(cell, HedgeError) else cell for cell in row] for row in rows
    ], Traced.largest


def agrees(got, wanted, largest):
    if isinstance(wanted, str | bool) or isinstance(got, str | bool | None):
        return type(got) is type(wanted) and got == wanted
    return abs(got - wanted) <= 1e-12 * max(abs(wanted), largest)


def fits(got, rows, largest):
    return len(got) == len(rows) and all(
        len(a) == len(b) and all(agrees(x, y, largest) for x, y in zip(a, b, strict=True))
        for a, b in zip(got, rows, strict=True)
    )


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


def drawn_cases(entry):
    """The cases, and what Python gives for each."""
    random_ = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    cases = [case_of(entry, random_) for _ in range(CASES)]
    return [(case, *outcome(entry, case)) for case in cases]
