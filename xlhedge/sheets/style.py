"""The shared look of the template and the reports: registered once, named everywhere.

Inputs are blue on pale yellow, computed cells black; a cell's look is its role and its kind of
number: "input money", "cell percent", "total price".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from openpyxl.formatting import rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from xlhedge.text import straight
from xlhedge.xlsx.cell import guarded
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Looks

__all__ = [
    "FORMATS",
    "LONGEST",
    "VERDICTS",
    "WIDTHS",
    "alert",
    "finish",
    "heading",
    "heat_map",
    "label",
    "looks",
    "sentence",
]

FORMATS = {
    "text": "General",
    "any": "General",
    "money": "#,##0.00;[Red]-#,##0.00",
    "cost": "[Red]#,##0.00;-#,##0.00;0.00",
    "price": "#,##0.00##",
    "qty": "#,##0.0000##",
    "ratio": "0.00",
    "percent": "0.00%;[Red]-0.00%",
    "rate": "0.0000%;[Red]-0.0000%",
    "days": "#,##0.0",
    "heat": "#,##0;-#,##0",
    "whole": "#,##0",
    "move": "0.0%;-0.0%",
    "date": "yyyy-mm-dd hh:mm",
}
"""Number format of each kind of number."""

LONGEST = 1_000
"""Characters of a line that may name things; names may be as long as a cell, lines may not."""

_FOOTER = 100
"""Characters of a footer's name: Excel takes 255 units of all, and each may be written as two."""

WIDTHS = {"text": 16, "money": 17, "cost": 17, "price": 14, "qty": 18, "date": 19, "rate": 13}
"""Width of a column of a kind of number, in characters; 12 for the others."""

VERDICTS = {"good": ("FF1B5E20", "FFDDF2DF"), "bad": ("FF8E1B12", "FFFBDEDA")}
"""Ink and paper of a check that passes, and of one that does not."""

_INK, _PALE, _RULE = "FF1F3A5F", "FFEAF0F7", "FFC9D3DF"
_NAME = "Calibri"
_THIN = Side(style="thin", color=_RULE)
_LEFT = {"text", "date"}
_RULES: Any = rule  # openpyxl's rules have no types
_GOOD, _NONE, _BAD = "FF9DBEE6", "FFFFFFFF", "FFF2B880"
"""Pale blue to pale orange: told apart by the colour-blind."""


def _font(**more: Any) -> Font:
    parts: dict[str, Any] = {"name": _NAME, "sz": 11, "color": "FF000000"}
    return Font(**(parts | more))


def _fill(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color)


@lru_cache(maxsize=1)
def looks() -> Looks:
    """Every look of the product, made once; all its books share them."""
    found = Looks()
    found.style("title", font=_font(sz=16, b=True, color=_INK))
    found.style("section", font=_font(sz=12, b=True, color=_INK))
    wrap = Alignment(wrap_text=True, vertical="top")
    noted = Alignment(horizontal="left", vertical="center", indent=1)
    found.style("note", font=_font(color="FF4A5568"), alignment=noted)
    found.style("unit", font=_font(sz=9, i=True, color="FF4A5568"), alignment=wrap)
    found.style("warning", font=_font(b=True, color="FF9C2F00"), alignment=wrap)
    found.style("words", font=_font(), alignment=Alignment(wrap_text=True, vertical="center"))
    found.style("link", font=_font(color="FF1155CC", u="single"), alignment=noted)
    found.style("count", number_format="0", border=Border(bottom=_THIN), alignment=Alignment(
        horizontal="center", vertical="center"))  # fmt: skip
    for name, (ink, paper) in VERDICTS.items():
        found.style(
            name,
            font=_font(color=ink),
            fill=_fill(paper),
            alignment=Alignment(wrap_text=True, vertical="center", indent=1),
        )
    for name, side in (("header", "center"), ("header text", "left")):
        found.style(
            name,
            font=_font(b=True, color="FFFFFFFF"),
            fill=_fill(_INK),
            alignment=Alignment(
                horizontal=side, vertical="center", wrap_text=True, indent=int(side == "left")
            ),
        )
    roles: dict[str, Any] = {
        "input": {"font": _font(color="FF0000C0"), "fill": _fill("FFFFFBE0")},
        "cell": {"font": _font()},
        "total": {"font": _font(b=True), "fill": _fill(_PALE)},
        "axis": {"font": _font(b=True), "fill": _fill(_PALE)},
    }
    for role, parts in roles.items():
        for kind, number_format in FORMATS.items():
            found.style(
                f"{role} {kind}",
                border=Border(bottom=_THIN),
                alignment=Alignment(
                    horizontal="left" if kind in _LEFT else "right",
                    vertical="center",
                    indent=int(kind in _LEFT),
                ),
                # What a person typed stays blue, also below zero.
                number_format=number_format.split(";")[0] if role == "input" else number_format,
                **parts,
            )
    return found


def heading(sheet: Sheet, title: str, note: str = "", column: int = 1) -> None:
    """A sheet's first two rows: what it is, and one line on how to read it.

    Args:
        sheet: the sheet.
        title: what it is.
        note: how to read it.
        column: where the note begins; behind the first one on sheets that print several pages
            wide, which repeat that one and would cut it off.
    """
    sheet.put(1, 1, sentence(title), "title")
    if note:
        sheet.put(2, column, sentence(note))


def sentence(text: str) -> str:
    """A line of ours that may quote names: as long as a line may be, and in one direction.

    Args:
        text: the line.
    """
    return straight(text)[:LONGEST]


def alert(sheet: Sheet, cells: str, condition: str, *, mild: bool = False) -> None:
    """Marks cells for which a condition holds, dark on pale, readable in grey.

    Args:
        sheet: the sheet.
        cells: the range.
        condition: a formula without ``=``, written for the range's first cell.
        mild: whether in amber, for what is only to be known, and not in red.
    """
    ink, paper = ("FF7A4B00", "FFFFF0CC") if mild else ("FF8B1A10", "FFFBE0DC")
    marked = {"font": Font(b=True, color=ink), "fill": PatternFill("solid", bgColor=paper)}
    sheet.design.conditional_formatting.add(cells, _RULES.FormulaRule([condition], **marked))


def heat_map(sheet: Sheet, cells: str, kind: str) -> None:
    """Colours a grid's cells by their value; black text reads on all of them.

    Args:
        sheet: the sheet.
        cells: the range.
        kind: "gain" where more is better for you, "cost" where less is, "left" for a share that is
            left of a margin: 0 is marked as liquidated.
    """
    low, high = (_GOOD, _BAD) if kind == "cost" else (_BAD, _GOOD)
    add = sheet.design.conditional_formatting.add
    if kind == "left":
        red = {"font": Font(b=True, color="FF8B1A10"), "fill": PatternFill(bgColor="FFF4C7C3")}
        add(cells, _RULES.CellIsRule("equal", ["0"], stopIfTrue=True, **red))
        add(cells, _RULES.ColorScaleRule("num", 0, _BAD, None, None, None, "num", 1, _GOOD))
    else:
        add(cells, _RULES.ColorScaleRule("min", None, low, "num", 0, _NONE, "max", None, high))


def finish(
    sheet: Sheet,
    freeze: str,
    widths: Mapping[str, float],
    repeat: str = "",
    pages: int = 1,
    tall: int = 0,
) -> None:
    """Widths, frozen panes and print set-up.

    Args:
        sheet: the sheet.
        freeze: the cell below and right of what stays in view.
        widths: of columns, in characters.
        repeat: rows repeated on every page (``4:4``).
        pages: how many landscape pages its width takes; the first column repeats on each.
        tall: how many pages its height takes; as many as it needs, if 0.
    """
    design = sheet.design
    design.freeze_panes = freeze
    design.sheet_view.showGridLines = False
    design.sheet_view.zoomScale = 90
    for column, width in widths.items():
        sheet.widen(column_index_from_string(column), width)
    design.page_setup.orientation = "landscape"
    design.page_setup.paperSize = design.PAPERSIZE_A4
    design.page_setup.fitToWidth, design.page_setup.fitToHeight = pages, tall
    design.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    design.page_margins = PageMargins(0.4, 0.4, 0.5, 0.5)
    label(sheet, "")
    if repeat:
        design.print_title_rows = repeat
    if pages > 1:
        design.print_title_cols = "A:A"


def label(sheet: Sheet, name: str, more: str = "") -> None:
    """What stands at the foot of every printed page: sheet, a text, page.

    Args:
        sheet: the sheet.
        name: what the text begins with; shortened to what a footer takes.
        more: its end.
    """
    footer: Any = sheet.design.oddFooter
    shown = straight(name)
    shown = shown if len(shown) <= _FOOTER else f"{shown[: _FOOTER - 1]}…"
    # && is a & in a footer, which knows codes that begin with one.
    footer.left.text, footer.center.text = "&A", guarded(shown).replace("&", "&&") + more
    footer.right.text = "&P / &N"
