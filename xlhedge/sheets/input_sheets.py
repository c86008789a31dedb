"""The template's input sheets: the portfolio's tables, and where other sheets find their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlhedge.functions.algebra import excel_text
from xlhedge.portfolio import TABLES, Portfolio, Table
from xlhedge.portfolio.columns import Column
from xlhedge.sheets.hints import note_of, unit_of
from xlhedge.sheets.style import WIDTHS, finish, heading
from xlhedge.sheets.validation import rule_of
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS, quoted
from xlhedge.xlsx.sheet import Sheet

__all__ = ["FIRST_ROW", "Inputs"]

FIRST_ROW = 6
"""The first row of data of every input table; above it the headers, and above them the units."""

_CAPACITY = {
    "Holdings": 50,
    "Instruments": 30,
    "Tiers": 30,
    "Shorts": 50,
    "Scenarios": 40,
    "History": 500,
}
_MEANING, _CHOICES = 84, 24  # widths: what settings mean, and the assets to choose from
_NOTES = {
    "Portfolio": "What you hold and how much of it to hedge. Type in the yellow cells; a row typed "
    "below a table counts. Quote is the quote_currency.",
    "Instruments": "The futures you hedge with, as the venue states them. Tiers are optional.",
    "Shorts": "The shorts that are open. Positive contracts are short.",
    "Scenarios": "Moves to survive. Asset * moves every underlying, and each holding by its beta.",
    "Price history": "Optional: bars of assets and instruments. Keep the rows of one symbol "
    "together, oldest first.",
}
_PAGES = {"Instruments": 3}  # landscape pages that the width of a sheet takes
_HISTORY_PAGE = 25  # rows of History that are printed
_LINE, _HEIGHT = 46, 17  # a note's characters a line, and a line's height in pixels


class Inputs:
    """The input sheets of a workbook.

    Args:
        book: the workbook; its looks are registered.
        portfolio: what the tables hold.
    """

    def __init__(self, book: Book, portfolio: Portfolio) -> None:
        self._rows: Mapping[str, Any] = portfolio.rows
        self._sheets: dict[str, Sheet] = {}
        for table in TABLES.values():
            self._write(book, table)
        self._write_choices()
        for title, sheet in self._sheets.items():
            finish(
                sheet,
                f"{'A' if title == 'Portfolio' else 'B'}{FIRST_ROW}",
                _widths(title),
                f"{FIRST_ROW - 2}:{FIRST_ROW - 1}",
                _PAGES.get(title, 1),
            )
            sheet.prints(tall=1)
        # What is printed is the sheet's beginning: its rows would be pages and pages.
        history = self._sheets[TABLES["History"].sheet]
        history.prints(area=f"A1:{LETTERS[_end('History')]}{FIRST_ROW + _HISTORY_PAGE - 1}")

    def capacity(self, table: str) -> int:
        """How many rows of a table the computed sheets follow."""
        return max(_CAPACITY[table], len(self._rows[table]) + 10)

    def column(self, table: str, name: str, down: int = 0) -> str:
        """The fixed range of a table's column, as other sheets refer to it; or rows below it.

        It reaches below the table, so that a row typed there counts where the table does not grow.
        """
        letter, sheet = self._letter(table, name), quoted(TABLES[table].sheet)
        first, last = FIRST_ROW + down, FIRST_ROW + down + self.capacity(table) - 1
        return f"{sheet}!${letter}${first}:${letter}${last}"

    def cell(self, table: str, name: str, at: int | str) -> str:
        """The cell of a table's column in the row ``at`` of its sheet."""
        sheet = quoted(TABLES[table].sheet)
        return f"{sheet}!${self._letter(table, name)}${at}"

    def _letter(self, table: str, name: str) -> str:
        return LETTERS[_start(table) + TABLES[table].headers.index(name)]

    def below(self, table: str, name: str) -> str:
        """The rest of a table's column, down to the sheet's end, which no other sheet follows."""
        first = self.cell(table, name, FIRST_ROW + self.capacity(table))
        return f"{first}:${self._letter(table, name)}$1048576"

    def setting(self, name: str) -> str:
        """The formula text of a setting; a blank one is its default."""
        column = TABLES["Settings"].columns[_setting_names().index(name)]
        count = len(_setting_names())
        names, values = (f"Portfolio!${c}${FIRST_ROW}:${c}${FIRST_ROW + count - 1}" for c in "AB")
        found = f'INDEX({values},MATCH("{name}",{names},0))'
        return found if column.required else f'IF({found}="",{excel_text(column.default)},{found})'

    def _write(self, book: Book, table: Table) -> None:
        title = table.sheet
        if title not in self._sheets:
            self._sheets[title] = sheet = book.sheet(title)
            heading(sheet, title, _NOTES[title], 1 + (_PAGES.get(title, 1) > 1))
        sheet, start = self._sheets[title], _start(table.name)
        if [each.sheet for each in TABLES.values()].count(table.sheet) > 1:
            sheet.put(FIRST_ROW - 3, start, table.name, "section")
        sheet.height(FIRST_ROW - 2, 40)
        sheet.height(FIRST_ROW - 1, 32)
        if table.upright:
            self._write_settings(sheet, table)
            return
        rows, capacity = self._rows[table.name], self.capacity(table.name)
        sheet.table(table.name, FIRST_ROW - 1, start, table.headers, len(rows),
                    header_style="header", table_style="TableStyleLight1")  # fmt: skip
        for at, column in enumerate(table.columns, start):
            sheet.put(FIRST_ROW - 2, at, unit_of(column), "unit")
            _note(sheet, FIRST_ROW - 1, at, column)
            look = f"input {column.look}"
            for n in range(capacity):
                value = getattr(rows[n], column.name) if n < len(rows) else None
                sheet.put(FIRST_ROW + n, at, value, look)
            self._check(sheet, table, column, at, FIRST_ROW, capacity)

    def _write_settings(self, sheet: Sheet, table: Table) -> None:
        (settings,) = self._rows["Settings"]
        sheet.table(table.name, FIRST_ROW - 1, 1, table.headers, len(table.columns),
                    header_style="header text", table_style="TableStyleLight1")  # fmt: skip
        sheet.put(FIRST_ROW - 1, 3, "meaning", "header text")
        for at, column in enumerate(table.columns, FIRST_ROW):
            sheet.put(at, 1, column.name, "cell text")
            value = getattr(settings, column.name)
            # Day 0 is what a blank date counts as: the settings of a blank template have it.
            typed = None if column.kind == "date" and not value else value
            sheet.put(at, 2, typed, f"input {column.look}")
            sheet.put(at, 3, column.help, "note")
            self._check(sheet, table, column, 2, at, 1)

    def _check(
        self, sheet: Sheet, table: Table, column: Column, at: int, first: int, rows: int
    ) -> None:
        """What may be typed in the cells of a column."""
        letter = LETTERS[at]
        source, others = self._source(table.name, column.name)
        rule = rule_of(column, f"{letter}{first}", source, others=others)
        sheet.allow(f"{letter}{first}:{letter}{first + rows - 1}", rule)

    def _source(self, table: str, column: str) -> tuple[str, bool]:
        """Where a column's names are listed, and whether others may be typed."""
        if column == "instrument" and table != "Instruments":
            return self._listed("Instruments", "instrument"), False
        if column == "underlying":
            return self._listed("Holdings", "asset"), True  # the index price may stand beside it
        if (table, column) == ("Scenarios", "asset"):
            count = f"1+COUNTA({self.column('Holdings', 'asset')})"
            return (
                f"OFFSET(Scenarios!${LETTERS[_choices()]}${FIRST_ROW},0,0,{count},1)",
                True,
            )
        return "", False

    def _listed(self, table: str, name: str) -> str:
        """The filled part of a column: a list that ends in blanks would let anything pass."""
        cells = self.column(table, name)
        return f"OFFSET({cells.partition(':')[0]},0,0,MAX(1,COUNTA({cells})),1)"

    def _write_choices(self) -> None:
        """The assets that a scenario may name, beside its table: the drop-down lists them."""
        sheet, at = self._sheets["Scenarios"], _choices()
        sheet.put(FIRST_ROW - 2, at, "for the drop-down list", "unit")
        sheet.put(FIRST_ROW - 1, at, "Assets to choose from", "header text")
        sheet.put(FIRST_ROW, at, "*", "cell text")
        holdings = self._rows["Holdings"]
        for n in range(self.capacity("Holdings")):
            found = f"INDEX({self.column('Holdings', 'asset')},{n + 1})"
            value = holdings[n].asset if n < len(holdings) else ""
            text = f'IF({found}="","",{found})'
            sheet.put(FIRST_ROW + 1 + n, at, value, "cell text", text)


def _note(sheet: Sheet, row: int, at: int, column: Column) -> None:
    """A note on a header, as large as its text."""
    text = note_of(column)
    if text:
        lines = sum(1 + len(line) // _LINE for line in text.splitlines())
        sheet.note(row, at, text, width=310, height=14 + _HEIGHT * lines)


def _widths(title: str) -> dict[str, float]:
    widths: dict[str, float] = {
        LETTERS[_start(table.name) + at]: max(WIDTHS.get(column.look, 12), len(column.name) + 4)
        for table in TABLES.values()
        if table.sheet == title and not table.upright
        for at, column in enumerate(table.columns)
    }
    widths["A"] = 24
    if title == "Portfolio":
        widths |= {"B": 20, LETTERS[_end("Settings")]: _MEANING}
        widths[LETTERS[_end("Settings") + 1]] = 3
    if title == "Scenarios":
        widths |= {"A": 28, LETTERS[_end("Scenarios") + 1]: 3, LETTERS[_choices()]: _CHOICES}
    return widths


def _setting_names() -> list[str]:
    return [column.name for column in TABLES["Settings"].columns]


def _start(table: str) -> int:
    """A table's first column: a blank one stands between it and the table before it."""
    names = [each.name for each in TABLES.values() if each.sheet == TABLES[table].sheet]
    at = names.index(table)
    return _end(names[at - 1]) + 2 if at else 1


def _end(table: str) -> int:
    """A table's last column; behind settings stands what they mean."""
    return _start(table) + len(TABLES[table].headers) - (not TABLES[table].upright)


def _choices() -> int:
    """The column beside the table of scenarios that lists the assets to choose from."""
    return _end("Scenarios") + 2
