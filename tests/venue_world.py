"""A market that never was, in closed form: what it costs at any time, and what funding was settled.

Each venue's answers are written from it in the venue's documented shape, so a test knows what must
come out without looking at what we read.
"""

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

HOUR = 3_600_000
COINS = {"BTC": 60_000.0, "ETH": 3_000.0, "SHIB": 0.00002}
MANY = {f"C{number:02}": 10.0 + number for number in range(20)}
"""Twenty coins, to count what they take."""
BASIS = 1.001
"""A perpetual's price over its index."""
DATED = 1.02
"""The same of a dated contract."""


@dataclass
class World:
    """What the venues tell of.

    Args:
        coins: their prices, more or less.
        now: milliseconds since 1970.
        hours: between the settlements of each coin's perpetuals.
    """

    coins: dict = field(default_factory=lambda: dict(COINS))
    now: int = 0
    hours: dict = field(default_factory=lambda: {"ETH": 4})

    def __post_init__(self):
        self.now = self.now or int(time.time()) * 1000

    def interval(self, coin):
        """Hours between the settlements of a coin's perpetuals."""
        return self.hours.get(coin, 8)

    def index(self, coin, at=None):
        """What a coin costs; it goes up and down by 10 % in 20 days."""
        at = self.now if at is None else at
        return self.coins[coin] * (1 + 0.1 * math.sin(at / HOUR / 24 / 20 * 2 * math.pi))

    def mark(self, coin, at=None, basis=BASIS):
        """What a contract on it costs."""
        return self.index(coin, at) * basis

    def rate(self, coin, at=None):
        """The rate that is settled then: other ones at other times, some below 0."""
        at = self.now if at is None else at
        return round(0.0001 * math.cos(at / HOUR / 8) + len(coin) / 1e6, 8)

    def next_settlement(self, coin):
        """When the running interval ends."""
        width = self.interval(coin) * HOUR
        return (self.now // width + 1) * width

    def settled(self, coin, start, end):
        """The times of settlement from one time to another."""
        width = self.interval(coin) * HOUR
        first = -(-int(start) // width) * width
        return list(range(first, min(int(end), self.now) + 1, width))

    def bars(self, price, start, end, hours):
        """Bars that open from one time to another: open, high, low and close of a price, volume."""
        width = hours * HOUR
        first = -(-int(start) // width) * width
        for opens in range(first, min(int(end), self.now) + 1, width):
            ends = (price(opens), price(opens + width))
            yield opens, ends[0], max(ends) * 1.01, min(ends) * 0.99, ends[1], 7.0 + hours

    @property
    def expiry(self):
        """When dated contracts expire: 08:00 on a Friday two months and more ahead."""
        day = datetime.fromtimestamp(self.now / 1000, UTC) + timedelta(days=70)
        day += timedelta(days=(4 - day.weekday()) % 7)
        return day.replace(hour=8, minute=0, second=0, microsecond=0)

    @property
    def expiry_ms(self):
        """The same in milliseconds since 1970."""
        return int(self.expiry.timestamp() * 1000)
