"""A sheet that is one table of fields, as the report on a group and the summary of a run are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xlhedge.sheets.style import WIDTHS, heading, sentence, set_up, widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["HEAD", "REPORT", "Field", "urgency", "write_fields"]

HEAD = 4
"""The row of the headers; totals, where there are some, stand below, then the rows."""

_MOST = 10


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
    sheet: Sheet, note: str, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write a table, with totals where fields have them.

    Args:
        sheet: an empty sheet.
        note: how to read it.
        fields: its columns.
        rows: its rows by key, in order; an amount of a total may stand behind "KEY in group".
    """
    heading(sheet, sheet.title, note)
    totals = any(each.total for each in fields)
    first = HEAD + 1 + totals
    last = first - 1 + max(len(rows), 1)
    set_up(sheet, f"B{first}", f"{HEAD}:{HEAD}", wide=1 + (len(fields) > _MOST))
    sheet.height(HEAD, 32)
    for column, each in enumerate(fields, 1):
        letter = LETTERS[column]
        widen(sheet, {letter: max(WIDTHS.get(each.look, 12), 14)})
        sheet.put(HEAD, column, each.title, "header text" if each.look == "text" else "header")
        values = [_value(row, each) for row in rows]
        if column == 1 and totals:
            sheet.put(HEAD + 1, 1, "Total", "total text")
        elif each.total:
            text = f"SUM({letter}{first}:{letter}{last})"
            sheet.put(HEAD + 1, column, float(sum(values)), "total money", text)
        for at, (row, value) in enumerate(zip(rows, values, strict=True), first):
            formula = each.formula.replace("{row}", str(at))
            formula = formula.replace("{report}", str(row.get("report", "")).replace('"', '""'))
            linked = value is not None or each is not REPORT
            sheet.put(
                at, column, value, f"cell {each.look}", formula if linked and formula else None
            )
    widen(sheet, {"A": 28})


def _value(row: Mapping[str, Any], field: Field) -> Any:
    value = (
        row.get(f"{field.key} in group", row.get(field.key)) if field.total else row.get(field.key)
    )
    return sentence(value) or None if isinstance(value, str) else value
