"""The file that tells xlwings' VBA module which Python to start: lines of "KEY","VALUE".

VBA looks for a key in a sheet of the add-in, then in a file beside the add-in, then in this one,
in the user's own folder. It reads the ANSI code page, replaces ``%NAME%`` in values, and builds a
command for cmd.exe of them: `Configuration.to_bytes` refuses what does not survive that.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from xlhedge.errors import MachineError

__all__ = ["Configuration", "check_path"]

# What ends a value or a list, what ANSI Windows programs or cmd.exe put something else for, and
# the start of what xlwings' DLL replaces.
_REFUSED = ('"', "%", ";", "^", "$(")


@dataclass(frozen=True)
class Configuration:
    """What stands in the file.

    Attributes:
        interpreter: the Python that Excel starts, a full path.
        packages: the folder that holds xlhedge. An empty one would make xlwings look for modules in
            Excel's current folder first, which is wherever the last workbook was opened.
        add_in: where the add-in was put. xlwings ignores it; `uninstall` and `status` ask it.

    Example:
        >>> it = Configuration("C:/py/python.exe", "C:/py/Lib", "C:/x/xlhedge.xlam")
        >>> print(it.to_bytes("cp1252").decode().splitlines()[0])
        "INTERPRETER_WIN","C:/py/python.exe"
    """

    interpreter: str
    packages: str
    add_in: str

    def to_bytes(self, code_page: str) -> bytes:
        """The file's content.

        Args:
            code_page: the encoding in which VBA reads it.

        Raises:
            MachineError: a path that Excel would not understand.
        """
        for path in (self.interpreter, self.packages, self.add_in):
            check_path(path, code_page)
        lines = (f'"{key}","{value}"\r\n' for key, value in self._items().items())
        return "".join(lines).encode(code_page)

    @classmethod
    def read(cls, path: Path, code_page: str) -> Configuration | None:
        """What a file says; None if there is none, or it is another's, or was changed by hand."""
        if not path.is_file():
            return None
        try:
            text = path.read_text(code_page)
        except UnicodeDecodeError:
            return None
        try:
            rows = [(key, value) for key, value in csv.reader(text.splitlines())]
            found = dict(rows)
            it = cls(found["INTERPRETER_WIN"], found["PYTHONPATH"], found["XLHEDGE_ADD_IN"])
        except (KeyError, ValueError, csv.Error):
            return None
        return it if rows == [*it._items().items()] else None

    def _items(self) -> dict[str, str]:
        return {
            "INTERPRETER_WIN": self.interpreter,
            "PYTHONPATH": self.packages,
            # Or Python would look for modules beside the add-in.
            "ADD_WORKBOOK_TO_PYTHONPATH": "false",
            "XLHEDGE_ADD_IN": self.add_in,
        }


def check_path(path: str, code_page: str) -> None:
    """Refuses a path that does not survive the way from this file to cmd.exe.

    Raises:
        MachineError: says what is in the path and what to do.

    Example:
        >>> check_path("C:/100%/python.exe", "cp1252")
        Traceback (most recent call last):
        xlhedge.errors.MachineError: C:/100%/python.exe: Excel cannot start Python with \
% in a path; use a folder with plain letters
    """
    bad = [text for text in _REFUSED if text in path]
    try:
        path.encode(code_page)
    except UnicodeEncodeError as error:
        bad.append(path[error.start])
    if bad:
        raise MachineError(
            f"{path}: Excel cannot start Python with {' or '.join(bad)} in a path; "
            "use a folder with plain letters"
        )
