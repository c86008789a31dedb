"""What the market command writes is read by every command: a book made of it, venue by venue."""

import csv
import json

import pytest
from market_asked import found
from openpyxl import load_workbook
from venue_server import VENUES, VenueServer

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import build_report
from xlhedge.jobs.market_files import found_files, found_tables, write_found
from xlhedge.readers import read

SETTINGS = (
    "name,value\nas_of,{now:%Y-%m-%d %H:%M}\nquote_currency,USDT\nhorizon_date,{end:%Y-%m-%d}\n"
)
HOLDINGS = "asset,quantity,spot_price,instrument\nBTC,2,{price!r},BTC-PERP\n"


@pytest.fixture(autouse=True)
def near(monkeypatch):
    """The venues without sockets."""
    return VenueServer().here(monkeypatch, sockets=False)


@pytest.mark.parametrize("venue", VENUES)
def test_a_book_of_what_a_venue_tells_is_checked_and_reported(venue, near, tmp_path):
    told = found(venue, coins=("BTC",), history_days=10)
    write_found(tmp_path / "book", told, force=False)
    dates = {"now": told.rows[0].time, "end": near.world.expiry}
    (tmp_path / "book" / "Settings.csv").write_text(SETTINGS.format(**dates))
    (tmp_path / "book" / "Holdings.csv").write_text(HOLDINGS.format(price=near.world.index("BTC")))
    for name in ("Shorts", "Scenarios"):
        headers = {"Shorts": "instrument,contracts,entry_price",
                   "Scenarios": "scenario,asset,price_shock"}[name]  # fmt: skip
        (tmp_path / "book" / f"{name}.csv").write_text(headers + "\n")
    book = read(tmp_path / "book")
    assert len(book.instruments) == len(told.of("Instruments"))
    assert len(book.tiers) == len(told.of("Tiers"))
    assert len(book.history) == len(told.of("History"))
    # 2 coins by value: a contract costs a thousandth more than its coin.
    orders = {row.instrument: row.order_contracts for row in analyse(book).orders}
    size = book.instrument("BTC-PERP").contract_size
    assert orders["BTC-PERP"] * size == pytest.approx(2 / 1.001, rel=1e-3)
    build_report(book, tmp_path / "report.xlsx")
    assert (tmp_path / "report.xlsx").stat().st_size > 10_000


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
