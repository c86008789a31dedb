"""What a venue is asked, through ccxt; where ccxt is wrong of one, a class of its own says so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, ClassVar, ParamSpec, TypeVar

from xlhedge.errors import NotTold
from xlhedge.market.client import Client
from xlhedge.market.faults import told
from xlhedge.market.listed import ListedContract, listed_of
from xlhedge.market.quotes import HOUR, Quote, TierStep, of_rate, of_ticker, steps_of, told_number
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["Venue"]

_T = TypeVar("_T")
_P = ParamSpec("_P")
_LONGEST_INTERVAL = 24
_IMPLAUSIBLE = 0.01
"""No fee of a contract is as much."""


class Venue:
    """A venue that nobody has tested, as ccxt says it; the five are subclasses.

    Args:
        client: how it is asked.

    Attributes:
        missing: what could not be had, by why.
        untold: what the venue never tells, likewise.
        notes: what to know of what was found.
    """

    options: ClassVar[Mapping[str, Any]] = {}
    """ccxt's options for it."""
    spot_options: ClassVar[Mapping[str, Any]] = {}
    """The same where the coins' own pairs are asked for, too."""
    fee_names: ClassVar[tuple[str, str]] = ("", "")
    """What its answer calls the fees of a taker and a maker; without, they are ccxt's own."""
    tells: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Columns that it tells of contracts of a type, besides what every venue does."""
    tiers_by_key: ClassVar[bool] = False
    """Whether it tells its tiers to a key only."""
    bars_at_once: ClassVar[int] = 500
    """How many bars it gives in one answer."""
    settlements_at_once: ClassVar[int] = 100
    """How many settled rates it gives in one answer."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.missing: dict[str, list[str]] = {}
        self.untold: dict[str, list[str]] = {}
        self.notes: list[str] = []

    @property
    def name(self) -> str:
        """How the column `exchange` spells it."""
        return self.client.name

    def tried(
        self, what: str, ask: Callable[_P, _T], *given: _P.args, **named: _P.kwargs
    ) -> _T | None:
        """What a question is answered; nothing where it is not, which is remembered.

        Args:
            what: what is missing without the answer.
            ask: asks.
            given: what it takes.
            named: likewise, by name.
        """
        try:
            return ask(*given, **named)
        except NotTold as error:
            self.untold.setdefault(str(error), []).append(what)
        except Exception as error:  # noqa: BLE001  # an answer may be odd in any way
            self.missing.setdefault(told(self.name, error), []).append(what)
        return None

    def listed(self) -> list[ListedContract]:
        """The contracts that trade there now, in dollars and stablecoins.

        Raises:
            VenueError: it does not tell.
        """
        self.client.ask("load_markets")
        markets = (self.client.exchange.markets or {}).values()
        found = (listed_of(market, self.name, self.client.now) for market in markets)
        return [one for one in found if one]

    def contract_size(self, one: ListedContract) -> float | None:
        """The size of one contract as the venue counts: coins as it prices them, or dollars."""
        return told_number(one.market.get("contractSize"))

    def documented(self, one: ListedContract) -> Mapping[str, Any]:
        """Terms of a contract, by column, that its documentation tells and no answer does."""
        return {}

    def fees(self, one: ListedContract) -> tuple[float | None, float | None, bool]:
        """The fees of a taker and a maker, and whether they are the venue's own words."""
        if self.fee_names[0] in one.info:
            taker, maker = (told_number(one.info.get(name)) for name in self.fee_names)
            return taker, maker, True
        constants = (told_number(one.market.get(name)) for name in ("taker", "maker"))
        # Of WEEX ccxt has percent where shares belong.
        taker, maker = (fee if fee is None or fee < _IMPLAUSIBLE else None for fee in constants)
        return taker, maker, False

    def leverage(self, one: ListedContract) -> float | None:
        """The highest leverage of a contract."""
        return told_number(((one.market.get("limits") or {}).get("leverage") or {}).get("max"))

    def quotes(self, listed: Sequence[ListedContract]) -> dict[str, Quote]:
        """Prices and funding, by ccxt's symbol, with as few questions as there may be."""
        found: dict[str, Quote] = {}
        for turned in _each(one.contract.contract_type for one in listed):
            if self.client.exchange.has.get("fetchFundingRates") is not True:
                break
            what = f"funding of {turned} contracts"
            rates = self.tried(what, self.rates, turned)
            found |= {symbol: of_rate(rate) for symbol, rate in (rates or {}).items()}
        unpriced = [one for one in listed if found.get(one.symbol, Quote()).mark is None]
        groups = _each((one.market["type"], one.contract.contract_type) for one in unpriced)
        for kind, turned in groups:
            asked = {"type": kind, "subType": turned}
            what = f"prices of {turned} contracts"
            tickers = self.tried(what, self.client.ask, "fetch_tickers", None, asked)
            for symbol, ticker in (tickers or {}).items():
                found[symbol] = found.get(symbol, Quote()) | of_ticker(ticker)
        return found

    def rates(self, turned: str) -> Mapping[str, Any]:
        """What ccxt calls funding rates of all linear, or all inverse contracts."""
        found: Mapping[str, Any] = self.client.ask("fetch_funding_rates", None, {"subType": turned})
        return found

    def hours(self, one: ListedContract, quote: Quote) -> float | None:
        """The length of the running funding interval: as told, or since the last settlement."""
        if quote.hours is not None:
            return quote.hours
        until = quote.settles or self.client.now.replace(tzinfo=UTC).timestamp() * 1000
        since = until - 2 * _LONGEST_INTERVAL * HOUR
        past = self.tried(f"interval_hours of {one.symbol}", self.settlements, one, since, until, 8)
        times = [time for time, _ in past or ()]
        if quote.settles and times and quote.settles > times[-1]:
            times.append(quote.settles)
        if len(times) < 2:
            return None
        hours = (times[-1] - times[-2]) / HOUR
        whole = round(hours)
        return whole if abs(hours - whole) < 0.1 and 0 < whole <= _LONGEST_INTERVAL else None

    def tiers(self, one: ListedContract, quote: Quote) -> list[TierStep]:
        """The maintenance margin tiers of a contract.

        Raises:
            VenueError: it does not tell.
        """
        found = self.client.ask("fetch_market_leverage_tiers", one.symbol)
        return steps_of(found)

    def settlements(
        self, one: ListedContract, since: float, until: float, hours: float
    ) -> list[tuple[float, float]]:
        """Settled funding, oldest first: milliseconds since 1970, and the rate.

        Args:
            one: the contract.
            since: from when on, in milliseconds since 1970.
            until: to when, likewise.
            hours: between two settlements, as far as known; it is only a guess how many there are.

        Raises:
            VenueError: it does not tell.
        """
        most, width = self.settlements_at_once, hours * HOUR * self.settlements_at_once
        rows: dict[float, float] = {}
        windows = [(start, min(start + width, until)) for start in _from(since, until, width)]
        while windows:
            start, end = windows.pop()
            found = self.client.ask(
                "fetch_funding_rate_history", one.symbol, int(start), most, {"until": int(end)}
            )
            if len(found) >= most and end - start > 2 * HOUR:  # there may be more of them
                middle = (start + end) / 2
                windows += [(start, middle), (middle, end)]
            rows |= _rates(found)
        return sorted((time, rate) for time, rate in rows.items() if since <= time <= until)

    def bars(
        self, symbol: str, hours: int, since: float, until: float, more: Mapping[str, Any] = {}
    ) -> list[Sequence[Any]]:
        """Bars of a contract or a pair, oldest first, as ccxt gives them: they begin with a time.

        Args:
            symbol: what ccxt calls it.
            hours: of one bar, 1 or 4.
            since: when the first one opens, in milliseconds since 1970.
            until: when the last one has closed, likewise.
            more: what else is asked.

        Raises:
            VenueError: it does not tell.
        """
        width = hours * HOUR * self.bars_at_once
        rows: dict[float, Sequence[Any]] = {}
        for start in _from(since, until, width):
            asked = {**more, "until": int(min(start + width, until)) - 1}
            found = self.client.ask(
                "fetch_ohlcv", symbol, f"{hours}h", int(start), self.bars_at_once, asked
            )
            rows |= {bar[0]: bar for bar in found if bar and told_number(bar[0]) is not None}
        return [rows[time] for time in sorted(rows) if since <= time <= until - hours * HOUR]

    def coin_bars(
        self, one: ListedContract, hours: int, since: float, until: float
    ) -> list[Sequence[Any]]:
        """Bars of the coin that a contract follows: of its own pair, or else of its index.

        Raises:
            VenueError: it does not tell.
        """
        markets = self.client.exchange.markets
        for quote in _each((one.contract.quote, *DOLLARS[::-1])):
            symbol = f"{one.contract.underlying}/{quote}"
            if symbol in markets and markets[symbol].get("spot"):
                return self.bars(symbol, hours, since, until)
        return self.index_bars(one, hours, since, until)

    def index_bars(
        self, one: ListedContract, hours: int, since: float, until: float
    ) -> list[Sequence[Any]]:
        """Bars of the index that a contract follows, without volume.

        Raises:
            VenueError: it does not tell.
        """
        index = self.bars(one.symbol, hours, since, until, {"price": "index"})
        self.notes.append(
            f"{self.name}: bars of {one.contract.underlying} are of its index, without volume"
        )
        return [[bar[0], *(_over(each, one.scale) for each in bar[1:5])] for bar in index]


def _rates(found: Iterable[Mapping[str, Any]]) -> dict[float, float]:
    pairs = (
        (told_number(row.get("timestamp")), told_number(row.get("fundingRate"))) for row in found
    )
    return {time: rate for time, rate in pairs if time is not None and rate is not None}


def _over(price: Any, scale: float) -> float | None:
    found = told_number(price)
    return None if found is None else found / scale


def _from(since: float, until: float, width: float) -> Iterable[float]:
    """Where each of the windows between two times begins."""
    return (since + number * width for number in range(math.ceil((until - since) / width)))


def _each(values: Iterable[_T]) -> list[_T]:
    """The values, each once, in order."""
    return list(dict.fromkeys(values))
