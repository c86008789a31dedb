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
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import DEAR, UnderlyingRow
from xlhedge.functions.algebra import NEVER, Carrier, absolute, maximum, where
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
    "distance_to_end",
    "hedged_state",
    "is_breached",
    "is_unsure",
    "liquidation_state",
    "most_short",
    "nearest_state",
    "nearness",
    "off_target",
    "part_short",
    "states",
    "worst_of",
    "worst_state",
    "yearly_cost",
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


def hedged_state(off: Carrier, most: Carrier, band: Carrier) -> Carrier:
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
    beyond = (off > maximum(OFF_TARGET, band)) | (most > _OVER)
    return where(beyond, ACT, where(off <= band, GOOD, WATCH))


def part_short(exposure: Carrier, cover: Carrier) -> Carrier:
    """What part of an underlying's exposure is short; without end where there is none to hedge.

    Example:
        >>> part_short(100.0, 80.0), part_short(0.0, 0.0), part_short(0.0, 1.0)
        (0.8, 0.0, inf)
    """
    exposed = absolute(exposure) > DUST * absolute(cover)
    return where(exposed, lambda: cover / exposure, where(cover != 0, NEVER, 0.0))


def nearness(move: Carrier, typical: Carrier, alert: Carrier) -> Carrier:
    """How near a position is to its liquidation: 2 too near, 1 to be watched, 0 neither.

    Args:
        move: the smallest that liquidates it, or its account, in size.
        typical: a typical one to the horizon; blank without price history.
        alert: the distance from which there is an alert.

    Example:
        >>> nearness(0.3, "", 0.1), nearness(0.3, 0.2, 0.1), nearness(0.3, 0.31, 0.1)
        (0, 1, 2)
    """
    unknown = typical == BLANK

    def by_history() -> Carrier:
        reached = (move < alert) | (move <= typical)
        return where(reached, 2, where(move <= _TIMES * typical, 1, 0))

    alone = where(move < alert, 2, where(move < _TIMES * alert, 1, 0))
    return where(unknown, alone, by_history)


def nearest_state(near: Carrier, unknown: Carrier) -> Carrier:
    """The state of all positions.

    Args:
        near: the largest `nearness`.
        unknown: whether nobody knows when one of them is liquidated.
    """
    return where(near >= 2, ACT, where(unknown, UNKNOWN, where(near >= 1, WATCH, GOOD)))


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
    found = (
        nearness(each.move, BLANK if each.typical is None else each.typical, alert) for each in ends
    )
    state: str = nearest_state(max(found, default=0), unknown)
    return state


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
    state: str = worst_of(loss, coins, not said or MAY_BE in said, LIQUIDATED in said)
    return state


def worst_of(loss: Carrier, coins: Carrier, unknown: Carrier, liquidated: Carrier) -> Carrier:
    """The same, of whether a scenario may liquidate, or there is none, and whether one does."""
    word = where(unknown, UNKNOWN, where(liquidated, WATCH, GOOD))
    return where(loss > _LOSS * absolute(coins), ACT, word)


def carry_state(cost: Carrier, *, breached: Carrier) -> Carrier:
    """The state of what holding the hedge earns.

    Args:
        cost: of a year, as a part of what is short; above 0 it costs.
        breached: whether funding of a position costs more than it may.

    Example:
        >>> carry_state(0.03, breached=False), carry_state(-0.1, breached=False)
        ('WATCH', 'GOOD')
    """
    return where(breached, ACT, where(cost > _COST, WATCH, GOOD))


def yearly_cost(funding: Carrier, basis: Carrier, days: Carrier, short: Carrier) -> Carrier:
    """What funding and basis cost a year, as a part of what is short; below 0 they earn.

    Args:
        funding: what it costs in a year.
        basis: what is earned to the horizon.
        days: to the horizon.
        short: the size of all that is short.

    Example:
        >>> yearly_cost(1.0, 2.0, 365.0, 10.0), yearly_cost(1.0, 0.0, 90.0, 0.0)
        (-0.1, 0.0)
    """
    a_year = where(days == 0, 0.0, lambda: basis * 365 / days)
    return where(short == 0, 0.0, lambda: (funding - a_year) / short)


def states(analysis: Analysis) -> dict[str, str]:
    """The state of each figure that has thresholds, by the names of `THRESHOLDS`."""
    settings, worst = analysis.portfolio.settings, analysis.worst
    ends = [each for row in analysis.margin if (each := distance_to_end(analysis, row))]
    coins = analysis.total.spot_notional + analysis.total.coin_margin
    return {
        "hedged": hedged_state(
            off_target(analysis), most_short(analysis.underlyings), settings.rebalance_band
        ),
        "liquidation": liquidation_state(
            ends, settings.liquidation_alert, unknown=any(map(is_unsure, analysis.margin))
        ),
        "worst": worst_state(
            -worst.legs.net if worst else 0.0, coins, [x.liquidation for x in analysis.scenarios]
        ),
        "carry": carry_state(cost_of_a_year(analysis), breached=is_breached(analysis)),
    }


def distance_to_end(analysis: Analysis, row: MarginRow) -> Distance | None:
    """How far a position is from its liquidation, or its account's; none where that is unknown."""
    buffers = (row.liquidation_buffer, row.common_buffer)
    sizes = [abs(each) for each in buffers if not isinstance(each, Blank)]
    known = analysis.history.typical.get(row.underlying) if analysis.history else None
    return Distance(min(sizes), known.move if known else None) if sizes else None


def is_unsure(row: MarginRow) -> bool:
    """Whether nobody knows when a position is liquidated, or its account."""
    return bool(row.contracts) and BLANK in (row.liquidation_buffer, row.common_buffer)


def is_breached(analysis: Analysis) -> bool:
    """Whether funding of a position costs more than it may."""
    alarms = analysis.history.alarms.values() if analysis.history else ()
    return any(each.found for each in alarms) or any(
        row.short_contracts and row.funding_cost > DEAR for row in analysis.orders
    )


def off_target(analysis: Analysis) -> float:
    """What lacks to the targets, or is beyond them, as a part of all exposure."""
    exposed = sum_of(analysis.underlyings, UnderlyingRow.gross_exposure)
    gaps = sum(abs(row.gap) for row in analysis.underlyings)
    return gaps / exposed if exposed else 0.0


def cost_of_a_year(analysis: Analysis) -> float:
    """What funding and basis cost a year, as a part of what is short; below 0 they earn."""
    short = sum(abs(row.short_notional) for row in analysis.carry)
    basis = sum_of(analysis.carry, CarryRow.basis_earned)
    cost: float = yearly_cost(analysis.total.funding_year, basis, analysis.days, short)
    return cost


def most_short(rows: Iterable[UnderlyingRow]) -> float:
    """The largest part short of an underlying's exposure."""
    return max((part_short(row.exposure, row.cover) for row in rows), default=0.0)
