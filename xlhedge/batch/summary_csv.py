"""`summary.csv`: a row for every input, in order, for spreadsheets and for pandas."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xlhedge.errors import InputError
from xlhedge.files import whole
from xlhedge.text import csv_cell

__all__ = ["COLUMNS", "NAME", "refuse_other_summary", "write_summary_csv"]

NAME = "summary.csv"
"""The file's name."""

COLUMNS = (
    *("input", "status", "error", "report"),
    *("portfolio", "quote_currency", "spot_notional", "short_notional"),
    *("net_delta", "gross_delta", "order_notional"),
    *("days", "funding_drag", "pnl_down_20", "pnl_up_20"),
    *("worst_scenario", "worst_scenario_pnl", "nearest_liquidation"),
    *("input_sha256", "version"),
)
"""Its headers."""

_MARK = "\ufeff"  # without it Excel takes the text for the system's own code page


def refuse_other_summary(folder: Path) -> None:
    """Refuse to replace what has that name and is no file of ours: a link is none, nor a pipe.

    Raises:
        InputError: there is one.
        OSError: it cannot be read.
    """
    path = folder / NAME
    if not os.path.lexists(path):
        return
    begins = b""
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as stream:
            begins = stream.read(len(_header()))
    if begins != _header():
        raise InputError(f"{path}: is not of xlhedge; move it, or name another folder")


def write_summary_csv(folder: Path, rows: Iterable[Mapping[str, Any]], unfinished: Path) -> Path:
    """Write the file, whole or not at all.

    Args:
        folder: where to.
        rows: what is known of each input, by column.
        unfinished: where it stands until it is finished.

    Returns:
        The file.

    Raises:
        OSError: it cannot be written; what was there is untouched.
    """
    path = folder / NAME
    with whole(path, unfinished) as stream:
        stream.write(_header())
        for row in rows:
            cells = {**row, "error": str(row.get("error") or "").replace("\n", "; ")}
            stream.write(_line([csv_cell(cells.get(column)) for column in COLUMNS]))
    return path


def _header() -> bytes:
    return _MARK.encode() + _line(COLUMNS)


def _line(cells: Iterable[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue().encode(errors="replace")  # names of files need not be text
