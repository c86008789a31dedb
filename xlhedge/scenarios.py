"""Scenarios: what named moves of the assets do to the holdings and shorts as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.algebra import NEVER
from xlhedge.figures import VALUES
from xlhedge.formulas.scenario import LEGS, is_liquidated
from xlhedge.portfolio import Portfolio

__all__ = ["UNDERLYING", "Move", "Stress", "moves_of", "stress"]

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
    """

    name: str
    legs: Mapping[str, float]
    liquidated: tuple[str, ...]


_STILL = Move(0.0)


def moves_of(portfolio: Portfolio) -> dict[str, dict[str, Move]]:
    """The portfolio's scenarios, in order: the moves of each, by asset."""
    found: dict[str, dict[str, Move]] = {}
    for row in portfolio.scenarios:
        move = Move(row.price_shock, row.basis_shock, row.funding_rate, row.days)
        found.setdefault(row.scenario, {})[row.asset] = move
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
    rows = [_holding_legs(row, moves.get(row["asset"]), common) for row in hedge]
    liquidated = []
    for row in margin:
        instrument = portfolio.instrument(row["instrument"])
        move = moves.get(instrument.underlying, common)
        fee = instrument.taker_fee * (1 - instrument.fee_discount)
        buffer, equity = _liquidation(row, move)
        # A future that expires pays no funding, whatever the scenario says of perpetuals.
        rate = move.funding_rate
        if rate is None or instrument.expiry is not None:
            rate = row["funding_rate"]
        rows.append(_short_legs(row, move, rate, fee, buffer, equity))
        if is_liquidated(move.price_shock, move.basis_shock, NEVER if buffer is None else buffer):
            liquidated.append(row["instrument"])
    # The legs of all rows are added first, so that they add up to the net shown beside them.
    legs = dict(zip(LEGS, (sum(leg) for leg in zip(*rows, strict=True)), strict=True))
    legs["net"] = sum((legs[leg] for leg in LEGS[:-1]), 0.0)
    return Stress(name, legs, tuple(dict.fromkeys(liquidated)))


def _holding_legs(row: Cells, own: Move | None, common: Move) -> Sequence[float]:
    move, beta = (common, row["beta"]) if own is None else (own, 1)
    return VALUES.scenario_attribution(  # type: ignore[no-any-return]  # a function that gives a row
        row["quantity"], row["spot_price"], 0, move.price_shock, 0, 0, 0, 8, 0, beta
    )


def _short_legs(
    row: Cells, move: Move, rate: float, fee: float, buffer: float | None, equity: float | None
) -> Sequence[float]:
    legs: list[float] = VALUES.scenario_attribution(
        0,
        1,
        row["short_notional"],
        move.price_shock,
        move.basis_shock,
        rate,
        move.days,
        row["interval_hours"],
        fee,
        1,
        buffer,
        equity,
    )
    legs[0] += row["coin_margin"] * move.price_shock  # the coins posted as margin are spot, too
    return legs


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
