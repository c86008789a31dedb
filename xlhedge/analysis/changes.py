"""What two dates of one portfolio earned, line by line: coins, and positions in futures.

The parts of a line add up to its P&L by algebra, whatever the numbers: what was traded is the rest
of what stands in both books, or nothing where no book says at which price it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.analysis.accounts import AccountRow
from xlhedge.analysis.figures import BLANK, Blank
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.values import Numbers
from xlhedge.functions.algebra import Carrier, where
from xlhedge.portfolio import Source

__all__ = ["Change", "Changes", "CoinChange", "PositionChange", "coin_changes", "position_changes"]

_SETTLED = ("realised_pnl", "funding_received", "fees_paid")


@dataclass(frozen=True)
class CoinChange:
    """Coins that are held, or posted as margin; fields are numbers, or cells in a formula.

    Args:
        name: the asset.
        place: where they are.
        before: how many there were.
        now: how many there are.
        price_before: of a coin, in quote.
        price_now: see price_before.
        traded_at: the price of what came or went: by the average cost, or else today's.

    Example:
        >>> line = CoinChange("BTC", "", 2.0, 3.0, 100.0, 130.0, 110.0)
        >>> line.price, line.trades, line.brought_in, line.pnl
        (60.0, 20.0, 110.0, 80.0)
    """

    name: str
    place: str
    before: Carrier
    now: Carrier
    price_before: Carrier
    price_now: Carrier
    traded_at: Carrier

    @property
    def value_before(self) -> Carrier:
        """What they were worth."""
        return self.before * self.price_before

    @property
    def value_now(self) -> Carrier:
        """What they are worth."""
        return self.now * self.price_now

    @property
    def brought_in(self) -> Carrier:
        """What came in, less what was taken out: no profit."""
        return (self.now - self.before) * self.traded_at

    @property
    def pnl(self) -> Carrier:
        """What they earned."""
        return self.value_now - self.value_before - self.brought_in

    @property
    def price(self) -> Carrier:
        """What the price did to those that were there."""
        return self.before * (self.price_now - self.price_before)

    @property
    def trades(self) -> Carrier:
        """What those that came or went gained from their price to today's."""
        return (self.now - self.before) * (self.price_now - self.traded_at)


@dataclass(frozen=True)
class PositionChange:
    """A position in a future; fields are numbers, or cells in a formula. Positive is short.

    Args:
        instrument: the future.
        account: where it is.
        contract_type: linear or inverse.
        told: what is to be known of it.
        before: contracts that were short.
        now: contracts that are.
        size: of a contract.
        index_before: price of the underlying, in the contract's quote.
        index_now: see index_before.
        price_before: of the future.
        price_now: see price_before.
        unit_before: what one of its margin currency was worth, in the portfolio's quote.
        unit_now: see unit_before.
        unrealised_before: in the portfolio's quote.
        unrealised_now: see unrealised_before.
        booked: realised P&L since, in quote; "" where neither book says it.
        funding: received since, in quote.
        fees: paid since, in quote.
        distance_before: the move of the mark that liquidated it, or a word.
        distance_now: see distance_before.
    """

    instrument: str
    account: str
    contract_type: str
    told: str
    before: Carrier
    now: Carrier
    size: Carrier
    index_before: Carrier
    index_now: Carrier
    price_before: Carrier
    price_now: Carrier
    unit_before: Carrier
    unit_now: Carrier
    unrealised_before: Carrier
    unrealised_now: Carrier
    booked: Carrier
    funding: Carrier
    fees: Carrier
    distance_before: Carrier
    distance_now: Carrier

    @property
    def price(self) -> Carrier:
        """What the underlying's price did to the contracts that were there.

        What had been gained is in the margin's currency, and goes with that.
        """
        gained = self.unrealised_before * (self.unit_now / self.unit_before - 1)
        return self._moved(self.index_before, self.index_now) + gained

    @property
    def basis(self) -> Carrier:
        """What the future's price did beyond its underlying's."""
        moved = self._moved(self.price_before, self.price_now)
        return moved - self._moved(self.index_before, self.index_now)

    @property
    def trades(self) -> Carrier:
        """What contracts that came or went gained from their price to today's.

        Where no book says their price, it is today's; of a position that turned, what it shows.
        """
        turned = where(self.before * self.now < 0, self.unrealised_now, 0)
        gained = self.unrealised_now - self.unrealised_before
        rest = lambda: gained + self.booked - self.price - self.basis  # noqa: E731
        return where(self.booked == BLANK, turned, rest)

    @property
    def realised(self) -> Carrier:
        """What was realised since, as booked; or as it follows from the prices."""
        gained = self.unrealised_now - self.unrealised_before
        follows = lambda: self.price + self.basis + self.trades - gained  # noqa: E731
        return where(self.booked == BLANK, follows, self.booked)

    @property
    def pnl(self) -> Carrier:
        """What it earned."""
        gained = self.unrealised_now - self.unrealised_before
        return gained + self.realised + self.funding - self.fees

    @property
    def fees_part(self) -> Carrier:
        """The fees as a part of the P&L."""
        return -self.fees

    def _moved(self, start: Carrier, end: Carrier) -> Carrier:
        move = 1 / end - 1 / start if self.contract_type == "inverse" else start - end
        return self.before * self.size * move * self.unit_now


@dataclass(frozen=True)
class Change:
    """One figure at two dates.

    Args:
        title: what it is.
        look: how it is shown.
        before: at the earlier date; a word, or None, where it had no number.
        now: see before.
        name: of the total that the report computes; empty for another figure.
    """

    title: str
    look: str
    before: Any
    now: Any
    name: str = ""


@dataclass(frozen=True)
class Changes:
    """What changed since an earlier report.

    Args:
        since: its prices' date.
        source: its name and the SHA-256 of its file.
        figures: of the portfolio.
        prices: of assets and instruments.
        coins: what coins earned.
        positions: what positions earned.
    """

    since: datetime
    source: Source
    figures: tuple[Change, ...]
    prices: tuple[Change, ...]
    coins: tuple[CoinChange, ...]
    positions: tuple[PositionChange, ...]

    @property
    def pnl(self) -> float:
        """What was earned, in quote."""
        coins = sum(each.pnl for each in self.coins)
        return float(coins + sum(each.pnl for each in self.positions))


def coin_changes(before: Numbers, now: Numbers) -> tuple[CoinChange, ...]:
    """A line a holding, and a line where coins are posted, of either date."""
    old, new = dict(_coins(before)), dict(_coins(now))
    lines = []
    for key in [*new, *(key for key in old if key not in new)]:
        name, place, _ = key
        then = old.get(key)
        today = new.get(key)
        price = today.price if today else _spot(now, name)
        at = price if price is not None else then.price if then else 0.0
        then = then or _Coins(0.0, at, BLANK)
        today = today or _Coins(0.0, at, BLANK)
        traded = _traded_at(then, today)
        lines.append(
            CoinChange(name, place, then.quantity, today.quantity, then.price, today.price, traded)
        )
    return tuple(lines)


@dataclass(frozen=True)
class _Coins:
    quantity: float
    price: float
    cost: float | str  # average, where it is known


def _coins(numbers: Numbers) -> Iterator[tuple[tuple[str, str, str], _Coins]]:
    """Coins by name, place and what they are for; a key that comes again adds up."""
    seen: dict[tuple[str, str, str], _Coins] = {}

    def add(key: tuple[str, str, str], more: _Coins) -> None:
        had = seen.get(key)
        seen[key] = _Coins(had.quantity + more.quantity, more.price, BLANK) if had else more

    for each in numbers.portfolio.holdings:
        cost = BLANK if each.avg_cost is None else each.avg_cost
        add((each.asset, each.place or "", ""), _Coins(each.quantity, each.spot_price, cost))
    for row in numbers.rows(MarginRow):
        if row.contract_type == "inverse" and row.margin != BLANK:
            price = row.index_price * row.parity
            place = f"margin, {row.account}" if row.account else "margin"
            add((row.underlying, place, "margin"), _Coins(row.margin, price, BLANK))
    for row in numbers.rows(AccountRow):
        if row.coin or row.price != 1:
            place = f"wallet, {row.account}"
            add((row.collateral, place, "wallet"), _Coins(row.wallet_balance, row.price, BLANK))
    yield from seen.items()


def _traded_at(then: _Coins, today: _Coins) -> float:
    """What coins that came in cost, where the average costs say it; else today's price."""
    came = today.quantity - then.quantity
    costs = (then.cost if then.quantity else 0.0, today.cost)
    if came > 0 and not any(isinstance(each, str) for each in costs):
        paid = today.quantity * float(costs[1]) - then.quantity * float(costs[0])
        return max(paid / came, 0.0)
    return today.price


def _spot(numbers: Numbers, asset: str) -> float | None:
    """The price of an asset in the portfolio's quote, wherever it stands."""
    for each in numbers.portfolio.holdings:
        if each.asset == asset:
            return each.spot_price
    for row in numbers.rows(OrderRow):
        if row.underlying == asset:
            return float(row.index_price * row.parity)
    return None


def position_changes(before: Numbers, now: Numbers) -> tuple[PositionChange, ...]:
    """A line a position, of either date."""
    old, new = _positions(before), _positions(now)
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(_position(before, now, old.get(key), new.get(key)) for key in keys)


def _positions(numbers: Numbers) -> dict[tuple[Any, ...], MarginRow]:
    """By what makes two positions one; a contract of another size is another one."""
    lots: Any = numbers.rows(LotRow)
    rows: Any = numbers.rows(MarginRow)
    return {
        (
            row.instrument,
            row.account,
            lots[row.source_row].side,
            row.contract_type,
            row.contract_size,
        ): row
        for row in rows
    }


def _position(
    before: Numbers, now: Numbers, then: MarginRow | None, today: MarginRow | None
) -> PositionChange:
    either: Any = today or then
    told, funding, fees = "", 0.0, 0.0
    booked: float | Blank = BLANK
    start = _Quoted.of(then) if then else None
    if today is None:
        end, told = _closing(now, either)
    else:
        end = _Quoted.of(today)
    start = start or end
    contracts = (then.contracts if then else 0.0, today.contracts if today else 0.0)
    if today is not None:
        realised, funding, fees = (each * end.unit for each in _since(before, now, then, today))
        grew = contracts[0] * contracts[1] >= 0 and abs(contracts[1]) >= abs(contracts[0])
        if grew or realised:
            booked = realised
        else:
            told = "reduced without realised P&L: what went is counted at today's price"
    return PositionChange(
        either.instrument,
        either.account,
        either.contract_type,
        told,
        *contracts,
        either.contract_size,
        start.index,
        end.index,
        start.price,
        end.price,
        start.unit,
        end.unit,
        then.unrealised_pnl if then else 0.0,
        today.unrealised_pnl if today else 0.0,
        booked,
        funding,
        fees,
        then.liquidation_buffer if then else BLANK,
        today.liquidation_buffer if today else BLANK,
    )


@dataclass(frozen=True)
class _Quoted:
    """An instrument's prices, and what one of its margin currency is worth in quote."""

    index: float
    price: float
    unit: float

    @classmethod
    def of(cls, row: Any) -> _Quoted:
        coin = row.index_price if row.contract_type == "inverse" else 1.0
        return cls(row.index_price, row.futures_price, coin * row.parity)


def _closing(now: Numbers, then: MarginRow) -> tuple[_Quoted, str]:
    """Today's prices of a position that is gone, and how far they are known."""
    unknown = "its funding and fees since then are in neither report"
    for row in now.rows(OrderRow):
        if (row.instrument, row.contract_type) == (then.instrument, then.contract_type):
            return _Quoted.of(row), f"closed: counted at today's price; {unknown}"
    spot = _spot(now, then.underlying)
    if spot is None:
        return _Quoted.of(then), f"closed, and no price is left: counted at the old one; {unknown}"
    index = spot / then.parity
    ended = then.expiry != BLANK and then.expiry <= now.as_of
    price = index if ended else then.futures_price * index / then.index_price
    unit = spot if then.contract_type == "inverse" else then.parity
    how = "expired: counted at today's index" if ended else "closed: counted at the old basis"
    return _Quoted(index, price, unit), f"{how}; {unknown}"


def _since(
    before: Numbers, now: Numbers, then: MarginRow | None, today: MarginRow
) -> Iterator[float]:
    """Realised P&L, funding and fees since, in margin currency.

    Where rows were deleted, only those of before count that are still there.
    """
    new = _lots(now, today)
    old = _lots(before, then) if then else []
    if len(old) > len(new):
        left = Counter(map(_mark, new))
        old = [each for each in old if _taken(left, _mark(each))]
    for name in _SETTLED:
        yield _sum(new, name) - _sum(old, name)


def _lots(numbers: Numbers, row: MarginRow) -> list[Any]:
    """A position's rows of Shorts."""
    rows: Any = numbers.rows(LotRow)
    shorts = numbers.portfolio.shorts
    own = numbers.number_of(row)
    return [short for short, lot in zip(shorts, rows, strict=True) if lot.position == own]


def _mark(lot: Any) -> tuple[Any, ...]:
    return lot.entry_price, lot.opened


def _taken(left: Counter[Any], mark: Any) -> bool:
    left[mark] -= 1
    return left[mark] >= 0


def _sum(lots: Iterable[Any], name: str) -> float:
    return float(sum(getattr(each, name) for each in lots))
