"""The portfolio: its schema, what must hold in it, what looks mistyped, its frames."""

import datetime as dt
import pickle
from dataclasses import FrozenInstanceError, asdict
from typing import get_type_hints

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portfolios import SAMPLE, changed, sample, write_json

from xlhedge.analysis import analyse
from xlhedge.errors import HedgeError
from xlhedge.portfolio import (
    TABLES,
    Account,
    Bar,
    Holding,
    Instrument,
    Portfolio,
    PortfolioError,
    Problem,
    Scenario,
    Settings,
    Short,
    Tier,
    stale,
)
from xlhedge.readers import read


@pytest.fixture
def made(tmp_path):
    """Makes a portfolio of plain tables."""
    return lambda tables: read(write_json(tmp_path / "plain.json", tables))


@pytest.fixture
def refused(made):
    """Lists what is wrong with plain tables, as lines."""

    def lines(tables):
        with pytest.raises(PortfolioError) as caught:
            made(tables)
        assert str(caught.value) == "\n".join(map(str, caught.value.problems))
        return [str(problem) for problem in caught.value.problems]

    return lines


# The schema


def test_the_tables_and_columns_are_the_design_s():
    assert {
        name: (table.sheet, " ".join(c.name for c in table.columns))
        for name, table in TABLES.items()
    } == {
        "Settings": (
            "Portfolio",
            (
                "portfolio as_of quote_currency horizon_date hedge_ratio shock_min shock_max "
                "shock_step funding_threshold_8h funding_consecutive redeploy_drop "
                "liquidation_alert rebalance_band dated_sizing stablecoin_parity"
            ),
        ),
        "Holdings": (
            "Portfolio",
            (
                "asset quantity avg_cost spot_price hedge_ratio beta instrument support_price "
                "place underlying"
            ),
        ),
        "Accounts": (
            "Portfolio",
            (
                "account exchange margin_mode position_mode wallet_balance collateral "
                "collateral_price haircut"
            ),
        ),
        "Instruments": (
            "Instruments",
            (
                "instrument exchange underlying contract_type expiry index_price futures_price "
                "funding_rate interval_hours contract_size qty_step min_qty min_notional "
                "max_leverage "
                "mm_rate mm_amount mm_basis taker_fee fee_discount quote tier_mode "
                "liquidation_fee maker_fee"
            ),
        ),
        "Tiers": ("Instruments", "instrument floor mm_rate"),
        "Shorts": (
            "Shorts",
            (
                "instrument contracts entry_price margin leverage opened account "
                "liquidation_price funding_received realised_pnl fees_paid"
            ),
        ),
        "Scenarios": (
            "Scenarios",
            "scenario asset price_shock basis_shock funding_rate days spike",
        ),
        "History": (
            "Price history",
            "time symbol close high low volume funding_rate interval_hours",
        ),
        "Sources": ("Sources", "table row column venue time"),
    }
    assert TABLES["Settings"].headers == ("name", "value")
    assert TABLES["Tiers"].headers == ("instrument", "floor", "mm_rate")
    optional = [name for name, table in TABLES.items() if not table.required]
    assert optional == ["Accounts", "Tiers", "History", "Sources"]


def test_every_column_says_what_it_holds_and_fits_its_field():
    kinds = {"number": {float, int}, "word": {str}, "text": {str}, "date": {dt.datetime}}
    for table in TABLES.values():
        for column in table.columns:
            hint = get_type_hints(table.model)[column.name]
            types = set(getattr(hint, "__args__", [hint])) - {type(None)}
            assert types <= kinds[column.kind], column
            assert 10 < len(column.help) <= 255, column
            assert "\n" not in column.help
            assert column.help.endswith((".", ")"))


def test_the_columns_that_must_be_filled():
    required = {n: [c.name for c in t.columns if c.required] for n, t in TABLES.items()}
    assert required == {
        "Settings": ["as_of", "horizon_date"],
        "Holdings": ["asset", "quantity", "spot_price"],
        "Accounts": ["account"],
        "Instruments": ["instrument", "underlying", "futures_price"],
        "Tiers": ["instrument", "floor", "mm_rate"],
        "Shorts": ["instrument", "contracts", "entry_price"],
        "Scenarios": ["scenario", "asset", "price_shock"],
        "History": ["time", "symbol", "close"],
        "Sources": ["table", "venue", "time"],
    }


def test_what_is_left_out_has_its_default():
    assert asdict(Settings(as_of="2026-03-27", horizon_date="2026-06-26")) == {
        "portfolio": "Portfolio",
        "as_of": dt.datetime(2026, 3, 27),
        "quote_currency": "USD",
        "horizon_date": dt.datetime(2026, 6, 26),
        "hedge_ratio": 1,
        "shock_min": -0.5,
        "shock_max": 0.5,
        "shock_step": 0.05,
        "funding_threshold_8h": 0.0001,
        "funding_consecutive": 3,
        "redeploy_drop": 0.2,
        "liquidation_alert": 0.25,
        "rebalance_band": 0.01,
        "dated_sizing": "auto",
        "stablecoin_parity": 1,
    }
    assert asdict(Account(account="Main")) == {
        "account": "Main",
        "exchange": "",
        "margin_mode": "isolated",
        "position_mode": "one-way",
        "wallet_balance": 0,
        "collateral": None,
        "collateral_price": None,
        "haircut": 0,
    }
    assert asdict(Holding(asset="BTC", quantity=1, spot_price=2)) == {
        "asset": "BTC",
        "quantity": 1,
        "avg_cost": None,
        "spot_price": 2,
        "hedge_ratio": None,
        "beta": 1,
        "instrument": None,
        "support_price": None,
        "place": None,
        "underlying": None,
    }
    assert asdict(Instrument(instrument="P", underlying="BTC", futures_price=2)) == {
        "instrument": "P",
        "exchange": "",
        "underlying": "BTC",
        "contract_type": "linear",
        "expiry": None,
        "index_price": None,
        "futures_price": 2,
        "funding_rate": None,
        "interval_hours": 8,
        "contract_size": 1,
        "qty_step": 0,
        "min_qty": 0,
        "min_notional": 0,
        "max_leverage": None,
        "mm_rate": None,
        "mm_amount": 0,
        "mm_basis": "mark",
        "taker_fee": 0,
        "fee_discount": 0,
        "quote": None,
        "tier_mode": "marginal",
        "liquidation_fee": 0,
        "maker_fee": None,
    }
    short = Short(instrument="P", contracts=1, entry_price=2)
    assert (short.margin, short.leverage, short.opened, short.account) == (None,) * 4
    assert short.liquidation_price is None
    assert (short.funding_received, short.realised_pnl, short.fees_paid) == (0, 0, 0)
    scenario = Scenario(scenario="Up", asset="*", price_shock=0.1)
    assert (scenario.basis_shock, scenario.funding_rate, scenario.days) == (0, None, 0)
    assert scenario.spike is None
    bar = Bar(time="2026-03-27", symbol="BTC", close=1)
    assert (bar.high, bar.low, bar.volume, bar.funding_rate) == (None, None, None, None)
    assert bar.interval_hours is None


# One cell


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "line"),
    [
        (
            "Holdings",
            0,
            "quantity",
            "ten",
            '"ten" is not a number; it must be a number, such as 0.5',
        ),
        ("Holdings", 0, "quantity", None, "is empty; it must be a number"),
        ("Holdings", 0, "quantity", "  ", "is empty; it must be a number"),
        ("Holdings", 0, "quantity", True, "TRUE is not a number; it must be a number, such as 0.5"),
        (
            "Holdings",
            0,
            "quantity",
            float("nan"),
            "nan is not a finite number; it must be a number",
        ),
        (
            "Holdings",
            0,
            "quantity",
            float("inf"),
            "inf is not a finite number; it must be a number",
        ),
        (
            "Holdings",
            0,
            "quantity",
            "1,234",
            '"1,234" may be 1234 or 1.234; write 1234 or 1.2340',
        ),
        ("Holdings", 0, "quantity", [1], "it must be one value, not a list or an object"),
        ("Holdings", 0, "avg_cost", -1, "-1 is out of range; it must be at least 0"),
        ("Holdings", 0, "spot_price", 0, "0 is out of range; it must be above 0"),
        ("Holdings", 0, "hedge_ratio", -0.1, "-0.1 is out of range; it must be at least 0"),
        ("Holdings", 0, "support_price", 0, "0 is out of range; it must be above 0"),
        ("Holdings", 0, "asset", None, "is empty; it must be text"),
        ("Holdings", 0, "asset", True, "TRUE is not text; it must be text"),
        ("Holdings", 0, "asset", "B\tC", '"B\\tC" has a control character; it must be text'),
        ("Holdings", 0, "asset", "\ud800", '"\\ud800" has a control character; it must be text'),
        (
            "Holdings",
            0,
            "asset",
            "x" * 32_768,
            "has 32,768 characters; a cell holds at most 32,767",
        ),
        (
            "Accounts",
            0,
            "margin_mode",
            "portfolio",
            '\'portfolio\' is not known; it must be "isolated" or "cross"',
        ),
        (
            "Accounts",
            0,
            "position_mode",
            "both",
            '\'both\' is not known; it must be "one-way" or "hedge"',
        ),
        ("Accounts", 1, "collateral_price", 0, "0 is out of range; it must be above 0"),
        (
            "Accounts",
            1,
            "haircut",
            5,
            "5 is out of range; it must be at least 0 and at most 1",
        ),
        ("Instruments", 0, "index_price", 0, "0 is out of range; it must be above 0"),
        ("Instruments", 0, "futures_price", -1, "-1 is out of range; it must be above 0"),
        ("Instruments", 0, "funding_rate", 1, "1 is out of range; it must be above -1 and below 1"),
        ("Instruments", 0, "interval_hours", 0, "0 is out of range; it must be above 0"),
        ("Instruments", 0, "contract_size", 0, "0 is out of range; it must be above 0"),
        (
            "Instruments",
            0,
            "contract_type",
            "quanto",
            '\'quanto\' is not known; it must be "linear" or "inverse"',
        ),
        (
            "Instruments",
            0,
            "contract_type",
            True,
            'TRUE is not a number; it must be "linear" or "inverse"',
        ),
        ("Instruments", 0, "mm_basis", 1, '1 is not known; it must be "mark" or "entry"'),
        ("Instruments", 0, "qty_step", -1, "-1 is out of range; it must be at least 0"),
        ("Instruments", 0, "min_qty", -1, "-1 is out of range; it must be at least 0"),
        ("Instruments", 0, "min_notional", -1, "-1 is out of range; it must be at least 0"),
        ("Instruments", 0, "max_leverage", 0, "0 is out of range; it must be above 0"),
        ("Instruments", 0, "mm_rate", 1, "1 is out of range; it must be at least 0 and below 1"),
        ("Instruments", 0, "mm_amount", -1, "-1 is out of range; it must be at least 0"),
        ("Instruments", 0, "taker_fee", 1, "1 is out of range; it must be above -1 and below 1"),
        (
            "Instruments",
            0,
            "fee_discount",
            10,
            "10 is out of range; it must be at least 0 and at most 1",
        ),
        (
            "Instruments",
            1,
            "expiry",
            "soon",
            '"soon" is not a date; it must be a date such as 2026-03-27 or 2026-03-27 08:00',
        ),
        ("Tiers", 0, "floor", -1, "-1 is out of range; it must be at least 0"),
        ("Shorts", 0, "margin", -1, "-1 is out of range; it must be at least 0"),
        ("Shorts", 0, "leverage", 0, "0 is out of range; it must be above 0"),
        ("Shorts", 0, "liquidation_price", -1, "-1 is out of range; it must be above 0"),
        (
            "Shorts",
            0,
            "opened",
            "1899-12-31",
            (
                '"1899-12-31" is before March 1900; '
                "it must be a date such as 2026-03-27 or 2026-03-27 08:00"
            ),
        ),
        ("Scenarios", 0, "price_shock", -1.1, "-1.1 is out of range; it must be at least -1"),
        (
            "Scenarios",
            0,
            "days",
            46_000,
            "46000 is out of range; it must be at least 0 and at most 36,525",
        ),
        ("History", 0, "close", 0, "0 is out of range; it must be above 0"),
        ("History", 0, "volume", -1, "-1 is out of range; it must be at least 0"),
    ],
)
def test_a_wrong_cell_says_where_it_is_and_what_is_allowed(
    refused, table, row, column, value, line
):
    assert refused(changed(table, row, **{column: value})) == [f"{table}[{row}] {column}: {line}"]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("hedge_ratio", -1, "-1 is out of range; it must be at least 0"),
        ("shock_min", -1.5, "-1.5 is out of range; it must be at least -1"),
        ("shock_step", 0, "0 is out of range; it must be above 0"),
        ("shock_max", -0.6, "-0.6 is out of range; it must be at least shock_min, -0.5"),
        ("shock_step", 0.004, "0.004 makes 251 shocks from -0.5 to 0.5; at most 21 are allowed"),
        ("funding_threshold_8h", -1, "-1 is out of range; it must be at least 0"),
        (
            "funding_consecutive",
            2.5,
            "2.5 is out of range; it must be a whole number at least 1",
        ),
        ("redeploy_drop", -0.1, "-0.1 is out of range; it must be at least 0"),
        (
            "dated_sizing",
            "always",
            '\'always\' is not known; it must be "auto" or "value" or "coins"',
        ),
        ("stablecoin_parity", 0, "0 is out of range; it must be above 0"),
        ("liquidation_alert", -0.1, "-0.1 is out of range; it must be at least 0"),
        (
            "horizon_date",
            "soon",
            '"soon" is not a date; it must be a date such as 2026-03-27 or 2026-03-27 08:00',
        ),
    ],
)
def test_a_wrong_setting_says_what_is_allowed(refused, name, value, line):
    assert refused(changed("Settings", None, **{name: value})) == [f"Settings {name}: {line}"]


def test_21_shocks_are_allowed_though_a_twentieth_is_none(made):
    settings = made(changed("Settings", None, shock_step=0.05)).settings
    assert settings.count_shocks == len(settings.shocks) == 21


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        (123, "123"),
        (1.0, "1"),
        ("  ETH \n", "ETH"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("ビットコイン", "ビットコイン"),
        ("x" * 32_767, "x" * 32_767),
    ],
)
def test_any_text_is_a_name_and_a_number_too(made, value, read_as):
    assert made(changed("Holdings", 2, asset=value)).holdings[2].asset == read_as


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ("2026-06-26", dt.datetime(2026, 6, 26)),
        ("2026-06-26T08:00", dt.datetime(2026, 6, 26, 8)),
        ("2026-06-26T08:00:00+02:00", dt.datetime(2026, 6, 26, 6)),
        ("2026-06-26T08:00:00Z", dt.datetime(2026, 6, 26, 8)),
        (46_199.25, dt.datetime(2026, 6, 26, 6)),
        ("2026-06-26 08:00:00.0004", dt.datetime(2026, 6, 26, 8)),
        ("2026-06-26 08:00:00.0005", dt.datetime(2026, 6, 26, 8, 0, 0, 1000)),
    ],
)
def test_dates_are_naive_and_to_the_millisecond(made, value, read_as):
    assert made(changed("Settings", None, horizon_date=value)).settings.horizon_date == read_as


def test_option_words_ignore_case_and_counts_are_whole(made):
    tables = changed("Instruments", 1, contract_type=" Inverse ", mm_basis="ENTRY")
    portfolio = made(tables)
    assert portfolio.instruments[1].contract_type == "inverse"
    assert portfolio.instruments[1].mm_basis == "entry"
    assert type(portfolio.settings.funding_consecutive) is int


# Across rows


@pytest.mark.parametrize(
    ("table", "row", "cells", "line"),
    [
        (
            "Holdings",
            2,
            {"asset": "BTC"},
            'Holdings[2] asset: "BTC" is in Holdings[0] already; it must be there once',
        ),
        (
            "Holdings",
            0,
            {"instrument": "btc-perp"},
            (
                'Holdings[0] instrument: "btc-perp" is not in Instruments; it must be "BTC-PERP" '
                "or "
                '"BTC-JUN"'
            ),
        ),
        (
            "Shorts",
            1,
            {"instrument": "ETH"},
            'Shorts[1] instrument: "ETH" is not in Instruments; it must be "BTC-PERP" or "BTC-JUN"',
        ),
        (
            "Tiers",
            1,
            {"instrument": "ETH", "floor": 0},
            'Tiers[1] instrument: "ETH" is not in Instruments; it must be "BTC-PERP" or "BTC-JUN"',
        ),
        (
            "Instruments",
            1,
            {"expiry": "2026-03-27 08:00"},
            (
                "Instruments[1] expiry: 2026-03-27 08:00 has expired; it must be after as_of, "
                "2026-03-27 08:00"
            ),
        ),
        (
            "Instruments",
            0,
            {"funding_rate": None},
            (
                "Instruments[0] funding_rate: is empty; a perpetual needs one, 0 if it pays none "
                "(only "
                "a future has an expiry)"
            ),
        ),
        (
            "Instruments",
            1,
            {"funding_rate": 0.0001},
            (
                "Instruments[1] funding_rate: 0.0001 is not allowed; a future with an expiry "
                "pays no "
                "funding"
            ),
        ),
        (
            "Instruments",
            1,
            {"contract_size": None},
            (
                "Instruments[1] contract_size: is empty; an inverse contract needs its size in "
                "quote "
                "(Bybit 1, Binance 100 or 10)"
            ),
        ),
        (
            "Instruments",
            0,
            {"underlying": "ETH"},
            (
                'Instruments[0] index_price: is empty; no holding "ETH" has a spot_price to use '
                "instead"
            ),
        ),
        (
            "Scenarios",
            1,
            {"asset": "ETH"},
            (
                'Scenarios[1] asset: "ETH" is neither held nor an underlying; it must be "BTC" '
                'or "SOL" '
                'or "USDT" or "*"'
            ),
        ),
        (
            "Scenarios",
            1,
            {"asset": "*"},
            'Scenarios[1] asset: "*" is in Scenarios[0] already; it must be once in "Crash"',
        ),
        (
            "Scenarios",
            1,
            {"basis_shock": -0.4},
            "Scenarios[1] basis_shock: with price_shock it must add up to at least -1",
        ),
        (
            "History",
            1,
            {"time": "2026-03-26", "symbol": "btc"},
            'History[1] time: 2026-03-26 of "btc" is in History[0] already; it must be there once',
        ),
        (
            "History",
            0,
            {"low": 60_501},
            "History[0] high: 60500 is out of range; it must be at least low, 60501",
        ),
    ],
)
def test_rows_that_do_not_fit_together_are_refused(refused, table, row, cells, line):
    assert refused(changed(table, row, **cells)) == [line]


def test_an_instrument_is_there_once(refused):
    tables = changed("Instruments", 1, instrument="BTC-PERP")
    tables["Holdings"][1]["instrument"] = tables["Shorts"][1]["instrument"] = "BTC-PERP"
    assert refused(tables) == [
        'Instruments[1] instrument: "BTC-PERP" is in Instruments[0] already; it must be there once'
    ]


@pytest.mark.parametrize(
    ("floors", "line"),
    [
        ([10, 50], 'Tiers[0] floor: 10 is out of range; the first tier of "BTC-PERP" begins at 0'),
        ([0, 0], "Tiers[1] floor: 0 is out of range; it must be above the tier before it, 0"),
        ([0, 9, 5], "Tiers[2] floor: 5 is out of range; it must be above the tier before it, 9"),
    ],
)
def test_tiers_ascend_from_0(refused, floors, line):
    rows = [{"instrument": "BTC-PERP", "floor": floor, "mm_rate": 0.01} for floor in floors]
    assert refused(sample(Tiers=rows)) == [line]


def test_the_tiers_of_an_instrument_stand_together(made, refused):
    names = ["BTC-JUN", "BTC-PERP", "BTC-PERP", "BTC-JUN"]
    rows = [
        {"instrument": name, "floor": floor, "mm_rate": 0.01}
        for name, floor in zip(names, [0, 0, 5, 9], strict=True)
    ]
    (line,) = refused(sample(Tiers=rows))
    assert line == (
        'Tiers[3] instrument: "BTC-JUN" has tiers further up, apart from this one; they must be in '
        "rows that stand together"
    )
    in_order = [rows[0], rows[3], *rows[1:3]]
    assert [tier.floor for tier in made(sample(Tiers=in_order)).tiers] == [0, 9, 0, 5]


def test_a_tier_of_no_readable_instrument_does_not_part_the_others(refused):
    rows = [
        {"instrument": name, "floor": floor, "mm_rate": 0.01}
        for name, floor in (("BTC-PERP", 0), (None, 5), ("BTC-PERP", 9))
    ]
    (line,) = refused(sample(Tiers=rows))
    assert line.startswith("Tiers[1] instrument: is empty")


def test_many_allowed_names_are_not_all_listed(refused):
    tables = sample()
    tables["Instruments"] += [
        tables["Instruments"][0] | {"instrument": f"P{number}"} for number in range(10)
    ]
    tables["Shorts"][0]["instrument"] = "P"
    (line,) = refused(tables)
    assert line.endswith('or "P4" or "P5" or one of 4 more')


def test_a_portfolio_holds_something(refused):
    assert refused(sample(Holdings=[], Scenarios=[], Instruments=[], Tiers=[], Shorts=[])) == [
        "Holdings: the table has no rows; a portfolio needs a holding at least"
    ]


def test_shorts_and_scenarios_may_have_no_rows_and_optional_tables_may_be_missing(made):
    portfolio = made(sample(Shorts=[], Scenarios=[], Accounts=None, Tiers=None, History=None))
    assert (portfolio.shorts, portfolio.scenarios) == ((), ())
    assert (portfolio.accounts, portfolio.tiers, portfolio.history) == ((), (), ())


def test_a_dated_future_may_say_that_it_pays_no_funding(made):
    assert made(changed("Instruments", 1, funding_rate=0)).instruments[1].funding_rate == 0


def test_everything_wrong_is_said_at_once_in_the_order_of_the_tables(refused):
    tables = sample()
    tables["Settings"]["hedge_ratio"] = "half"
    tables["Holdings"][0] |= {"quantity": "ten", "spot_price": 0}
    tables["Holdings"][1] |= {"asset": "BTC"}
    tables["Instruments"][1] |= {"expiry": "2020-01-01"}
    tables["Shorts"][0] |= {"contracts": None}
    tables["Scenarios"][0] |= {"asset": "DOGE"}
    assert refused(tables) == [
        'Settings hedge_ratio: "half" is not a number; it must be at least 0, such as 0.2 or 20%',
        'Holdings[0] quantity: "ten" is not a number; it must be a number, such as 0.5',
        "Holdings[0] spot_price: 0 is out of range; it must be above 0",
        'Holdings[1] asset: "BTC" is in Holdings[0] already; it must be there once',
        "Instruments[1] expiry: 2020-01-01 has expired; it must be after as_of, 2026-03-27 08:00",
        "Shorts[0] contracts: is empty; it must be a number",
        (
            'Scenarios[0] asset: "DOGE" is neither held nor an underlying; it must be "BTC" or '
            '"USDT" '
            'or "*"'
        ),
        (
            'Scenarios[1] asset: "SOL" is neither held nor an underlying; it must be "BTC" or '
            '"USDT" '
            'or "*"'
        ),
    ]


@pytest.mark.parametrize(
    ("table", "row", "cells", "line"),
    [
        # The name that cannot be read may be the one that is used elsewhere.
        (
            "Instruments",
            0,
            {"instrument": None},
            "Instruments[0] instrument: is empty; it must be text",
        ),
        ("Holdings", 1, {"asset": None}, "Holdings[1] asset: is empty; it must be text"),
        (
            "Settings",
            None,
            {"as_of": "now"},
            (
                'Settings as_of: "now" is not a date; it must be a date such as 2026-03-27 or '
                "2026-03-27 08:00"
            ),
        ),
        (
            "Instruments",
            0,
            {"funding_rate": "x"},
            (
                'Instruments[0] funding_rate: "x" is not a number; it must be above -1 and below '
                "1, such as 0.0001 or 0.01%"
            ),
        ),
        (
            "Instruments",
            1,
            {"expiry": "June"},
            (
                'Instruments[1] expiry: "June" is not a date; it must be a date such as '
                "2026-03-27 or "
                "2026-03-27 08:00"
            ),
        ),
        (
            "Tiers",
            0,
            {"floor": "x"},
            'Tiers[0] floor: "x" is not a number; it must be at least 0, such as 0.5',
        ),
    ],
)
def test_what_depends_on_a_wrong_cell_is_not_judged(refused, table, row, cells, line):
    assert refused(changed(table, row, **cells)) == [line]


# What looks mistyped


def test_the_sample_has_no_warnings(made):
    assert made(SAMPLE).warnings == ()


@pytest.mark.parametrize(
    ("table", "row", "cells", "line"),
    [
        (
            "Settings",
            None,
            {"horizon_date": "2026-03-26"},
            (
                "Settings horizon_date: 2026-03-26 is before as_of, 2026-03-27 08:00: the "
                "horizon has "
                "passed"
            ),
        ),
        (
            "Settings",
            None,
            {"hedge_ratio": 50},
            "Settings hedge_ratio: 50 means 5,000 %; 50 % is written 50% or 0.5",
        ),
        (
            "Holdings",
            1,
            {"hedge_ratio": 2.5},
            "Holdings[1] hedge_ratio: 2.5 means 250 %; 2.5 % is written 2.5% or 0.025",
        ),
        (
            "Instruments",
            0,
            {"funding_rate": -0.02},
            "Instruments[0] funding_rate: -0.02 means -2 %; -0.02 % is written -0.02% or -0.0002",
        ),
        (
            "Scenarios",
            0,
            {"funding_rate": 0.02},
            "Scenarios[0] funding_rate: 0.02 means 2 %; 0.02 % is written 0.02% or 0.0002",
        ),
        (
            "Instruments",
            0,
            {"interval_hours": 480},
            (
                "Instruments[0] interval_hours: 480 is unusual; mostly it is at most 24; 480 "
                "minutes are 8 hours"
            ),
        ),
        (
            "Instruments",
            0,
            {"mm_rate": 0.4},
            "Instruments[0] mm_rate: 0.4 means 40 %; 0.4 % is written 0.4% or 0.004",
        ),
        (
            "Instruments",
            1,
            {"index_price": 69_000},
            (
                "Instruments[1] index_price: 69000 is 15 % off the spot_price of the underlying, "
                "60000; one of them is old, or of another coin"
            ),
        ),
        (
            "Instruments",
            0,
            {"futures_price": 36_000},
            (
                "Instruments[0] futures_price: 36000 is -40 % off the index price, 60000; one of "
                "them is old, or of another coin"
            ),
        ),
        (
            "Shorts",
            0,
            {"contracts": -0.5},
            (
                "Shorts[0] contracts: -0.5 is a long future, which adds to the exposure: nothing "
                "is held that moves the other way; if it is a short, type 0.5"
            ),
        ),
    ],
)
def test_what_looks_mistyped_is_a_warning(made, table, row, cells, line):
    assert [str(each) for each in made(changed(table, row, **cells)).warnings] == [line]


@pytest.mark.parametrize(
    ("table", "row", "cells"),
    [
        ("Settings", None, {"horizon_date": "2026-03-27 08:00"}),
        ("Settings", None, {"hedge_ratio": 2}),
        ("Instruments", 0, {"funding_rate": 0.0099}),
        ("Instruments", 0, {"interval_hours": 24}),
        ("Instruments", 0, {"mm_rate": 0.19}),
        ("Tiers", 1, {"mm_rate": 0.5}),
        ("Instruments", 1, {"index_price": 62_999}),
        ("Instruments", 0, {"futures_price": 74_999}),
    ],
)
def test_what_is_only_just_usual_is_none(made, table, row, cells):
    assert made(changed(table, row, **cells)).warnings == ()


def test_an_old_portfolio_and_one_of_tomorrow_are_stale(made):
    portfolio = made(SAMPLE)
    assert stale(portfolio, dt.datetime(2026, 3, 27, 8)) == ()
    assert stale(portfolio, dt.datetime(2026, 3, 28, 8)) == ()
    assert list(map(str, stale(portfolio, dt.datetime(2026, 3, 29, 20)))) == [
        "Settings as_of: 2026-03-27 08:00 is 2.5 days ago; the prices are out of date"
    ]
    assert list(map(str, stale(portfolio, dt.datetime(2026, 3, 27, 7, 59)))) == [
        "Settings as_of: 2026-03-27 08:00 is in the future"
    ]


# The object


def test_what_counts_where_a_cell_is_blank(made):
    portfolio = made(SAMPLE)
    btc, sol, _ = portfolio.holdings
    rows = analyse(portfolio)
    ratios = {row.asset: row.hedge_ratio for row in rows.hedge if row.instrument}
    assert ratios == {btc.asset: 0.8, sol.asset: 0.5}
    prices = {row.instrument: row.index_price for row in (*rows.hedge, *rows.margin)}
    assert (prices["BTC-PERP"], prices["BTC-JUN"]) == (60_000, 60_010)
    assert portfolio.holding("SOL") is sol
    with pytest.raises(KeyError):
        portfolio.instrument("SOL-PERP")
    with pytest.raises(KeyError):
        portfolio.holding("ETH")


def test_a_hedge_ratio_of_0_is_not_blank(made):
    portfolio = made(changed("Holdings", 0, hedge_ratio=0))
    assert analyse(portfolio).hedge[0].hedge_ratio == 0


def built(**changes):
    rows = {
        "settings": Settings(as_of="2026-03-27", horizon_date="2026-06-26"),
        "holdings": [Holding(asset="BTC", quantity=1, spot_price=60_000)],
    }
    return Portfolio(**rows | changes)


def test_a_portfolio_built_in_python_is_checked_too():
    portfolio = built()
    assert portfolio.place("Holdings", 0, "quantity") == "Holdings[0]"
    assert portfolio.place("Settings", 0, "as_of") == "Settings"
    twice = [Holding(asset="BTC", quantity=1, spot_price=1)] * 2
    with pytest.raises(PortfolioError, match=r'Holdings\[1\] asset: "BTC" is in Holdings\[0\]'):
        built(holdings=twice)
    with pytest.raises(
        HedgeError, match=r'quantity: "ten" is not a number; it must be a number, such as 0\.5'
    ):
        Holding(asset="BTC", quantity="ten", spot_price=1)
    with pytest.raises(TypeError, match="Holding has no column quantty"):
        Holding(asset="BTC", quantity=1, spot_price=1, quantty=2)
    inverse = {"instrument": "I", "underlying": "BTC", "futures_price": 1, "funding_rate": 0}
    with pytest.raises(PortfolioError, match="an inverse contract needs its size"):
        built(instruments=[Instrument(**inverse, contract_type="inverse", contract_size=None)])
    built(instruments=[Instrument(**inverse, contract_type="inverse", contract_size=1)])


def test_a_portfolio_does_not_change():
    portfolio = built()
    with pytest.raises(FrozenInstanceError):
        portfolio.holdings = ()
    with pytest.raises(FrozenInstanceError):
        portfolio.holdings[0].quantity = 2


def test_equality_is_of_the_tables(made):
    portfolio = made(SAMPLE)
    assert portfolio == made(SAMPLE)
    assert hash(portfolio) == hash(made(SAMPLE))
    assert portfolio != made(changed("Holdings", 0, quantity=3))
    assert portfolio != made(changed("Settings", None, hedge_ratio=0.7))


def test_portfolios_and_their_errors_travel_between_processes(made):
    portfolio = made(SAMPLE)
    copied = pickle.loads(pickle.dumps(portfolio))  # noqa: S301  # our own bytes
    assert copied == portfolio
    assert copied.place("Holdings", 1, "beta") == "Holdings[1]"
    error = PortfolioError([Problem("A1", "is wrong", "b"), Problem("", "no")])
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert copied.problems == error.problems
    assert str(copied) == "A1 b: is wrong\nno"


# Frames


def test_frames_have_every_column_and_come_back_equal(made):
    portfolio = made(SAMPLE)
    frames = portfolio.to_frames()
    assert list(frames) == list(TABLES)
    for name, frame in frames.items():
        assert tuple(frame.columns) == TABLES[name].headers
    holdings = frames["Holdings"]
    assert holdings["hedge_ratio"].isna().tolist() == [True, False, True]
    assert str(holdings["quantity"].dtype) == "float64"
    assert str(frames["Shorts"]["opened"].dtype) == "datetime64[us]"
    assert frames["Shorts"]["opened"][0] == pd.Timestamp("2026-03-01 12:30:15.250")
    assert dict(frames["Settings"].to_numpy().tolist())["funding_consecutive"] == 4
    assert Portfolio.from_frames(frames) == portfolio


def test_tables_without_rows_are_frames_without_rows(made):
    empty = {"Shorts": [], "Scenarios": [], "Accounts": None, "Tiers": None, "History": None}
    frames = made(sample(**empty)).to_frames()
    assert {name: len(frames[name]) for name in empty} == dict.fromkeys(empty, 0)
    assert str(frames["History"]["close"].dtype) == "float64"


def test_frames_of_any_make_are_read(made):
    frames = made(SAMPLE).to_frames()
    holdings = frames["Holdings"].convert_dtypes()  # pandas' own NA and strings
    holdings.columns = [f" {name.upper()} " for name in holdings.columns]
    holdings.index = [7, 7, 7]
    holdings["BETA"] = holdings.pop(" BETA ").astype("float32")
    frames["Holdings"] = holdings
    frames["shorts"] = frames.pop("Shorts").astype(object)
    del frames["Tiers"]
    portfolio = Portfolio.from_frames(frames)
    assert portfolio.holdings[1].beta == pytest.approx(1.4, rel=1e-6)
    assert portfolio.shorts == made(SAMPLE).shorts
    assert portfolio.tiers == ()


def test_what_is_wrong_in_frames_is_counted_by_position(made):
    frames = made(SAMPLE).to_frames()
    frames["Holdings"].loc[1, "spot_price"] = float("inf")
    frames["Shorts"] = pd.concat([frames["Shorts"].iloc[:1].map(lambda _: None), frames["Shorts"]])
    frames["Shorts"].iloc[2, 1] = None
    frames["Scenario"] = frames.pop("Scenarios")
    with pytest.raises(PortfolioError) as caught:
        Portfolio.from_frames(frames)
    assert list(map(str, caught.value.problems)) == [
        (
            '"Scenario" is no table of a portfolio; did you mean "Scenarios"? allowed are '
            + ", ".join(TABLES)
        ),
        (
            "Scenarios: the table is missing; its columns are "
            + ", ".join(TABLES["Scenarios"].headers)
        ),
        "Holdings[1] spot_price: inf is not a finite number; it must be above 0",
        "Shorts[2] contracts: is empty; it must be a number",
    ]


_names = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=12
)
_positive = st.floats(1e-9, 1e12)
_optional = st.none() | _positive
_dates = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 1, 1)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


_assets = _names.filter(lambda name: not set(name) & set("*?~"))


@st.composite
def portfolios(draw):
    assets = draw(st.lists(_assets, min_size=1, max_size=4, unique_by=str.casefold))
    holdings = [
        Holding(
            asset=asset,
            quantity=draw(st.floats(-1e15, 1e15)),
            spot_price=draw(_positive),
            avg_cost=draw(_optional),
            hedge_ratio=draw(_optional),
            instrument=draw(st.sampled_from(["P", None])),
        )
        for asset in assets
    ]
    perpetual = Instrument(
        instrument="P",
        underlying=assets[0],
        futures_price=draw(_positive),
        funding_rate=draw(st.floats(-0.99, 0.99)),
        contract_type=draw(st.sampled_from(["linear", "inverse"])),
        contract_size=draw(_positive),
        mm_rate=draw(st.none() | st.floats(0, 0.99)),
    )
    shorts = [
        Short(
            instrument="P",
            contracts=draw(st.floats(-1e9, 1e9)),
            entry_price=draw(_positive),
            margin=draw(st.floats(0, 1e9)),
            opened=draw(st.none() | _dates),
            account="Main",
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    as_of = draw(_dates.filter(lambda moment: 1902 < moment.year < 9990))
    days = dt.timedelta(days=draw(st.integers(-500, 500)))
    return Portfolio(
        settings=Settings(portfolio=draw(_names), as_of=as_of, horizon_date=as_of + days),
        holdings=holdings,
        accounts=[
            Account(
                account="Main",
                exchange=draw(_names),
                position_mode="hedge",  # a short and a long future of one instrument may be there
                wallet_balance=draw(_positive),
            )
        ],
        instruments=[perpetual],
        tiers=[Tier(instrument="P", floor=0, mm_rate=0.01)],
        shorts=shorts,
        scenarios=[Scenario(scenario=draw(_names), asset="*", price_shock=draw(_positive))],
        history=[Bar(time=draw(_dates), symbol=draw(_names), close=1, volume=draw(_optional))],
    )


@given(portfolios())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_portfolio_survives_its_frames(portfolio):
    assert Portfolio.from_frames(portfolio.to_frames()) == portfolio


@pytest.mark.parametrize(
    ("table", "row", "cells", "line"),
    [
        ("Holdings", 1, {"asset": "btc"},
         'Holdings[1] asset: "btc" is in Holdings[0] already; it must be there once'),
        ("Instruments", 1, {"instrument": "btc-perp"},
         ('Instruments[1] instrument: "btc-perp" is in Instruments[0] already; '
         "it must be there once")),
        ("Holdings", 2, {"asset": "U*"},
         ('Holdings[2] asset: "U*" is not allowed; it must be without *, ? and ~, wildcards to a '
         "spreadsheet")),
        ("Instruments", 0, {"instrument": "BTC?"},
         ('Instruments[0] instrument: "BTC?" is not allowed; it must be without *, ? and ~, '
         "wildcards to a spreadsheet")),
        *(
            (table, 0, {"account": "Main~"},
             (f'{table}[0] account: "Main~" is not allowed; it must be without *, ? and ~, '
              "wildcards to a spreadsheet"))
            for table in ("Accounts", "Shorts")
        ),
        ("Shorts", 1, {"margin": None},
         ("Shorts[1] margin: is empty; an inverse contract's margin is coins you own, and they are "
         "exposed, too")),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_look_up_wrong_is_refused(refused, table, row, cells, line):
    assert line in refused(changed(table, row, **cells))


def test_the_shocks_end_on_their_ends():
    settings = Settings(
        as_of="2026-01-01", horizon_date="2026-02-01", shock_min=-0.5, shock_max=0.4, shock_step=0.4
    )
    assert settings.shocks == (-0.5, -0.1, 0.3, 0.4)


class TestPlacesAndUnderlyings:
    """A coin may lie in several places, and move with an underlying that is named."""

    def rows(self, *more, **instrument):
        tables = sample()
        tables["Holdings"] += more
        tables["Instruments"][1] |= instrument
        return tables

    def test_one_coin_in_two_places_adds_up(self, made):
        cold = {"asset": "BTC", "quantity": 3, "spot_price": 60_000, "place": "cold"}
        made_of = made(self.rows(cold))
        assert [(row.asset, row.place, row.quantity) for row in made_of.holdings] == [
            ("BTC", None, 2),
            ("SOL", None, 150),
            ("USDT", None, 10_000),
            ("BTC", "cold", 3),
        ]
        assert made_of.warnings == ()

    @pytest.mark.parametrize(
        ("row", "line"),
        [
            (
                {"place": "cold", "spot_price": 60_001},
                (
                    'Holdings[3] spot_price: 60001 is not what "BTC" is in Holdings[0], 60000; it '
                    "must be the same in each place"
                ),
            ),
            (
                {"place": "cold", "asset": "btc"},
                'Holdings[3] asset: "btc" is "BTC" in Holdings[0]; it must be spelled alike',
            ),
            (
                {"place": "cold", "underlying": "btc"},
                'Holdings[3] underlying: "btc" is "BTC" elsewhere; it must be spelled alike',
            ),
            (
                {"asset": "WBTC", "underlying": "ETH", "instrument": "BTC-PERP"},
                (
                    'Holdings[3] underlying: "ETH" is not what "BTC-PERP" follows; it must be '
                    '"BTC", or blank'
                ),
            ),
        ],
    )
    def test_what_does_not_fit_is_refused(self, refused, row, line):
        held = {"asset": "BTC", "quantity": 3, "spot_price": 60_000} | row
        assert refused(self.rows(held)) == [line]

    def test_a_short_that_no_holding_moves_with_is_a_warning(self, made):
        tables = self.rows(underlying="ETH", index_price=61_000)
        tables["Holdings"][1]["instrument"] = None
        assert [str(each) for each in made(tables).warnings] == [
            (
                'Shorts[1] instrument: no holding moves with "ETH"; it counts as a short without a '
                "holding"
            )
        ]
        tables["Holdings"][1]["underlying"] = "ETH"
        assert made(tables).warnings == ()

    @pytest.mark.parametrize(
        ("name", "beta", "told"), [("XBT", 1, 1), ("XBT", 1.1, 0), ("A", 1, 0)]
    )
    def test_one_coin_under_two_names_is_a_warning(self, made, name, beta, told):
        tables = self.rows()
        tables["Holdings"][0] |= {"asset": name, "beta": beta}
        tables["Instruments"][0]["index_price"] = 60_000
        said = (
            f'Holdings[0] asset: "{name}" is hedged as "BTC": if they are one coin, give it one '
            "name; a scenario moves each name by itself"
        )
        assert [str(each) for each in made(tables).warnings] == [said] * told

    def test_twice_in_one_place_is_refused(self, refused):
        cold = {"asset": "BTC", "quantity": 3, "spot_price": 60_000, "place": "cold"}
        assert refused(self.rows(cold, cold | {"place": "Cold"})) == [
            'Holdings[4] asset: "BTC" is in Holdings[3] already; it must be there once at "Cold"'
        ]

    def test_instruments_spell_an_underlying_that_nobody_holds_alike(self, refused):
        more = {"instrument": "E", "underlying": "eth", "index_price": 1, "futures_price": 1,
                "funding_rate": 0}  # fmt: skip
        tables = self.rows(underlying="ETH", index_price=61_000)
        tables["Instruments"].append(more)
        assert refused(tables) == [
            'Instruments[2] underlying: "eth" is "ETH" in Instruments[1]; it must be spelled alike'
        ]
