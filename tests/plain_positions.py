"""One position in plain Python: its value, gain, maintenance, and what liquidates it by itself.

What liquidates is found by walking from the mark to where equity is first no more than
maintenance, tier by tier, by bisection: no closed form of the product is used.
"""

import datetime as dt
import math
from itertools import pairwise

FARTHEST = 1e6
"""No price beyond this many times the mark counts as one that liquidates."""


def moment(text):
    return dt.datetime.fromisoformat(text)


def slices(value, tiers):
    """Maintenance slice by slice: each part of the value at the rate of its own tier."""
    ends = [*(floor for floor, _ in tiers[1:]), math.inf]
    return sum(
        (min(value, end) - floor) * rate
        for (floor, rate), end in zip(tiers, ends, strict=True)
        if value > floor
    )


class Contract:
    """An instrument and what it says of money: its quote in the portfolio's, its index price."""

    def __init__(self, row, book):
        self.row, self.name, self.underlying = row, row["instrument"], row["underlying"]
        self.inverse = row["contract_type"] == "inverse"
        self.size, self.mark = row["contract_size"], row["futures_price"]
        self.parity = parity(row["quote"] or book.quote, book.quote, book.usd_per_stable)
        spot = book.spots.get(self.underlying)
        self.index = row["index_price"] or spot / self.parity
        self.tiers = book.tiers.get(self.name, [])
        self.known = bool(self.tiers) or row["mm_rate"] is not None
        self.fee = row["taker_fee"] * (1 - row["fee_discount"])
        self.days = None
        if row["expiry"] is not None:
            self.days = max(0.0, book.days_until(row["expiry"]))
        sizing = book.settings["dated_sizing"]
        reached = self.days is not None and book.horizon >= moment(row["expiry"])
        dated = sizing == "coins" or (sizing == "auto" and reached)
        self.by_coins = not self.inverse and self.days is not None and dated
        to_money = self.index if self.inverse else 1.0
        self.money = self.parity * to_money
        """What a unit of its margin currency is worth in the portfolio's quote."""

    def value(self, contracts, price):
        """The value of a position in its margin currency; negative is long."""
        face = contracts * self.size
        return face / price if self.inverse else face * price

    def exposure(self, contracts):
        """What a short takes away, in the portfolio's quote."""
        if self.inverse:
            return contracts * self.size / self.mark * self.index * self.parity
        return contracts * self.size * self.mark * self.parity

    def cover(self, contracts):
        """What it counts in the hedge: coins at their spot price where coins are what settles."""
        if self.by_coins:
            return contracts * self.size * self.index * self.parity
        return self.exposure(contracts)

    def gain(self, contracts, entry, price):
        face = contracts * self.size
        return face / price - face / entry if self.inverse else face * (entry - price)

    def maintenance(self, value):
        """Of a position's value, both in the margin currency."""
        value = abs(value)
        if not self.tiers:
            return value * self.row["mm_rate"] - self.row["mm_amount"]
        if self.row["tier_mode"] == "whole":
            return value * next(rate for floor, rate in reversed(self.tiers) if value > floor)
        return slices(value, self.tiers)

    def needed(self, contracts, entry, price, near):
        """Maintenance and the closing fee at a price, in the tier of a price near it."""
        at = entry if self.row["mm_basis"] == "entry" else price
        value, beside = abs(self.value(contracts, at)), abs(self.value(contracts, near))
        if self.row["mm_basis"] == "entry":
            beside = value
        kept = self.maintenance(value)
        if self.tiers and self.row["tier_mode"] == "whole":
            kept = value * self.maintenance(beside) / beside
        return kept + self.row["liquidation_fee"] * abs(self.value(contracts, price))

    def floors(self, contracts):
        """The relative moves at which another tier begins."""
        value = abs(self.value(contracts, self.mark))
        if not value or self.row["mm_basis"] == "entry":
            return []
        ratios = [floor / value for floor, _ in self.tiers[1:]]
        return [(1 / ratio if self.inverse else ratio) - 1 for ratio in ratios]


def parity(own, portfolio, usd_per_stable):
    """Units of the portfolio's quote for one of an instrument's own."""
    if own == portfolio or "USD" not in (own, portfolio):
        return 1.0
    return usd_per_stable if portfolio == "USD" else 1 / usd_per_stable


class Position:
    """The lots of one instrument, account and (in hedge mode) side, as one."""

    def __init__(self, contract, account, lots):
        self.contract, self.account, self.lots = contract, account, lots
        self.first = lots[0][0]
        rows = [row for _, row in lots]
        self.contracts = sum(row["contracts"] for row in rows)
        if contract.inverse:
            coins = sum(row["contracts"] / row["entry_price"] for row in rows)
            self.entry = self.contracts / coins
        else:
            paid = sum(row["contracts"] * row["entry_price"] for row in rows)
            self.entry = paid / self.contracts
        margins = [row["margin"] for row in rows]
        self.margin = None if None in margins else sum(margins)
        typed = [row["liquidation_price"] for row in rows if row["liquidation_price"]]
        self.typed = typed[0] if typed else None
        made = ((row["realised_pnl"], row["funding_received"], row["fees_paid"]) for row in rows)
        self.booked = sum(pnl + funding - fees for pnl, funding, fees in made)

    @property
    def against(self):
        """The way the price must go to hurt: 1 is up."""
        return 1 if self.contracts > 0 else -1

    @property
    def unrealised(self):
        """In the margin currency."""
        return self.gain(0.0)

    @property
    def worth(self):
        """The size of its value at the mark, in the margin currency."""
        return abs(self.contract.value(self.contracts, self.contract.mark))

    def gain(self, move):
        price = self.contract.mark * (1 + move)
        return self.contract.gain(self.contracts, self.entry, price)

    def needed(self, move, near=None):
        near = move if near is None else near
        price, beside = (self.contract.mark * (1 + x) for x in (move, near))
        return self.contract.needed(self.contracts, self.entry, price, beside)

    def floors(self):
        return self.contract.floors(self.contracts)

    def excess(self, move, near=None):
        """Isolated: what equity is above maintenance."""
        return self.margin + self.gain(move) - self.needed(move, near)

    @property
    def known(self):
        return self.contract.known and self.margin is not None

    @property
    def reach(self):
        """Isolated: the relative move to where our model liquidates it; None where none does."""
        if not self.known:
            return None
        far = FARTHEST * self.entry / self.contract.mark - 1
        return walk(self.excess, self.floors(), self.against, far)

    @property
    def equity(self):
        """Isolated: what it loses when liquidated, in the portfolio's quote."""
        return max(0.0, self.margin + self.unrealised) * self.contract.money


def walk(excess, floors, way, far=FARTHEST):
    """The first relative move, up (way 1) or down, at which nothing is left above maintenance.

    Between two floors no tier changes, so that what is left is one smooth falling or rising line.
    """
    end = far if way > 0 else -1 + 1e-12
    between = sorted((x for x in floors if 0 < x * way < end * way), key=abs)
    for start, stop in pairwise([0.0, *between, end]):
        near = (start + stop) / 2
        if excess(start, near) <= 0:
            return start
        if excess(stop, near) > 0:
            continue
        alive, dead = start, stop
        while True:
            middle = (alive + dead) / 2
            if middle in (alive, dead):
                return middle
            if excess(middle, near) > 0:
                alive = middle
            else:
                dead = middle
    return None
