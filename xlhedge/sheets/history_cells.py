"""The cells of a report that hold what the history replays: coins, posted coins and shorts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.history import AssetHistory, History
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, Expression
from xlhedge.sheets.shown import Shown
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import MAX_FORMULA

__all__ = ["Cell", "HoldingCells", "fitting", "holdings_of", "total_of"]

Cell = tuple[FigureTable, Figure, int]
"""A cell that is summed: a table, one of its figures, and a row of its sheet."""


@dataclass(frozen=True, slots=True)
class HoldingCells:
    """One of the history's assets, and the cells that have its position.

    Args:
        past: its history.
        coins: what moves with the coin.
        posted: coins posted as margin that move with the future.
        short: what moves against the future.
        wanted: the ratio that the portfolio asks for.
    """

    past: AssetHistory
    coins: tuple[Cell, ...]
    posted: tuple[Cell, ...]
    short: tuple[Cell, ...]
    wanted: Carrier


def holdings_of(
    past: History, analysis: Analysis, hedge: FigureTable, margin: FigureTable, shown: Shown
) -> list[HoldingCells]:
    """The history's assets with their cells: rows of Hedge, then shorts that hedge no holding.

    Those that a report leaves out have no bars.
    """
    found = []
    for n, each in enumerate(past.assets):
        instrument = each.position.instrument
        if n >= len(analysis.hedge):
            own = [
                at
                for at, row in enumerate(shown.inputs(MarginRow), margin.top)
                if instrument and row.instrument == instrument.instrument
            ]
            posted = tuple((margin, MarginRow.coin_margin, at) for at in own)
            short = tuple((margin, MarginRow.short_notional, at) for at in own)
            found.append(HoldingCells(each, (), posted, short, 0))
            continue
        if (place := shown.place(analysis.hedge[n])) is None:
            continue
        at = hedge.top + place
        spot, posted, short = (
            ((hedge, figure, at),)
            for figure in (HedgeRow.spot_notional, HedgeRow.coin_margin, HedgeRow.short_notional)
        )
        ratio, beta = (
            Expression(hedge.cell(figure, at)) for figure in (HedgeRow.hedge_ratio, HedgeRow.beta)
        )
        if instrument is None:
            found.append(HoldingCells(each, spot, (), (), 0))
        elif instrument.underlying == each.position.asset:
            found.append(HoldingCells(each, spot + posted, (), short, ratio * beta))
        else:
            found.append(HoldingCells(each, spot, posted, short, ratio * beta))
    return found


def total_of(cells: Iterable[Cell]) -> Carrier:
    """The sum of cells, 0 without any; cells below each other are one SUM, as a formula is short.

    Example:
        >>> table = FigureTable("Hedge", HedgeRow, 6, 5)
        >>> total_of((table, HedgeRow.spot_notional, row) for row in (6, 7, 8, 10))
        Expression('SUM(Hedge!$D$6:$D$8)+Hedge!$D$10')
    """
    rows: defaultdict[tuple[FigureTable, Figure], list[int]] = defaultdict(list)
    for table, figure, row in cells:
        rows[table, figure].append(row)
    total: Carrier = 0
    for (table, figure), numbers in rows.items():
        for first, last in _runs(sorted(numbers)):
            cell = table.cell(figure, first)
            span = f"SUM({cell}:${table.letter(figure)}${last})"
            total = total + Expression(cell if first == last else span)
    return total


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last of numbers that follow each other."""
    for _, run in groupby(enumerate(numbers), lambda each: each[1] - each[0]):
        found = [number for _, number in run]
        yield found[0], found[-1]


def fitting(text: str | None) -> str | None:
    """A formula that Excel takes; of one that is too long the cell holds its value alone.

    Args:
        text: the formula, if there is one.
    """
    return text if text is None or len(text) <= MAX_FORMULA else None
