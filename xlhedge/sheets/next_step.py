"""What the person who opened the template does next: each step as a text, empty if it is done.

Formulas compare and take the least row, as those of `live_checks`: a name is never a criterion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import BLANK
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import TRADED, OrderRow
from xlhedge.analysis.states import distance_to_end, nearness
from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.analysis.unwind_advice import should_unwind
from xlhedge.portfolio import TABLES
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.input_cells import FIRST_ROW, Inputs
from xlhedge.sheets.nearness_cells import NearnessCells
from xlhedge.sheets.table import FigureTable

__all__ = ["Step", "steps"]

_DECIMALS = 8
"""Of contracts in a sentence: what lies behind them is binary."""

_LONGEST = 80
"""Characters of a name in a sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Args:
        said: what to do now; empty if there is nothing to do.
        formula: the same as a formula, which may compute with whole ranges.
    """

    said: str
    formula: str


def steps(of: TemplateContext, nearest: str, mend: Step) -> Iterator[Step]:
    """The steps, in order: what to type, then what to trade.

    Args:
        of: what the template is written from.
        nearest: the cell that says which move liquidates the first short.
        mend: what must be mended before anything is traded.
    """
    inputs, analysis = of.inputs, of.analysis
    portfolio = analysis.portfolio
    yield _empty(inputs, "Holdings", "asset", "Type your coins")
    yield _unpriced(inputs, "Holdings", "asset", "spot_price")
    yield _empty(inputs, "Instruments", "instrument", "Type the futures that you hedge with")
    yield _unpriced(inputs, "Instruments", "instrument", "futures_price")
    for name, what in (("as_of", "the date of the prices"), ("horizon_date", "how long to hedge")):
        ask = f"Type {what} ({inputs.setting_cell(name)})"
        given = f'IF({inputs.setting(name)}="","{ask}","")'
        yield Step("" if getattr(portfolio.settings, name) else ask, given)
    names = inputs.column("Holdings", "instrument")
    ask = f"Say what each coin is hedged with ({inputs.place('Holdings', 'instrument')})"
    named = any(row.instrument for row in portfolio.holdings)
    yield Step("" if named else ask, f'IF(COUNTA({names})=0,"{ask}","")')
    yield _margin(inputs, analysis, nearest)
    yield _typical(of)
    yield mend
    yield _unwinding(of.tables[UnwindRow], analysis)
    yield _order(of.tables[OrderRow], analysis)


def _empty(inputs: Inputs, table: str, column: str, ask: str) -> Step:
    text = f"{ask} on {TABLES[table].sheet} ({inputs.place(table, column)})"
    formula = f'IF(COUNTA({inputs.column(table, column)})=0,"{text}","")'
    return Step("" if inputs.rows[table] else text, formula)


def _unpriced(inputs: Inputs, table: str, key: str, price: str) -> Step:
    """The first row that is named and has no price."""
    names, prices = (inputs.column(table, column) for column in (key, price))
    rows: Sequence[Any] = inputs.rows[table]
    found = ((n, row) for n, row in enumerate(rows, FIRST_ROW) if getattr(row, price) is None)
    cell = inputs.place(table, price, "")
    asked = (f"Add a price for {getattr(row, key)[:_LONGEST]} ({cell}{n})" for n, row in found)
    said = next(asked, "")
    at = f'MIN(IF(({names}<>"")*({prices}=""),ROW({names}),1E6))'
    name = f"LEFT(INDEX({names},{at}-{FIRST_ROW - 1}),{_LONGEST})"
    return Step(said, f'IF({at}>=1E6,"","Add a price for "&{name}&" ({cell}"&{at}&")")')


def _margin(inputs: Inputs, analysis: Analysis, nearest: str) -> Step:
    """What is nearer than the alert is told before any order."""
    ask = "Add margin or buy back: a move of ", " % liquidates a short (Margin)"
    move, alert = analysis.nearest, analysis.portfolio.settings.liquidation_alert
    near = move is not None and bool(analysis.portfolio.holdings) and move < alert
    said = f"{ask[0]}{math.floor(100 * (move or 0) + 0.5)}{ask[1]}" if near else ""
    is_near = f"IF(ISNUMBER({nearest}),{nearest}<{inputs.setting('liquidation_alert')},FALSE)"
    return Step(said, f'IF({is_near},"{ask[0]}"&INT(100*{nearest}+0.5)&"{ask[1]}","")')


def _typical(of: TemplateContext) -> Step:
    """So is a position that a typical move to the horizon liquidates."""
    ask = "Add margin or buy back: a typical move to the horizon liquidates "
    margin, ranks = of.tables[MarginRow], NearnessCells(of).column(2)
    at = f"MIN(IF({ranks}=2,ROW({ranks})-{margin.top - 1},1E6))"
    name = f"LEFT(INDEX({margin.column(MarginRow.instrument)},{at}),{_LONGEST})"
    ends = ((row.instrument, distance_to_end(of.analysis, row)) for row in of.analysis.margin)
    alert = of.analysis.portfolio.settings.liquidation_alert
    near = (
        name for name, end in ends
        if end and nearness(end.move, BLANK if end.typical is None else end.typical, alert) == 2
    )  # fmt: skip
    first = next(near, None)
    said = "" if first is None else f"{ask}{first[:_LONGEST]} ({margin.title})"
    return Step(said, f'IF({at}>=1E6,"","{ask}"&{name}&" ({margin.title})")')


def _unwinding(unwind: FigureTable, analysis: Analysis) -> Step:
    """A hedge that should perhaps come off is told before an order that may enlarge it."""
    ask = "Consider taking off the hedge of "
    signals, names = unwind.column(UnwindRow.signal), unwind.column(UnwindRow.asset)
    loud = "*".join(f'({signals}<>"{word}")' for word in ("", *QUIET))
    at = f"MIN(IF({loud},ROW({signals})-{unwind.top - 1},1E6))"
    name = f"LEFT(INDEX({names},{at}),{_LONGEST})"
    formula = f'IF({at}>=1E6,"","{ask}"&{name}&" ({unwind.title})")'
    leaving = (row.asset[:_LONGEST] for row in analysis.unwind if should_unwind(row))
    first = next(leaving, None)
    return Step("" if first is None else f"{ask}{first} ({unwind.title})", formula)


def _order(orders: FigureTable, analysis: Analysis) -> Step:
    """The first order; Orders has them all."""
    traded = [row for row in analysis.orders if row.action in TRADED]
    actions, contracts, names = (
        orders.column(each)
        for each in (OrderRow.action, OrderRow.order_contracts, OrderRow.instrument)
    )
    is_one = "+".join(f'({actions}="{word}")' for word in TRADED)
    at = f"MIN(IF({is_one},ROW({actions})-{orders.top - 1},1E6))"
    action, size, name = (f"INDEX({cells},{at})" for cells in (actions, contracts, names))
    others = f"SUM({is_one})-1"
    more = f'IF({others}>0,", and "&({others})&" more","")'
    formula = (
        f'IF({at}>=1E6,"","Order: "&{action}&" "&ROUND(ABS({size}),{_DECIMALS})'
        f'&" "&LEFT({name},{_LONGEST})&{more}&" ({orders.title})")'
    )
    if not traded:
        return Step("", formula)
    first, count = traded[0], len(traded) - 1
    size_ = f"{round(abs(first.order_contracts), _DECIMALS):.15g}"
    rest = f", and {count} more" if count else ""
    return Step(
        f"Order: {first.action} {size_} {first.instrument[:_LONGEST]}{rest} ({orders.title})",
        formula,
    )
