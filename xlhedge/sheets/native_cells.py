"""The formulas of reports: figures in a spreadsheet's own words, over the cells beside them.

A report has no input sheets: what is looked up stands as its value. What a row holds is known when
the report is written, so no branch of a formula is left of words and of what is blank; rows whose
cells are of one kind have one formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.carriers import Native
from xlhedge.analysis.figures import BLANK, Figure, FigureRow
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.sheets.shown import REST
from xlhedge.sheets.style import widen
from xlhedge.sheets.table import ColumnGroup, FigureTable
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["Known", "NativeCells", "write_page"]

Texts = Sequence[RowText | None]


class _Name(str):
    """Any name that a person gave: formulas may ask whether there is one, not which it is.

    Its text is the reference of its cell, which rows of other tables may be compared with.
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        if other != "":
            raise TypeError("a report's formula depends on a name")
        return False


_A_NAME = _Name("name")


@dataclass(frozen=True, slots=True)
class Known:
    """What formulas of a report hold as numbers; whole: whether they may add up other tables."""

    days: float
    redeploy_drop: float
    rebalance_band: float
    whole: bool = True


class NativeCells(Native, Lookups):
    """The formulas of one kind of rows, shared out over sheets.

    Args:
        known: what they hold as numbers.
        tables: where the rows' figures stand; a figure of two is computed on the first.
    """

    def __init__(
        self, known: Known, *tables: FigureTable, others: Sequence[FigureTable] = ()
    ) -> None:
        self.days, self._known, self._tables = known.days, known, tables
        self._others = tuple((each, each.count) for each in others)
        self._seen: dict[str, dict[tuple[Any, ...], Texts]] = {}

    def texts(self, table: FigureTable, row: FigureRow | None) -> Texts:
        """The formulas of a row's figures on one of the tables; none where it refers to nothing."""
        if row and row.n == REST:
            return [None] * len(table.figures)
        cells = row.__dict__ if row else {}
        kinds = tuple(
            None if (value := cells[each.name]).__class__ is float else _kind(each, value)
            for each in table.row.figures
        )
        seen = self._seen.setdefault(table.title, {})
        if kinds not in seen:
            seen[kinds] = _texts(self._known, self._tables, self._others, table, kinds)
        return seen[kinds]

    def written(self, table: FigureTable, kinds: Sequence[Any]) -> Texts:
        """The formulas of a row whose cells are of these kinds."""
        figures = table.row.figures
        cells: dict[str, Any] = {}
        for each, kind in zip(figures, kinds, strict=True):
            cells[each.name] = kind
            if kind is None or kind is _A_NAME:
                reference = Expression(self._reference(table, each))
                cells[each.name] = _Name(reference.text) if kind else reference
        row, known = table.row(self, **cells), dict(zip(figures, kinds, strict=True))
        return tuple(self._text(table, each, row, known[each]) for each in table.figures)

    def _text(
        self, table: FigureTable, figure: Figure, row: FigureRow, kind: Any
    ) -> RowText | None:
        if kind is BLANK:
            return None
        if self._home(figure) is not table:
            return self.link(table, figure)
        try:
            text = RowText(excel_text(figure.body(row, self)))
        except NotImplementedError:  # a look-up: there are no input sheets
            return None
        return text if text.refers else None

    def link(self, table: FigureTable, figure: Figure) -> RowText | None:
        """The formula of a figure that another table computes."""
        home = self._home(figure)
        return None if home is table else RowText(self._elsewhere(table, home, figure))

    def _home(self, figure: Figure) -> FigureTable:
        return next(table for table in self._tables if table.has(figure))

    def _elsewhere(self, table: FigureTable, home: FigureTable, figure: Figure) -> str:
        return home.cell(figure, here(home.top - table.top))

    def _reference(self, table: FigureTable, figure: Figure) -> str:
        if table.has(figure):
            return f"{table.letter(figure)}{here()}"
        return self._elsewhere(table, self._home(figure), figure)

    def setting(self, name: str) -> Carrier:
        if not hasattr(self._known, name):
            raise NotImplementedError
        return getattr(self._known, name)

    def group(self, table: type[FigureRow], name: Carrier, key: str = "instrument") -> ColumnGroup:
        if table is AccountRow and not any(each.row is table for each, _ in self._others):
            return _NoRows(self._tables[0])  # a book without accounts has no sheet of them
        named = Expression(str(name) or '""')
        return ColumnGroup(self._other(table)).having(getattr(table, key), "=", named)

    def of_underlying(self, row: FigureRow, name: str) -> Expression:
        found = self.group(UnderlyingRow, row.underlying, "underlying")
        return found.sum(getattr(UnderlyingRow, name))

    def of_instrument(self, row: FigureRow, name: str) -> Expression:
        orders = self._other(OrderRow)
        place = f"MATCH({row.instrument},{orders.column(OrderRow.instrument)},0)"
        return Expression(f"INDEX({orders.column(getattr(OrderRow, name))},{place})")

    def row_at(self, row: FigureRow, number: Carrier) -> Any:
        return self._other(type(row)).row_at(self, number)

    def _other(self, kind: type[FigureRow]) -> FigureTable:
        if not self._known.whole:  # rows are left out: a sum over the others would be another
            raise NotImplementedError
        found = next((table for table, _ in self._others if table.row is kind), None)
        if found is None:
            raise NotImplementedError
        return found


class _NoRows(ColumnGroup):
    def sum(self, *_: Figure) -> Expression:
        return Expression("0")


@lru_cache(maxsize=256)
def _texts(
    known: Known,
    tables: tuple[FigureTable, ...],
    others: tuple[tuple[FigureTable, int], ...],
    table: FigureTable,
    kinds: tuple[Any, ...],
) -> Texts:
    """`NativeCells.written`, which is the same in all reports of a batch with as many rows."""
    cells = NativeCells(known, *tables, others=[each for each, _ in others])
    return cells.written(table, kinds)


def _kind(figure: Figure, value: Any) -> Any:
    """What formulas need to know of a cell: None of a number, which they refer to."""
    if figure.known:
        return value
    if not isinstance(value, str):
        return None
    if value == "":
        return BLANK
    named = figure.look == "text" and figure.source in ("own", "beside", "stated")
    return _A_NAME if named or figure.name == "underlying" else value


def write_page(
    sheet: Sheet,
    table: FigureTable,
    rows: Sequence[FigureRow],
    cells: NativeCells,
    last_row: Mapping[Figure, RowText] | None = None,
    first: float = 26,
) -> None:
    """Write a sheet that is a table, with headers and totals.

    Args:
        sheet: where.
        table: the table.
        rows: its rows.
        cells: what writes their formulas.
        last_row: the formulas of the last row, where it is no row like the others.
        first: the first column's width, in characters.
    """
    own, special = last_row or {}, rows[-1] if last_row else None

    def texts(row: FigureRow | None) -> Texts:
        if row is None or row is not special:
            return cells.texts(table, row)
        return [
            None
            if getattr(row, figure.name) == ""
            else cells.link(table, figure) or own.get(figure)
            for figure in table.figures
        ]

    table.write_rows(sheet, rows, texts)
    table.write_total(sheet, rows)
    table.write_head(sheet)
    widen(sheet, table.widths() | {"A": first})
