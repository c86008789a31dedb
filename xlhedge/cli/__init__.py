"""The command line: thin commands over the package, and nothing imported before it is needed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from xlhedge.cli import books, decks, hosts, imports, market, new, reports, watching
from xlhedge.cli.lines import Command, say, warn
from xlhedge.errors import HedgeError, Stopped
from xlhedge.text import shown

if TYPE_CHECKING:
    from xlhedge.functions.definition import Function

__all__ = ["app", "main"]

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
app.command(cls=Command)(hosts.lite)
app.command(cls=Command)(hosts.script)
app.command(cls=Command)(reports.report)
app.command(cls=Command)(reports.check)


def main() -> None:
    """Run the command line."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed, as by 2>&-: the next file would take its place
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  # until the process ends
    for stream in (sys.stdout, sys.stderr):
        # A console or a pipe that cannot show × or − shows a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except (OSError, Stopped) as error:  # of help and the version; commands tell it themselves
        warn(f"xlhedge: {getattr(error, 'strerror', error)}")
        sys.exit(1)


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
    name: Annotated[
        str, typer.Argument(help="A function to explain, such as NET_DELTA, or a word to look for.")
    ] = "",
) -> None:
    """List the spreadsheet functions, explain one, or find some: xlhedge functions liquidation."""
    from xlhedge.functions.reference import entry_text
    from xlhedge.functions.registry import FUNCTIONS, function

    if name and not any(name.strip().upper() == entry.name for entry in FUNCTIONS):
        word = name.strip().casefold()
        _list([each for each in FUNCTIONS if word in _help(each)] or [function(name)])
        return
    if name:
        for line in entry_text(function(name)).split("\n"):
            say(line)
        return
    _list(FUNCTIONS)


def _help(entry: Function) -> str:
    """The name of a function and what is said of it and of its arguments, in small letters."""
    said = (f"{each.name} {each.quantity.help}" for each in entry.parameters)
    return "\n".join([entry.name, entry.group, entry.sections[""], *said]).casefold()


def _list(entries: Sequence[Function]) -> None:
    group = ""
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
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
    name: Annotated[
        str, typer.Argument(help="The function, such as HEDGE_NOTIONAL, or a formula in quotes.")
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help='Its arguments in order; "" leaves one out, "{1,2;3,4}" is a range.'),
    ] = None,
) -> None:
    """Evaluate one function, or a formula: xlhedge calc HEDGE_NOTIONAL 1 60000 50%."""
    from xlhedge.cli.calc import Calculation
    from xlhedge.functions.evaluate import rows_of

    calculation, typed = Calculation(), arguments or []
    if name.startswith("=") or "(" in name:
        value = calculation.formula(" ".join([name, *typed]))
    else:
        value = calculation.call(name, typed)
    for row in rows_of(value):
        say(*(cell.kind.code if isinstance(cell, HedgeError) else shown(cell) for cell in row))
    for kind, lines in (("note", calculation.notes), ("warning", calculation.warnings)):
        for line in lines:
            warn(f"xlhedge: {kind}: {line}")


# Help lists the commands in this order.
app.command(cls=Command)(new.new)
app.command(cls=Command)(reports.template)
app.command(cls=Command)(reports.demo)
app.command(cls=Command)(market.market)
app.command("import", cls=Command)(imports.import_downloads)
app.command(cls=Command)(decks.fill)
app.command(cls=Command)(market.positions)
app.command(cls=Command)(books.refresh)
app.command(cls=Command)(watching.watch)
