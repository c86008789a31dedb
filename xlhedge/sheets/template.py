"""The template workbook: a portfolio's tables, and sheets that compute from them in cells.

The same builder makes the template and the samples; a cell that computes holds a formula over the
xlhedge functions and the value that the analysis gave, so that it shows without recalculation.
"""

from __future__ import annotations

from datetime import datetime

from xlhedge.analysis import Analysis
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.functions.registry import FUNCTIONS, Function
from xlhedge.sheets.empty import blank_analysis
from xlhedge.sheets.functions import write_functions
from xlhedge.sheets.hedge import write_hedge
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.sheets.live_cells import live_tables
from xlhedge.sheets.live_checks import checks
from xlhedge.sheets.margin import write_margin
from xlhedge.sheets.sensitivity import write_sensitivity
from xlhedge.sheets.start import Edition, headlines, write_start
from xlhedge.sheets.stress import worst, write_stress
from xlhedge.sheets.style import styles
from xlhedge.sheets.unwind import to_unwind, write_unwind
from xlhedge.xlsx.book import Book

__all__ = ["template_book"]


_BLANK_CREATED = datetime(2026, 1, 1)  # a date has to stand in the file, and always the same


def template_book(analysis: Analysis | None = None, edition: Edition = "addin") -> Book:
    """The template filled in with a portfolio; `Book.save` writes it.

    Args:
        analysis: of the portfolio; none for a template in which only the settings' defaults stand.
        edition: "addin" for Excel and LibreOffice with our functions installed; "365" has them as
            names in the workbook.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> book = template_book(analyse(SAMPLES["full-hedge"]))
        >>> book.titles[:6]
        ['Start', 'Portfolio', 'Instruments', 'Shorts', 'Scenarios', 'Price history']
    """
    created = analysis.portfolio.settings.as_of if analysis else _BLANK_CREATED
    analysis = analysis or blank_analysis()
    portfolio = analysis.portfolio
    title = f"xlhedge: {portfolio.settings.portfolio or 'template'}"
    book = Book(styles(), title=title, created=created)
    start = book.sheet("Start")
    inputs = Inputs(book, portfolio)
    tables = live_tables(inputs)
    hedge, margin = tables[HedgeRow], tables[MarginRow]
    sheet = book.sheet(hedge.title)
    write_margin(book, inputs, analysis, tables)
    write_hedge(sheet, inputs, analysis, tables)
    write_sensitivity(book.sheet("Sensitivity"), analysis, hedge, margin, inputs)
    write_stress(book.sheet("Stress"), inputs, analysis, tables)
    write_unwind(book.sheet("Unwind"), inputs, analysis, tables)
    sheet.mark("B3:B4", 0, "no date")
    write_functions(book.sheet("Functions"), _callable(edition))
    figures = [
        *headlines(analysis, hedge, margin),
        worst(analysis),
        to_unwind(analysis, tables[UnwindRow]),
    ]
    questions = checks(inputs, margin, analysis)
    sheets = book.titles[1:]
    write_start(start, inputs, analysis, figures, questions, edition, sheets)
    if edition == "365":
        from xlhedge.sheets.function_names import define_functions

        define_functions(book)
    return book


def _callable(edition: Edition) -> list[Function]:
    """The functions that a workbook of an edition can call."""
    if edition == "addin":
        return list(FUNCTIONS)
    from xlhedge.hosts.lambdas import LAMBDAS

    return list(LAMBDAS)
