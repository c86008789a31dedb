"""The workings of the template's Stress sheet: how holdings and shorts move in each scenario."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.account_lines import left_of
from xlhedge.analysis.accounts import CrossRow
from xlhedge.analysis.figures import BLANK, Figure
from xlhedge.analysis.grid_shorts import price_move
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.scenario_lines import LineRow, ShortTerms, basis_move, is_perpetual
from xlhedge.functions.algebra import Carrier, Expression, excel_text, where
from xlhedge.functions.formulas.scenario import is_liquidated
from xlhedge.sheets.attribution import CHART_ROWS
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.stress_accounts import AccountWorkings
from xlhedge.sheets.stress_rows import FIRST, HEADS, ScenarioRows
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["Workings"]

_HOLDING = ("Row in Scenarios", "Gain")
"""The columns of a scenario's holdings."""
_SHORT = {
    "row": ("Row in Scenarios", "whole"),
    "price_shock": ("Price move", "percent"),
    "days": ("Days", "days"),
    "basis_shock": ("Basis move", "percent"),
    "future": ("Move of the future", "percent"),
    "funding_rate": ("Funding rate", "rate"),
    "spike": ("Worst move on the way", "percent"),
    "liquidated": ("Liquidated", "whole"),
    "end": ("Adds to its wallet, at the end", "qty"),
    "high": ("Adds to its wallet, at the spikes", "qty"),
    "fallen": ("Its wallet is liquidated", "whole"),
}
"""The columns of a scenario's shorts by what they are: title and look."""


class Workings:
    """The blocks below the scenarios: some columns a scenario for holdings, shorts and accounts.

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
        self._sheet, self._analysis, self._count = sheet, analysis, count
        self._hedge, self._margin = tables[HedgeRow], tables[MarginRow]
        self._top = FIRST + count + 1 + CHART_ROWS + HEADS
        self._shorts = self._top + self._hedge.count + HEADS
        self._terms = FigureTable(
            sheet.title, ShortTerms, self._shorts, self._margin.count, left=2, head=self._shorts - 1
        )
        self._cells = LiveCells(inputs, self._terms, tables)
        columns: dict[str, Any] = {
            each.name: Expression(self.term(each)) for each in ShortTerms.figures
        }
        self._row: Any = ShortTerms(self._cells, **columns)  # all shorts at once
        self._group = 2 + len(self._terms.figures)  # the first column of the first one's moves
        self._rows = ScenarioRows(sheet, inputs, analysis)
        self.scenario = self._rows.scenario
        below = self._shorts + self._margin.count + HEADS
        self.accounts = AccountWorkings(sheet, self._rows, inputs, analysis, tables, below)
        self.last = max(self._group + count * len(_SHORT), self.accounts.last(count))

    def write(self) -> None:
        """Write all blocks."""
        self._write_holdings()
        self._write_terms()
        self.accounts.write_terms()
        for k in range(self._count):
            self._write_moves(k)
            self.accounts.write(k, self.term(ShortTerms.wallet), self.move(k, "end"),
                                self.move(k, "high"))  # fmt: skip

    def gains(self, k: int) -> str:
        """The cells of what each holding gains in a scenario."""
        return self._held(3 + k * len(_HOLDING))

    def _held(self, column: int) -> str:
        letter = LETTERS[column]
        return f"${letter}${self._top}:${letter}${self._top + self._hedge.count - 1}"

    def _write_holdings(self) -> None:
        """Each holding's gain, two columns a scenario."""
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
        top, found, rows = self._top, self.scenario(k), self._rows
        star = rows.heads(k, top, at, _HOLDING)
        keys, mine = self._held(1), self._held(at)
        quantity, price, beta = (
            self._hedge.column(figure)
            for figure in (HedgeRow.quantity, HedgeRow.spot_price, HedgeRow.beta)
        )
        own = f"IF({mine}={star},{beta},1)"
        move = rows.said(k, mine, "price_shock", "NA()")
        gain = f"SCENARIO_PNL({quantity},{price},0,{move},0,0,0,8,0,{own})"
        places = [rows.place(found, each.asset) for each in self._analysis.hedge if found]
        rows.array(k, top, at, keys, rows.row_of(k, keys, star), places, "whole")
        lines = found.lines[: len(self._analysis.hedge)] if found else ()
        rows.array(k, top, at + 1, keys, gain, [line.spot for line in lines], "money")

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
            sheet.put(top + n, 1, number, "cell whole", f'IF({key}="","",{n + 1})')
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
        top, at, rows, found = self._shorts, self._at(k, "row"), self._rows, self.scenario(k)
        star = rows.heads(k, top, at, [title for title, _ in _SHORT.values()])
        keys, live = self.term(ShortTerms.underlying), self.term(ShortTerms.instrument)
        terms = self._analysis.numbers.rows(ShortTerms) if found else ()
        places = [rows.place(found, each.underlying) for each in terms if found]
        rows.array(k, top, at, live, rows.row_of(k, keys, star), places, "whole")
        shorts = found.lines[len(self._analysis.hedge) :][: len(terms)] if found else ()
        for column, text in self._moves(k).items():
            values = [_shown(*each, column) for each in zip(terms, shorts, strict=True)]
            rows.array(k, top, self._at(k, column), live, text, values, _SHORT[column][1])
        self._write_wallets(k, shorts)

    def _moves(self, k: int) -> dict[str, str]:
        """The formulas of the shorts' moves, by column."""
        mine, terms, rows = self.move(k, "row"), self._row, self._rows
        price, basis, days, future, spike = (
            Expression(self.move(k, each))
            for each in ("price_shock", "basis_shock", "days", "future", "spike")
        )
        price = price_move(price, terms.contract_type)
        typed, rate = (
            Expression(rows.said(k, mine, each)) for each in ("basis_shock", "funding_rate")
        )
        given = Expression(rows.is_said(k, mine, "funding_rate")) > 0
        reached = is_liquidated(terms.short_notional, terms.distance, future, spike)
        texts: dict[str, Carrier] = {
            "price_shock": Expression(rows.said(k, mine, "price_shock", "NA()")),
            "days": Expression(rows.said(k, mine, "days")),
            "basis_shock": basis_move(typed, price, days, terms),
            "future": price + basis,
            "funding_rate": where(is_perpetual(terms) & given, rate, terms.funding_rate),
            "spike": Expression(rows.said(k, mine, "spike")),
            "liquidated": where(reached, 1, 0),
        }
        return {column: excel_text(text) for column, text in texts.items()}

    def _write_wallets(self, k: int, shorts: tuple[LineRow, ...]) -> None:
        """What each short that shares a wallet adds to it, and whether that falls."""
        terms, found = self._cells.row, self.scenario(k)
        moves = (
            Expression(f"${LETTERS[self._at(k, name)]}{here()}") for name in ("future", "spike")
        )
        cross = self._cells.beside(terms, CrossRow)
        texts = [left_of(cross, self._cells, move) for move in moves]
        texts.append(Expression(f"INDEX({self.accounts.column(k, 'fallen')},{terms.wallet.text})"))
        name, kept = self._rows.name(k), found.wallets.positions if found else ()
        for column, text in zip(("end", "high", "fallen"), texts, strict=True):
            none = "0" if column == "fallen" else '""'
            inner = f'IF({terms.wallet.text}="",{none},{excel_text(text)})'
            formula = RowText(f'IF({name}="","",IF({terms.instrument.text}="","",{inner}))')
            for n in range(self._margin.count):
                value: Any = ""
                if n < len(shorts):
                    both, fallen = kept[n], shorts[n].liquidation == LIQUIDATED
                    at = ("end", "high").index(column) if column != "fallen" else 0
                    value = both[at] if both else ""
                    value = float(bool(both) and fallen) if column == "fallen" else value
                look, place = f"cell {_SHORT[column][1]}", self._at(k, column)
                self._sheet.put(self._shorts + n, place, value, look,
                                formula.at(self._shorts + n))  # fmt: skip


def _shown(row: ShortTerms, line: LineRow, column: str) -> float:
    if column == "liquidated":
        return float(line.liquidation == LIQUIDATED and row.wallet == BLANK)
    if column == "future":
        return float(line.price_shock + line.basis_shock)
    value = getattr(line, column)
    return 0.0 if value == "" else float(value)
