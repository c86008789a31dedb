"""No input is dead: each cell of a portfolio moves the figure that it is there for."""

import pytest
import whole_portfolios as whole

from xlhedge.analysis import analyse
from xlhedge.analysis.lots import LotRow
from xlhedge.portfolio import TABLES
from xlhedge.readers import read

_TIMES = [f"2026-03-{day:02}T08:00" for day in range(3, 25)]
BOOK = {
    "Settings": {
        "as_of": "2026-03-24T08:00", "horizon_date": "2026-06-24T08:00", "hedge_ratio": 0.8,
        "funding_consecutive": 3, "funding_threshold_8h": 0.00005, "redeploy_drop": 0.2,
        "shock_min": -0.5, "shock_max": 0.5, "shock_step": 0.1, "stablecoin_parity": 0.99,
    },
    "Holdings": [
        {"asset": "BTC", "quantity": 2, "avg_cost": 40_000, "spot_price": 60_000, "beta": 1.0,
         "instrument": "PERP", "support_price": 59_000},
        {"asset": "ETH", "quantity": 9, "spot_price": 3_000, "hedge_ratio": 0.5, "beta": 1.2,
         "instrument": "INV"},
        {"asset": "WBTC", "quantity": 0.1, "spot_price": 60_000},
    ],
    "Instruments": [
        {"instrument": "PERP", "underlying": "BTC", "futures_price": 60_100, "index_price": 60_020,
         "funding_rate": -0.00015, "interval_hours": 8, "contract_size": 0.01, "qty_step": 1,
         "min_qty": 1, "min_notional": 5, "taker_fee": 0.0005, "fee_discount": 0.1,
         "contract_type": "linear", "quote": "USDT", "liquidation_fee": 0.001},
        {"instrument": "INV", "underlying": "ETH", "futures_price": 3_050, "contract_size": 10,
         "contract_type": "inverse", "expiry": "2026-06-26T08:00", "mm_rate": 0.01,
         "mm_amount": 0.001, "mm_basis": "mark"},
        {"instrument": "DATED", "underlying": "ETH", "futures_price": 3_060, "mm_rate": 0.01,
         "expiry": "2026-09-25T08:00"},
    ],
    "Tiers": [
        {"instrument": "PERP", "floor": 0, "mm_rate": 0.004},
        {"instrument": "PERP", "floor": 10_000, "mm_rate": 0.01},
    ],
    "Shorts": [
        {"instrument": "PERP", "contracts": 100, "entry_price": 61_000, "margin": 20_000,
         "leverage": 3},
        {"instrument": "INV", "contracts": 900, "entry_price": 3_200, "margin": 1.5},
        {"instrument": "DATED", "contracts": 1, "entry_price": 3_100, "account": "X"},
        {"instrument": "DATED", "contracts": 1, "entry_price": 3_100, "margin": 2_000,
         "account": "Y"},
    ],
    "Accounts": [
        {"account": "X", "exchange": "Venue", "margin_mode": "cross", "wallet_balance": 2_000,
         "collateral": "USD"},
        {"account": "X", "exchange": "Venue", "margin_mode": "cross", "wallet_balance": 0.01,
         "collateral": "BTC", "collateral_price": 60_000, "haircut": 0.05},
        {"account": "Y", "exchange": "Venue", "wallet_balance": 100, "collateral": "USD"},
        {"account": "Z", "exchange": "Other"},
    ],
    "Scenarios": [
        {"scenario": "Fall", "asset": "*", "price_shock": -0.3, "basis_shock": -0.01,
         "funding_rate": -0.0002, "days": 5},
        {"scenario": "Fall", "asset": "ETH", "price_shock": -0.5},
    ],
    "History": [
        {"time": time, "symbol": "BTC", "close": 60_000 + 500 * (-1) ** n, "high": 61_000,
         "low": 59_100, "volume": 1_000 if n == 21 else 100, "funding_rate": -0.0003}
        for n, time in enumerate(_TIMES)
    ],
}  # fmt: skip

MOVES = {
    ("Settings", 0): {
        "as_of": ("2026-03-25T08:00", "hedge", "days_to_expiry"),
        "horizon_date": ("2026-07-24", "hedge", "funding_drag"),
        "hedge_ratio": (0.7, "hedge", "target_notional"),
        "shock_min": (-0.4, "grid", "shocks"),
        "shock_max": (0.4, "grid", "shocks"),
        "shock_step": (0.2, "grid", "shocks"),
        "funding_threshold_8h": (0.001, "unwind", "funding_breach"),
        "funding_consecutive": (40, "unwind", "funding_breach"),
        "redeploy_drop": (0.001, "unwind", "signal"),
        "rebalance_band": (0.9, "underlyings", "to_trade"),
        "dated_sizing": ("coins", "margin", "cover"),
        "stablecoin_parity": (1.01, "margin", "short_notional"),
    },
    ("Holdings", 0): {
        "asset": ("XBT", "hedge", "asset"),
        "quantity": (-2, "hedge", "net_delta"),
        "avg_cost": (50_000, "hedge", "unrealised_pnl"),
        "spot_price": (61_000, "hedge", "spot_notional"),
        "hedge_ratio": (0.1, "hedge", "order_notional"),
        "beta": (2.0, "hedge", "net_delta"),
        "instrument": (None, "hedge", "hedged"),
        "support_price": (61_000, "unwind", "support_confirmed"),
    },
    ("Holdings", 2): {"underlying": ("BTC", "underlyings", "exposure")},
    ("Instruments", 0): {
        "instrument": None,
        "underlying": ("ETH", "scenarios", "net"),
        "contract_type": ("inverse", "margin", "unrealised_pnl"),
        "index_price": (60_050, "hedge", "basis"),
        "futures_price": (60_200, "hedge", "basis_pct"),
        "funding_rate": (0.00015, "hedge", "funding_drag"),
        "interval_hours": (4, "margin", "funding_year"),
        "contract_size": (0.02, "hedge", "short_notional"),
        "qty_step": (7, "hedge", "target_contracts"),
        "min_qty": (500, "hedge", "action"),
        "min_notional": (1e9, "hedge", "action"),
        "taker_fee": (0.001, "margin", "close_fee"),
        "fee_discount": (0.2, "unwind", "close_fee"),
        "quote": ("USD", "margin", "short_notional"),
        "tier_mode": ("whole", "margin", "liquidation_price"),
        "liquidation_fee": (0.01, "margin", "liquidation_price"),
    },
    ("Instruments", 1): {
        "expiry": ("2026-09-25T08:00", "hedge", "basis_annualized"),
        "mm_rate": (0.02, "margin", "liquidation_price"),
        "mm_amount": (0.002, "margin", "maintenance_margin"),
        "mm_basis": ("entry", "margin", "liquidation_price"),
    },
    ("Tiers", 1): {
        "instrument": None,
        "floor": (20_000, "margin", "liquidation_price"),
        "mm_rate": (0.02, "margin", "maintenance_margin"),
    },
    ("Shorts", 0): {
        "instrument": None,
        "contracts": (-100, "hedge", "net_delta"),
        "entry_price": (62_000, "margin", "unrealised_pnl"),
        "margin": (30_000, "margin", "liquidation_price"),
        "leverage": (5, "margin", "initial_margin"),
        "account": ("X", "margin", "margin_mode"),
        "liquidation_price": (80_000, "margin", "liquidation_buffer"),
        "funding_received": (10, "margin", "pnl_to_date"),
        "realised_pnl": (10, "margin", "pnl_to_date"),
        "fees_paid": (10, "margin", "pnl_to_date"),
    },
    ("Accounts", 1): {
        "collateral": ("USDT", "underlyings", "exposure"),
        "collateral_price": (50_000, "margin", "liquidation_price"),
        "haircut": (0.5, "margin", "liquidation_price"),
        "wallet_balance": (0.02, "margin", "liquidation_price"),
    },
    ("Accounts", 2): {
        "account": None,
        "exchange": ("Other", "accounts", "exchange_equity"),
        "margin_mode": ("cross", "accounts", "margin_mode"),
        "position_mode": ("hedge", "lots", "side"),
    },
    ("Scenarios", 0): {
        "scenario": None,
        "price_shock": (-0.2, "scenarios", "short"),
        "basis_shock": (-0.02, "scenarios", "basis"),
        "funding_rate": (-0.0004, "scenarios", "funding"),
        "days": (6, "scenarios", "funding"),
        "spike": (0.5, "scenarios", "short"),
    },
    ("Scenarios", 1): {"asset": ("BTC", "scenarios", "spot")},
    ("History", 21): {
        "time": None,
        "symbol": None,
        "close": (66_000, "history", "total"),
        "low": (59_800, "unwind", "support_confirmed"),
        "volume": (100, "unwind", "support_confirmed"),
        "funding_rate": (0.0003, "unwind", "funding_breach"),
        "interval_hours": (240, "unwind", "funding_breach"),
    },
}
"""What each cell becomes, and which figure of which table then moves; None: a name, looked up."""

FOR_PEOPLE = {
    ("Settings", "portfolio"), ("Settings", "quote_currency"), ("Settings", "liquidation_alert"),
    ("Instruments", "exchange"), ("Instruments", "max_leverage"), ("Instruments", "maker_fee"),
    ("Shorts", "opened"),
    ("History", "high"), ("Holdings", "place"),
    *(("Sources", column.name) for column in TABLES["Sources"].columns),
}  # fmt: skip
"""Inputs that are shown, or looked at for warnings, and move no figure."""


def analysed(tables):
    with whole.folder() as place:
        return analyse(read(whole.as_json(place / "book.json", tables)))


def _column(analysis, table, figure):
    if table == "grid":
        return analysis.grid.shocks
    if table == "lots":
        return [row[figure] for row in analysis.numbers.rows(LotRow)]
    if table == "history":
        return repr(getattr(analysis.history, figure))
    if table == "scenarios":
        return [line[figure] for each in analysis.scenarios for line in each.lines] + [
            each.legs for each in analysis.scenarios
        ]
    return [row[figure] for row in getattr(analysis, table)]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [(*place, name) for place, moves in MOVES.items() for name, move in moves.items() if move],
)
def test_an_input_moves_the_figure_that_it_is_there_for(table, row, column):
    value, where, figure = MOVES[table, row][column]
    tables = whole.copied(BOOK)
    (tables[table] if table == "Settings" else tables[table][row])[column] = value
    if (table, column) == ("Holdings", "asset"):
        tables["Instruments"][0]["underlying"] = tables["Accounts"][1]["collateral"] = value
    assert _column(analysed(tables), where, figure) != _column(analysed(BOOK), where, figure)


def test_every_input_is_one_that_moves_a_figure_or_is_for_people():
    tried = {(table, name) for (table, _), moves in MOVES.items() for name in moves}
    there = {(table.name, column.name) for table in TABLES.values() for column in table.columns}
    assert there == tried | FOR_PEOPLE
    assert not tried & FOR_PEOPLE
