"""The arrows between modules, and what each may import: nothing points back."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "xlhedge"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the formulas outwards; a module may import those of its own layer and of the layers before.
LAYERS = [
    {"errors", "files", "plain"},
    {"algebra"},
    {"domains", "formulas"},
    {"quantities"},
    {"entries"},
    {"functions"},
    {"ranges"},
    {"cell", "evaluation", "vectors"},
    {"api", "reference", "explain", "hosts"},
    {"portfolio"},
    {"readers", "figures"},
    {"maintenance", "positions", "hedge", "scenarios", "sensitivity"},
    {"bars", "risk", "replay", "signals", "history"},
    {"unwinding"},
    {"analysis", "samples", "sample_history"},
    {"workbook"},
    {"batch"},
    {"desk"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
OUTSIDE = {
    "xlwings": "hosts",
    "uno": "hosts",
    "unohelper": "hosts",
    "openpyxl": "workbook",
    "python_calamine": "readers",
    "pydantic": "portfolio",
    "ccxt": "market",
    "typer": "cli",
    "distributed": "batch",
}
CORE = {
    *("errors", "algebra", "domains", "quantities", "formulas", "entries", "functions"),
    *("ranges", "cell", "evaluation", "reference", "explain"),
}
# HEDGE_EXPLAIN stands in the registry and evaluates what stands there: its body asks for the module
# that explains when it is called. The one arrow that points back.
BACK = {("functions", "xlhedge.functions.explain")}
STANDARD_LIBRARY_BUT = {"numpy", "pandas", "pydantic", "openpyxl", "xlwings", "rich", "typer"}


def layer(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path, *, lazy):
    """Modules that a file imports; those inside functions only if lazy."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if node in inside and not lazy:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_points_back(path):
    own = layer(path)
    if own == "__init__":
        return  # it only hands out, lazily, what others make
    assert own in RANK, f"say in LAYERS where {own} belongs"
    for name in imports(path, lazy=True):
        if (own, name) in BACK:
            assert name not in imports(path, lazy=False), name
        elif name.startswith("xlhedge."):
            assert RANK[name.split(".")[1]] <= RANK[own], name
        elif name.split(".")[0] in OUTSIDE:
            assert own == OUTSIDE[name.split(".")[0]], name


def test_formulas_import_the_algebra_and_each_other_only():
    for path in (PACKAGE / "formulas").glob("*.py"):
        ours = {name for name in imports(path, lazy=True) if name.startswith("xlhedge")}
        assert {name.split(".")[1] for name in ours} <= {"algebra", "errors", "formulas"}, path


def test_the_core_needs_the_standard_library_only():
    for path in MODULES:
        if layer(path) in CORE:
            top = {name.split(".")[0] for name in imports(path, lazy=False)}
            assert not top & STANDARD_LIBRARY_BUT, path


def test_no_module_is_an_alarm():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {path for path, count in lines.items() if count > 300}


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
    found = imports(path, lazy=True)
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
