"""A portfolio: what is held, what it may be hedged with, what is short already, what may happen.

One quote currency, its tables checked row by row and across rows. Readers make portfolios of
files, `Portfolio.from_frames` makes them of pandas frames; the analysis begins here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlhedge.errors import HedgeError, PortfolioError, Problem
from xlhedge.portfolio.all_rows import AllRows
from xlhedge.portfolio.checks import conflicts
from xlhedge.portfolio.columns import MOST_PROBLEMS
from xlhedge.portfolio.headings import by_table, missing
from xlhedge.portfolio.places import Places
from xlhedge.portfolio.plausibility import Oddity, age, beyond_bands, oddities
from xlhedge.portfolio.problems import in_order
from xlhedge.portfolio.rows import RawTable, read_table
from xlhedge.portfolio.tables import (
    TABLES,
    Account,
    Bar,
    Fetched,
    Holding,
    Instrument,
    Scenario,
    Settings,
    Short,
    Tier,
)

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Portfolio", "stale"]

_MOST_TOLD = 20  # lines of what is wrong: who has mended these reads the next


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """A portfolio that has been read and checked; it cannot be changed.

    Two are equal when their tables are, wherever they came from.

    Args:
        settings: what holds for all of it.
        holdings: the assets held, at least one.
        accounts: the collaterals of accounts.
        instruments: the futures that may hedge them.
        tiers: maintenance margin tiers of instruments, ascending.
        shorts: the shorts that are open; several of one instrument are several lots.
        scenarios: the rows of all scenarios.
        history: bars of assets and instruments, as they came.
        sources: where values were fetched, and when.
        places: where they came from.
        notes: how cells were read that are not written as numbers and dates are, one a column.

    Raises:
        PortfolioError: the tables do not fit together; it holds all that does not.

    Example:
        >>> portfolio = Portfolio(
        ...     settings=Settings(as_of="2026-03-27 08:00", horizon_date="2026-06-26"),
        ...     holdings=[
        ...         Holding(asset="BTC", quantity=2, spot_price=60_000, instrument="BTC-PERP")
        ...     ],
        ...     instruments=[
        ...         Instrument(
        ...             instrument="BTC-PERP",
        ...             underlying="BTC",
        ...             futures_price=60_030,
        ...             funding_rate=0.0001,
        ...         )
        ...     ],
        ... )
        >>> portfolio.instrument("BTC-PERP").futures_price
        60030.0
    """

    settings: Settings
    holdings: Sequence[Holding]
    accounts: Sequence[Account] = ()
    instruments: Sequence[Instrument] = ()
    tiers: Sequence[Tier] = ()
    shorts: Sequence[Short] = ()
    scenarios: Sequence[Scenario] = ()
    history: Sequence[Bar] = ()
    sources: Sequence[Fetched] = ()
    places: Places = field(default=Places(), repr=False, compare=False)
    notes: Sequence[Problem] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        tables = {name.lower(): tuple(rows) for name, rows in self.rows.items()}
        vars(self).update({**tables, "settings": self.settings})
        if found := conflicts(AllRows(self.rows, self.places)):
            raise _error_of(in_order(found), self.warnings)

    @classmethod
    def from_raw_tables(
        cls,
        tables: Mapping[str, RawTable],
        name: str = "Portfolio",
        problems: Iterable[Problem] = (),
        meant: str = "",
        mentioned: Iterable[Problem] = (),
    ) -> Portfolio:
        """Make a portfolio of tables as a reader found them.

        Args:
            tables: the tables, by their names as in `TABLES`.
            name: what the portfolio is called unless a setting says so.
            problems: what the reader knows already to be wrong.
            meant: what was looked for in a file of this kind, as `missing` says it.
            mentioned: what to mention of the file.

        Raises:
            PortfolioError: something is wrong; it holds all that is, in the order of the tables.
        """
        readings = [
            read_table(table, tables[name]) for name, table in TABLES.items() if name in tables
        ]
        places = Places({reading.table.name: reading.places for reading in readings})
        rows: dict[str, Any] = {
            reading.table.name: reading.rows for reading in readings if reading.rows is not None
        }
        unread = [found for reading in readings for found in reading.problems]
        read = in_order(found for reading in readings for found in reading.notes)
        known = [*problems, *missing(tables, meant)]
        if known or unread:
            every = AllRows(rows, places)
            wrong = [*known, *in_order([*conflicts(every), *unread])]
            raise _error_of(wrong, in_order(oddities(every, beyond_bands(every))))
        (settings,) = rows.pop("Settings")
        if "portfolio" not in settings.given:
            with suppress(HedgeError):  # a file's name may hold what a cell may not
                typed = {each: getattr(settings, each) for each in settings.given}
                settings = Settings(**{**typed, "portfolio": name})  # what is blank stays so
        others = {table.lower(): found for table, found in rows.items()}
        return cls(settings=settings, places=places, notes=(*mentioned, *read), **others)

    @classmethod
    def from_frames(cls, frames: Mapping[str, DataFrame]) -> Portfolio:
        """Make a portfolio of pandas frames, one a table, with the columns of `TABLES`.

        Missing values are blank cells, blank rows are skipped, the index is not read. Places in
        errors count rows by position, from 0.

        Raises:
            PortfolioError: something is wrong; it holds all that is.
        """
        from xlhedge.portfolio.frames import raw_table_of

        found, problems = by_table(frames, only=True)
        tables = {table: raw_table_of(table, frames[name]) for table, name in found.items()}
        return cls.from_raw_tables(tables, problems=problems)

    def to_frames(self) -> dict[str, DataFrame]:
        """Every table as a pandas frame with all its columns; `from_frames` takes them back.

        Numbers are float64 with NaN where blank, dates datetime64[us] with NaT, text is object
        with None. Settings is a frame of name and value.
        """
        from xlhedge.portfolio.frames import frame_of

        return {name: frame_of(TABLES[name], rows) for name, rows in self.rows.items()}

    @property
    def rows(self) -> dict[str, Sequence[Any]]:
        """The rows of every table, by its name; Settings has one."""
        tables = {name: getattr(self, name.lower()) for name in TABLES}
        return {**tables, "Settings": (self.settings,)}

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What looks mistyped, such as a hedge ratio of 50, in the order of the tables."""
        return in_order(oddities(self._all_rows, self.beyond_bands))

    @cached_property
    def beyond_bands(self) -> tuple[Oddity, ...]:
        """Those of the warnings that a band in `bands` gives, with the band."""
        return tuple(beyond_bands(self._all_rows))

    @property
    def _all_rows(self) -> AllRows:
        return AllRows(self.rows, self.places)

    def place(self, table: str, row: int | None, column: str = "") -> str:
        """Where a table, a row or a cell stands in what it was read from: ``Portfolio!B7``.

        Args:
            table: the table's name.
            row: the number of the row in this portfolio, from 0; None for the table.
            column: the column's name; for Settings the setting's.
        """
        return self.places.of(table, row, column)

    def instrument(self, name: str) -> Instrument:
        """The instrument of that name.

        Raises:
            KeyError: there is none.
        """
        return self._instruments[name]

    def holding(self, asset: str) -> Holding:
        """The holding of that asset.

        Raises:
            KeyError: there is none.
        """
        return self._holdings[asset]

    @cached_property
    def _instruments(self) -> dict[str, Instrument]:
        return {row.instrument: row for row in self.instruments}

    @cached_property
    def _holdings(self) -> dict[str, Holding]:
        return {row.asset: row for row in self.holdings}


def _error_of(wrong: Sequence[Problem], odd: Sequence[Problem]) -> PortfolioError:
    """What says all that is wrong, as far as anybody reads it, and what looks mistyped."""
    if len(wrong) > _MOST_TOLD:
        more = f"and {len(wrong) - _MOST_TOLD:,} more"
        if len(wrong) >= MOST_PROBLEMS:
            more += ", or even more than that"
        wrong = [*wrong[:_MOST_TOLD], Problem("", more)]
    return PortfolioError(wrong, odd[:_MOST_TOLD])


def stale(portfolio: Portfolio, now: datetime) -> tuple[Problem, ...]:
    """What the clock says against a portfolio: its prices are of more than a day ago, or of later.

    Args:
        portfolio: the portfolio.
        now: the time now, without a zone, on the clock of the portfolio's date-times (UTC).
    """
    message = age(portfolio.settings.as_of, now)
    return (Problem(portfolio.place("Settings", 0, "as_of"), message, "as_of"),) if message else ()
