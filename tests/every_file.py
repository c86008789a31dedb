"""Every kind of file that we write: the committed workbooks, and what the command line makes."""

import contextlib
from pathlib import Path

from typer.testing import CliRunner

from xlhedge.cli import app

_ROOT = Path(__file__).parent.parent
WORKBOOKS = _ROOT / "workbooks"
COMMITTED = sorted([*WORKBOOKS.glob("*.xlsx"), *(_ROOT / "templates").glob("*.xlsx")])
WRITTEN = {
    "empty template": ["template", "--empty", "-o", "empty.xlsx"],
    "empty template of 365": ["template", "--empty", "--edition", "365", "-o", "empty.xlsx"],
    "report": ["report", WORKBOOKS / "two-venues.xlsx", "-o", "."],
    "report with a history": ["report", WORKBOOKS / "full-hedge.xlsx", "-o", "."],
    "report on letter paper": [
        *("report", WORKBOOKS / "treasury.xlsx", "-o", ".", "--paper", "letter"),
    ],
    "workbook for Lite": ["lite", "-o", "lite.xlsx"],
    "names": ["lambda", "-o", "lambda.xlsx"],
    "add-in": ["excel", "build", "-o", "xlhedge.xlam"],
}


def written(command, folder):
    """The file that a command writes."""
    with contextlib.chdir(folder):
        assert CliRunner().invoke(app, [*map(str, command)]).exit_code == 0
    (path,) = folder.glob("[!.]*.xl*")
    return path


def all_kinds(folder):
    """All of them by name, written below a folder."""
    found = {path.name: path for path in COMMITTED}
    for number, (name, command) in enumerate(WRITTEN.items()):
        home = folder / str(number)
        home.mkdir()
        found[name] = written(command, home)
    return found
