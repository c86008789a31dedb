"""Where a portfolio came from, for those who want to see that a report is of the file they have."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a portfolio came from.

    Args:
        name: the file's or folder's name.
        sha256: of its bytes; of a folder, of what `sha256sum` says of its tables' files.
    """

    name: str
    sha256: str
