"""What goes wrong at venues: a line each, the others go on, and nothing is half written."""

import copy
import json
import sys
import time
from datetime import UTC, datetime

import pytest
from market_asked import found, instruments, lines
from venue_server import CUT, HTML, VENUES, VenueServer
from venue_world import World

from xlhedge.cli import app
from xlhedge.market import client
from xlhedge.market.faults import told

BUSY = json.dumps({"code": -1003, "msg": "Too many requests."}).encode()
FAULTS = {
    "busy": (429, {"body": BUSY, "headers": {"Retry-After": "0"}}, "has had enough of questions"),
    "failing": (503, {"body": HTML}, r"does not serve this (HTTP 503)"),
    "gateway": (502, {"body": HTML}, r"does not serve this (HTTP 502)"),
    "cut": (CUT, {}, "cannot be reached"),
    "page": (200, {"body": HTML}, "answers with a page and not with data"),
    "empty": (200, {"body": b""}, "answers with a page and not with data"),
    "list": (200, {"body": b"[]"}, ""),
    "text": (200, {"body": b'"no"'}, "answers with a page and not with data"),
    "forbidden": (403, {"body": HTML}, r"does not serve this (HTTP 403)"),
    "country": (451, {"body": b'{"msg": "restricted location"}'}, 'says "restricted location"'),
    "sent away": (302, {"headers": {"Location": "https://192.0.2.1/"}}, "refuses"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_venue_that_fails_is_one_line_and_the_others_go_on(fault, venues):
    status, how, line = FAULTS[fault]
    venues.fail("binance", status, **how)
    got = found("binance", "weex", coins=("BTC",))
    assert {row.venue for row in got.of("Instruments")} == {"WEEX"}
    (missing,) = got.missing
    assert missing.startswith("Binance: ")
    assert line in missing
    assert "127.0.0.1" not in missing
    assert "Traceback" not in missing


def test_a_venue_that_is_busy_for_a_moment_is_asked_again_when_it_says(venues, monkeypatch):
    monkeypatch.setattr(client, "BACKOFF", 100)
    venues.fail("weex", 429, body=BUSY, headers={"Retry-After": "0"}, times=2)
    said = []
    got = found("weex", coins=("BTC",), warned=said)
    assert instruments(got)
    assert not got.missing
    assert said == ["WEEX: HTTP 429; asks again in 0 s"] * 2


def test_who_asks_to_be_left_alone_for_long_is(venues):
    venues.fail("weex", 429, body=BUSY, headers={"Retry-After": "3600"})
    before = time.monotonic()
    assert "try again in some minutes" in lines(found("weex", coins=("BTC",)))
    assert time.monotonic() - before < 2
    assert len(venues.calls) == 1


def test_a_date_may_say_when_to_ask_again(venues):
    venues.fail("weex", 503, headers={"Retry-After": "Fri, 27 Nov 2020 08:00:00 GMT"}, times=1)
    assert instruments(found("weex", coins=("BTC",)))


def test_a_venue_that_is_gone_in_the_middle_leaves_what_it_told(venues):
    venues.fail("risk-limit", CUT)
    got = found("bybit", coins=("BTC", "ETH"))
    assert len(instruments(got)) == 6
    (line,) = got.missing
    assert line.startswith("Bybit: cannot be reached; look at the network and try again: tiers of")
    asked = sum("risk-limit" in path for _, path, *_ in venues.calls)
    assert asked == client.TRIES  # and no other question after that


def test_a_clock_that_is_off_is_told_and_times_are_the_venues(venues):
    moment = datetime.fromtimestamp(time.time() + 420, UTC)
    venues.headers = {"Date": moment.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    venues.altered = lambda path, answer: (
        [{**row, "time": None} for row in answer] if path.endswith("premiumIndex") else answer
    )
    got = found("weex", coins=("BTC",))
    assert "this machine's clock is 4" in lines(got)
    (row,) = got.of("Instruments")
    assert abs((row.time - moment.replace(tzinfo=None)).total_seconds()) < 10


def test_a_line_holds_neither_addresses_nor_keys():
    class AuthenticationError(Exception):  # as ccxt calls it
        pass

    error = AuthenticationError(
        'binance GET https://api/x?signature=SECRET {"code":-2015,"msg":"Invalid API-key"}'
    )
    line = told("Binance", error)
    assert line == 'Binance: refuses the key and says "Invalid API-key"; make a new one there'


def leaves(value, path=()):
    """The places of all that is no list and no object, list places being one."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for each in value[:1]:
            yield from leaves(each, (*path, 0))
    else:
        yield path


def nulled(value, path):
    """A copy in which a place is null, in every row."""
    if not path:
        return None
    if isinstance(value, list):
        return [nulled(each, path[1:]) for each in value]
    return {**value, path[0]: nulled(value[path[0]], path[1:])} if path[0] in value else value


@pytest.mark.parametrize("venue", VENUES)
def test_a_null_in_any_field_is_never_a_wrong_number(venue, monkeypatch):
    near = VenueServer(World(coins={"BTC": 60_000.0})).here(monkeypatch, sockets=False)
    seen = {}
    near.altered = lambda path, answer: seen.setdefault(path, copy.deepcopy(answer)) and answer

    def asked():
        got = found(venue, coins=("BTC",), history_days=1)
        named = {(row.table, *map(str, list(row.values.values())[:2])): row for row in got.rows}
        return got, {key: row.values for key, row in named.items()}

    whole, right = asked()
    answers = dict(seen)
    silent = []
    for path, answer in answers.items():
        for place in leaves(answer):
            near.altered = lambda at, said, path=path, place=place: (
                nulled(said, place) if at == path else said
            )
            got, rows = asked()
            lost = False
            for key, values in right.items():
                if key[0] == "History":
                    continue
                lost |= values.keys() - rows.get(key, {}).keys() != set()
                for column, value in rows.get(key, {}).items():
                    if value == values.get(column):
                        continue
                    if column != "futures_price" or "is the last trade's, not" not in lines(got):
                        silent.append((path, place, key[1], column, value))
            # A cursor of null is how a venue says that there is no other page.
            if lost and lines(got) == lines(whole) and place[-1] != "nextPageCursor":
                silent.append((path, place, "nothing is told"))
            assert "Traceback" not in lines(got)
    assert silent == [], "\n".join(map(str, silent))


# The command


def run(*arguments, capsys):
    sys.argv = ["xlhedge", *map(str, arguments)]
    with pytest.raises(SystemExit) as ended:
        app()
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_the_command_writes_what_there_is_and_says_that_it_is_partial(venues, capsys, tmp_path):
    venues.fail("mexc", 503)
    code, out, err = run(
        "market", "BTC", "--venue", "mexc", "--venue", "bybit", "-o", tmp_path / "m", capsys=capsys
    )
    assert code == 1
    assert "xlhedge: missing: MEXC: does not serve this (HTTP 503)" in err
    assert err.endswith("xlhedge: what is written is partial\n")
    assert "Bybit: 4 rows of Instruments, 10 rows of Tiers" in out
    assert sorted(file.name for file in (tmp_path / "m").iterdir()) == [
        "Instruments.csv", "Sources.csv", "Tiers.csv",
    ]  # fmt: skip


def test_the_command_writes_nothing_where_nothing_was_found(venues, capsys, tmp_path):
    venues.fail("bybit", CUT)
    target = tmp_path / "m.xlsx"
    code, _, err = run("market", "BTC", "--venue", "bybit", "-o", target, capsys=capsys)
    assert code == 2
    assert f"{target}: nothing was found, so nothing is written" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("venues")
def test_the_command_replaces_no_file_unless_it_may(capsys, tmp_path):
    (tmp_path / "m.json").write_text("mine")
    asked = ("market", "BTC", "--venue", "bybit", "-o", tmp_path / "m.json")
    assert run(*asked, capsys=capsys)[0] == 2
    assert (tmp_path / "m.json").read_text() == "mine"
    assert run(*asked, "--force", capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (("BTC",), "--venue: is not given; name one, as --venue binance"),
        (("BTC", "--venue", "bybitt"), '"bybitt" is no venue that can be asked'),
        (("BTC", "--venue", "bybit", "--history", "long"), "--history: takes a number of days"),
    ],
)
@pytest.mark.usefixtures("venues")
def test_wrong_usage_is_a_line(asked, line, capsys):
    code, _, err = run("market", *asked, capsys=capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert line in err
