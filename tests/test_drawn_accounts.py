"""The analysis against the plain model over drawn books."""

from collections import Counter

import pytest
from compared_accounts import differences, portfolio
from drawn_accounts import drawn
from plain_accounts import Book
from plain_scenarios import outcomes

from xlhedge.analysis import analyse


def compared(seeds):
    found, seen = [], 0
    for seed in seeds:
        tables = drawn(seed)
        differs, figures = differences(tables, analyse(portfolio(tables)))
        found += [(seed, *each) for each in differs]
        seen += figures
    return found, seen


def test_drawn_books_are_as_the_plain_model_says():
    found, seen = compared(range(200))
    assert found == []
    assert seen > 40_000


@pytest.mark.long
def test_two_thousand_drawn_books_are_as_the_plain_model_says():
    found, seen = compared(range(200, 2_000))
    assert found == []
    assert seen > 400_000


def kinds(tables):
    """What a book has of what should turn up often."""
    book = Book(tables)
    for position in book.positions:
        yield from of_position(position)
        yield "cross" if book.cross(position.account) else "isolated"
    for wallet in book.wallets:
        yield from of_wallet(wallet)
    if any(row["beta"] < 0 for row in book.holdings):
        yield "negative beta"
    for outcome in outcomes(book).values():
        falls = any(line.liquidated for line in outcome.accounts)
        yield "a wallet falls" if falls else "wallets hold"
        if any(line.liquidated for line in outcome.positions.values()):
            yield "a position falls"


def of_position(position):
    contract = position.contract
    yield "inverse" if contract.inverse else "linear"
    yield "long" if position.contracts < 0 else "short"
    yield f"{contract.row['tier_mode']} tiers" if contract.tiers else "one rate"
    if contract.days is not None:
        yield "dated by coins" if contract.by_coins else "dated by value"
    if contract.parity != 1:
        yield "a parity"
    if position.typed is not None:
        yield "a venue's price"
    if len(position.lots) > 1:
        yield "lots"


def of_wallet(wallet):
    assert wallet.excess({}, {}) > 0
    yield "coin wallet" if wallet.coin else "wallet"
    if wallet.coins:
        yield "collateral of coins"
    if len({position.contract.underlying for position in wallet.positions}) > 1:
        yield "several underlyings"
    up, down = wallet.reaches()
    assert None in (up, down)
    yield "safe" if up is down else "falls in a rise" if down is None else "falls in a fall"


def test_every_kind_turns_up():
    seen = Counter(kind for seed in range(200) for kind in set(kinds(drawn(seed))))
    assert len(seen) == 24
    assert min(seen.values()) >= 10, seen
