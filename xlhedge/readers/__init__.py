"""Readers of portfolios: a spreadsheet (.xlsx, .ods), a folder of CSV files, or a JSON file."""

from __future__ import annotations

from os import PathLike

from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.rows import RawTables
from xlhedge.readers.content import READABLE, Content, load
from xlhedge.readers.csv_folder import read_csv_folder
from xlhedge.readers.json_file import read_json_file
from xlhedge.readers.limits import DEFAULT, Limits
from xlhedge.readers.workbook import read_opendocument, read_workbook

__all__ = [
    "DEFAULT",
    "READABLE",
    "Content",
    "Limits",
    "load",
    "read",
    "read_content",
    "read_tables",
]


def read(path: str | PathLike[str], limits: Limits = DEFAULT) -> Portfolio:
    """Read a portfolio from a file or a folder.

    Args:
        path: a spreadsheet (.xlsx, .xlsm, .ods), a JSON file, or a folder of CSV files.
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
    return Portfolio.from_raw_tables(*read_tables(content, limits))


def read_tables(content: Content, limits: Limits = DEFAULT) -> RawTables:
    """Read the tables of bytes in memory, whichever there are; no cell of them is judged.

    Args:
        content: the bytes, and the name that says what they are.
        limits: how much of it may be read.

    Raises:
        PortfolioError: they are no file of tables.
    """
    if not isinstance(content.body, bytes):
        return read_csv_folder(content.body, content.stem, limits)
    read_file = _READERS.get(content.suffix, read_workbook)
    return read_file(content.body, content.stem, limits)


_READERS = {".json": read_json_file, ".ods": read_opendocument}
