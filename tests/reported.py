"""Drawn portfolios: how many are tried, and what becomes of each.

`XLHEDGE_NUMBERS` is how many times as many examples to try as usual; `make numbers` sets it.
"""

import os

import whole_portfolios as whole
from hypothesis import HealthCheck, Phase, settings
from report_cells import Report

from xlhedge.analysis import analyse
from xlhedge.portfolio import PortfolioError
from xlhedge.readers import read
from xlhedge.sheets.report import report_book

LONGER = int(os.environ.get("XLHEDGE_NUMBERS", "1"))


def examples(count):
    """So many examples, the same in each run; many more, and new ones, in a long run."""
    return settings(
        max_examples=count * LONGER,
        derandomize=LONGER == 1,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        # What fails is not made smaller: that takes minutes, and the complaint says where to look.
        phases=[Phase.explicit, Phase.generate],
    )


def analysed(tables):
    """The analysis of a portfolio read from a file; None where it is refused."""
    with whole.folder() as place:
        try:
            return analyse(read(whole.as_json(place / "book.json", tables)))
        except PortfolioError:
            return None  # what is refused is judged by test_what_is_broken_is_told_with_its_place


def reported(tables):
    """The analysis of a portfolio read from a file and its report; nothing where it is refused."""
    analysis = analysed(tables)
    return analysis, Report(report_book(analysis).to_bytes()) if analysis else None
