"""The commands on portfolios: `xlhedge report`, `check`, `template` and `demo`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from glob import has_magic
from pathlib import Path
from typing import Annotated, Literal

import typer

from xlhedge.batch.stop import Stop
from xlhedge.cli.lines import end_of, say, warn
from xlhedge.errors import InputError
from xlhedge.files import refuse_to_replace

__all__ = ["check", "demo", "report", "template"]


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
Folder = Annotated[
    Path, typer.Option("-o", "--output", help="Folder to write to; made if missing.")
]


def _megabytes(text: str) -> float:
    """A size as people type it."""
    from xlhedge.portfolio.values import number_in

    found = number_in(str(text).strip(), ".,")
    if not found or not _SIZES[0] <= found.value <= _SIZES[1]:
        raise typer.BadParameter(
            f"{text} must be a number from {_SIZES[0]:g} to {_SIZES[1]:,}, such as 16"
        )
    return found.value


Alert = Annotated[
    bool,
    typer.Option(
        "--alert",
        help="Tell alarms: liquidation within the alert, funding in breach, a gap beyond the band; "
        "exit status 3 if there is one.",
    ),
]
_SIZES = (0.001, 10_000)
MaxSize = Annotated[
    float,
    typer.Option(
        parser=_megabytes,
        metavar="MB",
        help="Largest input in megabytes. A workbook may unpack to 4 times as much, and a table's "
        "sheet, from A1 to its far corner, have 62,500 cells a megabyte.",
    ),
]


def report(
    inputs: Inputs = None,
    output: Folder = Path("reports"),
    *,
    manifest: Manifest = None,
    paper: Annotated[
        Literal["a4", "letter"], typer.Option(help="What the report prints on.")
    ] = "a4",
    title: Annotated[
        str, typer.Option(help="What page one says in the place of the portfolio's name.")
    ] = "",
    footer: Annotated[str, typer.Option(help="A line at the foot of every page.")] = "",
    logo: Annotated[
        Path | None, typer.Option(help="A PNG file for the top of page one, 1 MB at most.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml", help="A file whose section report has title, footer and logo."
        ),
    ] = None,
    checked_by: Annotated[
        str, typer.Option(help="Who has checked the report; it is a draft without.")
    ] = "",
    full: Annotated[
        bool,
        typer.Option("--full", help="Print all columns and sheets; else the main pages."),
    ] = False,
    lines: Annotated[
        int,
        typer.Option(
            min=10,
            help="Lines of a table at most: the urgent and the largest stay, the others are one "
            "line with their sums.",
        ),
    ] = 1_000,
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
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace files, too, that are no reports on these inputs."),
    ] = False,
    cluster: Annotated[
        str, typer.Option(help="Let a Dask cluster work; its scheduler's address.")
    ] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say only what failed.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say one JSON object a line, for machines.")
    ] = False,
    alert: Alert = False,
    max_size: MaxSize = 16,
    against: Annotated[
        Path | None,
        typer.Option(
            help="An earlier report on the portfolio, or a folder of them: say what changed since."
        ),
    ] = None,
    dated: Annotated[
        bool, typer.Option("--dated", help="Name reports by the date of their prices, keep others.")
    ] = False,
    consolidate: Annotated[
        str, typer.Option(metavar="NAME", help="Also write one report on all, of this name.")
    ] = "",
    fx: Annotated[
        list[str] | None,
        typer.Option(help="What a unit of a currency is worth in the group's, as EUR=1.08."),
    ] = None,
) -> None:
    """Write a report for each portfolio: xlhedge report treasury.xlsx -o reports."""
    with Stop() as stop:
        if jobs != 1 and not (cluster or resume) and (manifest or _may_be_many(inputs or ())):
            from xlhedge.batch.workers import begin_early

            begin_early()
        from xlhedge.batch.consolidate import rates_of
        from xlhedge.batch.plan import Request
        from xlhedge.batch.progress import JsonProgress, Progress, TextProgress
        from xlhedge.batch.run import make_reports
        from xlhedge.jobs.firm_settings import firm_of
        from xlhedge.readers import Limits

        progress: Progress = JsonProgress(say)
        if not as_json:
            terminal = sys.stderr.isatty()
            progress = TextProgress(say, warn, quiet=quiet, terminal=terminal, alert=alert)
        request = Request(
            tuple(inputs or ()),
            output,
            manifest,
            paper,
            pdf,
            jobs,
            resume,
            force,
            cluster,
            Limits(max_size),
            alert,
            firm_of(title, footer, checked_by, logo, settings),
            against,
            dated,
            consolidate.strip(),
            rates_of(fx or ()),
            full,
            lines,
        )
        if fx and not request.group:
            raise InputError("--fx: goes with --consolidate")
        result = make_reports(request, progress, stop)
    raise typer.Exit(result.status)


def _may_be_many(inputs: Sequence[str]) -> bool:
    """Whether these may name several portfolios, before anything of them is read."""
    return len(inputs) > 1 or any(Path(each).is_dir() or has_magic(each) for each in inputs)


def check(
    inputs: Inputs = None,
    *,
    manifest: Manifest = None,
    alert: Alert = False,
    max_size: MaxSize = 16,
) -> None:
    """Say all that is wrong with portfolios, write nothing: xlhedge check treasury.xlsx."""
    with Stop() as stop:
        from xlhedge.batch.inputs import gather
        from xlhedge.batch.progress import ALARM
        from xlhedge.batch.store import opened
        from xlhedge.jobs.checking import check_line
        from xlhedge.readers import Limits

        found: list[str] = []

        def one(path: Path, problem: str) -> None:
            if problem:
                raise InputError(problem)
            line, alarms = check_line(path, warn, Limits(max_size))
            say(line)
            if alert:
                found.extend(alarms)
                for alarm in alarms:
                    warn(f"{path}: alarm: {alarm}")

        with opened() as store, stop.at_once():
            gather(store, inputs or (), manifest, None)
            end = end_of((path, partial(one, path, problem)) for _, path, problem in store.inputs())
    raise typer.Exit(ALARM) if found else end


def template(
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook to write.")],
    *,
    edition: Annotated[
        Literal["addin", "365"],
        typer.Option(help="addin: for the installed functions; 365: they are in the workbook."),
    ] = "addin",
    empty: Annotated[
        bool, typer.Option("--empty", help="Leave the inputs blank, but for two scenarios.")
    ] = False,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Fill it in from a portfolio: workbook, JSON or CSV folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    max_size: MaxSize = 16,
) -> None:
    """Write the template workbook, filled in with an example: xlhedge template -o my-hedge.xlsx."""
    from xlhedge.jobs.commands import write_template
    from xlhedge.readers import Limits

    refuse_to_replace(output, force=force, suffix=".xlsx")
    if empty and source:
        raise InputError("--empty and --from: give one of them")

    def write() -> None:
        limits = Limits(max_size)
        write_template(output, warn, edition, source=source, empty=empty, limits=limits)
        say(f"wrote {output}")

    raise end_of([(source or output, write)])


def demo(output: Folder = Path("reports")) -> None:
    """Build the samples, report on them, and show the headlines: xlhedge demo."""
    from xlhedge.jobs.commands import report_headlines, write_samples
    from xlhedge.samples import SAMPLES

    def one(path: Path) -> None:
        for line in report_headlines(path, output, warn):
            say(line)

    samples = output / "samples"
    write_samples(samples)
    paths = [samples / f"{name}.xlsx" for name in SAMPLES]
    raise end_of((path, partial(one, path)) for path in paths)
