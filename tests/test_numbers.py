"""Whole portfolios, from their files to the cells of their reports.

`XLHEDGE_NUMBERS` is how many times as many examples to try as usual; `make numbers` sets it.
"""

import os

import pytest
import whole_portfolios as whole
from hypothesis import HealthCheck, Phase, given, settings
from plain_finance import Book
from plain_report import CHECKS
from report_cells import Report

from xlhedge.analysis import analyse
from xlhedge.readers import read
from xlhedge.errors import HedgeError
from xlhedge.workbook.report import report_book

LONGER = int(os.environ.get("XLHEDGE_NUMBERS", "1"))


def examples(count):
    """So many examples, the same in each run; many more, and new ones, in a long run."""
    return settings(
        max_examples=count * LONGER,
        derandomize=LONGER == 1,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def reported(tables):
    """The analysis of a portfolio read from a file, and its report read back."""
    with whole.folder() as place:
        analysis = analyse(read(whole.as_json(place / "book.json", tables)))
    return analysis, Report(report_book(analysis).to_bytes())


@examples(30)
@given(whole.portfolios(most=12))
def test_plain(tables):
    try:
        _, report = reported(tables)
    except HedgeError:
        return
    book = Book(tables)
    for check in CHECKS:
        found = check(book, report)
        assert not found, (check.__name__, found[:5], whole.told(tables))
