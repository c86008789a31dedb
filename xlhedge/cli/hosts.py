"""The commands that put our functions into spreadsheet programs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from xlhedge.cli.lines import Command, say
from xlhedge.errors import InputError
from xlhedge.files import refuse_to_replace, write_bytes
from xlhedge.hosts.installing import TRY, Requirement

__all__ = ["excel", "lambdas", "libreoffice", "lite", "script"]

excel = typer.Typer(
    help="The functions in Excel for Windows: xlhedge excel install.", no_args_is_help=True
)
libreoffice = typer.Typer(
    help="The functions in LibreOffice Calc: xlhedge libreoffice install.", no_args_is_help=True
)

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
Profile = Annotated[
    Path | None,
    typer.Option(
        help="The folder of LibreOffice's profile, if not your usual one; made if missing."
    ),
]


@excel.command("install", cls=Command)
def excel_install(
    *,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to put the add-in, if not where Excel loads it at start."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that xlhedge did not write.")
    ] = False,
) -> None:
    """Build the add-in and put it where Excel loads it: xlhedge excel install."""
    from xlhedge.hosts.excel.install import Machine, install
    from xlhedge.hosts.excel.status import status

    machine = Machine.here()
    _say(install(machine, folder, force=force))
    wrong = [each for each in status(machine) if each.remedy]
    _show(wrong)
    if not wrong:
        say(f"start Excel, then {TRY}")


@excel.command("status", cls=Command)
def excel_status() -> None:
    """Say what the add-in needs and what is wrong, with the remedy: xlhedge excel status."""
    from xlhedge.hosts.excel.install import Machine
    from xlhedge.hosts.excel.status import status

    _show(status(Machine.here()))


@excel.command("uninstall", cls=Command)
def excel_uninstall() -> None:
    """Remove what install wrote, and nothing else: xlhedge excel uninstall."""
    from xlhedge.hosts.excel.install import Machine, uninstall

    _say(uninstall(Machine.here()))


@excel.command("build", cls=Command)
def excel_build(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .xlam file to write.")],
    *,
    force: Force = False,
) -> None:
    """Write the add-in, on any system: xlhedge excel build -o xlhedge.xlam."""
    from importlib.metadata import version

    from xlhedge.hosts.excel.addin import build_addin

    refuse_to_replace(output, force=force, suffix=".xlam")
    build_addin(output)
    say(f"wrote {output}, for a computer with xlwings {version('xlwings')}")
    say("`xlhedge excel install` there does this and writes the configuration, too")


@libreoffice.command("install", cls=Command)
def libreoffice_install(*, profile: Profile = None) -> None:
    """Build the extension and add it to LibreOffice: xlhedge libreoffice install."""
    from xlhedge.hosts.libreoffice_install import Office

    _say(Office(profile).install())


@libreoffice.command("status", cls=Command)
def libreoffice_status(*, profile: Profile = None) -> None:
    """Say which LibreOffice has which xlhedge: xlhedge libreoffice status."""
    from xlhedge.hosts.libreoffice_install import Office

    _show(Office(profile).status())


@libreoffice.command("uninstall", cls=Command)
def libreoffice_uninstall(*, profile: Profile = None) -> None:
    """Remove the extension from LibreOffice: xlhedge libreoffice uninstall."""
    from xlhedge.hosts.libreoffice_install import Office

    _say(Office(profile).uninstall())


@libreoffice.command("build", cls=Command)
def libreoffice_build(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .oxt file to write.")],
    *,
    force: Force = False,
) -> None:
    """Write the extension, on any system: xlhedge libreoffice build -o xlhedge.oxt."""
    from xlhedge.hosts.libreoffice import build_extension

    refuse_to_replace(output, force=force, suffix=".oxt")
    build_extension(output)
    say(f"wrote {output}")


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _show(requirements: Iterable[Requirement]) -> None:
    """Prints requirements; the exit status is 1 if one is not met."""
    wrong = False
    for each in requirements:
        _say(each.lines())
        wrong |= bool(each.remedy)
    if wrong:
        raise typer.Exit(1)


def lambdas(
    names: Annotated[
        list[str] | None, typer.Argument(help="Functions to list; all of them, if none is named.")
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The workbook (.xlsx) or list (.txt) to write."),
    ] = None,
    force: Force = False,
) -> None:
    """The functions as names for any Excel 365: xlhedge lambda -o functions.xlsx."""
    from xlhedge.functions.registry import function
    from xlhedge.hosts.lambdas import LAMBDAS, listing

    entries = [function(name) for name in names] if names else list(LAMBDAS)
    if output is None:
        _say(listing(entries).split("\n"))
        return
    refuse_to_replace(output, force=force)
    if output.suffix.lower() == ".txt":
        write_bytes(output, (listing(entries) + "\n").encode())
    elif output.suffix.lower() == ".xlsx":
        from xlhedge.sheets.functions import lambda_book

        lambda_book(entries).save(output)
    else:
        raise InputError(f"{output}: name a workbook (.xlsx) or a list (.txt)")
    say(f"wrote {output}")


def lite(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The workbook (.xlsx), or main.py, to write.")
    ],
    force: Force = False,
) -> None:
    """The functions for xlwings Lite, the free add-in: xlhedge lite -o book.xlsx."""
    if output.suffix.lower() == ".py":
        from xlhedge.hosts.lite import main_py

        refuse_to_replace(output, force=force)
        write_bytes(output, main_py().encode())
    elif output.suffix.lower() == ".xlsx":
        from xlhedge.sheets.lite_sheet import lite_book

        refuse_to_replace(output, force=force)
        lite_book().save(output)
    else:
        raise InputError(f"{output}: name a workbook (.xlsx) or Lite's module (.py)")
    say(f"wrote {output}, for Excel with xlwings Lite; not run there yet")


def script(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The file of Apps Script (.gs, .js) to write.")
    ],
    force: Force = False,
) -> None:
    """The functions for Google Sheets, as Apps Script: xlhedge script -o xlhedge.gs."""
    from xlhedge.hosts.sheets_script import sheets_script

    if output.suffix.lower() not in (".gs", ".js"):
        raise InputError(f"{output}: name a file of Apps Script (.gs or .js)")
    refuse_to_replace(output, force=force)
    write_bytes(output, sheets_script().encode())
    say(f"wrote {output}: in Google Sheets, Extensions > Apps Script, paste it and save")
