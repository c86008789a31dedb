"""A workbook that is open in Excel, through xlwings: its cells, and values written into some.

Not run in Excel: tests run it through xlwings, on an engine of their own over a workbook's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from xlhedge.errors import MachineError

__all__ = ["STATUS", "OpenExcel", "OpenSheet", "OpenTable"]

STATUS = "xlh.status"
"""The name of the cell in which a refresh says what it did, where a workbook has such a name."""


@dataclass(frozen=True, slots=True)
class OpenTable:
    """An Excel table on a sheet, by rows and columns from 1.

    Args:
        name: what it is called.
        top: the row of its headers.
        left: its first column.
        bottom: its last row, with totals.
        right: its last column.
        totals: whether the last row is one of totals.
    """

    name: str
    top: int
    left: int
    bottom: int
    right: int
    totals: bool


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """What stands on one sheet, from A1 on.

    Args:
        name: its name.
        hidden: whether nobody sees it.
        values: rows of numbers, date-times, texts, truth values and None; an error as its text.
        formulas: the same cells as they are typed: a formula begins with ``=``.
        tables: its Excel tables.
    """

    name: str
    hidden: bool
    values: Sequence[Sequence[Any]]
    formulas: Sequence[Sequence[Any]]
    tables: Sequence[OpenTable]


class OpenExcel:
    """The workbook that is active in Excel, or the open one of a name.

    Args:
        name: its name, such as ``my-hedge.xlsx``; the active one if left out.

    Raises:
        MachineError: Excel is not there, or has no such workbook open.
    """

    def __init__(self, name: str = "") -> None:
        import xlwings as xw

        if xw.engines.active is None:
            raise MachineError("there is no Excel that xlwings knows, as on Windows or a Mac")
        try:
            app = xw.apps.active
            books = list(app.books) if app else []
            active = app.books.active if app and books and not name else None
        except Exception as error:
            raise MachineError(f"Excel does not answer ({error}); end what it asks you") from error
        found = [each for each in books if each.name.casefold() == name.casefold()]
        book = active if active is not None else found[0] if found else None
        if book is None:
            wanted = f"{name} open" if name else "a workbook open"
            raise MachineError(f"Excel does not have {wanted}; open it there")
        self._book: Any = book
        self._app: Any = book.app

    @property
    def name(self) -> str:
        """The workbook's name."""
        return str(self._book.name)

    def sheets(self) -> Iterator[OpenSheet]:
        """What stands on each sheet."""
        for sheet in self._book.sheets:
            last = sheet.used_range.last_cell
            area = sheet.range((1, 1), (last.row, last.column))
            tables = [_table(each) for each in sheet.tables]
            hidden = not sheet.visible
            yield OpenSheet(sheet.name, hidden, _values(area), _grid(area.formula), tables)

    def write(self, sheet: str, cell: str, value: Any, like: str = "") -> None:
        """Write one cell.

        Args:
            sheet: its sheet.
            cell: it, such as ``E6``.
            value: a number, a text, a date-time, or None for a blank cell.
            like: a cell whose number format it takes, as it has none of its own.
        """
        here = self._book.sheets[sheet]
        target = here.range(cell)
        if like:
            target.number_format = here.range(like).number_format
        if value is None:
            target.clear_contents()
        elif isinstance(value, str):
            target.value = f"'{value}"  # a text, whatever it begins with
        else:
            target.value = value

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While nothing is computed or shown; both are as before afterwards, whatever happens."""
        app = self._app
        calculation, updating = app.calculation, app.screen_updating
        try:
            app.calculation, app.screen_updating = "manual", False
            yield
        finally:
            try:
                app.calculation = calculation
            finally:
                app.screen_updating = updating

    def tell(self, line: str) -> None:
        """Say something in the status bar, and in the cell that is named `STATUS`."""
        self._app.status_bar = line
        for name in self._book.names:
            if name.name.casefold() == STATUS:
                name.refers_to_range.value = f"'{line}"


def _table(table: Any) -> OpenTable:
    area = table.range
    last = area.last_cell
    totals = bool(table.show_totals)
    return OpenTable(table.name, area.row, area.column, last.row, last.column, totals)


def _values(area: Any) -> list[list[Any]]:
    """Values as they are: Excel hands over currency with four decimals unless asked by Value2."""
    values: list[list[Any]] = area.options(ndim=2, err_to_str=True).value
    exact = getattr(area.api, "Value2", None)  # on Windows
    if exact is None:
        return values
    return [
        [
            raw if _is_number(value) and _is_number(raw) else value
            for value, raw in zip(*rows, strict=True)
        ]
        for rows in zip(values, _grid(exact), strict=True)
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _grid(values: Any) -> list[list[Any]]:
    """Rows of cells, where Excel gives one cell without."""
    if not isinstance(values, list | tuple):
        return [[values]]
    rows = values if isinstance(values[0], list | tuple) else [values]
    return [list(row) for row in rows]
