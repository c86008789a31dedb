"""What is asked of venues, and all that they answer: the one door to the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from xlhedge.errors import MachineError
from xlhedge.market.contracts import Contract
from xlhedge.market.found import Found

__all__ = ["Asked", "Progress", "fetch"]

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told a venue, how many questions it has answered, and how many there are as far as known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of venues.

    Args:
        venues: their names on the command line, such as "binance".
        coins: the underlyings whose contracts are asked for; with their scale taken off (SHIB).
        contracts: exactly these; all contracts of the coins if None.
        history_days: for how many days back bars and settled funding are asked for, if at all.
        tiers: whether maintenance margin tiers are asked for.
        positions: whether positions, balances and what they earned are asked for, with a key.
        account: which of several accounts at a venue; the name that its key has.
    """

    venues: tuple[str, ...]
    coins: tuple[str, ...] = ()
    contracts: frozenset[Contract] | None = None
    history_days: float | None = None
    tiers: bool = True
    positions: bool = False
    account: str = ""


def fetch(asked: Asked, progress: Progress, warn: Callable[[str], None]) -> Found:
    """Ask venues; one that fails does not stop the others.

    Args:
        asked: what is asked.
        progress: is told how far each venue is.
        warn: takes a line at once about what holds it up, such as a venue that is busy.

    Returns:
        What was found, and in a line each what was not; without rows if nothing was.

    Raises:
        InputError: there is no such venue.
        MachineError: the packages that ask venues are not installed.
    """
    for venue in asked.venues:
        progress(venue, 0, 0)
        warn(f"{venue}: asking venues is not there yet")
    raise MachineError(f"{', '.join(asked.venues)}: asking venues is not there yet")
