"""Formulas: they are read piece by piece, and everything that they name must be there.

Part of the structural checker, see `structure`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from structure_functions import CLASSIC, NEWER, WORKSHEET_ONLY
from structure_refs import area, unescaped, units
from structure_tokens import Token, Wrong, tokens

from xlhedge.functions.registry import FUNCTIONS

_LONGEST, _DEEPEST, _MOST_ARGUMENTS = 8_192, 64, 255
SHORT = _LONGEST // 2
"""Characters that no formula has too many with, however they are counted."""
_OURS = {entry.name for entry in FUNCTIONS}
_SPECIAL = {"#all", "#data", "#headers", "#totals", "#this row"}

_ITEM = re.compile(r"\[((?:'.|[^\[\]'])*)\]")


@dataclass(frozen=True)
class Known:
    """What a formula may name, all in lower case.

    Attributes:
        sheets: the sheets' titles.
        tables: the columns of every table.
        names: the defined names, by sheet; "" is the workbook.
    """

    sheets: frozenset[str]
    tables: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]

    def name(self, text: str, sheet: str) -> bool:
        """Whether a name is defined for a sheet."""
        nowhere: frozenset[str] = frozenset()
        found = self.names.get("", nowhere) | self.names.get(sheet.casefold(), nowhere)
        return text.casefold() in found


@dataclass
class Frame:
    """An open bracket: a call has the function's name, another one ""."""

    function: str
    argument: int = 0
    call: bool = True


def faults_of(text: str, known: Known, sheet: str) -> Iterator[str]:
    """What is wrong with a formula as it is stored, without a leading "=".

    Args:
        text: the formula.
        known: what there is in the workbook.
        sheet: the sheet that it stands on, for names of the sheet; "" for none.
    """
    if not text.strip():
        yield "the formula is empty"
    elif text.startswith("="):
        yield 'the formula is stored with its "="'
    elif units(text) > _LONGEST:
        yield f"the formula has {units(text):,} characters; {_LONGEST:,} are allowed"
    else:
        reader = _Reader(known, sheet)
        try:
            reader.read(tokens(text))
        except Wrong as wrong:
            reader.found.append(str(wrong))
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        yield from (f"{fault} in {shown}" for fault in dict.fromkeys(reader.found))


class _Reader:
    """Reads the pieces in order and keeps what is wrong."""

    def __init__(self, known: Known, sheet: str) -> None:
        self.found: list[str] = []
        self._known, self._sheet = known, sheet
        self._open: list[Frame] = []
        self._locals: set[str] = set()
        self._qualified = ""
        self._before = Token("start", "")
        self._spaced = False
        self._after = Token("end", "")

    def read(self, pieces: list[Token]) -> None:
        """Read a whole formula."""
        following = [*[t for t in pieces if t.kind != "space"][1:], Token("end", "")]
        places = iter(following)
        for piece in pieces:
            if piece.kind == "space":
                self._spaced = True
                continue
            self._after = next(places)
            self._one(piece)
            self._before, self._spaced = piece, False
        if self._open:
            raise Wrong("a parenthesis ( is left open")
        if self._wants_operand():
            raise Wrong(f"nothing after {self._before.text!r}")

    def _wants_operand(self) -> bool:
        kind, text = self._before
        return kind in {"start", "call", "sheet"} or (kind == "sign" and text not in {")", "%"})

    def _one(self, piece: Token) -> None:
        kind, text = piece
        if kind == "sign":
            self._sign(text)
            return
        if not self._wants_operand() and not self._intersects(kind):
            raise Wrong(f"no operator between {self._before.text!r} and {text!r}")
        if self._before.kind == "sheet" and kind not in {"range", "name", "call", "error"}:
            raise Wrong(f"nothing of the sheet after {self._before.text!r}")
        if kind not in {"sheet", "array"}:
            getattr(self, f"_{kind}")(text)
        elif kind == "sheet":
            self._sheet_of(text)
        if kind != "sheet":
            self._qualified = ""

    def _intersects(self, kind: str) -> bool:
        refer = {"range", "table", "name", "sheet"}
        return self._spaced and kind in refer and self._before.kind in refer

    def _sign(self, text: str) -> None:
        empty = self._wants_operand()
        if self._before.kind == "sheet":
            raise Wrong(f"nothing of the sheet after {self._before.text!r}")
        if text == "(":
            if not empty and self._before.text != ")":
                raise Wrong(f"no operator between {self._before.text!r} and '('")
            self._open.append(Frame("", call=not empty))  # the result of a LAMBDA may be called
        elif text in {")", ","}:
            self._separates(text, empty=empty)
        elif text in {";", "}"}:
            raise Wrong(f"{text!r} cannot stand")
        elif empty and text not in {"+", "-"}:
            raise Wrong(f"nothing before {text!r}")

    def _separates(self, text: str, *, empty: bool) -> None:
        if not self._open and text == ")":
            raise Wrong("a parenthesis ) closes nothing")
        may_be_empty = self._before.kind == "call" or self._before.text in {"(", ","}
        in_call = bool(self._open) and self._open[-1].call
        if empty and not (in_call and may_be_empty):
            raise Wrong(f"nothing before {text!r}")
        if text == ")":
            self._open.pop()
        elif self._open:
            self._open[-1].argument += 1
            if self._open[-1].argument == _MOST_ARGUMENTS:
                self.found.append(f"more than {_MOST_ARGUMENTS} arguments")

    def _text(self, text: str) -> None:
        inside = self._open and self._open[-1]
        known = text[:2] == '"#' and text != '"#"'  # a # alone is joined to what a cell says
        if inside and inside.function == "HYPERLINK" and inside.argument == 0 and known:
            place = text[2:-1].replace('""', '"')
            self.found += located(place, self._known, self._sheet)

    def _number(self, text: str) -> None:
        pass

    def _error(self, text: str) -> None:
        if text == "#REF!":
            self.found.append("a reference to something deleted (#REF!)")

    def _sheet_of(self, text: str) -> None:
        title = text[:-1]
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        for each in title.split(":"):
            if each.casefold() not in self._known.sheets:
                self.found.append(f"there is no sheet {each!r}")
        self._qualified = title

    def _range(self, text: str) -> None:
        if self._known.name(text, self._qualified or self._sheet):
            return  # such as XFE1, which is beyond the last column and so a name
        first, _, last = text.partition(":")
        # The far end may stand first, and $B$5:B1 is neither way round.
        corners = area(first) is not None and area(last) is not None
        if area(text) is None and area(f"{last}:{first}") is None and not corners:
            self.found.append(f"{text} is beyond the sheet")
        if not self._sheet and not self._qualified and self._before.text != ":":
            self.found.append(f"{text} does not say of which sheet")

    def _name(self, text: str) -> None:
        if text.upper() in {"TRUE", "FALSE"}:
            return
        prefix, _, plain = text.partition(".")
        if prefix in {"_xlpm", "_xlop"}:
            self._local(prefix, plain)
        elif prefix == "_xleta":
            self._function(plain.upper())
        elif self._known.name(text, self._qualified or self._sheet):
            return
        elif text.casefold() in self._known.tables:
            self.found.append(f"the table {text} without [], which must be {text}[]")
        else:
            self.found.append(f"there is no name {text!r}")

    def _local(self, prefix: str, plain: str) -> None:
        if self._declares():
            if self._known.name(plain, self._sheet):
                self.found.append(f"the parameter {plain} is spelled like a defined name")
            self._locals.add(plain.casefold())
        elif prefix == "_xlop":
            self.found.append(f"_xlop.{plain} is used, which is _xlpm.{plain} there")
        elif plain.casefold() not in self._locals:
            self.found.append(f"there is no parameter {plain!r}")

    def _declares(self) -> bool:
        """Whether this name stands where LAMBDA or LET declares one."""
        if not self._open or self._after.text != ",":
            return False
        if not (self._before.kind == "call" or self._before.text == ","):
            return False
        frame = self._open[-1]
        return frame.function == "LAMBDA" or (frame.function == "LET" and frame.argument % 2 == 0)

    def _call(self, text: str) -> None:
        name = text[:-1]
        upper = name.upper()
        if upper.startswith("_XLPM."):
            self._local("_xlpm", name[6:])
        elif not self._known.name(name, self._qualified or self._sheet):
            self._function(upper)
        self._open.append(Frame(upper.removeprefix("_XLFN.")))
        if sum(frame.call for frame in self._open) == _DEEPEST + 1:
            self.found.append(f"functions inside each other deeper than {_DEEPEST}")

    def _function(self, upper: str) -> None:
        plain = upper.removeprefix("_XLFN.").removeprefix("_XLWS.")
        stored = {name: name for name in (CLASSIC | _OURS) & {plain}}
        stored |= {name: f"_XLFN.{name}" for name in NEWER & {plain}}
        stored |= {name: f"_XLFN._XLWS.{name}" for name in WORKSHEET_ONLY & {plain}}
        if plain not in stored:
            self.found.append(f"there is no function {upper}")
        elif stored[plain] != upper:
            spelled = stored[plain].replace("_XLFN.", "_xlfn.").replace("_XLWS.", "_xlws.")
            self.found.append(f"{upper} must be stored as {spelled}")

    def _table(self, text: str) -> None:
        name, _, inside = text[:-1].partition("[")
        columns = self._known.tables.get(name.casefold())
        if columns is None:
            self.found.append(f"there is no table {name!r}")
            return
        items = _ITEM.findall(inside) if inside.startswith("[") else [inside] if inside else []
        for item in items:
            column = unescaped(re.sub("'(.)", r"\1", item)).casefold()
            if item.startswith("@"):
                self.found.append(f"{text} has a stored @, which must be [#This Row]")
            elif item.startswith("#"):
                if item.casefold() not in _SPECIAL:
                    self.found.append(f"{text} has no part {item}")
            elif column not in columns:
                self.found.append(f"the table {name} has no column {item!r}")


def located(text: str, known: Known, sheet: str) -> list[str]:
    """What is wrong with the place that a link leads to: a cell of a sheet, or a name."""
    title, mark, place = text.rpartition("!")
    if title.startswith("'") and title.endswith("'") and len(title) > 1:
        title = title[1:-1].replace("''", "'")
    if mark and title.casefold() not in known.sheets:
        return [f"there is no sheet {title!r}"]
    if area(place) is None and not known.name(place, title or sheet):
        return [f"there is no cell or name {place!r}"]
    return []


def split(text: str) -> list[tuple[str, str]]:
    """The sheet's title and the rest of every part of 'A b'!$1:$1,'A b'!$A:$A."""
    found = []
    for part in re.findall(r"(?:'(?:[^']|'')*'|[^,'])+", text.strip()):
        title, _, ref = part.strip("()").rpartition("!")
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        found.append((title, ref))
    return found
