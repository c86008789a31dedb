"""Scenarios: what named moves of the assets do to the holdings and shorts as they stand.

Each holding and each short is a line; a scenario's legs are sums over its lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.terms import fee_rate
from xlhedge.analysis.values import Numbers
from xlhedge.errors import PortfolioError, Problem
from xlhedge.functions.algebra import Carrier, maximum, where
from xlhedge.functions.formulas.scenario import LEGS, is_liquidated
from xlhedge.portfolio import Portfolio

__all__ = [
    "LEG_FIGURES",
    "MOST_LINES",
    "UNDERLYING",
    "LineRow",
    "Move",
    "ShortTerms",
    "Stress",
    "moves_of",
    "stress",
]

UNDERLYING = "*"
"""The asset of a scenario's row that moves every underlying, and each holding by its beta."""

_FAR = 1e9
"""A distance to liquidation that no move covers."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a scenario says of one asset.

    Args:
        price_shock: the asset's own relative move.
        basis_shock: the extra move of futures on it.
        funding_rate: funding per interval while it lasts; none = the instrument's own.
        days: how long it lasts.
    """

    price_shock: float
    basis_shock: float = 0.0
    funding_rate: float | None = None
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Stress:
    """What a scenario does to the portfolio as it stands, in quote.

    Args:
        name: the scenario's.
        legs: spot, short, basis, funding, fees and net, over all holdings and shorts.
        liquidated: instruments whose shorts the move liquidates.
        lines: each holding, then each short.
    """

    name: str
    legs: Mapping[str, float]
    liquidated: tuple[str, ...]
    lines: tuple[LineRow, ...]


class ShortTerms(FigureRow):
    """What a scenario needs of a short: a row each, as the template's workings show them."""

    table, beside = "Shorts", MarginRow

    instrument = looked_up("Instrument", "text", "beside")
    underlying = looked_up("Underlying", "text", "term")

    @figure("Inverse", "ratio", ("instrument",))
    def inverse(self, f: Lookups) -> Carrier:
        return where(f.beside(self, MarginRow).contract_type == "inverse", 1, 0)

    @figure("Perpetual", "ratio", ("instrument",))
    def perpetual(self, f: Lookups) -> Carrier:
        return where(f.beside(self, MarginRow).expiry == "", 1, 0)

    short_notional = looked_up("Short notional", "money", "beside")
    coin_margin = looked_up("Coins posted as margin, value", "money", "beside")
    funding_rate = looked_up("Own funding rate", "rate", "beside")
    interval_hours = looked_up("Funding interval, hours", "ratio", "beside")
    fee_rate = Figure("Fee rate", "rate", fee_rate, ("instrument",))

    @figure("Distance to liquidation", "percent", ("instrument",))
    def distance(self, f: Lookups) -> Carrier:
        """Farther than any move where no price liquidates, or nobody knows."""
        buffer = f.beside(self, MarginRow).liquidation_buffer
        far = where(self.short_notional < 0, -_FAR, _FAR)
        return where(f.number(buffer), buffer, far)

    @figure("Equity", "money", ("instrument",))
    def equity(self, f: Lookups) -> Carrier:
        """What a liquidation takes of a linear one; an inverse one's coins are `coin_margin`."""
        short = f.beside(self, MarginRow)
        return where(short.margin == "", 0, lambda: maximum(short.margin + short.unrealised_pnl, 0))


def _or(value: Carrier, otherwise: float) -> Carrier:
    """What a line has, or what stands for it where it has none."""
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
    short_notional = looked_up("Short notional", "money")
    coin_margin = looked_up("Coins posted as margin, value", "money")
    price_shock = looked_up("Price move", "percent")
    basis_shock = looked_up("Basis move", "percent")
    funding_rate = looked_up("Funding rate per interval", "rate")
    interval_hours = looked_up("Funding interval, hours", "ratio")
    days = looked_up("Days", "days")
    fee_rate = looked_up("Fee rate", "rate")
    liquidation_buffer = looked_up("Distance to liquidation", "percent")
    equity = looked_up("Equity lost if liquidated", "money")
    liquidated = looked_up("Liquidated", "text")

    @figure("Spot", "money", total=True)
    def spot(self, _: Lookups) -> Carrier:
        """Coins posted as margin are spot, too."""
        return self.legs[0] + _or(self.coin_margin, 0) * self.price_shock

    short, basis, funding, fees = map(_leg, range(1, 5))

    @figure("Net", "money", total=True)
    def net(self, _: Lookups) -> Carrier:
        return self.spot + self.short + self.basis + self.funding + self.fees

    @cached_property
    def legs(self) -> Sequence[Carrier]:
        """What SCENARIO_ATTRIBUTION says: one call for all."""
        arguments = [
            _or(self.quantity, 0),
            _or(self.spot_price, 1),
            _or(self.short_notional, 0),
            _or(self.price_shock, 0),
            _or(self.basis_shock, 0),
            _or(self.funding_rate, 0),
            _or(self.days, 0),
            _or(self.interval_hours, 8),
            _or(self.fee_rate, 0),
            _or(self.beta, 1),
        ]
        if not isinstance(self.liquidation_buffer, Blank):
            arguments += [self.liquidation_buffer, self.equity]
        legs: Sequence[Carrier] = self.f.scenario_attribution(*arguments)
        return legs


LEG_FIGURES = (LineRow.spot, LineRow.short, LineRow.basis, LineRow.funding, LineRow.fees)
"""The legs of a line, which add up to its net."""

_STILL = Move(0.0)
_LONGEST_NAME = 1_000  # of a line; it may be as long as a cell, and then nothing may follow it
MOST_LINES = 1_000_000
"""Lines of scenarios: a sheet has 48,576 rows more, for what stands above them."""


def moves_of(portfolio: Portfolio) -> dict[str, dict[str, Move]]:
    """The portfolio's scenarios, in order: the moves of each, by asset.

    Raises:
        PortfolioError: with a line for each holding and short they would not fit a sheet.
    """
    found: dict[str, dict[str, Move]] = {}
    for row in portfolio.scenarios:
        move = Move(row.price_shock, row.basis_shock, row.funding_rate, row.days)
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
    A short moves with its underlying, and loses its equity where the move liquidates it; from
    there the coins are naked. Fees are those of opening and of closing.

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
    shorts = [
        _short_line(row, short, name, moves.get(row.underlying, common))
        for row, short in zip(terms, numbers.rows(MarginRow), strict=True)
    ]
    liquidated = [
        row.instrument for row, line in zip(terms, shorts, strict=True) if line.liquidated
    ]
    lines += shorts
    # The legs of all lines are added first, so that they add up to the net shown beside them.
    legs = {leg.name: sum_of(lines, leg) for leg in LEG_FIGURES}
    legs["net"] = finite(sum(legs.values(), 0.0), "the total of net")
    return Stress(name, legs, tuple(dict.fromkeys(liquidated)), tuple(lines))


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


def _short_line(row: ShortTerms, short: MarginRow, scenario: str, move: Move) -> LineRow:
    # A future that expires pays no funding, whatever the scenario says of perpetuals.
    says = row.perpetual and move.funding_rate is not None
    # The coins that are lost are worth what they are then.
    lost = row.coin_margin * (1 + move.price_shock) if row.inverse else row.equity
    buffer = short.liquidation_buffer
    known = not isinstance(buffer, Blank)
    moved = move.price_shock + move.basis_shock
    hit = known and is_liquidated(row.short_notional, buffer, moved)
    return LineRow(
        row.f,
        scenario=scenario,
        line=f"{row.instrument[:_LONGEST_NAME]}, short",
        short_notional=row.short_notional,
        coin_margin=row.coin_margin,
        price_shock=move.price_shock,
        basis_shock=move.basis_shock,
        funding_rate=move.funding_rate if says else row.funding_rate,
        interval_hours=row.interval_hours,
        days=move.days,
        fee_rate=row.fee_rate,
        liquidation_buffer=buffer if known else BLANK,
        equity=max(0.0, lost) if known else BLANK,
        liquidated="yes" if hit else BLANK,
    ).complete()
