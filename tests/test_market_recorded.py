"""The same venues with answers that others recorded, where a file of them is there."""

import json
import os
from pathlib import Path

import pytest
from market_asked import found, instruments, rows
from venue_matrix import RECORDED
from venue_server import VenueServer

FILE = os.environ.get("XLHEDGE_RECORDED", "")
pytestmark = pytest.mark.skipif(not FILE, reason="no recorded answers; XLHEDGE_RECORDED names them")


@pytest.fixture(scope="module")
def recorded():
    """The recorded answers by venue and case."""
    rows = json.loads(Path(FILE).read_text("utf-8"))
    return {
        (row["venue"], Path(row["case"]).stem, row["path"]): json.loads(row["body"])
        if isinstance(row["body"], str) else row["body"]
        for row in rows
    }  # fmt: skip


@pytest.fixture
def near(monkeypatch):
    """The venues; `play` puts recorded answers in the place of written ones."""
    return VenueServer().here(monkeypatch, sockets=False)


def play(near, recorded, venue, *cases, alone=()):
    """Answer with what was recorded; of one contract (`alone`) as a venue lists several."""
    said = {path: body for (whose, case, path), body in recorded.items()
            if whose == venue and case in cases}  # fmt: skip

    def altered(path, answer):
        found = said.get("/" + path.partition("/")[2])
        if found is None:
            return answer
        if path.endswith(tuple(alone)):
            return {**found, "data": [found["data"]]} if "data" in found else [found]
        return found

    near.altered = altered


def test_weex(near, recorded):
    play(near, recorded, "weex", "GetExchangeInfo", "GetFundingRate")
    told = instruments(found("weex", coins=("BTC",)))
    assert told["BTC-PERP"] == {
        "instrument": "BTC-PERP", "exchange": "WEEX", "underlying": "BTC", "quote": "USDT",
        "contract_type": "linear", "index_price": 69347.9, "futures_price": 69348.6,
        "funding_rate": 0.00025, "interval_hours": 8, "contract_size": 1, "qty_step": 1e-6,
        "min_qty": 0.0001, "max_leverage": 408, "taker_fee": 0.001, "maker_fee": 0,
    }  # fmt: skip


def test_mexc(near, recorded):
    play(near, recorded, "mexc", "GetSymbols", "GetTickers", "GetFundingRates")
    told = found("mexc", coins=("BTC",))
    row = instruments(told)["BTC-PERP"]
    assert (row["contract_size"], row["qty_step"], row["taker_fee"], row["maker_fee"]) == (
        0.0001, 1, 0.0006, 0.0002,
    )  # fmt: skip
    assert (row["index_price"], row["futures_price"]) == (31016.3, 31199.5)
    assert (row["funding_rate"], row["interval_hours"]) == (-0.000489, 8)
    tiers = rows(told, "Tiers")["BTC-PERP"]
    assert len(tiers) == 100
    assert [tiers[1][key] for key in ("floor", "mm_rate")] == [
        pytest.approx(10_000 * 0.0001 * 31199.5), pytest.approx(0.008),
    ]  # fmt: skip


def test_bybit_linear(near, recorded):
    linear = ("bybit", "GetLinearInverseSymbols", "/v5/market/instruments-info")
    near.altered = lambda path, answer: (
        recorded[linear]
        if path.endswith("instruments-info") and answer["result"]["category"] == "linear"
        else answer
    )
    row = instruments(found("bybit", coins=("BTC",)))["BTC-PERP"]
    names = ("contract_size", "qty_step", "min_qty", "min_notional", "max_leverage")
    assert [row[name] for name in (*names, "interval_hours")] == [1, 0.001, 0.001, 5, 100, 8]


def test_bybit_inverse(near, recorded):
    prices = recorded["bybit", "GetLinearInverseTickers", "/v5/market/tickers"]
    limits = recorded["bybit", "GetRiskLimit", "/v5/market/risk-limit"]
    said = {"tickers": prices, "risk-limit": limits}
    near.altered = lambda path, answer: (
        said.get(path.rpartition("/")[2], answer)
        if answer["result"]["category"] == "inverse" else answer
    )  # fmt: skip
    row = instruments(found("bybit", coins=("BTC",)))["BTC-INV"]
    assert (row["futures_price"], row["index_price"]) == (16596, 16598.54)
    assert (row["funding_rate"], row["mm_rate"]) == (-0.001034, 0.005)


def test_bingx(near, recorded):
    play(near, recorded, "bingx", "GetContracts", "GetFundingRate", alone=["premiumIndex"])
    row = instruments(found("bingx", coins=("BTC",)))["BTC-PERP"]
    names = ("contract_size", "qty_step", "min_qty", "min_notional", "max_leverage")
    assert [row[name] for name in names] == [1, 0.0001, 0.0001, 2, 125]
    assert (row["taker_fee"], row["maker_fee"]) == (0.0005, 0.0002)
    assert (row["futures_price"], row["index_price"]) == (42216.4, 42219.9)
    assert row["funding_rate"] == 0.000251
    assert row["interval_hours"] == 8  # measured: the recorded answer is older than its field


def test_binance_linear(near, recorded):
    play(near, recorded, "binance", "GetExchangeInfo")
    row = instruments(found("binance", coins=("BLZ",)))["BLZ-PERP"]
    assert [row[name] for name in ("contract_size", "qty_step", "min_qty", "min_notional")] == [
        1, 1, 1, 5,
    ]  # fmt: skip


def test_binance_inverse_and_funding(near, recorded):
    play(near, recorded, "binance", "GetMarkPrices", "GetMarkPrice", alone=["fapi/v1/premiumIndex"])
    told = instruments(found("binance", coins=("BTC",)))
    prices = ("futures_price", "index_price", "funding_rate")
    assert [told["BTC-INV"][name] for name in prices] == [11029.69574559, 10979.144375, 0.00071003]
    assert [told["BTC-PERP"][name] for name in prices] == [
        11793.63104562, 11781.8049597, 0.00038246,
    ]  # fmt: skip


def test_what_the_matrix_calls_recorded_is_tested_here():
    assert {venue for venue, _ in RECORDED} == {"binance", "bybit", "bingx", "weex", "mexc"}
