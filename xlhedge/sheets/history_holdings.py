"""Three tables of the report's Hedge history sheet: hedge ratios, typical moves, and funding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlhedge.analysis.carriers import NATIVE, NOWHERE
from xlhedge.analysis.figures import Blank
from xlhedge.analysis.history import History
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.signals import LONGER
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import ReportContext
from xlhedge.sheets.history_bars import Bars
from xlhedge.sheets.history_cells import HoldingCells, fitting, total_of
from xlhedge.sheets.style import fitted, sentence
from xlhedge.xlsx.sheet import Sheet

__all__ = ["WIDE", "headers", "write_funding", "write_ratios", "write_typical"]

WIDE = 10
"""Columns of a page."""

_RATIOS = (
    *("Holding", "Hedged with", "Ratio wanted", "Ratio held", "Minimum-variance ratio"),
    *("± its standard error", "Returns, n", f"The ratio of every {LONGER}th bar"),
    *("Variance taken away at that ratio", "Variance taken away as held"),
)
_TYPICAL = (
    *("Underlying", "Bars of", "Returns, n", "Usual step, days", "Volatility a day"),
    *("Days to the horizon", "Typical move to it", "Nearest liquidation", "Within it"),
)
_FUNDING = (
    *("Holding", "Hedged with", "Short now", "Settlements", "Average per 8 hours", "A year"),
    *("Received by today's short", "Hours covered", "First", "Last"),
)


def headers(sheet: Sheet, at: int, titles: Sequence[str], words: int = 1) -> None:
    """A row of headers; the first few are over words."""
    for column, title in enumerate(titles, 1):
        sheet.put(at, column, title, "header text" if column <= words else "header")
    sheet.height(at, 48)


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
            longer = ",".join(bars.longer_moves(each.past)) if ratios.best_longer else ""
            gain = f"D{row}*(2*E{row}-D{row})*VAR({future})/VAR({spot})"
            texts += [
                f"SLOPE({spot},{future})",
                f"STEYX({spot},{future})/SQRT(DEVSQ({future}))",
                f"COUNT({spot})",
                longer and f"SLOPE({longer})",
                f"RSQ({spot},{future})",
                gain,
            ]
        values = (ratios.wanted, ratios.held, ratios.best, ratios.error, ratios.pairs or None,
                  ratios.best_longer, ratios.best_effectiveness,
                  ratios.held_effectiveness)  # fmt: skip
        looks = ("ratio", "ratio", "ratio", "ratio", "heat", "ratio", "percent", "percent")
        reason = each.past.comparison.reason or ratios.reason
        for n, (value, look) in enumerate(zip(values, looks, strict=True)):
            if value is None and n >= 2 and reason:  # where the first is that it explains
                sheet.put(row, 3 + n, sentence(reason), "cell text")
                reason = ""
                continue
            text = None if n >= len(texts) or value is None else _formula(texts[n])
            sheet.put(row, 3 + n, value, f"cell {look}", text)


def write_typical(sheet: Sheet, at: int, past: History, of: ReportContext, bars: Bars) -> None:
    """How far each underlying typically moves until the horizon, and what that liquidates."""
    title = "Typical move to the horizon, one standard deviation: volatility a day × √days"
    sheet.put(at, 1, title, "section")
    headers(sheet, at + 1, _TYPICAL, 2)
    margin = of.tables[MarginRow]
    for row, each in enumerate(past.typical.values(), at + 2):
        moves = bars.own_moves(each.track)
        sheet.put(row, 1, each.underlying, "cell text")
        sheet.put(row, 2, each.track.symbol, "cell text")
        sheet.put(row, 3, each.pairs, "cell heat", f"COUNT({moves})")
        sheet.put(row, 4, each.step, fitted("cell qty", each.step))
        sheet.put(row, 5, each.daily, "cell percent", f"STDEV({moves})/SQRT(D{row})")
        sheet.put(row, 6, each.days, "cell days")
        sheet.put(row, 7, each.move, "cell percent", f"E{row}*SQRT(F{row})")
        found = [
            short
            for short in of.analysis.margin
            if short.underlying == each.underlying
            and not isinstance(short.liquidation_buffer, Blank)
        ]
        if not found:
            sheet.put(row, 8, NOWHERE, "cell percent")
            sheet.put(row, 9, NOWHERE, "cell percent")
            continue
        places = [of.shown.place(short) for short in found]
        cells = ",".join(
            f"ABS({margin.cell(MarginRow.liquidation_buffer, margin.top + n)})"
            for n in places if n is not None
        )  # fmt: skip
        nearest = min(abs(short.liquidation_buffer) for short in found)
        text = None if None in places else fitting(f"MIN({cells})")
        sheet.put(row, 8, nearest, "cell percent", text)
        said = "yes" if nearest <= each.move else "no"
        sheet.put(row, 9, said, "cell text", f'IF(H{row}<=G{row},"yes","no")')


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
        text = None if short is None else _formula(total_of(each.short))
        sheet.put(row, 3, short, fitted("cell money", short), text)
        texts: Sequence[str | None] = (None,) * 7
        if position.instrument and position.rates_of and not paid.reason:
            times, rates, hours = bars.rates(position.rates_of)
            year = NATIVE.funding_apr(Expression(f"E{row}"))
            ends = (f"MIN({times})", f"MAX({times})")
            mean, received = f"SUM({rates})*8/H{row}", f"C{row}*SUM({rates})"
            # Of a single settlement that does not say, the instrument's interval.
            interval = f"{position.instrument.interval_hours!r}*(COUNT({rates})-COUNT({hours}))"
            covered = f"SUM({hours})+{interval}"
            texts = (f"COUNT({rates})", mean, excel_text(year), received, covered, *ends)
        values = (paid.settlements, paid.average_8h, paid.average_year,
                  paid.received, paid.hours, paid.first, paid.last)  # fmt: skip
        looks = ("heat", "rate", "percent", "money", "ratio", "date", "date")
        for n, (value, look, text) in enumerate(zip(values, looks, texts, strict=True), 4):
            if paid.reason:  # over the columns that it explains
                sheet.put(row, n, sentence(paid.reason) if n == 4 else None, "cell text")
            else:
                style = fitted(f"cell {look}", value)
                sheet.put(row, n, value, style, None if value is None else text)
    last = first + len(holdings)
    sheet.put(last, 1, "Total", "total text")
    for column in range(2, len(_FUNDING) + 1):
        if column == 7 and holdings:
            text = f"SUM(G{first}:G{last - 1})"
            look = fitted("total money", past.funding_received)
            sheet.put(last, column, past.funding_received, look, text)
        else:
            sheet.put(last, column, None, "total text")
