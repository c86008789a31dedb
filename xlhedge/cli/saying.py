"""The one place through which the command line prints."""

from __future__ import annotations

import typer

from xlhedge.text import harmless

__all__ = ["say", "warn"]


def say(*cells: str, err: bool = False) -> None:
    r"""Prints one line, in which nothing is obeyed by the terminal that others have written.

    Args:
        cells: the line, or what stands in it between tabs.
        err: whether it goes to the error stream.

    Example:
        >>> say("BTC\x1b[2J: no such asset")
        BTC\x1b[2J: no such asset
    """
    typer.echo("\t".join(map(harmless, cells)), err=err)


def warn(line: str) -> None:
    """Prints a line about something wrong, on the error stream.

    Args:
        line: what, and where.
    """
    say(line, err=True)
