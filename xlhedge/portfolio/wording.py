"""How checks word numbers and dates."""

from __future__ import annotations

from datetime import datetime

__all__ = ["shown"]


def shown(value: float | datetime) -> str:
    """A number, or a date-time without a time that is midnight."""
    if not isinstance(value, datetime):
        return f"{value:.15g}"
    midnight = value.time() == datetime.min.time()
    return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
