"""The arrows between modules, and what each may import: nothing points back."""

import ast
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
    "pyopenvba": "hosts",
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
BACK = {("functions", "xlhedge.explain")}
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
