"""The report's Hedge and Funding & basis sheets: a row a holding, shared out over the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.hedge import HEDGE
from xlhedge.sheets.native import TOP, NativeTable
from xlhedge.xlsx.charts import bar_chart, line_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "CARRY",
    "UNASSIGNED",
    "hedge_tables",
    "spot_chart",
    "write_carry",
    "write_hedge_report",
]

UNASSIGNED = "Shorts without a holding"
"""The row of what shorts add whose instrument hedges no holding."""

LARGEST = 10
"""How many holdings a chart shows."""

_CARRY = (
    *("index_price", "futures_price", "basis", "basis_pct", "days_to_expiry", "basis_annualized"),
    *("basis_regime", "funding_rate", "interval_hours", "funding_apr", "funding_drag"),
    "funding_year",
)
_KEYS = ("asset", "instrument", "short_notional")
_DAYS = (0.0, 7.0, 30.0, 90.0, 180.0, 365.0)
_WORSE = 0.0001
"""How much worse per 8 hours the second line of the chart takes every rate to be."""

CARRY = "Funding & basis"


def _named(names: Sequence[str]) -> list[Figure]:
    by_name = {figure.name: figure for figure in HEDGE}
    return [by_name[name] for name in names]


def hedge_tables(analysis: Analysis) -> tuple[NativeTable, NativeTable]:
    """The two tables: what to short and what is left, and what holding it costs."""
    rows = [*analysis.hedge, {**analysis.unassigned, "asset": UNASSIGNED}]
    known = {"days": analysis.days}
    own = [figure for figure in HEDGE if figure.name not in {*_CARRY} - {"futures_price"}]
    hedge = NativeTable("Hedge", own, rows, known)
    carry = NativeTable(CARRY, _named([*_KEYS, *_CARRY]), rows, known, hedge)
    return hedge, carry


def write_hedge_report(
    sheet: Sheet, hedge: NativeTable, margin: NativeTable, analysis: Analysis
) -> int:
    """Write the Hedge sheet; returns the row of the chart's table's headers."""
    hedge.write(
        sheet,
        "For each holding: what to short, what is short already, what is left. "
        "Net delta above 0 is still long, below 0 over-hedged.",
        _unassigned(hedge, margin, ("coin_margin", "short_notional")),
    )
    return _write_largest(sheet, hedge, analysis)


def _unassigned(hedge: NativeTable, margin: NativeTable, names: Sequence[str]) -> Mapping[str, str]:
    """The formulas of the row of shorts that hedge no holding: all of them less those allotted."""
    end = TOP + len(hedge.rows) - 1
    texts = {}
    for name in names:
        letter = hedge.letter(name)
        allotted = f"-SUM({letter}{TOP}:{letter}{end - 1})" if end > TOP else ""
        texts[name] = f"{margin.total(name)}{allotted}"
    if "coin_margin" in names:
        delta = f"{hedge.letter('coin_margin')}{end}-{hedge.letter('short_notional')}{end}"
        texts |= {"net_delta": delta, "residual_delta": delta}
    return texts


def _write_largest(sheet: Sheet, hedge: NativeTable, analysis: Analysis) -> int:
    """The largest holdings, for the chart: a short table of fixed size."""
    order = sorted(
        range(len(analysis.hedge)), key=lambda n: -abs(analysis.hedge[n]["spot_notional"])
    )[:LARGEST]
    head = TOP + len(hedge.rows) + 3
    title = "All holdings" if len(order) == len(analysis.hedge) else f"The largest {LARGEST}"
    sheet.put(head - 1, 1, title, "section")
    columns = (("asset", "Asset"), ("spot_notional", "Spot"), ("short_notional", "Short"))
    for column, (_, text) in enumerate(columns, 1):
        sheet.put(head, column, text, "header text" if column == 1 else "header")
    for at, n in enumerate(order, head + 1):
        for column, (name, _) in enumerate(columns, 1):
            value: Any = analysis.hedge[n][name]
            look = "cell text" if column == 1 else "cell money"
            sheet.put(at, column, value, look, f"{hedge.letter(name)}{TOP + n}")
    return head


def spot_chart(sheet: Sheet, analysis: Analysis, head: int) -> Chart:
    """Spot against short by asset; `head` is the row of the table's headers."""
    shown = min(len(analysis.hedge), LARGEST)
    currency = analysis.portfolio.settings.quote_currency
    return bar_chart(
        sheet,
        "Spot against short",
        "Asset",
        (f"Value, {currency}", "#,##0"),
        (1, head + 1, head + shown),
        (2, 3),
    )


def write_carry(
    sheet: Sheet, carry: NativeTable, margin: NativeTable, hedge: NativeTable, analysis: Analysis
) -> None:
    """Write the Funding & basis sheet: the table, and what funding costs as days go by."""
    end = TOP + len(carry.rows) - 1
    links = {"asset": hedge.cell("asset", end), "short_notional": hedge.cell("short_notional", end)}
    carry.write(
        sheet,
        "What holding the hedge costs and earns. A positive funding rate pays a short; "
        "a cost above 0 costs you.",
        {**_unassigned(carry, margin, ("funding_drag", "funding_year")), **links},
        pages=1,
        first=44,
    )
    for column in range(2, 2 + len(_DAYS)):
        sheet.widen(column, 17)
    at = end + 3
    perpetual = analysis.grid.given["perpetual"]
    currency = analysis.portfolio.settings.quote_currency
    sheet.put(at, 1, "Funding cost over time", "section")
    sheet.put(at + 1, 1, "Days", "header text")
    sheet.put(at + 2, 1, "At today's rates", "total text")
    worse = f"With every rate {_WORSE:.2%} lower per 8 hours"
    sheet.put(at + 3, 1, worse, "total text")
    sizes, expiry = margin.column("short_notional"), margin.column("expiry")
    shorts = f'SUMPRODUCT(--({expiry}=""),{sizes})'
    year = analysis.total["funding_year"]
    for column, days in enumerate(_DAYS, 2):
        letter = chr(ord("A") + column - 1)
        sheet.put(at + 1, column, days, "axis days")
        cost = year * days / 365
        text = f"${carry.letter('funding_year')}$5*{letter}{at + 1}/365"
        sheet.put(at + 2, column, cost, "cell cost", text)
        more = cost + perpetual * _WORSE * days * 3
        text = f"{letter}{at + 2}+{shorts}*{_WORSE}*{letter}{at + 1}*3"
        sheet.put(at + 3, column, more, "cell cost", text)
    chart = line_chart(
        sheet,
        "Funding cost over time: above 0 costs you",
        ("Days", "0"),
        (f"Funding cost, {currency}", "#,##0"),
        at + 1,
        (at + 2, at + 3),
        (2, 1 + len(_DAYS)),
    )
    sheet.chart(chart, f"B{at + 6}")
