"""The template before anything is typed: what its cells compute from nothing.

Blank inputs count as nothing to a spreadsheet: a blank date is day 0, a table without rows adds up
to 0. The analysis of a portfolio of just that gives the values that blank cells compute.
"""

from __future__ import annotations

from typing import Any

from xlhedge.analysis import Analysis, analyse
from xlhedge.portfolio import Portfolio, Settings

__all__ = ["blank_analysis"]

_DAY_0 = 0.0
"""A blank date, as a spreadsheet counts it; no date-time can say it in a workbook."""


def blank_analysis() -> Analysis:
    """The analysis of a template in which only the settings' defaults stand.

    Example:
        >>> blank = blank_analysis()
        >>> blank.hedge, blank.total.net_delta, blank.days
        ((), 0.0, 0.0)
    """
    # Unchecked: no reader lets a portfolio pass that has neither a date nor a holding.
    blank: dict[str, Any] = {"portfolio": "", "as_of": _DAY_0, "horizon_date": _DAY_0}
    settings = Settings.model_construct(**blank)
    return analyse(Portfolio.model_construct(settings=settings, holdings=()))
