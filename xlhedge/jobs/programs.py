"""A program of the person's own that is told of an alert: as a list of arguments, by no shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from xlhedge.errors import InputError, MachineError
from xlhedge.text import harmless

__all__ = ["find_own_program", "run_on_alert"]

_TIMEOUT = 60  # seconds
_BATCH = (".bat", ".cmd")


def find_own_program(name: str) -> Path:
    """Where a program is that a person names.

    Raises:
        InputError: it is not there, or Windows would give its arguments to a shell.
    """
    found = shutil.which(name)
    if not found:
        raise InputError(f"--run: there is no program {name}; give its path")
    if Path(found).suffix.lower() in _BATCH:
        raise InputError(f"--run: {found} is a batch file, which a shell runs; name a program")
    return Path(found).absolute()


def run_on_alert(program: Path, arguments: Sequence[str], book: Path, alerts: Sequence[str]) -> str:
    """Run it: the alerts are its last argument, and stand in XLHEDGE_ALERT.

    Whatever a book's names hold, that argument begins with ``xlhedge:`` and is one line. Variables
    of ours that hold keys do not go along.

    Args:
        program: what `find_own_program` found.
        arguments: the arguments before it.
        book: the workbook, in XLHEDGE_BOOK.
        alerts: at least one.

    Returns:
        What went wrong, as a line; nothing if it ended well.
    """
    text = harmless(f"xlhedge: {book.name}: {'; '.join(alerts)}")
    environment = {
        name: value for name, value in os.environ.items() if not name.upper().startswith("XLHEDGE_")
    } | {"XLHEDGE_ALERT": text, "XLHEDGE_BOOK": str(book)}
    try:
        done = subprocess.run(  # noqa: S603  # what the person named on the command line
            [str(program), *arguments, text],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return str(MachineError(f"{program}: did not end in {_TIMEOUT} s and was stopped"))
    except OSError as error:
        return f"{program}: {error.strerror or error}"
    return f"{program}: ended with status {done.returncode}" if done.returncode else ""
