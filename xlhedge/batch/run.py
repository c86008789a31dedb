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
from xlhedge.batch.compare import Earlier
from xlhedge.batch.consolidate import consolidated
from xlhedge.batch.csv_files import ORDERS, SUMMARY, csv_files, refuse_other_files
from xlhedge.batch.dispatch import Dispatch
from xlhedge.batch.inputs import gather
from xlhedge.batch.output import Output, Record
from xlhedge.batch.plan import Item, Plan, Request
from xlhedge.batch.progress import InputResult, Progress, RunResult
from xlhedge.batch.stop import Stop
from xlhedge.batch.store import RunStore, opened
from xlhedge.batch.work import Options, ReportBytes, versions
from xlhedge.batch.workers import Pool, ThisProcess, Workers, processors
from xlhedge.errors import InputError, Stopped, error_lines
from xlhedge.files import SUMMARY_BOOK
from xlhedge.readers.own import RUN, refuse_foreign
from xlhedge.sheets.run_summary import summary_book, summary_line

__all__ = ["make_reports"]

_CHUNK = 10  # reports a task: few enough to share out evenly, enough to pay for the trip
_FULL = {None, errno.ENOSPC, errno.EDQUOT, errno.EROFS}  # the next file would not be written either


def make_reports(request: Request, progress: Progress, stop: Stop) -> RunResult:
    """Make the reports.

    Args:
        request: what to do.
        progress: what to tell it.
        stop: what ends it before its time.

    Returns:
        How it went.

    Raises:
        InputError: what was asked for cannot be done.
        MachineError: the folder or the cluster cannot be used.
        OSError: the folder cannot be made or written.
    """
    result = RunResult(alert=request.alert)
    with opened() as store:
        try:
            with stop.at_once():
                result.total = gather(store, request.inputs, request.manifest, request.output)
            with Output(request.output).open() as output:
                refuse_other_files(request.output)
                refuse_foreign(request.output / SUMMARY_BOOK, title=RUN)
                earlier = Earlier(request.against) if request.against else None
                try:
                    with progress.running(result.total), _workers(request, result.total, stop) as w:
                        _Run(request, store, output, w, progress, stop, result, earlier).go()
                except Stopped as stopped:
                    result.halted = str(stopped)
                _conclude(result, request, store, output)
        except Stopped as stopped:
            result.halted = str(stopped)
        result.signal = stop.signal
        progress.end(result, store.rows(failed=True))
    return result


@contextmanager
def _workers(request: Request, total: int, stop: Stop) -> Iterator[Workers]:
    workers: Workers
    if request.cluster:
        workers = Cluster(request.cluster, versions())
    elif request.jobs == 1 or (request.jobs is None and total == 1):
        workers = ThisProcess(stop)
    else:
        jobs = min(request.jobs or processors(), total)
        workers = Pool(jobs, max(1, min(_CHUNK, total // (4 * jobs))))
    try:
        yield workers
    except BaseException:
        workers.close(at_once=True)
        raise
    workers.close(at_once=False)


def _conclude(result: RunResult, request: Request, store: RunStore, output: Output) -> None:
    """Make the record last, and write the summary if there is anything good to say."""
    try:
        output.commit()
        if result.reports:
            lines = []
            with csv_files(output.folder, output.hidden) as put:
                for row in store.rows():
                    put(row)
                    lines.append(summary_line(row))
            result.summary, result.orders = (
                str(output.folder / each) for each in (SUMMARY, ORDERS)
            )
            output.put(SUMMARY_BOOK, summary_book(lines).to_bytes())
            if request.group and not result.halted:
                made = consolidated(
                    request.group, request.rates, store, output, force=request.force
                )
                result.group = str(made)
    except (OSError, InputError) as error:
        result.halted = result.halted or "; ".join(error_lines(error))


@dataclass(frozen=True)
class _Run:
    request: Request
    store: RunStore
    output: Output
    workers: Workers
    progress: Progress
    stop: Stop
    result: RunResult
    earlier: Earlier | None

    def go(self) -> None:
        """Everything, in order."""
        request, remote = self.request, self.workers.remote
        plan = Plan(request, self.store, self.output, remote, self.earlier)
        folder = None if remote else str(self.output.hidden)
        options = Options(
            request.paper,
            request.pdf,
            folder,
            request.limits,
            request.firm,
            request.full,
            request.lines,
        )
        for chunk in Dispatch(self.workers, options, self.stop).results(plan.items()):
            done: list[tuple[int, InputResult]] = []
            try:
                for item, made in chunk:
                    self.stop.check()
                    result = self._written(plan, item, made) if made else item.result
                    done.append((item.position, result or InputResult(str(item.path), "failed")))
            finally:
                self._tell(done)

    def _tell(self, done: list[tuple[int, InputResult]]) -> None:
        """What is told as done is on record before: nobody is told what a kill −9 undoes."""
        try:
            self.output.commit()
        except OSError as error:
            raise Stopped(_line(error)) from None
        finally:
            for position, result in done:
                self.result.count(result)
                self.store.done(position, _row(result), failed=result.status == "failed")
                self.progress.done(result)

    def _written(self, plan: Plan, item: Item, made: ReportBytes) -> InputResult:
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
                made_from = plan.made_from(item, made.sha256)
                record = Record(made_from, sha256, pdf_sha256, made.sha256, made.figures)
                self.output.remember(report.name, record)
        except OSError as error:
            if error.errno in _FULL:
                raise Stopped(_line(error)) from None
            errors = (_line(error),)
        status = "failed" if errors else "ok"
        path = str(item.path)
        warnings = item.warnings + made.warnings
        return InputResult(path, status, *files, made.sha256, made.figures, warnings, errors)


def _line(error: OSError) -> str:
    return "; ".join(error_lines(error))


def _row(result: InputResult) -> dict[str, Any]:
    """The summary's row; a report that was kept has that of its making."""
    return {
        "input": result.input,
        "status": "failed" if result.status == "failed" else "ok",
        "error": "\n".join(result.errors),
        "report": Path(result.report).name,
        "input_sha256": result.sha256,
        "version": __version__ if result.report else None,
        **result.figures,
    }
