"""The workings of the template's Stress sheet: accounts, whose wallets fall as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.account_lines import (
    AccountTerms,
    coin_move,
    is_fallen,
    lost,
    may_fall,
    of_money,
)
from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.liquidation import LIQUIDATED, UNKNOWN
from xlhedge.analysis.scenarios import Stress
from xlhedge.functions.algebra import Carrier, Expression, excel_text, where
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.stress_rows import ScenarioRows
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["AccountWorkings"]

_COLUMNS = {
    "row": ("Row in Scenarios", "whole"),
    "move": ("Move of its coin", "percent"),
    "spike": ("Worst move on the way", "percent"),
    "end": ("Left in the wallet, at the end", "qty"),
    "high": ("Left in the wallet, at the spikes", "qty"),
    "fallen": ("Liquidated", "whole"),
    "unsure": ("Liquidation unknown", "whole"),
    "spot": ("Coins gain", "money"),
    "lost": ("Lost with the wallet", "money"),
}
"""The columns of a scenario's accounts by what they are: title and look."""


class AccountWorkings:
    """A row a collateral, and some columns a scenario.

    Args:
        sheet: where.
        rows: the rows of Scenarios.
        inputs: the input sheets.
        analysis: what to show.
        tables: the computed tables.
        top: the first row.
    """

    def __init__(
        self,
        sheet: Sheet,
        rows: ScenarioRows,
        inputs: Inputs,
        analysis: Analysis,
        tables: Tables,
        top: int,
    ) -> None:
        """Lays the block out."""
        self._sheet, self._rows, self._analysis, self._top = sheet, rows, analysis, top
        self._accounts = tables[AccountRow]
        self._terms = FigureTable(
            sheet.title, AccountTerms, top, self._accounts.count, left=2, head=top - 1
        )
        self._cells = LiveCells(inputs, self._terms, tables)
        columns: dict[str, Any] = {
            each.name: Expression(self._terms.span(each, "$")) for each in AccountTerms.figures
        }
        self._row: Any = AccountTerms(self._cells, **columns)  # all rows at once
        self._group = 2 + len(self._terms.figures)

    def last(self, count: int) -> int:
        """The last column, with so many scenarios."""
        return self._group + count * len(_COLUMNS)

    def column(self, k: int, name: str) -> str:
        """A column of a scenario's accounts, by its name in `_COLUMNS`."""
        letter = LETTERS[self._at(k, name)]
        return f"${letter}${self._top}:${letter}${self._top + self._accounts.count - 1}"

    def _at(self, k: int, name: str) -> int:
        return self._group + k * len(_COLUMNS) + list(_COLUMNS).index(name)

    def write_terms(self) -> None:
        """Write what scenarios need of each row."""
        sheet, top, rows = self._sheet, self._top, self._analysis.numbers.rows(AccountTerms)
        sheet.put(top - 3, 1, "Workings: accounts, and the coins in them", "section")
        sheet.put(top - 2, 1, "All underlyings", "cell text")
        sheet.put(top - 1, 1, "Row in Accounts", "header text")
        self._terms.write_head(sheet, sides=False)
        for n in range(self._accounts.count):
            key = self._accounts.cell(AccountRow.account, self._accounts.top + n)
            number = float(n + 1) if n < len(rows) else ""
            sheet.put(top + n, 1, number, "cell whole", f'IF({key}="","",{n + 1})')
        self._terms.write_rows(sheet, rows, self._cells.texts)

    def write(self, k: int, wallets: str, end: str, high: str) -> None:
        """Write a scenario's columns.

        Args:
            k: which one.
            wallets: the cells of the shorts' wallets, by their rows in Accounts.
            end: the cells of what shorts add to their wallets, at the end.
            high: those at the spikes.
        """
        found, rows, at = self._rows.scenario(k), self._rows, self._at(k, "row")
        star = rows.heads(k, self._top, at, [title for title, _ in _COLUMNS.values()])
        texts = self._texts(k, star, wallets, (end, high))
        values = self._values(found) if found else {}
        for column, text in texts.items():
            rows.array(k, self._top, self._at(k, column), self._row.account.text,
                       excel_text(text), values.get(column, ()), _COLUMNS[column][1])  # fmt: skip

    def _texts(self, k: int, star: str, wallets: str, added: tuple[str, str]) -> dict[str, Carrier]:
        row, rows = self._row, self._rows
        cells = {name: Expression(self.column(k, name)) for name in _COLUMNS}
        mine = cells["row"].text
        beta = Expression(f"IF({mine}={star},{row.beta.text},1)")
        price, spike = (
            Expression(rows.said(k, mine, *column))
            for column in (("price_shock", "NA()"), ("spike",))
        )
        numbers = f"$A${self._top}:$A${self._top + self._accounts.count - 1}"

        def coins(move: str) -> Carrier:
            """What the coins of a wallet in money gain."""
            same = f"--({row.account.text}=TRANSPOSE({row.account.text}))"
            gain = f'IF({row.account.text}="",0,{row.moving.text}*{cells[move].text})'
            return of_money(row, Expression(f"MMULT({same},{gain})"))

        def left(move: str, shorts: str) -> Carrier:
            mine = f'MMULT(--({numbers}=TRANSPOSE({wallets})),IF({shorts}="",0,{shorts}))'
            return where(row.shared == 1, row.equity + coins(move) + Expression(mine), "")

        both = cells["end"], cells["high"]
        fallen = cells["fallen"] == 1
        return {
            "row": Expression(rows.row_of(k, row.coin.text, star)),
            "move": where(row.coin == "", 0, coin_move(price, beta)),
            "spike": where(row.coin == "", 0, coin_move(spike, beta)),
            "end": left("move", added[0]),
            "high": left("spike", added[1]),
            "fallen": where(row.shared == 1, where(is_fallen(row, *both), 1, 0), 0),
            "unsure": where(row.shared == 1, where(may_fall(row, *both), 1, 0), 0),
            "spot": row.posted * cells["move"],
            "lost": where(fallen, lost(row, cells["move"], coins("move")), 0),
        }

    def _values(self, found: Stress) -> dict[str, Sequence[Any]]:
        """What is stored, by column."""
        terms = self._analysis.numbers.rows(AccountTerms)
        wallets = found.wallets.rows
        lines = found.lines[len(found.lines) - len(terms) :]
        lefts = [each.left or ("", "") for each in wallets]
        return {
            "row": [self._rows.place(found, each.coin) for each in terms],
            "move": [each.move for each in wallets],
            "spike": [each.spike for each in wallets],
            "end": [end for end, _ in lefts],
            "high": [high for _, high in lefts],
            "fallen": [float(each.word == LIQUIDATED) for each in wallets],
            "unsure": [float(each.word == UNKNOWN) for each in wallets],
            "spot": [line.spot for line in lines],
            "lost": [-line.short for line in lines],
        }
