"""How long venues take that answer at once: 20 coins on five of them, and how many questions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from timing import Row, medians, seconds

sys.path.insert(
    0, str(Path(__file__).parent.parent / "tests")
)  # the server that answers stands there

COINS = 20
_MOST = {"binance": 50, "bybit": 80, "bingx": 50, "weex": 10, "mexc": 10}
"""Questions that prices and terms of twenty coins may take; a venue's limits are per question."""


def rows() -> Iterator[Row]:
    """The lines of the table: all venues at once, one after the other, and each one's questions."""
    from venue_server import VENUES, VenueServer
    from venue_world import MANY, World

    from xlhedge.market import client
    from xlhedge.market.fetch import Asked, fetch

    server = VenueServer(World(coins=dict(MANY)))
    plain = client.exchange_of
    with server.listening():
        client.exchange_of = server.made(plain)
        try:

            def ask(*venues: str) -> None:
                found = fetch(Asked(venues, tuple(MANY)), lambda *_: None, print)
                assert len({row.values["underlying"] for row in found.of("Instruments")}) == COINS  # noqa: S101  # else nothing was measured

            taken = medians(
                {"at once": lambda: ask(*VENUES), "in turn": lambda: [ask(v) for v in VENUES]}, 3
            )
            server.calls.clear()
            ask(*VENUES)
            asked = Counter(path.split("/")[0] for _, path, *_ in server.calls)
            server.calls.clear()
            days = Asked(("bybit",), tuple(MANY), history_days=90)
            history = seconds(lambda: fetch(days, lambda *_: None, print))
            with_history = len(server.calls)
        finally:
            client.exchange_of = plain
    ratio = taken["at once"] / taken["in turn"]
    yield Row(
        f"{COINS} coins on {len(VENUES)} venues that answer at once", f"{taken['at once']:.2f} s"
    )
    yield Row("  against one venue after the other", f"{ratio:.2f} ×", "≤ 1.2 ×", ratio <= 1.2)
    for venue, count in asked.items():
        most = _MOST[venue]
        yield Row(f"  questions to {venue}", f"{count}", f"≤ {most}", count <= most)
    yield Row(
        f"{COINS} coins of Bybit with 90 days of history: {with_history} questions",
        f"{history:.2f} s",
    )
