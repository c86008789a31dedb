"""The two charts of page one; the title of each is its message, with the number."""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis import Analysis
from xlhedge.analysis.grid_shorts import GridShort
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.chart_numbers import ChartNumbers, shown_scenarios
from xlhedge.sheets.grid_cells import AXIS, HELD, UNHEDGED
from xlhedge.text import percent, rounded, straight
from xlhedge.xlsx.cell import LETTERS, quoted
from xlhedge.xlsx.drawings import Chart
from xlhedge.xlsx.marked_charts import Line, Words, legs_chart, marked_lines

__all__ = ["price_chart", "price_message", "scenario_chart", "scenario_message"]

_UNITS = (
    (1e9, 5e7, "bn", "#,##0.0,,,", "#,##0.0,,,"),
    (1e6, 5e4, "m", "#,##0.0,,", "#,##0.0,,"),
    (1e4, 5e1, "k", "#,##0,", "#,##0.0,"),
    (0.0, 0.5, "", "#,##0", "#,##0"),
)
"""From which size money is in which unit, what is less than a digit of it, and how it is written
on an axis and at a mark.
"""

_FALL = -0.3
"""The move that the title of the first chart tells of."""

_MOST = 40
"""Characters of a scenario's name in a title."""


def price_chart(numbers: ChartNumbers, analysis: Analysis) -> Chart:
    """P&L against price: unhedged, as it stands, after the orders; a mark at each liquidation."""
    grid = analysis.grid
    shown = (*grid.unhedged, *grid.held)
    words = Words(price_message(analysis), "Move of the underlying", *_unit(shown, analysis))
    last = LETTERS[1 + numbers.moves]
    own = quoted(numbers.sheet.title)

    def across(title: str, row: int) -> str:
        return f"{title}!$B${row}:${last}${row}"

    moves = across("Sensitivity", AXIS)
    lines = [
        Line("Unhedged", moves, across("Sensitivity", UNHEDGED)),
        Line("As it stands", moves, across("Sensitivity", HELD)),
    ]
    if any(row.order_notional for row in analysis.orders):
        lines.append(Line("After the orders", moves, across(own, numbers.after)))
    marks = [
        Line(_mark(numbers.positions[n]), f"{own}!$C${at}:$D${at}", f"{own}!$E${at}:$F${at}")
        for n in numbers.liquidations
        for at in (numbers.first + n,)
    ]
    falls = [numbers.positions[n].distance < 0 for n in numbers.liquidations]
    return marked_lines(words, (grid.shocks[0], grid.shocks[-1]), lines, marks, falls)


def scenario_chart(numbers: ChartNumbers, analysis: Analysis) -> Chart:
    """The scenarios' legs, and their net with its number."""
    own, first = quoted(numbers.sheet.title), numbers.scenarios
    shown = shown_scenarios(analysis)
    last = first + len(shown) - 1
    values = [value for each in shown for value in each.legs]
    words = Words(scenario_message(analysis), "Scenario", *_unit(values, analysis))

    def down(column: int) -> tuple[str, str]:
        letter = LETTERS[column]
        return f"{own}!${letter}${first - 1}", f"{own}!${letter}${first}:${letter}${last}"

    *legs, net = (down(column) for column in range(2, 2 + len(LEGS)))
    return legs_chart(words, down(1)[1], legs, net)


def price_message(analysis: Analysis) -> str:
    """What the first chart says: what a fall costs, hedged and unhedged."""
    grid = analysis.grid
    at = min(range(len(grid.shocks)), key=lambda n: abs(grid.shocks[n] - _FALL))
    move, held, bare = grid.shocks[at], grid.held[at], grid.unhedged[at]
    way = "fall" if move < 0 else "rise"
    size, word = percent(abs(move)), grid.said[at]
    told = f" ({word})" if word != "none" else ""
    verb = "costs" if held < 0 else "brings"
    first = f"A {way} of {size} {verb} {rounded(abs(held))}{told}"
    verb = "cost" if bare < 0 else "bring"
    return f"{first}; unhedged it would {verb} {rounded(abs(bare))}"


def scenario_message(analysis: Analysis) -> str:
    """What the second chart says: what the worst scenario costs, and which ones liquidate."""
    worst = analysis.worst
    if worst is None:
        return "No scenario is typed"
    name = straight(worst.name)
    name = name if len(name) <= _MOST else f"{name[: _MOST - 1]}…"
    net = worst.legs.net
    verb = "costs" if net < 0 else "brings"
    bad = sum(bool(each.liquidated) for each in analysis.scenarios)
    many = "liquidates" if bad == 1 else "liquidate"
    told = f"{bad} of {len(analysis.scenarios)} {many}" if bad else "none liquidates"
    return f'"{name}" {verb} {rounded(abs(net))}; {told}'


def _mark(row: GridShort) -> str:
    move = f"{100 * row.distance:+.0f} %".replace("-", "−")
    return f"{row.instrument} liquidated {move}"


def _unit(values: Sequence[float], analysis: Analysis) -> tuple[str, str, str]:
    """The title of an axis of money, and how it is written on it and at marks."""
    most = max(map(abs, values), default=0.0)
    currency = analysis.portfolio.settings.quote_currency
    least, unit, axis, mark = next(rest for size, *rest in _UNITS if most >= size)
    # Less than a digit of the unit is 0, never a negative one.
    shown = (
        f'{axis};"−"{axis};0',
        f'[>={least:g}]{mark};[<=-{least:g}]"−"{mark};"0"',
    )
    return (f"P&L, {f'{unit} {currency}'.strip()}", *shown)
