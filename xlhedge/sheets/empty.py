"""The template before anything is typed: what its cells compute from nothing.

Blank inputs count as nothing to a spreadsheet: a blank date is day 0, a table without rows adds up
to 0. The analysis of a portfolio of just that gives the values that blank cells compute.
"""

from __future__ import annotations

from xlhedge.analysis import Analysis, analyse
from xlhedge.portfolio import Portfolio, Settings

__all__ = ["blank_analysis"]

_DAY_0 = 0.0
"""A blank date, as a spreadsheet counts it; no date-time can say it in a workbook."""


class _Unchecked(Portfolio):
    """No reader lets a portfolio pass that has neither a date nor a holding."""

    def __post_init__(self) -> None:
        pass


def blank_analysis() -> Analysis:
    """The analysis of a template in which only the settings' defaults stand.

    Example:
        >>> blank = blank_analysis()
        >>> blank.hedge, blank.total.net_delta, blank.days
        ((), 0.0, 0.0)
    """
    blank = {"portfolio": "", "as_of": _DAY_0, "horizon_date": _DAY_0}
    return analyse(_Unchecked(settings=Settings.of(blank), holdings=()))
