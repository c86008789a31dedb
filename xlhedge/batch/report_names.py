"""What a report is called: a name every file system takes, told from the input's name."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

__all__ = ["folded", "is_device", "stem_of"]

_LONGEST = 200  # bytes; file systems take 255, and the report's ending and a number follow
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_UNPRINTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)


def stem_of(path: Path, *, folder: bool) -> str:
    """What the report on an input is called, before `-report.xlsx`.

    Args:
        path: the input.
        folder: whether it is a folder, whose name has no ending.

    Example:
        >>> stem_of(Path("books/treasury.xlsx"), folder=False)
        'treasury'
        >>> stem_of(Path("a:b?.xlsx"), folder=False), stem_of(Path("con.1.json"), folder=False)
        ('a_b_', '_con.1')
    """
    name = path.resolve().name if folder else path.stem
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if unicodedata.category(each) in _UNPRINTED else each for each in name)
    name = _FORBIDDEN.sub("_", name).lstrip().encode()[:_LONGEST].decode(errors="ignore")
    name = name.rstrip(" .")  # which Windows takes off
    if name.startswith(".") or is_device(name):
        name = f"_{name}"
    return name or "portfolio"


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device: it reads and writes there, whatever the folder.

    Example:
        >>> is_device("NUL.xlsx"), is_device("console.xlsx")
        (True, False)
    """
    return _DEVICE.match(name) is not None


def folded(name: str) -> str:
    """What two names share that a file system may take for one: case, and how accents are spelled.

    Example:
        >>> folded("Café") == folded("CAFE\u0301")
        True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
