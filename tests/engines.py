"""Real spreadsheet programs for tests: LibreOffice, run as a program, and IronCalc, a library.

Both take an .xlsx file, compute every formula in it again, and give the values back as
``values[sheet][cell]``; an error is its text, such as "#N/A", and a cell that is empty or holds an
empty text is not there. `CallSheet` writes such a file from the calls in `cases`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cases import BLANK
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from xlhedge.errors import CellError

Values = dict[str, dict[str, Any]]

TIMEOUT = 120
"""Seconds after which a run has hung; a usual one takes two."""

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
import os, sys, time, traceback, uno
pipe, question = sys.argv[1:]
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
for attempt in range(300):
    try:
        context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
code = 0
try:
    exec(question)
except BaseException:
    traceback.print_exc()
    code = 1
try:
    context.ServiceManager.createInstance("com.sun.star.frame.Desktop").terminate()
except Exception:
    pass  # it may be gone before it has answered
sys.stdout.flush()
os._exit(code)  # Python's own end may crash in UNO once LibreOffice has gone
"""


class LibreOffice:
    """LibreOffice with a profile of its own, so that it neither sees nor disturbs any other.

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
        return self._convert(path, "xlsx")

    def to_pdf(self, path: Path) -> Path:
        """A spreadsheet as LibreOffice prints it."""
        return self._convert(path, "pdf")

    def values(self, path: Path) -> Values:
        """What LibreOffice computes for every cell of an .xlsx file."""
        return _values(self.recalculate(path))

    def recalculate_all(self, paths: Sequence[Path]) -> list[Path]:
        """Copies of several .xlsx files, computed and saved by LibreOffice in one run."""
        folder = Path(tempfile.mkdtemp(dir=self.home))
        command = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder)]
        self._run(_program("soffice"), *self._options, *command, *map(str, paths))
        return [folder / path.name for path in paths]

    def values_of_all(self, paths: Sequence[Path]) -> list[Values]:
        """What LibreOffice computes for every cell of several .xlsx files, in one run."""
        return list(map(_values, self.recalculate_all(paths)))

    def ask(self, question: str) -> str:
        """What a Python script prints that runs against a running LibreOffice.

        Args:
            question: the script; ``context`` is LibreOffice's component context.
        """
        pipe = f"xlhedge-{uuid.uuid4().hex}"
        office = [
            _program("soffice"),
            *self._options,
            "--headless",
            f"--accept=pipe,name={pipe};urp;",
        ]
        with subprocess.Popen(
            office,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                said = self._run(_PYTHON, "-c", _CLIENT, pipe, question)
                process.wait(TIMEOUT)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        return said

    def _convert(self, path: Path, kind: str) -> Path:
        self.log.unlink(missing_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.home))
        command = ["--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
        said = self._run(_program("soffice"), *self._options, *command)
        result = folder / f"{path.stem}.{kind}"
        if not result.exists():  # it reports success whatever happens
            raise RuntimeError(f"LibreOffice wrote no {kind} of {path}: {said}")
        return result

    def _run(self, *command: str) -> str:
        return run(command, self._environment)


def _values(path: Path) -> Values:
    """The stored values of an .xlsx file."""
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in (None, "")
        }
        for sheet in load_workbook(path, data_only=True).worksheets
    }


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

    @staticmethod
    def missing() -> str | None:
        """What to install, if the library is not there."""
        try:
            import ironcalc  # noqa: F401
        except ModuleNotFoundError:
            return "IronCalc: pip install ironcalc"
        return None

    def values(self, path: Path) -> Values:
        """What IronCalc computes for every cell of an .xlsx file."""
        import ironcalc

        model = ironcalc.load_from_xlsx(str(path))
        model.evaluate()
        names = [properties["name"] for properties in model.get_worksheets_properties()]
        values: Values = {name: {} for name in names}
        for sheet, row, column in model.get_all_cells():
            value = model.get_cell_value(sheet, row, column)
            if value not in (None, ""):
                values[names[sheet]][f"{get_column_letter(column)}{row}"] = value
        return values


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
            for names, values in zip(cells, rows, strict=True):
                for name, value in zip(names, values, strict=True):
                    self._put(name, value)
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
