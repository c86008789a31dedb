"""The tiles of page one: a label, a large number, its state in a word, and what to know of it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from xlhedge.analysis import Analysis
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import BLANK, Blank, sum_of
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.states import UNKNOWN, cost_of_a_year, states
from xlhedge.sheets.key_figures import figure_cell, target_of
from xlhedge.sheets.page_looks import tile_look
from xlhedge.text import counted, percent, rounded, straight
from xlhedge.xlsx.sheet import Sheet

__all__ = ["LINES", "WIDTH", "Tile", "tiles", "write_tile"]

LINES = 3
"""Lines below a tile's number."""

WIDTH = 4
"""Columns of a tile: its band, its number, its state, and the gap behind it."""

_MOST = 31.0
"""Small letters that a line has room for."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile.

    Args:
        label: what it is.
        figure: its number among the key figures; nothing where there is none to show.
        value: the number, or the word in its place.
        kind: how it is shown, as `tile_look` says.
        sheet: where its label leads.
        lines: what to know of it.
        state: the word; nothing where it has no thresholds.
    """

    label: str
    figure: str
    value: float | str
    kind: str
    sheet: str
    lines: Sequence[str]
    state: str = ""


def tiles(analysis: Analysis) -> list[Tile]:
    """The tiles, from left to right."""
    words = states(analysis)
    makers: tuple[Callable[[Analysis, dict[str, str]], Tile], ...] = (
        _coins, _hedged, _liquidation, _worst, _carry, _since
    )  # fmt: skip
    return [make(analysis, words) for make in makers]


def write_tile(sheet: Sheet, row: int, column: int, tile: Tile) -> None:
    """Write a tile, its upper left corner at a cell."""
    for at in range(row, row + 2 + LINES):
        sheet.put(at, column, None, f"tile band {tile.state}")
    sheet.put(row, column + 1, tile.label, "tile label")
    sheet.put(row, column + 2, tile.state, f"tile state {tile.state}")
    sheet.link(row, column + 1, tile.sheet)
    text = figure_cell(tile.figure) if tile.figure else None
    sheet.put(row + 1, column + 1, tile.value, tile_look(tile.kind, tile.value), text)
    sheet.merge(row + 1, column + 1, column + 2)
    for n in range(LINES):
        line = tile.lines[n] if n < len(tile.lines) else ""
        sheet.put(row + 2 + n, column + 1, _cut(line) or None, "tile line")
        sheet.merge(row + 2 + n, column + 1, column + 2)


def _cut(text: str) -> str:
    shown = straight(text)
    widths = list(accumulate(map(_width, shown)))
    if not widths or widths[-1] <= _MOST:
        return shown
    return f"{shown[: bisect(widths, _MOST - 1)].rstrip()}…"


def _width(letter: str) -> float:
    wide = east_asian_width(letter) in "FW"
    return 2.0 if wide else 1.3 if letter.isupper() else 1.0


def _coins(analysis: Analysis, _: dict[str, str]) -> Tile:
    total, lines = analysis.total, []
    silent = [row for row in analysis.hedge if row.quantity and row.avg_cost == BLANK]
    if not silent and analysis.hedge:
        lines.append(f"cost {rounded(total.spot_notional - total.unrealised_pnl)}")
        lines.append(_gain(total.unrealised_pnl))
    elif silent:
        lines.append(f"average cost unknown of {len(silent)}")
    if total.coin_margin:
        lines.append(f"{rounded(total.coin_margin)} posted as margin")
    lines.append(counted(len(analysis.hedge), "holding"))
    value = total.spot_notional + total.coin_margin
    return Tile("COINS", "coins", value, "money", "Hedge", lines[:LINES])


def _gain(value: float) -> str:
    return f"gain {rounded(value)}" if value >= 0 else f"loss {rounded(-value)}"


def _hedged(analysis: Analysis, words: dict[str, str]) -> Tile:
    net, gross = analysis.total.net_delta, analysis.gross_delta
    side = "still exposed" if net >= 0 else "over-hedged by"
    lines = [
        f"target {100 * target_of(analysis):.0f} %",
        f"{side} {rounded(abs(net))} net",
        f"{rounded(gross)} gross",
    ]
    if isinstance(analysis.hedged, str):
        return Tile("HEDGED", "", "none", "share", "Underlyings", ["nothing is exposed"],
                    words["hedged"])  # fmt: skip
    return Tile("HEDGED", "hedged", analysis.hedged, "share", "Underlyings", lines,
                words["hedged"])  # fmt: skip


def _liquidation(analysis: Analysis, words: dict[str, str]) -> Tile:
    unknown = [row for row in analysis.margin if row.contracts and row.lacking
               and row.liquidation_buffer == BLANK]  # fmt: skip
    missing = [f"{row.instrument}: {row.lacking.split(' in ')[0]} missing" for row in unknown]
    state, near = words["liquidation"], analysis.nearest
    if near is None:
        none = "unknown" if missing else "none"
        lines = missing or ["no move liquidates" if analysis.margin else "nothing is short"]
        if len(lines) > LINES:
            lines = [*lines[: LINES - 1], f"and {len(lines) - LINES + 1} more"]
        return Tile("LIQUIDATION", "", none, "share", "Margin", lines, state)
    row, move = _nearest(analysis, near)
    alone = not isinstance(row.liquidation_buffer, Blank) and abs(row.liquidation_buffer) == near
    lines = [f"{row.instrument} at {row.liquidation_price:,.6g}" if alone else "all marks together",
             ", ".join(filter(None, (row.account, row.margin_mode)))]  # fmt: skip
    typical = analysis.history.typical.get(row.underlying) if analysis.history else None
    if missing:
        lines.append(f"unknown: {unknown[0].instrument}" + (" …" if len(missing) > 1 else ""))
    elif typical:
        far = f"±{percent(typical.move)}"
        reached = near <= typical.move
        lines.append(f"typical {far} reaches it" if reached else f"typical move {far}")
    else:
        lines.append("typical move: no history")
    kind = "rise" if move > 0 else "fall"
    return Tile("LIQUIDATION", "liquidation", near, kind, "Margin", lines, state)


def _nearest(analysis: Analysis, near: float) -> tuple[MarginRow, float]:
    """The position that is liquidated first, and the move."""
    return next(
        (row, move)
        for row in analysis.margin
        for move in (row.liquidation_buffer, row.common_buffer)
        if not isinstance(move, Blank) and abs(move) == near
    )


def _worst(analysis: Analysis, words: dict[str, str]) -> Tile:
    worst, state = analysis.worst, words["worst"]
    if worst is None:
        return Tile("WORST CASE", "", UNKNOWN.lower(), "gain", "Stress",
                    ["no scenario is typed"], state)  # fmt: skip
    coins = analysis.total.spot_notional + analysis.total.coin_margin
    lines = [worst.name]
    others = sum(1 for each in analysis.scenarios if each.liquidated) - bool(worst.liquidated)
    if worst.liquidation:
        names = (*worst.liquidated, *worst.unknown)
        more = f" +{len(names) - 1}" if len(names) > 1 else ""
        lines.append(f"{worst.liquidation}: {names[0]}{more}")
    else:
        more = f"{counted(others, 'other scenario')} {'liquidates' if others == 1 else 'liquidate'}"
        lines.append(more if others else "nothing is liquidated")
    if coins:
        lines.append(f"{100 * abs(worst.legs.net / coins):,.1f} % of the coins' value")
    return Tile("WORST CASE", "worst", worst.legs.net, "gain", "Stress", lines, state)


def _carry(analysis: Analysis, words: dict[str, str]) -> Tile:
    value = sum_of(analysis.carry, CarryRow.carry)
    horizon = analysis.portfolio.settings.horizon_date
    if not any(row.contracts for row in analysis.margin):
        return Tile("CARRY", "carry", value, "gain", "Carry", ["nothing is short"], words["carry"])
    way = "you receive" if value >= 0 else "you pay"
    year = cost_of_a_year(analysis)
    verb = "costs" if year > 0 else "earns"
    rate = f"{verb} {percent(abs(year))} a year"
    funding, basis = -analysis.total.funding_drag, sum_of(analysis.carry, CarryRow.basis_earned)
    parts = (f"{name} {_signed(each)}" for name, each in (("funding", funding), ("basis", basis)))
    lines = [f"{way} to {horizon.day} {horizon:%B}", ", ".join(parts), rate]
    return Tile("CARRY", "carry", value, "gain", "Carry", lines, words["carry"])


def _since(analysis: Analysis, _: dict[str, str]) -> Tile:
    hedge, coins = sum_of(analysis.margin, MarginRow.pnl_to_date), analysis.total.unrealised_pnl
    known = any(row.avg_cost != BLANK for row in analysis.hedge)
    lines = [f"hedge {_signed(hedge)}"]
    lines.append(f"coins {_signed(coins)}" if known else "coins: average cost unknown")
    paid = any(row.funding_received or row.fees_paid or row.realised_pnl for row in analysis.margin)
    lines.append("funding and fees in it" if paid else "no funding or fees are typed")
    return Tile("SINCE OPENED", "since", hedge + (coins or 0.0), "gain", "Margin", lines)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{rounded(value)}".replace("-", "−")
