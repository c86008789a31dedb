"""Plain formulas that would need to be array formulas. Part of the structural checker.

Excel evaluates a plain formula of a file cell by cell: where one value is asked for, a range is cut
to the formula's own row or column (implicit intersection), and of an array the first value is
taken. What a function asks for follows the classes of parameters that the file format gives Excel's
functions: V a value, R a reference that may be a range, A an array, within which operators and
functions of values work on every element. IF and CHOOSE never do unless the formula is an array
formula. S is R where several values make the function give several. Defined names are taken for
single cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from structure_refs import area
from structure_tokens import Token, tokens

from xlhedge.functions.registry import FUNCTIONS

# A letter a parameter, the last for all further ones; functions that are not here take values.
_CLASSES = {
    "R": """SUM MIN MAX COUNT COUNTA COUNTBLANK AVERAGE MEDIAN PRODUCT SUMSQ STDEV STDEVP VAR VARP
            STDEV.S STDEV.P VAR.S VAR.P AND OR XOR NPV IRR ROWS COLUMNS AREAS N T ISREF""",
    "A": """SUMPRODUCT MMULT TRANSPOSE FREQUENCY SLOPE INTERCEPT STEYX DEVSQ RSQ CORREL COVAR LINEST
            SUMX2MY2 SUMX2PY2 SUMXMY2""",
    "RV": "INDEX SMALL LARGE PERCENTILE PERCENTILE.INC QUARTILE COUNTIF OFFSET",
    "RVR": "SUMIF AVERAGEIF",
    "S": "ROW COLUMN",
    "VA": "LOOKUP",
    "VR": "SUBTOTAL",
    "VRV": "MATCH VLOOKUP HLOOKUP RANK",
    "VS": "IF CHOOSE",
}
_PARAMETERS = {name: classes for classes, names in _CLASSES.items() for name in names.split()} | {
    # Ours are handed ranges and arrays as they are.
    entry.name: "".join("R" if n in entry.series else "S" for n in range(len(entry.names)))
    for entry in FUNCTIONS
}
_GIVES_MANY = {
    *("MMULT", "TRANSPOSE", "FREQUENCY", "LINEST"),
    *(entry.name for entry in FUNCTIONS if entry.columns),
}
_NEVER_LIFTED = {"IF", "CHOOSE"}
_CELL = r"\$?[A-Z]{1,3}\$?[0-9]+"
_RANGE = re.compile(rf"(?<![\w.$:])({_CELL})(?::({_CELL}))?(?![\w.(:])")
_PREFIX = re.compile(r"_XLFN\.(?:_XLWS\.)?")


def array_faults(text: str) -> Iterator[str]:
    """Where a plain formula takes several values for one.

    Args:
        text: a formula that reads, as it is stored.
    """
    # Nearly all formulas of a sheet differ in their cells only.
    if _wanting(_RANGE.sub(lambda ref: "A1" if ref[2] in {None, ref[1]} else "A1:B2", text)):
        yield from (f"{fault}; it must be an array formula" for fault in _wanting(text))


@lru_cache(maxsize=4_096)
def _wanting(text: str) -> tuple[str, ...]:
    return _Reader(text).faults()


class _Reader:
    """Reads a formula and tells of each piece whether it stands for several values."""

    def __init__(self, text: str) -> None:
        self._pieces = [piece for piece in tokens(text) if piece.kind != "space"]
        self._pieces.append(Token("end", ""))
        self._at = 0
        self._found: list[str] = []

    def faults(self) -> tuple[str, ...]:
        """All of the formula."""
        if self._expression(lifted=False):
            self._found.append("it gives several values to one cell")
        return tuple(dict.fromkeys(self._found))

    def _next(self) -> Token:
        self._at += 1
        return self._pieces[self._at - 1]

    def _ahead(self, *texts: str) -> bool:
        kind, text = self._pieces[self._at]
        return kind in {"sign", "end"} and text in texts

    def _expression(self, *, lifted: bool) -> bool:
        """Reads as far as a comma or a bracket goes; `lifted` is whether elements are computed."""
        many = worked = False
        while True:
            while self._ahead("+", "-"):
                worked = bool(self._next())
            many |= self._operand(lifted=lifted)
            while self._ahead("%"):
                worked = bool(self._next())
            if self._ahead(",", ")", ""):
                break
            sign = self._next().text
            many |= sign == ":"  # between two references, such as INDEX(…):A9
            worked |= sign != ":"
        if many and worked and not lifted:
            self._found.append("an operator takes one value, and is given several")
            return False
        return many

    def _operand(self, *, lifted: bool) -> bool:
        kind, text = self._next()
        if kind == "sheet":
            kind, text = self._next()
        if kind == "call":
            return self._call(_PREFIX.sub("", text[:-1].upper()), lifted=lifted)
        if text == "(":
            many = self._expression(lifted=lifted)
            while self._next().text == ",":  # several areas
                many |= self._expression(lifted=lifted)
            return many
        if kind == "range":
            found = area(text)
            return found is None or found[:2] != found[2:]
        if kind == "table":
            return "[#this row]" not in text.lower()
        return kind == "array" and ("," in text or ";" in text)

    def _call(self, name: str, *, lifted: bool) -> bool:
        classes = _PARAMETERS.get(name, "V")
        number, given = 0, set[str]()
        while not self._ahead(")"):
            if self._ahead(","):
                self._next()
                number += 1
                continue
            each = classes[min(number, len(classes) - 1)]
            inside = each == "A" or (each == "V" and lifted and name not in _NEVER_LIFTED)
            if self._expression(lifted=inside):
                given.add(each)
                if each == "V" and not inside:
                    self._found.append(f"{name} takes one value, and is given several")
        self._next()
        return name in _GIVES_MANY or "S" in given or (lifted and "V" in given)
