"""The bytes of an input: which files it is made of, and their SHA-256."""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from pathlib import Path

from xlhedge.errors import HedgeError

__all__ = ["parcel_of", "sha256_of", "tables_in"]

_MOST_FILES = 1_000


def tables_in(folder: Path) -> tuple[list[Path], bool]:
    """The CSV files of a folder that are tables of a portfolio, in order of name.

    Args:
        folder: any folder.

    Returns:
        The files, and whether the folder is meant as a portfolio, if only by names mistyped.

    Raises:
        OSError: it cannot be read.
    """
    from xlhedge.portfolio.naming import by_table

    files = {path.stem: path for path in sorted(_csv_files(folder))}
    if not files:
        return [], False
    found, problems = by_table(files, only=False)
    return sorted(files[stem] for stem in found.values()), bool(found or problems)


def _csv_files(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = (entry.name for entry in entries if entry.name.lower().endswith(".csv"))
        return [folder / name for name in islice(names, _MOST_FILES)]


def sha256_of(path: Path) -> str:
    """The SHA-256 of an input's bytes.

    Of a folder it is that of what `sha256sum` says of its tables' files, in order of name: which
    file holds what counts, too.

    Args:
        path: a workbook, a JSON file, or a folder of CSV files.

    Raises:
        OSError: it cannot be read.
        HedgeError: it is neither a file nor a folder.
    """
    if not path.is_dir():
        return _of_file(path)
    lines = (f"{_of_file(file)}  {file.name}\n" for file in tables_in(path)[0])
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


def _of_file(path: Path) -> str:
    if path.exists() and not path.is_file():  # a pipe would keep us waiting
        raise HedgeError("it is neither a file nor a folder")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parcel_of(path: Path) -> dict[str, bytes]:
    """An input's files by name, for a machine that cannot read it itself; "" is a single file.

    A file of a folder that is no table travels by name only, as a name may be a mistyped table's.

    Args:
        path: a workbook, a JSON file, or a folder of CSV files.

    Raises:
        OSError: it cannot be read.
        HedgeError: it is neither a file nor a folder, or a file in the folder is a link.
    """
    if not path.is_dir():
        if path.exists() and not path.is_file():
            raise HedgeError("it is neither a file nor a folder")
        return {"": path.read_bytes()}
    tables = set(tables_in(path)[0])
    if link := next((file for file in tables if file.is_symlink()), None):
        raise HedgeError(f"{link.name}: is a link; a cluster takes files only")
    return {
        file.name: file.read_bytes() if file in tables else b"" for file in sorted(_csv_files(path))
    }
