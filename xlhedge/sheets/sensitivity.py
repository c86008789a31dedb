"""The Sensitivity sheet, in the template and in the report: grids over two axes, and the chart.

The same formulas stand in both: over whole axes as array formulas of our functions in the
template, cell by cell and native in the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.carriers import CALLS, NATIVE, Functions
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.sensitivity import GRIDS, Grid, given_of
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.context import BookContext, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.style import heat_map, widen
from xlhedge.sheets.table import ColumnGroup, FigureTable, here
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["AXIS", "HELD", "UNHEDGED", "ratio_chart", "write_sensitivity"]

AXIS, UNHEDGED, HELD = 4, 5, 6
_CHART, _GRIDS, _HEAD = 8, 28, 3
"""The chart's row, the first grid's, and the rows of a grid's head."""
_ROW, _COLUMN = here(), "{column}"
"""Stand in formulas for the number of a row and the letter of a column that are still open."""


def write_sensitivity(sheet: Sheet, of: BookContext) -> None:
    """Write the sheet.

    The template's follows the input sheets: its axis has room for moves, and behind its end
    repeats the last.
    """
    analysis, inputs = of.analysis, of.inputs if isinstance(of, TemplateContext) else None
    page = _Page(sheet, analysis, of.tables[HedgeRow], of.tables[MarginRow], inputs)
    first = page.grids(_GRIDS) + 1
    page.assets(first)
    page.lines(first)
    currency = analysis.portfolio.settings.quote_currency
    chart = _chart(sheet, (UNHEDGED, HELD), (2, page.moves + 1), currency)
    sheet.chart(chart, f"B{_CHART}")  # A repeats on each page
    widen(sheet, {"A": 34} | {LETTERS[n]: 15.0 for n in range(2, page.moves + 2)})


def ratio_chart(sheet: Sheet, analysis: Analysis) -> Chart:
    """Unhedged, as it stands, and at two of the grid's ratios, against the price."""
    grid, ratios = GRIDS[0], (0.5, 1.0)
    first = _GRIDS + _HEAD
    rows = [first + grid.rows.values.index(ratio) for ratio in ratios]
    names = ["Unhedged", "As it stands", *(f"Hedged {ratio:.0%}" for ratio in ratios)]
    columns = (2, 1 + len(analysis.grid.shocks))
    currency = analysis.portfolio.settings.quote_currency
    return _chart(sheet, (UNHEDGED, HELD, *rows), columns, currency, names)


def _chart(
    sheet: Sheet,
    rows: Sequence[int],
    columns: tuple[int, int],
    currency: str,
    names: Sequence[str] = (),
) -> Chart:
    """Profit and loss against the move of the underlying, a line a row."""
    return line_chart(
        sheet,
        "Profit and loss by price, before liquidation",
        ("Move of the underlying", "0%"),
        (f"Profit and loss, {currency}", "#,##0"),
        AXIS,
        rows,
        columns,
        names,
    )


class _Page:
    def __init__(
        self,
        sheet: Sheet,
        analysis: Analysis,
        hedge: FigureTable,
        margin: FigureTable,
        inputs: Inputs | None,
    ) -> None:
        self._sheet, self._analysis, self._grid, self._hedge = sheet, analysis, analysis.grid, hedge
        self._live = inputs is not None  # then cells call our functions, over whole axes
        self._functions: Functions = CALLS if inputs else NATIVE
        self._totals = {
            each.name: Expression(hedge.total(each))
            for each in (HedgeRow.short_notional, HedgeRow.full_notional, HedgeRow.coin_margin)
        }
        self._given = given_of(ColumnGroup(margin))
        self.moves = len(analysis.grid.shocks)
        self._axis: list[str] = []
        if inputs:
            low, high, step = (inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
            self.moves = MOST_SHOCKS
            self._axis = [f"ROUND(MIN({high},{low}+{n}*{step}),12)" for n in range(MOST_SHOCKS)]

    def _spread(self, values: Sequence[Any]) -> list[Any]:
        """Values of the moves in the axis' columns: the last repeats to the end."""
        return [values[min(column, len(values) - 1)] for column in range(self.moves)]

    def _row(
        self, at: int, style: str, values: Sequence[Any], formula: Any, guard: str = ""
    ) -> None:
        """A line over the moves; the formula's argument is the moves, and the coins unhedged."""
        if self._live:
            last = LETTERS[1 + self.moves]
            span = [Expression(f"$B${n}:${last}${n}") for n in (AXIS, UNHEDGED)]
            text = excel_text(formula(*span))
            text = f'IF({guard}="","",{text})' if guard else text
            self._sheet.array(at, 2, [self._spread(values)], text, style)
            return
        text = excel_text(formula(*(Expression(f"{_COLUMN}${n}") for n in (AXIS, UNHEDGED))))
        for column, value in enumerate(values, 2):
            self._sheet.put(at, column, value, style, text.replace(_COLUMN, LETTERS[column]))

    def lines(self, assets: int) -> None:
        """The axis, all coins unhedged, and with the shorts as they stand."""
        sheet, grid, f = self._sheet, self._grid, self._functions
        sheet.put(AXIS, 1, "Move of the underlying", "header text")
        for column, shock in enumerate(self._spread(grid.shocks)):
            text = self._axis[column] if self._axis else None
            sheet.put(AXIS, 2 + column, shock, "axis move", text)
        sheet.put(UNHEDGED, 1, "All coins, unhedged", "total text")
        coins = self._totals["coin_margin"]
        every = f"SUM({_COLUMN}{assets}:{_COLUMN}{assets + self._count - 1})"
        move = Expression(f"{_COLUMN}${AXIS}")
        text = excel_text(Expression(every) + f.scenario_pnl(0, 1, -coins, move))
        for column, value in enumerate(self._spread(grid.unhedged)):
            own = text.replace(_COLUMN, LETTERS[2 + column])
            sheet.put(UNHEDGED, 2 + column, value, "total heat", own)
        sheet.put(HELD, 1, "With the shorts as they stand", "total text")
        short = self._totals["short_notional"]
        self._row(
            HELD,
            "total heat",
            grid.held,
            lambda move, coins: coins + f.scenario_pnl(0, 1, short, move),
        )

    def assets(self, first: int) -> None:
        """Each asset's own line."""
        f = self._functions
        self._sheet.page_break(first - 2)
        self._sheet.put(first - 1, 1, "Each asset, unhedged", "header text")
        for column, shock in enumerate(self._spread(self._grid.shocks)):
            move = f"{LETTERS[2 + column]}${AXIS}"
            self._sheet.put(first - 1, 2 + column, shock, "axis move", move)
        for n in range(self._count):
            at, place = first + n, self._hedge.top + n
            known = n < len(self._analysis.hedge)
            name = self._hedge.cell(HedgeRow.asset, place) if self._live else ""
            value = self._analysis.hedge[n].asset if known else ""
            self._sheet.put(at, 1, value, "cell text", f'IF({name}="","",{name})' if name else None)
            quantity, price, beta = (
                Expression(self._hedge.cell(each, place))
                for each in (HedgeRow.quantity, HedgeRow.spot_price, HedgeRow.beta)
            )
            self._row(
                at,
                "cell heat",
                self._grid.by_asset[n] if known else [""] * self.moves,
                lambda move, _, q=quantity, p=price, b=beta: f.scenario_pnl(
                    q, p, 0, move, 0, 0, 0, 8, 0, b
                ),
                name,
            )

    @property
    def _count(self) -> int:
        """How many lines of holdings there are: the template's are of all rows, typed or not."""
        return self._hedge.count if self._live else len(self._analysis.hedge)

    def grids(self, at: int) -> int:
        """Every grid from a row on; returns the row behind them."""
        for n, grid in enumerate(GRIDS):
            if n == 2:  # the next two, which have columns of their own, begin a page
                self._sheet.page_break(at - 1)
            self._head(grid, at)
            self._body(grid, at + _HEAD)
            at += _HEAD + len(grid.rows.values) + 1
        return at

    def _head(self, grid: Grid, at: int) -> None:
        sheet = self._sheet
        sheet.put(at, 1, grid.title, "section")
        sheet.put(at, 2, grid.note, "note")
        if grid.given:
            name, title, look = grid.given
            sheet.put(at + 1, 1, title, "cell text")
            value = self._grid.given[name]
            sheet.put(at + 1, 2, value, f"cell {look}", self._given[name].text)
        title = f"{grid.rows.title} ↓   {grid.columns.title} →"
        sheet.put(at + 2, 1, title, "header text")
        if grid.beside:
            sheet.put(at + 2, 2, grid.beside[0], "header")
        role = "input" if self._live else "axis"
        for n, value in enumerate(grid.rows.values):
            sheet.put(at + _HEAD + n, 1, value, f"{role} {grid.rows.look}")
        for column, value in enumerate(self._columns(grid)):
            letter = LETTERS[_start(grid) + column]
            own = bool(grid.columns.values)
            text = None if own else f"{letter}${AXIS}"
            look = f"{role if own else 'axis'} {grid.columns.look}"
            sheet.put(at + 2, _start(grid) + column, value, look, text)

    def _columns(self, grid: Grid) -> Sequence[float]:
        return grid.columns.values or self._spread(self._grid.shocks)

    def _body(self, grid: Grid, top: int) -> None:
        sheet, start = self._sheet, _start(grid)
        last = top + len(grid.rows.values) - 1
        values = self._grid.grids[grid.name]
        if not grid.columns.values:
            values = tuple(tuple(self._spread(row)) for row in values)
        style, end = f"cell {grid.look}", LETTERS[start + len(values[0]) - 1]
        if grid.beside:
            for n, value in enumerate(self._grid.beside[grid.name]):
                cell = self._cell(grid, top, f"$A{top + n}", "", "")
                text = excel_text(grid.beside[1](self._functions, cell))
                sheet.put(top + n, 2, value, "cell move", text)
        first = LETTERS[start]
        if self._live:
            cell = self._cell(
                grid, top, f"$A${top}:$A${last}", f"${first}${top - 1}:${end}${top - 1}",
                f"$B${top}:$B${last}", f"${first}${UNHEDGED}:${end}${UNHEDGED}",
            )  # fmt: skip
            text = excel_text(grid.formula(self._functions, cell))
            sheet.array(top, start, values, text, style)
        else:
            cell = self._cell(
                grid, top, f"$A{_ROW}", f"{_COLUMN}${top - 1}", f"$B{_ROW}", f"{_COLUMN}${UNHEDGED}"
            )
            text = excel_text(grid.formula(self._functions, cell))
            for at, row in enumerate(values, top):
                line = text.replace(_ROW, str(at))
                for column, value in enumerate(row, start):
                    own = line.replace(_COLUMN, LETTERS[column])
                    sheet.put(at, column, value, style, own)
        heat_map(sheet, f"{first}{top}:{end}{last}", grid.scale)

    def _cell(
        self, grid: Grid, top: int, row: str, column: str, beside: str, unhedged: str = ""
    ) -> SimpleNamespace:
        """What a grid's formula reads, as references."""
        given = {grid.given[0]: Expression(f"$B${top - 2}")} if grid.given else {}
        return SimpleNamespace(
            row=Expression(row),
            column=Expression(column),
            beside=Expression(beside),
            unhedged=Expression(unhedged),
            **{**self._totals, **given},
        )


def _start(grid: Grid) -> int:
    return 3 if grid.beside else 2
