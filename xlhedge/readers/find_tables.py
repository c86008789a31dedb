"""Which block of which sheet is which table of a portfolio.

An Excel table of a table's name is that table; else what a sheet of that name holds; else the only
place in the file with its headings: an Excel table, or cells. Of several places none is chosen: the
message says which they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlhedge.errors import Problem
from xlhedge.portfolio.headings import by_table
from xlhedge.portfolio.rows import RawTable
from xlhedge.portfolio.tables import TABLES, Table
from xlhedge.portfolio.values import trimmed
from xlhedge.readers.formulas import uncomputed
from xlhedge.readers.heading_rows import Headings, declared, headings_of
from xlhedge.readers.limits import Limits
from xlhedge.readers.sheet_cells import Block, SheetCells

__all__ = ["MEANT", "absent_tables", "find_tables", "is_named"]

MEANT = (
    "no Excel table (Ctrl+T, then Table Design > Table Name) or sheet has such a name, and no row "
    "such headings"
)
"""What a table is in a workbook that lacks one."""

_SHEETS = {"History": "price history"}  # Excel keeps the sheet name "History" for itself
_SHOWN = 3  # places that a message names


def is_named(sheet: str, table: str) -> bool:
    """Whether a sheet's name is a table's; case and outer spaces do not count."""
    return trimmed(sheet).casefold() in (table.casefold(), _SHEETS.get(table))


def absent_tables(names: Iterable[str]) -> list[Table]:
    """The tables that no Excel table is called by."""
    found, _ = by_table(names, only=False)
    return [table for name, table in TABLES.items() if name not in found]


def find_tables(
    sheets: Sequence[SheetCells], limits: Limits
) -> tuple[dict[str, RawTable], list[Problem]]:
    """The tables of a portfolio on these sheets, and what is wrong with their names."""
    named = [(block.name, sheet, block) for sheet in sheets for block in sheet.blocks]
    absent = absent_tables(name for name, _, _ in named)
    places = _places(sheets, absent)
    chosen = {name: found[0] for name, found in places.items() if len(found) == 1}
    aliases = {
        next((each.block.name for each in found if each.block.name), ""): name
        for name, found in places.items()
    }
    found, problems = by_table(
        (aliases.get(name, name) for name, _, _ in named if name), only=False
    )

    tables: dict[str, RawTable] = {}
    computed = []
    for name, called in found.items():
        if name not in places:
            sheet, block = next((s, b) for each, s, b in named if each == called)
            tables[name] = sheet.raw_table(block, _others(block, sheet, chosen), limits)
            computed += [tables[name]] * sheet.formulas
    for name, headings in chosen.items():
        tables[name] = _raw_table(headings, chosen, limits)
        computed += [tables[name]] * headings.sheet.formulas
    problems += uncomputed(computed)
    for name, several in places.items():
        if len(several) > 1:
            tables[name] = _undecided(name, several)
    lost = [table for table in absent if table.required and table.name not in tables]
    stray = next((sheet for sheet in sheets if sheet.stray), None)
    if lost and stray:
        tables[lost[0].name] = stray.too_far()
    return tables, problems


def _places(sheets: Sequence[SheetCells], absent: Sequence[Table]) -> dict[str, list[Headings]]:
    """The places where each of these tables may stand; none of a table that is not there."""
    if not absent:
        return {}
    ours = {table.name for table in TABLES.values()} - {table.name for table in absent}
    known = {name.casefold() for name in ours}
    seen: list[Headings] = []
    for sheet in sheets:
        for block in sheet.blocks:
            if trimmed(block.name).casefold() not in known:
                seen += declared(sheet, block)
        if not sheet.hidden and not sheet.stray:
            seen += headings_of(sheet)
    places: dict[str, list[Headings]] = {}
    for table in absent:
        all_ = [each for each in seen if each.table is table]
        own = [each for each in all_ if is_named(each.sheet.name, table.name)]
        pools = [[each for each in pool if each.whole] for pool in (own, all_)]
        pools[1:1] = [own]
        if table.required:  # what is on another table's own sheet is that table's
            others = [each.name for each in absent if each is not table]
            pools += [[p for p in all_ if not any(is_named(p.sheet.name, o) for o in others)]]
        if best := next(filter(None, pools), None):
            places[table.name] = best
    return places


def _others(block: Block, sheet: SheetCells, chosen: dict[str, Headings]) -> list[Block]:
    """What else stands on a block's sheet."""
    found = [each.block for each in chosen.values() if each.sheet is sheet and not each.block.name]
    return [each for each in (*sheet.blocks, *found) if each is not block]


def _raw_table(headings: Headings, chosen: dict[str, Headings], limits: Limits) -> RawTable:
    """A table that was found by its headings."""
    name, sheet, block = headings.table.name, headings.sheet, headings.kept()
    beside = {
        other: each.kept().columns
        for other, each in chosen.items()
        if other != name and each.sheet is sheet and each.block.first == block.first
    }
    for other, columns in beside.items():
        if set(columns) & set(block.columns):
            why = f"{other} has some of its columns; leave an empty column between the two"
            return RawTable(headings.place, broken=why)
    apart = headings.apart([at for columns in beside.values() for at in columns])
    if apart:
        why = f"a heading of {name} stands apart from the others, in {apart}; put it beside them"
        return RawTable(headings.place, broken=why)
    return sheet.raw_table(block, _others(headings.block, sheet, chosen), limits)


def _undecided(name: str, places: Sequence[Headings]) -> RawTable:
    """What a table becomes that may stand in several places."""
    others = [each.place for each in places[1 : 1 + _SHOWN]]
    more = f" and {len(places) - 1 - _SHOWN} more" if len(places) > 1 + _SHOWN else ""
    why = (
        f"{name} may be here, or in {', '.join(others)}{more}; "
        f'call the sheet of the right one "{name}"'
    )
    return RawTable(places[0].place, broken=why)
