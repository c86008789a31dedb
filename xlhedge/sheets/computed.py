"""The template's computed sheets: a row of figures for each row of an input table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import CALLS, Figure, formula_text
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.portfolio import TABLES
from xlhedge.portfolio.columns import Column
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.sheets.marks import mark_hedge
from xlhedge.sheets.style import WIDTHS, finish, heading
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "TOP",
    "TOTAL",
    "Block",
    "lookups",
    "picked",
    "widths",
    "write_head",
    "write_hedge",
    "write_row",
    "write_total",
]

TOP = 10
"""The first row of figures; above it totals, and above them the headers."""

TOTAL = TOP - 2
"""The Hedge sheet's row of totals."""

_DAYS = Expression("Hedge!$B$5")
"""Days to the horizon, which the head of the Hedge sheet computes."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table of figures on a sheet of the template.

    Args:
        sheet: its title.
        figures: its columns; look-ups stand in cells like the rest.
        rows: how many rows it has.
        top: the first of them.
    """

    sheet: str
    figures: Sequence[Figure]
    rows: int
    top: int = field(default=TOP, kw_only=True)

    def letter(self, name: str) -> str:
        """The column of a figure."""
        return LETTERS[[figure.name for figure in self.figures].index(name) + 1]

    @property
    def position(self) -> str:
        """The column behind the figures: where the instrument stands in the table Instruments."""
        return LETTERS[len(self.figures) + 1]

    def cells(self, name: str) -> str:
        """The fixed range of a figure's column, as any sheet refers to it."""
        letter = self.letter(name)
        return f"{self.sheet}!${letter}${self.top}:${letter}${self.top + self.rows - 1}"

    def cell(self, name: str, row: int) -> str:
        """One cell of a figure, as any sheet refers to it."""
        return f"{self.sheet}!${self.letter(name)}${row}"

    def row(self, at: int) -> dict[str, Expression]:
        """The cells of one row, by figure."""
        cells = {f.name: Expression(f"${self.letter(f.name)}{at}") for f in self.figures}
        return cells | {"days": _DAYS}


def write_hedge(
    sheet: Sheet, inputs: Inputs, analysis: Analysis, margin: Block, block: Block
) -> None:
    """The Hedge sheet: for each holding what to short, what is short, and what is left."""
    note = "For each holding: what to short, what is short already, what is left."
    heading(sheet, "Hedge", note, column=2)
    _write_settings(sheet, inputs, analysis)
    write_head(sheet, block, TOP - 3)
    write_total(sheet, block, TOTAL, analysis.total)
    _write_unassigned(sheet, block, margin, analysis)
    for n in range(block.rows):
        row = analysis.hedge[n] if n < len(analysis.hedge) else {}
        texts = lookups(inputs, block, "Holdings", n) | _shared(inputs, block, margin, n)
        write_row(sheet, block, n, row, texts, inputs, analysis)
    mark_hedge(sheet, block.letter, TOP, TOP + block.rows - 1)
    finish(sheet, f"B{TOP}", widths(block), f"{TOP - 3}:{TOP - 3}", pages=4, tall=1)
    sheet.prints(area=f"A1:{block.letter(block.figures[-1].name)}{TOP + block.rows - 1}")


def _write_settings(sheet: Sheet, inputs: Inputs, analysis: Analysis) -> None:
    settings = analysis.portfolio.settings
    for row, name, title in ((3, "as_of", "Prices as of"), (4, "horizon_date", "Horizon")):
        sheet.put(row, 1, title, "cell text")
        sheet.put(row, 2, getattr(settings, name), "cell date", inputs.setting(name))
    sheet.put(5, 1, "Days to the horizon", "cell text")
    sheet.put(5, 2, analysis.days, "cell days", "DAYS_TO_EXPIRY($B$3,$B$4)")
    keys = {"Holdings": "asset", "Instruments": "instrument", "Shorts": "instrument"}
    ignored = "+".join(f"COUNTA({inputs.below(table, key)})" for table, key in keys.items())
    lowest, highest, step = (inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
    shocks = f"1-INT(-(({highest}-{lowest})/{step}-1E-9))"
    checks = (
        (3, "Rows typed too far down to count", ignored, "Fill them into a new template."),
        (4, "Price shocks without a column", f"MAX(0,{shocks}-{MOST_SHOCKS})", "Raise shock_step."),
    )
    for row, title, text, remedy in checks:
        sheet.put(row, 4, title, "cell text")
        sheet.put(row, 6, 0, "cell whole", text)
        sheet.put(row, 7, "", "warning", f'IF($F${row}=0,"","{remedy}")')


def write_head(sheet: Sheet, block: Block, at: int) -> None:
    """The headers of a block, in the row ``at``."""
    for n, figure in enumerate(block.figures, 1):
        sheet.put(at, n, figure.title, "header")
    sheet.put(at, len(block.figures) + 1, "Row in Instruments", "header")
    sheet.height(at, 48)


def write_total(sheet: Sheet, block: Block, at: int, values: Mapping[str, Any]) -> None:
    """The sums, over fixed ranges; on the Hedge sheet with the row of unassigned shorts below."""
    sheet.put(at, 1, "Total", "total text")
    for n, figure in enumerate(block.figures[1:], 2):
        look = f"total {figure.look}"
        if figure.total:
            letter = LETTERS[n]
            formula = f"SUM({letter}{at + 1}:{letter}{TOP + block.rows - 1})"
            sheet.put(at, n, values[figure.name], look, formula)
        else:
            sheet.put(at, n, None, look)


def _write_unassigned(sheet: Sheet, block: Block, margin: Block, analysis: Analysis) -> None:
    """What shorts add whose instrument hedges no holding: all of them less those allotted."""
    at = TOP - 1
    cells = block.row(at)
    texts = {
        name: f"SUM({margin.cells(name)})-SUM({block.cells(name)})"
        for name in ("short_notional", "coin_margin", "funding_drag", "funding_year")
    }
    delta = excel_text(cells["coin_margin"] - cells["short_notional"])
    texts |= {"net_delta": delta, "residual_delta": delta}
    sheet.put(at, 1, "Shorts without a holding", "cell text")
    for n, figure in enumerate(block.figures[1:], 2):
        formula = texts.get(figure.name)
        value = analysis.unassigned[figure.name] if formula else None
        sheet.put(at, n, value, f"cell {figure.look}", formula)


def write_row(
    sheet: Sheet,
    block: Block,
    n: int,
    row: Mapping[str, Any],
    looked_up: Mapping[str, str],
    inputs: Inputs,
    analysis: Analysis,
) -> None:
    """Row n of a block; its row of values is empty where the input table has none.

    Args:
        sheet: where.
        block: the table of figures.
        n: the number of the row, from 0.
        row: its values by figure.
        looked_up: the formulas of the figures that have none of their own.
        inputs: the input sheets.
        analysis: what the values are of.
    """
    at = TOP + n
    cells = block.row(at)
    for number, figure in enumerate(block.figures, 1):
        text = looked_up.get(figure.name) or formula_text(figure, CALLS, cells)
        value = row.get(figure.name)
        sheet.put(at, number, "" if value is None else value, f"cell {figure.look}", text)
    instrument = row.get("instrument")
    names = [each.instrument for each in analysis.portfolio.instruments]
    place = "" if instrument is None else names.index(instrument) + 1
    key = cells["instrument"].text
    match = f"MATCH({key},{inputs.column('Instruments', 'instrument')},0)"
    text = f'IF({key}="","",{match})'
    sheet.put(at, len(block.figures) + 1, place, "cell ratio", text)


def lookups(inputs: Inputs, block: Block, table: str, n: int) -> dict[str, str]:
    """Cells that follow row n of an input table, and the instrument that it names."""
    cells = block.row(TOP + n)
    own = {column.name: column for column in TABLES[table].columns}
    terms = {column.name: column for column in TABLES["Instruments"].columns}
    key, instrument = cells[block.figures[0].name].text, cells["instrument"].text
    place = f"${block.position}{TOP + n}"
    texts = {}
    for figure in block.figures:
        if figure.formula is not None:
            continue
        if figure.name in own:
            found = f"INDEX({inputs.column(table, figure.name)},{n + 1})"
            texts[figure.name] = picked(own[figure.name], found, key)
        elif figure.name in terms:
            found = f"INDEX({inputs.column('Instruments', figure.name)},{place})"
            texts[figure.name] = picked(terms[figure.name], found, instrument)
    first = f"INDEX({inputs.column(table, block.figures[0].name)},{n + 1})"
    texts[block.figures[0].name] = f'IF({first}="","",{first})'
    texts["index_price"] = _index_price(inputs, place, instrument)
    texts |= _terms(inputs, place, instrument)
    return texts


def _terms(inputs: Inputs, place: str, instrument: str) -> dict[str, str]:
    """Terms that may stay blank only for some contracts, as the readers have it."""

    def found(name: str) -> str:
        return f"INDEX({inputs.column('Instruments', name)},{place})"

    rate, size = found("funding_rate"), found("contract_size")
    perpetual = f'IF({found("expiry")}="",NA(),0)'
    inverse = f'IF({found("contract_type")}="inverse",NA(),1)'
    return {
        "funding_rate": f'IF({instrument}="","",IF({rate}="",{perpetual},{rate}))',
        "contract_size": f'IF({instrument}="","",IF({size}="",{inverse},{size}))',
    }


def picked(column: Column, found: str, key: str) -> str:
    """A looked-up cell: blank with its row; where it is blank itself its default, if it has one.

    A cell that must be filled is #N/A while it is blank: a silent 0 would be a wrong hedge.
    """
    default = "NA()" if column.required else excel_text(_blank(column))
    return f'IF({key}="","",IF({found}="",{default},{found}))'


def _blank(column: Column) -> Any:
    return "" if column.default is None else column.default


def _index_price(inputs: Inputs, place: str, instrument: str) -> str:
    """The index price, or else the spot price of the holding that is the underlying."""
    price = f"INDEX({inputs.column('Instruments', 'index_price')},{place})"
    underlying = f"INDEX({inputs.column('Instruments', 'underlying')},{place})"
    held = f"MATCH({underlying},{inputs.column('Holdings', 'asset')},0)"
    spot = f"INDEX({inputs.column('Holdings', 'spot_price')},{held})"
    return f'IF({instrument}="","",IF({price}="",{spot},{price}))'


def _shared(inputs: Inputs, block: Block, margin: Block, n: int) -> dict[str, str]:
    """What a holding has of its instrument: terms, and its part of the shorts on it.

    Conditions are compared, never given to SUMIF: a name that starts with > is no criterion.
    """
    cells = block.row(TOP + n)
    asset, instrument, share = (cells[name].text for name in ("asset", "instrument", "share"))
    same, own = f"--({block.cells('instrument')}={instrument})", block.cells("own_target")
    above, below = (f"SUMPRODUCT({same},--({own}{sign}0),{own})" for sign in "><")
    net = f"SUMPRODUCT({same},{own})"
    cancel = f"ABS({net})<=1E-9*({above}-{below})"
    part = f"IF({cancel},1/SUMPRODUCT({same}),{cells['own_target'].text}/{net})"
    open_ = f"--({margin.cells('instrument')}={instrument})"

    def held(name: str) -> str:
        return f"{share}*SUMPRODUCT({open_},{margin.cells(name)})"

    expiry = f"INDEX({inputs.column('Instruments', 'expiry')},${block.position}{TOP + n})"
    ratio = f"INDEX({inputs.column('Holdings', 'hedge_ratio')},{n + 1})"
    days = f'IF({expiry}="","",DAYS_TO_EXPIRY(Hedge!$B$3,{expiry}))'
    wanted = f'IF({ratio}="",{inputs.setting("hedge_ratio")},{ratio})'
    return {
        "hedge_ratio": f'IF({instrument}="","",{wanted})',
        "share": f'IF({instrument}="","",{part})',
        "short_contracts": f'IF({instrument}="","",{held("contracts")})',
        "coin_margin": f'IF({asset}="","",IF({instrument}="",0,{held("coin_margin")}))',
        "days_to_expiry": f'IF({instrument}="","",{days})',
    }


def widths(block: Block) -> dict[str, float]:
    """The widths of a block's columns."""
    own: dict[str, float] = {block.letter(f.name): WIDTHS.get(f.look, 12) for f in block.figures}
    return own | {"A": 24, "B": 17, block.position: 12}
