"""Files that venues let people download: headings, signs, time zones, and what is left open.

Each sample has the headings that `docs/venues.md` says where they were read, and rows written for
these tests; what is expected of them is worked out by hand beside them.
"""

import codecs
import csv
import math
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.errors import PortfolioError
from xlhedge.jobs.import_files import import_files
from xlhedge.market.forms import FORMS, form_of, known
from xlhedge.market.left_open import Settled, Trade, left_open
from xlhedge.market.symbols import contract_in

BINANCE = (
    "Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID"
)
BINANCE_OLD = "Date(UTC),Symbol,Side,Price,Quantity,Amount,Fee,Fee Coin,Realized Profit,Quote Asset"
INCOME = "Time(UTC),Type,Amount,Asset,Symbol,Transaction ID"
BYBIT = (
    "Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,"
    "Cash Flow,Change,Wallet Balance,Action,Time(UTC)"
)
BYBIT_OLD = (
    "Time,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,"
    "Cash Flow,Change,Wallet Balance,Fee Rate,Trade ID,Order ID"
)
BYBIT_FUNDS = "Uid,Date & Time(UTC),Coin,QTY,Type,Account Balance,Description"
BINGX = (
    "UID,Order No.,Time(Asia/Shanghai),Pair,Type,Leverage,DealPrice,Quantity,Amount,Fee,Fee Coin,"
    "Realized PNL,Quote Asset,Order Type,AvgPrice"
)
BINGX_LEDGER = "Time(Asia/Shanghai),type,Details,Amount,newAvailableAmount,Assets,Futures"
MEXC = (
    "UID,Time(UTC+08:00),Futures Trading Pair,Direction,Order Type,Filled Qty (Cont.),"
    "Filled Qty (Crypto),Filled Qty (Amount),Filled Price,Trading Fee,Fee-payment Crypto,Role,"
    "Closing PNL"
)
MEXC_ORDERS = (
    "UID,Time(UTC+08:00),Futures Trading Pair,Direction,Leverage,Order Type,Order Qty (Cont.),"
    "Filled Qty (Cont.),Order Qty (Crypto),Filled Qty (Crypto),Order Qty (Amount),"
    "Filled Qty (Amount),Order Price,Average Filled Price,Closing PNL,Trading Fee,"
    "Fee-payment Crypto,Status"
)
MEXC_FLOW = "UID,Time(UTC+08:00),Futures Trading Pair,Crypto,Fund Type,Fund Flow Type,Amount"

SHORT_BTC = (
    # 2 sold at 60,000, 1 bought back at 50,000: 10,000 realised, 60 of fees, newest line first.
    "1,26-11-05 10:00:00,BTCUSDT,BUY,50000,1,50000,20 USDT,10000,true,false,3,3",
    "1,26-11-02 10:00:00,BTCUSDT,SELL,60000,2,120000,40USDT,0,false,false,2,2",
)


@pytest.fixture
def imported(tmp_path):
    """Imports files of these names and lines; what was found."""

    def run(files, **options):
        paths = []
        for name, lines in files.items():
            paths.append(tmp_path / name)
            body = lines if isinstance(lines, bytes) else "\n".join(lines).encode()
            paths[-1].write_bytes(body)
        return import_files(paths, **options)

    return run


def shorts(found):
    return [dict(row.values) for row in found.of("Shorts")]


def refused(imported, files, **options):
    with pytest.raises(PortfolioError) as caught:
        imported(files, **options)
    return str(caught.value).split("\n")


def test_binance_trades_leave_a_short_with_what_it_has_earned(imported):
    files = {
        "Binance-Futures-Trade-History-202611270000(UTC+3)-part1-of1.csv": [BINANCE, *SHORT_BTC],
        "income.csv": [
            INCOME,
            "2026-11-02 06:59:59,FUNDING_FEE,99,USDT,BTCUSDT,0",  # before it was opened
            "2026-11-03 00:00:00,FUNDING_FEE,6,USDT,BTCUSDT,1",
            "2026-11-04 00:00:00,FUNDING_FEE,-2,USDT,BTCUSDT,2",
            "2026-11-05 12:00:00,COMMISSION,-20,USDT,BTCUSDT,3",
        ],
    }
    found = imported(files)
    assert shorts(found) == [
        {
            "instrument": "BTC-PERP",
            "contracts": 1.0,
            "entry_price": 60_000.0,
            "opened": datetime(2026, 11, 2, 7),  # its file's name says UTC+3
            "funding_received": 4.0,
            "realised_pnl": 10_000.0,
            "fees_paid": 60.0,
        }
    ]
    (instrument,) = found.of("Instruments")
    assert instrument.values == {
        "instrument": "BTC-PERP",
        "exchange": "Binance",
        "underlying": "BTC",
        "quote": "USDT",
        "contract_type": "linear",
        "contract_size": 1.0,
    }
    assert (found.missing, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {
                "fills.csv": [
                    BINANCE_OLD,
                    "2026-11-02 10:00:00,BTCUSDT,SELL,60000,2,120000,40,USDT,0,USDT",
                    "2026-11-05 10:00:00,BTCUSDT,BUY,50000,1,50000,20,USDT,10000,USDT",
                ]
            },
            {
                "contracts": 1.0,
                "entry_price": 60_000.0,
                "realised_pnl": 10_000.0,
                "fees_paid": 60.0,
            },
            id="Binance, older",
        ),
        pytest.param(
            # 100 contracts of 100 USD at 50,000 and at 60,000 average to 2 / (1/50,000 + 1/60,000);
            # 100 of them bought back at 50,000 lose 100 × 100 × (1/50,000 − 1/54,545.45) BTC.
            {
                "coin-m.csv": [
                    BINANCE,
                    "1,26-11-02 10:00:00,BTCUSD_PERP,SELL,50000,100,0,0.0001BTC,0,f,f,1,1",
                    "1,26-11-03 10:00:00,BTCUSD_PERP,SELL,60000,100,0,0.0001BTC,0,f,f,2,2",
                    "1,26-11-04 10:00:00,BTCUSD_PERP,BUY,50000,100,0,0.0001BTC,0.016666666,f,f,3,3",
                ]
            },
            {
                "instrument": "BTC-INV",
                "contracts": 100.0,
                "entry_price": 2 / (1 / 50_000 + 1 / 60_000),
                "realised_pnl": 100 * 100 * (1 / 50_000 - (1 / 50_000 + 1 / 60_000) / 2),
                "fees_paid": 0.0003,
            },
            id="Binance, inverse",
        ),
        pytest.param(
            {
                "log.csv": [
                    "UID: 5,Company Name: ,Country: ",
                    BYBIT,
                    (
                        "5,USDT,ETHUSDT,SETTLEMENT,SELL,--,-0.5,--,0.5,0,0,0.5,999.9,SETTLEMENT,"
                        "2026-09-22 20:00:00"
                    ),
                    (
                        "5,BTC,BTCEUR,TRADE,SELL,-0.0003,0,53842.9,0,0,-0.0003,-0.0003,0.5,--,"
                        "2026-09-21 20:00:00"
                    ),
                    (
                        "5,USDT,ETHUSDT,TRADE,SELL,0.50000000000000000000,-0.5,2510,0,-0.6,0,-0.6,"
                        "999.4,OPEN,2026-09-18 09:03:24"
                    ),
                ]
            },
            {"contracts": 0.5, "entry_price": 2_510.0, "fees_paid": 0.6, "funding_received": 0.5},
            id="Bybit, unified",
        ),
        pytest.param(
            # Here funding above 0 was paid, and so was a fee above 0.
            {
                "old.csv": [
                    BYBIT_OLD,
                    "2022-05-01 08:00:00,USDT,BTCUSDT,funding,--,1,1,40000,4,0,0,-4,96,0,t,o",
                    (
                        "2022-05-01 07:00:00,USDT,BTCUSDT,trade,Open Short,1,1,40000,0,24,0,-24,"
                        "100,0.0006,t,o"
                    ),
                ]
            },
            {
                "contracts": 1.0,
                "entry_price": 40_000.0,
                "fees_paid": 24.0,
                "funding_received": -4.0,
            },
            id="Bybit, derivatives account",
        ),
        pytest.param(
            {
                "Perp_Futures_Order_History.csv": [
                    BINGX,
                    (
                        "1,3,2026-10-06 08:00:00,BTC-USDT,Close Short,5X,90000,0.004,360,-0.18,"
                        "USDT,40.0000 USDT,USDT,Market,0"
                    ),
                    (
                        "1,2,2026-10-05 08:00:00,BTC-USDT,Open Short,5X,100000,0.01,1000,-0.5,USDT,"
                        "0,USDT,Market,0"
                    ),
                    "1,1,2026-10-05 07:00:00,BTC-USDT,Open Short,5X,0,0,0,0,USDT,0,USDT,Limit,0",
                ],
                "ledger.csv": [
                    BINGX_LEDGER,
                    "2026-10-05 16:00:00,Funding Fee,,0.12,0,USDT,BTC-USDT",
                ],
            },
            # 10:00 in Shanghai is 02:00 UTC; 0.004 × (100,000 − 90,000) realised.
            {
                "contracts": 0.006,
                "entry_price": 100_000.0,
                "realised_pnl": 40.0,
                "fees_paid": 0.68,
                "funding_received": 0.12,
                "opened": datetime(2026, 10, 5, 0),
                "leverage": 5.0,
            },
            id="BingX",
        ),
        pytest.param(
            # "buy short" opens a short, "sell short" closes it; a contract is 0.0001 BTC.
            {
                "mexc.csv": [
                    MEXC,
                    (
                        "1,2026-11-02 08:00:00,BTC_USDT,buy short,MARKET,20000,2,120000,60000,24,"
                        "USDT,Taker,0"
                    ),
                    (
                        "1,2026-11-03 08:00:00,BTC_USDT,sell short,MARKET,5000,0.5,25000,50000,5,"
                        "USDT,Taker,5000"
                    ),
                ],
                "flow.csv": [
                    MEXC_FLOW,
                    "1,2026-11-02 16:00:00,BTC_USDT,USDT,FUNDING,INFLOW,1.5",
                ],
            },
            {
                "contracts": 15_000.0,
                "entry_price": 60_000.0,
                "realised_pnl": 5_000.0,
                "fees_paid": 29.0,
                "funding_received": 1.5,
                "opened": datetime(2026, 11, 2),
            },
            id="MEXC",
        ),
        pytest.param(
            {
                "shib.csv": [
                    BINANCE,
                    "1,26-11-02 10:00:00,1000SHIBUSDT,SELL,0.02,5000,100,0.05USDT,0,f,f,1,1",
                ]
            },
            {"instrument": "SHIB-PERP", "contracts": 5_000.0, "entry_price": 0.00002},
            id="1000SHIB",
        ),
        pytest.param(
            # 1 bought at 100, 3 sold at 120: 2 are short from then on, with two thirds of the fee.
            {
                "flip.csv": [
                    BINANCE,
                    "1,26-11-02 10:00:00,SOLUSDT,BUY,100,1,100,0.3USDT,0,f,f,1,1",
                    "1,26-11-03 10:00:00,SOLUSDT,SELL,120,3,360,0.9USDT,20,f,f,2,2",
                ]
            },
            {
                "contracts": 2.0,
                "entry_price": 120.0,
                "fees_paid": 0.6,
                "realised_pnl": 0.0,
                "opened": datetime(2026, 11, 3, 10),
            },
            id="through zero",
        ),
    ],
)
def test_what_each_venues_files_leave_open(imported, files, expected):
    (short,) = shorts(imported(files))
    assert short["opened"] == expected.pop("opened", short["opened"])
    assert {name: short[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "heading", "opened"),
    [
        ("a(UTC--6).csv", "Time", datetime(2026, 11, 2, 16)),  # as Binance names files of UTC-6
        ("a(UTC-5).csv", "Time", datetime(2026, 11, 2, 15)),
        ("a(UTC+5:30).csv", "Time", datetime(2026, 11, 2, 4, 30)),
        ("a(UTC+3).csv", "Time(UTC)", datetime(2026, 11, 2, 10)),  # a heading knows better
        ("a.csv", "Time(UTC+08:00)", datetime(2026, 11, 2, 2)),
        ("a.csv", "Time(America/Sao_Paulo)", datetime(2026, 11, 2, 13)),
    ],
)
def test_times_are_utc_whatever_clock_a_file_has(imported, name, heading, opened):
    headings = BINANCE.replace("Time", heading)
    assert shorts(imported({name: [headings, SHORT_BTC[1]]}))[0]["opened"] == opened


def test_a_clock_that_nobody_knows_is_refused(imported):
    lines = [BINANCE.replace("Time", "Time(Mars/Olympus)"), SHORT_BTC[1]]
    assert refused(imported, {"a.csv": lines}) == [
        'a.csv: its time zone "Mars/Olympus" is not known'
    ]


def test_trades_of_one_second_are_in_the_order_of_their_file(imported):
    newest_first = [
        BINANCE,
        "1,26-11-03 10:00:00,BTCUSDT,SELL,70000,1,1,1USDT,0,f,f,3,3",
        "1,26-11-03 10:00:00,BTCUSDT,BUY,50000,2,1,1USDT,20000,f,f,2,2",
        SHORT_BTC[1],
    ]
    oldest_first = [BINANCE, *reversed(newest_first[1:])]
    first, second = (shorts(imported({"a.csv": each})) for each in (newest_first, oldest_first))
    assert first == second
    assert first[0]["entry_price"] == 70_000


def test_an_account_may_be_long_and_short_at_once(imported):
    found = imported(
        {
            "log.csv": [
                BYBIT,
                "5,USDT,ETHUSDT,TRADE,SELL,0.5,-0.5,2500,0,-0.6,0,-0.6,9,OPEN,2026-09-18 09:00:00",
                "5,USDT,ETHUSDT,TRADE,BUY,0.3,0.3,2500,0,-0.6,0,-0.6,9,OPEN,2026-09-18 10:00:00",
                "5,USDT,ETHUSDT,TRADE,BUY,0.2,-0.3,2400,0,-0.6,20,19.4,9,CLOSE,2026-09-18 11:00:00",
                "5,USDT,ETHUSDT,SETTLEMENT,--,--,0,--,0.5,0,0,0.5,9,SETTLEMENT,2026-09-18 16:00:00",
            ]
        }
    )
    assert [(each["contracts"], each["realised_pnl"]) for each in shorts(found)] == [
        (0.3, pytest.approx(20)),
        (-0.3, 0),
    ]
    assert found.missing == (
        (
            "Bybit ETH-PERP: funding of 0.5 USDT from 2026-09-18 16:00 to 2026-09-18 16:00 is in "
            "no position: it is long and short at once"
        ),
    )
    assert found.notes == (
        "Bybit ETH-PERP: it is long and short at once; its account needs position_mode hedge",
    )


def test_contract_sizes_are_those_of_the_venue(imported):
    files = {
        "m.csv": [MEXC, "1,2026-11-02 08:00:00,BTC_USDT,buy short,M,333,0.0333,0,60000,1,USDT,T,0"],
        "b.csv": [BINANCE, "1,26-11-02 10:00:00,1000SHIBUSDT,SELL,0.02,5,1,0.05USDT,0,f,f,1,1"],
        "c.csv": [BINANCE, "1,26-11-02 10:00:00,ETHUSD_PERP,SELL,2000,5,1,0.05ETH,0,f,f,1,1"],
    }
    sizes = {
        row.values["instrument"]: row.values["contract_size"]
        for row in imported(files).of("Instruments")
    }
    assert sizes == {"BTC-PERP-MEXC": 0.0001, "SHIB-PERP-BINANCE": 1_000, "ETH-INV-BINANCE": 10}


def test_a_position_that_is_closed_leaves_with_all_it_earned(imported):
    closed = [BINANCE, *SHORT_BTC, "1,26-11-06 10:00:00,BTCUSDT,BUY,70000,1,1,9USDT,-10000,t,f,4,4"]
    assert imported({"a.csv": closed}).rows == ()
    again = [*closed, "1,26-11-07 10:00:00,BTCUSDT,SELL,65000,3,1,7USDT,0,t,f,5,5"]
    (short,) = shorts(imported({"a.csv": again}))
    assert (short["contracts"], short["fees_paid"], short["realised_pnl"]) == (3, 7, 0)


def test_balances_are_the_last_ones(imported):
    log = [
        BYBIT,
        "5,USDT,,TRANSFER_IN,--,0,0,0,0,0,100,100,100,--,2026-09-18 09:00:00",
        "5,USDT,,TRANSFER_OUT,--,0,0,0,0,0,-40,-40,60,--,2026-09-19 09:00:00",
    ]
    funds = [
        BYBIT_FUNDS,
        "5,2026-09-22 00:41:47,BTC,0.5,Deposit,12.5,Deposit",
        "5,2026-09-21 00:41:47,BTC,12,Deposit,12,Deposit",
        "5,2026-09-21 00:41:47,USDT,12,Deposit,12,Deposit",
    ]
    newer, older = [log[0], log[2]], log[:2]  # whatever file is named first
    files = {"december.csv": newer, "november.csv": older, "funds.csv": funds}
    found = imported(files, account="desk")
    assert [dict(row.values) for row in found.rows] == [
        {"asset": "BTC", "place": "desk", "quantity": 12.5},
        {"account": "desk", "exchange": "Bybit", "wallet_balance": 60.0, "collateral": "USDT"},
    ]


def test_a_named_account_is_in_both_tables(imported):
    found = imported({"a.csv": [BINANCE, *SHORT_BTC]}, account="desk")
    assert found.of("Accounts")[0].values == {"account": "desk", "exchange": "Binance"}
    assert shorts(found)[0]["account"] == "desk"


def test_fees_in_another_coin_and_unknown_lines_are_told_not_counted(imported):
    found = imported(
        {
            "a.csv": [BINANCE, SHORT_BTC[1].replace("40USDT", "0.05BNB")],
            "i.csv": [
                INCOME,
                "2026-11-03 00:00:00,WHATEVER,6,USDT,BTCUSDT,1",
                "2026-11-03 00:00:00,FUNDING_FEE,6,USDT,ETHUSDT,1",
            ],
            "p.csv": [
                "UID,Futures,Avg Entry Price,Avg Close Price,Status",
                "1,BTC_USDT,1,2,Closed",
            ],
        }
    )
    assert shorts(found)[0]["fees_paid"] == 0
    assert found.missing == (
        "Binance BTC-PERP: fees of 0.05 BNB are not counted, as its margin is in USDT",
        (
            "Binance ETH-PERP: funding of 6 USDT from 2026-11-03 to 2026-11-03 is in no position: "
            "no trades of it are in the files"
        ),
        'i.csv: 1 line of the kind "WHATEVER", which is not known and not taken',
        (
            "p.csv: MEXC's futures position history, of which nothing is taken: it tells positions "
            "that are closed; open ones come from the futures trade history"
        ),
    )
    assert found.notes == (
        "a.csv: neither its headings nor its name tell a time zone; UTC is taken",
    )


def test_the_same_lines_in_two_files_count_once(imported):
    twice = "1,26-11-02 10:00:00,BTCUSDT,SELL,60000,2,120000,40USDT,0,false,false,,"
    found = imported({"a.csv": [BINANCE, twice, twice], "b.csv": [BINANCE, twice, SHORT_BTC[0]]})
    assert shorts(found)[0]["contracts"] == 3
    assert "a.csv and b.csv: 1 line in two of them, counted once" in found.notes


def test_trades_and_orders_of_one_contract_are_not_both_counted(imported):
    order = (
        "1,2026-11-02 08:00:00,BTC_USDT,buy short,5,MARKET,20000,20000,2,2,120000,120000,60000,"
        "60000,0,24,USDT,FINISHED"
    )
    trade = "1,2026-11-02 08:00:00,BTC_USDT,buy short,M,20000,2,0,60000,24,USDT,Taker,0"
    assert shorts(imported({"o.csv": [MEXC_ORDERS, order]}))[0]["leverage"] == 5
    assert refused(imported, {"o.csv": [MEXC_ORDERS, order], "t.csv": [MEXC, trade]}) == [
        "o.csv:2: its trades of MEXC BTC-PERP may be those of t.csv:2; give one of them"
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [BINANCE, SHORT_BTC[0]],
            (
                "a.csv:2: the venue realised 10000 with it, by the trades before it that is 0; its "
                "position was opened before the files begin; download them from that day on"
            ),
        ),
        (
            [
                BYBIT,
                "5,USDT,ETHUSDT,TRADE,SELL,0.5,-1.5,2510,0,-0.6,0,-0.6,9,OPEN,2026-09-18 09:03:24",
            ],
            (
                "a.csv:2: the venue says that 1.5 are held after it, by the trades before it that "
                "is 0.5; its position was opened before the files begin; download them from that "
                "day on"
            ),
        ),
        (
            [MEXC, "1,2026-11-02 08:00:00,BTC_USDT,sell short,M,2,2,0,6,2,USDT,Taker,0"],
            (
                "a.csv:2: closes more than the trades before it opened; its position was opened "
                "before the files begin; download them from that day on"
            ),
        ),
    ],
)
def test_a_position_that_began_before_the_files_is_refused(imported, lines, told):
    assert refused(imported, {"a.csv": lines}) == [told]


def test_every_line_that_cannot_be_read_is_told_with_its_place(imported):
    wrong = {
        "a.csv": [
            BINANCE,
            "1,26-11-02 10:00:00,BTCUSDT,SELL,ten,2,1,40USDT,0,f,f,2,2",
            "1,soon,BTCUSDT,SELL,60000,2,1,40USDT,0,f,f,2,2",
            "1,2/3/2026 10:00,BTCUSDT,SELL,60000,2,1,40USDT,0,f,f,2,2",
            "1,26-11-02 10:00:00,BTCUSDT,LEND,60000,2,1,40USDT,0,f,f,2,2",
            "1,26-11-02 10:00:00,BTCUSDT,SELL,60000,2 USDT,1,40USDT,0,f,f,2,2",
            "1,26-11-02 10:00:00,BTCUSDT,SELL,-1,2,1,40USDT,0,f,f,2,2",
            "1,26-11-02 10:00:00,BTCUSDT,SELL,60,2,1,40USDT,0,f,f,2,2,3,4",
            "1,26-11-02 10:00:00,FOO-BAR,SELL,60,2,1,40USDT,0,f,f,2,2",
        ],
        "b.csv": [
            BYBIT,
            "5,USDT,ETHUSDT,SETTLEMENT,SELL,--,-0.5,--,0.5,0,0,-0.5,9,SETTLEMENT,2026-09-22 20:00",
            "5,,,TRANSFER_IN,--,0,0,0,0,0,100,100,100,--,2026-09-18 09:00:00",
        ],
        "none.csv": ["Fruit,Price", "Apple,1"],
        "empty.csv": [],
    }
    told = refused(imported, wrong)
    assert (
        told[0] == f'none.csv:1: its headings are not known ("Fruit, Price"); known are {known()}'
    )
    assert told[1] == "empty.csv: the file is empty; its first line must be the headers"
    assert [line.split(": ", 1)[0] for line in told[2:]] == [
        "a.csv:2 Price",
        "a.csv:3 Time",
        "a.csv:4 Time",
        "a.csv:5 Side",
        "a.csv:6 Quantity",
        "a.csv:7 Price",
        "a.csv:8",
        "b.csv:2 Change",
        "b.csv:3 Currency",
        "a.csv:9",
    ]
    assert told[4].endswith("write 2026-03-02 or 2026-02-03")
    assert "WEEX" not in known()  # none of its files could be found described anywhere


def test_separators_encodings_and_decimal_commas_make_no_difference(imported):
    plain = f"{BINANCE_OLD}\n2026-11-02 10:00:00,BTCUSDT,SELL,60000.5,2.25,1,40.5,USDT,0,USDT"
    german = plain.replace(",", ";").replace(".", ",")
    ways = [
        codecs.BOM_UTF8 + plain.encode(),
        plain.replace(",", "\t").encode("utf-16"),
        german.encode(),
        ("sep=;\r\n" + german.replace("\n", "\r\n")).encode("cp1252"),
        plain.replace(",60000.5,", ',"60,000.50",').encode(),
    ]
    first, *others = (shorts(imported({"a.csv": way})) for way in ways)
    assert first[0]["entry_price"] == 60_000.5
    assert all(each == first for each in others)


def test_a_venue_that_is_named_is_the_only_one_looked_for(imported):
    told = refused(imported, {"a.csv": [BINANCE, *SHORT_BTC]}, venue="mexc")
    assert told[0].endswith(f"known are {known('MEXC')}")
    assert known("MEXC").startswith("MEXC: futures trade history, futures order history")


def test_every_form_is_told_by_its_own_headings():
    assert [form for form in FORMS if form_of(form.columns) is not form] == []


NASTY = [
    "",
    "--",
    "nan",
    "inf",
    "1e999",
    "-1e308",
    "1e-320",
    "0",
    "-0",
    "9" * 400,
    "=1+1",
    "\0",
    "\n",
]
NASTY += [
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "BTCUSDT_999999",
    "BTCUSDH00",
    "BTCUSDZ99",
    "1 USDT",
]
KINDS = [
    (BINANCE.replace("Time", "Time(UTC+14)"), SHORT_BTC),
    (INCOME, ["2026-11-03 00:00:00,FUNDING_FEE,6,USDT,BTCUSDT,1"]),
    (
        BYBIT,
        ["5,USDT,ETHUSDT,TRADE,SELL,0.5,-0.5,2500,0,-0.6,0,-0.6,9,OPEN,2026-09-18 09:00:00"],
    ),
    (BYBIT_FUNDS, ["5,2026-09-22 00:41:47,BTC,0.5,Deposit,12.5,Deposit"]),
    (
        BINGX,
        ["1,2,2026-10-05 08:00:00,BTC-USD,Open Short,5X,9,1,1,-0.5,BTC,0,USD,Market,0"],
    ),
    (MEXC, ["1,2026-11-02 08:00:00,BTC_USD,buy short,M,2,2,0,6,2,BTC,Taker,0"]),
]


@pytest.mark.parametrize(("heading", "lines"), KINDS)
def test_whatever_stands_in_a_cell_it_is_read_or_told(tmp_path, heading, lines):
    rows = [line.split(",") for line in lines]
    for column, text in product(range(len(rows[0])), NASTY):
        with (path := tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
            odd = [*rows[0][:column], text, *rows[0][column + 1 :]]
            csv.writer(file).writerows([heading.split(","), odd, *rows[1:]])
        try:
            found = import_files([path])
        except PortfolioError as error:
            places = {problem.place.split(":")[0] for problem in error.problems}
        else:
            places = {"a.csv"}
            values = [each for row in found.rows for each in row.values.values()]
            assert all(math.isfinite(each) for each in values if isinstance(each, float)), odd
        assert places == {"a.csv"}, odd


@pytest.mark.parametrize(
    ("symbol", "venue", "told"),
    [
        ("BTCUSDT_260327", "Binance", "Binance BTC-20260327"),
        ("BTCUSD_260327", "Binance", "Binance BTC-INV-20260327"),
        ("ethusdc", "Binance", "Binance ETH-PERP-USDC"),
        ("USDCUSDT", "Binance", "Binance USDC-PERP"),
        ("BTCPERP", "Bybit", "Bybit BTC-PERP-USDC"),
        ("BTC-27MAR26", "Bybit", "Bybit BTC-20260327-USDC"),
        ("BTCUSDZ25", "Bybit", "Bybit BTC-INV-20251226"),
        ("BTC_USD", "MEXC", "MEXC BTC-INV"),
        ("1MBABYDOGEUSDT", "Binance", "Binance BABYDOGE-PERP"),
    ],
)
def test_contracts_as_venues_write_them(symbol, venue, told):
    assert str(contract_in(symbol, venue)[0]) == told


def test_an_option_is_no_contract():
    with pytest.raises(ValueError, match="BTC-27MAR26-120-C"):
        contract_in("BTC-27MAR26-120-C", "Bybit")


QUANTITIES = st.integers(-50, 50).filter(bool).map(lambda n: Decimal(n) / 10)
TRADES = st.lists(st.tuples(QUANTITIES, st.integers(50, 150).map(Decimal)), min_size=1, max_size=12)


@given(TRADES, st.booleans())
def test_realised_and_unrealised_are_the_cash_of_all_trades(trades, inverse):
    """Whatever the averages: all that was gained is what the trades bought and sold for."""
    start, size, mark = datetime(2026, 1, 1), Decimal(2), Decimal(100)

    def worth(price):
        return -1 / price if inverse else price

    events = [
        Trade(str(n), start + timedelta(hours=n), quantity, price)
        for n, (quantity, price) in enumerate(trades)
    ]
    held = left_open(events, size, inverse=inverse).held
    total = sum(quantity for quantity, _ in trades)
    assert [each.contracts for each in held] == ([total] if total else [])
    begins = max(n for n in range(len(trades)) if n == 0 or _turns(trades, n))
    if not held:
        return
    assert held[0].opened == start + timedelta(hours=begins)
    # Of the trade that went through zero only what it opened is the position's.
    first = sum(quantity for quantity, _ in trades[: begins + 1])
    own = [(first, trades[begins][1]), *trades[begins + 1 :]]
    cash = -sum(quantity * size * worth(price) for quantity, price in own)
    unrealised = total * size * (worth(mark) - worth(held[0].entry(inverse=inverse)))
    assert float(held[0].realised + unrealised) == pytest.approx(
        float(cash + total * size * worth(mark)), abs=1e-12
    )


def _turns(trades, n):
    """Whether a trade opens a position, of which there was none, or one the other way."""
    before = sum(quantity for quantity, _ in trades[:n])
    after = before + trades[n][0]
    return before * after < 0 or (before == 0 != after)


def test_funding_of_two_legs_is_nobodys():
    day, one, nine = datetime(2026, 1, 1), Decimal(1), Decimal(9)
    legs = [Trade("a", day, one, nine, leg="long"), Trade("b", day, -one, nine, leg="short")]
    left = left_open([*legs, Settled("c", day, one)], one, inverse=False)
    assert [each.funding for each in left.held] == [0, 0]
    assert [each.funding for each in left.nobodys] == [1]


def test_the_command_prints_writes_and_says_what_is_missing(tmp_path):
    trades, funding = tmp_path / "a(UTC+3).csv", tmp_path / "i.csv"
    trades.write_text("\n".join([BINANCE, *SHORT_BTC]))
    funding.write_text(f"{INCOME}\n2026-11-03 00:00:00,FUNDING_FEE,6,USDT,ETHUSDT,1\n")
    out = tmp_path / "out"

    def run(*arguments):
        return CliRunner().invoke(app, ["import", *map(str, arguments)])

    done = run(trades, "-o", out, "--account", "desk")
    assert (done.exit_code, done.stderr) == (0, "")
    assert sorted(file.name for file in out.iterdir()) == [
        "Accounts.csv",
        "Instruments.csv",
        "Shorts.csv",
        "Sources.csv",
    ]
    with (out / "Shorts.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["account"], float(row["contracts"]), float(row["realised_pnl"])) == (
        "desk",
        1,
        10_000,
    )
    assert run(trades, "-o", out).exit_code == 2  # it is there
    partial = run(trades, funding)
    assert partial.exit_code == 1
    assert partial.stderr.startswith("xlhedge: missing: Binance ETH-PERP: funding of 6 USDT ")
    assert partial.stdout.splitlines()[-1].startswith("Shorts\tinstrument=BTC-PERP\tcontracts=1\t")
    assert run(funding, "--venue", "mexc").exit_code == 2
