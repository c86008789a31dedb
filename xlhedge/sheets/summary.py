"""The report's first page, which prints alone: what is so, what to do, and what happens if."""

from __future__ import annotations

from xlhedge.sheets.chart_numbers import ChartNumbers
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.key_figures import NUMBERS_TOP, TITLE
from xlhedge.sheets.order_table import write_orders_table
from xlhedge.sheets.page_charts import price_chart, scenario_chart
from xlhedge.sheets.style import sentence
from xlhedge.sheets.tiles import LINES, WIDTH, tiles, write_tile
from xlhedge.text import rounded
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.drawings import Picture
from xlhedge.xlsx.sheet import Sheet

__all__ = ["write_summary"]

_COLUMNS = (1.6, 14.5, 11.5, 1.6)
"""Widths of a tile's columns, in characters."""
_TILES = 6
_LAST = _TILES * WIDTH - 1
_TILES_TOP, _ORDERS_TOP = 4, 5 + 1 + LINES + 1
_HEIGHT = 655.0
"""Points of a page as wide as this one, on the paper that is lower for its width."""
_CHART_ROW = 15.0
_LEAST_ROWS = 14
_NOTES = 28.0
_LOGO = (0.95, 4.5)
"""Height and width of the logo in centimetres, at most."""


def write_summary(sheet: Sheet, of: ReportContext) -> None:
    """Write the page."""
    analysis = of.analysis
    for n in range(_LAST):
        sheet.widen(1 + n, _COLUMNS[n % WIDTH])
    high = _write_band(sheet, of)
    for n, tile in enumerate(tiles(analysis)):
        write_tile(sheet, _TILES_TOP, 1 + n * WIDTH, tile)
    tile_rows = {_TILES_TOP: 17.0, _TILES_TOP + 1: 30.0}
    tile_rows |= {_TILES_TOP + 2 + n: 14.5 for n in range(LINES)}
    tile_rows[_ORDERS_TOP - 1] = 6.0
    for row, points in tile_rows.items():
        sheet.height(row, points)
    at, orders_high = write_orders_table(sheet, of, _ORDERS_TOP)
    high += sum(tile_rows.values()) + orders_high
    rows = max(_LEAST_ROWS, int((_HEIGHT - high - _NOTES - 8) / _CHART_ROW))
    _write_charts(sheet, of, at, rows)
    notes = at + 1 + rows
    sheet.put(notes, 1, sentence(_notes(of)), "page note")
    sheet.merge(notes, 1, _LAST)
    sheet.height(notes, _NOTES)
    sheet.prints(area=f"A1:{LETTERS[_LAST]}{notes}")


def _write_band(sheet: Sheet, of: ReportContext) -> float:
    """Whose report, of when, to when, in what money, and whether anybody has checked it."""
    settings, days = of.analysis.portfolio.settings, of.analysis.days
    half = 2 * WIDTH
    sheet.put(1, 1, sentence(of.firm.title or f"Hedge report: {settings.portfolio}"), "page title")
    sheet.merge(1, 1, _LAST - WIDTH if of.firm.logo else _LAST)
    if of.firm.logo:
        logo = Picture.fitted(of.firm.logo, "Logo", *_LOGO)
        sheet.picture(logo, f"{LETTERS[_LAST - WIDTH + 2]}1")
    facts = (
        f"Prices {settings.as_of:%Y-%m-%d %H:%M} UTC · horizon "
        f"{settings.horizon_date:%Y-%m-%d} ({days:.0f} days) · in {settings.quote_currency} · "
        f"{of.firm.status}"
    )
    name = settings.portfolio if of.firm.title else ""
    sheet.put(2, 1, sentence(name) or None, "page facts left")
    sheet.merge(2, 1, half)
    sheet.put(2, half + 1, sentence(facts), "page facts")
    sheet.merge(2, half + 1, _LAST)
    heights = {1: 28.0, 2: 18.0, 3: 6.0}
    for row, points in heights.items():
        sheet.height(row, points)
    return sum(heights.values())


def _write_charts(sheet: Sheet, of: ReportContext, at: int, rows: int) -> None:
    sheet.height(at, 8.0)
    for row in range(at + 1, at + 1 + rows):
        sheet.height(row, _CHART_ROW)
    numbers = ChartNumbers(of, of.book[TITLE], NUMBERS_TOP)
    middle = _LAST // 2 + 1
    chart = price_chart(numbers, of.analysis)
    sheet.chart(chart.until(at + rows, middle - 1), f"A{at + 1}")
    if of.analysis.scenarios:
        chart = scenario_chart(numbers, of.analysis)
        sheet.chart(chart.until(at + rows, _LAST), f"{LETTERS[middle + 1]}{at + 1}")


def _notes(of: ReportContext) -> str:
    """What is left out or not known, a warning, and what a stablecoin's fall would cost."""
    analysis = of.analysis
    said = [*of.shown.told]
    said += [f"If {each.currency} fell to 0.90 USD: {rounded(-each.loss)}".replace("-", "−")
            + (f" ({each.liquidation})" if each.liquidation else "")
            for each in analysis.depegs]  # fmt: skip
    warnings = [*map(str, analysis.portfolio.warnings), *analysis.caveats]
    if warnings:
        more = f" (and {len(warnings) - 1} more on Inputs & audit)" if len(warnings) > 1 else ""
        said.append(f"Warning: {warnings[0]}{more}")
    said.append(
        "Numbers are formulas; states, reasons and titles were computed when the report was made"
    )
    return " · ".join(said)
