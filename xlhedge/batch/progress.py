"""What a run tells: lines for people, a bar on a terminal, objects for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from xlhedge import __version__
from xlhedge.text import counted

__all__ = ["ALARM", "LISTS", "InputResult", "JsonProgress", "Progress", "RunResult", "TextProgress"]

LISTS = ("alarms", "advice", "orders", "liquidated", "underlyings", "positions")
"""What is known of an input besides the summary's columns, each a list."""

ALARM = 3
"""The exit status of a command that was to look for alarms, and found some."""

_FEW = 20  # reports of which a terminal shows a line each, besides the bar

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class InputResult:
    """What became of an input."""

    input: str  # as a person would write it
    status: str  # ok, kept (an earlier run made it) or failed
    report: str = ""  # its path, if there is one
    pdf: str = ""
    sha256: str = ""  # the input's, if it was read
    figures: Mapping[str, Any] = field(default_factory=dict)  # by column of the summary, and lists
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()  # a line each; with the place, but without the input


@dataclass(slots=True)
class RunResult:
    """How a run went: how many inputs, of which status, with how many warnings."""

    total: int = 0
    ok: int = 0
    kept: int = 0
    failed: int = 0
    reports: int = 0  # that stand, a failed PDF or not
    warnings: int = 0
    halted: str = ""  # why it ended before all inputs were done
    signal: int = 0  # that ended it
    summary: str = ""  # its path, if it was written
    group: str = ""  # likewise of the report on all portfolios
    orders: str = ""  # likewise
    alert: bool = False  # whether alarms decide its status
    alarmed: int = 0  # inputs with an alarm

    def count(self, result: InputResult) -> None:
        """Count an result."""
        setattr(self, result.status, getattr(self, result.status) + 1)
        self.reports += bool(result.report)
        self.warnings += len(result.warnings)
        self.alarmed += bool(result.figures.get("alarms"))

    @property
    def status(self) -> int:
        """The exit status: 0, 1 if some inputs failed, 2 if none was any good, or of a signal.

        Where they are asked for, alarms have one of their own, whatever failed beside them.
        """
        if self.signal:
            return 128 + self.signal
        if self.alert and self.alarmed:
            return ALARM
        if not self.failed and not self.halted:
            return 0
        return 1 if self.reports else 2

    def __str__(self) -> str:
        said = [f"{self.reports:,} of {self.total:,} reports are there"]
        said += [f"{self.kept:,} of them from an earlier run"] if self.kept else []
        said += [counted(self.failed, "input") + " failed"] if self.failed else []
        said += [counted(self.warnings, "warning")] if self.warnings else []
        return ", ".join(said) + (f": {self.summary}" if self.summary else "")


class Progress:
    """Is told how a run goes, and shows nothing of it."""

    def running(self, total: int) -> AbstractContextManager[None]:  # noqa: ARG002  # not shown
        """While it runs."""
        return nullcontext()

    def done(self, result: InputResult) -> None:
        """An input is done."""

    def end(self, result: RunResult, failures: Iterable[Mapping[str, Any]]) -> None:
        """It is over; failures are rows of the summary."""


class TextProgress(Progress):
    """Lines for people.

    Args:
        say: takes a line of what was done.
        warn: takes a line about something wrong.
        quiet: whether only what is wrong with inputs is told.
        terminal: whether a bar can be shown.
        alert: whether alarms are told, too.
    """

    def __init__(
        self,
        say: Say,
        warn: Say,
        *,
        quiet: bool = False,
        terminal: bool = False,
        alert: bool = False,
    ) -> None:
        self._say, self._warn, self._alert = say, warn, alert
        self._quiet = quiet
        self._terminal = terminal and not quiet
        self._each = not quiet
        self._many = False
        self._advance: Callable[[bool], None] = lambda _: None

    @contextmanager
    def running(self, total: int) -> Iterator[None]:
        """Shows the bar."""
        self._many = total > 1
        if not self._terminal or not self._many:
            yield
            return
        self._each = total <= _FEW or not sys.stdout.isatty()
        with _bar(total) as self._advance:
            yield

    def done(self, result: InputResult) -> None:
        """A line for each file, for each warning, and for each alarm."""
        self._advance(result.status == "failed")
        for alarm in result.figures.get("alarms", ()) if self._alert else ():
            self._warn(f"{result.input}: alarm: {alarm}")
        if not self._each:
            return
        for warning in result.warnings:
            self._warn(f"{result.input}: warning: {warning}")
        kept = " (kept)" if result.status == "kept" else ""
        for file in filter(None, (result.report, result.pdf)):
            self._say(f"{result.input} -> {file}{kept}")

    def end(self, result: RunResult, failures: Iterable[Mapping[str, Any]]) -> None:
        """All that failed, last, where it is seen."""
        if self._many and not self._quiet:
            self._say(str(result))
        if result.group and not self._quiet:
            self._say(f"all of them -> {result.group}")
        for row in failures:
            for line in row["error"].split("\n"):
                self._warn(f"{row['input']}: {line}")
        if result.halted:
            left = result.total - result.ok - result.kept - result.failed
            rest = f"; {left:,} of {result.total:,} inputs are not done, --resume does them"
            self._warn(result.halted + (rest if left else ""))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[bool], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        Left(),
        TextColumn("left"),
        TextColumn("{task.fields[failed]}", style="red"),
        console=Console(stderr=True),
        transient=True,
    )
    failed = 0
    with bar:
        task = bar.add_task("", total=total, rate="", failed="")

        def advance(wrong: bool) -> None:  # noqa: FBT001  # the one thing it is told
            nonlocal failed
            failed += wrong
            said = f"{failed:,} failed" if failed else ""
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, failed=said, rate=f"{speed:,.1f}/s" if speed else "")

        yield advance


class JsonProgress(Progress):
    """One JSON object a line, for machines: an `input` each, and the `end`.

    Args:
        say: takes a line.
    """

    def __init__(self, say: Say) -> None:
        self._say = say

    def done(self, result: InputResult) -> None:
        """The result, its fields by name and the figures among them, and what is listed."""
        figures = {key: each for key, each in result.figures.items() if key not in LISTS}
        self._write(
            event="input",
            input=result.input,
            status=result.status,
            report=result.report or None,
            pdf=result.pdf or None,
            input_sha256=result.sha256 or None,
            warnings=result.warnings,
            errors=result.errors,
            version=__version__ if result.report else None,
            figures=figures or None,
            **{name: result.figures.get(name, []) for name in LISTS},
        )

    def end(self, result: RunResult, failures: Iterable[Mapping[str, Any]]) -> None:  # noqa: ARG002
        """The counts; each failure has been told."""
        self._write(
            event="end",
            total=result.total,
            ok=result.ok,
            kept=result.kept,
            failed=result.failed,
            alarmed=result.alarmed,
            summary=result.summary or None,
            orders=result.orders or None,
            group=result.group or None,
            halted=result.halted or None,
            signal=result.signal or None,
            exit_status=result.status,
        )

    def _write(self, **fields: Any) -> None:
        self._say(json.dumps(fields))  # in ASCII: nothing in it acts on a terminal
