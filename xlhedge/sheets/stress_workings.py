"""The workings of the template's Stress sheet: how each holding and short moves in each scenario.

Names are compared, never looked up by a criterion; sums over them are matrix products, which every
spreadsheet computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.scenarios import UNDERLYING, Move, Stress, moves_of
from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.functions.formulas.scenario import is_liquidated
from xlhedge.sheets.computed import TOP, Block
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["FIRST", "LIQUIDATED", "PRICE", "Workings"]

FIRST = 5
"""The row of the first scenario at the top of the sheet; its name stands in column A."""

_COLUMNS = ("price_shock", "basis_shock", "funding_rate", "days")
_MOVES = ("Price move", "Basis move", "Funding rate", "Days", "Liquidated")
_LOOKS = ("percent", "percent", "rate", "days", "ratio")
PRICE, LIQUIDATED = 0, len(_MOVES) - 1
_NEVER = 1e9


@dataclass(frozen=True, slots=True)
class _Terms:
    """A column of the shorts' terms: its title, look, formula of a row, and value of a short."""

    title: str
    look: str
    text: Callable[[int], str]
    value: Callable[[Mapping[str, Any]], Any]


class Workings:
    """The blocks below the scenarios: a column a scenario for holdings, a group of them for shorts.

    Args:
        sheet: where.
        inputs: the input sheets.
        analysis: what to show.
        blocks: the Hedge and the Margin sheet's.
        count: how many scenarios there is room for.
    """

    def __init__(
        self,
        sheet: Sheet,
        inputs: Inputs,
        analysis: Analysis,
        blocks: tuple[Block, Block],
        count: int,
    ) -> None:
        """Lays the blocks out; `write` writes them."""
        self._sheet, self._analysis, self._inputs = sheet, analysis, inputs
        self._hedge, self._margin = blocks
        self._count = count
        self._top = FIRST + count + 4  # two heads above the rows
        self._shorts = self._top + self._hedge.rows + 4
        self._terms = self._columns()
        self._group = 2 + len(self._terms)  # the first column of the first scenario's moves
        self.last = self._group + count * len(_MOVES)
        self._names, self._assets = (inputs.column("Scenarios", n) for n in ("scenario", "asset"))

    def scenario(self, k: int) -> Stress | None:
        """The k-th scenario, if there is one."""
        found = self._analysis.scenarios
        return found[k] if k < len(found) else None

    def write(self) -> None:
        """Write all blocks."""
        self._write_holdings()
        self._write_terms()
        self._write_moves()

    def gains(self, k: int) -> str:
        """The cells of what each holding gains in a scenario."""
        letter = LETTERS[2 + k]
        return f"{letter}{self._top}:{letter}{self._top + self._hedge.rows - 1}"

    def _chosen(self, name: str, column: str, blank: str) -> str:
        """A column of Scenarios where the row is of the scenario, 0 elsewhere."""
        cells = self._inputs.column("Scenarios", column)
        return f'IF({self._names}={name},IF({cells}="",{blank},{cells}),0)'

    def _matching(self, keys: str, values: str) -> str:
        return f"MMULT(--({keys}=TRANSPOSE({self._assets})),{values})"

    def _own(self, keys: str, name: str) -> str:
        return f"{self._matching(keys, f'--({self._names}={name})')}>0"

    def _of_all(self, name: str, column: str, blank: str) -> str:
        """What the row of all underlyings says."""
        chosen = self._chosen(name, column, blank)
        return f'SUM(IF({self._assets}="{UNDERLYING}",{chosen},0))'

    def _write_holdings(self) -> None:
        """Each holding's gain, a column a scenario."""
        sheet, hedge, top = self._sheet, self._hedge, self._top
        sheet.put(top - 3, 1, "Workings: what each holding gains", "section")
        sheet.put(top - 2, 1, "Price move of all underlyings", "cell text")
        sheet.put(top - 1, 1, "Holding", "header text")
        for n in range(hedge.rows):
            asset = hedge.cell("asset", TOP + n)
            known = n < len(self._analysis.hedge)
            value = self._analysis.hedge[n]["asset"] if known else ""
            sheet.put(top + n, 1, value, "cell text", f'IF({asset}="","",{asset})')
        for k in range(self._count):
            self._holding_column(k)

    def _holding_column(self, k: int) -> None:
        sheet, top, at = self._sheet, self._top, 2 + k
        found, letter = self.scenario(k), LETTERS[2 + k]
        name, assets = f"$A${FIRST + k}", f"$A${top}:$A${top + self._hedge.rows - 1}"
        common = self._common(found).price_shock if found else ""
        text = f'IF({name}="","",{self._of_all(name, "price_shock", "NA()")})'
        sheet.array(top - 2, at, [[common]], text, "cell percent")
        sheet.put(top - 1, at, found.name if found else "", "header", f'IF({name}="","",{name})')
        own = self._own(assets, name)
        shock = self._matching(assets, self._chosen(name, "price_shock", "NA()"))
        quantity, price, beta = (
            self._hedge.cells(figure) for figure in ("quantity", "spot_price", "beta")
        )
        call = (
            f"SCENARIO_PNL({quantity},{price},0,IF({own},{shock},{letter}${top - 2}),0,0,0,8,0,"
            f"IF({own},1,{beta}))"
        )
        lines = found.lines if found else ()
        spots = [line["spot"] for line in lines[: len(self._analysis.hedge)]]
        values = [[spot] for spot in spots] + [[""]] * (self._hedge.rows - len(spots))
        text = f'IF({name}="","",IF({assets}="","",{call}))'
        sheet.array(top, at, values, text, "cell money")

    def _common(self, found: Stress) -> Move:
        still = Move(0.0)
        return moves_of(self._analysis.portfolio)[found.name].get(UNDERLYING, still)

    def _columns(self) -> Sequence[_Terms]:
        margin, inputs, portfolio = self._margin, self._inputs, self._analysis.portfolio

        def cell(name: str) -> Callable[[int], str]:
            return lambda n: margin.cell(name, TOP + n)

        def term(name: str) -> Callable[[int], str]:
            place = f"{margin.sheet}!${margin.position}$"
            return lambda n: f"INDEX({inputs.column('Instruments', name)},{place}{TOP + n})"

        def instrument(row: Mapping[str, Any]) -> Any:
            return portfolio.instrument(row["instrument"])

        def fee(n: int) -> str:
            return f"{term('taker_fee')(n)}*(1-{term('fee_discount')(n)})"

        def distance(n: int) -> str:
            buffer, short = cell("liquidation_buffer")(n), cell("short_notional")(n)
            return f"IF(ISNUMBER({buffer}),{buffer},IF({short}<0,-1E9,1E9))"

        def far(row: Mapping[str, Any]) -> float:
            buffer = row["liquidation_buffer"]
            never = -_NEVER if row["short_notional"] < 0 else _NEVER
            return buffer if isinstance(buffer, float) else never

        def equity(n: int) -> str:
            posted, gained = cell("margin")(n), cell("unrealised_pnl")(n)
            return f'IF({posted}="",0,IF({posted}+{gained}>0,{posted}+{gained},0))'

        def left(row: Mapping[str, Any]) -> float:
            return 0.0 if row["margin"] is None else max(0.0, row["margin"] + row["unrealised_pnl"])

        return (
            _Terms("Instrument", "text", cell("instrument"), lambda r: r["instrument"]),
            _Terms("Underlying", "text", term("underlying"), lambda r: instrument(r).underlying),
            _Terms("Inverse", "ratio", lambda n: f'({cell("contract_type")(n)}="inverse")*1',
                   lambda r: float(r["contract_type"] == "inverse")),
            _Terms("Perpetual", "ratio", lambda n: f'({cell("expiry")(n)}="")*1',
                   lambda r: float(r["expiry"] is None)),
            _Terms("Short notional", "money", cell("short_notional"),
                   lambda r: r["short_notional"]),
            _Terms("Coins posted as margin, value", "money", cell("coin_margin"),
                   lambda r: r["coin_margin"]),
            _Terms("Own funding rate", "rate", cell("funding_rate"), lambda r: r["funding_rate"]),
            _Terms("Funding interval, hours", "ratio", cell("interval_hours"),
                   lambda r: r["interval_hours"]),
            _Terms("Fee rate", "rate", fee,
                   lambda r: instrument(r).fee_rate),
            _Terms("Distance to liquidation", "percent", distance, far),
            _Terms("Equity", "money", equity, left),
        )  # fmt: skip

    def _write_terms(self) -> None:
        """The shorts' terms, a row a short."""
        sheet, top = self._sheet, self._shorts
        sheet.put(top - 3, 1, "Workings: how each short moves", "section")
        sheet.put(top - 2, 1, "All underlyings", "cell text")
        sheet.put(top - 1, 1, "Short", "header text")
        for column, terms in enumerate(self._terms, 2):
            sheet.put(top - 1, column, terms.title, "header")
        sheet.height(top - 1, 48)
        for n in range(self._margin.rows):
            known = n < len(self._analysis.margin)
            row = self._analysis.margin[n] if known else {}
            key = self._margin.cell("instrument", TOP + n)
            sheet.put(top + n, 1, float(n + 1) if known else "", "cell ratio",
                      f'IF({key}="","",{n + 1})')  # fmt: skip
            for column, terms in enumerate(self._terms, 2):
                value = terms.value(row) if known else ""
                text = f'IF({key}="","",{terms.text(n)})'
                sheet.put(top + n, column, value, f"cell {terms.look}", text)

    def term(self, title: str) -> str:
        """The cells of one of the shorts' terms."""
        at = 2 + [terms.title for terms in self._terms].index(title)
        return self._span(at)

    def _span(self, column: int) -> str:
        letter = LETTERS[column]
        return f"${letter}${self._shorts}:${letter}${self._shorts + self._margin.rows - 1}"

    def move(self, k: int, n: int) -> str:
        """The column of a scenario's price (0), basis, funding, days or liquidation (4)."""
        return self._span(self._group + k * len(_MOVES) + n)

    def _write_moves(self) -> None:
        """How each short moves, a group of columns a scenario."""
        for k in range(self._count):
            found, name = self.scenario(k), f"$A${FIRST + k}"
            at = self._group + k * len(_MOVES)
            self._sheet.put(self._shorts - 3, at, found.name if found else "", "section",
                            f'IF({name}="","",{name})')  # fmt: skip
            for n, title in enumerate(_MOVES):
                self._sheet.put(self._shorts - 1, at + n, title, "header")
            self._group_of(k, at, name, found)

    def _group_of(self, k: int, at: int, name: str, found: Stress | None) -> None:
        common = self._common(found) if found else None
        keys, live = self.term("Underlying"), f'{self.term("Instrument")}=""'
        own = self._own(keys, name)
        letters = [LETTERS[at + n] for n in range(4)]
        stars = [f"{letter}${self._shorts - 2}" for letter in letters]
        blanks = ("NA()", "0", "0", "0")
        texts = []
        for column, blank, star in zip(_COLUMNS, blanks, stars, strict=True):
            chosen = self._matching(keys, self._chosen(name, column, blank))
            texts.append(f"IF({own},{chosen},{star})")
        rates = self._inputs.column("Scenarios", "funding_rate")
        said = f'({self._names}={name})*({rates}<>"")'
        given = f'IF({own},{self._matching(keys, said)},--({stars[2]}<>""))'
        perpetual = self.term("Perpetual")
        texts[2] = f"IF(({perpetual}=1)*({given}>0),{texts[2]},{self.term('Own funding rate')})"
        price, basis = (Expression(self.move(k, n)) for n in (0, 1))
        short, limit = (
            Expression(self.term(name)) for name in ("Short notional", "Distance to liquidation")
        )
        reached = is_liquidated(short, limit, price + basis)
        texts.append(f"({excel_text(reached)})*1")
        for n, column in enumerate(_COLUMNS):
            text = self._of_all(name, column, blanks[n])
            if column == "funding_rate":
                any_ = f'SUM(({self._assets}="{UNDERLYING}")*{said})'
                text = f'IF({any_}=0,"",{text})'
            value = getattr(common, column) if common else ""
            value = "" if value is None else value
            self._sheet.array(self._shorts - 2, at + n, [[value]], f'IF({name}="","",{text})',
                              f"cell {_LOOKS[n]}")  # fmt: skip
        lines = found.lines[len(self._analysis.hedge) :] if found else ()
        for n, move in enumerate(texts):
            values: list[list[Any]] = [[_shown(line, n)] for line in lines]
            values += [[""]] * (self._margin.rows - len(values))
            text = f'IF({name}="","",IF({live},"",{move}))'
            self._sheet.array(self._shorts, at + n, values, text, f"cell {_LOOKS[n]}")


def _shown(line: Mapping[str, Any], n: int) -> float:
    if n == LIQUIDATED:
        return float(line["liquidated"] is not None)
    value: float = line[_COLUMNS[n]]
    return value
