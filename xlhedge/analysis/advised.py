"""One piece of advice: how urgent, what to do, with what, how much, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from xlhedge.analysis.figures import FigureRow

__all__ = ["CHECK", "NOTE", "TODAY", "URGENCIES", "WEEK", "Advice", "Amount", "by_urgency"]

URGENCIES = TODAY, WEEK, CHECK, NOTE = ("today", "week", "check", "note")
"""How urgent, in the order of a list; a note is to be known and asks for nothing."""


class Amount(NamedTuple):
    """A number that a table of figures has: the row and the figure.

    Args:
        row: the row.
        name: the figure's.
    """

    row: FigureRow
    name: str

    @property
    def number(self) -> float:
        """It, by its size: what to do with it is said in words."""
        return abs(float(getattr(self.row, self.name)))


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do.

    Args:
        urgency: `TODAY`, `WEEK`, `CHECK` or `NOTE`.
        what: in a word or two, such as "buy back".
        text: all of it as a sentence.
        why: in a few words.
        instrument: what to trade, or what it is on.
        account: where; the exchange where there are no accounts.
        side: "sell" or "buy"; nothing where it is no order.
        contracts: how many.
        value: what they are worth, or the margin.
        unit: of the value.
    """

    urgency: str
    what: str
    text: str
    why: str
    instrument: str = ""
    account: str = ""
    side: str = ""
    contracts: Amount | None = None
    value: Amount | None = None
    unit: str = ""


def by_urgency(found: Iterable[Advice]) -> list[Advice]:
    """The most urgent first, and the others as they were."""
    return sorted(found, key=lambda each: URGENCIES.index(each.urgency))
