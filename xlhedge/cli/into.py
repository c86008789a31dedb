"""What was found into a book: what changes is shown, and prices that jump are asked about."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlhedge.cli.lines import say, warn
from xlhedge.cli.new import at_terminal
from xlhedge.errors import HedgeError, InputError, Stopped

if TYPE_CHECKING:
    from xlhedge.jobs.merge import Rules
    from xlhedge.jobs.merging import CellChange
    from xlhedge.jobs.refresh import ClosedBook
    from xlhedge.market.found import Found

__all__ = ["INTO", "JUMP", "REMOVE_CLOSED", "TERMS", "YES", "limit_of", "put_into"]

_MANY = ("Tiers", "History", "Sources")
"""Tables whose changes are only counted."""
INTO = Annotated[
    Path | None,
    typer.Option("--into", metavar="BOOK", help="A closed workbook to write it into instead."),
]
TERMS = Annotated[
    bool, typer.Option("--terms", help="Write contract terms, also over what is typed.")
]
REMOVE_CLOSED = Annotated[
    bool, typer.Option("--remove-closed", help="Take out shorts that are closed at their venue.")
]
YES = Annotated[bool, typer.Option("--yes", help="Write prices that jump without asking.")]
JUMP = Annotated[
    str, typer.Option(metavar="PART", help="How far a price may move without being asked about.")
]


def limit_of(text: str) -> float:
    """How far a price may move, as it is typed: 25% or 0.25."""
    from xlhedge.portfolio.values import number_in

    try:
        found = number_in(text.strip())
    except HedgeError as error:
        raise InputError(f"--jump: {error}") from None
    if found is None or not 0 < found.value < 10:
        raise InputError("--jump: takes a part of the price, such as 25%")
    return found.value


def put_into(
    book: ClosedBook, found: Found, rules: Rules, output: Path | None, limit: float, *, yes: bool
) -> None:
    """Write what was found into a book: shows what changes, and asks about prices that jump.

    Args:
        book: the book.
        found: what was found.
        rules: what of it may be written.
        output: another file to write; None for the book itself.
        limit: how far a price may move without a question, as a part of it.
        yes: whether there is no question.

    Raises:
        InputError: a price jumps and nobody can be asked.
        Stopped: a person said no.
    """
    merged = book.merged(found, rules)
    for line in merged.told:
        warn(f"{book.path.name}: note: {line}")
    _show(merged.changes)
    if not merged.changes:
        say(f"{book.path}: nothing changes")
        return
    if (jumps := merged.jumps(limit)) and not yes:
        _ask(book.path, jumps)
    new = book.refreshed(merged.changes)
    copy = book.write(new, output, datetime.now())  # by the clock that its folder shows
    where = f"wrote {output}" if output else f"wrote {book.path}; as it was it is {copy}"
    say(f"{len(merged.changes)} cells changed; {where}")


def _ask(path: Path, jumps: Sequence[CellChange]) -> None:
    told = "; ".join(f"{each} ({each.jump:+.0%} in size)" for each in jumps[:3])
    more = f" and {len(jumps) - 3} more" if len(jumps) > 3 else ""
    if not at_terminal():
        why = "a price jumps, so nothing was written; look, then add --yes or a higher --jump"
        raise InputError(f"{path}: {told}{more}: {why}")
    warn(f"{path}: {told}{more}")
    if not typer.confirm("These prices jump. Write them?"):
        raise Stopped(f"{path}: nothing was written")


def _show(changes: Sequence[CellChange]) -> None:
    """What changes: a table on a terminal, a line each elsewhere; of tables of many rows a sum."""
    many = Counter(each.table for each in changes if each.table in _MANY)
    changes = [each for each in changes if each.table not in _MANY]
    if not sys.stdout.isatty():
        for change in changes:
            say(str(change))
        for name, count in many.items():
            say(f"{name}: {count} cells")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("cell", "row", "column", "was", "is", box=None, pad_edge=False)
    for change in changes:
        table.add_row(*change.cells)
    for name, count in many.items():
        table.add_row(name, "", f"{count} cells", "", "")
    Console().print(table, markup=False)
