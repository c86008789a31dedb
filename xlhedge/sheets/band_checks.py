"""What the template's first sheet asks by the bands of plausibility; see `live_checks`."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis.hedge import HedgeRow
from xlhedge.functions.algebra import Carrier, Expression, where
from xlhedge.portfolio import Portfolio
from xlhedge.portfolio.bands import BANDS, Band, BandCells
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import Tables
from xlhedge.sheets.wrong_cells import Check, WrongCells

__all__ = ["band_questions"]


class _Columns(BandCells):
    """The cells of all rows of a table at once, as a band looks at them."""

    def __init__(self, table: str, inputs: Inputs, tables: Tables) -> None:
        super().__init__(table)
        self._inputs, self._tables = inputs, tables

    def own(self, column: str) -> Expression:
        if self.table == "Settings":
            return self.setting(column)
        return Expression(self._inputs.column(self.table, column))

    def term(self, column: str) -> Carrier:
        found = self._found(self._instruments, f"({self._input(column)}+0)")
        return where(found == 0, "", found)

    def setting(self, name: str) -> Expression:
        return Expression(self._inputs.setting(name))

    def inverse(self) -> Expression:
        kinds = self._input("contract_type")
        return self._found(self._instruments, f'--({kinds}="inverse")') > 0

    def spot(self) -> Carrier:
        assets, prices = (self._inputs.column("Holdings", x) for x in ("asset", "spot_price"))
        same = f"--({self._input('underlying')}=TRANSPOSE({assets}))"
        count = self._found(same, f"ROW({assets})^0")
        quote = Expression(self._input("quote"))
        other = (quote != "") & (quote != self.setting("quote_currency"))
        return where((count == 0) | other, "", self._found(same, f"({prices}+0)") / count)

    def underlying(self) -> Expression:
        return Expression(self._tables[HedgeRow].column(HedgeRow.underlying))

    def exposed(self) -> Expression:
        """Of each instrument first: a look-up in an array gives numbers, not names."""
        quantity, price, beta = (
            Expression(self._inputs.column("Holdings", each))
            for each in ("quantity", "spot_price", "beta")
        )
        worth = (quantity + 0) * price * where(beta == "", 1, beta)
        same = f"--({self._input('underlying')}=TRANSPOSE({self.underlying().text}))"
        return self._found(self._instruments, self._found(same, worth.text).text)

    @property
    def _instruments(self) -> str:
        return f"--({self.own('instrument').text}=TRANSPOSE({self._input('instrument')}))"

    def _input(self, column: str) -> str:
        return self._inputs.column("Instruments", column)

    @staticmethod
    def _found(same: str, numbers: str) -> Expression:
        """The sum of numbers over the rows that are the same."""
        return Expression(f"MMULT({same},{numbers})")


def band_questions(inputs: Inputs, tables: Tables, portfolio: Portfolio) -> Iterator[Check]:
    """A check for each title: several columns may hold one quantity.

    Args:
        inputs: where the inputs stand.
        tables: the computed tables, which know what a holding moves with.
        portfolio: what the inputs are.
    """
    titles: dict[str, list[Band]] = {}
    for band in BANDS:
        titles.setdefault(band.title, []).append(band)
    for title, bands in titles.items():
        columns = ", ".join(f"{band.table} {band.column}" for band in bands)
        parts = [
            WrongCells(
                inputs.typed(band.column)
                if band.table == "Settings"
                else inputs.column(band.table, band.column),
                band.beyond(_Columns(band.table, inputs, tables)).text,
                [each.row for each in portfolio.beyond_bands if each.band is band],
            )
            for band in bands
        ]
        yield Check(title, f"{columns}: {bands[0].remedy}", parts)
