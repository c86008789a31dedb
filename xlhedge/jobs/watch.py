"""A book watched: each round asks its venues, merges in memory, and says how the hedge stands.

An alarm is told when it comes, and again when it is twice as bad. Prices that are too old speak for
nothing: then that is the alarm, and what was known before stays known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.alarms import Alarm, each_alarm
from xlhedge.analysis.doubts import doubted
from xlhedge.analysis.unwind_advice import should_unwind
from xlhedge.jobs.merge import Rules
from xlhedge.jobs.merging import Merged, named
from xlhedge.jobs.refresh import ClosedBook, asked_of_book
from xlhedge.jobs.watch_lines import age_of, line_of
from xlhedge.market.fetch import Asked
from xlhedge.market.found import Found, FoundRow
from xlhedge.portfolio import Portfolio
from xlhedge.readers import DEFAULT, Limits
from xlhedge.text import percent

__all__ = ["Watch", "Watched"]

_KEPT = ("Holdings", "Instruments", "Tiers")
"""Tables whose rows stay known while their venue fails; of other tables a round has all or none."""
_MISSING = "missing: "
_WORSE = 2
"""So many times as bad as it was when it was told, and an alarm is told again."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round found.

    Args:
        book: the workbook, as it was read.
        merged: what would be written into it.
        line: how the hedge stands, in a line.
        alerts: the alarms that are new, a clause each.
        alarms: whether there is any, new or not.
        told: what else to say: of venues that failed, of cells that stay; only what is new.
    """

    book: ClosedBook
    merged: Merged
    line: str
    alerts: tuple[str, ...]
    alarms: bool
    told: tuple[str, ...]


@dataclass(slots=True)
class Watch:
    """Watches a book, round by round.

    Args:
        path: the workbook; it may be open in a spreadsheet.
        asked: what is asked of each round; of its venues and contracts those of the book where
            none are named.
        rules: what of the found counts.
        oldest: how old prices may be.
        jump: by what part a price may move from one round to the next and be believed at once.
        limits: how much of the book is read.
    """

    path: Path
    asked: Asked
    rules: Rules
    oldest: timedelta
    jump: float
    limits: Limits = DEFAULT
    _rows: dict[tuple[str, ...], list[FoundRow]] = field(default_factory=dict)
    _known: dict[tuple[str, str], float] = field(default_factory=dict)
    _prices: dict[tuple[str, str], float] = field(default_factory=dict)
    _said: frozenset[str] = frozenset()
    _tiers: bool = True

    def round(self, ask: Callable[[Asked], Found], clock: Callable[[], datetime]) -> Watched:
        """One round.

        Args:
            ask: asks venues.
            clock: the time, naive and in UTC; asked when they have answered.

        Raises:
            InputError: the book names no venue.
            HedgeError: it cannot be read or worked out.
        """
        book = ClosedBook(self.path, self.limits, read_open=True)
        found = ask(
            replace(asked_of_book(book.portfolio, self.asked, self.path), tiers=self._tiers)
        )
        now = clock()
        self._tiers = bool(found.missing)  # what was told once is not asked for in each round
        merged = book.merged(self._recalled(found), self.rules)
        portfolio = book.after(merged.changes)
        analysis = analyse(portfolio)
        since = dict(_times(portfolio, merged, book.portfolio.settings.as_of))
        age = now - min(since.values(), default=book.portfolio.settings.as_of)
        stale = bool(since) and age > self.oldest
        jumped = list(self._jumps(portfolio, book.portfolio))
        told = dict.fromkeys(
            (
                *(f"note: {line}" for line in found.notes),
                *(f"{_MISSING}{line}" for line in found.missing),
                *(f"note: {line}" for line in merged.told),
            )
        )
        new = tuple(line for line in told if line not in self._said)
        self._said = frozenset(told) | {x for x in self._said if not x.startswith(_MISSING)}
        alarms = self._stale(since, now) if stale else [*jumped, *_alarms(analysis, bool(jumped))]
        alerts = tuple(self._new(alarms, forget=not stale))
        word = "withheld" if stale else "check first" if jumped else ""
        late = [name for name, time in since.items() if now - time > self.oldest]
        line = line_of(analysis, now, age, word, late)
        return Watched(book, merged, line, alerts, bool(alarms), new)

    def _recalled(self, found: Found) -> Found:
        """What was found, and of what was not told this time what was told last."""
        now: dict[tuple[str, ...], list[FoundRow]] = {}
        for row in found.rows:
            if row.table != "Instruments" or row.values.get("futures_price") is not None:
                now.setdefault(_key(row), []).append(row)
        if found.missing:  # a venue that told all, told of all positions that there are
            tables = {key[:2] for key in now}
            now |= {
                key: rows
                for key, rows in self._rows.items()
                if key[0] not in _KEPT and key[:2] not in tables
            }
        kept = {key: rows for key, rows in self._rows.items() if key[0] in _KEPT}
        self._rows = kept | now
        return replace(found, rows=tuple(row for rows in self._rows.values() for row in rows))

    def _jumps(self, portfolio: Portfolio, before: Portfolio) -> Iterator[Alarm]:
        """Prices that move too far since the last round; since the book was typed in the first."""
        last = self._prices or dict(_prices(before))
        self._prices = dict(_prices(portfolio))
        for (name, column), price in self._prices.items():
            was = last.get((name, column))
            if was and abs(move := price / was - 1) > self.jump:
                text = f"{name}: {column} jumps by {percent(move, '+')}, to {price:,.10g}; check it"
                yield Alarm("jump", name, text)

    def _stale(self, since: dict[str, datetime], now: datetime) -> list[Alarm]:
        name, time = min(since.items(), key=lambda pair: pair[1])
        limit = age_of(self.oldest)
        text = (
            f"{name}: its price is {age_of(now - time)} old, more than {limit}; advice is withheld"
        )
        return [Alarm("stale", name, text)]

    def _new(self, alarms: list[Alarm], *, forget: bool) -> Iterator[str]:
        """The alarms that are to be told now; those that have gone may come again.

        Args:
            alarms: those that there are.
            forget: whether these are all: not where old prices let nothing be judged.
        """
        worst: dict[tuple[str, str], Alarm] = {}
        for each in sorted(alarms, key=lambda each: -each.size):
            worst.setdefault((each.kind, each.about), each)
        if forget:
            self._known = {key: size for key, size in self._known.items() if key in worst}
        for each in alarms:
            key = (each.kind, each.about)
            if worst.get(key) is each and each.size >= _WORSE * self._known.get(key, 0.0):
                self._known[key] = each.size
                yield each.text


def _alarms(analysis: Analysis, doubtful: bool) -> Iterator[Alarm]:  # noqa: FBT001  # one caller
    """Those of a report, and hedges to take off; no advice where a price is doubtful."""
    yield from (each for each in each_alarm(analysis) if each.kind != "gap" or not doubtful)
    doubts = analysis.once(doubted)
    for hedge, row in zip(analysis.hedge, analysis.unwind, strict=True):
        if should_unwind(row) and not doubtful and ("unwind", hedge.underlying) not in doubts:
            signal = str(row.signal)
            text = f"{row.asset}: the unwind signal is {signal}"
            yield Alarm("unwind", f"{row.asset} {signal}", text)


def _key(row: FoundRow) -> tuple[str, ...]:
    """What a row is about; of a table that comes as a whole its venue."""
    if row.table not in _KEPT:
        return row.table, row.venue
    columns = ("asset", "place") if row.table == "Holdings" else ("instrument",)
    return row.table, row.venue, *(str(row.values.get(column)) for column in columns)


def _prices(portfolio: Portfolio) -> Iterator[tuple[tuple[str, str], float]]:
    for holding in portfolio.holdings:
        yield (holding.asset, "spot_price"), holding.spot_price
    for each in portfolio.instruments:
        yield (each.instrument, "futures_price"), each.futures_price


def _times(
    portfolio: Portfolio, merged: Merged, before: datetime
) -> Iterator[tuple[str, datetime]]:
    """Of when the prices are that the hedge rests on; those that no venue told are the book's.

    Args:
        portfolio: with what was found.
        merged: what was found.
        before: the book's own date of its prices.
    """
    hedged = [each for each in portfolio.holdings if each.instrument]
    used = {each.instrument for each in hedged} | {each.instrument for each in portfolio.shorts}
    for each in hedged:
        row = named(each.asset, each.place)
        yield row, _time(merged, ("Holdings", row), "spot_price", before)
    for name in sorted(map(str, used)):
        yield name, _time(merged, ("Instruments", name), "futures_price", before)


def _time(merged: Merged, key: tuple[str, str], column: str, before: datetime) -> datetime:
    told = merged.fetched.get(key, {}).get(column)
    return told[1] if told else before
