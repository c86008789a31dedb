"""The steps of a formula, written down once by running its body on what only takes notes.

What a call leaves out has its default, mostly 0 or 1, and what is computed with it is no news: of
SCENARIO_PNL with 4 of 15 arguments six steps remain of thirty. What is left out here changes no bit
of a value: at most the sign of a 0, which only a division by it would show.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from xlhedge.functions.definition import Function

__all__ = ["Steps", "written"]

_OPERATORS: Mapping[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
}
"""Arithmetic as the body has it: of single values it is Python's, and quick."""

_COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}
_LOGIC: Mapping[Any, bool] = {np.bitwise_or: True, np.bitwise_and: False}
"""The truth value that decides by itself."""

_NEUTRAL: Mapping[Any, int] = {np.add: 0, np.subtract: 0, np.multiply: 1, np.divide: 1}
_EXCHANGED = {np.add, np.multiply}

_SHOWING: Mapping[Any, int] = {
    **dict.fromkeys((operator.add, operator.sub, operator.mul), 2),
    **dict.fromkeys((operator.truediv, np.negative, np.absolute), 1),
}
"""Of how many of its operands it shows in a step's value that they are not finite."""

_SMALL = 1e290
"""What added to the greatest of all floats leaves it as it is."""


class Steps:
    """What is to be computed, in order.

    Args:
        cells: the arguments, of which those that are given are yet to come; constants and gaps for
            what the steps give are put behind them.
    """

    __slots__ = ("_given", "_written", "cells", "conditions", "legs", "numbers", "shown", "todo")

    cells: list[Any]
    todo: list[tuple[Callable[..., Any], tuple[int, ...], int]]
    """Of each step what computes it, the places of what it takes, and where its value goes."""
    conditions: tuple[int, ...]
    """The places of what must hold."""
    legs: tuple[int, ...]
    """The places of the values: one, or one for each cell of a row."""
    numbers: bool
    """Whether the value is an array of floats for certain; if so, none of them is -0.0."""
    shown: set[int]
    """The places of what is finite if the value is: sums and products hide nothing."""

    def __init__(self, cells: Sequence[Any]) -> None:
        self.cells = list(cells)
        self.todo, self.conditions, self.legs, self.numbers = [], (), (), False
        self._given = len(cells)
        self._written: dict[tuple[Any, ...], int] = {}

    def place(self, value: Any, *, beside: bool = False) -> int:
        """Where a value stands; a constant is put there.

        Beside arrays it is one without dimensions, which NumPy takes faster than Python's number.
        """
        if isinstance(value, _Noted):
            return value.place
        value = float(value) if type(value) is int else value
        constant = type(value), value, beside
        if constant not in self._written:
            self._written[constant] = len(self.cells)
            self.cells.append(np.array(value) if beside and type(value) is float else value)
        return self._written[constant]

    def step(self, compute: Callable[..., Any], places: Sequence[int]) -> int:
        """Where a step's value stands; what is computed twice is one step."""
        step = compute, tuple(places)
        if step not in self._written:
            self._written[step] = len(self.cells)
            self.todo.append((*step, len(self.cells)))
            self.cells.append(None)
        return self._written[step]

    def finish(self) -> None:
        """Leave out what no value and no condition needs, and keep nothing longer than needed.

        A step's value goes where one lay that nobody needs any more, and so sets its memory free.
        """
        shown, used = {*self.legs} if self.numbers else set(), {*self.conditions, *self.legs}
        todo = []
        for compute, places, at in reversed(self.todo):
            if at not in used:
                continue
            done = [place for place in {*places} - used if self.cells[place] is None]
            todo.append((compute, places, at, [each for each in done if each >= self._given]))
            used.update(places)
            if at in shown:
                shown.update(places[: _SHOWING.get(compute, 0)])
        self.shown, self.todo = shown, []
        where = list(range(len(self.cells)))
        free: list[int] = []
        for compute, places, at, done in reversed(todo):
            free += [where[place] for place in done]
            moved = tuple(where[place] for place in places)
            where[at] = free.pop() if free else at
            self.todo.append((compute, moved, where[at]))
        self.conditions = tuple(where[place] for place in self.conditions)
        self.legs = tuple(where[place] for place in self.legs)


class _Noted(np.lib.mixins.NDArrayOperatorsMixin):
    """What an argument or a step will be; arithmetic on it writes a step down.

    Args:
        steps: where it is written.
        place: its own there.
        single: whether it is one value, and no array.
        number: whether it is a float for certain, so that times 1 changes not even its type.
        finite: whether it is for certain.
    """

    __slots__ = ("finite", "number", "place", "single", "steps")

    dtype = np.dtype(float)  # which tells `algebra` that it is an array

    def __init__(
        self, steps: Steps, place: int, *, single: bool, number: bool = True, finite: bool = True
    ) -> None:
        self.steps, self.place = steps, place
        self.single, self.number, self.finite = single, number, finite

    def __bool__(self) -> bool:
        raise TypeError("it is not known yet")

    def __array_ufunc__(self, ufunc: Any, method: str, *given: Any, **named: Any) -> Any:
        known = _known(ufunc, *given) if len(given) > 1 else None
        if known is not None:
            return known
        number = ufunc not in _COMPARISONS and ufunc not in _LOGIC and any(map(_number, given))
        finite = ufunc in (np.negative, np.absolute) and self.finite
        if ufunc in (np.add, np.subtract):
            finite = all(map(_finite, given)) and any(map(_small, given))
        return self._step(_OPERATORS.get(ufunc, ufunc), given, number=number, finite=finite)

    def __array_function__(self, function: Any, types: Any, given: Any, named: Any) -> Any:
        # A condition on single values is looked at by the body, and NumPy's other functions too.
        if function is not np.where or given[0].single:
            return NotImplemented
        number, finite = any(map(_number, given[1:])), all(map(_finite, given[1:]))
        return self._step(np.where, given, number=number, finite=finite)

    def _step(
        self,
        compute: Callable[..., Any],
        given: Sequence[Any],
        *,
        number: bool = True,
        finite: bool = False,
    ) -> _Noted:
        single = all(each.single for each in given if isinstance(each, _Noted))
        places = [self.steps.place(each, beside=not single) for each in given]
        place = self.steps.step(compute, places)
        return _Noted(self.steps, place, single=single, number=number, finite=finite)


def _known(ufunc: Any, left: Any, right: Any) -> Any:
    """What a step with a constant gives if it need not be computed; None if it must."""
    noted, other = (left, right) if isinstance(left, _Noted) else (right, left)
    if isinstance(other, _Noted):
        return None
    if ufunc in _LOGIC and isinstance(other, bool):
        return other if other is _LOGIC[ufunc] else noted
    if ufunc is np.multiply and other == 0 and noted.finite:
        return 0.0
    neutral = noted.number and other == _NEUTRAL.get(ufunc)
    return noted if neutral and (noted is left or ufunc in _EXCHANGED) else None


def _number(each: Any) -> bool:
    return each.number if isinstance(each, _Noted) else type(each) in (float, int)


def _finite(each: Any) -> bool:
    if isinstance(each, _Noted):
        return each.finite
    return isinstance(each, float | int) and math.isfinite(each)


def _small(each: Any) -> bool:
    return not isinstance(each, _Noted) and abs(each) < _SMALL


def written(entry: Function, cells: Sequence[Any], single: Mapping[int, bool]) -> Steps:
    """The steps of a function: those of its conditions, and those of its body.

    A body that looks at what it is given, as one does that raises to a power, is one step.

    Args:
        entry: the function, not one of whole ranges.
        cells: its arguments' values, where they are the same in each call.
        single: the places of the others, and whether they are single values.
    """
    steps = Steps(cells)
    noted = list(cells)
    for place, alone in single.items():
        noted[place] = _Noted(steps, place, single=alone)
    try:
        held = [rule.holds(*map(noted.__getitem__, places)) for rule, places in entry.rules]
        found = entry.body(*noted)
        steps.conditions = tuple(steps.place(each) for each in held if each is not True)
        if isinstance(found, _Noted) and found.number and not found.single:
            zero = steps.place(0.0, beside=True)  # -0.0 becomes 0.0
            steps.numbers, steps.legs = True, (steps.step(operator.add, [found.place, zero]),)
        else:
            steps.legs = tuple(map(steps.place, found if entry.columns else [found]))
    except (ArithmeticError, TypeError, ValueError):
        steps = Steps(cells)
        steps.conditions = tuple(steps.step(rule.holds, places) for rule, places in entry.rules)
        whole = steps.step(entry.body, range(len(cells)))
        parts = map(operator.itemgetter, range(len(entry.columns)))
        steps.legs = tuple(steps.step(part, [whole]) for part in parts) or (whole,)
    steps.finish()
    return steps
