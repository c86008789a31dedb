"""A run: inputs through the workers, into files, the record, the summary and the lines.

This process alone writes files: a worker that dies leaves none half written.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlhedge import __version__
from xlhedge.batch.cluster import Cluster
from xlhedge.batch.flow import Flow, Halt
from xlhedge.batch.inputs import gather
from xlhedge.batch.output import Output, Record
from xlhedge.batch.plan import Item, Plan, Request
from xlhedge.batch.progress import Outcome, Tally, Teller
from xlhedge.batch.stop import Stop, Stopped
from xlhedge.batch.store import Scratch
from xlhedge.batch.summary_csv import refuse_foreign, write_summary
from xlhedge.batch.work import Made, Options, program
from xlhedge.batch.workers import Here, Pool, Workers, processors

__all__ = ["run"]

_CHUNK = 10  # reports a task: few enough to share out evenly, enough to pay for the trip
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def run(request: Request, teller: Teller, stop: Stop) -> Tally:
    """Make the reports.

    Args:
        request: what to do.
        teller: whom to tell.
        stop: what ends it before its time.

    Returns:
        How it went.

    Raises:
        UsageError: it could not begin.
        OSError: the folder cannot be made or written.
    """
    scratch, tally = Scratch(), Tally()
    try:
        with stop.at_once():
            tally.total = gather(scratch, request.inputs, request.manifest, request.output)
        with Output(request.output).open() as output:
            refuse_foreign(request.output)
            try:
                with teller.running(tally.total), _workers(request, tally.total, stop) as workers:
                    _Run(request, scratch, output, workers, teller, stop, tally).go()
            except Halt as halt:
                tally.halted = str(halt)
            except Stopped:
                tally.halted = "stopped"
            _conclude(tally, scratch, output)
    except Stopped:
        tally.halted = "stopped"
    tally.signal = stop.signal
    teller.end(tally, scratch.rows(failed=True))
    scratch.close()
    return tally


@contextmanager
def _workers(request: Request, total: int, stop: Stop) -> Iterator[Workers]:
    workers: Workers
    if request.cluster:
        workers = Cluster(request.cluster, program())
    elif request.jobs == 1 or (request.jobs is None and total == 1):
        workers = Here(stop)
    else:
        jobs = min(request.jobs or processors(), total)
        workers = Pool(jobs, max(1, min(_CHUNK, total // (4 * jobs))))
    try:
        yield workers
    except BaseException:
        workers.close(at_once=True)
        raise
    workers.close(at_once=False)


def _conclude(tally: Tally, scratch: Scratch, output: Output) -> None:
    """Make the record last, and write the summary if there is anything good to say."""
    try:
        output.commit()
        if tally.reports:
            tally.summary = str(write_summary(output.folder, scratch.rows(), output.hidden))
    except OSError as error:
        tally.halted = tally.halted or f"{error.filename}: {error.strerror}"


@dataclass(frozen=True)
class _Run:
    request: Request
    scratch: Scratch
    output: Output
    workers: Workers
    teller: Teller
    stop: Stop
    tally: Tally

    def go(self) -> None:
        """Everything, in order."""
        remote = self.workers.remote
        plan = Plan(self.request, self.scratch, self.output, remote)
        folder = None if remote else str(self.output.hidden)
        request = self.request
        options = Options(request.paper, request.pdf, folder, request.limits)
        for chunk in Flow(self.workers, options, self.stop).through(plan.items()):
            done: list[tuple[Item, Outcome]] = []
            try:
                for item, made in chunk:
                    self.stop.check()
                    outcome = self._written(plan, item, made) if made else item.outcome
                    done.append((item, outcome or Outcome(str(item.path), "failed")))
            finally:
                self._conclude(done)

    def _conclude(self, done: list[tuple[Item, Outcome]]) -> None:
        """What is told as done is on record before: nobody is told what a kill −9 undoes."""
        try:
            self.output.commit()
        except OSError as error:
            raise _halt(error) from None
        finally:
            for item, outcome in done:
                self._take(item, outcome)

    def _take(self, item: Item, outcome: Outcome) -> None:
        self.tally.count(outcome)
        failed = outcome.status == "failed"
        self.scratch.done(item.position, _row(outcome), failed=failed)
        self.teller.told(outcome)

    def _written(self, plan: Plan, item: Item, made: Made) -> Outcome:
        """Write a report, and take down that it stands."""
        report = self.request.output / item.report
        pdf = report.with_suffix(".pdf")
        files, errors = ("", ""), made.errors
        try:
            if made.report:
                sha256 = self.output.put(report.name, made.report)
                files = (str(report), "")
                pdf_sha256 = self.output.put(pdf.name, made.pdf) if made.pdf else ""
                files = (str(report), str(pdf) if made.pdf else "")
                made_from = plan.made_from(item.path, made.sha256)
                record = Record(made_from, sha256, pdf_sha256, made.sha256, made.figures)
                self.output.remember(report.name, record)
        except OSError as error:
            if error.errno in _FULL or error.errno is None:  # nor would the next one be written
                raise _halt(error) from None
            errors = (f"{error.filename}: {error.strerror or error}",)
        status = "failed" if errors else "ok"
        path = str(item.path)
        return Outcome(path, status, *files, made.sha256, made.figures, made.warnings, errors)


def _halt(error: OSError) -> Halt:
    return Halt(f"{error.filename}: {error.strerror or error}")


def _row(outcome: Outcome) -> dict[str, Any]:
    """The summary's row; a report that was kept has that of its making."""
    return {
        "input": outcome.input,
        "status": "failed" if outcome.status == "failed" else "ok",
        "error": "\n".join(outcome.errors),
        "report": Path(outcome.report).name,
        "input_sha256": outcome.sha256,
        "version": __version__ if outcome.report else None,
        **outcome.figures,
    }
