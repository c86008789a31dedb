"""The arrows between folders, and what each may import: nothing points back."""

import ast
import re
from pathlib import Path
from statistics import median

import pytest
from house import House

HOUSE = House()
OUTSIDE = {
    "xlwings": {"hosts"},
    "pyopenvba": {"hosts"},
    "uno": {"hosts"},
    "unohelper": {"hosts"},
    "openpyxl": {"xlsx"},
    "ccxt": {"market"},
    "typer": {"cli"},
    "distributed": {"batch"},
}
"""The folders in which another's package is known."""
WITH_NUMPY = {f"functions/{name}" for name in ("api", "arrays", "short_columns", "steps")}
"""Modules of the functions that LibreOffice's own Python cannot import where it lacks NumPy."""
ALARM, MEDIAN, FLOORS, AT_THE_TOP = 450, 200, 8, 6


def test_nothing_points_back():
    assert HOUSE.arrows_back() == []


def test_no_modules_import_each_other():
    assert HOUSE.circles() == []


def test_no_name_means_two_things():
    assert HOUSE.double_names() == []


def test_what_a_module_offers_is_used():
    """Only tests know which cells hang on the clock and on the host."""
    assert HOUSE.unused_names() == ["sheets/start: VOLATILE"]


@pytest.mark.parametrize("package", OUTSIDE)
def test_a_package_of_others_is_known_where_it_belongs(package):
    for path in HOUSE.modules:
        if HOUSE.room(path) not in OUTSIDE[package]:
            assert package not in {name.split(".")[0] for name in HOUSE.imports(path)}, path


def test_formulas_import_the_algebra_and_each_other_only():
    allowed = (
        "xlhedge.errors",
        "xlhedge.functions.algebra",
        "xlhedge.functions.array_algebra",
        "xlhedge.functions.formulas",
    )
    for path in HOUSE.modules:
        if HOUSE.name(path).startswith("functions/formulas/"):
            ours = {name for name in HOUSE.imports(path) if name.startswith("xlhedge")}
            assert all(name.startswith(allowed) for name in ours), path


def test_the_functions_need_the_standard_library_only():
    packages = {"numpy", "pandas", "pydantic", "openpyxl", "xlwings", "rich", "typer"}
    for path in HOUSE.modules:
        if HOUSE.room(path) == "functions" and HOUSE.name(path) not in WITH_NUMPY:
            assert not packages & {n.split(".")[0] for n in HOUSE.imports(path, lazy=False)}, path


def test_modules_are_small_and_the_house_is_low():
    lines = HOUSE.lines()
    assert {name: count for name, count in lines.items() if count > ALARM} == {}
    assert median(lines.values()) <= MEDIAN
    assert HOUSE.floors() <= FLOORS
    assert len(list(HOUSE.package.glob("*.py"))) <= AT_THE_TOP


# The tests themselves

TESTS = sorted(Path(__file__).parent.glob("*.py"))


def private(name):
    return name.startswith("_") and not name.startswith("__")


def imported(tree):
    """What a test has of ours: the names that it gives them, and all names on the way there."""
    ours, names = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            whole = [alias for alias in node.names if alias.name.split(".")[0] == "xlhedge"]
            ours |= {alias.asname or "xlhedge" for alias in whole}
            names += [part for alias in whole for part in alias.name.split(".")]
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "xlhedge":
            ours |= {alias.asname or alias.name for alias in node.names}
            names += [*node.module.split("."), *(alias.name for alias in node.names)]
    return ours, names


def private_names(tree):
    """Our private names that a test imports, asks a module for, or replaces."""
    ours, names = imported(tree)
    yield from filter(private, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            owner = ast.unparse(node.value).split(".")[0]
            yield from [node.attr] if owner in ours else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"^xlhedge(?:\.\w+)*\.(_[a-zA-Z]\w*)$", node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("attr"):
            owners, texts = {ast.unparse(each) for each in node.args[:1]}, node.args[1:2]
            known = [each.value for each in texts if isinstance(each, ast.Constant)]
            yield from filter(private, known if owners & ours else [])


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_no_test_knows_a_private_name(path):
    assert not [*private_names(ast.parse(path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_helpers_live_in_helper_modules(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    whole = [
        each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    ]
    found = [*whole, *(node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))]
    assert not [name for name in found if name.startswith("test_") or name == "conftest"]


@pytest.mark.parametrize(
    "text",
    [
        "from xlhedge.cli import _typed",
        "import xlhedge._core",
        "from xlhedge import vectors as v\nv._BLOCK",
        "import xlhedge\nxlhedge.scenarios._MOST",
        'from xlhedge.workbook import pieces\nmonkeypatch.setattr(pieces, "_MOST", 10)',
        'monkeypatch.setattr("xlhedge.analysis.scenarios._MOST", 4)',
    ],
)
def test_private_names_are_seen(text):
    assert len([*private_names(ast.parse(text))]) == 1
    assert not [*private_names(ast.parse(text.replace("_", "")))]
