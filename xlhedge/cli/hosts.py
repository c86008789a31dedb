"""The commands that put our functions into spreadsheet programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlhedge.cli.failing import fail
from xlhedge.cli.saying import say

if TYPE_CHECKING:
    from xlhedge.hosts.installing import Requirement

__all__ = ["excel", "lambdas", "libreoffice"]

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


@excel.command("install")
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
    with _told():
        from xlhedge.hosts.excel.install import Machine, install
        from xlhedge.hosts.excel.status import status
        from xlhedge.hosts.installing import TRY

        machine = Machine.here()
        _say(install(machine, folder, force=force))
        wrong = [each for each in status(machine) if each.remedy]
        _show(wrong)
        if not wrong:
            say(f"start Excel, then {TRY}")


@excel.command("status")
def excel_status() -> None:
    """Say what the add-in needs and what is wrong, with the remedy: xlhedge excel status."""
    with _told():
        from xlhedge.hosts.excel.install import Machine
        from xlhedge.hosts.excel.status import status

        _show(status(Machine.here()))


@excel.command("uninstall")
def excel_uninstall() -> None:
    """Remove what install wrote, and nothing else: xlhedge excel uninstall."""
    with _told():
        from xlhedge.hosts.excel.install import Machine, uninstall

        _say(uninstall(Machine.here()))


@excel.command("build")
def excel_build(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .xlam file to write.")],
    *,
    force: Force = False,
) -> None:
    """Write the add-in, on any system: xlhedge excel build -o xlhedge.xlam."""
    with _told(output):
        from xlhedge.hosts.excel.addin import build_addin

        _write(output, build_addin, force=force, note=f", for a computer with {_xlwings()}")
        say("`xlhedge excel install` there does this and writes the configuration, too")


@libreoffice.command("install")
def libreoffice_install(*, profile: Profile = None) -> None:
    """Build the extension and add it to LibreOffice: xlhedge libreoffice install."""
    with _told():
        from xlhedge.hosts.libreoffice_install import Office

        _say(Office(profile).install())


@libreoffice.command("status")
def libreoffice_status(*, profile: Profile = None) -> None:
    """Say which LibreOffice has which xlhedge: xlhedge libreoffice status."""
    with _told():
        from xlhedge.hosts.libreoffice_install import Office

        _show(Office(profile).status())


@libreoffice.command("uninstall")
def libreoffice_uninstall(*, profile: Profile = None) -> None:
    """Remove the extension from LibreOffice: xlhedge libreoffice uninstall."""
    with _told():
        from xlhedge.hosts.libreoffice_install import Office

        _say(Office(profile).uninstall())


@libreoffice.command("build")
def libreoffice_build(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .oxt file to write.")],
    *,
    force: Force = False,
) -> None:
    """Write the extension, on any system: xlhedge libreoffice build -o xlhedge.oxt."""
    with _told(output):
        from xlhedge.hosts.libreoffice import build_extension

        _write(output, build_extension, force=force)


def _xlwings() -> str:
    from importlib.metadata import version

    return f"xlwings {version('xlwings')}"


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
    with _told(output):
        from xlhedge.files import write_bytes
        from xlhedge.functions.registry import function
        from xlhedge.hosts.installing import InstallError
        from xlhedge.hosts.lambdas import LAMBDAS, listing

        entries = [function(name) for name in names] if names else list(LAMBDAS)
        if output is None:
            _say(listing(entries).split("\n"))
        elif output.suffix.lower() == ".txt":
            text = listing(entries) + "\n"
            _write(output, lambda path: write_bytes(path, text.encode()), force=force)
        elif output.suffix.lower() == ".xlsx":
            from xlhedge.sheets.function_names import lambda_book

            _write(output, lambda_book(entries).save, force=force)
        else:
            raise InstallError(f"{output}: name a workbook (.xlsx) or a list (.txt)")


def _write(output: Path, write: Callable[[Path], object], *, force: bool, note: str = "") -> None:
    """Writes a file where none is, unless forced, and makes its folder."""
    from xlhedge.hosts.installing import InstallError

    if output.exists() and not force:
        raise InstallError(
            f"{output}: is there already; name another file, or add --force to replace it"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    write(output)
    say(f"wrote {output}{note}")


@contextmanager
def _told(path: Path | None = None) -> Iterator[None]:
    """Tells in one line what stops a command."""
    from xlhedge.errors import HedgeError
    from xlhedge.hosts.installing import InstallError

    try:
        yield
    except (InstallError, HedgeError) as error:
        raise fail(error) from None
    except BrokenPipeError:
        raise  # whoever read our lines has gone
    except OSError as error:
        # Of a folder that cannot be made, the file in it is told, which was asked for.
        raise fail(f"{path or error.filename}: {error.strerror or error}") from None
