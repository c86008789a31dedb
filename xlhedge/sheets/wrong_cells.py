"""Cells of the template's inputs that a check finds wrong: how many they are, and the first one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Check", "WrongCells"]

_PART, _NONE = 10_000_000, 999_999_999_999
"""A row of a part is told as one number with the part's; a number that none is as large as."""


@dataclass(frozen=True, slots=True)
class WrongCells:
    """Cells of one column, some of which may be wrong.

    Args:
        cells: the range, as other sheets refer to it.
        wrong: a formula that is above 0 where one is wrong; or a number for all of them, which is
            then told of the first.
        found: which are, by Python's own count: rows of the range from 0, one a wrong cell.
    """

    cells: str
    wrong: str
    found: Sequence[int] = ()

    @property
    def column(self) -> str:
        """A cell of it without its row, as people and links call it."""
        sheet, _, cells = self.cells.rpartition("!")
        bare = sheet.strip("'")
        return f"{bare if bare.isalpha() else sheet}!{cells.split('$')[1]}"

    @property
    def first(self) -> int:
        """The row of the sheet at which the range begins."""
        return int(self.cells.partition(":")[0].rpartition("$")[2])


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the inputs.

    Args:
        title: what is counted.
        remedy: what to do about it.
        parts: the cells that are looked at, those to be mended first at the beginning.
    """

    title: str
    remedy: str
    parts: Sequence[WrongCells]

    @property
    def count(self) -> int:
        """How many cells are wrong, by Python's own count; 0 is well."""
        return sum(len(part.found) for part in self.parts)

    @property
    def formula(self) -> str:
        """The same as a formula, which may compute with whole ranges."""
        return "+".join(f"SUM({part.wrong})" for part in self.parts)

    @property
    def at(self) -> float:
        """Part and row of the first wrong cell as one number; a very large one without any."""
        found = (
            n * _PART + part.first + min(part.found)
            for n, part in enumerate(self.parts, 1)
            if part.found
        )
        return float(next(found, _NONE))

    @property
    def at_formula(self) -> str:
        """The same as a formula over whole ranges; a part that cannot be judged has none."""
        rows = (
            f"IF(IFERROR({part.wrong},0)>0,ROW({part.cells})+{n * _PART},{_NONE})"
            for n, part in enumerate(self.parts, 1)
        )
        return f"MIN({','.join(rows)})"

    @property
    def place(self) -> str:
        """The first wrong cell, such as ``Portfolio!D7``; nothing without any."""
        part, row = divmod(int(self.at), _PART)
        return "" if self.at >= _NONE else f"{self.parts[part - 1].column}{row}"

    def link(self, at: str) -> str:
        """The formula of a link to the first wrong cell.

        Args:
            at: the cell that has `at_formula`.
        """
        columns = ",".join(f'"{part.column}"' for part in self.parts)
        place = f"CHOOSE(INT({at}/{_PART}),{columns})&MOD({at},{_PART})"
        return f'IF({at}>={_NONE},"",HYPERLINK("#"&{place},{place}))'
