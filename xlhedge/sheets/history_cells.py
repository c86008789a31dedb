"""The cells of a report that hold what the history replays: coins, posted coins and shorts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from xlhedge.analysis import Analysis
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.history import AssetHistory, History
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import MAX_FORMULA

__all__ = ["Holding", "fitting", "holdings_of", "total_of"]

_READ = (
    HedgeRow.spot_notional,
    HedgeRow.coin_margin,
    HedgeRow.short_notional,
    HedgeRow.hedge_ratio,
    HedgeRow.beta,
)
# SUM(Hedge!$D$6:$D$8) or Hedge!$D$6: the column, the first row and the last one.
_SUM = re.compile(r"(?:SUM\()?([^()+]+!\$[A-Z]+\$)(\d+)(?::\$[A-Z]+\$(\d+)\))?")


@dataclass(frozen=True, slots=True)
class Holding:
    """One of the history's assets, and the cells that have its position.

    Args:
        past: its history.
        coins: what moves with the coin.
        posted: coins posted as margin that move with the future.
        short: what moves against the future.
        wanted: the ratio that the portfolio asks for.
    """

    past: AssetHistory
    coins: Carrier
    posted: Carrier
    short: Carrier
    wanted: Carrier


def holdings_of(
    past: History, analysis: Analysis, hedge: FigureTable, margin: FigureTable
) -> list[Holding]:
    """The history's assets with their cells: rows of Hedge, then shorts that hedge no holding."""
    found = []
    for n, each in enumerate(past.assets):
        instrument = each.position.instrument
        if n < len(analysis.hedge):
            spot, posted, short, ratio, beta = (
                Expression(hedge.cell(figure, hedge.top + n)) for figure in _READ
            )
            if instrument is None:
                found.append(Holding(each, spot, 0, 0, 0))
            elif instrument.underlying == each.position.asset:
                found.append(Holding(each, spot + posted, 0, short, ratio * beta))
            else:
                found.append(Holding(each, spot, posted, short, ratio * beta))
            continue
        own = [
            at
            for at, row in enumerate(analysis.margin, margin.top)
            if instrument and row.instrument == instrument.instrument
        ]
        posted, short = (
            total_of(Expression(margin.cell(figure, at)) for at in own)
            for figure in (MarginRow.coin_margin, MarginRow.short_notional)
        )
        found.append(Holding(each, 0, posted, short, 0))
    return found


def total_of(terms: Iterable[Carrier]) -> Carrier:
    """The sum of cells, 0 without any; cells below each other are one SUM, as a formula is short.

    Args:
        terms: cells of other sheets, or sums of them.

    Example:
        >>> cells = [Expression(f"Hedge!$D${row}") for row in (6, 7, 8, 10)]
        >>> total_of(cells)
        Expression('SUM(Hedge!$D$6:$D$8)+Hedge!$D$10')
        >>> total_of([total_of(cells[:3]), cells[3] + Expression("Margin!$C$6")])
        Expression('SUM(Hedge!$D$6:$D$8)+Hedge!$D$10+Margin!$C$6')
    """
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for term in terms:
        text = excel_text(term)
        if _SUM.sub("", text).strip("()+0"):
            raise ValueError(f"{text} is no sum of cells")
        for column, first, last in _SUM.findall(text):
            rows[column] += range(int(first), int(last or first) + 1)
    total: Carrier = 0
    for column, numbers in rows.items():
        for first, last in _runs(sorted(numbers)):
            cell = f"{column}{first}"
            span = f"SUM({cell}:{column.rpartition('!')[2]}{last})"
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
