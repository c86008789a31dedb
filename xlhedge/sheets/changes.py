"""The report's sheet What changed: figures and prices at two dates, and what was earned by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

from xlhedge.analysis.changes import Change, Changes, CoinChange, PositionChange
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.key_figures import totals
from xlhedge.sheets.style import WIDTHS, fitted, sentence, widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.charts import bar_chart
from xlhedge.xlsx.sheet import Sheet

__all__ = ["write_changes"]

_TOP = 4


class _Listed(NamedTuple):
    """A column of lines: a field as it is, or a part that a formula works out."""

    title: str
    name: str
    look: str
    part: str = ""  # of the P&L, as the first table sums it
    computed: bool = False


_COINS = (
    _Listed("Coins", "name", "text"),
    _Listed("Where", "place", "text"),
    _Listed("Quantity before", "before", "qty"),
    _Listed("Quantity now", "now", "qty"),
    _Listed("Price before", "price_before", "price"),
    _Listed("Price now", "price_now", "price"),
    _Listed("Price of what came or went", "traded_at", "price"),
    _Listed("Value before", "value_before", "money", computed=True),
    _Listed("Value now", "value_now", "money", computed=True),
    _Listed("Brought in, less taken out", "brought_in", "money", computed=True),
    _Listed("By price", "price", "money", "Coins: price", computed=True),
    _Listed("By what came or went", "trades", "money", "Coins: changed quantities", computed=True),
    _Listed("P&L since", "pnl", "money", computed=True),
)
_POSITIONS = (
    _Listed("Shorts", "instrument", "text"),
    _Listed("Account", "account", "text"),
    _Listed("Contracts before", "before", "qty"),
    _Listed("Contracts now", "now", "qty"),
    _Listed("Futures price before", "price_before", "price"),
    _Listed("Futures price now", "price_now", "price"),
    _Listed("Distance to liquidation before", "distance_before", "percent"),
    _Listed("Distance to liquidation now", "distance_now", "percent"),
    _Listed("By price", "price", "money", "Shorts: price", computed=True),
    _Listed("By basis", "basis", "money", "Shorts: basis", computed=True),
    _Listed("By what was traded", "trades", "money", "Shorts: changed contracts", computed=True),
    _Listed("Funding received", "funding", "money", "Shorts: funding received"),
    _Listed("Fees", "fees_part", "money", "Shorts: fees", computed=True),
    _Listed("P&L since", "pnl", "money", computed=True),
    _Listed("Contract type", "contract_type", "text"),
    _Listed("Contract size", "size", "qty"),
    _Listed("Index before", "index_before", "price"),
    _Listed("Index now", "index_now", "price"),
    _Listed("Quote per unit of margin before", "unit_before", "price"),
    _Listed("Quote per unit of margin now", "unit_now", "price"),
    _Listed("Unrealised before", "unrealised_before", "money"),
    _Listed("Unrealised now", "unrealised_now", "money"),
    _Listed("Realised since, typed", "booked", "money"),
    _Listed("Realised since, counted", "realised", "money", computed=True),
    _Listed("Fees paid", "fees", "money"),
)
_PRINTED = 1 + next(n for n, each in enumerate(_POSITIONS) if each.name == "pnl")
"""Columns on paper; behind them stands what these are worked out from."""
_PNL = "pnl"


def write_changes(sheet: Sheet, of: ReportContext) -> None:
    """Write the sheet: what was earned first, then what it comes from."""
    changes = of.analysis.changes
    assert changes is not None  # noqa: S101  # the sheet stands only where there are some
    sheet.put(_TOP, 1, sentence(f"Since {_named(changes)}"), "section")
    parts = [each.part for each in (*_COINS, *_POSITIONS) if each.part]
    figures = _TOP + 1 + len(parts) + 5
    prices = figures + len(changes.figures) + 3
    coins = prices + len(changes.prices) + 3
    positions = coins + len(changes.coins) + 4
    places = totals(of)
    _write_figures(sheet, figures, "Figures", changes.figures, places)
    _write_figures(sheet, prices, "Prices", changes.prices, {})
    sums = _write_lines(sheet, coins, _COINS, changes.coins)
    sums |= _write_lines(sheet, positions, _POSITIONS, changes.positions)
    currency = of.analysis.portfolio.settings.quote_currency
    _write_sums(sheet, parts, sums, changes, currency)
    at = positions + len(changes.positions) + 3
    for each in changes.positions:
        if each.told:
            sheet.put(at, 1, sentence(f"{each.instrument}: {each.told}"), "note")
            at += 1
    chart = bar_chart(sheet, "P&L since then, by what", "", (currency, "#,##0"),
                      (1, _TOP + 2, _TOP + 1 + len(parts)), (2,), flat=True)  # fmt: skip
    sheet.chart(chart, f"F{_TOP + 2}")
    sheet.prints(area=f"A1:{LETTERS[_PRINTED]}{at}")
    for columns in (_COINS, _POSITIONS):
        widen(sheet, {LETTERS[n]: WIDTHS.get(x.look, 12) for n, x in enumerate(columns, 1)})
    widen(sheet, {"A": 40})


def _named(changes: Changes) -> str:
    source = changes.source
    return f"{changes.since:%Y-%m-%d %H:%M} UTC: {source.name}, SHA-256 {source.sha256}"


def _write_sums(
    sheet: Sheet,
    parts: Iterable[str],
    sums: dict[str, tuple[str, float]],
    changes: Changes,
    currency: str,
) -> None:
    """What was earned, by what, and that the lines' P&L is the same."""
    at = _TOP + 1
    sheet.put(at, 1, "P&L since then, by what", "header text")
    sheet.put(at, 2, currency, "header")
    first = at = at + 1
    for part in parts:
        text, value = sums[part]
        sheet.put(at, 1, part, "cell text")
        sheet.put(at, 2, value, fitted("cell money", value), text)
        at += 1
    sheet.put(at, 1, "P&L since then", "total text")
    value = sum(sums[part][1] for part in parts)
    sheet.put(at, 2, value, fitted("total money", value), f"SUM(B{first}:B{at - 1})")
    lines = [text for text, _ in (sums[f"{_PNL}{kind}"] for kind in (CoinChange, PositionChange))]
    sheet.put(at + 1, 1, "Change in value, less what was brought in", "cell text")
    sheet.put(at + 1, 2, changes.pnl, fitted("cell money", changes.pnl), "+".join(lines))


def _write_figures(
    sheet: Sheet, at: int, title: str, rows: Sequence[Change], places: Mapping[str, tuple[str, str]]
) -> None:
    """Figures at both dates; their difference where both are numbers, of prices as a part."""
    heads = (title, "Before", "Now", "Change")
    for column, head in enumerate(heads, 1):
        sheet.put(at, column, head, "header text" if column == 1 else "header")
    for n, row in enumerate(rows, at + 1):
        look = f"cell {row.look}"
        sheet.put(n, 1, row.title, "cell text")
        sheet.put(n, 2, _shown(row.before), fitted(look, row.before))
        cell, _ = places.get(row.name, (None, ""))
        sheet.put(n, 3, _shown(row.now), fitted(look, row.now), cell)
        if not all(isinstance(each, float | int) for each in (row.before, row.now)):
            sheet.put(n, 4, None, look)
        elif row.look == "price":
            sheet.put(n, 4, row.now / row.before - 1, "cell percent", f"C{n}/B{n}-1")
        else:
            change = row.now - row.before
            sheet.put(n, 4, change, fitted(look, change), f"C{n}-B{n}")


def _shown(value: Any) -> Any:
    return "none" if value is None else value or (0.0 if value == 0 else None)


def _write_lines(
    sheet: Sheet, at: int, columns: Sequence[_Listed], lines: Sequence[Any]
) -> dict[str, tuple[str, float]]:
    """A table of lines with its sums; returns the formula and value of each part's sum."""
    kind = CoinChange if columns is _COINS else PositionChange
    for column, each in enumerate(columns, 1):
        sheet.put(at, column, each.title, "header text" if each.look == "text" else "header")
    sheet.height(at, 45)
    first, last = at + 2, at + 1 + max(len(lines), 1)
    for n, line in enumerate(lines, first):
        cells = _in_cells(line, columns, n)
        for column, each in enumerate(columns, 1):
            text = excel_text(getattr(cells, each.name)) if each.computed else None
            value = getattr(line, each.name)
            shown = None if value == "" else value
            sheet.put(n, column, shown, fitted(f"cell {each.look}", shown), text)
    sums = {}
    sheet.put(at + 1, 1, "Total", "total text")
    for column, each in enumerate(columns, 1):
        if not each.part and each.name != _PNL:
            continue
        letter = LETTERS[column]
        text = f"SUM({letter}{first}:{letter}{last})"
        value = float(sum(getattr(line, each.name) for line in lines))
        sheet.put(at + 1, column, value, fitted("total money", value), text)
        sums[each.part or f"{_PNL}{kind}"] = (f"{letter}{at + 1}", value)
    return sums


def _in_cells(line: Any, columns: Sequence[_Listed], row: int) -> Any:
    """The line with the cells of its numbers in their place: what it works out is formulas."""
    cells = {
        each.name: Expression(f"{LETTERS[column]}{row}")
        for column, each in enumerate(columns, 1)
        if not each.computed and each.look != "text"
    }
    return replace(line, **{each.name: cells[each.name] for each in fields(line)
                            if each.name in cells})  # fmt: skip
