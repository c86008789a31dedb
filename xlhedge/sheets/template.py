"""The template workbook: a portfolio's tables, and sheets that compute from them in cells.

The same builder makes the template and the samples; a cell that computes holds a formula over the
xlhedge functions and the value that the analysis gave, so that it shows without recalculation.
"""

from __future__ import annotations

from datetime import datetime

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.scenarios import STANDING
from xlhedge.files import TEMPLATE_RULES
from xlhedge.portfolio import Portfolio, Settings
from xlhedge.sheets.context import Edition, TemplateContext
from xlhedge.sheets.functions import define_functions
from xlhedge.sheets.input_cells import NOTHING_TYPED, Inputs
from xlhedge.sheets.sheets import contents_of, sheets_of, tables_of, write
from xlhedge.sheets.style import styles
from xlhedge.xlsx.book import Book

__all__ = ["blank_analysis", "template_book"]

_BLANK_CREATED = datetime(2026, 1, 1)  # a date has to stand in the file, and always the same
_DAY_0 = 0.0
"""A blank date, as a spreadsheet counts it; no date-time can say it in a workbook."""


def template_book(analysis: Analysis | None = None, edition: Edition = "addin") -> Book:
    """The template filled in with a portfolio; `Book.save` writes it.

    Args:
        analysis: of the portfolio; none for a template in which only defaults stand.
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
    inputs, specs = Inputs(portfolio), sheets_of("template", analysis)
    tables = tables_of(specs, lambda row: sum(map(inputs.capacity, row.table.split())))
    book = Book(styles(), title=title, created=created, subject=TEMPLATE_RULES)
    book.define(NOTHING_TYPED, inputs.nothing_typed)
    write(specs, TemplateContext(book, analysis, tables, contents_of(specs), inputs, edition))
    if edition == "365":
        define_functions(book)
    return book


class _Unchecked(Portfolio):
    """No reader lets a portfolio pass that has neither a date nor a holding."""

    def __post_init__(self) -> None:
        pass


def blank_analysis() -> Analysis:
    """The analysis of a template in which only defaults stand: settings, and two scenarios.

    Blank inputs count as nothing to a spreadsheet: a blank date is day 0, a table without rows adds
    up to 0. A portfolio of just that gives the values that blank cells compute.

    Example:
        >>> blank = blank_analysis()
        >>> blank.hedge, blank.total.net_delta, blank.days
        ((), 0.0, 0.0)
    """
    blank = {"portfolio": "", "as_of": _DAY_0, "horizon_date": _DAY_0}
    return analyse(
        _Unchecked(
            settings=Settings.of(blank.keys(), blank.values()), holdings=(), scenarios=STANDING
        )
    )
