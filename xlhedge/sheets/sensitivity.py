"""The Sensitivity sheet, in the template and in the report: grids over two axes, and the chart.

The same formulas stand in both: over whole axes as array formulas of our functions in the
template, cell by cell and native in the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis.figures import FigureRow
from xlhedge.analysis.grid_shorts import (
    LIMITS,
    GridShort,
    gains,
    in_full,
    is_reached,
    limits,
    may_be_reached,
)
from xlhedge.analysis.grids import GRIDS
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import NONE, said_of
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.attribution import write_nets
from xlhedge.sheets.blocks import print_page
from xlhedge.sheets.context import BookContext, ReportContext, TemplateContext
from xlhedge.sheets.grid_blocks import GRIDS_END, PAGE_END, GridBlocks, mark_words
from xlhedge.sheets.grid_cells import (
    AXIS,
    CHART,
    FIRST_LIMIT,
    HELD,
    IN_FULL,
    SAID,
    UNHEDGED,
    GridCells,
    put_block,
)
from xlhedge.sheets.shown import REST
from xlhedge.sheets.style import INCLUDES_ONE, fitted, widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["SHORTS", "write_sensitivity"]

SHORTS = GRIDS_END + 1
"""The row of the headers of the shorts' table."""
_COLUMN = "{column}"
"""Stands in formulas for the letter of a column that is still open."""


def write_sensitivity(sheet: Sheet, of: BookContext) -> None:
    """Write the sheet.

    The template's follows the input sheets: its axis has room for moves, and behind its end
    repeats the last.
    """
    page = _Page(sheet, of)
    GridBlocks(sheet, of, page.cells, page.moves).write()
    table = page.cells.table
    sheet.put(SHORTS - 1, 1, "Shorts, and where each is liquidated", "section")
    table.write_head(sheet)
    rows = _rows(of, GridShort)
    table.write_total(sheet, rows)
    table.write_rows(sheet, rows, page.cells.texts)
    first = table.last + 3
    page.assets(first)
    page.lines(first)
    page.limits()
    currency = of.analysis.portfolio.settings.quote_currency
    chart = line_chart(
        sheet,
        "Profit and loss by price, liquidation included",
        ("Move of the underlying", "0%"),
        (f"Profit and loss, {currency}", "#,##0"),
        AXIS,
        (UNHEDGED, HELD),
        (2, page.moves + 1),
    )
    if not isinstance(of, ReportContext):
        sheet.chart(chart, f"B{CHART}")  # A repeats on each page
        widen(sheet, {"A": 44} | {LETTERS[n]: 15.0 for n in range(2, page.moves + 2)})
        shown = len(of.analysis.grid.shocks)  # behind it and below it are workings
        sheet.prints(area=f"A1:{LETTERS[shown + 1]}{GRIDS_END - 1}")
        return
    sheet.chart(chart.sized(_CHART_TALL, page.width * _CHART_WIDE), f"B{CHART}")
    last = max(write_nets(sheet, of, CHART, _BESIDE), page.moves + 1)
    widen(sheet, {"A": 44} | {LETTERS[n]: page.width for n in range(2, last + 1)})
    print_page(sheet, of, last, PAGE_END)


def _rows(of: BookContext, kind: type[FigureRow]) -> Sequence[Any]:
    """The rows of a table as the book shows them."""
    if isinstance(of, ReportContext):
        return of.shown.rows(kind)
    rows: Sequence[Any] = of.analysis.numbers.rows(kind)
    return rows


_BESIDE = 12
"""The column behind the report's chart."""
_CHART_TALL, _CHART_WIDE = 9.5, 1.8
"""Its height in centimetres, and its width for each letter of a column's."""


class _Page:
    def __init__(self, sheet: Sheet, of: BookContext) -> None:
        self._sheet, self._analysis, self._grid = sheet, of.analysis, of.analysis.grid
        self._hedge, self.cells = of.tables[HedgeRow], GridCells(of)
        self._holdings = _rows(of, HedgeRow)
        self._functions = self.cells.functions
        self.moves = len(self._grid.shocks)
        self._axis: list[str] = []
        if isinstance(of, TemplateContext):
            low, high, step = (of.inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
            self.moves = MOST_SHOCKS
            self._axis = [f"ROUND(MIN({high},{low}+{n}*{step}),12)" for n in range(MOST_SHOCKS)]

    @cached_property
    def width(self) -> float:
        """A column's width that the longest number of the grids takes, and each word."""
        grid = self._grid
        lines = (grid.unhedged, grid.held, grid.in_full, *(
            row for each in GRIDS if each.liquidated for row in grid.grids[each.name]
        ))  # fmt: skip
        most = max((abs(x) for line in lines for x in line if isinstance(x, float)), default=0.0)
        return max(11.0, len(f"{most:,.0f}{INCLUDES_ONE}") + 1.0)

    def _spread(self, values: Sequence[Any]) -> list[Any]:
        """Values of the moves in the axis' columns: the last repeats to the end."""
        return [values[min(column, len(values) - 1)] for column in range(self.moves)]

    def _span(self, at: int) -> Expression:
        return Expression(f"$B${at}:${LETTERS[1 + self.moves]}${at}")

    def _put(self, at: int, style: str, values: Sequence[Any], text: str | None) -> None:
        """A line over the moves, a formula each."""
        for column, value in enumerate(self._spread(values), 2):
            own = text and text.replace(_COLUMN, LETTERS[column])
            self._sheet.put(at, column, value, style, own)

    def lines(self, assets: int) -> None:
        """The axis, all coins unhedged, with the shorts as they stand, and a full hedge."""
        sheet, grid, f, shorts = self._sheet, self._grid, self._functions, self.cells.shorts
        sheet.put(AXIS, 1, "Move of the underlying", "header text")
        for column, shock in enumerate(self._spread(grid.shocks)):
            text = self._axis[column] if self._axis else None
            sheet.put(AXIS, 2 + column, shock, "axis move", text)
        move, moves, of = Expression(f"{_COLUMN}${AXIS}"), self._span(AXIS), self.cells.limits
        sheet.put(UNHEDGED, 1, "All coins, unhedged", "total text")
        coins = Expression(self._hedge.total(HedgeRow.coin_margin))
        every = Expression(f"SUM({_COLUMN}{assets}:{_COLUMN}{assets + self._count - 1})")
        unhedged = excel_text(every + f.scenario_pnl(0, 1, -coins, move))
        self._put(UNHEDGED, "total heat", grid.unhedged, unhedged)
        sheet.put(HELD, 1, "With the shorts as they stand", "total text")
        text = self.cells.text(lambda: self._span(UNHEDGED) + gains(f, shorts, moves))
        put_block(sheet, HELD, 2, [self._spread(grid.held)], text, "total heat")
        sheet.put(SAID, 1, "Liquidation", "total text")
        self._put(SAID, "cell word", self.cells.said(grid.said), self._said(move))
        mark_words(sheet, f"B{SAID}:{LETTERS[1 + self.moves]}{SAID}")
        sheet.put(IN_FULL, 1, "What the shorts of a full hedge gain", "total text")
        full, times = of["full_notional"], of["times"]
        text = self.cells.text(lambda: in_full(f, shorts, moves, full, times))
        put_block(sheet, IN_FULL, 2, [self._spread(grid.in_full)], text, "total heat")

    def _said(self, move: Expression) -> str:
        of = SimpleNamespace(**self.cells.limits)
        said = said_of(is_reached(of.rise, of.fall, move), may_be_reached(of, move), NONE)
        return self.cells.unless_empty(excel_text(said))

    def limits(self) -> None:
        """The figures of all shorts."""
        full = Expression(self._hedge.total(HedgeRow.full_notional))
        own = self.cells.limits["full_notional"]
        texts = limits(self._functions, self.cells.shorts, own) | {"full_notional": full}
        for n, (name, title, look) in enumerate(LIMITS, FIRST_LIMIT):
            self._sheet.put(n, 1, title, "cell text")
            value = self._grid.given[name]
            style = f"cell {look}" if self.cells.live else fitted(f"cell {look}", value)
            text = excel_text(texts[name]) if self.cells.whole else None
            put_block(self._sheet, n, 2, [[value]], text, style)

    def assets(self, first: int) -> None:
        """Each asset's own line."""
        f = self._functions
        self._sheet.page_break(first - 2)
        self._sheet.put(first - 1, 1, "Each asset, unhedged", "header text")
        self._put(first - 1, "axis move", self._grid.shocks, f"{_COLUMN}${AXIS}")
        for n in range(self._count):
            at, place = first + n, self._hedge.top + n
            row = self._holdings[n] if n < len(self._holdings) else None
            name = self._hedge.cell(HedgeRow.asset, place) if self.cells.live else ""
            value = row.asset if row else ""
            self._sheet.put(at, 1, value, "cell text", f'IF({name}="","",{name})' if name else None)
            quantity, price, beta = (
                Expression(self._hedge.cell(each, place))
                for each in (HedgeRow.quantity, HedgeRow.spot_price, HedgeRow.beta)
            )
            move = self._span(AXIS) if name else Expression(f"{_COLUMN}${AXIS}")
            text = excel_text(f.scenario_pnl(quantity, price, 0, move, 0, 0, 0, 8, 0, beta))
            values = self._of_asset(row) if row else [""]
            if name:
                text = f'IF({name}="","",{text})'
                self._sheet.array(at, 2, [self._spread(values)], text, "cell heat")
            else:
                self._put(at, "cell heat", values, None if row and row.n == REST else text)

    def _of_asset(self, row: FigureRow) -> Sequence[float]:
        """Its line; of the row that stands for those that are left out, the sums of theirs."""
        if row.n != REST:
            return self._grid.by_asset[row.n]
        shown = {each.n for each in self._holdings}
        left = [line for n, line in enumerate(self._grid.by_asset) if n not in shown]
        return [sum(values, 0.0) for values in zip(*left, strict=True)]

    @property
    def _count(self) -> int:
        """How many lines of holdings there are: the template's are of all rows, typed or not."""
        return self._hedge.count if self.cells.live else len(self._holdings)
