"""The template's Stress sheet: what each scenario does, leg by leg, and the workings below.

Cells follow the Scenarios sheet: each scenario's name, in the order in which they first appear.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.grid_shorts import price_move
from xlhedge.analysis.liquidation import LIQUIDATED, UNKNOWN, said_of
from xlhedge.analysis.scenario_lines import ShortTerms, distance_of, expires, is_unknown
from xlhedge.analysis.scenarios import Stress
from xlhedge.functions.algebra import Carrier, Expression, excel_text
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.attribution import CHART_ROWS, attribution_chart
from xlhedge.sheets.context import NOTHING, Headline, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.stress_rows import FIRST
from xlhedge.sheets.stress_workings import Workings
from xlhedge.sheets.style import widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["capacity", "stress_columns", "worst", "write_stress"]

_HEAD = FIRST - 1
_NET = LETTERS[1 + len(LEGS)]
_WORD, _SAVED, _LOST, _UNKNOWN, _EXPIRING, _NOTE, _AT = range(len(LEGS) + 2, len(LEGS) + 9)
_TITLES = {
    _WORD: "Liquidation",
    _SAVED: "Saved by the hedge",
    _LOST: "Liquidated: shorts, accounts",
    _UNKNOWN: "Unknown: shorts, accounts",
    _EXPIRING: "Shorts that expire within it",
    _NOTE: "What happens",
    _AT: "First row in Scenarios",
}
_WORDS = (1, _WORD, _NOTE)
_AFTER = "after their expiry nothing hedges"
_FEWEST = 12
_CHART = (10.3, 26.0)
"""The height and width of the chart, in centimetres."""


def capacity(analysis: Analysis) -> int:
    """How many scenarios the sheet has rows for."""
    return max(_FEWEST, len(analysis.scenarios) + 2)


def write_stress(sheet: Sheet, of: TemplateContext) -> None:
    """Write the sheet."""
    inputs, analysis = of.inputs, of.analysis
    work = Workings(sheet, inputs, analysis, of.tables, capacity(analysis))
    summary = _Summary(sheet, inputs, analysis, work)
    summary.write()
    work.write()
    widen(sheet, {"A": 32} | {LETTERS[n]: 15.0 for n in range(2, work.last + 1)})
    # All rows: a chart's range does not follow what is typed.
    if analysis.scenarios:
        chart = attribution_chart(sheet, analysis, capacity(analysis))
        sheet.chart(chart.sized(*_CHART), f"B{summary.end + 2}")
    sheet.prints(area=f"A1:{LETTERS[_NOTE]}{summary.end + CHART_ROWS}")


def stress_columns(analysis: Analysis) -> list[str]:
    """Names, nets, and what is said of liquidation, as other sheets refer to them."""
    last = FIRST + capacity(analysis) - 1
    return [f"Stress!${x}${FIRST}:${x}${last}" for x in ("A", _NET, LETTERS[_WORD])]


def worst(of: TemplateContext) -> Headline:
    """The scenario that loses most, for Start."""
    _, nets, words = stress_columns(of.analysis)
    found = of.analysis.worst
    return Headline(
        "Worst scenario",
        f'IF(COUNT({nets})=0,"{NOTHING}",MIN({nets}))',
        found.legs.net if found else None,
        "total money",
        "",
        "Profit or loss in the worst of your scenarios, closing fees included.",
        "Stress",
        f'IFERROR(INDEX({words},MATCH(MIN({nets}),{nets},0)),"")',
        found.liquidation if found else "",
    )


class _Summary:
    def __init__(self, sheet: Sheet, inputs: Inputs, analysis: Analysis, work: Workings) -> None:
        self._sheet, self._analysis, self._work = sheet, analysis, work
        self._count = capacity(analysis)
        self.end = FIRST + self._count
        self._names = inputs.column("Scenarios", "scenario")

    def write(self) -> None:
        sheet = self._sheet
        titles = {1: "Scenario"} | dict(enumerate(map(str.capitalize, LEGS), 2)) | _TITLES
        for column, title in titles.items():
            sheet.put(_HEAD, column, title, "header text" if column in _WORDS else "header")
        sheet.height(_HEAD, 32)
        first: dict[str, int] = {}
        for n, row in enumerate(self._analysis.portfolio.scenarios, 1):
            first.setdefault(row.scenario, n)
        for k in range(self._count):
            found = self._work.scenario(k)
            self._summarise(k, found, first[found.name] if found else "")
        marked = f"{_NET}{FIRST}:{LETTERS[_WORD]}{self.end - 1}"
        sheet.mark(marked, f'${LETTERS[_WORD]}{FIRST}="{LIQUIDATED}"', "alert")
        left = self._position(self.end)
        sheet.put(self.end, 1, "Scenarios without a row here", "note")
        more = f'IF({left}>=1E6,"none","some: name fewer")'
        sheet.array(self.end, 2, [["none"]], more, "note")

    def _position(self, at: int) -> str:
        """Where the first scenario stands that no row above has; 1E6 or more if there is none."""
        above = f"$A${_HEAD - 1}:$A{at - 1}"  # begins with a blank cell: one row is a matrix, too
        seen = f"MMULT(--({self._names}=TRANSPOSE({above})),ROW({above})^0)"
        rows = f"ROW({self._names})-ROW({self._names.split(':')[0]})+1"
        return f'MIN(IF(({self._names}<>"")*({seen}=0),{rows},1E6))'

    def _summarise(self, k: int, found: Stress | None, first: Any) -> None:
        sheet, at = self._sheet, FIRST + k
        name = f"$A{at}"
        place = f"${LETTERS[_AT]}{at}"
        position = self._position(at)
        sheet.array(at, _AT, [[first]], f'IF({position}>=1E6,"",{position})', "cell whole")
        text = f'IF({place}="","",INDEX({self._names},{place}))'
        sheet.put(at, 1, found.name if found else "", "cell text", text)
        legs = list(found.legs) if found else [""] * len(LEGS)
        looks = [*["cell money"] * (len(LEGS) - 1), "total money"]
        sheet.array(at, 2, [legs], f'IF({name}="","",{self._legs(k)})', looks)
        saved = found.legs.net - found.legs.spot if found else ""
        sheet.put(at, _SAVED, saved, "cell money", f'IF({name}="","",${_NET}{at}-$B{at})')
        fallen, unsure = (self._work.accounts.column(k, name) for name in ("fallen", "unsure"))
        for column, counted, count in (
            (_LOST, f"SUM({self._work.move(k, 'liquidated')})+SUM({fallen})",
             self._count_of(found, LIQUIDATED)),
            (_UNKNOWN, f"{self._unknown(k)}+SUM({unsure})", self._count_of(found, UNKNOWN)),
            (_EXPIRING, self._expiring(k),
             sum(bool(line.expires) for line in found.lines) if found else 0),
        ):  # fmt: skip
            shown = count if found else ""
            sheet.array(at, column, [[shown]], f'IF({name}="","",{counted})', "cell whole")
        lost, unknown, expiring = (
            Expression(f"N(${LETTERS[column]}{at})") for column in (_LOST, _UNKNOWN, _EXPIRING)
        )
        word = found.liquidation if found else ""
        sheet.put(at, _WORD, word, "cell text", excel_text(said_of(lost > 0, unknown > 0)))
        note = _AFTER if found and found.expiring else ""
        sheet.put(at, _NOTE, note, "cell text", f'IF({expiring.text}>0,"{_AFTER}","")')

    def _count_of(self, found: Stress | None, word: str) -> int:
        """Of how many shorts with their own margin, and of how many wallets, that is said."""
        if not found:
            return 0
        shorts = found.lines[len(self._analysis.hedge) :]
        own = zip(found.wallets.positions, shorts, strict=False)
        alone = [line for cross, line in own if cross is None and line.liquidation == word]
        return len(alone) + [wallet.word for wallet in found.wallets.rows].count(word)

    def _of(self, cells: str, otherwise: str = "0") -> str:
        """Cells of the shorts, and what stands for those of the rows without one."""
        return f'IF({self._work.term(ShortTerms.instrument)}<>"",{cells},{otherwise})'

    def _term(self, figure: Figure, otherwise: str = "0") -> Expression:
        return Expression(self._of(self._work.term(figure), otherwise))

    def _move(self, k: int, name: str) -> Expression:
        return Expression(self._of(self._work.move(k, name)))

    def _unknown(self, k: int) -> str:
        """How many shorts may be liquidated, for all that is known."""
        future, spike = (self._move(k, name) for name in ("future", "spike"))
        row: Any = SimpleNamespace(
            unsure=self._term(ShortTerms.unsure),
            short_notional=self._term(ShortTerms.short_notional),
        )
        return f"SUM({excel_text(is_unknown(row, future, spike))})"

    def _expiring(self, k: int) -> str:
        """How many shorts' instruments expire."""
        days, left = self._move(k, "days"), self._term(ShortTerms.days_to_expiry, "1E9")
        return f"SUM(--({excel_text(expires(days, left))}))"

    def _legs(self, k: int) -> str:
        """Six cells: the shorts' legs, each row of one short, added up; the coins' are spot."""
        work = self._work
        kind = self._term(ShortTerms.contract_type, '"linear"')
        arguments: list[Carrier] = [
            0,
            1,
            self._term(ShortTerms.short_notional),
            price_move(self._move(k, "price_shock"), kind),
            self._move(k, "basis_shock"),
            self._move(k, "funding_rate"),
            self._move(k, "days"),
            self._term(ShortTerms.interval_hours, "8"),
            self._term(ShortTerms.fee_rate),
            1,
            self._distance(k),
            self._term(ShortTerms.equity),
            kind,
            self._move(k, "spike"),
            "close",
        ]
        call = f"SCENARIO_ATTRIBUTION({','.join(map(excel_text, arguments))})"
        live = f'--({work.term(ShortTerms.instrument)}<>"")'
        coins, price = work.term(ShortTerms.coin_margin), work.move(k, "price_shock")
        spot, lost = (work.accounts.column(k, name) for name in ("spot", "lost"))
        own = f"SUM({work.gains(k)})+SUMPRODUCT({coins},{price})+SUM({spot})"
        return (
            f"MMULT(TRANSPOSE({live}),{call})+{{1,0,0,0,0,1}}*({own})-{{0,1,0,0,0,1}}*SUM({lost})"
        )

    def _distance(self, k: int) -> Expression:
        """How far the liquidation of each short is; of one whose wallet falls it is here."""
        row: Any = SimpleNamespace(
            short_notional=Expression(self._work.term(ShortTerms.short_notional)),
            distance=Expression(self._work.term(ShortTerms.distance)),
        )
        fallen = Expression(self._work.move(k, "fallen")) == 1
        return Expression(self._of(excel_text(distance_of(row, fallen)), "1E9"))
