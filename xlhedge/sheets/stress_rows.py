"""The rows of Scenarios as the workings of the Stress sheet find them.

Each holding, short and coin asks once which row moves it; all else is looked up in that row. Names
are compared, never looked up by a criterion; sums over them are matrix products, which every
spreadsheet computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.scenario_lines import UNDERLYING
from xlhedge.analysis.scenarios import Stress
from xlhedge.sheets.input_cells import Inputs
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["FIRST", "HEADS", "ScenarioRows"]

FIRST = 5
"""The row of the first scenario at the top of the sheet; its name stands in column A."""

HEADS = 4
"""Rows between two blocks of workings: a blank one, names, the common row, titles."""


class ScenarioRows:
    """What blocks of workings are made of.

    Args:
        sheet: where.
        inputs: the input sheets.
        analysis: what to show.
    """

    def __init__(self, sheet: Sheet, inputs: Inputs, analysis: Analysis) -> None:
        """Looks up nothing yet."""
        self._sheet, self._inputs, self._analysis = sheet, inputs, analysis
        self._names, self._assets = (inputs.column("Scenarios", n) for n in ("scenario", "asset"))
        self._numbers = f"ROW({self._names})-ROW({self._names.split(':')[0]})+1"
        rows = analysis.portfolio.scenarios
        self._places = {(row.scenario, row.asset): n for n, row in enumerate(rows, 1)}

    def scenario(self, k: int) -> Stress | None:
        """The k-th scenario, if there is one."""
        found = self._analysis.scenarios
        return found[k] if k < len(found) else None

    def name(self, k: int) -> str:
        """The cell of its name."""
        return f"$A${FIRST + k}"

    def row_of(self, k: int, keys: str, star: str) -> str:
        """An array: in which row of Scenarios each stands; in the `star`'s if in none of its own.

        Both are 0 where nothing moves it.
        """
        own = f"MMULT(--({keys}=TRANSPOSE({self._assets})),{self._mine(k)})"
        return f"IF({own}>0,{own},{star})"

    def place(self, found: Stress, asset: str) -> int:
        """`row_of` as a number."""
        common = self._places.get((found.name, UNDERLYING), 0)
        return self._places.get((found.name, asset), common)

    def said(self, k: int, rows: str, column: str, blank: str = "0") -> str:
        """An array: what stands in a column in those rows of Scenarios; 0 for row 0."""
        cells = self._inputs.column("Scenarios", column)
        name = self.name(k)
        return self._picked(rows, f'IF({self._names}={name},IF({cells}="",{blank},{cells}),0)')

    def is_said(self, k: int, rows: str, column: str) -> str:
        """An array: 1 where something stands there, else 0."""
        cells = self._inputs.column("Scenarios", column)
        return self._picked(rows, f'({self._names}={self.name(k)})*({cells}<>"")')

    def heads(self, k: int, top: int, at: int, titles: Sequence[str]) -> str:
        """Write a scenario's name, the row of all underlyings, and titles; returns that row's cell.

        Args:
            k: which scenario.
            top: the first row below.
            at: the first column.
            titles: of the columns.
        """
        sheet, found, name = self._sheet, self.scenario(k), self.name(k)
        shown = found.name if found else ""
        sheet.put(top - 3, at, shown, "section", f'IF({name}="","",{name})')
        star: Any = self.place(found, UNDERLYING) if found else ""
        text = f'IF({name}="","",SUM(({self._assets}="{UNDERLYING}")*{self._mine(k)}))'
        sheet.array(top - 2, at, [[star]], text, "cell whole")
        for n, title in enumerate(titles):
            sheet.put(top - 1, at + n, title, "header")
        return f"${LETTERS[at]}${top - 2}"

    def array(
        self, k: int, top: int, at: int, keys: str, text: str, values: Sequence[Any], look: str
    ) -> None:
        """Write a column as one array formula, blank where there is no key.

        Args:
            k: which scenario.
            top: its first row.
            at: the column.
            keys: the cells that say which rows are there.
            text: the formula.
            values: what is stored, of the first rows.
            look: how it is shown.
        """
        first, last = (int(each.rpartition("$")[2]) for each in keys.split(":"))
        count = last - first + 1
        column = [[value] for value in values] + [[""]] * (count - len(values))
        text = f'IF({self.name(k)}="","",IF({keys}="","",{text}))'
        self._sheet.array(top, at, column, text, f"cell {look}")

    def _mine(self, k: int) -> str:
        """The numbers of a scenario's rows, 0 elsewhere."""
        return f"({self._names}={self.name(k)})*({self._numbers})"

    def _picked(self, rows: str, cells: str) -> str:
        return f"MMULT(--({rows}=TRANSPOSE({self._numbers})),{cells})"
