"""What was found at venues, or in files that they let people download: rows of our tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["CROSS", "MISSING", "Found", "FoundRow", "login_of", "merged"]

CROSS = " cross"
"""What stands behind a login in the name of an account of its cross positions."""

MISSING = "missing"
"""What stands in Sources in the place of a table, where something could not be had."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One row of a table, and where and when its values came from.

    Args:
        table: the table's name, as in `TABLES`.
        values: what was found, by column: a float, a text, a naive date-time in UTC; a column that
            the venue does not tell is not there.
        venue: who said so, as the column `exchange` spells it.
        time: when it was so, naive and in UTC.
        assumed: columns whose values are no answer of the venue's but a client's default, and why.
    """

    table: str
    values: Mapping[str, Any]
    venue: str
    time: datetime
    assumed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, and in a line each what could not be had.

    Args:
        rows: the rows, table by table in the order of `TABLES`.
        missing: what could not be had, from whom and why; what is there is partial then.
        notes: what to know of what is there, such as a scaled price.
        whole: accounts of which every open position is among the rows: what is not there is closed.
    """

    rows: tuple[FoundRow, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()

    def of(self, table: str) -> list[FoundRow]:
        """The rows of one table."""
        return [row for row in self.rows if row.table == table]

    def gaps(self) -> list[dict[str, Any]]:
        """What could not be had, as rows of Sources: what is written is partial then."""
        time = max((row.time for row in self.rows), default=None)
        return [{"table": MISSING, "venue": line, "time": time} for line in self.missing if time]


def merged(parts: Iterable[Found]) -> Found:
    """What several venues or files said, as one."""
    every = list(parts)
    return Found(
        tuple(row for part in every for row in part.rows),
        tuple(line for part in every for line in part.missing),
        tuple(line for part in every for line in part.notes),
        frozenset(account for part in every for account in part.whole),
    )


def login_of(account: str) -> str:
    """The login that an account at a venue belongs to, in small letters.

    Args:
        account: its name, as the column `account` has it.

    Example:
        >>> login_of("Binance/fund cross USDT"), login_of("Binance")
        ('binance/fund', 'binance')
    """
    return account.casefold().partition(CROSS)[0].strip()
