"""The command that watches a book: `xlhedge watch`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from xlhedge.batch.stop import Stop
from xlhedge.cli.into import JUMP, REMOVE_CLOSED, TERMS, YES, limit_of
from xlhedge.cli.lines import say, warn
from xlhedge.cli.market import ACCOUNT, VENUES, days_of
from xlhedge.cli.reports import MaxSize
from xlhedge.errors import HedgeError, InputError, MachineError, error_lines

if TYPE_CHECKING:
    from xlhedge.jobs.watch import Watch, Watched
    from xlhedge.market.fetch import Asked
    from xlhedge.market.found import Found

__all__ = ["Clock", "watch"]

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_LEAST, _MOST = 10, 86_400  # seconds


class Clock:
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """The time now, naive and in UTC."""
        return datetime.now(UTC).replace(tzinfo=None)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        sleep(seconds)


def watch(
    book: Annotated[Path, typer.Argument(help="The workbook: my-hedge.xlsx.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARG...]", help="Arguments of the program of --run."),
    ] = None,
    *,
    every: Annotated[
        str, typer.Option(metavar="TIME", help="How long a round takes: 30s, 5m, 1h.")
    ] = "5m",
    oldest: Annotated[
        str, typer.Option(metavar="TIME", help="How old prices may be before advice is withheld.")
    ] = "15m",
    once: Annotated[
        bool, typer.Option("--once", help="One round; exit status 3 if there is an alarm.")
    ] = False,
    until_alert: Annotated[
        bool, typer.Option("--until-alert", help="End at the first alarm, with exit status 3.")
    ] = False,
    run: Annotated[
        str,
        typer.Option(
            metavar="PROGRAM", help="Started when alarms come, by no shell; they are its last word."
        ),
    ] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Also write what was found, as refresh does.")
    ] = False,
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
    max_size: MaxSize = 16,
) -> None:
    """Watch a book at its venues' prices, a line a round: xlhedge watch my.xlsx --every 5m.

    It tells liquidation within the alert, funding in breach, a gap beyond the band and an unwind
    signal, each when it comes, and writes nothing. Ctrl-C ends it.

    xlhedge watch my.xlsx --run notify-send -- --urgency critical
    """
    with Stop() as stop:
        from xlhedge.jobs.merge import Rules
        from xlhedge.jobs.programs import find_own_program
        from xlhedge.jobs.watch import Watch
        from xlhedge.market.fetch import Asked
        from xlhedge.readers import Limits

        if arguments and not run:
            raise InputError(f"{arguments[0]}: one book is watched; a program goes behind --run")
        program = find_own_program(run) if run else None
        asked = Asked(
            tuple(venue or ()), history_days=days_of(history), positions=positions, account=account
        )
        rules = Rules(terms=terms, positions=positions, remove_closed=remove_closed)
        oldest_price = timedelta(seconds=_seconds("--oldest", oldest))
        watched = Watch(book, asked, rules, oldest_price, limit_of(jump), Limits(max_size))
        rounds = _Rounds(
            watched,
            Clock(),
            _seconds("--every", every),
            ends="once" if once else "alert" if until_alert else "",
            own=(program, arguments or []) if program else None,
            written=limit_of(jump) if write else None,
            yes=yes,
        )
        with stop.at_once():
            alarm = rounds.all()
    from xlhedge.batch.progress import ALARM

    raise typer.Exit(ALARM if alarm else 0)


def _seconds(option: str, text: str) -> int:
    """A time, as it is typed."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*(s|m|min|h|d)\s*", text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not _LEAST <= seconds <= _MOST:
        raise InputError(f"{option}: takes a time from {_LEAST}s to 1d, such as 5m")
    return seconds


@dataclass
class _Rounds:
    """The rounds of a watch.

    Args:
        watch: what each does.
        clock: the time.
        every: seconds from one to the next.
        ends: "once" after the first, "alert" after one with an alarm; else never.
        own: the person's program and its arguments.
        written: how far a price may move and be written; None to write nothing.
        yes: whether all prices are written.
    """

    watch: Watch
    clock: Clock
    every: int
    ends: str
    own: tuple[Path, list[str]] | None
    written: float | None
    yes: bool
    _kept: bool = field(default=False, init=False)
    _failed: tuple[str, ...] = field(default=(), init=False)

    def all(self) -> bool:
        """All of them; whether the last one had an alarm."""
        from xlhedge.jobs.watch_lines import HEADER

        say(HEADER)
        start = self.clock.now()
        alarm = self._round()  # what is wrong with the first one ends the command
        while not (self.ends == "once" or (alarm and self.ends)):
            passed = (self.clock.now() - start).total_seconds() % self.every
            self.clock.wait(self.every - passed)
            try:
                alarm = self._round()
            except (HedgeError, OSError) as error:
                self._tell_failed(error)
        return alarm

    def _tell_failed(self, error: Exception) -> None:
        lines = tuple(error_lines(error, self.watch.path))
        for line in lines if lines != self._failed else ():
            warn(line)
        self._failed = lines
        say(f"{self.clock.now():%H:%M:%S}  failed, see above")

    def _round(self) -> bool:
        found = self.watch.round(_asked, self.clock.now)
        self._failed = ()
        path = self.watch.path
        for line in found.told:
            warn(f"{path}: {line}")
        say(found.line)
        for alert in found.alerts:
            warn(f"{path}: alarm: {alert}")
        if self.written is not None:
            self._write(found, self.written)
        if self.own and found.alerts:
            self._start(found)
        return found.alarms

    def _start(self, found: Watched) -> None:
        from xlhedge.jobs.programs import run_on_alert

        program, arguments = self.own or (Path(), [])
        if wrong := run_on_alert(program, arguments, self.watch.path, found.alerts):
            warn(f"xlhedge: --run: {wrong}")

    def _write(self, found: Watched, limit: float) -> None:
        """Write what was found; what cannot be written now is told."""
        if not found.merged.changes:
            return
        path = self.watch.path
        if (jumps := found.merged.jumps(limit)) and not self.yes:
            warn(f"{path}: not written: {jumps[0]} jumps; look, then run xlhedge refresh {path}")
            return
        try:
            new = found.book.refreshed(found.merged.changes)
            copy = found.book.write(new, None, datetime.now(), kept=self._kept)  # as its folder
        except (InputError, MachineError, OSError) as error:
            for line in error_lines(error, path):
                warn(f"not written: {line}")
            return
        if copy:
            say(f"{path}: is written from now on; as it was it is {copy}")
        self._kept = True


def _asked(asked: Asked) -> Found:
    """What venues tell."""
    from xlhedge.market.fetch import fetch

    return fetch(asked, lambda *_: None, lambda line: warn(f"xlhedge: {line}"))
