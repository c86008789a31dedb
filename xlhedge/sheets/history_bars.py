"""The bars under the report's Hedge history sheet, and right of them what they are made of.

Profits and losses are native: exposures, which refer to the Hedge and Margin sheets, times returns
and funding rates, which come from the table History and stand as values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from xlhedge.analysis.history import AssetHistory, History
from xlhedge.analysis.price_series import Track, returns, settled
from xlhedge.analysis.signals import LONGER, longer
from xlhedge.functions.algebra import Carrier, excel_text
from xlhedge.sheets.history_cells import Cell, HoldingCells, fitting, total_of
from xlhedge.sheets.style import sentence
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["SIDES", "STEP", "TIME", "Bars", "Side"]

TIME, STEP = 1, 10
_LABEL, _WORKINGS = 11, 12
_TITLES = (
    "Time, UTC",
    "P&L unhedged",
    "P&L hedged",
    "Value unhedged",
    "Value hedged",
    "Peak unhedged",
    "Peak hedged",
    "Below the peak, unhedged",
    "Below the peak, hedged",
    "Step, days",
)


@dataclass(frozen=True, slots=True)
class Side:
    """Unhedged or hedged: the columns of the bars.

    Args:
        name: the field of `Comparison`.
        pnl: the column of its profits and losses.
    """

    name: str
    pnl: int

    @property
    def value(self) -> int:
        """The column of the value's path."""
        return self.pnl + 2

    @property
    def peak(self) -> int:
        """The column of the highest value so far."""
        return self.pnl + 4

    @property
    def fall(self) -> int:
        """The column of the fall from it."""
        return self.pnl + 6


SIDES = (Side("unhedged", 2), Side("hedged", 3))


class Bars:
    """The table of bars and its workings; they are written as they are asked for.

    Args:
        sheet: where.
        past: the history.
        holdings: its assets, with their cells.
        head: the row of the headers.
        worth: the cell of what the coins are worth.
    """

    def __init__(
        self, sheet: Sheet, past: History, holdings: Sequence[HoldingCells], head: int, worth: str
    ) -> None:
        """Write nothing yet."""
        self._sheet, self._past, self._head, self._worth = sheet, past, head, worth
        self._holdings = [each for each in holdings if each.past.comparison.hedged]
        self._next = _WORKINGS
        self._moves: dict[str, int] = {}
        self._rates: dict[str, tuple[str, str, str]] = {}

    @property
    def rows(self) -> tuple[int, int]:
        """The first row, where the first bar starts, and the last."""
        return self._head + 1, self._head + len(self._past.total.sample.times)

    def span(self, column: int, *, start: bool = False) -> str:
        """A column's cells, a bar each; with the start, if asked for."""
        first, last = self.rows
        return _span(column, first if start else first + 1, last)

    def write(self) -> None:
        """Write the table, and the returns that all of its bars have."""
        total = self._past.total
        if total.hedged is None:
            return
        self._write_exposures()
        sheet, times = self._sheet, total.sample.times
        for column, title in enumerate(_TITLES, 1):
            look = "header text" if column == TIME else "header"
            sheet.put(self._head, column, title, look)
        sheet.height(self._head, 32)
        first, _ = self.rows
        end = LETTERS[self._next - 1]
        start = LETTERS[_WORKINGS]
        exposures = {
            side.name: f"${start}${at}:${end}${at}"
            for side, at in zip(SIDES, self._above, strict=True)
        }
        sheet.down(first, TIME, times, "cell date")
        steps = [(end - begin).total_seconds() / 86_400 for begin, end in pairwise(times)]
        text = f"ROUND((A{here()}-A{here(-1)})*86400,3)/86400"  # a day is not exact in binary
        sheet.down(first + 1, STEP, steps, "cell qty", RowText(text))
        for column in (*(side.pnl for side in SIDES), STEP):
            sheet.put(first, column, None, "cell money")  # no bar ends at the start
        for side in SIDES:
            outcome: Any = getattr(total, side.name)
            text = f"SUMPRODUCT({exposures[side.name]},{start}{here()}:{end}{here()})"
            sheet.down(first + 1, side.pnl, outcome.pnl, "cell money", RowText(text))
            if outcome.value:
                self._write_path(side, outcome.value)

    def _write_path(self, side: Side, values: Sequence[float]) -> None:
        """Value, peak and fall of each bar; the first is the start."""
        pnl, value, peak = (LETTERS[n] for n in (side.pnl, side.value, side.peak))
        (first, _), put, down = self.rows, self._sheet.put, self._sheet.down
        highest = list(accumulate(values, max))
        falls = [1 - each / most for each, most in zip(values, highest, strict=True)]
        grown = f"MAX(0,{value}{here(-1)}*(1+{pnl}{here()}/{self._worth}))"
        over = f"MAX({peak}{here(-1)},{value}{here()})"
        put(first, side.value, values[0], "cell money", self._worth)
        put(first, side.peak, values[0], "cell money", f"{value}{first}")
        down(first + 1, side.value, values[1:], "cell money", RowText(grown))
        down(first + 1, side.peak, highest[1:], "cell money", RowText(over))
        fall = f"1-{value}{here()}/{peak}{here()}"
        down(first, side.fall, falls, "cell percent", RowText(fall))

    @property
    def _above(self) -> tuple[int, int]:
        """The rows of the exposures, above the headers."""
        return self._head - 2, self._head - 1

    def _write_exposures(self) -> None:
        """A column a symbol: what is exposed to it, unhedged and hedged, and its returns."""
        sheet, times = self._sheet, self._past.total.sample.times
        sheet.put(self._head - 3, _LABEL, "Workings: exposure × return", "section")
        for at, said in zip(self._above, ("Exposure unhedged", "Exposure hedged"), strict=True):
            sheet.put(at, _LABEL, said, "total text")
        tracks: dict[str, Track] = {}
        rates: dict[str, Track] = {}
        for each in self._holdings:
            position = each.past.position
            tracks |= {track.symbol: track for track in position.tracks}
            if position.rates_of:
                rates[position.rates_of.symbol] = position.rates_of
        for symbol, track in tracks.items():
            sides = [self._exposure(symbol, hedged=hedged) for hedged in (False, True)]
            self._moves[symbol] = self._next
            moves = returns(track, times).tolist()
            self._write_column(f"Return of {symbol}", moves, "cell percent", sides)
        for symbol, track in rates.items():
            paid = settled(track.rates, times)
            sides = [(0.0, 0), self._funded(symbol)]
            self._write_column(f"Funding of {symbol}", paid, "cell rate", sides)

    def _exposure(self, symbol: str, *, hedged: bool) -> tuple[float, Carrier]:
        """What moves with a symbol, as a number and as a formula."""
        value, long, short = 0.0, list[Cell](), list[Cell]()
        for each in self._holdings:
            position = each.past.position
            if position.spot and position.spot.symbol == symbol:
                value += position.coins
                long += each.coins
            if position.future and position.future.symbol == symbol:
                value += position.posted
                long += each.posted
                if hedged:
                    value -= position.short
                    short += each.short
        return value, total_of(long) - total_of(short)

    def _funded(self, symbol: str) -> tuple[float, Carrier]:
        """The shorts that a symbol's funding rates pay."""
        found = [
            each
            for each in self._holdings
            if each.past.position.rates_of and each.past.position.rates_of.symbol == symbol
        ]
        cells = (cell for each in found for cell in each.short)
        return sum(each.past.position.short for each in found), total_of(cells)

    def _write_column(
        self,
        title: str,
        values: Sequence[Any],
        look: str,
        exposures: Sequence[tuple[float, Carrier]] = (),
        below: int = 2,
    ) -> int:
        """A column of workings; `below` the headers its values begin. Returns how many."""
        sheet, column = self._sheet, self._next
        for at, (value, text) in zip(self._above, exposures, strict=False):
            said = excel_text(text)
            sheet.put(at, column, value, "total money", fitting(said) if "!" in said else None)
        sheet.put(self._head, column, sentence(title), "header")
        sheet.down(self._head + below, column, values, look)
        sheet.widen(column, 19)
        self._next += 1
        return len(values)

    def moves(self, each: AssetHistory) -> tuple[str, str]:
        """The returns of a holding's coin and future, over the times that both have."""
        spot, future = each.position.spot, each.position.future
        if spot is None or future is None:
            raise ValueError(f"{each.name} has no returns of both")
        times = each.comparison.sample.times
        shared = {spot.symbol, future.symbol} <= self._moves.keys()
        if shared and times == self._past.total.sample.times:
            return self.span(self._moves[spot.symbol]), self.span(self._moves[future.symbol])
        return self._pair(spot, future, times, f"for {each.name}")

    def longer_moves(self, each: AssetHistory) -> tuple[str, str]:
        """The returns of a holding's coin and future over several bars."""
        spot, future = each.position.spot, each.position.future
        if spot is None or future is None:
            raise ValueError(f"{each.name} has no returns of both")
        times = longer(each.comparison.sample.times)
        return self._pair(spot, future, times, f"for {each.name}, every {LONGER}th bar")

    def _pair(
        self, spot: Track, future: Track, times: tuple[datetime, ...], why: str
    ) -> tuple[str, str]:
        self._write_column(f"Times {why}", times, "cell date", below=1)
        return self._own(spot, times, why), self._own(future, times, why)

    def own_moves(self, track: Track) -> str:
        """The returns of a symbol over all of its bars."""
        if track.symbol in self._moves and len(track.bars) == len(self._past.total.sample.times):
            return self.span(self._moves[track.symbol])
        return self._own(track, tuple(track.closes), "of all its bars")

    def _own(self, track: Track, times: tuple[datetime, ...], why: str) -> str:
        column, moves = self._next, returns(track, times).tolist()
        count = self._write_column(f"Return of {track.symbol}, {why}", moves, "cell percent")
        return _span(column, self._head + 2, self._head + 1 + count)

    def rates(self, track: Track) -> tuple[str, str, str]:
        """The times, the rates and the hours of all settlements of a symbol."""
        if track.symbol not in self._rates:
            times, rates, hours = zip(*track.rates, strict=True)
            at = self._next
            count = self._write_column(f"Settled, {track.symbol}", times, "cell date", below=1)
            self._write_column(f"Rate of {track.symbol}", rates, "cell rate", below=1)
            self._write_column(
                f"Hours that it is for, {track.symbol}", hours, "cell ratio", below=1
            )
            first, second, third = (
                _span(n, self._head + 1, self._head + count) for n in range(at, at + 3)
            )
            self._rates[track.symbol] = first, second, third
        return self._rates[track.symbol]


def _span(column: int, first: int, last: int) -> str:
    letter = LETTERS[column]
    return f"${letter}${first}:${letter}${last}"
