"""What looks mistyped in a portfolio: it is read with all of it, as warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from xlhedge.errors import Problem
from xlhedge.portfolio.accounts import ACCOUNT_ODDITIES
from xlhedge.portfolio.all_rows import AllRows, TableCheck, findings
from xlhedge.portfolio.bands import BANDS, Band, BandCells
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.rows import Unread
from xlhedge.portfolio.tables import TABLES, Instrument, Settings, Short
from xlhedge.text import shown

__all__ = ["Oddity", "age", "beyond_bands", "oddities"]


class Oddity(NamedTuple):
    """A row that is beyond a band.

    Args:
        band: which one.
        row: the row's number in its table.
        problem: what is said of it.
    """

    band: Band
    row: int
    problem: Problem


class _RowCells(BandCells):
    """The cells of one row as a band looks at them."""

    def __init__(self, table: str, row: Any, rows: AllRows) -> None:
        super().__init__(table)
        self._row, self._rows = row, rows

    def own(self, column: str) -> Any:
        return _cell(self._row, column)

    def term(self, column: str) -> Any:
        return _cell(self._rows.instrument(self._row.instrument), column)

    def setting(self, name: str) -> Any:
        return _cell(self._rows.settings, name)

    def inverse(self) -> bool:
        return self._rows.is_inverse(self._row.instrument)

    def spot(self) -> Any:
        if self.own("quote") not in ("", self.setting("quote_currency")):
            return ""
        return _cell(self._rows.underlying(self._row), "spot_price")

    def underlying(self) -> str:
        return self._rows.underlying_of(self._row)

    def exposed(self) -> float:
        if (exposures := self._rows.exposures) is None:
            raise Unread
        return exposures.get((self._rows.followed(self._row.instrument) or "").casefold(), 0.0)


def _cell(row: Any, column: str) -> Any:
    value = getattr(row, column) if row is not None else None
    return "" if value is None else value


def beyond_bands(rows: AllRows) -> Iterator[Oddity]:
    """The rows that are beyond a band; one with a cell that could not be read is not asked."""
    for band in BANDS:
        with suppress(Unread):
            for number, row in enumerate(rows.of(band.table)):
                cells = _RowCells(band.table, row, rows)
                with suppress(Unread):
                    if band.beyond(cells):
                        said = band.said(*(cells[name] for name in band.cells))
                        place = rows.place(band.table, number, band.column)
                        yield Oddity(band, number, Problem(place, said, band.column))


def _past_horizon(row: Settings, _: int, __: AllRows) -> str | None:
    if row.horizon_date >= row.as_of:
        return None
    return f"{shown(row.horizon_date)} is before as_of, {shown(row.as_of)}: the horizon has passed"


def _assumed(row: Settings, _: int, rows: AllRows) -> str | None:
    """A parity that nobody typed is a guess."""
    quotes = [each.quote for each in rows.of("Instruments")]
    others = [name for name in dict.fromkeys(quotes) if name not in (None, row.quote_currency)]
    if not others or "stablecoin_parity" in row.given:
        return None
    names = " and ".join([row.quote_currency, *others])
    return f"is blank: {names} are taken at par, 1 for 1; type what a stablecoin is worth in USD"


def _without_holding(row: Short, _: int, rows: AllRows) -> str | None:
    followed = rows.followed(row.instrument)
    if followed is None or followed.casefold() in rows.underlyings:
        return None
    return f'no holding moves with "{followed}"; it counts as a short without a holding'


def _before_horizon(row: Instrument, _: int, rows: AllRows) -> str | None:
    """A hedge that ends before what it is for does."""
    horizon = rows.settings.horizon_date
    if row.expiry is None or not rows.settings.as_of < row.expiry < horizon:
        return None
    if row.instrument not in rows.hedging:
        return None
    ends = f"{shown(row.expiry)} is before horizon_date, {shown(horizon)}"
    return f"{ends}: it hedges nothing after that"


_QUESTIONS = (
    TableCheck("Settings", "horizon_date", _past_horizon),
    TableCheck("Settings", "stablecoin_parity", _assumed),
    TableCheck("Instruments", "expiry", _before_horizon),
    TableCheck("Shorts", "instrument", _without_holding),
    *ACCOUNT_ODDITIES,
)


def oddities(rows: AllRows, beyond: Iterable[Oddity]) -> list[Found]:
    """What looks mistyped: a portfolio is read with all of it as warnings.

    Args:
        rows: the rows of all tables.
        beyond: those of them that `beyond_bands` finds.
    """
    found = (
        (TABLES[each.band.table].rank(each.row, each.band.column), each.problem) for each in beyond
    )
    return [*found, *findings(_QUESTIONS, rows)]


def age(as_of: datetime, now: datetime) -> str | None:
    """What is odd about prices of that time, seen now."""
    if as_of > now:
        return f"{shown(as_of)} is in the future"
    if now - as_of <= timedelta(days=1):
        return None
    days = (now - as_of) / timedelta(days=1)
    return f"{shown(as_of)} is {days:,.1f} days ago; the prices are out of date"
