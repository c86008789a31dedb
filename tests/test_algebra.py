"""Excel text that the carriers write; the engines' verdict on it is in test_carriers.py."""

import numpy as np
import pytest

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import (
    NEVER,
    Expression,
    absolute,
    excel_text,
    floor,
    ln,
    maximum,
    where,
)

A, B, C = Expression("A1"), Expression("B1"), Expression("C1")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (A + B * C, "A1+B1*C1"),
        ((A + B) * C, "(A1+B1)*C1"),
        (A - (B - C), "A1-(B1-C1)"),
        (A - B - C, "A1-B1-C1"),
        (A / (B * C), "A1/(B1*C1)"),
        (A * (B * C), "A1*(B1*C1)"),  # as written: brackets decide how it rounds
        (-A * B, "-A1*B1"),
        (-(A * B), "-A1*B1"),
        (-(A + B), "-(A1+B1)"),
        (-(-A), "A1"),  # noqa: B002  # negated twice is meant
        (A + -B * C, "A1-B1*C1"),
        (A - Expression("-B1", 5), "A1+B1"),
        (-(A**2), "-(A1^2)"),  # Excel reads -A1^2 as (-A1)^2
        ((-A) ** 2, "(-A1)^2"),
        ((A**B) ** C, "(A1^B1)^C1"),
        (A ** (B**C), "A1^(B1^C1)"),
        (1 - A, "1-A1"),
        (A * 1 + 0, "A1"),
        (A * 0 + B, "B1"),
        (A * -2.5, "A1*-2.5"),
        (np.float64(2) * A, "2*A1"),
        ((A > 0) & (B <= 1), "(A1>0)*(B1<=1)"),
        ((A == "x") | (B != 1), '(A1="x")+(B1<>1)>0'),
        (A > NEVER, "A1>9.99E+307"),
        (where(A > 0, "up", Undefined(CellError.NA, "")), 'IF(A1>0,"up",#N/A)'),
        (maximum(A, -1), "IF(A1>-1,A1,-1)"),
        (absolute(floor(ln(A))), "ABS(INT(LN(A1)))"),
    ],
)
def test_text(expression, text):
    assert expression.text == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (30, "30"),
        (0.1, "0.1"),
        (1e-12, "1E-12"),
        (1e22, "1E+22"),
        (True, "TRUE"),
        ('a"b', '"a""b"'),
    ],
)
def test_constants(value, text):
    assert excel_text(value) == text


def test_a_formula_is_not_a_condition():
    with pytest.raises(TypeError, match="where"):
        bool(A > 0)
