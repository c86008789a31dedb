"""How far each underlying typically moves until the horizon: workings behind the Underlyings table.

As `analysis.typical` has it: the deviation of the changes from bar to bar ÷ the root of the usual
step, × the root of the days; of the underlying's bars, or else those of an instrument on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from xlhedge.analysis.figures import BLANK
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.analysis.price_series import tracks_of
from xlhedge.analysis.typical import FEWEST
from xlhedge.serials import serial
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.input_cells import FIRST_ROW
from xlhedge.sheets.live_cells import LiveCells
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["TypicalCells"]

_TITLES = {
    0: "Bars of",
    1: "Typical move to the horizon",
    3: "Bar before",
    4: "Change since",
    6: "Changes of the instrument",
}
_BARS, _MOVE, _BEFORE, _CHANGE, _COUNT = _TITLES


class TypicalCells:
    """The workings.

    Args:
        of: what is written.
    """

    def __init__(self, of: TemplateContext) -> None:
        self._of, self._inputs = of, of.inputs
        self._table = of.tables[UnderlyingRow]
        self._left = len(self._table.figures) + 2
        self._past = {
            name: of.inputs.column("History", name) for name in ("symbol", "time", "close")
        }

    @property
    def moves(self) -> str:
        """The typical moves of the underlyings, as any sheet refers to them."""
        letter, table = self._letter(_MOVE), self._table
        return f"{table.sheet}!${letter}${table.top}:${letter}${table.last}"

    def write(self, sheet: Sheet) -> None:
        """Write them behind the table."""
        sheet.put(self._table.head - 1, self._left, "Workings: how far prices typically go", "note")
        for column, title in _TITLES.items():
            sheet.put(self._table.head, self._left + column, title, "header")
        self._write_bars(sheet)
        self._write_counts(sheet)
        self._write_moves(sheet)

    def _letter(self, column: int) -> str:
        return LETTERS[self._left + column]

    def _span(self, column: int, rows: str) -> str:
        """The cells of a column that has a row for each of an input table's."""
        letter, top = self._letter(column), self._table.top
        return f"${letter}${top}:${letter}${top + self._inputs.capacity(rows) - 1}"

    def _array(
        self, sheet: Sheet, column: int, values: list[Any], count: int, text: str, look: str
    ) -> None:
        row_text, top = RowText(text), self._table.top
        for n in range(count):
            value = values[n] if n < len(values) else BLANK
            formula = row_text.at(top + n)
            sheet.array(top + n, self._left + column, [[value]], formula, f"cell {look}")

    def _write_bars(self, sheet: Sheet) -> None:
        """Of each row of Price history the bar before it, and the change of the close since."""
        symbol, time, close = (
            self._inputs.cell("History", name, here(FIRST_ROW - self._table.top))
            for name in self._past
        )
        symbols, times, closes = self._past.values()
        none = f'({symbol}="")+({time}="")+({close}="")>0'
        latest = f"MAX(({symbols}={symbol})*({times}<{time})*{times})"
        before = f"${self._letter(_BEFORE)}{here()}"
        then = f"SUMPRODUCT(--({symbols}={symbol}),--({times}={before}),{closes})"
        rows = self._of.analysis.portfolio.history
        found = {
            (key, bar.time): (serial(last.time), bar.close / last.close - 1)
            for key, track in tracks_of(rows).items()
            for last, bar in pairwise(track.bars)
        }
        own = [found.get((row.symbol.casefold(), row.time), (0.0, BLANK)) for row in rows]
        count = self._inputs.capacity("History")
        text = f'IF({none},"",{latest})'
        self._array(sheet, _BEFORE, [each for each, _ in own], count, text, "days")
        text = f'IF({before}="","",IF({before}=0,"",{close}/{then}-1))'
        self._array(sheet, _CHANGE, [each for _, each in own], count, text, "percent")

    def _changes(self, name: str) -> str:
        """How many changes the bars of a symbol have."""
        return f'SUM(({self._past["symbol"]}={name})*({self._span(_CHANGE, "History")}<>""))'

    def _write_counts(self, sheet: Sheet) -> None:
        name = self._inputs.cell("Instruments", "instrument", here(FIRST_ROW - self._table.top))
        portfolio = self._of.analysis.portfolio
        tracks = tracks_of(portfolio.history)
        bars = [tracks.get(each.instrument.casefold()) for each in portfolio.instruments]
        values = [float(max(0, len(each.bars) - 1)) if each else 0.0 for each in bars]
        text = f'IF({name}="","",{self._changes(name)})'
        count = self._inputs.capacity("Instruments")
        self._array(sheet, _COUNT, values, count, text, "whole")

    def _write_moves(self, sheet: Sheet) -> None:
        name, bars = (
            f"${letter}{here()}"
            for letter in (self._table.letter(UnderlyingRow.underlying), self._letter(_BARS))
        )
        names, underlyings = (
            self._inputs.column("Instruments", each) for each in ("instrument", "underlying")
        )
        counts = self._span(_COUNT, "Instruments")
        many = f'IF({counts}="",0,{counts})>={FEWEST}'
        at = f"MIN(IF(({underlyings}={name})*({many}),ROW({names})-{FIRST_ROW - 1},1E6))"
        other = f'IF({at}>=1E6,"",INDEX({names},{at}))'
        text = f'IF({name}="","",IF({self._changes(name)}>={FEWEST},{name},{other}))'
        table, values = self._table, list(self._values())
        self._array(sheet, _BARS, [own for own, _ in values], table.count, text, "text")
        change, before = (self._span(column, "History") for column in (_CHANGE, _BEFORE))
        own = f"{self._past['symbol']}={bars}"
        changes = f'IF({own},{change},"")'
        steps = f'IF({own},IF({change}="","",{self._past["time"]}-{before}),"")'
        days = LiveCells.days.text
        move = f"STDEV({changes})/SQRT(MEDIAN({steps}))*SQRT({days})"
        text = f'IF({bars}="","",IFERROR({move},""))'
        self._array(sheet, _MOVE, [move for _, move in values], table.count, text, "percent")

    def _values(self) -> Iterator[tuple[str, float | str]]:
        """Whose bars each underlying's move is made of, and the move."""
        analysis = self._of.analysis
        typical = analysis.history.typical if analysis.history else {}
        for row in analysis.underlyings:
            if (found := typical.get(row.underlying)) is None:
                yield BLANK, BLANK
                continue
            on_it = (
                each.instrument
                for each in analysis.portfolio.instruments
                if each.underlying == row.underlying
            )
            symbol = found.track.symbol.casefold()
            names = (row.underlying, *on_it)
            yield next(each for each in names if each.casefold() == symbol), found.move
