"""Readers of portfolios: an Excel workbook, a folder of CSV files, or a JSON file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.problems import PortfolioError, Problem
from xlhedge.readers.csv_folder import read_csv_folder
from xlhedge.readers.json_file import read_json_file
from xlhedge.readers.workbook import read_workbook

__all__ = ["SUFFIXES", "read"]

_BY_SUFFIX = {
    ".json": read_json_file,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xltx": read_workbook,
    ".xltm": read_workbook,
}
SUFFIXES = frozenset(_BY_SUFFIX)
"""What the names of portfolios' files end in."""
_INSTEAD = {
    ".csv": "it is one table; give the folder that holds Holdings.csv and the others",
    ".xls": "it is an old Excel workbook; save it as .xlsx",
    ".xlsb": "it is a binary Excel workbook; save it as .xlsx",
    ".ods": "it is no Excel workbook; save it as .xlsx",
}


def read(path: str | PathLike[str]) -> Portfolio:
    """Read a portfolio from a file or a folder.

    Args:
        path: an Excel workbook (.xlsx, .xlsm), a JSON file, or a folder of CSV files.

    Raises:
        PortfolioError: it cannot be read, or something in it is wrong; it holds all that is.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    try:
        if path.is_dir():
            return read_csv_folder(path)
        if not path.exists():
            raise _refusal("there is no such file or folder")
        if suffix in _BY_SUFFIX:
            return _BY_SUFFIX[suffix](path)
    except OSError as error:
        raise _refusal(f"it cannot be read: {error.strerror or error}") from None
    raise _refusal(
        _INSTEAD.get(
            suffix, "it must be an Excel workbook (.xlsx), a folder of CSV files, or a .json file"
        )
    )


def _refusal(why: str) -> PortfolioError:
    return PortfolioError([Problem("", why)])
