"""What a position may lose: the loss at a rank of what happened, and the mean of the worst."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlhedge.errors import CellError, Undefined

__all__ = ["TEXTS", "expected_shortfall", "rank_at_risk", "tail_of", "value_at_risk"]

# (1 − 0.99) × 100 is above 1 in binary, and is meant as the worst one of a hundred.
_SLACK = 1e-9


def value_at_risk(pnl_changes: Sequence[float], confidence: float = 0.99) -> float | Undefined:
    """The loss that so many of the past periods did not exceed; positive is a loss.

    Historical, by rank, and cautious: of up to 100 changes the 99 % value is the worst of them.
    Negative where even that one is a gain.

    Equation:
        the loss at rank max(1, ⌈(1 − confidence) × n⌉) from the worst of n pnl_changes

    Question:
        What did my hedged book lose a day at most on all but the worst tenth of 20 days?

        >>> import xlhedge
        >>> days = [-9, -7, -4, *[0] * 9, *[3] * 8]
        >>> xlhedge.value_at_risk(days, 0.9)
        7.0

    Errors:
        #DIV/0! without any change.

    Source:
        Historical simulation; J. Hull, Risk Management and Financial Institutions, chapter 13.
    """
    if not pnl_changes:
        return Undefined(CellError.DIV0, "there are no changes to rank")
    return -sorted(pnl_changes)[rank_at_risk(len(pnl_changes), confidence) - 1]


def rank_at_risk(count: int, confidence: float = 0.99) -> int:
    """Which of so many changes, from the worst, VALUE_AT_RISK is."""
    return max(1, math.ceil((1 - confidence) * count - _SLACK))


def expected_shortfall(
    pnl_changes: Sequence[float], confidence: float = 0.975
) -> float | Undefined:
    """The mean loss of the worst periods; positive is a loss.

    The last of them counts in part, so that the worst (1 − confidence) × n are meant exactly; if
    that is less than one, the worst one.

    Equation:
        (Σ of the k worst + (a − k) × the next) ÷ −a, a = (1 − confidence) × n pnl_changes, not
            below 1, and k = ⌊a⌋

    Question:
        What did my hedged book lose on the worst tenth of 20 days, on average?

        >>> import xlhedge
        >>> days = [-9, -7, -4, *[0] * 9, *[3] * 8]
        >>> xlhedge.expected_shortfall(days, 0.9)
        8.0

    Errors:
        #DIV/0! without any change.

    Source:
        C. Acerbi, D. Tasche, On the coherence of expected shortfall (2002).
    """
    if not pnl_changes:
        return Undefined(CellError.DIV0, "there are no changes to rank")
    ranked = sorted(pnl_changes)
    worst = tail_of(len(ranked), confidence)
    whole = min(int(worst), len(ranked))
    part = (worst - whole) * ranked[whole] if whole < len(ranked) else 0.0
    return -(math.fsum(ranked[:whole]) + part) / worst


def tail_of(count: int, confidence: float = 0.975) -> float:
    """Of how many of so many changes EXPECTED_SHORTFALL is the mean; the last may be a part."""
    return max(1.0, (1 - confidence) * count)


TEXTS = {
    "value_at_risk": {
        "value": "IF(kept=0,#DIV/0!,-SMALL(pnl_changes,"
        "MAX(1,-INT(0.000000001-(1-confidence)*kept))))",
    },
    # The quantile less what the worse ones lie below it, which needs no sorting.
    "expected_shortfall": {
        "value": "IF(kept=0,#DIV/0!,LET(worst,MAX(1,(1-confidence)*kept),"
        "quantile,SMALL(pnl_changes,MIN(kept,INT(worst)+1)),"
        "SUM((pnl_changes<quantile)*(quantile-pnl_changes))/worst-quantile))",
    },
}
"""What functions of whole ranges compute, as Excel text; see `xlhedge.hosts.range_lambdas`."""
