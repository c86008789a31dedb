"""A series computes number by number: what Python's own operators give, one number at a time."""

import operator

import pytest

from xlhedge.functions.series import Series

NUMBERS = [3.0, -2.0, 5.0]
OTHERS = [4.0, -2.0, 0.5]
TWO = (
    *("add", "sub", "mul", "truediv"),
    *("lt", "le", "gt", "ge", "eq", "ne"),
)


@pytest.mark.parametrize("name", TWO)
def test_two_series_and_one_number_on_either_side(name):
    of = getattr(operator, name)
    both = [of(x, y) for x, y in zip(NUMBERS, OTHERS, strict=True)]
    assert list(of(Series(NUMBERS), Series(OTHERS))) == both
    for one in (4.0, Series([4.0])):
        assert list(of(Series(NUMBERS), one)) == [of(x, 4.0) for x in NUMBERS]
        assert list(of(one, Series(NUMBERS))) == [of(4.0, x) for x in NUMBERS]
        assert list(of(one, Series([]))) == []


def test_signs_and_magnitudes():
    assert list(-Series(NUMBERS)) == [-3.0, 2.0, -5.0]
    assert list(abs(Series(NUMBERS))) == [3.0, 2.0, 5.0]


def test_a_choice_takes_one_for_all_on_both_sides():
    positive = Series(NUMBERS) > 0
    assert list(positive.choose(Series(OTHERS), 7)) == [4.0, 7, 0.5]
    assert list(positive.choose(1, Series([9.0]))) == [1, 9.0, 1]


def test_what_has_no_partner_is_refused_and_none_is_true():
    with pytest.raises(ValueError, match="series of 2 and 3 numbers"):
        Series([1.0, 2.0]) + Series(NUMBERS)
    with pytest.raises(TypeError, match=r"use where\(\)"):
        bool(Series(NUMBERS) > 0)
