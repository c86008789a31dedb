"""The functions as names of a workbook: Excel 365 then computes them with nothing installed.

Each name holds a function's LAMBDA and, as the comment that Excel shows while one types it, its
help. Not run in Excel; IronCalc computes workbooks made here in our tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xlhedge.functions.registry import Function
from xlhedge.hosts.lambdas import LAMBDAS, names
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.styles import Styles

__all__ = ["define_functions", "lambda_book"]

_CREATED = datetime(2026, 1, 1)  # a date has to stand in the file; the same names, the same bytes


def define_functions(book: Book, entries: Sequence[Function] = LAMBDAS) -> None:
    """Define functions, and the helpers that they call, as names of the workbook.

    Args:
        book: the workbook; none of its own names may be a function's.
        entries: the functions; of `hosts.lambdas.LAMBDAS`.
    """
    for name in names(entries):
        book.define(*name)


def lambda_book(entries: Sequence[Function] = LAMBDAS) -> Book:
    """A workbook with one empty sheet and the functions as names, to build one's own sheets in.

    Args:
        entries: the functions; of `hosts.lambdas.LAMBDAS`.

    Example:
        >>> lambda_book().titles
        ['Sheet1']
    """
    book = Book(Styles(), title="xlhedge functions for Excel 365", created=_CREATED)
    book.sheet("Sheet1")
    define_functions(book, entries)
    return book
