"""One portfolio as plain data, and its files: a workbook, a folder of CSV files, a JSON file."""

import contextlib
import copy
import csv
import datetime as dt
import json

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table

from xlhedge.portfolio import TABLES, PortfolioError
from xlhedge.readers import read
from xlhedge.sheets.input_cells import last_column, left_column

SAMPLE = {
    "Settings": {
        "portfolio": "Treasury",
        "as_of": "2026-03-27 08:00",
        "horizon_date": "2026-06-26",
        "hedge_ratio": 0.8,
        "funding_consecutive": 4,
    },
    "Holdings": [
        {
            "asset": "BTC",
            "quantity": 2,
            "avg_cost": 41_000.5,
            "spot_price": 60_000,
            "instrument": "BTC-PERP",
            "support_price": 52_000,
        },
        {
            "asset": "SOL",
            "quantity": 150,
            "spot_price": 140,
            "hedge_ratio": 0.5,
            "beta": 1.4,
            "instrument": "BTC-JUN",
        },
        {"asset": "USDT", "quantity": 10_000, "spot_price": 1},
    ],
    "Accounts": [
        {"account": "Main", "exchange": "Binance", "wallet_balance": 7_500, "collateral": "USDT"},
        {
            "account": "Main",
            "exchange": "Binance",
            "wallet_balance": 0.25,
            "collateral": "BTC",
            "collateral_price": 60_000,
            "haircut": 0.05,
        },
    ],
    "Instruments": [
        {
            "instrument": "BTC-PERP",
            "exchange": "Binance",
            "underlying": "BTC",
            "futures_price": 60_030.5,
            "funding_rate": 0.0001,
            "qty_step": 0.001,
            "min_qty": 0.001,
            "min_notional": 100,
            "max_leverage": 125,
            "mm_rate": 0.004,
            "taker_fee": 0.0005,
            "fee_discount": 0.1,
        },
        {
            "instrument": "BTC-JUN",
            "exchange": "Bybit",
            "underlying": "BTC",
            "contract_type": "inverse",
            "expiry": "2026-06-26 08:00",
            "index_price": 60_010,
            "futures_price": 61_000,
            "contract_size": 1,
            "qty_step": 1,
            "mm_basis": "entry",
        },
    ],
    "Tiers": [
        {"instrument": "BTC-PERP", "floor": 0, "mm_rate": 0.004},
        {"instrument": "BTC-PERP", "floor": 50_000, "mm_rate": 0.005},
    ],
    "Shorts": [
        {
            "instrument": "BTC-PERP",
            "contracts": 0.5,
            "entry_price": 61_000,
            "margin": 6_100,
            "leverage": 5,
            "opened": "2026-03-01 12:30:15.250",
            "account": "Main",
        },
        {"instrument": "BTC-JUN", "contracts": 9_000, "entry_price": 62_000, "margin": 0.05},
    ],
    "Scenarios": [
        {"scenario": "Crash", "asset": "*", "price_shock": -0.4, "basis_shock": -0.02, "days": 10},
        {"scenario": "Crash", "asset": "SOL", "price_shock": -0.7, "funding_rate": -0.0003},
    ],
    "History": [
        {"time": "2026-03-26", "symbol": "BTC", "close": 59_000, "high": 60_500, "low": 58_000.25},
        {"time": "2026-03-27", "symbol": "BTC", "close": 60_000, "volume": 1_234.5},
        {"time": "2026-03-27 08:00", "symbol": "BTC-PERP", "close": 60_030, "funding_rate": 1e-4},
    ],
    "Sources": [
        {
            "table": "Holdings",
            "row": "BTC",
            "column": "spot_price",
            "venue": "Binance",
            "time": "2026-03-27 07:59:30",
        },
        {"table": "Tiers", "row": "BTC-PERP", "venue": "Binance", "time": "2026-03-20"},
    ],
}

_ABOVE = {"Portfolio": 3}  # rows above a sheet's tables


def sample(**changes):
    """The sample with some tables replaced; None takes a table away."""
    tables = copy.deepcopy(SAMPLE) | changes
    return {name: table for name, table in tables.items() if table is not None}


def changed(table, row, **cells):
    """The sample with some cells of one row replaced."""
    tables = sample()
    (tables[table] if row is None else tables[table][row]).update(cells)
    return tables


def grid(name, table):
    """A table's headers and rows."""
    if isinstance(table, dict):
        return ["name", "value"], [list(pair) for pair in table.items()]
    headers = list(TABLES[name].headers)
    headers += [key for row in table for key in row if key not in headers]
    return headers, [[row.get(header) for header in headers] for row in table]


def letter_of(name, column):
    """The letter of a table's column where `book_of` puts it."""
    return get_column_letter(left_column(name) + TABLES[name].headers.index(column))


def end(name, right=0):
    """The letter of a table's last column in `book_of`, or of one further right."""
    return get_column_letter(last_column(name) + right)


def write_json(path, tables):
    path.write_text(json.dumps(tables), "utf-8")
    return path


def write_csv(folder, tables, delimiter=",", encoding="utf-8"):
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        headers, rows = grid(name, table)
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows([headers, *rows])
    return folder


def as_date(header, value):
    """Dates as Excel holds them; `header` is the column's, or the setting's."""
    if header in ("as_of", "horizon_date", "expiry", "opened", "time") and value != header:
        with contextlib.suppress(TypeError, ValueError):
            return dt.datetime.fromisoformat(value)
    return value


def book_of(tables, *, grown=True):
    """A workbook as the template lays it out; `grown=False` ends each table at its first row."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.calculation.fullCalcOnLoad = False  # or no formula would count
    for name, table in tables.items():
        title = TABLES[name].sheet
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        top, left = 1 + _ABOVE.get(title, 0), left_column(name)
        headers, rows = grid(name, table)
        for down, cells in enumerate([headers, *rows]):
            for right, cell in enumerate(cells):
                header = cells[0] if isinstance(table, dict) else headers[right]
                sheet.cell(top + down, left + right).value = as_date(header, cell)
        last = top + max(len(rows) if grown else 1, 1)
        ends = f"{get_column_letter(left)}{top}:{get_column_letter(left + len(headers) - 1)}{last}"
        sheet.add_table(Table(displayName=name, ref=ends))
    return book


def write_workbook(path, tables, *, grown=True):
    book_of(tables, grown=grown).save(path)
    return path


def wrong(path):
    """What is wrong with a file, as lines."""
    with pytest.raises(PortfolioError) as caught:
        read(path)
    return [str(problem) for problem in caught.value.problems]
