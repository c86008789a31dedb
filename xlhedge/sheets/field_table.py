"""A sheet that is one table of fields, as the report on a group and the summary of a run are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xlhedge.sheets.style import WIDTHS, fitted, heading, sentence, set_up, widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["HEAD", "REPORT", "TOLD", "Field", "urgency", "write_fields"]

HEAD = 4
"""The row of the headers; totals, where there are some, stand below, then the rows."""

TOLD = "told"
"""The look of a text of several lines, for which its row is made as high as it needs."""
_WORDS = ("text", TOLD)

_MOST = 10
_FILLED = 0.9  # of a line, as words are not divided
_HIGHEST = 405.0  # points; no program takes more than 409


class Field(NamedTuple):
    """A column: a key of its rows, or a formula over its row that has {row} in it.

    Args:
        title: its header.
        look: the look of its cells.
        key: where its rows have it.
        formula: what computes it; the value is stored with it.
        total: whether its sum stands above the rows.
    """

    title: str
    look: str
    key: str
    formula: str = ""
    total: bool = False


REPORT = Field("Report", "text", "report", 'HYPERLINK("{report}","{report}")')
"""A link to the report beside the file: its name has no colon and no stroke, so it leads nowhere
else."""


def urgency(row: Mapping[str, Any]) -> tuple[bool, float]:
    """What sorts portfolios: alarms first, then the nearest liquidation.

    Args:
        row: a portfolio as `figures_of` gives it.
    """
    nearest = row["nearest_liquidation"]
    return not row["alarms"], math.inf if nearest is None else nearest


def write_fields(
    sheet: Sheet,
    note: str,
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, Any]],
    prints: int = 0,
) -> None:
    """Write a table, with totals where fields have them.

    Args:
        sheet: an empty sheet.
        note: how to read it.
        fields: its columns.
        rows: its rows by key, in order; an amount of a total may stand behind "KEY in group".
        prints: how many of its columns print, on one page; all, if 0.
    """
    heading(sheet, sheet.title, note)
    totals = any(each.total for each in fields)
    first = HEAD + 1 + totals
    last = first - 1 + max(len(rows), 1)
    set_up(sheet, f"B{first}", f"{HEAD}:{HEAD}", wide=1 + (not prints and len(fields) > _MOST))
    if prints:
        sheet.prints(area=f"A1:{LETTERS[prints]}{last}")
    sheet.height(HEAD, 32)
    for column, each in enumerate(fields, 1):
        letter = LETTERS[column]
        widen(sheet, {letter: max(WIDTHS.get(each.look, 12), 14)})
        head = "header text" if each.look in _WORDS else "header"
        sheet.put(HEAD, column, each.title, head)
        values, look = [_value(row, each) for row in rows], f"cell {each.look}"
        if column == 1 and totals:
            sheet.put(HEAD + 1, 1, "Total", "total text")
        elif each.total:
            text = f"SUM({letter}{first}:{letter}{last})"
            total = float(sum(values))
            sheet.put(HEAD + 1, column, total, fitted("total money", total), text)
        for at, (row, value) in enumerate(zip(rows, values, strict=True), first):
            formula = None
            if each.formula and (value is not None or each is not REPORT):
                report = str(row.get("report", "")).replace('"', '""')
                formula = each.formula.replace("{row}", str(at)).replace("{report}", report)
            sheet.put(at, column, value, fitted(look, value), formula)
    for at, row in enumerate(rows, first):
        said = max(
            (len(row.get(each.key) or "") for each in fields if each.look == TOLD), default=0
        )
        sheet.height(at, min(15.0 * math.ceil(max(said, 1) / (WIDTHS[TOLD] * _FILLED)), _HIGHEST))
    widen(sheet, {"A": 28})


def _value(row: Mapping[str, Any], field: Field) -> Any:
    value = (
        row.get(f"{field.key} in group", row.get(field.key)) if field.total else row.get(field.key)
    )
    return sentence(value) or None if isinstance(value, str) else value
