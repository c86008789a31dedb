"""MEXC: linear and inverse perpetuals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep, of_rate, price, told_number
from xlhedge.market.venue import Venue

__all__ = ["Mexc"]

_PAGE = 100
"""Settlements on a page."""


class Mexc(Venue):
    """ccxt leaves out its fair price, asks for one rate at a time, and takes contracts for USDT."""

    tells: ClassVar[Mapping[str, Sequence[str]]] = {
        "linear": ("max_leverage",),
        "inverse": ("max_leverage",),
    }
    fee_names: ClassVar[tuple[str, str]] = ("takerFeeRate", "makerFeeRate")

    def documented(self, one: ListedContract) -> Mapping[str, Any]:
        """Maintenance margin is frozen at the entry price."""
        return {"mm_basis": "entry"}

    def quotes(self, listed: Sequence[ListedContract]) -> dict[str, Quote]:
        """All prices in one answer, all intervals in another."""
        symbols = {one.market["id"]: one.symbol for one in listed}
        found = {one.symbol: Quote() for one in listed}
        tickers = self.tried("prices", self.client.ask, "contractPublicGetTicker")
        for row in _rows(tickers):
            if symbol := symbols.get(row.get("symbol")):
                found[symbol] = Quote(
                    mark=price(row.get("fairPrice")),
                    last=price(row.get("lastPrice")),
                    index=price(row.get("indexPrice")),
                    time=told_number(row.get("timestamp")),
                )
        of_all = ("request", "funding_rate", ["contract", "public"])
        rates = self.tried("its list of funding rates", self.client.ask, *of_all)
        for row in _rows(rates):
            if symbol := symbols.get(row.get("symbol")):
                rate = self.client.exchange.parse_funding_rate(row)
                found[symbol] |= of_rate(rate)
        for symbol, quote in found.items():
            if quote.funding is None:  # not in the list
                asked = ("fetch_funding_rate", symbol)
                rate = self.tried(f"funding of {symbol}", self.client.ask, *asked)
                found[symbol] |= of_rate(rate or {})
        return found

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """Tiers, whose bounds are contracts: a value takes their size, and a price."""
        size, mark = self.contract_size(one), quote.mark or quote.last
        if size is None or mark is None:
            return []
        worth = size * mark if one.contract.contract_type == "linear" else size / mark
        if one.info.get("riskLimitType") == "BY_VALUE":
            worth = 1.0
        found, floor = [], 0.0
        for most, rate, leverage in _levels(one.info):
            if most is None or rate is None:
                return []
            found.append(TierStep(floor * worth, rate, leverage))
            floor = most
        return found

    def settlements(
        self,
        one: ListedContract,
        since: float,
        until: float,
        hours: float,
    ) -> list[tuple[float, float]]:
        """Settled funding, page by page, the newest first."""
        rows: dict[float, float] = {}
        page, pages = 1, 1
        while page <= pages and (not rows or min(rows) > since):
            asked = {"symbol": one.market["id"], "page_num": page, "page_size": _PAGE}
            data = self.client.ask("contractPublicGetFundingRateHistory", asked).get("data") or {}
            found = {
                time: rate
                for row in data.get("resultList") or ()
                if (time := told_number(row.get("settleTime"))) is not None
                and (rate := told_number(row.get("fundingRate"))) is not None
            }
            if not found.keys() - rows.keys():
                break
            rows |= found
            page, pages = page + 1, int(told_number(data.get("totalPage")) or 1)
        return sorted((time, rate) for time, rate in rows.items() if since <= time <= until)


def _rows(answer: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The rows of an answer; of one contract it is the row itself."""
    data = (answer or {}).get("data") or []
    return [data] if isinstance(data, dict) else list(data)


def _levels(
    info: Mapping[str, Any],
) -> Iterator[tuple[float | None, float | None, float | None]]:
    """Where each tier ends, its rate and leverage: listed, or by equal steps."""
    if info.get("riskLimitMode") == "CUSTOM":
        for row in info.get("riskLimitCustom") or ():
            ends, rate, leverage = (
                told_number(row.get(name)) for name in ("maxVol", "mmr", "maxLeverage")
            )
            yield ends, rate, leverage
        return
    names = ("riskBaseVol", "riskIncrVol", "maintenanceMarginRate", "riskIncrMmr")
    first, step, rate, more = (told_number(info.get(name)) for name in names)
    initial, further = (
        told_number(info.get(name)) for name in ("initialMarginRate", "riskIncrImr")
    )
    levels = told_number(info.get("riskLevelLimit"))
    if first is None or rate is None or not levels or (levels > 1 and None in (step, more)):
        yield None, None, None
        return
    for level in range(int(levels)):
        share = None if initial is None else initial + level * (further or 0.0)
        yield first + level * (step or 0), rate + level * (more or 0), 1 / share if share else None
