"""What commands say, and how one ends that cannot do what it was asked."""

from __future__ import annotations

import typer

from xlhedge.terminal import shown_safely

__all__ = ["fail", "say", "warn"]

_USAGE = 2


def say(line: str) -> None:
    """Says a line of what was done.

    Args:
        line: what; names and messages in it may come from anybody.
    """
    typer.echo(shown_safely(line))


def warn(line: str) -> None:
    """Says a line about something wrong, on the error stream.

    Args:
        line: as for `say`.
    """
    typer.echo(shown_safely(line), err=True)


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
    warn(f"xlhedge: {message}")
    return typer.Exit(_USAGE)
