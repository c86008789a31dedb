"""Text from outside on its way to a terminal."""

from __future__ import annotations

import unicodedata

__all__ = ["shown_safely"]

_ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # controls, direction marks, surrogates, line ends


def shown_safely(text: str) -> str:
    r"""A line that a terminal shows and does not act on: what would act is spelled out.

    Args:
        text: one line, with whatever a name or a message holds.

    Example:
        >>> shown_safely("BTC\x1b[2J\u202etxt.exe")
        'BTC\\x1b[2J\\u202etxt.exe'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        ascii(each)[1:-1] if unicodedata.category(each) in _ACTING else each for each in text
    )
