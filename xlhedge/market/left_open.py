"""What trades leave open: the position, its average entry, and what it has earned since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from xlhedge.errors import Problem

__all__ = ["Held", "Left", "Settled", "Trade", "left_open"]

_AGREES = 0.002  # of the value closed: how far a venue's own profit may be from ours


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
    price: float
    fee: float = 0.0
    leg: str = ""
    realised: float | None = None
    position: Decimal | None = None
    leverage: float | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Funding of one contract: received, or paid where negative, in the margin currency."""

    place: str
    time: datetime
    funding: float


@dataclass(slots=True)
class Held:
    """A position that is open; long ones have positive contracts.

    Args:
        leg: as of the trades that opened it.
        contracts: contracts held.
        entry: the average price at which they were opened.
        opened: when the first of them was.
        realised: P&L of parts closed, before fees, in the margin currency.
        fees: fees paid since it was opened.
        funding: funding received since.
        leverage: of the last trade that opened a part, if told.
    """

    leg: str
    contracts: Decimal
    entry: float
    opened: datetime
    realised: float = 0.0
    fees: float = 0.0
    funding: float = 0.0
    leverage: float | None = None


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


def left_open(events: Iterable[Trade | Settled], contract_size: float, *, inverse: bool) -> Left:
    """Go through the trades of one contract, oldest first.

    Reductions keep the average entry and realise P&L; what is closed is gone with all it earned. A
    trade through 0 closes one position and opens another.

    Args:
        events: trades and settlements in the order in which they happened.
        contract_size: base coins a contract; of an inverse one quote.
        inverse: whether it is margined in the coin.

    Example:
        >>> day = datetime(2026, 11, 2)
        >>> sold, bought = (Decimal(each) for each in ("-2", "1"))
        >>> trades = [Trade("a", day, sold, 60_000, 40), Trade("b", day, bought, 50_000, 20)]
        >>> (short,) = left_open([*trades, Settled("c", day, 6.0)], 1, inverse=False).held
        >>> float(short.contracts), short.entry, short.realised, short.fees, short.funding
        (-1.0, 60000, 10000.0, 60.0, 6.0)
    """
    positions = _Positions(contract_size, inverse=inverse)
    for event in events:
        if isinstance(event, Settled):
            positions.settle(event)
        elif not positions.wrong:
            positions.trade(event)
    return Left(list(positions.held.values()), positions.nobodys, positions.wrong)


class _Positions:
    def __init__(self, size: float, *, inverse: bool) -> None:
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
        has = before.contracts if before else Decimal(0)
        closes = trade.contracts * has < 0
        closed = min(abs(trade.contracts), abs(has)).copy_sign(trade.contracts) if closes else 0
        opened = trade.contracts - closed
        if opened and trade.leg and (opened > 0) != (trade.leg == "long"):
            self._refuse(trade, "closes more than the trades before it opened")
            return
        gained = self._close(before, trade, Decimal(closed)) if before and closed else 0.0
        self._compare(trade, gained, abs(float(closed)))
        if opened:
            self._open(trade, opened)
        left = self.held.get(trade.leg)
        holds = abs(left.contracts) if left else Decimal(0)
        if trade.position is not None and abs(trade.position) != holds:
            told = f"the venue says that {abs(trade.position):f} are held after it"
            self._refuse(trade, f"{told}, by the trades before it that is {holds:f}")

    def _close(self, held: Held, trade: Trade, closed: Decimal) -> float:
        gained = -float(closed) * self.size * self._move(held.entry, trade.price)
        held.contracts += closed
        held.realised += gained
        held.fees += trade.fee * float(closed / trade.contracts)
        if not held.contracts:
            del self.held[trade.leg]
        return gained

    def _move(self, entry: float, price: float) -> float:
        """What a long contract earns for each unit of its size."""
        return 1 / entry - 1 / price if self.inverse else price - entry

    def _open(self, trade: Trade, opened: Decimal) -> None:
        fee = trade.fee * float(opened / trade.contracts)
        held = self.held.get(trade.leg)
        if held is None:
            held = Held(trade.leg, opened, trade.price, trade.time, fees=fee)
            self.held[trade.leg] = held
        else:
            had, new = float(held.contracts), float(opened)
            if self.inverse:
                held.entry = (had + new) / (had / held.entry + new / trade.price)
            else:
                held.entry = (had * held.entry + new * trade.price) / (had + new)
            held.contracts += opened
            held.fees += fee
        held.leverage = trade.leverage or held.leverage

    def _compare(self, trade: Trade, gained: float, closed: float) -> None:
        """That the venue realised what we did: it knows trades that the files do not have."""
        if trade.realised is None:
            return
        value = closed * self.size * (1 / trade.price if self.inverse else trade.price)
        if abs(trade.realised - gained) > abs(trade.fee) + _AGREES * value + 1e-9:
            told = f"the venue realised {trade.realised:.8g} with it"
            self._refuse(trade, f"{told}, by the trades before it that is {gained:.8g}")

    def _refuse(self, trade: Trade, why: str) -> None:
        instead = "its position was opened before the files begin; download them from that day on"
        self.wrong.append(Problem(trade.place, f"{why}; {instead}"))
