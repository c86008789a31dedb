"""Whole ranges: rows and columns as a spreadsheet hands them, flattened and paired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions import Function

__all__ = ["flattened", "is_blank"]


def is_blank(value: Any) -> bool:
    """Whether a value stands for an empty cell: None, or a missing value of pandas."""
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def flattened(entry: Function, arguments: Sequence[Any]) -> list[Any]:
    """The arguments of a whole-range function, its ranges as lists of one length.

    Where one range has an empty cell the others' cells beside it are left out, too. An error in a
    range stands for the whole of it. A range left out stays None, and takes its default.

    Raises:
        HedgeError: a range is a block of rows and columns, or as long as no other.
    """
    found = [
        _listed(argument) if parameter.quantity.series else argument
        for parameter, argument in zip(entry.parameters, arguments, strict=True)
    ]
    if any(cells.__class__ is CellError for cells in found):
        return found  # an input's error comes before any of ours
    for parameter, argument in zip(entry.parameters, arguments, strict=True):
        if parameter.quantity.series and _is_block(argument):
            raise HedgeError("must be one row or one column", argument=parameter.name)
    ranges = [
        (parameter, cells)
        for parameter, cells in zip(entry.parameters, found, strict=True)
        if cells.__class__ is list and not (parameter.quantity.single and len(cells) == 1)
    ]
    for parameter, cells in ranges[1:]:
        first, wanted = ranges[0]
        if len(cells) != len(wanted):
            raise HedgeError(
                f"has {len(cells)} cells and {first.name} {len(wanted)}; they must be equally long",
                argument=parameter.name,
            )
    lists = [cells for _, cells in ranges]
    kept = [not any(map(is_blank, beside)) for beside in zip(*lists, strict=True)]
    return [
        [cell for cell, keep in zip(cells, kept, strict=True) if keep]
        if any(cells is each for each in lists)
        else cells
        for cells in found
    ]


def _listed(argument: Any) -> Any:
    """A range's cells in order; a single cell is a range of one."""
    argument = _plain(argument)
    if not isinstance(argument, list | tuple):
        return argument if is_blank(argument) or isinstance(argument, CellError) else [argument]
    cells = list(argument)
    if any(isinstance(row, list | tuple) for row in cells):
        cells = [cell for row in cells for cell in row]
    errors = [cell for cell in cells if isinstance(cell, CellError)]
    return errors[0] if errors else cells


def _is_block(argument: Any) -> bool:
    """Whether it has several rows of several cells."""
    rows = _plain(argument)
    return (
        isinstance(rows, list | tuple)
        and len(rows) > 1
        and any(isinstance(row, list | tuple) and len(row) > 1 for row in rows)
    )


def _plain(argument: Any) -> Any:
    return argument.tolist() if hasattr(argument, "tolist") else argument
