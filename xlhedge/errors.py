"""All that can go wrong, and how it is told: to a cell, and to a person.

What we raise is one of three: `InputError`, what a person gave is wrong; `MachineError`, the
machine lacks or refuses something; `Stopped`, a run ends before its time. `error_lines` tells any
of them, and what the system and bugs raise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

__all__ = [
    "DAMAGED",
    "CellError",
    "HedgeError",
    "InputError",
    "MachineError",
    "NotAWorkbook",
    "NotTold",
    "PortfolioError",
    "Problem",
    "RowError",
    "Stopped",
    "Undefined",
    "VenueError",
    "error_lines",
]


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


class InputError(Exception):
    """What a person gave is wrong: where, what, and what to give instead."""


class MachineError(Exception):
    """The machine lacks or refuses something: where, what, and what to do about it."""


class VenueError(MachineError):
    """A venue did not answer, or not as it should have: who, what, and what to do."""


class NotTold(VenueError):  # noqa: N818  # it becomes a note: nothing went wrong
    """A venue never tells that, or to a key only; it is to be typed."""


class Stopped(BaseException):  # as KeyboardInterrupt: nothing may take it for an error
    """A run ends before its time: somebody asked it to, or it cannot go on.

    Args:
        why: what ended it, and where.
        signal: the number of the signal that did, or 0.
    """

    def __init__(self, why: str = "stopped", signal: int = 0) -> None:
        super().__init__(why)
        self.signal = signal


class HedgeError(InputError, ValueError):
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or that looks wrong.

    Args:
        place: where a person finds it: ``Portfolio!B7``, ``Holdings.csv:7``, ``Holdings[2]``; empty
            for the file as a whole.
        message: what is wrong and what is allowed.
        column: the column, or the setting, at fault; empty for a row or a table.

    Example:
        >>> print(Problem("Portfolio!B7", '"ten" is not a number; it must be a number', "quantity"))
        Portfolio!B7 quantity: "ten" is not a number; it must be a number
    """

    place: str
    message: str
    column: str = ""

    def __str__(self) -> str:
        where = " ".join(filter(None, (self.place, self.column)))
        return f"{where}: {self.message}" if where else self.message


class PortfolioError(HedgeError):
    """A portfolio that cannot be read; all that is wrong with it, one line each.

    Args:
        problems: what is wrong, in the order of the tables.
        warnings: what looks mistyped besides.

    Example:
        >>> print(PortfolioError([Problem("", "no such file"), Problem("Holdings", "is missing")]))
        no such file
        Holdings: is missing
    """

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems, self.warnings = tuple(problems), tuple(warnings)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[PortfolioError], tuple[Any, ...]]:
        return type(self), (self.problems, self.warnings)


class RowError(HedgeError):
    """A figure of a computed row has no value.

    Attributes:
        row: whose figure it is.
    """

    row: Any


DAMAGED = "it is damaged or cut off; save it again in a spreadsheet"
"""What is wrong with a file that is not what it says."""


class NotAWorkbook(InputError):  # noqa: N818  # it becomes a PortfolioError's one line
    """The file is no Excel workbook that can be read.

    Args:
        why: what is wrong with it.
        place: the part of it that is; empty for the file as a whole.
    """

    def __init__(self, why: str, place: str = "") -> None:
        super().__init__(why)
        self.place = place


def error_lines(error: BaseException, place: object = "") -> list[str]:
    """What a person reads of anything raised: where, what is wrong, what to do instead.

    Args:
        error: ours, the system's, or what nobody expected.
        place: what was worked on; it begins each line, unless the system names a file itself.

    Example:
        >>> error_lines(PortfolioError([Problem("Shorts!B7", "is empty")]), "my.xlsx")
        ['my.xlsx: Shorts!B7: is empty']
        >>> error_lines(PermissionError(13, "Permission denied", "out/my.pdf"), "my.xlsx")
        ['out/my.pdf: Permission denied']
        >>> error_lines(KeyError("a"), "my.xlsx")
        ["my.xlsx: xlhedge failed: KeyError: 'a'; please report it"]
    """
    if isinstance(error, InputError | MachineError | Stopped):
        why = str(error)
    elif isinstance(error, MemoryError):
        why = "it takes more memory than there is"
    elif isinstance(error, OSError):
        place, why = error.filename or place, error.strerror or str(error)
        if isinstance(error, FileNotFoundError) and error.filename is None:
            why = "the folder in which it was started is gone; start it in another"
        if isinstance(error, FileExistsError):
            why = "is a file; the output must be a folder"
    else:
        why = f"xlhedge failed: {type(error).__name__}: {error}; please report it"
    return [f"{place}: {line}" if str(place) else line for line in why.split("\n")]
