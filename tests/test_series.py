"""A series computes number by number: what Python's own operators give, one number at a time."""

import operator

import pytest

from xlhedge.errors import HedgeError
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import function
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


def test_ranges_are_paired_cell_by_cell():
    entry, rates = function("FUNDING_ACCRUED"), [0.25, 0.5, -0.25]
    assert evaluate(entry, [[4.0, None, 2.0], rates]) == 4 * 0.25 - 2 * 0.25
    assert evaluate(entry, [4.0, [[each] for each in rates]]) == 4 * (0.25 + 0.5 - 0.25)
    assert rates == [0.25, 0.5, -0.25]
    for arguments, said in [
        ([[4.0, 1.0], rates], "funding_rates: has 3 cells and short_notional 2"),
        ([[[4.0, 1.0], [2.0, 3.0]], rates], "short_notional: must be one row or one column"),
        ([4.0, [0.25, 1.5]], r"funding_rates\[1\]: 1.5 is out of range"),
    ]:
        with pytest.raises(HedgeError, match=said):
            evaluate(entry, arguments)


def test_one_number_stands_beside_each_of_the_others():
    assert list(Series([8.0]).along(Series(NUMBERS))) == [8.0, 8.0, 8.0]
    assert list(Series(OTHERS).along(Series(NUMBERS))) == OTHERS
    assert list(Series([8.0]).along(Series([]))) == []
