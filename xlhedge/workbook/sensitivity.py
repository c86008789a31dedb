"""The template's Sensitivity sheet: P&L by the underlying's move and by hedge ratio."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from xlhedge.analysis import Analysis, Grid
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.workbook.charts import pnl_chart
from xlhedge.workbook.computed import TOP, TOTAL, Block
from xlhedge.workbook.inputs import Inputs
from xlhedge.workbook.look import finish, heading
from xlhedge.workbook.package import Book
from xlhedge.workbook.sheets import Sheet

__all__ = ["write_sensitivity"]

_AXIS, _UNHEDGED, _HELD, _RATIOS, _CHART, _ASSETS = 4, 5, 6, 9, 17, 40
_FIRST, _LAST = "B", get_column_letter(MOST_SHOCKS + 1)
_MOVES = f"${_FIRST}${_AXIS}:${_LAST}${_AXIS}"


def write_sensitivity(book: Book, inputs: Inputs, analysis: Analysis, hedge: Block) -> None:
    """Write the sheet: an axis from Settings, one array formula for the grid, and the chart."""
    sheet = book.sheet("Sensitivity")
    heading(
        sheet,
        "Sensitivity",
        "Profit and loss from the price alone: before funding, basis, fees and liquidation.",
    )
    _write_axis(sheet, inputs, analysis.grid)
    _write_lines(sheet, hedge, analysis)
    _write_ratios(sheet, hedge, analysis.grid)
    _write_assets(sheet, hedge, analysis)
    currency = analysis.portfolio.settings.quote_currency
    chart = pnl_chart(sheet, _AXIS, (_UNHEDGED, _HELD), (2, MOST_SHOCKS + 1), currency)
    sheet.design.add_chart(chart, f"A{_CHART}")
    widths = {get_column_letter(column): 16.0 for column in range(2, MOST_SHOCKS + 2)}
    finish(sheet, f"B{_AXIS + 1}", {"A": 32} | widths, f"{_AXIS}:{_AXIS}", pages=2)


def _on_axis(values: Sequence[float]) -> list[float]:
    """Values of the grid's moves, in the columns of the sheet: the last repeats to the end."""
    return [values[min(column, len(values) - 1)] for column in range(MOST_SHOCKS)]


def _write_axis(sheet: Sheet, inputs: Inputs, grid: Grid) -> None:
    sheet.put(_AXIS, 1, "Move of the underlying", "header text")
    lowest, highest, step = (inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
    for column, shock in enumerate(_on_axis(grid.shocks)):
        text = f"ROUND(MIN({highest},{lowest}+{column}*{step}),12)"
        sheet.put(_AXIS, 2 + column, shock, "axis percent", text)


def _write_lines(sheet: Sheet, hedge: Block, analysis: Analysis) -> None:
    grid = analysis.grid
    coins, short = (hedge.cell(name, TOTAL) for name in ("coin_margin", "short_notional"))
    sheet.put(_UNHEDGED, 1, "All coins, unhedged", "total text")
    for column, value in enumerate(_on_axis(grid.unhedged)):
        letter = get_column_letter(2 + column)
        assets = f"SUM({letter}{_ASSETS}:{letter}{_ASSETS + hedge.rows - 1})"
        text = f"{assets}+SCENARIO_PNL(0,1,-{coins},{letter}${_AXIS})"
        sheet.put(_UNHEDGED, 2 + column, value, "total money", text)
    sheet.put(_HELD, 1, "With the shorts as they stand", "total text")
    text = f"{_line(_UNHEDGED)}+SCENARIO_PNL(0,1,{short},{_MOVES})"
    sheet.array(_HELD, 2, [_on_axis(grid.held)], text, "total money")


def _line(row: int) -> str:
    return f"{_FIRST}{row}:{_LAST}{row}"


def _write_ratios(sheet: Sheet, hedge: Block, grid: Grid) -> None:
    sheet.put(_RATIOS - 1, 1, "Hedge ratio of every hedged asset", "header text")
    for n, ratio in enumerate(grid.ratios):
        sheet.put(_RATIOS + n, 1, ratio, "input percent")
    ratios = f"A{_RATIOS}:A{_RATIOS + len(grid.ratios) - 1}"
    full = hedge.cell("full_notional", TOTAL)
    text = f"{_line(_UNHEDGED)}+SCENARIO_PNL(0,1,{ratios}*{full},{_MOVES})"
    sheet.array(_RATIOS, 2, [_on_axis(row) for row in grid.hedged], text, "cell money")


def _write_assets(sheet: Sheet, hedge: Block, analysis: Analysis) -> None:
    sheet.put(_ASSETS - 1, 1, "Each asset, unhedged", "header text")
    for n in range(hedge.rows):
        at = TOP + n
        asset, quantity, price, beta = (
            hedge.cell(name, at) for name in ("asset", "quantity", "spot_price", "beta")
        )
        known = n < len(analysis.hedge)
        name = analysis.hedge[n]["asset"] if known else ""
        sheet.put(_ASSETS + n, 1, name, "cell text", f'IF({asset}="","",{asset})')
        call = f"SCENARIO_PNL({quantity},{price},0,{_MOVES},,,,,,{beta})"
        values = _on_axis(analysis.grid.by_asset[n]) if known else [""] * MOST_SHOCKS
        text = f'IF({asset}="","",{call})'
        sheet.array(_ASSETS + n, 2, [values], text, "cell money")
