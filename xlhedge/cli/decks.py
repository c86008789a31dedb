"""The commands on workbooks that are there already: `xlhedge fill`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlhedge.cli.lines import say, warn
from xlhedge.cli.reports import MaxSize
from xlhedge.errors import InputError
from xlhedge.files import refuse_to_replace

__all__ = ["fill"]


def fill(
    deck: Annotated[
        Path | None,
        typer.Argument(help="The workbook with cells that have names such as xlh.BTC.order."),
    ] = None,
    *,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Whose figures: a workbook, a JSON file, a folder of CSV files."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The filled workbook to write.")
    ] = None,
    list_names: Annotated[
        bool,
        typer.Option(
            "--list", help="Print all names with their values and meanings, fill nothing."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    max_size: MaxSize = 16,
) -> None:
    """Write figures into the named cells of any workbook: xlhedge fill deck.xlsx --from my.xlsx."""
    from xlhedge.jobs.commands import worked_out
    from xlhedge.jobs.figure_names import Names, kinds
    from xlhedge.jobs.fill import filled_deck
    from xlhedge.readers import Limits

    limits = Limits(max_size)
    if list_names and source is None:
        for name, meaning in kinds():
            say(name, meaning)
        return
    if source is None:
        raise InputError(
            "--from: name the book whose figures are wanted, such as --from my-hedge.xlsx"
        )
    if not list_names and (deck is None or output is None):
        raise InputError("name the workbook to fill and, with -o, the one to write; or add --list")
    if output:
        refuse_to_replace(output, force=force, suffix=deck.suffix.lower() if deck else "")
    names = Names(worked_out(source, warn, limits))
    if list_names:
        for line in names.listed():
            say(*line)
    elif deck and output:
        for told in filled_deck(deck, names, output, limits):
            say(*told)
        say(f"wrote {output}")
