"""What figures look up in the template's cells: input sheets, settings, and the computed tables.

Formulas follow rows of the input tables, blank or not, so a table has one formula a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.carriers import Calls
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.functions.algebra import Carrier, Expression, excel_text, where
from xlhedge.portfolio import TABLES
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.table import ColumnGroup, FigureTable
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["UNDERLYING", "LiveCells", "Tables", "numbers_of"]

UNDERLYING = "underlying"
"""The figure by which rows of different tables belong together."""

_NUMBERED: dict[type[FigureRow], int] = {HedgeRow: 2, OrderRow: 1}
"""How far behind a table's figures its underlyings are numbered."""

Tables = Mapping[type[FigureRow], FigureTable]
"""The computed tables, by their kind of row."""


class LiveCells(Calls, Lookups):
    """The look-ups of one table's rows.

    Args:
        inputs: the input sheets.
        table: the table whose formulas look up.
        tables: the computed tables.
    """

    as_of, days = Expression("Hedge!$B$3"), Expression("Hedge!$B$5")

    def __init__(self, inputs: Inputs, table: FigureTable, tables: Tables) -> None:
        self.inputs, self.table, self.tables = inputs, table, tables

    def texts(self, _: FigureRow | None = None) -> list[RowText]:
        """The formulas of a row, which are those of every row."""
        return self._texts

    @cached_property
    def _texts(self) -> list[RowText]:
        return [RowText(self._text(figure)) for figure in self.table.figures]

    def _text(self, figure: Figure) -> str:
        text = excel_text(figure.body(self.row, self))
        for name in reversed(figure.given):
            text = f'IF({getattr(self.row, name).text}="","",{text})'
        return text

    @cached_property
    def row(self) -> Any:
        """The table's row as references, while its number is open."""
        own: dict[str, Any] = {
            each.name: Expression(f"${self.table.letter(each)}{here()}")
            for each in self.table.figures
        }
        return self.table.row(self, **own)

    @property
    def place(self) -> str:
        """The cell that says which row of Instruments the row's instrument is."""
        followed = self.table.row.beside
        if followed is None:
            return f"${self.table.behind()}{here()}"
        other = self.tables[followed]
        return f"{other.sheet}!${other.behind()}{here(other.top - self.table.top)}"

    def write_places(self, sheet: Sheet, rows: Sequence[FigureRow], analysis: Analysis) -> None:
        """Write where each row's instrument stands in Instruments, behind its figures.

        Args:
            sheet: where.
            rows: the rows.
            analysis: of what.
        """
        column = len(self.table.figures) + 1
        sheet.put(self.table.head, column, "Row in Instruments", "header")
        key = self.row.instrument.text
        match = f"MATCH({key},{self.inputs.column('Instruments', 'instrument')},0)"
        text = RowText(f'IF({key}="","",{match})')
        names = {each.instrument: n for n, each in enumerate(analysis.portfolio.instruments, 1)}
        for n in range(self.table.count):
            place = names.get(rows[n]["instrument"], "") if n < len(rows) else ""
            number = self.table.top + n
            sheet.put(number, column, place, "cell whole", text.at(number))

    def look_up(self, row: FigureRow, figure: Figure) -> Carrier:
        """A figure that is found where its `source` says, or the default of its column.

        A cell that must be filled is #N/A while it is blank: a silent 0 would be a wrong hedge.
        """
        if figure.source == "beside" and row.beside:
            found = getattr(self.beside(row, row.beside), figure.column)
            return where(found == "", "", found)
        if figure.source == "stated":
            return self._listed(figure)
        own = figure.source == "own"
        found = (self.own if own else self.term)(row, figure.column)
        columns = TABLES[row.table if own else "Instruments"].columns
        column = next(each for each in columns if each.name == figure.column)
        if figure is row.figures[0]:  # without it there is no row
            default: Carrier = ""
        elif column.required:
            default = self.missing()
        else:
            default = "" if column.default is None else column.default
        return where(found == "", default, found)

    def own(self, row: FigureRow, column: str) -> Expression:
        cells = self.inputs.column(row.table, column)
        return Expression(f"INDEX({cells},{here(1 - self.table.top)})")

    def term(self, row: FigureRow, column: str) -> Expression:
        if row.table == "Instruments":
            return self.own(row, column)
        return Expression(f"INDEX({self.inputs.column('Instruments', column)},{self.place})")

    def held(self, asset: Carrier, column: str) -> Expression:
        place = f"MATCH({excel_text(asset)},{self.inputs.column('Holdings', 'asset')},0)"
        return Expression(f"INDEX({self.inputs.column('Holdings', column)},{place})")

    def setting(self, name: str) -> Expression:
        return Expression(self.inputs.setting(name))

    def missing(self) -> Expression:
        return Expression("NA()")

    def number(self, value: Carrier) -> Expression:
        return Expression(f"ISNUMBER({excel_text(value)})")

    def beside(self, row: FigureRow, table: type[FigureRow]) -> Any:
        other = self.tables[table]
        at = here(other.top - self.table.top)
        cells: dict[str, Any] = {f.name: Expression(other.cell(f, at)) for f in other.figures}
        return table(self, **cells)

    def group(self, table: type[FigureRow], name: Carrier, key: str = "instrument") -> ColumnGroup:
        return ColumnGroup(self.tables[table]).having(getattr(table, key), "=", name)

    def of_underlying(self, row: FigureRow, name: str) -> Expression:
        found = self.group(UnderlyingRow, row.underlying, UNDERLYING)
        return found.sum(getattr(UnderlyingRow, name))

    def of_instrument(self, row: FigureRow, name: str) -> Expression:
        cells = self.tables[OrderRow].column(getattr(OrderRow, name))
        return Expression(f"INDEX({cells},{self.place})")

    def row_at(self, row: FigureRow, number: Carrier) -> Any:
        return self.table.row_at(self, number)

    def number_of(self, row: FigureRow) -> Expression:
        return Expression(here(1 - self.table.top))

    def of_account(self, name: Carrier, column: str) -> Expression:
        place = f"MATCH({excel_text(name)},{self.inputs.column('Accounts', 'account')},0)"
        return Expression(f'IFERROR(INDEX({self.inputs.column("Accounts", column)},{place}),"")')

    def tier_column(self, part: int, slot: int) -> str:
        """The column of Margin with a floor (part 0) or rate (1), behind figures and two places."""
        return self.tables[MarginRow].behind(3 + part * self.inputs.tier_slots + slot)

    def tiers(self, row: FigureRow) -> tuple[Expression, Expression]:
        """Those of the position that the row is, or follows."""
        margin, last = self.tables[MarginRow], self.inputs.tier_slots - 1
        sheet = "" if self.table is margin else f"{margin.sheet}!"
        at = here(margin.top - self.table.top)
        floors, rates = (
            ":".join(f"${self.tier_column(part, slot)}{at}" for slot in (0, last))
            for part in (0, 1)
        )
        return Expression(f"{sheet}{floors}"), Expression(f"{sheet}{rates}")

    def of_wallet(self, row: Any, name: str) -> Expression:
        cells = self.tables[AccountRow].column(getattr(AccountRow, name))
        return Expression(f"INDEX({cells},{excel_text(row.wallet)})")

    def of_cross(self, row: FigureRow, name: str) -> Carrier:
        return getattr(self.beside(row, CrossRow), name)

    def first(self, table: type[FigureRow], value: Carrier, key: str, name: str) -> Expression:
        found = self.tables[table]
        place = f"MATCH({excel_text(value)},{found.column(getattr(table, key))},0)"
        return Expression(f"INDEX({found.column(getattr(table, name))},{place})")

    def key_of(self, row: FigureRow) -> Expression:
        """By numbers: two names together may be longer than a cell."""
        own = self.row
        first = f"MATCH({own.account.text},{self.table.span(LotRow.account, '$')},0)"
        account = f'IF({own.account.text}="",0,{first})'
        return Expression(f'{self.place}&"/"&{account}&"/"&{own.side.text}')

    def position_of(self, row: FigureRow) -> Expression:
        """That of the first row above with its key, or else one more than all above."""
        above = {
            each: f"${letter}${self.table.top - 1}:${letter}{here(-1)}"
            for each in (LotRow.key, LotRow.position)
            for letter in (self.table.letter(each),)
        }
        place = f"MATCH({self.row.key.text},{above[LotRow.key]},0)"
        found = f"INDEX({above[LotRow.position]},{place})"
        return Expression(f"IFERROR({found},MAX({above[LotRow.position]})+1)")

    def _listed(self, figure: Figure) -> Expression:
        """The name that has the row's number: of a position's first lot, or of an underlying."""
        number = here(1 - self.table.top)
        if self.table.row is MarginRow:
            lots = self.tables[LotRow]
            place = f"MATCH({number},{lots.column(LotRow.position)},0)"
            name = f"INDEX({lots.column(getattr(LotRow, figure.name))},{place})"
            return Expression(f'IFERROR({name},"")')
        text = '""'
        for row in (OrderRow, HedgeRow):
            table = self.tables[row]
            names = table.column(getattr(row, UNDERLYING))
            text = f"IFERROR(INDEX({names},MATCH({number},{numbers_of(table)},0)),{text})"
        return Expression(text)


def numbers_of(table: FigureTable) -> str:
    """The cells behind a table that number its underlyings, each in its first row."""
    letter = table.behind(_NUMBERED[table.row])
    return f"{table.sheet}!${letter}${table.top}:${letter}${table.last}"
