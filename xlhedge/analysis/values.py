"""What figures look up, on numbers: a portfolio's rows, and the rows computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.carriers import VALUES, Values
from xlhedge.analysis.figures import BLANK, Blank, Figure, FigureRow
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.history import History, alarms_of
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.analysis.signals import SAID, Breach, any_breach
from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.algebra import Carrier
from xlhedge.portfolio import Account, Portfolio
from xlhedge.portfolio.bands import Concern

__all__ = ["Numbers", "RowGroup"]

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, other: value == other,
    "<>": lambda value, other: value != other,
    ">": lambda value, other: value > other,
    "<": lambda value, other: value < other,
}


_FEW = 2
"""Rows of which a sum is as quick as what was kept of it."""


class RowGroup(Group):
    """Rows, whose sums and parts are kept: each is asked for by every row that shares them.

    Of a few rows they are found anew: there are as many groups as lines, and what they would keep
    is more than all rows.
    """

    __slots__ = ("_kept", "rows")

    def __init__(self, rows: Sequence[FigureRow]) -> None:
        self.rows = rows
        self._kept: dict[Any, Any] | None = None if len(rows) <= _FEW else {}

    @property
    def count(self) -> int:
        return len(self.rows)

    def having(self, figure: Figure, sign: str, other: Carrier = 0) -> RowGroup:
        found: RowGroup = self._once(RowGroup._having, figure, sign, other)
        return found

    def sum(self, *figures: Figure) -> float:
        found: float = self._once(RowGroup._sum, *figures)
        return found

    def size(self, figure: Figure, *others: Figure) -> float:
        found: float = self._once(RowGroup._size, figure, *others)
        return found

    def _once(self, find: Callable[..., Any], *asked: Any) -> Any:
        if self._kept is None:
            return find(self, *asked)
        key = (find, *asked)
        if key not in self._kept:
            self._kept[key] = find(self, *asked)
        return self._kept[key]

    def _having(self, figure: Figure, sign: str, other: Carrier) -> RowGroup:
        name, holds = figure.name, _HOLDS[sign]
        return RowGroup([row for row in self.rows if holds(getattr(row, name), other)])

    def _sum(self, *figures: Figure) -> float:
        if len(figures) == 1:
            return sum([_number(row, *figures) for row in self.rows], 0.0)
        return sum((_product(row, figures) for row in self.rows), 0.0)

    def _size(self, figure: Figure, *others: Figure) -> float:
        return sum((abs(_number(row, figure)) * _product(row, others) for row in self.rows), 0.0)

    def least(self, figure: Figure) -> float:
        values: list[Any] = [getattr(row, figure.name) for row in self.rows]
        return min(float(value) for value in values if not isinstance(value, Blank))

    def each(self, figure: Figure, otherwise: float) -> list[Any]:
        return [getattr(row, figure.name) for row in self.rows]


def _number(row: FigureRow, figure: Figure) -> float:
    value = getattr(row, figure.name)
    return 0.0 if isinstance(value, Blank) else value


def _product(row: FigureRow, figures: Sequence[Figure]) -> float:
    product = 1.0
    for figure in figures:
        product *= _number(row, figure)
    return product


class Numbers(Values, Lookups):
    """The look-ups of one portfolio.

    Args:
        portfolio: where they look.

    Attributes:
        tables: the rows of each computed table, once they are there.
        history: what the table History says, if it has rows.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        settings = portfolio.settings
        self.portfolio, self.as_of = portfolio, settings.as_of
        self.days = VALUES.days_to_expiry(settings.as_of, settings.horizon_date)
        self.tables: dict[type[FigureRow], Sequence[FigureRow]] = {}
        self.history: History | None = None
        self._tiered: FigureRow | None = None
        self._tiers_at: dict[float, Carrier] = {}
        self._groups: dict[tuple[type[FigureRow], str], dict[Any, RowGroup]] = {}

    def rows(self, table: type[FigureRow]) -> Sequence[Any]:
        """The rows of a computed table, which follow those of its input."""
        if table not in self.tables:
            self.tables[table] = tuple(self._made(table))
        return self.tables[table]

    def _made(self, table: type[FigureRow]) -> Iterator[FigureRow]:
        if table is UnderlyingRow:
            for n, name in enumerate(self.underlyings):
                yield table(self, n, underlying=name)
        elif table is MarginRow:
            for n, lots in enumerate(self._positions.values()):
                yield table(self, n, instrument=lots[0].instrument, account=lots[0].account)
        else:
            followed = self.rows(table.beside) if table.beside else self._inputs[table.table]
            yield from (table(self, n) for n in range(len(followed)))

    @cached_property
    def _positions(self) -> dict[str, list[LotRow]]:
        """The lots of each position, by their key."""
        found: dict[str, list[LotRow]] = {}
        for lot in self.rows(LotRow):
            found.setdefault(lot.key, []).append(lot)
        return found

    def first_lot(self, row: FigureRow) -> int:
        """The row of Shorts that a position begins with, from 0."""
        return self.group(LotRow, row.n + 1.0, "position").rows[0].n

    @cached_property
    def underlyings(self) -> dict[str, int]:
        """What is held or short, in the order of Holdings, then of Instruments: its row."""
        short = {row.instrument for row in self.rows(MarginRow)}
        names = [row.underlying for row in self.rows(HedgeRow)]
        names += [
            each.underlying for each in self.portfolio.instruments if each.instrument in short
        ]
        return {name: n for n, name in enumerate(dict.fromkeys(names))}

    def look_up(self, row: FigureRow, figure: Figure) -> Carrier:
        """A figure that is found where its `source` says; the readers put defaults in."""
        if figure.source == "own":
            return self.own(row, figure.column)
        if figure.source == "term":
            return self.term(row, figure.column) if row.instrument else BLANK
        followed = row.beside and self.beside(row, row.beside)
        return getattr(followed, figure.column)

    def own(self, row: FigureRow, column: str) -> Carrier:
        value = getattr(self._inputs[row.table][row.n], column)
        return BLANK if value is None else value

    @cached_property
    def _inputs(self) -> dict[str, Sequence[Any]]:
        return self.portfolio.rows

    def term(self, row: FigureRow, column: str) -> Carrier:
        value = getattr(self.portfolio.instrument(row.instrument), column)
        return BLANK if value is None else value

    def held(self, asset: Carrier, column: str) -> Carrier:
        return getattr(self.portfolio.holding(asset), column)

    def setting(self, name: str) -> Carrier:
        return getattr(self.portfolio.settings, name)

    def missing(self) -> Carrier:
        raise HedgeError("a cell that must be filled is blank", CellError.NA)

    def number(self, value: Carrier) -> bool:
        return not isinstance(value, str)

    def beside(self, row: FigureRow, table: type[FigureRow]) -> Any:
        return self.rows(table)[row.n]

    def group(self, table: type[FigureRow], name: Carrier, key: str = "instrument") -> RowGroup:
        if (groups := self._groups.get((table, key))) is None:
            found: dict[Any, list[FigureRow]] = {}
            for row in self.rows(table):
                found.setdefault(getattr(row, key), []).append(row)
            # A tuple of one is half as large as the list that it grew in.
            groups = {each: RowGroup(tuple(of)) for each, of in found.items()}
            self._groups[table, key] = groups
        return groups.get(name) or RowGroup(())

    def of_underlying(self, row: FigureRow, name: str) -> Carrier:
        place = self.underlyings.get(row.underlying)
        return 0.0 if place is None else getattr(self.rows(UnderlyingRow)[place], name)

    def of_instrument(self, row: FigureRow, name: str) -> Carrier:
        return getattr(self.rows(OrderRow)[self._places[row.instrument]], name)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {each.instrument: n for n, each in enumerate(self.portfolio.instruments)}

    def of_account(self, name: Carrier, column: str) -> Carrier:
        found = self._accounts.get(name.casefold())
        return getattr(Account if found is None else found, column)

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        """The first row of each account."""
        rows = reversed(self.portfolio.accounts)
        return {row.account.casefold(): row for row in rows}

    def of_wallet(self, row: Any, name: str) -> Carrier:
        return getattr(self.rows(AccountRow)[int(row.wallet) - 1], name)

    def of_cross(self, row: FigureRow, name: str) -> Carrier:
        return getattr(self.rows(CrossRow)[row.n], name)

    def first(self, table: type[FigureRow], value: Carrier, key: str, name: str) -> Carrier:
        return getattr(self.group(table, value, key).rows[0], name)

    def key_of(self, row: Any) -> str:
        account = self._first_of_account[row.account.casefold()] if row.account else 0
        return f"{self._places[row.instrument] + 1}/{account}/{row.side:.0f}"

    @cached_property
    def _first_of_account(self) -> dict[str, int]:
        """The number of the first lot of each account, from 1."""
        found: dict[str, int] = {}
        for lot in self.rows(LotRow):
            found.setdefault(lot.account.casefold(), lot.n + 1)
        return found

    def position_of(self, row: FigureRow) -> float:
        return self._numbers_of_positions[row.n]

    @cached_property
    def _numbers_of_positions(self) -> dict[int, float]:
        lots = enumerate(self._positions.values(), 1)
        return {lot.n: float(number) for number, found in lots for lot in found}

    def row_at(self, row: FigureRow, number: Carrier) -> Any:
        return self.rows(type(row))[int(number) - 1]

    def number_of(self, row: FigureRow) -> float:
        return row.n + 1.0

    def count_tiers(self, row: FigureRow) -> int:
        return len(self.tiers(row)[0])

    def tiers(self, row: FigureRow) -> tuple[list[float], list[float]]:
        return self.tiers_of(row.instrument)

    def tier(self, row: Any, value: Carrier) -> Carrier:
        """As ever; the rate and the amount at a value are asked for one by one."""
        if row is not self._tiered:
            self._tiered, self._tiers_at = row, {}
        if value not in self._tiers_at:
            self._tiers_at[value] = super().tier(row, value)
        return self._tiers_at[value]

    def tiers_of(self, instrument: str) -> tuple[list[float], list[float]]:
        """Floors and rates of an instrument's tiers."""
        return self._tiers.get(instrument, ([], []))

    @cached_property
    def _tiers(self) -> dict[str, tuple[list[float], list[float]]]:
        found: dict[str, tuple[list[float], list[float]]] = {}
        for tier in self.portfolio.tiers:
            floors, rates = found.setdefault(tier.instrument, ([], []))
            floors.append(tier.floor)
            rates.append(tier.mm_rate)
        return found

    def beyond(self, cells: Any, concern: Concern) -> int:
        """As the portfolio's warnings have found them."""
        return self._beyond[cells.table, 0 if cells.table == "Settings" else cells.row.n, concern]

    @cached_property
    def _beyond(self) -> Counter[tuple[str, int, Concern]]:
        return Counter(
            (each.band.table, each.row, concern)
            for each in self.portfolio.beyond_bands
            for concern in each.band.concerns
        )

    def signal(self, row: FigureRow, name: str) -> float | str:
        if self.history is None and name == "funding_breach":
            return SAID[self._breach(row)]
        found: Any = self.history.assets[row.n].signals if self.history else None
        value = getattr(getattr(found, "volume", None), name, getattr(found, name, None))
        return value if value.__class__ is float else SAID[value]

    def _breach(self, row: FigureRow) -> bool | None:
        """Without a history: only futures that expire are known to pay nothing."""
        peers = self.group(OrderRow, row.underlying, "underlying")
        held = peers.having(OrderRow.short_contracts, "<>", 0).rows
        names = [each.instrument for each in held] or [row.instrument]
        return any_breach(self._alarms[name] for name in names)

    @cached_property
    def _alarms(self) -> dict[str, Breach]:
        return alarms_of(self.portfolio)
