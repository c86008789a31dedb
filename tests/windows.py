"""Windows' Python under Wine, and xlwings' DLL called as the add-in's VBA calls it.

``.ci/windows`` makes the folder and names it in XLHEDGE_WINDOWS. VBA and Excel are not there: what
`Windows.calls` starts (``.ci/windows_caller.cpp``) stands for both.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import struct
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from com import MISSING

FOLDER = os.environ.get("XLHEDGE_WINDOWS")
TIMEOUT = 300
CODE_PAGE = "cp1252"
"""In which VBA reads the configuration, the DLL its command, and Python writes to a pipe."""

END = "#end"
"""Ends the Python that was started."""

_COM_ERROR = 0x800A0000 - 2**32
_DAY_0 = dt.datetime(1899, 12, 30)
_TAIL = (
    'tail = " -B -c ""import sys, os;" & LicenseKeyEnvString & "import xlwings.utils;'
    'xlwings.utils.prepare_sys_path(\\""" & PYTHONPATH & "\\"");import xlwings; '
    'xlwings.serve(\'$(CLSID)\')"""'
)


class ByReference(NamedTuple):
    """An argument as VBA passes a variable: a reference to a VARIANT."""

    value: Any


class Failure(NamedTuple):
    """Why a call has no value: COM's words."""

    why: str


class Answer(NamedTuple):
    """What came of a call, and the seconds that it took."""

    value: Any
    seconds: float


class Windows:
    """Windows under Wine.

    Args:
        folder: what ``.ci/windows`` made.
        python: a name of the folder of Python.
    """

    def __init__(self, folder: Path, python: str = "python") -> None:
        self.prefix = folder / "prefix"
        self.python = folder / python
        self._caller = folder / "caller.exe"
        library = f"{os.environ['PATH']}:/usr/lib/wine"
        self._environment = {
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "LC_ALL": "C.UTF-8",
            "PATH": library,
            "HOME": os.environ.get("HOME", "/"),
        }

    def run(self, *arguments: str | Path, cwd: Path) -> tuple[int, str]:
        """What a command of ours says and its exit status.

        Args:
            arguments: of ``xlhedge``; paths are made Windows' own.
            cwd: where; a checkout's folder would be taken for the package.
        """
        status, said = self._wine(self.python / "python.exe", "-m", "xlhedge", *arguments, cwd=cwd)
        return status, said.decode(CODE_PAGE)

    def _wine(self, *command: str | Path, cwd: Path) -> tuple[int, bytes]:
        done = subprocess.run(
            ["wine64", command[0], *(_named(each) for each in command[1:])],
            # Of a file or /dev/null Python under Wine may say that its handle is invalid.
            input=b"",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=cwd,
            timeout=TIMEOUT,
            check=False,
        )
        return done.returncode, done.stdout.replace(b"\r\n", b"\n")

    def home(self) -> Path:
        """The user's folder, as Linux names it."""
        (found,) = (
            each for each in (self.prefix / "drive_c" / "users").iterdir() if each.name != "Public"
        )
        return found

    def configuration(self) -> dict[str, str]:
        """What ``excel install`` wrote for the add-in's VBA."""
        text = (self.home() / ".xlhedge" / "xlhedge.conf").read_text(CODE_PAGE)
        return dict(csv.reader(text.splitlines()))

    def command(self) -> str:
        """How Python is started, as XLPyCommand of xlwings.bas puts it together."""
        source = self.python / "Lib" / "site-packages" / "xlwings" / "xlwings.bas"
        assert _TAIL in source.read_text("utf-8-sig")
        known = self.configuration()
        add_in = known["XLHEDGE_ADD_IN"]
        first = (known["ADD_WORKBOOK_TO_PYTHONPATH"], add_in, add_in, "", "", "")
        path = ";".join((*first, known["PYTHONPATH"]))
        path = path.replace("\\", "\\\\").replace("'", "\\'").replace("&", "^&")
        return (
            f'cmd.exe  /K ""{known["INTERPRETER_WIN"]}" -B -c "import sys, os;'
            f'import xlwings.utils;xlwings.utils.prepare_sys_path(\\"{path}\\");'
            "import xlwings; xlwings.serve('$(CLSID)')\"\""
        )

    def calls(self, asked: Iterable[tuple[str, Sequence[Any]] | str], cwd: Path) -> list[Answer]:
        """What calls through one Python give, one after the other.

        Args:
            asked: functions with their arguments as COM has them, or END.
            cwd: an empty folder, in which the calls are written.
        """
        lines = [
            each if isinstance(each, str) else "\t".join((each[0], *_tokens(each[1])))
            for each in asked
        ]
        (cwd / "calls.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")
        (cwd / "command.txt").write_text(self.command(), CODE_PAGE, newline="")
        (library,) = self.python.glob("xlwings64-*.dll")
        files = (library, cwd / "command.txt", cwd / "calls.txt")
        status, said = self._wine(self._caller, *files, cwd=cwd)
        assert status == 0, said
        # Not splitlines, for which a text may hold what ends a line.
        answers = [_answer(line) for line in said.decode("utf-8").split("\n")[:-1]]
        assert len(answers) == len(lines), said[-2_000:]
        return answers


def _named(argument: str | Path) -> str:
    return "Z:" + str(argument).replace("/", "\\") if isinstance(argument, Path) else argument


def _bits(kind: str, number: float) -> str:
    return kind + struct.pack(">d", number).hex()


def _tokens(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _token(value)


def _token(value: Any) -> Iterator[str]:
    if isinstance(value, ByReference):
        yield "r"
        yield from _token(value.value)
    elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
        yield f"a{len(value)}x{len(value[0])}"
        for row in value:
            yield from _tokens(row)
    elif isinstance(value, tuple):
        yield f"v{len(value)}"
        yield from _tokens(value)
    elif value is None:
        yield "e"
    elif isinstance(value, bool):
        yield f"b{value:d}"
    elif isinstance(value, float):
        yield _bits("n", value)
    elif isinstance(value, dt.datetime):
        yield _bits("d", (value - _DAY_0) / dt.timedelta(days=1))
    elif isinstance(value, int):
        yield "m" if value == MISSING else f"x{value - _COM_ERROR}"
    else:
        text = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        yield "t" + text.replace("\r", "\\r")


def _answer(line: str) -> Answer:
    micros, *tokens = line.split("\t")
    if tokens[0].startswith("!"):
        return Answer(Failure(_text(tokens[0][1:])), int(micros) / 1e6)
    rest = iter(tokens)
    value = _value(rest)
    assert not [*rest], line
    return Answer(value, int(micros) / 1e6)


def _value(rest: Iterator[str]) -> Any:
    token = next(rest)
    kind, said = token[0], token[1:]
    if kind == "a":
        rows, columns = map(int, said.split("x"))
        return [[_value(rest) for _ in range(columns)] for _ in range(rows)]
    if kind == "v":
        return [_value(rest) for _ in range(int(said))]
    if kind == "n":
        return struct.unpack(">d", bytes.fromhex(said))[0]
    if kind == "b":
        return said == "1"
    if kind == "t":
        return _text(said)
    return token  # nothing that a function gives


def _text(said: str) -> str:
    parts = said.split("\\\\")
    plain = (p.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for p in parts)
    return "\\".join(plain)
