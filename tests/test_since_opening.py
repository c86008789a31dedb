"""What a position has brought since it was opened, against sums done by hand."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlhedge.market.bookings import Span, bookings_of
from xlhedge.market.positions import OpenPosition
from xlhedge.market.since_opening import earned_by, told_by_itself

NOW = datetime(2026, 11, 27, 8)
SYMBOL = "BTC/USDT:USDT"
MARKET = {"symbol": SYMBOL, "settle": "USDT", "linear": True, "inverse": False}
MARKETS = {SYMBOL: MARKET}


def ms(days_ago):
    moment = NOW - timedelta(days=days_ago)
    return int((moment - datetime(1970, 1, 1)).total_seconds() * 1000)


def position(contracts, opened=None, settle="USDT", **told):
    return OpenPosition(
        SYMBOL, contracts, 60_000.0, False, None, None, opened, None, settle, False, told
    )


def trade(days_ago, side, amount, realised=0.0, fee=1.0, currency="USDT", of="BOTH"):
    return {
        "timestamp": ms(days_ago), "side": side, "amount": amount,
        "fee": {"cost": fee, "currency": currency},
        "info": {"realizedPnl": str(realised), "positionSide": of},
    }  # fmt: skip


def paid(days_ago, amount):
    return {"timestamp": ms(days_ago), "symbol": SYMBOL, "amount": amount}


class Venue:
    """ccxt's client of a venue that has booked some things, and gives at most a page of them."""

    markets = MARKETS

    def __init__(self, trades=(), funding=()):
        self.trades, self.funding, self.asked = trades, funding, []

    def _between(self, rows, start, end, limit):
        self.asked.append((start, end))
        return [row for row in rows if start <= row["timestamp"] <= end][:limit]

    def fetch_my_trades(self, symbol, since, limit, params):
        assert symbol == SYMBOL
        return self._between(self.trades, since, params["endTime"], limit)

    def fetch_funding_history(self, symbol, since, limit, params):
        assert symbol is None
        return self._between(self.funding, since, params["until"], limit)


def earned(venue, client, *positions):
    return earned_by(venue, client, positions, ms(0))


def test_what_was_booked_since_the_trade_that_opened_it_and_nothing_before():
    trades = [
        trade(30, "sell", 1.0), trade(29, "buy", 1.0, 500.0),  # another one, closed
        trade(20, "sell", 2.0, fee=6.0), trade(19, "sell", 1.0, fee=3.0),
        trade(3, "buy", 0.5, 100.0, fee=1.5),
    ]  # fmt: skip
    client = Venue(trades, [paid(29.5, 7.0), paid(12, 4.0), paid(2, -1.0)])
    (found,) = earned("binance", client, position(2.5))
    assert (found.opened, found.notes) == (NOW - timedelta(days=20), ())
    assert (found.funding, found.realised, found.fees) == (3.0, 100.0, 10.5)
    assert min(start for start, _ in client.asked) > ms(21.1)  # no week more than it takes


@pytest.mark.parametrize("sign", [1, -1])
def test_a_trade_that_turned_a_position_has_brought_the_new_one_its_part(sign):
    one, other = ("buy", "sell") if sign > 0 else ("sell", "buy")
    client = Venue([trade(9, one, 1.0), trade(8, other, 3.0, 250.0, fee=9.0)])
    (found,) = earned("binance", client, position(sign * 2.0))
    assert (found.opened, found.realised, found.fees) == (NOW - timedelta(days=8), 0.0, 6.0)


def test_fees_in_another_coin_are_told_and_not_added():
    client = Venue([trade(9, "sell", 1.0, fee=0.01, currency="BNB"), trade(8, "sell", 1.0, fee=2)])
    (found,) = earned("binance", client, position(2.0))
    assert (found.fees, found.notes) == (2.0, ("fees of 0.01 BNB are not in fees_paid",))


def test_what_is_older_than_bookings_go_back_is_told():
    client = Venue([trade(200, "sell", 1.0), trade(50, "sell", 1.0)], [paid(1, 2.0)])
    (found,) = earned("binance", client, position(2.0))
    assert (found.opened, found.funding, found.fees) == (None, 2.0, 1.0)
    assert found.notes == ("what was booked before 2026-08-28 08:00 is not in its sums",)


def test_two_sides_of_a_contract_have_their_own_trades_and_no_funding():
    trades = [trade(9, "sell", 1.0, fee=3.0, of="SHORT"), trade(8, "buy", 4.0, fee=5.0, of="LONG")]
    short, long = earned("binance", Venue(trades, [paid(1, 2.0)]), position(1.0), position(-4.0))
    assert (short.fees, short.funding, long.fees, long.funding) == (3.0, None, 5.0, None)
    assert "left out" in short.notes[0]


@example(set(range(1000)))
@given(st.sets(st.integers(0, 999), max_size=500))
def test_pages_lose_nothing_and_tell_nothing_twice(times):
    funding = [{"timestamp": each, "symbol": SYMBOL, "amount": 1.0} for each in sorted(times)]
    found = bookings_of("weex", Venue(funding=funding), [SYMBOL], Span(0, 999))
    assert sorted(each.time for each in found) == sorted(times)


def test_a_venue_that_takes_no_notice_of_times_is_counted_once():
    client = Venue(funding=[paid(20, 9.0), paid(9, 1.5), paid(1, -0.25)])
    client.fetch_funding_history = lambda *_: client.funding
    (found,) = earned("weex", client, position(1.0, NOW - timedelta(days=15)))
    assert found.funding == 1.25


class Bybit:
    """ccxt's client of Bybit, whose log comes in pages of two."""

    markets = MARKETS

    def __init__(self, *rows):
        self.rows = rows

    def safe_symbol(self, name, *_):
        return {"BTCUSDT": SYMBOL}.get(name, name)

    def privateGetV5AccountTransactionLog(self, asked):  # noqa: N802  # ccxt's own name
        assert asked["category"] == "linear"
        start, end = asked["startTime"], asked["endTime"]
        rows = [row for row in self.rows if start <= int(row["transactionTime"]) <= end]
        first = int(asked.get("cursor", 0))
        more = str(first + 2) if rows[first + 2 :] else ""
        return {"result": {"list": rows[first : first + 2], "nextPageCursor": more}}


def logged(days_ago, kind, side="Sell", qty=0, cash=0, fee=0, funding="", symbol="BTCUSDT"):
    return {
        "transactionTime": str(ms(days_ago)), "symbol": symbol, "type": kind, "side": side,
        "qty": str(qty), "cashFlow": str(cash), "fee": str(fee), "funding": str(funding),
    }  # fmt: skip


def test_the_log_of_bybit_has_fees_as_costs_and_funding_as_income():
    client = Bybit(
        logged(1, "SETTLEMENT", qty=2, funding="-0.5", fee=0),
        logged(2, "TRADE", "Buy", 1, cash=30, fee=0.25),
        logged(3, "SETTLEMENT", qty=3, funding="2"),
        logged(4, "TRADE", "Sell", 3, fee=0.75),
        logged(4, "TRADE", "Sell", 3, fee=9, symbol="ETHUSDT"),
        logged(5, "TRADE", "Buy", 1, cash=99, fee=9),
    )
    (found,) = earned("bybit", client, position(2.0))
    assert (found.opened, found.funding, found.realised, found.fees) == (
        NOW - timedelta(days=4), 1.5, 30.0, 1.0,
    )  # fmt: skip


@pytest.mark.parametrize(("sign", "realised"), [(1, 5.0), (-1, -5.0)])
def test_the_positions_of_weex_have_their_own_sums(sign, realised):
    """Two opened at 100, a half closed at 90: a short has made 5, a long has lost them."""
    told = {
        "openValue": "150", "cumOpenValue": "200", "cumCloseValue": "45", "cumOpenFee": "0.2",
        "cumCloseFee": "0.05", "cumLiquidateFee": "0", "cumFundingFee": "1.25",
    }  # fmt: skip
    opened = NOW - timedelta(days=3)
    client = Venue(funding=[paid(4, 9.0), paid(3, 1.5), paid(1, -0.25)])
    (found,) = earned("weex", client, position(sign * 1.5, opened, **told))
    assert (found.opened, found.funding, found.realised, found.fees) == (
        opened, 1.25, realised, 0.25,
    )  # fmt: skip
    assert len(client.asked) == 1


def test_the_positions_of_mexc_have_their_own_sums_or_one():
    sums = {"realised": "0.1829", "closeProfitLoss": "0.3423", "fee": "0.1594", "holdFee": "-0.02"}
    (found,) = earned("mexc", Venue(), position(1.0, NOW, **sums))
    assert (found.funding, found.realised, found.fees) == (-0.02, 0.3423, 0.1594)
    (older,) = earned("mexc", Venue(), position(1.0, NOW, realised="-0.0073", holdFee="0"))
    assert (older.funding, older.realised, older.fees) == (None, -0.0073, None)
    assert older.notes == ("P&L of parts closed, funding and fees are one sum, in realised_pnl",)


class BingX:
    """ccxt's client of BingX, with its income."""

    markets = MARKETS

    def __init__(self, *rows):
        self.rows = rows

    def safe_symbol(self, *_):
        return SYMBOL

    def swapV2PrivateGetUserIncome(self, asked):  # noqa: N802  # ccxt's own name
        start, end = asked["startTime"], asked["endTime"]
        return {"data": [row for row in self.rows if start <= row["time"] <= end]}


def test_income_of_bingx_is_read_from_the_opening_where_that_is_told():
    kinds = {"TRADING_FEE": -0.3, "FUNDING_FEE": 0.2, "REALIZED_PNL": 5.0, "TRANSFER": 1000.0}
    rows = [
        {"time": ms(day), "symbol": "BTC-USDT", "incomeType": kind, "income": str(income)}
        for day in (1, 9)
        for kind, income in kinds.items()
    ]
    (found,) = earned("bingx", BingX(*rows), position(1.0, NOW - timedelta(days=8)))
    assert (found.funding, found.realised, found.fees) == (0.2, 5.0, 0.3)
    for untold in (position(1.0, realisedProfit="-0.0251"), position(1.0, NOW, "BTC")):
        (found,) = earned("bingx", BingX(*rows), untold)
        assert (found.funding, found.fees, len(found.notes)) == (None, None, 1)
        assert found == told_by_itself("bingx", untold)


def test_nothing_is_known_of_what_a_venue_does_not_tell():
    (found,) = earned("kraken", Venue(), position(1.0))
    assert (found.funding, found.realised, found.fees) == (None, None, None)
