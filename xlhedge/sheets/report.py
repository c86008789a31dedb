"""The report: an analysis as a finished workbook that needs none of our code to be read.

Every figure, total and difference is a native Excel formula over the inputs beside it, written from
the formula core, with its value stored; what was looked up stands as its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from xlhedge.analysis import Analysis
from xlhedge.analysis.hedge import covered
from xlhedge.analysis.margin import MARGIN
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.portfolio import Source
from xlhedge.sheets.attribution import attribution_chart, nets, write_scenarios
from xlhedge.sheets.audit import AUDIT, write_audit
from xlhedge.sheets.hedge_report import (
    CARRY,
    hedge_tables,
    spot_chart,
    write_carry,
    write_hedge_report,
)
from xlhedge.sheets.history_report import PAST, write_history
from xlhedge.sheets.margin import write_margin_report
from xlhedge.sheets.native import TOP, NativeTable
from xlhedge.sheets.sensitivity import (
    Asset,
    Sources,
    given,
    ratio_chart,
    write_sensitivity,
)
from xlhedge.sheets.style import label, styles
from xlhedge.sheets.summary import Place, write_summary
from xlhedge.sheets.unwind_report import unwind_table, write_unwind_report
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
    hedge, carry = hedge_tables(analysis)
    margin = NativeTable("Margin", MARGIN, analysis.margin, {"days": analysis.days})
    holdings = book.sheet(hedge.title)
    largest = write_hedge_report(holdings, hedge, margin, analysis)
    sensitivity, moves = book.sheet("Sensitivity"), len(analysis.grid.shocks)
    write_sensitivity(sensitivity, analysis, _native_sources(analysis, hedge, margin), moves)
    scenarios = book.sheet("Scenarios")
    write_scenarios(scenarios, analysis)
    write_carry(book.sheet(CARRY), carry, margin, hedge, analysis)
    write_margin_report(book.sheet(margin.title), margin, analysis)
    charts: list[Chart] = [ratio_chart(sensitivity, analysis)]
    charts.append(spot_chart(holdings, analysis, largest))
    if analysis.scenarios:
        charts.append(attribution_chart(scenarios, analysis))
    unwind, fee = unwind_table(analysis), margin.total("close_fee")
    write_unwind_report(book.sheet("Unwind"), unwind, analysis, fee, carry.total("funding_drag"))
    if analysis.history is not None:
        write_history(book.sheet(PAST), analysis, hedge, margin)
    write_audit(book.sheet(AUDIT), analysis, source)
    sheets = {sheet.title: sheet for sheet in book.sheets}
    places = _places(analysis, hedge, carry, margin, sheets)
    write_summary(summary, analysis, charts, places, book.sheets[1:])
    _name(book, places, analysis.total)
    for sheet in book.sheets:
        label(sheet, settings.portfolio, f", as of {settings.as_of:%Y-%m-%d %H:%M} UTC")
        sheet.prints(paper=paper)
    return book


def _places(
    analysis: Analysis,
    hedge: NativeTable,
    carry: NativeTable,
    margin: NativeTable,
    sheets: Mapping[str, Sheet],
) -> dict[str, Place]:
    """Where the headlines are computed."""
    found = {}
    for name in analysis.total:
        table = hedge if hedge.has(name) else carry
        found[name] = Place(table.total(name), sheets[table.title])
    short, delta = (Expression(hedge.total(name)) for name in ("short_notional", "net_delta"))
    found["hedged"] = Place(excel_text(covered(short, delta)), sheets[hedge.title])
    buffers = margin.column("liquidation_buffer")
    near = f'MIN(IF({buffers}="","",IF({buffers}<1E+300,ABS({buffers}),"")))'
    found["nearest"] = Place(near, sheets[margin.title], array=True)
    found["worst"] = Place(f"MIN({nets(analysis)})", sheets["Scenarios"])
    return found


def _name(book: Book, places: Mapping[str, Place], totals: Iterable[str]) -> None:
    """Names for the totals, for those who link to the report from workbooks of their own."""
    for name in totals:
        book.define(f"report_{name}", places[name].formula)


def _native_sources(analysis: Analysis, hedge: NativeTable, margin: NativeTable) -> Sources:
    """The cells that the report's Sensitivity sheet refers to."""
    totals = ("short_notional", "full_notional", "coin_margin")
    assets = []
    for at, row in enumerate(analysis.hedge, TOP):
        quantity, price, beta = (
            Expression(hedge.cell(name, at)) for name in ("quantity", "spot_price", "beta")
        )
        assets.append(Asset("", (quantity, price, beta), row["asset"]))
    return Sources(
        totals={name: Expression(hedge.total(name)) for name in totals},
        given=given(*(margin.column(name) for name in ("short_notional", "mm_rate", "expiry"))),
        assets=assets,
        axis=(),
        live=False,
    )
