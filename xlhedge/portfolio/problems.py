"""What is wrong in a portfolio's tables, told with the place a person can go to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from xlhedge.errors import PortfolioError, Problem
from xlhedge.text import one_line

__all__ = ["Found", "in_order", "refusal"]


Found: TypeAlias = tuple[tuple[int, int, int], Problem]
"""A problem behind its rank: the numbers of its table, its row (negative: none) and its column."""


def in_order(found: Iterable[Found]) -> tuple[Problem, ...]:
    """Problems in the order of their ranks, as a person goes through the tables."""
    return tuple(problem for _, problem in sorted(found, key=lambda each: each[0]))


def refusal(why: str, place: str = "") -> PortfolioError:
    """The error of what cannot be read at all, for one reason."""
    return PortfolioError([Problem(one_line(place), why)])
