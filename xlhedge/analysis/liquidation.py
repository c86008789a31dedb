"""What stands in the cell beside a profit or loss that a liquidation may be part of."""

from __future__ import annotations

from xlhedge.functions.algebra import Carrier, where

__all__ = ["LIQUIDATED", "NONE", "UNKNOWN", "said_of"]

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
