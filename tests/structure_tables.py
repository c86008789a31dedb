"""Tables. Part of the structural checker, see `structure`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from structure_book import legal_name
from structure_model import MAIN, Book, Sheet, Table, text_of
from structure_refs import area


def identities(book: Book) -> Iterator[str]:
    """Ids and names of tables are unique in the workbook, and the names are legal."""
    tables = [table for sheet in book.sheets for table in sheet.tables]
    for what in ("id", "displayName", "name"):
        seen = Counter(table.root.get(what, "").casefold() for table in tables)
        for value, count in seen.items():
            if count > 1:
                yield f"{book.part}: {count} tables have {what} {value!r}"
    for table in tables:
        if not legal_name(table.name):
            yield f"{table.part}: {table.name!r} cannot be the name of a table"
        if not table.root.get("id", "").isdigit() or table.root.get("id") == "0":
            yield f"{table.part}: id {table.root.get('id')!r} is no number from 1 on"


def places(book: Book) -> Iterator[str]:
    """Tables are inside the sheet, apart from each other and from merged cells."""
    for sheet in book.sheets:
        merged = [area(node.get("ref", "")) for node in sheet.find("mergeCells/mergeCell")]
        for n, table in enumerate(sheet.tables):
            whole = table.area
            if whole is None:
                yield f"{table.part}: {table.root.get('ref')!r} is no range"
                continue
            for other in sheet.tables[:n]:
                if other.area is not None and other.area.meets(whole):
                    yield f"{table.part}: {table.name} overlaps {other.name}"
            if any(each is not None and each.meets(whole) for each in merged):
                yield f"{table.part}: {table.name} has merged cells"
            least = 1 + _totals(table) + _headers(table)
            if whole.bottom - whole.top + 1 < least:
                yield f"{table.part}: {table.name} has no row of data"
            yield from _filter(table)


def _headers(table: Table) -> int:
    return int(table.root.get("headerRowCount", "1"))


def _totals(table: Table) -> int:
    return int(table.root.get("totalsRowCount", "0"))


def _filter(table: Table) -> Iterator[str]:
    node, whole = table.root.find(f"{MAIN}autoFilter"), table.area
    if node is None or whole is None:
        return
    wanted = whole._replace(bottom=whole.bottom - _totals(table))
    if area(node.get("ref", "")) != wanted:
        yield f"{table.part}: the filter's {node.get('ref')} is not {table.root.get('ref')}"


def columns(book: Book) -> Iterator[str]:
    """Columns have names and ids of their own, and the header cells hold the names."""
    for sheet in book.sheets:
        for table in sheet.tables:
            nodes = table.root.findall(f"{MAIN}tableColumns/{MAIN}tableColumn")
            ids = Counter(node.get("id", "") for node in nodes)
            yield from (f"{table.part}: {n} columns have id {i!r}" for i, n in ids.items() if n > 1)
            seen = Counter(name.casefold() for name in table.columns)
            for name, count in seen.items():
                if count > 1 or not 0 < len(name) <= 255:
                    yield f"{table.part}: {count} columns are called {name!r}"
            for node in nodes:
                for tag in ("calculatedColumnFormula", "totalsRowFormula"):
                    formula = node.find(MAIN + tag)
                    if formula is not None:
                        faults = book.formula(formula.text, sheet.title)
                        yield from (f"{table.part} {node.get('name')}: {fault}" for fault in faults)
            yield from _cells(book, sheet, table)


def _cells(book: Book, sheet: Sheet, table: Table) -> Iterator[str]:
    whole = table.area
    if whole is None:
        return
    if whole.right - whole.left + 1 != len(table.columns):
        yield f"{table.part}: {len(table.columns)} columns in {table.root.get('ref')}"
    if not _headers(table):
        return
    for place, name in enumerate(table.columns, whole.left):
        node = sheet.cells.get((whole.top, place))
        if node is None:
            yield f"{table.part}: the header cell of {name!r} is missing"
        elif text_of(book, node) != name:
            found = text_of(book, node)
            yield f"{sheet.at(node.get('r', ''))}: {found!r} is not the column's name {name!r}"
        elif node.find(f"{MAIN}f") is not None:
            yield f"{sheet.at(node.get('r', ''))}: a header is a formula"


CHECKS = (identities, places, columns)
