"""What putting our functions into a spreadsheet program has in common, whichever program it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["TRY", "Requirement"]

TRY = "try =NET_DELTA(1, 60000, 45000): it gives 15000"
"""What to do when all is done."""


@dataclass(frozen=True)
class Requirement:
    """A thing that must be right for the functions to work.

    Attributes:
        what: what was looked at, in a word or two.
        found: what was found.
        remedy: what to do about it; nothing if it is right.

    Example:
        >>> for line in Requirement("add-in", "missing", "run `xlhedge excel install`").lines():
        ...     print(line)
        wrong  add-in         missing
                              -> run `xlhedge excel install`
    """

    what: str
    found: str
    remedy: str = ""

    def lines(self) -> Iterator[str]:
        """As people read it: a line, and a second one if something is to be done."""
        yield f"{'wrong' if self.remedy else 'ok':<6} {self.what:<14} {self.found}"
        if self.remedy:
            yield f"{'':<21} -> {self.remedy}"
