"""Hypothesis strategies for whole portfolios: plain tables, as `portfolios` writes them to files.

Most of what is drawn is a portfolio that reaches its report; `BREAKAGES` says how to break one, and
which place must then be told.
"""

import contextlib
import copy
import datetime as dt
import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from portfolios import book_of, write_csv, write_json

AS_OF = dt.datetime(2026, 3, 27, 8)
_SPACES = " \t\r\n\xa0\u3000"
_ODD = (
    *("BTC", "Ether", "sol", "=1+1", "+SUM(A1)", "-1", "@x", "1000", "1e5", "TRUE", "none", "nan"),
    *('O\'Neil "quoted"', "a,b;c", "Ünïcödé 🚀", "\u202etxet", "x" * 300, "<b>&amp;</b>", "B2"),
    *("Sheet1!A1", "[#This Row]", "#N/A", "#REF!", "Total", "no short", "{}", "50 %", "1/2", "'"),
    *("Shorts without a holding", "_x0041_", "null", "none, short", "0", "-0", "1,5", "Asset"),
)


def _name(letters):
    """A name that any file may hold: no control character, no wildcard, no space at the ends."""
    return letters.strip(_SPACES)


names = st.one_of(
    st.sampled_from(_ODD),
    st.sampled_from(_ODD[:3]),
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="*?~\ufffe\uffff"),
            min_size=1, max_size=9).map(_name).filter(bool),
)  # fmt: skip


def _distinct(count):
    """That many names, which are not one even to a spreadsheet, for which case is nothing."""
    return st.lists(names, min_size=count, max_size=count, unique_by=str.casefold)


def _decimal(digits, exponent):
    """A number of four digits, as a person types one."""
    return float(f"{digits}e{exponent}")


# From a usual one to anything between 1e-9 and 1e12.
_usual = st.builds(_decimal, st.integers(1000, 9999), st.integers(-4, 1))
_wide = st.builds(_decimal, st.integers(1000, 9999), st.integers(-12, 8))
magnitudes = st.one_of(_usual, _usual, _wide, st.sampled_from([1.0, 1e-9, 1e12]))
signed = st.builds(float.__mul__, magnitudes, st.sampled_from([1.0, 1.0, 1.0, -1.0]))
quantities = st.sampled_from([False] * 9 + [True]).flatmap(
    lambda none: st.just(0.0) if none else signed
)


def _between(low, high):
    """A number of six decimals, as a person types one."""
    return st.floats(low, high).map(lambda number: round(number, 6))


_near = st.one_of(st.just(1.0), _between(0.9, 1.1), _between(0.9, 1.1), _between(0.01, 50))
_rates = st.one_of(
    st.sampled_from([0.0, 1e-4, -1e-4]), _between(-0.003, 0.003), _between(-0.9, 0.9)
)
_fees = st.sampled_from([0.0, 0.0005, 0.00055, -0.00005, 0.3])
_ratios = st.one_of(st.sampled_from([0.0, 0.5, 1.0, 2.5]), _between(0, 1.5), _between(0, 60))
_betas = st.one_of(st.just(1.0), _between(0.2, 3), _between(-3, 3), st.just(0.0))
_steps = st.sampled_from([0.0, 0.0, 0.001, 0.01, 0.1, 1.0, 5.0, 100.0, 0.0025])
_shocks = st.one_of(st.sampled_from([0.5, -1.0, 0.0, -0.2]), _between(-1, 1), _between(-1, 9))


def _or(nothing, strategy):
    """A value, or what stands for a blank."""
    return st.one_of(st.just(nothing), strategy)


_horizons = st.sampled_from([91, 0.5, 400.25, 1 / 1440, 30, 0, -9]).map(
    lambda days: (AS_OF + dt.timedelta(days=days)).isoformat()
)


def _settings():
    grid = st.sampled_from(
        [{}, {"shock_min": -1.0, "shock_max": 3.0, "shock_step": 0.5},
         {"shock_min": -0.3, "shock_max": -0.3}, {"shock_min": 0.1, "shock_step": 0.07}]
    )  # fmt: skip
    own = st.fixed_dictionaries(
        {"horizon_date": _horizons},
        optional={
            "portfolio": names,
            "quote_currency": names,
            "hedge_ratio": _ratios,
            "funding_threshold_8h": st.sampled_from([0.0, 0.0001, 0.01]),
            "funding_consecutive": st.integers(1, 5),
            "redeploy_drop": st.sampled_from([0.0, 0.2, 0.9]),
            "liquidation_alert": st.sampled_from([0.0, 0.25, 5.0]),
            "dated_sizing": st.sampled_from(["value", "coins", "Auto"]),
        },
    )
    return st.builds(lambda grid, own: {"as_of": AS_OF.isoformat()} | grid | own, grid, own)


@st.composite
def _instrument(draw, name, underlying, held):
    """A future on an underlying, whose price is `held` if a holding has it."""
    inverse, dated = draw(st.booleans()), draw(st.sampled_from([False, False, True]))
    index = draw(_or(held, _near.map(lambda ratio: (held or 100.0) * ratio)))
    index = draw(magnitudes) if index is None else index
    row = {
        "instrument": name,
        "underlying": underlying,
        "contract_type": draw(st.sampled_from(["inverse", " Inverse "] if inverse else
                                              ["linear", "LINEAR", None])),
        "index_price": None if index == held and draw(st.booleans()) else index,
        "futures_price": min(1e13, index * draw(_near)),
        "contract_size": draw(
            st.sampled_from([1.0, 10.0, 100.0] if inverse else [None, 1.0, 0.001])
        ),
        "mm_basis": draw(st.sampled_from([None, "mark", "Entry"])),
        "taker_fee": draw(_or(None, _fees)),
        "fee_discount": draw(_or(None, st.sampled_from([0.0, 0.1, 1.0]))),
        "qty_step": draw(_steps),
        "min_qty": draw(_or(None, st.sampled_from([0.001, 1.0]))),
        "min_notional": draw(_or(None, st.sampled_from([5.0, 100.0]))),
        "mm_rate": draw(st.sampled_from([0.004, 0.01, None, 0.5, 0.0])),
        "mm_amount": draw(st.sampled_from([None, None, 0.001, 50.0])),
        "exchange": draw(_or(None, names)),
        "max_leverage": draw(_or(None, st.sampled_from([10.0, 125.0]))),
    }  # fmt: skip
    if dated:
        later = draw(st.integers(1, 60 * 24 * 700))
        row["expiry"] = (AS_OF + dt.timedelta(minutes=later)).isoformat()
        row["funding_rate"] = draw(st.sampled_from([None, 0.0]))
    else:
        row["funding_rate"] = draw(_rates)
        row["interval_hours"] = draw(st.sampled_from([None, 8.0, 4.0, 1.0]))
    return row


def _kind(row):
    return (row.get("contract_type") or "linear").strip().lower()


def _value(row, contracts, price):
    """What a position is worth in its margin currency."""
    faces = contracts * (row["contract_size"] or 1.0)
    return faces / price if _kind(row) == "inverse" else faces * price


@st.composite
def _short(draw, row, tiers, side):
    """A lot on an instrument, mostly one that is alive at today's price."""
    contracts = abs(draw(quantities)) * side
    mark = row["futures_price"]
    entry = mark * draw(_near)
    lot = {
        "instrument": row["instrument"],
        "contracts": contracts,
        "entry_price": entry,
        "leverage": draw(_or(None, st.sampled_from([1.0, 5.0, 125.0]))),
        "opened": draw(_or(None, st.just((AS_OF - dt.timedelta(days=3)).isoformat()))),
        "funding_received": draw(_or(None, st.sampled_from([0.25, -0.01]))),
        "realised_pnl": draw(_or(None, st.sampled_from([12.5, -3.0]))),
        "fees_paid": draw(_or(None, st.sampled_from([0.5, -0.05]))),
    }
    if contracts and draw(st.integers(0, 9)) == 7:  # what the venue shows, which beats any model
        lot["liquidation_price"] = mark * (1.4 if contracts > 0 else 0.6)
    rate = max([row["mm_rate"] or 0.0, *(tier["mm_rate"] for tier in tiers)])
    sign = 1 if _kind(row) == "inverse" else -1
    gained = sign * (_value(row, contracts, mark) - _value(row, contracts, entry))
    most = max(abs(_value(row, contracts, price)) for price in (mark, entry))
    cushion = draw(st.sampled_from([0.1, 0.3, 1e-6, 0.01, 1.0, 3.0]))
    alive = max(0.0, -gained) * 1.0001 + most * (rate * 1.001 + cushion)
    lot["margin"] = alive
    if draw(st.integers(0, 19)) == 13:  # a round one, enough or not
        lot["margin"] = draw(magnitudes)
    elif _kind(row) == "linear" and draw(st.sampled_from([False, False, True])):
        lot["margin"] = None
    return lot


@st.composite
def _tiers(draw, row):
    floors = [0.0, *sorted({draw(magnitudes) for _ in range(draw(st.integers(0, 3)))})]
    rates = sorted(draw(st.sampled_from([0.004, 0.005, 0.01, 0.1, 0.4])) for _ in floors)
    return [
        {"instrument": row["instrument"], "floor": floor, "mm_rate": rate}
        for floor, rate in zip(floors, rates, strict=True)
    ]


@st.composite
def _scenarios(draw, movers):
    rows = []
    for name in draw(
        st.lists(names, min_size=draw(st.sampled_from([1, 2, 0])), max_size=3, unique=True)
    ):
        moved = draw(
            st.lists(st.sampled_from(movers), min_size=1, max_size=3, unique_by=str.casefold)
        )
        for asset in moved:
            shock = draw(_shocks)
            basis = draw(st.sampled_from([None, 0.0, 0.01, -0.02, 0.5]))
            rows.append(
                {
                    "scenario": name,
                    "asset": asset,
                    "price_shock": shock,
                    "basis_shock": None if basis and shock + basis < -1 else basis,
                    "funding_rate": draw(_or(None, _rates)),
                    "days": draw(_or(None, st.sampled_from([0.0, 1.0, 30.5, 36_525.0]))),
                    "spike": draw(st.sampled_from([None, 0.12, -0.3, 8.0, -0.9])),
                }
            )
    return draw(st.permutations(rows)) if rows else rows


@st.composite
def _history(draw, prices):
    """Bars with gaps, rates and volumes here and there, symbols in another case now and then."""
    rows = []
    bars = draw(st.sampled_from([8, 25, 3, 2, 1]))
    for symbol, price in prices.items():
        if draw(st.sampled_from([False, False, True])):
            continue
        spelled = draw(st.sampled_from([symbol, symbol.upper(), symbol.lower()]))
        if spelled.casefold() != symbol.casefold():  # İ in small letters is two characters
            spelled = symbol
        noise = draw(st.randoms(use_true_random=False))
        wild = draw(st.sampled_from([0.0, 0.03, 0.03, 0.9]))
        close = price
        for bar in range(bars):
            close *= 1 + wild * (2 * noise.random() - 1)
            if noise.random() < 0.1:
                continue
            row = {
                "time": (AS_OF - dt.timedelta(hours=8 * (bars - bar - 1))).isoformat(),
                "symbol": spelled if noise.random() < 0.8 else symbol,
                "close": close,
            }
            if noise.random() < 0.9:
                row["low"], row["volume"] = close * (1 - wild * noise.random()), noise.random()
            if noise.random() < 0.6:
                row["high"] = close * (1 + noise.random())
            if noise.random() < 0.7:
                row["funding_rate"] = noise.choice([1e-4, -3e-4, noise.random() / 100])
            rows.append(row)
    return draw(st.permutations(rows)) if 0 < len(rows) < 60 else rows


def _copies(holdings, count):
    """More holdings of the same kinds: a book of up to 200 rows without 200 draws."""
    taken = {row["asset"].casefold() for row in holdings}
    rows = list(holdings)
    for number in range(len(rows), count):
        row = holdings[number % len(holdings)]
        asset = f"{row['asset'][:40]} {number}"
        if asset.casefold() not in taken:
            rows.append(row | {"asset": asset, "quantity": row["quantity"] * (1 + number / 7)})
            taken.add(asset.casefold())
    return rows


@st.composite
def portfolios(draw, *, most=200):
    """The tables of a portfolio; nearly all can be worked out.

    Args:
        draw: Hypothesis' own.
        most: how many holdings it has at most.
    """
    assets = draw(_distinct(draw(st.integers(1, 5))))
    prices = {asset: draw(magnitudes) for asset in assets}
    elsewhere = draw(st.lists(names, max_size=1))
    elsewhere = [name for name in elsewhere if name.casefold() not in map(str.casefold, assets)]
    instruments = []
    for name in draw(_distinct(draw(st.integers(0, 4)))):
        underlying = draw(st.sampled_from([*assets, *assets, *elsewhere]))
        instruments.append(draw(_instrument(name, underlying, prices.get(underlying))))
    usable = [row["instrument"] for row in instruments]
    if len(usable) > 1 and draw(st.booleans()):
        usable.pop()  # what is short there hedges what others name, or nothing
    holdings = [
        {
            "asset": asset,
            "quantity": draw(quantities),
            "avg_cost": draw(_or(None, _near.map(lambda ratio, price=price: price * ratio))),
            "spot_price": price,
            "hedge_ratio": draw(_or(None, _ratios)),
            "beta": draw(_or(None, _betas)),
            "instrument": draw(st.sampled_from([*usable, *usable, None])) if usable else None,
            "support_price": draw(_or(None, st.just(price * 0.99))),
        }
        for asset, price in prices.items()
    ]
    tiers, shorts = [], []
    for row in instruments:
        own = draw(_tiers(row)) if draw(st.booleans()) else []
        tiers += own
        side = draw(st.sampled_from([1.0, 1.0, 1.0, -1.0]))  # one way in one account
        shorts += [draw(_short(row, own, side)) for _ in range(draw(st.sampled_from([0, 1, 1, 2])))]
    symbols = prices | {
        row["instrument"]: row["futures_price"]
        for row in instruments
        if row["instrument"].casefold() not in map(str.casefold, prices)
    }
    settings = draw(_settings())
    if settings.get("quote_currency", "USD") == "USD":  # others do not mix with it
        settings["stablecoin_parity"] = draw(st.sampled_from([0.97, 1.04, None]))
        for row in instruments:
            row["quote"] = draw(st.sampled_from(["USDT", None, "USDC", "USD"]))
    movers = ["*", *assets, *(row["underlying"] for row in instruments)]
    tables = {
        "Settings": settings,
        "Holdings": _copies(holdings, min(most, draw(st.sampled_from([0, 0, 0, 0, 30, 200])))),
        "Instruments": instruments,
        "Tiers": tiers,
        "Shorts": draw(st.permutations(shorts)) if shorts else shorts,
        "Scenarios": draw(_scenarios(movers)),
        "History": draw(_history(symbols)) if draw(st.sampled_from([True, True, False])) else [],
    }  # fmt: skip
    if draw(st.booleans()):
        tables = {name: table for name, table in tables.items()
                  if table or name not in ("Tiers", "History")}  # fmt: skip
    return tables


@contextlib.contextmanager
def folder():
    """A folder for one example; Hypothesis runs many in one test."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def as_json(path, tables):
    return write_json(path, tables)


def as_csv(path, tables):
    written = {
        name: {key: _typed(value) for key, value in table.items()}
        if isinstance(table, dict)
        else [{key: _typed(value) for key, value in row.items()} for row in table]
        for name, table in tables.items()
    }
    return write_csv(path, written)


def _typed(value):
    return repr(value) if isinstance(value, float) else value


def as_workbook(path, tables):
    """A workbook made with openpyxl, which would take some texts for formulas and errors."""
    book = book_of(tables)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                    cell.value = cell.value.replace("_x0041_", "_x005F_x0041_")
                    cell.data_type = "s"
    book.save(path)
    return path


def copied(tables):
    """The tables, to be changed."""
    return copy.deepcopy(tables)


def told(tables):
    """A portfolio in few words, for a failing test."""
    return json.dumps(tables, ensure_ascii=False)
