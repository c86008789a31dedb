"""The work on an input, wherever it is done: its content in, the bytes of its report out.

A report's bytes depend on the input's bytes and name, the options and the program, and on nothing
else: no clock, no machine, no order.
"""

from __future__ import annotations

import sys
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from xlhedge.analysis import Analysis, analyse
from xlhedge.errors import HedgeError
from xlhedge.files import TEMPORARY, exact_version
from xlhedge.hosts.installing import InstallError
from xlhedge.hosts.pdf import to_pdfs
from xlhedge.portfolio import stale
from xlhedge.readers import DEFAULT, Content, Limits, load, read_content
from xlhedge.sheets.report import Paper, report_book

__all__ = ["Made", "Options", "Order", "headlines", "make", "program"]


class Options(NamedTuple):
    """What is asked of all reports.

    Args:
        paper: what they print on.
        pdf: whether a PDF of each is made, too.
        folder: where files may stand while LibreOffice works on them; the system's if left out.
        limits: how much of an input is read.
    """

    paper: Paper = "a4"
    pdf: bool = False
    folder: str | None = None
    limits: Limits = DEFAULT


class Order(NamedTuple):
    """One report to make.

    Args:
        path: the input; its name where its content comes along.
        content: what it holds, where the worker cannot read it itself.
    """

    path: str
    content: Content | None = None


class Made(NamedTuple):
    """What became of an order.

    Args:
        sha256: of the input, as it was read.
        report: the workbook; empty if there is none.
        pdf: the PDF; empty if there is none.
        figures: the headlines, by column of the summary.
        warnings: what to know, for the terminal: the clock has its say in it.
        errors: what went wrong, a line each.
    """

    sha256: str = ""
    report: bytes = b""
    pdf: bytes = b""
    figures: Mapping[str, Any] = {}
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@cache
def program() -> str:
    """What decides the bytes of a report, besides its input and the options."""
    python = ".".join(map(str, sys.version_info[:2]))
    return (
        f"xlhedge {exact_version()}, openpyxl {version('openpyxl')}, "
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}, Python {python}"
    )


_ONE_AT_A_TIME = threading.Lock()  # a worker of a cluster may have several threads


def make(orders: Sequence[Order], options: Options, expected: str) -> list[Made]:
    """Make reports; what is wrong with one does not stop the others.

    Args:
        orders: what to make.
        options: for all of them.
        expected: the program that whoever asks has.

    Raises:
        HedgeError: this program is another.
    """
    if expected != program():
        raise HedgeError(f"a worker has {program()}; here is {expected}")
    with _ONE_AT_A_TIME:
        made = [_made(order, options) for order in orders]
        return _with_pdfs(made, options.folder) if options.pdf else made


def _made(order: Order, options: Options) -> Made:
    try:
        return _report(order.content or load(order.path, options.limits), options)
    except HedgeError as error:
        return Made(errors=tuple(str(error).split("\n")))
    except MemoryError:
        return Made(errors=("it takes more memory than there is",))
    except Exception as error:  # noqa: BLE001  # one input must not stop the others
        what = f"xlhedge failed: {type(error).__name__}: {error}; please report it"
        return Made(errors=tuple(what.splitlines()))


def _report(content: Content, options: Options) -> Made:
    portfolio, source = read_content(content, options.limits), content.source
    analysis = analyse(portfolio)
    report = report_book(analysis, source, options.paper).to_bytes()
    now = datetime.now(UTC).replace(tzinfo=None)
    said = (*portfolio.warnings, *stale(portfolio, now), *analysis.caveats)
    return Made(source.sha256, report, b"", headlines(analysis), tuple(map(str, said)))


def headlines(analysis: Analysis) -> dict[str, Any]:
    """An analysis in one row, by column of the summary."""
    settings, total = analysis.portfolio.settings, analysis.total
    worst = analysis.worst
    return {
        "portfolio": settings.portfolio,
        "quote_currency": settings.quote_currency,
        "spot_notional": total.spot_notional,
        "short_notional": total.short_notional,
        "net_delta": total.net_delta,
        "days": analysis.days,
        "funding_drag": total.funding_drag,
        "pnl_down_20": analysis.after(-0.2),
        "pnl_up_20": analysis.after(0.2),
        "worst_scenario": worst and worst.name,
        "worst_scenario_pnl": worst and worst.legs["net"],
        "nearest_liquidation": analysis.nearest,
    }


def _with_pdfs(made: Iterable[Made], folder: str | None) -> list[Made]:
    """The same with PDFs, of one run of LibreOffice; a report stands whatever comes of its PDF."""
    made = list(made)
    with TemporaryDirectory(prefix="xlhedge-", suffix=TEMPORARY, dir=folder) as place:
        books = {}
        for number, each in enumerate(made):
            if each.report:
                books[number] = Path(place) / f"report-{number}.xlsx"
                books[number].write_bytes(each.report)
        if not books:
            return made
        why, printed = "LibreOffice made no PDF of it", dict[int, Path]()
        try:
            printed = dict(zip(books, to_pdfs(list(books.values()), Path(place)), strict=True))
        except InstallError as error:
            why = str(error)
        for number in books:
            pdf = printed.get(number)
            if pdf and pdf.exists():
                made[number] = made[number]._replace(pdf=pdf.read_bytes())
            else:
                made[number] = made[number]._replace(errors=(f"no PDF: {why}",))
    return made
