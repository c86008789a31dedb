"""What the smaller commands write: a report, a template, the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.files import REPORT
from xlhedge.jobs.checking import read_telling, say_all
from xlhedge.portfolio import Portfolio, Source
from xlhedge.readers import DEFAULT, Limits, load, read_content
from xlhedge.readers.own import refuse_foreign
from xlhedge.samples import SAMPLES
from xlhedge.sheets.context import Edition
from xlhedge.sheets.firm import PLAIN, Firm
from xlhedge.sheets.report import Paper, report_book
from xlhedge.sheets.shown import MOST_SHOWN, Shown
from xlhedge.sheets.template import template_book

__all__ = [
    "TEMPLATE",
    "build_report",
    "report_headlines",
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
    lines: int = MOST_SHOWN,
) -> Analysis:
    """Work out a portfolio and write its report.

    Args:
        portfolio: what to report on; `read` makes one of a file, `Portfolio.from_frames` of frames.
        path: the .xlsx file to write, whole or not at all; its folder is made if missing.
        source: the file it was read from, named on the audit sheet; `BookContext.source` tells.
        paper: what it prints on.
        firm: a title, a footer, a logo, and who has checked it.
        full: whether the appendix prints, too.
        lines: lines of a table at most; those left out stand in one, and what is urgent stays.

    Returns:
        The analysis that the report shows.

    Raises:
        HedgeError: the portfolio cannot be worked out.
        OSError: the file cannot be written.
    """
    analysis = analyse(portfolio)
    shown = Shown(analysis, lines)
    report_book(analysis, source, paper, firm, full=full, shown=shown).save(Path(path))
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
    portfolio = read_telling(source, warn, limits) if source else SAMPLES[TEMPLATE]
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
    say_all(path, "warning", (*analysis.portfolio.warnings, *analysis.caveats), warn)
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
