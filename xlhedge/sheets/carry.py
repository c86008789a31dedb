"""What holding each hedge costs and earns: the sheets Carry and, in the report, Funding & basis."""

from __future__ import annotations

from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.grids import given_of
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.sheets.blocks import print_page, write_block
from xlhedge.sheets.context import ReportContext, TemplateContext
from xlhedge.sheets.hedge import unassigned_texts
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.orders import write_table
from xlhedge.sheets.style import fitted
from xlhedge.sheets.table import ColumnGroup
from xlhedge.text import percent
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "CARRY_FIRST",
    "FIGURES",
    "FUNDING_FIRST",
    "REPEATED",
    "write_carry",
    "write_carry_report",
    "write_funding_basis",
]

FIGURES = (
    HedgeRow.asset,
    HedgeRow.instrument,
    HedgeRow.short_notional,
    HedgeRow.index_price,
    HedgeRow.futures_price,
    HedgeRow.basis,
    HedgeRow.basis_pct,
    HedgeRow.days_to_expiry,
    HedgeRow.basis_annualized,
    HedgeRow.basis_regime,
    HedgeRow.funding_rate,
    HedgeRow.interval_hours,
    HedgeRow.funding_apr,
    HedgeRow.funding_drag,
    HedgeRow.funding_year,
)
"""What stands here; all else of a holding stands on the Hedge sheet, and what both repeat."""

FUNDING_FIRST = (
    HedgeRow.asset,
    HedgeRow.instrument,
    HedgeRow.short_notional,
    HedgeRow.basis_pct,
    HedgeRow.days_to_expiry,
    HedgeRow.basis_annualized,
    HedgeRow.funding_rate,
    HedgeRow.funding_apr,
    HedgeRow.funding_drag,
    HedgeRow.funding_year,
)
_CARRY = (
    CarryRow.instrument,
    CarryRow.short_notional,
    CarryRow.basis_earned,
    CarryRow.funding_drag,
    CarryRow.close_fee,
    CarryRow.carry,
    CarryRow.next_contract,
    CarryRow.roll,
)
CARRY_FIRST = (
    CarryRow.instrument,
    CarryRow.short_notional,
    CarryRow.basis_pct,
    CarryRow.days_to_expiry,
    CarryRow.basis_earned,
    CarryRow.funding_drag,
    CarryRow.close_fee,
    CarryRow.carry,
    CarryRow.next_contract,
    CarryRow.roll,
)
"""The columns of a page of the template."""

_UNWIND = (
    UnwindRow.asset,
    UnwindRow.instrument,
    UnwindRow.signal,
    UnwindRow.funding_breach,
    UnwindRow.support_confirmed,
    UnwindRow.price_change,
    UnwindRow.hedge_profit,
    UnwindRow.close_fee,
    UnwindRow.spend,
    UnwindRow.redeploy_qty,
)
"""The columns of the report's page: its own table, what shorts earn, when to take them off."""

REPEATED = (
    HedgeRow.asset,
    HedgeRow.instrument,
    HedgeRow.short_notional,
    HedgeRow.futures_price,
)

_DAYS = (0.0, 7.0, 30.0, 90.0, 180.0, 365.0)
_WORSE = 0.0001
"""How much worse per 8 hours the second line of the chart takes every rate to be."""


def write_carry(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of what each instrument's shorts earn."""
    write_table(sheet, of, of.analysis.carry)
    of.on[sheet.title].print_used(sheet, len(of.analysis.carry), len(CARRY_FIRST))


def write_carry_report(sheet: Sheet, of: ReportContext) -> None:
    """The report's sheet of what each instrument's shorts earn."""
    write_page(sheet, of.on[sheet.title], of.shown.rows(CarryRow), of.cells(CarryRow))


def write_funding_basis(sheet: Sheet, of: ReportContext) -> None:
    """The sheet Funding & basis: the table, and what funding costs as days go by."""
    table, margin, analysis = of.on[sheet.title], of.tables[MarginRow], of.analysis
    last = unassigned_texts(table, of.tables, table.last, table.last - 1)
    rows = [*of.shown.rows(HedgeRow), analysis.unassigned]
    write_page(sheet, table, rows, of.cells(HedgeRow), last_row=last, first=44)
    for column in range(2, 2 + len(_DAYS)):
        sheet.widen(column, 17)
    at = table.last + 3
    perpetual = analysis.grid.given["perpetual"]
    currency = analysis.portfolio.settings.quote_currency
    sheet.put(at, 1, "Funding cost over time", "section")
    sheet.put(at + 1, 1, "Days", "header text")
    sheet.put(at + 2, 1, "At today's rates", "total text")
    worse = f"With every rate {percent(_WORSE)} lower per 8 hours"
    sheet.put(at + 3, 1, worse, "total text")
    shorts = f"{perpetual!r}"
    if of.shown.whole:
        shorts = given_of(ColumnGroup(margin))["perpetual"].text
    year = analysis.total.funding_year
    for column, days in enumerate(_DAYS, 2):
        letter = chr(ord("A") + column - 1)
        sheet.put(at + 1, column, days, "axis whole")
        cost = year * days / 365
        text = f"${table.letter(HedgeRow.funding_year)}${table.total_at}*{letter}{at + 1}/365"
        sheet.put(at + 2, column, cost, fitted("cell cost", cost), text)
        more = cost + perpetual * _WORSE * days * 3
        text = f"{letter}{at + 2}+{shorts}*{_WORSE}*{letter}{at + 1}*3"
        sheet.put(at + 3, column, more, fitted("cell cost", more), text)
    chart = line_chart(
        sheet,
        "Funding cost over time: above 0 costs you",
        ("Days", "0"),
        (f"Funding cost, {currency}", "#,##0"),
        at + 1,
        (at + 2, at + 3),
        (2, 1 + len(_DAYS)),
    )
    sheet.chart(chart, f"B{at + 6}")
    carry, unwind = of.tables[CarryRow], of.tables[UnwindRow]
    part = at + 25
    at = write_block(sheet, part, "Carry", carry, of.shown.rows(CarryRow), _CARRY)
    at = write_block(sheet, at + 1, "Unwind", unwind, of.shown.rows(UnwindRow), _UNWIND)
    print_page(sheet, of, len(FUNDING_FIRST), at - 1, part)
