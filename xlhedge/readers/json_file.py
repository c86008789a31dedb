"""One JSON file: an object with the tables as keys, each a list of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.grids import Grid
from xlhedge.portfolio.naming import Header, by_table
from xlhedge.portfolio.problems import PortfolioError, Problem
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import is_blank
from xlhedge.readers.limits import Limits

__all__ = ["read_json_file"]


def read_json_file(content: bytes, name: str, limits: Limits) -> Portfolio:
    """Read a portfolio from a JSON file.

    ``{"Settings": {"as_of": "2026-03-27", …}, "Holdings": [{"asset": "BTC", …}, …], …}``

    Raises:
        PortfolioError: something is wrong; it holds all that is.
    """
    try:
        tables = json.loads(content, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        why = f"it is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        raise PortfolioError([Problem("", why)]) from None
    except RecursionError:
        raise PortfolioError([Problem("", "its lists are nested too deeply")]) from None
    except ValueError as error:  # not UTF-8, or a number of thousands of digits
        raise PortfolioError([Problem("", f"it is not JSON: {error}")]) from None
    if not isinstance(tables, dict):
        raise PortfolioError([Problem("", "it must be an object with the tables as keys")])
    found, problems = by_table(tables, only=True)
    grids = {table: _grid(TABLES[table], tables[key]) for table, key in found.items()}
    return Portfolio.from_grids(grids, name, problems)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose repeated keys hold an error, where Python would take the last in silence."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        content[key] = HedgeError("it is there twice") if key in content else value
    return content


def _grid(table: Table, content: Any) -> Grid:
    """One table as a grid."""
    if isinstance(content, HedgeError):
        return Grid(table.name, broken=content.message)
    if table.upright and isinstance(content, dict):
        return _of_settings(table, content)
    if not isinstance(content, list):
        kind = "an object of names and values" if table.upright else "a list of rows"
        return Grid(table.name, broken=f"it must be {kind}")
    # A header's place is the first row that has the key: that is where to look for a typo.
    headers: dict[str, Header] = {}
    for number, row in enumerate(content):
        for key in row if isinstance(row, dict) else ():
            headers.setdefault(key, Header(key, f"{table.name}[{number}]", table.name))
    if not headers:
        headers = {name: Header(name, table.name, table.name) for name in table.headers}
    return _with_headers(table.name, list(headers.values()), content)


def _with_headers(table: str, headers: list[Header], content: list[Any]) -> Grid:
    rows: list[list[Any] | HedgeError] = []
    tails = []
    for number, row in enumerate(content):
        if not isinstance(row, dict):
            rows.append(HedgeError("it must be an object of columns and values"))
        elif all(map(is_blank, row.values())):
            continue
        else:
            rows.append([_cell(row.get(header.name)) for header in headers])
        tails.append(f"[{number}]")
    return Grid(table, headers, rows, tails)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return HedgeError("it must be one value, not a list or an object")
    return value


def _of_settings(table: Table, content: dict[str, Any]) -> Grid:
    headers = [Header(name, table.name, table.name) for name in table.headers]
    rows = [[name, _cell(value)] for name, value in content.items()]
    return Grid(table.name, headers, rows, [""] * len(rows))
