"""What figures look up, whatever carries them: cells of other tables, settings, sums over rows.

A rule that is made of look-ups (an index price's fallback, how holdings share a short) is written
once over these; what each of them is on numbers stands in `values`, in cells with the tables that
sheets are made of.
"""

from __future__ import annotations

from typing import Any, Protocol

from xlhedge.analysis.carriers import Functions
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.functions.algebra import Carrier
from xlhedge.portfolio.bands import BANDS, Concern

__all__ = ["Group", "Lookups"]


class Group(Protocol):
    """Rows of a computed table that have something in common."""

    @property
    def count(self) -> Carrier:
        """How many they are."""

    def having(self, figure: Figure, sign: str, other: Carrier = 0) -> Group:
        """Those of them whose figure is so: ``=``, ``<>``, ``>`` or ``<``."""

    def sum(self, *figures: Figure) -> Carrier:
        """The sum of a figure, or of the product of several."""

    def size(self, figure: Figure, *others: Figure) -> Carrier:
        """The sum of a figure's magnitudes, each times the others."""

    def least(self, figure: Figure) -> Carrier:
        """The least of a figure, which may be blank in some; there is one of them at least."""

    def each(self, figure: Figure, otherwise: float) -> Carrier:
        """A figure of each as a range; elsewhere in the range stands ``otherwise``."""


class Lookups(Functions):
    """The functions of the registry, and what figures look up.

    A carrier answers what its book has; all else is `NotImplementedError`.

    Attributes:
        days: to the horizon, 0 once it has passed.
        as_of: the date-time of the prices.
    """

    days: Carrier
    as_of: Carrier

    def look_up(self, row: FigureRow, figure: Figure) -> Carrier:
        """A figure that is found where its `source` says, or the default of its column."""
        raise NotImplementedError

    def own(self, row: FigureRow, column: str) -> Carrier:
        """A cell of the input's row that the row follows; blank where it is."""
        raise NotImplementedError

    def term(self, row: FigureRow, column: str) -> Carrier:
        """A cell of the row's instrument; blank where it is."""
        raise NotImplementedError

    def held(self, asset: Carrier, column: str) -> Carrier:
        """A cell of the holding of that asset."""
        raise NotImplementedError

    def setting(self, name: str) -> Carrier:
        """What a setting says, or its default."""
        raise NotImplementedError

    def missing(self) -> Carrier:
        """#N/A: a cell that must be filled, and is not."""
        raise NotImplementedError

    def number(self, value: Carrier) -> Carrier:
        """Whether it is a number, and no word."""
        raise NotImplementedError

    def beside(self, row: FigureRow, table: type[FigureRow]) -> Any:
        """The row of another table that stands for the same row of input."""
        raise NotImplementedError

    def group(self, table: type[FigureRow], name: Carrier, key: str = "instrument") -> Group:
        """The rows of a table that have that instrument, or name in another figure."""
        raise NotImplementedError

    def of_underlying(self, row: FigureRow, name: str) -> Carrier:
        """A number of the row's underlying, by the name of its figure."""
        raise NotImplementedError

    def of_instrument(self, row: FigureRow, name: str) -> Carrier:
        """What the orders say of the row's instrument, by the name of the figure."""
        raise NotImplementedError

    def of_account(self, name: Carrier, column: str) -> Carrier:
        """A cell of the first row of Accounts with that name, or the default of its column."""
        raise NotImplementedError

    def of_wallet(self, row: FigureRow, name: str) -> Carrier:
        """What Accounts says of the wallet whose number a row has, by the name of the figure."""
        raise NotImplementedError

    def of_cross(self, row: FigureRow, name: str) -> Carrier:
        """What a position's account shares with others, by the name of the figure."""
        raise NotImplementedError

    def first(self, table: type[FigureRow], value: Carrier, key: str, name: str) -> Carrier:
        """A figure of the first row of a table that has that value in another; there is one."""
        raise NotImplementedError

    def key_of(self, row: FigureRow) -> Carrier:
        """What lots of one instrument, account and side have in common."""
        raise NotImplementedError

    def position_of(self, row: FigureRow) -> Carrier:
        """The number of a lot's position, from 1, in the order in which keys first appear."""
        raise NotImplementedError

    def row_at(self, row: FigureRow, number: Carrier) -> Any:
        """The row of the same table that has that number, from 1."""
        raise NotImplementedError

    def number_of(self, row: FigureRow) -> Carrier:
        """The row's number in its input table, from 1."""
        raise NotImplementedError

    def count_tiers(self, row: FigureRow) -> Carrier:
        """How many margin tiers the row's instrument has."""
        raise NotImplementedError

    def tiers(self, row: FigureRow) -> tuple[Carrier, Carrier]:
        """Floors and rates of the instrument's tiers."""
        raise NotImplementedError

    def tier(self, row: Any, value: Carrier) -> Carrier:
        """Rate and amount of the tier that a position of the row's instrument falls in."""
        return self.maintenance_tier(value, *self.tiers(row), row.tier_mode)

    def beyond(self, cells: Any, concern: Concern) -> Carrier:
        """How many bands the `BandCells` of a row are beyond, of those that concern some advice."""
        bands = (each for each in BANDS if each.table == cells.table and concern in each.concerns)
        return sum((band.beyond(cells) for band in bands), 0)

    def signal(self, row: FigureRow, name: str) -> Carrier:
        """What the last bars and settled rates say of a holding: "yes", "no" or "unknown"."""
        raise NotImplementedError
