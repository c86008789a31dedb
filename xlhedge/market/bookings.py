"""What the accounts of venues have booked: trades, funding and fees of a stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from xlhedge.errors import MachineError
from xlhedge.market.positions import OpenPosition
from xlhedge.market.quotes import told_number
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["TRADES_TOLD", "Booking", "Span", "bookings_of", "books_of"]

TRADES_TOLD = ("binance", "bybit")
"""Venues whose bookings have the trades, and so the one that opened a position."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in milliseconds, with both of its ends in it."""

    start: int
    end: int

    def __contains__(self, time: int) -> bool:
        return self.start <= time <= self.end


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking of an account.

    Args:
        time: when, in milliseconds.
        symbol: ccxt's name of the contract.
        change: contracts that a trade sold; below 0 those that it bought.
        realised: P&L of what a trade closed, before fees.
        fee: what was paid for it, in the margin currency.
        funding: what was received; below 0 it was paid.
        side: "LONG" or "SHORT" where both may be open beside each other, and it is told which.
        foreign: what was paid for it in another currency, and which.
    """

    time: int
    symbol: str
    change: float = 0.0
    realised: float = 0.0
    fee: float = 0.0
    funding: float = 0.0
    side: str = ""
    foreign: tuple[float, str] | None = None


def books_of(venue: str, position: OpenPosition) -> bool:
    """Whether a venue tells the bookings of a position's contract: BingX only of linear ones."""
    return venue in _BOOKS and (venue != "bingx" or position.settle in DOLLARS)


def bookings_of(venue: str, client: Any, symbols: Collection[str], span: Span) -> Iterator[Booking]:
    """What was booked of some contracts, and maybe of others, in no order.

    Args:
        venue: the venue, as on the command line.
        client: ccxt's client of it, with a key and with all of its markets.
        symbols: ccxt's names of the contracts.
        span: when; a week at most.

    Raises:
        MachineError: a booking was not told in full.
    """
    return _BOOKS[venue](client, symbols, span)


def _of_binance(client: Any, symbols: Collection[str], span: Span) -> Iterator[Booking]:
    """Trades are asked for by contract, funding for all."""
    for symbol in symbols:
        ask = partial(_trades, client, symbol)
        for trade in _every(ask, span, 1000):
            yield _trade_of_binance(client.markets[symbol], trade)
    for kind in ("linear", "inverse"):
        if any(client.markets[symbol].get(kind) for symbol in symbols):
            yield from _funding(client, span, 1000, {"subType": kind})


def _trades(client: Any, symbol: str, span: Span) -> list[Any]:
    found: list[Any] = client.fetch_my_trades(symbol, span.start, 1000, {"endTime": span.end})
    return found


def _trade_of_binance(market: Mapping[str, Any], trade: Mapping[str, Any]) -> Booking:
    told, fee = trade["info"], trade["fee"] or {}
    sold = {"sell": 1, "buy": -1}.get(trade["side"] or "")
    change, realised = told_number(trade["amount"]), told_number(told.get("realizedPnl"))
    paid, currency = told_number(fee.get("cost")), fee.get("currency")
    if sold is None or change is None or realised is None or paid is None:
        raise MachineError(f"does not tell a trade of {market['symbol']} in full")
    ours = currency == market["settle"]
    return Booking(
        _time(trade["timestamp"]),
        market["symbol"],
        sold * change,
        realised,
        paid if ours else 0.0,
        side=told.get("positionSide", "").replace("BOTH", ""),
        foreign=None if ours else (paid, str(currency)),
    )


def _of_bybit(client: Any, symbols: Collection[str], span: Span) -> Iterator[Booking]:
    """The log of transactions has everything in it; its pages are short."""
    for kind in ("linear", "inverse"):
        if not any(client.markets[symbol].get(kind) for symbol in symbols):
            continue
        asked = {"category": kind, "startTime": span.start, "endTime": span.end, "limit": 50}
        while True:
            told = client.privateGetV5AccountTransactionLog(asked).get("result") or {}
            for row in told.get("list") or ():
                yield _transaction_of_bybit(client, row)
            cursor = told.get("nextPageCursor")
            if not cursor or not told.get("list") or cursor == asked.get("cursor"):
                break
            asked["cursor"] = cursor


def _transaction_of_bybit(client: Any, row: Mapping[str, Any]) -> Booking:
    traded = row.get("type") in _BYBIT_TRADES
    change, sold = told_number(row.get("qty")), {"Sell": 1, "Buy": -1}.get(row.get("side") or "")
    if traded and (change is None or sold is None):
        raise MachineError(f"does not tell a trade of {row.get('symbol')} in full")
    return Booking(
        _time(row.get("transactionTime")),
        client.safe_symbol(row.get("symbol"), None, None, "contract"),
        (sold or 0) * (change or 0) if traded else 0.0,
        told_number(row.get("cashFlow")) or 0.0,
        told_number(row.get("fee")) or 0.0,
        told_number(row.get("funding")) or 0.0,
    )


_BYBIT_TRADES = ("TRADE", "LIQUIDATION", "ADL", "BLOCK_TRADE", "MOVE_POSITION")


def _of_bingx(client: Any, _: Collection[str], span: Span) -> Iterator[Booking]:
    """Its income has the P&L, fees and funding of all linear contracts, each signed as received."""
    for row in _every(
        lambda part: (
            client.swapV2PrivateGetUserIncome(
                {"startTime": part.start, "endTime": part.end, "limit": 1000}
            ).get("data")
            or []
        ),
        span,
        1000,
    ):
        kind, income = row.get("incomeType"), told_number(row.get("income"))
        if kind not in _BINGX_KINDS:
            continue
        if income is None:
            raise MachineError("does not tell an income in full")
        symbol = client.safe_symbol(row.get("symbol"), None, "-", "swap")
        yield Booking(
            _time(row.get("time")),
            symbol,
            realised=income if kind == "REALIZED_PNL" else 0.0,
            fee=-income if kind == "TRADING_FEE" else 0.0,
            funding=income if kind == "FUNDING_FEE" else 0.0,
        )


_BINGX_KINDS = ("REALIZED_PNL", "TRADING_FEE", "FUNDING_FEE")


def _of_weex(client: Any, _: Collection[str], span: Span) -> Iterator[Booking]:
    """Its positions tell the rest themselves."""
    yield from _funding(client, span, 100, {})


def _funding(client: Any, span: Span, most: int, asked: Mapping[str, str]) -> Iterator[Booking]:
    """Funding as ccxt tells it: positive was received."""
    for row in _every(
        lambda part: client.fetch_funding_history(
            None, part.start, most, {"until": part.end, **asked}
        ),
        span,
        most,
    ):
        amount = told_number(row["amount"])
        if amount is None:
            raise MachineError("does not tell a funding payment in full")
        yield Booking(_time(row["timestamp"]), row["symbol"], funding=amount)


_BOOKS: Mapping[str, Callable[[Any, Collection[str], Span], Iterator[Booking]]] = {
    "binance": _of_binance,
    "bybit": _of_bybit,
    "bingx": _of_bingx,
    "weex": _of_weex,
}


def _every(ask: Callable[[Span], list[Any]], span: Span, most: int) -> Iterator[Any]:
    """All rows of a stretch of time, from a venue that gives at most so many at once.

    Where as many come, there may be more: then each half is asked for.
    """
    rows = ask(span)
    if len(rows) < most or span.start >= span.end:
        yield from rows
        return
    middle = (span.start + span.end) // 2
    yield from _every(ask, Span(span.start, middle), most)
    yield from _every(ask, Span(middle + 1, span.end), most)


def _time(told: object) -> int:
    time = told_number(told)
    if time is None:
        raise MachineError("does not tell when something was booked")
    return int(time)
