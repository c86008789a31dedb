"""One JSON file: an object with the tables as keys, each a list of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio.headings import Header, by_table
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.rows import MOST_COLUMNS, RawTable, RawTables, too_wide
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import JsonText, is_blank
from xlhedge.readers.limits import Limits
from xlhedge.readers.text_encoding import encoding_of

__all__ = ["read_json_file"]

_MOST_KEYS = 100
_LONGEST_NUMBER = 400  # digits; the largest float has 309
_TWICE = HedgeError("it is there twice")
_NO_ROW = HedgeError("it must be an object of columns and values")
_NO_VALUE = HedgeError("it must be one value, not a list or an object")


def read_json_file(content: bytes, name: str, limits: Limits) -> RawTables:
    """Read a portfolio's tables from a JSON file.

    ``{"Settings": {"as_of": "2026-03-27", …}, "Holdings": [{"asset": "BTC", …}, …], …}``

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    tables = _parsed(content, limits)
    if not isinstance(tables, dict):
        raise refusal("it must be an object with the tables as keys")
    if len(tables) > _MOST_KEYS:
        raise refusal(f"it has {len(tables):,} keys; the tables of a portfolio are {len(TABLES)}")
    found, problems = by_table(tables, only=True)
    tables = {table: _raw_table(TABLES[table], tables[key], limits) for table, key in found.items()}
    return RawTables(tables, name, problems)


def _parsed(content: bytes, limits: Limits) -> Any:
    # Each value but the first stands behind one of these: counted before any is made.
    values = sum(map(content.count, (b",", b"[", b"{")))
    why = limits.too_many(values, limits.cells, "values")
    if why:
        raise refusal(why)
    try:
        text = content.decode(encoding_of(content))
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole)
    except json.JSONDecodeError as error:
        why = f"it is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except RecursionError:
        why = "its lists are nested too deeply"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        why = f"it is not JSON: it is not UTF-8 text in line {line}"
    raise refusal(why)


def _whole(digits: str) -> float:
    """A whole number; one that no float holds is infinite, as one with an exponent would be."""
    return int(digits) if len(digits) < _LONGEST_NUMBER else float(digits)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated keys hold an error, where Python would take the last in silence."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        content[key] = _TWICE if key in content else value
    return content


def _raw_table(table: Table, content: Any, limits: Limits) -> RawTable:
    """One table as a raw table."""
    if isinstance(content, HedgeError):
        return RawTable(table.name, broken=content.message)
    if table.upright and isinstance(content, dict):
        return _of_settings(table, content)
    if not isinstance(content, list):
        kind = "an object of names and values" if table.upright else "a list of rows"
        return RawTable(table.name, broken=f"it must be {kind}")
    # A header's place is the first row that has the key: that is where to look for a typo.
    headers: dict[str, Header] = {}
    for number, row in enumerate(content):
        for key in row if isinstance(row, dict) else ():
            if key not in headers and len(headers) <= MOST_COLUMNS:
                headers[key] = Header(key, f"{table.name}[{number}]", table.name)
    why = too_wide(len(headers)) or limits.too_large(len(content), len(headers))
    if why:
        return RawTable(table.name, broken=why)
    if not headers:
        headers = {name: Header(name, table.name, table.name) for name in table.headers}
    return _with_headers(table.name, list(headers.values()), content)


def _with_headers(table: str, headers: list[Header], content: list[Any]) -> RawTable:
    rows: list[list[Any] | HedgeError] = []
    tails = []
    names = [header.name for header in headers]
    for number, row in enumerate(content):
        if not isinstance(row, dict):
            rows.append(_NO_ROW)
        elif all(map(is_blank, row.values())):
            continue
        else:
            rows.append([_cell(row.get(name)) for name in names])
        tails.append(f"[{number}]")
    return RawTable(table, headers, rows, tails)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return _NO_VALUE
    return JsonText(value) if isinstance(value, str) else value


def _of_settings(table: Table, content: dict[str, Any]) -> RawTable:
    headers = [Header(name, table.name, table.name) for name in table.headers]
    rows = [[name, _cell(value)] for name, value in content.items()]
    return RawTable(table.name, headers, rows, [""] * len(rows))
