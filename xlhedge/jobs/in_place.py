"""Workbooks that are changed where they are: closed, and kept as they were under a dated name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from xlhedge.errors import InputError
from xlhedge.files import write_bytes

__all__ = ["is_private", "kept_as_it_was", "refuse_if_open"]

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


def is_private(path: Path) -> bool:
    """Whether a file is for its user only, as a copy of it must be, too."""
    return not path.stat().st_mode & 0o077


def kept_as_it_was(path: Path, now: datetime) -> Path:
    """Copy a workbook beside itself, under the date and time, before it is changed.

    Args:
        path: the workbook.
        now: the time now.

    Returns:
        The copy; one that has its name is not replaced, but stands for the same moment.

    Raises:
        OSError: it cannot be read, or the copy not be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     (path := Path(folder) / "deck.xlsx").touch()
        ...     kept_as_it_was(path, datetime(2026, 11, 27, 9, 30)).name
        'deck-2026-11-27-093000.xlsx'
    """
    copy = path.with_name(f"{path.stem}-{now:%Y-%m-%d-%H%M%S}{path.suffix}")
    if not copy.exists():
        write_bytes(copy, path.read_bytes(), private=is_private(path))
    return copy
