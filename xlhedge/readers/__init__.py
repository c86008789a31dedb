"""Readers of portfolios: an Excel workbook, a folder of CSV files, or a JSON file."""

from __future__ import annotations

from os import PathLike

from xlhedge.portfolio import Portfolio
from xlhedge.readers.content import Content, load
from xlhedge.readers.csv_folder import read_csv_folder
from xlhedge.readers.json_file import read_json_file
from xlhedge.readers.limits import DEFAULT, Limits
from xlhedge.readers.workbook import read_workbook

__all__ = ["DEFAULT", "Content", "Limits", "load", "read", "read_content"]


def read(path: str | PathLike[str], limits: Limits = DEFAULT) -> Portfolio:
    """Read a portfolio from a file or a folder.

    Args:
        path: an Excel workbook (.xlsx, .xlsm), a JSON file, or a folder of CSV files.
        limits: how much of it may be read.

    Raises:
        PortfolioError: it cannot be read, or something in it is wrong; it holds all that is.
    """
    return read_content(load(path, limits), limits)


def read_content(content: Content, limits: Limits = DEFAULT) -> Portfolio:
    """Read a portfolio from bytes in memory; `load` reads those of a path.

    Args:
        content: the bytes, and the name that says what they are.
        limits: how much of it may be read.

    Raises:
        PortfolioError: something in it is wrong; it holds all that is.
    """
    if not isinstance(content.body, bytes):
        return read_csv_folder(content.body, content.stem, limits)
    read_file = read_json_file if content.suffix == ".json" else read_workbook
    return read_file(content.body, content.stem, limits)
