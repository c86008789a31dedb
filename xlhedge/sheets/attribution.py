"""The report's Scenarios sheet: the legs of each scenario, and below them those of each line."""

from __future__ import annotations

from xlhedge.analysis import Analysis
from xlhedge.analysis.scenarios import LEG_FIGURES, LineRow
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.native_cells import NativeCells
from xlhedge.sheets.style import WIDTHS, sentence, widen
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import bar_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["attribution_chart", "nets", "write_scenarios"]

_HEAD, _FIRST = 4, 5
_CHART_ROWS = 21
_MOST = 10
"""How many scenarios the chart shows."""
_WORDS = ("Scenario", "Liquidation", "What happens")


def write_scenarios(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet: sums at the top, a chart, and every holding and short in every scenario."""
    analysis = of.analysis
    head = _FIRST + len(analysis.scenarios) + _CHART_ROWS + 2
    sheet.put(head - 1, 1, "Where it comes from: each holding and short", "section")
    lines = [line for result in analysis.scenarios for line in result.lines]
    table = FigureTable(sheet.title, LineRow, head + 1, len(lines), head=head)
    cells = NativeCells(of.known, table)
    sheet.page_break(head - 2)
    table.write_head(sheet)
    table.write_rows(sheet, lines, lambda row: cells.texts(table, row))
    _write_sums(sheet, analysis, table)
    if analysis.scenarios:
        chart = attribution_chart(sheet, analysis)
        sheet.chart(chart, f"B{_FIRST + len(analysis.scenarios) + 2}")
    widths = {table.letter(each): WIDTHS.get(each.look, 14) for each in table.figures}
    widen(sheet, widths | {"A": 30, "B": 22})


def attribution_chart(sheet: Sheet, analysis: Analysis) -> Chart:
    """Where each scenario's profit or loss comes from: bars that stand on each other."""
    shown = min(len(analysis.scenarios), _MOST)
    currency = analysis.portfolio.settings.quote_currency
    return bar_chart(
        sheet,
        "Profit and loss by scenario",
        "Scenario",
        (f"Profit and loss, {currency}", "#,##0"),
        (1, _FIRST, _FIRST + shown - 1),
        range(2, 2 + len(LEGS) - 1),
        stacked=True,
    )


def nets(analysis: Analysis) -> str:
    """The cells of the scenarios' nets, as another sheet refers to them."""
    net = LETTERS[2 + len(LEGS) - 1]
    return f"Scenarios!{net}{_FIRST}:{net}{_FIRST + len(analysis.scenarios) - 1}"


def _write_sums(sheet: Sheet, analysis: Analysis, lines: FigureTable) -> None:
    """A row a scenario; its lines stand together, so its legs are sums over their rows."""
    titles = ("Scenario", *(leg.capitalize() for leg in LEGS), "Liquidation", "Saved by the hedge",
              "What happens")  # fmt: skip
    for column, title in enumerate(titles, 1):
        sheet.put(_HEAD, column, title, "header text" if title in _WORDS else "header")
    first = lines.top
    for at, result in enumerate(analysis.scenarios, _FIRST):
        last = first + len(result.lines) - 1
        sheet.put(at, 1, result.name, "cell text")
        legs = result.legs
        for column, (leg, value) in enumerate(zip(LEG_FIGURES, legs, strict=False), 2):
            letter = lines.letter(leg)
            text = f"SUM({letter}{first}:{letter}{last})"
            sheet.put(at, column, value, "cell money", text)
        sheet.put(at, 7, legs.net, "total money", f"SUM(B{at}:F{at})")
        sheet.put(at, 8, result.liquidation, "cell text")
        sheet.put(at, 9, legs.net - legs.spot, "cell money", f"G{at}-B{at}")
        sheet.put(at, 10, sentence(result.told), "cell text")
        first = last + 1
