"""Binance: USDⓈ-M and COIN-M contracts, perpetual and dated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from xlhedge.errors import NotTold
from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep, steps_of, told_number
from xlhedge.market.venue import Venue

__all__ = ["Binance"]


class Binance(Venue):
    """Its intervals stand apart from its rates, and its tiers are told to keys only."""

    tells: ClassVar[Mapping[str, Sequence[str]]] = {"linear": ("min_notional",)}
    options: ClassVar[Mapping[str, Any]] = {"fetchMarkets": {"types": ["linear", "inverse"]}}
    spot_options: ClassVar[Mapping[str, Any]] = {
        "fetchMarkets": {"types": ["spot", "linear", "inverse"]}
    }
    tiers_by_key: ClassVar[bool] = True
    bars_at_once: ClassVar[int] = 1000
    settlements_at_once: ClassVar[int] = 1000

    def contract_size(self, one: ListedContract) -> float | None:
        """Of a COIN-M contract what it says; ccxt takes 1 where it says none, not 100 dollars."""
        if one.contract.contract_type == "inverse":
            return told_number(one.info.get("contractSize"))
        return super().contract_size(one)

    def rates(self, turned: str) -> Mapping[str, Any]:
        """Rates with intervals: those of its list that was adjusted; the others have none here."""
        rates: dict[str, Any] = dict(super().rates(turned))
        what, asked = f"its list of intervals of {turned} contracts", {"subType": turned}
        intervals = self.tried(what, self.client.ask, "fetch_funding_intervals", None, asked)
        for symbol, row in (intervals or {}).items():
            if symbol in rates:
                rates[symbol] = {**rates[symbol], "interval": row.get("interval")}
        return rates

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """Tiers of all its contracts in one answer, for a key."""
        if not self.client.exchange.apiKey:
            raise NotTold(
                f"{self.name}: tells its tiers to a key only: no tiers, liquidation by mm_rate"
            )
        turned = one.contract.contract_type
        if turned not in self._tiers:
            self._tiers[turned] = self.client.ask("fetch_leverage_tiers", None, {"subType": turned})
        found = self._tiers[turned].get(one.symbol, [])
        return steps_of([_with_floor(tier) for tier in found])

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tiers: dict[str, Mapping[str, Any]] = {}


def _with_floor(tier: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tier with its floor, which COIN-M's documentation spells with a letter too many."""
    floor = tier.get("minNotional")
    return tier if floor is not None else {**tier, "minNotional": tier["info"].get("qtylFloor")}
