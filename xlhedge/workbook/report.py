"""The report: an analysis as a finished workbook that needs none of our code to be read.

Every figure, total and difference is a native Excel formula over the inputs beside it, written from
the formula core, with its value stored; what was looked up stands as its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.utils import get_column_letter

from xlhedge.algebra import Expression, excel_text
from xlhedge.analysis import Analysis
from xlhedge.figures import NATIVE, Figure, formula_text, sum_of
from xlhedge.formulas.scenario import LEGS
from xlhedge.hedge import HEDGE
from xlhedge.positions import MARGIN
from xlhedge.workbook.charts import pnl_chart
from xlhedge.workbook.look import LONGEST, WIDTHS, finish, heading, register
from xlhedge.workbook.package import Book
from xlhedge.workbook.sheets import Sheet
from xlhedge.workbook.summary import write_summary

__all__ = ["report_book"]

UNASSIGNED = "Shorts without a holding"
"""The row of what shorts add whose instrument hedges no holding."""

_HEAD, _TOTAL, _TOP = 4, 5, 6
_REFERENCE = re.compile(r"[A-Z]\d")
_AXIS = 4
"""The row of the moves on the Sensitivity sheet; unhedged and held stand below it."""


def report_book(analysis: Analysis) -> Book:
    """The report on a portfolio; `Book.save` writes it.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> report_book(analyse(SAMPLES["full-hedge"])).design.sheetnames
        ['Summary', 'Hedge', 'Margin', 'Sensitivity', 'Scenarios']
    """
    settings = analysis.portfolio.settings
    book = Book(title=f"Hedge report: {settings.portfolio}", created=settings.as_of)
    register(book)
    summary = book.sheet("Summary")
    _write_table(
        book.sheet("Hedge"),
        "Hedge",
        "For each holding: what to short, what is short already, what is left. "
        "Funding cost above 0 costs you; net delta above 0 is still long.",
        HEDGE,
        [*analysis.hedge, {**analysis.unassigned, "asset": UNASSIGNED}],
        {"days": analysis.days},
        _unassigned(analysis),
    )
    _write_table(
        book.sheet("Margin"),
        "Margin",
        "Each short as it stands.",
        MARGIN,
        analysis.margin,
        {"days": analysis.days},
    )
    sensitivity = book.sheet("Sensitivity")
    _write_sensitivity(sensitivity, analysis)
    _write_scenarios(book.sheet("Scenarios"), analysis)
    columns = (2, 1 + len(analysis.grid.shocks))
    chart = pnl_chart(sensitivity, _AXIS, (_AXIS + 1, _AXIS + 2), columns, settings.quote_currency)
    references = {name: _total(name).text for name in analysis.total}
    references["worst"] = f"MIN(Scenarios!G{_HEAD + 1}:G{_HEAD + len(analysis.scenarios)})"
    write_summary(summary, analysis, chart, references)
    return book


def _total(name: str) -> Expression:
    """A total of the Hedge sheet."""
    return Expression(f"Hedge!${_letter(name)}${_TOTAL}")


def _letter(name: str) -> str:
    """The column of a figure on the Hedge sheet."""
    return get_column_letter([figure.name for figure in HEDGE].index(name) + 1)


def _write_table(
    sheet: Sheet,
    title: str,
    note: str,
    figures: Sequence[Figure],
    rows: Sequence[Mapping[str, Any]],
    known: Mapping[str, Any],
    last_row: Mapping[str, str] | None = None,
) -> None:
    heading(sheet, title, note)
    last = _TOP + max(len(rows), 1) - 1
    for column, figure in enumerate(figures, 1):
        letter = get_column_letter(column)
        sheet.put(_HEAD, column, figure.title, "header")
        if column == 1:
            sheet.put(_TOTAL, 1, "Total", "total text")
        elif figure.total:
            total = sum_of(rows, figure.name)
            look = f"total {figure.look}"
            sheet.put(_TOTAL, column, total, look, f"SUM({letter}{_TOP}:{letter}{last})")
        else:
            sheet.put(_TOTAL, column, None, f"total {figure.look}")
        for n, row in enumerate(rows):
            value = row[figure.name]
            if last_row is not None and n == len(rows) - 1:
                text = last_row.get(figure.name)
            else:
                text = None if value is None else _native(figure, figures, row, _TOP + n, known)
            sheet.put(_TOP + n, column, value, f"cell {figure.look}", text)
    sheet.design.row_dimensions[_HEAD].height = 48
    widths = {get_column_letter(n): WIDTHS.get(f.look, 12) for n, f in enumerate(figures, 1)}
    pages = -(-len(figures) // 12)
    finish(sheet, f"B{_TOP}", widths | {"A": 26}, f"{_HEAD}:{_HEAD}", pages)


def _unassigned(analysis: Analysis) -> dict[str, str]:
    """The formulas of the row of shorts that hedge no holding: all of them less those allotted."""
    end, names = _TOP + len(analysis.hedge), [figure.name for figure in MARGIN]
    texts = {}
    for name in ("coin_margin", "short_notional", "funding_drag", "funding_year"):
        all_ = f"Margin!{get_column_letter(names.index(name) + 1)}{_TOTAL}"
        letter = _letter(name)
        texts[name] = f"{all_}-SUM({letter}{_TOP}:{letter}{end - 1})"
    delta = f"{_letter('coin_margin')}{end}-{_letter('short_notional')}{end}"
    return texts | {"net_delta": delta, "residual_delta": delta}


def _native(
    figure: Figure,
    figures: Sequence[Figure],
    row: Mapping[str, Any],
    at: int,
    known: Mapping[str, Any],
) -> str | None:
    """The figure as a formula over its row's cells.

    Words and what is blank are known here, so they are not referred to: no branch is left of them.
    """
    if figure.formula is None:
        return None
    cells: dict[str, Any] = dict(known)
    for column, other in enumerate(figures, 1):
        value = row[other.name]
        is_number = isinstance(value, float)
        cells[other.name] = Expression(f"{get_column_letter(column)}{at}") if is_number else value
    text = formula_text(figure, NATIVE, cells, guarded=False)
    return text if _REFERENCE.search(text) else None


def _write_sensitivity(sheet: Sheet, analysis: Analysis) -> None:
    heading(
        sheet,
        "Sensitivity",
        "Profit and loss from the price alone: before funding, basis, fees and liquidation.",
    )
    grid, total = analysis.grid, analysis.total
    first = _AXIS + 4 + len(grid.ratios) + 2
    sheet.put(_AXIS, 1, "Move of the underlying", "header text")
    lines = [("All coins, unhedged", grid.unhedged), ("With the shorts as they stand", grid.held)]
    for n, (name, _) in enumerate(lines):
        sheet.put(_AXIS + 1 + n, 1, name, "total text")
    sheet.put(_AXIS + 3, 1, "Hedge ratio of every hedged asset", "header text")
    for n, ratio in enumerate(grid.ratios):
        sheet.put(_AXIS + 4 + n, 1, ratio, "axis percent")
    sheet.put(first - 1, 1, "Each asset, unhedged", "header text")
    for n, row in enumerate(analysis.hedge):
        sheet.put(first + n, 1, row["asset"], "cell text")
    sheet.put(first + len(analysis.hedge), 1, "Coins posted as margin", "cell text")
    for column, shock in enumerate(grid.shocks):
        letter = get_column_letter(2 + column)
        move, coins = Expression(f"{letter}${_AXIS}"), Expression(f"{letter}${_AXIS + 1}")
        sheet.put(_AXIS, 2 + column, shock, "axis percent")
        last = first + len(analysis.hedge)
        sheet.put(_AXIS + 1, 2 + column, grid.unhedged[column], "total money",
                  f"SUM({letter}{first}:{letter}{last})")  # fmt: skip
        held = coins + NATIVE.scenario_pnl(0, 1, _total("short_notional"), move)
        sheet.put(_AXIS + 2, 2 + column, grid.held[column], "total money", excel_text(held))
        for n, values in enumerate(grid.hedged):
            short = Expression(f"$A{_AXIS + 4 + n}") * _total("full_notional")
            text = excel_text(coins + NATIVE.scenario_pnl(0, 1, short, move))
            sheet.put(_AXIS + 4 + n, 2 + column, values[column], "cell money", text)
        for n, values in enumerate(grid.by_asset):
            quantity, price, beta = (
                Expression(f"Hedge!${_letter(name)}${_TOP + n}")
                for name in ("quantity", "spot_price", "beta")
            )
            leg = NATIVE.scenario_pnl(quantity, price, 0, move, 0, 0, 0, 8, 0, beta)
            sheet.put(first + n, 2 + column, values[column], "cell money", excel_text(leg))
        margin_coins = excel_text(_total("coin_margin") * move)
        sheet.put(last, 2 + column, total["coin_margin"] * shock, "cell money", margin_coins)
    widths = {get_column_letter(2 + n): 16.0 for n in range(len(grid.shocks))}
    finish(sheet, f"B{_AXIS + 1}", widths | {"A": 34}, f"{_AXIS}:{_AXIS}", pages=2)


def _write_scenarios(sheet: Sheet, analysis: Analysis) -> None:
    heading(
        sheet,
        "Scenarios",
        "The portfolio as it stands, liquidation included. Fees are those of opening and closing.",
    )
    titles = ("Scenario", "Spot", "Short", "Basis", "Funding", "Fees", "Net",
              "Saved by the hedge", "Liquidated")  # fmt: skip
    for column, title in enumerate(titles, 1):
        sheet.put(_HEAD, column, title, "header" if 1 < column < len(titles) else "header text")
    for n, result in enumerate(analysis.scenarios):
        at = _HEAD + 1 + n
        sheet.put(at, 1, result.name, "cell text")
        for column, leg in enumerate(LEGS[:-1], 2):
            sheet.put(at, column, result.legs[leg], "cell money")
        net, spot = result.legs["net"], result.legs["spot"]
        sheet.put(at, 7, net, "total money", f"SUM(B{at}:F{at})")
        sheet.put(at, 8, net - spot, "cell money", f"G{at}-B{at}")
        sheet.put(at, 9, ", ".join(result.liquidated)[:LONGEST], "cell text")
    widths = dict.fromkeys("BCDEFGH", 18.0) | {"A": 34, "I": 30}
    finish(sheet, f"B{_HEAD + 1}", widths, f"{_HEAD}:{_HEAD}")
