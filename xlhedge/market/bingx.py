"""BingX: linear and inverse perpetuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from xlhedge.errors import NotTold
from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep, steps_of, told_number
from xlhedge.market.venue import Venue

__all__ = ["BingX"]


class BingX(Venue):
    """ccxt leaves its fees and leverage where they are, and trips over its tiers."""

    tells: ClassVar[Mapping[str, Sequence[str]]] = {
        "linear": ("min_notional", "max_leverage"),
        "inverse": ("min_notional",),
    }
    fee_names: ClassVar[tuple[str, str]] = ("takerFeeRate", "makerFeeRate")
    tiers_by_key: ClassVar[bool] = True
    bars_at_once: ClassVar[int] = 1000
    settlements_at_once: ClassVar[int] = 1000

    def documented(self, one: ListedContract) -> Mapping[str, Any]:
        """Orders of inverse contracts are whole ones."""
        return {"qty_step": 1.0} if one.contract.contract_type == "inverse" else {}

    def leverage(self, one: ListedContract) -> float | None:
        """What it allows a short."""
        return told_number(one.info.get("maxShortLeverage"))

    def hours(self, one: ListedContract, quote: Quote) -> float | None:
        """As told; of inverse contracts no settlements are told that it could be measured by."""
        inverse = one.contract.contract_type == "inverse"
        return quote.hours if inverse else super().hours(one, quote)

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """Tiers, for a key; some have no name, which ccxt takes for granted."""
        if not self.client.exchange.apiKey:
            raise NotTold(
                f"{self.name}: tells its tiers to a key only: no tiers, liquidation by mm_rate"
            )
        if one.contract.contract_type == "inverse":
            raise NotTold(
                f"{self.name}: tells no tiers of inverse contracts: liquidation by mm_rate"
            )
        answer = self.client.ask("swapV1PrivateGetMaintMarginRatio", {"symbol": one.market["id"]})
        return steps_of(
            {"minNotional": row.get("minPositionVal"),
             "maintenanceMarginRate": row.get("maintMarginRatio")}
            for row in answer.get("data") or ()
        )  # fmt: skip
