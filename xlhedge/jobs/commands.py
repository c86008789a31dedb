"""What the smaller commands do, and what to tell the person at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.errors import HedgeError
from xlhedge.files import REPORT
from xlhedge.portfolio import Portfolio, Source, stale
from xlhedge.readers import DEFAULT, Limits, load, read, read_content
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import Paper, report_book
from xlhedge.sheets.start import Edition
from xlhedge.sheets.template import template_book

__all__ = ["TEMPLATE", "Desk", "build_report"]

TEMPLATE = "full-hedge"
"""The sample that the template is filled in with."""


def build_report(
    portfolio: Portfolio,
    path: Path | str,
    source: Source | None = None,
    paper: Paper = "a4",
) -> Analysis:
    """Work out a portfolio and write its report.

    Args:
        portfolio: what to report on; `read` makes one of a file, `Portfolio.from_frames` of frames.
        path: the .xlsx file to write, whole or not at all; its folder is made if missing.
        source: the file it was read from, named on the audit sheet; `Content.source` tells.
        paper: what it prints on.

    Returns:
        The analysis that the report shows.

    Raises:
        HedgeError: the portfolio cannot be worked out.
        OSError: the file cannot be written.
    """
    analysis = analyse(portfolio)
    book, path = report_book(analysis, source, paper), Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return analysis


class Desk:
    """Does what the commands say, tells what happened, and counts what failed.

    Args:
        say: takes a line for the person.
        warn: takes a line about something wrong.
        limits: how much of an input is read.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        warn: Callable[[str], None],
        limits: Limits = DEFAULT,
    ) -> None:
        self._say = say
        self._warn = warn
        self._limits = limits
        self._good = self._bad = 0

    @property
    def status(self) -> int:
        """0 if all went well, 1 if some inputs failed, 2 if none was any good."""
        if not self._bad:
            return 0
        return 1 if self._good else 2

    def check(self, inputs: Iterable[tuple[Path, str]]) -> None:
        """Read and work out each portfolio, and say what is wrong with it.

        Args:
            inputs: each input, and why it is none.
        """
        for path, problem in inputs:
            with self._input(path):
                if problem:
                    raise HedgeError(problem)
                portfolio = self._read(path)
                self._caution(path, analyse(portfolio))
                self._say(
                    f"{path}: ok, {len(portfolio.holdings)} holdings, "
                    f"{len(portfolio.shorts)} shorts, {len(portfolio.scenarios)} scenario rows"
                )

    def template(
        self,
        path: Path,
        edition: Edition = "addin",
        *,
        source: Path | None = None,
        empty: bool = False,
    ) -> None:
        """Write the template workbook.

        Args:
            path: where to.
            edition: where its functions are.
            source: a portfolio to fill it in from.
            empty: whether its inputs stay blank.
        """
        with self._input(source or path):
            portfolio = self._read(source) if source else SAMPLES[TEMPLATE]
            book = template_book(None if empty else analyse(portfolio), edition)
            path.parent.mkdir(parents=True, exist_ok=True)
            book.save(path)
            self._say(f"wrote {path}")

    def demo(self, folder: Path) -> None:
        """Fill in the samples, read them back, report on each, and show the headlines."""
        samples = folder / "samples"
        inputs = [samples / f"{name}.xlsx" for name in SAMPLES]
        with self._input(samples):
            samples.mkdir(parents=True, exist_ok=True)
            for path, portfolio in zip(inputs, SAMPLES.values(), strict=True):
                template_book(analyse(portfolio)).save(path)
        for path in inputs:
            with self._input(path):
                target = folder / f"{path.stem}{REPORT}"
                content = load(path)
                analysis = build_report(read_content(content), target, content.source)
                for line in (*_headlines(analysis, target), ""):
                    self._say(line)

    def _read(self, path: Path) -> Portfolio:
        portfolio = read(path, self._limits)
        for problem in (*portfolio.warnings, *stale(portfolio, _now())):
            self._warn(f"{path}: warning: {problem}")
        return portfolio

    def _caution(self, path: Path, analysis: Analysis) -> None:
        for caveat in analysis.caveats:
            self._warn(f"{path}: warning: {caveat}")

    @contextmanager
    def _input(self, path: Path) -> Iterator[None]:
        try:
            yield
            self._good += 1
        except HedgeError as error:
            self._bad += 1
            for line in str(error).split("\n"):
                self._warn(f"{path}: {line}")
        except BrokenPipeError:
            raise  # whoever read our lines has gone: no input is to blame
        except FileExistsError as error:
            self._bad += 1
            self._warn(f"{error.filename}: is a file; the output must be a folder")
        except OSError as error:
            self._bad += 1
            self._warn(f"{error.filename or path}: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001  # one input must not stop the others
            self._bad += 1
            self._warn(f"{path}: xlhedge failed: {type(error).__name__}: {error}; please report it")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _headlines(analysis: Analysis, target: Path) -> Iterator[str]:
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
