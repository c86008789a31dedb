"""The tiles on the template's first sheet: the report's, computed as people type.

Each line of a tile is one rule: over the numbers of the analysis it gives what is stored, over the
cells that hold them the formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from xlhedge.analysis.figures import BLANK
from xlhedge.analysis.states import (
    ACT,
    GOOD,
    UNKNOWN,
    WATCH,
    carry_state,
    hedged_state,
    nearest_state,
    worst_of,
    yearly_cost,
)
from xlhedge.functions.algebra import Carrier, Expression, absolute, excel_text, floor, where, words
from xlhedge.sheets.context import NOTHING, TemplateContext
from xlhedge.sheets.page_looks import UNITS
from xlhedge.sheets.tile_facts import facts
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["ROWS", "write_live_tiles"]

ROWS = 6
"""Rows of a tile: label, state, number, three lines."""

_MISSING = f"{UNKNOWN}: cells are missing"
"""The state while a cell that must be filled is blank, or holds an error."""

_HALF = 0.5 + 1e-9
"""Rounds to whole numbers; sums of spreadsheets differ in the last bit, and a half is a half."""

_NUMBER = 2
"""The row of the number below that of the label."""


@dataclass(frozen=True, slots=True)
class _LiveTile:
    """One tile; see `tiles.Tile`."""

    label: str
    sheet: str
    kind: str
    value: Carrier
    lines: Sequence[Carrier]
    state: Carrier = ""
    of_coins: bool = False


def write_live_tiles(sheet: Sheet, of: TemplateContext, top: int, at: int) -> None:
    """Write the tiles from the first column on, and what they are made of in folded columns.

    Args:
        sheet: where.
        of: what the template is written from.
        top: the row of their labels.
        at: the column of the figures' names, from the row of the labels; their values stand behind.
    """
    places: dict[str, str] = {}
    values: dict[str, Any] = {}
    for row, fact in enumerate(facts(of, lambda name: places[name]), top):
        places[fact.name] = f"${LETTERS[at + 1]}${row}"
        values[fact.name] = fact.value
        sheet.put(row, at, fact.name, "note")
        sheet.array(row, at + 1, [[fact.value]], fact.formula, "working")
    stored = _tiles(SimpleNamespace(**values))
    cells = {name: Expression(place) for name, place in places.items()}
    live = _tiles(SimpleNamespace(**cells))
    typed = of.analysis.portfolio
    nothing = not (typed.holdings or typed.accounts or typed.shorts)
    for column, (own, texts) in enumerate(zip(stored, live, strict=True), 1):
        sheet.put(top, column, own.label, "tile label")
        sheet.link(top, column, own.sheet)
        shown = (own.state, own.value, *own.lines)
        formulas = _formulas(texts, places["coins"])
        looks = ("tile state live", f"tile {own.kind}", *["tile line"] * 3)
        for n, (value, text, look) in enumerate(zip(shown, formulas, looks, strict=True), 1):
            blank = NOTHING if n == _NUMBER else ""
            formula = f'IF({of.inputs.nothing_typed},"{blank}",{text})'
            sheet.array(top + n, column, [[blank if nothing else value]], formula, look)
        if own.kind in ("money", "gain"):
            _mark_units(sheet, f"{LETTERS[column]}{top + _NUMBER}", own.kind)
    sheet.height(top + _NUMBER, 30)
    for state in (GOOD, WATCH, UNKNOWN, ACT):
        starts = f'LEFT(A{top + 1},{len(state)})="{state}"'
        sheet.mark(f"A{top + 1}:{LETTERS[len(stored)]}{top + 1}", starts, f"state {state}")


def _formulas(tile: _LiveTile, coins: str) -> Iterator[str]:
    """State, number and lines of a tile while something is typed."""
    rows = zip((tile.state, tile.value, *tile.lines), (_MISSING, NOTHING, "", "", ""), strict=True)
    for n, (text, otherwise) in enumerate(rows):
        known = f'IFERROR({excel_text(text)},"{otherwise}")'
        if n == 0 and isinstance(text, str):  # it has no thresholds
            known = f'IF(ISERROR({excel_text(tile.value)}),"{otherwise}","")'
        if tile.of_coins:  # without a coin's price it would speak of the others
            known = f'IF(ISERROR({coins}),"{otherwise}",{known})'
        yield known


def _mark_units(sheet: Sheet, cell: str, kind: str) -> None:
    """Show a number in thousands, millions or billions, whichever it comes to be."""
    for unit, (size, _) in UNITS.items():
        near = f"IF(ISNUMBER({cell}),ABS({cell})>={size * (1 - 5e-5):.15g},FALSE)"
        sheet.mark(f"{cell}:{cell}", near, f"{kind} {unit}", last=True)


def _tiles(v: Any) -> list[_LiveTile]:
    return [_coins(v), _hedged(v), _liquidation(v), _worst(v), _carry(v), _since(v)]


def _coins(v: Any) -> _LiveTile:
    gain = words(where(v.gain >= 0, "gain ", "loss "), _afar(absolute(v.gain)))
    known = where(v.silent > 0, words("average cost unknown of ", v.silent), gain)
    count = words(v.holdings, where(v.holdings == 1, " holding", " holdings"))
    return _LiveTile("COINS", "Hedge", "money", v.coins, (known, count, ""))


def _hedged(v: Any) -> _LiveTile:
    side = where(v.net >= 0, "still exposed ", "over-hedged by ")
    lines = (
        words("target ", floor(100 * v.target + _HALF), " %"),
        words(side, _afar(absolute(v.net)), " net"),
        words(_afar(v.gross), " gross"),
    )
    state = hedged_state(v.off, v.most, v.rebalance_band)
    return _LiveTile("HEDGED", "Underlyings", "share", v.hedged, lines, state, of_coins=True)


def _liquidation(v: Any) -> _LiveTile:
    missing = where(v.lacks == "", "unknown", words(v.lacks, " missing"))
    lacks = words(v.unsure_name, ": ", missing)
    none = v.near == BLANK
    silent = where(v.shorts > 0, "no move liquidates", "nothing is short")
    at = where(v.alone == 1, lambda: words(v.instrument, " at ", _price(v.liquidation_price)),
               "all marks together")  # fmt: skip
    first = where(none, where(v.unsure > 0, lacks, silent), lambda: at)
    place = where(v.account == "", "", words(v.account, ", "))
    second = where(none, "", words(place, v.margin_mode))

    def by_history() -> Carrier:
        far = words(floor(1000 * v.typical + _HALF) / 10, " %")
        reached = words("a typical move, ±", far, ", reaches it")
        return where(v.near <= v.typical, reached, words("typical move ±", far))

    typical = where(v.typical == BLANK, "typical move: no history", by_history)
    third = where(none, "", lambda: where(v.unsure > 0, words("unknown: ", v.unsure_name), typical))
    state = nearest_state(v.nearness, v.unsure > 0)
    why = where(v.lacks == "", "", words(": ", v.lacks, " missing"))
    state = where(state == UNKNOWN, words(UNKNOWN, why), state)
    value = where(none, where(v.unsure > 0, "unknown", "none"), v.near)
    return _LiveTile("LIQUIDATION", "Margin", "move", value, (first, second, third), state)


def _worst(v: Any) -> _LiveTile:
    none = v.scenarios == 0
    others = words(v.lost, where(v.lost == 1, " other scenario liquidates",
                                 " other scenarios liquidate"))  # fmt: skip
    calm = where(v.lost > 0, others, "nothing is liquidated")
    part = where(
        v.coins == 0,
        "",
        lambda: words(floor(1000 * absolute(v.worst / v.coins) + _HALF) / 10, " % of the coins"),
    )
    lines = (
        where(none, "no scenario is typed", v.worst_name),
        where(none, "", where(v.worst_word == "", calm, v.worst_word)),
        where(none, "", part),
    )
    state = worst_of(-v.worst, v.coins, none | (v.may_be_lost > 0), v.lost > 0)
    value = where(none, "unknown", v.worst)
    return _LiveTile("WORST CASE", "Stress", "gain", value, lines, state, of_coins=True)


def _carry(v: Any) -> _LiveTile:
    none = v.shorts == 0
    cost = yearly_cost(v.funding_year, v.basis, v.days, v.face)
    rate = words(floor(1000 * absolute(cost) + _HALF) / 10, " % a year")
    lines = (
        where(none, "nothing is short", where(v.carry >= 0, "you receive to the horizon",
                                              "you pay to the horizon")),
        where(none, "", words("funding ", _signed(v.funding), ", basis ", _signed(v.basis))),
        where(none, "", words(where(cost > 0, "costs ", "earns "), rate)),
    )  # fmt: skip
    state = carry_state(cost, breached=v.breached > 0)
    return _LiveTile("CARRY", "Carry", "gain", v.carry, lines, state)


def _since(v: Any) -> _LiveTile:
    coins = where(v.told > 0, words("coins ", _signed(v.gain)), "coins: average cost unknown")
    noted = where(v.noted > 0, "funding and fees in it", "no funding or fees are typed")
    lines = (words("hedge ", _signed(v.hedge_pnl)), coins, noted)
    return _LiveTile("SINCE OPENED", "Margin", "gain", v.hedge_pnl + v.gain, lines)


def _afar(size: Carrier) -> Carrier:
    """An amount, above 0, as it is read from afar: see `text.rounded`."""

    def tenths(unit: float) -> Carrier:
        return floor(size / unit * 10 + _HALF) / 10

    text = words(floor(size + _HALF), "")
    for unit, (least, _) in reversed(UNITS.items()):
        text = where(size >= least * (1 - 5e-5), words(tenths(least), f" {unit}"), text)
    return text


def _signed(value: Carrier) -> Carrier:
    sign = where(value >= 0.5, "+", where(value <= -0.5, "−", ""))
    return words(sign, _afar(absolute(value)))


def _price(value: Carrier) -> Carrier:
    """Whole from 1,000, two decimals from 1, else six."""
    small = where(value >= 1, floor(value * 100 + _HALF) / 100, floor(value * 1e6 + _HALF) / 1e6)
    return where(value >= 1000, floor(value + _HALF), small)
