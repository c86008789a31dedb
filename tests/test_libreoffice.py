"""The LibreOffice extension, installed and computing in a real LibreOffice."""

from __future__ import annotations

import json
import math
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from cases import BLANKS, ERRORS, ERRORS_IN_RANGES, RANGES, TWO_ERRORS, VALUES, Case
from engines import CallSheet, IronCalc, LibreOffice, Values
from openpyxl import Workbook

from xlhedge.errors import CellError, HedgeError
from xlhedge.files import exact_version
from xlhedge.functions.registry import FUNCTIONS, Function, function
from xlhedge.hosts import libreoffice_component as component
from xlhedge.hosts.libreoffice import build_extension

CASES = (*VALUES, *ERRORS, *RANGES)
NAMES = {entry.name for entry in FUNCTIONS}


def example(entry: Function) -> Case:
    """The registry's example as a case."""
    arguments = tuple(
        (tuple((cell,) for cell in argument)) if isinstance(argument, list) else argument
        for argument in entry.example
    )
    expected = (tuple(entry.value),) if entry.columns else entry.value
    return Case(entry.name, arguments, expected, "the registry's example")


EXAMPLES = tuple(map(example, FUNCTIONS))


def shown(expected):
    """What a cell shows: errors as their text, truth values as numbers."""
    if isinstance(expected, tuple):
        return [list(map(shown, row)) for row in expected]
    if isinstance(expected, CellError):
        return expected.code
    return float(expected) if isinstance(expected, bool) else expected


def agrees(got, expected) -> bool:
    """Whether cells hold what is expected: text exactly, numbers within 1e-12."""
    if isinstance(expected, list):
        pairs = zip(got, expected, strict=True)
        return all(agrees(inner, wanted) for inner, wanted in pairs)
    if isinstance(got, str) or isinstance(expected, str):
        return got == expected
    return got == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A workbook of all cases, and the cells in which their results are."""
    sheet, cells = CallSheet(), {}
    for case in (*CASES, *EXAMPLES):
        grid = case.expected if isinstance(case.expected, tuple) else None
        cells[case] = sheet.add(
            case.function, case.arguments, (len(grid), len(grid[0])) if grid else None
        )
    return sheet.save(tmp_path_factory.mktemp("book") / "cases.xlsx"), cells


def results(values: Values, cells) -> dict[Case, object]:
    (sheet,) = values.values()
    found = {}
    for case, rows in cells.items():
        grid = [[sheet.get(name) for name in row] for row in rows]
        found[case] = grid if isinstance(case.expected, tuple) else grid[0][0]
    return found


@pytest.fixture(scope="module")
def computed(libreoffice: LibreOffice, book) -> tuple[dict[Case, object], list[str]]:
    """What LibreOffice computed, and the calls of ours that it made."""
    path, cells = book
    return results(libreoffice.values(path), cells), libreoffice.calls


@pytest.mark.parametrize(
    "case", [*CASES, *EXAMPLES], ids=lambda case: f"{case.function}: {case.why}"
)
def test_cell_shows_the_value(computed, case):
    got, expected = computed[0][case], shown(case.expected)
    if isinstance(expected, list) and component.gives_text(function(case.function)):
        expected = [["#VALUE!"] * len(row) for row in expected]  # LibreOffice's own: see below
    assert agrees(got, expected), f"{got} instead of {expected}"


def test_every_function_has_a_case():
    assert {case.function for case in VALUES} | {case.function for case in RANGES} == NAMES


def test_cells_were_computed_by_our_functions(computed):
    def reaches_us(case: Case) -> bool:
        return not any(isinstance(argument, CellError) for argument in case.arguments)

    expected = Counter(case.function for case in (*CASES, *EXAMPLES) if reaches_us(case))
    assert Counter(computed[1]) == expected


def test_without_the_extension_no_function_is_known(plain_libreoffice, book):
    path, cells = book
    found = results(plain_libreoffice.values(path), cells)
    for case, got in found.items():
        for value in got[0] if isinstance(got, list) else [got]:
            assert value == "#NAME?", case
    assert plain_libreoffice.calls == []


def saved(folder: Path, **cells) -> Path:
    book = Workbook()
    for name, value in cells.items():
        book.active[name] = value
    path = folder / "book.xlsx"
    book.save(path)
    return path


def values(libreoffice: LibreOffice, folder: Path, **cells) -> dict[str, object]:
    """What LibreOffice shows in the cells of a sheet."""
    return libreoffice.values(saved(folder, **cells))["Sheet"]


def test_constants_typed_into_a_formula(libreoffice, tmp_path):
    cells = values(
        libreoffice,
        tmp_path,
        A1="=HEDGE_NOTIONAL(1,60000)",
        A2='=HEDGE_CONTRACTS(60000,60500,100,"INVERSE")',
        A3="=HEDGE_NOTIONAL(1,60000,,2)",
        A4="=SPOT_NOTIONAL(TRUE,2)",
        A5="=SUM(SCENARIO_PNL(1,100,{0;100},{-0.25,0.5}))",
        A6='=SPOT_NOTIONAL("x",2)',
    )
    assert cells == {"A1": 60_000, "A2": 600, "A3": 120_000, "A4": 2, "A5": 25, "A6": "#VALUE!"}


def test_a_text_equals_the_same_text(libreoffice, tmp_path):
    """A text that Calc has of an array of results equals nothing: IF would go wrong."""
    cells = values(
        libreoffice,
        tmp_path,
        A1="=BASIS_REGIME(59900,60000)",
        A2='=IF(A1="backwardation",1,0)',
        A3='=MATCH("HOLD",B1:B3,0)',
        B3="=UNWIND_SIGNAL()",
        A4='=COUNTIF(A1:B3,"HOLD")',
        A5='=IF(HEDGE_EXPLAIN("")=HEDGE_EXPLAIN(""),1,0)',
    )
    assert [cells[f"A{n}"] for n in (2, 3, 4, 5)] == [1, 3, 1, 1]


def test_stored_values_are_not_trusted(libreoffice, tmp_path):
    path = saved(tmp_path, A1="=HEDGE_NOTIONAL(1,60000)", A2="=1+1")
    planted = tmp_path / "planted.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(planted, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(rb"</f><v ?/>|</f><v></v>", b"</f><v>99</v>", text)
                assert count == 2
            target.writestr(name, text)
    assert libreoffice.values(planted)["Sheet"] == {"A1": 60_000, "A2": 2}


def test_errors_are_errors_to_other_functions(libreoffice, tmp_path):
    cells = values(
        libreoffice,
        tmp_path,
        A1="=LIQUIDATION_PRICE(0,100,10,0.005)",
        B1="=ISNA(A1)",
        A2="=SPOT_NOTIONAL(1,-1)",
        B2="=SUM(A2,1)",
        C2="=ERROR.TYPE(A2)",
        A3="=IFERROR(HEDGE_RATIO(0,1),1E9)",
        A4="=A2+1",
        A5="=ISERROR(SPOT_NOTIONAL(1,2))",
        A6="=INDEX(SCENARIO_ATTRIBUTION(1,-100,100,-0.5),1,6)",
    )
    assert cells == {
        "A1": "#N/A",
        "B1": True,
        "A2": "#NUM!",
        "B2": "#NUM!",
        "C2": 6,
        "A3": 1e9,
        "A4": "#NUM!",
        "A5": False,
        "A6": "#NUM!",
    }


@pytest.mark.parametrize("case", BLANKS, ids=lambda case: case.why)
def test_exception_a_single_empty_cell_is_0(libreoffice, tmp_path, case):
    """LibreOffice's own: an add-in cannot tell it from a typed 0."""
    sheet = CallSheet()
    zeros = [0 if argument not in (None, 1, 2, 100) else argument for argument in case.arguments]
    for arguments in (case.arguments, zeros):
        sheet.add(case.function, arguments)
    cells = libreoffice.values(sheet.save(tmp_path / "blank.xlsx"))["Sheet"]
    assert cells["A1"] == cells["A2"]
    assert cells["A1"] != shown(case.expected)


@pytest.mark.parametrize("case", ERRORS_IN_RANGES, ids=lambda case: case.why)
def test_exception_an_error_in_a_range_fails_the_call(libreoffice, tmp_path, case):
    """LibreOffice's own: it does not call an add-in then."""
    sheet = CallSheet()
    rows = case.expected if isinstance(case.expected, tuple) else None
    grid = sheet.add(case.function, case.arguments, (len(rows), len(rows[0])) if rows else None)
    cells = libreoffice.values(sheet.save(tmp_path / "error.xlsx"))["Sheet"]
    alone = [each.code for each in case.arguments if isinstance(each, CellError)]
    assert {cells[name] for row in grid for name in row} == set(alone or ["#VALUE!"])
    assert libreoffice.calls == []


@pytest.mark.parametrize("case", TWO_ERRORS, ids=lambda case: case.why)
def test_exception_the_last_of_several_errors_is_passed_on(libreoffice, tmp_path, case):
    """LibreOffice's own: it does not call an add-in then."""
    sheet = CallSheet()
    sheet.add(case.function, case.arguments)
    cells = libreoffice.values(sheet.save(tmp_path / "errors.xlsx"))["Sheet"]
    assert cells["A1"] == case.arguments[-1].code != case.expected.code
    assert libreoffice.calls == []


# Stands before NumPy on LibreOffice's path, says which Python looked for it, and then ...
_WITNESS = """
import sys
with open({witness!r}, "a") as file:
    file.write("{{}}.{{}} ".format(*sys.version_info))
"""
# ... hides it, or hands over the one of this environment.
_HIDES = 'raise ModuleNotFoundError("hidden", name="numpy")'
_OFFERS = """
del sys.modules["numpy"]
sys.path.insert(0, {packages!r})
import numpy
with open({witness!r}, "a") as file:
    file.write(numpy.__version__)
"""


def test_the_same_with_and_without_numpy(extension, computed, book, tmp_path_factory):
    """LibreOffice's own Python may have NumPy or not."""
    packages = str(Path(np.__file__).parents[1])

    def run(then: str) -> tuple[dict[Case, object], list[str]]:
        home = tmp_path_factory.mktemp("numpy")
        witness = home / "witness"
        module = home / "lib" / "numpy" / "__init__.py"
        module.parent.mkdir(parents=True)
        code = (_WITNESS + then).format(witness=str(witness), packages=packages)
        module.write_text(code, "utf-8")
        path, cells = book
        environment = {"PYTHONPATH": str(home / "lib")}
        with closing(LibreOffice(home / "office", extension, environment)) as office:
            return results(office.values(path), cells), witness.read_text("utf-8").split()

    hidden, said = run(_HIDES)
    for case, got in computed[0].items():
        assert agrees(hidden[case], got), case
    ours = "{}.{}".format(*sys.version_info)
    if said[0] != ours:
        pytest.skip(f"LibreOffice has Python {said[0]}, the NumPy here is for {ours}")
    offered, said = run(_OFFERS)
    assert said == [ours, np.__version__]
    for case, got in hidden.items():
        assert agrees(offered[case], got), case


def test_wizard_shows_names_help_and_order(libreoffice):
    said = libreoffice.ask("""
import json
service = "com.sun.star.sheet.FunctionDescriptions"
functions = context.ServiceManager.createInstance(service)
found = {}
for index in range(functions.Count):
    entry = {part.Name: part.Value for part in functions.getByIndex(index)}
    arguments = [[argument.Name, argument.Description] for argument in entry["Arguments"] or ()]
    found[entry["Name"]] = [entry["Description"], arguments]
print(json.dumps(found))
""")
    found = json.loads(said.splitlines()[-1])
    for entry in FUNCTIONS:
        described, arguments = found[entry.name]
        assert described == f"{entry.summary} {entry.syntax}"
        assert arguments == [[p.name, p.quantity.help] for p in entry.parameters]


def test_runs_from_an_activated_environment(extension, tmp_path, monkeypatch):
    """Neither its python3 nor its packages may get into LibreOffice."""
    (tmp_path / "xlhedge.py").write_text("raise RuntimeError('not from the extension')", "utf-8")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with closing(LibreOffice(tmp_path / "office", extension)) as office:
        assert values(office, tmp_path, A1="=HEDGE_NOTIONAL(1,60000)") == {"A1": 60_000}


def test_pdf(plain_libreoffice, tmp_path):
    assert plain_libreoffice.to_pdf(saved(tmp_path, A1=1)).read_bytes().startswith(b"%PDF")


def test_engines_agree_where_nothing_is_ours(
    plain_libreoffice: LibreOffice, ironcalc: IronCalc, tmp_path
):
    path = saved(tmp_path, A1=1.5, A2="=A1*2", A3="=1/0", A4="x", A5="=A1>1", A6='=""', A7="=NA()")
    expected = {"A1": 1.5, "A2": 3, "A3": "#DIV/0!", "A4": "x", "A5": True, "A7": "#N/A"}
    assert ironcalc.values(path)["Sheet"] == expected
    assert plain_libreoffice.values(path)["Sheet"] == expected


# What is in the file, and what the component does; no LibreOffice needed.


def test_build_gives_the_same_bytes(tmp_path):
    one, two = (build_extension(tmp_path / name).read_bytes() for name in ("one.oxt", "two.oxt"))
    assert one == two


def test_extension_names_every_part_and_function(extension):
    with zipfile.ZipFile(extension) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name in ("META-INF/manifest.xml", "description.xml", "CalcAddIns.xcu"):
        ET.fromstring(texts[name])  # noqa: S314  # our own
    for named in re.findall('full-path="(.*?)"', texts["META-INF/manifest.xml"]):
        assert named in texts
    assert f'<version value="{exact_version()}"/>' in texts["description.xml"]
    oor = "{http://openoffice.org/2001/registry}"
    root = ET.fromstring(texts["CalcAddIns.xcu"])  # noqa: S314  # our own
    nodes = root.findall(f".//node[@{oor}name='AddInFunctions']/node")
    assert [node.get(f"{oor}name") for node in nodes] == [entry.name for entry in FUNCTIONS]
    for entry in FUNCTIONS:
        declared = re.search(rf"\b{entry.name}\((.*)\);", texts["functions.idl"])
        assert declared[1].count("[in] any ") == len(entry.parameters)


def test_core_in_the_extension_needs_the_standard_library_only(extension, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(extension / "pythonpath")!r})
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import FUNCTIONS, function
print(len(FUNCTIONS), evaluate(function("NET_DELTA"), [[[1], [2]], 60_000, 45_000]))
"""
    command = [sys.executable, "-I", "-S", "-c", code]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said == f"{len(FUNCTIONS)} [[15000.0], [75000.0]]\n"


def calc_error(cell: float) -> int | None:
    """The number of Calc's error that a NaN carries."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", cell))
    return bits & 0xFFFF if math.isnan(cell) else None


@pytest.mark.parametrize("kind", CellError)
def test_component_carries_every_error(kind):
    error = HedgeError("", kind)
    assert calc_error(component.cell(error)) == kind.calc


@pytest.mark.parametrize(
    ("value", "shown"), [(True, 1.0), (False, 0.0), (0.5, 0.5), ("HOLD", "HOLD")]
)
def test_component_gives_numbers_and_text(value, shown):
    got = component.cell(value)
    assert (got, type(got)) == (shown, type(shown))


def test_component_reports_what_nobody_expected(monkeypatch, tmp_path, capsys):
    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(component, "evaluate", fail)
    monkeypatch.setenv("XLHEDGE_CALL_LOG", str(tmp_path / "log"))
    ((cell,),) = component.calc_value(FUNCTIONS[0], (1.0, 2.0))
    assert calc_error(cell) == CellError.VALUE.calc
    for said in ((tmp_path / "log").read_text("utf-8"), capsys.readouterr().err):
        assert f"{FUNCTIONS[0].name}(1.0, 2.0)" in said
        assert "RuntimeError: a bug" in said
