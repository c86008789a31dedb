"""What venues tell, merged into a book: by identity, over no typed value unless it is asked for."""

from dataclasses import replace
from datetime import datetime

import pytest
from founds import NOW, contract, found, row
from openpyxl import load_workbook
from portfolios import sample, write_workbook

from xlhedge.jobs.merge import Rules
from xlhedge.jobs.refresh import ClosedBook
from xlhedge.readers import read
from xlhedge.xlsx.patch import patched

# The sample has BTC-PERP of Binance, and BTC-JUN of Bybit, inverse, which expires 2026-06-26.
PRICES, POSITIONS = Rules(), Rules(positions=True)
AT_BINANCE = contract("BTCUSDT", "BTC", 61_000.0)


@pytest.fixture
def book(tmp_path):
    """Makes a closed book of tables."""

    def made(**tables):
        return ClosedBook(write_workbook(tmp_path / "book.xlsx", sample(Sources=[], **tables)))

    return made


def after(book, *rows, rules=PRICES, whole=()):
    """The portfolio behind a merge, and what was told."""
    merged = book.merged(found(*rows, whole=whole), rules)
    book.path.write_bytes(book.refreshed(merged.changes))
    return read(book.path), "\n".join(merged.told)


def wrote(book, *rows, rules=PRICES):
    """What changes but Sources, as people read it."""
    changes = book.merged(found(*rows), rules).changes
    return [f"{each.row} {each.column} {each.now}" for each in changes if each.table != "Sources"]


def test_prices_go_to_the_contract_whatever_it_is_called(book):
    """A quote that is blank is the portfolio's, dollars; the venue's is in USDT, and it says so."""
    assert wrote(book(), AT_BINANCE) == [
        " as_of 2026-03-28 08:30:12",
        "BTC spot_price 60939.0",
        "BTC-PERP index_price 60939.0",
        "BTC-PERP futures_price 61000.0",
        "BTC-PERP funding_rate 0.0002",
        "BTC-PERP interval_hours 4.0",
        "BTC-PERP contract_size 1.0",
        "BTC-PERP quote USDT",
    ]


def test_an_inverse_future_is_known_by_its_day(book):
    day = {"contract_type": "inverse", "quote": "USD", "venue": "Bybit", "index_price": None}
    rows = [
        contract("X1", "BTC", 61_500.0, expiry=datetime(2026, 6, 26), **day),
        contract("X2", "BTC", 62_500.0, expiry=datetime(2026, 9, 25), **day),
        contract("X3", "BTC", 63_500.0, **day),
    ]
    assert "BTC-JUN futures_price 61500.0" in (lines := wrote(book(), *rows))
    assert not [line for line in lines if line.startswith("X")]
    new = wrote(book(), *rows[:2], rules=Rules(new=True))
    assert "X2 futures_price 62500.0" in new


def test_typed_terms_stay_and_blank_ones_are_filled(book):
    terms = contract("X", "BTC", 60_030.5, qty_step=0.01, contract_size=1.0, taker_fee=0.0004)
    lines = wrote(book(), terms)
    assert "BTC-PERP contract_size 1.0" in lines
    assert not [line for line in lines if "qty_step" in line or "taker_fee" in line]
    lines = wrote(book(), terms, rules=Rules(terms=True))
    assert {"BTC-PERP qty_step 0.01", "BTC-PERP taker_fee 0.0004"} <= {*lines}


def test_a_spot_price_that_a_venue_tells_beats_its_index(book):
    lines = wrote(book(), AT_BINANCE, row("Holdings", asset="btc", spot_price=60_900.0))
    assert "BTC spot_price 60900.0" in lines
    assert "BTC spot_price 60939.0" not in lines


def test_a_new_contract_gets_a_name_of_its_own_and_a_spare_row(book):
    new = contract("BTC-PERP", "BTC", 61_100.0, venue="MEXC")
    assert wrote(book(), new)[1:] == ["BTC spot_price 61038.9"]
    portfolio, _ = after(book(), new, rules=Rules(new=True))
    (_, _, added) = portfolio.instruments
    assert (added.instrument, added.exchange, added.futures_price) == (
        "BTC-PERP-MEXC", "MEXC", 61_100,
    )  # fmt: skip
    assert portfolio.place("Instruments", 2).endswith("4")


def test_values_that_cannot_be_are_left_and_told(book):
    merged = book().merged(found(contract("X", "BTC", 0.0, funding_rate=float("nan"))), Rules())
    assert not {"futures_price", "funding_rate"} & {each.column for each in merged.changes}
    assert "BTC-PERP: futures_price: 0 is out of range" in "\n".join(merged.told)


def test_a_formula_in_an_input_cell_stays_and_is_told(book):
    path = book().path
    changed = load_workbook(path)
    place = read(path).place("Instruments", 0, "futures_price").partition("!")[2]
    changed["Instruments"][place] = "=1+1"
    changed.save(path)
    part = "xl/worksheets/sheet2.xml"
    path.write_bytes(patched(path.read_bytes(), {part: {place: 60_000.0}}))
    merged = ClosedBook(path).merged(found(AT_BINANCE), Rules())
    assert f"Instruments!{place} BTC-PERP futures_price: holds a formula" in "\n".join(merged.told)
    assert "futures_price" not in {each.column for each in merged.changes}


def tiers(*pairs, name="BTCUSDT"):
    return [row("Tiers", instrument=name, floor=f, mm_rate=rate) for f, rate in pairs]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_tiers_of_an_instrument_are_replaced(count, book):
    """However many there are, those of another instrument stay, and rows of one stand together."""
    mine = [{"instrument": "BTC-PERP", "floor": f, "mm_rate": 0.004 + f / 1e8} for f in (0, 5e4)]
    other = [{"instrument": "BTC-JUN", "floor": 0, "mm_rate": 0.01}]
    new = [(1e5 * n, 0.01 + n / 100) for n in range(count)]
    portfolio, _ = after(book(Tiers=mine + other), AT_BINANCE, *tiers(*new))
    assert [(each.instrument, each.floor, each.mm_rate) for each in portfolio.tiers] == [
        *(("BTC-PERP", *pair) for pair in new), ("BTC-JUN", 0, 0.01),
    ]  # fmt: skip


def short(name="BTCUSDT", account="Main", **more):
    values = {"instrument": name, "account": account, "contracts": 0.7, "entry_price": 60_500.0}
    return row("Shorts", **{**values, **more})


def wallet(account="Main", **more):
    return row("Accounts", **{"account": account, "collateral": "USDT", **more})


def test_positions_are_written_when_they_are_asked_for(book):
    rows = AT_BINANCE, short(), wallet(wallet_balance=9_000.0), wallet("New", wallet_balance=1.0)
    assert not [line for line in wrote(book(), *rows) if "0.7" in line or "9000" in line]
    portfolio, _ = after(book(), *rows, rules=POSITIONS)
    first, *_ = portfolio.shorts
    assert (first.contracts, first.entry_price, first.margin) == (0.7, 60_500, 6_100)
    assert [(each.account, each.wallet_balance) for each in portfolio.accounts] == [
        ("Main", 9_000), ("Main", 0.25), ("New", 1),
    ]  # fmt: skip


def test_a_position_in_a_contract_that_the_book_lacks(book):
    other = contract("ETH-PERP", "ETH", 3_000.0)
    portfolio, _ = after(book(), other, short("ETH-PERP"), rules=POSITIONS)
    assert [each.instrument for each in portfolio.instruments] == [
        "BTC-PERP",
        "BTC-JUN",
        "ETH-PERP",
    ]
    assert (portfolio.shorts[-1].instrument, portfolio.shorts[-1].account) == ("ETH-PERP", "Main")


def test_closed_positions_leave_only_when_asked(book):
    portfolio, told = after(book(), AT_BINANCE, rules=POSITIONS, whole=["MAIN"])
    assert len(portfolio.shorts) == 2
    assert "BTC-PERP: its account has no such position any more; --remove-closed" in told
    gone = Rules(positions=True, remove_closed=True)
    portfolio, _ = after(book(), AT_BINANCE, rules=gone, whole=["Main"])
    assert [each.instrument for each in portfolio.shorts] == ["BTC-JUN"]


def test_only_an_account_that_told_all_of_its_positions_says_that_one_is_closed(book):
    """Its wallet, or another position of it, does not; nor does another account, or a file."""
    eth = contract("ETH-PERP", "ETH", 3_000.0)
    rows = AT_BINANCE, eth, short("ETH-PERP"), wallet()
    gone = Rules(positions=True, remove_closed=True)
    for whole in ((), ["Binance"], ["Main/fund"], ["Main cross USDT"]):
        portfolio, told = after(book(), *rows, rules=gone, whole=whole)
        assert "BTC-PERP" in [each.instrument for each in portfolio.shorts], whole
        assert "remove-closed" not in told


def test_a_position_without_its_contract_closes_nothing(book):
    """Where the prices of a venue failed, its positions came without their contracts."""
    gone = Rules(positions=True, remove_closed=True)
    portfolio, told = after(book(), short(), rules=gone, whole=["Main", "Main cross USDT"])
    assert len(portfolio.shorts) == 2
    assert "BTCUSDT, Main: its contract is not there; left out" in told


def lots(*pairs, **more):
    return [{"instrument": "BTC-PERP", "contracts": n, "entry_price": 61_000, "margin": 6_000,
             "account": account, **more} for n, account in pairs]  # fmt: skip


CROSS = {"account": "Binance cross USDT", "exchange": "Binance", "margin_mode": "cross"}


@pytest.mark.parametrize("typed", [None, "Binance"])
def test_a_short_without_an_account_is_the_one_position_of_its_venues_login(typed, book):
    """It is not a second one: a book that has both is short twice."""
    told_by = row("Accounts", **CROSS, collateral="USDT", wallet_balance=9_000.0)
    accounts = [{"account": "Binance", "exchange": "Binance"}] if typed else None
    old = book(Shorts=lots((0.25, typed)), Accounts=accounts or [CROSS | {"wallet_balance": 1}])
    position = short(account="Binance cross USDT")
    whole = ["Binance", "Binance cross USDT"]
    portfolio, told = after(old, AT_BINANCE, told_by, position, rules=POSITIONS, whole=whole)
    (one,) = portfolio.shorts
    assert (one.contracts, one.account, one.margin) == (0.7, "Binance cross USDT", None)
    assert "closed" not in told


def test_a_short_of_another_login_is_another_one(book):
    old = book(Shorts=lots((0.25, "Binance/fund")), Accounts=[{"account": "Binance/fund"}])
    position, both = short(account="Binance cross USDT"), ["Binance", "Binance cross USDT"]
    told_by = row("Accounts", **CROSS, collateral="USDT", wallet_balance=9_000.0)
    portfolio, told = after(old, AT_BINANCE, told_by, position, rules=POSITIONS, whole=both)
    assert [(each.contracts, each.account) for each in portfolio.shorts] == [
        (0.25, "Binance/fund"), (0.7, "Binance cross USDT"),
    ]  # fmt: skip
    assert "BTC-PERP: stays beside that of account binance cross usdt; if they are the" in told


def test_what_a_venue_shows_no_more_leaves_with_it(book):
    """A liquidation price that its venue does not show any more would be compared with ours."""
    old = book(Shorts=lots((0.25, "Main"), liquidation_price=90_000))
    portfolio, _ = after(old, AT_BINANCE, short(margin=5.0), rules=POSITIONS, whole=["Main"])
    assert (portfolio.shorts[0].liquidation_price, portfolio.shorts[0].margin) == (None, 5)
    old = book(Shorts=lots((0.25, "Main"), liquidation_price=90_000))
    portfolio, _ = after(old, AT_BINANCE, short(), rules=POSITIONS)  # a file never tells it
    assert (portfolio.shorts[0].liquidation_price, portfolio.shorts[0].margin) == (90_000, 6_000)


def test_a_leg_that_is_closed_in_hedge_mode(book):
    account = [{"account": "Main", "position_mode": "hedge"}]
    old = book(Shorts=lots((0.5, "Main"), (-0.1, "Main")), Accounts=account)
    gone = Rules(positions=True, remove_closed=True)
    portfolio, told = after(old, AT_BINANCE, short(), rules=gone)
    assert ([each.contracts for each in portfolio.shorts], told) == ([0.7, -0.1], "")
    old = ClosedBook(old.path)
    portfolio, _ = after(old, AT_BINANCE, short(), rules=gone, whole=["Main"])
    assert [each.contracts for each in portfolio.shorts] == [0.7]


def test_a_short_under_the_second_name_of_its_contract_is_kept_up_to_date(book):
    twice = sample()["Instruments"] + [sample()["Instruments"][0] | {"instrument": "MINE"}]
    mine = [{"instrument": "MINE", "contracts": 0.5, "entry_price": 61_000, "account": "Main"}]
    portfolio, told = after(book(Instruments=twice, Shorts=mine), AT_BINANCE, short(),
                            rules=POSITIONS, whole=["Main"])  # fmt: skip
    assert [(each.instrument, each.contracts) for each in portfolio.shorts] == [("MINE", 0.7)]
    assert "closed" not in told


def test_sources_of_one_closed_position_leave_and_those_of_another_account_stay(book):
    told = [{"table": "Shorts", "row": f"BTC-PERP, {account}", "venue": "Binance", "time": NOW}
            for account in ("Main", "Other")]  # fmt: skip
    path = book().path
    others = [{"account": "Main"}, {"account": "Other"}]
    shorts = lots((0.5, "Main"), (0.5, "Other"))
    write_workbook(path, sample(Sources=told, Shorts=shorts, Accounts=others))
    gone = Rules(positions=True, remove_closed=True)
    portfolio, _ = after(ClosedBook(path), AT_BINANCE, rules=gone, whole=["Main"])
    rows = [each.row for each in portfolio.sources if each.table == "Shorts"]
    assert rows == ["BTC-PERP, Other"]


def test_a_new_contract_of_which_too_little_is_told_is_left(book):
    """As files have it: they tell no prices."""
    bare = row("Instruments", instrument="ETH-PERP", exchange="Binance", underlying="ETH",
               quote="USDT", contract_type="linear", contract_size=1.0)  # fmt: skip
    portfolio, told = after(book(), bare, short("ETH-PERP"), rules=POSITIONS)
    assert len(portfolio.instruments) == len(portfolio.shorts) == 2
    assert (
        "Binance ETH-PERP: Binance tells no futures_price and no funding_rate and no index" in told
    )
    assert "xlhedge market ETH --venue binance --into BOOK" in told


def test_lots_that_add_up_otherwise_stay_and_are_told(book):
    lot = {"instrument": "BTC-PERP", "contracts": 0.25, "entry_price": 61_000, "account": "Main"}
    for contracts, says in ((0.5, False), (0.7, True)):
        rows = AT_BINANCE, short(contracts=contracts)
        portfolio, told = after(book(Shorts=[lot, lot]), *rows, rules=POSITIONS)
        assert [each.contracts for each in portfolio.shorts] == [0.25, 0.25]
        assert ("2 rows add up to 0.5 contracts, Binance has 0.7" in told) == says


def test_in_hedge_mode_a_short_and_a_long_stand_apart(book):
    lots = [
        {"instrument": "BTC-PERP", "contracts": n, "entry_price": 61_000, "account": "Main"}
        for n in (0.5, -0.1)
    ]
    account = [{"account": "Main", "position_mode": "hedge"}]
    rows = AT_BINANCE, short(contracts=-0.2), short(contracts=0.6)
    portfolio, _ = after(book(Shorts=lots, Accounts=account), *rows, rules=POSITIONS)
    assert [each.contracts for each in portfolio.shorts] == [0.6, -0.2]


def test_coins_by_place(book):
    rows = [
        row("Holdings", asset="BTC", place="Binance", quantity=0.5),
        row("Holdings", asset="NEW", place="Binance", quantity=5.0),
    ]
    portfolio, told = after(book(), AT_BINANCE, *rows, rules=POSITIONS)
    assert [(each.asset, each.place, each.quantity) for each in portfolio.holdings] == [
        ("BTC", None, 2), ("SOL", None, 150), ("USDT", None, 10_000), ("BTC", "Binance", 0.5),
    ]  # fmt: skip
    assert "NEW, Binance: Binance has it, but no price is known" in told


def bar(symbol, day, close):
    time = datetime(2026, 3, day)
    return row("History", time=time, symbol=symbol, close=close, volume=1.0)


def test_bars_are_put_among_those_of_their_symbol(book):
    rows = [bar("BTC", day, 1.0) for day in (28, 25, 26)] + [bar("BTCUSDT", 28, 2.0)]
    portfolio, _ = after(book(), AT_BINANCE, *rows)
    found = [(each.symbol, each.time.day, each.close, each.volume) for each in portfolio.history]
    assert found == [
        ("BTC", 25, 1, 1), ("BTC", 26, 59_000, 1), ("BTC", 27, 60_000, 1234.5), ("BTC", 28, 1, 1),
        ("BTC-PERP", 27, 60_030, None), ("BTC-PERP", 28, 2, 1),
    ]  # fmt: skip


def test_sources_keep_what_is_older_and_was_not_fetched_again(book):
    once = [{"table": "Instruments", "row": "BTC-PERP", "column": "taker_fee, futures_price",
             "venue": "Bybit", "time": datetime(2026, 1, 1)}]  # fmt: skip
    path = book().path
    write_workbook(path, sample(Sources=once))
    portfolio, _ = after(ClosedBook(path), AT_BINANCE)
    live = "index_price, funding_rate, interval_hours, contract_size"
    assert [(each.row, each.column, each.venue, each.time) for each in portfolio.sources] == [
        ("BTC", "spot_price", "Binance", NOW),
        ("BTC-PERP", "taker_fee", "Bybit", datetime(2026, 1, 1)),
        ("BTC-PERP", f"futures_price, {live}", "Binance", NOW),
    ]


def test_what_could_not_be_had_stands_in_sources_until_it_can(book):
    first = book()
    for missing in (("Bybit: is down", "WEEX: is down"), ("WEEX: is down",), ()):
        closed = ClosedBook(first.path)
        told = replace(found(AT_BINANCE), missing=missing)
        first.path.write_bytes(closed.refreshed(closed.merged(told, PRICES).changes))
        sources = read(first.path).sources
        gaps = [each for each in sources if each.table == "missing"]
        assert tuple(each.venue for each in gaps) == missing
        assert {each.time for each in gaps} <= {NOW}
        assert len(sources) - len(gaps) == 2


def test_a_book_without_the_table_is_told_so(tmp_path):
    path = write_workbook(tmp_path / "old.xlsx", sample(Sources=None))
    portfolio, told = after(ClosedBook(path), AT_BINANCE)
    assert portfolio.instruments[0].futures_price == 61_000
    assert "Sources: there is no such table" in told


def test_prices_that_jump(book):
    merged = book().merged(found(contract("X", "BTC", 80_000.0)), Rules())
    assert {each.column for each in merged.jumps(0.25)} == {"spot_price", "futures_price"}
    assert merged.jumps(0.5) == []
    assert all(each.jump == pytest.approx(0.333, abs=0.01) for each in merged.jumps(0.25))


def test_the_same_again_changes_nothing(book):
    first = book()
    portfolio, _ = after(first, AT_BINANCE, *tiers((0, 0.004), (1e5, 0.01)), bar("BTC", 28, 5.0))
    again = ClosedBook(first.path)
    assert again.portfolio == portfolio
    rows = AT_BINANCE, *tiers((0, 0.004), (1e5, 0.01)), bar("BTC", 28, 5.0)
    assert again.merged(found(*rows), Rules()).changes == ()
