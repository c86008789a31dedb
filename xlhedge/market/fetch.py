"""What is asked of venues, and all that they answer: the one door to the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from threading import Event
from typing import TypeAlias

from xlhedge.errors import InputError, MachineError, VenueError
from xlhedge.market.account_rows import account_found, of_one_price
from xlhedge.market.binance import Binance
from xlhedge.market.bingx import BingX
from xlhedge.market.bybit import Bybit
from xlhedge.market.client import Client
from xlhedge.market.contracts import VENUES, Contract, meant, names_of
from xlhedge.market.faults import told
from xlhedge.market.found import Found, FoundRow, merged
from xlhedge.market.instruments import instrument_rows
from xlhedge.market.keys import key_for
from xlhedge.market.listed import ListedContract, scaled
from xlhedge.market.mexc import Mexc
from xlhedge.market.own_account import OwnAccount, admitted, read_account
from xlhedge.market.past import history_rows
from xlhedge.market.venue import Venue
from xlhedge.market.weex import Weex
from xlhedge.portfolio.tables import DOLLARS, TABLES
from xlhedge.text import one_line

__all__ = ["ADAPTERS", "Asked", "Progress", "fetch"]

ADAPTERS: dict[str, type[Venue]] = {
    "binance": Binance,
    "bybit": Bybit,
    "bingx": BingX,
    "weex": Weex,
    "mexc": Mexc,
}
"""The venues of which it is known what ccxt gets wrong."""

_FEW = 6
"""So many of what is missing for one reason are named."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told a venue with each of its answers, and of how many contracts and prices it has told all,
of how many; that is 0 until its list is there.
"""


@dataclass(slots=True)
class _Pace:
    """How far a venue is."""

    venue: str
    progress: Progress
    done: int = 0
    total: int = 0

    def told(
        self, rows: Iterable[FoundRow], what: Callable[[FoundRow], object]
    ) -> Iterator[FoundRow]:
        """Rows as they come; each new thing that they are about is one that is done."""
        about = set()
        for row in rows:
            yield row
            if what(row) not in about:
                about.add(what(row))
                self.done += 1
                self.answered()

    def answered(self) -> None:
        """Say how far it is."""
        self.progress(self.venue, self.done, self.total)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of venues.

    Args:
        venues: their names on the command line, such as "binance".
        coins: the underlyings whose contracts are asked for; with their scale taken off (SHIB).
        contracts: exactly these; all contracts of the coins if None.
        history_days: for how many days back bars and settled funding are asked for, if at all.
        tiers: whether maintenance margin tiers are asked for.
        positions: whether positions, balances and what they earned are asked for, with a key.
        account: which of several accounts at a venue; the name that its key has.
    """

    venues: tuple[str, ...]
    coins: tuple[str, ...] = ()
    contracts: frozenset[Contract] | None = None
    history_days: float | None = None
    tiers: bool = True
    positions: bool = False
    account: str = ""


def fetch(asked: Asked, progress: Progress, warn: Callable[[str], None]) -> Found:
    """Ask venues; one that fails does not stop the others.

    Args:
        asked: what is asked.
        progress: is told how far each venue is.
        warn: takes a line at once about what holds it up, such as a venue that is busy.

    Returns:
        What was found, and in a line each what was not; without rows if nothing was.

    Raises:
        InputError: there is no such venue, or nothing is asked.
        MachineError: the packages that ask venues are not installed.
    """
    if not (asked.coins or asked.contracts or asked.positions):
        raise InputError("no coin is named; type them, as in xlhedge market BTC ETH")
    stopped = Event()
    venues = [
        _venue(venue, asked, progress, warn, stopped) for venue in dict.fromkeys(asked.venues)
    ]
    with ThreadPoolExecutor(max_workers=max(1, len(venues))) as pool:
        answers = [pool.submit(_of_venue, *each, asked) for each in venues]
        try:
            return _once(merged(answer.result() for answer in answers))
        except BaseException:
            stopped.set()  # who is still asking ends with its next question
            raise


def _venue(
    name: str, asked: Asked, progress: Progress, warn: Callable[[str], None], stopped: Event
) -> tuple[Venue, _Pace]:
    """A venue that can be asked, and tells how far it is."""
    kind = ADAPTERS.get(name, Venue)
    with_coins = asked.history_days or asked.positions
    options = kind.spot_options if with_coins else kind.options
    pace = _Pace(name, progress)
    client = Client(name.casefold(), warn, pace.answered, stopped, {"options": dict(options)})
    return kind(client), pace


def _of_venue(venue: Venue, pace: _Pace, asked: Asked) -> Found:
    """What one venue says; as much of it as it says."""
    rows: list[FoundRow] = []
    own = Found()
    try:
        listed = {one.contract: one for one in venue.listed()}
        account = _account(venue, asked)
        listed |= {each.listed.contract: each.listed for each in account.open} if account else {}
        names = _named(venue, asked, listed, account)
        if account:
            own = account_found(account, {one.contract: name for name, one in names.items()})
            rows += own.rows
        elif names and asked.tiers and venue.tiers_by_key and not asked.positions:
            _open_tiers(venue, asked.account)
        coins = {one.contract.underlying for one in names.values()} if asked.history_days else ()
        pace.total = len(names) * (2 if asked.history_days else 1) + len(coins)
        quotes = venue.quotes(list(names.values())) if names else {}
        now = instrument_rows(venue, names, quotes, tiers=asked.tiers)
        rows += pace.told(now, lambda row: row.values["instrument"])
        if asked.history_days:
            past = history_rows(venue, names, quotes, asked.history_days)
            rows += pace.told(past, lambda row: row.values["symbol"])
    except Exception as error:  # noqa: BLE001  # an answer may be odd in any way
        venue.missing.setdefault(told(venue.name, error), [])
    missing, notes = (*own.missing, *_lines(venue.missing)), (*own.notes, *_notes(venue))
    return Found(tuple(rows), missing, notes, own.whole)


def _account(venue: Venue, asked: Asked) -> OwnAccount | None:
    """The person's own account there, if it is asked for and a key opens it."""
    if not asked.positions:
        return None
    try:
        key = key_for(venue.client.exchange.id, asked.account)
        return read_account(venue.client, key)
    except (InputError, MachineError) as error:
        venue.missing.setdefault(str(error), [])
        return None


def _open_tiers(venue: Venue, account: str) -> None:
    """A venue asked with the person's key, if there is one: it tells its tiers to keys only."""
    try:
        key = key_for(venue.client.exchange.id, account)
    except (InputError, MachineError):
        return  # that it tells no tiers without one is said where they are asked for
    try:
        if doubt := admitted(venue.client, key):
            venue.notes.append(f"{venue.name}: {doubt}")
    except VenueError as error:
        venue.missing.setdefault(f"{error}: no tiers", [])


def _named(
    venue: Venue,
    asked: Asked,
    listed: Mapping[Contract, ListedContract],
    account: OwnAccount | None,
) -> dict[str, ListedContract]:
    """The contracts that are asked for, and those of open positions, by name."""
    coins = {coin: scaled(coin.strip().upper())[0] for coin in asked.coins}
    if asked.contracts is None:
        chosen = [one for one in listed if one.underlying in coins.values()]
        there = {one.underlying for one in chosen}
        for typed, coin in coins.items():
            if coin not in there:
                venue.missing[f"{venue.name}: lists no contract of {one_line(typed)}"] = []
    else:
        chosen = _of_book(venue, listed, asked.contracts)
    held = [each.listed.contract for each in account.open] if account else []
    chosen = list(dict.fromkeys([*chosen, *held]))
    order = list(dict.fromkeys(coins.values()))
    chosen.sort(key=lambda one: _place(one, order))
    names = names_of(chosen, venues=len({*asked.venues}))
    return {name: listed[contract] for contract, name in names.items()}


def _of_book(
    venue: Venue, listed: Mapping[Contract, ListedContract], contracts: Iterable[Contract]
) -> list[Contract]:
    """The contracts of a book that are this venue's, as it lists them."""
    chosen: dict[Contract, None] = {}
    for contract in contracts:
        if contract.exchange != venue.name.casefold():
            continue
        found = meant(contract, listed)
        if found is None:
            venue.missing[f"{contract}: is not listed there any more; take it out, or mend it"] = []
            continue
        if found != contract:
            venue.notes.append(f"{contract}: is taken for the one in {found.quote}")
        chosen[found] = None
    return list(chosen)


def _place(contract: Contract, coins: Sequence[str]) -> tuple[object, ...]:
    """Coins in the order in which they are asked for; of each the contract that most mean first."""
    coin = coins.index(contract.underlying) if contract.underlying in coins else len(coins)
    inverse, expiry = contract.contract_type == "inverse", contract.expiry
    quote = (*DOLLARS[1:], DOLLARS[0]).index(contract.quote)
    return coin, contract.underlying, inverse, expiry is not None, expiry or date.min, quote


def _lines(missing: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A line for each reason, with what is missing: ``tiers of BTC-PERP, BTC-INV``."""
    for why, what in missing.items():
        groups: dict[str, list[str]] = {}
        for each in what:
            kind, _, whose = each.rpartition(" of ")
            groups.setdefault(kind, []).append(whose)
        said = "; ".join(
            f"{kind} of {_some(whose)}" if kind else _some(whose) for kind, whose in groups.items()
        )
        yield f"{why}: {said}" if said else why


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + rest


def _notes(venue: Venue) -> Iterator[str]:
    if venue.name.casefold() not in VENUES:
        yield f"{venue.name}: xlhedge was never tested with it; compare with what it shows"
    if behind := venue.client.behind:
        way = "behind" if behind > 0 else "ahead of"
        yield (
            f"{venue.name}: this machine's clock is {abs(behind):,.0f} s {way} its own; times are "
            "the venue's, set the clock"
        )
    yield from _lines(venue.untold)
    yield from dict.fromkeys(venue.notes)


def _once(found: Found) -> Found:
    """What was found, with the bars of each symbol and the price of each coin from one venue."""
    first: dict[str, str] = {}
    for row in found.of("History"):
        first.setdefault(row.values["symbol"], row.venue)
    rows = tuple(
        row
        for row in found.rows
        if row.table != "History" or first[row.values["symbol"]] == row.venue
    )
    order = list(TABLES)
    return replace(
        found, rows=tuple(sorted(of_one_price(rows), key=lambda row: order.index(row.table)))
    )
