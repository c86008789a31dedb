"""What can go wrong in a cell, and how it is told to a person."""

from __future__ import annotations

from enum import Enum
from typing import Any

__all__ = ["CellError", "HedgeError", "Undefined"]


class CellError(Enum):
    """An error value of a spreadsheet cell, in the three spellings its hosts use.

    Attributes:
        code: the text a cell shows.
        excel: the number that VBA's ``CVErr`` takes.
        calc: the number of LibreOffice Calc's error.

    Example:
        >>> CellError.NUM.code, CellError.NUM.excel, CellError.NUM.calc
        ('#NUM!', 2036, 503)
        >>> CellError("#N/A")
        <CellError.NA: '#N/A'>
    """

    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    NUM = "#NUM!"
    NA = "#N/A"
    REF = "#REF!"
    NAME = "#NAME?"
    NULL = "#NULL!"

    @property
    def code(self) -> str:
        """The text a cell shows, such as ``#N/A``."""
        return self.value

    @property
    def excel(self) -> int:
        """The number that VBA's ``CVErr`` takes."""
        return _EXCEL[self]

    @property
    def calc(self) -> int:
        """The number of LibreOffice Calc's error."""
        return _CALC[self]


_EXCEL = {
    CellError.NULL: 2000,
    CellError.DIV0: 2007,
    CellError.VALUE: 2015,
    CellError.REF: 2023,
    CellError.NAME: 2029,
    CellError.NUM: 2036,
    CellError.NA: 2042,
}
_CALC = {
    CellError.NULL: 521,
    CellError.DIV0: 532,
    CellError.VALUE: 519,
    CellError.REF: 524,
    CellError.NAME: 525,
    CellError.NUM: 503,
    CellError.NA: 32767,
}


class Undefined:
    """The value of a formula where it has none: which error a cell shows, and why.

    Formulas name it as a branch, ``where(short == 0, Undefined(...), ...)``; `evaluate` turns it
    into a `HedgeError`.

    Args:
        kind: the error a cell shows.
        why: one clause for people, such as "no price liquidates this position".
    """

    __slots__ = ("kind", "why")

    def __init__(self, kind: CellError, why: str) -> None:
        self.kind = kind
        self.why = why


class HedgeError(ValueError):
    """A call that has no value: which argument is wrong, where in an array, and what is allowed.

    Args:
        message: what is wrong and what is allowed, without the place.
        kind: the error value that a spreadsheet cell shows instead.
        argument: name of the argument at fault, if it is one.
        position: its place in an array argument, counted from 0, one number a dimension.

    Example:
        >>> print(HedgeError("-5 is not allowed: must be above 0", CellError.NUM, "price", (2,)))
        price[2]: -5 is not allowed: must be above 0
    """

    def __init__(
        self,
        message: str,
        kind: CellError = CellError.VALUE,
        argument: str | None = None,
        position: tuple[int, ...] | None = None,
    ) -> None:
        self.message = message
        self.kind = kind
        self.argument = argument
        self.position = position
        super().__init__(message)

    def __str__(self) -> str:
        where = self.argument or ""
        if self.position:
            where += "[" + ", ".join(map(str, self.position)) + "]"
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[type[HedgeError], tuple[Any, ...]]:
        # The default would rebuild it from the message alone, and lose the place in a process pool.
        return type(self), (self.message, self.kind, self.argument, self.position)
