"""The commands on workbooks that are there already: `xlhedge fill`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from xlhedge.cli.lines import say, warn
from xlhedge.cli.reports import MaxSize
from xlhedge.errors import InputError
from xlhedge.files import refuse_to_replace, write_bytes

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
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="The filled workbook to write; else it is filled where it is, and a copy kept.",
        ),
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
    from xlhedge.jobs.checking import worked_out
    from xlhedge.jobs.figure_names import Names, kinds
    from xlhedge.jobs.fill import filled_deck
    from xlhedge.jobs.in_place import refuse_if_open
    from xlhedge.readers import Limits
    from xlhedge.readers.content import file_bytes

    limits = Limits(max_size)
    if list_names and source is None:
        for name, meaning in kinds():
            say(name, meaning)
        return
    if source is None:
        raise InputError(
            "--from: name the book whose figures are wanted, such as --from my-hedge.xlsx"
        )
    if deck is None and not list_names:
        raise InputError("name the workbook to fill, or add --list")
    if deck and output:
        refuse_to_replace(output, force=force, suffix=deck.suffix.lower())
    elif deck:
        deck = deck.resolve()  # of a link what it leads to is filled
        refuse_if_open(deck)
    names = Names(worked_out(source, warn, limits))
    if deck is None or list_names:
        for line in names.listed():
            say(*line)
        return
    before = file_bytes(deck, limits)
    made, told = filled_deck(before, names, limits)
    where = _write(deck, output, before, made)
    for line in told:
        say(*line)
    say(where)


def _write(deck: Path, output: Path | None, before: bytes, made: bytes) -> str:
    """Write the filled workbook, or fill the deck itself; what was done, in a line."""
    from xlhedge.jobs.in_place import replace_book

    if output:
        write_bytes(output, made)
        return f"wrote {output}"
    copy = replace_book(deck, before, made, datetime.now())  # by the clock that its folder shows
    return f"filled {deck}; as it was it is {copy}"
