"""The template's Unwind sheet: signals, closing against keeping, what the hedge's profit buys.

The reasons that come from the price history take its last bars in the order of their times, as
matrix products over the whole table: no function is volatile, and rows may stand in any order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import FigureRow
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.price_series import LEAST_HOURS, tracks_of
from xlhedge.analysis.signals import LOOKBACK
from xlhedge.analysis.unwind import QUIET, UnwindRow
from xlhedge.analysis.values import UNKNOWN
from xlhedge.functions.algebra import Expression
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.context import Headline, TemplateContext
from xlhedge.sheets.input_cells import FIRST_ROW, Inputs
from xlhedge.sheets.live_cells import LiveCells, Tables
from xlhedge.sheets.style import widen
from xlhedge.sheets.table import RowText, here
from xlhedge.sheets.unwind_report import price_rows
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["to_unwind", "write_unwind"]

_PRICES = 4
_ARRAYS = (UnwindRow.funding_breach, UnwindRow.support_confirmed)
_MOST_RATES = 24
"""How many settled rates the funding alarm may look back on."""
_WORKINGS = ("Bars", "Rates", "Settled before", "Hours")
_BARS, _RATES, _BEFORE, _HOURS = range(4)
_SAID = f'"{UNKNOWN}"'


def to_unwind(of: TemplateContext) -> Headline:
    """How many holdings have a reason to unwind, for Start."""
    signals = of.tables[UnwindRow].column(UnwindRow.signal)
    quiet = "".join(f',--({signals}<>"{word}")' for word in QUIET)
    said = [row.signal for row in of.analysis.unwind]
    return Headline(
        "Hedges to unwind",
        f'SUMPRODUCT(--({signals}<>""){quiet})',
        float(sum(word != "" and word not in QUIET for word in said)),
        "total whole",
        "holdings",
        "Holdings whose signal is not HOLD; the sheet says why.",
        "Unwind",
    )


def write_unwind(sheet: Sheet, of: TemplateContext) -> None:
    """Write the sheet."""
    analysis, table = of.analysis, of.tables[UnwindRow]
    price_rows(sheet, _PRICES, of, MOST_SHOCKS)
    table.write_head(sheet)
    table.write_total(sheet, analysis.unwind)
    cells = _UnwindCells(of.inputs, of.tables, analysis)
    table.write_rows(sheet, analysis.unwind, cells.texts, _ARRAYS)
    cells.write_workings(sheet)
    signals = table.span(UnwindRow.signal)
    first = signals.partition(":")[0]
    quiet = "".join(f',{first}<>"{word}"' for word in QUIET)
    sheet.mark(signals, f'AND({first}<>""{quiet})', "alert")
    widths = {LETTERS[n]: 16.0 for n in range(2, MOST_SHOCKS + 2)}
    widen(sheet, widths | table.widths(16.0) | {"A": 46, table.letter(UnwindRow.signal): 30})
    last = LETTERS[max(len(table.figures), MOST_SHOCKS + 1)]
    sheet.prints(area=f"A1:{last}{table.last}")


class _UnwindCells(LiveCells):
    """The sheet's formulas; the price history's rows are counted at the right of its table."""

    def __init__(self, inputs: Inputs, tables: Tables, analysis: Analysis) -> None:
        super().__init__(inputs, tables[UnwindRow], tables)
        self._analysis = analysis
        self._ranks = max(len(self.table.figures), MOST_SHOCKS + 1) + 2
        self._past = {
            name: inputs.column("History", name)
            for name in ("time", "symbol", "close", "low", "volume", "funding_rate")
        }
        self._past["hours"] = self._rank(_HOURS)

    def signal(self, row: FigureRow, name: str) -> Expression:
        return Expression(self._support if name == "support_confirmed" else self._breach)

    def _rank(self, column: int) -> str:
        """A column of `_WORKINGS`: where each row stands among its symbol's, and more."""
        letter, top = LETTERS[self._ranks + column], self.table.top
        return f"${letter}${top}:${letter}${top + self.inputs.capacity('History') - 1}"

    def write_workings(self, sheet: Sheet) -> None:
        """Count each row of Price history among those of its symbol."""
        top, ranks = self.table.top, self._ranks
        sheet.put(top - 3, ranks, "Workings: rows of Price history, counted from the last", "note")
        for column, title in enumerate(_WORKINGS, ranks):
            sheet.put(top - 2, column, title, "header")
        rows = self._analysis.portfolio.history
        texts = [self._counted(("low", "volume")), self._counted(("funding_rate",)), *self._hours]
        counted = [_ranked(rows, ("low", "volume")), _ranked(rows, ("funding_rate",))]
        counted += _settled(rows, counted[-1])
        looks = ("ratio", "ratio", "date", "ratio")
        for column, (values, text, look) in enumerate(
            zip(counted, map(RowText, texts), looks, strict=True), ranks
        ):
            for n in range(self.inputs.capacity("History")):
                value = values[n] if n < len(rows) else ""
                sheet.put(top + n, column, value, f"cell {look}", text.at(top + n))

    @property
    def _hours(self) -> tuple[str, str]:
        """When the settlement before a row's was, and how many hours the row's is for."""
        rank, before = (f"${LETTERS[self._ranks + n]}{here()}" for n in (_RATES, _BEFORE))
        symbol, time, own = (
            self.inputs.cell("History", name, here(FIRST_ROW - self.table.top))
            for name in ("symbol", "time", "interval_hours")
        )
        same = f"SUMPRODUCT(--({self._past['symbol']}={symbol})"
        first = f'{rank}={same},--({self._rank(_RATES)}<>""))'
        found = f"{same},--({self._rank(_RATES)}={rank}+1),{self._past['time']})"
        since = f"MAX({LEAST_HOURS},ROUND(({time}-{before})*24,2))"
        hours = f'IF({own}="",IF({before}="","",{since}),{own})'
        return (
            f'IF({rank}="","",IF({first},"",{found}))',
            f'IF({rank}="","",{hours})',
        )

    def _counted(self, names: tuple[str, ...]) -> str:
        own = {
            name: self.inputs.cell("History", name, here(FIRST_ROW - self.table.top))
            for name in ("symbol", "time", *names)
        }
        symbol, time = self._past["symbol"], self._past["time"]
        blank = "+".join(f'({cell}="")' for cell in own.values())
        beside = ",".join(f'--({self._past[name]}<>"")' for name in names)
        count = (
            f'SUMPRODUCT(--({symbol}={own["symbol"]}),--({time}<>""),'
            f"--({time}>={own['time']}),{beside})"
        )
        return f'IF({blank}>0,"",{count})'

    def _last(self, count: int, key: str, rank: str, name: str, blank: str = "0") -> str:
        """The last values of a column for a symbol, oldest first; 0 where there are too few."""
        column = self._past[name]
        at = f"TRANSPOSE(IF({self._past['symbol']}={key},{rank},0))"
        return f'MMULT(--({_places(count)}={at}),IF({column}="",{blank},{column}))'

    @cached_property
    def _support(self) -> str:
        """As `signals.signals_of` has it."""
        asset, price = self.row.asset.text, self.own(self.row, "support_price").text
        symbol, time, rank = self._past["symbol"], self._past["time"], self._rank(_BARS)
        own = f"({symbol}={asset})"
        bars = f'SUM({own}*({rank}<>""))'
        # An older bar's answer would be none: the last of all must have its low and its volume.
        newest = f"MAX(IF({own},{time},0))=MAX(IF({own},IF({rank}=1,{time},0),0))"
        columns = ",".join(
            self._last(LOOKBACK + 1, asset, rank, name) for name in ("low", "close", "volume")
        )
        call = f'IF(SUPPORT_CONFIRMED({columns},{price}),"yes","no")'
        known = f"IF({bars}>{LOOKBACK},IF({newest},{call},{_SAID}),{_SAID})"
        return f'IF({price}="",{_SAID},{known})'

    @cached_property
    def _breach(self) -> str:
        """As `signals.signals_of` has it."""
        instrument = self.row.instrument.text
        symbol, rank = self._past["symbol"], self._rank(_RATES)

        def settled(key: str) -> str:
            return f'SUM(({symbol}={key})*({rank}<>""))'

        # Rates may stand on the rows of the underlying.
        underlying, expiry = (self.term(self.row, name).text for name in ("underlying", "expiry"))
        key = f"IF({settled(instrument)}>0,{instrument},{underlying})"
        wanted = self.inputs.setting("funding_consecutive")
        interval = self.beside(self.row, HedgeRow).interval_hours.text
        threshold = self.inputs.setting("funding_threshold_8h")
        most = max(_MOST_RATES, self._analysis.portfolio.settings.funding_consecutive)
        count = settled(key)
        rates = self._last(most, key, rank, "funding_rate")
        hours = self._last(most, key, rank, "hours", interval)
        # Places before the first settlement are not looked at, but must be numbers of hours.
        hours = f"{hours}+{interval}*({_places(most)}>{count})"
        direction = f"IF({self.of_instrument(self.row, 'short_contracts').text}<0,-1,1)"
        call = f"FUNDING_BREACH({rates},{hours},{threshold},{wanted},{direction})"
        few = f"({count}<{wanted})+({wanted}>{most})>0"
        return f'IF({expiry}<>"","no",IF({few},{_SAID},IF({call},"yes","no")))'


def _places(count: int) -> str:
    """The last places of a symbol, from the farthest, as a column."""
    return f"{{{';'.join(str(place) for place in range(count, 0, -1))}}}"


def _ranked(rows: Sequence[Any], names: tuple[str, ...]) -> list[Any]:
    """Each row's place among its symbol's rows that have these cells, from the last."""
    times: dict[str, list[Any]] = {}
    for row in rows:
        if all(getattr(row, name) is not None for name in names):
            times.setdefault(row.symbol.casefold(), []).append(row.time)
    for each in times.values():
        each.sort()
    found: list[Any] = []
    for row in rows:
        own = times.get(row.symbol.casefold(), [])
        known = all(getattr(row, name) is not None for name in names)
        found.append(float(len(own) - bisect_left(own, row.time)) if known else "")
    return found


def _settled(rows: Sequence[Any], ranks: Sequence[Any]) -> list[list[Any]]:
    """The settlement before each row's, and how many hours the row's rate is for."""
    tracks = tracks_of(rows)
    before: dict[tuple[str, Any], Any] = {}
    hours: dict[tuple[str, Any], Any] = {}
    for key, track in tracks.items():
        for then, now in pairwise((None, *track.rates)):
            if now is not None:
                before[key, now.time] = then.time if then else ""
                hours[key, now.time] = "" if now.hours is None else now.hours
    keys = [(row.symbol.casefold(), row.time) for row in rows]
    known = [rank != "" for rank in ranks]
    return [
        [found[key] if has else "" for key, has in zip(keys, known, strict=True)]
        for found in (before, hours)
    ]
