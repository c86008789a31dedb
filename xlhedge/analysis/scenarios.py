"""Scenarios: what named moves of the assets do to the holdings and shorts as they stand.

Each holding and each short is a line; a scenario's legs are sums over its lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlhedge.analysis.account_lines import AccountTerms, Wallets, account_lines, wallets_in
from xlhedge.analysis.figures import BLANK, finite
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED, UNKNOWN, said_of, told_of
from xlhedge.analysis.scenario_lines import (
    LEG_FIGURES,
    UNDERLYING,
    Move,
    ShortTerms,
)
from xlhedge.analysis.stress_lines import StressLines, holdings_moved, shorts_moved
from xlhedge.analysis.values import Numbers
from xlhedge.errors import PortfolioError, Problem
from xlhedge.portfolio import Portfolio, Scenario

__all__ = ["MOST_LINES", "STANDING", "Legs", "Stress", "moves_of", "stresses"]


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
        liquidated: instruments whose shorts the move, or the spike on the way, liquidates; and
            accounts whose wallets it does.
        unknown: those that it moves against, of which nobody knows how far they can go.
        expiring: instruments that expire within it; after that they hedge nothing.
        lines: each holding, then each short, then each collateral of an account.
        wallets: what becomes of the accounts.
    """

    name: str
    legs: Legs
    liquidated: tuple[str, ...]
    unknown: tuple[str, ...]
    expiring: tuple[str, ...]
    lines: StressLines
    wallets: Wallets

    @property
    def liquidation(self) -> str:
        """What is said beside its P&L: "liquidated", "liquidation unknown", or nothing."""
        word: str = said_of(bool(self.liquidated), bool(self.unknown))
        return word

    @property
    def told(self) -> str:
        """What happens to which shorts, in words."""
        return told_of(self.liquidated, self.unknown, self.expiring)


_STILL = Move(0.0)
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
    each = len(portfolio.holdings) + len(portfolio.shorts) + len(portfolio.accounts)
    if len(found) * each > MOST_LINES:
        why = (
            f"{len(found):,} scenarios of {each:,} holdings, shorts and collaterals make more "
            f"lines than the {MOST_LINES:,} that a sheet has room for; {MOST_LINES // each:,} "
            "scenarios do"
        )
        raise PortfolioError([Problem(portfolio.place("Scenarios", 0), why)])
    return found


def stresses(numbers: Numbers, scenarios: Mapping[str, Mapping[str, Move]]) -> list[Stress]:
    """Work out scenarios.

    An asset with a row of its own moves by it; any other by its beta times the row of `UNDERLYING`.
    A short moves with its underlying, and loses its equity where the move liquidates it, or the
    spike on the way; from there the coins are naked. Those that share a wallet fall together. By
    the expiry of its instrument a short's basis is gone. Fees are those of closing: the shorts are
    open.

    Args:
        numbers: the portfolio's holdings and shorts, worked out.
        scenarios: what moves, by the scenario's name and by asset.

    Raises:
        HedgeError: something has no value, or is too large for a number.
    """
    said = {name: {UNDERLYING: _STILL, **moves} for name, moves in scenarios.items()}
    terms = numbers.rows(ShortTerms)
    with np.errstate(all="ignore"):  # a number too large is told by what takes it
        held = holdings_moved(numbers.rows(HedgeRow), said)
        wallets = [wallets_in(numbers, moves, moves[UNDERLYING]) for moves in said.values()]
        shorts = shorts_moved(terms, said, wallets)
    return [
        _stress(
            numbers,
            StressLines(holding, short, account_lines(numbers, short.scenario, found)),
            found,
        )
        for holding, short, found in zip(held, shorts, wallets, strict=True)
    ]


def _stress(numbers: Numbers, lines: StressLines, wallets: Wallets) -> Stress:
    """A scenario by its lines."""
    shorts, words = lines.shorts.rows, lines.shorts.columns
    pairs = zip(shorts, words["liquidation"], strict=True)
    told = [(row.instrument, word) for row, word in pairs if word and row.wallet == BLANK]
    accounts = zip(numbers.rows(AccountTerms), lines.accounts, strict=True)
    told += [(f"account {row.account}", line.liquidation) for row, line in accounts]
    expiring = (row.instrument for row, word in zip(shorts, words["expires"], strict=True) if word)
    # The legs of all lines are added first, so that they add up to the net shown beside them.
    spot, short, basis, funding, fees = map(lines.total, LEG_FIGURES)
    net = finite(spot + short + basis + funding + fees, "the total of net")
    return Stress(
        lines.shorts.scenario,
        Legs(spot, short, basis, funding, fees, net),
        liquidated=_once(each for each, word in told if word == LIQUIDATED),
        unknown=_once(each for each, word in told if word == UNKNOWN),
        expiring=_once(expiring),
        lines=lines,
        wallets=wallets,
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
