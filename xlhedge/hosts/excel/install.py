"""Putting the add-in where Excel for Windows loads it at start, and taking it away again.

Written after xlwings' VBA module and Windows' rules; not run in Excel.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import xlhedge
from xlhedge.errors import MachineError
from xlhedge.files import write_bytes
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.excel.addin import build_addin, version_of
from xlhedge.hosts.excel.configuration import Configuration

__all__ = ["ADD_IN", "PACKAGES", "Machine", "install", "uninstall"]

ADD_IN = "xlhedge.xlam"
"""The add-in's file name."""

PACKAGES = Path(xlhedge.__file__).parent.parent
"""The folder that Python finds this package in."""


@dataclass(frozen=True)
class Machine:
    """The computer, as far as the add-in is concerned.

    Attributes:
        system: ``"Windows"`` or another.
        environment: the environment's variables.
        interpreter: the Python that runs this.
        installed: the folder that this Python, or the one it is a virtual environment of, is in.
        python: its version and whether it is of 32 or 64 bits.
        versions: of the installed packages that the add-in needs.
        code_page: the encoding in which VBA reads text files.

    Example:
        >>> python = Path("/p/python.exe")
        >>> machine = Machine("Windows", {"APPDATA": "/a"}, python, python.parent, "", {}, "cp1252")
        >>> machine.add_in.as_posix()
        '/a/Microsoft/Excel/XLSTART/xlhedge.xlam'
    """

    system: str
    environment: Mapping[str, str]
    interpreter: Path
    installed: Path
    python: str
    versions: Mapping[str, str]
    code_page: str

    @classmethod
    def here(cls) -> Machine:
        """This computer."""
        system = platform.system()
        return cls(
            system=system,
            environment=os.environ,
            # As it was started, links and all: xlwings looks for its library beside this path.
            interpreter=Path(sys.executable),
            installed=Path(sys.base_prefix),
            python=f"{platform.python_version()}, {'64' if sys.maxsize > 2**32 else '32'}-bit",
            versions=_versions("xlwings", "pywin32"),
            code_page="mbcs" if system == "Windows" else "utf-8",
        )

    @property
    def add_in(self) -> Path:
        """The add-in, in the folder of which Excel opens everything at start."""
        return self.folder("APPDATA") / "Microsoft" / "Excel" / "XLSTART" / ADD_IN

    @property
    def configuration(self) -> Path:
        """The configuration; not beside the add-in, where Excel would open it as a sheet."""
        return self.folder("USERPROFILE") / ".xlhedge" / "xlhedge.conf"

    def folder(self, variable: str) -> Path:
        """The folder that an environment variable names.

        Raises:
            MachineError: it names none.
        """
        if not (value := self.environment.get(variable)):
            raise MachineError(f"{variable}: is not set; Windows sets it for everyone who logs in")
        return Path(value)


def _versions(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def install(machine: Machine, folder: Path | None = None, *, force: bool = False) -> Iterator[str]:
    """Builds the add-in and writes the configuration that names this Python.

    Args:
        machine: the computer.
        folder: where to put the add-in, if not where Excel looks at start.
        force: whether files of others may be replaced.

    Yields:
        What was done, a line each.

    Raises:
        MachineError: a file of others is in the way, a path that Excel cannot take, Excel running.
        OSError: a file cannot be written.
        HedgeError: the installed xlwings is not one that we can embed.
    """
    _ask_windows(machine)
    add_in = folder.absolute() / ADD_IN if folder else machine.add_in
    path = machine.configuration
    new = Configuration(str(machine.interpreter), str(PACKAGES), str(add_in))
    content = new.to_bytes(machine.code_page)
    old = Configuration.read(path, machine.code_page)
    for file, ours in ((add_in, _is_ours(add_in)), (path, old is not None)):
        if file.exists() and not ours and not force:
            raise MachineError(
                f"{file}: was not written by xlhedge, or changed since; "
                "move it away, or add --force to replace it"
            )
    beside = add_in.with_name(path.name)
    if beside.exists() and beside != path:
        raise MachineError(f"{beside}: would count before yours and choose what runs; remove it")
    with _excel_closed(add_in):
        build_addin(add_in)
    yield f"wrote {add_in}: xlhedge {xlhedge.__version__}, {len(FUNCTIONS)} functions"
    write_bytes(path, content, private=True)  # nobody else may say which program Excel starts
    yield f"wrote {path}: Excel starts {machine.interpreter}"
    for copy in _written(machine, old):
        if not copy.samefile(add_in):
            with _excel_closed(copy):
                copy.unlink()
            yield f"removed {copy}: a second copy would list every function twice"
    if folder:
        yield f"in Excel, File > Options > Add-ins > Go > Browse: {add_in}"


def uninstall(machine: Machine) -> Iterator[str]:
    """Removes what `install` wrote, and nothing else.

    Yields:
        What was removed and what was left, a line each.

    Raises:
        MachineError: Excel is running.
        OSError: a file cannot be removed.
    """
    _ask_windows(machine)
    path = machine.configuration
    old = Configuration.read(path, machine.code_page)
    done = False
    for add_in in _written(machine, old):
        with _excel_closed(add_in):
            add_in.unlink()
        yield f"removed {add_in}"
        done = True
    if old:
        path.unlink()
        yield f"removed {path}"
        done = True
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
            yield f"removed {path.parent}"
    for left in (machine.add_in, path):
        if left.exists():
            yield f"left {left}: not written by xlhedge, or changed since; remove it yourself"
            done = True
    if not done:
        yield f"nothing to remove: neither {machine.add_in} nor {path} is there"


def _ask_windows(machine: Machine) -> None:
    """Refuses any other system, and says what there is instead."""
    if machine.system != "Windows":
        raise MachineError(
            f"the add-in runs in Excel for Windows, and this is {machine.system}; "
            "`xlhedge excel build -o xlhedge.xlam` makes the file for another computer, "
            "and templates/xlhedge-template-365.xlsx needs no add-in"
        )


def _written(machine: Machine, old: Configuration | None) -> list[Path]:
    """The add-ins that are ours, where Excel looks and where the configuration says."""
    found = [machine.add_in] if _is_ours(machine.add_in) else []
    if old and _is_ours(other := Path(old.add_in)) and not any(map(other.samefile, found)):
        found.append(other)
    return found


def _is_ours(add_in: Path) -> bool:
    return add_in.is_file() and version_of(add_in) is not None


@contextmanager
def _excel_closed(add_in: Path) -> Iterator[None]:
    """Windows does not let go of a file that a program has open."""
    try:
        yield
    except PermissionError as error:
        if not add_in.exists():
            raise
        raise MachineError(
            f"{add_in}: cannot be replaced or removed while Excel has it open; "
            "close Excel, then run this again"
        ) from error
