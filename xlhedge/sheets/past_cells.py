"""What the template's Unwind sheet takes from the price history: bars, volume, funding alarms.

The last bars are taken in the order of their times, as matrix products over the whole table: no
function is volatile, and rows may stand in any order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from xlhedge.analysis.figures import FigureRow
from xlhedge.analysis.history import alarms_of
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.price_series import LEAST_HOURS, tracks_of
from xlhedge.analysis.signals import SAID, UNKNOWN
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.analysis.volume import LOOKBACK, TOLERANCE
from xlhedge.functions.algebra import Expression
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.context import TemplateContext
from xlhedge.sheets.input_cells import FIRST_ROW
from xlhedge.sheets.live_cells import LiveCells
from xlhedge.sheets.support_charts import LOOKS, TITLES, support_chart
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.row_form import RowText, here
from xlhedge.xlsx.sheet import Sheet

__all__ = ["ARRAYS", "PastCells"]

ARRAYS = (
    UnwindRow.support_confirmed,
    UnwindRow.bars_judged,
    UnwindRow.support_held,
    UnwindRow.relative_volume,
    UnwindRow.money_flow,
    UnwindRow.money_flow_before,
    UnwindRow.money_flow_index,
    UnwindRow.volume_balance,
)
"""Figures whose formulas are array formulas."""

_MOST_RATES = 24
"""How many settled rates the funding alarm may look back on."""
_WORKINGS = ("Bars", "Rates", "Settled before", "Hours")
_BARS, _RATES, _BEFORE, _HOURS = range(4)
_DIVISION = 2
"""ERROR.TYPE of a division by zero."""
_BAR = ("high", "low", "close", "volume")
_SAID = f'"{UNKNOWN}"'


class PastCells(LiveCells):
    """The formulas of the Unwind sheet; what they take from the past is at the right of its table.

    Args:
        of: what to show.

    Attributes:
        chart: the column from which the bars of the chart stand.
        alarms: the column from which the funding alarms stand.
    """

    def __init__(self, of: TemplateContext) -> None:
        inputs = of.inputs
        super().__init__(inputs, of.tables[UnwindRow], of.tables)
        self._analysis = of.analysis
        self._ranks = max(len(self.table.figures), MOST_SHOCKS + 1) + 2
        self._past = {
            name: inputs.column("History", name)
            for name in (
                "time",
                "symbol",
                "close",
                "high",
                "low",
                "volume",
                "funding_rate",
                "interval_hours",
            )
        }
        self._past["hours"] = self._rank(_HOURS)
        self.chart = self._ranks + len(_WORKINGS) + 1
        self.alarms = self.chart + len(TITLES) + 2

    def signal(self, _: FigureRow, name: str) -> Expression:
        """The formula of what the past says, by the name of the figure."""
        return Expression(getattr(self, f"_{name}"))

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
        looks = ("whole", "whole", "date", "ratio")
        for column, (values, text, look) in enumerate(
            zip(counted, map(RowText, texts), looks, strict=True), ranks
        ):
            for n in range(self.inputs.capacity("History")):
                value = values[n] if n < len(rows) else ""
                sheet.put(top + n, column, value, f"cell {look}", text.at(top + n))

    def write_chart(self, sheet: Sheet, at: int, column: int) -> None:
        """Price, support and volume of one holding: the first with a support, or that of a number.

        Places before its first bar repeat that one, without volume.

        Args:
            sheet: where.
            at: the row above the chart, which says whose it is.
            column: the column at which it stands.
        """
        left = self.chart
        assets, supports = (self.inputs.column("Holdings", n) for n in ("asset", "support_price"))
        holdings = self._analysis.portfolio.holdings
        n = next((n for n, each in enumerate(holdings) if each.support_price is not None), 0)
        later = f'IF({assets}="",2000000,IF({supports}="",1000000,0))'
        text = f"MOD(MIN({later}+ROW({assets})-{FIRST_ROW - 1}),1000000)"
        sheet.put(at, column, "Chart of holding no.", "total text")
        sheet.array(at, column + 1, [[n + 1.0]], text, "cell whole")
        number, name = (f"${LETTERS[column + k]}${at}" for k in (1, 2))
        found = f"INDEX({assets},{number})"
        shown = holdings[n].asset if holdings else ""
        sheet.put(at, column + 2, shown, "cell text", f'IF({found}="","",{found})')
        bars = self._bars_of(n)
        top, rank = self.table.top, self._rank(_BARS)
        sheet.put(top - 3, left, "Workings: the bars of the chart", "note")
        for n, title in enumerate(("Place", *TITLES), left):
            sheet.put(top - 2, n, title, "header")
        own = f"--({self._past['symbol']}={name})"
        count = f'SUMPRODUCT({own},--({rank}<>""))'
        support = f"INDEX({supports},{number})"
        place, close = f"${LETTERS[left]}{here()}", f"${LETTERS[left + 2]}{here()}"
        picked = f"SUMPRODUCT({own},--({rank}={place}),"
        for row in range(LOOKBACK + 1):
            most = LOOKBACK + 1 - row
            texts = (
                f'IF({count}=0,"",MIN({most},{count}))',
                f'IF({place}="","",{picked}{self._past["time"]}))',
                f'IF({place}="","",{picked}{self._past["close"]}))',
                f'IF({support}="",{close},{support})',
                f'IF({place}="","",IF({place}<{most},0,{picked}{self._past["volume"]})))',
            )
            looks = ("whole", *LOOKS)
            for place_, (value, text, look) in enumerate(
                zip(bars[row], texts, looks, strict=True), left
            ):
                formula = RowText(text).at(top + row)
                sheet.put(top + row, place_, value, f"cell {look}", formula)
        title = "of the holding above"
        chart = support_chart(sheet, title, (left + 1, top, top + LOOKBACK))
        sheet.chart(chart, f"{LETTERS[column]}{at + 1}")

    def _bars_of(self, n: int) -> list[tuple[Any, ...]]:
        """Place, time, close, support and volume of the bars of a holding's chart."""
        portfolio = self._analysis.portfolio
        if not portfolio.holdings:
            return [("",) * 5] * (LOOKBACK + 1)
        holding = portfolio.holdings[n]
        track = tracks_of(portfolio.history).get(holding.asset.casefold())
        full = [
            bar
            for bar in (track.bars if track else ())
            if bar.low is not None and bar.volume is not None
        ]
        found: list[tuple[Any, ...]] = []
        for most in range(LOOKBACK + 1, 0, -1):
            place = min(most, len(full))
            bar = full[-place] if place else None
            close = bar.close if bar else ""
            support = close if holding.support_price is None else holding.support_price
            volume = (bar.volume if place == most else 0.0) if bar else ""
            found.append((place or "", bar.time if bar else "", close, support, volume))
        return found

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

        def beside(step: str, name: str) -> str:
            return f"{same},--({self._rank(_RATES)}={rank}{step}),{self._past[name]})"

        def hours(span: str) -> str:
            return f"MAX({LEAST_HOURS},ROUND(({span})*24,2))"

        # Of a first one those until the next, if that does not say otherwise.
        typed, after = beside("-1", "interval_hours"), beside("-1", "time")
        ahead = f"IF({typed}>0,{typed},{hours(after + '-' + time)})"
        alone = f'IF({rank}=1,"",{ahead})'
        since = f'IF({own}="",IF({before}="",{alone},{hours(time + "-" + before)}),{own})'
        then = beside("+1", "time")
        return (
            f'IF({rank}="","",IF({first},"",{then}))',
            f'IF({rank}="","",{since})',
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

    def _last(self, places: str, key: str, rank: str, name: str, blank: str = "0") -> str:
        """The last values of a column for a symbol, oldest first; 0 where there are too few."""
        column = self._past[name]
        at = f"TRANSPOSE(IF({self._past['symbol']}={key},{rank},0))"
        return f'MMULT(--({places}={at}),IF({column}="",{blank},{column}))'

    @property
    def _own_bars(self) -> str:
        return f"({self._past['symbol']}={self.row.asset.text})"

    @property
    def _bars_judged(self) -> str:
        """As `volume.volume_signals` has it, and all below."""
        own, time, rank = self._own_bars, self._past["time"], self._rank(_BARS)
        # An older bar's answer would be none: the last of all must have its low and its volume.
        newest = f"MAX(IF({own},{time},0))=MAX(IF({own},IF({rank}=1,{time},0),0))"
        enough = f'SUM({own}*({rank}<>""))>{LOOKBACK}'
        return f"IF({enough},IF({newest},{LOOKBACK + 1},{_SAID}),{_SAID})"

    def _of_bars(self, call: str) -> str:
        return f"IF({self.row.bars_judged.text}={_SAID},{_SAID},{call})"

    def _columns(self, *names: str, places: str = "") -> str:
        """The bars judged, or others of the last ones, as arguments."""
        at = places or _places(LOOKBACK + 1)
        asset, rank = self.row.asset.text, self._rank(_BARS)
        return ",".join(self._last(at, asset, rank, name) for name in names)

    def _tested(self, more: str) -> str:
        price = self.own(self.row, "support_price").text
        bars = self._columns("low", "close", "volume")
        call = self._of_bars(f'IF(SUPPORT_CONFIRMED({bars},{price}{more}),"yes","no")')
        return f'IF({price}="",{_SAID},{call})'

    @property
    def _support_confirmed(self) -> str:
        return self._tested("")

    @property
    def _support_held(self) -> str:
        return self._tested(f",{TOLERANCE},0")

    @property
    def _relative_volume(self) -> str:
        return self._of_bars(_or_unknown(f"RELATIVE_VOLUME({self._columns('volume')})"))

    def _flow(self, call: str) -> str:
        """A measure that takes highs, which all bars judged must have."""
        known = f'({self._rank(_BARS)}<={LOOKBACK + 1})*({self._past["high"]}<>"")'
        known = f"SUM({self._own_bars}*{known})={LOOKBACK + 1}"
        return self._of_bars(f"IF({known},{_or_unknown(call)},{_SAID})")

    @property
    def _money_flow(self) -> str:
        return self._flow(f"CHAIKIN_MONEY_FLOW({self._columns(*_BAR)})")

    @property
    def _money_flow_before(self) -> str:
        places = _places(LOOKBACK + 1, 2)
        return self._flow(f"CHAIKIN_MONEY_FLOW({self._columns(*_BAR, places=places)})")

    @property
    def _money_flow_index(self) -> str:
        return self._flow(f"MONEY_FLOW_INDEX({self._columns(*_BAR)})")

    @property
    def _volume_balance(self) -> str:
        return self._of_bars(f"ON_BALANCE_VOLUME({self._columns('close', 'volume')})")

    @property
    def _price_move(self) -> str:
        last, first = (
            f"SUMPRODUCT(--{self._own_bars},--({self._rank(_BARS)}={place}),{self._past['close']})"
            for place in (1, LOOKBACK + 1)
        )
        return self._of_bars(f"{last}/{first}-1")

    @property
    def _funding_breach(self) -> str:
        """Of all instruments that are short on the underlying, or else of its own."""
        orders, alarms = self.tables[OrderRow], self._alarms
        own = f"--({orders.column(OrderRow.underlying)}={self.row.underlying.text})"
        held = f"{own},--({orders.column(OrderRow.short_contracts)}<>0)"
        said = f'IF(SUMPRODUCT({held},--({alarms}={_SAID}))>0,{_SAID},"no")'
        any_ = f'IF(SUMPRODUCT({held},--({alarms}="yes"))>0,"yes",{said})'
        return f"IF(SUMPRODUCT({held})=0,INDEX({alarms},{self.place}),{any_})"

    @property
    def alarm_words(self) -> str:
        """Whether funding costs each instrument too much, as any sheet refers to it."""
        return f"{self.table.sheet}!{self._alarms}"

    @property
    def _alarms(self) -> str:
        letter, top = LETTERS[self.alarms + 1], self.table.top
        return f"${letter}${top}:${letter}${top + self.inputs.capacity('Instruments') - 1}"

    def write_alarms(self, sheet: Sheet) -> None:
        """Whether funding costs each instrument's position too much."""
        top, left, orders = self.table.top, self.alarms, self.tables[OrderRow]
        sheet.put(top - 3, left, "Workings: funding alarms by instrument", "note")
        for column, title in enumerate(("Instrument", "Alarm"), left):
            sheet.put(top - 2, column, title, "header")
        name = orders.cell(OrderRow.instrument, here(orders.top - top))
        texts = RowText(f'IF({name}="","",{name})'), RowText(self._breach_of(name))
        past, found = self._analysis.history, self._analysis.portfolio.instruments
        alarms = past.alarms if past else alarms_of(self._analysis.portfolio)
        for n in range(self.inputs.capacity("Instruments")):
            known = n < len(found)
            shown = found[n].instrument if known else ""
            sheet.put(top + n, left, shown, "cell text", texts[0].at(top + n))
            said = SAID[alarms[shown].found] if known else ""
            sheet.array(top + n, left + 1, [[said]], texts[1].at(top + n), "cell text")

    def _breach_of(self, instrument: str) -> str:
        """As `signals.breach_of` has it."""
        symbol, rank, orders = self._past["symbol"], self._rank(_RATES), self.tables[OrderRow]
        at = here(orders.top - self.table.top)
        underlying, interval, held = (
            orders.cell(each, at)
            for each in (OrderRow.underlying, OrderRow.interval_hours, OrderRow.short_contracts)
        )
        expiry = self.inputs.cell("Instruments", "expiry", here(FIRST_ROW - self.table.top))

        def settled(key: str) -> str:
            return f'SUM(({symbol}={key})*({rank}<>""))'

        # Rates may stand on the rows of the underlying.
        key = f"IF({settled(instrument)}>0,{instrument},{underlying})"
        wanted = self.inputs.setting("funding_consecutive")
        threshold = self.inputs.setting("funding_threshold_8h")
        most = max(_MOST_RATES, self._analysis.portfolio.settings.funding_consecutive)
        count = settled(key)
        rates = self._last(_places(most), key, rank, "funding_rate")
        hours = self._last(_places(most), key, rank, "hours", interval)
        # Places before the first settlement are not looked at, but must be numbers of hours.
        hours = f"{hours}+{interval}*({_places(most)}>{count})"
        direction = f"IF({held}<0,-1,1)"
        call = f"FUNDING_BREACH({rates},{hours},{threshold},{wanted},{direction})"
        few = f"({count}<{wanted})+({wanted}>{most})>0"
        alarm = f'IF({expiry}<>"","no",IF({few},{_SAID},IF({call},"yes","no")))'
        return f'IF({instrument}="","",{alarm})'


def _places(first: int, last: int = 1) -> str:
    """The last places of a symbol, from the farthest, as a column."""
    return f"{{{';'.join(str(place) for place in range(first, last - 1, -1))}}}"


def _or_unknown(call: str) -> str:
    """A measure, or "unknown" of bars without any volume or move; no other error is one.

    The SUM makes one value of what an engine may take for an array of one.
    """
    return f"IF(IFERROR(ERROR.TYPE(SUM({call})),0)={_DIVISION},{_SAID},{call})"


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
