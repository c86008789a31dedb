"""The work on an input, wherever it is done: its content in, the bytes of its report out.

A report's bytes depend on the input's bytes and name, the options and the program, and on nothing
else: no clock, no machine, no order.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.advice import advice
from xlhedge.analysis.alarms import alarms
from xlhedge.analysis.figures import BLANK, Blank
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.order_list import order_list
from xlhedge.batch.compare import compared
from xlhedge.errors import MachineError, PortfolioError, error_lines
from xlhedge.files import TEMPORARY, exact_version, packed_by
from xlhedge.hosts.pdf import to_pdfs
from xlhedge.portfolio import stale
from xlhedge.readers import DEFAULT, Content, Limits, load, read_content
from xlhedge.sheets.firm import PLAIN, Firm
from xlhedge.sheets.report import Paper, report_book
from xlhedge.sheets.shown import MOST_SHOWN, Shown

__all__ = ["Options", "ReportBytes", "Task", "figures_of", "make", "versions"]


class Options(NamedTuple):
    """What is asked of all reports."""

    paper: Paper = "a4"
    pdf: bool = False
    folder: str | None = None  # where LibreOffice's files stand; the system's if left out
    limits: Limits = DEFAULT
    firm: Firm = PLAIN
    full: bool = False  # whether the appendix prints, too
    lines: int = MOST_SHOWN  # of a table at most


class Task(NamedTuple):
    """One report that is asked for."""

    source: Path | Content  # the input: its content where the worker cannot read it itself
    earlier: Content | None = None  # the report that it is compared with


class ReportBytes(NamedTuple):
    """What a worker made of an input."""

    sha256: str = ""  # of the input, as it was read
    report: bytes = b""
    pdf: bytes = b""
    figures: Mapping[str, Any] = {}  # by column of the summary, and lists
    warnings: tuple[str, ...] = ()  # for the terminal only: the clock has its say in it
    errors: tuple[str, ...] = ()  # a line each


@cache
def versions() -> str:
    """What decides the bytes of a report, besides its input and the options."""
    python = ".".join(map(str, sys.version_info[:2]))
    return (
        f"xlhedge {exact_version()}, openpyxl {version('openpyxl')}, {packed_by()}, Python {python}"
    )


_ONE_AT_A_TIME = threading.Lock()  # a worker of a cluster may have several threads


def make(sources: Sequence[Task], options: Options, expected: str) -> list[ReportBytes]:
    """Make reports; what is wrong with one does not stop the others.

    Args:
        sources: the inputs.
        options: for all of them.
        expected: the versions that whoever asks has.

    Raises:
        MachineError: the versions here are others.
    """
    if expected != versions():
        raise MachineError(f"a worker has {versions()}; here is {expected}")
    with _ONE_AT_A_TIME:
        made = [_made(source, options) for source in sources]
        return _with_pdfs(made, options.folder) if options.pdf else made


def _made(asked: Task, options: Options) -> ReportBytes:
    said: list[object] = []
    source = asked.source
    try:
        content = load(source, options.limits) if isinstance(source, Path) else source
        portfolio = read_content(content, options.limits)
        now = datetime.now(UTC).replace(tzinfo=None)
        said += (*portfolio.notes, *portfolio.warnings, *stale(portfolio, now))
        analysis = analyse(portfolio)
        if asked.earlier:
            analysis = compared(analysis, asked.earlier)
        shown = Shown(analysis, options.lines)
        book = report_book(
            analysis,
            content.source,
            options.paper,
            options.firm,
            full=options.full,
            shown=shown,
        )
        report = book.to_bytes()
        said += (*shown.told, *analysis.caveats)
        figures = figures_of(analysis)
        return ReportBytes(content.sha256, report, b"", figures, tuple(map(str, said)))
    except Exception as error:  # noqa: BLE001  # one input must not stop the others
        said += error.warnings if isinstance(error, PortfolioError) else ()
        lines = tuple(error_lines(error))
    gc.collect()  # an error holds what was read of a bad file, in a circle
    return ReportBytes(warnings=tuple(map(str, said)), errors=lines)


def figures_of(analysis: Analysis) -> dict[str, Any]:
    """An analysis in one row, by column of the summary, and its lists by name."""
    settings, total = analysis.portfolio.settings, analysis.total
    worst, down, up = analysis.worst, analysis.at_once(-0.2), analysis.at_once(0.2)
    return {
        "portfolio": settings.portfolio,
        "quote_currency": settings.quote_currency,
        "spot_notional": total.spot_notional,
        "short_notional": total.short_notional,
        "net_delta": total.net_delta,
        "gross_delta": analysis.gross_delta,
        "order_notional": total.order_notional,
        "days": analysis.days,
        "funding_drag": total.funding_drag,
        "pnl_down_20": down.legs.spot + down.legs.short,
        "down_20_liquidation": down.liquidation,
        "pnl_up_20": up.legs.spot + up.legs.short,
        "up_20_liquidation": up.liquidation,
        "worst_scenario": worst and worst.name,
        "worst_scenario_pnl": worst and worst.legs.net,
        "worst_scenario_liquidation": worst and worst.liquidation,
        "nearest_liquidation": analysis.nearest,
        "as_of": settings.as_of.isoformat(),
        "underlyings": [
            {key: getattr(each, key) for key in ("underlying", "exposure", "cover", "net_delta")}
            for each in analysis.underlyings
        ],
        "positions": [_position(analysis, row) for row in analysis.margin],
        "alarms": alarms(analysis),
        "advice": advice(analysis),
        "orders": [each._asdict() for each in order_list(analysis)],
        "liquidated": [
            {"of": name, "liquidated": each.liquidated, "unknown": each.unknown}
            for name, each in (
                ("pnl_down_20", down),
                ("pnl_up_20", up),
                *((each.name, each) for each in analysis.scenarios),
            )
            if each.liquidation
        ],
    }


def _position(analysis: Analysis, row: MarginRow) -> dict[str, Any]:
    """A position, for a report on several portfolios."""
    ends = [each for each in (row.liquidation_buffer, row.common_buffer)
            if not isinstance(each, Blank)]  # fmt: skip
    price = row.liquidation_price
    return {
        "instrument": row.instrument,
        "account": row.account,
        "venue": analysis.portfolio.instrument(row.instrument).exchange or row.account,
        "short_notional": row.short_notional,
        "distance": min(ends, key=abs, default=None),
        "liquidation_price": None if isinstance(price, Blank | str) else price,
        "unknown": row.liquidation_buffer == BLANK,
    }


def _with_pdfs(made: Iterable[ReportBytes], folder: str | None) -> list[ReportBytes]:
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
        except MachineError as error:
            why = str(error)
        for number in books:
            pdf = printed.get(number)
            if pdf and pdf.exists():
                made[number] = made[number]._replace(pdf=pdf.read_bytes())
            else:
                made[number] = made[number]._replace(errors=(f"no PDF: {why}",))
    return made
