"""The part of this package that runs inside spreadsheet programs; it needs the standard library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import xlhedge

__all__ = ["embedded"]

_PACKAGE = Path(xlhedge.__file__).parent


def embedded(component: ModuleType) -> dict[str, str]:
    """The files of this package that a module imports, the packages above them included.

    Args:
        component: the module that runs there; it is not among them.

    Returns:
        The text of each file by its name.

    Example:
        >>> from xlhedge.hosts import lite_functions
        >>> sorted(embedded(lite_functions))[:2]
        ['xlhedge/__init__.py', 'xlhedge/errors.py']
    """
    waiting = [Path(str(component.__file__))]
    found: set[Path] = set()
    while waiting:
        for file in _imported(waiting.pop()):
            if file not in found:
                found.add(file)
                waiting.append(file)
    # Python runs the packages above a module first; what they import when asked is not needed.
    found |= {
        folder / "__init__.py"
        for file in found
        for folder in file.parents
        if folder.is_relative_to(_PACKAGE)
    }
    root = _PACKAGE.parent
    return {file.relative_to(root).as_posix(): file.read_text("utf-8") for file in sorted(found)}


def _imported(source: Path) -> Iterator[Path]:
    """The files of this package that a file imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            path = _PACKAGE.parent.joinpath(*name.split("."))
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if path.is_relative_to(_PACKAGE) and file.is_file():
                    yield file
