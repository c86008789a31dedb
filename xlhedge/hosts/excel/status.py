"""What must be right for our functions to work in Excel for Windows, looked at from outside.

Not run in Excel.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import xlhedge
from xlhedge.errors import HedgeError
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.excel.addin import build_addin, version_of
from xlhedge.hosts.excel.configuration import Configuration
from xlhedge.hosts.excel.install import ADD_IN, PACKAGES, Machine
from xlhedge.hosts.installing import Requirement

__all__ = ["status"]

_INSTALL = "run `xlhedge excel install`"
_OFFICE = "Microsoft Office/root/Office16/XLSTART"  # add-ins for everyone on the computer


def status(machine: Machine) -> Iterator[Requirement]:
    """Looks at everything that the add-in needs.

    Args:
        machine: the computer.

    Yields:
        A requirement for each; on another system than Windows, only that.

    Raises:
        MachineError: Windows does not say where the user's folders are.
        OSError: a file cannot be read.

    Example:
        >>> machine = Machine("Linux", {}, Path("/python"), Path("/"), "", {}, "utf-8")
        >>> [each.remedy for each in status(machine)]
        ['the add-in runs in Excel for Windows only']
    """
    if machine.system != "Windows":
        yield Requirement("system", machine.system, "the add-in runs in Excel for Windows only")
        return
    yield Requirement("system", machine.system)
    conf = Configuration.read(machine.configuration, machine.code_page)
    add_in = Path(conf.add_in) if conf else machine.add_in
    yield _python(machine)
    yield from _packages(machine)
    yield _library(machine)
    yield _add_in(add_in)
    yield _configuration(machine, conf)
    yield _beside(add_in.with_name(machine.configuration.name))
    yield _copies(machine, add_in)
    yield _onedrive(machine, add_in)


def _python(machine: Machine) -> Requirement:
    found = f"{machine.interpreter} ({machine.python})"
    if "windowsapps" in map(str.casefold, machine.installed.parts):
        # So the Python documentation's "Using Python on Windows" says.
        found += ", of Microsoft's store: what it writes to AppData, other programs do not see"
        return Requirement("Python", found, "use Python from python.org, and install xlhedge there")
    return Requirement("Python", found)


def _packages(machine: Machine) -> Iterator[Requirement]:
    for name in ("xlwings", "pywin32"):
        if found := machine.versions.get(name):
            yield Requirement(name, found)
        else:
            remedy = f'run "{machine.interpreter}" -m pip install {name}'
            yield Requirement(name, "not installed", remedy)


def _library(machine: Machine) -> Requirement:
    """The library that Excel loads, of its own bits, looked for where xlwings' VBA looks."""
    wanted = machine.versions.get("xlwings", "")
    own, above = machine.interpreter.parent, machine.interpreter.parent.parent
    found = {
        bits: file
        for bits in (32, 64)
        for folder in (above, own)  # the one that is looked at first comes last, and wins
        if (file := folder / f"xlwings{bits}-{wanted}.dll").is_file()
    }
    remedy = (
        f'run "{machine.interpreter}" -m pip install --force-reinstall --no-deps xlwings; '
        "with `pip install --user` it lies elsewhere: use a virtual environment"
    )
    if 64 in found:
        return Requirement("xlwings' DLL", str(found[64]))
    if 32 in found:
        return Requirement("xlwings' DLL", f"{found[32]}, for 32-bit Excel only", remedy)
    missing = f"no xlwings64-{wanted}.dll in {own} or {above}"
    return Requirement("xlwings' DLL", missing, remedy)


def _add_in(path: Path) -> Requirement:
    """The add-in is as this package and the installed xlwings would make it, byte for byte."""
    if not path.is_file():
        return Requirement("add-in", f"{path}: is not there", _INSTALL)
    found = version_of(path)
    if found is None:
        away = f"move it away, then {_INSTALL}"
        return Requirement("add-in", f"{path}: was not written by xlhedge", away)
    if found != xlhedge.__version__:
        other = f"{path}: of xlhedge {found}, and this is {xlhedge.__version__}"
        return Requirement("add-in", other, _INSTALL)
    try:
        with TemporaryDirectory() as folder:
            same = build_addin(Path(folder) / ADD_IN).read_bytes() == path.read_bytes()
    except HedgeError as error:
        return Requirement("add-in", f"{path}: cannot be compared; {error}", _INSTALL)
    if not same:
        why = "made by other code or another version of xlwings or pyopenvba, or changed since"
        other = f"{path}: {why}"
        return Requirement("add-in", other, _INSTALL)
    return Requirement("add-in", f"{path}: xlhedge {found}, {len(FUNCTIONS)} functions listed")


def _configuration(machine: Machine, conf: Configuration | None) -> Requirement:
    path = machine.configuration
    if conf is None:
        found = "was not written by xlhedge, or changed since" if path.exists() else "is not there"
        remedy = f"{_INSTALL}{' --force' if path.exists() else ''}"
        return Requirement("configuration", f"{path}: {found}", remedy)
    if not Path(conf.interpreter).is_file():
        gone = f"{path}: names {conf.interpreter}, which is not there"
        return Requirement("configuration", gone, _INSTALL)
    if (Path(conf.interpreter), Path(conf.packages)) != (machine.interpreter, PACKAGES):
        other = f"{path}: names {conf.interpreter} with xlhedge in {conf.packages}, not this one"
        return Requirement("configuration", other, _INSTALL)
    return Requirement("configuration", f"{path}: names this Python")


def _beside(other: Path) -> Requirement:
    """A configuration beside the add-in counts before the user's own."""
    if other.exists():
        found = f"{other}: Excel would take Python's path from it"
        return Requirement("overrides", found, "remove it, or move it away")
    return Requirement("overrides", "none beside the add-in")


def _copies(machine: Machine, add_in: Path) -> Requirement:
    personal = machine.folder("APPDATA") / "Microsoft" / "AddIns"
    shared = [
        Path(folder) / _OFFICE
        for variable in ("ProgramFiles", "ProgramFiles(x86)")
        if (folder := machine.environment.get(variable))
    ]
    places = [folder / ADD_IN for folder in (machine.add_in.parent, personal, *shared)]
    copies = [
        str(place)
        for place in places
        if place.exists() and not (add_in.exists() and place.samefile(add_in))
    ]
    if copies:
        found = f"{' and '.join(copies)}: every function would be there twice"
        return Requirement("copies", found, "close Excel and remove it")
    return Requirement("copies", "no second add-in in Excel's folders")


def _onedrive(machine: Machine, add_in: Path) -> Requirement:
    names = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
    drives = [Path(drive) for name in names if (drive := machine.environment.get(name))]
    inside = [
        str(path)
        for path in (machine.interpreter, add_in, machine.configuration)
        if any(path.is_relative_to(drive) for drive in drives)
    ]
    if inside:
        found = f"{' and '.join(inside)}: may be online only, or have a web address in Excel"
        return Requirement("OneDrive", found, "keep Python and the add-in outside OneDrive")
    return Requirement("OneDrive", "nothing of this lies in it")
