"""`summary.xlsx`: a row for every input of a run, the urgent ones first, with links to reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from xlhedge.sheets.field_table import REPORT, TOLD, Field, urgency, write_fields
from xlhedge.sheets.style import label, styles, widen
from xlhedge.xlsx.book import Book

__all__ = ["summary_book", "summary_line"]

_FIELDS = (
    Field("Portfolio", "text", "portfolio"),
    REPORT,
    Field("Alarms", TOLD, "told"),
    Field("Nearest liquidation", "percent", "nearest_liquidation"),
    Field("Currency", "text", "quote_currency"),
    Field("Coins held", "whole", "spot_notional"),
    Field("Short", "whole", "short_notional"),
    Field("Net delta", "whole", "net_delta"),
    Field("Orders", "whole", "order_notional"),
    Field("Worst scenario", "text", "worst_scenario"),
    Field("Its P&L", "whole", "worst_scenario_pnl"),
    Field("Its liquidation", "text", "worst_scenario_liquidation"),
    Field("Funding to the horizon", "whole", "funding_drag"),
    Field("Input", "text", "input"),
    Field("What is wrong", TOLD, "error"),
)
_TAKEN = (*(each.key for each in _FIELDS), "as_of")
_NOTE = (
    "Inputs without a report first, then alarms, then the nearest liquidation; amounts are in the "
    "currency of their row."
)


def summary_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the summary needs of all that is known of an input, by the columns of `summary.csv`."""
    alarms = row.get("alarms") or ()
    return {
        **{name: row.get(name) for name in _TAKEN},
        "alarms": bool(alarms),
        "told": "; ".join(alarms),
        "error": _as_text(row["error"]),
        "input": _as_text(row["input"]),
    }


def summary_book(lines: Sequence[Mapping[str, Any]]) -> Book:
    """The summary as a workbook; `Book.to_bytes` gives the file.

    Args:
        lines: the inputs, as of `summary_line`; one has a report.
    """
    made = [row for row in lines if row["report"]]
    created = max(datetime.fromisoformat(row["as_of"]) for row in made)
    book = Book(styles(), title="Hedge summary", created=created)
    sheet = book.sheet("Summary")
    failed = [row for row in lines if not row["report"]]
    write_fields(sheet, _NOTE, _FIELDS, [*failed, *sorted(made, key=urgency)])
    widen(sheet, {"B": 34, "J": 30, "L": 26, "N": 40})
    label(sheet, "Summary", f", as of {created:%Y-%m-%d %H:%M} UTC")
    return book


def _as_text(said: object) -> str:
    """In one line; names of files may hold what no cell takes."""
    line = str(said or "").replace("\n", "; ")
    return "".join(each if each.isprintable() else "?" for each in line)
