"""Charts: the one shared look of a line over prices."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties

from xlhedge.workbook.sheets import Sheet

__all__ = ["pnl_chart"]

# Told apart in grey and by the colour-blind: lighter and dashed, dark and solid.
_LINES = (
    LineProperties(w=25_400, solidFill="C05A00", prstDash="dash"),
    LineProperties(w=25_400, solidFill="1F3A5F", prstDash="solid"),
)


def pnl_chart(
    source: Sheet, axis_row: int, rows: tuple[int, ...], columns: tuple[int, int], currency: str
) -> ScatterChart:
    """Profit and loss against the move of the underlying, a line a row.

    Args:
        source: the sheet that has the numbers.
        axis_row: the row of the moves.
        rows: the rows of the lines; each has its name in column A.
        columns: the first and last column of the numbers.
        currency: the unit of the profit and loss.
    """
    chart = ScatterChart(scatterStyle="lineMarker")
    chart.title = _title("Profit and loss by move of the underlying", 12)
    chart.height, chart.width = 9, 18
    chart.roundedCorners = False
    first, last = columns
    moves = Reference(source.design, min_col=first, max_col=last, min_row=axis_row)
    for row, line in zip(rows, _LINES, strict=True):
        values = Reference(source.design, min_col=first - 1, max_col=last, min_row=row)
        series = Series(values, moves, title_from_data=True)
        series.marker.symbol = "none"
        series.smooth = False
        series.graphicalProperties = GraphicalProperties(ln=line)
        chart.series.append(series)
    _design(chart.x_axis, "Move of the underlying", "0%")
    _design(chart.y_axis, f"Profit and loss, {currency}", "#,##0")
    chart.y_axis.crosses = "min"
    chart.legend = Legend(legendPos="b", overlay=False)
    return chart


def _design(axis: Any, title: str, number_format: str) -> None:
    axis.title = _title(title, 10)
    axis.delete = False
    axis.tickLblPos = "low"
    axis.number_format, axis.numFmt.sourceLinked = number_format, False
    axis.majorTickMark = axis.minorTickMark = "none"
    pale = GraphicalProperties(ln=LineProperties(solidFill="D9E0E8"))
    axis.majorGridlines = ChartLines(spPr=pale)


def _title(text: str, size: int) -> Title:
    title = title_maker(text)
    title.overlay = False
    words: Any = title.tx
    for paragraph in words.rich.p:
        paragraph.pPr.defRPr.sz = size * 100
    return title
