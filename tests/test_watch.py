"""A book watched: lines and alarms in closed form; venues and a clock of ours."""

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import pytest
from portfolios import write_workbook
from typer.testing import CliRunner
from venue_server import VenueServer
from venue_world import BASIS, HOUR, World

from xlhedge.cli import app
from xlhedge.errors import InputError
from xlhedge.jobs.merge import Rules
from xlhedge.jobs.programs import find_own_program, run_on_alert
from xlhedge.jobs.watch import Watch
from xlhedge.jobs.watch_lines import HEADER, WIDTH
from xlhedge.market.fetch import Asked, fetch
from xlhedge.readers import read

NOW = datetime(2026, 3, 28, 9, 30)
MM, ALERT = 0.005, 0.25
HELD = {"asset": "BTC", "quantity": 1, "spot_price": 60_000, "instrument": "P"}
TERMS = {
    "instrument": "P", "exchange": "Binance", "underlying": "BTC", "quote": "USDT",
    "index_price": 60_000, "futures_price": 60_060, "funding_rate": 0.0001, "mm_rate": MM,
    "contract_size": 1, "qty_step": 0.001, "taker_fee": 0.0005,
}  # fmt: skip
SHORT = {"instrument": "P", "contracts": 1, "entry_price": 60_000, "margin": 60_000}


def tables(short=(), held=(), **settings):
    return {
        "Settings": {
            "portfolio": "Book", "as_of": "2026-03-27 08:00", "horizon_date": "2026-06-26",
            "quote_currency": "USDT", "liquidation_alert": ALERT, **settings,
        },
        "Holdings": [HELD | dict(held)],
        "Instruments": [TERMS],
        "Shorts": [SHORT | dict(short)],
        "Scenarios": [{"scenario": "Up", "asset": "*", "price_shock": 0.4}],
    }  # fmt: skip


class Market:
    """A venue whose price and time are set; nobody waits."""

    def __init__(self, monkeypatch):
        self.world = World(now=int(NOW.replace(tzinfo=UTC).timestamp() * 1000))
        self.server = VenueServer(self.world).here(monkeypatch, sockets=False)
        self.price(60_000)

    def price(self, price):
        """What BTC costs now."""
        self.world.coins["BTC"] = 1.0
        self.world.coins["BTC"] = price / self.world.index("BTC")

    def now(self):
        return datetime.fromtimestamp(self.world.now / 1000, UTC).replace(tzinfo=None)

    def pass_by(self, minutes):
        """Let time pass; the price stays."""
        price = self.world.index("BTC")
        self.world.now += round(minutes * HOUR / 60)
        self.price(price)


@pytest.fixture
def market(monkeypatch):
    return Market(monkeypatch)


@pytest.fixture
def watching(market, tmp_path):
    """Begins a watch; each call of it is a round."""

    def begin(book, **options):
        path = write_workbook(tmp_path / "book.xlsx", book)
        how = {"rules": Rules(), "oldest": timedelta(minutes=15), "jump": 0.5} | options
        watch = Watch(path, Asked(()), **how)

        def ask(asked):
            return fetch(asked, lambda *_: None, lambda _: None)

        return lambda: watch.round(ask, market.now)

    return begin


def margin_for(move, price):
    """The margin of a short of 1 at 60,000 that a move of its mark liquidates: closed form."""
    mark = price * BASIS
    return mark * (1 + move) * (1 + MM) - 60_000


def test_a_round_is_a_line(watching, market):
    """The gap is of what is hedged at the index; the mark is BASIS times that."""
    market.price(66_000)
    line = watching(tables({"margin": margin_for(0.3, 66_000), "contracts": 0.5}))().line
    time, prices, hedged, gap, near, funding, word = (
        line[at:to].strip() for at, to in zip(COLUMNS, [*COLUMNS[1:], None], strict=True)
    )
    assert (time, prices, word) == ("09:30:00", "0 s", "hold")
    assert hedged == f"{50 * BASIS:.3g} %"
    assert gap == f"{(66_000 - 33_000 * BASIS) / 1000:.1f} k BTC"
    # half the contracts: the margin of one bears (margin + 30,000) ÷ 0.5 ÷ 1.005
    liquidated = (margin_for(0.3, 66_000) + 30_000) / 0.5 / (1 + MM)
    assert near == f"{(liquidated / (66_000 * BASIS) - 1) * 100:.3g} %"
    year = 0.5 * 66_000 * BASIS * market.world.rate("BTC") * 3 * 365
    assert funding == f"{round(year / 1000, 1):,.1f} k" if abs(year) >= 1000 else f"{year:,.0f}"
    assert len(line) <= WIDTH


COLUMNS = [HEADER.index(name) for name in ("UTC", "prices", "hedged", "gap", "liquidation",
                                           "funding/year", "signal")]  # fmt: skip


def test_liquidation_is_told_within_the_alert_and_again_when_twice_as_near(watching, market):
    """The move is in closed form; the band is so wide that the gap is none."""
    price = 60_000
    end = price * BASIS * 1.2505  # the mark that liquidates
    book = tables({"margin": end * (1 + MM) - 60_000}, rebalance_band=0.9)
    rounds = watching(book)
    told = []
    for move in (0.252, 0.248, 0.24, 0.13, 0.123, 0.26, 0.248):
        market.price(end / (1 + move) / BASIS)
        found = rounds()
        told.append(found.alerts)
        assert found.alarms == (move < ALERT)
    said = [each[0] if each else "" for each in told]
    assert said == [
        "",
        "P: liquidated by a move of +24.8 %",  # comes
        "",  # is there
        "",
        "P: liquidated by a move of +12.3 %",  # twice as near
        "",  # gone
        "P: liquidated by a move of +24.8 %",
    ]


def test_a_gap_is_told_beyond_the_band_and_once(watching, market):
    rounds = watching(tables(held={"quantity": 1.0}, rebalance_band=0.05))
    assert rounds().alerts == ()  # the gap is (1 − BASIS) of 60,000
    rounds = watching(tables({"contracts": 0.94}, rebalance_band=0.05))
    gap = 60_000 - 0.94 * 60_000 * BASIS
    assert rounds().alerts == (
        f"BTC: {gap:,.2f} USDT short of the target, more than 5 % of the exposure",
    )
    market.price(60_500)
    assert (rounds().alerts, rounds().alarms) == ((), True)


def test_funding_in_breach_and_the_unwind_signal(watching):
    """Three settlements in a row of −0.05 % cost more than 0.01 %."""
    rates = [
        {"time": str(NOW.replace(hour=8, minute=0) - timedelta(hours=8 * back)), "symbol": "P",
         "close": 60_000, "funding_rate": -0.0005}
        for back in (2, 1, 0)
    ]  # fmt: skip
    rounds = watching(tables(rebalance_band=0.9) | {"History": rates})
    assert rounds().alerts == (
        "P: funding cost more than 0.01 % per 8 hours, 3 settlements in a row",
        "BTC: the unwind signal is FUNDING",
    )
    assert rounds().alerts == ()
    ended = tables(rebalance_band=0.9, horizon_date="2026-03-28")
    found = watching(ended)()
    assert found.alerts == ("BTC: the unwind signal is HORIZON",)
    assert "BTC HORIZON" in found.line


def test_a_venue_that_fails_is_one_line_and_what_was_told_stays(watching, market):
    book = tables({"contracts": 0.9}, rebalance_band=0.05)
    rounds = watching(book)
    market.price(61_000)
    first = rounds()
    assert len(first.alerts) == 1
    market.server.fail("binance", 503)
    market.pass_by(5)
    second = rounds()
    assert [line.startswith("missing: Binance") for line in second.told] == [True]
    assert "  5 min    " in second.line
    assert second.line[COLUMNS[2] :] == first.line[COLUMNS[2] :]  # the price of last time
    assert (second.alerts, rounds().told) == ((), ())
    market.pass_by(11)
    stale = rounds()
    text = "BTC: its price is 16 min old, more than 15 min; advice is withheld"
    assert stale.alerts == (text,)
    assert stale.line.endswith("withheld; old: BTC +1")
    assert rounds().alerts == ()
    market.server.faults.clear()
    again = rounds()
    assert (again.alerts, again.alarms) == ((), True)  # the gap was there all the time
    assert again.line.endswith("hold")


def test_a_price_that_jumps_speaks_for_nothing_until_it_is_told_twice(watching, market):
    rounds = watching(tables({"contracts": 0.5}, rebalance_band=0.05), jump=0.25)
    market.price(90_000)
    found = rounds()
    assert found.alerts == (
        "BTC: spot_price jumps by +50 %, to 90000; check it".replace("90000", "90,000"),
        f"P: futures_price jumps by +50 %, to {90_000 * BASIS:,.10g}; check it",
    )
    assert found.line.endswith("check first")
    assert "short of the target" in rounds().alerts[0]


# The command


@pytest.fixture
def command(market, monkeypatch, tmp_path):
    """Runs the command for some rounds; waiting lets time pass, and the last one ends it."""

    def run(book, *arguments, rounds=1, each=lambda _: None):
        path = tmp_path / "book.xlsx"
        if book is not None:
            write_workbook(path, book)
        waited = []

        class Clock:
            def now(self):
                return market.now()

            here = now

            def wait(self, seconds):
                waited.append(seconds)
                assert len(waited) <= rounds, "the signal is ignored here"
                if len(waited) == rounds:
                    os.kill(os.getpid(), signal.SIGINT)
                market.pass_by(seconds / 60)
                each(len(waited))

        monkeypatch.setattr("xlhedge.cli.watching.Clock", Clock)
        done = CliRunner().invoke(app, ["watch", str(path), *map(str, arguments)])
        run.waited = waited
        return done.exit_code, done.stdout.splitlines(), done.stderr.splitlines()

    run.path = tmp_path / "book.xlsx"
    return run


CALM = tables(rebalance_band=0.9)
NEAR = tables({"margin": margin_for(0.2, 60_000)}, rebalance_band=0.9)


def test_it_writes_nothing_and_ends_at_ctrl_c(command):
    status, said, wrong = command(CALM, "--every", "5m", rounds=3)
    assert (status, [line[:8] for line in said], command.waited) == (
        128 + signal.SIGINT,
        [HEADER[:8], "09:30:00", "09:35:00", "09:40:00"],
        [300, 300, 300],
    )
    kinds = [line.removeprefix(f"{command.path}: ").split(":")[0] for line in wrong]
    assert {*kinds} == {"note"}  # of tiers, and of terms that the book has no column for
    assert len({*wrong}) == len(wrong)
    assert [each.name for each in command.path.parent.iterdir()] == ["book.xlsx"]
    assert read(command.path).holdings[0].spot_price == 60_000


@pytest.mark.parametrize(
    ("option", "book", "status", "lines"),
    [
        ("--once", CALM, 0, 2),
        ("--once", NEAR, 3, 2),
        ("--until-alert", NEAR, 3, 2),
        ("--until-alert", CALM, 130, 4),
    ],
)
def test_the_status_of_an_alarm_is_that_of_a_reports(option, book, status, lines, command):
    done, said, wrong = command(book, option, rounds=3)
    assert (done, len(said)) == (status, lines)
    alarm = f"{command.path}: alarm: P: liquidated by a move of +20 %"
    assert (alarm in wrong) == (status == 3)


def test_write_keeps_one_copy_a_run(command, market):
    before = write_workbook(command.path, CALM).read_bytes()
    market.price(61_000)
    status, _, _ = command(None, "--write", rounds=3, each=lambda n: market.price(61_000 + 100 * n))
    copies = [each for each in command.path.parent.iterdir() if each != command.path]
    assert [each.read_bytes() for each in copies] == [before]
    assert read(command.path).holdings[0].spot_price == pytest.approx(61_200)
    assert status == 130


def test_a_jump_or_an_open_book_is_not_written(command, market):
    market.price(90_000)
    before = write_workbook(command.path, CALM).read_bytes()
    _, _, wrong = command(None, "--write", rounds=2)
    assert any("not written: Portfolio!D5 BTC spot_price: 60000 → 90000 jumps" in x for x in wrong)
    market.price(61_000)
    (command.path.parent / "~$book.xlsx").touch()
    _, said, wrong = command(None, "--write", rounds=2)
    assert any("not written" in x and "close it there" in x for x in wrong)
    assert (command.path.read_bytes(), len(said)) == (before, 3)


def test_a_book_that_cannot_be_read_for_a_round(command):
    def spoil(number):
        if number == 1:
            spoil.was = command.path.read_bytes()
            command.path.write_bytes(b"PK")
        else:
            command.path.write_bytes(spoil.was)

    status, said, wrong = command(CALM, rounds=3, each=spoil)
    assert (status, said[2], len(said)) == (130, "09:35:00  failed, see above", 4)
    assert (
        sum(
            str(command.path) in line and ": left: " not in line and ": note: " not in line
            for line in wrong
        )
        == 1
    )
    command.path.write_bytes(b"PK")
    status, _, wrong = command(None)
    assert (status, len(wrong)) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--every", "5"], "--every: takes a time from 10s to 1d"),
        (["--every", "9s"], "--every: takes a time"),
        (["--oldest", "x"], "--oldest: takes a time"),
        (["other.xlsx"], "other.xlsx: one book is watched"),
        (["--run", "no-such-program"], "--run: there is no program no-such-program"),
    ],
)
def test_options_that_are_none(arguments, why, command):
    status, _, wrong = command(CALM, *arguments)
    assert (status, len(wrong)) == (2, 1)
    assert why in wrong[0]


# The program of a person's own

TELLS = """
import json, os, sys
told = {name: value for name, value in os.environ.items() if name.startswith("XLHEDGE_")}
with open(sys.argv[1], "a") as file:
    file.write(json.dumps([sys.argv[2:], told]) + "\\n")
"""


def test_a_program_gets_the_alarms_as_one_argument_and_no_shell(command, tmp_path, monkeypatch):
    """Whatever an instrument is called; and no key of ours goes along."""
    monkeypatch.setenv("XLHEDGE_BINANCE_KEY", "planted")
    name = "$(touch run); `touch run` & | -x \u202e"
    book = json.loads(json.dumps(NEAR).replace('"P"', json.dumps(name)))
    out, script = tmp_path / "out", tmp_path / "tell.py"
    script.write_text(TELLS)
    command(book, "--run", sys.executable, "--", script, out, "-u", rounds=3)
    (line,) = out.read_text().splitlines()
    given, told = json.loads(line)
    quoted = name.replace("\u202e", "\\u202e")
    text = f"xlhedge: book.xlsx: {quoted}: liquidated by a move of +20 %"
    assert given == ["-u", text]
    assert told == {"XLHEDGE_ALERT": text, "XLHEDGE_BOOK": str(command.path)}
    assert not (tmp_path / "run").exists()


def test_a_program_that_fails_is_one_line(command, tmp_path):
    script = tmp_path / "fails.py"
    script.write_text("raise SystemExit(7)")
    _, said, wrong = command(NEAR, "--run", sys.executable, "--", script, rounds=2)
    assert [line for line in wrong if "--run" in line] == [
        f"xlhedge: --run: {sys.executable}: ended with status 7"
    ]
    assert len(said) == 3
    assert "No such file" in run_on_alert(tmp_path / "gone", [], tmp_path / "b.xlsx", ["x"])


@pytest.mark.skipif(os.name != "posix", reason="takes permissions")
def test_a_batch_file_is_refused_as_a_shell_runs_it(tmp_path):
    path = tmp_path / "tell.bat"
    path.write_text("")
    path.chmod(0o755)
    with pytest.raises(InputError, match="a batch file, which a shell runs"):
        find_own_program(str(path))
