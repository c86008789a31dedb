"""The command that brings a book up to date from venues: `xlhedge refresh`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlhedge.batch.stop import Stop
from xlhedge.cli.into import JUMP, REMOVE_CLOSED, TERMS, YES, limit_of, put_into
from xlhedge.cli.lines import say
from xlhedge.cli.market import ACCOUNT, VENUES, asked_of_venues, days_of
from xlhedge.cli.reports import MaxSize
from xlhedge.files import refuse_to_replace

__all__ = ["refresh"]


def refresh(
    book: Annotated[Path, typer.Argument(help="The workbook, closed: my-hedge.xlsx.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Another file to write; else the book itself, a copy kept."
        ),
    ] = None,
    *,
    venue: VENUES = None,
    positions: Annotated[
        bool, typer.Option("--positions", help="Positions and balances too, with a key.")
    ] = False,
    account: ACCOUNT = "",
    terms: TERMS = False,
    history: Annotated[
        str, typer.Option(metavar="DAYS", help="Bars and settled funding, how far back: 90d.")
    ] = "",
    remove_closed: REMOVE_CLOSED = False,
    jump: JUMP = "25%",
    yes: YES = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the other file that is there.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say what would change as JSON, and write nothing.")
    ] = False,
    max_size: MaxSize = 16,
) -> None:
    """Bring prices, funding and tiers of a closed workbook up to date: xlhedge refresh my.xlsx."""
    with Stop() as stop, stop.at_once():
        from xlhedge.jobs.merge import Rules
        from xlhedge.jobs.refresh import ClosedBook, asked_of_book
        from xlhedge.market.fetch import Asked
        from xlhedge.readers import Limits

        limit, days = limit_of(jump), days_of(history)
        if output:
            refuse_to_replace(output, force=force, suffix=book.suffix.lower())
        closed = ClosedBook(book, Limits(max_size))
        asked = Asked(tuple(venue or ()), history_days=days, positions=positions, account=account)
        asked = asked_of_book(closed.portfolio, asked, book)
        found = asked_of_venues(asked)
        rules = Rules(terms=terms, positions=positions, remove_closed=remove_closed)
        if as_json:
            say(closed.as_json(closed.merged(found, rules), limit))
        else:
            put_into(closed, found, rules, output, limit, yes=yes)
    raise typer.Exit(1 if found.missing else 0)
