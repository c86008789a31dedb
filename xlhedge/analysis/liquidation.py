"""What stands in the cell beside a profit or loss that a liquidation may be part of."""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.functions.algebra import Carrier, where

__all__ = ["LIQUIDATED", "NONE", "UNKNOWN", "said_of", "told_of"]

LIQUIDATED = "liquidated"
"""A number that includes a liquidation."""

UNKNOWN = "liquidation unknown"
"""A number that may lack one: margin or mm_rate is missing."""


NONE = "none"
"""What is said of a number without any, where a cell that shows nothing may not be computed."""


def said_of(liquidated: Carrier, unknown: Carrier, nothing: str = "") -> Carrier:
    """The word for a number, nothing where no liquidation is near it, or what stands for nothing.

    Example:
        >>> said_of(True, False), said_of(False, True), said_of(False, False)
        ('liquidated', 'liquidation unknown', '')
    """
    return where(liquidated, LIQUIDATED, where(unknown, UNKNOWN, nothing))


def told_of(liquidated: Sequence[str], unknown: Sequence[str], expiring: Sequence[str] = ()) -> str:
    """What happens to which shorts.

    Example:
        >>> told_of(["BTC-P", "ETH-P"], [], ["ETH-Q"])
        'BTC-P, ETH-P: liquidated; ETH-Q: expires within it; after that nothing hedges'
    """
    over = "expires within it; after that nothing hedges"
    found = ((liquidated, LIQUIDATED), (unknown, UNKNOWN), (expiring, over))
    return "; ".join(f"{', '.join(names)}: {what}" for names, what in found if names)
