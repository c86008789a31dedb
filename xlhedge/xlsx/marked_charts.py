"""The two charts of page one: lines with upright marks, and stacked bars with a marker for the sum.

They have the look of `charts`; the marks are told apart by what is written at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl.chart import BarChart, LineChart, ScatterChart, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RichTextProperties,
)

from xlhedge.xlsx.charts import ANY, LINES, TITLES, finish
from xlhedge.xlsx.drawings import Chart, ChartForm, blank

__all__ = ["Line", "Words", "legs_chart", "marked_lines"]

_INK = "8E1B12"
_LEGS = ("1F3A5F", "E08E45", "DDE7F2", "7F8B99", "000000")
"""Told apart in grey: the first two make most of a bar."""
_ENDS = (1111111.25, 2222222.25)
"""Stand for the ends of an axis in a form."""


class Words(NamedTuple):
    """What is written on a chart.

    Args:
        title: its message.
        across: the title of the axis at the bottom.
        up: that of the other, with the unit.
        number_format: of the other.
        labels: the number format at marks.
    """

    title: str
    across: str
    up: str
    number_format: str
    labels: str


class Line(NamedTuple):
    """A line.

    Args:
        name: what it is called.
        across: the cells of its places at the bottom.
        up: the cells of its heights.
    """

    name: str
    across: str
    up: str


def marked_lines(
    words: Words,
    ends: tuple[float, float],
    lines: Sequence[Line],
    marks: Sequence[Line],
    falls: Sequence[bool],
) -> Chart:
    """Lines over moves of a price, and an upright mark at some of them.

    Args:
        words: what is written.
        ends: where the axis at the bottom begins and ends.
        lines: the lines.
        marks: the marks, two points each; their names stand at the second one.
        falls: whether each is left of 0: its name stands towards the middle.
    """
    said = [*words[:3], *(part for each in (*lines, *marks) for part in each)]
    said += [f"{end:.16g}" for end in ends]
    sides = "".join("r" if left else "l" for left in falls)
    return _lines_form(len(lines), sides, words.number_format).fill(said)


def legs_chart(words: Words, names: str, legs: Sequence[tuple[str, str]], net: tuple[str, str]
               ) -> Chart:  # fmt: skip
    """Bars that stand on each other, and a marker with its number at their sum.

    Args:
        words: what is written.
        names: the cells of the names at the bottom.
        legs: the cells of each leg's name and numbers.
        net: those of the sum.
    """
    said = [*words[:3], names, *(part for each in (*legs, net) for part in each)]
    return _legs_form(len(legs), words.number_format, words.labels).fill(said)


@lru_cache(maxsize=64)
def _lines_form(lines: int, sides: str, up: str) -> ChartForm:
    marks = len(sides)
    chart: Any = ScatterChart(scatterStyle="lineMarker")
    for n in range(lines + marks):
        name, across, high = (blank(len(TITLES) + 3 * n + which) for which in range(3))
        series = Series(ANY, ANY)
        series.xVal.numRef.f, series.yVal.numRef.f = across, high
        series.tx = SeriesLabel(v=name)
        series.marker.symbol = "none"
        series.smooth = False
        look: tuple[str, Any] = LINES[n] if n < lines else (_INK, "sysDot")
        colour, dash = look
        width = 28_575 if n < lines else 12_700
        line = LineProperties(w=width, solidFill=colour, prstDash=dash)
        series.graphicalProperties = GraphicalProperties(ln=line)
        if n >= lines:
            series.dLbls = _named(sides[n - lines])
        chart.series.append(series)
    finish(chart, "+0%;-0%;0%", up)
    chart.y_axis.crosses = "min"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="4A5568"))
    chart.x_axis.scaling.min, chart.x_axis.scaling.max = _ENDS
    chart.legend.legendEntry = [
        LegendEntry(idx=n, delete=True) for n in range(lines, lines + marks)
    ]
    behind = len(TITLES) + 3 * (lines + marks)
    return ChartForm.of(chart, {f"{each!r}": blank(behind + n) for n, each in enumerate(_ENDS)})


def _named(side: str) -> DataLabelList:
    """The series' name beside its second point."""
    label = DataLabel(
        idx=1,
        dLblPos=side,
        **_shown(name=True),
        txPr=_small(_INK),
        spPr=GraphicalProperties(solidFill="FFFFFF"),
    )
    return DataLabelList(dLbl=[label], **_shown())


@lru_cache(maxsize=64)
def _legs_form(legs: int, up: str, labels: str) -> ChartForm:
    chart, above = BarChart(), LineChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 55
    for n in range(legs + 1):
        at = len(TITLES) + 1 + 2 * n
        series = Series(ANY)
        series.tx, series.val.numRef.f = SeriesLabel(strRef=_cells(blank(at))), blank(at + 1)
        series.cat = AxDataSource(strRef=_cells(blank(len(TITLES))))
        if n < legs:
            series.invertIfNegative = False
            fill = GraphicalProperties(solidFill=_LEGS[n % len(_LEGS)])
            fill.ln = LineProperties(solidFill="5F6B7A", w=6_350)
            series.graphicalProperties = fill
            chart.series.append(series)
            continue
        series.smooth = False
        series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
        series.marker.symbol, series.marker.size = "diamond", 9
        mark = GraphicalProperties(solidFill="000000")
        mark.ln = LineProperties(solidFill="FFFFFF")
        series.marker.graphicalProperties = mark
        series.dLbls = DataLabelList(
            numFmt=labels,
            dLblPos="t",
            **_shown(value=True),
            txPr=_small("000000", bold=True),
            spPr=GraphicalProperties(solidFill="FFFFFF", ln=LineProperties(solidFill="C9D3DF")),
        )
        above.series.append(series)
    finish(chart, "General", up)
    chart.x_axis.txPr = _small("000000", level=True)
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="4A5568"))
    above.x_axis, above.y_axis = chart.x_axis, chart.y_axis
    chart += above
    return ChartForm.of(chart)


def _cells(cells: str) -> Any:
    return StrRef(f=cells)


def _shown(*, name: bool = False, value: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = dict.fromkeys(
        ("showLegendKey", "showCatName", "showPercent", "showBubbleSize"), False
    )
    return shown | {"showVal": value, "showSerName": name}


def _small(ink: str, *, bold: bool = False, level: bool = False) -> RichText:
    """Small letters; names that are level are broken into lines, not turned."""
    body = RichTextProperties(rot=0) if level else RichTextProperties()
    letters = CharacterProperties(sz=900, b=bold, solidFill=ink)
    properties = ParagraphProperties(defRPr=letters)
    return RichText(bodyPr=body, p=[Paragraph(pPr=properties, endParaRPr=letters)])
