"""Numbers and dates in text: read where only one reading is possible, else both are named."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlhedge.errors import HedgeError
from xlhedge.portfolio.columns import Column, moment, number
from xlhedge.portfolio.values import (
    DecimalComma,
    JsonText,
    Written,
    as_moment,
    has_decimal_comma,
    number_in,
)

# Whatever the marks are known to be: nobody writes another number so.
ONE_READING = {
    "7": 7, "+7": 7, "1.5": 1.5, ".5": 0.5, "1e5": 1e5, "1.5E-3": 0.0015,
    "1,5": 1.5, "-,5": -0.5, "0,234": 0.234, "0,000": 0, "12345,678": 12_345.678,
    "1,234.5": 1_234.5, "1,234,567": 1_234_567, "1.234,5": 1_234.5, "1.234.567": 1_234_567,
    "1 234": 1_234, "1\u00a0234,5": 1_234.5, "1\u202f234\u202f567.25": 1_234_567.25,
    "1\u2009234": 1_234, "1'234.50": 1_234.5, "1\u2019234": 1_234,
    "\u22125": -5, "\u22121,5": -1.5, "(5)": -5, "(1,234.50)": -1_234.5, "($1,234.50)": -1_234.5,
    "$60,000.00": 60_000, "60000 USDT": 60_000, "\u20ac 1.234,50": 1_234.5, "eur 7": 7, "-$5": -5,
    "50%": 0.5, "0.01 %": 0.0001, "0,07%": 0.0007, "(2%)": -0.02, "7 %": 0.07,
}  # fmt: skip
NO_NUMBER = (
    "", "ten", "nan", "inf", "TRUE", "1_0", "\u0661", "-", ".", ",", "%", "$", "()", "--5", "(-5)",
    "(5", "5)", "1,2,3", "1.2.3", "1,23,4", "1'23", "1 2", "12,345.678,9", "1,5e3", "$5 EUR", "5%%",
    "5 BTC", "5k", "0x10", "1 234'567", "5$%", "=1", "1" * 61 + ",5",
)  # fmt: skip
TWO_READINGS = {
    "1,234": ("1234 or 1.234", "1234 or 1.2340"),
    "60,000": ("60000 or 60", "60000 or 60"),
    "-1,500": ("-1500 or -1.5", "-1500 or -1.5000"),
    "$1,234": ("1234 or 1.234", "1234 or 1.2340"),
    "1,234%": ("12.34 or 0.01234", "1234% or 1.2340%"),
}


@pytest.mark.parametrize("marks", ["", ".", ".,"])
@pytest.mark.parametrize("text", ONE_READING)
def test_a_number_with_one_reading_is_read(text, marks):
    assert number_in(text, marks).value == ONE_READING[text]


@pytest.mark.parametrize("marks", ["", ".", ".,"])
@pytest.mark.parametrize("text", NO_NUMBER, ids=lambda text: text[:9])
def test_what_is_no_number_is_none(text, marks):
    assert number_in(text, marks) is None


@pytest.mark.parametrize("marks", ["", "."])
@pytest.mark.parametrize("text", TWO_READINGS)
def test_a_number_with_two_readings_is_refused_and_both_are_named(text, marks):
    may, write = TWO_READINGS[text]
    with pytest.raises(HedgeError) as caught:
        number_in(text, marks)
    assert str(caught.value) == f'"{text}" may be {may}; write {write}'
    first, second = write.split(" or ")
    for each in (first, second):  # what is said to be written is read so, wherever it is written
        for known in ("", ".", ".,"):
            assert number_in(each, known).value in {
                float(part.strip()) for part in may.split(" or ")
            }


def test_a_point_is_a_decimal_point_where_the_file_says_so_and_is_asked_about_elsewhere():
    assert number_in("60.000", ".").value == number_in("60.000", ".,").value == 60
    assert number_in("1.234", ".").value == 1.234
    with pytest.raises(HedgeError, match=r'"60\.000" may be 60 or 60000; write 60 or 60000'):
        number_in("60.000")
    assert number_in("60,000", ".,").value == 60_000
    assert number_in("0.001").value == 0.001


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_a_program_writes_is_read_back(value):
    assert number_in(repr(value), ".").value == value
    plain = f"{value:.2f}"
    if math.isfinite(value) and len(plain) < 40:
        grouped = f"{value:,.2f}"
        for text in (
            plain,
            plain.replace(".", ","),
            grouped,
            grouped.replace(",", " "),
            grouped.replace(",", "'"),
            grouped.translate(str.maketrans(",.", ".,")),
        ):
            assert number_in(text).value == float(plain)


def test_a_decimal_comma_is_told_from_one_between_thousands():
    found = [has_decimal_comma(text) for text in ("1,5", "0,001", "1.234,50", "12 345,6", "1234,5")]
    assert found == [True] * 5
    others = ("1,234", "1,234.5", "1,234,567", "1.5", "ten, or so", "")
    assert not any(map(has_decimal_comma, others))


# Dates

DAY, HOUR = dt.datetime(2026, 3, 27), dt.datetime(2026, 3, 27, 8)
DATES = {
    "2026-03-27": DAY, "2026-3-27": DAY, "2026/03/27": DAY, "2026.3.27": DAY, "20260327": DAY,
    "27/03/2026": DAY, "3/27/2026": DAY, "27.3.2026": DAY, "27-03-2026": DAY, "27 Mar 2026": DAY,
    "27. March 2026": DAY, "Mar 27, 2026": DAY, "27-Mar-2026": DAY,
    "2/2/2026": dt.datetime(2026, 2, 2),
    "2026-03-27 08:00": HOUR, "2026-03-27T08:00Z": HOUR, "2026-03-27 08:00 UTC": HOUR,
    "2026-03-27 08:00:00 GMT": HOUR, "2026-03-27T10:00+02:00": HOUR, "2026-3-27 10:00 +0200": HOUR,
    "2026-03-27 8:00": HOUR, "27/03/2026 8:00:00 AM": HOUR, "3/27/2026 08:00": HOUR,
    "3/27/2026 12:00 AM": DAY, "2026-03-27T08:00:00.0004Z": HOUR,
    "1774598400": HOUR, "1774598400000": HOUR, "46108": DAY,
    1774598400: HOUR, 1774598400000: HOUR, 46108: DAY,
    1774598400.5: HOUR.replace(microsecond=500_000),
    DAY: DAY, DAY.date(): DAY, HOUR.replace(microsecond=400): HOUR,
    HOUR.replace(hour=10, tzinfo=dt.timezone(dt.timedelta(hours=2))): HOUR,
}  # fmt: skip


@pytest.mark.parametrize("written", DATES, ids=str)
def test_a_date_with_one_reading_is_read(written):
    assert as_moment(written) == DATES[written]


@pytest.mark.parametrize(
    "written",
    ["soon", "2026", "2026-02-30", "31/31/2026", "2026-03-27 25:00", "13:00", "27 Foo 2026", "1e9",
     "2026-03-27 08:00 CET", "2026-03-27 13:00 PM", "27/03/26", "x" * 99, 0, -5, 1e11, 1e15, True],
    ids=lambda written: str(written)[:20],
)  # fmt: skip
def test_what_is_no_date_is_none(written):
    assert as_moment(written) is None


@pytest.mark.parametrize("written", ["2/3/2026", "02.03.2026", "2-3-2026 08:00"])
def test_a_day_that_may_be_a_month_is_refused(written):
    with pytest.raises(HedgeError) as caught:
        as_moment(written)
    assert str(caught.value) == (
        f'"{written}" may be 2 March or 3 February; write 2026-03-02 or 2026-02-03'
    )


# A column

PRICE, RATE = Column("price", number("price")), Column("rate", number("funding_rate"))
COINS, TIME = Column("quantity", number("spot_qty")), Column("time", moment("When."))


@pytest.mark.parametrize(
    ("column", "cell", "value", "note"),
    [
        (PRICE, Written("60000"), 60_000, ""),
        (PRICE, "60000", 60_000, '"60000" is text, read as 60000'),
        (PRICE, JsonText("60000.5"), 60_000.5, '"60000.5" is text, read as 60000.5'),
        (PRICE, DecimalComma("60000,5"), 60_000.5, '"60000,5" is read as 60000.5'),
        (PRICE, DecimalComma("7"), 7, ""),
        (PRICE, "€60", 60, '"€60" is read as 60; its currency is not looked at'),
        (RATE, Written("0.01%"), 0.0001, '"0.01%" is read as 0.0001'),
        (COINS, Written("−1,5"), -1.5, '"−1,5" is read as -1.5'),
        (TIME, Written("2026-03-27 08:00"), HOUR, ""),
        (TIME, "2026-03-27T10:00+02:00", HOUR,
         '"2026-03-27T10:00+02:00" is read as 2026-03-27 08:00 (UTC)'),
        (TIME, 1774598400, HOUR, "1774598400 is read as 2026-03-27 08:00"),
    ],
)  # fmt: skip
def test_what_was_read_is_noted(column, cell, value, note):
    read = column.read_all([cell, cell])
    assert (read.values, read.wrong, read.note) == ([value, value], [], note)
    assert read.noted == ([0, 1] if note else [])
    assert column.read(cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "line"),
    [
        (COINS, "5%", 'quantity: "5%" is a percentage; write 0.05'),
        (
            COINS,
            "$5",
            'quantity: "$5" is an amount of money, this is in coins; write 5 if that is meant',
        ),
        (PRICE, "1.234", 'price: "1.234" may be 1.234 or 1234; write 1.2340 or 1234'),
        (PRICE, "ten", 'price: "ten" is not a number; it must be above 0, such as 60000'),
        (
            RATE,
            "x",
            'rate: "x" is not a number; it must be above -1 and below 1, such as 0.0001 or 0.01%',
        ),
        (
            TIME,
            "2/3/2026",
            'time: "2/3/2026" may be 2 March or 3 February; write 2026-03-02 or 2026-02-03',
        ),
    ],
)  # fmt: skip
def test_what_to_write_is_said_of_a_cell_that_is_not_read(column, cell, line):
    with pytest.raises(HedgeError) as caught:
        column.read(cell)
    assert str(caught.value) == line
