"""Rows of a portfolio's tables typed as one word each, as options of the command line are.

``BTC=12@60000`` is a holding, ``BTC-PERP=4@61200,margin=30000`` a short, ``BTC-PERP=60030@0.01%`` a
future's price and its funding: a name, two numbers, and any other columns of that table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xlhedge.errors import HedgeError
from xlhedge.portfolio import TABLES
from xlhedge.portfolio.headings import Header
from xlhedge.portfolio.rows import RawTable
from xlhedge.portfolio.values import Written
from xlhedge.text import one_line

__all__ = ["FUTURE", "HOLDING", "SHORT", "Cells", "headers_of", "typed_row", "typed_table"]


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of a table are typed.

    Args:
        table: the table's name.
        option: the option of the command line that takes one.
        columns: the columns of the name and of the two numbers.
        example: what one looks like.
    """

    table: str
    option: str
    columns: tuple[str, str, str]
    example: str


HOLDING = Form("Holdings", "--holding", ("asset", "quantity", "spot_price"), "BTC=12@60000")
SHORT = Form("Shorts", "--short", ("instrument", "contracts", "entry_price"), "BTC-PERP=4@61200")
FUTURE = Form(
    "Instruments",
    "--future",
    ("instrument", "futures_price", "funding_rate"),
    "BTC-PERP=60030@0.01%",
)

Cells: TypeAlias = dict[str, Any]
"""The cells of a row by column; a `HedgeError` in place of one that is wrong."""


def typed_row(form: Form, text: str) -> Cells | HedgeError:
    """The cells that a person typed as one word, or what is wrong with it as a whole.

    Example:
        >>> typed_row(SHORT, "BTC-PERP=4@61200,margin=30000")["margin"]
        '30000'
        >>> typed_row(SHORT, "BTC-PERP")
        HedgeError('it is not written as BTC-PERP=4@61200')
    """
    name, separator, rest = text.partition("=")
    if not separator or not name.strip():
        return HedgeError(f"it is not written as {form.example}")
    numbers, *others = re.split(r",(?=\s*[A-Za-z_]+\s*=)", rest)
    amount, separator, price = numbers.partition("@")
    cells: Cells = dict(zip(form.columns, map(Written, (name.strip(), amount, price)), strict=True))
    if not separator:
        known = one_line(f"{name.strip()}={amount}")
        cells[form.columns[2]] = HedgeError(
            f"it is not given; write {known}@{form.columns[2].upper()}"
        )
    for other in others:
        column, _, value = other.partition("=")
        column = column.strip().casefold()
        if column in cells:
            return HedgeError(f"{column} is there twice")
        cells[column] = Written(value)
    return cells


def headers_of(
    table: str, rows: Mapping[str, Cells | HedgeError] | None = None, option: str = ""
) -> list[Header]:
    """The headers of a table: its own, and what people typed that is none."""
    first = dict.fromkeys(TABLES[table].headers, option)
    for text, row in (rows or {}).items():
        for column in row if isinstance(row, dict) else ():
            first.setdefault(column, f"{option} {one_line(text)}")
    return [Header(column, place, f"{option} ") for column, place in first.items()]


def typed_table(form: Form, rows: Iterable[tuple[str, Cells | HedgeError]]) -> RawTable:
    """The rows of a table as a raw table; what was typed is the place of each."""
    typed = list(rows)
    headers = headers_of(form.table, dict(typed), form.option)
    cells = [
        row if isinstance(row, HedgeError) else [row.get(header.name) for header in headers]
        for _, row in typed
    ]
    return RawTable(form.option, headers, cells, [one_line(text) for text, _ in typed])
