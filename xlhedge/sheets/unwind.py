"""The template's Unwind sheet: signals, closing against keeping, what the hedge's profit buys.

The reasons that come from the price history take its last bars in the order of their times, as
matrix products over the whole table: no function is volatile, and rows may stand in any order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import CALLS, formula_text, sum_of
from xlhedge.analysis.signals import LOOKBACK
from xlhedge.analysis.unwind import QUIET, UNKNOWN, UNWIND
from xlhedge.functions.algebra import Expression
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.computed import TOP as FIRST
from xlhedge.sheets.computed import TOTAL, Block
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.sheets.start import Headline
from xlhedge.sheets.style import WIDTHS, finish, heading
from xlhedge.sheets.unwind_report import price_rows
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["to_unwind", "write_unwind"]

_PRICES, _TOP = 4, 33
_FOLLOWED = (
    *("instrument", "short_contracts", "index_price", "short_notional", "spot_price"),
    *("quantity", "avg_cost"),
)
"""Figures that stand on the Hedge sheet."""

_RATES = 24
"""How many settled rates the funding alarm may look back on."""


def _block(hedge: Block) -> Block:
    """The sheet's table, a row a holding."""
    return Block("Unwind", UNWIND, hedge.rows, top=_TOP)


def to_unwind(analysis: Analysis, hedge: Block) -> Headline:
    """How many holdings have a reason to unwind, for Start."""
    signals = _block(hedge).cells("signal")
    quiet = "".join(f',--({signals}<>"{word}")' for word in QUIET)
    said = [row["signal"] for row in analysis.unwind]
    return Headline(
        "Hedges to unwind",
        f'SUMPRODUCT(--({signals}<>""){quiet})',
        float(sum(word is not None and word not in QUIET for word in said)),
        "total whole",
        "holdings",
        "Holdings whose signal is not HOLD; the sheet says why.",
        "Unwind",
    )


def write_unwind(
    sheet: Sheet, inputs: Inputs, analysis: Analysis, hedge: Block, margin: Block
) -> None:
    """Write the sheet."""
    heading(
        sheet,
        "Unwind",
        "When to take the hedge off, and why. MARKET: support confirmed; HORIZON: reached; "
        "REDEPLOY: the fall you wait for; FUNDING: it costs too much; unknown: no price history.",
        column=2,
    )
    fee, drag = margin.cell("close_fee", FIRST - 1), hedge.cell("funding_drag", TOTAL)
    price_rows(sheet, _PRICES, analysis, MOST_SHOCKS, fee, drag)
    page = _Page(sheet, inputs, analysis, hedge, margin)
    page.write()
    block = _block(hedge)
    signals = f"{block.letter('signal')}{_TOP}:{block.letter('signal')}{_TOP + block.rows - 1}"
    first = signals.partition(":")[0]
    quiet = "".join(f',{first}<>"{word}"' for word in QUIET)
    sheet.mark(signals, f'AND({first}<>""{quiet})', "alert")
    widths = {LETTERS[n]: 16.0 for n in range(2, MOST_SHOCKS + 2)}
    widths |= {block.letter(f.name): max(16.0, WIDTHS.get(f.look, 12)) for f in UNWIND[1:]}
    widths |= {"A": 46, block.letter("signal"): 30}
    finish(sheet, f"B{_PRICES + 2}", widths, pages=2, tall=1)
    last = LETTERS[max(len(UNWIND), MOST_SHOCKS + 1)]
    sheet.prints(area=f"A1:{last}{_TOP + block.rows - 1}")


class _Page:
    def __init__(
        self, sheet: Sheet, inputs: Inputs, analysis: Analysis, hedge: Block, margin: Block
    ) -> None:
        self._sheet, self._inputs, self._analysis = sheet, inputs, analysis
        self._hedge, self._margin = hedge, margin
        self._block = _block(hedge)
        self._ranks = max(len(UNWIND), MOST_SHOCKS + 1) + 2  # the first column of the workings
        self._past = {
            name: inputs.column("History", name)
            for name in ("time", "symbol", "close", "low", "volume", "funding_rate")
        }

    def write(self) -> None:
        """The table with its head and totals, and the workings at the right."""
        sheet, block = self._sheet, self._block
        for column, figure in enumerate(UNWIND, 1):
            look = "header text" if figure.look == "text" else "header"
            sheet.put(_TOP - 2, column, figure.title, look)
        sheet.height(_TOP - 2, 48)
        sheet.put(_TOP - 1, 1, "Total", "total text")
        for column, figure in enumerate(UNWIND[1:], 2):
            letter, look = LETTERS[column], f"total {figure.look}"
            if figure.total:
                value = sum_of(self._analysis.unwind, figure.name)
                text = f"SUM({letter}{_TOP}:{letter}{_TOP + block.rows - 1})"
                sheet.put(_TOP - 1, column, value, look, text)
            else:
                sheet.put(_TOP - 1, column, None, look)
        for n in range(block.rows):
            self._row(n)
        self._workings()

    def _row(self, n: int) -> None:
        at = _TOP + n
        known = n < len(self._analysis.unwind)
        row: Mapping[str, Any] = self._analysis.unwind[n] if known else {}
        cells = self._block.row(at)
        cells["redeploy_drop"] = Expression(self._inputs.setting("redeploy_drop"))
        found = self._followed(n) | self._shorts(n, cells) | self._past_of(n, cells)
        for column, figure in enumerate(UNWIND, 1):
            text = found.get(figure.name) or formula_text(figure, CALLS, cells)
            value = row.get(figure.name)
            value, look = "" if value is None else value, f"cell {figure.look}"
            if figure.name in ("entry_price", "funding_breach", "support_confirmed"):
                self._sheet.array(at, column, [[value]], text, look)
            else:
                self._sheet.put(at, column, value, look, text)

    def _followed(self, n: int) -> dict[str, str]:
        """Cells of the Hedge sheet."""
        asset = self._hedge.cell("asset", FIRST + n)
        texts = {"asset": f'IF({asset}="","",{asset})'}
        for name in _FOLLOWED:
            cell = self._hedge.cell(name, FIRST + n)
            texts[name] = f'IF({cell}="","",{cell})'
        return texts

    def _shorts(self, n: int, cells: Mapping[str, Expression]) -> dict[str, str]:
        """The holding's part of the shorts on its instrument, their entry, and the fee."""
        key, share = cells["instrument"].text, self._hedge.cell("share", FIRST + n)
        open_ = f"({self._margin.cells('instrument')}={key})"
        sizes, entries = self._margin.cells("contracts"), self._margin.cells("entry_price")
        place = f"Hedge!${self._hedge.position}{FIRST + n}"
        kind = self._hedge.cell("contract_type", FIRST + n)

        def side(sign: str) -> str:
            return f"SUM({open_}*({sizes}{sign}0))"

        def term(name: str) -> str:
            return f"INDEX({self._inputs.column('Instruments', name)},{place})"

        average = f"AVERAGE_ENTRY(IF({open_},{sizes},0),IF({open_},{entries},1),{kind})"
        # Without a short there is no entry, and a long and a short lot have no average.
        none = f"({side('>')}=0)*({side('<')}=0)+({side('>')}>0)*({side('<')}>0)>0"
        profit = f"SUMPRODUCT(--{open_},{self._margin.cells('unrealised_pnl')})"
        return {
            "entry_price": f'IF({key}="","",IF({none},"",{average}))',
            "hedge_profit": f'IF({key}="","",{share}*{profit})',
            "fee_rate": f'IF({key}="","",{term("taker_fee")}*(1-{term("fee_discount")}))',
        }

    # ------------------------------------------------------------------------- the price history

    def _rank(self, column: int) -> str:
        """Where each row stands among its symbol's bars (0) or settled rates (1), from the last."""
        letter, rows = LETTERS[self._ranks + column], self._inputs.capacity("History")
        return f"${letter}${_TOP}:${letter}${_TOP + rows - 1}"

    def _workings(self) -> None:
        sheet, ranks = self._sheet, self._ranks
        sheet.put(_TOP - 3, ranks, "Workings: rows of Price history, counted from the last", "note")
        for column, title in enumerate(("Bars", "Rates")):
            sheet.put(_TOP - 2, ranks + column, title, "header")
        rows = self._analysis.portfolio.history
        needed = (("low", "volume"), ("funding_rate",))
        counted = [_ranked(rows, names) for names in needed]
        for n in range(self._inputs.capacity("History")):
            for column, names in enumerate(needed):
                value = counted[column][n] if n < len(rows) else ""
                text = self._counted(n, names)
                sheet.put(_TOP + n, ranks + column, value, "cell ratio", text)

    def _counted(self, n: int, names: tuple[str, ...]) -> str:
        def own(name: str) -> str:
            sheet, _, place = self._past[name].partition("!")
            letter, row = place.split("$")[1:3]
            return f"{sheet}!${letter}${int(row.rstrip(':')) + n}"

        symbol, time = self._past["symbol"], self._past["time"]
        blank = "+".join(f'({own(name)}="")' for name in ("symbol", "time", *names))
        beside = ",".join(f'--({self._past[name]}<>"")' for name in names)
        count = (
            f'SUMPRODUCT(--({symbol}={own("symbol")}),--({time}<>""),'
            f"--({time}>={own('time')}),{beside})"
        )
        return f'IF({blank}>0,"",{count})'

    def _last(self, count: int, key: str, rank: str, name: str) -> str:
        """The last values of a column for a symbol, oldest first; 0 where there are too few."""
        places = ";".join(str(place) for place in range(count, 0, -1))
        column = self._past[name]
        at = f"TRANSPOSE(IF({self._past['symbol']}={key},{rank},0))"
        return f'MMULT(--({{{places}}}={at}),IF({column}="",0,{column}))'

    def _past_of(self, n: int, cells: Mapping[str, Expression]) -> dict[str, str]:
        asset, instrument = cells["asset"].text, cells["instrument"].text
        place = f"Hedge!${self._hedge.position}{FIRST + n}"
        return {
            "support_confirmed": f'IF({instrument}="","",{self._support(n, asset)})',
            "funding_breach": f'IF({instrument}="","",{self._breach(n, instrument, place)})',
        }

    def _support(self, n: int, asset: str) -> str:
        price = f"INDEX({self._inputs.column('Holdings', 'support_price')},{n + 1})"
        symbol, time, rank = self._past["symbol"], self._past["time"], self._rank(0)
        own = f"({symbol}={asset})"
        bars = f'SUM({own}*({rank}<>""))'
        # An older bar's answer would be none: the last of all must have its low and its volume.
        newest = f"MAX(IF({own},{time},0))=MAX(IF({own},IF({rank}=1,{time},0),0))"
        columns = ",".join(
            self._last(LOOKBACK + 1, asset, rank, name) for name in ("low", "close", "volume")
        )
        call = f'IF(SUPPORT_CONFIRMED({columns},{price}),"yes","no")'
        known = f"IF({bars}>{LOOKBACK},IF({newest},{call},{_said}),{_said})"
        return f'IF({price}="",{_said},{known})'

    def _breach(self, n: int, instrument: str, place: str) -> str:
        def term(name: str) -> str:
            return f"INDEX({self._inputs.column('Instruments', name)},{place})"

        symbol, rank = self._past["symbol"], self._rank(1)

        def settled(key: str) -> str:
            return f'SUM(({symbol}={key})*({rank}<>""))'

        # Rates may stand on the rows of the underlying.
        key = f"IF({settled(instrument)}>0,{instrument},{term('underlying')})"
        wanted = self._inputs.setting("funding_consecutive")
        hours = self._hedge.cell("interval_hours", FIRST + n)
        threshold = self._inputs.setting("funding_threshold_8h")
        rates = self._last(self._most, key, rank, "funding_rate")
        call = f'IF(FUNDING_BREACH({rates},{hours},{threshold},{wanted}),"yes","no")'
        few = f"({settled(key)}<{wanted})+({wanted}>{self._most})>0"
        return f'IF({term("expiry")}<>"","no",IF({few},{_said},{call}))'

    @property
    def _most(self) -> int:
        return max(_RATES, self._analysis.portfolio.settings.funding_consecutive)


_said = f'"{UNKNOWN}"'


def _ranked(rows: Any, names: tuple[str, ...]) -> list[Any]:
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
