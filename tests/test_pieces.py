"""What is remembered of a design is the design's own, whatever was written before."""

# ruff: noqa: S314, SLF001 - the XML is our own; openpyxl shows charts nowhere else

import io
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from books import PORTFOLIOS
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.views import SheetView, SheetViewList
from openpyxl.xml.functions import tostring

from xlhedge.analysis import analyse
from xlhedge.sheets.report import report_book
from xlhedge.xlsx import serialised as pieces
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.charts import bar_chart, line_chart, time_chart
from xlhedge.xlsx.drawings import ChartForm, blank
from xlhedge.xlsx.serialised import xml_of
from xlhedge.xlsx.styles import Styles

TESTS = Path(__file__).parent

CREATED = datetime(2026, 1, 2)


def views(zoom, grid):
    return SheetViewList(sheetView=[SheetView(zoomScale=zoom, showGridLines=grid)])


@pytest.mark.parametrize(
    "make",
    [
        lambda n: PageMargins(0.1 * n, 0.2, 0.3, 0.4),
        lambda n: PageMargins(0.2, 0.1 * n, 0.3, 0.4),
        lambda n: views(80 + n, grid=False),
        lambda n: views(90, grid=bool(n % 2)),
    ],
)
def test_a_piece_is_what_openpyxl_writes_also_when_it_is_remembered(make):
    for n in (1, 2, 1, 3, 2):  # the ones that come again are remembered
        assert xml_of(make(n)) == tostring(make(n).to_tree()).decode()


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(pieces, "MOST", 10)
    monkeypatch.setattr(pieces, "KNOWN", {})
    for n in range(100):
        xml_of(PageMargins(n, 1, 1, 1))
    assert len(pieces.KNOWN) <= 10


# A process that has all imported and nothing written forks one for each report.
FRESH = """
import os, sys
import books
from xlhedge.sheets import report, template  # before the fork
for name in books.PORTFOLIOS:
    child = os.fork()
    if not child:
        books.saved(books.report(name), books.Path(sys.argv[1], name))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, name
"""


def test_a_report_does_not_depend_on_those_before_it(tmp_path):
    """Made in a fresh process, and behind others whose rows are of other kinds."""
    subprocess.run([sys.executable, "-c", FRESH, str(tmp_path)], check=True, cwd=TESTS)
    fresh = [(tmp_path / name).read_bytes() for name in PORTFOLIOS]
    analyses = [analyse(portfolio) for portfolio in PORTFOLIOS.values()]
    for order in (1, -1):
        behind = [report_book(analysis).to_bytes() for analysis in analyses[::order]]
        assert behind[::order] == fresh


def marked(look, condition):
    """A book with one conditional look."""
    book = Book(looks, title="Marked", created=CREATED)
    sheet = book.sheet("Marked")
    sheet.put(1, 1, 1.0)
    sheet.mark("A1:A9", condition, look)
    return openpyxl.load_workbook(io.BytesIO(book.to_bytes()))["Marked"]


looks = Styles()
INKS = {"red": "FFAA0000", "green": "FF00AA00", "red again": "FFAA0000"}
for name, ink in INKS.items():
    looks.mark(name, ink=ink)


def test_books_that_share_looks_keep_their_own_conditional_ones():
    for look, condition in (("red", "A1>0"), ("green", "A1>0"), ("red again", "A1<0")):
        [formatting] = marked(look, condition).conditional_formatting
        [rule] = formatting.rules
        assert (rule.formula, rule.dxf.font.color.rgb) == ([condition], INKS[look])


WORDS = ["A & B", "<script>", "“…”", f"x{blank(1)}y"]


def test_words_of_a_chart_stand_as_they_are():
    bars = BarChart()
    bars.title, bars.y_axis.title, bars.x_axis.title = blank(0), blank(1), blank(2)
    for words in (WORDS[:3], WORDS[1:]):
        tree = ET.fromstring(ChartForm.of(bars).fill(words).xml)
        said = [node.text for node in tree.iter() if node.tag.endswith("main}t")]
        assert sorted(said) == sorted(words)


@pytest.fixture
def charts(tmp_path):
    """A chart of each kind, read back by openpyxl."""
    book = Book(looks, title="Charts", created=CREATED)
    sheet = book.sheet("It's P&L")
    sheet.put(1, 1, 1.0)
    y = ("Value, USD", "#,##0")
    first = line_chart(sheet, "Lines", ("Move", "0%"), y, 3, (4, 6), (2, 9))
    second = line_chart(sheet, "Named", ("Move", "0%"), y, 3, (4,), (2, 9), ["one"])
    third = bar_chart(sheet, "Bars", "Asset", y, (1, 5, 8), (2, 4), stacked=True)
    span = (datetime(2026, 1, 1), datetime(2026, 1, 9))
    fourth = time_chart(sheet, "Time", y, (1, 2, 9), span, [(3, "Spot"), (4, "Short")], -7.5)
    for chart, cell in zip((first, second, third, fourth.sized(5, 10)), "BCDE", strict=True):
        sheet.chart(chart, f"{cell}20")
    path = tmp_path / "charts.xlsx"
    book.save(path)
    return openpyxl.load_workbook(path)["It's P&L"]._charts


def test_charts_refer_to_the_cells_they_were_given(charts):
    def area(corners):
        return f"'It''s P&L'!{corners}"

    lines, named, bars, time = charts
    assert [(s.xVal.numRef.f, s.yVal.numRef.f, s.tx.strRef.f) for s in lines.series] == [
        (area("$B$3:$I$3"), area("$B$4:$I$4"), area("$A$4")),
        (area("$B$3:$I$3"), area("$B$6:$I$6"), area("$A$6")),
    ]
    assert [(s.tx.v, s.yVal.numRef.f) for s in named.series] == [("one", area("$B$4:$I$4"))]
    assert [(s.cat.strRef.f, s.val.numRef.f, s.tx.strRef.f) for s in bars.series] == [
        (area("$A$5:$A$8"), area("$B$5:$B$8"), area("$B$4")),
        (area("$A$5:$A$8"), area("$D$5:$D$8"), area("$D$4")),
    ]
    assert [(s.tx.v, s.yVal.numRef.f) for s in time.series] == [
        ("Spot", area("$C$2:$C$9")),
        ("Short", area("$D$2:$D$9")),
    ]


def test_a_time_axis_spans_its_bars_and_the_other_begins_where_it_is_told(charts):
    axis = charts[3].x_axis
    assert (axis.scaling.min, axis.scaling.max, axis.majorUnit) == (46023, 46031, 2)  # Excel's days
    assert charts[3].y_axis.scaling.min == -7.5


def test_charts_stand_where_they_were_put_in_their_size(charts):
    places = [(chart.anchor._from.col, chart.anchor._from.row) for chart in charts]
    assert places == [(1, 19), (2, 19), (3, 19), (4, 19)]
    sizes = [(chart.anchor.ext.width, chart.anchor.ext.height) for chart in charts]
    assert sizes == [(6_480_000, 3_240_000)] * 3 + [(3_600_000, 1_800_000)]  # 360,000 EMU a cm


def test_a_chart_of_openpyxls_own_is_drawn_the_same(tmp_path):
    book = Book(looks, title="Own", created=CREATED)
    sheet = book.sheet("Own")
    sheet.put(1, 1, 1.0)
    bars, cells = BarChart(), openpyxl.Workbook().create_sheet("Own")
    bars.add_data(Reference(cells, min_col=1, min_row=1, max_row=3))
    sheet.chart(ChartForm.of(bars).fill(), "C3")
    book.save(tmp_path / "own.xlsx")
    with zipfile.ZipFile(tmp_path / "own.xlsx") as archive:
        assert archive.read("xl/charts/chart1.xml") == tostring(bars._write())
