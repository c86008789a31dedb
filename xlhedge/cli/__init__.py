"""The command line: thin commands over the package, and nothing imported before it is needed."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from xlhedge.cli import hosts, reports
from xlhedge.cli.failing import fail
from xlhedge.cli.options import MaxSize
from xlhedge.cli.saying import say, warn

__all__ = ["app", "argument_of", "main"]

app = typer.Typer(
    name="xlhedge",
    help="The hedging desk inside a spreadsheet: how much to short, what is left, what it costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(hosts.excel, name="excel")
app.add_typer(hosts.libreoffice, name="libreoffice")
app.command("lambda")(hosts.lambdas)
app.command()(reports.report)
app.command()(reports.check)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A console or a pipe that cannot show × or − shows a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer's callback has this form
    if wanted:
        from xlhedge import __version__

        say(f"xlhedge {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def functions(
    name: Annotated[str, typer.Argument(help="A function to explain, such as NET_DELTA.")] = "",
) -> None:
    """List the spreadsheet functions, or explain one: xlhedge functions NET_DELTA."""
    from xlhedge.errors import HedgeError
    from xlhedge.functions.reference import entry_text
    from xlhedge.functions.registry import FUNCTIONS, function

    if name:
        try:
            lines = entry_text(function(name)).split("\n")
        except HedgeError as error:
            raise fail(error) from None
        for line in lines:
            say(line)
        return
    group = ""
    width = max(len(entry.name) for entry in FUNCTIONS)
    for entry in FUNCTIONS:
        if entry.group != group:
            if group:
                say()
            say(entry.group)
            group = entry.group
        say(f"  {entry.name:<{width}}  {entry.summary}")
    say()
    say("xlhedge functions NAME explains one.")


# Arguments may be negative numbers: what looks like an option is an argument here.
@app.command(context_settings={"ignore_unknown_options": True})
def calc(
    name: Annotated[str, typer.Argument(help="The function, such as HEDGE_NOTIONAL.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help='Its arguments in order; "" leaves one out, "{1,2;3,4}" is a range.'),
    ] = None,
) -> None:
    """Evaluate one function: xlhedge calc HEDGE_NOTIONAL 1 60000 0.5."""
    from xlhedge.errors import HedgeError
    from xlhedge.functions.evaluate import evaluate, rows_of
    from xlhedge.functions.registry import function

    try:
        value = evaluate(function(name), [argument_of(text) for text in arguments or []])
    except HedgeError as error:
        raise fail(error) from None
    for row in rows_of(value):
        say(*map(_shown, row))


def argument_of(text: str) -> Any:
    """What a person types for an argument: a number, TRUE, a word, nothing, or a range."""
    if text.startswith("{") and text.endswith("}"):
        rows = text[1:-1].split(";")
        return [[argument_of(cell.strip().strip('"')) for cell in row.split(",")] for row in rows]
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    try:
        return float(text)
    except ValueError:
        return text or None


def _shown(value: Any) -> str:
    from xlhedge.errors import HedgeError

    if isinstance(value, HedgeError):
        return value.kind.code
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, str) else f"{value:.15g}"


class Edition(StrEnum):
    """Where a template's functions are."""

    ADDIN = "addin"
    X365 = "365"


Folder = Annotated[
    Path, typer.Option("-o", "--output", help="Folder to write to; made if missing.")
]


@app.command()
def template(
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook to write.")],
    *,
    edition: Annotated[
        Edition,
        typer.Option(help="addin: for the installed functions; 365: they are in the workbook."),
    ] = Edition.ADDIN,
    empty: Annotated[bool, typer.Option("--empty", help="Leave the inputs blank.")] = False,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Fill it in from a portfolio: workbook, JSON or CSV folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    max_size: MaxSize = 16,
) -> None:
    """Write the template workbook, filled in with an example: xlhedge template -o my-hedge.xlsx."""
    from xlhedge.jobs.commands import Desk
    from xlhedge.readers import Limits

    if output.exists() and not force:
        raise fail(f"{output}: is there already; name another file, or add --force to replace it")
    if empty and source:
        raise fail("--empty and --from: give one of them")
    desk = Desk(say, warn, Limits(max_size))
    desk.template(output, edition.value, source=source, empty=empty)
    raise typer.Exit(desk.status)


@app.command()
def demo(output: Folder = Path("reports")) -> None:
    """Build the four samples, report on them, and show the headlines: xlhedge demo."""
    from xlhedge.jobs.commands import Desk

    desk = Desk(say, warn)
    desk.demo(output)
    raise typer.Exit(desk.status)
