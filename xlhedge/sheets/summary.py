"""The report's first page: headline figures, what to do next, the charts, and where the rest is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.advice import advice
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.analysis.scenarios import Stress
from xlhedge.sheets.attribution import attribution_chart, nets
from xlhedge.sheets.audit import CONVENTIONS
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.hedge import spot_chart
from xlhedge.sheets.orders import hedged_text
from xlhedge.sheets.sensitivity import ratio_chart
from xlhedge.sheets.style import heading, sentence, widen
from xlhedge.xlsx.sheet import Sheet

__all__ = ["totals", "write_summary"]

_HEADLINES = (
    ("spot_notional", "Coins held, value", "Spot price × quantity, without coins posted as margin"),
    ("short_notional", "Short, value", "Positive is short"),
    ("hedged", "Hedged", "Part of the exposure that shorts on the same underlying cover"),
    ("net_delta", "Net delta now", "Above 0: still long; below 0: over-hedged"),
    ("gross_delta", "Gross delta now", "Underlyings' net deltas by size: none offsets another"),
    ("order_notional", "Orders to reach the target", "Above 0: short more; below 0: buy back"),
    ("residual_delta", "Net delta after the orders", "What stays exposed"),
    ("funding_drag", "Funding cost to the horizon", "Above 0 costs you; below 0 you receive it"),
    ("funding_year", "Funding cost in a year", "At today's rates"),
    ("unrealised_pnl", "Unrealised P&L of the coins", "Against average cost, where it is known"),
    ("nearest", "Nearest liquidation", "Move of its mark price that liquidates the first short"),
)
_LOOKS = {"hedged": "percent", "nearest": "percent", "funding_drag": "cost", "funding_year": "cost"}

_TOP = 5
_CHART_ROWS = 19
_STEPS = (-0.2, 0.2)
"""Sudden moves whose P&L is a headline."""

_TOTALS = [each for each in HedgeRow.figures if each.total]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a headline is computed.

    Args:
        formula: its formula on the summary.
        title: of the sheet it comes from.
        array: whether it is an array formula.
    """

    formula: str
    title: str
    array: bool = False


def totals(of: ReportContext) -> dict[str, _Place]:
    """Where the totals of the hedge stand, by figure."""
    found = {}
    for each in _TOTALS:
        table = next(table for table in of.on.values() if table.has(each))
        found[each.name] = _Place(table.total(each), table.title)
    return found


def _places(of: ReportContext) -> dict[str, _Place]:
    """Where each headline stands that another sheet computes, by figure."""
    underlyings, margin = of.tables[UnderlyingRow], of.tables[MarginRow]
    gross = underlyings.total(UnderlyingRow.gross_delta)
    ends = [margin.column(x) for x in (MarginRow.liquidation_buffer, MarginRow.common_buffer)]
    sizes = (f'IF({cells}="","",IF({cells}<1E+300,ABS({cells}),""))' for cells in ends)
    near = f"MIN({','.join(sizes)})"
    return totals(of) | {
        "hedged": _Place(hedged_text(underlyings), underlyings.title),
        "gross_delta": _Place(gross, underlyings.title),
        "nearest": _Place(near, margin.title, array=True),
        "worst": _Place(f"MIN({nets(of.analysis)})", "Stress"),
    }


def write_summary(sheet: Sheet, of: ReportContext) -> None:
    """Write the page, with a chart at the right of the headlines and two below the text."""
    analysis, places = of.analysis, _places(of)
    settings = analysis.portfolio.settings
    heading(
        sheet,
        f"Hedge report: {settings.portfolio}",
        f"Prices as of {settings.as_of:%Y-%m-%d %H:%M} UTC, horizon "
        f"{settings.horizon_date:%Y-%m-%d} ({analysis.days:.0f} days). "
        f"All values in {settings.quote_currency}.",
    )
    for column, title in enumerate(("Headline", "Value", "What it means"), 1):
        sheet.put(_TOP - 1, column, title, "header" if column == 2 else "header text")
    at = _TOP
    for title, value, look, meaning, name in _headlines(analysis):
        _headline(sheet, at, title, value, look, places.get(name))
        sheet.put(at, 3, meaning, "note")
        at += 1
    at = _paragraph(sheet, at + 1, "What to do next", advice(analysis), "note")
    at = _paragraph(sheet, at + 1, "Warnings", _warnings(analysis), "warning")
    at = _paragraph(sheet, at + 1, "How to read it", CONVENTIONS[:3], "note")
    at = _contents(sheet, at + 1, of.contents)
    below = max(at, _TOP + _CHART_ROWS) + 1
    sheet.chart(ratio_chart(of.book["Sensitivity"], analysis), f"E{_TOP - 1}")
    sheet.chart(spot_chart(of.book["Hedge"], of), f"A{below}")
    if analysis.scenarios:
        sheet.chart(attribution_chart(of.book["Stress"], analysis), f"E{below}")
    widen(sheet, {"A": 34, "B": 20, "C": 52, "D": 2})


def _headline(
    sheet: Sheet, at: int, title: str, value: Any, look: str, place: _Place | None
) -> None:
    if place is None or value is None:
        sheet.put(at, 1, title, "cell text")
        sheet.put(at, 2, "none" if value is None else value, look)
        return
    sheet.put(at, 1, title, "link")
    sheet.link(at, 1, place.title)
    if place.array:
        sheet.array(at, 2, [[value]], place.formula, look)
    else:
        sheet.put(at, 2, value, look, place.formula)


def _headlines(analysis: Analysis) -> Iterator[tuple[str, Any, str, str, str]]:
    """Title, value, look, meaning and figure of each headline."""
    total = analysis.total
    own = {
        "hedged": analysis.hedged,
        "gross_delta": analysis.gross_delta,
        "nearest": analysis.nearest,
    }
    for name, title, meaning in _HEADLINES:
        look = f"total {_LOOKS.get(name, 'money')}"
        yield title, own[name] if name in own else getattr(total, name), look, meaning, name
    for shock in _STEPS:
        meaning = _after(analysis.at_once(shock), "At once, as it stands; before fees")
        title = f"P&L at {shock:+.0%} of the underlying"
        yield title, analysis.after(shock), "total money", meaning, ""
    if worst := analysis.worst:
        meaning = _after(worst, worst.name)
        yield "Worst scenario", worst.legs.net, "total money", meaning, "worst"


def _after(found: Stress, meaning: str) -> str:
    """What a P&L means, behind the word on liquidation that belongs beside it."""
    word = found.liquidation
    return sentence(f"{word}: {meaning}" if word else meaning)


def _paragraph(sheet: Sheet, at: int, title: str, lines: Sequence[str], look: str) -> int:
    """A heading and its lines, each over the three columns; returns the row behind them."""
    if not lines:
        return at - 1
    sheet.put(at, 1, title, "section")
    for n, line in enumerate(lines, at + 1):
        sheet.put(n, 1, sentence(line), look)
        sheet.merge(n, 1, 3)
    return at + 1 + len(lines)


def _contents(sheet: Sheet, at: int, contents: Sequence[tuple[str, str]]) -> int:
    sheet.put(at, 1, "In this report", "section")
    for n, (title, purpose) in enumerate(contents, at + 1):
        sheet.put(n, 1, title, "link")
        sheet.link(n, 1, title)
        sheet.put(n, 2, purpose, "note")
        sheet.merge(n, 2, 3)
    return at + 1 + len(contents)


def _warnings(analysis: Analysis) -> list[str]:
    return [*map(str, analysis.portfolio.warnings), *analysis.caveats]
