"""`xlhedge fill`: figures of a book into the named cells of a firm's own workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.analysis.figures import Figure
from xlhedge.errors import DAMAGED, HedgeError, NotAWorkbook, PortfolioError, Problem
from xlhedge.jobs.figure_names import PREFIX, NamedTable, Names
from xlhedge.portfolio.headings import nearest
from xlhedge.portfolio.problems import refusal
from xlhedge.portfolio.values import is_blank
from xlhedge.readers import DEFAULT, Limits
from xlhedge.readers.archive import DAMAGE, Archive
from xlhedge.readers.cell_names import letters_of, number_of, sheet_place
from xlhedge.readers.workbook_parts import DefinedName, Package, SheetPart
from xlhedge.text import cited, one_line, shown
from xlhedge.xlsx.members import Members
from xlhedge.xlsx.patch import Value, patched
from xlhedge.xlsx.taken_cells import TakenCells

__all__ = ["filled_deck"]

_AREA = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!\[\]:,()]+))!\$?(?P<left>[A-Z]{1,3})"
    r"\$?(?P<top>[0-9]{1,7})(?::\$?(?P<right>[A-Z]{1,3})\$?(?P<bottom>[0-9]{1,7}))?",
    re.IGNORECASE,
)
_NONE = (
    f'it has no names that begin with "{PREFIX}"; give cells such names in its Name Manager, as '
    "xlhedge fill --list prints them"
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_SUGGESTED = 6  # columns
_ALIKE = 0.75  # how like a column a heading is that may be a slip of the hand


def filled_deck(
    content: bytes, names: Names, limits: Limits = DEFAULT
) -> tuple[bytes, list[tuple[str, str, str]]]:
    """A workbook with figures in the cells that have their names, and nothing else changed.

    Args:
        content: the workbook's bytes.
        names: the figures.
        limits: how much of the workbook is read.

    Returns:
        The filled one's bytes; and each name that is filled, where, and with what.

    Raises:
        PortfolioError: a name cannot be filled; it holds all that is wrong.
    """
    try:
        filled = _Deck(content, names, limits)
        filled.fill()
        return patched(content, filled.cells, compute=filled.computes), filled.told
    except NotAWorkbook as error:
        raise refusal(str(error), error.place) from None
    except PortfolioError:
        raise
    except DAMAGE:
        raise refusal(DAMAGED) from None


@dataclass(frozen=True, slots=True)
class _Area:
    """The cells that a name stands for; rows and columns are counted from 1."""

    sheet: SheetPart
    top: int
    left: int
    bottom: int
    right: int

    @property
    def place(self) -> str:
        corners = [self.cell(0, 0), self.cell(self.rows - 1, self.columns - 1)]
        return sheet_place(self.sheet.name, ":".join(dict.fromkeys(corners)))

    @property
    def rows(self) -> int:
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        return self.right - self.left + 1

    def cell(self, row: int, column: int) -> str:
        """The name of one of its cells, counted from 0."""
        return f"{letters_of(self.left + column)}{self.top + row}"


class _Deck:
    """A firm's workbook, and what is to stand in its cells.

    Attributes:
        cells: by the part of its sheet, each cell's value.
        told: each name that is filled, where, and with what.
    """

    def __init__(self, content: bytes, names: Names, limits: Limits) -> None:
        self._names, self._limits = names, limits
        self._package, self._members = Package(Archive(content, limits)), Members(content)
        self._sheets = {each.name.casefold(): each for each in self._package.sheets()}
        self._dates = self._package.date_styles()
        self._taken: dict[str, TakenCells] = {}
        self.cells: dict[str, dict[str, Value]] = {}
        self.told: list[tuple[str, str, str]] = []

    def fill(self) -> None:
        """Find what every name wants.

        Raises:
            PortfolioError: one cannot have it; it holds all that is wrong.
        """
        asked = [each for each in self._package.names() if each.name.casefold().startswith(PREFIX)]
        problems = [] if asked else [Problem("", _NONE)]
        for each in asked:
            try:
                self._fill(each)
            except HedgeError as error:
                problems.append(Problem(one_line(each.name), error.message))
        if problems:
            raise PortfolioError(problems)

    @property
    def computes(self) -> bool:
        """Whether it has formulas, whose stored values are those of other figures."""
        parts = (self._members.read(each.part) for each in self._sheets.values())
        return any(map(_FORMULA.search, parts))

    def _fill(self, asked: DefinedName) -> None:
        table, found = self._names.table(asked.name), self._names.of(asked.name)
        if not table and not found:
            near = nearest(asked.name, self._names.known)
            hint = f"; did you mean {near}?" if near else ""
            raise HedgeError(f"it is no name of a figure{hint} (xlhedge fill --list prints all)")
        area = self._area(asked)
        if table:
            self._fill_table(table, area)
            said = f"{len(table.rows)} rows"
        elif len(found) > 1:
            values = " and ".join(f"{each.name} is {_shown(each.value)}" for each in found)
            raise HedgeError(
                f"it may be either of two figures: {values}; name the one that is meant"
            )
        else:
            self._fill_one(found[0].value, area)
            said = _shown(found[0].value)
        self.told.append((asked.name, area.place, said))

    def _area(self, asked: DefinedName) -> _Area:
        """The cells that a name stands for."""
        text = asked.refers_to
        if "#REF!" in text.upper():
            raise HedgeError("its cells were deleted (#REF!); point it to others, or delete it")
        if "[" in text:
            raise HedgeError(f"it points to another file: {one_line(text)}")
        found = _AREA.fullmatch(text)
        if found is None:
            several = "several areas" if "," in text and "(" not in text else "no single area"
            raise HedgeError(
                f"it points to {several}: {cited(text)}; it must be one, such as Sheet1!$B$2"
            )
        name = (found["quoted"] or found["plain"]).replace("''", "'")
        sheet = self._sheets.get(name.casefold())
        if sheet is None:
            raise HedgeError(f'there is no sheet "{one_line(name)}" of cells')
        top, left = int(found["top"]), number_of(found["left"])
        bottom = int(found["bottom"] or top)
        return _Area(sheet, top, left, bottom, number_of(found["right"] or found["left"]))

    def _fill_one(self, value: Value, area: _Area) -> None:
        corners = (area.top, area.left, area.bottom, area.right)
        if (area.rows, area.columns) != (1, 1) and corners not in self._blocked(area).merged:
            raise HedgeError(f"{area.place} is a range; a figure takes one cell")
        self._put(area, 0, 0, value)

    def _fill_table(self, table: NamedTable, area: _Area) -> None:
        if why := self._limits.too_large(area.rows, area.columns):
            raise HedgeError(f"its range {area.place} is too large: {why}")
        chosen = self._columns(table, area)
        room = area.rows - 1
        if len(table.rows) > room:
            raise HedgeError(
                f"the table has {len(table.rows)} rows, and its range {area.place} has room for "
                f"{room} below its headings; enlarge it"
            )
        for column, figure in chosen:
            for row in range(room):
                value = table.rows[row][figure.name] if row < len(table.rows) else None
                self._put(area, 1 + row, column, value)

    def _columns(self, table: NamedTable, area: _Area) -> list[tuple[int, Figure]]:
        """The columns that its first row asks for; all, with their headings, where it is blank."""
        headings = self._headings(area)
        if all(map(is_blank, headings)):
            if len(table.figures) > area.columns:
                some = ", ".join(each.name for each in table.figures[:_SUGGESTED])
                raise HedgeError(
                    f"the table has {len(table.figures)} columns, and its range {area.place} has "
                    f"{area.columns}; type those that are wanted into its first row: {some}, ..."
                )
            for column, figure in enumerate(table.figures):
                self._put(area, 0, column, figure.title)
            return list(enumerate(table.figures))
        known = {
            _folded(name): each
            for each in reversed(table.figures)
            for name in (each.title, each.name)
        }
        chosen = []
        for column, heading in enumerate(headings):
            if is_blank(heading):
                continue  # a column of the person's own
            wanted = known.get(_folded(heading))
            if wanted is None:
                near = nearest(str(heading), [each.name for each in table.figures], _ALIKE)
                hint = f"; did you mean {near}?" if near else f", such as {table.figures[0].name}"
                place = sheet_place(area.sheet.name, area.cell(0, column))
                raise HedgeError(f"{cited(heading)} in {place} is no column of it{hint}")
            chosen.append((column, wanted))
        return chosen

    def _headings(self, area: _Area) -> Sequence[Any]:
        """What stands in the first row of a range."""
        (scan,) = self._package.scanned([area.sheet])
        if scan.stray:
            raise HedgeError(
                f"its sheet is used as far as {scan.stray}; delete what is in that cell"
            )
        row = scan.rows[area.top - 1] if area.top <= len(scan.rows) else []
        cells = row[area.left - 1 : area.right]
        return [*cells, *[None] * (area.columns - len(cells))]

    def _put(self, area: _Area, row: int, column: int, value: Value) -> None:
        """A value into a cell, unless something else has it."""
        name = area.cell(row, column)
        place, blocked = sheet_place(area.sheet.name, name), self._blocked(area)
        position = area.top + row, area.left + column
        if name in blocked:
            raise HedgeError(
                f"{place} has a formula, which would come back; give it a cell without"
            )
        if blocked.is_covered(*position):
            raise HedgeError(f"{place} is covered by a merged cell; unmerge that")
        style = blocked.styles.get(position, "0").encode()
        if isinstance(value, datetime) and style not in self._dates:
            value = shown(value)  # as a number it would mean nothing to anybody
        cells = self.cells.setdefault(area.sheet.part, {})
        if name in cells and cells[name] != value:
            raise HedgeError(f"{place} is filled by another name, too")
        cells[name] = value

    def _blocked(self, area: _Area) -> TakenCells:
        part = area.sheet.part
        if part not in self._taken:
            self._taken[part] = TakenCells(self._members.read(part), part)
        return self._taken[part]


def _folded(heading: object) -> str:
    return re.sub(r"[\s_]+", "_", str(heading).strip()).casefold()


def _shown(value: object) -> str:
    return "blank" if value is None else shown(value)
