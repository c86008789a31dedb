"""What a script may act on: liquidation that is near, funding in breach, gaps to trade."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis import Analysis
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.text import percent

__all__ = ["alarms", "gap_of"]


def alarms(analysis: Analysis) -> list[str]:
    """The alarms of a portfolio, a clause each.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> alarms(analyse(SAMPLES["full-hedge"]))
        []
    """
    return [*analysis.near_liquidations, *_breaches(analysis), *_gaps(analysis)]


def _breaches(analysis: Analysis) -> Iterator[str]:
    settings = analysis.portfolio.settings
    limit = percent(settings.funding_threshold_8h)
    for name, alarm in (analysis.history.alarms if analysis.history else {}).items():
        if alarm.found:
            yield (
                f"{name}: funding cost more than {limit} per 8 hours, "
                f"{settings.funding_consecutive} settlements in a row"
            )


def _gaps(analysis: Analysis) -> Iterator[str]:
    settings = analysis.portfolio.settings
    band = percent(settings.rebalance_band)
    for row in analysis.underlyings:
        if row.to_trade and row.doubts:
            yield f"{row.underlying}: its orders wait until what looks mistyped is checked"
        elif row.to_trade:
            yield f"{gap_of(analysis, row)}, more than {band} of the exposure"


def gap_of(analysis: Analysis, row: UnderlyingRow) -> str:
    """How far an underlying is from its target."""
    size = f"{abs(row.gap):,.2f} {analysis.portfolio.settings.quote_currency}"
    return f"{row.underlying}: {size} {'short of' if row.gap > 0 else 'over'} the target"
