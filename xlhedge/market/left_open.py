"""What trades leave open: the position, its average entry, and what it has earned since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from xlhedge.errors import Problem

__all__ = ["Held", "Left", "Settled", "Trade", "left_open"]

_AGREES = Decimal("0.002")  # of the value closed: how far a venue's own profit may be from ours
_ROUNDING = Decimal("1e-9")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of one contract.

    Args:
        place: where it stands, for messages.
        time: when it was.
        contracts: contracts bought; sold ones are negative.
        price: quote per base coin.
        fee: paid for it, in the margin currency; negative is a rebate.
        leg: "long" or "short" where an account may hold both; else nothing.
        realised: what the venue says it realised, in the margin currency, if it says.
        position: contracts that the venue says were held after it, if it says.
        leverage: its leverage, if told.
    """

    place: str
    time: datetime
    contracts: Decimal
    price: Decimal
    fee: Decimal = _NOTHING
    leg: str = ""
    realised: Decimal | None = None
    position: Decimal | None = None
    leverage: float | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Funding of one contract: received, or paid where negative, in the margin currency."""

    place: str
    time: datetime
    funding: Decimal


@dataclass(slots=True)
class Held:
    """A position that is open; long ones have positive contracts.

    Args:
        leg: as of the trades that opened it.
        opened: when the first of them was.
        contracts: contracts held.
        weight: the sum that their average entry is made of: contracts times price, or of an inverse
            contract divided by it.
        realised: P&L of parts closed, before fees, in the margin currency.
        fees: fees paid since it was opened.
        funding: funding received since.
        leverage: of the last trade that opened a part, if told.
    """

    leg: str
    opened: datetime
    contracts: Decimal = _NOTHING
    weight: Decimal = _NOTHING
    realised: Decimal = _NOTHING
    fees: Decimal = _NOTHING
    funding: Decimal = _NOTHING
    leverage: float | None = None

    def entry(self, *, inverse: bool) -> Decimal:
        """The average price at which it was opened."""
        return self.contracts / self.weight if inverse else self.weight / self.contracts


class Left(NamedTuple):
    """What is left after all trades of a contract.

    Args:
        held: positions that are open.
        nobodys: settlements while no position was open, or two legs were.
        wrong: the trade that began before the files do, if one did: what is behind it is not read.
    """

    held: list[Held]
    nobodys: list[Settled]
    wrong: list[Problem]


def left_open(events: Iterable[Trade | Settled], size: Decimal, *, inverse: bool) -> Left:
    """Go through the trades of one contract, oldest first.

    Reductions keep the average entry and realise P&L; what is closed is gone with all it earned. A
    trade through 0 closes one position and opens another.

    Args:
        events: trades and settlements in the order in which they happened.
        size: base coins a contract; of an inverse one quote.
        inverse: whether it is margined in the coin.

    Example:
        >>> day, one = datetime(2026, 11, 2), Decimal(1)
        >>> trades = [Trade("a", day, -2 * one, Decimal(60_000), Decimal(40))]
        >>> trades += [Trade("b", day, one, Decimal(50_000), Decimal(20))]
        >>> (short,) = left_open([*trades, Settled("c", day, 6 * one)], one, inverse=False).held
        >>> said = short.contracts, short.entry(inverse=False), short.realised, short.fees
        >>> print(*map(int, said))
        -1 60000 10000 60
    """
    positions = _Positions(size, inverse=inverse)
    for event in events:
        if isinstance(event, Settled):
            positions.settle(event)
        elif not positions.wrong:
            positions.trade(event)
    return Left(list(positions.held.values()), positions.nobodys, positions.wrong)


class _Positions:
    def __init__(self, size: Decimal, *, inverse: bool) -> None:
        self.size, self.inverse = size, inverse
        self.held: dict[str, Held] = {}
        self.nobodys: list[Settled] = []
        self.wrong: list[Problem] = []

    def settle(self, event: Settled) -> None:
        if len(self.held) != 1:
            self.nobodys.append(event)
        for each in self.held.values() if len(self.held) == 1 else ():
            each.funding += event.funding

    def trade(self, trade: Trade) -> None:
        before = self.held.get(trade.leg)
        has = before.contracts if before else _NOTHING
        closes = trade.contracts * has < 0
        part = min(abs(trade.contracts), abs(has)) if closes else _NOTHING
        closed = part.copy_sign(trade.contracts)
        opened = trade.contracts - closed
        if opened and trade.leg and (opened > 0) != (trade.leg == "long"):
            self._refuse(trade, "closes more than the trades before it opened")
            return
        gained = self._close(before, trade, closed) if before and closed else _NOTHING
        self._compare(trade, gained, part)
        if opened:
            self._open(trade, opened)
        left = self.held.get(trade.leg)
        holds = abs(left.contracts) if left else _NOTHING
        if trade.position is not None and abs(trade.position) != holds:
            told = f"the venue says that {abs(trade.position):f} are held after it"
            self._refuse(trade, f"{told}, by the trades before it that is {holds:f}")

    def _worth(self, contracts: Decimal, price: Decimal) -> Decimal:
        """What contracts are worth for each unit of their size."""
        return contracts / price if self.inverse else contracts * price

    def _close(self, held: Held, trade: Trade, closed: Decimal) -> Decimal:
        kept = 1 + closed / held.contracts
        entered, left = held.weight * (1 - kept), held.contracts + closed
        # What a long one earns: the price risen, or of an inverse one its coins become fewer.
        rise = self._worth(-closed, trade.price) - entered
        gained = self.size * (-rise if self.inverse else rise)
        held.contracts, held.weight = left, held.weight * kept
        held.realised += gained
        held.fees += trade.fee * closed / trade.contracts
        if not left:
            del self.held[trade.leg]
        return gained

    def _open(self, trade: Trade, opened: Decimal) -> None:
        held = self.held.setdefault(trade.leg, Held(trade.leg, trade.time))
        held.contracts += opened
        held.weight += self._worth(opened, trade.price)
        held.fees += trade.fee * opened / trade.contracts
        held.leverage = trade.leverage or held.leverage

    def _compare(self, trade: Trade, gained: Decimal, closed: Decimal) -> None:
        """That the venue realised what we did: it knows trades that the files do not have."""
        if trade.realised is None:
            return
        value = self.size * self._worth(closed, trade.price)
        if abs(trade.realised - gained) > abs(trade.fee) + _AGREES * value + _ROUNDING:
            told = f"the venue realised {float(trade.realised):.8g} with it"
            self._refuse(trade, f"{told}, by the trades before it that is {float(gained):.8g}")

    def _refuse(self, trade: Trade, why: str) -> None:
        instead = "its position was opened before the files begin; download them from that day on"
        self.wrong.append(Problem(trade.place, f"{why}; {instead}"))
