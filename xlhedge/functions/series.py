"""The numbers of a whole range, and arithmetic on them, number by number.

A formula over ranges is arithmetic like any other: with a `Series` in Python, with the text of a
column in Excel. What makes one number of a series, or another series, is in `array_algebra`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any

__all__ = ["Series"]


class Series:
    """Numbers or truth values in order; arithmetic on them gives another series.

    One number stands for all beside a longer series, as a single cell does beside a column.

    Args:
        items: what it holds; a list is not copied.

    Example:
        >>> prices = Series([100.0, 102.0])
        >>> list(prices * 2 - 1), list(prices > 101), list(prices + Series([1.0]))
        ([199.0, 203.0], [False, True], [101.0, 103.0])
    """

    __slots__ = ("centred", "items")
    __array_ufunc__ = None  # NumPy must not take the operators over: np.float64 * Series

    items: list[Any]
    centred: Series | None
    """What each is above their mean, once somebody has asked."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.centred = None
        self.items = items if items.__class__ is list else list(items)

    def __repr__(self) -> str:
        return f"Series({self.items!r})"

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __bool__(self) -> bool:
        raise TypeError("a series is neither true nor false: use where(), & and |")

    def choose(self, then: Any, otherwise: Any) -> Series:
        """`then` where this one's truth values hold, else `otherwise`."""
        if not (isinstance(then, Series) or isinstance(otherwise, Series)):
            return Series([then if holds else otherwise for holds in self.items])
        length = _length(self, then, otherwise)
        places = zip(*(_spread(x, length) for x in (self, then, otherwise)), strict=True)
        return Series([x if holds else y for holds, x, y in places])

    def along(self, others: Series) -> Series:
        """This one's numbers, one of them for all, as many as the others are."""
        length = _length(self, others)
        return self if len(self.items) == length else Series(self.items * length)

    def __neg__(self) -> Series:
        return Series(map(operator.neg, self.items))

    def __abs__(self) -> Series:
        return Series(map(abs, self.items))

    def __add__(self, other: Any) -> Series:
        return _both(operator.add, self, other)

    def __radd__(self, other: Any) -> Series:
        return _both(operator.add, other, self)

    def __sub__(self, other: Any) -> Series:
        return _both(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Series:
        return _both(operator.sub, other, self)

    def __mul__(self, other: Any) -> Series:
        return _both(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Series:
        return _both(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Series:
        return _both(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Series:
        return _both(operator.truediv, other, self)

    def __lt__(self, other: Any) -> Series:
        return _both(operator.lt, self, other)

    def __le__(self, other: Any) -> Series:
        return _both(operator.le, self, other)

    def __gt__(self, other: Any) -> Series:
        return _both(operator.gt, self, other)

    def __ge__(self, other: Any) -> Series:
        return _both(operator.ge, self, other)

    def __eq__(self, other: object) -> Series:  # type: ignore[override]  # number by number
        return _both(operator.eq, self, other)

    def __ne__(self, other: object) -> Series:  # type: ignore[override]  # as ==
        return _both(operator.ne, self, other)

    __hash__ = None  # type: ignore[assignment]  # == gives a series, so it cannot key a dict


def _both(of: Callable[..., Any], left: Any, right: Any) -> Series:
    """An operator's values, as `_each`; nearly all of what is computed goes through here."""
    if not isinstance(right, Series):
        return Series(map(of, left.items, repeat(right)))
    if not isinstance(left, Series):
        return Series(map(of, repeat(left), right.items))
    if len(left.items) == len(right.items):
        return Series(map(of, left.items, right.items))
    return _each(of, left, right)


def _each(of: Callable[..., Any], *given: Any) -> Series:
    """One value for each place; what is no series, and a series of one, stands for all."""
    length = _length(*given)
    return Series(map(of, *(_spread(x, length) for x in given)))


def _length(*given: Any) -> int:
    """How long the series among them are.

    Raises:
        ValueError: of other lengths, and of more than one number.
    """
    lengths = {len(x.items) for x in given if isinstance(x, Series)}
    if len(lengths) > 1:
        lengths -= {1}
    if len(lengths) > 1:
        raise ValueError(f"series of {' and '.join(map(str, sorted(lengths)))} numbers")
    (length,) = lengths
    return length


def _spread(x: Any, length: int) -> Iterable[Any]:
    if not isinstance(x, Series):
        return repeat(x, length)
    return x.items if len(x.items) == length else repeat(x.items[0], length)
