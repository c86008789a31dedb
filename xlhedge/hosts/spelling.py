"""How names are spelled: where capitals do not count, and in Excel's files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlhedge.functions.registry import FUNCTIONS, Parameter

__all__ = ["in_files", "spelled"]

# Functions that came after Excel 2007, of those that our texts call, with their prefixes in files.
_NEWER = {
    **dict.fromkeys(("LAMBDA", "LET", "MAP", "SCAN", "SEQUENCE"), "_xlfn."),
    "FILTER": "_xlfn._xlws.",
}
_WORD = re.compile(r'"[^"]*"|[a-z_]+|[A-Z\d_]+(?=\()')

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


def in_files(text: str, names: Mapping[str, str] | None = None) -> str:
    """A formula's text as a file has it, of one as it is typed.

    Args:
        text: functions in capitals, names of a LAMBDA or a LET in small letters.
        names: other names for some of these, as files have them.

    Example:
        >>> in_files('LAMBDA(x,MAP(x,LAMBDA(at,at&"x")))')
        '_xlfn.LAMBDA(_xlpm.x,_xlfn.MAP(_xlpm.x,_xlfn.LAMBDA(_xlpm.at,_xlpm.at&"x")))'
    """

    def prefixed(found: re.Match[str]) -> str:
        word = found[0]
        if word.startswith('"'):
            return word
        if word.isupper():
            return _NEWER.get(word, "") + word
        return (names or {}).get(word, f"_xlpm.{word}")

    return _WORD.sub(prefixed, text)
