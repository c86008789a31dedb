"""What a position may lose: the loss at a rank of what happened, and the mean of the worst."""

from __future__ import annotations

from collections.abc import Callable

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, floor, maximum, minimum, where
from xlhedge.functions.array_algebra import Numbers, count, smallest, total

__all__ = ["expected_shortfall", "rank_at_risk", "tail_of", "value_at_risk"]

# (1 − 0.99) × 100 is above 1 in binary, and is meant as the worst one of a hundred.
_SLACK = 1e-9


def value_at_risk(pnl_changes: Numbers, confidence: Carrier = 0.99) -> Carrier:
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
    changes = count(pnl_changes)
    return _of_some(changes, lambda: -smallest(pnl_changes, rank_at_risk(changes, confidence)))


def rank_at_risk(changes: Carrier, confidence: Carrier = 0.99) -> Carrier:
    """Which of so many changes, from the worst, VALUE_AT_RISK is."""
    return maximum(1, -floor(_SLACK - (1 - confidence) * changes))


def _of_some(changes: Carrier, then: Callable[[], Carrier]) -> Carrier:
    return where(changes == 0, Undefined(CellError.DIV0, "there are no changes to rank"), then)


def expected_shortfall(pnl_changes: Numbers, confidence: Carrier = 0.975) -> Carrier:
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
    changes = count(pnl_changes)
    worst = tail_of(changes, confidence)

    def shortfall() -> Carrier:
        # The worse ones whole, and of the next one, or of several alike, what is left.
        following = smallest(pnl_changes, minimum(changes, floor(worst) + 1))
        worse = pnl_changes < following
        left = worst - total(where(worse, 1, 0))
        return -(total(where(worse, pnl_changes, 0)) + left * following) / worst

    return _of_some(changes, shortfall)


def tail_of(changes: Carrier, confidence: Carrier = 0.975) -> Carrier:
    """Of how many of so many changes EXPECTED_SHORTFALL is the mean; the last may be a part."""
    return maximum(1.0, (1 - confidence) * changes)
