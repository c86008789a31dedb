"""The shared look of the template and the reports: registered once, named everywhere.

Inputs are blue on pale yellow, computed cells black; a cell's look is its role and its kind of
number: "input money", "cell percent", "total price".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from xlhedge.sheets.page_looks import register_page
from xlhedge.text import straight
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet
from xlhedge.xlsx.styles import Styles

__all__ = [
    "FITTED",
    "FORMATS",
    "INCLUDES_ONE",
    "LONGEST",
    "WIDTHS",
    "fitted",
    "heading",
    "heat_map",
    "label",
    "looks_of",
    "paragraph",
    "sentence",
    "set_up",
    "styles",
    "widen",
]

FORMATS = {
    "text": "General",
    "any": "General",
    "money": "#,##0.00;[Red]-#,##0.00",
    "cost": '[Red]#,##0.00;#,##0.00" received";0.00',
    "money whole": "#,##0;[Red]-#,##0",
    "cost whole": '[Red]#,##0;#,##0" received";0',
    "price": "#,##0.00##",
    "qty": "#,##0.0000##",
    "ratio": "0.00",
    "percent": "0.00%;[Red]-0.00%",
    "rate": "0.0000%;[Red]-0.0000%",
    "days": "#,##0.0",
    "heat": "#,##0;-#,##0",
    "whole": "#,##0",
    "move": "0.0%;-0.0%",
    "reach": '[>=1000000]"none";[<=-1000000]"none";0.00%',
    "date": "yyyy-mm-dd hh:mm",
    "word": "General",
    "told": "General",  # in several lines
}
"""Number format of each kind of number."""

_MOST_DECIMALS = 10
FORMATS |= {f"decimals {n}": f"#,##0.{'0' * n}".rstrip(".") for n in range(_MOST_DECIMALS + 1)}

INCLUDES_ONE = " †"
"""What is shown behind a number of a grid that includes a liquidation."""

LONGEST = 1_000
"""Characters of a line that may name things; names may be as long as a cell, lines may not."""

_FOOTER = 100
"""Characters of a footer's name: Excel takes 255 units of all, and each may be written as two."""

WIDTHS = {"text": 16, "money": 17, "cost": 22, "price": 14, "qty": 18, "date": 19, "rate": 13,
          "told": 56}  # fmt: skip
"""Width of a column of a kind of number, in characters; 12 for the others."""

_VERDICTS = {"good": ("FF1B5E20", "FFDDF2DF"), "bad": ("FF8E1B12", "FFFBDEDA")}
"""Ink and paper of a check that passes, and of one that does not."""

_INK, _PALE, _RULE, _BLACK, _GREY = "FF1F3A5F", "FFEAF0F7", "FFC9D3DF", "FF000000", "FF4A5568"
_LEFT = {"text", "date", "told"}
_GOOD, _NONE, _BAD = "FF9DBEE6", "FFFFFFFF", "FFF2B880"
"""Pale blue to pale orange: told apart by the colour-blind."""


@lru_cache(maxsize=1)
def styles() -> Styles:
    """Every look of the product, made once; all its books share them."""
    found = Styles()
    found.add("title", ink=_INK, size=16, bold=True)
    found.add("section", ink=_INK, size=12, bold=True)
    found.add("note", ink=_GREY, align="left", vertical="center", indent=1)
    found.add("unit", ink=_GREY, size=9, italic=True, wrap=True, vertical="top")
    found.add("warning", ink="FF9C2F00", bold=True, wrap=True, vertical="top")
    found.add("words", ink=_BLACK, wrap=True, vertical="center")
    found.add("step", ink=_INK, size=12, bold=True, vertical="center", paper=_PALE)
    found.add("link", ink="FF1155CC", underline=True, align="left", vertical="center", indent=1)
    found.add("working", ink=_GREY, size=9, align="right", vertical="center")
    found.add("count", number_format="0", line=_RULE, align="center", vertical="center")
    for name, (ink, paper) in _VERDICTS.items():
        found.add(name, ink=ink, paper=paper, wrap=True, vertical="center", indent=1)
        found.mark(name, ink=ink, paper=paper)
    header: dict[str, Any] = {"ink": "FFFFFFFF", "bold": True, "paper": _INK, "wrap": True}
    found.add("header", align="center", vertical="center", **header)
    found.add("header text", align="left", vertical="center", indent=1, **header)
    roles: dict[str, Any] = {
        "input": {"ink": "FF0000C0", "paper": "FFFFFBE0"},
        "cell": {"ink": _BLACK},
        "spare": {"ink": _BLACK, "line": None},  # of rows that are still to be used
        "total": {"ink": _BLACK, "bold": True, "paper": _PALE},
        "axis": {"ink": _BLACK, "bold": True, "paper": _PALE},
    }
    for role, parts in roles.items():
        for kind, number_format in FORMATS.items():
            found.add(
                f"{role} {kind}",
                align="left" if kind in _LEFT else "right",
                vertical="center",
                indent=int(kind in _LEFT),
                # What a person typed stays blue, also below zero.
                number_format=number_format.split(";")[0] if role == "input" else number_format,
                locked=role != "input",
                wrap=kind == "told",
                **{"line": _RULE} | parts,
            )
    _register_marks(found)
    register_page(found)
    return found


def _register_marks(found: Styles) -> None:
    """What cells look like while a condition holds: dark on pale, readable in grey."""
    found.mark("alert", bold=True, ink="FF8B1A10", paper="FFFBE0DC")
    found.mark("struck", strike=True, ink="FF8B1A10")
    found.mark("notice", bold=True, ink="FF7A4B00", paper="FFFFF0CC")  # only to be known
    found.mark("near", paper="FFFFE2BF", fgColor="FFFFE2BF")
    found.mark("high ratio", bold=True, paper="FFF4B183", fgColor="FFF4B183")
    liquidated: dict[str, Any] = {"bold": True, "ink": "FF8B1A10"}
    found.mark("liquidated", number_format='"liquidated"', paper="FFF4C7C3", patternType=None,
               **liquidated)  # fmt: skip
    found.mark("includes one", number_format=f'#,##0"{INCLUDES_ONE}";-#,##0"{INCLUDES_ONE}"',
               **liquidated)  # fmt: skip
    found.mark("ruled", line=_RULE)
    found.mark("blank", number_format=";;;@")  # no numbers, words as they are
    # A date cell whose date is blank, which a spreadsheet counts as a day of 1899.
    found.mark("no date", number_format='"–"')


def fitted(look: str, value: object, step: object = None) -> str:
    """The look of a value that stays: no digits that say nothing, none lost that say something.

    Money is in whole units from 1,000; contracts have the decimals of their step; prices, other
    quantities and counts have as many as they need.

    Args:
        look: a role and a kind of number.
        value: what is shown.
        step: what it is traded in steps of, if it is.

    Example:
        >>> [fitted("cell money", x) for x in (999.99, -1000.0, "")]
        ['cell money', 'cell money whole', 'cell money']
        >>> fitted("cell qty", 16.812043, 0.001), fitted("cell qty", 4.0, 0.001)
        ('cell decimals 3', 'cell decimals 3')
        >>> [fitted("cell qty", x) for x in (4.0, 19.543, 1 / 3)]
        ['cell decimals 0', 'cell decimals 3', 'cell decimals 6']
        >>> [fitted("cell price", x) for x in (60000.0, 0.000012345)]
        ['cell decimals 2', 'cell decimals 8']
    """
    if value.__class__ is not float and (
        isinstance(value, bool) or not isinstance(value, int | float)
    ):
        return look
    role, kind, limits = _role_and_kind(look)
    if limits is None:
        if kind in FITTED and not 0 < abs(value) < _WHOLE:
            return f"{look} whole"
        return look
    least, most = limits
    if isinstance(step, float) and step > 0:
        least = most = min(_decimals(step, _MOST_DECIMALS), _MOST_DECIMALS)
    elif kind == "price" and 0 < abs(value) < _LARGE:  # six digits that count, four of less than 1
        digits = math.floor(math.log10(abs(value)))
        most = min((5 if digits >= 0 else 3) - digits, _MOST_DECIMALS)
    return f"{role} decimals {least if least == most else max(least, _decimals(value, most))}"


@lru_cache(maxsize=256)
def _role_and_kind(look: str) -> tuple[str, str, tuple[int, int] | None]:
    role, _, kind = look.partition(" ")
    return role, kind, _DECIMALS.get(kind)


def looks_of(look: str, values: Sequence[object]) -> list[str]:
    """The look of each of a column's values that stay: `fitted`, where one does not fit all."""
    if look.partition(" ")[2] in FITTED:
        return [fitted(look, value) for value in values]
    return [look] * len(values)


def _decimals(value: float, most: int) -> int:
    """How many decimals of a number are not 0, at most so many."""
    text = f"{value:.{most}f}"
    return most and most - len(text) + len(text.rstrip("0"))


_WHOLE = 999.995
"""Money from this on is 1,000 when it is shown with cents."""

_LARGE = 1_000
"""Prices from this on have two decimals."""
_DECIMALS = {"qty": (0, 6), "price": (2, 2), "ratio": (0, 2)}
"""The least and most decimals of a kind of number."""
FITTED = {"money", "cost", *_DECIMALS}
"""Kinds of number whose look hangs on the value."""


def heading(sheet: Sheet, title: str, note: str = "", column: int = 1, last: int = 0) -> None:
    """A sheet's first two rows: what it is, and one line on how to read it.

    Args:
        sheet: the sheet.
        title: what it is.
        note: how to read it.
        column: where the note begins; behind the first one on sheets that print several pages
            wide, which repeat that one and would cut it off.
        last: the last column of a page that prints no more; the note has lines up to there.
    """
    sheet.put(1, 1, sentence(title), "title")
    if note and last:
        paragraph(sheet, 2, sentence(note), "words", last)
    elif note:
        sheet.put(2, column, sentence(note))


def paragraph(sheet: Sheet, row: int, text: str, look: str, last: int) -> None:
    """Write a text from the first column to another one, and make its row as high as it needs.

    Columns must have their widths: merged cells grow in no program.

    Args:
        sheet: where.
        row: the row.
        text: the text.
        look: its look, which has lines.
        last: the column.
    """
    sheet.put(row, 1, text, look)
    sheet.merge(row, 1, last)
    room = sum(sheet.widths.get(n, _NARROW) for n in range(1, last + 1))
    sheet.height(row, 15.0 * max(1, math.ceil(len(text) * _LETTER / room)))


_NARROW, _LETTER = 8.43, 1.05
"""The width of a column that nobody widened; of a letter, with what a line leaves at its end."""


def sentence(text: str) -> str:
    """A line of ours that may quote names: as long as a line may be, and in one direction.

    Args:
        text: the line.
    """
    return straight(text)[:LONGEST]


def heat_map(sheet: Sheet, cells: str, kind: str) -> None:
    """Colours a grid's cells by their value; black text reads on all of them.

    Args:
        sheet: the sheet.
        cells: the range.
        kind: "gain" where more is better for you, "cost" where less is, "left" for a share that is
            left of a margin: 0 is marked as liquidated.
    """
    if kind == "left":
        sheet.mark(cells, 0, "liquidated", last=True)
        sheet.shade(cells, (0, _BAD), (1, _GOOD))
    else:
        low, high = (_GOOD, _BAD) if kind == "cost" else (_BAD, _GOOD)
        fixed = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cells)
        # Wherever the others are, 0 is neither good nor bad: one alone would be either.
        sheet.shade(cells, (f"MIN(-1,{fixed})", low), (0, _NONE), (f"MAX(1,{fixed})", high))


def widen(sheet: Sheet, widths: Mapping[str, float]) -> None:
    """Make columns at least so wide, in characters."""
    for column, width in widths.items():
        sheet.widen(LETTERS.index(column), width)


def set_up(
    sheet: Sheet,
    freeze: str,
    repeat: str = "",
    *,
    wide: int = 1,
    tall: int = 0,
    landscape: bool = True,
) -> None:
    """Frozen panes and print set-up.

    Args:
        sheet: the sheet.
        freeze: the cell below and right of what stays in view.
        repeat: rows repeated on every page (``4:4``).
        wide: how many pages its width takes; the first column repeats on each.
        tall: how many pages its height takes; as many as it needs, if 0.
        landscape: whether the longer side of the paper lies.
    """
    sheet.view(freeze, 90)
    sheet.prints(rows=repeat or None, columns="A:A" if wide > 1 else None,
                 wide=wide, tall=tall, landscape=landscape, paper="a4")  # fmt: skip
    label(sheet, "")


def label(sheet: Sheet, name: str, more: str = "") -> None:
    """What stands at the foot of every printed page: sheet, a text, page.

    Args:
        sheet: the sheet.
        name: what the text begins with; shortened to what a footer takes.
        more: its end.
    """
    shown = straight(name)
    sheet.footer((shown if len(shown) <= _FOOTER else f"{shown[: _FOOTER - 1]}…") + more)
