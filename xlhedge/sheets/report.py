"""The report: an analysis as a finished workbook that needs none of our code to be read.

Every figure, total and difference is a native Excel formula over the inputs beside it, written from
the formula core, with its value stored; what was looked up stands as its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from xlhedge.analysis import Analysis
from xlhedge.analysis.hedge import HedgeRow, covered
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.portfolio import Source
from xlhedge.sheets.attribution import attribution_chart, nets, write_scenarios
from xlhedge.sheets.audit import AUDIT, write_audit
from xlhedge.sheets.carry import CARRY, FIGURES, REPEATED, write_carry
from xlhedge.sheets.hedge import spot_chart, write_hedge_report
from xlhedge.sheets.history_report import PAST, write_history
from xlhedge.sheets.margin import write_margin_report
from xlhedge.sheets.native_cells import TOP, TOTAL, Known, NativeCells
from xlhedge.sheets.sensitivity import ratio_chart, write_sensitivity
from xlhedge.sheets.style import label, styles
from xlhedge.sheets.summary import Place, write_summary
from xlhedge.sheets.table import FigureTable
from xlhedge.sheets.unwind_report import write_unwind_report
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["Paper", "report_book"]

Paper = Literal["a4", "letter"]


def report_book(analysis: Analysis, source: Source | None = None, paper: Paper = "a4") -> Book:
    """The report on a portfolio; `Book.save` writes it.

    Args:
        analysis: the portfolio, worked out.
        source: the file it was read from, for the audit sheet.
        paper: what it prints on; every sheet fits its width.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> report_book(analyse(SAMPLES["full-hedge"])).titles
        ['Summary', 'Hedge', 'Sensitivity', 'Scenarios', 'Funding & basis', 'Margin', 'Unwind', \
'Hedge history', 'Inputs & audit']
    """
    settings = analysis.portfolio.settings
    title = f"Hedge report: {settings.portfolio}"
    book = Book(styles(), title=title, created=settings.as_of)
    summary = book.sheet("Summary")
    known = Known(analysis.days, settings.redeploy_drop)
    rows = [*analysis.hedge, analysis.unassigned]
    own = tuple(each for each in HedgeRow.figures if each not in FIGURES or each in REPEATED)
    hedge = FigureTable("Hedge", HedgeRow, TOP, len(rows), TOTAL, own)
    carry = FigureTable(CARRY, HedgeRow, TOP, len(rows), TOTAL, FIGURES)
    margin = FigureTable("Margin", MarginRow, TOP, len(analysis.margin), TOTAL)
    holdings, cells = book.sheet(hedge.title), NativeCells(known, hedge, carry)
    largest = write_hedge_report(holdings, hedge, margin, cells, rows)
    sensitivity = book.sheet("Sensitivity")
    write_sensitivity(sensitivity, analysis, hedge, margin)
    scenarios = book.sheet("Scenarios")
    write_scenarios(scenarios, analysis, known)
    write_carry(book.sheet(CARRY), carry, margin, cells, rows, analysis)
    write_margin_report(book.sheet(margin.title), margin, NativeCells(known, margin), analysis)
    charts: list[Chart] = [ratio_chart(sensitivity, analysis)]
    charts.append(spot_chart(holdings, analysis, largest))
    if analysis.scenarios:
        charts.append(attribution_chart(scenarios, analysis))
    unwind = FigureTable("Unwind", UnwindRow, TOP, len(analysis.unwind), TOTAL)
    fee, drag = margin.total(MarginRow.close_fee), carry.total(HedgeRow.funding_drag)
    unwinding = NativeCells(known, unwind)
    write_unwind_report(book.sheet(unwind.title), unwind, unwinding, analysis, fee, drag)
    if analysis.history is not None:
        write_history(book.sheet(PAST), analysis, hedge, margin)
    write_audit(book.sheet(AUDIT), analysis, source)
    sheets = {sheet.title: sheet for sheet in book.sheets}
    places = _places(analysis, hedge, carry, margin, sheets)
    write_summary(summary, analysis, charts, places, book.sheets[1:])
    _name(book, places)
    for sheet in book.sheets:
        label(sheet, settings.portfolio, f", as of {settings.as_of:%Y-%m-%d %H:%M} UTC")
        sheet.prints(paper=paper)
    return book


def _places(
    analysis: Analysis,
    hedge: FigureTable,
    carry: FigureTable,
    margin: FigureTable,
    sheets: Mapping[str, Sheet],
) -> dict[str, Place]:
    """Where the headlines are computed."""
    found = {}
    for each in _TOTALS:
        table = hedge if hedge.has(each) else carry
        found[each.name] = Place(table.total(each), sheets[table.title])
    short, delta = (
        Expression(hedge.total(each)) for each in (HedgeRow.short_notional, HedgeRow.net_delta)
    )
    found["hedged"] = Place(excel_text(covered(short, delta)), sheets[hedge.title])
    buffers = margin.column(MarginRow.liquidation_buffer)
    near = f'MIN(IF({buffers}="","",IF({buffers}<1E+300,ABS({buffers}),"")))'
    found["nearest"] = Place(near, sheets[margin.title], array=True)
    found["worst"] = Place(f"MIN({nets(analysis)})", sheets["Scenarios"])
    return found


_TOTALS = [each for each in HedgeRow.figures if each.total]


def _name(book: Book, places: Mapping[str, Place]) -> None:
    """Names for the totals, for those who link to the report from workbooks of their own."""
    for each in _TOTALS:
        book.define(f"report_{each.name}", places[each.name].formula)
