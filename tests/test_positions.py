"""A person's own account at each of the five venues, as rows; and what is told where it fails."""

import json
import logging
import os
import re
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import venue_accounts
from typer.testing import CliRunner
from venue_accounts import KEY, PHRASE, SECRET, variables
from venue_matrix import RECORDED_ACCOUNTS
from venue_server import CUT, HTML, VENUES, VenueServer
from venue_world import World

from xlhedge.cli import app
from xlhedge.errors import MachineError
from xlhedge.market.account_rows import account_found
from xlhedge.market.balances import wallets_of
from xlhedge.market.client import Client
from xlhedge.market.contracts import names_of, venue_name
from xlhedge.market.fetch import ADAPTERS, Asked, fetch
from xlhedge.market.keys import key_for
from xlhedge.market.own_account import read_account
from xlhedge.market.positions import positions_of
from xlhedge.market.quotes import told_moment
from xlhedge.readers import read

RECORDED = os.environ.get("XLHEDGE_RECORDED", "")
FUTURES = {
    "binance": ["fapi/v3/account", "dapi/v1/account", "fapi/v1/accountConfig",
                "fapi/v3/positionRisk", "dapi/v1/positionRisk", "fapi/v1/symbolConfig"],
    "bybit": ["v5/account/info", "v5/account/wallet-balance", "v5/account/collateral-info",
              "v5/position/list"],
    "bingx": ["swap/v3/user/balance", "cswap/v1/user/balance", "swap/v2/user/positions",
              "cswap/v1/user/positions"],
    "weex": ["v3/account/balance", "position/allPosition"],
    "mexc": ["private/account/assets", "position/open_positions"],
}  # fmt: skip
"""What positions and their wallets are told by: all of it, or there are no rows."""
BOOKED = {"binance": "fapi/v1/userTrades", "bybit": "transaction-log", "weex": "account/income",
          "bingx": "user/income"}  # fmt: skip


@pytest.fixture
def server(monkeypatch):
    """The venues, with accounts whose keys stand in the environment."""
    for venue in VENUES:
        for name, part in variables(venue).items():
            monkeypatch.setenv(name, part)
    return venue_accounts.opened(VenueServer(World())).here(monkeypatch, sockets=False)


def found_at(*venues, account="", warn=lambda _: None):
    asked = Asked(venues, positions=True, tiers=False, account=account)
    return fetch(asked, lambda *_: None, warn)


def values(found, table):
    return [dict(row.values) for row in found.of(table)]


def shorts(found):
    """Positions by instrument, each without its name."""
    return {row.pop("instrument"): row for row in values(found, "Shorts")}


def wallets(found):
    return {
        (row["account"], row.get("collateral")): row.get("wallet_balance")
        for row in values(found, "Accounts")
    }


def about(found):
    """What is missing that has to do with accounts, and not with prices and terms."""
    private = ("no positions", "no coins", "no funding", "the key", "no key", "no row", "no prices")
    return [line for line in found.missing if any(each in line for each in private)]


def ago(server, days):
    return told_moment(server.world.now) - timedelta(days=days)


# What each venue tells

BTC = {"contracts": 0.5, "entry_price": 60_000.0, "leverage": 10.0, "liquidation_price": 95_000.5,
       "funding_received": 2.5, "realised_pnl": 250.0, "fees_paid": 24.0}  # fmt: skip
SHIB = {"contracts": 100_000.0, "entry_price": 0.000025}
INVERSE = {"contracts": 30.0, "entry_price": 60_000.0}


def test_binance(server):
    found = found_at("binance")
    assert shorts(found) == {
        "BTC-PERP": {**BTC, "liquidation_price": 95_000.0, "account": "Binance cross USDT",
                     "opened": ago(server, 20)},
        # The margin is without its P&L of 10; its fees were paid in BNB.
        "SHIB-PERP": {**SHIB, "margin": 500.0, "leverage": 5.0, "account": "Binance",
                      "opened": ago(server, 5), "liquidation_price": 0.0000298,
                      "funding_received": 0.25, "realised_pnl": 0.0},
        "BTC-INV": {"contracts": 30.0, "entry_price": 60_000.00000021, "leverage": 20.0,
                    "account": "Binance cross BTC", "opened": ago(server, 9),
                    "liquidation_price": 150_000.0, "funding_received": 0.0001,
                    "realised_pnl": 0.0, "fees_paid": 0.000025},
    }  # fmt: skip
    assert wallets(found) == {
        ("Binance", None): None,
        ("Binance cross USDT", "USDT"): 5000.0,
        ("Binance cross BTC", "BTC"): 0.2,
    }
    price = server.world.index("BTC")
    assert values(found, "Holdings") == [
        {"asset": "BTC", "quantity": 2.0, "spot_price": price, "place": "Binance spot"},
        {"asset": "ETH", "quantity": 2.0, "spot_price": server.world.index("ETH"),
         "place": "Binance"},
    ]  # fmt: skip
    assert [note for note in found.notes if "1000SHIB" not in note] == [
        "Binance: SHIB-PERP: fees of 0.002 BNB are not in fees_paid",
        "Binance spot: 100 USDT are cash: no row",
        "Binance spot: worth under 1 USD each, and no rows: ETH",
    ]
    assert about(found) == []


def test_bybit(server):
    """Coins switched on are collateral, with their haircut; createdTime is no opening."""
    found = found_at("bybit")
    cross = {"account": "Bybit cross", "leverage": 10.0}
    assert shorts(found) == {
        "BTC-PERP": {**BTC, **cross, "opened": ago(server, 12)},
        "SHIB-PERP": {**SHIB, **cross, "opened": ago(server, 3), "funding_received": 0.0,
                      "realised_pnl": 0.0, "fees_paid": 1.25},
        "BTC-INV": {**INVERSE, **cross, "contracts": 3000.0, "opened": ago(server, 4),
                    "funding_received": 0.0, "realised_pnl": 0.0, "fees_paid": 0.00003},
    }  # fmt: skip
    account = {"account": "Bybit cross", "exchange": "Bybit", "margin_mode": "cross",
               "position_mode": "one-way"}  # fmt: skip
    assert values(found, "Accounts") == [
        {**account, "wallet_balance": 10_000.0, "collateral": "USDT", "haircut": 0.0},
        {**account, "wallet_balance": 0.5, "collateral": "BTC", "haircut": 0.05},
    ]
    held = [(row["asset"], row["quantity"], row["place"]) for row in values(found, "Holdings")]
    assert held == [("ETH", 3.0, "Bybit"), ("BTC", 0.0, "Bybit margin")]
    assert about(found) == []


def test_bingx(server):
    """The wallet is without the margin of the isolated position, 48 with its loss of 2."""
    found = found_at("bingx")
    untold = {"leverage": 6.0, "realised_pnl": -0.5}
    assert shorts(found) == {
        "BTC-PERP": {**BTC, "leverage": 6.0, "account": "BingX cross USDT",
                     "opened": ago(server, 12)},
        "SHIB-PERP": {**SHIB, **untold, "margin": 50.0, "account": "BingX"},
        "BTC-INV": {**INVERSE, **untold, "account": "BingX cross BTC"},
    }  # fmt: skip
    assert wallets(found) == {
        ("BingX", None): None, ("BingX cross USDT", "USDT"): 950.0, ("BingX cross BTC", "BTC"): 0.2,
    }  # fmt: skip


def test_weex(server):
    found = found_at("weex")
    assert shorts(found) == {
        "BTC-PERP": {**BTC, "account": "WEEX cross USDT", "opened": ago(server, 12)},
        "SHIB-PERP": {**SHIB, "leverage": 10.0, "margin": 500.0, "account": "WEEX",
                      "opened": ago(server, 12), "funding_received": 0.25, "realised_pnl": 0.0,
                      "fees_paid": 1.25},
    }  # fmt: skip
    assert wallets(found) == {("WEEX", None): None, ("WEEX cross USDT", "USDT"): 9500.0}


def test_mexc(server):
    """Contracts are of 0.0001 BTC; the balance is the equity without P&L and isolated margin."""
    found = found_at("mexc")
    opened = {"opened": ago(server, 12), "leverage": 10.0}
    assert shorts(found) == {
        "BTC-PERP": {**BTC, **opened, "contracts": 5000.0, "account": "MEXC cross USDT"},
        "SHIB-PERP": {**SHIB, **opened, "margin": 500.0, "account": "MEXC", "realised_pnl": -1.25},
        "BTC-INV": {**INVERSE, **opened, "account": "MEXC cross BTC", "funding_received": 0.0,
                    "realised_pnl": 0.0, "fees_paid": 0.00003},
    }  # fmt: skip
    assert wallets(found) == {
        ("MEXC", None): None, ("MEXC cross USDT", "USDT"): 10_000.0, ("MEXC cross BTC", "BTC"): 0.2,
    }  # fmt: skip


def test_all_at_once_have_one_price_a_coin_and_contracts_of_their_own(server):
    altered(server, "mexc/api/v3/ticker", lambda told: told.update(lastPrice="1.5"))
    found = found_at(*VENUES)
    prices = {(row["asset"], row["spot_price"]) for row in values(found, "Holdings")}
    assert len(prices) == len({asset for asset, _ in prices})
    named = {row["instrument"] for row in values(found, "Instruments")}
    assert {row["instrument"] for row in values(found, "Shorts")} == named
    assert len(named) == 14


@pytest.mark.usefixtures("server")
def test_several_accounts_of_a_venue_are_told_apart(monkeypatch):
    for name, part in variables("bybit", "fund").items():
        monkeypatch.setenv(name, part + "2")
    found = found_at("bybit", account="fund")
    assert {row["account"] for row in values(found, "Shorts")} == {"Bybit/fund cross"}
    assert {row["place"] for row in values(found, "Holdings")} == {
        "Bybit/fund",
        "Bybit/fund margin",
    }


@pytest.mark.usefixtures("server")
def test_the_command_writes_rows_that_make_a_sound_book(tmp_path):
    asked = [word for venue in VENUES for word in ("--venue", venue)]
    done = CliRunner().invoke(app, ["positions", *asked, "-o", str(tmp_path / "found.json")])
    assert "Bybit: 2 rows of Holdings, 2 rows of Accounts, 3 rows of Instruments" in done.stdout
    book = json.loads((tmp_path / "found.json").read_text("utf-8"))
    tables = {
        name: book[name] for name in ("Holdings", "Accounts", "Instruments", "Tiers", "Shorts")
    }
    settings = {"as_of": "2026-11-27", "horizon_date": "2027-01-01"}
    book = {"Settings": settings, **tables, "Scenarios": []}
    (tmp_path / "book.json").write_text(json.dumps(book), "utf-8")
    portfolio = read(tmp_path / "book.json")
    assert (len(portfolio.shorts), len(portfolio.accounts)) == (14, 13)


def test_the_help_says_how_a_key_is_given():
    said = CliRunner().invoke(app, ["positions", "--help"], env={"COLUMNS": "100"}).stdout
    for words in ("XLHEDGE_BINANCE_KEY", "keyring set xlhedge binance", "key that only reads"):
        assert words in said


# What they tell of other accounts


def altered(server, path, change):
    """Lets the answers of a path be changed."""

    def alter(asked, answer):
        if re.search(path, asked):
            answer = json.loads(json.dumps(answer))
            change(answer)
        return answer

    server.altered = alter


def test_long_and_short_of_a_contract_stand_beside_each_other_in_hedge_mode(server):
    def both(answer):
        for row in answer["result"]["list"][:1]:
            if row["symbol"] != "BTCUSDT":
                continue
            other = {**row, "side": "Buy", "size": "0.2", "positionIdx": 1}
            answer["result"]["list"] = [{**row, "positionIdx": 2}, other]

    altered(server, "position/list", both)
    found = found_at("bybit")
    sides = [row["contracts"] for row in values(found, "Shorts") if row["instrument"] == "BTC-PERP"]
    assert sides == [0.5, -0.2]
    assert {row["position_mode"] for row in values(found, "Accounts")} == {"hedge"}
    assert not any("funding_received" in row for row in values(found, "Shorts")[:2])


def test_the_margin_mode_of_bybit_is_the_accounts(server):
    altered(
        server, "account/info", lambda told: told["result"].update(marginMode="ISOLATED_MARGIN")
    )
    found = found_at("bybit")
    assert {row["account"] for row in values(found, "Shorts")} == {"Bybit"}
    assert [row["margin"] for row in values(found, "Shorts")] == [3000.0, 3000.0, 3000.0]
    assert wallets(found) == {("Bybit", None): None}


def test_a_shared_account_without_dollars_has_a_wallet_of_none(server):
    def without_dollars(answer):
        wallet = answer["result"]["list"][0]
        wallet["coin"] = [row for row in wallet["coin"] if row["coin"] == "BTC"]

    altered(server, "wallet-balance", without_dollars)
    assert wallets(found_at("bybit")) == {("Bybit cross", "USDT"): 0.0, ("Bybit cross", "BTC"): 0.5}


def test_a_cross_position_whose_wallet_is_not_told_leaves_all_of_them_out(server):
    altered(server, "dapi/v1/account", lambda told: told["assets"].clear())
    why = "tells no BTC wallet for its position BTC/USD:BTC"
    assert about(found_at("binance")) == [f"Binance: {why}: no positions and wallets"]


class Untested:
    """ccxt's client of a venue that nobody has tested."""

    def __init__(self, **position):
        self.markets = {"BTC/USDT:USDT": {"settle": "USDT"}}
        self.position = {
            "symbol": "BTC/USDT:USDT", "contracts": 2.0, "entryPrice": 60_000.0, "side": "short",
            "marginMode": "cross", "leverage": 5, "liquidationPrice": None, "hedged": False,
            "initialMargin": 7.0, "info": {}, **position,
        }  # fmt: skip

    def fetch_positions(self):
        return [self.position]

    def fetch_balance(self, _):
        return {"total": {"USDT": 100.0}, "info": {}}


def test_other_venues_are_taken_as_ccxt_has_them():
    (short,) = positions_of("kraken", Untested())
    assert (short.contracts, short.isolated, short.margin, short.settle) == (
        2.0,
        False,
        None,
        "USDT",
    )
    (long,) = positions_of("kraken", Untested(side="long", marginMode="isolated"))
    assert (long.contracts, long.isolated, long.margin) == (-2.0, True, 7.0)
    assert wallets_of("kraken", Untested()).margin == {"USDT": 100.0}
    for nothing in ("contracts", "entryPrice", "side"):
        with pytest.raises(MachineError, match="in full"):
            positions_of("kraken", Untested(**{nothing: None}))


@pytest.mark.parametrize(
    ("venue", "path", "change", "line"),
    [
        ("binance", "accountConfig", {"multiAssetsMargin": True}, "multi-assets mode is not read"),
        ("bybit", "account/info", {"unifiedMarginStatus": 1}, "before unified trading 2.0"),
    ],
)
def test_accounts_that_our_tables_cannot_tell_are_one_line(server, venue, path, change, line):
    altered(server, path, lambda told: told.get("result", told).update(change))
    found = found_at(venue)
    assert [line in each for each in about(found)] == [True]
    assert values(found, "Shorts") == values(found, "Accounts") == []


@pytest.mark.parametrize("symbol", ["GONEUSDT", "SHIBUSDT"])
def test_a_position_in_a_contract_that_is_not_listed_leaves_all_of_them_out(server, symbol):
    """SHIBUSDT is a pair of coins there."""
    altered(server, "fapi/v3/positionRisk", lambda told: told[0].update(symbol=symbol))
    found = found_at("binance")
    why = f"has a position in {symbol}, which is no contract that it lists"
    assert about(found) == [f"Binance: {why}: no positions and wallets"]
    assert values(found, "Shorts") == values(found, "Accounts") == []


def test_a_contract_that_is_closing_still_has_its_position(server):
    def closing(answer):
        for row in answer["symbols"]:
            row["status"] = "SETTLING"

    altered(server, "fapi/v1/exchangeInfo", closing)
    assert "BTC-PERP" in shorts(found_at("binance"))


# Keys that may do more, and keys that are not there


@pytest.mark.parametrize(
    ("venue", "path", "change", "line"),
    [
        *(("binance", "apiRestrictions", {name: True}, name) for name in (
            "enableWithdrawals", "enableInternalTransfer", "enableMargin", "enableFutures",
            "permitsUniversalTransfer", "enableVanillaOptions", "enableSpotAndMarginTrading",
            "enablePortfolioMarginTrading", "enableFixApiTrade", "enableWhatIsNewNextYear",
        )),
        ("binance", "apiRestrictions", {"enableWithdrawals": None}, "enableWithdrawals"),
        ("binance", "apiRestrictions", {"enableMargin": "false"}, "enableMargin"),
        ("bybit", "query-api", {"readOnly": 0}, "ContractTrade Order, ContractTrade Position"),
        ("bybit", "query-api", {"readOnly": None}, "readOnly"),
        ("bingx", "apiPermissions", {"permissions": [2, 5]}, "permission 5"),
        ("bingx", "apiPermissions", {"permissions": None, "enableWithdrawals": True,
         "enableFutures": False, "enableSpotAndMarginTrading": False}, "enableWithdrawals"),
    ],
)  # fmt: skip
def test_a_key_that_may_do_more_than_read_is_refused_and_asks_nothing_else(
    server, venue, path, change, line
):
    altered(
        server, path, lambda told: (told.get("result") or told.get("data") or told).update(change)
    )
    found = fetch(Asked((venue,), ("BTC",), positions=True), lambda *_: None, lambda _: None)
    assert len([said for said in found.missing if line in said]) == 1
    assert {row.table for row in found.rows} <= {"Instruments", "Tiers"}
    signed = [path for _, path, _, headers in server.calls if KEY in str(headers)]
    assert len(signed) == 1


def test_a_key_that_nobody_can_judge_is_warned_of(server):
    altered(server, "apiPermissions", lambda told: told["data"].clear())
    for venue in ("bingx", "weex", "mexc"):
        doubts = [note for note in found_at(venue).notes if "what the key may do" in note]
        assert len(doubts) == 1


def test_a_key_is_sent_to_private_questions_only_and_markets_are_asked_without_it(server):
    found_at(*VENUES)
    private = {path for venue in VENUES for path in venue_accounts.answers(venue, server.world)}
    for _, path, _, headers in server.calls:
        if KEY in str(headers):
            assert "/" + path.split("/", 1)[1] in private, path
        assert SECRET not in str(headers)
        assert PHRASE not in str(headers) or "weex/" in path


@pytest.mark.usefixtures("server")
def test_a_venue_without_a_key_does_not_stop_the_others(monkeypatch):
    monkeypatch.delenv("XLHEDGE_BYBIT_KEY")
    found = found_at("bybit", "weex")
    assert [line for line in found.missing if "ybit" in line] == [
        "bybit: the key lacks a part; set XLHEDGE_BYBIT_KEY as well"
    ]
    assert {row.venue for row in found.of("Shorts")} == {"WEEX"}


# Faults: nothing half told, and no key in anything

ECHO = json.dumps({
    "code": -2015, "retCode": 10003, "msg": f"bad {KEY} {SECRET} {PHRASE}",
    "retMsg": f"bad {KEY} {SECRET}", "message": f"bad {SECRET}",
}).encode()  # fmt: skip
FAULTS = {
    "refused": (401, {"body": ECHO}),
    "error with status 200": (200, {"body": ECHO}),
    "failing": (503, {"body": ECHO}),
    "busy": (429, {"headers": {"Retry-After": "0"}}),
    "page": (200, {"body": HTML}),
    "nothing": (200, {"body": b"{}"}),
    "null": (200, {"body": b"null"}),
    "text": (200, {"body": b'"abc"'}),
}


@pytest.mark.parametrize("venue", VENUES)
def test_what_fails_is_a_line_and_no_rows_and_no_key_is_seen(server, venue, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    told = []
    for path in FUTURES[venue]:
        for fault, (status, how) in FAULTS.items():
            server.faults.clear()
            server.fail(f"{venue}/.*{path}", status, **how)
            found = found_at(venue, warn=told.append)
            assert values(found, "Shorts") == values(found, "Accounts") == [], (path, fault)
            assert not found.whole  # nothing is closed that was not told
            assert len([line for line in found.missing if "no positions and wallets" in line]) == 1
            told += [*found.missing, *found.notes, repr(found)]
    everything = "\n".join([*told, caplog.text, *capfd.readouterr()])
    assert all("\n" not in line for line in told)
    assert [part for part in (KEY, SECRET, PHRASE) if part in everything] == []


@pytest.mark.parametrize("venue", VENUES)
def test_spot_and_bookings_fail_by_themselves(server, venue):
    for path, rows, line in (
        ("^\\w+/api/v3/account/?$|spot/v1/account/balance", "Shorts", "no coins held"),
        (BOOKED.get(venue, "nothing"), "Shorts", "no funding, P&L and fees"),
    ):
        server.faults.clear()
        server.fail(path, 503)
        found = found_at(venue)
        asked = any(re.search(path, each) for _, each, _, _ in server.calls)
        assert bool([each for each in found.missing if line in each]) == asked
        assert values(found, rows) != []
        told = {row["account"] for row in (*values(found, rows), *values(found, "Accounts"))}
        assert found.whole == told | {venue_name(venue)}
    assert not any("funding_received" in row for row in values(found, "Shorts")) or venue == "mexc"


def test_a_connection_that_is_cut_is_one_line(server, monkeypatch):
    with VenueServer(server.world).listening() as listening:
        venue_accounts.opened(listening)
        monkeypatch.undo()
        for name, part in variables("weex").items():
            monkeypatch.setenv(name, part)
        listening.here(monkeypatch)
        listening.fail("allPosition", CUT)
        found = found_at("weex")
    assert values(found, "Shorts") == []
    assert about(found) == [
        "WEEX: cannot be reached; look at the network and try again: no positions and wallets"
    ]


def leaves(told, path=()):
    """Where an answer has values."""
    if isinstance(told, dict | list):
        for key, each in told.items() if isinstance(told, dict) else enumerate(told):
            yield from leaves(each, (*path, key))
    else:
        yield path


@pytest.mark.long
@pytest.mark.parametrize("venue", VENUES)
def test_a_null_in_any_field_is_no_number(server, venue):
    """Each row is as it was, without the column, or there are none and a line says so."""
    client = Client(
        venue, lambda _: None, lambda: None, Event(), {"options": ADAPTERS[venue].spot_options}
    )
    client.ask("load_markets")

    def rows(table):
        own = read_account(client, key_for(venue))
        found = account_found(own, names_of([each.listed.contract for each in own.open]))
        return found, [dict(row.values) for row in found.rows if row.table == table]

    whole = {table: rows(table)[1] for table in ("Shorts", "Accounts")}
    for path in FUTURES[venue]:
        pattern = re.compile(f"{venue}/.*{path}")
        known = (each for at, each in server.answers[venue] if re.search(path, at.pattern))
        answer = next(known)({"settleCoin": "USDT", "category": "linear"})
        for leaf in leaves(json.loads(json.dumps(answer))):

            def nothing(told, leaf=leaf):
                for key in leaf[:-1]:
                    told = told[key]
                if isinstance(told, list) or leaf[-1] in told:
                    told[leaf[-1]] = None

            altered(server, pattern, nothing)
            for table, before in whole.items():
                found, now = rows(table)
                if not now:
                    assert any("no positions" in line for line in found.missing), leaf
                    continue
                assert len(now) == len(before), leaf
                for row, one in zip(now, before, strict=True):
                    changed = dict(row.items() - one.items())
                    summed = [*changed] == ["realised_pnl"] and "one sum" in str(found.notes)
                    assert summed or not changed, leaf


# What was recorded at the venues


@pytest.mark.skipif(not RECORDED, reason="recorded answers of the venues are not here")
@pytest.mark.parametrize(
    ("venue", "path", "symbol", "expected"),
    [
        ("binance", "/fapi/v3/positionRisk", "BTC-PERP",
         {"contracts": -0.001, "entry_price": 22185.2, "leverage": 4.0,
          "liquidation_price": 19731.45529116, "account": "Binance cross USDT"}),
        ("bybit", "/v5/position/list", "BTC-INV",
         {"contracts": 300.0, "entry_price": 27464.50441675, "leverage": 10.0,
          "account": "Bybit cross"}),
        ("bingx", "/openApi/swap/v2/user/positions", "BNB-PERP",
         {"contracts": 0.2, "entry_price": 246.43, "margin": 9.7914, "leverage": 5.0,
          "liquidation_price": 294.16914617776246, "realised_pnl": -0.0251, "account": "BingX"}),
        ("weex", "/capi/v3/account/position/allPosition", "BTC-PERP",
         {"contracts": -0.02, "entry_price": 90053.35, "leverage": 100.0, "fees_paid": 0.7073106,
          "realised_pnl": 0.0, "account": "WEEX cross USDT"}),
        ("mexc", "/api/v1/private/position/open_positions", "ETH-PERP",
         {"contracts": -1.0, "entry_price": 1217.3, "margin": 0.1290338, "leverage": 100.0,
          "liquidation_price": 1211.2, "realised_pnl": -0.0073, "account": "MEXC"}),
    ],
)  # fmt: skip
def test_recorded_positions(monkeypatch, venue, path, symbol, expected):
    assert venue in RECORDED_ACCOUNTS["positions"]
    found = shorts(with_recorded(monkeypatch, venue, path))
    assert expected.items() <= found[symbol].items()


@pytest.mark.skipif(not RECORDED, reason="recorded answers of the venues are not here")
@pytest.mark.parametrize(
    ("venue", "path", "wallet", "balance"),
    [
        ("binance", "/fapi/v3/account", ("Binance cross USDT", "USDT"), 23.72469206),
        ("bingx", "/openApi/swap/v3/user/balance", ("BingX cross USDT", "USDT"), 19.9003 - 50),
        ("weex", "/capi/v3/account/balance", ("WEEX cross USDT", "USDT"), 5696.49288823 - 500),
        ("mexc", "/api/v1/private/account/assets", ("MEXC cross USDT", "USDT"), 0.03176562 - 500),
    ],
)
def test_recorded_wallets(monkeypatch, venue, path, wallet, balance):
    """Less the margin of the isolated position that stands beside them."""
    assert venue in RECORDED_ACCOUNTS["balance"]
    found = with_recorded(monkeypatch, venue, path, without="BTC_USD")
    assert wallets(found)[wallet] == pytest.approx(balance, rel=1e-12)


def with_recorded(monkeypatch, venue, path, without=""):
    """What is found at a venue one of whose answers is a recorded one."""
    recorded = json.loads(Path(RECORDED).read_text("utf-8"))
    bodies = [each["body"] for each in recorded if (each["venue"], each["path"]) == (venue, path)]
    world = World({"BTC": 60_000.0, "ETH": 3_000.0, "SHIB": 0.00002, "BNB": 250.0})
    server = venue_accounts.opened(VenueServer(world)).here(monkeypatch, sockets=False)
    server.answers[venue].insert(0, (re.compile(path), lambda _: bodies[0]))
    if without:  # a position whose wallet was not recorded

        def take_out(answer):
            rows = answer.get("data")
            answer["data"] = [row for row in rows if row.get("symbol") != without]

        altered(server, "open_positions", take_out)
    for name, part in variables(venue).items():
        monkeypatch.setenv(name, part)
    return found_at(venue)
