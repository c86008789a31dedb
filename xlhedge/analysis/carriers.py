"""The functions of the registry as attributes, over each of the carriers that formulas run on.

Over numbers they give the analysis; over references the template's cells, which call the functions
by name; over references with the functions' bodies the report's cells, which need none of our code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.functions.arguments import evaluate_one
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import Function, function

__all__ = [
    "ARRAYS",
    "CALLS",
    "NATIVE",
    "NOWHERE",
    "VALUES",
    "Calls",
    "Functions",
    "Native",
    "Values",
]

NOWHERE = "none"
"""What a cell shows where no answer exists, such as the liquidation price of a safe position."""


class Functions:
    """The functions of the registry as attributes, for the formulas of figures."""

    def __getattr__(self, name: str) -> Callable[..., Carrier]:
        entry = function(name)

        def call(self: Functions, *arguments: Carrier) -> Carrier:
            return self.call(entry, arguments)

        setattr(Functions, name, call)  # the next one finds it there, in any carrier
        return partial(call, self)

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        """One call in this carrier; an argument that is None is left out."""
        raise NotImplementedError

    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        """The answer, or `NOWHERE` where none exists (#N/A)."""
        raise NotImplementedError

    def part(self, answer: Carrier, at: int) -> Carrier:
        """One cell of an answer that is a row; ``at`` counts from 0."""
        return answer[at]

    def total(self, weights: Carrier, answers: Carrier) -> Carrier:
        """The sums of the columns of an array, each row times its weight."""
        raise NotImplementedError

    def sum(self, column: Carrier) -> Carrier:
        """The sum of an array."""
        raise NotImplementedError

    def least(self, column: Carrier) -> Carrier:
        """The least number of an array."""
        raise NotImplementedError


class Values(Functions):
    """Numbers: one cell."""

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        if spare := len(entry.parameters) - len(arguments):
            arguments = (*arguments, *(None,) * spare)
        return evaluate_one(entry, arguments)

    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        try:
            return answer()
        except HedgeError as error:
            if error.kind is not CellError.NA:
                raise
            return NOWHERE


class _Arrays(Functions):
    """Arrays of numbers that were checked as cells: the formulas themselves, in half the time.

    Where conditions on several arguments do not hold, or a value is not finite, the function is
    asked, and says what is wrong.
    """

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        import numpy as np

        pairs = zip(arguments, entry.parameters, strict=False)
        given = [p.default if each is None else each for each, p in pairs]
        with np.errstate(all="ignore"):
            held = all(
                np.all(rule.holds(*map(given.__getitem__, places)))
                for rule, places in entry.rules
                if max(places) < len(given)
            )
            found: Any = entry.body(*given) if held else math.nan
        legs = [each + 0.0 for each in (found if entry.columns and held else [found])]
        if not all(np.isfinite(each).all() for each in legs):
            _raise_first(evaluate(entry, arguments))
        return legs if entry.columns else legs[0]

    def total(self, weights: Carrier, answers: Carrier) -> Carrier:
        return (weights * answers).sum(axis=-2)

    def sum(self, column: Carrier) -> Carrier:
        return float(column.sum())

    def least(self, column: Carrier) -> Carrier:
        return float(column.min())


def _raise_first(values: Carrier) -> None:
    """Raise the first error among the values of a grid."""
    error = next(value for value in values.flat if isinstance(value, HedgeError))
    error.position = None  # a place in a grid of ours says nothing to anybody
    raise error


class _Texts(Functions):
    def or_nowhere(self, answer: Callable[[], Carrier]) -> Carrier:
        return Expression(f'_xlfn.IFNA({excel_text(answer())},"{NOWHERE}")')

    def total(self, weights: Carrier, answers: Carrier) -> Carrier:
        return Expression(f"MMULT(TRANSPOSE({excel_text(weights)}),{excel_text(answers)})")

    def sum(self, column: Carrier) -> Carrier:
        return Expression(f"SUM({excel_text(column)})")

    def least(self, column: Carrier) -> Carrier:
        return Expression(f"MIN({excel_text(column)})")


class Calls(_Texts):
    """References: the text of a cell that calls our functions."""

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        return Expression(f"{entry.name}({','.join(map(excel_text, arguments))})")

    def part(self, answer: Carrier, at: int) -> Carrier:
        return Expression(f"INDEX({answer.text},1,{at + 1})")


class Native(_Texts):
    """References: the text of a cell in the spreadsheet's own words."""

    def call(self, entry: Function, arguments: Sequence[Carrier]) -> Carrier:
        given = zip(arguments, entry.parameters, strict=False)
        taken = tuple(p.default if each is None else each for each, p in given)
        # The reports of a batch call with the same references, grids with the same for each row.
        return _body(entry.name, _Alike(taken))


class _Alike:
    """Arguments; two are equal whose texts are, and what binds them: `Expression` has no `==`."""

    __slots__ = ("_key", "arguments")

    def __init__(self, arguments: tuple[Carrier, ...]) -> None:
        self.arguments = arguments
        self._key = tuple(
            (each.__class__, each.text, each.level) if isinstance(each, Expression)
            else (each.__class__, each) for each in arguments
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=1_024)
def _body(name: str, alike: _Alike) -> Carrier:
    return function(name).body(*alike.arguments)


VALUES, ARRAYS, CALLS, NATIVE = Values(), _Arrays(), Calls(), Native()
