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
from xlhedge.functions.evaluate import CELLS, evaluate, quickly
from xlhedge.functions.foreign import is_labelled, plain
from xlhedge.functions.reference import arguments_of
from xlhedge.functions.registry import FUNCTIONS, Function

__all__ = ["CALLABLES"]

_LISTS = {*CELLS, list}


def _public(entry: Function) -> Callable[..., Any]:
    @functools.wraps(entry.body)
    def call(*args: Any, **kwargs: Any) -> Any:
        arguments = ordered(args, kwargs)
        if CELLS.issuperset(map(type, arguments)):
            return evaluate(entry, arguments)
        value = quickly(entry, arguments)
        if value is not None:
            return value
        lists = _LISTS.issuperset(map(type, arguments))
        labelled = None if lists else _labelled(entry, arguments)
        dimensions = getattr(labelled, "ndim", 0)
        read = [
            plain(parameter, argument, dimensions)
            for parameter, argument in zip(entry.parameters, arguments, strict=True)
        ]
        value = evaluate(entry, read)
        _raise_first(value)
        if labelled is not None:
            return _frame(entry, value, labelled)
        if not any(getattr(argument, "ndim", 0) for argument in arguments):
            return value.tolist() if hasattr(value, "tolist") else value
        return _array(value) if isinstance(value, list) and not entry.columns else value

    ordered = _binding(entry)
    call.__module__ = "xlhedge"
    call.__doc__ = _documented(entry)
    return call


def _binding(entry: Function) -> Callable[[tuple[Any, ...], dict[str, Any]], list[Any]]:
    """How a call's arguments are put in order, None for what is left out.

    `inspect` takes longer over it than most formulas do; it is asked only what is wrong.
    """
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
    names = entry.names
    places = {name: at for at, name in enumerate(names)}
    required = sum(parameter.required for parameter in entry.parameters)  # they come first

    def ordered(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        given = len(args)
        arguments = [*args, *(None,) * (len(names) - given)]
        if not kwargs and required <= given <= len(names):
            return arguments
        fits = given <= len(names) and kwargs.keys().isdisjoint(names[:given])
        if not fits or not kwargs.keys() >= {*names[given:required]} or kwargs.keys() - places:
            signature.bind(*args, **kwargs)  # it raises, and says what is wrong
        for name, value in kwargs.items():
            arguments[places[name]] = value
        return arguments

    return ordered


def _documented(entry: Function) -> str:
    lines = [inspect.getdoc(entry.body) or "", "", "Args:"]
    lines += [f"    {line}" for line in arguments_of(entry)]
    shape = "one row of " + ", ".join(entry.columns) if entry.columns else "a value"
    lines += ["", f"Returns:\n    {shape}, for each element that the arguments broadcast to."]
    lines += ["", "Raises:\n    HedgeError: an argument is wrong, or there is no value."]
    return "\n".join(lines)


def _labelled(entry: Function, arguments: list[Any]) -> Any:
    """The Series or DataFrame whose labels the value has; None where there is neither."""
    found = [
        argument
        for parameter, argument in zip(entry.parameters, arguments, strict=True)
        if not parameter.quantity.whole and is_labelled(argument)
    ]
    if not found:
        return None
    widest = max(found, key=lambda each: each.ndim)
    for each in found:
        for labels, others in zip(each.axes, widest.axes, strict=False):
            if not labels.equals(others):
                raise HedgeError("the Series have different indexes; align them first")
    return widest


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
