"""The tables of a portfolio as pandas frames, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlhedge.portfolio.columns import Row
from xlhedge.portfolio.headings import Header
from xlhedge.portfolio.rows import RawTable
from xlhedge.portfolio.tables import Table

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["frame_of", "raw_table_of"]

_DTYPES = {"number": "float64", "date": "datetime64[us]"}


def raw_table_of(table: str, frame: DataFrame) -> RawTable:
    """A frame as a raw table: missing values are blank cells, and blank rows are left out.

    Rows are counted by position, as ``iloc`` does; the index is not read.
    """
    headers = [Header(str(name), table, table) for name in frame.columns]
    # Object columns hold Python's own numbers, and None instead of each kind of missing value.
    cells = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    kept = [
        (f"[{at}]", row) for at, row in enumerate(cells) if any(cell is not None for cell in row)
    ]
    return RawTable(table, headers, [row for _, row in kept], [tail for tail, _ in kept])


def frame_of(table: Table, rows: Sequence[Row]) -> DataFrame:
    """Rows as a frame, which has all columns of its table, also without rows.

    Numbers are float64 with NaN where blank, dates datetime64[us] with NaT, text is object with
    None. A frame of settings has one row each, and its values are objects.
    """
    import pandas as pd

    if table.upright:
        names = [column.name for column in table.columns]
        values = [getattr(rows[0], name) for name in names]
        return pd.DataFrame({"name": names, "value": values}, dtype=object)
    columns = {
        column.name: pd.Series(
            [getattr(row, column.name) for row in rows], dtype=_DTYPES.get(column.kind, "object")
        )
        for column in table.columns
    }
    return pd.DataFrame(columns)
