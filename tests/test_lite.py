"""The workbook for xlwings Lite: its Python in Pyodide, its parts by Microsoft's validator.

Lite itself, and its runtime below ``xlwings/pro``, are not run: what a cell shows of a result is
measured elsewhere and said in `lite_functions`.
"""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from zipfile import ZipFile

import pytest
import validator
import xlwings
from cases import BLANK, BLANKS, ERRORS, ERRORS_IN_RANGES, RANGES, TWO_ERRORS, VALUES
from engines import need
from openpyxl import load_workbook
from structure import faults
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.errors import CellError
from xlhedge.functions.registry import FUNCTIONS, function

CASES = (*VALUES, *ERRORS, *TWO_ERRORS, *RANGES, *BLANKS, *ERRORS_IN_RANGES)
HERE = Path(__file__).parent
PACKAGES = HERE.parent / ".spreadsheets" / "node_modules"
PART = "xl/webextensions/webextension1.xml"
SPACE = "{http://schemas.microsoft.com/office/webextensions/webextension/2010/11}"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("lite") / "book.xlsx"
    done = CliRunner().invoke(app, ["lite", "-o", str(path)])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="module")
def kept(book):
    """What the workbook keeps for Lite: each property as the text that it is of."""
    with ZipFile(book) as archive:
        tree = ET.fromstring(archive.read(PART))  # noqa: S314  # our own file
    return {
        each.get("name"): json.loads(each.get("value")) for each in tree.iter(f"{SPACE}property")
    }


def in_lite(argument):
    """A case's argument as Lite hands it over: dictionaries, lists, and null for a blank cell."""
    if argument is None or argument is BLANK:
        return None
    if isinstance(argument, CellError):
        return {"type": "Error", "errorType": "?", "basicValue": argument.code}
    if isinstance(argument, tuple):
        rows = [[in_lite(cell) for cell in row] for row in argument]
        if len(rows) == len(rows[0]) == 1:
            return rows[0][0]
        return rows if len(rows) > 1 else rows[0]
    return argument


@pytest.fixture(scope="module")
def pyodide(kept, tmp_path_factory):
    """What main.py said in Pyodide."""
    need(None if (PACKAGES / "pyodide").is_dir() else "Pyodide; run .ci/spreadsheets")
    folder = tmp_path_factory.mktemp("pyodide")
    source = Path(xlwings.__file__).parent
    shutil.copytree(
        source, folder / "xlwings", ignore=shutil.ignore_patterns("*.so", "pro", "*.xl*", "js")
    )
    calls = [(case.function, [in_lite(each) for each in case.arguments]) for case in CASES]
    job = {"folders": [str(folder), str(HERE)], "main.py": kept["main.py"], "calls": calls}
    program = folder / "program.py"
    text = (HERE / "in_pyodide.py").read_text("utf-8")
    program.write_text(f"{text}\nsaid = answers_of(json.loads({json.dumps(job)!r}))\n", "utf-8")
    done = subprocess.run(
        ["node", HERE / "pyodide.mjs", PACKAGES, program, folder, HERE],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def as_rows(value):
    return value if isinstance(value, list) else [[value]]


def test_the_core_that_ran_is_the_one_in_the_workbook(pyodide):
    assert re.search(r"/xlhedge-[0-9a-f]{64}\.zip/xlhedge/__init__\.py$", pyodide["from"])
    assert pyodide["pro"] == []


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{n} {CASES[n].function}")
def test_every_case(pyodide, number):
    got, expected = as_rows(pyodide["answers"][number]), CASES[number].expected
    rows = expected if isinstance(expected, tuple) else ((expected,),)
    wanted = {cell.code if isinstance(cell, CellError) else cell for row in rows for cell in row}
    if len(wanted) == 1 and got == [[*wanted]]:
        return  # an error of all its cells
    assert len(got) == len(rows)
    for row, cells in zip(got, rows, strict=True):
        for cell, value in zip(row, cells, strict=True):
            if isinstance(value, CellError):
                assert cell == value.code
            elif isinstance(value, str):
                assert cell == value
            else:
                assert cell == pytest.approx(value, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_xlwings_describes_every_function(pyodide, entry):
    known = pyodide["described"][entry.name]
    assert known["doc"] == entry.summary
    assert known["arguments"] == [
        [each.name, each.quantity.help, {"convert": "raw"}, not each.required]
        for each in entry.parameters
    ]


def test_nothing_else_is_described(pyodide):
    assert set(pyodide["described"]) == {entry.name for entry in FUNCTIONS}


def run(main_py, calls, folder):
    """What calls give in a Python of their own, which imports what main.py holds, or its complaint.

    In ours it would take the place of the package that is tested.
    """
    (folder / "main.py").write_text(main_py, "utf-8")
    program = (
        "import json, main\nJsNull = type('JsNull', (), {})\nnull = JsNull()\n"
        f"print(json.dumps([{', '.join(f'main.{call}' for call in calls)}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


def test_a_number_with_a_format_is_a_number_and_a_null_of_javascript_a_blank(kept, tmp_path):
    formatted = {"type": "FormattedNumber", "basicValue": 617_250, "numberFormat": "$0"}
    newer = {"type": "Error", "basicValue": "#SPILL!"}
    calls = (
        f"SPOT_NOTIONAL(2, {formatted})",
        f"SPOT_NOTIONAL(2, {newer})",
        "HEDGE_NOTIONAL(1, 60_000, null, 2)",
        "SPOT_NOTIONAL([[1], [null]], 10)",
    )
    given = [1_234_500, "#VALUE!", 120_000, [[10], ["#VALUE!"]]]
    assert run(kept["main.py"], calls, tmp_path) == given


def test_nothing_is_fetched_that_is_not_xlwings(kept):
    wanted = kept["requirements.txt"].split()
    assert [each.partition("==")[0] for each in wanted] == ["xlwings"]
    assert "xlwings.pro" not in kept["main.py"]
    imported = re.findall(r"^(?:import|from) (\w+)", kept["main.py"], re.MULTILINE)
    assert {*imported} == {"base64", "hashlib", "sys", "tempfile", "pathlib", "xlwings", "xlhedge"}


def test_a_changed_core_is_refused(kept, tmp_path):
    at = kept["main.py"].index("UEsDB") + 1_000
    letter = kept["main.py"][at]
    text = kept["main.py"][:at] + ("A" if letter != "A" else "B") + kept["main.py"][at + 1 :]
    assert run(text, ["NET_DELTA(1, 1, 1)"], tmp_path) == (
        "ValueError: main.py was changed: write the workbook again with `xlhedge lite`"
    )


def test_the_workbook_is_sound_and_has_no_names(book):
    need(validator.missing())
    assert validator.errors(book) == []
    assert faults(book) == []
    names = load_workbook(book).defined_names
    assert not names  # one that is named like a function would stop all of Lite's
    with ZipFile(book) as archive:
        types = archive.read("[Content_Types].xml").decode()
        root = archive.read("_rels/.rels").decode()
    assert "application/vnd.ms-office.webextensiontaskpanes+xml" in types
    assert "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes" in root


def test_the_sheet_says_what_to_type_and_what_it_gives(book):
    sheet = load_workbook(book)["xlhedge"]
    typed = {row[0].value: (row[2].value, row[3].value) for row in sheet.iter_rows(max_col=4)}
    assert typed["NET_DELTA"] == ("=NET_DELTA(1,60000,45000)", "15000")
    assert {entry.name for entry in FUNCTIONS} <= set(typed)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert function("NET_DELTA").value == 15_000
