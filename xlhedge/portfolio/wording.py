"""How checks word shares and what is allowed."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

__all__ = ["one_of", "percent"]


def percent(value: float) -> str:
    """A decimal as percent."""
    return f"{value * 100:.3g} %" if abs(value) < 10 else f"{value * 100:,.0f} %"


def one_of(names: Collection[str]) -> str:
    """What is allowed where only some names are: the first eight of them."""
    quoted = [f'"{name}"' for name in islice(names, 8)]
    rest = [f"one of {len(names) - 8} more"] if len(names) > 8 else []
    return f"it must be {' or '.join(quoted + rest)}" if quoted else "the table has no rows"
