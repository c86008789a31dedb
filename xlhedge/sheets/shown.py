"""Which lines a report shows: all up to a number, beyond it those that matter most.

What is left out of a table stands in one line behind the others, with its sums: a column still adds
up. Never left out is what advice or an alarm names (liquidation that is near, signals, cells to
check, orders held back) and what the sheet of the past refers to; then come liquidations that
nobody knows, orders, and what is large. They stand in the portfolio's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from xlhedge.analysis import Analysis
from xlhedge.analysis.advice import PLAIN, advised
from xlhedge.analysis.alarms import each_alarm
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.doubts import doubted
from xlhedge.analysis.figures import BLANK, Blank, Figure, FigureRow, sum_of
from xlhedge.analysis.grid_shorts import GridShort
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.history import AssetHistory
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import TRADED, WAITING, OrderRow, UnderlyingRow
from xlhedge.analysis.scenario_lines import LineRow
from xlhedge.analysis.scenarios import Stress
from xlhedge.analysis.unwind import UnwindRow

__all__ = ["MOST_SHOWN", "REST", "Shown", "rest_of"]

MOST_SHOWN = 1_000
"""Lines of a table that a report shows, unless told."""

REST = -1
"""The number of the row that stands for those that are left out: of no input's row."""

_OF_SCENARIOS = 5
"""Lines of all scenarios together, for each of a table."""
_NEAREST = 10
"""Positions that have a place in charts: those whose liquidation is nearest."""

_KINDS: dict[type[FigureRow], tuple[str, str]] = {
    HedgeRow: ("hedge", "holdings"),
    UnwindRow: ("hedge", "holdings"),
    UnderlyingRow: ("underlyings", "underlyings"),
    OrderRow: ("orders", "instruments"),
    CarryRow: ("orders", "instruments"),
    MarginRow: ("margin", "positions"),
    GridShort: ("margin", "positions"),
}
"""The rows by which lines of a kind are chosen, and what they are called: what stands beside each
other on two sheets is chosen once."""


class _Weight(NamedTuple):
    """How much a line matters: the largest come first."""

    first: bool
    size: float


class Shown:
    """The lines of one report.

    Args:
        analysis: what is shown.
        most: lines of a table at most; those that must stay may be more.
    """

    def __init__(self, analysis: Analysis, most: int = MOST_SHOWN) -> None:
        self._analysis, self._most = analysis, most
        self._rows: dict[type[FigureRow], Sequence[Any]] = {}
        self._at: dict[type[FigureRow], dict[int, int]] = {}

    @cached_property
    def whole(self) -> bool:
        """Whether all lines of all tables are shown; then formulas may add them up anywhere."""
        return all(len(getattr(self._analysis, name)) <= self._most for name, _ in _KINDS.values())

    def rows(self, kind: type[FigureRow]) -> Sequence[Any]:
        """The rows of a table, and behind them the one that has the sums of the others."""
        if kind not in self._rows:
            every, kept = self._analysis.numbers.rows(kind), self._kept(kind)
            if kept is not None:
                left = [row for row in every if row.n not in kept]
                every = [*(row for row in every if row.n in kept), rest_of(kind, left)]
            self._rows[kind] = every
        return self._rows[kind]

    def inputs(self, kind: type[FigureRow]) -> list[Any]:
        """The rows without that one."""
        return [row for row in self.rows(kind) if row.n != REST]

    def place(self, row: FigureRow) -> int | None:
        """Where a row stands in its table, from 0; nowhere if it is left out."""
        kind = type(row)
        return row.n if self._kept(kind) is None else self._places(kind).get(row.n)

    def lines(self, result: Stress) -> Sequence[LineRow]:
        """The lines of a scenario: those that gain or lose most, and the sums of the others."""
        every, most = result.lines, self._most_lines
        if len(every) <= most:
            return every
        sizes = [-abs(net) for net in every.column(LineRow.net)]
        kept = set(sorted(range(len(every)), key=sizes.__getitem__)[: most - 1])
        rest = _rest(LineRow, len(every) - len(kept), lambda each: every.total(each, kept))
        rest.scenario, rest.line = result.name, rest.scenario
        return [*map(every.__getitem__, sorted(kept)), rest]

    @property
    def orders_left(self) -> list[OrderRow]:
        """The instruments that are left out of Orders."""
        return [row for row in self._analysis.orders if self.place(row) is None]

    @cached_property
    def told(self) -> list[str]:
        """What is left out, a line a kind."""
        return list(self._told())

    def _told(self) -> Iterator[str]:
        counts = {}
        for kind, (name, title) in _KINDS.items():
            if (kept := self._kept(kind)) is not None:
                total = len(getattr(self._analysis, name))
                counts[title] = f"{total - len(kept):,} of {total:,} {title}"
        if counts:
            yield f"the tables leave out {', '.join(counts.values())}; {_HOW}"
        every, most = [len(each.lines) for each in self._analysis.scenarios], self._most_lines
        if left := sum(count - most + 1 for count in every if count > most):
            yield f"Stress leaves out {left:,} of {sum(every):,} lines; {_HOW}"

    @cached_property
    def _most_lines(self) -> int:
        """Lines of a scenario at most."""
        every, room = self._analysis.scenarios, _OF_SCENARIOS * self._most
        whole = sum(len(each.lines) for each in every) <= room
        return room if whole else max(room // len(every), 2)

    def _kept(self, kind: type[FigureRow]) -> set[int] | None:
        """The numbers of the rows that are shown; none where all are."""
        name, _ = _KINDS.get(kind, ("", ""))
        return self._chosen.get(name)

    @cached_property
    def _chosen(self) -> Mapping[str, set[int]]:
        choose: dict[str, Callable[[], set[int]]] = {
            "hedge": self._holdings,
            "underlyings": self._underlyings,
            "orders": self._orders,
            "margin": self._positions,
        }
        names = dict.fromkeys(name for name, _ in _KINDS.values())
        return {
            name: choose[name]()
            for name in names
            if len(getattr(self._analysis, name)) > self._most
        }

    def _places(self, kind: type[FigureRow]) -> dict[int, int]:
        if kind not in self._at:
            self._at[kind] = {row.n: at for at, row in enumerate(self.inputs(kind))}
        return self._at[kind]

    @cached_property
    def _named(self) -> set[str]:
        """Instruments, assets and underlyings that advice or an alarm names.

        Plain advice keeps no line: orders come by size, and those left out are listed.
        """
        found = {each.instrument for each in advised(self._analysis) if each.what not in PLAIN}
        found |= {underlying for _, underlying in self._analysis.once(doubted)}
        return found | {each.about for each in each_alarm(self._analysis) if each.kind != "gap"}

    def _is_named(self, row: FigureRow) -> bool:
        return row.instrument in self._named or row.underlying in self._named

    def _pick(self, weights: dict[int, _Weight], always: set[int]) -> set[int]:
        """Those that stay, and of the others as many as there is room for."""
        others = sorted(weights.keys() - always, key=weights.__getitem__, reverse=True)
        return always | set(others[: max(self._most - len(always), 0)])

    def _holdings(self) -> set[int]:
        rows, past = self._analysis.hedge, self._analysis.history
        weights = {
            row.n: _Weight(row.action in TRADED, abs(row.spot_notional) + abs(row.short_notional))
            for row in rows
        }
        always = {
            row.n for row in rows if row.asset in self._named or row.doubts or row.action in WAITING
        }
        if past:  # its formulas refer to them
            always |= {n for n, each in enumerate(past.assets[: len(rows)]) if _is_past(each)}
        return self._pick(weights, always)

    def _underlyings(self) -> set[int]:
        rows = self._analysis.underlyings
        weights = {
            row.n: _Weight(bool(row.to_trade), row.gross_exposure + abs(row.short_notional))
            for row in rows
        }
        named = {row.n for row in rows if row.underlying in self._named or row.doubts}
        return self._pick(weights, named)

    def _orders(self) -> set[int]:
        rows = self._analysis.orders
        weights = {
            row.n: _Weight(row.action in TRADED, abs(row.order_notional) or abs(row.short_notional))
            for row in rows
        }
        named = {
            row.n for row in rows if self._is_named(row) or row.doubts or row.action in WAITING
        }
        return self._pick(weights, named)

    def _positions(self) -> set[int]:
        rows, past = self._analysis.margin, self._analysis.history
        weights = {
            row.n: _Weight(row.liquidation_buffer == BLANK, abs(row.short_notional)) for row in rows
        }
        always = {row.n for row in rows if self._is_named(row)}
        nearest = sorted(rows, key=_distance)[: min(_NEAREST, self._most)]
        always |= {row.n for row in nearest}
        if past:
            futures = (each.position.instrument for each in past.assets if _is_past(each))
            names = {each.instrument for each in futures if each}
            always |= {row.n for row in rows if row.instrument in names}
        return self._pick(weights, always)


_HOW = "their sums stand in one line; --lines 1000000 leaves none out"


def rest_of(kind: type[FigureRow], rows: Sequence[FigureRow]) -> Any:
    """The row that stands for others: how many they are, and their sums."""
    return _rest(kind, len(rows), lambda each: sum_of(rows, each))


def _rest(kind: type[FigureRow], count: int, total: Callable[[Figure], float]) -> Any:
    sums = {each.name: total(each) for each in kind.figures if each.total}
    found = kind.of(None, **{kind.figures[0].name: f"and {count:,} more"} | sums)
    found.n = REST
    return found


def _is_past(each: AssetHistory) -> bool:
    """Whether History has something of it."""
    position = each.position
    return bool(position.spot or position.future or position.rates_of)


def _distance(row: MarginRow) -> float:
    """How far the liquidation of a position is."""
    ends = [
        abs(each)
        for each in (row.liquidation_buffer, row.common_buffer)
        if not isinstance(each, Blank)
    ]
    return min(ends, default=float("inf"))
