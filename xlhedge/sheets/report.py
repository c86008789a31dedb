"""The report: an analysis as a finished workbook that needs none of our code to be read.

Every figure, total and difference is a native Excel formula over the inputs beside it, written from
the formula core, with its value stored; what was looked up stands as its value.
"""

from __future__ import annotations

from typing import Literal

from xlhedge.analysis import Analysis
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.portfolio import Source
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.firm import PLAIN, Firm
from xlhedge.sheets.key_figures import totals
from xlhedge.sheets.native_cells import Known
from xlhedge.sheets.sheets import contents_of, sheets_of, tables_of, write
from xlhedge.sheets.shown import Shown
from xlhedge.sheets.style import label, styles
from xlhedge.xlsx.book import Book

__all__ = ["Paper", "report_book"]

Paper = Literal["a4", "letter"]


def report_book(
    analysis: Analysis,
    source: Source | None = None,
    paper: Paper = "a4",
    firm: Firm = PLAIN,
    *,
    full: bool = False,
    shown: Shown | None = None,
) -> Book:
    """The report on a portfolio; `Book.save` writes it.

    Args:
        analysis: the portfolio, worked out.
        source: the file it was read from, for the audit sheet and the document's subject.
        paper: what it prints on; every sheet fits its width.
        firm: a title, a footer, a logo, who has checked it.
        full: whether all columns and sheets print; else the pages alone.
        shown: which lines stand in it; `MOST_SHOWN` of a table at most, unless told.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> report_book(analyse(SAMPLES["full-hedge"])).titles
        ['Summary', 'Hedge', 'Sensitivity', 'Margin', 'Funding & basis', 'Inputs & audit', \
'Hedge history', 'Underlyings', 'Orders', 'Stress', 'Carry', 'Unwind', 'Key figures']
    """
    settings = analysis.portfolio.settings
    title = f"Hedge report: {settings.portfolio}"  # by this the program knows its own
    subject = source.told if source else ""
    book = Book(styles(), title=title, created=settings.as_of, subject=subject)
    shown = shown or Shown(analysis)
    known = Known(analysis.days, settings.redeploy_drop, settings.rebalance_band, shown.whole)
    specs = sheets_of("report", analysis)
    tables = tables_of(specs, lambda row: len(shown.rows(row)) + (row is HedgeRow), stays=True)
    of = ReportContext(book, analysis, tables, contents_of(specs), known, source, firm, shown, full)
    write(specs, of)
    for name, (cell, _) in totals(of).items():  # for links from workbooks of one's own
        book.define(f"report_{name}", cell)
    for sheet in book.sheets:
        named = " · ".join(filter(None, (firm.footer, settings.portfolio)))
        label(sheet, named, f", as of {settings.as_of:%Y-%m-%d %H:%M} UTC")
        sheet.prints(paper=paper)
    return book
