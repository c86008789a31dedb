"""Scenarios: what named moves of the assets do to the holdings and shorts as they stand.

Each holding and each short is a line; a scenario's legs are sums over its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlhedge.analysis.figures import (
    BLANK,
    Blank,
    Figure,
    FigureRow,
    figure,
    finite,
    looked_up,
    sum_of,
)
from xlhedge.analysis.grid_shorts import FAR, GridShort, price_move
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED, UNKNOWN, said_of, told_of
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.values import Numbers
from xlhedge.errors import PortfolioError, Problem
from xlhedge.functions.algebra import Carrier, where
from xlhedge.functions.formulas.scenario import LEGS, is_liquidated
from xlhedge.portfolio import Portfolio, Scenario

__all__ = [
    "LEG_FIGURES",
    "MOST_LINES",
    "STANDING",
    "UNDERLYING",
    "Legs",
    "LineRow",
    "Move",
    "ShortTerms",
    "Stress",
    "basis_move",
    "expires",
    "is_perpetual",
    "is_unknown",
    "moves_of",
    "stress",
]

UNDERLYING = "*"
"""The asset of a scenario's row that moves every underlying, and each holding by its beta."""

_A_MOMENT = 1e-6  # days: date-times hold no more digits


@dataclass(frozen=True, slots=True)
class Move:
    """What a scenario says of one asset.

    Args:
        price_shock: the asset's own relative move.
        basis_shock: the extra move of futures on it.
        funding_rate: funding per interval while it lasts; none = the instrument's own.
        days: how long it lasts.
        spike: the worst move of futures on it on the way, relative; none = none beyond the move.
    """

    price_shock: float
    basis_shock: float = 0.0
    funding_rate: float | None = None
    days: float = 0.0
    spike: float | None = None


class Legs(NamedTuple):
    """Where a scenario's P&L comes from, in quote; net is the sum of the others, left to right."""

    spot: float
    short: float
    basis: float
    funding: float
    fees: float
    net: float


@dataclass(frozen=True, slots=True)
class Stress:
    """What a scenario does to the portfolio as it stands, in quote.

    Args:
        name: the scenario's.
        legs: over all holdings and shorts.
        liquidated: instruments whose shorts the move, or the spike on the way, liquidates.
        unknown: instruments whose shorts it moves against, and nobody knows how far they can go.
        expiring: instruments that expire within it; after that they hedge nothing.
        lines: each holding, then each short.
    """

    name: str
    legs: Legs
    liquidated: tuple[str, ...]
    unknown: tuple[str, ...]
    expiring: tuple[str, ...]
    lines: tuple[LineRow, ...]

    @property
    def liquidation(self) -> str:
        """What is said beside its P&L: "liquidated", "liquidation unknown", or nothing."""
        word: str = said_of(bool(self.liquidated), bool(self.unknown))
        return word

    @property
    def told(self) -> str:
        """What happens to which shorts, in words."""
        return told_of(self.liquidated, self.unknown, self.expiring)


def is_perpetual(row: ShortTerms) -> Carrier:
    """Whether a short's instrument has no expiry."""
    return row.days_to_expiry >= FAR


def expires(days: Carrier, days_to_expiry: Carrier) -> Carrier:
    """Whether a short's instrument expires within a scenario."""
    return days >= days_to_expiry - _A_MOMENT


def basis_move(
    basis_shock: Carrier, price_shock: Carrier, days: Carrier, row: ShortTerms
) -> Carrier:
    """How a short's future moves against its index: by its expiry there is no basis left."""
    gone = row.convergence * (1 + price_shock)
    return where(expires(days, row.days_to_expiry), gone, basis_shock)


def is_unknown(row: ShortTerms, move: Carrier, spike: Carrier) -> Carrier:
    """Whether a short may be liquidated, for all that is known: a future's move is against it."""
    against = (row.short_notional * move > 0) | (row.short_notional * spike > 0)
    return (row.unsure > 0) & against


def _of_grid(figure: Figure) -> Figure:
    """What the grids take of a short, too."""
    name = figure.name
    return Figure(
        figure.title,
        figure.look,
        lambda row, f: getattr(f.beside(row, GridShort), name),
        ("instrument",),
    )


class ShortTerms(FigureRow):
    """What a scenario needs of a short: a row each, as the template's workings show them."""

    table, beside = "Shorts", MarginRow

    instrument = looked_up("Instrument", "text", "beside")
    underlying = looked_up("Underlying", "text", "term")
    contract_type = looked_up("Contract type", "text", "beside")

    @figure("Days to expiry", "days", ("instrument",))
    def days_to_expiry(self, f: Lookups) -> Carrier:
        """A perpetual's are more than any scenario lasts."""
        expiry = f.beside(self, MarginRow).expiry
        return where(expiry == "", FAR, lambda: f.days_to_expiry(f.as_of, expiry))

    @figure("Move of the future when the basis is gone", "percent", ("instrument",))
    def convergence(self, f: Lookups) -> Carrier:
        short = f.beside(self, MarginRow)
        return short.index_price / short.futures_price - 1

    short_notional = looked_up("Short notional", "money", "beside")
    coin_margin = looked_up("Coins posted as margin, value", "money", "beside")
    funding_rate = looked_up("Own funding rate", "rate", "beside")
    interval_hours = looked_up("Funding interval, hours", "ratio", "beside")
    fee_rate = _of_grid(GridShort.fee_rate)
    unsure = _of_grid(GridShort.unsure)
    distance = _of_grid(GridShort.distance)
    equity = _of_grid(GridShort.equity)


def _or(value: Carrier, otherwise: float | None) -> Carrier:
    """What a line has, or what stands for it where it has none; None is the function's default."""
    return otherwise if isinstance(value, Blank) else value


def _leg(at: int) -> Figure:
    """A leg of SCENARIO_ATTRIBUTION's, as it is."""
    return Figure(LEGS[at].capitalize(), "money", lambda row, _: row.legs[at], total=True)


class LineRow(FigureRow):
    """One row a holding or short in one scenario; what it has not is blank."""

    scenario = looked_up("Scenario", "text")
    line = looked_up("Holding or short", "text")
    quantity = looked_up("Quantity, coins", "qty")
    spot_price = looked_up("Spot price", "price")
    beta = looked_up("Beta", "ratio")
    contract_type = Figure("Contract type", "text", known=True, source="stated")
    short_notional = looked_up("Short notional", "money")
    coin_margin = looked_up("Coins posted as margin, value", "money")
    price_shock = looked_up("Price move", "percent")
    basis_shock = looked_up("Basis move", "percent")
    spike = looked_up("Worst move on the way", "percent")
    funding_rate = looked_up("Funding rate per interval", "rate")
    interval_hours = looked_up("Funding interval, hours", "ratio")
    days = looked_up("Days", "days")
    expires = looked_up("Expires within it", "text")
    fee_rate = looked_up("Fee rate", "rate")
    liquidation_buffer = looked_up("Distance to liquidation", "percent")
    equity = looked_up("Equity lost if liquidated", "money")

    @figure("Spot", "money", total=True)
    def spot(self, _: Lookups) -> Carrier:
        """Coins posted as margin are spot, too."""
        return self.legs[0] + _or(self.coin_margin, 0) * self.price_shock

    short, basis, funding, fees = map(_leg, range(1, 5))

    @figure("Net", "money", total=True)
    def net(self, _: Lookups) -> Carrier:
        return self.spot + self.short + self.basis + self.funding + self.fees

    liquidation = looked_up("Liquidation", "text")

    @cached_property
    def legs(self) -> Sequence[Carrier]:
        """What SCENARIO_ATTRIBUTION says: one call for all. A short is open: it is only closed."""
        legs: Sequence[Carrier] = self.f.scenario_attribution(
            _or(self.quantity, 0),
            _or(self.spot_price, 1),
            _or(self.short_notional, 0),
            self.price_shock,
            *(
                _or(each, None)
                for each in (
                    self.basis_shock,
                    self.funding_rate,
                    self.days,
                    self.interval_hours,
                    self.fee_rate,
                    self.beta,
                    self.liquidation_buffer,
                    self.equity,
                    self.contract_type,
                    self.spike,
                )
            ),
            "close",
        )
        return legs


LEG_FIGURES = (LineRow.spot, LineRow.short, LineRow.basis, LineRow.funding, LineRow.fees)
"""The legs of a line, which add up to its net."""

_STILL = Move(0.0)
_LONGEST_NAME = 1_000  # of a line; it may be as long as a cell, and then nothing may follow it
STANDING = (
    Scenario(scenario="Spike, then fall", asset=UNDERLYING, price_shock=-0.3, spike=0.2),
    Scenario(
        scenario="Squeeze, then back", asset=UNDERLYING, price_shock=0.0, spike=0.35,
        funding_rate=-0.0005, days=3.0,
    ),
)  # fmt: skip
"""What every hedge is to survive, and no move from here to there shows: the way matters."""

MOST_LINES = 1_000_000
"""Lines of scenarios: a sheet has 48,576 rows more, for what stands above them."""


def moves_of(portfolio: Portfolio) -> dict[str, dict[str, Move]]:
    """The portfolio's scenarios, in order: the moves of each, by asset.

    Raises:
        PortfolioError: with a line for each holding and short they would not fit a sheet.
    """
    found: dict[str, dict[str, Move]] = {}
    for row in portfolio.scenarios:
        move = Move(row.price_shock, row.basis_shock, row.funding_rate, row.days, row.spike)
        found.setdefault(row.scenario, {})[row.asset] = move
    each = len(portfolio.holdings) + len(portfolio.shorts)
    if len(found) * each > MOST_LINES:
        why = (
            f"{len(found):,} scenarios of {each:,} holdings and shorts make more lines than the "
            f"{MOST_LINES:,} that a sheet has room for; {MOST_LINES // each:,} scenarios do"
        )
        raise PortfolioError([Problem(portfolio.place("Scenarios", 0), why)])
    return found


def stress(numbers: Numbers, name: str, moves: Mapping[str, Move]) -> Stress:
    """Work out one scenario.

    An asset with a row of its own moves by it; any other by its beta times the row of `UNDERLYING`.
    A short moves with its underlying, and loses its equity where the move liquidates it, or the
    spike on the way; from there the coins are naked. By the expiry of its instrument its basis is
    gone. Fees are those of closing: the shorts are open.

    Args:
        numbers: the portfolio's holdings and shorts, worked out.
        name: the scenario's name.
        moves: what moves, by asset.
    """
    common = moves.get(UNDERLYING, _STILL)
    lines = [
        _holding_line(row, name, moves.get(row.asset), common) for row in numbers.rows(HedgeRow)
    ]
    terms = numbers.rows(ShortTerms)
    shorts = [_short_line(row, name, moves.get(row.underlying, common)) for row in terms]
    told = [(row.instrument, line) for row, line in zip(terms, shorts, strict=True)]
    lines += shorts
    # The legs of all lines are added first, so that they add up to the net shown beside them.
    spot, short, basis, funding, fees = (sum_of(lines, leg) for leg in LEG_FIGURES)
    net = finite(spot + short + basis + funding + fees, "the total of net")
    return Stress(
        name,
        Legs(spot, short, basis, funding, fees, net),
        liquidated=_once(each for each, line in told if line.liquidation == LIQUIDATED),
        unknown=_once(each for each, line in told if line.liquidation == UNKNOWN),
        expiring=_once(each for each, line in told if line.expires),
        lines=tuple(lines),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _holding_line(row: HedgeRow, scenario: str, own: Move | None, common: Move) -> LineRow:
    move, beta = (common, row.beta) if own is None else (own, 1.0)
    return LineRow(
        row.f,
        scenario=scenario,
        line=row.asset,
        quantity=row.quantity,
        spot_price=row.spot_price,
        beta=beta,
        price_shock=move.price_shock,
    ).complete()


def _short_line(row: ShortTerms, scenario: str, move: Move) -> LineRow:
    # A future that expires pays no funding, whatever the scenario says of perpetuals.
    says = is_perpetual(row) and move.funding_rate is not None
    price = price_move(move.price_shock, row.contract_type)
    basis = basis_move(move.basis_shock, price, move.days, row)
    worst = price + basis, move.spike or 0.0
    hit = is_liquidated(row.short_notional, row.distance, *worst)
    near = abs(row.distance) < FAR
    return LineRow(
        row.f,
        scenario=scenario,
        line=f"{row.instrument[:_LONGEST_NAME]}, short",
        contract_type=row.contract_type,
        short_notional=row.short_notional,
        coin_margin=row.coin_margin,
        price_shock=price,
        basis_shock=basis,
        spike=BLANK if move.spike is None else move.spike,
        funding_rate=move.funding_rate if says else row.funding_rate,
        interval_hours=row.interval_hours,
        days=move.days,
        expires="yes" if expires(move.days, row.days_to_expiry) else BLANK,
        fee_rate=row.fee_rate,
        liquidation_buffer=row.distance if near else BLANK,
        equity=row.equity if near else BLANK,
        liquidation=said_of(hit, is_unknown(row, *worst)),
    ).complete()
