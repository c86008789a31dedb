"""A call with arrays among its arguments: which cells it has, and the value of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.functions.arguments import evaluate_one
from xlhedge.functions.definition import Function

__all__ = ["Call", "Shape"]

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call with arrays among its arguments.

    Args:
        entry: the function.
        arguments: one for each parameter.
        shapes: the arguments' shapes; () for a single value.
        shape: what they broadcast to.
    """

    entry: Function
    arguments: Sequence[Any]
    shapes: Sequence[Shape]
    shape: Shape

    def element(self, index: Shape, *, placed: bool = True) -> Any:
        """The value of one cell, or the `HedgeError` that it holds instead, with its place."""
        index += (0,) * (len(self.shape) - len(index))
        places, cells = [], []
        for argument, own in zip(self.arguments, self.shapes, strict=True):
            place = index[len(index) - len(own) :]
            if 1 in own:
                place = tuple(0 if size == 1 else at for size, at in zip(own, place, strict=True))
            places.append(place)
            cells.append(reduce(getitem, place, argument))
        try:
            return evaluate_one(self.entry, cells)
        except HedgeError as error:
            # It is kept as a value, and so must not keep the call's frames.
            error.__traceback__ = error.__context__ = None
            names = self.entry.names
            place = places[names.index(error.argument)] if error.argument else index
            error.position = place if placed else None
            return [error] * len(self.entry.columns) if self.entry.columns else error

    @property
    def places(self) -> Shape:
        """The shape of the cells to compute: a column of rows has one row each, not a cell."""
        return self.shape[:-1] if self.entry.columns and len(self.shape) > 1 else self.shape

    @property
    def cells(self) -> Shape:
        """The shape of all values."""
        return (*self.places, len(self.entry.columns)) if self.entry.columns else self.places

    def nested(self) -> list[Any]:
        """All values as nested lists, one element at a time: what works without NumPy."""

        def build(index: Shape, remaining: Shape) -> Any:
            if not remaining:
                return self.element(index)
            return [build((*index, at), remaining[1:]) for at in range(remaining[0])]

        values: list[Any] = build((), self.places)
        return values
