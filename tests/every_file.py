"""Every kind of file that we write: the committed workbooks, and what the command line makes."""

import contextlib
import json
from pathlib import Path

from typer.testing import CliRunner

from xlhedge.cli import app

_ROOT = Path(__file__).parent.parent
WORKBOOKS = _ROOT / "workbooks"
COMMITTED = sorted([*WORKBOOKS.glob("*.xlsx"), *(_ROOT / "templates").glob("*.xlsx")])
DESK, LATER = WORKBOOKS / "treasury.json", "later/treasury.json"
WRITTEN = {
    "empty template": ("empty.xlsx", ["template", "--empty", "-o", "empty.xlsx"]),
    "empty template of 365": (
        *("empty.xlsx", ["template", "--empty", "--edition", "365", "-o", "empty.xlsx"]),
    ),
    "report": ("two-venues-report.xlsx", ["report", WORKBOOKS / "two-venues.xlsx", "-o", "."]),
    "report with a history": (
        *("full-hedge-report.xlsx", ["report", WORKBOOKS / "full-hedge.xlsx", "-o", "."]),
    ),
    "report on letter paper": (
        "treasury-report.xlsx",
        ["report", WORKBOOKS / "treasury.xlsx", "-o", ".", "--paper", "letter"],
    ),
    "report in full, with what changed": (
        "treasury-report.xlsx",
        ["report", DESK, "-o", "before"],
        ["report", LATER, "-o", ".", "--full", "--against", "before"],
    ),
    "report on a group": (
        "Group-report.xlsx",
        *(["report", DESK, WORKBOOKS / "full-hedge.xlsx", "-o", ".", "--consolidate", "Group"],),
    ),
    "summary of a run": ("summary.xlsx", ["report", DESK, "-o", "."]),
    "workbook for Lite": ("lite.xlsx", ["lite", "-o", "lite.xlsx"]),
    "names": ("lambda.xlsx", ["lambda", "-o", "lambda.xlsx"]),
    "add-in": ("xlhedge.xlam", ["excel", "build", "-o", "xlhedge.xlam"]),
}
"""Each kind: the file, and the commands that write it."""


def written(kind, folder):
    """The file of a kind, as the command line writes it."""
    name, *commands = WRITTEN[kind]
    if any(LATER in command for command in commands):
        desk = json.loads(DESK.read_text("utf-8"))
        desk["Settings"]["as_of"] = "2026-03-03 08:00"
        desk["Holdings"][0]["spot_price"] *= 1.02
        (folder / LATER).parent.mkdir()
        (folder / LATER).write_text(json.dumps(desk), "utf-8")
    with contextlib.chdir(folder):
        for command in commands:
            assert CliRunner().invoke(app, [*map(str, command)]).exit_code == 0
    return folder / name


def all_kinds(folder):
    """All of them by name, written below a folder."""
    found = {path.name: path for path in COMMITTED}
    for number, kind in enumerate(WRITTEN):
        home = folder / str(number)
        home.mkdir()
        found[kind] = written(kind, home)
    return found
