"""Coins stay what they are, whatever a book and a venue take for one contract."""

import pytest
from founds import contract, found, row
from openpyxl import load_workbook
from portfolios import sample, write_workbook

from xlhedge.jobs.merge import Rules
from xlhedge.jobs.refresh import ClosedBook
from xlhedge.readers import read
from xlhedge.xlsx.patch import patched

PRICES, TERMS = Rules(), Rules(terms=True)
POSITIONS = Rules(positions=True)
PRICE = 61_000.0
SIZE, LOT = 0.0001, 0.25  # coins of one of the venue's contracts; coins of the short in the book


@pytest.fixture
def book(tmp_path):
    """Makes a closed book with one short of 0.25 coins, which is LOT / size contracts."""

    def made(size=1.0, *, inverse=False, unit=None, shorts=None, **terms):
        future = {
            "instrument": "BTC-PERP", "exchange": "MEXC", "underlying": "BTC",
            "futures_price": 60_000.0, "funding_rate": 0.0001, "quote": "USDT",
            "contract_size": size, **terms,
        }  # fmt: skip
        if inverse:
            future |= {"contract_type": "inverse", "quote": "USD"}
        one = {"instrument": "BTC-PERP", "contracts": LOT / (unit or size or 1),
               "entry_price": 61_000, "margin": 6_100}  # fmt: skip
        tables = sample(Instruments=[future], Shorts=[one] if shorts is None else shorts)
        tables |= {"Sources": [], "Scenarios": []}
        for name in ("Accounts", "Tiers", "History"):
            tables.pop(name, None)
        for held in tables["Holdings"]:
            held["instrument"] = None
        return ClosedBook(write_workbook(tmp_path / "book.xlsx", tables))

    return made


def at_mexc(size=SIZE, **more):
    return contract("X", "BTC", PRICE, venue="MEXC", contract_size=size, **more)


def position(contracts, **more):
    values = {"instrument": "X", "contracts": contracts, "entry_price": 60_500.0, "margin": 6_000.0}
    return row("Shorts", "MEXC", **{**values, **more})


def after(book, *rows, rules=POSITIONS, whole=()):
    merged = book.merged(found(*rows, whole=whole), rules)
    book.path.write_bytes(book.refreshed(merged.changes))
    return read(book.path), "\n".join(merged.told)


def coins(portfolio, price=1.0):
    """Contracts times their size, of a linear one; divided by a price of an inverse one."""
    sizes = {each.instrument: each.contract_size for each in portfolio.instruments}
    return sum(each.contracts * sizes[each.instrument] for each in portfolio.shorts) / price


@pytest.mark.parametrize("rules", [POSITIONS, Rules(positions=True, terms=True)])
@pytest.mark.parametrize("size", [1.0, 0.0001, 0.01, None])
def test_a_position_is_as_many_coins_as_its_venue_has(book, size, rules):
    """The venue has 3,000 contracts of 0.0001 coins: 0.3."""
    portfolio, _ = after(book(size), at_mexc(), position(3_000.0), rules=rules)
    assert coins(portfolio) == pytest.approx(0.3, rel=1e-12)
    (short,) = portfolio.shorts
    assert short.contracts == (3_000 if rules.terms else pytest.approx(0.3 / (size or 1)))


@pytest.mark.parametrize("size", [1.0, 10.0, 100.0])
def test_an_inverse_position_is_as_much_money_as_its_venue_has(book, size):
    """30,000 contracts of 1 dollar are 30,000 dollars, and at 60,000 half a coin."""
    rows = at_mexc(1.0, contract_type="inverse", quote="USD"), position(30_000.0, margin=0.1)
    portfolio, _ = after(book(size, inverse=True), *rows)
    assert portfolio.shorts[0].contracts == 30_000 / size
    assert coins(portfolio, price=60_000) == 0.5


@pytest.mark.parametrize("size", [1.0, 0.01, 0.0001])
def test_terms_leave_a_typed_short_its_coins(book, size):
    """And the steps of orders, which are in contracts, too: typed ones are counted anew."""
    old = book(size, qty_step=0.001 / size, min_qty=0.005 / size)
    assert coins(old.portfolio) == pytest.approx(LOT, rel=1e-12)
    portfolio, _ = after(old, at_mexc(qty_step=None, min_qty=None), rules=TERMS)
    (future,), (short,) = portfolio.instruments, portfolio.shorts
    assert future.contract_size == SIZE
    assert short.contracts == 2_500  # 0.25 / 0.0001
    assert (future.qty_step, future.min_qty) == (10, 50)  # 0.001 and 0.005 coins
    assert short.entry_price == 61_000


def test_terms_of_an_inverse_contract_leave_a_typed_short_its_money(book):
    shorts = [{"instrument": "BTC-PERP", "contracts": 300, "entry_price": 61_000, "margin": 0.1}]
    old = book(100.0, inverse=True, shorts=shorts)
    rows = [at_mexc(10.0, contract_type="inverse", quote="USD")]
    portfolio, _ = after(old, *rows, rules=TERMS)
    assert (portfolio.instruments[0].contract_size, portfolio.shorts[0].contracts) == (10, 3_000)


def test_a_venues_steps_are_told_in_the_books_contracts(book):
    """A step of one contract of 0.0001 coins is one of 0.0001 contracts of a coin."""
    portfolio, _ = after(book(1.0), at_mexc(qty_step=1.0, min_qty=5.0), rules=PRICES)
    (future,) = portfolio.instruments
    assert (future.contract_size, future.qty_step, future.min_qty) == (1, 0.0001, 0.0005)


def test_a_blank_size_stays_where_something_was_typed_with_it(book):
    """Blank counts as 1; it is filled where that changes nothing, and else when it is asked for."""
    portfolio, told = after(book(None, unit=1.0), at_mexc(), rules=PRICES)
    assert "contract_size" not in portfolio.instruments[0].given
    assert coins(portfolio) == LOT
    assert "contract_size: MEXC has 0.0001; blank counts as 1, and Shorts!B2 was typed" in told
    portfolio, _ = after(ClosedBook(book(None, unit=1.0).path), at_mexc(), rules=TERMS)
    assert (portfolio.instruments[0].contract_size, portfolio.shorts[0].contracts) == (SIZE, 2_500)
    portfolio, told = after(book(None, shorts=[]), at_mexc(), rules=PRICES)
    assert (portfolio.instruments[0].contract_size, told) == (SIZE, "")


def with_formula(book, table, column):
    """The book with a formula in the place of one of its numbers."""
    path, place = book.path, book.portfolio.place(table, 0, column)
    sheet, _, cell = place.rpartition("!")
    number = getattr(book.portfolio.rows[table][0], column)
    changed = load_workbook(path)
    changed[sheet][cell] = f"={number}*1"
    part = f"xl/worksheets/sheet{changed.sheetnames.index(sheet) + 1}.xml"
    changed.save(path)
    path.write_bytes(patched(path.read_bytes(), {part: {cell: number}}))
    return ClosedBook(path)


def test_a_size_stays_where_a_formula_counts_in_it(book):
    old = with_formula(book(1.0), "Shorts", "contracts")
    merged = old.merged(found(at_mexc()), TERMS)
    assert not {"contract_size", "contracts"} & {each.column for each in merged.changes}
    why = "contract_size: MEXC has 0.0001; it stays, as Shorts!B2 counts in the old one"
    assert why in "\n".join(merged.told)


def test_a_size_that_is_a_formula_stays_and_positions_are_counted_in_it(book):
    old = with_formula(book(1.0), "Instruments", "contract_size")
    rules = Rules(positions=True, terms=True)
    merged = old.merged(found(at_mexc(), position(3_000.0)), rules)
    cells = {(each.table, each.column): each.now for each in merged.changes}
    assert ("Instruments", "contract_size") not in cells
    assert cells["Shorts", "contracts"] == 0.3


def test_lots_are_compared_as_coins(book):
    lots = [{"instrument": "BTC-PERP", "contracts": each, "entry_price": 61_000, "margin": 1_000}
            for each in (0.1, 0.2)]  # fmt: skip
    for contracts, says in ((3_000.0, False), (3_001.0, True)):
        for rules in (POSITIONS, Rules(positions=True, terms=True)):
            portfolio, told = after(book(shorts=lots), at_mexc(), position(contracts), rules=rules)
            assert coins(portfolio) == pytest.approx(0.3, rel=1e-12)
            assert ("2 rows add up to" in told) == says


def test_contracts_whose_size_nobody_told_are_left(book):
    portfolio, told = after(book(1.0), at_mexc(None), position(3_000.0))
    assert coins(portfolio) == LOT
    assert "BTC-PERP, MEXC: MEXC does not tell the size of its contracts; left out" in told


def test_a_coin_by_the_thousand_is_counted_in_coins(book):
    """300 contracts at the venue are 300,000 coins; the book counts in coins."""
    terms = {"underlying": "SHIB", "futures_price": 0.00001, "index_price": 0.00001}
    shorts = [{"instrument": "BTC-PERP", "contracts": 5, "entry_price": 0.00001, "margin": 1}]
    shib = contract("X", "SHIB", 0.00001, venue="MEXC", contract_size=1_000.0)
    portfolio, _ = after(book(1.0, shorts=shorts, **terms), shib, position(300.0, entry_price=1e-5))
    assert coins(portfolio) == 300_000
    assert portfolio.shorts[0].contracts * portfolio.shorts[0].entry_price == pytest.approx(3)
