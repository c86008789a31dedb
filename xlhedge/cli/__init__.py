"""The command line: thin commands over the package, and nothing imported before it is needed."""

from __future__ import annotations

import io
import sys
from typing import Annotated, Any

import typer

from xlhedge.cli import hosts, reports
from xlhedge.cli.lines import Command, say
from xlhedge.errors import HedgeError
from xlhedge.text import shown

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
app.command("lambda", cls=Command)(hosts.lambdas)
app.command(cls=Command)(reports.report)
app.command(cls=Command)(reports.check)


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


@app.command(cls=Command)
def functions(
    name: Annotated[str, typer.Argument(help="A function to explain, such as NET_DELTA.")] = "",
) -> None:
    """List the spreadsheet functions, or explain one: xlhedge functions NET_DELTA."""
    from xlhedge.functions.reference import entry_text
    from xlhedge.functions.registry import FUNCTIONS, function

    if name:
        for line in entry_text(function(name)).split("\n"):
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
@app.command(cls=Command, context_settings={"ignore_unknown_options": True})
def calc(
    name: Annotated[str, typer.Argument(help="The function, such as HEDGE_NOTIONAL.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help='Its arguments in order; "" leaves one out, "{1,2;3,4}" is a range.'),
    ] = None,
) -> None:
    """Evaluate one function: xlhedge calc HEDGE_NOTIONAL 1 60000 0.5."""
    from xlhedge.functions.evaluate import evaluate, rows_of
    from xlhedge.functions.registry import function

    value = evaluate(function(name), [argument_of(text) for text in arguments or []])
    for row in rows_of(value):
        say(*(cell.kind.code if isinstance(cell, HedgeError) else shown(cell) for cell in row))


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


# Help lists the commands in this order.
app.command(cls=Command)(reports.template)
app.command(cls=Command)(reports.demo)
