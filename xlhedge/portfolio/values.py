"""Values as files, frames and people write them: numbers, dates and text.

A number or date written as text is read where only one reading is possible; where there are two,
the error names both and says what to type.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from xlhedge.errors import HedgeError
from xlhedge.functions.ranges import is_missing
from xlhedge.serials import DAYS_TO_1904, moment_of
from xlhedge.text import cited, shown

__all__ = [
    "DecimalComma",
    "From1904",
    "JsonText",
    "Number",
    "Written",
    "as_moment",
    "as_number",
    "as_text",
    "has_decimal_comma",
    "is_blank",
    "is_truth",
    "note_of_moment",
    "number_in",
    "trimmed",
]

_SPACES = " \t\r\n\xa0\u2007\u2009\u202f\u3000"
_PAST_LAST_DAY = 2_958_466  # the serial number of the day after 9999-12-31
_LONGEST = 60  # characters of a number or date with signs and separators

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Written(str):
    """Text from a file without types (CSV): in a column of numbers it is one.

    Attributes:
        marks: what its marks are known to be: ``.`` if points are decimals, ``.,`` if commas stand
            between thousands besides; nothing if a mark may be either.
        typeless: whether a plain number in it is nothing to mention.
    """

    __slots__ = ()
    marks = "."
    typeless = True


class DecimalComma(Written):
    """Text from a CSV file in which some decimals are written with a comma."""

    __slots__ = ()
    marks = ""


class JsonText(Written):
    """Text from a JSON file, which writes numbers with points."""

    __slots__ = ()
    typeless = False


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


class Number(NamedTuple):
    """A number that was written as text.

    Args:
        value: the number.
        percent: whether it was written with a %; the value is the decimal.
        currency: whether a currency stood beside it.
    """

    value: float
    percent: bool = False
    currency: bool = False


_GAP = "[ \xa0\u2007\u2009\u202f'\u2019]"
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013\ufe63\uff0d", "-"))
_CURRENCY = "[$€£¥₩₹₿₮]|(?:USD[TC]?|EUR[CT]?|GBP|CHF|JPY|CAD|AUD|FDUSD|TUSD|DAI)"
_DRESSED = re.compile(
    rf"(?P<open>\()? *(?P<sign>[+-]?) *(?P<before>{_CURRENCY})? *(?P<late>[+-]?)"
    rf"(?P<body>[0-9.,](?:[0-9.,]|{_GAP}(?=[0-9]))*(?:[eE][+-]?[0-9]+)?)[ \xa0\u202f]*"
    rf"(?:(?P<after>{_CURRENCY})|(?P<percent>%))? *(?P<close>\))?",
    re.IGNORECASE,
)


def _written(group: str, point: str) -> re.Pattern[str]:
    """Numbers with a mark between groups of digits, and one before the decimals."""
    thousands = rf"[1-9][0-9]{{0,2}}(?P<g>{group})[0-9]{{3}}(?:(?P=g)[0-9]{{3}})*"
    grouped = thousands if group else "[0-9]*"
    return re.compile(rf"(?P<whole>{grouped})(?:{point}(?P<decimals>[0-9]*))?")


_ENGLISH, _GERMAN, _GAPS = _written(",", r"\."), _written(r"\.", ","), _written(_GAP, "[.,]")
_POINT, _COMMA = _written("", r"\."), _written("", ",")
_WAYS = {
    ".,": (_ENGLISH, _GAPS, _POINT),
    ".": (_ENGLISH, _GAPS, _POINT, _COMMA),
    "": (_ENGLISH, _GAPS, _POINT, _COMMA, _GERMAN),
}
"""How a number may be written, by what its marks are known to be."""


def number_in(text: str, marks: str = "") -> Number | None:
    """The number that a text is, as people and their programs write it; None if it is none.

    Args:
        text: the text, without spaces around it.
        marks: what its marks are known to be; see `Written`.

    Raises:
        HedgeError: it may be either of two numbers.

    Example:
        >>> [number_in(text).value for text in ("1.234,5", "$ 60,000.50", "(5)", "1 234", "-5 %")]
        [1234.5, 60000.5, -5.0, 1234.0, -0.05]
        >>> number_in("60,000", ".,").value, number_in("ten")
        (60000.0, None)
        >>> number_in("1,234")
        Traceback (most recent call last):
        xlhedge.errors.HedgeError: "1,234" may be 1234 or 1.234; write 1234 or 1.2340
    """
    if (plain := as_number(text)) is not None and (marks or not _may_group(text)):
        return Number(plain)
    found = _DRESSED.fullmatch(text.translate(_MINUS)) if len(text) <= _LONGEST else None
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    negative = [found["open"] or "", found["sign"], found["late"]]
    if sum(map(bool, negative)) > 1 or (found["before"] and found["after"]):
        return None
    minus = "-" if found["open"] or "-" in negative else ""
    exponent = "e-2" if found["percent"] else ""
    readings = {float(f"{minus}{each}{exponent}"): each for each in _readings(found["body"], marks)}
    if len(readings) > 1:
        first, second = map(shown, readings)
        typed = [f"{minus}{_clear(each)}{found['percent'] or ''}" for each in readings.values()]
        raise HedgeError(f'"{text}" may be {first} or {second}; write {" or ".join(typed)}')
    currency = bool(found["before"] or found["after"])
    return next((Number(each, bool(found["percent"]), currency) for each in readings), None)


def _may_group(text: str) -> bool:
    """Whether its point may stand between thousands: 60.000."""
    return "." in text and bool(_GERMAN.fullmatch(text.lstrip("+-")))


def _readings(body: str, marks: str) -> list[str]:
    """What a number without signs may be, in Python's words."""
    if "e" in body.lower():
        return [body] if _NUMBER.fullmatch(body) else []
    found = [way.fullmatch(body) for way in _WAYS[marks]]
    if not any(found):
        found = [way.fullmatch(body) for way in _WAYS[""]]
    return [
        f"{re.sub('[^0-9]', '', each['whole'])}.{each['decimals'] or 0}"
        for each in found
        if each and any(map(str.isdigit, body))
    ]


def has_decimal_comma(text: str) -> bool:
    """Whether a text is a number whose comma can only stand before its decimals.

    Example:
        >>> has_decimal_comma("1,5"), has_decimal_comma("1.234,567"), has_decimal_comma("1,234")
        (True, True, False)
    """
    if text.count(",") != 1 or text.rfind(".") > text.find(","):
        return False
    try:
        return number_in(text) is not None
    except HedgeError:
        return False


def _clear(digits: str) -> str:
    """A number as it is typed so that it has one reading wherever it is typed."""
    whole, _, decimals = digits.partition(".")
    if not decimals.strip("0"):
        return whole
    return f"{digits}0" if len(decimals) == 3 else digits


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


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CLOCK = (
    r"(?:[T ,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<part>"
    r"[0-9]{1,9}))?)?(?: ?(?P<half>[AP]M))?)? ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DAYS = [
    re.compile(pattern + _CLOCK, re.IGNORECASE)
    for pattern in (
        r"(?P<year>[0-9]{4})(?P<s>[-/.])(?P<month>[0-9]{1,2})(?P=s)(?P<day>[0-9]{1,2})",
        r"(?P<first>[0-9]{1,2})(?P<s>[-/.])(?P<other>[0-9]{1,2})(?P=s)(?P<year>[0-9]{4})",
        rf"(?P<day>[0-9]{{1,2}})[. -]+{_MONTH}[ ,-]+(?P<year>[0-9]{{4}})",
        rf"{_MONTH} (?P<day>[0-9]{{1,2}}),? (?P<year>[0-9]{{4}})",
    )
]
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?|[0-9]{10}(\.[0-9]+)?|[0-9]{13}")
# Counted from 1970 in seconds, or in milliseconds: the years 2001 to 2286.
_SECONDS, _THOUSANDTHS = (10**9, 10**10), (10**12, 10**13)


def as_moment(value: Any) -> datetime | None:
    """A date-time of a date, a text, a serial number or a count since 1970; None if it is none.

    It is naive, a time zone is turned into UTC, and it is rounded to the millisecond, which is what
    Excel's serial numbers hold.

    Raises:
        HedgeError: it may be either of two days.

    Example:
        >>> as_moment("2026-03-27T09:00+01:00"), as_moment(46108.5), as_moment("soon")
        (datetime.datetime(2026, 3, 27, 8, 0), datetime.datetime(2026, 3, 27, 12, 0), None)
        >>> as_moment("27.3.2026") == as_moment("2026/03/27") == as_moment(1774569600)
        True
        >>> as_moment("2/3/2026")
        Traceback (most recent call last):
        xlhedge.errors.HedgeError: "2/3/2026" may be 2 March or 3 February; write 2026-03-02 or 2026-02-03
    """  # noqa: E501  # the whole line of an error
    if type(value) is datetime and value.tzinfo is None and not value.microsecond % 1000:
        return value
    try:
        found = _moment(value)
        if found is None:
            return None
        found = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
        return found + timedelta(microseconds=500 - (found.microsecond + 500) % 1000)
    except HedgeError:
        raise
    except (ValueError, OverflowError):
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        return _moment_of_text(value)
    if isinstance(value, datetime):  # a subclass of pandas' counts nanoseconds, too
        return datetime.combine(value.date(), value.time(), value.tzinfo)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, int | float) or is_truth(value):
        return None
    if isinstance(value, From1904):
        value = float(value) + DAYS_TO_1904
    return moment_of(value) if 0 < value < _PAST_LAST_DAY else _since_1970(value)


def _since_1970(count: float) -> datetime | None:
    for (least, beyond), unit in ((_SECONDS, 1), (_THOUSANDTHS, 1000)):
        if least <= count < beyond:
            return datetime(1970, 1, 1) + timedelta(seconds=count / unit)
    return None


def _moment_of_text(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _SERIAL.fullmatch(text):
        return _moment(float(text))
    found = next(filter(None, (each.fullmatch(text) for each in _DAYS)), None)
    if found is None:
        return None
    parts = found.groupdict()
    if parts.get("name"):
        parts["month"] = _MONTHS[parts["name"].lower()]
    elif "first" in parts:
        parts["day"], parts["month"] = _day_and_month(text, parts)
    return datetime.fromisoformat(
        f"{parts['year']}-{int(parts['month']):02}-{int(parts['day']):02}{_clock(parts)}"
    )


def _day_and_month(text: str, parts: dict[str, Any]) -> tuple[int, int]:
    """Which of the numbers before the year is the day: the one that can be no month."""
    first, other, year = (int(parts[name]) for name in ("first", "other", "year"))
    if max(first, other) <= 12 and first != other:
        days = [datetime(year, other, first), datetime(year, first, other)]
        names = " or ".join(f"{day.day} {day:%B}" for day in days)
        raise HedgeError(f'"{text}" may be {names}; write {" or ".join(map(shown, days))}')
    return (first, other) if other <= 12 else (other, first)


def _clock(parts: dict[str, Any]) -> str:
    """The time of day and the zone, as ISO 8601 has them."""
    hour, zone = parts["hour"], (parts["zone"] or "").upper()
    zone = "Z" if zone in ("UTC", "GMT") else zone
    if hour is None:
        if zone not in ("", "Z"):
            raise ValueError(zone)  # a day of another zone has no time to convert
        return ""
    hour = int(hour)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + 12 * (parts["half"].upper() == "PM")
    part = f".{parts['part'][:6]:<06}" if parts["part"] else ""
    return f"T{hour:02}:{parts['minute']}:{parts['second'] or '00'}{part}{zone}"


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?)?")


def note_of_moment(value: Any, moment: datetime) -> str:
    """What to mention of how a date was read; nothing where it is as it stands."""
    if isinstance(value, str):
        if _ISO.fullmatch(value):
            return ""
        utc = " (UTC)" if re.search(r":[0-9.]+ ?[+-]", value) else ""
    elif isinstance(value, int | float) and value >= _SECONDS[0]:
        utc = ""
    else:
        return ""
    return f"{cited(value)} is read as {shown(moment)}{utc}"
