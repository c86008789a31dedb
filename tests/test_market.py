"""What five venues tell, as rows: against the closed form of a market that never was."""

import re
from datetime import UTC, datetime

import pytest
import venue_accounts
from answers_mexc import CUSTOM
from market_asked import found, instruments, lines, rows
from venue_server import VENUES, VenueServer
from venue_world import BASIS, DATED, HOUR, World

from xlhedge.errors import InputError, MachineError
from xlhedge.market import client
from xlhedge.market.contracts import Contract
from xlhedge.market.fetch import ADAPTERS, Asked, fetch
from xlhedge.portfolio import Bar, Instrument, Tier

approx = pytest.approx
TERMS = ("contract_size", "qty_step", "min_qty", "min_notional", "interval_hours", "max_leverage")
TOLD = {
    "binance": {
        "BTC-PERP": (1, 0.001, 0.001, 100, 8, None),
        "BTC-PERP-USDC": (1, 0.001, 0.001, 100, 8, None),
        "BTC-INV": (100, 1, 1, None, 8, None),
        "ETH-PERP": (1, 0.001, 0.001, 100, 4, None),
        "ETH-INV": (10, 1, 1, None, 4, None),
        "SHIB-PERP": (1000, 1, 1, 100, 8, None),
    },
    "bybit": {
        "BTC-PERP": (1, 0.001, 0.001, 5, 8, 100),
        "BTC-INV": (1, 1, 1, None, 8, 100),
        "ETH-PERP": (1, 0.001, 0.001, 5, 4, 100),
        "ETH-INV": (1, 1, 5, None, 4, 100),
        "SHIB-PERP": (1000, 0.001, 0.001, 5, 8, 100),
    },
    "bingx": {
        "BTC-PERP": (1, 0.0001, 0.0001, 2, 8, 100),
        "BTC-INV": (100, 1, 1, 100, None, None),
        "ETH-PERP": (1, 0.0001, 0.0001, 2, 4, 100),
        "ETH-INV": (10, 1, 1, 10, None, None),
        "SHIB-PERP": (1000, 0.0001, 0.0001, 2, 8, 100),
    },
    "weex": {
        "BTC-PERP": (1, 1e-6, 0.0001, None, 8, 400),
        "ETH-PERP": (1, 1e-6, 0.0001, None, 4, 400),
        "SHIB-PERP": (1000, 1e-6, 0.0001, None, 8, 400),
    },
    "mexc": {
        "BTC-PERP": (0.0001, 1, 1, None, 8, 125),
        "BTC-INV": (100, 1, 1, None, 8, 125),
        "ETH-PERP": (0.01, 1, 1, None, 4, 125),
        "ETH-INV": (10, 1, 1, None, 4, 125),
        "SHIB-PERP": (1000, 1, 1, None, 8, 125),
    },
}
"""What the answers say, read off them by hand."""
FEES = {"bingx": (0.00052, 0.00021), "weex": (0.0008, 0.0002), "mexc": (0.0006, 0.0002)}


@pytest.fixture(autouse=True)
def near(monkeypatch):
    """The venues without sockets, for many questions."""
    return VenueServer().here(monkeypatch, sockets=False)


@pytest.mark.parametrize("venue", VENUES)
def test_terms_and_prices_are_those_that_the_venue_says(venue, near):
    world, told = near.world, instruments(found(venue))
    perpetual = {name: row for name, row in told.items() if "expiry" not in row}
    assert {
        name: tuple(row.get(column) for column in TERMS) for name, row in perpetual.items()
    } == TOLD[venue]
    for name, row in told.items():
        coin = name.split("-")[0]
        assert row["index_price"] == approx(world.index(coin))
        assert row["futures_price"] == approx(
            world.mark(coin, basis=DATED if "expiry" in row else BASIS)
        )
        assert row.get("funding_rate") == (None if "expiry" in row else world.rate(coin))
        assert row["contract_type"] == ("inverse" if "-INV" in name else "linear")
        assert Instrument(**row)


@pytest.mark.parametrize("venue", ["binance", "bybit"])
def test_dated_contracts_linear_and_inverse_and_none_that_has_expired(venue, near):
    told = instruments(found(venue, coins=("BTC",)))
    day = f"{near.world.expiry:%Y%m%d}"
    dated = {name: row["expiry"] for name, row in told.items() if "expiry" in row}
    assert dated == dict.fromkeys(
        (f"BTC-{day}", f"BTC-INV-{day}"), near.world.expiry.replace(tzinfo=None)
    )


def test_weex_a_contract_is_one_coin_and_not_the_step_between_quantities():
    assert instruments(found("weex", coins=("BTC",)))["BTC-PERP"]["contract_size"] == 1


def test_mexc_tiers_begin_at_a_value_and_not_at_a_number_of_contracts(near):
    told = found("mexc")
    mark = near.world.mark
    tiers = {
        name: [(row["floor"], row["mm_rate"]) for row in steps]
        for name, steps in rows(told, "Tiers").items()
    }
    # 10,000 contracts of 0.0001 BTC, and 200,000 more; of 100 dollars where they are inverse.
    assert tiers["BTC-PERP"] == [
        (0, approx(0.004)),
        (approx(mark("BTC")), approx(0.008)),
        (approx(21 * mark("BTC")), approx(0.012)),
    ]
    assert tiers["BTC-INV"][1][0] == approx(1_000_000 / mark("BTC"))
    assert tiers["ETH-PERP"] == [(0, 0.001), (approx(500 * mark("ETH")), 0.0025)]
    assert CUSTOM[0]["maxVol"] * 0.01 == 500
    assert instruments(told)["ETH-PERP"]["mm_rate"] == 0.001


def test_mexc_all_rates_are_one_question_and_what_it_leaves_out_another(near):
    found("mexc", tiers=False)
    asked = [path for _, path, *_ in near.calls if "funding_rate" in path]
    assert asked == ["mexc/api/v1/contract/funding_rate"]
    near.altered = lambda path, answer: (
        {**answer, "data": answer["data"][1:]} if path.endswith("funding_rate") else answer
    )
    told = instruments(found("mexc", tiers=False))
    assert told["BTC-PERP"]["interval_hours"] == 8
    assert near.calls[-1][1] == "mexc/api/v1/contract/funding_rate/BTC_USDT"


def test_binance_an_interval_that_is_listed_is_not_asked_for_again(near):
    told = instruments(found("binance", coins=("ETH",)))
    assert told["ETH-PERP"]["interval_hours"] == near.world.interval("ETH") == 4
    asked = [query["symbol"] for _, path, query, _ in near.calls if path.endswith("fundingRate")]
    assert asked == ["ETHUSD_PERP"]


def test_weex_an_interval_that_is_not_told_ends_with_no_answers_time(near):
    """What ccxt calls the time of settlement is the time of the answer: an hour after the last."""
    near.world.now = near.world.now // (4 * HOUR) * 4 * HOUR + HOUR
    near.altered = lambda path, answer: (
        [{**row, "collectCycle": None, "nextFundingTime": None} for row in answer]
        if path.endswith("premiumIndex") else answer
    )  # fmt: skip
    assert instruments(found("weex", coins=("ETH",)))["ETH-PERP"]["interval_hours"] == 4


def test_binance_an_interval_that_is_not_listed_is_measured_and_never_taken_for_8(near):
    near.world.hours["BTC"] = 1  # not in its list, as only changed ones of USDⓈ-M are
    listed = near.altered
    near.altered = lambda path, answer: [] if path.endswith("fundingInfo") else listed(path, answer)
    told = instruments(found("binance"))
    assert {name: told[name]["interval_hours"] for name in ("BTC-PERP", "BTC-INV", "ETH-PERP")} == {
        "BTC-PERP": 1, "BTC-INV": 1, "ETH-PERP": 4,
    }  # fmt: skip
    near.fail("fundingRate", 400)
    told = found("binance", coins=("BTC",))
    assert "interval_hours" not in instruments(told)["BTC-PERP"]
    assert "does not tell; blank counts as 8 hours: interval_hours of BTC-PERP" in lines(told)


def test_bybit_tiers_of_all_pages_and_percent_as_shares():
    tiers = rows(found("bybit", coins=("BTC",)), "Tiers")
    linear = [(row["floor"], row["mm_rate"]) for row in tiers["BTC-PERP"]]
    assert linear == [(0, 0.005), (2e6, 0.0075), (3e6, 0.01)]
    inverse = [(row["floor"], row["mm_rate"]) for row in tiers["BTC-INV"]]
    assert inverse == [(0, 0.005), (150, 0.01)]
    assert all(Tier(**row) for steps in tiers.values() for row in steps)


@pytest.mark.parametrize(
    ("venue", "why"),
    [("binance", "to a key only"), ("bingx", "to a key only"), ("weex", "liquidation by mm_rate")],
)
def test_a_venue_without_tiers_says_so_and_that_is_no_failure(venue, why):
    told = found(venue, coins=("SHIB",))
    assert not told.of("Tiers")
    assert not told.missing
    assert why in lines(told)
    assert "liquidation by mm_rate" in lines(told)
    assert "tiers of SHIB-PERP" in lines(told)


@pytest.mark.parametrize(("venue", "asked"), [("binance", 2), ("bingx", 1)])
def test_where_a_key_is_set_up_tiers_are_told_to_it(venue, asked, near, monkeypatch):
    """Nothing else is signed but the question what the key may do; it is the account's."""
    told_to_keys(near, monkeypatch, venue, "fund")
    told = found(venue, coins=("BTC",), account="fund")
    tiers = rows(told, "Tiers")
    assert tiers["BTC-PERP"][0]["floor"] == 0
    assert instruments(told)["BTC-PERP"]["mm_rate"] == tiers["BTC-PERP"][0]["mm_rate"]
    signed = [path for _, path, query, _ in near.calls if "signature" in query]
    assert len(signed) == 1 + asked
    assert not [path for path in signed if not re.search("(?i)permissions|restrictions|leverage"
                                                         "Bracket|maintMargin", path)]  # fmt: skip
    assert not found(venue, coins=("BTC",)).of("Tiers")  # that account has no key


def test_a_key_of_a_venue_that_tells_its_tiers_to_all_is_not_used(near, monkeypatch):
    told_to_keys(near, monkeypatch, "bybit")
    assert found("bybit", coins=("BTC",)).of("Tiers")
    assert venue_accounts.KEY not in str(near.calls)


def told_to_keys(near, monkeypatch, venue, account=""):
    """A venue that has an account, whose key is in the environment."""
    venue_accounts.opened(near)
    for name, part in venue_accounts.variables(venue, account).items():
        monkeypatch.setenv(name, part)


def test_a_key_that_may_trade_is_asked_for_no_tiers(near, monkeypatch):
    told_to_keys(near, monkeypatch, "binance")
    near.altered = lambda path, answer: (
        {**answer, "enableFutures": True} if "apiRestrictions" in path else answer
    )
    told = found("binance", coins=("BTC",))
    assert "the key may do more than read (enableFutures); make one that only reads: no" in lines(
        told
    )
    assert (len(told.of("Tiers")), len(told.of("Instruments"))) == (0, 5)


def test_bingx_an_interval_that_nobody_tells_is_one_line():
    told = found("bingx", coins=("BTC",))
    assert [line for line in lines(told).split("\n") if "interval" in line] == [
        "BingX: does not tell; blank counts as 8 hours: interval_hours of BTC-INV"
    ]


def test_progress_says_how_much_is_told_of_how_much():
    said = []
    asked = Asked(("bybit",), ("BTC",), history_days=1)
    told = fetch(asked, lambda *each: said.append(each), lambda _: None)
    series = len(told.of("Instruments")) + len({row.values["symbol"] for row in told.of("History")})
    assert said[0] == ("bybit", 0, 0)
    assert said[-1] == ("bybit", series, series)
    done = [each for _, each, _ in said]
    assert done == sorted(done)


@pytest.mark.parametrize("venue", VENUES)
def test_fees_that_are_the_clients_own_are_marked(venue):
    for row in found(venue, coins=("SHIB",)).of("Instruments"):
        fees = (row.values["taker_fee"], row.values["maker_fee"])
        if venue in FEES:
            assert fees == FEES[venue]
        marked = {"taker_fee", "maker_fee"} & row.assumed.keys()
        assert bool(marked) == (venue not in FEES)


def test_a_fee_of_ten_percent_is_a_mistake_of_ccxts(near):
    near.altered = lambda path, answer: (
        {**answer, "symbols": [{k: v for k, v in row.items() if not k.endswith("FeeRate")}
                               for row in answer["symbols"]]}
        if path.endswith("exchangeInfo") else answer
    )  # fmt: skip
    told = found("weex", coins=("BTC",))
    assert "taker_fee" not in instruments(told)["BTC-PERP"]
    assert "WEEX: does not tell: taker_fee of BTC-PERP; maker_fee of BTC-PERP" in told.missing


def test_mexc_margin_basis_is_marked_as_what_its_documentation_says():
    (row,) = found("mexc", coins=("SHIB",)).of("Instruments")
    assert (row.values["mm_basis"], row.assumed) == ("entry", {"mm_basis": "its documentation"})


@pytest.mark.parametrize("venue", ["binance", "bybit", "bingx", "weex"])
def test_a_coin_by_the_thousand_is_scaled_and_it_is_said(venue, near):
    told = found(venue, coins=("1000shib",))
    row = instruments(told)["SHIB-PERP"]
    assert row["underlying"] == "SHIB"
    assert row["futures_price"] == approx(near.world.mark("SHIB"))
    assert row["contract_size"] == 1000
    assert "prices are divided by 1,000, and contract_size is times that" in lines(told)


def test_an_inverse_contract_is_as_many_dollars_whatever_its_coins_are_counted_in(near):
    """No venue has one by the thousand yet: its size is money, so only its prices are divided."""

    def by_the_thousand(path, answer):
        if path.endswith("instruments-info"):
            for row in answer["result"]["list"]:
                row.update({"baseCoin": "1000SHIB"} if row["symbol"] == "BTCUSD" else {})
        return answer

    near.altered = by_the_thousand
    row = instruments(found("bybit", coins=("SHIB",)))["SHIB-INV"]
    assert row["contract_size"] == 1
    assert row["futures_price"] == approx(near.world.mark("BTC") / 1000)


@pytest.mark.parametrize("venue", VENUES)
def test_history_has_a_settlement_a_bar_with_its_interval(venue, near):
    world, days = near.world, 40
    told = found(venue, history_days=days)
    history = rows(told, "History", "symbol")
    for symbol, bars in history.items():
        coin, _, kind = symbol.partition("-")
        hours = world.interval(coin)
        if venue == "bingx" and kind == "INV":
            assert not any("funding_rate" in bar for bar in bars)
        basis = DATED if kind[-4:].isdigit() else BASIS if kind else 1.0
        assert len(bars) == approx(days * 24 / hours, abs=1)
        for bar in bars:
            at = bar["time"].replace(tzinfo=UTC).timestamp() * 1000
            assert at % (hours * HOUR) == 0
            assert bar["close"] == approx(world.mark(coin, at, basis))
            assert bar["high"] > bar["close"] > bar["low"]
            if "funding_rate" in bar:
                assert (bar["funding_rate"], bar["interval_hours"]) == (
                    approx(world.rate(coin, at)), hours,
                )  # fmt: skip
        assert all(Bar(**bar) for bar in bars[:3])
    settled = sum("funding_rate" in bar for bar in history["BTC-PERP"])
    assert settled == len(history["BTC-PERP"])
    # Of bars of 4 hours, each with a volume of 11, one of 8 is made.
    volume = history["BTC"][0].get("volume")
    assert volume == (None if venue == "weex" else 22)
    assert "of its index, without volume" in lines(told) or venue != "weex"


def test_a_bar_of_which_a_part_is_missing_is_left_out_and_told(near):
    near.altered = lambda path, answer: (
        {**answer, "result": {**answer["result"], "list": answer["result"]["list"][:5]
                              + answer["result"]["list"][6:]}}
        if path.endswith("market/kline") and answer["result"]["symbol"] == "BTCUSDT"
        and answer["result"]["category"] == "linear" else answer
    )  # fmt: skip
    told = found("bybit", coins=("BTC",), history_days=5)
    history = rows(told, "History", "symbol")
    assert len(history["BTC-PERP"]) == len(history["BTC"]) - 1
    assert "Bybit: has no bar for: 1 settlements of BTC-PERP" in told.missing


def test_settlements_that_are_more_than_an_answer_holds_are_asked_for_in_parts(near):
    near.world.hours["BTC"] = 1
    eight = [480, 480, 480, 480]

    def told(path, answer):
        if path.endswith("instruments-info"):
            for row in answer["result"]["list"]:
                row.update({"fundingInterval": eight[0]} if "fundingInterval" in row else {})
        return answer

    near.altered = told
    bars = rows(found("bybit", coins=("BTC",), history_days=40), "History", "symbol")["BTC-PERP"]
    assert [bar["funding_rate"] for bar in bars] == [
        approx(near.world.rate("BTC", bar["time"].replace(tzinfo=UTC).timestamp() * 1000))
        for bar in bars
    ]
    assert len(bars) == approx(40 * 24, abs=1)


def test_a_book_asks_for_its_contracts_and_dollars_mean_the_venues_usdt():
    book = {
        Contract("Bybit", "BTC", "USD"),
        Contract("bybit", "ETH", "USD", "inverse"),
        Contract("BYBIT", "BTC", "USDT", "linear", datetime(2020, 3, 27)),
        Contract("MEXC", "BTC", "USDT"),
    }
    told = found("bybit", coins=(), contracts=frozenset(book), tiers=False)
    assert {name: row["quote"] for name, row in instruments(told).items()} == {
        "BTC-PERP": "USDT", "ETH-INV": "USD",
    }  # fmt: skip
    assert told.missing == (
        "Bybit BTC-20200327: is not listed there any more; take it out, or mend it",
    )
    assert told.notes == ("Bybit BTC-PERP: is taken for the one in USDT",)


def test_several_venues_name_theirs_and_each_symbol_has_one_venues_bars():
    told = found("bybit", "weex", coins=("BTC",), history_days=2)
    assert {"BTC-PERP-BYBIT", "BTC-PERP-WEEX"} < instruments(told).keys()
    coin = {row.venue for row in told.of("History") if row.values["symbol"] == "BTC"}
    assert coin == {"Bybit"}


def test_a_coin_that_is_not_listed_is_told():
    told = found("weex", coins=("BTC", "NOPE"))
    assert told.missing == ("WEEX: lists no contract of NOPE",)
    assert instruments(told)


def test_a_venue_that_nobody_tested_says_so(near):
    near.base = "http://127.0.0.1:1/unknown"
    told = found("kraken", coins=("BTC",))
    assert not told.rows
    assert "xlhedge was never tested with it" in lines(told)


def test_no_venue_of_that_name():
    with pytest.raises(InputError, match="type one of binance, bybit, bingx, weex, mexc"):
        found("binanse")
    with pytest.raises(InputError, match="no coin is named"):
        fetch(Asked(("binance",)), print, print)


def test_without_ccxt_a_line_says_what_to_type(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ccxt", None)
    with pytest.raises(MachineError, match=r'pip install "xlhedge\[market\]"'):
        found("binance")


def test_no_question_is_signed_though_a_key_is_at_hand(near, monkeypatch):
    made = client.exchange_of
    monkeypatch.setattr(
        client, "exchange_of",
        lambda venue, settings: made(venue, {**settings, "apiKey": "k", "secret": "s"}),
    )  # fmt: skip
    found("binance", coins=("BTC",), tiers=False)
    assert not [path for _, path, *_ in near.calls if "/sapi/" in path or "capital" in path]
    assert all("signature" not in query for *_, query, _ in near.calls)


def test_the_times_are_the_venues(near):
    assert {row.time for row in found("bybit", coins=("BTC",)).of("Instruments")} == {
        datetime.fromtimestamp(near.world.now / 1000, UTC).replace(tzinfo=None)
    }


def test_five_adapters_for_five_venues():
    assert tuple(ADAPTERS) == VENUES
    assert World().interval("BTC") == 8
