"""A structural checker of the workbooks that we write: what Excel would call damaged, and more.

It reads the archive and its XML itself; openpyxl, which writes most of it, is not asked, nor is
LibreOffice, which opens broken files without a word. The rules are those of ECMA-376 and
[MS-XLSX], Excel's documented limits, and traps that we met. They were not run against Excel: no
fault here does not prove that Excel opens a file.

    faults(Path("report.xlsx"))
    # ["xl/worksheets/sheet1.xml (Summary) B7: there is no sheet 'Hedg' in Hedg!$D$5"]

The checks are in `structure_*.py`, each a function that yields a line a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structure_book
import structure_cells
import structure_drawings
import structure_order
import structure_package
import structure_sheets
import structure_styles
import structure_tables
from structure_model import MAIN, Book
from structure_package import Package

PACKAGE_CHECKS = (*structure_package.CHECKS, *structure_order.CHECKS)
BOOK_CHECKS = (
    *structure_book.CHECKS,
    *structure_styles.CHECKS,
    *structure_cells.CHECKS,
    *structure_tables.CHECKS,
    *structure_sheets.CHECKS,
    *structure_drawings.CHECKS,
)


def faults(path: Path) -> list[str]:
    """Everything that is wrong with a workbook, a line a fault: part, sheet, cell, what.

    Args:
        path: an .xlsx or .xlam file; its ending decides what it must be inside.

    Returns:
        The lines; none for a sound file.
    """
    package = Package(path)
    if package.broken:
        return package.broken
    found = [line for check in PACKAGE_CHECKS for line in _lines(check, package)]
    book = Book(package)
    found += [line for check in BOOK_CHECKS for line in _lines(check, book)]
    return list(dict.fromkeys(found))


def recalculates(path: Path) -> bool:
    """Whether a workbook asks for everything to be computed when it is opened."""
    node = Book(Package(path)).root.find(f"{MAIN}calcPr")
    return node is None or node.get("fullCalcOnLoad", "0") in {"1", "true"}


def _lines(check: Callable[[Any], Iterator[str]], subject: Package | Book) -> Iterator[str]:
    """The lines of one check; a file that a check cannot read is at fault as well."""
    try:
        yield from check(subject)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        yield f"{check.__module__}.{check.__name__}: cannot be checked: {error!r}"
