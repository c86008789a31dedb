"""The main job: portfolios in, reports out, and what to tell the person at the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.errors import HedgeError
from xlhedge.hosts.installing import InstallError
from xlhedge.hosts.pdf import to_pdf
from xlhedge.portfolio import Portfolio, stale
from xlhedge.readers import DEFAULT, Limits, read
from xlhedge.samples import SAMPLES
from xlhedge.workbook.audit import Origin
from xlhedge.workbook.report import Paper, report_book
from xlhedge.workbook.start import Edition
from xlhedge.workbook.template import template_book

__all__ = ["TEMPLATE", "Desk", "build_report", "origin_of"]

TEMPLATE = "full-hedge"
"""The sample that the template is filled in with."""


def build_report(
    portfolio: Portfolio,
    path: Path | str,
    origin: Origin | None = None,
    paper: Paper = "a4",
) -> Analysis:
    """Work out a portfolio and write its report.

    Args:
        portfolio: what to report on; `read` makes one of a file, `Portfolio.from_frames` of frames.
        path: the .xlsx file to write, whole or not at all; its folder is made if missing.
        origin: the file it was read from, named on the audit sheet; `origin_of` tells.
        paper: what it prints on.

    Returns:
        The analysis that the report shows.

    Raises:
        HedgeError: the portfolio cannot be worked out.
        OSError: the file cannot be written.
    """
    analysis = analyse(portfolio)
    book, path = report_book(analysis, origin, paper), Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return analysis


def origin_of(path: Path) -> Origin:
    """A portfolio's file or folder, and the SHA-256 of its bytes.

    Args:
        path: a workbook, a JSON file, or a folder of CSV files, which are taken in order of name.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return Origin(path.resolve().name, digest.hexdigest())


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

    def check(self, inputs: Sequence[Path]) -> None:
        """Read and work out each portfolio, and say what is wrong with it."""
        for path in inputs:
            with self._input(path):
                portfolio = self._read(path)
                self._caution(path, analyse(portfolio))
                self._say(
                    f"{path}: ok, {len(portfolio.holdings)} holdings, "
                    f"{len(portfolio.shorts)} shorts, {len(portfolio.scenarios)} scenario rows"
                )

    def report(
        self, inputs: Sequence[Path], folder: Path, *, paper: Paper = "a4", pdf: bool = False
    ) -> None:
        """Write a report for each portfolio; a bad one does not stop the others."""
        for path, target in _targets(inputs, folder):
            with self._input(path):
                portfolio = self._read(path)
                self._caution(path, build_report(portfolio, target, origin_of(path), paper))
                self._say(f"{path} -> {target}")
                if pdf:
                    self._print(path, target)

    def _print(self, path: Path, report: Path) -> None:
        """Make a PDF of a report; the report stands, whatever comes of it."""
        try:
            self._say(f"{path} -> {to_pdf(report)}")
        except InstallError as error:
            self._bad += 1
            self._warn(str(error))

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
        for path, target in _targets(inputs, folder):
            with self._input(path):
                analysis = build_report(read(path), target, origin_of(path))
                for line in _headlines(analysis, target):
                    self._say(line)
                self._say("")

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
            for line in str(error).splitlines():
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


def _targets(inputs: Sequence[Path], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each input with its report; two inputs of one name get reports of two."""
    taken: set[str] = set()
    for path in inputs:
        stem = path.resolve().name if path.is_dir() else path.stem
        name, n = stem, 1
        while name.casefold() in taken:
            n += 1
            name = f"{stem}-{n}"
        taken.add(name.casefold())
        yield path, folder / f"{name}-report.xlsx"


def _headlines(analysis: Analysis, target: Path) -> Iterator[str]:
    settings = analysis.portfolio.settings
    yield f"{settings.portfolio}: {target}"
    rows = (
        ("Spot notional", analysis.total["spot_notional"]),
        ("Short notional", analysis.total["short_notional"]),
        ("Net delta", analysis.total["net_delta"]),
        (f"Funding drag, {analysis.days:.0f} days", analysis.total["funding_drag"]),
        ("P&L at -20 %", analysis.after(-0.2)),
        ("P&L at +20 %", analysis.after(0.2)),
    )
    for title, value in rows:
        yield f"  {title:<22} {value + 0.0:>16,.2f} {settings.quote_currency}"
