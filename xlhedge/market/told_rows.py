"""The rows of a venue's answer; an answer without them is no answer that there are none."""

from __future__ import annotations

from typing import Any

from xlhedge.errors import MachineError

__all__ = ["rows_told"]


def rows_told(told: object, *at: str, what: str) -> list[dict[str, Any]]:
    """The rows of an answer.

    Args:
        told: the answer.
        at: the names under which they stand, one in another.
        what: what they are, for the message.

    Raises:
        MachineError: it has none, not even an empty list.

    Example:
        >>> rows_told({"data": {"list": []}}, "data", "list", what="positions")
        []
    """
    for name in at:
        told = told.get(name) if isinstance(told, dict) else None
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise MachineError(f"did not tell its {what}")
    return told
