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
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.reference import arguments_of
from xlhedge.functions.registry import FUNCTIONS, Function

__all__ = ["CALLABLES"]


def _public(entry: Function) -> Callable[..., Any]:
    @functools.wraps(entry.body)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs).arguments
        arguments = [bound.get(parameter.name) for parameter in entry.parameters]
        whole = [parameter.quantity.whole for parameter in entry.parameters]
        index = _index([a for a, range_ in zip(arguments, whole, strict=True) if not range_])
        value = evaluate(entry, list(map(_plain, arguments, whole)))
        _raise_first(value)
        if index is not None:
            return _frame(entry, value, index)
        arrays = any(hasattr(argument, "dtype") for argument in arguments)
        return value if arrays or not hasattr(value, "tolist") else value.tolist()

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


def _is_series(argument: Any) -> bool:
    return hasattr(argument, "index") and hasattr(argument, "to_numpy")


def _plain(argument: Any, whole: bool) -> Any:  # noqa: FBT001  # mapped over the arguments
    if not _is_series(argument):
        return argument
    if whole:  # a missing value is the empty cell of a range
        return argument.astype(object).where(argument.notna(), None).tolist()
    return argument.to_numpy()


def _index(arguments: list[Any]) -> Any:
    """The index that all Series share; None where there is no Series."""
    indexes = [argument.index for argument in arguments if _is_series(argument)]
    if any(not index.equals(indexes[0]) for index in indexes):
        raise HedgeError("the Series have different indexes; align them first")
    return indexes[0] if indexes else None


def _frame(entry: Function, value: Any, index: Any) -> Any:
    import pandas as pd

    if len(value) != len(index) or value.ndim > 1 + bool(entry.columns):
        return value  # broadcast to more than the index names
    if entry.columns:
        return pd.DataFrame(value, index=index, columns=list(entry.columns))
    return pd.Series(value, index=index, name=entry.body.__name__)


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
