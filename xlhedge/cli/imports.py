"""The command that reads what venues let people download: `xlhedge import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    max_size: MaxSize = 16,
) -> None:
    """Read positions and balances from venues' CSV files: xlhedge import trades.csv funding.csv."""
    from xlhedge.jobs.import_files import import_files
    from xlhedge.jobs.market_files import write_found
    from xlhedge.readers import Limits

    found = import_files(files, venue, account, Limits(max_size))
    for line in found.notes:
        warn(f"xlhedge: note: {line}")
    for line in found.missing:
        warn(f"xlhedge: missing: {line}")
    for row in found.rows:
        say(row.table, *(f"{name}={shown(value)}" for name, value in row.values.items()))
    for file in write_found(output, found, force=force) if output else ():
        say(f"wrote {file}")
    if found.missing:
        raise typer.Exit(1)
