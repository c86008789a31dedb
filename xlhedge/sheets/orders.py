"""The sheets Underlyings and Orders, in the template and in the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.figures import FigureRow
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.order_list import order_list
from xlhedge.analysis.orders import WAITING, OrderRow, UnderlyingRow, hedged
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import ReportContext, TemplateContext
from xlhedge.sheets.live_cells import UNDERLYING, LiveCells, numbers_of
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.style import fitted, widen
from xlhedge.sheets.table import FigureTable
from xlhedge.sheets.typical_cells import TypicalCells
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "ORDER_FIRST",
    "UNDERLYING_FIRST",
    "hedged_text",
    "strike_waiting",
    "write_numbers",
    "write_orders",
    "write_orders_report",
    "write_table",
    "write_underlyings",
    "write_underlyings_report",
]

UNDERLYING_FIRST = (
    UnderlyingRow.underlying,
    UnderlyingRow.exposure,
    UnderlyingRow.target_notional,
    UnderlyingRow.short_notional,
    UnderlyingRow.cover,
    UnderlyingRow.hedged,
    UnderlyingRow.net_delta,
    UnderlyingRow.gap,
    UnderlyingRow.order_notional,
    UnderlyingRow.residual_delta,
)
ORDER_FIRST = (
    OrderRow.instrument,
    OrderRow.action,
    OrderRow.order_contracts,
    OrderRow.order_notional,
    OrderRow.underlying,
    OrderRow.short_contracts,
    OrderRow.short_notional,
    OrderRow.wanted_contracts,
    OrderRow.futures_price,
    OrderRow.funding_8h,
    OrderRow.doubts,
    OrderRow.against,
)
"""The columns of a page."""


def hedged_text(table: FigureTable, nothing: str = NOWHERE) -> str:
    """The formula of what part of the exposure is hedged, over the totals of the underlyings."""
    totals = (UnderlyingRow.covered, UnderlyingRow.gross_exposure, UnderlyingRow.short_notional)
    covered, exposed, short = (Expression(table.total(each)) for each in totals)
    return excel_text(hedged(covered, exposed, short, nothing))


def write_underlyings(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of the underlyings, which follow their numbers on Hedge and Orders."""
    write_table(sheet, of, of.analysis.underlyings)
    TypicalCells(of).write(sheet)
    of.on[sheet.title].print_used(sheet, len(of.analysis.underlyings), len(UNDERLYING_FIRST))


def strike_waiting(sheet: Sheet, table: FigureTable, row: type[OrderRow | HedgeRow]) -> None:
    """Strike the orders that nobody is told to execute: to be checked first, or held back."""
    action = f"${table.letter(row.action)}{table.top}"
    waits = ",".join(f'{action}="{word}"' for word in WAITING)
    sheet.mark(table.span(row.order_contracts), f"OR({waits})", "struck")


def write_orders(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of the orders."""
    write_table(sheet, of, of.analysis.orders)
    table, hedge = of.on[sheet.title], of.tables[HedgeRow]
    lots = of.inputs.column("Shorts", "instrument")
    key, name = (
        f"${table.letter(each)}{here()}" for each in (OrderRow.underlying, OrderRow.instrument)
    )
    held = f"(SUMPRODUCT(--({hedge.column(HedgeRow.underlying)}={key}))>0)"
    idle = f"(SUMPRODUCT(--({lots}={name}))=0)"
    write_numbers(sheet, table, of.analysis, f"{held}+{idle}", numbers_of(hedge))
    strike_waiting(sheet, table, OrderRow)
    table.print_used(sheet, len(of.analysis.orders), len(ORDER_FIRST))


def write_table(sheet: Sheet, of: TemplateContext, rows: Sequence[FigureRow]) -> None:
    """A sheet of the template that is a table with totals."""
    table = of.on[sheet.title]
    table.write_head(sheet)
    table.write_total(sheet, rows)
    table.write_rows(sheet, rows, LiveCells(of.inputs, table, of.tables).texts)
    widen(sheet, table.widths() | {"A": 24})


def write_numbers(
    sheet: Sheet, table: FigureTable, analysis: Analysis, elsewhere: str = "", before: str = ""
) -> None:
    """Number the underlyings of Hedge or Orders behind the figures, each in the first row it has.

    Args:
        sheet: where the table stands.
        table: the table.
        analysis: what it shows.
        elsewhere: a number above 0 where the row's underlying is numbered before, or not at all.
        before: the cells of the numbers before.
    """
    rows: Sequence[Any] = analysis.orders if before else analysis.hedge
    numbers = dict(analysis.numbers.underlyings)
    for each in analysis.hedge if before else ():
        numbers.pop(each.underlying, None)
    short = {each.instrument for each in analysis.margin}
    cells = numbers_of(table)
    letter = cells.partition("$")[2].partition("$")[0]
    key, top = table.letter(getattr(table.row, UNDERLYING)), table.top - 1
    above, numbered = (f"${x}${top}:${x}{here(-1)}" for x in (key, letter))
    seen = f'(SUMPRODUCT(--({above}=${key}{here()}),--({numbered}<>""))>0)'
    told = "+".join(filter(None, ["0", seen, elsewhere]))  # FALSE alone is above 0
    most = f"MAX({','.join(filter(None, [before, numbered]))})"
    text = RowText(f'IF(${key}{here()}="","",IF(({told})>0,"",{most}+1))')
    at = LETTERS.index(letter)
    sheet.put(table.head, at, "Underlying no.", "header")
    for n in range(table.count):
        value: float | str = ""
        if n < len(rows) and (not before or rows[n].instrument in short):
            value = numbers.pop(rows[n].underlying, -1) + 1 or ""
        sheet.put(table.top + n, at, value, "cell whole", text.at(table.top + n))


def write_underlyings_report(sheet: Sheet, of: ReportContext) -> None:
    """The report's sheet of the underlyings."""
    rows, table = of.shown.rows(UnderlyingRow), of.on[sheet.title]
    write_page(sheet, table, rows, of.cells(UnderlyingRow))


def write_orders_report(sheet: Sheet, of: ReportContext) -> None:
    """The report's sheet of the orders."""
    table = of.on[sheet.title]
    write_page(sheet, table, of.shown.rows(OrderRow), of.cells(OrderRow))
    strike_waiting(sheet, table, OrderRow)
    if of.shown.orders_left:
        _write_left_out(sheet, table.last + 3, of)


_LISTED = (
    ("Instrument", "text", "instrument"), ("Urgency", "text", "urgency"), ("Side", "text", "side"),
    ("Contracts", "qty", "contracts"), ("Value", "money", "value"),
    ("Exchange", "text", "exchange"), ("Account", "text", "account"), ("Why", "text", "why"),
)  # fmt: skip


def _write_left_out(sheet: Sheet, at: int, of: ReportContext) -> None:
    """Every order that is to be executed and whose line the table leaves out, in a few columns."""
    left = {row.instrument for row in of.shown.orders_left}
    lines = [each for each in order_list(of.analysis) if each.advised and each.instrument in left]
    sheet.put(at, 1, f"Orders that the table leaves out: {len(lines):,}", "section")
    for column, (title, look, key) in enumerate(_LISTED, 1):
        sheet.put(at + 1, column, title, "header text" if look == "text" else "header")
        for row, line in enumerate(lines, at + 2):
            value = getattr(line, key)
            sheet.put(row, column, value, fitted(f"cell {look}", value))
