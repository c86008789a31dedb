"""Where the template's inputs stand: the cells of the portfolio's tables, for all other sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from xlhedge.functions.algebra import excel_text
from xlhedge.portfolio import TABLES, Portfolio
from xlhedge.xlsx.cell import LETTERS, quoted

__all__ = [
    "FIRST_ROW",
    "NOTHING_TYPED",
    "SHOWN_FIRST",
    "Inputs",
    "last_column",
    "left_column",
    "shown_headers",
]

FIRST_ROW = 6
"""The first row of data of every input table; above it the headers, and above them the units."""

NOTHING_TYPED = "nothing_typed"
"""The name of whether the book is still empty; a mark cannot look at another sheet's cells."""

SHOWN_FIRST = {
    "Instruments": (
        "instrument",
        "underlying",
        "contract_type",
        "expiry",
        "futures_price",
        "funding_rate",
        "contract_size",
        "mm_rate",
    )
}
"""The columns of a table that most people need; its others fold away behind them."""

_SLOTS = 15

_CAPACITY = {
    "Holdings": 50,
    "Accounts": 20,
    "Instruments": 30,
    "Tiers": 30,
    "Shorts": 50,
    "Scenarios": 40,
    "History": 500,
    "Sources": 100,
}


class Inputs:
    """The cells of the inputs.

    Args:
        portfolio: what the tables hold.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.rows: Mapping[str, Any] = portfolio.rows

    def capacity(self, table: str) -> int:
        """How many rows of a table the computed sheets follow."""
        return max(_CAPACITY[table], len(self.rows[table]) + 10)

    @property
    def tier_slots(self) -> int:
        """How many tiers an instrument may have."""
        counts = Counter(tier.instrument for tier in self.rows["Tiers"])
        return max(_SLOTS, *counts.values(), 0)

    def column(self, table: str, name: str, down: int = 0) -> str:
        """The fixed range of a table's column, as other sheets refer to it; or rows below it.

        It reaches below the table, so that a row typed there counts where the table does not grow.
        """
        letter, sheet = self._letter(table, name), quoted(TABLES[table].sheet)
        first, last = FIRST_ROW + down, FIRST_ROW + down + self.capacity(table) - 1
        return f"{sheet}!${letter}${first}:${letter}${last}"

    def cell(self, table: str, name: str, at: int | str) -> str:
        """The cell of a table's column in the row ``at`` of its sheet."""
        sheet = quoted(TABLES[table].sheet)
        return f"{sheet}!${self._letter(table, name)}${at}"

    def _letter(self, table: str, name: str) -> str:
        return LETTERS[left_column(table) + shown_headers(table).index(name)]

    @property
    def nothing_typed(self) -> str:
        """The formula text of `NOTHING_TYPED`."""
        keys = (("Holdings", "asset"), ("Accounts", "account"), ("Shorts", "instrument"))
        return f"COUNTA({','.join(self.column(*key) for key in keys)})=0"

    def below(self, table: str, name: str) -> str:
        """The rest of a table's column, down to the sheet's end, which no other sheet follows."""
        first = self.cell(table, name, FIRST_ROW + self.capacity(table))
        return f"{first}:${self._letter(table, name)}$1048576"

    def setting(self, name: str) -> str:
        """The formula text of a setting; a blank one is its default."""
        column = TABLES["Settings"].columns[_setting_names().index(name)]
        last = FIRST_ROW + len(_setting_names()) - 1
        names, values = (
            f"{self.cell('Settings', c, FIRST_ROW)}:${self._letter('Settings', c)}${last}"
            for c in ("name", "value")
        )
        found = f'INDEX({values},MATCH("{name}",{names},0))'
        return found if column.required else f'IF({found}="",{excel_text(column.default)},{found})'

    def typed(self, name: str) -> str:
        """The cell in which a setting is typed."""
        return self.cell("Settings", "value", FIRST_ROW + _setting_names().index(name))

    def setting_cell(self, name: str) -> str:
        """The same, as people call it."""
        return self.place("Settings", "value", FIRST_ROW + _setting_names().index(name))

    def place(self, table: str, column: str, at: int | str = FIRST_ROW) -> str:
        """A cell as people call it."""
        return f"{TABLES[table].sheet}!{self._letter(table, column)}{at}"


def _setting_names() -> list[str]:
    return [column.name for column in TABLES["Settings"].columns]


def shown_headers(table: str) -> list[str]:
    """The headers of a table in the order in which the template shows them."""
    first = SHOWN_FIRST.get(table, ())
    return [*first, *(each for each in TABLES[table].headers if each not in first)]


def left_column(table: str) -> int:
    """A table's first column: a blank one stands between it and the table before it.

    What is typed most stands first: rows, then settings.
    """
    beside = (each for each in TABLES.values() if each.sheet == TABLES[table].sheet)
    names = [each.name for each in sorted(beside, key=lambda each: each.upright)]
    at = names.index(table)
    return last_column(names[at - 1]) + 2 if at else 1


def last_column(table: str) -> int:
    """A table's last column; behind settings stands what they mean."""
    return left_column(table) + len(TABLES[table].headers) - (not TABLES[table].upright)
