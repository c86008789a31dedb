"""The sheets Accounts and Cross margin: wallets that positions share, and what liquidates them."""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.margin import ALARM, NO_EQUITY
from xlhedge.sheets.blocks import print_nothing
from xlhedge.sheets.context import ReportContext, TemplateContext
from xlhedge.sheets.live_cells import LiveCells
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.style import widen
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.sheet import Sheet

__all__ = ["ACCOUNT_FIRST", "write_accounts", "write_accounts_report", "write_cross"]

ACCOUNT_FIRST = (
    AccountRow.account,
    AccountRow.exchange,
    AccountRow.margin_mode,
    AccountRow.collateral,
    AccountRow.equity_value,
    AccountRow.equity,
    AccountRow.maintenance,
    AccountRow.margin_ratio,
    AccountRow.common,
    AccountRow.add_20,
)
"""The columns of a page."""


def write_accounts(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of accounts, which follows the table Accounts on Portfolio."""
    _write(sheet, of, of.analysis.accounts, (AccountRow.nearest_no,))
    alert = of.inputs.setting("liquidation_alert")
    _mark(sheet, of.on[sheet.title], alert)
    of.on[sheet.title].print_used(sheet, len(of.analysis.accounts), len(ACCOUNT_FIRST))


def write_cross(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of positions in cross accounts: the tiers on the way to liquidation."""
    _write(sheet, of, of.analysis.numbers.rows(CrossRow))
    print_nothing(sheet)


def _write(
    sheet: Sheet, of: TemplateContext, rows: Sequence[FigureRow], arrays: Sequence[Figure] = ()
) -> None:
    table = of.on[sheet.title]
    table.write_head(sheet)
    table.write_total(sheet, rows)
    table.write_rows(sheet, rows, LiveCells(of.inputs, table, of.tables).texts, arrays)
    widen(sheet, table.widths() | {"A": 24})


def write_accounts_report(sheet: Sheet, of: ReportContext) -> None:
    """The report's sheet of accounts."""
    table = of.on[sheet.title]
    write_page(sheet, table, of.analysis.accounts, of.cells(AccountRow))
    _mark(sheet, table, str(of.analysis.portfolio.settings.liquidation_alert))


def _mark(sheet: Sheet, table: FigureTable, alert: str) -> None:
    """Mark wallets that a move nearer than `alert` liquidates, or whose margin ratio is high."""
    together, alone, ratio = (
        f"${table.letter(each)}{table.top}"
        for each in (AccountRow.common, AccountRow.nearest_move, AccountRow.margin_ratio)
    )
    near = "+".join(f"IF(ISNUMBER({x}),(ABS({x})<{alert})*1,0)" for x in (together, alone))
    high = f'IF(ISNUMBER({ratio}),{ratio}>={ALARM},{ratio}="{NO_EQUITY}")'
    cells = f"A{table.top}:{table.behind(0)}{table.last}"
    sheet.mark(cells, high, "high ratio")
    sheet.mark(cells, f"({near})>0", "near")
