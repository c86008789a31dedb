"""Whole ranges: rows and columns as a spreadsheet hands them, flattened and paired."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.definition import Function, Parameter

__all__ = ["flattened", "is_missing"]

_NUMBERS = frozenset({float, int})


def is_missing(value: Any) -> bool:
    """Whether nothing is there: None, or a missing value of pandas or NumPy."""
    if value is None:
        return True
    name = type(value).__name__
    if name in ("datetime64", "timedelta64"):
        return bool(value != value)  # noqa: PLR0124  # only NaT differs from itself
    return name in ("NAType", "NaTType", "MaskedConstant")


def flattened(entry: Function, arguments: Sequence[Any]) -> Sequence[Any]:
    """The arguments of a whole-range function, its ranges as lists of one length.

    Where a required range has an empty cell the others' cells beside it are left out, too; that of
    an optional one takes its default. An error in a range stands for the whole of it. A range left
    out stays None, and takes its default.

    Raises:
        HedgeError: a range is a block of rows and columns, or as long as no other.
    """
    plain = {at for at in entry.series if _is_plain(arguments[at])}
    if len(plain) == len(entry.series) and len({len(arguments[at]) for at in plain}) == 1:
        return arguments
    found = [
        _listed(argument) if parameter.quantity.series and at not in plain else argument
        for at, (parameter, argument) in enumerate(zip(entry.parameters, arguments, strict=True))
    ]
    if any(cells.__class__ is CellError for cells in found):
        return found  # an input's error comes before any of ours
    for at in entry.series:
        if at not in plain and _is_block(arguments[at]):
            raise HedgeError("must be one row or one column", argument=entry.names[at])
    ranges = {
        at: cells
        for at, (parameter, cells) in enumerate(zip(entry.parameters, found, strict=True))
        if parameter.quantity.series
        and cells.__class__ is list
        and not (parameter.quantity.single and len(cells) == 1)
    }
    lists = list(ranges.values())
    for at, cells in ranges.items():
        if len(cells) != len(lists[0]):
            first = entry.names[next(iter(ranges))]
            raise HedgeError(
                f"has {len(cells)} cells and {first} {len(lists[0])}; they must be equally long",
                argument=entry.names[at],
            )
    if all(at in plain or _is_plain(cells) for at, cells in ranges.items()):
        return found  # no cell is empty
    required = [cells for at, cells in ranges.items() if entry.parameters[at].required]
    kept = [not any(map(is_missing, beside)) for beside in zip(*required, strict=True)]
    return [
        list(compress(_filled(entry.parameters[at], cells), kept)) if at in ranges else cells
        for at, cells in enumerate(found)
    ]


def _filled(parameter: Parameter, cells: list[Any]) -> list[Any]:
    """An optional range with its default, one number, in its empty cells."""
    if parameter.required:
        return cells
    (default,) = parameter.default
    return [default if is_missing(cell) else cell for cell in cells]


def _is_plain(cells: Any) -> bool:
    """Whether it is a list of nothing but numbers."""
    return cells.__class__ is list and _NUMBERS.issuperset(map(type, cells))


def _listed(argument: Any) -> Any:
    """A range's cells in order; a single cell is a range of one."""
    argument = _plain(argument)
    if not isinstance(argument, list | tuple):
        return argument if is_missing(argument) or isinstance(argument, CellError) else [argument]
    if _NUMBERS.issuperset(map(type, argument)):
        return list(argument)
    cells: list[Any] = []
    for row in argument:
        cells += row if isinstance(row, list | tuple) else [row]
    errors = [cell for cell in cells if isinstance(cell, CellError)]
    return errors[0] if errors else cells


def _is_block(argument: Any) -> bool:
    """Whether it has several rows of several cells."""
    rows = _plain(argument)
    return (
        isinstance(rows, list | tuple)
        and len(rows) > 1
        and not _NUMBERS.issuperset(map(type, rows))
        and any(isinstance(row, list | tuple) and len(row) > 1 for row in rows)
    )


def _plain(argument: Any) -> Any:
    return argument.tolist() if hasattr(argument, "tolist") else argument
