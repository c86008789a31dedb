"""What the market command writes is read by every command: a book made of it, venue by venue."""

import csv
import json
from datetime import datetime

import pytest
from market_asked import found, instruments
from openpyxl import load_workbook
from typer.testing import CliRunner
from venue_server import VENUES, VenueServer

from xlhedge.analysis import analyse
from xlhedge.cli import app
from xlhedge.jobs.market_files import found_files, found_tables, write_found
from xlhedge.jobs.market_tables import market_tables
from xlhedge.jobs.new_book import Wanted, new_portfolio
from xlhedge.readers import read


@pytest.fixture(autouse=True)
def near(monkeypatch):
    """The venues without sockets."""
    return VenueServer().here(monkeypatch, sockets=False)


def command(*words):
    """What a command says on both streams; it must go well, or be partial."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code in (0, 1), done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("venue", VENUES)
def test_a_book_from_nothing_by_what_a_venue_tells_is_checked_and_reported(venue, near, tmp_path):
    """`market`, `new --market`, `market --into`, `check`, `report`: nothing else is typed."""
    book, price = tmp_path / "book.xlsx", near.world.index("BTC")
    command("market", "BTC", "--venue", venue, "--history", "10d", "-o", tmp_path / "told")
    new = ["new", "--holding", "BTC=2", "--short", "BTC-PERP=1@61200", "-o", book]
    said = command(*new, "--market", tmp_path / "told")
    first = read(book)
    told = found(venue, coins=("BTC",), history_days=10)
    (future,) = first.instruments
    wanted = instruments(told)["BTC-PERP"]
    kept = {name: value for name, value in wanted.items() if name in future.given}
    assert kept | {"quote": "USDT"} == wanted
    assert {name: getattr(future, name) for name in kept} == kept
    assert (first.holdings[0].spot_price, first.settings.quote_currency) == (price, "USDT")
    at = told.of("Instruments")[0].time.replace(second=0)
    market = market_tables(tmp_path / "told")
    later = Wanted(holdings=["BTC=2"], market=market)
    assert new_portfolio(later, "later", datetime(2040, 1, 1)).settings.as_of == at
    assert [(each.floor, each.mm_rate) for each in first.tiers] == [
        (row.values["floor"], row.values["mm_rate"])
        for row in told.of("Tiers") if row.values["instrument"] == "BTC-PERP"
    ]  # fmt: skip
    bars = [r for r in told.of("History") if r.values["symbol"] in ("BTC", "BTC-PERP")]
    assert len(first.history) == len(bars) > 20
    assert ("Holdings", "BTC", "spot_price") in {(r.table, r.row, r.column) for r in first.sources}
    assert ("1 contract of 0.0001 BTC each: 0.0001 BTC" in said) == (venue == "mexc")
    # 2 coins by value, of which one contract is short; a contract costs a thousandth more.
    orders = {row.instrument: row.order_contracts for row in analyse(first).orders}
    size = future.contract_size
    assert (orders["BTC-PERP"] + 1) * size == pytest.approx(2 / 1.001, rel=1e-3)
    command("market", "ETH", "--venue", venue, "--into", book)
    both = read(book)
    assert "ETH-PERP" in {each.instrument for each in both.instruments}
    assert both.instruments[0] == future
    assert both.shorts == first.shorts
    assert f"{book}: ok" in command("check", book)
    command("report", book, "-o", tmp_path)
    assert (tmp_path / "book-report.xlsx").stat().st_size > 10_000


def test_new_takes_what_was_told_from_a_file_and_prefers_what_is_typed(tmp_path):
    told = found("mexc", "bybit", coins=("BTC", "SHIB"), history_days=1)
    for name in ("m.json", "m.xlsx", "m"):
        write_found(path := tmp_path / name, told, force=False)
        new = ["new", "--holding", "btc=12@50000", "--short", "BTC-PERP-MEXC=4@61200"]
        new += ["--future", "BTC-PERP-MEXC=60000@0.02%,taker_fee=0.1%", "--market", path]
        command(*new, "-o", book := tmp_path / f"{name}-book.xlsx")
        made = read(book)
        (future,) = made.instruments
        assert (future.futures_price, future.funding_rate) == (60_000, 2e-4)
        assert (future.taker_fee, future.contract_size) == (1e-3, 1e-4)
        assert made.holdings[0].spot_price == 50_000
        assert {each.row for each in made.sources} <= {"BTC", "BTC-PERP-MEXC"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--holding", "BTC=2", "--short", "BTC-PRP=1@61200"],
         'did you mean "BTC-PERP"? they are BTC-PERP, BTC-INV'),
        (["--holding", "SOL=2"], "spot_price: it is not given; write SOL=2@SPOT_PRICE"),
        ([], "--market: name what you own, as --holding BTC=12, or what is short"),
    ],
)  # fmt: skip
def test_what_new_cannot_take_from_a_market_is_a_line(words, why, tmp_path):
    write_found(path := tmp_path / "told", found("mexc", coins=("BTC",)), force=False)
    done = CliRunner().invoke(
        app, ["new", *words, "--market", str(path), "-o", str(tmp_path / "b.xlsx")]
    )
    assert (done.exit_code, why in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "b.xlsx").exists()


def test_a_file_that_is_none_of_markets_is_a_line(tmp_path):
    for name, body in (("a.json", "{}"), ("b.json", '{"Instruments": 1}'), ("c.xlsx", "x")):
        (tmp_path / name).write_text(body)
        words = ["new", "--holding", "BTC=2", "--market", str(tmp_path / name)]
        done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "b.xlsx")])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.stderr


def test_a_workbook_has_a_table_each_and_numbers_as_numbers(tmp_path):
    told = found("bybit", coins=("BTC",), history_days=2)
    (path,) = write_found(tmp_path / "m.xlsx", told, force=False)
    book = load_workbook(path)
    tables = {name: sheet for sheet in book for name in sheet.tables}
    assert {*tables} == {"Instruments", "Tiers", "History", "Sources"}
    sheet = tables["Instruments"]
    headers = [cell.value for cell in sheet[1]]
    first = dict(zip(headers, (cell.value for cell in sheet[2]), strict=True))
    assert first["futures_price"] == told.rows[0].values["futures_price"]
    assert tables["History"].title == "Price history"


def test_sources_say_which_values_are_nobodys(tmp_path):
    told = found("mexc", coins=("SHIB",))
    rows = [row for row in found_tables(told)["Sources"] if row["table"] == "Instruments"]
    by_venue = {row["venue"]: row["column"].split(", ") for row in rows}
    assert by_venue["MEXC: its documentation"] == ["mm_basis"]
    assert {"index_price", "futures_price", "taker_fee"} <= {*by_venue["MEXC"]}
    assert found_files(tmp_path / "m.json", told).keys() == {tmp_path / "m.json"}


@pytest.mark.parametrize("name", ["m.json", "m.xlsx", "m"])
def test_what_is_partial_says_so_in_what_is_written(name, near, tmp_path):
    near.fail("bybit/v5/market/risk-limit", 503)
    told = found("bybit", "mexc", coins=("SHIB",))
    (line,) = told.missing
    write_found(path := tmp_path / name, told, force=False)
    if name == "m.json":
        sources = json.loads(path.read_text("utf-8"))["Sources"]
    elif name == "m":
        with (path / "Sources.csv").open(encoding="utf-8-sig") as file:
            sources = list(csv.DictReader(file))
    else:
        head, *body = load_workbook(path)["Sources"].values
        sources = [dict(zip(head, row, strict=True)) for row in body]
    assert [row["venue"] for row in sources if row["table"] == "missing"] == [line]
    assert "missing" not in {row["table"] for row in found_tables(found("mexc"))["Sources"]}
