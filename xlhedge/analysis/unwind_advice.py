"""What speaks against a hedge, in words: reasons to take it off, dear funding, added risk."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis import Analysis
from xlhedge.analysis.advised import NOTE, TODAY, WEEK, Advice
from xlhedge.analysis.doubts import Doubts
from xlhedge.analysis.orders import DEAR, HELD_BACK
from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.text import percent

__all__ = [
    "added_risk",
    "dear_funding",
    "held_back",
    "should_unwind",
    "unwinding",
]

_AGAINST = {"funding": "whose funding costs too much", "signal": "that may come off"}

_REASONS = {
    "HORIZON": "the horizon is reached",
    "REDEPLOY": "the fall you wait for is there",
}


def should_unwind(row: UnwindRow) -> bool:
    """Whether something speaks for taking a holding's hedge off."""
    return bool(row.signal) and row.signal not in QUIET


def unwinding(analysis: Analysis, doubts: Doubts) -> Iterator[Advice]:
    """Hedges that should perhaps come off, and why."""
    for row in analysis.unwind:
        if not should_unwind(row) or ("unwind", row.underlying) in doubts:
            continue
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
        year = row.funding_cost
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


def held_back(analysis: Analysis) -> Iterator[Advice]:
    """Orders that the sheets compute and nobody is told to execute, and why."""
    for row in analysis.orders:
        if row.action == HELD_BACK:
            verb = "enlarge" if row.short_contracts else "open"
            why = f"its order would {verb} a hedge {_AGAINST[row.against]}"
            text = f"{row.instrument} is not ordered: {why}."
            at = analysis.portfolio.instrument(row.instrument).exchange or ""
            yield Advice(NOTE, "held back", text, why, row.instrument, at)
