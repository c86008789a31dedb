"""A report over the portfolios of a group: by portfolio, by underlying, by venue, in one currency.

It is made of what the reports on the portfolios say; what is added up here is native formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.sheets.field_table import HEAD, REPORT, TOLD, Field, urgency, write_fields
from xlhedge.sheets.style import LONGEST, fitted, heading, label, sentence, set_up, styles, widen
from xlhedge.xlsx.book import Book
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["Consolidation", "group_book"]

_MOST = 10
_PRINTED = 11
"""Columns by portfolio that print; those behind, in the currency of each, are for the screen."""
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


def _in_group(title: str, column: str, key: str) -> Field:
    """An amount of a portfolio's currency in that of the group; the currency's rate is in D."""
    return Field(title, "money", key, f"{column}{{row}}*D{{row}}", total=True)


_OF_PORTFOLIO = (
    Field("Portfolio", "text", "portfolio"),
    REPORT,
    Field("Currency", "text", "quote_currency"),
    Field("Rate", "price", "rate"),
    _in_group("Coins held", "L", "spot_notional"),
    _in_group("Short", "M", "short_notional"),
    _in_group("Net delta", "N", "net_delta"),
    _in_group("Orders", "O", "order_notional"),
    _in_group("P&L at -20 %", "P", "pnl_down_20"),
    Field("Nearest liquidation", "percent", "nearest_liquidation"),
    Field("Alarms", TOLD, "told"),
    Field("Coins held, own", "money", "spot_notional"),
    Field("Short, own", "money", "short_notional"),
    Field("Net delta, own", "money", "net_delta"),
    Field("Orders, own", "money", "order_notional"),
    Field("P&L at -20 %, own", "money", "pnl_down_20"),
)
_OF_EXPOSURE = (
    Field("Portfolio", "text", "portfolio"),
    Field("Underlying", "text", "underlying"),
    Field("Currency", "text", "quote_currency"),
    Field("Rate", "price", "rate"),
    Field("Exposure, own", "money", "exposure"),
    Field("Covered by shorts, own", "money", "cover"),
    Field("Net delta, own", "money", "net_delta"),
    _in_group("Exposure", "E", "exposure"),
    _in_group("Covered by shorts", "F", "cover"),
    _in_group("Net delta", "G", "net_delta"),
)
_AMOUNTS = tuple(f"{each.key} in group" for each in _OF_EXPOSURE if each.total)
_OF_SHORT = (
    Field("Portfolio", "text", "portfolio"),
    Field("Venue", "text", "venue"),
    Field("Currency", "text", "quote_currency"),
    Field("Rate", "price", "rate"),
    Field("Short, own", "money", "short_notional"),
    Field("Instrument", "text", "instrument"),
    Field("Account", "text", "account"),
    _in_group("Short", "E", "short_notional"),
    Field("Liquidated by a move of", "percent", "distance"),
    Field("Liquidated at", "price", "liquidation_price"),
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
        for each in sorted(group.members, key=urgency)
    ]
    lines = _lines(group, "underlyings", _OF_EXPOSURE)
    positions = _lines(group, "positions", _OF_SHORT)
    write_fields(by_portfolio, "The urgent ones first: alarms, then the nearest liquidation.",
           _OF_PORTFOLIO, portfolios, prints=_PRINTED)  # fmt: skip
    widen(by_portfolio, {"B": 34})
    write_fields(exposures, "Each portfolio's underlyings.", _OF_EXPOSURE, lines)
    write_fields(shorts, "Each portfolio's positions.", _OF_SHORT, positions)
    of_underlying, of_venue = _underlying_fields(len(lines)), _venue_fields(len(positions))
    underlyings = _summed(lines, "underlying", _AMOUNTS)
    venues = _summed(positions, "venue", ("short_notional in group",))
    note = "Portfolios offset each other here; on the sheet Exposures each stands by itself."
    write_fields(by_underlying, note, of_underlying, underlyings)
    write_fields(by_venue, "All shorts, by where they are.", of_venue, venues)
    _write_front(front, group, created, portfolios, underlyings, positions)
    for sheet in book.sheets:
        label(sheet, group.name, f", as of {created:%Y-%m-%d %H:%M} UTC")
    return book


def _converted(
    row: Mapping[str, Any], group: Consolidation, fields: Sequence[Field]
) -> dict[str, Any]:
    """A row with its rate, and its amounts in the group's currency."""
    rate = group.rates[row["quote_currency"]]
    amounts = {f"{each.key} in group": row[each.key] * rate for each in fields if each.total}
    return {**row, **amounts, "rate": rate}


def _lines(group: Consolidation, name: str, fields: Sequence[Field]) -> list[dict[str, Any]]:
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


def _sum_over(title: str, names: str, column: str, count: int) -> Callable[[str, str], Field]:
    last = HEAD + 1 + max(count, 1)

    def field(head: str, key: str) -> Field:
        cells = (f"{title}!${each}${HEAD + 2}:${each}${last}" for each in (names, column))
        named, summed = cells
        return Field(head, "money", key, f"SUMPRODUCT(({named}=$A{{row}})*{summed})", total=True)

    return field


def _underlying_fields(count: int) -> tuple[Field, ...]:
    return (
        Field("Underlying", "text", "underlying"),
        _sum_over(_EXPOSURES, "B", "H", count)("Exposure", "exposure in group"),
        _sum_over(_EXPOSURES, "B", "I", count)("Covered by shorts", "cover in group"),
        _sum_over(_EXPOSURES, "B", "J", count)("Net delta", "net_delta in group"),
    )


def _venue_fields(count: int) -> tuple[Field, ...]:
    return (
        Field("Venue", "text", "venue"),
        _sum_over(_SHORTS, "B", "H", count)("Short", "short_notional in group"),
    )


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
            sheet.put(
                at, 2, value, fitted("total money", value), f"'{_PORTFOLIOS}'!{letter}{HEAD + 1}"
            )
    at = _list(sheet, at + 2, "Largest exposures", ("Underlying", "Net delta"),
               [(row["underlying"], row["net_delta in group"]) for row in underlyings[:_MOST]],
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
            sheet.put(n, column, shown, fitted(f"cell {look}", shown))
    return at + 2 + len(rows)
