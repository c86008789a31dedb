"""What it costs if a stablecoin loses its peg: shorts and the money behind them are counted in it.

In the coin that falls, all prices rise. A short of it loses what the coins gain, and may be
liquidated; its margin is worth less. The coins held are worth in dollars what they were.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlhedge.analysis.account_lines import AccountTerms
from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.cross import maintenance_after
from xlhedge.analysis.figures import BLANK, finite
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import said_of, told_of
from xlhedge.analysis.scenario_lines import ShortTerms, is_unknown
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

    A short that is not liquidated loses a tenth of its value, and its margin a tenth of its own, as
    does money in wallets; one that is loses all of its equity, and a wallet all that is in it.
    Inverse contracts are of dollars and coins.
    """
    own = numbers.portfolio.settings.quote_currency
    quotes = [own, *(_quote(row) for row in numbers.rows(ShortTerms))]
    names = [each for each in dict.fromkeys(quotes) if each in DOLLARS[1:]]
    return tuple(_Fall(numbers, each).told() for each in names)


def _quote(row: ShortTerms) -> str:
    """The money that a short is margined in; nothing of one that is margined in coins."""
    portfolio = row.f.portfolio
    own: str = portfolio.instrument(row.instrument).quote or portfolio.settings.quote_currency
    return "" if row.contract_type == "inverse" else own


class _Fall:
    """One stablecoin's fall, added up."""

    def __init__(self, numbers: Numbers, currency: str) -> None:
        self._numbers, self._currency = numbers, currency
        self._lost, self._liquidated, self._unknown = 0.0, dict[str, None](), dict[str, None]()

    def told(self) -> Depeg:
        numbers, currency = self._numbers, self._currency
        held = (row.spot_notional for row in numbers.rows(HedgeRow) if row.asset == currency)
        self._lost += _LOST * sum(held, 0.0)
        for row in numbers.rows(ShortTerms):
            if row.wallet == BLANK and _quote(row) == currency:
                self._isolated(row)
        posted: dict[str, float] = {}
        for row in numbers.rows(AccountRow):
            if row.collateral == currency:
                posted[row.account] = posted.get(row.account, 0.0) + row.value
        for account in numbers.rows(AccountTerms):
            if account.shared and account.margin_coin == BLANK:
                self._wallet(account, posted.pop(account.account, 0.0))
        self._lost += _LOST * sum(posted.values())
        return Depeg(
            currency,
            finite(self._lost, f"the loss if {currency} fell"),
            tuple(self._liquidated),
            tuple(self._unknown),
        )

    def _isolated(self, row: ShortTerms) -> None:
        if is_liquidated(row.short_notional, row.distance, _RISE):
            self._liquidated[row.instrument] = None
            self._lost += row.equity
            return
        if is_unknown(row, _RISE, 0):
            self._unknown[row.instrument] = None
        self._lost += _LOST * (row.short_notional + row.equity)

    def _wallet(self, account: AccountTerms, posted: float) -> None:
        """Positions are worth in dollars what they were; their tiers are of that coin."""
        f, lost, need = self._numbers, _LOST * posted, 0.0
        for row in f.rows(ShortTerms):
            if row.wallet != account.n + 1:
                continue
            cross, falls = f.beside(row, CrossRow), _quote(row) == self._currency
            lost += _LOST * (row.short_notional + cross.unrealised) * falls
            if account.known:
                need += maintenance_after(cross, f, _RISE) * FALLEN if falls else cross.maintenance
        name = f"account {account.account}"
        if account.known and account.equity - lost <= need:
            self._liquidated[name] = None
            lost = account.equity
        elif not account.known and lost > 0:
            self._unknown[name] = None
        self._lost += lost
