"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["write_bytes"]


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: an error leaves what was there untouched, and nothing beside it.

    Args:
        path: the file; its folder is there.
        content: all of it.

    Raises:
        OSError: it cannot be written; it names the file that was asked for.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_bytes(Path(folder) / "a", b"all of it")
        ...     print([file.name for file in Path(folder).iterdir()])
        ['a']
    """
    # In the same folder, as only there replacing is one step; made by `open`, so that others may
    # read the file as the folder's owner expects (`tempfile` would forbid it).
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
