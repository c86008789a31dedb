"""The file of Apps Script: Node.js runs it, in a context with nothing but the language.

Nothing here was run in Google Sheets.
"""

import json
import random
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cases import BLANK
from drawn_calls import CASES, TRACEABLE, agrees, cases_of, outcome
from drawn_ranges import RANGES, drawn_cases, fits
from engines import need
from lambda_cases import calls
from openpyxl import Workbook
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.errors import CellError
from xlhedge.hosts import sheets_script as module
from xlhedge.hosts.formula_script import as_script
from xlhedge.hosts.lambdas import LAMBDAS
from xlhedge.hosts.sheets_script import sheets_script

HERE = Path(__file__).parent
SPREADSHEET = Path(module.__file__).with_name("spreadsheet.js")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    need(None if shutil.which("node") else "Node.js; run .ci/spreadsheets")
    path = tmp_path_factory.mktemp("script") / "xlhedge.gs"
    assert CliRunner().invoke(app, ["script", "-o", str(path)]).exit_code == 0

    def answers(asked, *, raw=True, zone="UTC", sheet=None):
        done = subprocess.run(
            ["node", HERE / "sheets.mjs", path],
            input=json.dumps({"calls": asked, "raw": raw, "sheet": sheet}),
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


def has_empty_text(argument):
    if isinstance(argument, tuple):
        return any(map(has_empty_text, argument))
    return isinstance(argument, str) and argument == ""


def test_drawn_ranges(node):
    cases = [
        (entry.name, *case)
        for entry in RANGES
        for case in drawn_cases(entry)
        if not any(map(has_empty_text, case[0]))  # as above
    ]
    assert len(cases) > len(RANGES) * CASES * 0.7
    found = node([[name, [*map(in_sheets, case)]] for name, case, _, _ in cases])["answers"]
    wrong = []
    for (name, case, rows, largest), got in zip(cases, found, strict=True):
        cells = got if isinstance(got, list) else [[got] * len(rows[0])] * len(rows)
        cells = [[x["error"] if isinstance(x, dict) else x for x in row] for row in cells]
        if not fits(cells, rows, largest):
            wrong.append((name, case, rows, cells))
    assert wrong == []


def test_what_a_cell_shows(node):
    """Through the functions that people type: what has no value throws and says why."""
    found = node([
        ["NET_DELTA", [1, 60_000, 45_000]],
        ["NET_DELTA", [1, -60_000, 45_000]],
        ["NET_DELTA", [1, 60_000, 45_000, 1, 7]],
        ["NET_DELTA", [1, 60_000, 45_000, 1, ""]],
        ["SPOT_NOTIONAL", [[[1], [2]], [[10], [5]]]],
        ["BASIS_REGIME", [59_900, 60_000]],
        ["SPOT_NOTIONAL", ["#N/A", 10]],
        ["MAINTENANCE_TIER", [264_000, [[0, 50_000, 250_000]], [[0.004, 0.005, 0.01]]]],
        ["MAINTENANCE_TIER", [264_000, [[7, 50_000]], [[0.004, 0.005]]]],
    ], raw=False)["answers"]  # fmt: skip
    assert found[0] == 15_000
    assert found[1]["thrown"].startswith("Error: #NUM! NET_DELTA: an argument is out")
    for surplus in found[2:4]:
        assert surplus["thrown"] == "Error: #VALUE! NET_DELTA: it takes at most 4 arguments, not 5"
    assert found[4] == [[10], [10]]
    assert found[5] == "backwardation"
    assert found[6]["thrown"].startswith("Error: #N/A SPOT_NOTIONAL: ")
    assert found[7] == [[0.01, pytest.approx(1_300)]]
    assert found[8]["thrown"].startswith("Error: #NUM! MAINTENANCE_TIER: an argument is out")


def test_a_bad_cell_of_a_range_is_neither_a_gap_nor_a_text_in_a_sum(node):
    grid = [[[1], [2], [-1]], [[10, "x", 5]]]
    rows = [[[7], ["#N/A"]], [[0, 50]], [[0.1, 0.2]]]
    found = node([["SPOT_NOTIONAL", grid], ["MAINTENANCE_TIER", rows]], raw=False)["answers"]
    assert found[0]["thrown"].startswith(
        "Error: #VALUE! SPOT_NOTIONAL in row 1, column 2 of what it gives: an argument is missing"
    )
    assert found[1]["thrown"].startswith(
        "Error: #N/A MAINTENANCE_TIER in row 2, column 1 of what it gives: there is no such value"
    )


@pytest.mark.parametrize("sheet", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_a_date_is_the_one_that_the_sheet_shows(node, sheet):
    """Sheets hands over the moment of its own zone's clocks; the script's zone is another one."""
    shown = [
        datetime(2026, 3, 9),  # a cell has no zone; here clocks changed on the 8th
        datetime(2026, 3, 7, 23, 59, 59, 250_000),  # as above
        datetime(2026, 11, 1, 12),  # as above
    ]
    moments = [{"date": each.replace(tzinfo=ZoneInfo(sheet)).timestamp() * 1000} for each in shown]
    serials = [(each - datetime(1899, 12, 30)) / timedelta(1) for each in shown]
    asked = [["DAYS_TO_EXPIRY", [46_000, moment]] for moment in moments]
    asked.append(["DAYS_TO_EXPIRY", [46_000, [[moment] for moment in moments]]])
    for script in ("UTC", "Asia/Tokyo"):
        found = node(asked, raw=False, zone=script, sheet=sheet)["answers"]
        days = [serial - 46_000 for serial in serials]
        assert found == [*map(pytest.approx, days), [[pytest.approx(each)] for each in days]]


def test_no_number_that_is_none_reaches_a_cell(node):
    """Numbers so large and so small that steps on the way overflow or vanish."""
    random_ = random.Random("huge")  # noqa: S311  # the same cases in every run
    sizes = (1e308, 1e200, 1e155, 1, 0, 1e-155, 1e-308)

    def one(parameter):
        if parameter.quantity.options:
            return random_.choice(parameter.quantity.options)
        if not parameter.required and random_.random() < 0.5:
            return ""
        return random_.choice(sizes) * random_.choice((1, 1, -1))

    asked = [
        [
            entry.name,
            [
                [[one(parameter) for _ in range(3)]]
                if parameter.quantity.series
                else one(parameter)
                for parameter in entry.parameters
            ],
        ]
        for entry in LAMBDAS
        for _ in range(100)
    ]
    answers = node(asked)["answers"]
    none = [
        (call, cells)
        for call, found in zip(asked, answers, strict=True)
        for cells in (found[0] if isinstance(found, list) else [found],)
        if any(cell is None or cell == "NaN" for cell in cells)
    ]
    assert none == []
    assert sum(isinstance(found, float | int) for found in answers) > len(asked) / 10


def computed(texts):
    """Texts of a formula as Node.js computes what they are translated into."""
    cells = ", ".join(map(as_script, texts))
    program = f"{SPREADSHEET.read_text('utf-8')}process.stdout.write(JSON.stringify([{cells}]))"
    done = subprocess.run(
        ["node", "-e", program], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


OPERATORS = {
    "-2^2": 4, "2^3^2": 64, "-2^-2": 0.25, "2^-1^2": 0.25, "2*-3^2": 18, "1-2^2": -3, "--2^3": 8,
    "-(2^2)": -4, "8/4/2": 1, "8-4-2": 2, "2*3&4+1": "65", "1+1=2": True, "(1<2)+1": 2,
    "2>1=TRUE": True, '-2^2&""': "4",
}  # fmt: skip
"""Formulas with what Excel's documented order of operators gives; 2^-1^2 is (2^-1)^2, a quarter."""


@pytest.mark.usefixtures("node")
def test_operators_bind_as_they_do_in_spreadsheets(ironcalc, plain_libreoffice, saved):
    book = Workbook()
    for row, text in enumerate(OPERATORS, 1):
        book.active.cell(row, 1, f"={text}")
    path = saved(book)
    cells = [f"A{row}" for row in range(1, len(OPERATORS) + 1)]
    for engine in (ironcalc, plain_libreoffice):
        values = engine.values(path)["Sheet"]
        assert [values[cell] for cell in cells] == [*OPERATORS.values()]
    assert computed(OPERATORS) == [*OPERATORS.values()]
    # No text of ours has these: they are refused, and not guessed.
    with pytest.raises(ValueError, match="% is left"):
        as_script("5%")
    with pytest.raises(ValueError, match=r"\+"):
        as_script("+5")


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
        help_, _, after = text.partition(f"\nfunction {entry.name}(")
        lines = help_.rpartition("/**\n")[2].removesuffix("\n */").splitlines()
        given = after.partition(")")[0].split(", ")
        assert given == [parameter.name for parameter in entry.parameters]
        assert lines[0] == f" * {entry.summary}"
        assert lines[-1] == " * @customfunction"
        assert re.fullmatch(r" \* @return \{[\w<>]+\} \S.*\.", lines[-2])
        for parameter, line in zip(entry.parameters, lines[1:-2], strict=True):
            said = re.fullmatch(r" \* @param \{[\w<>]+\} (\S+) (\S.*)", line)
            name = parameter.name if parameter.required else f"[{parameter.name}]"
            assert said.groups() == (name, parameter.quantity.help)
    outside = re.findall(r"\b(?:import|require|process|eval|\w+App|\w+Service|Utilities)\b", text)
    assert set(outside) == {"SpreadsheetApp", "Utilities"}
    assert re.findall(r"SpreadsheetApp[^;]*;", text) == [
        "SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone();"
    ]


def test_a_file_of_another_kind_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["script", "-o", str(tmp_path / "x.txt")])
    assert done.exit_code == 2
    assert "name a file of Apps Script" in done.output
