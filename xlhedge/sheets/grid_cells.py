"""What the formulas of grids refer to: the shorts' columns, the figures beside them, the lines.

They stand on the Sensitivity sheet; the template calls our functions over whole axes, the report
has the same in the spreadsheet's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis.carriers import CALLS, NATIVE, Functions, Native
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.grid_shorts import LIMITS, NO_SHORT, GridShort
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, Expression, excel_text, where
from xlhedge.sheets.context import BookContext, ReportContext, TemplateContext
from xlhedge.sheets.live_cells import LiveCells
from xlhedge.sheets.shown import REST
from xlhedge.sheets.table import FigureTable, Texts
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "AXIS",
    "CHART",
    "FIRST_LIMIT",
    "HELD",
    "IN_FULL",
    "SAID",
    "UNHEDGED",
    "GridCells",
    "put_block",
]

AXIS, UNHEDGED, HELD, SAID, IN_FULL = 4, 5, 6, 7, 8
"""The rows of the lines over the moves of the price."""
FIRST_LIMIT = 9
"""The row of the first of `LIMITS`."""
CHART = FIRST_LIMIT + len(LIMITS) + 1
"""The row of the chart."""


class GridCells:
    """The references of grids' formulas, and the functions they call.

    Args:
        of: what is written.
        sheet: the title of the sheet whose formulas refer.
    """

    def __init__(self, of: BookContext, sheet: str = "Sensitivity") -> None:
        self.live = isinstance(of, TemplateContext)
        self.whole = not isinstance(of, ReportContext) or of.shown.whole
        typed = of.analysis.portfolio
        self.empty = not (typed.holdings or typed.accounts or typed.shorts)
        self.functions: Functions = CALLS if self.live else NATIVE
        self.table, self._of = of.tables[GridShort], of
        own = sheet == self.table.title
        spans: dict[str, Carrier] = {}
        for each in GridShort.figures:
            cells = Expression(self.table.span(each, "$") if own else self.table.column(each))
            # What checks its arguments is handed no blanks.
            spans[each.name] = (
                where(cells == "", NO_SHORT[each.name], cells) if self.live else cells
            )
        kinds = {row.contract_type for row in of.analysis.numbers.rows(GridShort)}
        if not self.live and len(kinds) == 1:  # what is known leaves no branch
            spans["contract_type"] = kinds.pop()
        self.shorts = SimpleNamespace(**spans)
        self.limits = {
            name: Expression(f"$B${n}") for n, (name, _, _) in enumerate(LIMITS, FIRST_LIMIT)
        }

    def unless_empty(self, text: str) -> str:
        """A formula; in the template it is blank while nothing is typed."""
        if not isinstance(self._of, TemplateContext):
            return text
        return f'IF({self._of.inputs.nothing_typed},"",{text})'

    def said(self, words: Sequence[str]) -> Sequence[str]:
        """What is stored of words that are such formulas."""
        return ("",) * len(words) if self.empty else words

    def text(self, write: Callable[[], Carrier]) -> str | None:
        """A formula over all shorts; none where some are left out: then the value stands alone."""
        return excel_text(write()) if self.whole else None

    @property
    def texts(self) -> Texts:
        """The formulas of the shorts' rows."""
        of = self._of
        if isinstance(of, TemplateContext):
            return LiveCells(of.inputs, self.table, of.tables).texts
        return _Links(self.table, of.tables[MarginRow]).texts


def put_block(
    sheet: Sheet, row: int, col: int, values: Sequence[Sequence[Any]], text: str | None, style: str
) -> None:
    """Write values as one array formula; without a text alone."""
    if text is not None:
        sheet.array(row, col, values, text, style)
        return
    for down, line in enumerate(values):
        for right, value in enumerate(line):
            sheet.put(row + down, col + right, value, style)


class _Filled(Expression):
    """A cell of a report that has a number: it is not blank."""

    __slots__ = ()
    __hash__ = None

    def __eq__(self, other: object) -> Any:
        return False if other == "" else super().__eq__(other)


class _Links(Native, Lookups):
    """A report's rows of the shorts: what stands on Margin is referred to there."""

    def __init__(self, table: FigureTable, margin: FigureTable) -> None:
        self._table, self._margin = table, margin
        self._seen: dict[tuple[Any, ...], Sequence[RowText | None]] = {}

    def texts(self, row: FigureRow | None) -> Sequence[RowText | None]:
        """The formulas of a row; none of what refers to nothing. Rows of one kind have the same."""
        if row is None or row.n == REST:
            return [None] * len(GridShort.figures)
        self._numbers, self._short = row.f, row.f.beside(row, MarginRow)
        kinds = tuple(_word(each, getattr(self._short, each.name)) for each in MarginRow.figures)
        if kinds not in self._seen:
            self._seen[kinds] = self._written(row)
        return self._seen[kinds]

    def _written(self, row: FigureRow) -> Sequence[RowText | None]:
        own: dict[str, Any] = {
            each.name: value if isinstance(value := getattr(row, each.name), str) else
            Expression(f"${self._table.letter(each)}{here()}") for each in GridShort.figures
        }  # fmt: skip
        cells = GridShort(self, row.n, **own)
        self._beside = self._of_margin(row)
        found = [RowText(excel_text(each.body(cells, self))) for each in GridShort.figures]
        return [text if text.refers else None for text in found]

    def look_up(self, row: FigureRow, figure: Figure) -> Carrier:
        return getattr(self.beside(row, MarginRow), figure.column)

    def number(self, value: Carrier) -> Carrier:
        return not isinstance(value, str)

    def of_cross(self, row: FigureRow, name: str) -> Carrier:
        """A report does not show what wallets are worked out with."""
        return self._numbers.of_cross(row, name)

    def beside(self, _: FigureRow, __: type[FigureRow]) -> Any:
        return self._beside

    def _of_margin(self, row: FigureRow) -> MarginRow:
        """The row's short as Margin has it: references, and the words that stand there."""
        at = here(self._margin.top - self._table.top)
        cells: dict[str, Any] = {
            each.name: value if isinstance(value := getattr(self._short, each.name), str) else
            _Filled(self._margin.cell(each, at)) for each in MarginRow.figures
        }  # fmt: skip
        return MarginRow(self, row.n, **cells)


def _word(figure: Figure, value: Any) -> str | None:
    """What a formula may hang on: a word, none for a number; of names only that there is one."""
    if not isinstance(value, str):
        return None
    return "name" if value and figure in _NAMES else value


_NAMES = {MarginRow.instrument, MarginRow.account, MarginRow.underlying}
