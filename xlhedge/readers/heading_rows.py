"""Tables that nobody has declared: the rows and columns of a sheet that hold a table's headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from xlhedge.portfolio.headings import nearest
from xlhedge.portfolio.rows import MOST_COLUMNS
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import as_moment, is_blank, trimmed
from xlhedge.readers.sheet_cells import Block, SheetCells

__all__ = ["Headings", "declared", "headings_of"]

_LONGEST = 40  # letters of a cell that may be a heading
_MOST_PLACES = 20  # of one table on one sheet: more are not counted
_MOST_ROWS = 200  # of a sheet that hold headings, or settings in one column, likewise
_MOMENTS = {"as_of", "horizon_date"}  # settings that nothing else is called
_SETTINGS = TABLES["Settings"]
_TABLES = [table for table in TABLES.values() if not table.upright]
_HEADINGS = {name for table in _TABLES for name in table.headers}


@dataclass(frozen=True, slots=True)
class Headings:
    """What may be the headings of a table.

    Args:
        table: of which one.
        sheet: the sheet.
        block: where they stand, with all that stands beside them without a gap.
    """

    table: Table
    sheet: SheetCells
    block: Block

    @property
    def place(self) -> str:
        """The first of their cells."""
        return self.sheet.place(self.block.top, self._known()[0])

    @property
    def whole(self) -> bool:
        """Whether no column is missing that must be there."""
        names = {_folded(self.block.headers[at]) for at in self._positions()}
        return self.table.upright or _required(self.table) <= names

    def kept(self) -> Block:
        """The block without what a person keeps beside the table.

        A heading so like a column that is not there that it may be a typo stays, to be told.
        """
        block, found = self.block, self._positions()
        there = {_folded(block.headers[at]) for at in found}
        absent = [name for name in self.table.headers if name not in there]
        others = set(range(len(block.headers))) - set(found)
        likely = [at for at in others if absent and nearest(_text(block.headers[at]), absent)]
        kept = sorted([*found, *likely])
        columns = [block.columns[at] for at in kept]
        headers = [block.headers[at] for at in kept]
        return Block(block.top, block.first, block.last, block.bottom, columns, headers, block.name)

    def apart(self, taken: Collection[int]) -> str:
        """A cell in the same row that holds a heading which is missing here; none: an empty text.

        Args:
            taken: the columns of other tables.
        """
        if self.block.name or self.table.upright:
            return ""
        row = self.block.top
        there = {_folded(header) for header in self.block.headers}
        for at, cell in enumerate(self.sheet.rows[row - 1], 1):
            heading = _folded(cell)
            if heading in self.table.headers and heading not in there and at not in taken:
                return self.sheet.place(row, at)
        return ""

    def _known(self) -> list[int]:
        return [self.block.columns[at] for at in self._positions()]

    def _positions(self) -> list[int]:
        """Which headings are the table's; of some that repeat, one whole set if there is one."""
        names = [_folded(header) for header in self.block.headers]
        allowed = self.table.headers
        known = [at for at, name in enumerate(names) if name in allowed]
        sets: list[list[int]] = [[]]
        for at in known:
            here = sets[-1]
            if here and (here[-1] != at - 1 or names[at] in [names[each] for each in here]):
                sets.append([])
            sets[-1].append(at)
        whole = [each for each in sets if _required(self.table) <= {names[at] for at in each}]
        repeats = len({names[at] for at in known}) < len(known)
        return whole[0] if repeats and len(whole) == 1 else known


def _required(table: Table) -> set[str]:
    """The columns that a table must have."""
    if table.upright:
        return set(table.headers)
    return {column.name for column in table.columns if column.required}


def _tables_with(names: Sequence[str]) -> list[Table]:
    """The tables that these headings may be of: two of the columns that each must have are there.

    A table that must have one column only has it there for itself, and one more that tells it.
    """
    found = [table for table in TABLES.values() if len(_required(table) & set(names)) > 1]
    for table, key, own in _OF_ONE:
        there = sum(key in each.headers for each in found)
        if names.count(key) > there and not own.isdisjoint(names):
            found.append(table)
    return found


def _of_one() -> Iterator[tuple[Table, str, set[str]]]:
    """The tables that must have one column only: which it is, and those that tell it, too.

    These are of no other table, and of two words as only we write them: "collateral" may be
    anybody's, and is a heading of our own sheet Accounts.
    """
    for table in _TABLES:
        others = (each.headers for each in _TABLES if each is not table)
        if len(_required(table)) == 1:
            (key,) = _required(table)
            own = set(table.headers).difference(*others)
            yield table, key, {name for name in own if "_" in name}


_OF_ONE = list(_of_one())


def _text(cell: object) -> str:
    """A cell as far as it may be a heading."""
    return cell if isinstance(cell, str) and len(cell) <= _LONGEST else ""


def _folded(cell: object) -> str:
    return trimmed(_text(cell)).casefold()


def declared(sheet: SheetCells, block: Block) -> Iterator[Headings]:
    """Which tables an Excel table with a name of its own may be."""
    for table in _tables_with([_folded(header) for header in block.headers]):
        if not table.upright or _settings_in(sheet, block):
            yield Headings(table, sheet, block)


def _settings_in(sheet: SheetCells, block: Block) -> bool:
    headings = [_folded(header) for header in block.headers]
    column = block.columns[headings.index("name")]
    last = min(block.last, len(sheet.rows))
    below = (sheet.cells(row, [column])[0] for row in range(block.first, last + 1))
    return not _MOMENTS.isdisjoint(map(_folded, below))


def headings_of(sheet: SheetCells) -> Iterator[Headings]:
    """The headings on a sheet that no Excel table has."""
    settings: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    count: Counter[tuple[str, bool]] = Counter()
    rows = 0
    for number, texts in _texts(sheet):
        for at, text in texts.items():
            if text in _SETTINGS.model.columns and len(settings[at]) < _MOST_ROWS:
                settings[at].append((number, text))
        if len(_HEADINGS.intersection(texts.values())) > 1 and rows < _MOST_ROWS:
            rows += 1
            for headings in _in_row(sheet, number, texts):
                count[headings.table.name, headings.whole] += 1
                if count[headings.table.name, headings.whole] <= _MOST_PLACES:
                    yield headings
    for at, cells in settings.items():
        own = [(row, name) for row, name in cells if not _is_declared(sheet, row, at)]
        yield from _settings(sheet, at, own)


def _texts(sheet: SheetCells) -> Iterator[tuple[int, dict[int, str]]]:
    """The rows with cells that may be headings: those in small letters, by column."""
    for number, row in enumerate(sheet.rows, 1):
        texts = {
            at: trimmed(cell).casefold()
            for at, cell in enumerate(row, 1)
            if cell.__class__ is str and len(cell) <= _LONGEST
        }
        if texts:
            yield number, texts


def _in_row(sheet: SheetCells, row: int, texts: Mapping[int, str]) -> Iterator[Headings]:
    """The headings of tables in a row."""
    for run in _runs(sheet, row):
        for table in _tables_with([texts[at] for at in run if at in texts]):
            if not table.upright:
                yield Headings(table, sheet, _block(sheet, row, run))


def _is_declared(sheet: SheetCells, row: int, column: int) -> bool:
    return any(block.covers(row, column) for block in sheet.blocks)


def _runs(sheet: SheetCells, row: int) -> Iterator[list[int]]:
    """The columns of filled cells side by side that are in no Excel table."""
    filled = [
        at
        for at, cell in enumerate(sheet.rows[row - 1], 1)
        if not is_blank(cell) and not _is_declared(sheet, row, at)
    ]
    for _, run in groupby(enumerate(filled), lambda each: each[1] - each[0]):
        columns = [at for _, at in run]
        if len(columns) <= MOST_COLUMNS:
            yield columns


def _block(sheet: SheetCells, row: int, columns: Sequence[int]) -> Block:
    headers = [str(cell) for cell in sheet.cells(row, columns)]
    return Block(row, row + 1, row, row, columns, headers)


def _settings(
    sheet: SheetCells, column: int, cells: Sequence[tuple[int, str]]
) -> Iterator[Headings]:
    """Settings in a column: names one below the other, their values beside them."""
    groups: list[dict[str, int]] = [{}]
    for row, name in cells:
        if name in groups[-1]:
            groups.append({})
        groups[-1][name] = row
    ends = [0, *(max(each.values(), default=0) for each in groups)]
    whole = [
        (each, end)
        for each, end in zip(groups, ends, strict=False)
        if len(each) > 1 and not _MOMENTS.isdisjoint(each)
    ]
    for group, above in whole[:_MOST_PLACES]:
        block = _pairs(sheet, column, min(group.values()), above)
        dates = [sheet.cells(group[name], block.columns)[1] for name in _MOMENTS & group.keys()]
        headed = block.top < block.first
        if headed or (len(dates) == len(_MOMENTS) and any(map(as_moment, dates))):
            yield Headings(_SETTINGS, sheet, block)


def _pairs(sheet: SheetCells, column: int, first: int, above: int) -> Block:
    """The block of settings of which one stands in this column and row, below the row `above`."""
    top = first
    while top > above + 1 and not any(map(is_blank, sheet.cells(top - 1, [column, column + 1]))):
        top -= 1
        texts = {_folded(cell): at for at, cell in enumerate(sheet.rows[top - 1], 1)}
        if texts.get("name") == column and texts.get("value", 0) > column:
            return Block(top, top + 1, top, top, [column, texts["value"]], _SETTINGS.headers)
    return Block(top, top, top - 1, top - 1, [column, column + 1], _SETTINGS.headers)
