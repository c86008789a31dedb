"""The command that reads what venues let people download: `xlhedge import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlhedge.cli.into import INTO, JUMP, YES, limit_of, put_into
from xlhedge.cli.lines import say, warn
from xlhedge.cli.reports import MaxSize
from xlhedge.text import shown

__all__ = ["import_downloads"]


def import_downloads(
    files: Annotated[
        list[Path], typer.Argument(help="CSV files as venues let people download them.")
    ],
    *,
    venue: Annotated[
        str, typer.Option(help="Whose files they are: binance, bybit, bingx or mexc.")
    ] = "",
    account: Annotated[
        str, typer.Option(help="What the account is called, if it is not the only one there.")
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="A folder for CSV files, or a file that ends in .json or .xlsx."
        ),
    ] = None,
    into: INTO = None,
    jump: JUMP = "25%",
    yes: YES = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    max_size: MaxSize = 16,
) -> None:
    """Read positions and balances from venues' CSV files: xlhedge import trades.csv funding.csv.

    With --into they go into a book. Files tell a part of an account: none of its shorts is closed.
    """
    from xlhedge.jobs.import_files import import_files
    from xlhedge.jobs.market_files import write_found
    from xlhedge.jobs.merge import Rules
    from xlhedge.jobs.refresh import ClosedBook
    from xlhedge.readers import Limits

    limits = Limits(max_size)
    limit = limit_of(jump)
    book = ClosedBook(into, limits) if into else None
    found = import_files(files, venue, account, limits)
    for line in found.notes:
        warn(f"xlhedge: note: {line}")
    for line in found.missing:
        warn(f"xlhedge: missing: {line}")
    if book:
        put_into(book, found, Rules(positions=True), None, limit, yes=yes)
        raise typer.Exit(1 if found.missing else 0)
    for row in found.rows:
        say(row.table, *(f"{name}={shown(value)}" for name, value in row.values.items()))
    for file in write_found(output, found, force=force) if output else ():
        say(f"wrote {file}")
    if found.missing:
        raise typer.Exit(1)
