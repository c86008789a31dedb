"""BingX: linear and inverse perpetuals."""

from __future__ import annotations

from typing import ClassVar

from xlhedge.market.faults import VenueError
from xlhedge.market.listed import Listed
from xlhedge.market.quotes import Quote, Step, number, steps_of
from xlhedge.market.venue import Venue

__all__ = ["BingX"]


class BingX(Venue):
    """ccxt leaves its fees and leverage where they are, and trips over its tiers."""

    fee_names: ClassVar[tuple[str, str]] = ("takerFeeRate", "makerFeeRate")
    bars_at_once: ClassVar[int] = 1000
    settlements_at_once: ClassVar[int] = 1000

    def leverage(self, one: Listed) -> float | None:
        """What it allows a short."""
        return number(one.info.get("maxShortLeverage"))

    def tiers(self, one: Listed, quote: Quote) -> list[Step]:
        """Tiers, for a key; some have no name, which ccxt takes for granted."""
        if not self.client.exchange.apiKey:
            raise VenueError(f"{self.name}: tells its tiers to a key only; type mm_rate")
        if one.contract.contract_type == "inverse":
            raise VenueError(f"{self.name}: tells no tiers of inverse contracts; type mm_rate")
        answer = self.client.ask("swapV1PrivateGetMaintMarginRatio", {"symbol": one.market["id"]})
        return steps_of(
            {"minNotional": row.get("minPositionVal"),
             "maintenanceMarginRate": row.get("maintMarginRatio")}
            for row in answer.get("data") or ()
        )  # fmt: skip
