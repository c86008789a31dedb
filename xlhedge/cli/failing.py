"""How a command ends that cannot do what it was asked."""

from __future__ import annotations

import typer

from xlhedge.cli.saying import say

__all__ = ["fail"]

_USAGE = 2


def fail(message: object) -> typer.Exit:
    """Says why on the error stream, in one line; raise what this returns.

    Args:
        message: where, what is wrong, and what is allowed.

    Returns:
        The end of the command, with exit status 2.

    Example:
        >>> fail("mine.xlsx: is there already").exit_code
        2
    """
    say(f"xlhedge: {message}", err=True)
    return typer.Exit(_USAGE)
