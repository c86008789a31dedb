"""What speaks against a hedge, in words: reasons to take it off, dear funding, added risk."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis import Analysis
from xlhedge.analysis.advised import NOTE, TODAY, WEEK, Advice
from xlhedge.analysis.carriers import VALUES
from xlhedge.analysis.doubts import Doubts
from xlhedge.analysis.orders import TRADED, OrderRow
from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.text import percent

__all__ = [
    "DEAR",
    "added_risk",
    "dear_funding",
    "enlarging",
    "held_back",
    "is_dear",
    "should_unwind",
    "unwinding",
    "withheld",
]

DEAR = 1.0
"""What part of its value a position may pay in funding in a year before that is advice: all of it,
at today's rate, whatever was settled before."""

_REASONS = {
    "HORIZON": "the horizon is reached",
    "REDEPLOY": "the fall you wait for is there",
}


def should_unwind(row: UnwindRow) -> bool:
    """Whether something speaks for taking a holding's hedge off."""
    return bool(row.signal) and row.signal not in QUIET


def _leaving(analysis: Analysis, doubts: Doubts) -> Iterator[tuple[str, UnwindRow]]:
    """The hedges that should perhaps come off, each behind its underlying."""
    for hedge, row in zip(analysis.hedge, analysis.unwind, strict=True):
        if should_unwind(row) and ("unwind", hedge.underlying) not in doubts:
            yield hedge.underlying, row


def unwinding(analysis: Analysis, doubts: Doubts) -> Iterator[Advice]:
    """Hedges that should perhaps come off, and why."""
    for _, row in _leaving(analysis, doubts):
        signals = analysis.history.assets[row.n].signals if analysis.history else None
        costly = " and ".join(signals.breached) if signals else ""
        words = _REASONS | {
            "MARKET": f"support is confirmed ({row.confirmation})",
            "FUNDING": f"funding of {costly} costs too much",
        }
        why = " and ".join(words[reason] for reason in row.signal.split(" + "))
        text = f"Consider taking off the hedge of {row.asset}: {why}."
        yield Advice(WEEK, "take off?", text, why, row.asset)


def dear_funding(analysis: Analysis, doubts: Doubts) -> Iterator[Advice]:
    """Instruments whose funding costs, or would cost, more than `DEAR` in a year."""
    for row in analysis.orders:
        year = _cost_of_a_year(row)
        if year <= DEAR or ("unwind", row.underlying) in doubts:
            continue
        held = bool(row.short_contracts)
        side = "short" if (row.short_contracts or row.part) > 0 else "long future"
        costs = f"costs the {side}" if held else f"would cost a {side}"
        text = (
            f"Funding of {row.instrument} {costs} {percent(year)} of its value in a year at "
            f"today's rate of {percent(row.funding_8h)} per 8 hours, more than {percent(DEAR)}, "
            f"its whole value: {'take it off, or ' if held else ''}hedge with another instrument."
        )
        why = f"funding costs {percent(year)} of its value in a year"
        at = analysis.portfolio.instrument(row.instrument).exchange or ""
        yield Advice(TODAY, "replace", text, why, row.instrument, at)


def added_risk(analysis: Analysis) -> Iterator[Advice]:
    """Hedges that made the past worse."""
    for each in analysis.history.assets if analysis.history else ():
        if each.ratios.adds_risk:
            text = f"Check the hedge of {each.name}: {each.ratios.alarm}."
            yield Advice(WEEK, "review", text, each.ratios.alarm, each.name)


def enlarging(analysis: Analysis, doubts: Doubts) -> set[str]:
    """The instruments whose order adds to a hedge that something speaks against.

    What reduces one, does not.

    Args:
        analysis: the analysis.
        doubts: what speaks for nothing until it is checked.
    """
    leaving = {underlying for underlying, _ in _leaving(analysis, doubts)}
    return {
        row.instrument
        for row in analysis.orders
        if row.part * row.short_notional >= 0
        and ("unwind", row.underlying) not in doubts
        and (row.underlying in leaving or is_dear(row))
    }


def withheld(analysis: Analysis, doubts: Doubts) -> list[OrderRow]:
    """The orders that the sheets compute and nobody is told to execute, as `enlarging` says."""
    names = enlarging(analysis, doubts)
    return [row for row in analysis.orders if row.action in TRADED and row.instrument in names]


def held_back(analysis: Analysis, doubts: Doubts) -> Iterator[Advice]:
    """What is said of them, so that nobody executes what Hedge and Orders show."""
    for row in withheld(analysis, doubts):
        against = "whose funding costs too much" if is_dear(row) else "that may come off"
        verb = "enlarge" if row.short_contracts else "open"
        why = f"its order would {verb} a hedge {against}"
        text = f"{row.instrument} is not ordered: {why}."
        at = analysis.portfolio.instrument(row.instrument).exchange or ""
        yield Advice(NOTE, "held back", text, why, row.instrument, at)


def is_dear(row: OrderRow) -> bool:
    """Whether funding takes more of the value that an instrument holds than `DEAR` allows."""
    return _cost_of_a_year(row) > DEAR


def _cost_of_a_year(row: OrderRow) -> float:
    """What funding takes of the value that an instrument holds, or is to hold, in a year."""
    held = row.short_contracts or row.part
    year = VALUES.funding_apr(row.funding_rate, row.interval_hours)
    return -year if held > 0 else year if held < 0 else 0.0
