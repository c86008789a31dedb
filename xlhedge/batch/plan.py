"""What is asked of a run, and of each input: work for a worker, or a result known already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from xlhedge.batch.compare import Earlier
from xlhedge.batch.output import Output
from xlhedge.batch.progress import InputResult
from xlhedge.batch.report_names import stem_of
from xlhedge.batch.store import RunStore
from xlhedge.batch.work import versions
from xlhedge.errors import InputError, PortfolioError, error_lines
from xlhedge.files import REPORT, report_ending
from xlhedge.readers import DEFAULT, Content, Limits, load, read_content
from xlhedge.readers.own import refuse_foreign
from xlhedge.sheets.firm import PLAIN, Firm
from xlhedge.sheets.report import Paper
from xlhedge.sheets.shown import MOST_SHOWN

__all__ = ["Item", "Plan", "Request"]


@dataclass(frozen=True)
class Request:
    """What a run is to do."""

    inputs: tuple[str, ...]  # files, folders and patterns
    output: Path
    manifest: Path | None = None  # a file that names more inputs
    paper: Paper = "a4"
    pdf: bool = False
    jobs: int | None = None  # processes; 1 starts none; none: as many as processors and inputs
    resume: bool = False  # whether reports that stand are kept
    force: bool = False  # whether files are replaced that are no reports of ours on the input
    cluster: str = ""  # the address of a Dask cluster that does the work
    limits: Limits = DEFAULT
    alert: bool = False  # whether alarms decide how it ends
    firm: Firm = PLAIN
    against: Path | None = None  # an earlier report, or a folder of them, to compare with
    dated: bool = False  # whether reports of other days stay beside it
    group: str = ""  # what a report on all portfolios is called; empty for none
    rates: Mapping[str, float] = field(default_factory=dict)  # of currencies in the group's
    full: bool = False  # whether the appendix prints, too
    lines: int = MOST_SHOWN  # of a table at most


class Item(NamedTuple):
    """An input on its way: there is something to do, or its result."""

    position: int
    path: Path
    report: str = ""  # its name
    source: Path | Content | None = None  # what a worker is to read
    earlier: Content | None = None  # the report that it is compared with
    warnings: tuple[str, ...] = ()  # for the terminal
    result: InputResult | None = None  # what became of it without a worker


@dataclass(frozen=True)
class Plan:
    """Turns the inputs of a store into items."""

    request: Request
    store: RunStore
    output: Output
    remote: bool  # whether workers cannot read our files
    earlier: Earlier | None = None  # where reports are that these are compared with

    def items(self) -> Iterator[Item]:
        """All inputs, in order."""
        for position, path, problem in self.store.inputs():
            if problem:
                yield Item(position, path, result=_failed(path, InputError(problem)))
                continue
            yield self._item(Item(position, path))

    def _item(self, item: Item) -> Item:
        try:
            ending, item = self._known(item)
            stem = stem_of(item.path, folder=item.path.is_dir())
            item = item._replace(report=self.store.name(stem, self.request.output, ending))
            if self.request.resume and (kept := self._kept(item)):  # on record: it is ours
                return item._replace(source=None, result=kept)
            if not self.request.force:
                self._refuse_foreign(item)
            if not item.source:
                source = load(item.path, self.request.limits) if self.remote else item.path
                item = item._replace(source=source)
        except InputError as error:
            return item._replace(source=None, result=_failed(item.path, error))
        return item

    def _known(self, item: Item) -> tuple[str, Item]:
        """What a report's name ends in, and what it is compared with: both hang on its date."""
        request = self.request
        if not request.dated and self.earlier is None:
            return REPORT, item
        content = load(item.path, request.limits)
        item = item._replace(source=content)
        try:
            portfolio = read_content(content, request.limits)
        except PortfolioError:  # the worker will say it, with what looks mistyped besides
            return REPORT, item
        if self.earlier:
            earlier = self.earlier.of(portfolio)
            said = () if earlier else (f"--against: {self.earlier.place} has no earlier report",)
            item = item._replace(earlier=earlier, warnings=said)
        return report_ending(portfolio.settings.as_of) if request.dated else REPORT, item

    def _refuse_foreign(self, item: Item) -> None:
        target, name = self.request.output / item.report, _name(item.path)
        refuse_foreign(target, name)
        if self.request.pdf:
            record = self.output.known(item.report)
            if record is None or not record.pdf_sha256:
                refuse_foreign(target.with_suffix(".pdf"), name)

    def _kept(self, item: Item) -> InputResult | None:
        """The result of a report that an earlier run made of the same."""
        path, report = item.path, item.report
        record = self.output.known(report)
        if record is None or (self.request.pdf and not record.pdf_sha256):
            return None
        sha256 = load(path, self.request.limits).sha256
        if record.made_from != self.made_from(item, sha256):
            return None
        target = self.request.output / report
        pdf = str(target.with_suffix(".pdf")) if self.request.pdf else ""
        return InputResult(str(path), "kept", str(target), pdf, sha256, record.figures)

    def made_from(self, item: Item, sha256: str) -> str:
        """All that decides a report's bytes, as one short text.

        Args:
            item: the input.
            sha256: of its bytes.
        """
        earlier = [item.earlier.name, item.earlier.sha256] if item.earlier else []
        parts = json.dumps(
            [
                *(
                    _name(item.path),
                    sha256,
                    self.request.paper,
                    self.request.full,
                    self.request.lines,
                    *self.request.firm.parts,
                ),
                *(versions(), *earlier),
            ]
        )
        return hashlib.sha256(parts.encode()).hexdigest()


def _name(path: Path) -> str:
    return path.resolve().name if path.is_dir() else path.name


def _failed(path: Path, error: InputError) -> InputResult:
    return InputResult(str(path), "failed", errors=tuple(error_lines(error)))
