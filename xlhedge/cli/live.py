"""The command that brings the workbook that is open in Excel up to date: `xlhedge live`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from xlhedge.batch.stop import Stop
from xlhedge.cli.into import JUMP, REMOVE_CLOSED, TERMS, YES, agreed, limit_of
from xlhedge.cli.lines import say
from xlhedge.cli.market import ACCOUNT, VENUES, asked_of_venues, days_of
from xlhedge.errors import error_lines

__all__ = ["refresh_open"]


def refresh_open(
    *,
    book: Annotated[
        str, typer.Option(metavar="NAME", help="An open workbook; else the active one.")
    ] = "",
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
) -> None:
    """Bring the workbook that is open in Excel up to date: xlhedge live --book my-hedge.xlsx.

    Only cells that change are written; Excel's undo does not know them. Not run in Excel.
    """
    with Stop() as stop, stop.at_once():
        from xlhedge.hosts.open_excel import OpenExcel
        from xlhedge.jobs.live_book import LiveBook
        from xlhedge.jobs.merge import Rules
        from xlhedge.jobs.refresh import asked_of_book
        from xlhedge.market.fetch import Asked

        limit, days = limit_of(jump), days_of(history)
        excel = OpenExcel(book)
        try:
            live = LiveBook(excel)
            asked = Asked(
                tuple(venue or ()), history_days=days, positions=positions, account=account
            )
            asked = asked_of_book(live.portfolio, asked, excel.name)
            found = asked_of_venues(asked)
            rules = Rules(terms=terms, positions=positions, remove_closed=remove_closed)
            merged = live.merged(found, rules)
            line = "nothing changes"
            if agreed(Path(excel.name), merged, limit, yes=yes):
                live.check(merged.changes)
                with excel.quiet():
                    live.write(merged.changes)
                line = f"{len(merged.changes)} cells changed"
                say(f"{excel.name}: {line}")
        except BaseException as error:
            with suppress(Exception):  # of an Excel that is gone the first reason is told
                excel.tell(f"xlhedge: nothing was written: {next(iter(error_lines(error)), '')}")
            raise
        partial = ", partial" if found.missing else ""
        excel.tell(f"xlhedge {datetime.now():%H:%M}: {line}{partial}")
    raise typer.Exit(1 if found.missing else 0)
