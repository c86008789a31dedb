"""Real spreadsheet programs for tests: LibreOffice, run as a program, and IronCalc, a library.

Both take an .xlsx file, compute every formula in it again, and give the values back as
``values[sheet][cell]``; an error is its text, such as "#N/A", and a cell that is empty or holds an
empty text is not there. `CallSheet` writes such a file from the calls in `cases`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cases import BLANK
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from stored import Values, values_of

from xlhedge.errors import CellError
from xlhedge.functions.registry import Function
from xlhedge.hosts.lambdas import LAMBDAS, names

TIMEOUT = 600
"""Seconds after which a run has hung; a usual one takes one, on a busy machine ten."""

_FAREWELL = 20  # seconds to end in, before it is killed

# Without this LibreOffice shows the values it finds in a file, right or wrong. 0: compute always.
_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


_PYTHON = "/usr/bin/python3"  # the one that Debian and Ubuntu give UNO to
_CLIENT = """
import contextlib, io, json, os, signal, sys, time, traceback, uno
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
while True:  # who started this ends it if it waits in vain
    try:
        context = resolver.resolve(f"uno:pipe,name={sys.argv[1]};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
for question in sys.stdin:
    said, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(question), {"context": context})
        except BaseException:
            failed = traceback.format_exc()
    print(json.dumps([said.getvalue(), failed]), flush=True)
try:
    context.ServiceManager.createInstance("com.sun.star.frame.Desktop").terminate()
except Exception:  # it may be gone before it has answered, or be in the middle of something
    with contextlib.suppress(ProcessLookupError):
        os.killpg(int(sys.argv[2]), signal.SIGKILL)
os._exit(0)  # Python's own end may crash in UNO once LibreOffice has gone
"""

_CONVERT = """
from com.sun.star.beans import PropertyValue
def options(**given):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in given.items())
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
book = desktop.loadComponentFromURL({source!r}, "_blank", 0, options(Hidden=True))
try:
    for target, name in {targets!r}:
        book.storeToURL(target, options(FilterName=name))
finally:
    book.close(True)
"""
_FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xlsm": "Calc MS Excel 2007 VBA XML",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
}


class LibreOffice:
    """LibreOffice with a profile of its own, so that it neither sees nor disturbs any other.

    It starts when it is first asked something, and stays until `close`: a start takes as long as
    what is asked.

    Args:
        home: an empty folder for its profile and its output.
        extension: an .oxt file to install first.
        environment: variables to set for it.
    """

    def __init__(
        self,
        home: Path,
        extension: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.log = self.home / "calls.log"
        # LibreOffice looks for its Python's library beside the first python3 on the path, and fails
        # with that of a virtual environment; and our package must come from the extension.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        ours = {"PATH": "/usr/bin:/bin", "XLHEDGE_CALL_LOG": str(self.log)}
        self._environment = {**kept, **ours, **(environment or {})}
        self._running: _Running | None = None
        self._computed: dict[bytes, tuple[Values, list[str]]] = {}
        profile = self.home / "profile"
        # Extensions for all users of a machine are looked for in here too: there are none.
        self._options = [
            f"-env:UserInstallation={profile.as_uri()}",
            f"-env:UNO_SHARED_PACKAGES_CACHE={(self.home / 'shared').as_uri()}",
        ]
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE, "utf-8")
        if extension:
            # unopkg refuses to run as root, as in a container, unless it is for all users.
            shared = ["--shared"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            self._run(_program("unopkg"), "add", "-f", *shared, str(extension), *self._options)

    @staticmethod
    def missing() -> str | None:
        """What to install, if the program is not there."""
        if shutil.which("soffice") and shutil.which("unopkg"):
            return None
        return "LibreOffice Calc and its Python: apt install libreoffice-calc-nogui python3-uno"

    @property
    def calls(self) -> list[str]:
        """The functions of ours that the last run called, one entry a call."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def recalculate(self, path: Path) -> Path:
        """A copy of an .xlsx file, computed and saved by LibreOffice."""
        (copy,) = self.saved_as(path, "xlsx")
        return copy

    def to_pdf(self, path: Path) -> Path:
        """A spreadsheet as LibreOffice prints it."""
        (copy,) = self.saved_as(path, "pdf")
        return copy

    def saved_as(self, path: Path, *kinds: str) -> list[Path]:
        """A spreadsheet as LibreOffice saves it, in formats by their suffixes."""
        self.log.unlink(missing_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.home))
        copies = [folder / f"{path.stem}.{kind}" for kind in kinds]
        targets = [(copy.as_uri(), _FILTERS[copy.suffix[1:]]) for copy in copies]
        self.ask(_CONVERT.format(source=path.resolve().as_uri(), targets=targets))
        return copies

    def values(self, path: Path) -> Values:
        """What LibreOffice computes for every cell of an .xlsx file; the same file only once."""
        content = hashlib.sha256(path.read_bytes()).digest()
        if content not in self._computed:
            values = values_of(self.recalculate(path))
            self._computed[content] = values, self.calls
        values, calls = self._computed[content]
        self.log.write_text("".join(f"{call}\n" for call in calls), "utf-8")
        return values

    def ask(self, question: str) -> str:
        """What a Python script prints that runs against the running LibreOffice.

        Args:
            question: the script; ``context`` is LibreOffice's component context.
        """
        if self._running is None:
            self._running = _Running(self._options, self._environment)
        try:
            return self._running.ask(question)
        except BrokenOffice:
            self.close()
            raise

    def close(self) -> None:
        """Ends LibreOffice and forgets what it computed; it starts again when it is asked."""
        self._computed.clear()
        if self._running:
            self._running.end()
            self._running = None
            (self.home / "profile" / ".lock").unlink(missing_ok=True)  # of one that was killed

    def _run(self, *command: str) -> str:
        return run(command, self._environment)


class BrokenOffice(RuntimeError):  # noqa: N818  # it is LibreOffice that is broken
    """LibreOffice hung or crashed."""


class _Running:
    """A LibreOffice that runs, and beside it the program that asks it what we ask."""

    def __init__(self, options: Sequence[str], environment: Mapping[str, str]) -> None:
        pipe = f"xlhedge-{uuid.uuid4().hex}"
        accept = ("--headless", f"--accept=pipe,name={pipe};urp;")
        streams = {"stderr": subprocess.DEVNULL, "start_new_session": True, "env": environment}
        self._office = subprocess.Popen(
            [_program("soffice"), *options, *accept], stdin=subprocess.DEVNULL, **streams
        )
        self._client = subprocess.Popen(
            [_PYTHON, "-I", "-c", _CLIENT, pipe, str(self._office.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **streams,
        )

    def ask(self, question: str) -> str:
        """What the question prints.

        Raises:
            RuntimeError: it failed.
            BrokenOffice: there is no answer, or none in TIMEOUT seconds.
        """
        guard = threading.Timer(TIMEOUT, self._kill)
        guard.start()
        try:
            self._client.stdin.write(json.dumps(question) + "\n")
            self._client.stdin.flush()
            answer = self._client.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            guard.cancel()
        if not answer:
            raise BrokenOffice(f"LibreOffice crashed, or was ended after {TIMEOUT} s")
        said, failed = json.loads(answer)
        if failed:
            raise RuntimeError(failed)
        return str(said)

    def end(self) -> None:
        """Ends both, as politely as they allow."""
        with contextlib.suppress(BrokenPipeError):
            self._client.stdin.close()
        for process in (self._client, self._office):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_FAREWELL)
        self._kill()
        self._client.wait()
        self._office.wait()
        self._client.stdout.close()

    def _kill(self) -> None:
        for process in (self._client, self._office):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def need(missing: str | None) -> None:
    """Skips a test whose program is not installed; in CI nothing may be missing."""
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")


def _program(name: str) -> str:
    """Where a program is; LibreOffice may stand elsewhere than on the path it is given."""
    return shutil.which(name) or name


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Runs a program and returns what it said; ends it with all that it started if it hangs.

    Raises:
        RuntimeError: it failed or took longer than TIMEOUT; says what it had to say.
    """
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # soffice is a script around the program: end them together
    ) as process:
        try:
            said, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise RuntimeError(f"{command[0]} was ended after {TIMEOUT} s") from None
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {said}")
    return said


class IronCalc:
    """IronCalc, an independent engine that knows LAMBDA."""

    def __init__(self) -> None:
        self._computed: dict[bytes, Values] = {}

    @staticmethod
    def missing() -> str | None:
        """What to install, if the library is not there."""
        try:
            import ironcalc  # noqa: F401
        except ModuleNotFoundError:
            return "IronCalc: pip install ironcalc"
        return None

    def values(self, path: Path) -> Values:
        """What IronCalc computes for every cell of an .xlsx file; the same file only once."""
        content = hashlib.sha256(path.read_bytes()).digest()
        if content not in self._computed:
            self._computed[content] = self._values(path)
        return self._computed[content]

    @staticmethod
    def _values(path: Path) -> Values:
        import ironcalc

        with tempfile.TemporaryDirectory() as folder:
            model = ironcalc.load_from_xlsx(str(_cut(path, Path(folder) / path.name)))
        model.evaluate()
        names = [properties["name"] for properties in model.get_worksheets_properties()]
        values: Values = {name: {} for name in names}
        for sheet, row, column in model.get_all_cells():
            value = model.get_cell_value(sheet, row, column)
            if value not in (None, ""):
                values[names[sheet]][f"{get_column_letter(column)}{row}"] = value
        return values


_FAR = 5_000
"""A row below those of our books."""


def _cut(path: Path, copy: Path) -> Path:
    """The same workbook whose formulas end at a row below all that is filled, not at the sheet's.

    IronCalc goes through each cell of a range: the template's look at what is typed below its
    tables, which is to the end of the sheet, takes it nine tenths of the time.
    """
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheets = {name for name in parts if name.startswith("xl/worksheets/sheet")}
    rows = (row for name in sheets for row in re.findall(rb'<row [^>]*?r="(\d+)', parts[name]))
    if max(map(int, rows), default=0) > _FAR:
        return path
    with ZipFile(copy, "w") as book:
        for name, part in parts.items():
            short = part.replace(b"$1048576", b"$%d" % _FAR) if name in sheets else part
            book.writestr(name, short)
    return copy


def define(book: Workbook, entries: Sequence[Function] = LAMBDAS) -> None:
    """Gives a workbook functions as names, and the helpers that their texts call."""
    for name, text, said in names(entries):
        book.defined_names[name] = DefinedName(name, attr_text=text, comment=said)


class CallSheet:
    """A workbook of calls, each with its arguments in cells; no values are stored.

    Example:
        >>> calls = CallSheet()
        >>> calls.add("NET_DELTA", (1, None, ((2,), (3,))), (2, 1))
        [['A1'], ['A2']]
        >>> calls.sheet["A1"].value.text
        '=NET_DELTA(M1,,N1:N2)'
    """

    _ARGUMENTS = 13  # column M: right of the widest result

    def __init__(self) -> None:
        self.book = Workbook()
        self.sheet = self.book.active
        self._row = 1

    def add(
        self, function: str, arguments: Sequence[Any], shape: tuple[int, int] | None = None
    ) -> list[list[str]]:
        """Adds a call; an array formula if it has a shape.

        Args:
            function: the function's name.
            arguments: as `cases` has them.
            shape: rows and columns of the result, if it is a range.

        Returns:
            The cells of the result, row by row.
        """
        column, height = self._ARGUMENTS, shape[0] if shape else 1
        texts = []
        for argument in arguments:
            if argument is None:
                texts.append("")
                continue
            rows = argument if isinstance(argument, tuple) else ((argument,),)
            cells = self._cells(column, len(rows), len(rows[0]))
            for places, values in zip(cells, rows, strict=True):
                for place, value in zip(places, values, strict=True):
                    self._put(place, value)
            first, last = cells[0][0], cells[-1][-1]
            texts.append(f"{first}:{last}" if isinstance(argument, tuple) else first)
            column += len(rows[0])
            height = max(height, len(rows))
        results = self._cells(1, *(shape or (1, 1)))
        formula = f"={function}({','.join(texts)})"
        if shape:
            formula = ArrayFormula(f"{results[0][0]}:{results[-1][-1]}", formula)
        self.sheet[results[0][0]] = formula
        self._row += height
        return results

    def save(self, path: Path) -> Path:
        """Writes the workbook."""
        self.book.save(path)
        return path

    def _cells(self, column: int, height: int, width: int) -> list[list[str]]:
        return [
            [f"{get_column_letter(column + x)}{self._row + y}" for x in range(width)]
            for y in range(height)
        ]

    def _put(self, name: str, value: Any) -> None:
        if value is not None and value is not BLANK:
            self.sheet[name] = value.code if isinstance(value, CellError) else value
