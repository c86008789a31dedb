"""One body, three carriers: floats, NumPy arrays, and Excel text.

A formula is plain arithmetic. Where arithmetic is not enough it uses the handful of functions
below, each of which does the right thing for whatever it is handed: a float (one cell), an array
(a range), or an `Expression`, whose operators write Excel text. Formulas over whole ranges have
`array_algebra` besides, and are handed a `Series` for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeAlias

from xlhedge.errors import Undefined
from xlhedge.functions.series import Series

__all__ = [
    "NEVER",
    "NOISE",
    "UNGIVEN",
    "Carrier",
    "Expression",
    "absolute",
    "call",
    "excel_text",
    "exp",
    "floor",
    "join_reasons",
    "ln",
    "maximum",
    "minimum",
    "power",
    "where",
    "words",
]

Carrier: TypeAlias = Any
"""A float, a NumPy array, a `Series` or an `Expression`; text for option words.

Bodies do not care which."""

NEVER = math.inf
"""The default of a price move that never comes: the position cannot be liquidated."""
NOISE = 1e-12  # what ratios may differ by that are the same on paper
UNGIVEN = math.nan
"""The default of a number that has none: any condition on it fails."""

_LONGEST = 255  # characters of reasons, at most

# How tightly Excel's operators bind. Its unary minus binds tighter than ^: -A1^2 is (-A1)^2.
_COMPARE, _JOIN, _ADD, _MULTIPLY, _POWER, _NEGATE, _ATOM = range(7)


class Expression:
    """A piece of an Excel formula; arithmetic on it writes a longer piece.

    Args:
        text: Excel text without the leading ``=``: a reference, a name, a number.
        level: how tightly its outermost operator binds; an atom unless told.

    Example:
        >>> spot, price = Expression("B2"), Expression("C2")
        >>> (spot + 1) * -price
        Expression('(B2+1)*-C2')
    """

    __slots__ = ("level", "text")
    __array_ufunc__ = None  # NumPy must not take the operators over: np.float64 * Expression

    def __init__(self, text: str, level: int = _ATOM) -> None:
        self.text = text
        self.level = level

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __neg__(self) -> Expression:
        if self.text == "0":
            return self
        if self.level == _NEGATE:
            return Expression(self.text[1:])
        if self.level == _MULTIPLY:  # -(a*b) is (-a)*b, to the last bit
            text = self.text
            return Expression(text[1:] if text[0] == "-" else "-" + text, _MULTIPLY)
        return Expression(f"-{_operand(self, _ATOM)}", _NEGATE)

    def __abs__(self) -> Expression:
        return call("ABS", self)

    def __add__(self, other: Carrier) -> Expression:
        return _binary(self, "+", other, _ADD)

    def __radd__(self, other: Carrier) -> Expression:
        return _binary(other, "+", self, _ADD)

    def __sub__(self, other: Carrier) -> Expression:
        return _binary(self, "-", other, _ADD)

    def __rsub__(self, other: Carrier) -> Expression:
        return _binary(other, "-", self, _ADD)

    def __mul__(self, other: Carrier) -> Expression:
        return _binary(self, "*", other, _MULTIPLY)

    def __rmul__(self, other: Carrier) -> Expression:
        return _binary(other, "*", self, _MULTIPLY)

    def __truediv__(self, other: Carrier) -> Expression:
        return _binary(self, "/", other, _MULTIPLY)

    def __rtruediv__(self, other: Carrier) -> Expression:
        return _binary(other, "/", self, _MULTIPLY)

    def __pow__(self, other: Carrier) -> Expression:
        # Excel reads a^b^c as (a^b)^c, Python as a^(b^c): both sides go into brackets.
        return Expression(f"{_operand(self, _ATOM)}^{_operand(other, _ATOM)}", _POWER)

    def __lt__(self, other: Carrier) -> Expression:
        return _binary(self, "<", other, _COMPARE)

    def __le__(self, other: Carrier) -> Expression:
        return _binary(self, "<=", other, _COMPARE)

    def __gt__(self, other: Carrier) -> Expression:
        return _binary(self, ">", other, _COMPARE)

    def __ge__(self, other: Carrier) -> Expression:
        return _binary(self, ">=", other, _COMPARE)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]  # writes text, compares nothing
        return _binary(self, "=", other, _COMPARE)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]  # as ==
        return _binary(self, "<>", other, _COMPARE)

    __hash__ = None  # type: ignore[assignment]  # == writes text, so it cannot key a dict

    def __bool__(self) -> bool:
        raise TypeError("a formula's text is neither true nor false: use where(), & and |")

    # AND and OR reduce a whole array to one value; * and + work element by element.
    def __and__(self, other: Carrier) -> Expression:
        return _binary(self, "*", other, _MULTIPLY)

    __rand__ = __and__

    def __or__(self, other: Carrier) -> Expression:
        return _binary(self, "+", other, _ADD) > 0

    __ror__ = __or__


def _level(value: Carrier) -> int:
    if isinstance(value, Expression):
        return value.level
    return _NEGATE if excel_text(value).startswith("-") else _ATOM


def _operand(value: Carrier, level: int) -> str:
    text = excel_text(value)
    return text if _level(value) >= level else f"({text})"


def _binary(left: Carrier, sign: str, right: Carrier, level: int) -> Expression:
    # Defaults such as beta = 1 leave no trace: people read these formulas.
    if sign in _NEUTRAL and _is_number(right, _NEUTRAL[sign]):
        return _expression(left)
    if sign in "+*" and _is_number(left, _NEUTRAL[sign]):
        return _expression(right)
    if (sign in "*/" and _is_number(left, 0)) or (sign == "*" and _is_number(right, 0)):
        return Expression("0")
    text = _operand(right, level + 1)
    if sign in "+-" and text[0] == "-":  # a + -b*c is a - b*c, to the last bit
        sign, text = "-" if sign == "+" else "+", text[1:]
    # The right side of an equal level keeps its brackets: a-(b-c), and a*(b*c) rounds as written.
    return Expression(_operand(left, level) + sign + text, level)


_NEUTRAL = {"+": 0, "-": 0, "*": 1, "/": 1}


def _expression(value: Carrier) -> Expression:
    return value if isinstance(value, Expression) else Expression(excel_text(value), _level(value))


def _is_number(value: Carrier, number: float) -> bool:
    if isinstance(value, Expression):
        return value.text == str(number)
    return not isinstance(value, str | bool) and bool(value == number)


def excel_text(value: Carrier) -> str:
    """Excel text of a constant or an expression.

    Example:
        >>> [excel_text(v) for v in (0.5, 1e-12, True, "linear")]
        ['0.5', '1E-12', 'TRUE', '"linear"']
    """
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Undefined):
        return value.kind.code
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    number = float(value)
    if abs(number) == NEVER:
        return "9.99E+307" if number > 0 else "-9.99E+307"
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number).upper()


def call(name: str, *arguments: Carrier) -> Expression:
    """A call of one of Excel's functions, by its name in files.

    Example:
        >>> call("_xlfn.SEQUENCE", Expression("A1") + 1)
        Expression('_xlfn.SEQUENCE(A1+1)')
    """
    return Expression(f"{name}({','.join(map(excel_text, arguments))})")


def _value(branch: Carrier | Callable[[], Carrier]) -> Carrier:
    return branch() if callable(branch) else branch


def where(condition: Carrier, then: Carrier, otherwise: Carrier) -> Carrier:
    """`then` where the condition holds, else `otherwise`, element by element.

    A branch that may fail where it is not taken (a division, a logarithm) is given as a function
    of no arguments: floats run only the branch taken, as Excel's IF does.

    Example:
        >>> where(True, 1, lambda: 1 / 0)
        1
        >>> where(Expression("A1") > 0, 1, lambda: Expression("B1") / Expression("A1"))
        Expression('IF(A1>0,1,B1/A1)')
    """
    if condition is True:  # single cells come first: nearly all calls are of those
        return then() if callable(then) else then
    if condition is False:
        return otherwise() if callable(otherwise) else otherwise
    if isinstance(condition, Expression):
        return call("IF", condition, _value(then), _value(otherwise))
    if isinstance(condition, Series):
        return condition.choose(_value(then), _value(otherwise))
    if hasattr(condition, "dtype"):
        import numpy as np

        branches = (_value(then), _value(otherwise))
        # An undefined element becomes NaN; evaluate() asks the float path which error it is.
        return np.where(condition, *(math.nan if isinstance(b, Undefined) else b for b in branches))
    return _value(then) if condition else _value(otherwise)


def words(*pieces: Carrier) -> Carrier:
    """Pieces of a text one after the other; a number as people write it, to 15 digits.

    Example:
        >>> words("volume ", 1.8, " ×"), words("volume ", Expression("A1"))
        ('volume 1.8 ×', Expression('"volume "&A1'))
    """
    if any(isinstance(each, Expression) for each in pieces):
        return Expression("&".join(_operand(each, _JOIN + 1) for each in pieces), _JOIN)
    return "".join(each if isinstance(each, str) else f"{each:.15g}" for each in pieces)


def join_reasons(
    reasons: Sequence[tuple[Carrier, Carrier]], otherwise: str, between: str = " + "
) -> Carrier:
    """The words whose conditions hold, joined by " + "; or what it is without any.

    Example:
        >>> join_reasons([(True, "HORIZON"), (False, "MARKET"), (True, "FUNDING")], "HOLD")
        'HORIZON + FUNDING'
    """
    conditions = [condition for condition, _ in reasons]
    if any(isinstance(each, Expression) for reason in reasons for each in reason):
        parts = [call("IF", each, words(between, word), "").text for each, word in reasons]
        joined = Expression("&".join(parts), _JOIN)
        return where(joined == "", otherwise, call("MID", joined, len(between) + 1, _LONGEST))
    if any(hasattr(each, "dtype") for each in conditions):
        import numpy as np

        arrays: list[Any] = [np.where(each, f"{between}{word}", "") for each, word in reasons]
        said: Any = reduce(np.char.add, np.broadcast_arrays(*arrays))
        return np.where(said == "", otherwise, np.char.lstrip(said, between))
    return between.join(word for condition, word in reasons if condition) or otherwise


def minimum(a: Carrier, b: Carrier) -> Carrier:
    """The smaller of two, element by element (Excel's MIN reduces a whole array to one)."""
    return where(a < b, a, b)


def maximum(a: Carrier, b: Carrier) -> Carrier:
    """The larger of two, element by element (Excel's MAX reduces a whole array to one)."""
    return where(a > b, a, b)


def absolute(x: Carrier) -> Carrier:
    """The magnitude of x."""
    return abs(x)


def floor(x: Carrier) -> Carrier:
    """The largest whole number that is not above x."""
    if isinstance(x, Expression):
        return call("INT", x)
    if hasattr(x, "dtype"):
        import numpy as np

        return np.floor(x)
    return float(math.floor(x)) if math.isfinite(x) else x


def ln(x: Carrier) -> Carrier:
    """The natural logarithm."""
    return call("LN", x) if isinstance(x, Expression) else _elementary(math.log, x)


def exp(x: Carrier) -> Carrier:
    """The exponential function, Euler's number to the power of x."""
    return call("EXP", x) if isinstance(x, Expression) else _elementary(math.exp, x)


def power(base: Carrier, exponent: Carrier) -> Carrier:
    """The base to the power of the exponent.

    Example:
        >>> power(2, 0.5) == math.sqrt(2), power(Expression("A1"), 2)
        (True, Expression('A1^2'))
    """
    if hasattr(base, "dtype") or hasattr(exponent, "dtype"):
        return _elementary(math.pow, base, exponent)
    return base**exponent


def _elementary(function: Callable[..., float], *given: Carrier) -> Carrier:
    """A function of the C library; NumPy's own differ in the last bit, from machine to machine."""
    if not any(hasattr(each, "dtype") for each in given):
        return function(*given)
    import numpy as np

    arrays: tuple[Any, ...] = np.broadcast_arrays(*given)
    cells = [array.ravel().tolist() for array in arrays]
    try:
        values = list(map(function, *cells))
    except (ArithmeticError, ValueError):
        values = [_or_nan(function, each) for each in zip(*cells, strict=True)]
    return np.array(values).reshape(arrays[0].shape)


def _or_nan(function: Callable[..., float], given: Sequence[float]) -> float:
    """A value; where there is none evaluate() asks the float path which error it is."""
    try:
        return function(*given)
    except (ArithmeticError, ValueError):
        return math.nan
