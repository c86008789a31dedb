"""A sheet's cells, as its XML has them: their values, and an error in those that have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any, Self, TypeAlias

from xlhedge.errors import DAMAGED, HedgeError, NotAWorkbook
from xlhedge.portfolio.values import From1904
from xlhedge.readers.archive import Archive
from xlhedge.readers.cell_names import letters_of, position_of
from xlhedge.readers.filled_rows import (
    CellFound,
    FilledRows,
    NotPlain,
    SheetRows,
    held_in,
    with_text,
)
from xlhedge.readers.limits import Limits
from xlhedge.readers.plain_rows import rewritten_rows, usual_rows
from xlhedge.readers.shared_parts import unescaped
from xlhedge.serials import DAYS_TO_1904, moment_of
from xlhedge.text import cited, one_line

__all__ = ["NO_VALUE", "Added", "Scan", "Shared", "Uncomputed", "scan"]

_DIGITS = 9  # of the number of a shared text, at most
_LONGEST_FORMULA = 10_000  # bytes; Excel allows 8,192 letters
_REMEMBERED = 10_000  # values of cells
_NUMBERS, _TEXTS = (b"", b"n"), (b"str", b"inlineStr")  # kinds of cells
_DIGITS_AND_SIGNS = b"0123456789+-.eE"
_ADDS = re.compile(
    rb">([=+\s]*(?:(?:SUM|SUBTOTAL|AGGREGATE|AVERAGE|COUNTA?|MIN|MAX)\(|\$?[A-Z]+\$?[0-9]+\+)[^<]*)<",
    re.IGNORECASE,
)
_BLOCK = re.compile(rb'<f(?=[^>]* t="(?:array|dataTable)")[^>]* ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_TRUTH = {b"1": True, b"true": True, b"0": False, b"false": False}
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))

_Cell: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, bytes]


class Uncomputed(HedgeError):  # noqa: N818  # a cell's value, never raised
    """A formula whose value is not stored, or not any more what it would be; all are told at once.

    Args:
        why: what is wrong with it.
    """

    def __init__(self, why: str) -> None:
        super().__init__("")
        self.why = why


class Added(float):
    """A number that a formula makes of several others.

    Args:
        number: the number.
        formula: the formula.
    """

    __slots__ = ("formula",)
    formula: str

    def __new__(cls, number: float, formula: str) -> Self:
        """Make one of a number and a formula."""
        made = super().__new__(cls, number)
        made.formula = formula
        return made


NO_VALUE = Uncomputed("a formula has no stored value")
_STALE = Uncomputed("a formula's stored value is out of date, as the file itself says")
# So Excel stores what other programs cannot show; nobody types the error itself.
_RICH = HedgeError(
    "its cell holds a linked data type (Stocks, Geography) or a picture, which is #VALUE! to other "
    "programs; type the text or the number itself"
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the cells of a workbook's sheets refer to.

    Args:
        texts: the shared texts.
        dates: the numbers of the styles that show dates.
        from_1904: whether its days are counted from 1904.
        stale: whether it says that its formulas are to be computed anew.
    """

    texts: Sequence[str] = ()
    dates: frozenset[bytes] = frozenset()
    from_1904: bool = False
    stale: bool = False


@dataclass(slots=True)
class Scan:
    """What a sheet's XML says.

    Args:
        stray: the far corner of what is used, where that is too far out to read the sheet.
        rows: its rows from the first on, each as far as it is filled; a `HedgeError` stands in a
            cell that has no value, and says why.
        formulas: whether any of its cells is one.
    """

    stray: str = ""
    rows: list[list[Any]] = field(default_factory=list)
    formulas: bool = False


def scan(archive: Archive, part: str, sheet: str, shared: Shared, limits: Limits) -> Scan:
    """Read a sheet's cells.

    Args:
        archive: the workbook's file.
        part: the sheet's part of it.
        sheet: the sheet's name, for people.
        shared: what its cells refer to.
        limits: how much the sheet may hold.

    Raises:
        NotAWorkbook: it is too large, or what a cell holds is not certain.
    """
    xml = archive.read(part)
    archive.spend(xml, {b"_x": 1, b"<f": 2}, part)
    start, end = usual_rows(archive, part, sheet, xml)
    with suppress(NotPlain):
        if start:
            return _scanned(SheetRows(xml, start, end, sheet), _Cells(shared), limits)
    xml = rewritten_rows(archive, part, sheet, xml)
    try:
        return _scanned(SheetRows(xml, 0, len(xml), sheet), _Cells(shared), limits)
    except NotPlain:
        raise NotAWorkbook(DAMAGED) from None


def _scanned(filled: SheetRows, made: _Cells, limits: Limits) -> Scan:
    scanned = Scan()
    rows: dict[int, list[Any]] = {}
    right, held, most = 0, 0, limits.cells
    for alike in filled:
        width = max(alike.columns)
        right = max(right, width)
        held += width * len(alike.numbers)
        fits = held <= most  # else the far corner is further out, too
        rows.update(zip(alike.numbers, made.rows(alike) if fits else repeat([]), strict=False))
    bottom = max(rows, default=0)
    if bottom * right > most:
        scanned.stray = f"{letters_of(right)}{bottom}"
    else:
        empty: list[Any] = []  # one for all
        scanned.rows = [rows.get(number, empty) for number in range(1, bottom + 1)]
    scanned.formulas = made.formulas
    _mark(scanned.rows, made.blocks, limits)
    return scanned


def _mark(rows: Sequence[list[Any]], blocks: Iterable[bytes], limits: Limits) -> None:
    """Mark what one formula fills as out of date: only its first cell says that it is one."""
    marked = 0
    for block in blocks:
        first, _, last = block.decode().partition(":")
        (top, left), (bottom, right) = position_of(first), position_of(last)
        for row in rows[top - 1 : bottom]:
            inside = range(left - 1, min(right, len(row)))
            marked += 1 + len(inside)
            if marked > limits.cells:
                raise NotAWorkbook("its formulas fill more cells than it has")
            for at in inside:
                row[at] = _STALE


class _Cells(dict[_Cell, Any]):
    """Makes values of cells as they stand in XML; it is the values that it has made."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.formulas = False
        self.blocks: set[bytes] = set()
        self._shared = shared
        self._shift = DAYS_TO_1904 if shared.from_1904 else 0
        self._plain = () if self._shift else _NUMBERS  # kinds of what is a number in any case

    def rows(self, rows: FilledRows) -> Iterable[list[Any]]:
        """The values of each row, from its first column on; None where a cell is empty.

        Plain numbers are read at once. What repeats itself in a column is read once.
        """
        if len(self) > _REMEMBERED:
            self.clear()
        width = max(rows.columns)
        if not rows.held:
            row: list[Any] = [None] * width
            for column, value in zip(rows.columns, self._row(rows.cells), strict=True):
                row[column - 1] = value
            return [row]
        columns: list[Iterable[Any]] = [repeat(None)] * width
        held = zip(*rows.held, strict=True)
        for column, cell in zip(rows.columns, rows.cells, strict=True):
            formulas, values = (next(held) if each else () for each in held_in(cell))
            columns[column - 1] = self._column(cell, formulas, values, len(rows.numbers))
        return map(list, zip(*columns, strict=False))

    def _row(self, cells: Sequence[CellFound]) -> list[Any]:
        self.formulas = self.formulas or any(cell[3] for cell in cells)
        plain, dates = self._plain, self._shared.dates
        return [
            float(number)
            if number and kind in plain and not formula and style not in dates
            else self[style, kind, formula, stored, number or value, text]
            for _, style, kind, formula, stored, number, value, text in cells
        ]

    def _column(
        self, cell: CellFound, texts: Sequence[bytes], held: Sequence[bytes], count: int
    ) -> list[Any]:
        """The values of so many cells that are as one, but for what they hold, if they do."""
        _, style, kind, formula, stored, *_ = cell
        plain = stored and kind in self._plain and not formula
        if plain and held and not b"".join(held).strip(_DIGITS_AND_SIGNS):
            with suppress(ValueError, OverflowError):
                if style not in self._shared.dates:
                    return list(map(float, held))
                moments = {each: moment_of(float(each)) for each in set(held)}
                return [moments[each] for each in held]
        formulas = [with_text(formula, text) for text in texts] or [formula] * count
        cells = list(zip(formulas, held or [b""] * count, strict=True))
        read = {
            (own, each): self[style, kind, own, stored, *((each, b"") if stored else (b"", each))]
            for own, each in set(cells)
        }
        return [read[each] for each in cells]

    def __missing__(self, cell: _Cell) -> Any:
        value = self[cell] = self._value(*cell)
        return value

    def _value(
        self, style: bytes, kind: bytes, formula: bytes, stored: bytes, value: bytes, text: bytes
    ) -> Any:
        if formula and self._shared.stale:
            self.blocks.update(_BLOCK.findall(formula))
            return _STALE
        if formula and not (value or text or kind == b"e" or (stored and kind == b"str")):
            return NO_VALUE
        if kind == b"inlineStr":
            value, text = text, value
        if text:
            return _unreadable(text)
        if kind in _NUMBERS:
            return self._number(value.strip(), style, formula) if value else None
        if kind == b"e" and not formula and value == b"#VALUE!":
            return _RICH
        return self._of_kind(kind, value)

    def _of_kind(self, kind: bytes, value: bytes) -> Any:
        if kind in _TEXTS:
            return unescaped(_text(value))
        if kind == b"e":
            code = one_line(_text(value)) or "an error"
            return HedgeError(f"its cell holds {code}; correct the cell or its formula")
        value = value.strip()
        if kind == b"s" and value.isdigit() and len(value) < _DIGITS:
            number = int(value)
            if number < len(self._shared.texts):
                return self._shared.texts[number]
        if kind == b"b" and value in _TRUTH:
            return _TRUTH[value]
        if kind == b"d":
            with suppress(ValueError):
                return datetime.fromisoformat(_text(value))
        return _unreadable(value) if value else None

    def _number(self, value: bytes, style: bytes, formula: bytes) -> Any:
        try:
            number = float(b"x" if value.strip(_DIGITS_AND_SIGNS) else value)
        except ValueError:
            return _unreadable(value)
        if style in self._shared.dates:
            with suppress(OverflowError):
                return moment_of(number + self._shift)
        if self._shift:
            return From1904(number)
        adds = formula and len(formula) < _LONGEST_FORMULA and _ADDS.search(formula)
        return Added(number, _text(adds[1])) if adds else number


def _unreadable(value: bytes) -> HedgeError:
    start = cited(value[:100].decode("utf-8", "replace"))
    return HedgeError(f"its cell holds {start}, which no spreadsheet writes so")


def _text(xml: bytes) -> str:
    text = xml.decode()
    if "&" in text:
        for entity, letter in _ENTITIES:
            text = text.replace(entity, letter)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
