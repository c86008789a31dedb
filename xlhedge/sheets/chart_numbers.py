"""The numbers behind the charts of page one that no other sheet has.

They are the portfolio after the orders, an upright line at each liquidation, and the scenarios that
cost most under names that say which of them liquidate.
"""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace

from xlhedge.analysis import Analysis
from xlhedge.analysis.after_orders import (
    after_orders,
    gains_after_orders,
    opening_orders,
    times_after,
)
from xlhedge.analysis.carriers import NATIVE
from xlhedge.analysis.grid_shorts import FAR, GridShort
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.scenarios import Stress
from xlhedge.functions.algebra import Carrier, Expression
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.attribution import scenario_cell
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.grid_cells import AXIS, HELD, UNHEDGED, GridCells, put_block
from xlhedge.sheets.history_cells import fitting
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["ChartNumbers", "shown_scenarios"]

_MOST_SCENARIOS = 8
_MOST_LINES = 4
"""How many liquidations have a line: the nearest."""
_LOWER = 0.18
"""By what part of the height each line is lower than the one before: their names stand free."""


def shown_scenarios(analysis: Analysis) -> list[Stress]:
    """The scenarios of the chart: those that cost most, in their own order."""
    nets = sorted(each.legs.net for each in analysis.scenarios)[:_MOST_SCENARIOS]
    return [each for each in analysis.scenarios if each.legs.net <= nets[-1]][:_MOST_SCENARIOS]


class ChartNumbers:
    """Where the numbers stand, on the sheet of the key figures.

    Args:
        of: what is shown.
        sheet: that sheet.
        top: the row of their heading.
    """

    def __init__(self, of: ReportContext, sheet: Sheet, top: int) -> None:
        self._of, self.sheet, self._top = of, sheet, top
        self._analysis = of.analysis
        self.positions = of.shown.inputs(GridShort)
        self.moves = len(of.analysis.grid.shocks)

    @property
    def after(self) -> int:
        """The row of the P&L after the orders; above it are the moves."""
        return self._top + 2

    @property
    def opened(self) -> int:
        """The row of what orders open anew."""
        return self._top + 3

    @property
    def first(self) -> int:
        """The row of the first position."""
        return self._top + 6

    @property
    def scenarios(self) -> int:
        """The row of the first scenario."""
        return self.first + max(len(self.positions), 1) + 2

    @cached_property
    def liquidations(self) -> list[int]:
        """Which positions have a line: the nearest ones within the moves, one a move."""
        low, high = self._analysis.grid.shocks[0], self._analysis.grid.shocks[-1]
        seen: dict[tuple[str, float], int] = {}
        for n, row in enumerate(self.positions):
            if low <= row.distance <= high and row.short_notional:
                seen.setdefault((row.account, round(row.distance, 6)), n)
        return sorted(seen.values(), key=lambda n: abs(self.positions[n].distance))[:_MOST_LINES]

    @cached_property
    def _after(self) -> tuple[float, ...]:
        return after_orders(self._analysis)

    def write(self) -> None:
        """Write all of it."""
        self.sheet.put(self._top, 1, "Numbers of the charts on page one", "section")
        self._write_after()
        self._write_positions()
        self._write_scenarios()

    def _write_after(self) -> None:
        sheet, orders = self.sheet, self._of.tables[OrderRow]
        sheet.put(self.after - 1, 1, "Move of the underlying", "header text")
        for column, shock in enumerate(self._analysis.grid.shocks, 2):
            text = f"Sensitivity!{LETTERS[column]}${AXIS}"
            sheet.put(self.after - 1, column, shock, "axis move", text)
        sheet.put(self.after, 1, "P&L after the orders", "total text")
        cells = GridCells(self._of, sheet.title)
        letters = LETTERS[2], LETTERS[1 + self.moves]

        def across(at: int, where: str = "") -> Expression:
            return Expression(f"{where}${letters[0]}${at}:${letters[1]}${at}")

        last = self.first + max(len(self.positions), 1) - 1
        times = Expression(f"$B${self.first}:$B${last}")
        new = Expression(f"$B${self.opened}")
        shorts: SimpleNamespace = cells.shorts

        def after() -> Carrier:
            gained = gains_after_orders(NATIVE, shorts, across(self.after - 1), times, new)
            return across(UNHEDGED, "Sensitivity!") + gained

        put_block(sheet, self.after, 2, [self._after], cells.text(after), "total heat")
        rows = opening_orders(self._analysis.orders)
        places = [self._of.shown.place(row) for row in rows]
        at = [(OrderRow.order_notional, orders.top + n) for n in places if n is not None]
        named = [orders.cell(*each) for each in at] if len(at) == len(rows) else []
        sheet.put(self.opened, 1, "Opened anew by orders, value", "cell text")
        value = sum(row.order_notional for row in rows)
        sheet.put(self.opened, 2, value, "cell money", fitting("+".join(named)) or None)

    def _write_positions(self) -> None:
        """How large each is after the orders, and the ends of its line: two points upright."""
        sheet, table, orders = self.sheet, self._of.tables[GridShort], self._of.tables[OrderRow]
        heads = ("Position", "Times after the orders", "Liquidated at", "and at", "From", "To")
        for column, title in enumerate(heads, 1):
            sheet.put(self.first - 1, column, title, "header text" if column == 1 else "header")
        grid = self._analysis.grid
        values = (*grid.unhedged, *grid.held, *self._after)
        letter = LETTERS[1 + self.moves]
        span = f"Sensitivity!$B${UNHEDGED}:${letter}${HELD},$B${self.after}:${letter}${self.after}"
        rows = {row.instrument: row for row in self._analysis.orders}
        for n, position in enumerate(self.positions):
            at, order = self.first + n, rows[position.instrument]
            sheet.put(at, 1, position.instrument, "cell text")
            place, text = self._of.shown.place(order), None
            if order.short_notional and place is not None:
                traded, held = (
                    orders.cell(each, orders.top + place)
                    for each in (OrderRow.order_notional, OrderRow.short_notional)
                )
                text = f"1+{traded}/{held}"
            sheet.put(at, 2, times_after(order), "cell ratio", text)
            for column in (3, 4):
                text = table.cell(GridShort.distance, table.top + n)
                sheet.put(at, column, position.distance, "cell reach", text)
            low, high = min(values), max(values)
            down = _LOWER * self.liquidations.index(n) if n in self.liquidations else 0.0
            sheet.put(at, 5, low, "cell money", f"MIN({span})")
            text = f"MAX({span})-{down:g}*(MAX({span})-MIN({span}))"
            sheet.put(at, 6, high - down * (high - low), "cell money", text)
        if not self.positions:
            sheet.put(self.first, 1, "none", "cell text")
            sheet.put(self.first, 2, 1.0, "cell ratio")
            sheet.put(self.first, 3, FAR, "cell reach")

    def _write_scenarios(self) -> None:
        sheet, head = self.sheet, self.scenarios - 1
        for column, title in enumerate(("Scenario", *map(str.capitalize, LEGS)), 1):
            sheet.put(head, column, title, "header text" if column == 1 else "header")
        for at, each in enumerate(shown_scenarios(self._analysis), self.scenarios):
            n = self._analysis.scenarios.index(each)
            name, word = scenario_cell(1, n), scenario_cell(2 + len(LEGS), n)
            said = f"{each.name}: {each.liquidation}" if each.liquidation else each.name
            text = f'{name}&IF({word}="","",": "&{word})'
            sheet.put(at, 1, said, "cell text", text)
            for column, value in enumerate(each.legs, 2):
                sheet.put(at, column, value, "cell money", scenario_cell(column, n))
