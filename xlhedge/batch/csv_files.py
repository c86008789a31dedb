"""`summary.csv` and `orders.csv`: a row for every input, and one for every order to execute.

Both are for spreadsheets and for pandas, in the order of the inputs.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlhedge.analysis.advised import URGENCIES
from xlhedge.analysis.order_list import ORDER_COLUMNS, OrderLine
from xlhedge.errors import InputError
from xlhedge.files import whole
from xlhedge.text import csv_cell

__all__ = [
    "COLUMNS",
    "ORDERS",
    "SUMMARY",
    "csv_files",
    "refuse_other_files",
]

SUMMARY, ORDERS = "summary.csv", "orders.csv"
"""The files' names."""

COLUMNS = (
    *("input", "status", "error", "report"),
    *("portfolio", "quote_currency", "spot_notional", "short_notional"),
    *("net_delta", "gross_delta", "order_notional"),
    *("days", "funding_drag", "pnl_down_20", "down_20_liquidation"),
    *("pnl_up_20", "up_20_liquidation"),
    *("worst_scenario", "worst_scenario_pnl", "worst_scenario_liquidation"),
    *("nearest_liquidation", "alarms", "input_sha256", "version"),
)
"""The headers of the summary."""

_HEADERS = {SUMMARY: COLUMNS, ORDERS: ("input", "portfolio", *ORDER_COLUMNS)}

_BEGINNINGS = {name: ",".join(columns[:3]).encode() for name, columns in _HEADERS.items()}
"""What such a file begins with, whichever version wrote it."""

_MARK = "\ufeff"  # without it Excel takes the text for the system's own code page


def refuse_other_files(folder: Path) -> None:
    """Refuse to replace what has one of the names and is no file of ours: a link, a pipe.

    Raises:
        InputError: there is one.
        OSError: it cannot be read.
    """
    for name in _HEADERS:
        path, begins = folder / name, b""
        if not os.path.lexists(path):
            continue
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                begins = stream.read(len(_MARK.encode()) + len(_BEGINNINGS[name]))
        if begins != _MARK.encode() + _BEGINNINGS[name]:
            raise InputError(f"{path}: is not of xlhedge; move it, or name another folder")


@contextmanager
def csv_files(folder: Path, unfinished: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Write the summary and the orders, whole or not at all.

    Args:
        folder: where to.
        unfinished: where they stand until they are finished.

    Returns:
        What takes all that is known of an input, by column of the summary; its orders come with it,
        those that are to be executed, the urgent ones first.

    Raises:
        OSError: they cannot be written; what was there is untouched.
    """
    with whole(folder / ORDERS, unfinished) as orders, whole(folder / SUMMARY, unfinished) as told:
        for stream, name in ((told, SUMMARY), (orders, ORDERS)):
            stream.write(_MARK.encode() + _line(_HEADERS[name]))

        def put(row: Mapping[str, Any]) -> None:
            told.write(_row(SUMMARY, _told(row)))
            for order in _advised(row):
                orders.write(_row(ORDERS, order))

        yield put


def _advised(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The orders of an input that are to be executed, the urgent ones first."""
    for order in sorted(row.get("orders") or (), key=lambda each: URGENCIES.index(each["urgency"])):
        if OrderLine(**order).advised:
            yield {"input": row["input"], "portfolio": row["portfolio"], **order}


def _row(name: str, row: Mapping[str, Any]) -> bytes:
    return _line([csv_cell(row.get(column)) for column in _HEADERS[name]])


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose lists are in one cell."""
    told = {
        "error": str(row.get("error") or "").replace("\n", "; "),
        "alarms": "; ".join(row.get("alarms") or ()),
    }
    return {**row, **told}


def _line(cells: Iterable[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue().encode(errors="replace")  # names of files need not be text
