"""The Python API: a callable for each function of the registry, taking what Python people have.

`from xlhedge import net_delta` takes numbers, lists, NumPy arrays and pandas Series, broadcasts
them, and returns the natural type.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.functions.evaluate import CELLS, evaluate
from xlhedge.functions.reference import arguments_of
from xlhedge.functions.registry import FUNCTIONS, Function

__all__ = ["CALLABLES"]


def _public(entry: Function) -> Callable[..., Any]:
    @functools.wraps(entry.body)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs).arguments
        arguments = [bound.get(name) for name in entry.names]
        if CELLS.issuperset(map(type, arguments)):
            return evaluate(entry, arguments)
        labelled = _labelled(entry, arguments)
        plain = [
            each if each.__class__ in CELLS else _plain(parameter, each, labelled)
            for parameter, each in zip(entry.parameters, arguments, strict=True)
        ]
        value = evaluate(entry, plain)
        _raise_first(value)
        if labelled is not None:
            return _frame(entry, value, labelled)
        if not any(getattr(argument, "ndim", 0) for argument in arguments):
            return value.tolist() if hasattr(value, "tolist") else value
        return _array(value) if isinstance(value, list) and not entry.columns else value

    # Not the body's own: the registry names what the body may only count.
    signature = inspect.Signature(
        [
            inspect.Parameter(
                parameter.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if parameter.required else None,
            )
            for parameter in entry.parameters
        ]
    )
    call.__module__ = "xlhedge"
    call.__doc__ = _documented(entry)
    return call


def _documented(entry: Function) -> str:
    lines = [inspect.getdoc(entry.body) or "", "", "Args:"]
    lines += [f"    {line}" for line in arguments_of(entry)]
    shape = "one row of " + ", ".join(entry.columns) if entry.columns else "a value"
    lines += ["", f"Returns:\n    {shape}, for each element that the arguments broadcast to."]
    lines += ["", "Raises:\n    HedgeError: an argument is wrong, or there is no value."]
    return "\n".join(lines)


def _is_labelled(argument: Any) -> bool:
    """Whether it is a Series or a DataFrame."""
    return hasattr(argument, "index") and hasattr(argument, "to_numpy")


def _labelled(entry: Function, arguments: list[Any]) -> Any:
    """The Series or DataFrame whose labels the value has; None where there is neither."""
    found = [
        argument
        for parameter, argument in zip(entry.parameters, arguments, strict=True)
        if not parameter.quantity.whole and _is_labelled(argument)
    ]
    widest = max(found, key=lambda each: each.ndim, default=None)
    for each in found:
        if not all(
            labels.equals(others) for labels, others in zip(each.axes, widest.axes, strict=False)
        ):
            raise HedgeError("the Series have different indexes; align them first")
    return widest


def _plain(parameter: Parameter, argument: Any, labelled: Any) -> Any:
    """An argument of other people's type as nested lists or a NumPy array of cells.

    A masked element is an empty cell, and so is a missing value of pandas in a range. A Series
    beside a DataFrame is a column of it.

    Raises:
        HedgeError: its type does not let itself be read.
    """
    whole = parameter.quantity.whole
    try:
        if isinstance(argument, list | tuple):
            return argument
        if _is_labelled(argument):
            if whole:
                return argument.astype(object).where(argument.notna(), None).to_numpy().tolist()
            array = argument.to_numpy()
            return array[:, None] if array.ndim < labelled.ndim else array
        if not hasattr(argument, "__array__"):
            return argument
        import numpy as np

        masks, array = np.ma.getmaskarray(argument), np.asarray(argument)
        if not masks.any() and not (whole and array.dtype.kind in "mM"):
            return array
        # Not by astype(object), which makes whole numbers of times in nanoseconds.
        cells = np.empty(array.shape, dtype=object)
        cells.flat = [None if hidden else cell for cell, hidden in zip(array.flat, masks.flat)]
        return cells
    except Exception as error:  # noqa: BLE001  # a type of somebody else may raise anything
        why = f"a value of type {type(argument).__name__} cannot be read"
        raise HedgeError(why, argument=parameter.name) from error


def _frame(entry: Function, value: Any, labelled: Any) -> Any:
    import pandas as pd

    index, value = labelled.index, _array(value)
    if entry.columns and value.shape == (len(index), len(entry.columns)):
        return pd.DataFrame(value, index=index, columns=list(entry.columns))
    if value.shape != labelled.shape:
        return value  # broadcast to more than the labels name
    if labelled.ndim > 1:
        return pd.DataFrame(value, index=index, columns=labelled.columns)
    return pd.Series(value, index=index, name=entry.body.__name__)


def _array(value: Any) -> Any:
    import numpy as np

    return np.asarray(value)


def _raise_first(value: Any) -> None:
    if hasattr(value, "dtype") and value.dtype.kind == "O":
        value = value.ravel().tolist()
    if isinstance(value, list):
        for element in value:
            _raise_first(element)
    elif isinstance(value, HedgeError):
        raise value


CALLABLES: dict[str, Callable[..., Any]] = {
    entry.body.__name__: _public(entry) for entry in FUNCTIONS
}
"""Every function by its Python name."""
