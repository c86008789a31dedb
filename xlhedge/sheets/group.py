"""A report over the portfolios of a group: by portfolio, by underlying, by venue, in one currency.

It is made of what the reports on the portfolios say; what is added up here is native formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from xlhedge.sheets.style import LONGEST, WIDTHS, heading, label, sentence, set_up, styles, widen
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["Consolidation", "group_book"]

_HEAD, _MOST = 4, 10
_PORTFOLIOS, _EXPOSURES, _SHORTS = "By portfolio", "Exposures", "Shorts"


@dataclass(frozen=True)
class Consolidation:
    """The portfolios of a group.

    Args:
        name: what it is called.
        currency: that its report is in.
        rates: what a unit of each portfolio's currency is worth in it.
        members: each portfolio as `figures_of` gives it, and its report's name.
        failed: inputs that are no part of it, because they have no report.
    """

    name: str
    currency: str
    rates: Mapping[str, float]
    members: Sequence[Mapping[str, Any]]
    failed: Sequence[str] = ()


class _Field(NamedTuple):
    """A column: a key of its rows, or a formula over its row that has {row} in it."""

    title: str
    look: str
    key: str
    formula: str = ""
    total: bool = False


def _in_group(title: str, column: str, key: str) -> _Field:
    """An amount of a portfolio's currency in that of the group; D has the rate."""
    return _Field(title, "money", key, f"{column}{{row}}*D{{row}}", total=True)


_OF_PORTFOLIO = (
    _Field("Portfolio", "text", "portfolio"),
    _Field("Report", "text", "report", 'HYPERLINK("{report}","{report}")'),
    _Field("Currency", "text", "quote_currency"),
    _Field("Rate", "price", "rate"),
    _Field("Coins held, own", "money", "spot_notional"),
    _Field("Short, own", "money", "short_notional"),
    _Field("Net delta, own", "money", "net_delta"),
    _Field("Orders, own", "money", "order_notional"),
    _Field("P&L at -20 %, own", "money", "pnl_down_20"),
    _in_group("Coins held", "E", "spot_notional"),
    _in_group("Short", "F", "short_notional"),
    _in_group("Net delta", "G", "net_delta"),
    _in_group("Orders", "H", "order_notional"),
    _in_group("P&L at -20 %", "I", "pnl_down_20"),
    _Field("Nearest liquidation", "percent", "nearest_liquidation"),
    _Field("Alarms", "text", "told"),
)
_OF_EXPOSURE = (
    _Field("Portfolio", "text", "portfolio"),
    _Field("Underlying", "text", "underlying"),
    _Field("Currency", "text", "quote_currency"),
    _Field("Rate", "price", "rate"),
    _Field("Exposure, own", "money", "exposure"),
    _Field("Covered by shorts, own", "money", "cover"),
    _in_group("Exposure", "E", "exposure"),
    _in_group("Covered by shorts", "F", "cover"),
    _Field("Net delta", "money", "net_delta", "G{row}-H{row}", total=True),
)
_OF_SHORT = (
    _Field("Portfolio", "text", "portfolio"),
    _Field("Venue", "text", "venue"),
    _Field("Currency", "text", "quote_currency"),
    _Field("Rate", "price", "rate"),
    _Field("Short, own", "money", "short_notional"),
    _Field("Instrument", "text", "instrument"),
    _Field("Account", "text", "account"),
    _in_group("Short", "E", "short_notional"),
    _Field("Liquidated by a move of", "percent", "distance"),
    _Field("Liquidated at", "price", "liquidation_price"),
)


def group_book(group: Consolidation) -> Book:
    """The report on a group; `Book.save` writes it."""
    created = max(datetime.fromisoformat(each["as_of"]) for each in group.members)
    title = f"Group report: {group.name}"
    book = Book(styles(), title=title, created=created, subject="Consolidated")
    front, by_portfolio, by_underlying, by_venue, exposures, shorts = (
        book.sheet(each)
        for each in (
            "Summary", _PORTFOLIOS, "By underlying", "By venue", _EXPOSURES, _SHORTS,
        )
    )  # fmt: skip
    portfolios = [
        _converted({**each, "told": "; ".join(each["alarms"])}, group, _OF_PORTFOLIO)
        for each in sorted(group.members, key=_urgency)
    ]
    lines = _lines(group, "underlyings", _OF_EXPOSURE)
    for each in lines:
        each["net_delta"] = each["exposure in group"] - each["cover in group"]
    positions = _lines(group, "positions", _OF_SHORT)
    _write(by_portfolio, "The urgent ones first: alarms, then the nearest liquidation.",
           _OF_PORTFOLIO, portfolios)  # fmt: skip
    _write(exposures, "Each portfolio's underlyings.", _OF_EXPOSURE, lines)
    _write(shorts, "Each portfolio's positions.", _OF_SHORT, positions)
    of_underlying, of_venue = _underlying_fields(len(lines)), _venue_fields(len(positions))
    underlyings = _summed(lines, "underlying", ("exposure in group", "cover in group", "net_delta"))
    venues = _summed(positions, "venue", ("short_notional in group",))
    note = "Portfolios offset each other here; on the sheet Exposures each stands by itself."
    _write(by_underlying, note, of_underlying, underlyings)
    _write(by_venue, "All shorts, by where they are.", of_venue, venues)
    _write_front(front, group, created, portfolios, underlyings, positions)
    for sheet in book.sheets:
        label(sheet, group.name, f", as of {created:%Y-%m-%d %H:%M} UTC")
    return book


def _urgency(row: Mapping[str, Any]) -> tuple[bool, float]:
    """Those with alarms first, and of these, as of the others, the nearest liquidation."""
    nearest = row["nearest_liquidation"]
    return not row["alarms"], math.inf if nearest is None else nearest


def _converted(
    row: Mapping[str, Any], group: Consolidation, fields: Sequence[_Field]
) -> dict[str, Any]:
    """A row with its rate, and its amounts in the group's currency."""
    rate = group.rates[row["quote_currency"]]
    amounts = {
        f"{each.key} in group": row[each.key] * rate
        for each in fields
        if each.total and each.key in row and each.formula.endswith("*D{row}")
    }
    return {**row, **amounts, "rate": rate}


def _lines(group: Consolidation, name: str, fields: Sequence[_Field]) -> list[dict[str, Any]]:
    """The lines of all members."""
    both = ("portfolio", "quote_currency")
    return [
        _converted({key: each[key] for key in both} | line, group, fields)
        for each in group.members
        for line in each[name]
    ]


def _summed(
    rows: Sequence[Mapping[str, Any]], key: str, amounts: Sequence[str]
) -> list[dict[str, Any]]:
    """A row a name, whatever its case: a spreadsheet's comparison takes no notice of that."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(row[key].casefold(), {key: row[key], **dict.fromkeys(amounts, 0.0)})
        for each in amounts:
            line[each] += row[each]
    return sorted(found.values(), key=lambda line: -abs(line[amounts[-1]]))


def _sum_over(title: str, names: str, column: str, count: int) -> Callable[[str, str], _Field]:
    last = _HEAD + 1 + max(count, 1)

    def field(head: str, key: str) -> _Field:
        cells = (f"{title}!${each}${_HEAD + 2}:${each}${last}" for each in (names, column))
        named, summed = cells
        return _Field(head, "money", key, f"SUMPRODUCT(({named}=$A{{row}})*{summed})", total=True)

    return field


def _underlying_fields(count: int) -> tuple[_Field, ...]:
    return (
        _Field("Underlying", "text", "underlying"),
        _sum_over(_EXPOSURES, "B", "G", count)("Exposure", "exposure in group"),
        _sum_over(_EXPOSURES, "B", "H", count)("Covered by shorts", "cover in group"),
        _sum_over(_EXPOSURES, "B", "I", count)("Net delta", "net_delta"),
    )


def _venue_fields(count: int) -> tuple[_Field, ...]:
    return (
        _Field("Venue", "text", "venue"),
        _sum_over(_SHORTS, "B", "H", count)("Short", "short_notional in group"),
    )


def _write(
    sheet: Sheet, note: str, fields: Sequence[_Field], rows: Sequence[Mapping[str, Any]]
) -> None:
    """A sheet that is a table with totals."""
    heading(sheet, sheet.title, note)
    set_up(sheet, f"B{_HEAD + 2}", f"{_HEAD}:{_HEAD}", wide=1 + (len(fields) > _MOST))
    first, last = _HEAD + 2, _HEAD + 1 + max(len(rows), 1)
    sheet.height(_HEAD, 32)
    for column, each in enumerate(fields, 1):
        letter = LETTERS[column]
        widen(sheet, {letter: max(WIDTHS.get(each.look, 12), 14)})
        sheet.put(_HEAD, column, each.title, "header text" if each.look == "text" else "header")
        values = [_value(row, each) for row in rows]
        if column == 1:
            sheet.put(_HEAD + 1, 1, "Total", "total text")
        elif each.total:
            text = f"SUM({letter}{first}:{letter}{last})"
            sheet.put(_HEAD + 1, column, float(sum(values)), "total money", text)
        for at, (row, value) in enumerate(zip(rows, values, strict=True), first):
            formula = each.formula.replace("{row}", str(at))
            formula = formula.replace("{report}", str(row.get("report", "")).replace('"', '""'))
            sheet.put(at, column, value, f"cell {each.look}", formula or None)
    widen(sheet, {"A": 28})


def _value(row: Mapping[str, Any], field: _Field) -> Any:
    value = (
        row.get(f"{field.key} in group", row.get(field.key)) if field.total else row.get(field.key)
    )
    return sentence(value) or None if isinstance(value, str) else value


def _write_front(
    sheet: Sheet,
    group: Consolidation,
    created: datetime,
    portfolios: Sequence[Mapping[str, Any]],
    underlyings: Sequence[Mapping[str, Any]],
    positions: Sequence[Mapping[str, Any]],
) -> None:
    """The first page: totals, the largest exposures and the nearest liquidations."""
    rates = [f"1 {name} = {rate:,.8g}" for name, rate in group.rates.items() if rate != 1]
    told = f"{len(portfolios)} portfolios, prices as of {created:%Y-%m-%d %H:%M} UTC or before."
    heading(sheet, f"Group report: {group.name}", f"{told} All values in {group.currency}"
            f"{'; ' + ', '.join(rates) if rates else ''}.")  # fmt: skip
    set_up(sheet, "A3", tall=1)
    at = 4
    if group.failed:
        names = ", ".join(group.failed)
        sheet.put(at, 1, f"Not in it, as it failed: {names}"[:LONGEST], "warning")
        sheet.merge(at, 1, 5)
        at += 2
    for column, head in enumerate(("All portfolios", group.currency), 1):
        sheet.put(at, column, head, "header text" if column == 1 else "header")
    for each, letter in zip(_OF_PORTFOLIO, LETTERS[1:], strict=False):
        if each.total:
            at += 1
            value = float(sum(row[f"{each.key} in group"] for row in portfolios))
            sheet.put(at, 1, each.title, "cell text")
            sheet.put(at, 2, value, "total money", f"'{_PORTFOLIOS}'!{letter}{_HEAD + 1}")
    at = _list(sheet, at + 2, "Largest exposures", ("Underlying", "Net delta"),
               [(row["underlying"], row["net_delta"]) for row in underlyings[:_MOST]],
               ("text", "money"))  # fmt: skip
    near = sorted(
        (row for row in positions if row["distance"] is not None),
        key=lambda row: abs(row["distance"]),
    )
    unknown = sum(row["distance"] is None and row["unknown"] for row in positions)
    keys = ("portfolio", "instrument", "venue", "account", "distance", "liquidation_price")
    at = _list(sheet, at + 1, "Nearest liquidations",
               ("Portfolio", "Instrument", "Venue", "Account", "A move of", "Liquidated at"),
               [tuple(row[key] for key in keys) for row in near[:_MOST]],
               ("text", "text", "text", "text", "percent", "price"))  # fmt: skip
    if unknown:
        sheet.put(at, 1, f"Liquidation unknown: {unknown} positions, which are not listed.", "note")
    widen(sheet, {"A": 30, "B": 22, "C": 18, "D": 18, "E": 14, "F": 14})


def _list(
    sheet: Sheet,
    at: int,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    looks: Sequence[str],
) -> int:
    """A titled list; returns the row behind it."""
    sheet.put(at, 1, title, "section")
    for column, (head, look) in enumerate(zip(heads, looks, strict=True), 1):
        sheet.put(at + 1, column, head, "header text" if look == "text" else "header")
    for n, row in enumerate(rows, at + 2):
        for column, (value, look) in enumerate(zip(row, looks, strict=True), 1):
            shown = sentence(value) or None if isinstance(value, str) else value
            sheet.put(n, column, shown, f"cell {look}")
    return at + 2 + len(rows)
