"""A portfolio: what is held, what it may be hedged with, what is short already, what may happen.

One quote currency, seven tables, checked row by row and across rows. Readers make portfolios of
files, `Portfolio.from_frames` makes them of pandas frames; the analysis begins here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from xlhedge.errors import HedgeError, PortfolioError, Problem
from xlhedge.portfolio.checks import conflicts
from xlhedge.portfolio.columns import MOST_PROBLEMS, columns_of
from xlhedge.portfolio.headings import by_table, missing
from xlhedge.portfolio.plausibility import age, oddities
from xlhedge.portfolio.problems import Places, in_order
from xlhedge.portfolio.rows import Grid, read_grid
from xlhedge.portfolio.side_by_side import Ledger
from xlhedge.portfolio.tables import (
    TABLES,
    Bar,
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


class _Named:
    """Rows by their names, looked up once; what was looked up makes no portfolio another."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, dict[str, Any]]] = {}

    def rows(self, rows: tuple[Any, ...], column: str) -> dict[str, Any]:
        """A table's rows by a column; a copy of a portfolio may have come with other rows."""
        known = self._known.get(column)
        if known is None or known[0] is not rows:
            known = self._known[column] = rows, {getattr(row, column): row for row in rows}
        return known[1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named)

    def __hash__(self) -> int:
        return hash(_Named)


class Portfolio(BaseModel):
    """A portfolio that has been read and checked; it cannot be changed.

    Two are equal when their tables are, wherever they came from.

    Args:
        settings: what holds for all of it.
        holdings: the assets held, at least one.
        instruments: the futures that may hedge them.
        tiers: maintenance margin tiers of instruments, ascending.
        shorts: the shorts that are open; several of one instrument are several lots.
        scenarios: the rows of all scenarios.
        history: bars of assets and instruments, as they came.

    Raises:
        pydantic.ValidationError: the tables do not fit together, or a cell is wrong. Readers and
            `from_frames` raise `PortfolioError` instead, which says where.

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
        >>> portfolio.hedge_ratio(portfolio.holdings[0])
        1.0
        >>> portfolio.index_price(portfolio.instrument("BTC-PERP"))
        60000.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    holdings: tuple[Holding, ...]
    instruments: tuple[Instrument, ...] = ()
    tiers: tuple[Tier, ...] = ()
    shorts: tuple[Short, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    history: tuple[Bar, ...] = ()
    _places: Places = PrivateAttr(default_factory=Places)
    _named: _Named = PrivateAttr(default_factory=_Named)

    @model_validator(mode="after")
    def _fits_together(self) -> Portfolio:
        found = in_order(conflicts(Ledger(self.rows, self._places)))
        if found:
            raise PortfolioError(found)
        return self

    @classmethod
    def from_grids(
        cls, grids: Mapping[str, Grid], name: str = "Portfolio", problems: Iterable[Problem] = ()
    ) -> Portfolio:
        """Make a portfolio of tables as a reader found them.

        Args:
            grids: the tables, by their names as in `TABLES`.
            name: what the portfolio is called unless a setting says so.
            problems: what the reader knows already to be wrong.

        Raises:
            PortfolioError: something is wrong; it holds all that is, in the order of the tables.
        """
        readings = [
            read_grid(table, grids[name]) for name, table in TABLES.items() if name in grids
        ]
        places = Places({reading.table.name: reading.origin for reading in readings})
        rows = {
            reading.table.name: reading.rows
            for reading in readings
            if not (reading.given_up or grids[reading.table.name].broken)
        }
        found = conflicts(Ledger(rows, places))
        for reading in readings:
            found += reading.problems
        wrong = [*problems, *missing(grids), *in_order(found)]
        if len(wrong) > MOST_PROBLEMS or any(reading.given_up for reading in readings):
            wrong[MOST_PROBLEMS:] = [Problem("", "more is wrong than is told here")]
        if wrong:
            raise PortfolioError(wrong)
        return cls._of(rows, places, name)

    @classmethod
    def _of(cls, rows: Mapping[str, Sequence[Any]], places: Places, name: str) -> Portfolio:
        """A portfolio of rows that have been checked already."""
        (settings,) = rows["Settings"]
        if "portfolio" not in settings.model_fields_set:
            with suppress(HedgeError):  # a file's name may hold what a cell may not
                called = columns_of(Settings)["portfolio"].read(name)
                settings = settings.model_copy(update={"portfolio": called})
        tables = {table.lower(): tuple(rows.get(table, ())) for table in TABLES}
        portfolio = cls.model_construct(**{**tables, "settings": settings})
        portfolio._places = places  # noqa: SLF001  # a new one of its own class
        return portfolio

    @classmethod
    def from_frames(cls, frames: Mapping[str, DataFrame]) -> Portfolio:
        """Make a portfolio of pandas frames, one a table, with the columns of `TABLES`.

        Missing values are blank cells, blank rows are skipped, the index is not read. Places in
        errors count rows by position, from 0.

        Raises:
            PortfolioError: something is wrong; it holds all that is.
        """
        from xlhedge.portfolio.frames import grid_of

        found, problems = by_table(frames, only=True)
        grids = {table: grid_of(table, frames[name]) for table, name in found.items()}
        return cls.from_grids(grids, problems=problems)

    def to_frames(self) -> dict[str, DataFrame]:
        """Every table as a pandas frame with all its columns; `from_frames` takes them back.

        Numbers are float64 with NaN where blank, dates datetime64[us] with NaT, text is object
        with None. Settings is a frame of name and value.
        """
        from xlhedge.portfolio.frames import frame_of

        return {name: frame_of(TABLES[name], rows) for name, rows in self.rows.items()}

    @property
    def rows(self) -> dict[str, tuple[Any, ...]]:
        """The rows of every table, by its name; Settings has one."""
        tables = {name: getattr(self, name.lower()) for name in TABLES}
        return {**tables, "Settings": (self.settings,)}

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What looks mistyped, such as a hedge ratio of 50, in the order of the tables."""
        return in_order(oddities(Ledger(self.rows, self._places)))

    def place(self, table: str, row: int | None, column: str = "") -> str:
        """Where a table, a row or a cell stands in what it was read from: ``Portfolio!B7``.

        Args:
            table: the table's name.
            row: the number of the row in this portfolio, from 0; None for the table.
            column: the column's name; for Settings the setting's.
        """
        return self._places.of(table, row, column)

    def instrument(self, name: str) -> Instrument:
        """The instrument of that name.

        Raises:
            KeyError: there is none.
        """
        found: Instrument = self._named.rows(self.instruments, "instrument")[name]
        return found

    def holding(self, asset: str) -> Holding:
        """The holding of that asset.

        Raises:
            KeyError: there is none.
        """
        found: Holding = self._named.rows(self.holdings, "asset")[asset]
        return found

    def hedge_ratio(self, holding: Holding) -> float:
        """The hedge ratio that counts: the holding's own, or else the setting."""
        own = holding.hedge_ratio
        return self.settings.hedge_ratio if own is None else own

    def index_price(self, instrument: Instrument) -> float:
        """The index price that counts: its own, or else the spot price of its underlying."""
        own = instrument.index_price
        return self.holding(instrument.underlying).spot_price if own is None else own


def stale(portfolio: Portfolio, now: datetime) -> tuple[Problem, ...]:
    """What the clock says against a portfolio: its prices are of more than a day ago, or of later.

    Args:
        portfolio: the portfolio.
        now: the time now, without a zone, on the clock of the portfolio's date-times (UTC).
    """
    message = age(portfolio.settings.as_of, now)
    return (Problem(portfolio.place("Settings", 0, "as_of"), message, "as_of"),) if message else ()
