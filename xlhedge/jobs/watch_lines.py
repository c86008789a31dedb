"""The line that a round of `xlhedge watch` prints: how a hedge stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from xlhedge.analysis import Analysis
from xlhedge.analysis.unwind_advice import should_unwind
from xlhedge.text import percent, rounded

__all__ = ["HEADER", "WIDTH", "age_of", "line_of"]

WIDTH = 100
"""Characters of a line, at most."""
_WIDTHS = (8, 7, 8, 15, 11, 12)
_TITLES = ("UTC", "prices", "hedged", "gap", "liquidation", "funding/year", "signal")


def _line(cells: Sequence[str]) -> str:
    *first, last = cells
    fixed = "  ".join(
        f"{cell[:width]:<{width}}" for cell, width in zip(first, _WIDTHS, strict=True)
    )
    line = f"{fixed}  {last}"
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


HEADER = _line(_TITLES)
"""What stands in each column."""


def age_of(age: timedelta) -> str:
    """How old something is, in few letters.

    Example:
        >>> [age_of(timedelta(seconds=each)) for each in (0, 89, 600, 7200, 259_200)]
        ['0 s', '89 s', '10 min', '2 h', '3 d']
    """
    seconds = max(age / timedelta(seconds=1), 0)
    for unit, size, most in (("s", 1, 90), ("min", 60, 90), ("h", 3600, 48)):
        if seconds < most * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:,.0f} d"


def line_of(
    analysis: Analysis, now: datetime, age: timedelta, withheld: str, late: Sequence[str]
) -> str:
    """How a hedge stands: time, prices' age, hedged, gap, liquidation, funding, signal.

    Args:
        analysis: it, worked out.
        now: the time now, in UTC.
        age: that of the oldest price.
        withheld: what is said in the place of a signal; nothing where one is given.
        late: whose prices are too old.
    """
    hedged, nearest = analysis.hedged, analysis.nearest
    gap = max(analysis.underlyings, key=lambda row: abs(row.gap), default=None)
    signals = [f"{row.asset} {row.signal}" for row in analysis.unwind if should_unwind(row)]
    word = withheld or ", ".join(signals) or "hold"
    more = f" +{len(late) - 1}" if len(late) > 1 else ""
    return _line(
        (
            f"{now:%H:%M:%S}",
            age_of(age),
            hedged if isinstance(hedged, str) else percent(hedged),
            f"{rounded(gap.gap)} {gap.underlying}" if gap else "none",
            "none" if nearest is None else percent(nearest),
            rounded(-analysis.total.funding_year),
            f"{word}; old: {late[0]}{more}" if late else word,
        )
    )
