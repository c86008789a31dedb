"""What was found at venues, as files that every command reads: CSV, JSON or a workbook."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from xlhedge.errors import InputError
from xlhedge.files import refuse_to_replace, write_bytes
from xlhedge.market.found import Found, FoundRow
from xlhedge.portfolio.tables import TABLES
from xlhedge.sheets.style import WIDTHS, styles, widen
from xlhedge.text import csv_cell
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS

__all__ = ["found_files", "found_summary", "found_tables", "write_found"]

Table: TypeAlias = list[dict[str, Any]]

_SOURCES = ("table", "row", "column", "venue", "time")
_KEYS = {"History": "symbol", "Shorts": "instrument", "Tiers": "instrument"}
"""What names the rows of a table, where it is not its first column."""
_TITLES = {"History": TABLES["History"].sheet}
"""Sheets that cannot be called as their table."""
_MANY = ("Tiers", "History")
"""Tables that have many rows of a name, told once."""
_WIDEST = 60  # characters of a column; longer texts run on
_MARK = "\ufeff"  # without it Excel takes the text for the system's own code page


def found_tables(found: Found) -> dict[str, Table]:
    """The rows of each table, by column, and in Sources where they come from and what is missing.

    Example:
        >>> row = FoundRow("Tiers", {"instrument": "A", "floor": 0.0, "mm_rate": 0.005}, "Bybit",
        ...     datetime(2026, 11, 27))
        >>> found_tables(Found((row,)))["Sources"][0]["venue"]
        'Bybit'
    """
    tables = {name: [dict(row.values) for row in found.of(name)] for name in TABLES}
    tables = {name: rows for name, rows in tables.items() if rows}
    return {**tables, "Sources": [*_sources(found), *found.gaps()]} if tables else {}


def _sources(found: Found) -> Iterator[dict[str, Any]]:
    """Where values come from: once a row, or once a name of tables that have many; what lacks."""
    once: dict[tuple[str, str, str], datetime] = {}
    for row in found.rows:
        name = str(row.values[_KEYS.get(row.table, next(iter(row.values)))])
        if row.table in _MANY:
            key = (row.table, name, row.venue)
            once[key] = max(row.time, once.get(key, row.time))
        else:
            yield from _of_row(row, name)
    for (table, name, venue), time in once.items():
        yield {"table": table, "row": name, "venue": venue, "time": time}


def _of_row(row: FoundRow, name: str) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for column in row.values:
        why = row.assumed.get(column)
        groups.setdefault(f"{row.venue}: {why}" if why else row.venue, []).append(column)
    for venue, columns in groups.items():
        told = {"table": row.table, "row": name, "column": ", ".join(columns)}
        yield {**told, "venue": venue, "time": row.time}


def found_files(path: Path, found: Found) -> dict[Path, bytes]:
    """The files that what was found makes: one by its ending, or a folder with one a table.

    Args:
        path: what ends in .json or .xlsx is one file; anything else is a folder.
        found: what was found.
    """
    tables = found_tables(found)
    if path.suffix.lower() == ".json":
        text = json.dumps(tables, indent=1, ensure_ascii=False, default=str)
        return {path: text.encode()}
    if path.suffix.lower() == ".xlsx":
        return {path: _book(tables).to_bytes()}
    return {path / f"{name}.csv": _csv(name, rows) for name, rows in tables.items()}


def found_summary(found: Found) -> Iterator[str]:
    """What each venue told, in a line."""
    counts: dict[str, Counter[str]] = {}
    for row in found.rows:
        counts.setdefault(row.venue, Counter())[row.table] += 1
    for venue, tables in counts.items():
        said = [f"{count:,} rows of {name}" for name, count in tables.items()]
        yield f"{venue}: {', '.join(said)}"


def write_found(path: Path, found: Found, *, force: bool) -> list[Path]:
    """Write what was found, each file whole or not at all.

    Args:
        path: see `found_files`.
        found: what was found.
        force: whether files that are there may be replaced.

    Returns:
        The files.

    Raises:
        InputError: nothing was found, or a file is there already.
        OSError: a file cannot be written.
    """
    if not found.rows:
        raise InputError(f"{path}: nothing was found, so nothing is written")
    files = found_files(path, found)
    for file in files:
        refuse_to_replace(file, force=force)
    for file, content in files.items():
        write_bytes(file, content)
    return list(files)


def _headers(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A table's columns that some row has, in order."""
    known = TABLES[name].headers if name in TABLES else _SOURCES
    return [column for column in known if any(column in row for row in rows)]


def _csv(name: str, rows: Table) -> bytes:
    headers, text = _headers(name, rows), io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([csv_cell(row.get(column)) for column in headers])
    return (_MARK + text.getvalue()).encode()


def _book(tables: Mapping[str, Table]) -> Book:
    """A workbook with a sheet a table, as the readers find them."""
    newest = max((row["time"] for row in tables.get("Sources", ())), default=datetime(2026, 1, 1))
    book = Book(styles(), title="xlhedge: market", created=newest)
    for name, rows in tables.items():
        sheet = book.sheet(_TITLES.get(name, name))
        headers = _headers(name, rows)
        sheet.table(name, 1, 1, headers, len(rows),
                    header_style="header", table_style="TableStyleLight1")  # fmt: skip
        widths = {}
        for at, column in enumerate(headers, 1):
            look = _look(name, column)
            texts = [len(each) for row in rows if isinstance(each := row.get(column), str)]
            wide = max(WIDTHS.get(look, 12), len(column) + 4, *texts)
            widths[LETTERS[at]] = min(wide + 2, _WIDEST)
            for number, row in enumerate(rows, 2):
                if (value := row.get(column)) is not None:
                    sheet.put(number, at, value, f"input {look}")
        widen(sheet, widths)
    return book


def _look(table: str, column: str) -> str:
    if table in TABLES:
        return TABLES[table].model.columns[column].look
    return "date" if column == "time" else "text"
