"""Values as files and frames hold them: what is a number, a date or text, and what was meant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from xlhedge.functions.ranges import is_missing
from xlhedge.serials import DAYS_TO_1904, moment_of

__all__ = [
    "From1904",
    "Written",
    "as_moment",
    "as_number",
    "as_text",
    "hint",
    "is_blank",
    "is_truth",
    "trimmed",
]

_SPACES = " \t\r\n\xa0\u3000"
_PAST_LAST_DAY = 2_958_466  # the serial number of the day after 9999-12-31

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*([. '][0-9]{3})*,[0-9]+")
_PERCENT = re.compile(r"([+-]?[0-9]+\.?[0-9]*) ?%")


class Written(str):
    """Text from a file without types (CSV): in a column of numbers it may be one."""

    __slots__ = ()


class From1904(float):
    """A number from a workbook whose dates count from 1904: in a column of dates it is one."""

    __slots__ = ()


def is_blank(value: Any) -> bool:
    """Whether a cell is empty: nothing is there, or only spaces."""
    return not value.strip(_SPACES) if isinstance(value, str) else is_missing(value)


def is_truth(value: Any) -> bool:
    """Whether it is a truth value, Python's or NumPy's."""
    return type(value).__name__ in ("bool", "bool_")


def trimmed(text: str) -> str:
    """A text without the spaces around it."""
    return text.strip(_SPACES)


def as_number(text: str) -> float | None:
    """The number that a text is, with a decimal point and nothing else; None if it is none.

    Example:
        >>> as_number("-.5e3"), as_number("1,5"), as_number("nan"), as_number("1_000")
        (-500.0, None, None, None)
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def hint(text: str) -> str | None:
    """What to write instead of a text that looks like a number but is none.

    Thousands separators are not guessed: 1,000 may be a thousand or one.

    Example:
        >>> hint("0,5")
        '"0,5" has a decimal comma; write 0.5'
        >>> hint("1,000")
        '"1,000" has a comma; write 1000, or 1.000 if it is a decimal comma'
        >>> hint("5 %")
        '"5 %" is a percentage; write 0.05'
    """
    if len(text) > 40:
        return None
    if groups := _GROUPS.fullmatch(text):
        plain = text.replace(",", "")
        if text.count(",") == 1 and not groups[2]:
            point = text.replace(",", ".")
            return f'"{text}" has a comma; write {plain}, or {point} if it is a decimal comma'
        return f'"{text}" has thousands separators; write {plain}'
    if _DECIMAL_COMMA.fullmatch(text):
        whole, decimals = text.split(",")
        for separator in ". '":
            whole = whole.replace(separator, "")
        return f'"{text}" has a decimal comma; write {whole}.{decimals}'
    if percent := _PERCENT.fullmatch(text):
        return f'"{text}" is a percentage; write {float(percent[1]) / 100:.15g}'
    return None


def as_text(value: Any) -> str | None:
    """The text that a cell meant to be a name holds; a number counts, None for anything else.

    Example:
        >>> as_text(1.0), as_text("BTC"), as_text(True), as_text(12345678901234567890.0)
        ('1', 'BTC', None, None)
    """
    if isinstance(value, str):
        return str(value)
    if is_truth(value) or isinstance(value, complex):
        return None
    if isinstance(value, int):
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    # A number holds 15 digits: of a longer name the last ones would be others.
    return f"{number:.15g}" if abs(number) < 1e15 else None


def as_moment(value: Any) -> datetime | None:
    """A date-time of a date, an ISO text or a serial number; None if it is none.

    It is naive, a time zone is turned into UTC, and it is rounded to the millisecond, which is what
    Excel's serial numbers hold.

    Example:
        >>> as_moment("2026-03-27T09:00+01:00"), as_moment(46108.5), as_moment("27.3.2026")
        (datetime.datetime(2026, 3, 27, 8, 0), datetime.datetime(2026, 3, 27, 12, 0), None)
    """
    try:
        found = _moment(value)
        if found is None:
            return None
        found = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
        return found + timedelta(microseconds=500 - (found.microsecond + 500) % 1000)
    except (ValueError, OverflowError):
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, datetime):  # a subclass of pandas' counts nanoseconds, too
        return datetime.combine(value.date(), value.time(), value.tzinfo)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, From1904):
        value = float(value) + DAYS_TO_1904
    if isinstance(value, int | float) and not is_truth(value) and 0 < value < _PAST_LAST_DAY:
        return moment_of(value)
    return None
