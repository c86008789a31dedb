"""The cells of a report that hold what the history replays: coins, posted coins and shorts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlhedge.algebra import Carrier, Expression
from xlhedge.analysis import Analysis
from xlhedge.history import AssetHistory, History
from xlhedge.workbook.native import TOP, NativeTable

__all__ = ["Holding", "holdings_of", "total_of"]


@dataclass(frozen=True, slots=True)
class Holding:
    """One of the history's assets, and the cells that have its position.

    Args:
        past: its history.
        coins: what moves with the coin.
        posted: coins posted as margin that move with the future.
        short: what moves against the future.
        wanted: the ratio that the portfolio asks for.
    """

    past: AssetHistory
    coins: Carrier
    posted: Carrier
    short: Carrier
    wanted: Carrier


def holdings_of(
    past: History, analysis: Analysis, hedge: NativeTable, margin: NativeTable
) -> list[Holding]:
    """The history's assets with their cells: rows of Hedge, then shorts that hedge no holding."""
    found = []
    for n, each in enumerate(past.assets):
        instrument = each.position.instrument
        if n < len(analysis.hedge):
            names = ("spot_notional", "coin_margin", "short_notional", "hedge_ratio", "beta")
            spot, posted, short, ratio, beta = (
                Expression(hedge.cell(name, TOP + n)) for name in names
            )
            if instrument is None:
                found.append(Holding(each, spot, 0, 0, 0))
            elif instrument.underlying == each.position.asset:
                found.append(Holding(each, spot + posted, 0, short, ratio * beta))
            else:
                found.append(Holding(each, spot, posted, short, ratio * beta))
            continue
        own = [
            at
            for at, row in enumerate(analysis.margin, TOP)
            if instrument and row["instrument"] == instrument.instrument
        ]
        posted, short = (
            total_of(Expression(margin.cell(name, at)) for at in own)
            for name in ("coin_margin", "short_notional")
        )
        found.append(Holding(each, 0, posted, short, 0))
    return found


def total_of(terms: Iterable[Carrier]) -> Carrier:
    """The sum of terms; 0 without any."""
    total: Carrier = 0
    for term in terms:
        total = total + term
    return total
