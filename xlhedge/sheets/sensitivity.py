"""The Sensitivity sheet, in the template and in the report: grids over two axes, and the chart.

The same formulas stand in both: over whole axes as array formulas of our functions in the
template, cell by cell and native in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import CALLS, NATIVE, Functions
from xlhedge.analysis.sensitivity import GRIDS, USUAL_RATE, Grid
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.style import finish, heading, heat_map
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "AXIS",
    "HELD",
    "UNHEDGED",
    "Asset",
    "Sources",
    "given",
    "ratio_chart",
    "write_sensitivity",
]

AXIS, UNHEDGED, HELD = 4, 5, 6
_CHART, _GRIDS, _HEAD = 8, 28, 3
"""The chart's row, the first grid's, and the rows of a grid's head."""
_ROW, _COLUMN = "\ue000", "\ue001"
"""Stand in formulas for the number of a row and the letter of a column that are still open."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A holding, as its line on the sheet refers to it.

    Args:
        name: its name's cell, as text.
        cells: its quantity, spot price and beta.
        value: its name; "" where the row is blank.
    """

    name: str
    cells: tuple[Expression, Expression, Expression]
    value: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the sheet finds what it needs.

    Args:
        totals: the cells of short_notional, full_notional and coin_margin, summed.
        given: the formulas of what `sensitivity.GRIDS` are given besides.
        assets: the holdings' lines.
        axis: the formula of each move; none where the moves are constants.
        live: whether cells call our functions, over whole axes.
    """

    totals: Mapping[str, Expression]
    given: Mapping[str, str]
    assets: Sequence[Asset]
    axis: Sequence[str]
    live: bool

    @property
    def functions(self) -> Functions:
        """The carrier of the sheet's formulas."""
        return CALLS if self.live else NATIVE


def write_sensitivity(sheet: Sheet, analysis: Analysis, sources: Sources, moves: int) -> None:
    """Write the sheet.

    Args:
        sheet: where.
        analysis: what to show.
        sources: the cells of other sheets.
        moves: how many columns the price axis has; behind its end it repeats the last move.
    """
    heading(
        sheet,
        "Sensitivity",
        "Profit and loss from the price alone: before funding, fees and liquidation, "
        "which the scenarios have."
        + (" Columns behind the last move repeat it." if sources.live else ""),
        column=2,
    )
    page = _Page(sheet, analysis, sources, moves)
    first = page.grids(_GRIDS) + 1
    page.assets(first)
    page.lines(first)
    currency = analysis.portfolio.settings.quote_currency
    chart = _chart(sheet, (UNHEDGED, HELD), (2, moves + 1), currency)
    sheet.chart(chart, f"B{_CHART}")  # A repeats on each page
    widths = {LETTERS[column]: 15.0 for column in range(2, moves + 2)}
    finish(sheet, f"B{AXIS + 1}", {"A": 34} | widths, pages=2)


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


def given(sizes: str, rates: str, expiry: str) -> dict[str, str]:
    """The formulas of what the grids are given, over the shorts' columns.

    A blank row's values may be the text "", which SUMPRODUCT's own arguments count as 0.

    Args:
        sizes: short_notional of each.
        rates: mm_rate of each.
        expiry: of each; blank for a perpetual.
    """
    known = f'--({rates}<>"")'

    def whatever_the_side(last: str) -> str:
        over, under = (f"SUMPRODUCT({known},--({sizes}{sign}0),{last})" for sign in "><")
        return f"({over}-{under})"

    size, weighted = whatever_the_side(sizes), whatever_the_side(f"{sizes},{rates}")
    return {
        "perpetual": f'SUMPRODUCT(--({expiry}=""),{sizes})',
        "mm_rate": f"IF({size}=0,{USUAL_RATE},{weighted}/{size})",
    }


class _Page:
    def __init__(self, sheet: Sheet, analysis: Analysis, sources: Sources, moves: int) -> None:
        self._sheet, self._grid, self._from, self._moves = sheet, analysis.grid, sources, moves

    def _spread(self, values: Sequence[Any]) -> list[Any]:
        """Values of the moves in the axis' columns: the last repeats to the end."""
        return [values[min(column, len(values) - 1)] for column in range(self._moves)]

    def _row(
        self, at: int, style: str, values: Sequence[Any], formula: Any, guard: str = ""
    ) -> None:
        """A line over the moves; the formula's argument is the moves, and the coins unhedged."""
        if self._from.live:
            last = LETTERS[1 + self._moves]
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
        sheet, grid, f = self._sheet, self._grid, self._from.functions
        sheet.put(AXIS, 1, "Move of the underlying", "header text")
        for column, shock in enumerate(self._spread(grid.shocks)):
            text = self._from.axis[column] if self._from.axis else None
            sheet.put(AXIS, 2 + column, shock, "axis move", text)
        sheet.put(UNHEDGED, 1, "All coins, unhedged", "total text")
        coins = self._from.totals["coin_margin"]
        every = f"SUM({_COLUMN}{assets}:{_COLUMN}{assets + len(self._from.assets) - 1})"
        move = Expression(f"{_COLUMN}${AXIS}")
        text = excel_text(Expression(every) + f.scenario_pnl(0, 1, -coins, move))
        for column, value in enumerate(self._spread(grid.unhedged)):
            own = text.replace(_COLUMN, LETTERS[2 + column])
            sheet.put(UNHEDGED, 2 + column, value, "total heat", own)
        sheet.put(HELD, 1, "With the shorts as they stand", "total text")
        short = self._from.totals["short_notional"]
        self._row(
            HELD,
            "total heat",
            grid.held,
            lambda move, coins: coins + f.scenario_pnl(0, 1, short, move),
        )

    def assets(self, first: int) -> None:
        """Each asset's own line."""
        f = self._from.functions
        self._sheet.page_break(first - 2)
        self._sheet.put(first - 1, 1, "Each asset, unhedged", "header text")
        for column, shock in enumerate(self._spread(self._grid.shocks)):
            move = f"{LETTERS[2 + column]}${AXIS}"
            self._sheet.put(first - 1, 2 + column, shock, "axis move", move)
        for n, asset in enumerate(self._from.assets):
            at = first + n
            text = f'IF({asset.name}="","",{asset.name})' if self._from.live else None
            self._sheet.put(at, 1, asset.value, "cell text", text)
            blank = [""] * self._moves
            values = self._grid.by_asset[n] if n < len(self._grid.by_asset) else blank
            quantity, price, beta = asset.cells
            self._row(
                at,
                "cell heat",
                values,
                lambda move, _, q=quantity, p=price, b=beta: f.scenario_pnl(
                    q, p, 0, move, 0, 0, 0, 8, 0, b
                ),
                asset.name if self._from.live else "",
            )

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
            sheet.put(at + 1, 2, value, f"cell {look}", self._from.given[name])
        title = f"{grid.rows.title} ↓   {grid.columns.title} →"
        sheet.put(at + 2, 1, title, "header text")
        if grid.beside:
            sheet.put(at + 2, 2, grid.beside[0], "header")
        role = "input" if self._from.live else "axis"
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
                text = excel_text(grid.beside[1](self._from.functions, cell))
                sheet.put(top + n, 2, value, "cell move", text)
        first = LETTERS[start]
        if self._from.live:
            cell = self._cell(
                grid, top, f"$A${top}:$A${last}", f"${first}${top - 1}:${end}${top - 1}",
                f"$B${top}:$B${last}", f"${first}${UNHEDGED}:${end}${UNHEDGED}",
            )  # fmt: skip
            text = excel_text(grid.formula(self._from.functions, cell))
            sheet.array(top, start, values, text, style)
        else:
            cell = self._cell(
                grid, top, f"$A{_ROW}", f"{_COLUMN}${top - 1}", f"$B{_ROW}", f"{_COLUMN}${UNHEDGED}"
            )
            text = excel_text(grid.formula(self._from.functions, cell))
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
            **{**self._from.totals, **given},
        )


def _start(grid: Grid) -> int:
    return 3 if grid.beside else 2
