"""The commands that ask venues; nothing else here talks to a network: `market`, `positions`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlhedge.batch.stop import Stop
from xlhedge.cli.into import INTO, JUMP, REMOVE_CLOSED, TERMS, YES, limit_of, put_into
from xlhedge.cli.lines import say, warn
from xlhedge.errors import InputError

if TYPE_CHECKING:
    from xlhedge.jobs.merge import Rules
    from xlhedge.market.fetch import Asked
    from xlhedge.market.found import Found

__all__ = ["ACCOUNT", "VENUES", "asked_of_venues", "days_of", "market", "positions"]

VENUES = Annotated[
    list[str] | None,
    typer.Option(
        "--venue",
        help="A venue that is asked: binance, bybit, bingx, weex or mexc; once or several times.",
    ),
]
OUTPUT = Annotated[
    Path,
    typer.Option(
        "-o", "--output", help="A folder for CSV files, or a file that ends in .json or .xlsx."
    ),
]
ACCOUNT = Annotated[
    str, typer.Option(metavar="NAME", help="Which of several accounts there: fund.")
]
FORCE = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
_MOST_DAYS = 1000


def market(
    coins: Annotated[
        list[str], typer.Argument(metavar="COIN...", help="Coins whose contracts are asked for.")
    ],
    *,
    venue: VENUES = None,
    history: Annotated[
        str,
        typer.Option(
            metavar="DAYS", help="How far back bars and settled funding are asked for: 90d."
        ),
    ] = "",
    output: OUTPUT = Path("market"),
    into: INTO = None,
    terms: TERMS = False,
    jump: JUMP = "25%",
    yes: YES = False,
    force: FORCE = False,
) -> None:
    """Ask venues for contracts, prices, tiers: xlhedge market BTC ETH --venue binance -o market."""
    from xlhedge.jobs.merge import Rules
    from xlhedge.market.fetch import Asked

    asked = Asked(_named(venue), tuple(coins), history_days=days_of(history))
    if into:
        _into(asked, into, Rules(terms=terms, new=True), jump, yes=yes)
    _found(asked, output, force=force)


def positions(
    *,
    venue: VENUES = None,
    account: ACCOUNT = "",
    output: OUTPUT = Path("positions"),
    into: INTO = None,
    remove_closed: REMOVE_CLOSED = False,
    jump: JUMP = "25%",
    yes: YES = False,
    force: FORCE = False,
) -> None:
    """Ask venues for your positions, wallets and coins: xlhedge positions --venue binance.

    Give it a key that only reads. One that may trade or withdraw is refused.

    It is taken from the environment, or else from the system's key ring:

    XLHEDGE_BINANCE_KEY and XLHEDGE_BINANCE_SECRET (XLHEDGE_WEEX_PASSPHRASE, too)

    keyring set xlhedge binance - and then the key, a space, the secret

    With --account fund: XLHEDGE_BINANCE_FUND_KEY, or binance/fund in the key ring.

    It is never typed as an option, and never stands in a file of ours.
    """
    from xlhedge.jobs.merge import Rules
    from xlhedge.market.fetch import Asked

    asked = Asked(_named(venue), positions=True, account=account)
    if into:
        _into(asked, into, Rules(positions=True, remove_closed=remove_closed), jump, yes=yes)
    _found(asked, output, force=force)


def _named(venues: list[str] | None) -> tuple[str, ...]:
    """The venues that are asked."""
    if not venues:
        raise InputError("--venue: is not given; name one, as --venue binance")
    return tuple(venues)


def asked_of_venues(asked: Asked) -> Found:
    """What venues tell; how far they are, what to note and what is missing is said meanwhile."""
    from xlhedge.market.fetch import fetch

    with _progress(terminal=sys.stderr.isatty()) as progress:
        found = fetch(asked, progress, lambda line: warn(f"xlhedge: {line}"))
    for line in found.notes:
        warn(f"xlhedge: note: {line}")
    for line in found.missing:
        warn(f"xlhedge: missing: {line}")
    return found


def _found(asked: Asked, output: Path, *, force: bool) -> None:
    """Ask venues, write what they tell, and end the command."""
    with Stop() as stop, stop.at_once():
        from xlhedge.jobs.market_files import found_summary, write_found

        found = asked_of_venues(asked)
        files = write_found(output, found, force=force)
        for line in found_summary(found):
            say(line)
        for file in files:
            say(f"wrote {file}")
        if found.missing:
            warn("xlhedge: what is written is partial")
    raise typer.Exit(1 if found.missing else 0)


def _into(asked: Asked, into: Path, rules: Rules, jump: str, *, yes: bool) -> None:
    """Ask venues, write what they tell into a book, and end the command."""
    with Stop() as stop, stop.at_once():
        from xlhedge.jobs.refresh import ClosedBook

        limit, book = limit_of(jump), ClosedBook(into)
        found = asked_of_venues(asked)
        put_into(book, found, rules, None, limit, yes=yes)
    raise typer.Exit(1 if found.missing else 0)


def days_of(text: str) -> float | None:
    """How many days back, as they are typed."""
    if not text:
        return None
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?:d|days?)?\s*", text)
    days = int(found[1]) if found else 0
    if not 1 <= days <= _MOST_DAYS:
        raise InputError(f"--history: takes a number of days from 1 to {_MOST_DAYS}, such as 90d")
    return days


@contextmanager
def _progress(*, terminal: bool) -> Iterator[Callable[[str, int, int], None]]:
    """How far each venue is, on a terminal."""
    if not terminal:
        yield lambda _venue, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[told]}"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        tasks = {}

        def advance(venue: str, done: int, total: int) -> None:
            told = f"{done} of {total}" if total else "its list"
            if venue not in tasks:
                tasks[venue] = bar.add_task(venue, total=None, told=told)
            bar.update(tasks[venue], told=told)

        yield advance
