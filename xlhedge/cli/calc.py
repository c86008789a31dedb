"""What a person types behind `xlhedge calc`: a function with arguments, or a pasted formula."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf, isfinite
from typing import Any, TypeAlias

from xlhedge.errors import InputError
from xlhedge.functions.doubts import doubts
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import function
from xlhedge.portfolio.values import as_moment, as_number, note_of_moment, number_in
from xlhedge.text import cited, shown

__all__ = ["Calculation", "argument_of"]

_TOKENS = {
    between: re.compile(
        r'(?P<text>"(?:[^"]|"")*")|(?P<range>\{[^{}]*\})|'
        r"(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?![0-9])|"
        rf"(?P<number>[0-9.][{digits}]*(?:[eE][+-]?[0-9]+)?)|"
        r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|(?P<sign>\S)"
    )
    for between, digits in ((",", "0-9."), (";", "0-9.,"))
}
"""What a formula is made of, by what stands between its arguments."""
_SAME = {"×": "*", "÷": "/", "−": "-", "–": "-"}
Join: TypeAlias = Callable[[float, float], float]
# As spreadsheets do: −2^2 is 4, and 2^3^2 is 64.
_RANKS: tuple[Mapping[str, Join], ...] = (
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
    {"^": operator.pow},
)
_DEEPEST = 50


def argument_of(text: str, said: list[str] | None = None) -> Any:
    """What a person types for an argument: a number, TRUE, a date, a word, nothing, or a range.

    Args:
        text: as it is typed.
        said: takes what to mention of how it was read.

    Raises:
        HedgeError: it may be either of two days.

    Example:
        >>> argument_of("60,000"), argument_of("50%"), argument_of("{1,2;3,4}"), argument_of("up")
        (60000.0, 0.5, [[1.0, 2.0], [3.0, 4.0]], 'up')
    """
    said = [] if said is None else said
    if text.startswith("{") and text.endswith("}"):
        rows = text[1:-1].split(";")
        return [[argument_of(cell.strip().strip('"'), said) for cell in row.split(",")]
                for row in rows]  # fmt: skip
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    found = number_in(text.strip(), ".,")
    if found:
        if as_number(text.strip()) is None and not found.percent:
            said.append(f"{cited(text)} is read as {shown(found.value)}")
        return found.value
    moment = as_moment(text) if re.search("[0-9]", text) else None
    if moment and (note := note_of_moment(text, moment)):
        said.append(note)
    return moment or text or None


class Calculation:
    """A call or a formula, and what is to be said of it besides its value.

    Attributes:
        notes: how its arguments were read.
        warnings: what looks mistyped.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self._tokens: list[tuple[str, str]] = []
        self._between = ","
        self._depth = 0

    def call(self, name: str, texts: Sequence[str]) -> Any:
        """The value of a function, its arguments as they are typed on a command line."""
        return self._evaluated(name, [argument_of(text, self.notes) for text in texts])

    def formula(self, text: str) -> Any:
        """The value of a formula as it stands in a spreadsheet's cell.

        Raises:
            InputError: it is none, or refers to cells.

        Example:
            >>> Calculation().formula("=NET_DELTA(1,5; 60000; 45000) * 2")
            90000.0
        """
        bare = re.sub(r'"[^"]*"|\{[^}]*\}', "", text)
        self._between = ";" if ";" in bare else ","
        found = _TOKENS[self._between].finditer(text.strip().removeprefix("="))
        parts = [(each.lastgroup or "", _SAME.get(each[0], each[0])) for each in found]
        self._tokens = [*parts, ("end", "")]
        value = self._sum()
        self._take("end", "")
        return value

    def _take(self, kind: str, part: str | None = None) -> str:
        found, text = self._tokens[0]
        if found != kind or (part is not None and text != part):
            wanted = {"end": "the formula to end", "sign": f'"{part}"'}.get(kind, "a value")
            where = f"at {cited(text)}" if text else "at its end"
            raise InputError(f"the formula is wrong {where}: expected {wanted}")
        self._tokens.pop(0)
        return text

    def _is(self, *signs: str) -> bool:
        return self._tokens[0][0] == "sign" and self._tokens[0][1] in signs

    def _sum(self) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError("the formula is nested too deeply")
        value = self._joined(_RANKS)
        self._depth -= 1
        return value

    def _joined(self, ranks: Sequence[Mapping[str, Join]]) -> Any:
        """What signs of the first rank join, from left to right; those of later ones go first."""
        if not ranks:
            return self._signed()
        value = self._joined(ranks[1:])
        while self._is(*ranks[0]):
            join = ranks[0][self._take("sign")]
            value = _computed(join, value, self._joined(ranks[1:]))
        return value

    def _signed(self) -> Any:
        signs = []
        while self._is("-", "+"):
            signs.append(self._take("sign"))
        value = self._value()
        while self._is("%"):
            self._take("sign")
            value = _computed(operator.truediv, value, 100.0)
        return _computed(operator.mul, (-1.0) ** signs.count("-"), value) if signs else value

    def _value(self) -> Any:
        kind, text = self._tokens[0]
        if self._is("("):
            self._take("sign")
            value = self._sum()
            self._take("sign", ")")
            return value
        if kind == "name":
            return self._named(self._take("name"))
        self._take(kind if kind in ("number", "date", "text", "range") else "value")
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "number":
            return self._number(text)
        if kind == "range" and self._between == ";" and "," in text:
            raise InputError(f"{text}: write decimals with a point inside braces")
        return argument_of(text, self.notes)

    def _number(self, text: str) -> float:
        if self._between == "," and re.fullmatch("0[0-9]+", text):
            raise InputError(f"{text} begins with 0; write a number such as 60000 without a comma")
        found = number_in(text, "" if self._between == ";" and "," in text else ".,")
        if found is None:
            raise InputError(f"{cited(text)} is not a number; it must be one such as 60000 or 0.5")
        if not isfinite(found.value):
            raise InputError(f"{cited(text)} is too large for a number")
        return found.value

    def _named(self, name: str) -> Any:
        if name.upper() in ("TRUE", "FALSE"):
            return name.upper() == "TRUE"
        if not self._is("("):
            raise InputError(f"{cited(name)} is a cell or a name; write its value in its place")
        self._take("sign", "(")
        arguments: list[Any] = []
        while not self._is(")"):
            arguments.append(None if self._is(self._between) else self._sum())
            if not self._is(")"):
                self._take("sign", self._between)
                if self._is(")"):
                    arguments.append(None)
        self._take("sign", ")")
        if name.upper() == "DATE":
            return _date(arguments)
        return self._evaluated(name, arguments)

    def _evaluated(self, name: str, arguments: list[Any]) -> Any:
        entry = function(name)
        value = evaluate(entry, arguments)
        self.warnings += doubts(entry, arguments, value)
        return value


def _date(parts: list[Any]) -> datetime:
    try:
        year, month, day = map(int, parts)
        return datetime(year, month, day)
    except (TypeError, ValueError):
        raise InputError("DATE takes a year, a month and a day, such as DATE(2026,3,27)") from None


def _computed(join: Join, left: Any, right: Any) -> float:
    """Two numbers joined by a sign."""
    for each in (left, right):
        if not isinstance(each, int | float):
            raise InputError(f"only numbers can be computed with, and here is {cited(each)}")
    try:
        value = join(left, right)
    except ZeroDivisionError:
        raise InputError("the formula divides by 0") from None
    except OverflowError:
        value = inf
    if isinstance(value, complex) or not isfinite(value):
        raise InputError("the formula has no value, or one that is too large")
    return value
