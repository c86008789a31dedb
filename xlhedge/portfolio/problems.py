"""What is wrong in a portfolio's tables, told with the place a person can go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from xlhedge.errors import HedgeError
from xlhedge.text import one_line

__all__ = ["Found", "PortfolioError", "Problem", "in_order", "refusal"]


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


Found: TypeAlias = tuple[tuple[int, int, int], Problem]
"""A problem behind its rank: the numbers of its table, its row (negative: none) and its column."""


def in_order(found: Iterable[Found]) -> tuple[Problem, ...]:
    """Problems in the order of their ranks, as a person goes through the tables."""
    return tuple(problem for _, problem in sorted(found, key=lambda each: each[0]))


class PortfolioError(HedgeError):
    """A portfolio that cannot be read; all that is wrong with it, one line each.

    Args:
        problems: what is wrong, in the order of the tables.

    Example:
        >>> print(PortfolioError([Problem("", "no such file"), Problem("Holdings", "is missing")]))
        no such file
        Holdings: is missing
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[PortfolioError], tuple[Any, ...]]:
        return type(self), (self.problems,)


def refusal(why: str, place: str = "") -> PortfolioError:
    """The error of what cannot be read at all, for one reason."""
    return PortfolioError([Problem(one_line(place), why)])
