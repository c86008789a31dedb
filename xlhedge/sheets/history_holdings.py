"""Two tables of the report's Hedge history sheet, a row a holding: hedge ratios, and funding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis.carriers import NATIVE
from xlhedge.analysis.history import History
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.history_bars import Bars
from xlhedge.sheets.history_cells import HoldingCells, fitting, total_of
from xlhedge.sheets.style import sentence
from xlhedge.xlsx.sheet import Sheet

__all__ = ["WIDE", "headers", "write_funding", "write_ratios"]

WIDE = 10
"""Columns of a page."""

_RATIOS = (
    *("Holding", "Hedged with", "Ratio wanted", "Ratio held", "Minimum-variance ratio"),
    *("Variance taken away at that ratio", "Variance taken away as held", "Remark", "", ""),
)
_FUNDING = (
    *("Holding", "Hedged with", "Short now", "Settlements", "Average rate", "A year"),
    *("Received by today's short", "First", "Last"),
)


def headers(sheet: Sheet, at: int, titles: Sequence[str], words: int = 1) -> None:
    """A row of headers; the first few are over words, and so is a remark."""
    for column, title in enumerate(titles, 1):
        left = column <= words or title in ("Remark", "")
        sheet.put(at, column, title or None, "header text" if left else "header")
    sheet.height(at, 32)


def write_ratios(sheet: Sheet, at: int, holdings: Sequence[HoldingCells], bars: Bars) -> None:
    """The ratio that the past would have liked beside those wanted and held."""
    sheet.put(at, 1, "Hedge ratios: short for each unit of value of the coins", "section")
    headers(sheet, at + 1, _RATIOS, 2)
    for row, each in enumerate(holdings, at + 2):
        position, ratios = each.past.position, each.past.ratios
        sheet.put(row, 1, each.past.name, "cell text")
        sheet.put(row, 2, _instrument(each), "cell text")
        held = total_of(each.short) - total_of(each.posted), total_of(each.coins)
        texts: list[Any] = [each.wanted, held[0] / held[1] if position.held is not None else None]
        if ratios.best is not None and each.past.comparison.hedged:  # else beyond any number
            spot, future = bars.moves(each.past)
            gain = f"D{row}*(2*E{row}-D{row})*VAR({future})/VAR({spot})"
            texts += [f"SLOPE({spot},{future})", f"RSQ({spot},{future})", gain]
        values = (ratios.wanted, ratios.held, ratios.best, ratios.best_effectiveness,
                  ratios.held_effectiveness)  # fmt: skip
        looks = ("ratio", "ratio", "ratio", "percent", "percent")
        for n, (value, look) in enumerate(zip(values, looks, strict=True)):
            text = None if n >= len(texts) or value is None else _formula(texts[n])
            sheet.put(row, 3 + n, value, f"cell {look}", text)
        reason = each.past.comparison.reason or ratios.reason or ""
        sheet.put(row, 8, sentence(reason) or None, "cell text")
        for column in (9, 10):
            sheet.put(row, column, None, "cell text")


def _formula(text: Any) -> str | None:
    """A formula's text; none for a constant."""
    said = text if isinstance(text, str) else excel_text(text)
    return fitting(said) if "$" in said else None


def _instrument(each: HoldingCells) -> str | None:
    instrument = each.past.position.instrument
    return instrument.instrument if instrument else None


def write_funding(
    sheet: Sheet, at: int, past: History, holdings: Sequence[HoldingCells], bars: Bars
) -> None:
    """What settled rates would have paid today's shorts."""
    sheet.put(at, 1, "Realised funding: above 0 is income of today's short", "section")
    headers(sheet, at + 1, _FUNDING, 2)
    first = at + 2
    for row, each in enumerate(holdings, first):
        position, paid = each.past.position, each.past.funding
        sheet.put(row, 1, each.past.name, "cell text")
        sheet.put(row, 2, _instrument(each), "cell text")
        short = position.short if position.instrument else None
        sheet.put(
            row, 3, short, "cell money", None if short is None else _formula(total_of(each.short))
        )
        texts: Sequence[str | None] = (None,) * 6
        if position.instrument and position.rates_of and not paid.reason:
            times, rates = bars.rates(position.rates_of)
            year = NATIVE.funding_apr(Expression(f"E{row}"), position.instrument.interval_hours)
            ends = (f"MIN({times})", f"MAX({times})")
            mean, received = f"AVERAGE({rates})", f"C{row}*SUM({rates})"
            texts = (f"COUNT({rates})", mean, excel_text(year), received, *ends)
        values = (paid.settlements, paid.average_rate, paid.average_year,
                  paid.received, paid.first, paid.last)  # fmt: skip
        looks = ("heat", "rate", "percent", "money", "date", "date")
        for n, (value, look, text) in enumerate(zip(values, looks, texts, strict=True), 4):
            if paid.reason:  # over the columns that it explains
                sheet.put(row, n, sentence(paid.reason) if n == 4 else None, "cell text")
            else:
                sheet.put(row, n, value, f"cell {look}", None if value is None else text)
    last = first + len(holdings)
    sheet.put(last, 1, "Total", "total text")
    for column in range(2, len(_FUNDING) + 1):
        if column == 7 and holdings:
            text = f"SUM(G{first}:G{last - 1})"
            sheet.put(last, column, past.funding_received, "total money", text)
        else:
            sheet.put(last, column, None, "total text")
