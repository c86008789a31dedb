"""A LAMBDA's text as JavaScript: the same text that Excel computes, so that no rule stands twice.

What the operators and Excel's functions do is in `spreadsheet.js`, over single values and over rows
of them; a text becomes calls of those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

__all__ = ["as_script"]

_PIECE = re.compile(
    r'"(?:[^"]|"")*"|#N/A|#[A-Z\d/]+[!?]|\d+(?:\.\d+)?(?:E[+-]?\d+)?|[A-Za-z_][\w.]*|<=|>=|<>|.'
)
_LEVELS = (
    {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"},
    {"&": "join"},
    {"+": "add", "-": "sub"},
    {"*": "mul", "/": "div"},
    {"^": "pow"},
)
"""Operators with the functions they are, the loosest first; all go from the left."""
_PREFIX = re.compile(r"^(?:_xlfn\.|_xlws\.|_xlpm\.|_xlop\.)+")


def as_script(text: str) -> str:
    """A formula's text as a JavaScript expression.

    Args:
        text: as a file has it, of the functions and names that our LAMBDAs are made of.

    Example:
        >>> as_script('_xlfn.LAMBDA(_xlpm.x,IF(_xlpm.x>0,-_xlpm.x^2,#N/A))')
        '($x) => X.IF(X.gt($x, 0), X.pow(X.neg($x), 2), X.NA)'
        >>> as_script('XLHEDGE_SIZE({1,2})&"a"')
        'X.join(F.XLHEDGE_SIZE([[1, 2]]), "a")'
    """
    return _Reader(text).all()


class _Reader:
    """Reads a text from the left."""

    def __init__(self, text: str) -> None:
        self._pieces: Iterator[str] = iter([*_PIECE.findall(text), ""])
        self._next = next(self._pieces)

    def all(self) -> str:
        found = self._binary()
        if self._next:
            raise ValueError(f"{self._next} is left")
        return found

    def _take(self, wanted: str = "") -> str:
        piece = self._next
        if wanted and piece != wanted:
            raise ValueError(f"{piece or 'the end'} stands where {wanted} belongs")
        self._next = next(self._pieces)
        return piece

    def _binary(self, level: int = 0) -> str:
        if level == len(_LEVELS):
            return self._negated()
        left = self._binary(level + 1)
        while name := _LEVELS[level].get(self._next):
            self._take()
            left = f"X.{name}({left}, {self._binary(level + 1)})"
        return left

    def _negated(self) -> str:
        """A minus binds tighter than ^ in Excel."""
        if self._next != "-":
            return self._atom()
        self._take()
        return f"X.neg({self._negated()})"

    def _atom(self) -> str:
        piece = self._take()
        if piece == "(":
            found = self._binary()
            self._take(")")
            return found
        if piece == "{":
            return self._constants()
        if piece[0].isalpha() or piece[0] == "_":
            return self._word(piece)
        return _constant(piece)

    def _word(self, piece: str) -> str:
        if piece in ("TRUE", "FALSE"):
            return piece.lower()
        name = _PREFIX.sub("", piece)
        return self._call(name) if self._next == "(" else f"${name}"

    def _constants(self) -> str:
        cells = [self._take()]
        while self._next == ",":
            self._take()
            cells.append(self._take())
        self._take("}")
        return f"[[{', '.join(cells)}]]"

    def _call(self, name: str) -> str:
        self._take("(")
        given = [self._binary()]
        while self._next == ",":
            self._take()
            given.append(self._binary())
        self._take(")")
        if name == "LAMBDA":
            *names, body = given
            return f"({', '.join(names)}) => {body}"
        if name == "LET":
            *steps, result = given
            pairs = zip(steps[::2], steps[1::2], strict=True)
            lines = " ".join(f"const {known} = {value};" for known, value in pairs)
            return f"(() => {{ {lines} return {result}; }})()"
        where = "X" if name in _EXCEL else "F"
        return f"{where}.{name}({', '.join(given)})"


def _constant(piece: str) -> str:
    """A text, an error, or a number."""
    if piece[0] == '"':
        return json.dumps(piece[1:-1].replace('""', '"'))
    if piece[0] == "#":
        return f"X.{re.sub('[^A-Z0-9]', '', piece)}"
    return repr(float(piece)).removesuffix(".0")


_EXCEL = frozenset(
    """
    ABS COLUMNS EXP FILTER IF IFERROR INDEX INT ISOMITTED LN MAP MATCH MAX MID MIN ROWS SCAN
    SEQUENCE SMALL SUM TRANSPOSE TRIM
    """.split()  # noqa: SIM905  # a list of quoted words reads worse
)
"""Excel's functions that `spreadsheet.js` has."""
