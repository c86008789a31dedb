"""Scenarios: what named moves of the assets do to the holdings and shorts as they stand.

Each holding and each short is a line; a scenario's legs are sums over its lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis.figures import VALUES, Figure, Functions, finite, row_of, sum_of
from xlhedge.functions.algebra import NEVER, Carrier
from xlhedge.functions.formulas.scenario import LEGS, is_liquidated
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.problems import PortfolioError, Problem

__all__ = ["LINES", "MOST_LINES", "UNDERLYING", "Move", "Stress", "moves_of", "stress"]

UNDERLYING = "*"
"""The asset of a scenario's row that moves every underlying, and each holding by its beta."""

Cells = Mapping[str, Any]


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
        lines: each holding, then each short, by the names of `LINES`.
    """

    name: str
    legs: Mapping[str, float]
    liquidated: tuple[str, ...]
    lines: tuple[Cells, ...]


def _attribution(f: Functions, r: Any) -> Sequence[Carrier]:
    """The legs of a line; coins posted as margin are spot, too."""
    arguments = [_or(getattr(r, name), otherwise) for name, otherwise in _ARGUMENTS.items()]
    if not isinstance(r.liquidation_buffer, str):
        arguments += [r.liquidation_buffer, r.equity]
    spot, *others = f.scenario_attribution(*arguments)
    return [spot + _or(r.coin_margin, 0) * r.price_shock, *others]


def _or(value: Carrier, otherwise: float) -> Carrier:
    """What a line has, or what stands for it where it has none; only a blank is text."""
    return otherwise if isinstance(value, str) else value


_ARGUMENTS = {
    "quantity": 0,
    "spot_price": 1,
    "short_notional": 0,
    "price_shock": 0,
    "basis_shock": 0,
    "funding_rate": 0,
    "days": 0,
    "interval_hours": 8,
    "fee_rate": 0,
    "beta": 1,
}
"""SCENARIO_ATTRIBUTION's first arguments, in its order, with what stands for a blank one."""


def _leg(at: int) -> Figure:
    name = LEGS[at]
    return Figure(name, name.capitalize(), "money", lambda f, r: _attribution(f, r)[at], total=True)


LINES: tuple[Figure, ...] = (
    Figure("scenario", "Scenario", "text"),
    Figure("line", "Holding or short", "text"),
    Figure("quantity", "Quantity, coins", "qty"),
    Figure("spot_price", "Spot price", "price"),
    Figure("beta", "Beta", "ratio"),
    Figure("short_notional", "Short notional", "money"),
    Figure("coin_margin", "Coins posted as margin, value", "money"),
    Figure("price_shock", "Price move", "percent"),
    Figure("basis_shock", "Basis move", "percent"),
    Figure("funding_rate", "Funding rate per interval", "rate"),
    Figure("interval_hours", "Funding interval, hours", "ratio"),
    Figure("days", "Days", "days"),
    Figure("fee_rate", "Fee rate", "rate"),
    Figure("liquidation_buffer", "Distance to liquidation", "percent"),
    Figure("equity", "Equity lost if liquidated", "money"),
    Figure("liquidated", "Liquidated", "text"),
    *map(_leg, range(len(LEGS) - 1)),
    Figure(
        "net", "Net", "money", lambda _, r: r.spot + r.short + r.basis + r.funding + r.fees,
        total=True,
    ),
)  # fmt: skip
"""One row a holding or short in one scenario; what it has not is blank."""

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


def stress(
    portfolio: Portfolio,
    hedge: Sequence[Cells],
    margin: Sequence[Cells],
    name: str,
    moves: Mapping[str, Move],
) -> Stress:
    """Work out one scenario.

    An asset with a row of its own moves by it; any other by its beta times the row of `UNDERLYING`.
    A short moves with its underlying, and loses its equity where the move liquidates it; from
    there the coins are naked. Fees are those of opening and of closing.

    Args:
        portfolio: the portfolio.
        hedge: its rows of `hedge.HEDGE`.
        margin: its rows of `positions.MARGIN`.
        name: the scenario's name.
        moves: what moves, by asset.
    """
    common = moves.get(UNDERLYING, _STILL)
    own = {"scenario": name}
    lines = [_holding_line(row, moves.get(row["asset"]), common) | own for row in hedge]
    shorts = [_short_line(portfolio, row, moves, common) | own for row in margin]
    liquidated = [
        row["instrument"]
        for row, line in zip(margin, shorts, strict=True)
        if line["liquidated"] is not None
    ]
    lines += shorts
    # The legs of all lines are added first, so that they add up to the net shown beside them.
    legs = {leg: sum_of(lines, leg) for leg in LEGS[:-1]}
    legs["net"] = finite(sum(legs.values(), 0.0), "the total of net")
    return Stress(name, legs, tuple(dict.fromkeys(liquidated)), tuple(lines))


def _holding_line(row: Cells, own: Move | None, common: Move) -> dict[str, Any]:
    move, beta = (common, row["beta"]) if own is None else (own, 1.0)
    known = {"line": row["asset"], "beta": beta, "price_shock": move.price_shock}
    return _with_legs(known | {name: row[name] for name in ("quantity", "spot_price")})


def _short_line(
    portfolio: Portfolio, row: Cells, moves: Mapping[str, Move], common: Move
) -> dict[str, Any]:
    instrument = portfolio.instrument(row["instrument"])
    move = moves.get(instrument.underlying, common)
    # A future that expires pays no funding, whatever the scenario says of perpetuals.
    rate = move.funding_rate
    if rate is None or instrument.expiry is not None:
        rate = row["funding_rate"]
    buffer, equity = _liquidation(row, move)
    limit = NEVER if buffer is None else buffer
    reached = is_liquidated(row["short_notional"], limit, move.price_shock + move.basis_shock)
    known = {
        "line": f"{row['instrument'][:_LONGEST_NAME]}, short",
        "price_shock": move.price_shock,
        "basis_shock": move.basis_shock,
        "funding_rate": rate,
        "days": move.days,
        "fee_rate": instrument.fee_rate,
        "liquidation_buffer": buffer,
        "equity": equity,
        "liquidated": "yes" if reached else None,
    }
    own = {name: row[name] for name in ("short_notional", "coin_margin", "interval_hours")}
    return _with_legs(own | known)


def _with_legs(known: Mapping[str, Any]) -> dict[str, Any]:
    """The line with its legs, which one call gives."""
    line: dict[str, Any] = {figure.name: known.get(figure.name) for figure in LINES}
    line |= zip(LEGS[:-1], _attribution(VALUES, row_of(line)), strict=False)
    line["net"] = finite(sum((line[leg] for leg in LEGS[:-1]), 0.0), "net")
    return line


def _liquidation(row: Cells, move: Move) -> tuple[float | None, float | None]:
    """How far the liquidation is, and what it takes: the position's equity, in quote.

    Both are none where no price liquidates, or where the margin is not known.
    """
    buffer = row["liquidation_buffer"]
    if not isinstance(buffer, float):
        return None, None
    if row["contract_type"] == "inverse":  # the coins that are lost are worth what they are then
        equity = row["coin_margin"] * (1 + move.price_shock)
    else:
        equity = row["margin"] + row["unrealised_pnl"]
    return buffer, max(0.0, equity)
