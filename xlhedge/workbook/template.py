"""The template workbook: a portfolio's tables, and sheets that compute from them in cells.

The same builder makes the template and the samples; a cell that computes holds a formula over the
xlhedge functions and the value that the analysis gave, so that it shows without recalculation.
"""

from __future__ import annotations

from xlhedge.analysis import Analysis
from xlhedge.hedge import HEDGE
from xlhedge.workbook.computed import Block, write_hedge, write_margin
from xlhedge.workbook.inputs import Inputs
from xlhedge.workbook.look import register
from xlhedge.workbook.package import Book
from xlhedge.workbook.sensitivity import write_sensitivity

__all__ = ["template_book"]


def template_book(analysis: Analysis) -> Book:
    """The template filled in with a portfolio; `Book.save` writes it.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> book = template_book(analyse(SAMPLES["full-hedge"]))
        >>> book.design.sheetnames
        ['Portfolio', 'Instruments', 'Shorts', 'Scenarios', 'Hedge', 'Margin', 'Sensitivity']
    """
    portfolio = analysis.portfolio
    book = Book(title=f"xlhedge: {portfolio.settings.portfolio}", created=portfolio.settings.as_of)
    register(book)
    inputs = Inputs(book, portfolio)
    hedge = Block("Hedge", HEDGE, inputs.capacity("Holdings"))
    sheet = book.sheet(hedge.sheet)
    margin = write_margin(book, inputs, analysis)
    write_hedge(sheet, inputs, analysis, margin, hedge)
    write_sensitivity(book, inputs, analysis, hedge)
    return book
