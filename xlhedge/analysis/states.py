"""The states of page one's figures, each in a word, and the thresholds between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xlhedge.analysis import Analysis
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import BLANK, Blank, sum_of
from xlhedge.analysis.hedge import DUST
from xlhedge.analysis.liquidation import LIQUIDATED
from xlhedge.analysis.liquidation import UNKNOWN as MAY_BE
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.analysis.unwind_advice import is_dear
from xlhedge.text import percent

__all__ = [
    "ACT",
    "GOOD",
    "OFF_TARGET",
    "THRESHOLDS",
    "UNKNOWN",
    "WATCH",
    "Distance",
    "carry_state",
    "cost_of_a_year",
    "hedged_state",
    "liquidation_state",
    "off_target",
    "states",
    "worst_state",
]

GOOD, WATCH, UNKNOWN, ACT = "GOOD", "WATCH", "UNKNOWN", "ACT"
"""The words, the better first; what nobody knows is worse than what is to be watched."""

OFF_TARGET = 0.1
"""What may lack to the targets, as a part of the exposure, before it is to be mended today."""

_OVER, _TIMES, _LOSS, _COST = 1.05, 2, 0.25, 0.02

THRESHOLDS = {
    "hedged": (
        "GOOD: what lacks to the targets, underlying by underlying, is within rebalance_band of "
        f"the exposure. WATCH: within {percent(OFF_TARGET)} of it. ACT: beyond, or more than "
        f"{percent(_OVER)} of an underlying is short."
    ),
    "liquidation": (
        "ACT: nearer than liquidation_alert, or than one typical move to the horizon. WATCH: "
        "than two; without price history, than twice liquidation_alert. UNKNOWN: margin or mm_rate "
        "of a position is missing."
    ),
    "worst": (
        f"ACT: the worst scenario costs more than {percent(_LOSS)} of the coins' value. UNKNOWN: "
        "a scenario may liquidate, and nobody knows; or there is none. WATCH: a scenario "
        "liquidates."
    ),
    "carry": (
        f"WATCH: funding and basis cost more than {percent(_COST)} a year of what is short. ACT: "
        "funding costs a position more than funding_threshold allows, or all its value in a year."
    ),
}
"""What the word beside a figure says, by figure; each threshold is declared here."""


class Distance(NamedTuple):
    """How far a position is from its liquidation.

    Args:
        move: the smallest that liquidates it, or its account, in size.
        typical: a typical one to the horizon; none without price history.
    """

    move: float
    typical: float | None = None


def hedged_state(off: float, most: float, band: float) -> str:
    """The state of a hedge.

    Args:
        off: what lacks to the targets, none offsetting another, as a part of all exposure.
        most: the largest part of an underlying's exposure that is short.
        band: what may lack without an order.

    Example:
        >>> hedged_state(0.005, 0.8, 0.01), hedged_state(0.05, 0.8, 0.01)
        ('GOOD', 'WATCH')
        >>> hedged_state(0.2, 0.8, 0.01), hedged_state(0, 1.06, 0.01)
        ('ACT', 'ACT')
    """
    if off > max(OFF_TARGET, band) or most > _OVER:
        return ACT
    return GOOD if off <= band else WATCH


def liquidation_state(ends: Iterable[Distance], alert: float, *, unknown: bool = False) -> str:
    """The state of all positions: that of the one which is nearest to its threshold.

    Args:
        ends: how far each is that anything liquidates.
        alert: the distance from which there is an alert.
        unknown: whether nobody knows when one of them is liquidated.

    Example:
        >>> liquidation_state([Distance(0.3)], 0.1), liquidation_state([Distance(0.3, 0.2)], 0.1)
        ('GOOD', 'WATCH')
    """
    ends = list(ends)

    def near(each: Distance, times: float) -> bool:
        return each.typical is not None and each.move <= times * each.typical

    if any(each.move < alert or near(each, 1) for each in ends):
        return ACT
    if unknown:
        return UNKNOWN
    watched = (
        each.move < _TIMES * alert if each.typical is None else near(each, _TIMES) for each in ends
    )
    return WATCH if any(watched) else GOOD


def worst_state(loss: float, coins: float, words: Iterable[str]) -> str:
    """The state of the scenarios.

    Args:
        loss: of the worst one, positive.
        coins: what the coins are worth.
        words: what is said of liquidation beside each.

    Example:
        >>> worst_state(10, 100, [""]), worst_state(10, 100, ["liquidated"])
        ('GOOD', 'WATCH')
        >>> worst_state(26, 100, [""]), worst_state(0, 0, [])
        ('ACT', 'UNKNOWN')
    """
    said = list(words)
    if loss > _LOSS * abs(coins):
        return ACT
    if not said or MAY_BE in said:
        return UNKNOWN
    return WATCH if LIQUIDATED in said else GOOD


def carry_state(cost: float, *, breached: bool) -> str:
    """The state of what holding the hedge earns.

    Args:
        cost: of a year, as a part of what is short; above 0 it costs.
        breached: whether funding of a position costs more than it may.

    Example:
        >>> carry_state(0.03, breached=False), carry_state(-0.1, breached=False)
        ('WATCH', 'GOOD')
    """
    return ACT if breached else WATCH if cost > _COST else GOOD


def states(analysis: Analysis) -> dict[str, str]:
    """The state of each figure that has thresholds, by the names of `THRESHOLDS`."""
    settings, worst = analysis.portfolio.settings, analysis.worst
    history = analysis.history
    typical = history.typical if history else {}
    ends = [
        Distance(min(found), each.move if (each := typical.get(row.underlying)) else None)
        for row in analysis.margin
        if (found := _sizes(row.liquidation_buffer, row.common_buffer))
    ]
    unknown = any(
        row.contracts and BLANK in (row.liquidation_buffer, row.common_buffer)
        for row in analysis.margin
    )
    alarms = history.alarms.values() if history else ()
    breached = any(each.found for each in alarms) or any(
        row.short_contracts and is_dear(row) for row in analysis.orders
    )
    coins = analysis.total.spot_notional + analysis.total.coin_margin
    return {
        "hedged": hedged_state(
            off_target(analysis), _most(analysis.underlyings), settings.rebalance_band
        ),
        "liquidation": liquidation_state(ends, settings.liquidation_alert, unknown=unknown),
        "worst": worst_state(
            -worst.legs.net if worst else 0.0, coins, [x.liquidation for x in analysis.scenarios]
        ),
        "carry": carry_state(cost_of_a_year(analysis), breached=breached),
    }


def off_target(analysis: Analysis) -> float:
    """What lacks to the targets, or is beyond them, as a part of all exposure."""
    exposed = sum_of(analysis.underlyings, UnderlyingRow.gross_exposure)
    gaps = sum(abs(row.gap) for row in analysis.underlyings)
    return gaps / exposed if exposed else 0.0


def cost_of_a_year(analysis: Analysis) -> float:
    """What funding and basis cost a year, as a part of what is short; below 0 they earn."""
    short = sum(abs(row.short_notional) for row in analysis.carry)
    if not short:
        return 0.0
    basis = sum_of(analysis.carry, CarryRow.basis_earned)
    a_year = basis * 365 / analysis.days if analysis.days else 0.0
    cost: float = (analysis.total.funding_year - a_year) / short
    return cost


def _sizes(*buffers: float | Blank) -> list[float]:
    return [abs(each) for each in buffers if not isinstance(each, Blank)]


def _most(rows: Iterable[UnderlyingRow]) -> float:
    """The largest part short of what is exposed; without end where there is nothing to hedge."""
    parts = [0.0]
    for row in rows:
        if abs(row.exposure) > DUST * abs(row.cover):
            parts.append(row.cover / row.exposure)
        elif row.cover:
            parts.append(float("inf"))
    return max(parts)
