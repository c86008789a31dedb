"""Workbooks that are changed where they are: closed, and kept as they were under a dated name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from xlhedge.errors import InputError
from xlhedge.files import write_bytes

__all__ = ["refuse_if_open", "replace_book"]

_OWNERS = ("~${}", ".~lock.{}#")
"""What Excel and LibreOffice put beside a workbook while it is open in them."""


def refuse_if_open(path: Path) -> None:
    """Refuse a workbook that a spreadsheet has open: its next save would undo what is written.

    Raises:
        InputError: it is open.
    """
    for owner in _OWNERS:
        beside = path.with_name(owner.format(path.name))
        if beside.exists():
            why = f"it is open in a spreadsheet; close it there (or delete {beside.name})"
            raise InputError(f"{path}: {why}")


def replace_book(
    path: Path, before: bytes, after: bytes, now: datetime, *, kept: bool = False
) -> Path | None:
    """Write a workbook anew where it is, in one step; a dated copy of it as it was is kept.

    Args:
        path: the workbook.
        before: its bytes, as they were read.
        after: what it is to hold.
        now: the time now, by the clock that its folder shows.
        kept: whether this run has kept a copy already, so that there is no other.

    Returns:
        The copy; one that has its name is not replaced, but stands for the same moment. None where
        none is kept.

    Raises:
        InputError: it was opened or changed meanwhile.
        OSError: a file cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     (path := Path(folder) / "deck.xlsx").touch()
        ...     copy = replace_book(path, b"", b"new", datetime(2026, 11, 27, 9, 30))
        ...     copy.name, copy.read_bytes(), path.read_bytes()
        ('deck-2026-11-27-093000.xlsx', b'', b'new')
    """
    refuse_if_open(path)
    if path.read_bytes() != before:
        raise InputError(f"{path}: it was changed meanwhile; start again")
    private = not path.stat().st_mode & 0o077  # then a copy of it must be, too
    copy = path.with_name(f"{path.stem}-{now:%Y-%m-%d-%H%M%S}{path.suffix}")
    if not kept and not copy.exists():
        write_bytes(copy, before, private=private)
    write_bytes(path, after, private=private)
    return None if kept else copy
