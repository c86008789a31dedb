"""The report's Stress sheet: the legs of each scenario, and below them those of each line."""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis import Analysis
from xlhedge.analysis.scenario_lines import LEG_FIGURES, LineRow
from xlhedge.analysis.stablecoin import FALLEN
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.native_cells import NativeCells
from xlhedge.sheets.style import WIDTHS, fitted, sentence, widen
from xlhedge.sheets.table import FigureTable
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import bar_chart
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "CHART_ROWS",
    "attribution_chart",
    "nets",
    "scenario_cell",
    "write_nets",
    "write_scenarios",
]

_HEAD, _FIRST = 4, 5
_NET = 1 + len(LEGS)
CHART_ROWS = 21
"""Rows that the chart takes, with a blank one above and below it."""

_MOST = 10
"""How many scenarios the chart shows."""
_NAME, _BESIDE = 3, 16
"""Columns of a name, and rows of scenarios, beside a chart."""
_WORDS = ("Scenario", "Liquidation", "What happens")


def write_scenarios(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet: sums at the top, a chart, and every holding and short in every scenario."""
    analysis = of.analysis
    below = _write_depegs(sheet, analysis, _FIRST + len(analysis.scenarios) + 1)
    head = below + CHART_ROWS + 2
    sheet.put(head - 1, 1, "Where it comes from: each holding and short", "section")
    shown = [of.shown.lines(result) for result in analysis.scenarios]
    lines = [line for each in shown for line in each]
    table = FigureTable(sheet.title, LineRow, head + 1, len(lines), head=head, stays=True)
    cells = NativeCells(of.known, table)
    sheet.page_break(head - 2)
    table.write_head(sheet)
    table.write_rows(sheet, lines, lambda row: cells.texts(table, row))
    _write_sums(sheet, analysis, table, [len(each) for each in shown])
    if analysis.scenarios:
        chart = attribution_chart(sheet, analysis)
        sheet.chart(chart, f"B{below + 1}")
    widths = {table.letter(each): WIDTHS.get(each.look, 14) for each in table.figures}
    widen(sheet, widths | {"A": 30, "B": 22})


def attribution_chart(sheet: Sheet, analysis: Analysis, shown: int = 0) -> Chart:
    """Where each scenario's profit or loss comes from: bars that stand on each other.

    Args:
        sheet: which has a row a scenario.
        analysis: what is shown.
        shown: how many rows, whatever stands in them, whose bars lie; ten at most of the
            scenarios', if 0.
    """
    shown = shown or min(len(analysis.scenarios), _MOST)
    currency = analysis.portfolio.settings.quote_currency
    return bar_chart(
        sheet,
        "Profit and loss by scenario",
        "Scenario",
        (f"Profit and loss, {currency}", "#,##0"),
        (1, _FIRST, _FIRST + shown - 1),
        range(2, 2 + len(LEGS) - 1),
        stacked=True,
        flat=bool(shown),
    )


def scenario_cell(column: int, n: int) -> str:
    """A cell of the sums of scenario n, from 0, as another sheet refers to it."""
    return f"Stress!${LETTERS[column]}${_FIRST + n}"


def nets(analysis: Analysis) -> str:
    """The cells of the scenarios' nets, as another sheet refers to them."""
    first, last = (scenario_cell(_NET, n) for n in (0, len(analysis.scenarios) - 1))
    return f"{first}:{last.partition('!')[2]}"


def write_nets(sheet: Sheet, of: ReportContext, at: int, left: int) -> int:
    """Each scenario's legs and net on another sheet, as links; returns the last column.

    Args:
        sheet: where.
        of: what to show.
        at: the row of the heading; as many rows follow as a chart takes.
        left: the first column; names take four.
    """
    results, first = of.analysis.scenarios, left + _NAME
    sheet.put(at, left, "Scenarios: where the profit or loss comes from", "section")
    titles = ("Scenario", *(leg.capitalize() for leg in LEGS), "Liquidation")
    for column, title in zip((left, *range(first, first + _NET)), titles, strict=True):
        sheet.put(at + 1, column, title, "header text" if title in _WORDS else "header")
    sheet.merge(at + 1, left, first - 1)
    sheet.merge(at + 1, first + _NET - 1, first + _NET)
    for n, result in enumerate(results[:_BESIDE]):
        row = at + 2 + n
        sheet.put(row, left, result.name, "cell text", scenario_cell(1, n))
        sheet.merge(row, left, first - 1)
        for column, value in enumerate(result.legs, first):
            look = fitted("total money" if column == first + _NET - 2 else "cell money", value)
            sheet.put(row, column, value, look, scenario_cell(column - first + 2, n))
        said = scenario_cell(_NET + 1, n) if result.liquidation else None
        sheet.put(row, first + _NET - 1, result.liquidation, "cell text", said)
        sheet.merge(row, first + _NET - 1, first + _NET)
    if more := len(results[_BESIDE:]):
        sheet.put(at + 2 + _BESIDE, left, f"{more} more on the sheet Stress", "note")
    return first + _NET


def _write_depegs(sheet: Sheet, analysis: Analysis, at: int) -> int:
    """A row a stablecoin, below the scenarios; returns the row behind them."""
    if not analysis.depegs:
        return at
    title = f"If a stablecoin fell to {FALLEN:.2f} USD: shorts and their margin are counted in it"
    sheet.put(at, 1, title, "section")
    for each in analysis.depegs:
        at += 1
        sheet.put(at, 1, f"{each.currency} at {FALLEN:.2f} USD", "cell text")
        sheet.put(at, _NET, -each.loss, fitted("total money", -each.loss))
        sheet.put(at, _NET + 1, each.liquidation, "cell text")
        sheet.put(at, _NET + 3, sentence(each.told), "cell text")
    return at + 2


def _write_sums(
    sheet: Sheet, analysis: Analysis, lines: FigureTable, counts: Sequence[int]
) -> None:
    """A row a scenario; its lines stand together, so its legs are sums over their rows."""
    titles = ("Scenario", *(leg.capitalize() for leg in LEGS), "Liquidation", "Saved by the hedge",
              "What happens")  # fmt: skip
    for column, title in enumerate(titles, 1):
        sheet.put(_HEAD, column, title, "header text" if title in _WORDS else "header")
    first = lines.top
    results = zip(analysis.scenarios, counts, strict=True)
    for at, (result, count) in enumerate(results, _FIRST):
        last = first + count - 1
        sheet.put(at, 1, result.name, "cell text")
        legs = result.legs
        for column, (leg, value) in enumerate(zip(LEG_FIGURES, legs, strict=False), 2):
            letter = lines.letter(leg)
            text = f"SUM({letter}{first}:{letter}{last})"
            sheet.put(at, column, value, fitted("cell money", value), text)
        sheet.put(at, _NET, legs.net, fitted("total money", legs.net), f"SUM(B{at}:F{at})")
        sheet.put(at, _NET + 1, result.liquidation, "cell text")
        saved = legs.net - legs.spot
        sheet.put(at, _NET + 2, saved, fitted("cell money", saved), f"G{at}-B{at}")
        sheet.put(at, _NET + 3, sentence(result.told), "cell text")
        first = last + 1
