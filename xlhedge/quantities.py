"""The vocabulary: each argument's name, unit, domain and help, said once.

The same quantity has the same name in every function, every host and every table. From here come
the checks in Python, the checks inside every LAMBDA text, the help in a function wizard, and what
the readers of portfolios allow in a column.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xlhedge.algebra import NEVER, Carrier, floor
from xlhedge.errors import CellError

__all__ = ["QUANTITIES", "RULES", "Domain", "Quantity", "Rule"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The finite numbers that a quantity may take.

    Args:
        above, at_least: the lower end, excluded or included; none = unbounded.
        below, at_most: the upper end, excluded or included; none = unbounded.
        nonzero: whether 0 is left out.
        whole: whether only whole numbers are allowed.

    Example:
        >>> rate = Domain(above=-1, below=1)
        >>> rate.admits(0.0001), rate.admits(1.0)
        (True, False)
        >>> str(rate)
        'must be above -1 and below 1'
    """

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    nonzero: bool = False
    whole: bool = False
    _tests: tuple[tuple[Callable[[Any, float], Carrier], float], ...] = field(init=False)

    def __post_init__(self) -> None:
        ends = (
            (operator.gt, self.above),
            (operator.ge, self.at_least),
            (operator.lt, self.below),
            (operator.le, self.at_most),
            (operator.ne, 0 if self.nonzero else None),
        )
        tests = tuple((compare, end) for compare, end in ends if end is not None)
        object.__setattr__(self, "_tests", tests)

    def admits(self, x: Carrier) -> Carrier:
        """Whether x lies inside: a truth value, an array of them, or Excel text."""
        inside: Carrier = True
        for compare, end in self._tests:
            inside = compare(x, end) & inside
        return (floor(x) == x) & inside if self.whole else inside

    def __str__(self) -> str:
        ends = [
            f"{word} {end:g}" if end < 10_000 else f"{word} {end:,.0f}"
            for word, end in (
                ("above", self.above),
                ("at least", self.at_least),
                ("below", self.below),
                ("at most", self.at_most),
            )
            if end is not None
        ]
        if self.nonzero:
            ends.append("other than 0")
        kind = "a whole number " if self.whole else "" if ends else "a number"
        return f"must be {kind}{' and '.join(ends)}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One word of the vocabulary.

    Args:
        name: the argument's name, the same in every function and host.
        help: what it means, with its unit, in at most 255 characters.
        domain: the numbers it may be, unless it is a word.
        options: the words it may be, if it is an option word.
        kind: "number", "word" or "date" (an Excel serial number).
        series: whether the argument is a whole range, taken at once and never broadcast.
    """

    name: str
    help: str
    domain: Domain = Domain()
    options: tuple[str, ...] = ()
    kind: str = "number"
    series: bool = False

    @property
    def allowed(self) -> str:
        """What is allowed, as the second half of an error message."""
        if self.options:
            return "must be " + " or ".join(f'"{option}"' for option in self.options)
        if self.kind == "date":
            return "must be a date, or a date-time as Excel's serial number"
        return str(self.domain)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on several arguments of one call.

    Args:
        arguments: the arguments it reads, by name; it binds every function that has them all.
        holds: the condition, on floats, arrays or Excel text.
        message: what must hold, for people; it is put behind the last argument's name.
        kind: the error a cell shows.
    """

    arguments: tuple[str, ...]
    holds: Callable[..., Carrier]
    message: str
    kind: CellError


_ANY = Domain()
_POSITIVE = Domain(above=0)
_NOT_NEGATIVE = Domain(at_least=0)
_RATE = Domain(above=-1, below=1)
_MOVE = Domain(at_least=-1)


def _numbers(domain: Domain, helps: dict[str, str]) -> list[Quantity]:
    return [Quantity(name, text, domain) for name, text in helps.items()]


def _words(name: str, text: str, *options: str) -> Quantity:
    return Quantity(name, text, options=options, kind="word")


_VOCABULARY = [
    *_numbers(
        _ANY,
        {
            "spot_qty": "Coins held, in base coins; positive is a long holding.",
            "spot_notional": "Value of the coins held, in quote.",
            "short_notional": "Value of the futures short, in quote; positive is short, negative "
            "is long.",
            "hedge_notional": "Value to short, in quote; positive is short, negative is long.",
            "short_contracts": "Contracts short; positive is short, negative is long. "
            "Linear with contract_size 1: base coins.",
            "beta": "The asset's relative move per move of the hedge's underlying; a ratio, 1 "
            "for the same coin.",
            "basis_shock": "Extra relative move of the future against its underlying, decimal "
            "(0.01 = +1 %).",
            "position_value": "Value of the position in its margin currency: quote for linear, "
            "base coins for inverse.",
        },
    ),
    *_numbers(
        _POSITIVE,
        {
            "spot_price": "Spot price, in quote per base coin.",
            "futures_price": "Futures price, in quote per base coin.",
            "price": "Price at which the position is valued, in quote per base coin.",
            "entry_price": "Average price at which the position was opened, quote per base coin.",
            "mark_price": "The venue's current mark price, in quote per base coin.",
            "liquidation_price": "Price at which the venue liquidates, in quote per base coin.",
            "contract_size": "Size of one contract: base coins for linear, quote for inverse "
            "(Bybit 1, Binance COIN-M 100 or 10).",
            "interval_hours": "Hours between two funding settlements (8, 4, 2 or 1).",
            "leverage": "Position value ÷ initial margin, a ratio (10 = 10×).",
            "day_count": "Days in a year for annualising (365 or 360).",
            "days_to_expiry": "Days until the future expires, decimals allowed.",
            "support": "Support level of the price, in quote per base coin.",
            "index_price": "Spot index price that the venue settles against, quote per base coin.",
            "shock_step": "Step between two price shocks of a grid, decimal (0.1 = 10 %).",
        },
    ),
    *_numbers(
        _NOT_NEGATIVE,
        {
            "hedge_ratio": "Fraction of the exposure to hedge, a ratio (0.5 = half, 1 = all).",
            "qty_step": "The venue's order step, in contracts; 0 = no rounding.",
            "tolerance": "How far off still counts as equal, relative (0.005 = 0.5 %).",
            "margin": "Margin posted on the isolated position, in its margin currency: quote for "
            "linear, base coins for inverse.",
            "short_margin": "What the short loses when liquidated: its margin plus unrealised P&L, "
            "in quote. Required with liquidation_buffer.",
            "mm_amount": "Maintenance amount that the venue deducts in this tier, in the margin "
            "currency.",
            "avg_cost": "Average cost of the coins held, in quote per base coin.",
            "redeploy_drop": "Fall of the spot price below the short's entry at which to redeploy, "
            "decimal (0.2 = 20 %); 0 = never.",
            "threshold": "Funding that the short may pay per 8 h, decimal (0.0001 = 0.01 %).",
            "volume": "Volume traded in the bar, in base coins.",
            "min_qty": "The venue's smallest order, in contracts; 0 = none.",
            "min_notional": "The venue's smallest order, as a value in quote; 0 = none.",
            "tier_floor": "Position value above which the tier applies, in the margin currency.",
            "liquidation_alert": "Relative distance to liquidation below which to warn, decimal "
            "(0.25 = 25 %).",
        },
    ),
    *_numbers(
        _RATE,
        {
            "funding_rate": "Funding rate per interval, decimal (0.0001 = 0.01 %); positive: longs "
            "pay shorts.",
            "fee_rate": "Fee per trade as a decimal of the value traded (0.0005 = 0.05 %); "
            "negative is a rebate.",
        },
    ),
    *_numbers(
        _MOVE,
        {
            "price_shock": "Relative move of the hedge's underlying, decimal (-0.2 = -20 %).",
        },
    ),
    Quantity(
        "days",
        "How long the position is held, in days, decimals allowed.",
        Domain(at_least=0, at_most=36_525),
    ),
    Quantity(
        "mm_rate",
        "Maintenance margin rate of the tier, decimal of the position value (0.005 = 0.5 %).",
        Domain(at_least=0, below=1),
    ),
    Quantity(
        "discount",
        "Part of the fee that the venue waives, decimal (0.1 = 10 % off).",
        Domain(at_least=0, at_most=1),
    ),
    Quantity(
        "consecutive",
        "How many funding settlements in a row must breach the threshold, a whole number.",
        Domain(at_least=1, whole=True),
    ),
    Quantity(
        "liquidation_buffer",
        "Relative move to liquidation, decimal (0.25 = +25 %; negative for a long future). Left "
        "out: never liquidated.",
        Domain(nonzero=True),
    ),
    *(
        Quantity(name, text, _NOT_NEGATIVE, kind="date")
        for name, text in {
            "as_of": "Date-time of the prices, as a date or Excel's serial number in days.",
            "expiry": "Date-time at which the future expires, as a date or Excel's serial "
            "number in days.",
        }.items()
    ),
    _words(
        "contract_type",
        'Contract: "linear" (margin in quote) or "inverse" (margin in base coins).',
        "linear",
        "inverse",
    ),
    _words(
        "rounding",
        'How to round to qty_step contracts: "nearest", "down" (toward zero) or "up".',
        "nearest",
        "down",
        "up",
    ),
    _words(
        "compounding",
        'How a rate per year is meant: "simple", "compound" or "continuous".',
        "simple",
        "compound",
        "continuous",
    ),
    _words(
        "mm_basis",
        'Price that values the maintenance margin: "mark" (Binance, Bybit) or "entry" (MEXC).',
        "mark",
        "entry",
    ),
]

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _VOCABULARY}

RULES: tuple[Rule, ...] = (
    Rule(
        ("price_shock", "basis_shock"),
        lambda price_shock, basis_shock: price_shock + basis_shock >= -1,
        "with price_shock it must add up to at least -1",
        CellError.NUM,
    ),
    Rule(
        ("liquidation_buffer", "short_margin"),
        lambda buffer, margin: (buffer == NEVER) | (margin >= 0),
        "is required when liquidation_buffer is given",
        CellError.VALUE,
    ),
)
