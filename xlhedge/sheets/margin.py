"""The Margin sheet of the template, and what the report's has in common with it.

An instrument's tiers are rows of the table Tiers that stand together; a short's row repeats them.
Where they do not stand together, one of their cells is blank, or they are too many, the number of
tiers is #VALUE! and with it all that needs a maintenance rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import sum_of
from xlhedge.analysis.margin import ALARM, MARGIN, NO_EQUITY
from xlhedge.functions.algebra import Expression
from xlhedge.portfolio import TABLES
from xlhedge.sheets.computed import (
    TOP,
    Block,
    lookups,
    picked,
    widths,
    write_head,
    write_row,
    write_total,
)
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.sheets.native import HEAD, NativeTable
from xlhedge.sheets.style import finish, heading, sentence
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import bar_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["MEANING", "mark_alerts", "write_margin", "write_margin_report"]

_MARKED = "Marked if nearer than"
_ALERT, _IGNORED = 4, 5
_BARS = 10
_SLOTS = 15
_NAMES = [figure.name for figure in MARGIN]
MEANING = (
    f"Each short as it stands. Marked: liquidation is near; bold: a margin ratio from {ALARM:.0%}. "
    "Add now: what survives that rise from mark (long futures: that fall). "
    "Margin currency: quote, coins for inverse contracts."
)
"""How to read the sheet."""


@dataclass(frozen=True, slots=True)
class _Shorts(Block):
    """The block of the Margin sheet; behind its figures each row has the tiers of its instrument.

    Args:
        slots: how many tiers an instrument may have.
    """

    slots: int

    def tier(self, part: int, slot: int) -> int:
        """The column of a floor (part 0) or rate (1): of the first slot, or of a later one."""
        return len(self.figures) + 3 + part * self.slots + slot

    @property
    def first_tier(self) -> str:
        """The column behind the instrument's place: where its rows begin in the table Tiers."""
        return LETTERS[len(self.figures) + 2]

    def row(self, at: int) -> dict[str, Expression]:
        """The cells of one row, by figure, and its tiers."""
        tiers = {}
        for part, name in enumerate(("tier_floors", "tier_rates")):
            ends = (LETTERS[self.tier(part, slot)] for slot in (0, self.slots - 1))
            tiers[name] = Expression(":".join(f"${letter}{at}" for letter in ends))
        return Block.row(self, at) | tiers


def write_margin(book: Book, inputs: Inputs, analysis: Analysis) -> Block:
    """The Margin sheet: each short's value, margin and liquidation; it follows the sheet Shorts."""
    counts = Counter(tier.instrument for tier in analysis.portfolio.tiers)
    slots = max(_SLOTS, *counts.values(), 0)
    block = _Shorts("Margin", MARGIN, inputs.capacity("Shorts"), slots)
    sheet = book.sheet(block.sheet)
    heading(sheet, "Margin", f"{MEANING} It follows the sheet Shorts.", column=2)
    alert = analysis.portfolio.settings.liquidation_alert
    sheet.put(_ALERT, 1, _MARKED, "cell text")
    sheet.put(_ALERT, 2, alert, "cell percent", inputs.setting("liquidation_alert"))
    sheet.put(_IGNORED, 1, "Tiers too far down", "cell text")
    ignored = f"COUNTA({inputs.below('Tiers', 'instrument')})"
    sheet.put(_IGNORED, 2, 0, "cell whole", ignored)
    remedy = f'IF($B${_IGNORED}=0,"","Fill them into a new template.")'
    sheet.put(_IGNORED, 3, "", "warning", remedy)
    write_head(sheet, block, TOP - 2)
    sheet.put(TOP - 2, len(MARGIN) + 2, "First row in Tiers", "header")
    for part, slot in product(range(2), range(slots)):
        title = f"{('Floor', 'Rate')[part]} of tier {slot + 1}"
        sheet.put(TOP - 2, block.tier(part, slot), title, "header")
    totals = {f.name: sum_of(analysis.margin, f.name) for f in MARGIN if f.total}
    write_total(sheet, block, TOP - 1, totals)
    for n in range(block.rows):
        row = analysis.margin[n] if n < len(analysis.margin) else {}
        looked_up = lookups(inputs, block, "Shorts", n) | _own_terms(inputs, block, TOP + n)
        write_row(sheet, block, n, row, looked_up, inputs, analysis)
        _write_tiers(sheet, block, n, inputs, analysis)
    mark_alerts(sheet, TOP, TOP + block.rows - 1, f"$B${_ALERT}")
    own = {block.first_tier: 12.0, block.letter("liquidation_buffer"): 15.0}
    own |= {LETTERS[block.tier(0, slot)]: 18.0 for slot in range(slots)}
    sheet.prints(area=f"A1:{LETTERS[len(MARGIN)]}{TOP + block.rows - 1}")
    finish(sheet, f"B{TOP}", widths(block) | own, f"{TOP - 2}:{TOP - 2}", pages=4, tall=1)
    return block


def _own_terms(inputs: Inputs, block: _Shorts, at: int) -> dict[str, str]:
    """What a row has of its instrument where there are no tiers, and how many there are."""
    key, place = block.row(at)["instrument"].text, f"${block.position}{at}"
    columns = {column.name: column for column in TABLES["Instruments"].columns}
    texts = {
        own: picked(columns[name], f"INDEX({inputs.column('Instruments', name)},{place})", key)
        for own, name in (("own_rate", "mm_rate"), ("own_amount", "mm_amount"))
    }
    names, floors, rates = (
        inputs.column("Tiers", name) for name in ("instrument", "floor", "mm_rate")
    )
    same = f"--({names}={key})"
    count = f"SUMPRODUCT({same})"
    filled = f'SUMPRODUCT({same},--({floors}<>""),--({rates}<>""))'
    ends = f"SUMPRODUCT({same},--({_next(names)}<>{key}))"  # rows behind which they break off
    told = f"IF(({filled}<{count})+({ends}<>1)+({count}>{block.slots})>0,#VALUE!,{count})"
    return texts | {"tiers": f'IF({key}="","",IF({count}=0,0,{told}))'}


def _next(column: str) -> str:
    """A column's range moved down by a row: ``Instruments!$U$6:$U$35`` → ``…$U$7:$U$36``."""
    sheet, letter, first, _, last = column.split("$")
    return f"{sheet}${letter}${int(first[:-1]) + 1}:${letter}${int(last) + 1}"


def _write_tiers(sheet: Sheet, block: _Shorts, n: int, inputs: Inputs, analysis: Analysis) -> None:
    """Where the instrument's tiers begin, and the tiers; behind the last it goes on, rate and all.

    The functions take them as a fixed range, which OFFSET would make volatile: then every cell that
    needs them would be computed on opening, and be #NAME? without our functions.
    """
    at = TOP + n
    row: Mapping[str, Any] = analysis.margin[n] if n < len(analysis.margin) else {}
    cells, known = block.row(at), row.get("tiers", 0)
    key, count, first = cells["instrument"].text, cells["tiers"].text, f"${block.first_tier}{at}"
    names = [tier.instrument for tier in analysis.portfolio.tiers]
    place = names.index(row["instrument"]) + 1 if known else ""
    match = f"MATCH({key},{inputs.column('Tiers', 'instrument')},0)"
    text = f'IF({key}="","",IF({count}=0,"",{match}))'
    sheet.put(at, len(block.figures) + 2, place, "cell ratio", text)
    for slot in range(block.slots):
        found = f"{first}+MIN({slot},{count}-1)"
        floor = f"INDEX({inputs.column('Tiers', 'floor')},{found})+MAX(0,{slot + 1}-{count})"
        rate = f"INDEX({inputs.column('Tiers', 'mm_rate')},{found})"
        last = min(slot, known - 1)
        beyond = max(0, slot + 1 - known)
        values = (row["tier_floors"][last] + beyond, row["tier_rates"][last]) if known else ("", "")
        for part, (formula, look) in enumerate(((floor, "qty"), (rate, "percent"))):
            column, text = block.tier(part, slot), f'IF({first}="","",{formula})'
            sheet.put(at, column, values[part], f"cell {look}", text)


def mark_alerts(sheet: Sheet, first: int, last: int, alert: str) -> None:
    """Mark rows of figures whose liquidation is near, or whose margin ratio is high.

    Args:
        sheet: a sheet with the figures of `MARGIN` from column A on.
        first: the first row.
        last: the last row.
        alert: the cell with the distance below which liquidation is near.
    """
    buffer, ratio = (f"${_letter(name)}{first}" for name in ("liquidation_buffer", "margin_ratio"))
    near = f"IF(ISNUMBER({buffer}),ABS({buffer})<{alert},FALSE)"
    high = f'IF(ISNUMBER({ratio}),{ratio}>={ALARM},{ratio}="{NO_EQUITY}")'
    cells = f"A{first}:{LETTERS[len(MARGIN)]}{last}"
    sheet.mark(cells, high, "high ratio")
    sheet.mark(cells, near, "near")


def _letter(name: str) -> str:
    return LETTERS[_NAMES.index(name) + 1]


def write_margin_report(sheet: Sheet, table: NativeTable, analysis: Analysis) -> None:
    """The Margin sheet of a report: the table, its marks, and the nearest liquidations' chart.

    Args:
        sheet: where.
        table: the shorts, with the figures of `MARGIN`.
        analysis: what to show.
    """
    table.write(sheet, MEANING)
    sheet.put(HEAD - 1, 1, _MARKED, "cell text")
    alert = analysis.portfolio.settings.liquidation_alert
    sheet.put(HEAD - 1, 2, alert, "cell percent")
    last = table.top + max(len(table.rows), 1) - 1
    mark_alerts(sheet, table.top, last, f"$B${HEAD - 1}")
    _write_nearest(sheet, table, analysis, last + 3)


def _write_nearest(sheet: Sheet, table: NativeTable, analysis: Analysis, at: int) -> None:
    """The shorts whose liquidation is nearest, ten at most, and their chart; none without any."""
    nearest = sorted(_distances(analysis), key=lambda found: abs(found[1]))[:_BARS]
    if not nearest:
        return
    sheet.put(at, 1, "Nearest liquidations", "header text")
    sheet.put(at, 2, "Move from mark", "header")
    for n, (name, distance, row) in enumerate(nearest, at + 1):
        sheet.put(n, 1, name, "cell text")
        reference = f"{table.letter('liquidation_buffer')}{table.top + row}"
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


def _distances(analysis: Analysis) -> Iterator[tuple[str, float, int]]:
    """Name, distance and number of each short that a price liquidates."""
    lots = Counter(row["instrument"] for row in analysis.margin)
    seen: Counter[str] = Counter()
    for n, row in enumerate(analysis.margin):
        name = row["instrument"]
        seen[name] += 1
        label = name if lots[name] == 1 else f"{sentence(name)}, lot {seen[name]}"
        if isinstance(row["liquidation_buffer"], float):
            yield label, row["liquidation_buffer"], n
