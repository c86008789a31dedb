"""Calls of every traceable function with drawn arguments, the same in each run."""

import random

from xlhedge.errors import HedgeError
from xlhedge.functions.algebra import NEVER
from xlhedge.functions.arguments import evaluate_one
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.functions.series import Series

CASES = 500

TRACEABLE = [entry for entry in FUNCTIONS if entry.traceable]

LEFT_OUT = 0.3

# Where the drawn numbers are ordinary for a desk; a quantity's domain is wider.
ORDINARY = {
    "days_to_expiry": (0.5, 720),
    "day_count": (360, 366),
    "interval_hours": (1, 24),
    "leverage": (1, 125),
    "hedge_ratio": (0, 3),
    "beta": (-3, 3),
    "days": (0, 365),
    "mm_rate": (0, 0.2),
    "discount": (0, 1),
    "margin": (0, 5_000),
    "mm_amount": (0, 50),
    "tolerance": (0, 0.05),
    "short_return": (-0.9, 0.9),
    "price_change": (-0.5, 0.5),
    "redeploy_drop": (0, 0.5),
    "days_left": (-5, 5),
    "as_of": (45_000, 46_000),
    "expiry": (45_000, 46_000),
    "rate": (-0.3, 0.5),
    "funding_rate": (-0.005, 0.005),
    "fee_rate": (-0.0005, 0.002),
    "liquidation_buffer": (-0.9, 0.9),
    "price_rise": (-0.5, 1),
    "spike": (-0.9, 0.9),
    "liquidation_fee": (0, 0.01),
    "days_between": (0.5, 720),
}

STEPS = (0, 0.001, 0.0025, 0.01, 0.1, 0.5, 1, 5, 10)


def drawn(random_, parameter):  # noqa: PLR0911  # one line a kind of quantity
    """An argument for one case: None if it is left out."""
    name, quantity = parameter.name, parameter.quantity
    if not parameter.required and random_.random() < LEFT_OUT:
        return None
    if quantity.options:
        return random_.choice(quantity.options)
    if quantity.kind == "flag":
        return random_.choice((0.0, 1.0))
    if name == "qty_step":
        return random_.choice(STEPS)
    if name in ORDINARY:
        return random_.uniform(*ORDINARY[name])
    if name.endswith("_shock"):
        return random_.uniform(-0.5, 1) / (1 if name != "basis_shock" else 50)
    if "price" in name or name in ("contract_size", "avg_cost"):
        return 10 ** random_.uniform(-1, 5)
    if name.endswith(("notional", "_pnl", "value", "profit", "spend", "amount", "short_margin")):
        number = 10 ** random_.uniform(0, 6)
    else:
        number = 10 ** random_.uniform(-2, 3)
    return number * random_.choice((1, 1, 1, -1)) if quantity.domain.admits(-number) else number


def cases_of(entry):
    random_ = random.Random(entry.name)  # noqa: S311  # the same cases in every run
    found = []
    while len(found) < CASES:
        case = [drawn(random_, parameter) for parameter in entry.parameters]
        names = [parameter.name for parameter in entry.parameters]
        if "liquidation_buffer" in names:  # the two come together
            buffer, margin = (names.index(n) for n in ("liquidation_buffer", "short_margin"))
            if case[buffer] is None or case[margin] is None:
                case[buffer] = case[margin] = None
        found.append(case)
    return found


class Traced(float):
    """A float that remembers the largest number met on the way to a result."""

    largest = 0.0

    @classmethod
    def of(cls, value):
        if isinstance(value, float | int) and not isinstance(value, bool):
            if abs(float(value)) < NEVER:  # a default that is no number
                Traced.largest = max(Traced.largest, abs(float(value)))
            return cls(value)
        return value


def _traced(name):
    plain = getattr(float, name)

    def traced(*numbers):
        if isinstance(numbers[-1], Series):
            return NotImplemented
        return Traced.of(plain(*map(float, numbers)))

    return traced


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow"):
    setattr(Traced, f"__{_name}__", _traced(f"__{_name}__"))

for _name in ("neg", "abs"):
    setattr(Traced, f"__{_name}__", _traced(f"__{_name}__"))


def outcome(entry, case):
    """What the float path gives, and the largest term on the way: the yardstick of the others."""
    try:
        value = evaluate_one(entry, case)
    except HedgeError as error:
        return error.kind.code, 1.0
    Traced.largest = 0.0
    arguments = [
        Traced.of(parameter.default if argument is None else argument)
        for parameter, argument in zip(entry.parameters, case, strict=True)
    ]
    entry.body(*arguments)
    return value, Traced.largest


def agrees(got, wanted, largest):
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(agrees, got, wanted, [largest] * len(wanted)))
    if isinstance(got, HedgeError):
        got = got.kind.code
    if isinstance(wanted, str) or isinstance(got, str):
        return got == wanted
    return abs(got - wanted) <= 1e-12 * largest
