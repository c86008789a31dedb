"""How a function's arguments are spelled where a host does not tell capitals from small letters."""

from __future__ import annotations

from xlhedge.functions.registry import FUNCTIONS, Parameter

__all__ = ["spelled"]

_TAKEN = {entry.name for entry in FUNCTIONS}


def spelled(parameter: Parameter) -> str:
    """An argument's name beside the names of all functions: hedge_ratio becomes hedge_ratio_.

    In a named LAMBDA it would be taken for the function HEDGE_RATIO; in VBA, which keeps one
    spelling for a word in a whole project, cells would show ``=hedge_ratio(…)``.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> [spelled(parameter) for parameter in function("HEDGE_NOTIONAL").parameters]
        ['spot_qty', 'spot_price', 'hedge_ratio_', 'beta']
    """
    return parameter.name + "_" * (parameter.name.upper() in _TAKEN)
