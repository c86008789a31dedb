"""What figures look up, whatever carries them: cells of other tables, settings, sums over rows.

A rule that is made of look-ups (an index price's fallback, how holdings share a short) is written
once over these; what each of them is on numbers stands in `values`, in cells with the tables that
sheets are made of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from xlhedge.analysis.carriers import Functions
from xlhedge.functions.algebra import Carrier

if TYPE_CHECKING:  # rows ask for look-ups, look-ups for rows
    from xlhedge.analysis.figures import Figure, Row

__all__ = ["Group", "Lookups", "NotHere"]


class NotHere(Exception):  # noqa: N818  # no error: the cell holds its value
    """A figure looks up what a book does not have, as reports have no input sheets."""


class Group(ABC):
    """Rows of a computed table that have something in common."""

    @property
    @abstractmethod
    def count(self) -> Carrier:
        """How many they are."""

    @abstractmethod
    def having(self, figure: Figure, sign: str, other: Carrier = 0) -> Group:
        """Those of them whose figure is so: ``=``, ``<>``, ``>`` or ``<``."""

    @abstractmethod
    def sum(self, *figures: Figure) -> Carrier:
        """The sum of a figure, or of the product of several."""

    @abstractmethod
    def size(self, figure: Figure, *others: Figure) -> Carrier:
        """The sum of a figure's magnitudes, each times the others."""

    @abstractmethod
    def each(self, figure: Figure, otherwise: float) -> Carrier:
        """A figure of each as a range; in its rows that are not of the group stands ``otherwise``."""


class Lookups(Functions):
    """The functions of the registry, and what figures look up.

    A carrier answers what its book has; all else is `NotHere`.

    Attributes:
        days: to the horizon, 0 once it has passed.
        as_of: the date-time of the prices.
    """

    days: Carrier
    as_of: Carrier

    def look_up(self, row: Row, figure: Figure) -> Carrier:
        """A figure that is found where its `source` says, or the default of its column."""
        raise NotHere

    def own(self, row: Row, column: str) -> Carrier:
        """A cell of the input's row that the row follows; blank where it is."""
        raise NotHere

    def term(self, row: Row, column: str) -> Carrier:
        """A cell of the row's instrument; blank where it is."""
        raise NotHere

    def held(self, asset: Carrier, column: str) -> Carrier:
        """A cell of the holding of that asset."""
        raise NotHere

    def setting(self, name: str) -> Carrier:
        """What a setting says, or its default."""
        raise NotHere

    def missing(self) -> Carrier:
        """#N/A: a cell that must be filled, and is not."""
        raise NotHere

    def number(self, value: Carrier) -> Carrier:
        """Whether it is a number, and no word."""
        raise NotHere

    def beside(self, row: Row, table: type[Row]) -> Any:
        """The row of another table that stands for the same row of input."""
        raise NotHere

    def group(self, table: type[Row], instrument: Carrier) -> Group:
        """The rows of a table that have that instrument."""
        raise NotHere

    def count_tiers(self, row: Row) -> Carrier:
        """How many margin tiers the row's instrument has."""
        raise NotHere

    def tiers(self, row: Row) -> tuple[Carrier, Carrier]:
        """Floors and rates of the instrument's tiers."""
        raise NotHere

    def signal(self, row: Row, name: str) -> Carrier:
        """What the last bars and settled rates say of a holding: "yes", "no" or "unknown"."""
        raise NotHere
