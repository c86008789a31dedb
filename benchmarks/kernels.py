"""How long functions take: single cells, whole ranges, and the analysis of a portfolio.

What stands beside a figure as bare is the same formula as somebody would write it for this one
case: a plain function of floats, or a NumPy expression of the arguments that are used, in float64,
with NumPy's own broadcasting and no checks. All of it runs in one thread, so the seconds are those
of the processor: what else the machine does in the meantime does not count.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from timing import Row

import xlhedge
from xlhedge.analysis import analyse
from xlhedge.errors import CellError
from xlhedge.functions.evaluate import evaluate, rows_of
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.samples import SAMPLES

ROUNDS = 9
CALLS = 2_000
ROWS, COLUMNS = 100_000, 21
_MOST = 10e-6

_HEAVY = (1.0, 60_000.0, 30_000.0, -0.2, -0.01, 1e-4, 30.0, 8.0, 5e-4, 1.2, 0.25, 6_000.0)
_CELLS = {
    "NET_DELTA, 3 arguments": ("NET_DELTA", (1.0, 60_000.0, 45_000.0)),
    "HEDGE_CONTRACTS, 6 arguments": (
        "HEDGE_CONTRACTS",
        (60_000.0, 60_500.0, 1.0, "linear", 0.001, "down"),
    ),
    "LIQUIDATION_PRICE, 8 arguments": (
        "LIQUIDATION_PRICE",
        (1.0, 100.0, 10.0, 0.005, 0.0, 1.0, "linear", "mark"),
    ),
    "SCENARIO_PNL, 4 arguments": ("SCENARIO_PNL", _HEAVY[:4]),
    "SCENARIO_PNL, 12 arguments": ("SCENARIO_PNL", _HEAVY),
}


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _medians(work: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """As `timing.medians`, in seconds of the processor."""
    for each in work.values():
        each()
    taken = [{name: _seconds(each) for name, each in work.items()} for _ in range(rounds)]
    return {name: statistics.median(round_[name] for round_ in taken) for name in work}


def rows() -> Iterator[Row]:
    """The lines of the table."""
    yield from _single()
    yield from _flat()
    yield from _cells()
    yield from _grid()
    yield from _columns()
    yield from _analysis()


def _single() -> Iterator[Row]:
    """One call of single cells, beside the formula alone."""

    def repeated(call: Callable[..., object], *arguments: Any) -> Callable[[], None]:
        def work() -> None:
            for _ in range(CALLS):
                call(*arguments)

        return work

    work = {}
    for name, (called, arguments) in _CELLS.items():
        entry = function(called)
        work[name] = repeated(evaluate, entry, arguments)
        work[f"{name}, bare"] = repeated(entry.body, *arguments)
    taken = {name: seconds / CALLS for name, seconds in _medians(work).items()}
    for name in _CELLS:
        cost, bare = taken[name], taken[f"{name}, bare"]
        what = f"one call: {name} (the formula alone {bare * 1e6:.1f} µs)"
        yield Row(what, f"{cost * 1e6:.1f} µs", "≤ 10 µs", cost <= _MOST)
    api = {
        "net_delta, 3 arguments": (xlhedge.net_delta, (1.0, 60_000.0, 45_000.0), 8e-6),
        "scenario_pnl, 4 arguments": (xlhedge.scenario_pnl, _HEAVY[:4], 15e-6),
    }
    times = _medians({name: repeated(called, *given) for name, (called, given, _) in api.items()})
    for name, (_, _, most) in api.items():
        cost = times[name] / CALLS
        met = cost <= most
        yield Row(f"one call of Python's: {name}", f"{cost * 1e6:.1f} µs", _at_most(most), met)
    plain = [entry for entry in FUNCTIONS if entry.traceable]
    examples = {entry.name: repeated(evaluate, entry, entry.example) for entry in plain}
    slow = {name: each / CALLS for name, each in _medians(examples).items()}
    usual = sorted(slow.values())[len(slow) // 2]
    what = f"  the examples of all {len(plain)} functions of single cells, their median"
    yield Row(what, f"{usual * 1e6:.1f} µs", "≤ 10 µs", usual <= _MOST)


def _repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """Calls whose values are thrown away: keeping hundreds would time the machine's memory."""

    def work() -> None:
        for _ in range(times):
            call()

    return work


def _at_most(seconds: float) -> str:
    return f"≤ {seconds * 1e6:.0f} µs"


def _flat() -> Iterator[Row]:
    """1-D columns, as pandas and NumPy have them, beside the expression of what is asked for."""
    draw = np.random.default_rng(1).uniform
    for count, repeated in ((1_000, 200), (ROWS, 10)):
        qty, price = draw(0, 10, count), draw(1, 1e5, count)
        short, shock = draw(0, 1e6, count), draw(-0.5, 0.5, count)
        bare: dict[str, Callable[[], Any]] = {
            "NET_DELTA": lambda q=qty, p=price, s=short: q * p - s,
            "SCENARIO_PNL": lambda q=qty, p=price, s=short, m=shock: (
                q * p * np.maximum(-1, m) - s * m
            ),
        }
        for name, plain in bare.items():
            given = [qty, price, short, shock][: 3 + (name == "SCENARIO_PNL")]
            entry = function(name)
            called = getattr(xlhedge, name.lower())
            work: dict[str, Callable[[], Any]] = {
                name: lambda entry=entry, given=given: evaluate(entry, given),
                f"Python's {name.lower()}": lambda called=called, given=given: called(*given),
                "bare": plain,
            }
            np.testing.assert_allclose(work[name](), plain(), rtol=1e-12, atol=1e-6)
            taken = _medians({each: _repeated(call, repeated) for each, call in work.items()})
            bare_cost = taken.pop("bare")
            for each, cost in taken.items():
                took, ratio = cost / repeated * 1e6, cost / bare_cost
                what = f"{each} of {count:,} rows, 1-D arrays ({took:.0f} µs): above bare NumPy"
                yield Row(what, f"{ratio:.1f} ×", "≤ 5 ×", ratio <= 5)


def _cells() -> Iterator[Row]:
    """Rows in tuples in and lists out, as xlwings has them; NumPy with `tolist` beside."""
    draw = random.Random(1)  # noqa: S311  # the same in every run
    column = tuple((draw.uniform(0, 10),) for _ in range(1_000_000))
    entry = function("NET_DELTA")
    whole = ((1.0, 2.0), (3.0, 4.0), *[(None, None)] * (1_048_576 - 2))
    taken = _medians(
        {
            "ours": lambda: rows_of(evaluate(entry, [column, 60_000.0, 1.0])),
            "bare": lambda: np.subtract(np.array(column) * 60_000.0, 1.0).tolist(),
            "whole": lambda: rows_of(evaluate(entry, [whole, 60_000.0, 1.0])),
        },
        rounds=3,
    )
    ratio, cost = taken["ours"] / taken["bare"], taken["whole"]
    what = "NET_DELTA of a million cells in tuples, lists out: above NumPy with tolist"
    yield Row(what, f"{ratio:.2f} ×", "≤ 2 ×", ratio <= 2)
    what = "NET_DELTA of whole columns, 1,048,576 × 2, two rows of them filled"
    yield Row(what, f"{cost:.2f} s", "≤ 1.5 s", cost <= 1.5)


def _grid() -> Iterator[Row]:
    """SCENARIO_PNL of a column of portfolios against a row of shocks."""
    draw = np.random.default_rng(1).uniform
    entry, size = function("SCENARIO_PNL"), (ROWS, 1)
    qty, price, short = draw(0, 10, size), draw(1, 1e5, size), draw(0, 1e6, size)
    shock, basis = np.linspace(-0.5, 0.5, COLUMNS)[None, :], draw(-0.01, 0.01, size)
    rate, days, hours = draw(-1e-3, 1e-3, size), draw(0, 90, size), np.full(size, 8.0)
    fee, beta = draw(0, 1e-3, size), draw(0.5, 2, size)
    buffer, margin = draw(0.1, 0.6, size), draw(0, 1e5, size)

    def two_legs() -> Any:
        return 60_000.0 * np.maximum(-1, shock) - short * shock

    def five_legs() -> Any:
        return (
            qty * price * np.maximum(-1, beta * shock)
            - short * shock
            - short * basis
            + short * rate * days * 24 / hours
            - fee * np.abs(short) * (1 + (1 + shock + basis))
        )

    def liquidated() -> Any:
        hit = shock + basis - buffer >= -1e-12
        return (
            qty * price * np.maximum(-1, beta * shock)
            + np.where(hit, -margin, -short * shock)
            - np.where(hit, 0, short * basis)
            + short * rate * days * 24 / hours
            - fee * np.abs(short) * (1 + np.where(hit, 0, 1 + shock + basis))
        )

    some = [qty, price, short, shock, basis, rate, days, hours, fee, beta]
    calls: dict[str, tuple[Callable[[], Any], list[Any]]] = {
        "4 arguments (spot and short)": (two_legs, [1.0, 60_000.0, short, shock]),
        "10 arguments (five legs)": (five_legs, some),
        "12 arguments (five legs, liquidation)": (liquidated, [*some, buffer, margin]),
    }
    for name, (bare, arguments) in calls.items():
        np.testing.assert_allclose(evaluate(entry, arguments), bare(), rtol=1e-12, atol=1e-6)
        taken = _medians({"ours": lambda given=arguments: evaluate(entry, given), "bare": bare})
        ratio = taken["ours"] / taken["bare"]
        what = f"SCENARIO_PNL, {ROWS:,} × {COLUMNS}, {name}: above bare NumPy"
        yield Row(what, f"{ratio:.2f} ×", "≤ 2 ×", ratio <= 2)


def _columns() -> Iterator[Row]:
    """Columns as hosts hand them over: nested lists, with blanks, texts and errors among them."""
    draw = random.Random(1)  # noqa: S311  # the same in every run
    numbers = [[draw.uniform(1, 100)] for _ in range(ROWS)]
    odd = {0: None, 1: CellError.NA, 2: "x"}
    mixed = [[odd.get(at % 3) if at % 1_000 == 0 else cell] for at, (cell,) in enumerate(numbers)]
    blanks = [[draw.choice([None, 1.5])] for _ in range(ROWS)]
    words = [[draw.choice(["linear", "Inverse", None])] for _ in range(ROWS)]
    start = datetime(2026, 1, 1)
    dates = [[start + timedelta(minutes=at)] for at in range(ROWS)]
    floors, rates = [0.0, 50.0, 80.0], [0.004, 0.005, 0.01]
    calls = {
        "NET_DELTA of numbers": ("NET_DELTA", [numbers, numbers, numbers]),
        "NET_DELTA, one wrong cell in 1,000": ("NET_DELTA", [1.0, mixed, numbers]),
        "NET_DELTA, blanks for beta": ("NET_DELTA", [1.0, numbers, numbers, blanks]),
        "SHORT_NOTIONAL, a column of contract types": (
            "SHORT_NOTIONAL",
            [numbers, numbers, 1.0, words],
        ),
        "DAYS_TO_EXPIRY of date-times": ("DAYS_TO_EXPIRY", [dates, 47_000.0]),
        "MAINTENANCE_TIER": ("MAINTENANCE_TIER", [numbers, floors, rates]),
        "NET_DELTA, every cell wrong": ("NET_DELTA", [1.0, [["x"]] * ROWS, 1.0]),
    }
    work = {
        name: lambda called=called, given=arguments: evaluate(function(called), given)
        for name, (called, arguments) in calls.items()
    }
    for name, seconds in _medians(work).items():
        yield Row(f"{ROWS:,} rows of lists: {name}", f"{seconds * 1000:.0f} ms")


def _analysis() -> Iterator[Row]:
    """The whole analysis: the treasury sample, and portfolios of many holdings, each hedged."""
    few, many = _portfolio(1_000), _portfolio(10_000)
    taken = _medians({"treasury": lambda: analyse(SAMPLES["treasury"])})
    cost = taken["treasury"]
    yield Row("analysis of treasury", f"{cost * 1000:.1f} ms")
    alone, together = (_seconds(lambda given=each: analyse(given)) for each in (few, many))
    what = "analysis of 10,000 holdings, instruments and shorts, 3 scenarios (one run)"
    yield Row(what, f"{together:.1f} s")
    ratio = together / alone
    yield Row("  against 1,000 of each", f"{ratio:.1f} ×", "≤ 15 ×", ratio <= 15)


def _portfolio(count: int) -> Portfolio:
    coins = range(count)
    return Portfolio(
        settings=Settings(as_of=datetime(2026, 3, 27), horizon_date=datetime(2026, 6, 26)),
        holdings=tuple(
            Holding(
                asset=f"C{n}", quantity=1 + n, spot_price=100, avg_cost=90, instrument=f"C{n}-PERP"
            )
            for n in coins
        ),
        instruments=tuple(
            Instrument(
                instrument=f"C{n}-PERP",
                underlying=f"C{n}",
                futures_price=101,
                funding_rate=1e-4,
                qty_step=0.1,
                mm_rate=0.005,
            )
            for n in coins
        ),
        shorts=tuple(
            Short(
                instrument=f"C{n}-PERP", contracts=1 + n / 2, entry_price=100, margin=100 * n + 50
            )
            for n in coins
        ),
        scenarios=tuple(
            Scenario(scenario=name, asset="*", price_shock=shock, days=10)
            for name, shock in {"Crash": -0.3, "Rise": 0.1, "Rally": 0.4}.items()
        ),
    )


def main() -> None:
    """Print the lines."""
    for row in rows():
        print(f"{row.what:<84}{row.measured:>14}  {row.target}", flush=True)


if __name__ == "__main__":
    main()
