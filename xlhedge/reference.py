"""A function explained in words, from the registry."""

from __future__ import annotations

import inspect

from xlhedge.functions import Function

__all__ = ["entry_text", "example_call"]


def example_call(entry: Function) -> str:
    """The registry's example as a person types it in a cell.

    Example:
        >>> from xlhedge.functions import function
        >>> example_call(function("HEDGE_RATIO"))
        '=HEDGE_RATIO(60000, 45000)'
    """
    typed = (f'"{a}"' if isinstance(a, str) else f"{a:.15g}" for a in entry.example)
    return f"={entry.name}({', '.join(typed)})"


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
