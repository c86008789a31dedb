"""The workings of the template's Stress sheet: how each holding and short moves in each scenario.

Each asks once which row of Scenarios moves it; all else is looked up in that row. Names are
compared, never looked up by a criterion; sums over them are matrix products, which every
spreadsheet computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.grid_shorts import price_move
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.scenarios import (
    UNDERLYING,
    LineRow,
    ShortTerms,
    Stress,
    basis_move,
    is_perpetual,
)
from xlhedge.functions.algebra import Carrier, Expression, excel_text, where
from xlhedge.functions.formulas.scenario import is_liquidated
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["FIRST", "Workings"]

FIRST = 5
"""The row of the first scenario at the top of the sheet; its name stands in column A."""

_HOLDING = (("Row in Scenarios", "ratio"), ("Gain", "money"))
"""The columns of a scenario's holdings: title and look."""
_SHORT = {
    "row": ("Row in Scenarios", "ratio"),
    "price_shock": ("Price move", "percent"),
    "days": ("Days", "days"),
    "basis_shock": ("Basis move", "percent"),
    "funding_rate": ("Funding rate", "rate"),
    "spike": ("Worst move on the way", "percent"),
    "liquidated": ("Liquidated", "ratio"),
}
"""The columns of a scenario's shorts by what they are; those of the table by their names there."""


class Workings:
    """The blocks below the scenarios: some columns a scenario for holdings, and for shorts.

    Args:
        sheet: where.
        inputs: the input sheets.
        analysis: what to show.
        tables: the computed tables.
        count: how many scenarios there is room for.
    """

    def __init__(
        self,
        sheet: Sheet,
        inputs: Inputs,
        analysis: Analysis,
        tables: Tables,
        count: int,
    ) -> None:
        """Lays the blocks out; `write` writes them."""
        self._sheet, self._analysis, self._inputs = sheet, analysis, inputs
        self._hedge, self._margin = tables[HedgeRow], tables[MarginRow]
        self._count = count
        self._top = FIRST + count + 5  # three heads above the rows
        self._shorts = self._top + self._hedge.count + 4
        self._terms = FigureTable(
            sheet.title, ShortTerms, self._shorts, self._margin.count, left=2, head=self._shorts - 1
        )
        self._cells = LiveCells(inputs, self._terms, tables)
        columns: dict[str, Any] = {
            each.name: Expression(self.term(each)) for each in ShortTerms.figures
        }
        self._row: Any = ShortTerms(self._cells, **columns)  # all shorts at once
        self._group = 2 + len(self._terms.figures)  # the first column of the first one's moves
        self.last = self._group + count * len(_SHORT)
        self._names, self._assets = (inputs.column("Scenarios", n) for n in ("scenario", "asset"))
        self._numbers = f"ROW({self._names})-ROW({self._names.split(':')[0]})+1"
        rows = analysis.portfolio.scenarios
        self._places = {(row.scenario, row.asset): n for n, row in enumerate(rows, 1)}

    def scenario(self, k: int) -> Stress | None:
        """The k-th scenario, if there is one."""
        found = self._analysis.scenarios
        return found[k] if k < len(found) else None

    def write(self) -> None:
        """Write all blocks."""
        self._write_holdings()
        self._write_terms()
        for k in range(self._count):
            self._write_moves(k)

    def gains(self, k: int) -> str:
        """The cells of what each holding gains in a scenario."""
        return self._held(3 + k * len(_HOLDING))

    def _held(self, column: int) -> str:
        letter = LETTERS[column]
        return f"${letter}${self._top}:${letter}${self._top + self._hedge.count - 1}"

    def _row_of(self, name: str, keys: str, star: str) -> str:
        """An array: in which row of Scenarios each stands; in the `star`'s if in none of its own.

        Both are 0 where nothing moves it.
        """
        mine = f"({self._names}={name})*({self._numbers})"
        if not star:
            return f'SUM(({self._assets}="{UNDERLYING}")*{mine})'
        own = f"MMULT(--({keys}=TRANSPOSE({self._assets})),{mine})"
        return f"IF({own}>0,{own},{star})"

    def _said(self, rows: str, cells: str) -> str:
        """An array: what stands in the rows of Scenarios; 0 for row 0."""
        return f"MMULT(--({rows}=TRANSPOSE({self._numbers})),{cells})"

    def _column(self, column: str, name: str, blank: str = "0") -> str:
        """A column of Scenarios in the rows of a scenario, 0 in others."""
        cells = self._inputs.column("Scenarios", column)
        return f'IF({self._names}={name},IF({cells}="",{blank},{cells}),0)'

    def _place(self, found: Stress, asset: str) -> int:
        """`_row_of` as a number."""
        common = self._places.get((found.name, UNDERLYING), 0)
        return self._places.get((found.name, asset), common)

    def _write_holdings(self) -> None:
        """Each holding's gain, three columns a scenario."""
        sheet, hedge, top = self._sheet, self._hedge, self._top
        sheet.put(top - 4, 1, "Workings: what each holding gains", "section")
        sheet.put(top - 2, 1, "All underlyings", "cell text")
        sheet.put(top - 1, 1, "Holding", "header text")
        for n in range(hedge.count):
            asset = hedge.cell(HedgeRow.asset, hedge.top + n)
            known = n < len(self._analysis.hedge)
            value = self._analysis.hedge[n].asset if known else ""
            sheet.put(top + n, 1, value, "cell text", f'IF({asset}="","",{asset})')
        for k in range(self._count):
            self._holding_columns(k, 2 + k * len(_HOLDING))

    def _holding_columns(self, k: int, at: int) -> None:
        top, found, name = self._top, self.scenario(k), f"$A${FIRST + k}"
        self._write_heads(top, at, name, found, _HOLDING)
        keys, star = f"$A${top}:$A${top + self._hedge.count - 1}", f"${LETTERS[at]}${top - 2}"
        rows, count = self._held(at), self._hedge.count
        quantity, price, beta = (
            self._hedge.column(figure)
            for figure in (HedgeRow.quantity, HedgeRow.spot_price, HedgeRow.beta)
        )
        move = self._said(rows, self._column("price_shock", name, "NA()"))
        own = f"IF({rows}={star},{beta},1)"
        gain = f"SCENARIO_PNL({quantity},{price},0,{move},0,0,0,8,0,{own})"
        lines = found.lines[: len(self._analysis.hedge)] if found else ()
        places = [self._place(found, each.asset) for each in self._analysis.hedge if found]
        self._array(top, at, name, keys, self._row_of(name, keys, star), count, places, "ratio")
        self._array(top, at + 1, name, keys, gain, count, [line.spot for line in lines], "money")

    def _write_heads(
        self, top: int, at: int, name: str, found: Stress | None, titles: Sequence[tuple[str, str]]
    ) -> None:
        """A scenario's name, in which row all underlyings stand, and the titles of its columns."""
        sheet = self._sheet
        shown = found.name if found else ""
        sheet.put(top - 3, at, shown, "section", f'IF({name}="","",{name})')
        star: Any = self._places.get((found.name, UNDERLYING), 0) if found else ""
        text = f'IF({name}="","",{self._row_of(name, "", "")})'
        sheet.array(top - 2, at, [[star]], text, "cell ratio")
        for n, (title, _) in enumerate(titles):
            sheet.put(top - 1, at + n, title, "header")

    def _array(
        self, top: int, at: int, name: str, keys: str, text: str, count: int,
        values: Sequence[Any], look: str,
    ) -> None:  # fmt: skip
        """A column as one array formula, blank where there is no key."""
        column = [[value] for value in values] + [[""]] * (count - len(values))
        text = f'IF({name}="","",IF({keys}="","",{text}))'
        self._sheet.array(top, at, column, text, f"cell {look}")

    def _write_terms(self) -> None:
        """The shorts' terms, a row a short."""
        sheet, top, rows = self._sheet, self._shorts, self._analysis.numbers.rows(ShortTerms)
        sheet.put(top - 3, 1, "Workings: how each short moves", "section")
        sheet.put(top - 2, 1, "All underlyings", "cell text")
        sheet.put(top - 1, 1, "Short", "header text")
        self._terms.write_head(sheet, sides=False)
        for n in range(self._margin.count):
            key = self._margin.cell(MarginRow.instrument, self._margin.top + n)
            number = float(n + 1) if n < len(rows) else ""
            sheet.put(top + n, 1, number, "cell ratio", f'IF({key}="","",{n + 1})')
        self._terms.write_rows(sheet, rows, self._cells.texts)

    def term(self, figure: Figure) -> str:
        """The cells of one of the shorts' terms."""
        return self._terms.span(figure, "$")

    def move(self, k: int, name: str) -> str:
        """A column of a scenario's shorts, by its name in `_SHORT`."""
        letter = LETTERS[self._at(k, name)]
        return f"${letter}${self._shorts}:${letter}${self._shorts + self._margin.count - 1}"

    def _at(self, k: int, name: str) -> int:
        return self._group + k * len(_SHORT) + list(_SHORT).index(name)

    def _write_moves(self, k: int) -> None:
        """How each short moves in a scenario."""
        top, at, count = self._shorts, self._at(k, "row"), self._margin.count
        found, name, live = self.scenario(k), f"$A${FIRST + k}", self.term(ShortTerms.instrument)
        self._write_heads(top, at, name, found, list(_SHORT.values()))
        keys, star = self.term(ShortTerms.underlying), f"${LETTERS[at]}${top - 2}"
        terms = self._analysis.numbers.rows(ShortTerms) if found else ()
        places = [self._place(found, each.underlying) for each in terms if found]
        self._array(top, at, name, live, self._row_of(name, keys, star), count, places, "ratio")
        lines = found.lines[len(self._analysis.hedge) :] if found else ()
        for column, text in self._moves(k, name).items():
            values = [_shown(line, column) for line in lines]
            look = _SHORT[column][1]
            self._array(top, self._at(k, column), name, live, text, count, values, look)

    def _moves(self, k: int, name: str) -> dict[str, str]:
        """The formulas of the shorts' moves, by column."""
        rows, terms = self.move(k, "row"), self._row
        price, basis, days, spike = (
            Expression(self.move(k, each))
            for each in ("price_shock", "basis_shock", "days", "spike")
        )
        price = price_move(price, terms.contract_type)
        typed, rate = (
            Expression(self._said(rows, self._column(each, name)))
            for each in ("basis_shock", "funding_rate")
        )
        rates = self._inputs.column("Scenarios", "funding_rate")
        given = Expression(self._said(rows, f'({self._names}={name})*({rates}<>"")')) > 0
        reached = is_liquidated(terms.short_notional, terms.distance, price + basis, spike)
        texts: dict[str, Carrier] = {
            "price_shock": Expression(self._said(rows, self._column("price_shock", name, "NA()"))),
            "days": Expression(self._said(rows, self._column("days", name))),
            "basis_shock": basis_move(typed, price, days, terms),
            "funding_rate": where(is_perpetual(terms) & given, rate, terms.funding_rate),
            "spike": Expression(self._said(rows, self._column("spike", name))),
            "liquidated": where(reached, 1, 0),
        }
        return {column: excel_text(text) for column, text in texts.items()}


def _shown(line: LineRow, column: str) -> float:
    if column == "liquidated":
        return float(line.liquidation == LIQUIDATED)
    value = getattr(line, column)
    return 0.0 if value == "" else float(value)
