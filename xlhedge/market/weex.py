"""WEEX: linear perpetuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from xlhedge.errors import NotTold
from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep
from xlhedge.market.venue import Venue

__all__ = ["Weex"]

_HISTORICAL = {"historical": True}
"""The end point that knows older bars."""


class Weex(Venue):
    """ccxt takes its step for the contract's size, and now for the time of settlement."""

    tells: ClassVar[Mapping[str, Sequence[str]]] = {"linear": ("max_leverage",)}
    fee_names: ClassVar[tuple[str, str]] = ("takerFeeRate", "makerFeeRate")
    bars_at_once: ClassVar[int] = 100

    def contract_size(self, one: ListedContract) -> float | None:
        """One coin: quantities are coins, and `contractVal` is the step between them."""
        return 1.0 if one.contract.contract_type == "linear" else None

    def rates(self, turned: str) -> Mapping[str, Any]:
        """Rates with the time of the next settlement only: the other one is that of the answer."""
        rates = super().rates(turned)
        return {symbol: {**rate, "fundingTimestamp": None} for symbol, rate in rates.items()}

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """None: there is no such question."""
        raise NotTold(f"{self.name}: has no tiers to tell: liquidation by mm_rate; type it")

    def bars(
        self, symbol: str, hours: int, since: float, until: float, more: Mapping[str, Any] = {}
    ) -> list[Sequence[Any]]:
        """Bars of a contract; those of pairs reach back for a few hours only."""
        return super().bars(symbol, hours, since, until, {**_HISTORICAL, **more})

    def coin_bars(
        self, one: ListedContract, hours: int, since: float, until: float
    ) -> list[Sequence[Any]]:
        """Bars of the index."""
        return self.index_bars(one, hours, since, until)
