"""The same report as XlsxWriter writes it, and as openpyxl does when it is used naively."""

from __future__ import annotations

import io
from copy import copy
from datetime import datetime
from typing import Any

import openpyxl
import xlsxwriter
from content import FACES, Content, Page, Piece
from openpyxl.chart import BarChart
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink


def naive_openpyxl(content: Content) -> bytes:
    """A new Font, Fill and Border for every cell, which is what most scripts do."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in content.pages:
        sheet = book.create_sheet(page.title)
        for cell in page.cells:
            _naive_cell(sheet, cell, content.looks[cell.look])
        _naive_design(sheet, page)
    for name, text in content.names.items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _naive_cell(sheet: Any, cell: Piece, faces: dict[str, Any]) -> None:
    target = sheet.cell(cell.row, cell.col)
    if cell.span:
        target.value = ArrayFormula(cell.span, f"={cell.formula}")
    else:
        target.value = f"={cell.formula}" if cell.formula else cell.value
    for face, look in faces.items():
        setattr(target, face, copy(look))


def _naive_design(sheet: Any, page: Page) -> None:
    for name, width in page.widths.items():
        sheet.column_dimensions[name].width = width
    for row, height in page.heights.items():
        sheet.row_dimensions[row].height = height
    for span in page.merged:
        sheet.merge_cells(span)
    for place, location in page.links.items():
        sheet[place].hyperlink = Hyperlink(ref=place, location=location)
    for span, rule in page.rules:
        sheet.conditional_formatting.add(span, copy(rule))
    for chart in page.charts:
        sheet.add_chart(copy(chart))
    sheet.freeze_panes, sheet.print_title_rows = page.freeze, page.repeat
    sheet.oddFooter.center.text = page.footer


def xlsx_writer(content: Content) -> bytes:
    """By its own advice: formats made once, values beside formulas, everything in memory."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    formats = [book.add_format(_format(look)) for look in content.looks]
    for page in content.pages:
        sheet = book.add_worksheet(page.title)
        for name, width in page.widths.items():
            sheet.set_column(f"{name}:{name}", width)
        for row, height in page.heights.items():
            sheet.set_row(row - 1, height)
        for span in page.merged:
            sheet.merge_range(span, "")
        for cell in page.cells:
            _write(sheet, cell, formats[cell.look])
        for place, location in page.links.items():
            sheet.write_url(place, f"internal:{location}")
        _design(book, sheet, page)
    for name, text in content.names.items():
        book.define_name(name, f"={text}")
    book.close()
    return stream.getvalue()


def _write(sheet: Any, cell: Piece, look: Any) -> None:
    row, col, value = cell.row - 1, cell.col - 1, cell.value
    if cell.span:
        sheet.write_array_formula(cell.span, f"={cell.formula}", look, value)
    elif cell.formula:
        sheet.write_formula(row, col, f"={cell.formula}", look, value)
    elif value is None:
        sheet.write_blank(row, col, None, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, col, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, col, value, look)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, col, value, look)
    else:
        sheet.write_number(row, col, value, look)


def _design(book: Any, sheet: Any, page: Page) -> None:
    for span, rule in page.rules:
        if rule.type == "colorScale":
            sheet.conditional_format(span, {"type": "3_color_scale"})
        elif rule.type == "cellIs":
            sheet.conditional_format(
                span, {"type": "cell", "criteria": "==", "value": rule.formula[0],
                       "format": book.add_format({"bold": True, "bg_color": "#FBE0DC"})},
            )  # fmt: skip
        else:
            sheet.conditional_format(
                span, {"type": "formula", "criteria": f"={rule.formula[0]}",
                       "format": book.add_format({"bold": True, "bg_color": "#FBE0DC"})},
            )  # fmt: skip
    for chart in page.charts:
        place = chart.anchor._from  # noqa: SLF001  # the name has the underscore in openpyxl
        sheet.insert_chart(place.row, place.col, _chart(book, chart))
    if page.freeze:
        sheet.freeze_panes(page.freeze)
    if page.repeat:
        first, last = page.repeat.replace("$", "").split(":")
        sheet.repeat_rows(int(first) - 1, int(last) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L&A&C{page.footer}&R&P / &N")


def _chart(book: Any, chart: Any) -> Any:
    bars = isinstance(chart, BarChart)
    kind = {"type": "column", "subtype": "stacked"} if bars else {
        "type": "scatter", "subtype": "straight"}  # fmt: skip
    if bars and chart.grouping != "stacked":
        del kind["subtype"]
    made = book.add_chart(kind)
    for series in chart.series:
        along = series.cat if bars else series.xVal
        names = (along.strRef or along.numRef).f
        values = series.val.numRef.f if bars else series.yVal.numRef.f
        name = series.tx.v if series.tx.strRef is None else f"={series.tx.strRef.f}"
        look = (
            {"fill": {"color": "#1F3A5F"}} if bars else {"line": {"color": "#C05A00", "width": 2}}
        )
        made.add_series({"name": name, "categories": f"={names}", "values": f"={values}", **look})
    grid = {"visible": True, "line": {"color": "#D9E0E8"}}
    made.set_title({"name": _words(chart.title), "name_font": {"size": 12}})
    for axis, put in ((chart.x_axis, made.set_x_axis), (chart.y_axis, made.set_y_axis)):
        shown = {"num_format": axis.number_format.formatCode, "major_gridlines": grid}
        marks = {"major_tick_mark": "none", "label_position": "low"}
        put({"name": _words(axis.title), **shown, **marks})
    made.set_legend({"position": "bottom"} if chart.legend else {"none": True})
    made.set_size({"width": 680, "height": 340})
    return made


def _words(title: Any) -> str:
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())


def _format(look: dict[str, Any]) -> dict[str, Any]:
    font, fill, border, alignment, number_format = (look[face] for face in FACES)
    said: dict[str, Any] = {
        "num_format": number_format,
        "font_name": font.name or "Calibri",
        "font_size": font.sz or 11,
        "bold": bool(font.b),
        "italic": bool(font.i),
        "underline": int(bool(font.u)),
        "text_wrap": bool(alignment.wrap_text),
        "indent": int(alignment.indent),
    }
    if font.color is not None and isinstance(font.color.rgb, str):
        said["font_color"] = f"#{font.color.rgb[2:]}"
    if fill.fill_type == "solid":
        said["bg_color"], said["pattern"] = f"#{fill.fgColor.rgb[2:]}", 1
    if border.bottom and border.bottom.style:
        said["bottom"], said["bottom_color"] = 1, f"#{border.bottom.color.rgb[2:]}"
    if alignment.horizontal:
        said["align"] = alignment.horizontal
    if alignment.vertical:
        said["valign"] = "vcenter" if alignment.vertical == "center" else alignment.vertical
    return said
