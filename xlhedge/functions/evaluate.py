"""evaluate(): broadcasting and per-cell errors, the same for every function and host."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import chain, zip_longest
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import evaluate_one
from xlhedge.functions.call import Call, Shape
from xlhedge.functions.definition import Function

__all__ = ["CELLS", "evaluate", "quickly", "rows_of", "shape_of"]

CELLS = frozenset({float, int, bool, str, type(None), CellError})
"""What cells hold, by exact type: one look at the types tells single values from ranges."""
_DEEPEST = 16
"""Most dimensions of an argument: a list may hold itself, and NumPy's tools go to 32 at most."""


def evaluate(entry: Function, arguments: Sequence[Any]) -> Any:
    """A function's value for arguments as a spreadsheet or a Python program hands them over.

    Arguments are single values, or nested lists, tuples or NumPy arrays of them, which broadcast
    as Excel's arrays do: a column against a row gives a grid. One bad element spoils only its own
    cell, which then holds a `HedgeError`.

    Args:
        entry: the function.
        arguments: its arguments in order; None where one is left out or its cell is empty, a
            `CellError` where a cell holds an error.

    Returns:
        A float, text or truth value; a list for a function that gives a row; or, for array
        arguments, a NumPy array (nested lists where NumPy is not installed) of their common shape.

    Raises:
        HedgeError: a call of single values has no value, or arrays do not broadcast.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> evaluate(function("SCENARIO_PNL"), [1, 100, [[0], [100]], [-0.25, 0.5]]).tolist()
        [[-25.0, 50.0], [0.0, 0.0]]
    """
    spare = len(entry.parameters) - len(arguments)
    if spare < 0:
        raise HedgeError(f"{entry.name} takes at most {len(entry.parameters)} arguments")
    given, arguments = arguments, [*arguments, *(None,) * spare]
    if CELLS.issuperset(map(type, given)):
        return evaluate_one(entry, arguments)
    found = quickly(entry, given)
    if found is not None:
        return found
    # An array without dimensions is its only element.
    arguments = [
        each[()] if each.__class__ not in CELLS and getattr(each, "shape", None) == () else each
        for each in arguments
    ]
    shapes = [
        ()
        if argument.__class__ in CELLS or parameter.quantity.whole
        else shape_of(parameter.name, argument)
        for parameter, argument in zip(entry.parameters, arguments, strict=True)
    ]
    if not any(shapes):
        return evaluate_one(entry, arguments)
    shape = _common(shapes)
    if entry.columns and len(shape) > 1 and shape[-1] != 1:
        raise HedgeError(f"{entry.name} gives one row for each row: pass columns, not a grid")
    call = Call(entry, arguments, shapes, shape)
    if entry.ranges and not entry.rowwise:  # their bodies take lists, not arrays
        return call.nested()
    try:
        from xlhedge.functions.arrays import evaluate_arrays
        from xlhedge.functions.short_columns import quick_way
    except ImportError:  # LibreOffice's own Python may have no NumPy, and says so in its own way
        return call.nested()
    kinds = _kinds(given)
    way = None if kinds in entry.ways else quick_way(entry, kinds)
    if way is not None:
        entry.ways[kinds] = way
    return evaluate_arrays(call)


def quickly(entry: Function, arguments: Sequence[Any]) -> Any:
    """The values of a call of numbers and 1-D arrays; None for all that is not so plain.

    They are those of `evaluate`, which asks here first. How to compute them is kept by the types of
    the arguments once a call of such types was evaluated.
    """
    way = entry.ways.get(_kinds(arguments))
    return None if way is None else way(arguments)


def _kinds(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """The types of arguments; of a word itself, on which hangs what is computed."""
    kinds = tuple(map(type, arguments))
    if str not in kinds:
        return kinds
    return tuple([each if each.__class__ is str else each.__class__ for each in arguments])


def rows_of(value: Any) -> list[list[Any]]:
    """What `evaluate` gave, as the rows of a spreadsheet's range."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list):
        return [[value]]
    return value if value and isinstance(value[0], list) else [value]


def shape_of(name: str, argument: Any, depth: int = 0) -> Shape:
    """The shape of an argument; () for a single value.

    Raises:
        HedgeError: its rows differ in length, or it is nested too deep.
    """
    array = type(argument).__name__ in ("ndarray", "MaskedArray")
    if depth + (argument.ndim if array else 0) > _DEEPEST:
        raise HedgeError(f"is nested more than {_DEEPEST} deep", argument=name)
    if array:
        return tuple(argument.shape)
    if not isinstance(argument, list | tuple):
        return ()
    if _are_single(argument):
        return (len(argument),)
    if {list, tuple}.issuperset(map(type, argument)) and _are_single(
        list(chain.from_iterable(argument))
    ):
        widths = set(map(len, argument))
        if len(widths) == 1:
            return (len(argument), widths.pop())
    inner = {shape_of(name, item, depth + 1) for item in argument}
    if len(inner) > 1:
        raise HedgeError("its rows differ in length", argument=name)
    return (len(argument), *inner.pop())


def _are_single(cells: Sequence[Any]) -> bool:
    """Whether there is no row among them, by their types; arrays of one cell count as rows."""
    return all(kind in CELLS or not hasattr(kind, "__len__") for kind in set(map(type, cells)))


def _common(shapes: Sequence[Shape]) -> Shape:
    def widest(left: int, right: int) -> int:
        if left != right and 1 not in (left, right):
            sizes = " and ".join("×".join(map(str, shape)) for shape in shapes if shape)
            raise HedgeError(f"the sizes of the ranges do not fit together: {sizes}")
        return right if left == 1 else left

    def join(left: Shape, right: Shape) -> Shape:
        pairs = zip_longest(reversed(left), reversed(right), fillvalue=1)
        return tuple(reversed([widest(*pair) for pair in pairs]))

    return reduce(join, filter(None, dict.fromkeys(shapes)))
