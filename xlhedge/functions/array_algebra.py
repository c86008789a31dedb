"""What a formula over whole ranges is made of: one body for Python, Excel's text and JavaScript.

Each piece takes a range's numbers, a `Series`, or a column of Excel's as `Expression`, and gives a
number or another of the same kind. Between the pieces stands plain arithmetic, and `algebra` for
what is not. JavaScript is made of Excel's text, see `xlhedge.hosts.formula_script`.

A column's text holds one 0 where no number is left, for Excel has no empty array: a body asks
`count` first where that would make a difference.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from xlhedge.functions.algebra import Carrier, Expression, call, where
from xlhedge.functions.series import Series

__all__ = [
    "ColumnText",
    "Numbers",
    "beside",
    "centred",
    "count",
    "covariation",
    "earlier",
    "every",
    "last",
    "latest",
    "least",
    "most",
    "previous",
    "smallest",
    "total",
]


Numbers: TypeAlias = Any
"""The numbers of a whole range: a `Series`, or an `Expression` of a column."""


class ColumnText(Expression):
    """The text of a range's numbers, from which blanks were taken.

    Args:
        text: the column, not empty.
        kept: the text of how many of its numbers count: all of them, or 0.
    """

    __slots__ = ("kept",)

    def __init__(self, text: str, kept: str) -> None:
        super().__init__(text)
        self.kept = Expression(kept)


def count(x: Numbers) -> Carrier:
    """How many numbers a range has.

    Example:
        >>> count(Series([1, 2, 4])), count(ColumnText("x", "kept"))
        (3, Expression('kept'))
    """
    return x.kept if isinstance(x, ColumnText) else len(x)


def total(x: Numbers) -> Carrier:
    """The sum of numbers, in Python rounded once and not at each step; 0 of nothing.

    Of numbers: Excel leaves truth values out of a sum.

    Example:
        >>> total(Series([0.1] * 10)), total(Expression("x") * 2)
        (1.0, Expression('SUM(x*2)'))
    """
    return call("SUM", x) if isinstance(x, Expression) else math.fsum(x.items)


def least(x: Numbers) -> Carrier:
    """The least number; 0 of nothing."""
    return call("MIN", x) if isinstance(x, Expression) else min(x.items, default=0.0)


def most(x: Numbers) -> Carrier:
    """The largest number; 0 of nothing."""
    return call("MAX", x) if isinstance(x, Expression) else max(x.items, default=0.0)


def smallest(x: Numbers, place: Carrier) -> Carrier:
    """The number at a place, counted from 1, if they were put in order from the least.

    Example:
        >>> smallest(Series([5.0, 7.0, 3.0]), 2), smallest(Expression("x"), 2)
        (5.0, Expression('SMALL(x,2)'))
    """
    return call("SMALL", x, place) if isinstance(x, Expression) else sorted(x.items)[int(place) - 1]


def every(holds: Numbers) -> Carrier:
    """Whether a condition holds for all numbers.

    Example:
        >>> every(Series([5.0, 7.0]) > 6), every(Expression("x") > 6)
        (False, Expression('SUM(IF(x>6,0,1))=0'))
    """
    return total(where(holds, 0, 1)) == 0


def last(x: Numbers, places: Carrier) -> Numbers:
    """The last so many numbers; all of them where there are fewer.

    Example:
        >>> last(Series([5.0, 7.0, 3.0]), 2), last(Expression("x"), 2)
        (Series([7.0, 3.0]), Expression('XLHEDGE_LAST(x,2)'))
    """
    if isinstance(x, Expression):
        return call("XLHEDGE_LAST", x, places)
    return Series(x.items[-int(places) :])


def earlier(x: Numbers) -> Numbers:
    """All numbers but the last.

    Example:
        >>> earlier(Series([5.0, 7.0, 3.0])), earlier(Expression("x"))
        (Series([5.0, 7.0]), Expression('XLHEDGE_EARLIER(x)'))
    """
    return call("XLHEDGE_EARLIER", x) if isinstance(x, Expression) else Series(x.items[:-1])


def latest(x: Numbers) -> Carrier:
    """The last number.

    Example:
        >>> latest(Series([5.0, 7.0, 3.0])), latest(Expression("x"))
        (3.0, Expression('INDEX(x,ROWS(x))'))
    """
    return call("INDEX", x, call("ROWS", x)) if isinstance(x, Expression) else x.items[-1]


def previous(x: Numbers) -> Numbers:
    """Beside each number the one before it, and beside the first that one itself.

    Example:
        >>> previous(Series([5.0, 7.0, 3.0])), previous(Expression("x"))
        (Series([5.0, 5.0, 7.0]), Expression('XLHEDGE_BEFORE(x,INDEX(x,1))'))
    """
    if isinstance(x, Expression):
        return call("XLHEDGE_BEFORE", x, call("INDEX", x, 1))
    return Series(x.items[:1] + x.items[:-1])


def beside(x: Numbers, others: Numbers) -> Numbers:
    """A number beside each of the others; one may stand for all, be it of none.

    Example:
        >>> beside(Series([8.0]), Series([5.0, 7.0])), beside(Series([8.0]), Series([]))
        (Series([8.0, 8.0]), Series([]))
        >>> beside(Expression("x"), ColumnText("y", "kept"))
        Expression('IF(XLHEDGE_PLACES(y)<=kept,x,0)')
    """
    if isinstance(x, Expression):
        return where(call("XLHEDGE_PLACES", others) <= count(others), x, 0)
    return x.along(others)


def centred(x: Numbers) -> Numbers:
    """What each number is above their mean.

    Example:
        >>> centred(Series([5.0, 7.0])), centred(Expression("x"))
        (Series([-1.0, 1.0]), Expression('XLHEDGE_CENTRED(x)'))
    """
    if isinstance(x, Expression):
        return call("XLHEDGE_CENTRED", x)
    if x.centred is None:  # a regression asks for it again and again
        x.centred = x - total(x) / len(x)
    return x.centred


def covariation(x: Numbers, y: Numbers) -> Carrier:
    """The covariance of two, times one less than there are of each.

    Example:
        >>> covariation(Series([1.0, 2.0, 3.0]), Series([2.0, 4.0, 6.0]))
        4.0
    """
    return total(centred(x) * centred(y))
