"""The template's input sheets: the portfolio's tables, and where other sheets find their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from xlhedge.algebra import excel_text
from xlhedge.portfolio import TABLES, Portfolio, Table
from xlhedge.portfolio.columns import Column
from xlhedge.workbook.look import WIDTHS, finish, heading
from xlhedge.workbook.package import Book
from xlhedge.workbook.sheets import Sheet

__all__ = ["FIRST_ROW", "Inputs", "look_of"]

FIRST_ROW = 6
"""The first row of data of every input table; above it the headers, and above them the units."""

_CAPACITY = {"Holdings": 50, "Instruments": 30, "Tiers": 30, "Shorts": 50, "Scenarios": 40}
_FIRST_COLUMN = {"Holdings": 5, "Tiers": 21}  # the second table of a sheet; others begin in A
_NOTES = {
    "Portfolio": "What you hold and how much of it to hedge. Type in the yellow cells; a row typed "
    "below a table counts.",
    "Instruments": "The futures you hedge with, as the venue states them.",
    "Shorts": "The shorts that are open. Positive contracts are short.",
    "Scenarios": "Moves to survive. Asset * moves every underlying, and each holding by its beta.",
}
_LOOKS = {
    "price": "price",
    "avg_cost": "price",
    "support_price": "price",
    "hedge_ratio": "percent",
    "shock": "percent",
    "discount": "percent",
    "drop": "percent",
    "alert": "percent",
    "mm_rate": "percent",
    "min": "percent",
    "max": "percent",
    "step": "percent",
    "rate": "rate",
    "fee": "rate",
    "8h": "rate",
    "notional": "money",
    "days": "days",
    "beta": "ratio",
    "leverage": "ratio",
    "hours": "ratio",
    "consecutive": "ratio",
}


def look_of(column: Column) -> str:
    """The kind of number a column holds, from its name, as the contract names units."""
    if column.kind != "number":
        return "date" if column.kind == "date" else "text"
    if column.name == "qty_step":
        return "qty"
    return _LOOKS.get(column.name) or _LOOKS.get(column.name.rsplit("_", 1)[-1], "qty")


class Inputs:
    """The input sheets of a workbook.

    Args:
        book: the workbook; its looks are registered.
        portfolio: what the tables hold.
    """

    def __init__(self, book: Book, portfolio: Portfolio) -> None:
        self._rows: Mapping[str, Any] = portfolio.rows
        self._sheets: dict[str, Sheet] = {}
        self._portfolio = portfolio
        for table in TABLES.values():
            if table.name == "History":
                continue  # optional, and long: nothing computed follows it yet
            self._write(book, table)
        for title, sheet in self._sheets.items():
            widths = {
                get_column_letter(_start(table.name) + at): WIDTHS.get(look_of(column), 12)
                for table in TABLES.values()
                if table.sheet == title
                for at, column in enumerate(table.columns)
            }
            widths |= {"A": 22, "B": 20, "C": 78, "D": 3} if title == "Portfolio" else {"A": 24}
            finish(sheet, f"A{FIRST_ROW}", widths, f"{FIRST_ROW - 2}:{FIRST_ROW - 1}")
        self._validate()

    def capacity(self, table: str) -> int:
        """How many rows of a table the computed sheets follow."""
        return max(_CAPACITY[table], len(self._rows[table]) + 10)

    def column(self, table: str, name: str) -> str:
        """The fixed range of a table's column, as other sheets refer to it.

        It reaches below the table, so that a row typed there counts where the table does not grow.
        """
        letter = get_column_letter(_start(table) + TABLES[table].headers.index(name))
        sheet = quote_sheetname(TABLES[table].sheet)
        last = FIRST_ROW + self.capacity(table) - 1
        return f"{sheet}!${letter}${FIRST_ROW}:${letter}${last}"

    def below(self, table: str, name: str) -> str:
        """The rest of a table's column, down to the sheet's end, which no other sheet follows."""
        sheet, letter = self.column(table, name).split("$")[:2]
        return f"{sheet}${letter}${FIRST_ROW + self.capacity(table)}:${letter}$1048576"

    def setting(self, name: str) -> str:
        """The formula text of a setting; a blank one is its default."""
        default = TABLES["Settings"].columns[_setting_names().index(name)].default
        count = len(_setting_names())
        names, values = (f"Portfolio!${c}${FIRST_ROW}:${c}${FIRST_ROW + count - 1}" for c in "AB")
        found = f'INDEX({values},MATCH("{name}",{names},0))'
        return found if default is _EMPTY else f'IF({found}="",{excel_text(default)},{found})'

    def _write(self, book: Book, table: Table) -> None:
        if table.sheet not in self._sheets:
            self._sheets[table.sheet] = sheet = book.sheet(table.sheet)
            heading(sheet, table.sheet, _NOTES[table.sheet])
        sheet, start = self._sheets[table.sheet], _start(table.name)
        sheet.put(FIRST_ROW - 3, start, table.name, "section")
        if table.upright:
            self._write_settings(sheet, table)
            return
        rows = self._rows[table.name]
        sheet.table(table.name, FIRST_ROW - 1, start, table.headers, len(rows),
                    header_style="header", table_style="TableStyleLight1")  # fmt: skip
        for at, column in enumerate(table.columns):
            sheet.put(FIRST_ROW - 2, start + at, _unit(column), "unit")
            look = f"input {look_of(column)}"
            for n in range(self.capacity(table.name)):
                value = getattr(rows[n], column.name) if n < len(rows) else None
                sheet.put(FIRST_ROW + n, start + at, value, look)
        sheet.design.row_dimensions[FIRST_ROW - 2].height = 76
        sheet.design.row_dimensions[FIRST_ROW - 1].height = 32

    def _write_settings(self, sheet: Sheet, table: Table) -> None:
        settings = self._portfolio.settings
        sheet.table(table.name, FIRST_ROW - 1, 1, table.headers, len(table.columns),
                    header_style="header text", table_style="TableStyleLight1")  # fmt: skip
        sheet.put(FIRST_ROW - 1, 3, "meaning", "header text")
        for n, column in enumerate(table.columns):
            sheet.put(FIRST_ROW + n, 1, column.name, "cell text")
            value = getattr(settings, column.name)
            sheet.put(FIRST_ROW + n, 2, value, f"input {look_of(column)}")
            sheet.put(FIRST_ROW + n, 3, column.help, "note")

    def _validate(self) -> None:
        """Drop-down lists for words and for the instruments that there are."""
        names = self.column("Instruments", "instrument")
        for table in ("Holdings", "Instruments", "Tiers", "Shorts"):
            for at, column in enumerate(TABLES[table].columns):
                if column.quantity.options:
                    source = '"' + ",".join(column.quantity.options) + '"'
                elif column.name == "instrument" and table != "Instruments":
                    source = names
                else:
                    continue
                letter = get_column_letter(_start(table) + at)
                rule = DataValidation("list", formula1=source, allow_blank=True)
                rule.errorTitle, rule.error = column.name, column.allowed
                rule.add(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + self.capacity(table) - 1}")
                self._sheets[TABLES[table].sheet].design.add_data_validation(rule)


_EMPTY = TABLES["Settings"].columns[1].default  # as_of has none


def _setting_names() -> list[str]:
    return [column.name for column in TABLES["Settings"].columns]


def _start(table: str) -> int:
    return _FIRST_COLUMN.get(table, 1)


def _unit(column: Column) -> str:
    """What stands above a header: the meaning, with the unit, and whether it may stay blank."""
    return column.help if column.required else f"{column.help} (optional)"
