"""Charts: one shared look. Lines over prices or days, bars over names.

Colours are told apart in grey and by the colour-blind: dark or light, solid or dashed. Ranges are
of fixed size, never rows padded with blanks. A chart's form is made once; see `drawings`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, NumRef, StrRef
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import Paragraph, ParagraphProperties, RichTextProperties

from xlhedge.serials import serial
from xlhedge.xlsx.cell import LETTERS, quoted
from xlhedge.xlsx.drawings import Chart, ChartForm, blank
from xlhedge.xlsx.sheet import Sheet

__all__ = [
    "ANY",
    "LINES",
    "TITLES",
    "bar_chart",
    "finish",
    "line_chart",
    "round_above",
    "round_below",
    "time_chart",
    "volume_chart",
]

LINES: tuple[tuple[str, Any], ...] = (
    ("C05A00", "dash"),
    ("1F3A5F", "solid"),
    ("5B9BD5", "solid"),
    ("7F7F7F", "sysDot"),
)
_BARS = ("1F3A5F", "E08E45", "8FB4DC", "A6A6A6", "D6B656")
_SIZE = (9, 18)  # height and width in centimetres

TITLES = tuple(map(blank, range(3)))  # the chart's, and those of its two axes
_SCALES = (1111111.25, 2222222.25, 3333333.25, 4444444.25)
"""Stand for a time axis' ends and step, and for the bottom of the other."""


def line_chart(
    source: Sheet,
    title: str,
    x: tuple[str, str],
    y: tuple[str, str],
    axis_row: int,
    rows: Sequence[int],
    columns: tuple[int, int],
    names: Sequence[str] = (),
) -> Chart:
    """Lines over an axis of numbers.

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
    words = [title, x[0], y[0], _cells(source, (first, axis_row), (last, axis_row))]
    for n, row in enumerate(rows):
        name = names[n] if names else _cells(source, (1, row))
        words += [_cells(source, (first, row), (last, row)), name]
    return _lines(len(rows), x[1], y[1], named=bool(names)).fill(words)


def time_chart(
    source: Sheet,
    title: str,
    y: tuple[str, str],
    times: tuple[int, int, int],
    span: tuple[datetime, datetime],
    lines: Sequence[tuple[int, str]],
    bottom: float,
) -> Chart:
    """Lines over date-times that stand in a column.

    Args:
        source: the sheet that has the numbers.
        title: the chart's.
        y: title, with the unit, and number format of the axis of the numbers.
        times: the times' column, first and last row.
        span: the first and the last time: where the axis begins and ends.
        lines: the column and the name of each line.
        bottom: where the axis of the numbers begins.
    """
    at, first, last = times
    begin, end = map(serial, span)
    step = (end - begin) / 4
    x = ("Date", "yyyy-mm-dd") if step >= 1 else ("Date and time, UTC", "mm-dd hh:mm")
    words = [title, x[0], y[0], _cells(source, (at, first), (at, last))]
    for column, name in lines:
        words += [_cells(source, (column, first), (column, last)), name]
    step = float(round(step)) if step >= 1 else step
    words += [f"{number:.16g}" for number in (begin, end, step, bottom)]
    return _lines(len(lines), x[1], y[1], named=True, timed=True).fill(words)


@lru_cache(maxsize=64)
def _lines(count: int, x: str, y: str, *, named: bool, timed: bool = False) -> ChartForm:
    """The form of a chart of lines.

    Args:
        count: how many lines.
        x: the number format of the axis at the bottom.
        y: that of the other.
        named: whether names are words, not cells.
        timed: whether the axis at the bottom begins and ends where it is told.
    """
    chart = ScatterChart(scatterStyle="lineMarker")
    for n in range(count):
        values, name = (blank(len(TITLES) + 1 + 2 * n + which) for which in range(2))
        series = Series(ANY, ANY)
        series.xVal.numRef.f, series.yVal.numRef.f = blank(len(TITLES)), values
        series.tx = SeriesLabel(v=name) if named else SeriesLabel(strRef=_text(name))
        series.marker.symbol = "none"
        series.smooth = False
        colour, dash = LINES[n % len(LINES)]
        line = LineProperties(w=25_400, solidFill=colour, prstDash=dash)
        series.graphicalProperties = GraphicalProperties(ln=line)
        chart.series.append(series)
    finish(chart, x, y)
    chart.y_axis.crosses = "min"
    if not timed:
        return ChartForm.of(chart)
    axis: Any = chart.x_axis
    axis.scaling.min, axis.scaling.max, axis.majorUnit, chart.y_axis.scaling.min = _SCALES
    behind = len(TITLES) + 1 + 2 * count
    return ChartForm.of(chart, {f"{each!r}": blank(behind + n) for n, each in enumerate(_SCALES)})


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
) -> Chart:
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
    at, first, last = names
    words = [title, x, y[0], _cells(source, (at, first), (at, last))]
    for column in columns:
        words += [_cells(source, (column, first), (column, last))]
        words += [_cells(source, (column, first - 1))]
    return _bars(len(columns), y[1], stacked=stacked, flat=flat).fill(words)


@lru_cache(maxsize=64)
def _bars(count: int, y: str, *, stacked: bool, flat: bool) -> ChartForm:
    """The form of a chart of bars; the arguments are those of `bar_chart`."""
    chart = BarChart()
    chart.type = "bar" if flat else "col"
    for n in range(count):
        values, name = (blank(len(TITLES) + 1 + 2 * n + which) for which in range(2))
        series = Series(ANY)
        series.val.numRef.f = values
        series.tx = SeriesLabel(strRef=_text(name))
        series.invertIfNegative = False
        series.graphicalProperties = GraphicalProperties(solidFill=_BARS[n % len(_BARS)])
        series.cat = AxDataSource(strRef=_text(blank(len(TITLES))))
        chart.series.append(series)
    chart.gapWidth = 60
    if stacked:
        chart.grouping, chart.overlap = "stacked", 100
    finish(chart, "General", y, legend=count > 1)
    if flat:
        chart.x_axis.scaling.orientation = "maxMin"  # the first name at the top
        chart.y_axis.crosses = "max"  # which puts the numbers back to the bottom
    return ChartForm.of(chart)


def volume_chart(
    source: Sheet,
    title: str,
    units: tuple[str, str],
    times: tuple[int, int, int],
    volumes: int,
    lines: Sequence[tuple[int, str]],
    ends: tuple[float, float] | None = None,
) -> Chart:
    """Lines of prices over bars of volume, which have an axis each.

    Args:
        source: the sheet that has the numbers.
        title: the chart's.
        units: the titles of the axes: of the volumes, and of the prices.
        times: the times' column, first and last row.
        volumes: the column of the volumes.
        lines: the column and the name of each line.
        ends: where the axis of the volumes ends, and where that of the prices begins; where the
            program finds best, if none.
    """
    at, first, last = times
    words = [title, "Time, UTC", units[0], _cells(source, (at, first), (at, last))]
    words += [_cells(source, (volumes, first), (volumes, last)), "Volume", units[1]]
    for column, name in lines:
        words += [_cells(source, (column, first), (column, last)), name]
    words += [f"{number:.16g}" for number in ends or ()]
    return _volumes(len(lines), scaled=ends is not None).fill(words)


@lru_cache(maxsize=4)
def _volumes(count: int, *, scaled: bool) -> ChartForm:
    """The form of a chart of lines over bars; Excel draws the second axis' above the first's."""
    behind = len(TITLES) + 1
    chart, above = BarChart(), LineChart()
    bars = Series(ANY)
    bars.val.numRef.f, bars.tx = blank(behind), SeriesLabel(v=blank(behind + 1))
    bars.graphicalProperties = GraphicalProperties(solidFill="C9D3DF")
    chart.series.append(bars)
    for n in range(count):
        series = Series(ANY)
        values, name = (blank(behind + 3 + 2 * n + which) for which in range(2))
        series.val.numRef.f, series.tx = values, SeriesLabel(v=name)
        series.marker.symbol = "none"
        series.smooth = False
        colour, dash = LINES[(1, 0)[n % 2]]
        line = LineProperties(w=25_400, solidFill=colour, prstDash=dash)
        series.graphicalProperties = GraphicalProperties(ln=line)
        above.series.append(series)
    for series in (*chart.series, *above.series):
        series.cat = AxDataSource(numRef=NumRef(f=blank(len(TITLES))))
    chart.gapWidth = 30
    finish(chart, "mm-dd", "#,##0")
    chart.x_axis.tickLblSkip = 2
    aslant = RichTextProperties(rot=-2_700_000)  # in 60,000ths of a degree: else days are broken
    chart.x_axis.txPr = RichText(bodyPr=aslant, p=[Paragraph(pPr=ParagraphProperties())])
    above.x_axis = chart.x_axis
    above.y_axis.axId, above.y_axis.crosses = 200, "max"
    _design(above.y_axis, blank(behind + 2), "#,##0.####")
    above.y_axis.tickLblPos, above.y_axis.majorGridlines = "nextTo", None
    ends = _SCALES[:2] if scaled else ()
    if scaled:
        chart.y_axis.scaling.max, above.y_axis.scaling.min = _SCALES[:2]
    chart += above
    behind += 3 + 2 * count
    return ChartForm.of(chart, {f"{each!r}": blank(behind + n) for n, each in enumerate(ends)})


def round_below(values: Sequence[float]) -> float:
    """A round number below all values: from 0 up, lines that differ little would look like one.

    Example:
        >>> round_below([61_234, 65_000])
        61000.0
    """
    low, high = min(values), max(values)
    wide = max(high - low, 0.01 * high)
    step = 10.0 ** math.floor(math.log10(wide))
    return max(0.0, math.floor((low - wide / 20) / step) * step)


def round_above(value: float) -> float:
    """A round number that is not below a value; 1 of nothing.

    Example:
        >>> round_above(4_321), round_above(0)
        (5000.0, 1.0)
    """
    step = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return max(1.0, math.ceil(value / step)) * step


ANY = Reference(range_string="Any!$A$1")  # a series wants cells to begin with


def _cells(source: Sheet, first: tuple[int, int], last: tuple[int, int] | None = None) -> str:
    """Cells by column and row, as a chart refers to them."""
    ends = (first,) if last in (None, first) else (first, last)
    corners = ":".join(f"${LETTERS[col]}${row}" for col, row in ends)
    return f"{quoted(source.title)}!{corners}"


def _text(cell: str) -> Any:
    return StrRef(f=cell)


def finish(chart: Any, x: str, y: str, *, legend: bool = True) -> None:
    """Give a chart the shared look.

    Args:
        chart: openpyxl's.
        x: the number format of the axis at the bottom.
        y: that of the other.
        legend: whether its series are named.
    """
    chart.title = _title(TITLES[0], 12)
    chart.height, chart.width = _SIZE
    chart.roundedCorners = False
    _design(chart.x_axis, TITLES[1], x)
    _design(chart.y_axis, TITLES[2], y)
    chart.legend = Legend(legendPos="b", overlay=False) if legend else None
    chart.visible_cells_only = False  # what it is drawn from may stand in a column that is folded


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
