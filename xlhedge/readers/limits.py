"""How much a portfolio's file may hold: one number, from which every limit follows."""

from __future__ import annotations

from dataclasses import dataclass

from xlhedge.errors import NotAWorkbook

__all__ = ["DEFAULT", "Limits"]

_MB = 1_000_000
_ROOM = 'unless "--max-size" allows more'


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of a portfolio's file or folder, so that no file can exhaust the machine.

    Every limit grows with the first one. Other people's files are read within the default; what
    needs more is read by saying so.

    Args:
        megabytes: the largest file, or the largest folder's CSV files together, in millions of
            bytes.

    Example:
        >>> limits = Limits(64)
        >>> limits.size, limits.unpacked, limits.cells
        (64000000, 256000000, 4000000)
    """

    megabytes: float = 16

    @property
    def size(self) -> int:
        """The most bytes of a file, or of a folder's CSV files together."""
        return int(self.megabytes * _MB)

    @property
    def unpacked(self) -> int:
        """The most bytes of a workbook's parts, once unpacked."""
        return 4 * self.size

    @property
    def cells(self) -> int:
        """The most cells of a table, and of its sheet from A1 to its far corner."""
        return self.size // 16

    def too_large(self, rows: int, columns: int) -> str:
        """What to say of a table that is too large; an empty text if it is not.

        A row costs time, and each of its cells memory.

        Example:
            >>> print(Limits().too_large(200_000, 1))
            it has 200,000 rows; it may have 100,000, unless "--max-size" allows more
        """
        return self.too_many(rows, self.cells // 10, "rows") or self.too_many(
            rows * columns, self.cells, "cells"
        )

    def too_many(self, count: int, most: int, noun: str) -> str:
        """What to say of a file with too many of something; an empty text if there are not.

        Example:
            >>> print(Limits().too_many(2_500_000, 1_000_000, "cells"))
            it has 2,500,000 cells; it may have 1,000,000, unless "--max-size" allows more
            >>> Limits().too_many(3, 1_000_000, "cells")
            ''
        """
        return "" if count <= most else f"it has {count:,} {noun}; it may have {most:,}, {_ROOM}"

    def refuse(self, count: int, most: int, noun: str, place: str = "") -> None:
        """Refuse a file with too many of something.

        Raises:
            NotAWorkbook: it has.
        """
        if why := self.too_many(count, most, noun):
            raise NotAWorkbook(why, place)


DEFAULT = Limits()
