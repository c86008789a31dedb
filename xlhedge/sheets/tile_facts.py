"""What the tiles on Start are made of: each figure as a number, and as a formula for its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import BLANK, Figure, sum_of
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED, UNKNOWN
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import DEAR, OrderRow, UnderlyingRow
from xlhedge.analysis.states import (
    distance_to_end,
    is_breached,
    is_unsure,
    most_short,
    nearness,
    off_target,
    part_short,
)
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.key_figures import target_of
from xlhedge.sheets.live_cells import LiveCells
from xlhedge.sheets.nearness_cells import NearnessCells
from xlhedge.sheets.orders import hedged_text
from xlhedge.sheets.past_cells import PastCells
from xlhedge.sheets.stress import stress_columns

__all__ = ["Fact", "facts"]


_LONGEST = 80
"""Letters of a name in a line of a tile."""


class Fact(NamedTuple):
    """One of them.

    Args:
        name: what the tiles call it.
        value: it.
        formula: its formula, which may compute with whole ranges.
    """

    name: str
    value: float | str
    formula: str


def facts(of: TemplateContext, cell: Callable[[str], str]) -> Iterator[Fact]:
    """All of them.

    Args:
        of: what the template is written from.
        cell: the cell of one that stands above, by its name.
    """
    yield from _holdings(of)
    yield from _exposures(of, cell)
    yield from _ends(of, cell)
    yield from _scenarios(of, cell)
    yield from _costs(of)
    settings = of.analysis.portfolio.settings
    for name in ("rebalance_band", "liquidation_alert"):
        yield Fact(name, getattr(settings, name), of.inputs.setting(name))


def _size(cells: str) -> str:
    """The sum of the sizes of a column, whose blank rows hold a text."""
    return f'SUM(IF({cells}="",0,ABS({cells})))'


def _named(name: str, value: str, text: str) -> Fact:
    """A name in a line, which a cell holds with what stands beside it."""
    return Fact(name, value[:_LONGEST], f"LEFT({text},{_LONGEST})")


def _summed(of: TemplateContext, name: str, figure: Figure, value: float | None) -> Fact:
    table = next(each for each in of.tables.values() if each.has(figure))
    return Fact(name, value or 0.0, table.total(figure))


def _holdings(of: TemplateContext) -> Iterator[Fact]:
    analysis, hedge = of.analysis, of.tables[HedgeRow]
    total = analysis.total
    held, posted = (hedge.total(x) for x in (HedgeRow.spot_notional, HedgeRow.coin_margin))
    yield Fact("coins", total.spot_notional + total.coin_margin, f"{held}+{posted}")
    yield _summed(of, "gain", HedgeRow.unrealised_pnl, total.unrealised_pnl)
    name, quantity, cost = (
        hedge.column(each) for each in (HedgeRow.asset, HedgeRow.quantity, HedgeRow.avg_cost)
    )
    silent = sum(1 for row in analysis.hedge if row.quantity and row.avg_cost == BLANK)
    filled = f'IF({name}="",0,({quantity}<>0)*({cost}=""))'
    yield Fact("silent", float(silent), f"SUM({filled})")
    told = sum(1 for row in analysis.hedge if row.avg_cost != BLANK)
    yield Fact("told", float(told), f'SUM(({name}<>"")*({cost}<>""))')
    yield Fact("holdings", float(len(analysis.hedge)), f'SUM(--({name}<>""))')


def _exposures(of: TemplateContext, cell: Callable[[str], str]) -> Iterator[Fact]:
    analysis, under = of.analysis, of.tables[UnderlyingRow]
    gap, wanted, exposure, cover = (
        under.column(each)
        for each in (UnderlyingRow.gap,
                     UnderlyingRow.target_notional, UnderlyingRow.exposure, UnderlyingRow.cover)
    )  # fmt: skip
    yield Fact("hedged", analysis.hedged, hedged_text(under))
    exposed = sum_of(analysis.underlyings, UnderlyingRow.gross_exposure)
    yield Fact("exposed", exposed, under.total(UnderlyingRow.gross_exposure))
    for name, cells, value in (
        ("off", gap, off_target(analysis)), ("target", wanted, target_of(analysis)),
    ):  # fmt: skip
        text = f"IF({cell('exposed')}=0,0,{_size(cells)}/{cell('exposed')})"
        yield Fact(name, value, text)
    part = excel_text(part_short(Expression(exposure), Expression(cover)))
    most = min(most_short(analysis.underlyings), 9.99e307)
    yield Fact("most", most, f'MAX(0,IF({exposure}="",0,{part}))')
    net, total = analysis.total.net_delta, of.tables[HedgeRow].total(HedgeRow.net_delta)
    yield Fact("net", net, total)
    yield _summed(of, "gross", UnderlyingRow.gross_delta, analysis.gross_delta)


def _ends(of: TemplateContext, cell: Callable[[str], str]) -> Iterator[Fact]:
    analysis, margin = of.analysis, of.tables[MarginRow]
    moves, typical, ranks = map(NearnessCells(of).column, range(3))
    ends = [distance_to_end(analysis, row) for row in analysis.margin]
    near = min((each.move for each in ends if each), default=BLANK)
    at = next((n for n, each in enumerate(ends, 1) if each and each.move == near), 0)
    row, end = (analysis.margin[at - 1], ends[at - 1]) if at else (None, None)
    yield Fact("shorts", float(len(analysis.margin)),
               f'SUM(--({margin.column(MarginRow.instrument)}<>""))')  # fmt: skip
    yield Fact("near", near, f'IF(COUNT({moves})=0,"",MIN({moves}))')
    yield Fact("near_row", float(at),
               f"IF({cell('near')}=\"\",0,MATCH({cell('near')},{moves},0))")  # fmt: skip

    def found(column: str, otherwise: str = '""') -> str:
        place = cell("near_row")
        return f"IF({place}=0,{otherwise},INDEX({column},MAX(1,{place})))"

    for name in ("instrument", "account", "margin_mode"):
        value = getattr(row, name) if row else BLANK
        yield _named(name, value, found(margin.column(getattr(MarginRow, name))))
    price = row.liquidation_price if row else BLANK
    yield Fact("liquidation_price", price, found(margin.column(MarginRow.liquidation_price)))
    own = margin.column(MarginRow.liquidation_buffer)
    alone = bool(row and row.liquidation_buffer != BLANK and abs(row.liquidation_buffer) == near)
    text = f'IF({own}<"",--(ABS({own})={cell("near")}),0)'  # words stand above all numbers
    yield Fact("alone", float(alone), f"IF({cell('near_row')}=0,0,SUM({text}*(ROW({own})"
               f"-{margin.top - 1}={cell('near_row')})))")  # fmt: skip
    known = end.typical if end and end.typical is not None else BLANK
    yield Fact("typical", known, found(typical))
    alert = analysis.portfolio.settings.liquidation_alert
    worst = max((nearness(each.move, BLANK if each.typical is None else each.typical, alert)
                 for each in ends if each), default=0)  # fmt: skip
    yield Fact("nearness", float(worst), f"MAX(0,{ranks})")
    yield from _unsure(of, cell)


def _unsure(of: TemplateContext, cell: Callable[[str], str]) -> Iterator[Fact]:
    """Positions of which nobody knows when they are liquidated, and what the first one lacks."""
    analysis, margin = of.analysis, of.tables[MarginRow]
    name, contracts, own, shared, posted, mode, rate = (
        margin.column(each)
        for each in (MarginRow.instrument, MarginRow.contracts, MarginRow.liquidation_buffer,
                     MarginRow.common_buffer, MarginRow.margin, MarginRow.margin_mode,
                     MarginRow.mm_rate)
    )  # fmt: skip
    open_ = f'IF({contracts}="",0,--({contracts}<>0))'
    unsure = f'{open_}*((({own}="")+({shared}=""))>0)'
    rows = [n for n, row in enumerate(analysis.margin, 1) if is_unsure(row)]
    yield Fact("unsure", float(len(rows)), f"SUM({unsure})")
    first = analysis.margin[rows[0] - 1] if rows else None
    place = f"MIN(IF({unsure}>0,ROW({name})-{margin.top - 1},1E6))"
    yield Fact("unsure_row", float(rows[0]) if rows else 1e6, place)
    at = cell("unsure_row")
    given = f"IF({at}>=1E6,"
    yield _named("unsure_name", first.instrument if first else BLANK,
                 f'{given}"",INDEX({name},{at}))')  # fmt: skip
    lacks_margin, lacks_rate = (f'INDEX({cells},{at})=""' for cells in (posted, rate))
    cross = f'INDEX({mode},{at})="cross"'
    word = f'IF({cross},{{rate}},IF({lacks_margin},"margin",{{rate}}))'
    word = word.replace("{rate}", f'IF({lacks_rate},"mm_rate","")')
    lacks = first.lacking.split(" in ")[0] if first else BLANK
    yield Fact("lacks", lacks, f'{given}"",{word})')


def _scenarios(of: TemplateContext, cell: Callable[[str], str]) -> Iterator[Fact]:
    analysis = of.analysis
    names, nets, words = stress_columns(analysis)
    worst = analysis.worst
    yield Fact("scenarios", float(len(analysis.scenarios)), f"COUNT({nets})")
    yield Fact("worst", worst.legs.net if worst else 0.0, f"IF(COUNT({nets})=0,0,MIN({nets}))")
    place = f"IFERROR(MATCH({cell('worst')},{nets},0),0)"
    at = next((n for n, each in enumerate(analysis.scenarios, 1) if each is worst), 0)
    yield Fact("worst_row", float(at), place)
    for name, cells, value in (
        ("worst_name", names, worst.name if worst else BLANK),
        ("worst_word", words, worst.liquidation if worst else BLANK),
    ):
        text = f'IF({cell("worst_row")}=0,"",INDEX({cells},MAX(1,{cell("worst_row")})))'
        yield _named(name, value, text)
    said = [each.liquidation for each in analysis.scenarios]
    for name, word in (("lost", LIQUIDATED), ("may_be_lost", UNKNOWN)):
        yield Fact(name, float(said.count(word)), f'SUM(--({words}="{word}"))')


def _costs(of: TemplateContext) -> Iterator[Fact]:
    analysis, carry = of.analysis, of.tables[CarryRow]
    total = analysis.total
    yield _summed(of, "carry", CarryRow.carry, sum_of(analysis.carry, CarryRow.carry))
    drag = of.tables[HedgeRow].total(HedgeRow.funding_drag)
    yield Fact("funding", 0.0 - total.funding_drag, f"0-{drag}")
    basis = sum_of(analysis.carry, CarryRow.basis_earned)
    yield _summed(of, "basis", CarryRow.basis_earned, basis)
    year = of.tables[HedgeRow].total(HedgeRow.funding_year)
    yield Fact("funding_year", total.funding_year, year)
    face = sum(abs(row.short_notional) for row in analysis.carry)
    yield Fact("face", float(face), _size(carry.column(CarryRow.short_notional)))
    yield Fact("days", analysis.days, LiveCells.days.text)
    orders = of.tables[OrderRow]
    held, cost = (orders.column(x) for x in (OrderRow.short_contracts, OrderRow.funding_cost))
    dear = f'IF({held}="",0,IF({held}=0,0,--({cost}>{DEAR:g})))'
    alarms = PastCells(of).alarm_words
    text = f'SUM(--({alarms}="yes"))+SUM({dear})'
    yield Fact("breached", float(is_breached(analysis)), f"IF({text}>0,1,0)")
    pnl = sum_of(analysis.margin, MarginRow.pnl_to_date)
    yield _summed(of, "hedge_pnl", MarginRow.pnl_to_date, pnl)
    noted = any(row.funding_received or row.fees_paid or row.realised_pnl
                for row in analysis.margin)  # fmt: skip
    margin = of.tables[MarginRow]
    sizes = "+".join(
        _size(margin.column(each))
        for each in (MarginRow.funding_received, MarginRow.fees_paid, MarginRow.realised_pnl)
    )
    yield Fact("noted", float(noted), f"IF({sizes}>0,1,0)")
