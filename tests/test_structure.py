"""Every workbook that we write is sound, and the checker sees what is broken."""

import re
import subprocess
import sys
import zipfile
from datetime import datetime
from functools import partial
from itertools import pairwise

import pytest
from books import COMMITTED, PORTFOLIOS, ROOT, report, saved, template
from structure import BOOK_CHECKS, PACKAGE_CHECKS, faults, recalculates
from structure_formulas import Known, faults_of, split
from structure_refs import Area, area

from xlhedge.errors import CellError
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.sheets.functions import define_functions
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.charts import line_chart
from xlhedge.xlsx.layout import Allowed
from xlhedge.xlsx.styles import Styles

LAMBDA = "_xlfn.LAMBDA(_xlpm.x,_xlop.y,_xlfn.LET(_xlpm.z,_xlpm.x*2,_xlpm.z+_xlpm.y))"


def full_book():
    """A workbook with every part that there is to break."""
    looks = Styles()
    book = Book(looks, title="Full", created=datetime(2026, 1, 2))
    looks.add("head", ink="FF000000", bold=True, number_format="0.00;[Red]-0.00")
    looks.mark("nothing", ink="FFC00000")
    first, second = book.sheet("Summary"), book.sheet("It's more")
    first.table("Holdings", 1, 1, ["asset", "qty"], 2)
    for row, asset in enumerate(["BTC", " ETH"], 2):
        first.put(row, 1, asset)
        first.put(row, 2, 10.5 * row, "head")
    first.put(4, 2, 52.5, "head", "SUM(Holdings[qty])")
    first.put(5, 2, True, formula="HEDGE_NOTIONAL(1,2)>0")
    first.put(6, 2, CellError.NA, formula="_xlfn.IFNA(NA(),NA())")
    first.put(7, 1, "more")
    first.link(7, 1, "It's more")
    first.put(8, 2, 7, formula="TWICE(3,1)")
    first.array(1, 4, [[1, 2], [3, 4]], "{1,2;3,4}*'It''s more'!B2")
    first.put(20, 1, "Merged")
    second.table("Prices", 4, 1, ["price"], 1)
    for row, name in enumerate(["moves", "unhedged", "hedged"], 1):
        second.put(row, 1, name)
        second.put(row, 2, row - 0.2)
        second.put(row, 3, row + 0.2, formula=f"Summary!B{row}")
    first.merge(20, 1, 3)
    first.merge(21, 1, 3)
    first.view("A2", 100)
    first.widen(1, 31)
    first.widen(2, 12)
    first.prints(rows="1:1", area="A1:E8")
    first.footer("of page &P")
    first.note(2, 2, "Where this comes from", 200, 50)
    first.mark("B2:B3", 0, "nothing")
    first.shade("D1:E2", (0, "FFFFFFFF"), (1, "FFFF0000"))
    words = Allowed("Type", "Which?", "one of two", type="list", formula1='"linear,inverse"')
    first.allow("C2:C3", words)
    axes = ("Move of the underlying", "0%"), ("Profit and loss, USD", "#,##0")
    first.chart(line_chart(second, "Profit and loss", *axes, 1, (2, 3), (2, 3)), "G2")
    book.define("TOTAL", "Summary!$B$4", "All of it")
    book.define("TWICE", LAMBDA)
    return book


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "sound.xlsx"
    full_book().save(path)
    return path


# --- what we write is sound ----------------------------------------------------------------------


def test_no_committed_workbook_is_forgotten():
    """Each is equal to a fresh one, and those are sound."""
    assert {ROOT / name for name in (*COMMITTED, "workbooks/excel-checklist.xlsx")} == {
        *(ROOT / "templates").glob("*.xl*"),
        *(ROOT / "workbooks").glob("*.xl*"),
    }


@pytest.mark.parametrize("name", PORTFOLIOS)
@pytest.mark.parametrize(
    "build", [report, template, partial(template, edition="365")], ids=["report", "addin", "365"]
)
def test_fresh_workbooks_are_sound_and_keep_their_stored_values(build, name, tmp_path):
    path = saved(build(name), tmp_path / "fresh.xlsx")
    assert faults(path) == []
    assert not recalculates(path)


def test_what_the_command_line_writes_is_sound(tmp_path):
    for command in (("template", "-o", "mine.xlsx"), ("report", "mine.xlsx", "-o", ".")):
        subprocess.run([sys.executable, "-m", "xlhedge", *command], cwd=tmp_path, check=True)
    written = sorted(tmp_path.glob("*.xlsx"))
    assert [path.name for path in written] == [*("mine-report.xlsx", "mine.xlsx", "summary.xlsx")]
    assert [faults(path) for path in written] == [[], [], []]


def test_a_workbook_with_every_part_is_sound(sound):
    assert faults(sound) == []


def test_a_workbook_with_all_our_lambdas_is_sound(tmp_path):
    book = Book(Styles(), title="LAMBDA", created=datetime(2026, 1, 2))
    sheet = book.sheet("Calls")
    define_functions(book)
    for row, entry in enumerate((e for e in FUNCTIONS if e.traceable), 1):
        sheet.put(row, 1, 0, formula=f"COUNT({entry.name}(1,2))")
    book.save(tmp_path / "lambdas.xlsx")
    assert faults(tmp_path / "lambdas.xlsx") == []


@pytest.mark.parametrize(
    ("form", "formula", "fault"),
    [
        ("A{}*2", "A1048577*2", "A1048577 is beyond the sheet"),
        ("A{}*2", "A0*2", "A0 is beyond the sheet"),
        ("XFD{}*2", "XFE5*2", "XFE5 is beyond the sheet"),
        ('HYPERLINK("#A{}","2")', 'HYPERLINK("#A1048577","2")', "no cell or name 'A1048577'"),
        ("'B2'!A{}", "'B3'!A5", "there is no sheet 'B3'"),
        ("SUM(Holdings[B2])*{}", "SUM(Holdings[B3])*5", "the table Holdings has no column 'B3'"),
    ],
)
def test_a_fault_is_seen_in_a_column_of_formulas_that_differ_in_rows(
    form, formula, fault, tmp_path
):
    book = Book(Styles(), title="Column", created=datetime(2026, 1, 2))
    sheet = book.sheet("B2")
    sheet.table("Holdings", 1, 3, ["B2", "qty"], 1)
    for row in range(1, 9):
        sheet.put(row, 2, 2, formula=formula if row == 5 else form.format(row + 1))
    book.save(tmp_path / "column.xlsx")
    (line,) = faults(tmp_path / "column.xlsx")
    assert " (B2) B5: " in line
    assert fault in line


# --- what is broken is seen ----------------------------------------------------------------------

S1, S2 = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
BOOK, STYLES, TYPES = "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"
S1_RELS, BOOK_RELS = "xl/worksheets/_rels/sheet1.xml.rels", "xl/_rels/workbook.xml.rels"
TABLE, CHART = "xl/tables/table1.xml", "xl/charts/chart1.xml"
NOTES, VML = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
DRAWING = "xl/drawings/drawing1.xml"

# Name: the part, what is replaced, by what, and what is said of it. A text of several parts by "|"
# is every line that is said, where one fault brings others with it.
BREAKS = {
    # The package
    "malformed": (S1, "</sheetData>", "", f"{S1}: not well-formed XML"),
    "control character": (S1, ">BTC<", ">B\x01TC<", f"{S1}: not well-formed XML"),
    "doctype": (S1, "<worksheet", "<!DOCTYPE x><worksheet", "a document type is not allowed"),
    "type of a missing part": (
        TYPES, "/xl/tables/table1.xml", "/xl/tables/table9.xml",
        "names /xl/tables/table9.xml, which is missing|table1.xml is application/xml",
    ),
    "no type": (TYPES, 'Extension="vml"', 'Extension="xyz"', f"{VML}: has no content type"),
    "wrong type": (TYPES, "spreadsheetml.table+xml", "spreadsheetml.styles+xml", "table+xml"),
    "macro type": (TYPES, "sheet.main+xml", "template.main+xml", "a .xlsx needs"),
    "target missing": (
        BOOK_RELS, "theme/theme1.xml", "theme/theme2.xml",
        "leads to theme/theme2.xml, which is missing|theme1.xml: no relationship leads to it",
    ),
    "target out of the package": (
        BOOK_RELS, "theme/theme1.xml", "../../xl/theme/theme1.xml", "is no target",
    ),
    "table not in its sheet": (
        S1, 'r:id="rId4"/></tableParts>', 'r:id="rId77"/></tableParts>',
        "<tablePart> refers to rId77, which is no relationship|nothing uses its relationship rId4",
    ),
    "wrong kind": (S1_RELS, "relationships/table", "relationships/image",
                   "refers to rId4, whose kind is image|there is no table 'Holdings'"),
    "root of another kind": (NOTES, "comments", "remarks", "begins with <remarks>"),
    # Order and counts
    "order of elements": (
        S1, "<sheetViews>", "<pageMargins/><sheetViews>",
        "stands after <pageMargins> in <worksheet>",
    ),
    "unknown element": (S1, "<sheetViews>", "<looks/><sheetViews>", "cannot hold <looks>"),
    "order in a font": (STYLES, '<name val="Calibri" />', '<name val="Calibri" /><b/>',
                        "<b> stands after <name> in <font>"),
    "count": (S1, '<mergeCells count="2">', '<mergeCells count="3">', "says 3 and holds 2"),
    # Cells
    "cell twice": (S1, '<c r="B3"', '<c r="A3"', f"{S1} (Summary) A3: is there twice"),
    "cells descend": (S1, '<c r="A3"', '<c r="C3"', "(Summary) B3: stands after a later cell"),
    "cell of another row": (S1, '<c r="B5"', '<c r="B6"', "B6: stands in row 5"),
    "rows descend": (S1, '<row r="5"', '<row r="3"',
                     "row 3 stands after row 4|B5: stands in row 3"),
    "row twice": (S1, '<row r="5"', '<row r="4"', "row 4 stands after row 4|B5: stands in row 4"),
    "beyond the last row": (S1, '<row r="20"><c r="A20"', '<row r="1048577"><c r="A1048577"',
                            "there is no row '1048577'|A1048577: there is no such cell"),
    "beyond the last column": (S1, '<c r="B8"', '<c r="XFE8"', "XFE8: there is no such cell"),
    "dimension": (S1, 'dimension ref="A1:E20"', 'dimension ref="A1:E19"', "dimension A1:E19"),
    "style": (S1, 's="1"', 's="99"', "style 99 is missing"),
    "no number": (S1, "<v>52.5</v>", "<v>nan</v>", "(Summary) B4: 'nan' is not a number"),
    "too large": (S1, "<v>52.5</v>", "<v>1e308</v>", "'1e308' is not a number"),
    "no boolean": (S1, '<v>1</v></c></row><row r="6">', '<v>TRUE</v></c></row><row r="6">',
                   "B5: 'TRUE' is neither 0 nor 1"),
    "no error": (S1, "<v>#N/A</v>", "<v>#NUM</v>", "B6: '#NUM' is no error"),
    "no such type": (S1, 't="e"', 't="x"', "there is no type 'x'"),
    "no shared string": (S1, 't="inlineStr"><is><t xml:space="preserve">BTC</t></is>',
                         't="s"><v>0</v>', "A2: there is no shared string '0'"),
    "padding": (S1, '<t xml:space="preserve"> ETH', "<t> ETH", "A3: white space around the text"),
    "escaped control character": (S1, ">BTC<", ">B_x0001_TC<", "the character U+0001 stands"),
    "long text": (S1, ">BTC<", f">{'x' * 32_768}<", "the text has 32,768 characters"),
    "array elsewhere": (S1, 'ref="D1:E2"', 'ref="E1:E2"', "ref 'E1:E2' does not begin at its cell"),
    "array over a formula": (S1, '<c r="E1">', '<c r="E1"><f>1</f>', "E1: a formula stands inside"),
    "array over an array": (
        S1, '<c r="E2">', '<c r="E2"><f t="array" ref="E2:E2">1</f>', "overlaps that of D1",
    ),
    "array in merged cells": (
        S1, 'mergeCell ref="A21:C21"', 'mergeCell ref="D2:E2"', "stands in merged cells",
    ),
    "shared formula alone": (S1, "<f>TWICE(3,1)</f>", '<f t="shared" si="0"/>',
                             "the shared formula '0' does not cover"),
    # Formulas
    "equals sign": (S1, "<f>SUM(", "<f>=SUM(", 'B4: the formula is stored with its "="'),
    "empty formula": (S1, "<f>TWICE(3,1)</f>", "<f></f>", "B8: the formula is empty"),
    "long formula": (S1, "TWICE(3,1)", "1" + "+1" * 4_096, "the formula has 8,193 characters"),
    "sheet": (S1, "'It''s more'!B2</f>", "'Its more'!B2</f>", "D1: there is no sheet 'Its more'"),
    "table in a formula": (S1, "Holdings[qty]", "Holding[qty]", "there is no table 'Holding'"),
    "column in a formula": (S1, "Holdings[qty]", "Holdings[qt]", "has no column 'qt'"),
    "function": (S1, "HEDGE_NOTIONAL(", "HEDGE_NOTION(", "there is no function HEDGE_NOTION in"),
    "no prefix": (S1, "_xlfn.IFNA(", "IFNA(", "IFNA must be stored as _xlfn.IFNA"),
    "needs an array formula": (S1, "SUM(Holdings[qty])", "SUM(Holdings[qty]*2)",
                               "(Summary) B4: an operator takes one value, and is given several"),
    "parenthesis": (S1, "TWICE(3,1)", "TWICE(3,1", "a parenthesis ( is left open"),
    # Styles
    "font": (STYLES, 'fontId="1"', 'fontId="9"', "has fontId 9; there is none"),
    "number format": (STYLES, 'numFmtId="164" font', 'numFmtId="170" font', "numFmtId 170"),
    "number format's quotes": (STYLES, "0.00;[Red]-0.00", "0.00;[Red", "is no number format"),
    "dxf": (S1, 'dxfId="0"', 'dxfId="1"', "dxfId 1 is missing"),
    # Tables
    "header": (TABLE, 'name="qty"', 'name="quantity"',
               "B1: 'qty' is not the column's name|has no column 'qty'"),
    "table id": (TABLE, 'id="1" name="Holdings"', 'id="2" name="Holdings"', "2 tables have id '2'"),
    "table name": (TABLE, '"Holdings"', '"Prices"', "2 tables have|there is no table 'Holdings'"),
    "table named as a name": (TABLE, '"Holdings"', '"total"',
                              "name TOTAL: is also a table|there is no table 'Holdings'"),
    "table named as a cell": (TABLE, 'displayName="Holdings"', 'displayName="ABC12"',
                              "'ABC12' cannot be the name of a table|there is no table"),
    "table beyond the sheet": (TABLE, 'ref="A1:B3"', 'ref="A1:B1048577"', "is no range"),
    "table too wide": (TABLE, 'ref="A1:B3"', 'ref="A1:C3"', "2 columns in A1:C3"),
    "filter": (TABLE, '<autoFilter ref="A1:B3"', '<autoFilter ref="A1:B9"', "the filter's A1:B9"),
    "merged table": (S1, 'mergeCell ref="A20:C20"', 'mergeCell ref="A3:C3"', "has merged cells"),
    # Names and the workbook
    "name like a cell": (BOOK, 'name="TOTAL"', 'name="ABC12"', "ABC12: cannot be a name"),
    "name like R1C1": (BOOK, 'name="TOTAL"', 'name="R1C1"', "R1C1: cannot be a name"),
    "name twice": (BOOK, 'name="TOTAL"', 'name="twice"', "name twice: is there 2 times"),
    "name's sheet": (BOOK, "Summary!$B$4", "Gone!$B$4", "name TOTAL: there is no sheet 'Gone'"),
    "name without sheet": (BOOK, "Summary!$B$4", "$B$4", "$B$4 does not say of which sheet"),
    "comment": (BOOK, 'comment="All of it"', f'comment="{"x" * 256}"', "more than 255 characters"),
    "print area": (BOOK, "'Summary'!$A$1:$E$8", "'Summary'!$A$1:$E",
                   "$A$1:$E is no range|'$' cannot stand"),
    "print titles": (BOOK, "'Summary'!$1:$1", "'Summary'!$1:$1,'Summary'!$3:$3",
                     "is not whole rows"),
    "parameter": (BOOK, "_xlpm.z+_xlpm.y", "_xlpm.z+_xlpm.w", "name TWICE: there is no parameter"),
    "_xlop in the body": (BOOK, "+_xlpm.y", "+_xlop.y", "which is _xlpm.y there"),
    "parameter like a name": (BOOK, 'name="TOTAL"', 'name="X"', "x is spelled like a defined name"),
    "sheet's name": (
        BOOK, 'name="Summary"', 'name="Sum:mary"',
        "'Sum:mary' is no name of a sheet|there is no sheet 'Summary'|is not of its own",
    ),
    "sheet's long name": (
        BOOK, "Summary", "x" * 32, "is no name of a sheet|there is no sheet 'Summary'",
    ),
    "sheet that Excel has": (
        BOOK, "Summary", "History",
        "'History' is a sheet's name that Excel keeps for itself|there is no sheet 'Summary'",
    ),
    "sheet ids": (BOOK, 'sheetId="2"', 'sheetId="1"', "2 sheets have sheetId '1'"),
    "active tab": (BOOK, 'activeTab="0"', 'activeTab="2"', "activeTab 2 is no sheet"),
    "calculation": (BOOK, "<calcPr ", "<calcPR ", "cannot hold <calcPR>|has no calcPr"),
    "calculation's flag": (BOOK, 'fullCalcOnLoad="0"', 'fullCalcOnLoad="no"', "does not read"),
    "print titles elsewhere": (BOOK, "'Summary'!$1:$1", "'It''s more'!$1:$1",
                               "is not of its own sheet"),
    "no properties": ("_rels/.rels", "metadata/core-properties", "metadata/thumbnail",
                      "leads to 0 core properties"),
    "dates": ("docProps/core.xml", "2026-01-02T00:00:00Z", "2026-13-02", "'2026-13-02' is no date"),
    # What lies over cells
    "long list": (S1, "linear,inverse", "x" * 256, "the list has 256 characters"),
    "validation's cells": (S1, 'sqref="C2:C3"', 'sqref="C2:CC"', "the cells do not read"),
    "validation's sheet": (S1, '"linear,inverse"', "Lists!$A$1:$A$2", "there is no sheet 'Lists'"),
    "validation by table": (S1, '"linear,inverse"', "Holdings[asset]", "cannot stand outside of"),
    "long prompt": (S1, 'prompt="Which?"', f'prompt="{"?" * 256}"', "prompt has 256 characters"),
    "long error": (S1, 'error="one of two"', f'error="{"?" * 256}"', "error has 256 characters"),
    "priorities": (S1, 'priority="2"', 'priority="1"', "2 have priority '1'"),
    "format's cells": (S1, 'Formatting sqref="B2:B3"', 'Formatting sqref="B2;B3"', "do not read"),
    "link's sheet": (S1, "location=\"'It''s more'!A1\"", "location=\"'Its more'!B2\"",
                     "A7 link: there is no sheet 'Its more'"),
    "link's cell": (S1, "location=\"'It''s more'!A1\"", "location=\"'It''s more'!B\"",
                    "A7 link: there is no cell or name 'B'"),
    "merges": (S1, 'mergeCell ref="A21:C21"', 'mergeCell ref="C20:D21"', "cells overlap A20:C20"),
    "columns": (S1, 'min="2" max="2"', 'min="1" max="2"', "1 to 2 stand after 1"),
    "pane": (S1, 'topLeftCell="A2"', 'topLeftCell="A0"', "topLeftCell 'A0' is no cell"),
    "one merged cell": (S1, 'mergeCell ref="A21:C21"', 'mergeCell ref="A21"', "is no range to"),
    "validation's type": (S1, 'type="list"', 'type="lists"', "there is no type 'lists'"),
    "validation's bound": (S1, 'type="list"', 'type="decimal"', "has one bound of two"),
    "validation without": (S1, '<formula1>"linear,inverse"</formula1>', "", "has no formula"),
    "format's formula": (S1, "<formula>0</formula>", "", "cellIs has 0 formulas of 1"),
    "format by array": (S1, "<formula>0</formula>", "<formula>SUM({1,2})</formula>",
                        "an array cannot stand outside of cells"),
    "scale": (S1, '<cfvo type="num" val="1" />', "", "colorScale has 1 points and 2 colours"),
    "link's cells": (S1, '<hyperlink ref="A7"', '<hyperlink ref="A7:"', "stands on no cell"),
    "link twice": (S1, "<hyperlinks>", '<hyperlinks><hyperlink ref="A7" location="A1"/>',
                   "A7 link: is there 2 times"),
    "wide column": (S1, 'width="31"', 'width="256"', "1 to 1 are 256 wide"),
    "high row": (S1, '<row r="5"', '<row r="5" ht="410"', "row 5: is 410 high"),
    "selection": (S1, 'sqref="A1"', 'sqref="A"', "'A' cannot be selected"),
    "window": (S1, 'workbookViewId="0"', 'workbookViewId="1"', "there is no such window"),
    "footer": (S1, "<oddFooter>", f"<oddFooter>{'x' * 256}", "oddFooter is too long"),
    # Charts and notes
    "chart's sheet": (CHART, "'It''s more'!$B$2:$C$2", "'It'!$B$2:$C$2", "there is no sheet 'It'"),
    "chart without numbers": (CHART, "'It''s more'!$B$3:$C$3", "'It''s more'!$B$30:$C$30",
                              "holds no number"),
    "chart of text": (CHART, "'It''s more'!$B$3:$C$3", "Summary!$A$2:$A$3", "holds no number"),
    "chart's lengths": (CHART, "'It''s more'!$B$3:$C$3", "'It''s more'!$B$3", "different lengths"),
    "hidden axis": (CHART, '<delete val="0" />', "", "does not say that it is shown"),
    "title": (CHART, "<a:t>Profit and loss</a:t>", "<a:t> </a:t>", "has no title"),
    "axis": (CHART, '<crossAx val="20" />', '<crossAx val="21" />', "valAx 10 crosses no axis"),
    "anchor": (DRAWING, "<xdr:row>1<", "<xdr:row>1048576<", "its corner is beyond the sheet"),
    "note without box": (VML, "Row>1</", "Row>2</",
                         "B2 note: 1 notes and 0 boxes|B3 note: 0 notes and 1 boxes"),
    "anchor's size": (DRAWING, 'cx="6480000"', 'cx="0"', "it has no size"),
    "axis unknown": (CHART, '<axId val="10" /><axId', '<axId val="11" /><axId',
                     "there is no axis 11"),
    "axis without title": (CHART, "Move of the underlying", "", "valAx 10 has no title"),
    "empty note": (NOTES, "Where this comes from", " ", "the note is empty"),
    "note's box not shown": (S1, "legacyDrawing", "legacyDrawingHF", "1 notes and 0 boxes"),
    "author": (NOTES, 'authorId="0"', 'authorId="3"', "there is no author '3'"),
    # The rarer ones
    "name's scope": (BOOK, 'localSheetId="0"', 'localSheetId="7"',
                     "localSheetId 7 is no sheet|is not of its own sheet"),
    "hidden sheet": (BOOK, 'state="visible" r:id="rId1"', 'state="hidden" r:id="rId1"',
                     "activeTab 0 is a hidden sheet"),
    "property twice": ("docProps/core.xml", "<dc:creator>", "<dc:creator /><dc:creator>",
                       "creator is there 2 times"),
    "type of relationship": (
        BOOK_RELS, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme",
        "http://example.org/theme", "'http://example.org/theme' is no type of relationship",
    ),
    "metadata": (S1, '<c r="D1">', '<c r="D1" cm="1">', "D1: metadata 1 is missing"),
    "no inline string": (S1, '<is><t xml:space="preserve">BTC</t></is>', "",
                         "A2: an inline string is missing"),
    "no text": (S1, '<c r="E1"><v>2</v>', '<c r="E1" t="str">', "E1: a text is missing"),
    "kind of formula": (S1, 't="array"', 't="arr"', "there is no type 'arr' of formula"),
    "array in a table": (TABLE, 'ref="A1:B3"', 'ref="A1:E3"',
                         "several cells stands in table Holdings|2 columns in A1:E3"),
    "empty list": (S1, "</sheetData>", '</sheetData><mergeCells count="0" />', "is empty"),
    "filter of a table": (S1, "</sheetData>", '</sheetData><autoFilter ref="A1:B2" />',
                          "A1:B2: cannot be filtered"),
    "page break": (S1, "<drawing ", '<rowBreaks count="1"><brk id="0" /></rowBreaks><drawing ',
                   "there is no break 0"),
    "no operator": (S1, ' operator="equal"', "", "cellIs has no operator"),
    "validation's quote": (S1, '"linear,inverse"', '"linear', "a quote is left open"),
    "link nowhere": (S1, "location=\"'It''s more'!A1\"", "", "A7 link: leads nowhere"),
    "link's tip": (S1, '<hyperlink ref="A7"', f'<hyperlink ref="A7" tooltip="{"x" * 256}"',
                   "the tip has more than 255"),
    "cell style": (STYLES, '"Normal" xfId="0"', '"Normal" xfId="3"', "cellStyles 0 has xfId 3"),
    "too many formats": (
        STYLES, '<numFmts count="1">', '<numFmts count="251">'
        + "".join(f'<numFmt numFmtId="{n}" formatCode="0" />' for n in range(200, 450)),
        "more than 250 numFmts",
    ),
    "table id 0": (TABLE, 'id="1" name="Holdings"', 'id="0" name="Holdings"', "is no number"),
    "no header cell": (S1, '<c r="B1" t="inlineStr"><is><t xml:space="preserve">qty</t></is></c>',
                       "", "the header cell of 'qty' is missing"),
    "header by formula": (S1, 't="inlineStr"><is><t xml:space="preserve">qty</t></is>',
                          't="str"><f>"qty"</f><v>qty</v>', "B1: a header is a formula"),
    "no row of data": (TABLE, 'ref="A1:B3"', 'ref="A1:B1"', "Holdings has no row of data"),
    "columns of one name": (
        TABLE, 'name="qty"', 'name="Asset"',
        "2 columns are called 'asset'|B1: 'qty' is not|has no column 'qty'",
    ),
    "column's formula": (
        TABLE, 'name="qty" />',
        'name="qty"><totalsRowFormula>Holdings[no]</totalsRowFormula></tableColumn>',
        "qty: the table Holdings has no column 'no'",
    ),
    "anchor's end": (
        DRAWING, '<xdr:ext cx="6480000" cy="3240000"/>',
        "<xdr:to><xdr:col>0</xdr:col><xdr:row>0</xdr:row></xdr:to>",
        "it ends before it begins|cannot hold <to>",
    ),
    "title switched off": (CHART, "<plotArea>", '<autoTitleDeleted val="1" /><plotArea>',
                           "its title is switched off"),
    "no series": (CHART, "ser>", "series>", "has no data"),
    "no reference": (CHART, "<f>'It''s more'!$B$3:$C$3</f>", "<f></f>",
                     "a reference is empty|different lengths"),
    "chart's range": (CHART, "$B$3:$C$3", "$B$3:$C", "'$B$3:$C' is no range"),
}  # fmt: skip


def rewritten(source, target, change):
    """A copy of a workbook; `change` gets its parts by name and changes them."""
    with zipfile.ZipFile(source) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return target


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_file_is_told_by_what_is_broken(name, sound, tmp_path):
    part, old, new, expected = BREAKS[name]

    def change(parts):
        text = parts[part].decode()
        assert old in text, "the test breaks nothing"
        parts[part] = text.replace(old, new).encode()

    found = faults(rewritten(sound, tmp_path / "broken.xlsx", change))
    fragments = expected.split("|")
    assert found
    for fragment in fragments:
        assert any(fragment in line for line in found), (fragment, found)
    others = [line for line in found if not any(fragment in line for fragment in fragments)]
    assert others == []


def test_tables_that_overlap_are_told(tmp_path):
    book = Book(Styles(), title="Two", created=datetime(2026, 1, 2))
    sheet = book.sheet("Tables")
    sheet.table("First", 1, 1, ["a", "b"], 3)
    sheet.table("Second", 3, 3, ["c"], 1)
    book.save(tmp_path / "apart.xlsx")
    assert faults(tmp_path / "apart.xlsx") == []

    def change(parts):
        parts["xl/tables/table1.xml"] = parts["xl/tables/table1.xml"].replace(b"A1:B4", b"A1:C4")

    found = faults(rewritten(tmp_path / "apart.xlsx", tmp_path / "broken.xlsx", change))
    assert "xl/tables/table2.xml: Second overlaps First" in found


def test_a_missing_part_is_told(sound, tmp_path):
    broken = rewritten(sound, tmp_path / "broken.xlsx", lambda parts: parts.pop(STYLES))
    found = faults(broken)
    assert f"{TYPES}: names /xl/styles.xml, which is missing" in found
    assert any("leads to styles.xml, which is missing" in line for line in found)


def test_a_package_without_its_types_or_its_workbook_is_told(sound, tmp_path):
    def without_a_workbook(parts):
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b'officeDocument"', b'customXml"')

    path = tmp_path / "broken.xlsx"
    assert f"{TYPES}: missing" in faults(rewritten(sound, path, lambda parts: parts.pop(TYPES)))
    assert "_rels/.rels: leads to 0 workbooks" in faults(rewritten(sound, path, without_a_workbook))


def test_a_workbook_without_sheets_is_told(sound, tmp_path):
    def change(parts):
        parts[BOOK] = re.sub(rb"<sheets>.*</sheets>", b"<sheets />", parts[BOOK])

    assert f"{BOOK}: has no sheet" in faults(rewritten(sound, tmp_path / "b.xlsx", change))


def test_relationships_of_a_missing_part_are_told(sound, tmp_path):
    name = "xl/_rels/gone.xml.rels"
    broken = rewritten(sound, tmp_path / "b.xlsx", lambda parts: parts.update({name: b"<x/>"}))
    assert faults(broken) == [f"{name}: belongs to xl/gone.xml, which is missing"]


def test_macros_in_a_workbook_without_are_told(sound, tmp_path):
    def change(parts):
        parts["xl/vbaProject.bin"] = b"no project"
        kind = (
            b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
        )
        parts[TYPES] = parts[TYPES].replace(b"</Types>", kind)
        link = (
            b'<Relationship Id="x" Type="http://schemas.microsoft.com/office/2006/relationships/'
            b'vbaProject" Target="/xl/vbaProject.bin"/></Relationships>'
        )
        parts[BOOK_RELS] = parts[BOOK_RELS].replace(b"</Relationships>", link)

    first, second = faults(rewritten(sound, tmp_path / "broken.xlsx", change))
    assert first.startswith(f"{BOOK}: has a VBA project and is application/vnd.openxml")
    assert second == "xl/vbaProject.bin: is no compound file"


@pytest.mark.parametrize("space", ["", ' xml:space="preserve"'])
def test_shared_strings_keep_their_white_space(space, sound, tmp_path):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def change(parts):
        parts["xl/sharedStrings.xml"] = (
            f'<sst xmlns="{main}"><si><t{space}> x</t></si></sst>'.encode()
        )
        kind = (
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
            b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
        )
        parts[TYPES] = parts[TYPES].replace(b"</Types>", kind)
        link = (
            b'<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        )
        parts[BOOK_RELS] = parts[BOOK_RELS].replace(b"</Relationships>", link)
        inline = b't="inlineStr"><is><t xml:space="preserve">BTC</t></is>'
        assert inline in parts[S1]
        parts[S1] = parts[S1].replace(inline, b't="s"><v>0</v>')

    found = faults(rewritten(sound, tmp_path / "shared.xlsx", change))
    lost = "xl/sharedStrings.xml 0: white space around the text is lost"
    assert [line.startswith(lost) for line in found] == ([] if space else [True])


def test_a_chart_may_name_its_data(sound, tmp_path):
    def change(parts):
        assert b"'It''s more'!$B$3:$C$3" in parts[CHART]
        parts[CHART] = parts[CHART].replace(b"'It''s more'!$B$3:$C$3", b"Summary!TOTAL")

    assert faults(rewritten(sound, tmp_path / "named.xlsx", change)) == []


def test_an_unusual_compression_is_told(sound, tmp_path):
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(tmp_path / "bz.xlsx", "w") as new:
        for name in old.namelist():
            kind = zipfile.ZIP_BZIP2 if name == STYLES else zipfile.ZIP_DEFLATED
            new.writestr(name, old.read(name), kind)
    (line,) = faults(tmp_path / "bz.xlsx")
    assert line.startswith(f"{STYLES}: encrypted, or compressed in a way")


@pytest.mark.parametrize("name", ["xl/stray.bin", "xl/stray.xml"])
def test_a_part_that_nothing_leads_to_is_told(name, sound, tmp_path):
    broken = rewritten(sound, tmp_path / "b.xlsx", lambda parts: parts.update({name: b"<x/>"}))
    found = faults(broken)
    assert f"{name}: no relationship leads to it" in found
    assert (f"{name}: has no content type" in found) == name.endswith("bin")


@pytest.mark.parametrize("name", ["/xl/a.xml", "xl/../a.xml", "xl\\a.xml", "xl//a.xml"])
def test_names_that_lead_out_are_told(name, sound, tmp_path):
    broken = rewritten(sound, tmp_path / "b.xlsx", lambda parts: parts.update({name: b"<x/>"}))
    assert f"{name}: not the name of a part" in faults(broken)


def test_two_parts_of_one_name_are_told(sound, tmp_path):
    broken = rewritten(sound, tmp_path / "broken.xlsx", lambda _: None)
    with zipfile.ZipFile(broken, "a") as archive:
        archive.writestr("xl/WORKBOOK.xml", "<x/>")
    assert "xl/workbook.xml: there are 2 parts of this name" in faults(broken)


@pytest.mark.parametrize("keep", [0, 0.5])
def test_half_an_archive_is_told(keep, sound, tmp_path):
    broken = tmp_path / "broken.xlsx"
    content = sound.read_bytes()
    broken.write_bytes(content[: int(len(content) * keep)])
    (line,) = faults(broken)
    assert line.startswith("broken.xlsx: the archive cannot be read")


def test_a_damaged_archive_is_told(sound, tmp_path):
    broken = tmp_path / "broken.xlsx"
    content = bytearray(sound.read_bytes())
    middle = content.index(b"xl/styles.xml") + 200
    content[middle : middle + 20] = bytes(20)
    broken.write_bytes(content)
    (line,) = faults(broken)
    assert line.startswith("broken.xlsx: the archive cannot be read")


def test_an_add_in_must_say_that_it_is_one(sound, tmp_path):
    path = rewritten(sound, tmp_path / "book.xlam", lambda _: None)
    (line,) = faults(path)
    assert line.endswith("a .xlam needs application/vnd.ms-excel.addin.macroEnabled.main+xml")


def test_the_add_in_is_sound(tmp_path):
    from xlhedge.hosts.excel.addin import build_addin

    assert faults(build_addin(tmp_path / "xlhedge.xlam")) == []


def test_full_calculation_is_reported(sound, tmp_path):
    def change(parts):
        parts[BOOK] = parts[BOOK].replace(b'fullCalcOnLoad="0"', b'fullCalcOnLoad="1"')

    path = rewritten(sound, tmp_path / "computes.xlsx", change)
    assert (recalculates(sound), recalculates(path)) == (False, True)
    assert faults(path) == []


def test_a_file_that_a_check_cannot_read_is_at_fault(sound, tmp_path):
    def change(parts):
        parts[S1] = parts[S1].replace(b'min="2" max="2"', b'min="2" max="two"')

    (line,) = faults(rewritten(sound, tmp_path / "broken.xlsx", change))
    assert line.startswith("structure_sheets.columns: cannot be checked: ValueError")


def test_checks_are_told_apart():
    names = [f"{c.__module__}.{c.__name__}" for c in (*PACKAGE_CHECKS, *BOOK_CHECKS)]
    assert len(set(names)) == len(names)
    assert all(c.__doc__ for c in (*PACKAGE_CHECKS, *BOOK_CHECKS))


# --- formulas ------------------------------------------------------------------------------------

KNOWN = Known(
    frozenset({"a", "it's b", "zürich"}),
    {"holdings": frozenset({"asset", "qty [coins]", "price"})},
    {"": frozenset({"total", "mine"}), "a": frozenset({"local"})},
)
RIGHT = """
1
-1.5E-3%
+-+A1
A1:B2 B1:B3
$A$1:XFD1048576
SUM(A:A,$1:$3,,"a ""quoted"" )")
-(A1^2)*(B1>=2)&"x"<>"y"
'it''s b'!A1+Zürich!$B$2+A!total
IF(TRUE,{1,-2;"x",#N/A},FALSE)
Holdings[price]+SUM(Holdings[[#This Row],[qty '[coins']]],Holdings[#All],Holdings[])
Holdings[[#Headers],[asset]:[price]]
_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(2)
_xlfn.LET(_xlpm.a,1,_xlpm.b,_xlpm.a,_xlpm.a+_xlpm.b)
_xlfn.MAP(A1:A3,_xlfn.LAMBDA(_xlpm.v,_xlpm.v*2))
_xlfn._xlws.FILTER(A1:A3,A1:A3>0)
LOG10(A1)+ATAN2(1,2)+NORM.DIST
mine(1)+local
INDEX(A1:A3,1):A9
HYPERLINK("#A!B2","there")
NETWORKDAYS.INTL(A1,A2)
NET_DELTA(1,2,,3)
SUM($B$5:B1)
( A1 )
XFE9
"""
WRONG = {
    "": "the formula is empty",
    "=1": 'the formula is stored with its "="',
    "1+": "nothing after '+'",
    "*1": "nothing before '*'",
    "SUM(A1+)": "nothing before ')'",
    "()": "nothing before ')'",
    "A1)": "a parenthesis ) closes nothing",
    "((A1)": "a parenthesis ( is left open",
    '"a': "a quote is left open",
    "'a!A1": "a quote is left open",
    "{1,A1}": "holds something else than constants",
    "{1,2;3}": "the rows of an array differ in length",
    "A1 2": "no operator between 'A1' and '2'",
    '1"a"': "no operator between '1'",
    "Holdings[price": "a bracket [ is left open",
    "Holdings[@price]": "has a stored @",
    "@A1": "a stored @, which must be _xlfn.SINGLE",
    "A1#": "a stored #, which must be _xlfn.ANCHORARRAY",
    "[price]": "a structured reference without its table",
    "Holdings": "the table Holdings without []",
    "Holdings[#Everything]": "has no part #Everything",
    "Nobody[price]": "there is no table 'Nobody'",
    "Gone!A1": "there is no sheet 'Gone'",
    "[1]A!A1": "there is no sheet '[1]A'",
    "'[xlhedge.xlam]A'!NET_DELTA(1)": "there is no sheet '[xlhedge.xlam]A'",
    "A:Gone!A1": "there is no sheet 'Gone'",
    "A!": "nothing after 'A!'",
    'A!"x"': "nothing of the sheet after",
    "2(1)": "no operator between '2' and '('",
    "_xlpm.x+1": "there is no parameter 'x'",
    "A!+1": "nothing of the sheet after",
    "#REF!+1": "a reference to something deleted",
    "A1048577": "A1048577 is beyond the sheet",
    "XFE1": "XFE1 is beyond the sheet",
    "R1C1": "there is no name 'R1C1'",
    "local": "there is no name 'local'",
    "SUM(1;2)": "';' cannot stand",
    "SOMME(1)": "there is no function SOMME",
    "XLOOKUP(1,A1:A2,A1:A2)": "XLOOKUP must be stored as _xlfn.XLOOKUP",
    "_xlfn.SUM(1)": "_XLFN.SUM must be stored as SUM",
    "_xlfn.FILTER(A1:A2,1)": "must be stored as _xlfn._xlws.FILTER",
    "_xludf.NET_DELTA(1)": "there is no function _XLUDF.NET_DELTA",
    "LET(1,1)": "LET must be stored as _xlfn.LET",
    "_xlfn.LET(_xlpm.x,_xlpm.y,1)": "there is no parameter 'y'",
    "_xlfn.LET(_xlpm.total,1,2)": "the parameter total is spelled like a defined name",
    'HYPERLINK("#Gone!B2","x")': "there is no sheet 'Gone'",
    "ABS(" * 65 + "1" + ")" * 65: "functions inside each other deeper than 64",
    f"SUM({','.join('1' * 256)})": "more than 255 arguments",
    "é" * 8_193: "the formula has 8,193 characters",
}
NEWER = """
LET LAMBDA ISOMITTED IFS SWITCH TEXTJOIN CONCAT MAXIFS MINIFS IFNA VAR.S STDEV.S PERCENTILE.INC
PERCENTILE.EXC NORM.S.INV XMATCH SEQUENCE UNIQUE SORTBY TAKE DROP VSTACK HSTACK BYROW MAP REDUCE
COVARIANCE.S QUARTILE.INC FORECAST.LINEAR DAYS XOR
"""


@pytest.mark.parametrize("formula", RIGHT.strip().splitlines())
def test_right_formulas_have_no_fault(formula):
    sheet = "B" if "local" not in formula else "A"
    known = Known(
        KNOWN.sheets, KNOWN.tables, KNOWN.names | {"": KNOWN.names[""] | {"norm.dist", "xfe9"}}
    )
    assert list(faults_of(formula, known, sheet)) == []


@pytest.mark.parametrize(("formula", "fault"), WRONG.items())
def test_wrong_formulas_are_told_by_what_is_wrong(formula, fault):
    (line,) = faults_of(formula, KNOWN, "B")
    assert fault in line


def test_limits_are_still_allowed():
    for formula in (
        "1" + "+1" * 4_095,
        "ABS(" * 64 + "1" + ")" * 64,
        f"SUM({','.join('1' * 255)})",
    ):
        assert list(faults_of(formula, KNOWN, "B")) == []


@pytest.mark.parametrize("name", NEWER.split())
def test_newer_functions_need_their_prefix(name):
    assert any(f"as _xlfn.{name} in" in line for line in faults_of(f"{name}(1)", KNOWN, "B"))
    assert list(faults_of(f"_xlfn.{name}(1)", KNOWN, "B")) == []


def test_our_own_functions_are_known():
    for entry in FUNCTIONS:
        assert list(faults_of(f"{entry.name}(1)", KNOWN, "B")) == []


def test_ranges_read():
    assert area("$B$2:C7") == Area(2, 2, 7, 3)
    assert area("XFD1048576") == Area(1_048_576, 16_384, 1_048_576, 16_384)
    assert area("A:B") == Area(1, 1, 1_048_576, 2)
    assert area("3:3") == Area(3, 1, 3, 16_384)
    for text in ("", "A0", "A", "1", "XFE1", "A1048577", "B2:A1", "A1:", "A1:B", "a1", "A1:B2:C3"):
        assert area(text) is None, text
    assert split("'It''s, b'!$1:$1,'It''s, b'!$A:$A") == [
        ("It's, b", "$1:$1"),
        ("It's, b", "$A:$A"),
    ]


def test_areas_meet_where_they_share_a_cell():
    one = Area(2, 2, 4, 4)
    meeting = [Area(1, 1, 2, 2), Area(4, 4, 9, 9), Area(3, 3, 3, 3), Area(1, 3, 9, 3)]
    apart = [Area(1, 1, 1, 9), Area(5, 1, 5, 9), Area(1, 1, 9, 1), Area(1, 5, 9, 5)]
    for other in meeting + apart:
        assert one.meets(other) == other.meets(one) == (other in meeting)
    assert all(not a.meets(b) for a, b in pairwise(apart[:2]))
