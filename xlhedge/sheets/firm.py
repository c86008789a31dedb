"""What a firm has its reports say: a title, a line at the foot, a logo, who has checked them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from xlhedge.errors import InputError
from xlhedge.xlsx.drawings import png_size

__all__ = ["PLAIN", "Firm", "read_logo"]

_LARGEST = 1_000_000
"""Bytes of a logo: each report holds it."""


class Firm(NamedTuple):
    """What stands on all reports of a firm.

    Args:
        title: in the place of the portfolio's name at the top of page one.
        footer: a line at the foot of every page.
        checked_by: who has checked the report; a draft while nobody has.
        logo: a PNG file, at the top of page one.
    """

    title: str = ""
    footer: str = ""
    checked_by: str = ""
    logo: bytes = b""

    @property
    def parts(self) -> tuple[str, ...]:
        """All of it as short texts, to tell two apart; nothing of a firm that says nothing."""
        told = (*self[:3], sha256(self.logo).hexdigest() if self.logo else "")
        return told if any(told) else ()

    @property
    def status(self) -> str:
        """Draft, or who has checked it."""
        return f"checked by {self.checked_by}" if self.checked_by else "draft"


def read_logo(path: Path, where: str) -> bytes:
    """The bytes of a PNG file.

    Args:
        path: the file.
        where: what messages call it.

    Raises:
        InputError: it cannot be read, is none, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        png_size(data)
    except (OSError, ValueError) as error:
        raise InputError(f"{where}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _LARGEST:
        raise InputError(f"{where}: has more than {_LARGEST:,} bytes")
    return data


PLAIN = Firm()
"""A report of nobody's."""
