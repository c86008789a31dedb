"""What a hedge table marks: hedges that are off what is wanted, and funding that costs."""

from __future__ import annotations

from collections.abc import Callable

from xlhedge.xlsx.sheet import Sheet

__all__ = ["mark_hedge"]

_OFF = 0.02
"""How far the hedge may be off what is wanted before it is marked."""


def mark_hedge(sheet: Sheet, letter: Callable[[str], str], first: int, last: int) -> None:
    """Mark over-hedged rows in red, under-hedged ones in amber, and funding that costs.

    Args:
        sheet: the sheet.
        letter: the column of a figure.
        first: the first row of figures.
        last: the last one.
    """

    def cells(name: str) -> str:
        return f"{letter(name)}{first}:{letter(name)}{last}"

    now, wanted = (f"${letter(name)}{first}" for name in ("hedged", "hedge_ratio"))
    both = f"ISNUMBER({now}),ISNUMBER({wanted})"
    sheet.mark(cells("hedged"), f"AND({both},{now}>{wanted}+{_OFF})", "alert")
    sheet.mark(cells("hedged"), f"AND({both},{now}<{wanted}-{_OFF})", "notice")
    for name in ("funding_drag", "funding_year"):
        cost = f"${letter(name)}{first}"
        sheet.mark(cells(name), f"AND(ISNUMBER({cost}),{cost}>0)", "notice")
