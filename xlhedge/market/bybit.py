"""Bybit: linear and inverse contracts, perpetual and dated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep, told_number
from xlhedge.market.venue import Venue

__all__ = ["Bybit"]

_INVERSE = 1.0
"""Dollars that an inverse contract is; ccxt takes the smallest order for it."""


class Bybit(Venue):
    """Its tiers come in pages, and are shares or percent."""

    tells: ClassVar[Mapping[str, Sequence[str]]] = {
        "linear": ("min_notional", "max_leverage"),
        "inverse": ("max_leverage",),
    }
    options: ClassVar[Mapping[str, Any]] = {"fetchMarkets": {"types": ["linear", "inverse"]}}
    spot_options: ClassVar[Mapping[str, Any]] = {
        "fetchMarkets": {"types": ["spot", "linear", "inverse"]}
    }
    bars_at_once: ClassVar[int] = 1000
    settlements_at_once: ClassVar[int] = 200

    def contract_size(self, one: ListedContract) -> float | None:
        """One coin, or one dollar."""
        return _INVERSE if one.contract.contract_type == "inverse" else super().contract_size(one)

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """A tier begins where the one before it ends."""
        found, floor = [], 0.0
        for row in sorted(
            self._limits(one), key=lambda row: told_number(row.get("riskLimitValue")) or 0
        ):
            rate, most = (
                told_number(row.get(name)) for name in ("maintenanceMargin", "riskLimitValue")
            )
            initial, leverage = (
                told_number(row.get(name)) for name in ("initialMargin", "maxLeverage")
            )
            if rate is None or most is None:
                return []
            # Its own example has 0.5 for 0.5 %: the highest leverage is one over the initial share.
            percent = initial is not None and leverage is not None and initial * leverage > 10
            found.append(TierStep(floor, rate / 100 if percent else rate, leverage))
            floor = most
        return found

    def _limits(self, one: ListedContract) -> Iterator[Mapping[str, Any]]:
        asked = {"category": one.contract.contract_type, "symbol": one.market["id"]}
        while True:
            answer = self.client.ask("publicGetV5MarketRiskLimit", asked)
            result = answer.get("result") or {}
            yield from result.get("list") or ()
            cursor = result.get("nextPageCursor")
            if not cursor or cursor == asked.get("cursor"):
                return
            asked = {**asked, "cursor": cursor}
