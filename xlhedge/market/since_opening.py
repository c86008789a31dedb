"""What a position has brought since it was opened: funding, P&L of parts closed, fees.

Some venues say it with the position; of others the account's own bookings are read back, a week at
a time, until the trade that opened it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from xlhedge.market.bookings import TRADES_TOLD, Booking, Span, bookings_of, books_of
from xlhedge.market.positions import OpenPosition
from xlhedge.market.quotes import told_moment, told_number
from xlhedge.text import shown

__all__ = ["Earned", "earned_by", "told_by_itself"]

_WEEK = 7 * 24 * 3600 * 1000
_WEEKS = 13
"""How far back bookings are read: venues keep about three months of them."""
_SAME = 1e-9
"""Relative difference below which two sizes are the same."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What a position has brought since it was opened, each in its margin currency.

    Args:
        opened: when that was, naive and in UTC; None if it is not known.
        funding: funding received; negative was paid; None if it is not known.
        realised: P&L of parts closed, before fees and funding; None if it is not known.
        fees: fees paid; None if they are not known.
        notes: what to know of them.
    """

    opened: datetime | None = None
    funding: float | None = None
    realised: float | None = None
    fees: float | None = None
    notes: tuple[str, ...] = ()


def earned_by(venue: str, client: Any, positions: Sequence[OpenPosition], now: int) -> list[Earned]:
    """What each position has brought, in their order.

    Args:
        venue: the venue, as on the command line.
        client: ccxt's client of it, with a key and with all of its markets.
        positions: the open positions.
        now: the time now, in milliseconds.

    Raises:
        MachineError: a booking was not told in full.
    """
    sides = Counter(position.symbol for position in positions)
    walks = [_Walk(venue, each, beside=sides[each.symbol] > 1) for each in positions]
    read = [walk for walk in walks if walk.has_an_end]
    for week in range(_WEEKS):
        still = [walk for walk in read if not walk.ended]
        if not still:
            break
        span = Span(now - (week + 1) * _WEEK + 1, now - week * _WEEK)
        symbols = sorted({walk.position.symbol for walk in still})
        # A venue that takes no notice of the times asked for would tell the same every week.
        told = (each for each in bookings_of(venue, client, symbols, span) if each.time in span)
        booked = sorted(told, key=lambda each: -each.time)
        for walk in still:
            walk.back(booked, span)
    return [
        _TELLS.get(venue, _as_booked)(walk.position, walk.earned() if walk.has_an_end else Earned())
        for walk in walks
    ]


def told_by_itself(venue: str, position: OpenPosition) -> Earned:
    """What a venue tells with a position, without its account's bookings."""
    return _TELLS.get(venue, _as_booked)(position, Earned(position.opened))


class _Walk:
    """The way back through an account's bookings to the opening of one position.

    Args:
        venue: whose account it is.
        position: the position.
        beside: whether another side of the same contract is open as well.
    """

    def __init__(self, venue: str, position: OpenPosition, *, beside: bool) -> None:
        self.position, self.beside = position, beside
        self.opened = position.opened
        self.ended = False
        self.reached = 0
        by_trades = venue in TRADES_TOLD
        self.has_an_end = by_trades or (self.opened is not None and books_of(venue, position))
        self._since = None if by_trades else self.opened
        self._left = position.contracts
        self._side = "SHORT" if position.contracts > 0 else "LONG"
        self._sums = Booking(0, position.symbol)
        self._foreign: dict[str, float] = {}

    def back(self, booked: Iterable[Booking], span: Span) -> None:
        """Takes in what was booked in the stretch of time before the last one, newest first."""
        self.reached = span.start
        for each in booked:
            if self.ended:
                return
            ours = each.symbol == self.position.symbol and each.side in ("", self._side)
            if ours and (self._since is None or told_moment(each.time) >= self._since):
                self._take(each)
        self.ended = self.ended or (
            self._since is not None and told_moment(span.start) <= self._since
        )

    def _take(self, each: Booking) -> None:
        before = self._left - each.change
        part, realised = 1.0, each.realised
        if self._since is None and each.change and not _goes_on(before, self._left):
            # What closed another position first belongs to that one.
            part, realised = abs(self._left / each.change), 0.0
            self.ended, self.opened = True, self.opened or told_moment(each.time)
        self._left = before
        self._sums = replace(
            self._sums,
            realised=self._sums.realised + realised,
            fee=self._sums.fee + each.fee * part,
            funding=self._sums.funding + each.funding,
        )
        if each.foreign is not None:
            paid, currency = each.foreign
            self._foreign[currency] = self._foreign.get(currency, 0.0) + paid * part

    def earned(self) -> Earned:
        """What was taken in, and what is not in it."""
        notes = [
            f"fees of {shown(paid)} {currency} are not in fees_paid"
            for currency, paid in self._foreign.items()
        ]
        if not self.ended:
            notes.append(
                f"what was booked before {shown(told_moment(self.reached))} is not in its sums"
            )
        if self.beside:
            notes.append("its funding is not told apart from the other side's, and left out")
        sums = self._sums
        funding = None if self.beside else sums.funding
        fees = None if self._foreign and not sums.fee else sums.fee
        return Earned(self.opened, funding, sums.realised, fees, tuple(notes))


def _goes_on(before: float, after: float) -> bool:
    """Whether there was a position on the same side already, so that a trade opened none."""
    return before * after > 0 and abs(before) > _SAME * abs(after)


def _as_booked(_: OpenPosition, earned: Earned) -> Earned:
    return earned


def _of_bingx(position: OpenPosition, earned: Earned) -> Earned:
    """Of a position whose opening it does not tell, it tells one sum after fees and funding."""
    if earned.realised is not None:
        return earned
    return Earned(realised=told_number(position.told.get("realisedProfit")), notes=(_ONE_SUM,))


def _of_weex(position: OpenPosition, earned: Earned) -> Earned:
    """Its positions have their sums, of which only the funding's sign is not documented."""
    told = {name: told_number(position.told.get(name)) for name in (*_WEEX_VALUES, *_WEEX_FEES)}
    known = {name: each for name, each in told.items() if each is not None}
    if len(known) < len(told):
        return replace(earned, realised=None, fees=None)
    cost, back = known["cumOpenValue"] - known["openValue"], known["cumCloseValue"]
    return replace(
        earned,
        realised=cost - back if position.contracts > 0 else back - cost,
        fees=sum(known[name] for name in _WEEX_FEES),
    )


_WEEX_VALUES = ("openValue", "cumOpenValue", "cumCloseValue")
_WEEX_FEES = ("cumOpenFee", "cumCloseFee", "cumLiquidateFee")


def _of_mexc(position: OpenPosition, _: Earned) -> Earned:
    """Its newer answers have each sum; older ones one, after fees."""
    told, opened = position.told, position.opened
    closed = told_number(told.get("closeProfitLoss"))
    if closed is None:
        return Earned(opened, realised=told_number(told.get("realised")), notes=(_ONE_SUM,))
    return Earned(opened, told_number(told.get("holdFee")), closed, told_number(told.get("fee")))


_ONE_SUM = "P&L of parts closed, funding and fees are one sum, in realised_pnl"
_TELLS = {"bingx": _of_bingx, "weex": _of_weex, "mexc": _of_mexc}
"""What a venue tells with the position itself."""
