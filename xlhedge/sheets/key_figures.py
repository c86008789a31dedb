"""The report's Key figures: what page one is made of, each with its state, and its charts' numbers.

Page one shows cells of this sheet, and these refer to the sheets that compute them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlhedge.analysis import Analysis
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import Figure, sum_of
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.analysis.states import states
from xlhedge.sheets.attribution import nets
from xlhedge.sheets.chart_numbers import ChartNumbers
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.orders import hedged_text
from xlhedge.sheets.style import sentence, widen
from xlhedge.sheets.table import FigureTable
from xlhedge.text import percent
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["NUMBERS_TOP", "TITLE", "figure_cell", "target_of", "totals", "write_key_figures"]

TITLE = "Key figures"

_TOP = 5
_STEPS = (-0.2, 0.2)
"""Sudden moves whose P&L is a headline."""

_NAMES = (
    *("coins", "spot_notional", "short_notional", "hedged", "net_delta", "gross_delta"),
    *("order_notional", "residual_delta", "funding_drag", "funding_year", "carry", "pnl_to_date"),
    *("unrealised_pnl", "since", "liquidation", "worst", *(f"at {shock}" for shock in _STEPS)),
)
"""The figures, in the order of the sheet."""

NUMBERS_TOP = _TOP + len(_NAMES) + 2
"""The row of the heading of the charts' numbers."""

_TOTALS = [each for each in HedgeRow.figures if each.total]


@dataclass(frozen=True, slots=True)
class _KeyFigure:
    """A figure of the sheet.

    Args:
        name: what it is called in code, and in `states`.
        title: what a reader calls it.
        value: it; None where there is none.
        look: how it is shown.
        meaning: how to read it.
        formula: its formula; nothing for what was computed with the report.
        sheet: where that leads.
        array: whether it is an array formula.
    """

    name: str
    title: str
    value: float | str | None
    look: str
    meaning: str
    formula: str = ""
    sheet: str = ""
    array: bool = False


def totals(of: ReportContext) -> dict[str, tuple[str, str]]:
    """Where the totals of the hedge stand, by figure: the cell, and its sheet's title."""
    return {each.name: _total(of, each) for each in _TOTALS}


def figure_cell(name: str) -> str:
    """The cell of a figure, as other sheets refer to it."""
    return f"'{TITLE}'!$B${_TOP + _NAMES.index(name)}"


def target_of(analysis: Analysis) -> float:
    """What part of the exposure is to be hedged, none offsetting another; 0 without any."""
    exposed = sum_of(analysis.underlyings, UnderlyingRow.gross_exposure)
    wanted = sum(abs(row.target_notional) for row in analysis.underlyings)
    return wanted / exposed if exposed else 0.0


def write_key_figures(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet."""
    heads = ("Figure", "Value", "State", "What it means")
    for column, title in enumerate(heads, 1):
        sheet.put(_TOP - 1, column, title, "header" if column == 2 else "header text")
    words = states(of.analysis)
    lines = {line.name: line for line in _lines(of)}
    for at, line in enumerate((lines[name] for name in _NAMES), _TOP):
        _write(sheet, at, line)
        sheet.put(at, 3, words.get(line.name, ""), "cell text")
        sheet.put(at, 4, line.meaning, "note")
    ChartNumbers(of, sheet, NUMBERS_TOP).write()
    moves = len(of.analysis.grid.shocks)
    widen(sheet, {"A": 38, "B": 20} | {LETTERS[n]: 17 for n in range(3, 2 + moves)})


def _write(sheet: Sheet, at: int, line: _KeyFigure) -> None:
    look = f"total {line.look}"
    if line.value is None or not line.formula:
        sheet.put(at, 1, line.title, "cell text")
        sheet.put(at, 2, "none" if line.value is None else line.value, look)
        return
    sheet.put(at, 1, line.title, "link")
    sheet.link(at, 1, line.sheet)
    if line.array:
        sheet.array(at, 2, [[line.value]], line.formula, look)
    else:
        sheet.put(at, 2, line.value, look, line.formula)


def _table(of: ReportContext, figure: Figure) -> FigureTable:
    return next(table for table in of.on.values() if table.has(figure))


def _total(of: ReportContext, figure: Figure) -> tuple[str, str]:
    table = _table(of, figure)
    return table.total(figure), table.title


def _summed(
    of: ReportContext, figure: Figure, value: float | None, words: tuple[str, str], look: str
) -> _KeyFigure:
    return _KeyFigure(figure.name, words[0], value, look, words[1], *_total(of, figure))


def _lines(of: ReportContext) -> Iterator[_KeyFigure]:
    """All of them, in the order of the sheet."""
    yield from _exposures(of)
    yield from _costs(of)
    yield from _dangers(of)


def _exposures(of: ReportContext) -> Iterator[_KeyFigure]:
    analysis, under = of.analysis, of.tables[UnderlyingRow]
    total, coins = analysis.total, HedgeRow.coin_margin
    held, posted = (_total(of, each)[0] for each in (HedgeRow.spot_notional, coins))
    yield _KeyFigure("coins", "Coins, value", total.spot_notional + total.coin_margin, "money",
                "Held, and posted as margin", f"{held}+{posted}", "Hedge")  # fmt: skip
    words = ("Coins held, value", "Spot price × quantity, without coins posted as margin")
    yield _summed(of, HedgeRow.spot_notional, total.spot_notional, words, "money")
    words = ("Short, value", "Positive is short")
    yield _summed(of, HedgeRow.short_notional, total.short_notional, words, "money")
    meaning = "Part of the exposure that shorts on the same underlying cover"
    yield _KeyFigure("hedged", "Hedged", analysis.hedged, "percent", meaning, hedged_text(under),
                under.title)  # fmt: skip
    words = ("Net delta now", "Above 0: still long; below 0: over-hedged")
    yield _summed(of, HedgeRow.net_delta, total.net_delta, words, "money")
    words = ("Gross delta now", "Underlyings' net deltas by size: none offsets another")
    yield _summed(of, UnderlyingRow.gross_delta, analysis.gross_delta, words, "money")
    words = ("Orders to reach the target", "Above 0: short more; below 0: buy back")
    yield _summed(of, HedgeRow.order_notional, total.order_notional, words, "money")
    words = ("Net delta after the orders", "What stays exposed")
    yield _summed(of, HedgeRow.residual_delta, total.residual_delta, words, "money")


def _costs(of: ReportContext) -> Iterator[_KeyFigure]:
    total, analysis = of.analysis.total, of.analysis
    words = ("Funding cost to the horizon", "Above 0 costs you; below 0 you receive it")
    yield _summed(of, HedgeRow.funding_drag, total.funding_drag, words, "cost")
    words = ("Funding cost in a year", "At today's rates")
    yield _summed(of, HedgeRow.funding_year, total.funding_year, words, "cost")
    words = ("Carry to the horizon", "You receive it above 0: funding and basis, less closing fees")
    yield _summed(of, CarryRow.carry, sum_of(analysis.carry, CarryRow.carry), words, "money")
    words = ("P&L of the hedge since opened", "What was realised, funding and fees in it")
    hedge = sum_of(analysis.margin, MarginRow.pnl_to_date)
    yield _summed(of, MarginRow.pnl_to_date, hedge, words, "money")
    words = ("Unrealised P&L of the coins", "Against average cost, where it is known")
    yield _summed(of, HedgeRow.unrealised_pnl, total.unrealised_pnl, words, "money")
    cells = (_total(of, each)[0] for each in (MarginRow.pnl_to_date, HedgeRow.unrealised_pnl))
    both = hedge + (total.unrealised_pnl or 0.0)
    yield _KeyFigure("since", "P&L of hedge and coins", both, "money",
                "Since opened, and since bought", "+".join(cells), "Margin")  # fmt: skip


def _dangers(of: ReportContext) -> Iterator[_KeyFigure]:
    analysis, margin = of.analysis, of.tables[MarginRow]
    ends = [margin.column(x) for x in (MarginRow.liquidation_buffer, MarginRow.common_buffer)]
    sizes = (f'IF({cells}="","",IF({cells}<1E+300,ABS({cells}),""))' for cells in ends)
    yield _KeyFigure("liquidation", "Nearest liquidation", analysis.nearest, "percent",
                "Move of its mark price that liquidates the first short",
                f"MIN({','.join(sizes)})", margin.title, array=True)  # fmt: skip
    worst = analysis.worst
    told = _after(worst.liquidation, worst.name) if worst else "No scenario is typed"
    text = f"MIN({nets(analysis)})" if worst else ""
    net = worst.legs.net if worst else None
    yield _KeyFigure("worst", "Worst scenario", net, "money", told, text, "Stress")
    for shock in _STEPS:
        word = analysis.at_once(shock).liquidation
        meaning = _after(word, "At once, as it stands; before fees")
        title = f"P&L at {percent(shock, '+')} of the underlying"
        yield _KeyFigure(f"at {shock}", title, analysis.after(shock), "money", meaning)


def _after(word: str, meaning: str) -> str:
    """What a P&L means, behind the word on liquidation that belongs beside it."""
    return sentence(f"{word}: {meaning}" if word else meaning)
