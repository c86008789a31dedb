"""The report's first page: headline figures, what to do next, and the chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.chart._chart import ChartBase

from xlhedge.analysis import Analysis
from xlhedge.workbook.audit import CONVENTIONS
from xlhedge.workbook.look import LONGEST, finish, heading
from xlhedge.workbook.sheets import Sheet

__all__ = ["write_summary"]

_HEADLINES = (
    ("spot_notional", "Coins held, value", "Spot price × quantity, without coins posted as margin"),
    ("short_notional", "Short, value", "Positive is short"),
    ("net_delta", "Net delta now", "Above 0: still long; below 0: over-hedged"),
    ("order_notional", "Orders to reach the target", "Above 0: short more; below 0: buy back"),
    ("residual_delta", "Net delta after the orders", "What stays exposed"),
    ("funding_drag", "Funding cost to the horizon", "Above 0 costs you; below 0 you receive it"),
    ("funding_year", "Funding cost in a year", "At today's rates"),
    ("unrealised_pnl", "Unrealised P&L of the coins", "Against average cost, where it is known"),
)

_TOP = 5
_CHART_ROWS = 19
_STEPS = (-0.2, 0.2)
"""Sudden moves whose P&L is a headline."""


def write_summary(
    sheet: Sheet, analysis: Analysis, charts: Sequence[ChartBase], references: Mapping[str, str]
) -> None:
    """Write the page.

    Args:
        sheet: where.
        analysis: what to say.
        charts: at most three: one at the right of the headlines, two below the text.
        references: the formula of each headline that stands on another sheet, by figure; "worst"
            is that of the worst scenario.
    """
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
        sheet.put(at, 1, title, "cell text")
        sheet.put(at, 2, value, look, references.get(name))
        sheet.put(at, 3, meaning, "note")
        at += 1
    at = _paragraph(sheet, at + 1, "What to do next", _orders(analysis), "note")
    at = _paragraph(sheet, at + 1, "Warnings", _warnings(analysis), "warning")
    at = _paragraph(sheet, at + 1, "How to read it", CONVENTIONS[:3], "note")
    below = max(at, _TOP + _CHART_ROWS) + 1
    for chart, place in zip(charts, (f"E{_TOP - 1}", f"A{below}", f"E{below}"), strict=False):
        sheet.design.add_chart(chart, place)
    finish(sheet, f"A{_TOP}", {"A": 34, "B": 20, "C": 52, "D": 2})


def _headlines(analysis: Analysis) -> Iterator[tuple[str, float, str, str, str]]:
    """Title, value, look, meaning and figure of each headline."""
    for name, title, meaning in _HEADLINES:
        look = "total cost" if name.startswith("funding") else "total money"
        yield title, analysis.total[name], look, meaning, name
    for shock in _STEPS:
        meaning = "At once, as it stands; liquidation included, before fees"
        title = f"P&L at {shock:+.0%} of the underlying"
        yield title, analysis.after(shock), "total money", meaning, ""
    if analysis.scenarios:
        worst = min(analysis.scenarios, key=lambda result: result.legs["net"])
        yield "Worst scenario", worst.legs["net"], "total money", worst.name, "worst"


def _paragraph(sheet: Sheet, at: int, title: str, lines: Sequence[str], look: str) -> int:
    """A heading and its lines, each over the three columns; returns the row behind them."""
    if not lines:
        return at - 1
    sheet.put(at, 1, title, "section")
    for n, line in enumerate(lines, at + 1):
        sheet.put(n, 1, line[:LONGEST], look)
        sheet.design.merge_cells(start_row=n, end_row=n, start_column=1, end_column=3)
    return at + 1 + len(lines)


def _orders(analysis: Analysis) -> list[str]:
    """What to trade, in words."""
    currency = analysis.portfolio.settings.quote_currency
    said = []
    for row in analysis.hedge:
        size, value = row["order_contracts"], row["order_notional"]
        if row["action"] in ("short", "buy back"):
            verb = "Short" if row["action"] == "short" else "Buy back"
            said.append(
                f"{verb} {abs(size):,.10g} contracts of {row['instrument']} for {row['asset']}, "
                f"worth {abs(value):,.2f} {currency}."
            )
        elif row["action"] == "too small":
            said.append(
                f"{row['asset']}: the order of {size:,.10g} contracts is below what "
                f"{row['instrument']} trades; {row['residual_delta']:,.2f} {currency} stay exposed."
            )
    return said or ["Nothing: every holding is at its target."]


def _warnings(analysis: Analysis) -> list[str]:
    return [*map(str, analysis.portfolio.warnings), *analysis.caveats]
