"""The template's Stress sheet: what each scenario does, leg by leg, and the workings below.

Cells follow the Scenarios sheet: each scenario's name, in the order in which they first appear.
"""

from __future__ import annotations

from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.scenarios import ShortTerms, Stress
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.sheets.context import NOTHING, Headline, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.stress_workings import FIRST, LIQUIDATED, PRICE, Workings
from xlhedge.sheets.style import widen
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["capacity", "worst", "write_stress"]

_HEAD = FIRST - 1
_NET = LETTERS[1 + len(LEGS)]
_SAVED, _LOST, _AT = len(LEGS) + 2, len(LEGS) + 3, len(LEGS) + 4
_FEWEST = 12


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
    sheet.prints(area=f"A1:{LETTERS[_LOST]}{summary.end}")


def worst(of: TemplateContext) -> Headline:
    """The scenario that loses most, for Start."""
    nets = f"Stress!${_NET}${FIRST}:${_NET}${FIRST + capacity(of.analysis) - 1}"
    return Headline(
        "Worst scenario",
        f'IF(COUNT({nets})=0,"{NOTHING}",MIN({nets}))',
        min((found.legs["net"] for found in of.analysis.scenarios), default=None),
        "total money",
        "",
        "Profit or loss in the worst of your scenarios, liquidation and fees included.",
        "Stress",
    )


class _Summary:
    def __init__(self, sheet: Sheet, inputs: Inputs, analysis: Analysis, work: Workings) -> None:
        self._sheet, self._analysis, self._work = sheet, analysis, work
        self._count = capacity(analysis)
        self.end = FIRST + self._count
        self._names = inputs.column("Scenarios", "scenario")

    def write(self) -> None:
        sheet = self._sheet
        titles = ("Scenario", *(leg.capitalize() for leg in LEGS), "Saved by the hedge",
                  "Shorts liquidated", "First row in Scenarios")  # fmt: skip
        for column, title in enumerate(titles, 1):
            sheet.put(_HEAD, column, title, "header" if column > 1 else "header text")
        sheet.height(_HEAD, 32)
        first: dict[str, int] = {}
        for n, row in enumerate(self._analysis.portfolio.scenarios, 1):
            first.setdefault(row.scenario, n)
        for k in range(self._count):
            found = self._work.scenario(k)
            self._summarise(k, found, first[found.name] if found else "")
        lost = f"{LETTERS[_LOST]}{FIRST}:{LETTERS[_LOST]}{self.end - 1}"
        sheet.mark(lost, f"N({lost.partition(':')[0]})>0", "alert")
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
        sheet.array(at, _AT, [[first]], f'IF({position}>=1E6,"",{position})', "cell ratio")
        text = f'IF({place}="","",INDEX({self._names},{place}))'
        sheet.put(at, 1, found.name if found else "", "cell text", text)
        legs = [found.legs[leg] for leg in LEGS] if found else [""] * len(LEGS)
        looks = [*["cell money"] * (len(LEGS) - 1), "total money"]
        sheet.array(at, 2, [legs], f'IF({name}="","",{self._legs(k)})', looks)
        net, spot = f"${_NET}{at}", f"$B{at}"
        saved = found.legs["net"] - found.legs["spot"] if found else ""
        sheet.put(at, _SAVED, saved, "cell money", f'IF({name}="","",{net}-{spot})')
        lost = sum(bool(line.liquidated) for line in found.lines) if found else ""
        text = f'IF({name}="","",SUM({self._work.move(k, LIQUIDATED)}))'
        sheet.put(at, _LOST, lost, "cell whole", text)

    def _legs(self, k: int) -> str:
        """Six cells: the shorts' legs, each row of one short, added up; the coins' are spot."""
        live = f'{self._work.term(ShortTerms.instrument)}<>""'

        def masked(cells: str, otherwise: str = "0") -> str:
            return f"IF({live},{cells},{otherwise})"

        price, basis, rate, days = (masked(self._work.move(k, n)) for n in range(LIQUIDATED))
        inverse, coins = (
            self._work.term(ShortTerms.inverse),
            self._work.term(ShortTerms.coin_margin),
        )
        lost = f"{coins}*(1+{self._work.move(k, PRICE)})"
        equity = f"IF({live},IF({inverse}=1,{lost},{self._work.term(ShortTerms.equity)}),0)"
        call = (
            f"SCENARIO_ATTRIBUTION(0,1,{masked(self._work.term(ShortTerms.short_notional))},{price},{basis},"
            f"{rate},{days},{masked(self._work.term(ShortTerms.interval_hours), '8')},"
            f"{masked(self._work.term(ShortTerms.fee_rate))},1,"
            f"{masked(self._work.term(ShortTerms.distance), '1E9')},{equity})"
        )
        own = f"SUM({self._work.gains(k)})+SUMPRODUCT({coins},{self._work.move(k, PRICE)})"
        return f"MMULT(TRANSPOSE(--({live})),{call})+{{1,0,0,0,0,1}}*({own})"
