"""Arguments of other people's types, pandas' and NumPy's above all, as ranges of plain cells."""

from __future__ import annotations

import sys
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.functions.definition import Parameter
from xlhedge.functions.evaluate import CELLS, shape_of

__all__ = ["is_labelled", "plain"]


def is_labelled(argument: Any) -> bool:
    """Whether it is a Series or a DataFrame."""
    pandas = sys.modules.get("pandas")  # without which there is none
    return pandas is not None and isinstance(argument, pandas.Series | pandas.DataFrame)


def plain(parameter: Parameter, argument: Any, dimensions: int) -> Any:
    """An argument as a cell, a nested list, or a NumPy array and nothing but that.

    A masked element is an empty cell, and so is a missing value of pandas in a range.

    Args:
        parameter: what it is given for.
        argument: anything.
        dimensions: of the DataFrame beside it, of which a Series is then a column.

    Raises:
        HedgeError: it does not let itself be read.
    """
    whole, anything = parameter.quantity.whole, parameter.quantity.kind == "any"
    if argument.__class__ in CELLS or (argument.__class__ is list and not anything):
        return argument
    try:
        read = _read(argument, dimensions, whole=whole)
    except Exception as error:  # a type of somebody else may raise anything
        why = f"a value of type {type(argument).__name__} cannot be read"
        raise HedgeError(why, argument=parameter.name) from error
    if anything:
        shape_of(parameter.name, read)
        return _exact(read)
    return read


def _read(argument: Any, dimensions: int, *, whole: bool) -> Any:
    if is_labelled(argument):
        if whole:
            return argument.astype(object).where(argument.notna(), None).to_numpy().tolist()
        array = argument.to_numpy()
        return array[:, None] if array.ndim < dimensions else array
    if isinstance(argument, type):  # it has its instances' methods, which fail
        return str(argument)
    if isinstance(argument, list | tuple) or not hasattr(argument, "__array__"):
        return argument
    import numpy as np

    array = np.asarray(argument)
    masks = np.ma.getmaskarray(argument if isinstance(argument, np.ma.MaskedArray) else array)
    if not masks.any() and not (whole and array.dtype.kind in "mM"):
        return array
    # Not by astype(object), which makes whole numbers of times in nanoseconds.
    pairs = zip(array.flat, masks.flat, strict=True)
    cells = (None if masked else cell for cell, masked in pairs)
    return np.fromiter(cells, dtype=object).reshape(array.shape)


def _exact(argument: Any) -> Any:
    """What may be anything, without subclasses of numbers and without classes."""
    if isinstance(argument, list | tuple):
        return list(map(_exact, argument))
    if isinstance(argument, float):
        return float.__float__(argument)
    return str(argument) if isinstance(argument, type) else argument
