"""How near each position is to its liquidation: workings behind the Margin table, for Start."""

from __future__ import annotations

from xlhedge.analysis.figures import BLANK
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.analysis.states import distance_to_end, nearness
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.typical_cells import TypicalCells
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["NearnessCells"]

_TITLES = ("Move that liquidates", "Typical move", "Nearness: 2 too near, 1 watched")
_LOOKS = ("percent", "percent", "whole")


class NearnessCells:
    """The workings.

    Args:
        of: what is written.
    """

    def __init__(self, of: TemplateContext) -> None:
        self._of, self._table = of, of.tables[MarginRow]
        self._left = LETTERS.index(self._table.behind(4 + 2 * of.inputs.tier_slots))

    def column(self, number: int) -> str:
        """The moves (0), the typical ones (1) or the ranks (2), as any sheet refers to them."""
        letter, table = LETTERS[self._left + number], self._table
        return f"{table.sheet}!${letter}${table.top}:${letter}${table.last}"

    def write(self, sheet: Sheet) -> None:
        """Write them behind the table's other workings."""
        analysis, table = self._of.analysis, self._table
        for column, title in enumerate(_TITLES, self._left):
            sheet.put(table.head, column, title, "header")
        texts = [RowText(text) for text in self._texts()]
        alert = analysis.portfolio.settings.liquidation_alert
        for n in range(table.count):
            row = analysis.margin[n] if n < len(analysis.margin) else None
            end = distance_to_end(analysis, row) if row else None
            typical = end.typical if end and end.typical is not None else BLANK
            near = nearness(end.move, typical, alert) if end else BLANK
            values = (end.move if end else BLANK, typical, near)
            at = table.top + n
            for column, (value, text, look) in enumerate(
                zip(values, texts, _LOOKS, strict=True), self._left
            ):
                sheet.put(at, column, value, f"cell {look}", text.at(at))

    def _texts(self) -> tuple[str, str, str]:
        table, tables = self._table, self._of.tables
        own, shared, underlying = (
            f"${table.letter(each)}{here()}"
            for each in (MarginRow.liquidation_buffer, MarginRow.common_buffer,
                         MarginRow.underlying)
        )  # fmt: skip
        move, typical = (f"${LETTERS[self._left + n]}{here()}" for n in range(2))
        # Words say why there is no move, and stand above all numbers; an error is passed on.
        far = (f'IF({each}<"",ABS({each}),1E+308)' for each in (own, shared))
        unknown = f'({own}<"")+({shared}<"")=0'
        names = tables[UnderlyingRow].column(UnderlyingRow.underlying)
        place = f"MATCH({underlying},{names},0)"
        found = f'IFERROR(INDEX({TypicalCells(self._of).moves},{place}),"")'
        alert = Expression(self._of.inputs.setting("liquidation_alert"))
        rank = excel_text(nearness(Expression(move), Expression(typical), alert))
        return (
            f'IF({unknown},"",MIN({",".join(far)}))',
            f'IF({move}="","",{found})',
            f'IF({move}="","",{rank})',
        )
