"""The Hedge sheet, in the template and in the report: a row a holding."""

from __future__ import annotations

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.blocks import BLOCK, print_page, write_block
from xlhedge.sheets.context import ReportContext, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.orders import UNDERLYING_FIRST, strike_waiting, write_numbers
from xlhedge.sheets.style import widen
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.row_form import RowText
from xlhedge.xlsx.sheet import Sheet

__all__ = ["HELD_FIRST", "unassigned_texts", "write_hedge", "write_hedge_report"]


HELD_FIRST = (
    HedgeRow.asset,
    HedgeRow.quantity,
    HedgeRow.spot_price,
    HedgeRow.spot_notional,
    HedgeRow.instrument,
    HedgeRow.target_notional,
    HedgeRow.short_notional,
    HedgeRow.hedged,
    HedgeRow.net_delta,
    HedgeRow.order_contracts,
)
"""The columns of a page."""

_OFF = 0.02
"""How far the hedge may be off what is wanted before it is marked."""


def write_hedge(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet."""
    inputs, analysis, tables = of.inputs, of.analysis, of.tables
    table = tables[HedgeRow]
    cells = LiveCells(inputs, table, tables)
    _write_settings(sheet, inputs, analysis)
    table.write_head(sheet, sides=False)
    cells.write_places(sheet, analysis.hedge, analysis)
    write_numbers(sheet, table, analysis)
    table.write_total(sheet, [*analysis.hedge, analysis.unassigned])
    texts = unassigned_texts(table, tables, table.top - 1, table.last)
    naked = [texts.get(each) for each in table.figures]
    table.write_row(sheet, -1, analysis.unassigned, lambda _: naked)
    table.write_rows(sheet, analysis.hedge, cells.texts)
    _mark(sheet, table)
    strike_waiting(sheet, table, HedgeRow)
    sheet.mark("B3:B4", 0, "no date")
    widen(sheet, table.widths() | {"A": 24, "B": 17})
    table.print_used(sheet, len(analysis.hedge), len(HELD_FIRST))


def _write_settings(sheet: Sheet, inputs: Inputs, analysis: Analysis) -> None:
    settings = analysis.portfolio.settings
    for row, name, title in ((3, "as_of", "Prices as of"), (4, "horizon_date", "Horizon")):
        sheet.put(row, 1, title, "cell text")
        sheet.put(row, 2, getattr(settings, name), "cell date", inputs.setting(name))
    sheet.put(5, 1, "Days to the horizon", "cell text")
    sheet.put(5, 2, analysis.days, "cell days", "DAYS_TO_EXPIRY($B$3,$B$4)")
    keys = {"Holdings": "asset", "Accounts": "account"}
    keys |= dict.fromkeys(("Instruments", "Shorts"), "instrument")
    ignored = "+".join(f"COUNTA({inputs.below(table, key)})" for table, key in keys.items())
    lowest, highest, step = (inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
    shocks = f"1-INT(-(({highest}-{lowest})/{step}-1E-9))"
    checks = (
        (3, "Rows typed too far down to count", ignored, "Fill them into a new template."),
        (4, "Price shocks without a column", f"MAX(0,{shocks}-{MOST_SHOCKS})", "Raise shock_step."),
    )
    for row, title, text, remedy in checks:
        sheet.put(row, 4, title, "cell text")
        sheet.put(row, 6, 0, "cell whole", text)
        sheet.put(row, 7, "", "warning", f'IF($F${row}=0,"","{remedy}")')


_SUMMED: tuple[tuple[Figure, Figure], ...] = (
    (HedgeRow.short_notional, MarginRow.short_notional),
    (HedgeRow.cover, MarginRow.cover),
    (HedgeRow.coin_margin, UnderlyingRow.coin_margin),
    (HedgeRow.funding_drag, MarginRow.funding_drag),
    (HedgeRow.funding_year, MarginRow.funding_year),
)
"""What shorts add that hedge no holding: all of them less those allotted."""


def unassigned_texts(
    table: FigureTable, tables: Tables, at: int, last: int
) -> dict[Figure, RowText]:
    """The formulas of that row.

    Args:
        table: the holdings; deltas where it has them.
        tables: the computed tables, the shorts and the underlyings among them.
        at: where the row stands.
        last: the last row of a holding.
    """
    texts: dict[Figure, str] = {}
    for own, all_ in _SUMMED:
        if table.has(own):
            letter = table.letter(own)
            allotted = f"-SUM({letter}{table.top}:{letter}{last})" if last >= table.top else ""
            whole = next(each for each in tables.values() if each.has(all_))
            texts[own] = f"{whole.total(all_)}{allotted}"
    if table.has(HedgeRow.net_delta):
        coins = table.letter(HedgeRow.coin_margin)
        delta = f"{coins}{at}-{table.letter(HedgeRow.cover)}{at}"
        texts |= {HedgeRow.net_delta: delta, HedgeRow.residual_delta: delta}
    return {figure: RowText(text) for figure, text in texts.items()}


def write_hedge_report(sheet: Sheet, of: ReportContext) -> None:
    """The report's sheet."""
    table, analysis = of.on[sheet.title], of.analysis
    last = unassigned_texts(table, of.tables, table.last, table.last - 1)
    rows = [*of.shown.rows(HedgeRow), analysis.unassigned]
    write_page(sheet, table, rows, of.cells(HedgeRow), last_row=last)
    strike_waiting(sheet, table, HedgeRow)
    whole = of.tables[UnderlyingRow]
    above = of.shown.rows(UnderlyingRow)
    write_block(sheet, BLOCK, "By underlying", whole, above, UNDERLYING_FIRST)
    sheet.put(table.head - 2, 1, "By holding", "section")
    print_page(sheet, of, len(HELD_FIRST), table.last, table.head - 2)


def _mark(sheet: Sheet, table: FigureTable) -> None:
    """Mark over-hedged rows in red, under-hedged ones in amber, and funding that costs."""
    first = table.top
    now, wanted = (
        f"${table.letter(each)}{first}" for each in (HedgeRow.hedged, HedgeRow.hedge_ratio)
    )
    both = f"ISNUMBER({now}),ISNUMBER({wanted})"
    hedged = table.span(HedgeRow.hedged)
    sheet.mark(hedged, f"AND({both},{now}>{wanted}+{_OFF})", "alert")
    sheet.mark(hedged, f"AND({both},{now}<{wanted}-{_OFF})", "notice")
    for each in (HedgeRow.funding_drag, HedgeRow.funding_year):
        cost = f"${table.letter(each)}{first}"
        sheet.mark(table.span(each), f"AND(ISNUMBER({cost}),{cost}>0)", "notice")
