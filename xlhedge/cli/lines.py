"""How commands print, and how they end that cannot do what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import typer
from typer.core import TyperCommand

from xlhedge.errors import Stopped, error_lines
from xlhedge.text import harmless

__all__ = ["Command", "end_of", "say", "warn"]


def say(*cells: str, err: bool = False) -> None:
    r"""Prints one line, in which nothing is obeyed by the terminal that others have written.

    Args:
        cells: the line, or what stands in it between tabs.
        err: whether it goes to the error stream.

    Raises:
        Stopped: nobody can be told any more, as the disk of a file with our lines is full.
        BrokenPipeError: whoever read our lines has gone.

    Example:
        >>> say("BTC\x1b[2J: no such asset")
        BTC\x1b[2J: no such asset
    """
    try:
        typer.echo("\t".join(map(harmless, cells)), err=err)
    except BrokenPipeError:
        raise
    except OSError as error:
        if not err:  # of what cannot be told on the error stream nothing is told
            raise Stopped(f"standard output: {error.strerror}") from None


def warn(line: str) -> None:
    """Prints a line about something wrong, on the error stream."""
    say(line, err=True)


class Command(TyperCommand):
    """A command of ours: what stops it is told in a line, and it ends with status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run it; a signal ends it with the signal's own status."""
        try:
            return super().invoke(ctx)
        except Stopped as stopped:
            if stopped.signal:
                raise typer.Exit(128 + stopped.signal) from None
            warn(f"xlhedge: {stopped}")
            raise typer.Exit(1) from None
        except (typer.Exit, BrokenPipeError):  # whoever read our lines has gone
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, a person reads it
            for line in error_lines(error):
                warn(f"xlhedge: {line}")
            raise typer.Exit(2) from None


def end_of(tasks: Iterable[tuple[object, Callable[[], object]]]) -> typer.Exit:
    """Does tasks, each on an input; what is wrong with one is told and does not stop the others.

    Args:
        tasks: an input, for messages, and what to do with it.

    Returns:
        The end of the command, to be raised: 0, 1 if some tasks failed, 2 if none went well.

    Example:
        >>> end_of([("a.json", lambda: 1), ("b.json", lambda: 1 / 1)]).exit_code
        0
    """
    good = bad = 0
    for place, task in tasks:
        try:
            task()
            good += 1
        except BrokenPipeError:
            raise  # whoever read our lines has gone: no input is to blame
        except Exception as error:  # noqa: BLE001  # one input must not stop the others
            bad += 1
            for line in error_lines(error, place):
                warn(line)
    return typer.Exit((1 if good else 2) if bad else 0)
