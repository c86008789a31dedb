"""The bytes of a portfolio's file or folder, read once: they are hashed, sent and read as they are.

A path is looked at only here. What is no regular file is not opened, a folder is not left, and no
more is read than the limits allow.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from xlhedge.portfolio import TABLES
from xlhedge.portfolio.places import Source
from xlhedge.portfolio.problems import refusal
from xlhedge.readers.limits import DEFAULT, Limits

__all__ = ["READABLE", "Content", "file_bytes", "load"]

READABLE = (".json", ".xlsx", ".xlsm", ".xltx", ".xltm", ".ods")
"""How the names of files that can be read end."""

_INSTEAD = {
    ".csv": "it is one table; give the folder that holds Holdings.csv and the others",
    ".xls": "it is an old Excel workbook; save it as .xlsx",
    ".xlsb": "it is a binary Excel workbook; save it as .xlsx",
}
_MOST_FILES = 1_000
_TABLES = {name.casefold() for name in TABLES}


@dataclass(frozen=True, slots=True)
class Content:
    """What a portfolio is read from, in memory: it travels to other processes and machines.

    Args:
        name: the file's name with its suffix, which says what it is, or the folder's name.
        body: the file's bytes; for a folder its CSV files' bytes by their names, where a file
            that is none of a portfolio's tables is only named.

    Example:
        >>> content = Content("mine", {"Holdings.csv": b"asset,quantity,spot_price"})
        >>> content.is_folder, content.stem, len(content.sha256)
        (True, 'mine', 64)
    """

    name: str
    body: bytes | Mapping[str, bytes]

    @property
    def source(self) -> Source:
        """Where what is read from it came from, for its report."""
        return Source(self.name, self.sha256)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of CSV files."""
        return not isinstance(self.body, bytes)

    @property
    def stem(self) -> str:
        """What a portfolio without a name is called: the folder's name, or the file's."""
        return self.name if self.is_folder else Path(self.name).stem

    @property
    def suffix(self) -> str:
        """How a file's name ends, in small letters; nothing for a folder."""
        return "" if self.is_folder else Path(self.name).suffix.lower()

    @property
    def sha256(self) -> str:
        """The SHA-256 of a file's bytes; of a folder, of what ``sha256sum`` says of its tables."""
        if isinstance(self.body, bytes):
            return _sha256(self.body)
        lines = [
            f"{_sha256(body)}  {name}\n"
            for name, body in sorted(self.body.items())
            if is_table(name)
        ]
        return _sha256("".join(lines).encode("utf-8", "surrogateescape"))


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def is_table(file: str) -> bool:
    """Whether a file's name is that of a table's CSV file; case and outer spaces do not count."""
    return Path(file).stem.strip().casefold() in _TABLES


def load(path: str | PathLike[str], limits: Limits = DEFAULT) -> Content:
    """Read the bytes of a portfolio's file or folder, and nothing of what they say.

    Args:
        path: a spreadsheet (.xlsx, .xlsm, .ods), a JSON file, or a folder of CSV files.
        limits: how much of it may be read.

    Raises:
        PortfolioError: it is none of these, it is too large, or it cannot be read.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return Content(path.resolve().name, _folder(path, limits))
        if not path.exists():
            raise refusal("there is no such file or folder")
        suffix = path.suffix.lower()
        if suffix not in READABLE:
            allowed = "a spreadsheet (.xlsx, .ods), a folder of CSV files, or a .json file"
            raise refusal(_INSTEAD.get(suffix, f"it must be {allowed}"))
        return Content(path.name, _bytes(path, "", limits.size, limits))
    except OSError as error:
        raise refusal(f"it cannot be read: {error.strerror or error}") from None


def file_bytes(path: Path, limits: Limits = DEFAULT) -> bytes:
    """All of a regular file, whatever it holds.

    Args:
        path: the file, which is named in errors.
        limits: how much of it may be read.

    Raises:
        PortfolioError: it is not there, no regular file, or too large.
    """
    return _bytes(path, str(path), limits.size, limits)


def _folder(folder: Path, limits: Limits) -> dict[str, bytes]:
    """The CSV files of a folder; those that are no tables are named only, to find typos."""
    home = folder.resolve()
    files: dict[str, bytes] = {}
    room = limits.size
    names = [name for name in sorted(os.listdir(home)) if name.lower().endswith(".csv")]  # noqa: PTH208
    if len(names) > _MOST_FILES:
        raise refusal(f"it has {len(names):,} CSV files; a folder may have {_MOST_FILES:,}")
    for name in names:
        files[name] = b""
        if is_table(name):
            target = (home / name).resolve()
            if not target.is_relative_to(home):
                raise refusal("it is a link out of the folder; put the file itself there", name)
            files[name] = _bytes(target, name, room, limits)
            room -= len(files[name])
    return files


def _bytes(path: Path, place: str, room: int, limits: Limits) -> bytes:
    """All of a regular file that is no larger than there is room for."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise refusal("it is no file but a folder, a pipe or a device", place)
        if found.st_size > room:
            raise refusal(limits.too_many(found.st_size, room, "bytes"), place)
        with path.open("rb") as stream:
            content = stream.read(found.st_size + 1)  # asked for more, it makes room for all of it
            if len(content) > found.st_size:  # it grows meanwhile
                content += stream.read(room + 1 - len(content))
    except OSError as error:
        raise refusal(f"it cannot be read: {error.strerror or error}", place) from None
    if len(content) > room:
        raise refusal(limits.too_many(len(content), room, "bytes"), place)
    return content
