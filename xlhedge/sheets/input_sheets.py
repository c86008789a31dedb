"""The template's input sheets: the portfolio's tables, to type in."""

from __future__ import annotations

import math

from xlhedge.portfolio import TABLES, Table
from xlhedge.portfolio.columns import Column
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.input_cells import (
    FIRST_ROW,
    SHOWN_FIRST,
    Inputs,
    last_column,
    left_column,
    shown_headers,
)
from xlhedge.sheets.style import WIDTHS, widen
from xlhedge.sheets.table import tell_unprinted
from xlhedge.sheets.validation import note_of, rule_of, unit_of, words_of
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["write_inputs"]

_MEANING, _CHOICES = 84, 24  # widths: what settings mean, and the assets to choose from
_HISTORY_PAGE = 25  # rows of History that are printed
_PRINTED, _NARROW = 30, 8.43  # rows of a page, and a column's width that nobody widened
_LINE, _HEIGHT = 46, 17  # a note's characters a line, and a line's height in pixels


def write_inputs(sheet: Sheet, of: TemplateContext) -> None:
    """Write the tables that stand on a sheet of this title."""
    tables = [each for each in TABLES.values() if each.sheet == sheet.title]
    page = _InputPage(sheet, of.inputs)
    sheet.height(FIRST_ROW - 2, 52)
    sheet.height(FIRST_ROW - 1, 32)
    for table in tables:
        if len(tables) > 1:
            sheet.put(FIRST_ROW - 3, left_column(table.name), table.name, "section")
        page.write(table)
        if table.name == "Scenarios":
            page.write_choices()
        if table.name == "History":  # its beginning: its rows would be pages and pages
            last = f"{LETTERS[last_column(table.name)]}{FIRST_ROW + _HISTORY_PAGE - 1}"
            sheet.prints(area=f"A1:{last}")
    if sheet.title == "Portfolio":  # a page a table
        places = sorted(tables, key=lambda each: left_column(each.name))
        areas = [_area(sheet, table, of.inputs) for table in places]
        sheet.prints(area=",".join(areas))
    widen(sheet, _widths(sheet.title))


def _area(sheet: Sheet, table: Table, inputs: Inputs) -> str:
    """What prints of a table on Portfolio; the sheet's heading stands above its first one."""
    first, last = left_column(table.name), last_column(table.name)
    top = FIRST_ROW - 3
    if table.upright:  # what settings mean is longer than its column
        rows = len(table.columns)
        longest = 0.8 * max(len(each.help) for each in table.columns)
        last += max(0, math.ceil((longest - _MEANING) / _NARROW))
    else:
        rows = min(inputs.capacity(table.name), max(_PRINTED, len(inputs.rows[table.name]) + 5))
    end = FIRST_ROW + rows - 1
    if first == 1:
        top = 1
        tell_unprinted(sheet, "A", end, FIRST_ROW + inputs.capacity(table.name) - 1, last)
    return f"{LETTERS[first]}{top}:{LETTERS[last]}{end}"


class _InputPage:
    def __init__(self, sheet: Sheet, inputs: Inputs) -> None:
        self._sheet, self._inputs = sheet, inputs

    def write(self, table: Table) -> None:
        """Write a table."""
        sheet, inputs, start = self._sheet, self._inputs, left_column(table.name)
        if table.upright:
            self._write_settings(table)
            return
        rows, capacity = inputs.rows[table.name], inputs.capacity(table.name)
        headers = shown_headers(table.name)
        sheet.table(table.name, FIRST_ROW - 1, start, headers, len(rows),
                    header_style="header", table_style="TableStyleLight1")  # fmt: skip
        if first := SHOWN_FIRST.get(table.name):
            sheet.fold(start + len(first), last_column(table.name))
        for at, column in enumerate(_columns(table), start):
            sheet.put(FIRST_ROW - 2, at, f"{words_of(column)}\n{unit_of(column)}", "unit")
            _note(sheet, FIRST_ROW - 1, at, column)
            look = f"input {column.look}"
            for n in range(capacity):
                value = getattr(rows[n], column.name) if n < len(rows) else None
                sheet.put(FIRST_ROW + n, at, value, look)
            self._check(table, column, at, FIRST_ROW, capacity)

    def _write_settings(self, table: Table) -> None:
        sheet, left = self._sheet, left_column(table.name)
        (settings,) = self._inputs.rows["Settings"]
        sheet.table(table.name, FIRST_ROW - 1, left, table.headers, len(table.columns),
                    header_style="header text", table_style="TableStyleLight1")  # fmt: skip
        sheet.put(FIRST_ROW - 1, left + 2, "meaning", "header text")
        for at, column in enumerate(table.columns, FIRST_ROW):
            sheet.put(at, left, column.name, "cell text")
            value = getattr(settings, column.name)
            # Day 0 is what a blank date counts as: the settings of a blank template have it.
            typed = None if column.kind == "date" and not value else value
            sheet.put(at, left + 1, typed, f"input {column.look}")
            sheet.put(at, left + 2, column.help, "note")
            self._check(table, column, left + 1, at, 1)

    def _check(self, table: Table, column: Column, at: int, first: int, rows: int) -> None:
        """What may be typed in the cells of a column."""
        letter = LETTERS[at]
        source, others = self._source(table.name, column.name)
        rule = rule_of(column, f"{letter}{first}", source, others=others)
        self._sheet.allow(f"{letter}{first}:{letter}{first + rows - 1}", rule)

    def _source(self, table: str, column: str) -> tuple[str, bool]:
        """Where a column's names are listed, and whether others may be typed."""
        if column == "instrument" and table != "Instruments":
            return self._listed("Instruments", "instrument"), False
        if (table, column) == ("Shorts", "account"):
            return self._listed("Accounts", "account"), True  # without rows it is a label
        if column == "underlying":
            return self._listed("Holdings", "asset"), True  # the index price may stand beside it
        if (table, column) == ("Scenarios", "asset"):
            count = f"1+COUNTA({self._inputs.column('Holdings', 'asset')})"
            return (
                f"OFFSET(Scenarios!${LETTERS[_choices()]}${FIRST_ROW},0,0,{count},1)",
                True,
            )
        return "", False

    def _listed(self, table: str, name: str) -> str:
        """The filled part of a column: a list that ends in blanks would let anything pass."""
        cells = self._inputs.column(table, name)
        return f"OFFSET({cells.partition(':')[0]},0,0,MAX(1,COUNTA({cells})),1)"

    def write_choices(self) -> None:
        """The assets that a scenario may name, beside its table: the drop-down lists them."""
        sheet, inputs, at = self._sheet, self._inputs, _choices()
        sheet.put(FIRST_ROW - 2, at, "for the drop-down list", "unit")
        sheet.put(FIRST_ROW - 1, at, "Assets to choose from", "header text")
        sheet.put(FIRST_ROW, at, "*", "cell text")
        holdings = inputs.rows["Holdings"]
        for n in range(inputs.capacity("Holdings")):
            found = f"INDEX({inputs.column('Holdings', 'asset')},{n + 1})"
            value = holdings[n].asset if n < len(holdings) else ""
            text = f'IF({found}="","",{found})'
            sheet.put(FIRST_ROW + 1 + n, at, value, "cell text", text)


def _note(sheet: Sheet, row: int, at: int, column: Column) -> None:
    """A note on a header, as large as its text."""
    text = note_of(column)
    if text:
        lines = sum(1 + len(line) // _LINE for line in text.splitlines())
        sheet.note(row, at, text, width=310, height=14 + _HEIGHT * lines)


def _columns(table: Table) -> list[Column]:
    """A table's columns in the order in which they are shown."""
    return [table.model.columns[name] for name in shown_headers(table.name)]


def _widths(title: str) -> dict[str, float]:
    widths: dict[str, float] = {
        LETTERS[at]: max(WIDTHS.get(column.look, 12), len(column.name) + 4)
        for table in TABLES.values()
        if table.sheet == title and not table.upright
        for at, column in enumerate(_columns(table), left_column(table.name))
    }
    widths["A"] = 24
    for name in SHOWN_FIRST:  # the + that shows the folded ones stands above the next
        if TABLES[name].sheet == title:
            widths[LETTERS[last_column(name) + 1]] = 3
    if title == "Portfolio":
        name, value, meaning = (LETTERS[left_column("Settings") + n] for n in range(3))
        widths |= {name: 24, value: 20, meaning: _MEANING}
    if title == "Scenarios":
        widths |= {"A": 28, LETTERS[last_column("Scenarios") + 1]: 3, LETTERS[_choices()]: _CHOICES}
    return widths


def _choices() -> int:
    """The column beside the table of scenarios that lists the assets to choose from."""
    return last_column("Scenarios") + 2
