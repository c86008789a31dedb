"""The Excel add-in ``xlhedge.xlam``: our VBA wrappers and xlwings' own module, in one file.

The file is written without Excel, on any system. xlwings' module names a library of exactly its
own version, so it comes from the xlwings that is installed here.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from xlhedge.errors import HedgeError
from xlhedge.files import write_bytes
from xlhedge.hosts.excel import wrappers
from xlhedge.hosts.excel.xlam import CORE, CORE_PROPERTIES, DUBLIN_CORE, PROJECT, TITLE, xlam

__all__ = ["build_addin", "modules", "version_of"]

_ATTRIBUTE = 'Attribute VB_Name = "xlwings"\n'
_PROJECT_NAME = 'Public Const PROJECT_NAME As String = "{}"\n'
_ACTIVE = re.compile(r"(?im)^(?!\s*').*\b(Active(?:Workbook|Sheet|Window|Cell))\b")


def build_addin(path: Path) -> Path:
    """Writes the add-in, whole or not at all; the same package and xlwings give the same bytes.

    Args:
        path: the file to write, ending in ``.xlam``.

    Returns:
        The same path.

    Raises:
        HedgeError: the installed xlwings is not one that we can embed.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import xlhedge
        >>> with TemporaryDirectory() as folder:
        ...     version_of(build_addin(Path(folder) / "xlhedge.xlam")) == xlhedge.__version__
        True
    """
    write_bytes(path, xlam(modules()))
    return path


def version_of(path: Path) -> str | None:
    """The version of xlhedge that an add-in was built by; None if the file is not our add-in.

    Raises:
        OSError: the file is not there or cannot be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "some.xlam"
        ...     _ = file.write_text("not an add-in")
        ...     print(version_of(file))
        None
    """
    try:
        with ZipFile(path) as archive:
            archive.getinfo(PROJECT)
            # A file of our own, or one that Excel has opened before; expat refuses entity bombs.
            core = ET.fromstring(archive.read(CORE))  # noqa: S314  # see above
    except (BadZipFile, KeyError, ET.ParseError):
        return None
    if core.findtext(f"{{{DUBLIN_CORE}}}title") != TITLE:
        return None
    return core.findtext(f"{{{CORE_PROPERTIES}}}version")


def modules() -> dict[str, str]:
    """The add-in's VBA modules by name: ours, and that of the installed xlwings.

    Raises:
        HedgeError: the installed xlwings is not one that we can embed.

    Example:
        >>> list(modules())[-1]
        'xlwings'
    """
    found = {**wrappers.our_modules(), "xlwings": _xlwings_module()}
    for name, source in found.items():
        # Which Python is run must never depend on the workbook that happens to be open.
        if active := _ACTIVE.search(source):
            line = source.count("\n", 0, active.end()) + 1
            raise HedgeError(
                f"it looks at {active[1]}; only the add-in itself may say what is run",
                argument=f"{name}, line {line}",
            )
    return found


def _xlwings_module() -> str:
    spec = find_spec("xlwings")  # finds it without importing it, which would take a while
    if not spec or not spec.origin:
        raise HedgeError("it must be installed: pip install xlwings", argument="xlwings")
    file = Path(spec.origin).with_name("xlwings.bas")
    try:
        source = file.read_text("cp1252")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise HedgeError(
            f"{why}; it comes with xlwings: install that again", argument=str(file)
        ) from error
    return _adapted(source, file)


def _adapted(source: str, file: Path) -> str:
    """The module of xlwings, changed to look for our configuration, ``xlhedge.conf``."""
    name = _PROJECT_NAME.format("xlwings")
    for line in (_ATTRIBUTE, name):
        if source.count(line) != 1:
            raise HedgeError(
                f"the line {line.strip()} must be in there once; this version of xlwings does not"
                " go with this version of xlhedge",
                argument=str(file),
            )
    # Its public functions (`sql` and others) are not for cells.
    source = source.replace(_ATTRIBUTE, "Option Private Module\n")
    return source.replace(name, _PROJECT_NAME.format(TITLE))
