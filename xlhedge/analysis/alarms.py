"""What a script may act on: liquidation that is near, funding in breach, gaps to trade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlhedge.analysis import Analysis
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.text import percent

__all__ = ["Alarm", "alarms", "each_alarm", "gap_of"]


class Alarm(NamedTuple):
    """One of them.

    Args:
        kind: "liquidation", "funding", "gap" or "check".
        about: what it is about: an instrument, an account, an underlying and its side.
        text: it, as a clause.
        size: how bad it is; of one kind and about one thing, more is worse.
    """

    kind: str
    about: str
    text: str
    size: float = 1.0


def alarms(analysis: Analysis) -> list[str]:
    """The alarms of a portfolio, a clause each.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> alarms(analyse(SAMPLES["full-hedge"]))
        []
    """
    return list(dict.fromkeys(each.text for each in each_alarm(analysis)))


def each_alarm(analysis: Analysis) -> Iterator[Alarm]:
    """The same, each with what it is about."""
    for end in analysis.near_ends():
        size = 1 / abs(end.move) if end.move else float("inf")
        yield Alarm("liquidation", end.about, end.text, size)
    yield from _breaches(analysis)
    yield from _gaps(analysis)


def _breaches(analysis: Analysis) -> Iterator[Alarm]:
    settings = analysis.portfolio.settings
    limit = percent(settings.funding_threshold_8h)
    for name, alarm in (analysis.history.alarms if analysis.history else {}).items():
        if alarm.found:
            text = (
                f"{name}: funding cost more than {limit} per 8 hours, "
                f"{settings.funding_consecutive} settlements in a row"
            )
            yield Alarm("funding", name, text)


def _gaps(analysis: Analysis) -> Iterator[Alarm]:
    settings = analysis.portfolio.settings
    band = percent(settings.rebalance_band)
    for row in analysis.underlyings:
        if row.to_trade and row.doubts:
            text = f"{row.underlying}: its orders wait until what looks mistyped is checked"
            yield Alarm("check", row.underlying, text)
        elif row.to_trade:
            text = f"{gap_of(analysis, row)}, more than {band} of the exposure"
            about = f"{row.underlying} {'short of' if row.gap > 0 else 'over'}"
            yield Alarm("gap", about, text, abs(row.gap))


def gap_of(analysis: Analysis, row: UnderlyingRow) -> str:
    """How far an underlying is from its target."""
    size = f"{abs(row.gap):,.2f} {analysis.portfolio.settings.quote_currency}"
    return f"{row.underlying}: {size} {'short of' if row.gap > 0 else 'over'} the target"
