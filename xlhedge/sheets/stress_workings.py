"""The workings of the template's Stress sheet: how each holding and short moves in each scenario.

Names are compared, never looked up by a criterion; sums over them are matrix products, which every
spreadsheet computes.
"""

from __future__ import annotations

from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.scenarios import UNDERLYING, LineRow, Move, ShortTerms, Stress, moves_of
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.functions.formulas.scenario import is_liquidated
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["FIRST", "LIQUIDATED", "PRICE", "Workings"]

FIRST = 5
"""The row of the first scenario at the top of the sheet; its name stands in column A."""

_COLUMNS = ("price_shock", "basis_shock", "funding_rate", "days")
_MOVES = ("Price move", "Basis move", "Funding rate", "Days", "Liquidated")
_LOOKS = ("percent", "percent", "rate", "days", "ratio")
PRICE, LIQUIDATED = 0, len(_MOVES) - 1


class Workings:
    """The blocks below the scenarios: a column a scenario for holdings, a group of them for shorts.

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
        self._top = FIRST + count + 4  # two heads above the rows
        self._shorts = self._top + self._hedge.count + 4
        self._terms = FigureTable(
            sheet.title, ShortTerms, self._shorts, self._margin.count, left=2, head=self._shorts - 1
        )
        self._cells = LiveCells(inputs, self._terms, tables)
        self._group = 2 + len(self._terms.figures)  # the first column of the first one's moves
        self.last = self._group + count * len(_MOVES)
        self._names, self._assets = (inputs.column("Scenarios", n) for n in ("scenario", "asset"))

    def scenario(self, k: int) -> Stress | None:
        """The k-th scenario, if there is one."""
        found = self._analysis.scenarios
        return found[k] if k < len(found) else None

    def write(self) -> None:
        """Write all blocks."""
        self._write_holdings()
        self._write_terms()
        self._write_moves()

    def gains(self, k: int) -> str:
        """The cells of what each holding gains in a scenario."""
        letter = LETTERS[2 + k]
        return f"{letter}{self._top}:{letter}{self._top + self._hedge.count - 1}"

    def _chosen(self, name: str, column: str, blank: str) -> str:
        """A column of Scenarios where the row is of the scenario, 0 elsewhere."""
        cells = self._inputs.column("Scenarios", column)
        return f'IF({self._names}={name},IF({cells}="",{blank},{cells}),0)'

    def _matching(self, keys: str, values: str) -> str:
        return f"MMULT(--({keys}=TRANSPOSE({self._assets})),{values})"

    def _own(self, keys: str, name: str) -> str:
        return f"{self._matching(keys, f'--({self._names}={name})')}>0"

    def _of_all(self, name: str, column: str, blank: str) -> str:
        """What the row of all underlyings says."""
        chosen = self._chosen(name, column, blank)
        return f'SUM(IF({self._assets}="{UNDERLYING}",{chosen},0))'

    def _write_holdings(self) -> None:
        """Each holding's gain, a column a scenario."""
        sheet, hedge, top = self._sheet, self._hedge, self._top
        sheet.put(top - 3, 1, "Workings: what each holding gains", "section")
        sheet.put(top - 2, 1, "Price move of all underlyings", "cell text")
        sheet.put(top - 1, 1, "Holding", "header text")
        for n in range(hedge.count):
            asset = hedge.cell(HedgeRow.asset, hedge.top + n)
            known = n < len(self._analysis.hedge)
            value = self._analysis.hedge[n].asset if known else ""
            sheet.put(top + n, 1, value, "cell text", f'IF({asset}="","",{asset})')
        for k in range(self._count):
            self._holding_column(k)

    def _holding_column(self, k: int) -> None:
        sheet, top, at = self._sheet, self._top, 2 + k
        found, letter = self.scenario(k), LETTERS[2 + k]
        name, assets = f"$A${FIRST + k}", f"$A${top}:$A${top + self._hedge.count - 1}"
        common = self._common(found).price_shock if found else ""
        text = f'IF({name}="","",{self._of_all(name, "price_shock", "NA()")})'
        sheet.array(top - 2, at, [[common]], text, "cell percent")
        sheet.put(top - 1, at, found.name if found else "", "header", f'IF({name}="","",{name})')
        own = self._own(assets, name)
        shock = self._matching(assets, self._chosen(name, "price_shock", "NA()"))
        quantity, price, beta = (
            self._hedge.column(figure)
            for figure in (HedgeRow.quantity, HedgeRow.spot_price, HedgeRow.beta)
        )
        call = (
            f"SCENARIO_PNL({quantity},{price},0,IF({own},{shock},{letter}${top - 2}),0,0,0,8,0,"
            f"IF({own},1,{beta}))"
        )
        lines = found.lines if found else ()
        spots = [line.spot for line in lines[: len(self._analysis.hedge)]]
        values = [[spot] for spot in spots] + [[""]] * (self._hedge.count - len(spots))
        text = f'IF({name}="","",IF({assets}="","",{call}))'
        sheet.array(top, at, values, text, "cell money")

    def _common(self, found: Stress) -> Move:
        still = Move(0.0)
        return moves_of(self._analysis.portfolio)[found.name].get(UNDERLYING, still)

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

    def _span(self, column: int) -> str:
        letter = LETTERS[column]
        return f"${letter}${self._shorts}:${letter}${self._shorts + self._margin.count - 1}"

    def move(self, k: int, n: int) -> str:
        """The column of a scenario's price (0), basis, funding, days or liquidation (4)."""
        return self._span(self._group + k * len(_MOVES) + n)

    def _write_moves(self) -> None:
        """How each short moves, a group of columns a scenario."""
        for k in range(self._count):
            found, name = self.scenario(k), f"$A${FIRST + k}"
            at = self._group + k * len(_MOVES)
            self._sheet.put(self._shorts - 3, at, found.name if found else "", "section",
                            f'IF({name}="","",{name})')  # fmt: skip
            for n, title in enumerate(_MOVES):
                self._sheet.put(self._shorts - 1, at + n, title, "header")
            self._group_of(k, at, name, found)

    def _group_of(self, k: int, at: int, name: str, found: Stress | None) -> None:
        common = self._common(found) if found else None
        keys, live = self.term(ShortTerms.underlying), f'{self.term(ShortTerms.instrument)}=""'
        own = self._own(keys, name)
        letters = [LETTERS[at + n] for n in range(4)]
        stars = [f"{letter}${self._shorts - 2}" for letter in letters]
        blanks = ("NA()", "0", "0", "0")
        texts = []
        for column, blank, star in zip(_COLUMNS, blanks, stars, strict=True):
            chosen = self._matching(keys, self._chosen(name, column, blank))
            texts.append(f"IF({own},{chosen},{star})")
        rates = self._inputs.column("Scenarios", "funding_rate")
        said = f'({self._names}={name})*({rates}<>"")'
        given = f'IF({own},{self._matching(keys, said)},--({stars[2]}<>""))'
        perpetual = self.term(ShortTerms.perpetual)
        texts[2] = (
            f"IF(({perpetual}=1)*({given}>0),{texts[2]},{self.term(ShortTerms.funding_rate)})"
        )
        price, basis = (Expression(self.move(k, n)) for n in (0, 1))
        short, limit = (
            Expression(self.term(each)) for each in (ShortTerms.short_notional, ShortTerms.distance)
        )
        reached = is_liquidated(short, limit, price + basis)
        texts.append(f"({excel_text(reached)})*1")
        for n, column in enumerate(_COLUMNS):
            text = self._of_all(name, column, blanks[n])
            if column == "funding_rate":
                any_ = f'SUM(({self._assets}="{UNDERLYING}")*{said})'
                text = f'IF({any_}=0,"",{text})'
            value = getattr(common, column) if common else ""
            value = "" if value is None else value
            self._sheet.array(self._shorts - 2, at + n, [[value]], f'IF({name}="","",{text})',
                              f"cell {_LOOKS[n]}")  # fmt: skip
        lines = found.lines[len(self._analysis.hedge) :] if found else ()
        for n, move in enumerate(texts):
            values: list[list[Any]] = [[_shown(line, n)] for line in lines]
            values += [[""]] * (self._margin.count - len(values))
            text = f'IF({name}="","",IF({live},"",{move}))'
            self._sheet.array(self._shorts, at + n, values, text, f"cell {_LOOKS[n]}")


def _shown(line: LineRow, n: int) -> float:
    if n == LIQUIDATED:
        return float(bool(line.liquidated))
    value: float = getattr(line, _COLUMNS[n])
    return value
