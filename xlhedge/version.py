"""Which program this is: its version, and a hash of its very source.

The version is raised by hand and recorded with the hash (`make version`); a report kept from
before, and an extension installed before, are judged by both, so that neither is ever stale.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import xlhedge

__all__ = ["exact_version", "source_sha256"]


def source_sha256(package: Path) -> str:
    """The SHA-256 of the files of a package and their names, whatever line endings they have.

    Args:
        package: its folder.

    Example:
        >>> len(source_sha256(Path(xlhedge.__file__).parent))
        64
    """
    found = hashlib.sha256()
    for path in sorted(package.rglob("*"), key=Path.as_posix):
        name = path.relative_to(package).as_posix()
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith("."):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            found.update(f"{name}\n{len(content)}\n".encode() + content)
    return found.hexdigest()


@cache
def exact_version() -> str:
    """The version and the beginning of the source's hash, such as 0.2.0+1a2b3c4d.

    Example:
        >>> exact_version().startswith(f"{xlhedge.__version__}+")
        True
    """
    return f"{xlhedge.__version__}+{source_sha256(Path(__file__).parent)[:8]}"
