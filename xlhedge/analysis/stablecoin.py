"""What it costs if a stablecoin loses its peg: shorts and the money behind them are counted in it.

In the coin that falls, all prices rise. A short of it loses what the coins gain, and may be
liquidated; its margin is worth less. The coins held are worth in dollars what they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlhedge.analysis.figures import finite
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import said_of, told_of
from xlhedge.analysis.scenarios import ShortTerms, is_unknown
from xlhedge.analysis.values import Numbers
from xlhedge.functions.formulas.scenario import is_liquidated
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["FALLEN", "Depeg", "depegs"]

FALLEN = 0.9
"""What the coin is worth then, in dollars."""

_LOST = 1 - FALLEN
_RISE = 1 / FALLEN - 1
"""How far all prices in it rise by that."""


@dataclass(frozen=True, slots=True)
class Depeg:
    """A stablecoin's fall to `FALLEN` dollars, other prices in dollars unchanged.

    Args:
        currency: the coin.
        loss: what it costs, in the portfolio's quote as it is worth today.
        liquidated: instruments whose shorts the rise of prices in it liquidates.
        unknown: instruments whose shorts it moves against, and nobody knows how far they can go.
    """

    currency: str
    loss: float
    liquidated: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def liquidation(self) -> str:
        """What is said beside the loss."""
        word: str = said_of(bool(self.liquidated), bool(self.unknown))
        return word

    @property
    def told(self) -> str:
        """What happens to which shorts, in words."""
        return told_of(self.liquidated, self.unknown)


def depegs(numbers: Numbers) -> tuple[Depeg, ...]:
    """The fall of each stablecoin that the portfolio or one of its shorts is quoted in.

    A short that is not liquidated loses a tenth of its value, and its margin a tenth of its own;
    one that is loses all of its equity. Inverse contracts are of dollars and coins.
    """
    quotes = [numbers.portfolio.settings.quote_currency, *(q for _, q in _quoted(numbers))]
    return tuple(_depeg(numbers, each) for each in dict.fromkeys(quotes) if each in DOLLARS[1:])


def _quoted(numbers: Numbers) -> Iterator[tuple[ShortTerms, str]]:
    """The shorts that are margined in money, and in which."""
    own = numbers.portfolio.settings.quote_currency
    for row in numbers.rows(ShortTerms):
        if row.contract_type != "inverse":
            yield row, numbers.portfolio.instrument(row.instrument).quote or own


def _depeg(numbers: Numbers, currency: str) -> Depeg:
    held = sum(row.spot_notional for row in numbers.rows(HedgeRow) if row.asset == currency)
    loss = _LOST * held
    liquidated, unknown = [], []
    for row in (row for row, quote in _quoted(numbers) if quote == currency):
        if is_liquidated(row.short_notional, row.distance, _RISE):
            liquidated.append(row.instrument)
            loss += row.equity
            continue
        if is_unknown(row, _RISE, 0):
            unknown.append(row.instrument)
        loss += _LOST * (row.short_notional + row.equity)
    return Depeg(
        currency,
        finite(loss, f"the loss if {currency} fell"),
        tuple(dict.fromkeys(liquidated)),
        tuple(dict.fromkeys(unknown)),
    )
