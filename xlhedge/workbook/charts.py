"""Charts: one shared look. Lines over prices or days, bars over names.

Colours are told apart in grey and by the colour-blind: dark or light, solid or dashed. Ranges are
of fixed size, never rows padded with blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties

from xlhedge.cell import serial
from xlhedge.workbook.sheets import Sheet

__all__ = ["bar_chart", "line_chart", "pnl_chart", "time_chart"]

_LINES: tuple[tuple[str, Any], ...] = (
    ("C05A00", "dash"),
    ("1F3A5F", "solid"),
    ("5B9BD5", "solid"),
    ("7F7F7F", "sysDot"),
)
_BARS = ("1F3A5F", "E08E45", "8FB4DC", "A6A6A6", "D6B656")
_SIZE = (9, 18)  # height and width in centimetres


def pnl_chart(
    source: Sheet,
    axis_row: int,
    rows: Sequence[int],
    columns: tuple[int, int],
    currency: str,
    names: Sequence[str] = (),
) -> ScatterChart:
    """Profit and loss against the move of the underlying, a line a row.

    Args:
        source: the sheet that has the numbers.
        axis_row: the row of the moves.
        rows: the rows of the lines.
        columns: the first and last column of the numbers.
        currency: the unit of the profit and loss.
        names: what the lines are called; column A of their rows, if none.
    """
    return line_chart(
        source,
        "Profit and loss by price, before liquidation",
        ("Move of the underlying", "0%"),
        (f"Profit and loss, {currency}", "#,##0"),
        axis_row,
        rows,
        columns,
        names,
    )


def line_chart(
    source: Sheet,
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    axis_row: int,
    rows: Sequence[int],
    columns: tuple[int, int],
    names: Sequence[str] = (),
) -> ScatterChart:
    """Lines over an axis of numbers; the arguments not named here are those of `pnl_chart`.

    Args:
        source: the sheet that has the numbers.
        title: the chart's.
        x: title and number format of the axis at the bottom.
        y: title, with the unit, and number format of the other.
        axis_row: the row of the numbers at the bottom.
        rows: the rows of the lines.
        columns: the first and last column of the numbers.
        names: what the lines are called; column A of their rows, if none.
    """
    first, last = columns
    points = Reference(source.design, min_col=first, max_col=last, min_row=axis_row)
    lines = []
    for n, row in enumerate(rows):
        values = Reference(source.design, min_col=first, max_col=last, min_row=row)
        lines.append((values, _name(source, row, names[n] if names else None)))
    return _line_chart(title, x, y, points, lines)


def time_chart(
    source: Sheet,
    title: str,
    y: tuple[str, str],
    times: tuple[int, int, int],
    span: tuple[datetime, datetime],
    lines: Iterable[tuple[int, str]],
) -> ScatterChart:
    """Lines over date-times that stand in a column.

    Args:
        source: the sheet that has the numbers.
        title: the chart's.
        y: title, with the unit, and number format of the axis of the numbers.
        times: the times' column, first and last row.
        span: the first and the last time: where the axis begins and ends.
        lines: the column and the name of each line.
    """
    at, first, last = times

    def column(number: int) -> Reference:
        return Reference(source.design, min_col=number, min_row=first, max_row=last)

    named = [(column(number), SeriesLabel(v=name)) for number, name in lines]
    begin, end = map(serial, span)
    step = (end - begin) / 4
    x = ("Date", "yyyy-mm-dd") if step >= 1 else ("Date and time, UTC", "mm-dd hh:mm")
    chart = _line_chart(title, x, y, column(at), named)
    axis: Any = chart.x_axis
    axis.scaling.min, axis.scaling.max = begin, end
    axis.majorUnit = float(round(step)) if step >= 1 else step
    return chart


def _line_chart(
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    points: Reference,
    lines: Iterable[tuple[Reference, SeriesLabel]],
) -> ScatterChart:
    chart = ScatterChart(scatterStyle="lineMarker")
    for n, (values, name) in enumerate(lines):
        series = Series(values, points)
        series.tx = name
        series.marker.symbol = "none"
        series.smooth = False
        colour, dash = _LINES[n % len(_LINES)]
        line = LineProperties(w=25_400, solidFill=colour, prstDash=dash)
        series.graphicalProperties = GraphicalProperties(ln=line)
        chart.series.append(series)
    _finish(chart, title, x, y)
    chart.y_axis.crosses = "min"
    return chart


def bar_chart(
    source: Sheet,
    title: str,
    x: str,
    y: tuple[str, str],
    names: tuple[int, int, int],
    columns: Sequence[int],
    *,
    stacked: bool = False,
    flat: bool = False,
) -> BarChart:
    """Bars over names in a column.

    Args:
        source: the sheet that has the numbers; their titles stand in the row above the first.
        title: the chart's.
        x: the title of the names' axis.
        y: title, with the unit, and number format of the numbers' axis.
        names: the names' column, first and last row.
        columns: the columns of the numbers, a colour each.
        stacked: whether bars of one name stand on each other.
        flat: whether bars lie, which leaves room for long names.
    """
    chart = BarChart()
    chart.type = "bar" if flat else "col"
    at, first, last = names
    labels = Reference(source.design, min_col=at, min_row=first, max_row=last)
    for n, column in enumerate(columns):
        values = Reference(source.design, min_col=column, min_row=first, max_row=last)
        series = Series(values)
        title_cell = Reference(source.design, min_col=column, min_row=first - 1)
        series.tx = SeriesLabel(strRef=_text(title_cell))
        series.invertIfNegative = False
        series.graphicalProperties = GraphicalProperties(solidFill=_BARS[n % len(_BARS)])
        series.cat = AxDataSource(strRef=_text(labels))
        chart.series.append(series)
    chart.gapWidth = 60
    if stacked:
        chart.grouping, chart.overlap = "stacked", 100
    _finish(chart, title, (x, "General"), y, legend=len(columns) > 1)
    if flat:
        chart.x_axis.scaling.orientation = "maxMin"  # the first name at the top
        chart.y_axis.crosses = "max"  # which puts the numbers back to the bottom
    return chart


def _text(cell: Reference) -> Any:
    return StrRef(f=str(cell))


def _name(source: Sheet, row: int, name: str | None) -> SeriesLabel:
    if name is not None:
        return SeriesLabel(v=name)
    return SeriesLabel(strRef=_text(Reference(source.design, min_col=1, min_row=row)))


def _finish(
    chart: Any, title: str, x: tuple[str, str], y: tuple[str, str], *, legend: bool = True
) -> None:
    chart.title = _title(title, 12)
    chart.height, chart.width = _SIZE
    chart.roundedCorners = False
    _design(chart.x_axis, *x)
    _design(chart.y_axis, *y)
    chart.legend = Legend(legendPos="b", overlay=False) if legend else None


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
