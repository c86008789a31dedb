"""Which warnings concern what an order is computed from: such an order waits until it is checked.

Figures count them, on numbers and in cells; sentences name the cells to check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.lookups import Lookups
from xlhedge.errors import Problem
from xlhedge.functions.algebra import Carrier, absolute, maximum
from xlhedge.portfolio.bands import BandCells, Concern

if TYPE_CHECKING:
    from xlhedge.analysis import Analysis

__all__ = [
    "CHECK_FIRST",
    "Doubts",
    "count_doubts",
    "doubted",
    "exceeds",
    "over_hedged",
    "own_doubts",
    "unsized",
    "without_size",
]

CHECK_FIRST = "check first"
"""The action of an order that is computed from what looks mistyped."""

Doubts: TypeAlias = dict[tuple[Concern, str], list[Problem]]
"""What is to be checked, by the advice that waits for it and the underlying that it is on."""

_Price: TypeAlias = Callable[[], Carrier]

_MOST_SHORT, _UNSIZED = 1.5, 5  # times what there is to hedge


class _Looked(BandCells):
    """The cells that a figure looks up."""

    def __init__(self, table: str, row: FigureRow, f: Lookups, spot: _Price) -> None:
        super().__init__(table)
        self.row, self._f, self._spot = row, f, spot

    def own(self, column: str) -> Carrier:
        if self.table == "Settings":
            return self._f.setting(column)
        return self._f.own(self.row, column)

    def term(self, column: str) -> Carrier:
        return self._f.term(self.row, column)

    def spot(self) -> Carrier:
        return self._spot()

    def inverse(self) -> Carrier:
        return self._f.term(self.row, "contract_type") == "inverse"


def count_doubts(
    row: FigureRow, f: Lookups, table: str, spot: _Price = lambda: "", concern: Concern = "order"
) -> Carrier:
    """How many cells of its row look mistyped that advice is computed from.

    Args:
        row: the row.
        f: what its figures are computed on.
        table: whose cells they are.
        spot: what the underlying costs where it is held.
        concern: which advice.
    """
    return f.beyond(_Looked(table, row, f, spot), concern)


def own_doubts(key: str) -> Figure:
    """How many of a row that follows an input table.

    Args:
        key: the figure without which there is no row.
    """
    title = "Cells to check first"
    return Figure(title, "whole", lambda row, f: count_doubts(row, f, row.table), (key,))


def exceeds(short: Carrier, exposure: Carrier, target: Carrier) -> Carrier:
    """Whether more is short than there is to hedge, or to be hedged by its ratio.

    Example:
        >>> exceeds(160, 100, 100), exceeds(150, 100, 100), exceeds(160, 0, 0)
        (True, False, False)
    """
    wanted = maximum(absolute(exposure), absolute(target))
    return (short * exposure > 0) & (absolute(short) > _MOST_SHORT * wanted)


def unsized(short: Carrier, exposure: Carrier) -> Carrier:
    """Whether a short is so much beyond what there is to hedge that its contracts are no coins."""
    return (short * exposure > 0) & (absolute(short) > _UNSIZED * absolute(exposure))


def doubted(analysis: Analysis) -> Doubts:
    """What is to be checked before advice is followed."""
    of_instrument = {row.instrument: row.underlying for row in analysis.orders}
    shorts = [of_instrument[row.instrument] for row in analysis.portfolio.shorts]
    followed = {
        "Holdings": [row.underlying for row in analysis.hedge],
        "Instruments": [row.underlying for row in analysis.orders],
        "Shorts": shorts,
    }
    every = [row.underlying for row in analysis.underlyings]
    found: Doubts = {}
    for each in analysis.portfolio.beyond_bands:
        table = each.band.table
        for concern in each.band.concerns:
            for name in [followed[table][each.row]] if table in followed else every:
                found.setdefault((concern, name), []).append(each.problem)
    for name, problem in over_hedged(analysis):
        found.setdefault(("order", name), []).append(problem)
    return found


def over_hedged(analysis: Analysis) -> Iterator[tuple[str, Problem]]:
    """Underlyings on which more is short than there is to hedge, and the cell to check of each."""
    for row in analysis.underlyings:
        if exceeds(row.cover, row.exposure, row.target_notional):
            times = f"{row.cover / row.exposure:,.3g} times what there is to hedge"
            yield row.underlying, _largest(analysis, row.underlying, times)


def _largest(analysis: Analysis, underlying: str, times: str) -> Problem:
    """What is to be said of the largest short on an underlying: of its size, or its contracts."""
    portfolio = analysis.portfolio
    orders = (row for row in analysis.orders if row.underlying == underlying)
    order = max(orders, key=lambda row: abs(row.short_notional))
    if order.n in without_size(analysis):
        column = "contract_size"
        said = (
            f"is 1, typed or blank: {order.short_contracts:,.10g} contracts are as many coins, "
            f"{times}; type how many coins a contract is, such as 0.01"
        )
        return Problem(portfolio.place("Instruments", order.n, column), said, column)
    lots = (m for m, lot in enumerate(portfolio.shorts) if lot.instrument == order.instrument)
    at = max(lots, key=lambda m: abs(portfolio.shorts[m].contracts))
    said = (
        f"{order.short_contracts:,.10g} contracts of {order.instrument} are short, and with them "
        f"{times} on {underlying}; contracts, contract_size or a quantity is mistyped, or "
        "a holding is missing"
    )
    return Problem(portfolio.place("Shorts", at, "contracts"), said, "contracts")


def without_size(analysis: Analysis) -> set[int]:
    """Rows of Instruments whose short is too large for contracts of one coin, as they are."""
    exposures = {row.underlying: row.exposure for row in analysis.underlyings}
    return {
        row.n
        for row, terms in zip(analysis.orders, analysis.portfolio.instruments, strict=True)
        if terms.contract_type == "linear"
        and terms.contract_size == 1
        and unsized(row.cover, exposures.get(row.underlying, 0.0))
    }
