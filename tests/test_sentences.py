"""Every sentence of advice, with a small book that makes the report say it.

The numbers in them are worked out by hand beside each book. That none is left out is seen by the
lines of the modules that make them: each must run for one of these books.
"""

import dis
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from books import settings

from xlhedge.analysis import advice as words
from xlhedge.analysis import analyse, roll_advice, unwind_advice
from xlhedge.analysis.advice import advice, advised
from xlhedge.portfolio import Account, Bar, Holding, Instrument, Portfolio, Short

START, NOW = datetime(2026, 2, 1), datetime(2026, 3, 2)


def coin(asset="BTC", quantity=1, price=60_000, **more):
    own = {"asset": asset, "quantity": quantity, "spot_price": price, "instrument": "P"}
    return Holding(**own | more)


def perp(name="P", underlying="BTC", price=60_000, **more):
    own = {"underlying": underlying, "futures_price": price, "index_price": price}
    return Instrument(instrument=name, **own | {"funding_rate": 0.0003, "mm_rate": 0.004} | more)


def dated(name, expiry, price=60_000):
    return Instrument(instrument=name, underlying="BTC", futures_price=price, expiry=expiry,
                      index_price=60_000, mm_rate=0.004)  # fmt: skip


def short(contracts=1, entry=60_000, margin=40_000, **more):
    own = {"instrument": "P", "contracts": contracts, "entry_price": entry, "margin": margin}
    return Short(**own | more)


def book(shorts=(), holdings=None, instruments=None, accounts=(), history=(), **more):
    return Portfolio(
        settings=settings(**more),
        holdings=holdings or [coin()],
        instruments=instruments or [perp()],
        shorts=shorts,
        accounts=accounts,
        history=history,
    )


def bars(symbol, closes, hours=24, **columns):
    """Bars of these closes, and other columns, oldest first."""
    rows = enumerate(closes)
    return [
        Bar(time=START + timedelta(hours=hours * n), symbol=symbol, close=close,
            **{name: values[n] for name, values in columns.items()})
        for n, close in rows
    ]  # fmt: skip


def zigzag(move):
    """Twelve closes that go up by that, and down again."""
    return bars("BTC", [60_000 * (1 + move * (n % 2)) for n in range(12)])


def cross(balance, history=(), side=1):
    own = Account(account="A", margin_mode="cross", wallet_balance=balance)
    lot = short(side, margin=None, account="A")
    return book([lot], [coin(quantity=side)], accounts=[own], history=history)


EXPIRED = datetime(2026, 3, 27)
SUPPORT = bars(
    "BTC", [60_000] * 20 + [60_100], volume=[100] * 20 + [180], low=[59_900] * 20 + [59_000],
    high=[60_500] * 21,
)  # fmt: skip

BOOKS = {
    "at its target": book([short()]),
    "a calm wallet": cross(60_000),
    # 300 of 60,000 is half of the band of 1 %.
    "within the band": book([short(0.995)]),
    "short more": book([short(0.4)]),
    "buy back": book([short(1.3)]),
    "sold": book([short()], [coin(quantity=0)]),
    # 0.02 of 60,000 is less than the 5,000 that the venue takes.
    "too small": book([short(0.98)], instruments=[perp(min_notional=5_000)]),
    "below a step": book([short(0.95)], instruments=[perp(qty_step=0.1)]),
    "margin unknown": book([short(margin=None)]),
    # 66,000 ÷ 1.004 is 9.6 % away; at 78,000 it has lost 18,000 and needs 312 of its 6,000.
    "ten times": book([short(margin=6_000)]),
    # 54,000 ÷ 0.996; at 42,000 it has lost 18,000 and needs 168. Coins below 0 are doubted.
    "a long future": book([short(-1, margin=6_000)], [coin(quantity=-1)]),
    # 20,000 − 480 over 2 × 60,240; at +30 % they have lost 36,000 and need 624.
    "a wallet": book(
        [short(margin=None, account="A"), short(20, 3_000, None, instrument="E", account="A")],
        [coin(), coin("ETH", 20, 3_000, instrument="E")],
        [perp(), perp("E", "ETH", 3_000)],
        [Account(account="A", margin_mode="cross", wallet_balance=20_000)],
    ),
    # Returns of ±15 % a day, 0.1499 and −0.1304 in turns, are 0.1463 × √30 = 80 %: within it lies
    # 35,000 − 240 of 60,240, and 50 % leave 35,000 − 30,000 − 360.
    "a wallet within a typical move": cross(35_000, zigzag(0.15)),
    "at the horizon": book([short(margin=6_000)], horizon_date=NOW),
    "fallen": book([short()], [coin(price=45_000)], [perp(price=45_000)]),
    "funding": book([short()], history=bars("P", [60_000] * 4, 8, funding_rate=[-0.0005] * 4)),
    # 180 against a mean of 100; only the flow of money does not agree.
    "support": book([short()], [coin(support_price=59_000)], history=SUPPORT),
    # Three times a day 0.1 % is 109.5 % a year.
    "dear": book([short()], instruments=[perp(funding_rate=-0.001)]),
    "dear before it is short": book(instruments=[perp(funding_rate=-0.001)]),
    # The coin does the contrary of the future: S − F moves twice as far as S, variance 4 times.
    "added risk": book(
        [short()],
        history=[
            *bars("BTC", [100, 110, 100, 110, 100], 8),
            *bars("P", [110, 100, 110, 100, 110], 8),
        ],
    ),
    "a short of nothing": book(
        [short(), short(2, 100, 400, instrument="S")], instruments=[perp(), perp("S", "SOL", 100)]
    ),
    "a long future of nothing": book(
        [short(), short(-2, 100, 400, instrument="S")], instruments=[perp(), perp("S", "SOL", 100)]
    ),
    # 10 coins of margin are 1,000, more than the 200 that are short.
    "coins posted for nothing": book(
        [short(), short(20, 100, 10, instrument="S")],
        instruments=[perp(), perp("S", "SOL", 100, contract_type="inverse", contract_size=10)],
    ),
    "naked": book(holdings=[coin(instrument=None)]),
    "without an instrument": book([short(0.4)], [coin(instrument=None)]),
    "covered without an instrument": book([short()], [coin(instrument=None)]),
    # Funding of 0.03 % three times a day for 5 days on 60,000 is 270.
    "a roll into a perpetual": book(
        [short(instrument="Q")], [coin(instrument="Q")], [dated("Q", EXPIRED), perp()]
    ),
    "nothing to roll into": book(
        [short(instrument="Q")], [coin(instrument="Q")], [dated("Q", EXPIRED)]
    ),
    # 1,000 of 60,000 in 91 days are 6.68 % a year.
    "a roll of what is ordered": book(
        holdings=[coin(quantity=2, instrument="Q")],
        instruments=[dated("Q", EXPIRED), dated("R", datetime(2026, 6, 26), 61_000)],
    ),
    "a roll in hours": book(
        [short(instrument="Q")],
        [coin(instrument="Q")],
        [dated("Q", datetime(2026, 3, 31, 12)), perp(funding_rate=0)],
    ),
    "mistyped": book(
        holdings=[coin(), *(coin(n, 1, 100, instrument=n) for n in ("ETH", "SOL", "XRP"))],
        instruments=[perp(), *(perp(n, n, 100) for n in ("ETH", "SOL", "XRP"))],
        hedge_ratio=3,
    ),
    "funding mistyped": book([short()], instruments=[perp(funding_rate=-0.02)]),
    "funding mistyped, an order": book([short(0.4)], instruments=[perp(funding_rate=-0.02)]),
}


def listed():
    """The sentences of each book, from the list beside this file."""
    found, name = {}, ""
    for line in Path(__file__).with_name("sentences.txt").read_text("utf-8").splitlines():
        if line.startswith("  "):
            found[name].append(line.strip())
        elif line:
            name = line
            found[name] = []
    return found


SAID = listed()


def test_each_book_is_on_the_list():
    assert list(SAID) == list(BOOKS)


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_said_of_a_book(name):
    assert advice(analyse(BOOKS[name])) == SAID[name]


def test_within_a_typical_move_margin_is_the_first_advice():
    """Daily returns of +5 % and −4.76 % in turns: 0.05098 × √30 is 27.9 %, more than 26.2 %."""
    (said,) = advice(analyse(book([short(margin=16_000)], history=zigzag(0.05))))
    assert said.startswith("Add 2,312 USD of margin to P: a move of +26.2 % liquidates it, and")
    assert "A typical move to the horizon is ±27.9 %" in said
    (said,) = advice(analyse(book([short(margin=35_000)], history=zigzag(0.15))))
    assert said.startswith("Add margin to P, or hedge less: a move of +57.7 % liquidates it. A typ")


MODULES = (words, roll_advice, unwind_advice)


def lines_of(code):
    """The lines of a function's code and of those within it."""
    yield from {line for _, line in dis.findlinestarts(code) if line} - {code.co_firstlineno}
    for each in code.co_consts:
        if hasattr(each, "co_code"):
            yield from lines_of(each)


def test_no_sentence_is_left_out():
    ran = {module.__file__: set() for module in MODULES}

    def traced(frame, *_):
        if frame.f_code.co_filename not in ran:
            return None
        ran[frame.f_code.co_filename].add(frame.f_lineno)
        return traced

    analyses = [analyse(portfolio) for portfolio in BOOKS.values()]
    for margin, move in ((16_000, 0.05), (35_000, 0.15)):
        analyses.append(analyse(book([short(margin=margin)], history=zigzag(move))))
    before = sys.gettrace()
    sys.settrace(traced)
    try:
        for each in analyses:
            advice(each)
            advised(each)
    finally:
        sys.settrace(before)
    left = {
        f"{module.__name__}:{line}"
        for module in MODULES
        for name, each in vars(module).items()
        if getattr(each, "__module__", "") == module.__name__ and hasattr(each, "__code__")
        for line in lines_of(each.__code__)
        if line not in ran[module.__file__]
    }
    assert not left
