"""What putting our functions into a spreadsheet program has in common, whichever program it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["Check", "InstallError", "write_whole"]


class InstallError(Exception):
    """Why something could not be built, installed or removed: one line, with the remedy."""


@dataclass(frozen=True)
class Check:
    """One thing that must be right for the functions to work.

    Attributes:
        what: what was looked at, in a word or two.
        found: what was found.
        remedy: what to do about it; nothing if it is right.

    Example:
        >>> for line in Check("add-in", "missing", "run `xlhedge excel install`").lines():
        ...     print(line)
        wrong  add-in         missing
                              -> run `xlhedge excel install`
    """

    what: str
    found: str
    remedy: str = ""

    def lines(self) -> Iterator[str]:
        """The check as people read it: a line, and a second one if something is to be done."""
        yield f"{'wrong' if self.remedy else 'ok':<6} {self.what:<14} {self.found}"
        if self.remedy:
            yield f"{'':<21} -> {self.remedy}"


def write_whole(path: Path, write: Callable[[Path], object], *, force: bool = False) -> None:
    """Writes a file whole or not at all; its folder is made if missing.

    Args:
        path: the file to write.
        write: writes the file that it is given.
        force: whether a file that is there may be replaced.

    Raises:
        InstallError: a file is there and may not be replaced.
        OSError: the file cannot be written.

    Example:
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "new" / "a.txt"
        ...     write_whole(path, lambda file: file.write_text("all of it"))
        ...     print(path.read_text(), len(list(path.parent.iterdir())))
        all of it 1
    """
    if path.exists() and not force:
        raise InstallError(
            f"{path}: is there already; name another file, or add --force to replace it"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".xlhedge-", dir=path.parent) as folder:
        new = Path(folder) / path.name
        write(new)
        new.replace(path)
