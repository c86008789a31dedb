"""What a venue tells of a person's own account, all of it or a line that says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from xlhedge.errors import InputError, MachineError, VenueError
from xlhedge.market.balances import MarginWallets, free_of_isolated, spot_of, wallets_of
from xlhedge.market.client import Client
from xlhedge.market.faults import told
from xlhedge.market.keys import Key
from xlhedge.market.listed import ListedContract, listed_of
from xlhedge.market.permissions import doubt_of_key
from xlhedge.market.positions import OpenPosition, positions_of
from xlhedge.market.since_opening import Earned, earned_by, told_by_itself
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["Open", "OwnAccount", "admitted", "read_account"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Open:
    """An open position, the contract that it is in, and what it has brought."""

    position: OpenPosition
    listed: ListedContract
    earned: Earned


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What a venue tells of a person's account.

    Args:
        venue: as the column `exchange` spells it.
        name: what the account is called: the venue, and which of several (Binance/fund).
        time: when it was so, naive and in UTC.
        open: the open positions; none where the wallets are None.
        wallets: what they are margined from; None if they, or the positions, could not be had.
        held: coins held elsewhere at the venue, by coin; None if they could not be had.
        prices: what coins are worth in dollars or stablecoins, by coin.
        missing: what could not be had, in a line each.
        doubt: what to be warned of about the key; empty if nothing.
    """

    venue: str
    name: str
    time: datetime
    open: tuple[Open, ...] = ()
    wallets: MarginWallets | None = None
    held: Mapping[str, float] | None = None
    prices: Mapping[str, float] | None = None
    missing: tuple[str, ...] = ()
    doubt: str = ""


def read_account(client: Client, key: Key) -> OwnAccount:
    """Ask a venue for an account, with a key that may only read.

    Positions come with the wallets that they are margined from, or not at all.

    Args:
        client: the venue, with its markets loaded, those of coins among them; it has the key then.
        key: the key; what a venue says is told without it.

    Raises:
        VenueError: the key may do more than read, or the venue did not say.
    """
    doubt = admitted(client, key)
    asks = _Questions(client, key)
    name = "/".join(filter(None, (client.name, key.account)))
    own = OwnAccount(client.name, name, client.now, doubt=doubt)
    if (found := asks.tried("positions and wallets", asks.of_futures)) is not None:
        wallets, positions = found
        own = replace(own, wallets=wallets, open=tuple(asks.brought(positions)))
    held = asks.tried("coins held", lambda exchange: spot_of(key.venue, exchange))
    coins = {*(held or ()), *(own.wallets.idle if own.wallets else ())}
    coins |= set(own.wallets.margin if own.wallets else ())
    prices = asks.tried("prices of coins", lambda exchange: _prices(exchange, coins))
    return replace(own, held=held, prices=prices, missing=tuple(asks.missing))


def admitted(client: Client, key: Key) -> str:
    """Ask a venue with a key from now on, if the key may only read.

    Args:
        client: the venue, with its markets loaded; it has the key then.
        key: the key.

    Returns:
        What to be warned of about the key; nothing where the venue says that it only reads.

    Raises:
        VenueError: the key may do more than read, or the venue did not say.
    """
    asks = _Questions(client, key)
    key.given_to(client.exchange)
    try:
        return asks.must(lambda exchange: doubt_of_key(key.venue, exchange))
    except VenueError:
        Key.taken_from(client.exchange)  # nothing else is asked with it
        raise


class _Questions:
    """What an account is asked, and what was not answered."""

    def __init__(self, client: Client, key: Key) -> None:
        self.client, self.key = client, key
        self.missing: list[str] = []

    def must(self, ask: Callable[[Any], _T]) -> _T:
        """What ccxt's client answers.

        Raises:
            VenueError: it does not; told in one line, and without the key.
        """
        try:
            return ask(self.client.exchange)
        except (InputError, MachineError) as error:
            why = str(error) if isinstance(error, VenueError) else f"{self.client.name}: {error}"
        except Exception as error:  # noqa: BLE001  # whatever ccxt or its parsing raises
            why = told(self.client.name, error)
        # Outside of the handlers: a chain of errors would hold what ccxt said, and so the key.
        raise VenueError(self.key.without(why))

    def tried(self, what: str, ask: Callable[[Any], _T]) -> _T | None:
        """What ccxt's client answers; nothing where it does not, which is remembered."""
        try:
            return self.must(ask)
        except VenueError as error:
            self.missing.append(f"{error}: no {what}")
            return None

    def of_futures(
        self, exchange: Any
    ) -> tuple[MarginWallets, list[tuple[OpenPosition, ListedContract]]]:
        """The wallets and the positions that they keep alive, each with its contract."""
        venue = self.key.venue
        wallets = wallets_of(venue, exchange)
        positions = positions_of(venue, exchange, isolated=wallets.isolated)
        wallets = free_of_isolated(wallets, positions)
        if wallets.shared:  # a coin of which there is nothing is not listed
            settles = {each.settle: 0.0 for each in positions if not each.isolated}
            wallets = replace(wallets, margin={**wallets.margin, **settles, **wallets.margin})
        for each in positions:
            if not each.isolated and each.settle not in wallets.margin:
                raise MachineError(f"tells no {each.settle} wallet for its position {each.symbol}")
        return wallets, [(each, self._listed(each)) for each in positions]

    def _listed(self, position: OpenPosition) -> ListedContract:
        market = {**self.client.exchange.markets[position.symbol], "active": True}  # it may close
        found = listed_of(market, self.client.name, self.client.now)
        if found is None:
            raise MachineError(
                f"has a position in {position.symbol}, whose kind of contract is not read"
            )
        return found

    def brought(self, found: list[tuple[OpenPosition, ListedContract]]) -> list[Open]:
        """The positions with what they have brought, as far as it can be had."""
        venue, positions = self.key.venue, [position for position, _ in found]
        now = int(self.client.now.replace(tzinfo=UTC).timestamp() * 1000)
        earned = self.tried(
            "funding, P&L and fees from its bookings",
            lambda exchange: earned_by(venue, exchange, positions, now),
        )
        if earned is None:
            earned = [told_by_itself(venue, position) for position in positions]
        return [Open(*pair, each) for pair, each in zip(found, earned, strict=True)]


def _prices(exchange: Any, coins: set[str]) -> dict[str, float]:
    """What coins are worth in stablecoins; those that have no pair there are left out."""
    pairs = {}
    for coin in sorted(coins - set(DOLLARS)):
        spelled = (f"{coin}/{quote}" for quote in reversed(DOLLARS))
        pair = next((each for each in spelled if exchange.markets.get(each, {}).get("spot")), None)
        if pair:
            pairs[pair] = coin
    if not pairs:
        return {}
    tickers = exchange.fetch_tickers(list(pairs))
    last = {coin: (tickers.get(pair) or {}).get("last") for pair, coin in pairs.items()}
    return {coin: float(price) for coin, price in last.items() if price}
