"""The file of Apps Script: Node.js runs it, in a context with nothing but the language.

Nothing here was run in Google Sheets.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cases import BLANK
from drawn_calls import CASES, TRACEABLE, agrees, cases_of, outcome
from engines import need
from lambda_cases import calls
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.errors import CellError
from xlhedge.hosts.lambdas import LAMBDAS
from xlhedge.hosts.sheets_script import sheets_script

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    need(None if shutil.which("node") else "Node.js; run .ci/spreadsheets")
    path = tmp_path_factory.mktemp("script") / "xlhedge.gs"
    assert CliRunner().invoke(app, ["script", "-o", str(path)]).exit_code == 0

    def answers(asked, *, raw=True, zone="UTC"):
        done = subprocess.run(
            ["node", HERE / "sheets.mjs", path],
            input=json.dumps({"calls": asked, "raw": raw}),
            capture_output=True, text=True, check=False, timeout=600, env={"TZ": zone, **PATH},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return answers


PATH = {"PATH": str(Path(shutil.which("node") or ".").parent)}


def in_sheets(argument):
    """A case's argument as Sheets hands it over: an empty cell is an empty text."""
    if argument is None:
        return {"omitted": True}
    if argument is BLANK:
        return ""
    if isinstance(argument, CellError):
        return argument.code
    if isinstance(argument, tuple):
        return [["" if cell is None else in_sheets(cell) for cell in row] for row in argument]
    return argument


def same(got, wanted):
    if isinstance(wanted, CellError):
        return got == {"error": wanted.code}
    if isinstance(wanted, str | bool):
        return got == wanted
    return isinstance(got, int | float) and got == pytest.approx(wanted, rel=1e-12, abs=1e-9)


def test_every_case(node):
    # An empty text and an empty cell are the same in Sheets: what tells them apart is left out.
    asked = [case for case in calls() if "" not in case.arguments]
    assert {case.function for case in asked} == {entry.name for entry in LAMBDAS}
    found = node([[case.function, [*map(in_sheets, case.arguments)]] for case in asked])
    wrong = []
    for case, got in zip(asked, found["answers"], strict=True):
        rows = case.expected if isinstance(case.expected, tuple) else ((case.expected,),)
        cells = got if isinstance(got, list) else [[got] * len(rows[0])] * len(rows)
        if (
            not isinstance(case.expected, tuple)
            and isinstance(got, list)
            and got == [[got[0][0]] * len(got[0])]
        ):
            cells = [[got[0][0]]]  # an error fills a row of several cells
        fits = len(cells) == len(rows) and all(
            len(row) == len(wanted) and all(map(same, row, wanted))
            for row, wanted in zip(cells, rows, strict=True)
        )
        if not fits:
            wrong.append((case, got))
    assert wrong == []


@pytest.mark.parametrize("columns", [False, True], ids=["cells", "columns"])
def test_drawn_calls(node, columns):
    drawn = {entry.name: cases_of(entry) for entry in TRACEABLE}
    asked = []
    for name, cases in drawn.items():
        if columns:
            asked.append([name, [[["" if cell is None else cell] for cell in column]
                                 for column in zip(*cases, strict=True)]])  # fmt: skip
        else:
            asked += [[name, ["" if cell is None else cell for cell in case]] for case in cases]
    answers = iter(node(asked)["answers"])
    wrong = []
    for entry in TRACEABLE:
        got = next(answers) if columns else [next(answers) for _ in drawn[entry.name]]
        for case, row in zip(drawn[entry.name], got, strict=True):
            wanted, largest = outcome(entry, case)
            cells = row[0] if isinstance(row, list) and isinstance(row[0], list) else row
            cells = cells if isinstance(cells, list) else [cells] * max(1, len(entry.columns))
            cells = [cell["error"] if isinstance(cell, dict) else cell for cell in cells]
            many = wanted if isinstance(wanted, list) else [wanted] * len(cells)
            if not agrees(cells, many, largest):
                wrong.append((entry.name, case, wanted, cells))
    assert wrong == []
    assert len(asked) == (len(TRACEABLE) if columns else CASES * len(TRACEABLE))


def test_what_a_cell_shows(node):
    """Through the functions that people type: errors throw, and in a range only bad cells fail."""
    asked = [
        ["NET_DELTA", [1, 60_000, 45_000]],
        ["NET_DELTA", [1, -60_000, 45_000]],
        ["SPOT_NOTIONAL", [[[1], [2]], [[10], [-5]]]],
        ["DAYS_TO_EXPIRY", [46_000.5, {"date": [2026, 2, 9]}]],
        ["BASIS_REGIME", [59_900, 60_000]],
        ["SPOT_NOTIONAL", ["#N/A", 10]],
        ["MAINTENANCE_TIER", [264_000, [[0, 50_000, 250_000]], [[0.004, 0.005, 0.01]]]],
    ]
    for zone in ("UTC", "Asia/Tokyo"):
        found = node(asked, raw=False, zone=zone)["answers"]
        assert found[0] == 15_000
        assert found[1]["thrown"].startswith("Error: #NUM! NET_DELTA: an argument is out")
        assert found[2] == [[10], ["NaN"]]
        assert found[3] == 89.5
        assert found[4] == "backwardation"
        assert found[5]["thrown"].startswith("Error: #N/A SPOT_NOTIONAL: ")
        assert found[6] == [[0.01, pytest.approx(1_300)]]


def test_a_column_of_any_length(node):
    """A spread of its cells as arguments would end at some hundred thousand."""
    changes = [[float(n)] for n in range(-150_000, 0)]
    assert node([["VALUE_AT_RISK", [changes, 0.9]]])["answers"] == [135_001]


def test_what_people_can_type_is_the_functions_and_nothing_else():
    text = sheets_script()
    functions = re.findall(r"^function (\w+)\(", text, re.MULTILINE)
    assert functions == [entry.name for entry in LAMBDAS]
    assert text.count("@customfunction") == len(LAMBDAS)
    others = re.findall(r"^(?:const|let|var) (\w+)", text, re.MULTILINE)
    assert others == ["XLHEDGE_"]  # Sheets hides what ends so
    for entry in LAMBDAS:
        help_ = text.partition(f"\nfunction {entry.name}(")[0].rpartition("/**")[2]
        assert f" * {entry.summary}\n" in help_
        for parameter in entry.parameters:
            assert f"{parameter.name}" in help_
            assert parameter.quantity.help in help_
    assert not re.search(r"\b(import|require|fetch|UrlFetchApp|SpreadsheetApp|eval)\b\(", text)


def test_a_file_of_another_kind_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["script", "-o", str(tmp_path / "x.txt")])
    assert done.exit_code == 2
    assert "name a file of Apps Script" in done.output
