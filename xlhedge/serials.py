"""Excel's serial numbers of dates: the one place that knows the day they count from."""

from __future__ import annotations

from datetime import date, datetime, timedelta

__all__ = ["DAYS_TO_1904", "EPOCH", "moment_of", "serial"]

EPOCH = datetime(1899, 12, 30)
"""Day 0 of Excel's serial numbers, as they run since March 1900."""

DAYS_TO_1904 = 1_462
"""Day 0 of a workbook that counts from 1904, as old Macs did, is this one of the others."""


def serial(moment: date) -> float:
    """Excel's number for a date or date-time: days, and the time of day as a fraction.

    A time of some zone is turned into UTC; one without a zone counts as it stands.

    Example:
        >>> serial(datetime(2026, 1, 1, 12)), serial(datetime.fromisoformat("2026-01-01T12:00+06"))
        (46023.5, 46023.25)
    """
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    elif moment.__class__ is not datetime:  # pandas' own counts nanoseconds, and overflows
        moment = datetime.combine(moment.date(), moment.timetz())
    ahead = moment.utcoffset() or timedelta()
    return (moment.replace(tzinfo=None) - EPOCH - ahead) / timedelta(days=1)


def moment_of(days: float) -> datetime:
    """The date-time of a serial number.

    Raises:
        OverflowError: no calendar has it.

    Example:
        >>> moment_of(46023.5)
        datetime.datetime(2026, 1, 1, 12, 0)
    """
    return EPOCH + timedelta(days=days)
