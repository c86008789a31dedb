"""The Margin sheet of the template, and what the report's has in common with it.

An instrument's tiers are rows of the table Tiers that stand together; a short's row repeats them.
Where they do not stand together, one of their cells is blank, or they are too many, the number of
tiers is #VALUE! and with it all that needs a maintenance rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import product

from xlhedge.analysis import Analysis
from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.figures import Blank, FigureRow
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import ALARM, NO_EQUITY, MarginRow
from xlhedge.functions.algebra import Expression
from xlhedge.sheets.accounts import ACCOUNT_FIRST
from xlhedge.sheets.blocks import BLOCK, ONE_PAGE, print_nothing, print_page, write_block
from xlhedge.sheets.context import ReportContext, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.native_cells import write_page
from xlhedge.sheets.nearness_cells import NearnessCells
from xlhedge.sheets.style import sentence, widen
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import bar_chart
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["MARGIN_FIRST", "write_lots", "write_margin", "write_margin_report"]

_MARKED = "Marked if nearer than"
_ALERT, _IGNORED = 4, 5
_BARS = 10


class _Shorts(LiveCells):
    """The sheet's formulas; behind its figures each row has the tiers of its instrument.

    Args:
        inputs: the input sheets.
        tables: the computed tables.
    """

    def __init__(self, inputs: Inputs, tables: Tables) -> None:
        super().__init__(inputs, tables[MarginRow], tables)
        self._slots = inputs.tier_slots

    def _tier(self, part: int, slot: int) -> int:
        return LETTERS.index(self.tier_column(part, slot))

    def count_tiers(self, row: FigureRow) -> Expression:
        key = self.row.instrument.text
        names, floors, rates = (
            self.inputs.column("Tiers", name) for name in ("instrument", "floor", "mm_rate")
        )
        same = f"--({names}={key})"
        count = f"SUMPRODUCT({same})"
        filled = f'SUMPRODUCT({same},--({floors}<>""),--({rates}<>""))'
        below = self.inputs.column("Tiers", "instrument", down=1)
        ends = f"SUMPRODUCT({same},--({below}<>{key}))"  # rows behind which they break off
        told = f"IF(({filled}<{count})+({ends}<>1)+({count}>{self._slots})>0,#VALUE!,{count})"
        return Expression(f"IF({count}=0,0,{told})")

    def write_tiers(self, sheet: Sheet, analysis: Analysis) -> None:
        """Write where each instrument's tiers begin, and the tiers; behind the last it goes on.

        The functions take them as a fixed range, which OFFSET would make volatile: then every cell
        that needs them would be computed on opening, and be #NAME? without our functions.
        """
        first = len(self.table.figures) + 2
        sheet.put(self.table.head, first, "First row in Tiers", "header")
        for part, slot in product(range(2), range(self._slots)):
            title = f"{('Floor', 'Rate')[part]} of tier {slot + 1}"
            sheet.put(self.table.head, self._tier(part, slot), title, "header")
        places: dict[str, int] = {}
        for n, tier in enumerate(analysis.portfolio.tiers, 1):
            places.setdefault(tier.instrument, n)
        for n in range(self.table.count):
            at = self.table.top + n
            name = analysis.margin[n].instrument if n < len(analysis.margin) else ""
            sheet.put(at, first, places.get(name, ""), "cell whole", self._first_text.at(at))
            floors, rates = analysis.numbers.tiers_of(name)
            for slot, texts in enumerate(self._slot_texts):
                last, beyond = min(slot, len(floors) - 1), max(0, slot + 1 - len(floors))
                values = (floors[last] + beyond, rates[last]) if floors else ("", "")
                for part, look in enumerate(("qty", "percent")):
                    column, text = self._tier(part, slot), texts[part].at(at)
                    sheet.put(at, column, values[part], f"cell {look}", text)

    @cached_property
    def _first_text(self) -> RowText:
        key, count = self.row.instrument.text, self.row.tiers.text
        match = f"MATCH({key},{self.inputs.column('Tiers', 'instrument')},0)"
        return RowText(f'IF({key}="","",IF({count}=0,"",{match}))')

    @cached_property
    def _slot_texts(self) -> list[tuple[RowText, RowText]]:
        first, count = f"${self.table.behind(2)}{here()}", self.row.tiers.text
        texts = []
        for slot in range(self._slots):
            found = f"{first}+MIN({slot},{count}-1)"
            floor = f"INDEX({self.inputs.column('Tiers', 'floor')},{found})"
            rate = f"INDEX({self.inputs.column('Tiers', 'mm_rate')},{found})"
            beyond = f"MAX(0,{slot + 1}-{count})"
            both = (f'IF({first}="","",{floor}+{beyond})', f'IF({first}="","",{rate})')
            texts.append((RowText(both[0]), RowText(both[1])))
        return texts

    def widths(self) -> dict[str, float]:
        """The widths of what stands behind the figures."""
        return {LETTERS[self._tier(0, slot)]: 18.0 for slot in range(self._slots)}


def write_lots(sheet: Sheet, of: TemplateContext) -> None:
    """The template's sheet of lots: to which position each belongs."""
    table, rows = of.on[sheet.title], of.analysis.numbers.rows(LotRow)
    cells = LiveCells(of.inputs, table, of.tables)
    table.write_head(sheet, sides=False)
    cells.write_places(sheet, rows, of.analysis)
    table.write_rows(sheet, rows, cells.texts)
    widen(sheet, table.widths() | {"A": 24.0})
    print_nothing(sheet)


def write_margin(sheet: Sheet, of: TemplateContext) -> None:
    """The Margin sheet: each short's value, margin and liquidation; it follows the sheet Shorts."""
    inputs, analysis, tables = of.inputs, of.analysis, of.tables
    table = tables[MarginRow]
    cells = _Shorts(inputs, tables)
    alert = analysis.portfolio.settings.liquidation_alert
    sheet.put(_ALERT, 1, _MARKED, "cell text")
    sheet.put(_ALERT, 2, alert, "cell percent", inputs.setting("liquidation_alert"))
    sheet.put(_IGNORED, 1, "Tiers too far down", "cell text")
    ignored = f"COUNTA({inputs.below('Tiers', 'instrument')})"
    sheet.put(_IGNORED, 2, 0, "cell whole", ignored)
    remedy = f'IF($B${_IGNORED}=0,"","Fill them into a new template.")'
    sheet.put(_IGNORED, 3, "", "warning", remedy)
    table.write_head(sheet, sides=False)
    cells.write_places(sheet, analysis.margin, analysis)
    table.write_total(sheet, analysis.margin)
    table.write_rows(sheet, analysis.margin, cells.texts, (MarginRow.entry_price,))
    cells.write_tiers(sheet, analysis)
    NearnessCells(of).write(sheet)
    _mark(sheet, table, f"$B${_ALERT}")
    own = {"A": 24.0, "B": 17.0, table.letter(MarginRow.liquidation_buffer): 15.0}
    widen(sheet, table.widths() | cells.widths() | own)
    table.print_used(sheet, len(analysis.margin), len(MARGIN_FIRST))


def _mark(sheet: Sheet, table: FigureTable, alert: str) -> None:
    """Mark rows whose liquidation is nearer than a cell says, or whose margin ratio is high."""
    own, shared, ratio = (
        f"${table.letter(each)}{table.top}"
        for each in (MarginRow.liquidation_buffer, MarginRow.common_buffer, MarginRow.margin_ratio)
    )
    ends = (f"IF(ISNUMBER({end}),ABS({end})<{alert},FALSE)" for end in (own, shared))
    near = f"OR({','.join(ends)})"
    high = f'IF(ISNUMBER({ratio}),{ratio}>={ALARM},{ratio}="{NO_EQUITY}")'
    cells = f"A{table.top}:{table.behind(0)}{table.last}"
    sheet.mark(cells, high, "high ratio")
    sheet.mark(cells, near, "near")


MARGIN_FIRST = (
    MarginRow.instrument,
    MarginRow.account,
    MarginRow.short_notional,
    MarginRow.entry_price,
    MarginRow.futures_price,
    MarginRow.margin,
    MarginRow.margin_ratio,
    MarginRow.liquidation_price,
    MarginRow.liquidation_buffer,
    MarginRow.add_20,
)
"""The columns of a page."""

_CHART_ROWS = 19
"""Rows that the chart takes."""


def write_margin_report(sheet: Sheet, of: ReportContext) -> None:
    """The Margin sheet of a report: the table, its marks, and the nearest liquidations' chart."""
    table, analysis = of.on[sheet.title], of.analysis
    write_page(sheet, table, of.shown.rows(MarginRow), of.cells(MarginRow))
    at = table.head - 1
    sheet.put(at, 1, _MARKED, "cell text")
    sheet.put(at, 2, analysis.portfolio.settings.liquidation_alert, "cell percent")
    _mark(sheet, table, f"$B${at}")
    if analysis.accounts:
        whole = of.tables[AccountRow]
        write_block(sheet, BLOCK, "By account", whole, analysis.accounts, ACCOUNT_FIRST)
        sheet.put(at - 1, 1, "By position", "section")
    last = _write_nearest(sheet, table, of, table.last + 3)
    if last > ONE_PAGE:  # pages repeat the table's headers, which are none of the chart's
        last = table.last
    print_page(sheet, of, len(MARGIN_FIRST), last, at - 1)


def _write_nearest(sheet: Sheet, table: FigureTable, of: ReportContext, at: int) -> int:
    """The shorts whose liquidation is nearest, ten at most, and their chart; none without any.

    Returns the last row.
    """
    nearest = sorted(_distances(of), key=lambda found: abs(found[1]))[:_BARS]
    if not nearest:
        return table.last
    sheet.put(at, 1, "Nearest liquidations", "header text")
    sheet.put(at, 2, "Move from mark", "header")
    for n, (name, distance, row) in enumerate(nearest, at + 1):
        sheet.put(n, 1, name, "cell text")
        reference = f"{table.letter(MarginRow.liquidation_buffer)}{table.top + row}"
        sheet.put(n, 2, distance, "cell percent", reference)
    chart = bar_chart(
        sheet,
        "Distance to liquidation",
        "Short",
        ("Move from mark, %", "0%"),
        (1, at + 1, at + len(nearest)),
        [2],
    )
    sheet.chart(chart, f"D{at}")
    return at + _CHART_ROWS


def _distances(of: ReportContext) -> Iterator[tuple[str, float, int]]:
    """Name, distance and place of each short that a price liquidates; the nearest are shown."""
    alike = Counter(row.instrument for row in of.analysis.margin)
    for n, row in enumerate(of.shown.inputs(MarginRow)):
        name = row.instrument
        side = "long" if row.contracts < 0 else "short"
        label = name if alike[name] == 1 else f"{sentence(name)}, {side}, {row.account}"
        if not isinstance(row.liquidation_buffer, Blank):
            yield label, row.liquidation_buffer, n
