"""The template's Unwind sheet: signals, closing against keeping, what the hedge's profit buys."""

from __future__ import annotations

from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.context import Headline, TemplateContext
from xlhedge.sheets.past_cells import ARRAYS, PastCells
from xlhedge.sheets.style import widen
from xlhedge.sheets.unwind_report import DELEVERAGED, price_rows
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["UNWIND_FIRST", "to_unwind", "write_unwind"]

UNWIND_FIRST = (
    UnwindRow.asset,
    UnwindRow.instrument,
    UnwindRow.signal,
    UnwindRow.price_change,
    UnwindRow.funding_breach,
    UnwindRow.support_confirmed,
    UnwindRow.confirmation,
    UnwindRow.hedge_profit,
    UnwindRow.close_fee,
    UnwindRow.spend,
)
"""The columns of a page."""

_PRICES = 4
_CHART = (_PRICES + 7, 6)
"""Row and column at which it is said whose chart of price, support and volume stands below."""


def to_unwind(of: TemplateContext) -> Headline:
    """How many holdings have a reason to unwind, for Start."""
    signals = of.tables[UnwindRow].column(UnwindRow.signal)
    quiet = "".join(f',--({signals}<>"{word}")' for word in QUIET)
    said = [row.signal for row in of.analysis.unwind]
    return Headline(
        "Hedges to unwind",
        f'SUMPRODUCT(--({signals}<>""){quiet})',
        float(sum(word != "" and word not in QUIET for word in said)),
        "total whole",
        "holdings",
        "Holdings whose signal is not HOLD; the sheet says why.",
        "Unwind",
    )


def write_unwind(sheet: Sheet, of: TemplateContext) -> None:
    """Write the sheet."""
    analysis, table = of.analysis, of.tables[UnwindRow]
    sheet.put(3, 2, DELEVERAGED, "note")
    price_rows(sheet, _PRICES, of, MOST_SHOCKS)
    table.write_head(sheet)
    table.write_total(sheet, analysis.unwind)
    cells = PastCells(of)
    table.write_rows(sheet, analysis.unwind, cells.texts, ARRAYS)
    cells.write_workings(sheet)
    cells.write_chart(sheet, *_CHART)
    cells.write_alarms(sheet)
    signals = table.span(UnwindRow.signal)
    first = signals.partition(":")[0]
    quiet = "".join(f',{first}<>"{word}"' for word in QUIET)
    sheet.mark(signals, f'AND({first}<>""{quiet})', "alert")
    widths = {LETTERS[n]: 16.0 for n in range(2, MOST_SHOCKS + 2)}
    widen(sheet, widths | table.widths(16.0) | {"A": 46, table.letter(UnwindRow.signal): 30})
    moves = len(analysis.grid.shocks)
    table.print_used(sheet, len(analysis.unwind), len(UNWIND_FIRST), moves + 1)
