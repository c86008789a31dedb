"""`xlhedge report` and `xlhedge check`: many inputs, one line of commands."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlhedge.batch.stop import Stop, Stopped
from xlhedge.cli.failing import fail
from xlhedge.cli.options import MaxSize
from xlhedge.cli.saying import say, warn

__all__ = ["check", "report"]


@contextmanager
def _stoppable() -> Iterator[Stop]:
    """From here on Ctrl-C and its like end the command in order, with their own exit status."""
    with Stop() as stop:
        try:
            yield stop
        except Stopped:
            raise typer.Exit(128 + stop.signal) from None


class Paper(StrEnum):
    """What a report prints on."""

    A4 = "a4"
    LETTER = "letter"


Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        help="Filled-in workbooks (.xlsx), JSON files, folders of CSV files, folders of all these, "
        'or patterns such as "desk/**/*.xlsx".'
    ),
]
Manifest = Annotated[
    Path | None,
    typer.Option(help="A file that names inputs, one a line; a .csv has them in a column path."),
]


def report(
    inputs: Inputs = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write to; made if missing.")
    ] = Path("reports"),
    *,
    manifest: Manifest = None,
    paper: Annotated[Paper, typer.Option(help="What the report prints on.")] = Paper.A4,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also make a PDF of each; takes LibreOffice.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "-j", "--jobs", min=1, help="Processes that work; as many as processors if left out."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep reports whose input has not changed.")
    ] = False,
    cluster: Annotated[
        str, typer.Option(help="Let a Dask cluster work; its scheduler's address.")
    ] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say only what failed.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say one JSON object a line, for machines.")
    ] = False,
    max_size: MaxSize = 16,
) -> None:
    """Write a report for each portfolio: xlhedge report treasury.xlsx -o reports."""
    with _stoppable() as stop:
        from xlhedge.batch.inputs import UsageError
        from xlhedge.batch.plan import Request
        from xlhedge.batch.progress import Lines, Objects, Teller
        from xlhedge.batch.run import run
        from xlhedge.readers import Limits

        teller: Teller = Objects(say)
        if not as_json:
            teller = Lines(say, warn, quiet=quiet, terminal=sys.stderr.isatty())
        request = Request(
            tuple(inputs or ()),
            output,
            manifest,
            paper.value,
            pdf,
            jobs,
            resume,
            cluster,
            Limits(max_size),
        )
        try:
            tally = run(request, teller, stop)
        except UsageError as error:
            raise fail(error) from None
        except BrokenPipeError:
            raise  # whoever read our lines has gone
        except sqlite3.Error as error:
            raise fail(f"temporary files: {error}") from None
        except OSError as error:
            raise fail(f"{error.filename or output}: {error.strerror or error}") from None
    raise typer.Exit(tally.status)


def check(inputs: Inputs = None, *, manifest: Manifest = None, max_size: MaxSize = 16) -> None:
    """Say all that is wrong with portfolios, write nothing: xlhedge check treasury.xlsx."""
    with _stoppable() as stop:
        from xlhedge.batch.inputs import UsageError, gather
        from xlhedge.batch.store import Scratch
        from xlhedge.jobs.commands import Desk
        from xlhedge.readers import Limits

        desk, scratch = Desk(say, warn, Limits(max_size)), Scratch()
        try:
            with stop.at_once():
                gather(scratch, inputs or (), manifest, None)
                desk.check((path, problem) for _, path, problem in scratch.inputs())
        except UsageError as error:
            raise fail(error) from None
    raise typer.Exit(desk.status)
