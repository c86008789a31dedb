"""What an analysis says of a book's positions, wallets, exposure and scenarios, beside the model.

Each difference is a `Difference`; figures that cancel are compared at the size of their parts.
"""

import math
from typing import NamedTuple

from plain_accounts import Book
from plain_exposure import underlyings
from plain_scenarios import LEGS, outcomes

TOLERANCE = 1e-9


class Difference(NamedTuple):
    """One figure that is not what the model says."""

    where: str
    figure: str
    shown: object
    wanted: object


class Comparison:
    """Collects what differs."""

    def __init__(self):
        self.found, self.seen = [], 0

    def expect(self, where, figure, shown, wanted, scale=0.0):
        """Numbers within the tolerance of their size or of their parts'; words and blanks equal."""
        self.seen += 1
        if isinstance(wanted, float) and isinstance(shown, int | float):
            size = max(abs(wanted), scale, 1e-9)
            same = math.isfinite(shown) and abs(shown - wanted) <= TOLERANCE * size
        else:
            same = shown == wanted
        if not same:
            self.found.append(Difference(where, figure, shown, wanted))


def differences(tables, analysis):
    """All that differs, and how many figures were compared."""
    book, found = Book(tables), Comparison()
    _positions(found, book, analysis)
    _wallets(found, book, analysis)
    _exposure(found, book, analysis)
    _scenarios(found, book, analysis)
    return found.found, found.seen
