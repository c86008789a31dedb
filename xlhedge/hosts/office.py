"""LibreOffice's own programs: where they are, and how they are run from ours."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from xlhedge.errors import MachineError

__all__ = ["PLACES", "find_program", "run_program", "stop_all", "virtual_python"]

PLACES = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice*/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    "C:/Program Files/LibreOffice/program",
    "C:/Program Files (x86)/LibreOffice/program",
)
"""Where LibreOffice's programs are, if not on the path: patterns of folders."""

_TIMEOUT = 300  # seconds; a usual run takes one
_NOISE = ("Warning:", "ERROR: unopkg failed.", "unopkg failed.")


def find_program(name: str) -> Path | None:
    """Where one of them is: on the path, or at a standard place; none if it is not there.

    Args:
        name: such as soffice or unopkg.
    """
    # On Windows the .com is the one that talks to a console.
    names = [f"{name}.com", f"{name}.exe"] if os.name == "nt" else [name]
    if place := next(filter(None, map(shutil.which, names)), None):
        return Path(place)
    for pattern in filter(Path.is_absolute, map(Path, PLACES)):  # not those of another system
        folders = Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
        for folder in sorted(folders, reverse=True):  # the newest of several
            for file in names:
                if (folder / file).is_file():
                    return folder / file
    return None


def run_program(program: Path, *arguments: str) -> str:
    """Runs one of them and returns what it said.

    Raises:
        MachineError: it failed or did not end; says what it had to say.
    """
    command = [str(program), *arguments]
    process = subprocess.Popen(  # noqa: S603  # LibreOffice's program, and our own arguments
        command,
        env=_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # it starts others, and all of them are to end together
    )
    _running.add(process)
    try:
        said, _ = process.communicate(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise MachineError(
            f"{program}: did not end in {_TIMEOUT} s; close LibreOffice and try again"
        ) from None
    finally:
        _stop(process)
        _running.discard(process)
    if process.returncode:
        raise MachineError(
            f"{program}: {_reason(said)}; if LibreOffice is running, close it and try again"
        )
    return said


_running: set[subprocess.Popen[str]] = set()


def stop_all() -> None:
    """Ends all that this process has started and not seen the end of."""
    for process in tuple(_running):
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What LibreOffice gets of our environment."""
    # It looks for its Python's library beside the first python3 on the path, and fails with that of
    # a virtual environment; and variables meant for our Python would lead its own astray.
    kept = {name: value for name, value in ours.items() if not name.startswith("PYTHON")}
    if os.name == "posix":
        kept["PATH"] = os.defpath
    return kept


def virtual_python(path: str) -> Path | None:
    """The python3 that comes first on a path, if it is a virtual environment's.

    A LibreOffice that uses the system's Python, started where this is so, loads no extension in
    Python: our functions are #NAME? there, or the file is not opened at all.

    Args:
        path: the variable PATH.
    """
    found = shutil.which("python3", path=path)
    home = Path(found).parent.parent if found else None
    return Path(str(found)) if home and (home / "pyvenv.cfg").is_file() else None


def _reason(said: str) -> str:
    """What unopkg said that tells anything, on one line."""
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if line and not line.startswith(_NOISE)]
    text = " ".join(told).removeprefix("ERROR: ").removeprefix("Exception occurred: ")
    return text[:300] or "failed and did not say why"
