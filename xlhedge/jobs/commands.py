"""What the smaller commands do: check a portfolio, write a template, show the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.alarms import alarms
from xlhedge.errors import PortfolioError
from xlhedge.files import REPORT
from xlhedge.jobs.presets import old_terms
from xlhedge.portfolio import Portfolio, Source, stale
from xlhedge.readers import DEFAULT, Limits, load, read, read_content
from xlhedge.readers.own import refuse_foreign
from xlhedge.samples import SAMPLES
from xlhedge.sheets.context import Edition
from xlhedge.sheets.firm import PLAIN, Firm
from xlhedge.sheets.report import Paper, report_book
from xlhedge.sheets.template import template_book
from xlhedge.text import counted

__all__ = [
    "TEMPLATE",
    "build_report",
    "check_line",
    "report_headlines",
    "worked_out",
    "write_samples",
    "write_template",
]

TEMPLATE = "full-hedge"
"""The sample that the template is filled in with."""


def build_report(
    portfolio: Portfolio,
    path: Path | str,
    source: Source | None = None,
    paper: Paper = "a4",
    firm: Firm = PLAIN,
    *,
    full: bool = False,
) -> Analysis:
    """Work out a portfolio and write its report.

    Args:
        portfolio: what to report on; `read` makes one of a file, `Portfolio.from_frames` of frames.
        path: the .xlsx file to write, whole or not at all; its folder is made if missing.
        source: the file it was read from, named on the audit sheet; `BookContext.source` tells.
        paper: what it prints on.
        firm: a title, a footer, a logo, and who has checked it.
        full: whether the appendix prints, too.

    Returns:
        The analysis that the report shows.

    Raises:
        HedgeError: the portfolio cannot be worked out.
        OSError: the file cannot be written.
    """
    analysis = analyse(portfolio)
    report_book(analysis, source, paper, firm, full=full).save(Path(path))
    return analysis


def check_line(
    path: Path, warn: Callable[[str], None], limits: Limits = DEFAULT
) -> tuple[str, list[str]]:
    """Read and work out a portfolio; what is in it, in a line, and its alarms.

    Args:
        path: the portfolio.
        warn: takes a line about what looks wrong.
        limits: how much of it is read.

    Raises:
        HedgeError: something is wrong with it.
    """
    analysis = worked_out(path, warn, limits)
    portfolio = analysis.portfolio
    line = (
        f"{path}: ok, {counted(len(portfolio.holdings), 'holding')}, "
        f"{counted(len(portfolio.shorts), 'short')}, "
        f"{counted(len(portfolio.scenarios), 'scenario row')}"
    )
    return line, alarms(analysis)


def worked_out(path: Path, warn: Callable[[str], None], limits: Limits = DEFAULT) -> Analysis:
    """Read and work out a portfolio.

    Args:
        path: the portfolio.
        warn: takes a line about what looks wrong.
        limits: how much of it is read.

    Raises:
        HedgeError: something is wrong with it.
    """
    analysis = analyse(_read(path, warn, limits))
    _say_all(path, "warning", analysis.caveats, warn)
    return analysis


def write_template(
    path: Path,
    warn: Callable[[str], None],
    edition: Edition = "addin",
    *,
    source: Path | None = None,
    empty: bool = False,
    limits: Limits = DEFAULT,
) -> None:
    """Write the template workbook, in the place of what is there.

    Args:
        path: where to; its folder is made if missing.
        warn: takes a line about what looks wrong.
        edition: where its functions are.
        source: a portfolio to fill it in from; the sample if left out.
        empty: whether its inputs stay blank.
        limits: how much of the source is read.

    Raises:
        HedgeError: something is wrong with the source.
        OSError: the file cannot be written.
    """
    portfolio = _read(source, warn, limits) if source else SAMPLES[TEMPLATE]
    template_book(None if empty else analyse(portfolio), edition).save(path)


def write_samples(folder: Path) -> None:
    """Write each sample as a template that is filled in, named after it.

    Raises:
        InputError: a file of somebody else has the name of one.
    """
    for name, portfolio in SAMPLES.items():
        path = folder / f"{name}.xlsx"
        refuse_foreign(path)
        template_book(analyse(portfolio)).save(path)


def report_headlines(path: Path, folder: Path, warn: Callable[[str], None]) -> Iterator[str]:
    """Report on a sample into a folder; yields its headlines, a line each.

    What looks wrong is told, but not that its prices are old: those of a sample are nobody's.
    """
    target = folder / f"{path.stem}{REPORT}"
    content = load(path)
    refuse_foreign(target)
    analysis = build_report(read_content(content), target, content.source)
    _say_all(path, "warning", (*analysis.portfolio.warnings, *analysis.caveats), warn)
    settings = analysis.portfolio.settings
    yield f"{settings.portfolio}: {target}"
    rows = (
        ("Spot notional", analysis.total.spot_notional),
        ("Short notional", analysis.total.short_notional),
        ("Net delta", analysis.total.net_delta),
        (f"Funding drag, {analysis.days:.0f} days", analysis.total.funding_drag),
        ("P&L at -20 %", analysis.after(-0.2)),
        ("P&L at +20 %", analysis.after(0.2)),
    )
    for title, value in rows:
        yield f"  {title:<22} {value + 0.0:>16,.2f} {settings.quote_currency}"
    yield ""


def _read(path: Path, warn: Callable[[str], None], limits: Limits) -> Portfolio:
    try:
        portfolio = read(path, limits)
    except PortfolioError as error:
        _say_all(path, "warning", error.warnings, warn)
        raise
    now = datetime.now(UTC).replace(tzinfo=None)
    _say_all(path, "note", portfolio.notes, warn)
    _say_all(
        path,
        "warning",
        (*portfolio.warnings, *stale(portfolio, now), *old_terms(portfolio, now)),
        warn,
    )
    return portfolio


def _say_all(path: Path, kind: str, said: Iterable[object], warn: Callable[[str], None]) -> None:
    for each in said:
        warn(f"{path}: {kind}: {each}")
