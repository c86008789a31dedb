"""The rows of a sheet that are filled: those that are laid out alike are taken apart but once.

A row that differs from one before it in its number and in what its cells hold only is as plain as
that one, and its values stand at the same places: no pattern need go through it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.cell_names import number_of, sheet_place
from xlhedge.readers.plain_rows import AGAIN, CELL, NAME, ROW

__all__ = ["CellFound", "FilledRows", "NotPlain", "SheetRows", "held_in", "with_text"]

_LAST_ROW = 1_048_576
_KEPT = 300  # rows
_MOST = 200  # ways in which rows of a sheet are laid out
_HOPE = 100_000  # bytes of rows
_LONGEST = 4_000  # bytes of a row that is kept, or compared with others
_TOGETHER = 5_000  # cells that are read at once
_BEGINS, _ROW_BEGINS, _CELL_BEGINS, _CELL_ENDS = b"<", b"<row ", b"<c ", b"</c>"
_HELD = re.compile(b">([^<]+)<")
# What stands for a row's number, and for what a cell holds, in what rows have alike.
_NUMBER, _VALUE = b"\0", b"\1"

CellFound: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
"""A cell as `CELL` finds it."""
_FORMULA_ENDS = b"</f>"


class NotPlain(Exception):  # noqa: N818  # a signal, never seen by people
    """The rows are not written plainly."""


def held_in(cell: CellFound) -> tuple[bytes, bytes]:
    """What stands between a cell's tags: its formula's text, its value; empty if it has none."""
    _, _, _, formula, _, plain, value, text = cell
    return formula[formula.find(b">") + 1 : -len(_FORMULA_ENDS)], plain or value or text


def with_text(formula: bytes, text: bytes) -> bytes:
    """A formula as a cell has it, with another text."""
    return formula[: formula.find(b">") + 1] + text + _FORMULA_ENDS


@dataclass(slots=True)
class FilledRows:
    """Filled rows that differ in their numbers and in what stands between their tags only.

    Args:
        columns: the columns of their filled cells.
        cells: the cells of the first of them.
        numbers: their numbers.
        held: what the cells of each hold, in XML, one behind the other, as far as the first's
            hold anything; nothing where there is but the first.
    """

    columns: Sequence[int]
    cells: Sequence[CellFound]
    numbers: list[int]
    held: list[Sequence[bytes]]

    def taken(self) -> FilledRows:
        """Those that there are; none is left."""
        taken = FilledRows(self.columns, self.cells, self.numbers, self.held)
        self.numbers, self.held = [], []
        return taken


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The filled rows of a sheet, in no order.

    Args:
        xml: a text of which a piece holds the rows.
        start: where that piece begins.
        end: where it ends.
        sheet: the sheet's name, for people.

    Raises:
        NotPlain: its rows are written in another way.
        NotAWorkbook: a row or a cell is there twice, or cannot be there.
    """

    xml: bytes
    start: int
    end: int
    sheet: str

    def __iter__(self) -> Iterator[FilledRows]:
        xml, end, at, number = self.xml, self.end, self.start, 0
        known: dict[bytes, FilledRows] = {}
        seen = bytearray(_LAST_ROW + 1)
        # So many more bytes of rows are alike than not: it is not tried at any cost.
        hope = _HOPE if _NUMBER not in xml and _VALUE not in xml else 0
        blank = b""  # the row before and how another begins, if nothing is in it
        while at < end:
            number += 1
            if blank and xml.startswith(row := blank.replace(_NUMBER, b'%d"' % number), at):
                at += len(row) - len(_BEGINS)
                self._see(number, seen)
                continue
            behind = xml.find(_ROW_BEGINS, at + 1, end)
            row = xml[at:behind] if behind > 0 else xml[at:end]
            at += len(row)
            found = _kept.get(row)
            alike, held = _apart(row) if hope and not found else (b"", ())
            alike = alike.replace(b'%d"' % number, _NUMBER)
            rows = known.get(alike)
            if rows is None:
                if not found:
                    found, hope = _found(row, compared=hope > 0), max(0, hope - len(row))
                number, alike = found.number, found.alike
                self._see(number, seen, found.twin)
                if found.cells:
                    yield FilledRows(found.columns, found.cells, [number], [])
                if alike and len(known) < _MOST:
                    known.setdefault(alike, FilledRows(found.columns, found.cells, [], []))
                blank = b"" if found.cells or not alike else alike + _BEGINS
            else:
                self._see(number, seen)
                hope += len(row)
                blank = b"" if rows.cells else alike + _BEGINS
                if rows.cells:
                    rows.numbers.append(number)
                    rows.held.append(held)
                    if len(rows.held) * len(rows.cells) > _TOGETHER:
                        yield rows.taken()
        yield from (rows for rows in known.values() if rows.numbers)

    def _see(self, number: int, seen: bytearray, twin: bytes = b"") -> None:
        if number > _LAST_ROW or seen[number]:
            place = sheet_place(self.sheet, f"A{number}")
            raise NotAWorkbook(f"it has the row twice, or it cannot be there; {AGAIN}", place)
        if twin:
            place = sheet_place(self.sheet, f"{twin.decode()}{number}")
            raise NotAWorkbook(f"it has the cell twice; {AGAIN}", place)
        seen[number] = True


class _TakenApart(NamedTuple):
    """What patterns find in a row.

    Args:
        number: its number.
        columns: the columns of its filled cells.
        cells: these.
        twin: the column of a cell that is there twice: programs differ in which they take.
        alike: what any other row has that is laid out so; empty if that may be another's, too.
    """

    number: int
    columns: Sequence[int]
    cells: Sequence[CellFound]
    twin: bytes
    alike: bytes


def _found(row: bytes, *, compared: bool) -> _TakenApart:
    found = ROW.fullmatch(row)
    if not found:
        raise NotPlain
    inside = found[2] or b""
    cells: list[CellFound] = CELL.findall(inside) if _CELL_ENDS in inside else []
    names = [cell[0] for cell in cells]
    columns = list(map(_column, names))
    if _CELL_ENDS in inside and inside.count(_CELL_BEGINS) > len(cells):
        names = NAME.findall(inside)
    twin = Counter(names).most_common(1)[0][0] if len(set(names)) < len(names) else b""
    alike = _alike(row, found[1], cells) if compared else b""
    apart = _TakenApart(int(found[1]), columns, cells, twin, alike)
    if compared and len(row) <= _LONGEST:
        if len(_kept) >= _KEPT:
            _kept.clear()
        _kept[row] = apart
    return apart


@lru_cache(maxsize=_KEPT)
def _column(name: bytes) -> int:
    return number_of(name.decode())


_kept: dict[bytes, _TakenApart] = {}
"""Rows that a pattern has gone through: of a desk's workbooks most have many such alike."""


def _apart(row: bytes) -> tuple[bytes, Sequence[bytes]]:
    """A row without what stands between its tags, and that."""
    if len(row) > _LONGEST:
        return b"", ()
    pieces = _HELD.split(row)
    return _VALUE.join(pieces[::2]), pieces[1::2]


def _alike(row: bytes, number: bytes, cells: Sequence[CellFound]) -> bytes:
    """What rows have that are laid out as this one, and no others; else nothing.

    For that its number must stand for itself and in its cells' names, nowhere else; and between its
    tags must be what its cells hold, one after the other, and nothing else; no tag of a formula may
    hold what looks like a tag's end.
    """
    alike, held = _apart(row)
    alike = alike.replace(number + b'"', _NUMBER)
    numbers = 1 + row.count(_CELL_BEGINS)
    pieces = [held_in(cell) for cell in cells]
    sole = alike.count(_NUMBER) == numbers and [*held] == [e for both in pieces for e in both if e]
    ends = (
        cell[3].count(b">") for cell, (formula, _) in zip(cells, pieces, strict=True) if formula
    )
    return alike if sole and all(count == 2 for count in ends) else b""
