"""The arrows between folders, and what each may import: nothing points back."""

from statistics import median

import pytest
from house import House

HOUSE = House()
OUTSIDE = {
    "xlwings": {"hosts"},
    "uno": {"hosts"},
    "unohelper": {"hosts"},
    "openpyxl": {"xlsx", "sheets"},
    "python_calamine": {"readers"},
    "pydantic": {"portfolio"},
    "ccxt": {"market"},
    "typer": {"cli"},
    "distributed": {"batch"},
}
"""The folders in which another's package is known."""
WITH_NUMPY = {"functions/api", "functions/arrays"}
"""Modules of the functions that LibreOffice's own Python cannot import where it lacks NumPy."""
ALARM, MEDIAN, FLOORS, AT_THE_TOP = 450, 200, 8, 6


def test_nothing_points_back():
    assert HOUSE.arrows_back() == []


def test_no_modules_import_each_other():
    assert HOUSE.circles() == []


@pytest.mark.parametrize("package", OUTSIDE)
def test_a_package_of_others_is_known_where_it_belongs(package):
    for path in HOUSE.modules:
        if HOUSE.room(path) not in OUTSIDE[package]:
            assert package not in {name.split(".")[0] for name in HOUSE.imports(path)}, path


def test_formulas_import_the_algebra_and_each_other_only():
    allowed = ("xlhedge.errors", "xlhedge.functions.algebra", "xlhedge.functions.formulas")
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
