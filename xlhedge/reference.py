"""A function explained in words, from the registry."""

from __future__ import annotations

import inspect
from typing import Any

from xlhedge.functions import Function

__all__ = ["entry_text", "example_call"]


def example_call(entry: Function) -> str:
    """The registry's example as a person types it in a cell.

    Example:
        >>> from xlhedge.functions import function
        >>> example_call(function("HEDGE_RATIO"))
        '=HEDGE_RATIO(60000, 45000)'
    """
    return f"={entry.name}({', '.join(map(_typed, entry.example))})"


def _typed(argument: Any) -> str:
    if isinstance(argument, list):
        return "{" + ",".join(map(_typed, argument)) + "}"
    if isinstance(argument, bool):
        return str(argument).upper()
    return f'"{argument}"' if isinstance(argument, str) else f"{argument:.15g}"


def entry_text(entry: Function) -> str:
    """What a function means, its equation, its arguments with units, and what to type."""
    body = inspect.getdoc(entry.body) or ""
    lines = [entry.syntax, "", body, "", "Arguments:"]
    for parameter in entry.parameters:
        quantity = parameter.quantity
        lines.append(f"    {parameter.name}: {quantity.help} It {quantity.allowed}.")
    result = ", ".join(entry.columns) if entry.columns else entry.value
    lines += ["", "In a cell:", f"    {example_call(entry)}  gives {result}"]
    return "\n".join(lines)
