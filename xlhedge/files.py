"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlhedge.errors import InputError

__all__ = ["REPORT", "TEMPORARY", "refuse_to_replace", "whole", "write_bytes", "write_whole"]

REPORT = "-report.xlsx"
"""What the names of reports end in."""
TEMPORARY = ".tmp"
"""What names of unfinished files end in; a kill −9 leaves them."""


def write_bytes(path: Path, content: bytes, folder: Path | None = None) -> None:
    """Write a file in one step: an error leaves what was there untouched, and nothing beside it.

    Args:
        path: the file; its folder is made if missing.
        content: all of it.
        folder: where it stands until it is finished, on the same disk; beside it if left out.

    Raises:
        OSError: it cannot be written; it names the file that was asked for.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_bytes(Path(folder) / "a", b"all of it")
        ...     print([file.name for file in Path(folder).iterdir()])
        ['a']
    """
    with whole(path, folder) as stream:
        stream.write(content)


@contextmanager
def whole(path: Path, folder: Path | None = None) -> Iterator[BinaryIO]:
    """Write a file in pieces; it takes its name in one step, and only if no error came between.

    Args:
        path: the file; its folder is made if missing.
        folder: as for `write_bytes`.

    Raises:
        OSError: it cannot be written; it names the file that was asked for.
    """
    with _put(path, folder) as temporary, temporary.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(path: Path, write: Callable[[Path], object], *, force: bool = False) -> None:
    """Have a file written whole or not at all; its folder is made if missing.

    Args:
        path: the file to write.
        write: writes the file that it is given.
        force: whether a file that is there may be replaced.

    Raises:
        InputError: a file is there and may not be replaced.
        OSError: it cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "new" / "a.txt"
        ...     write_whole(path, lambda file: file.write_text("all of it"))
        ...     print(path.read_text(), len(list(path.parent.iterdir())))
        all of it 1
    """
    refuse_to_replace(path, force=force)
    with _put(path) as temporary:
        write(temporary)


def refuse_to_replace(path: Path, *, force: bool) -> None:
    """Refuse a file that is there, unless it may be replaced.

    Raises:
        InputError: it is there.
    """
    if path.exists() and not force:
        why = "is there already; name another file, or add --force to replace it"
        raise InputError(f"{path}: {why}")


@contextmanager
def _put(path: Path, folder: Path | None = None) -> Iterator[Path]:
    """Where to write a file that takes its name in one step, if no error comes between."""
    # On the same disk, as only there replacing is one step; made by `open`, so that others may
    # read the file as the folder's owner expects (`tempfile` would forbid it).
    token = secrets.token_hex(8)
    beside = path.with_name(f".{token}{TEMPORARY}")
    temporary = folder / f"{token}{TEMPORARY}" if folder else beside
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        _replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # of a disk that takes no change any more
            temporary.unlink(missing_ok=True)


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except PermissionError as error:
        if not path.exists():
            raise
        # What Windows says of a file that another program has open.
        why = f"it cannot be replaced ({error.strerror}); close it where it is open, as in Excel"
        raise PermissionError(error.errno, why) from error
