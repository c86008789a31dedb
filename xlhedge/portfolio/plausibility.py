"""What looks mistyped in a portfolio: it is read with all of it, as warnings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from xlhedge.functions.quantity import Domain
from xlhedge.portfolio.accounts import ACCOUNT_ODDITIES
from xlhedge.portfolio.all_rows import AllRows, TableCheck, findings
from xlhedge.portfolio.columns import Column
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.tables import TABLES, Holding, Instrument, Settings, Short, Table
from xlhedge.text import percent, shown

__all__ = ["age", "oddities"]

SPOT_FROM_INDEX, FUTURE_FROM_INDEX = 0.10, 0.25


def _past_horizon(row: Settings, _: int, __: AllRows) -> str | None:
    if row.horizon_date >= row.as_of:
        return None
    return f"{shown(row.horizon_date)} is before as_of, {shown(row.as_of)}: the horizon has passed"


def _unusual(table: Table, column: Column) -> TableCheck:
    """Whether a column's numbers are such as they usually are."""

    def complaint(row: Any, _: int, __: AllRows) -> str | None:
        number = getattr(row, column.name)
        return column.quantity.unusual(number) if number is not None else None

    return TableCheck(table.name, column.name, complaint)


def _assumed(row: Settings, _: int, rows: AllRows) -> str | None:
    """A parity that nobody typed is a guess."""
    quotes = [each.quote for each in rows.of("Instruments")]
    others = [name for name in dict.fromkeys(quotes) if name not in (None, row.quote_currency)]
    if not others or "stablecoin_parity" in row.given:
        return None
    names = " and ".join([row.quote_currency, *others])
    return f"is blank: {names} are taken at par, 1 for 1; type what a stablecoin is worth in USD"


def _far_from_spot(row: Instrument, _: int, rows: AllRows) -> str | None:
    held = rows.underlying(row)
    if row.index_price is None or held is None:
        return None
    apart = row.index_price / held.spot_price - 1
    if abs(apart) <= SPOT_FROM_INDEX:
        return None
    return (
        f"{shown(row.index_price)} is {percent(apart)} off the spot_price of {held.asset}, "
        f"{shown(held.spot_price)}"
    )


def _far_from_index(row: Instrument, _: int, rows: AllRows) -> str | None:
    held = rows.underlying(row)
    index = row.index_price or (held.spot_price if held else None)
    if index is None or abs(row.futures_price / index - 1) <= FUTURE_FROM_INDEX:
        return None
    apart = percent(row.futures_price / index - 1)
    return f"{shown(row.futures_price)} is {apart} off the index price, {shown(index)}"


def _negative_short(row: Short, _: int, rows: AllRows) -> str | None:
    """A long future, unless what is held of its underlying is short of it."""
    if row.contracts >= 0 or rows.held_of(rows.followed(row.instrument)) < 0:
        return None
    return f"{shown(row.contracts)} is a long future: it adds to the exposure; a short is positive"


def _without_holding(row: Short, _: int, rows: AllRows) -> str | None:
    followed = rows.followed(row.instrument)
    if followed is None or followed.casefold() in rows.underlyings:
        return None
    return f'no holding moves with "{followed}"; it counts as a short without a holding'


def _before_horizon(row: Instrument, _: int, rows: AllRows) -> str | None:
    """A hedge that ends before what it is for does."""
    horizon = rows.settings.horizon_date
    if row.expiry is None or not rows.settings.as_of < row.expiry < horizon:
        return None
    if row.instrument not in rows.hedging:
        return None
    ends = f"{shown(row.expiry)} is before horizon_date, {shown(horizon)}"
    return f"{ends}: it hedges nothing after that"


def _two_names(row: Holding, _: int, rows: AllRows) -> str | None:
    """A scenario moves names: it would move one of them and leave the other."""
    follows = rows.underlying_of(row)
    if row.asset == follows or row.beta != 1:
        return None
    coins = {_COINS.get(name.upper(), name.upper()) for name in (row.asset, follows)}
    if len(coins) > 1:
        return None
    return (
        f'"{row.asset}" is hedged as "{follows}": if they are one coin, give it one name; a '
        "scenario moves each name by itself"
    )


_COINS = {"XBT": "BTC", "WBTC": "BTC", "CBBTC": "BTC", "WETH": "ETH", "STETH": "ETH"}
"""Other names of a coin."""


_ODDITIES = (
    *(
        _unusual(table, column)
        for table in TABLES.values()
        for column in table.columns
        if column.quantity.usual != Domain() and table.name != "History"  # what is past was so
    ),
    TableCheck("Settings", "horizon_date", _past_horizon),
    TableCheck("Settings", "stablecoin_parity", _assumed),
    TableCheck("Holdings", "asset", _two_names),
    TableCheck("Instruments", "index_price", _far_from_spot),
    TableCheck("Instruments", "futures_price", _far_from_index),
    TableCheck("Instruments", "expiry", _before_horizon),
    TableCheck("Shorts", "instrument", _without_holding),
    TableCheck("Shorts", "contracts", _negative_short),
    *ACCOUNT_ODDITIES,
)


def oddities(rows: AllRows) -> list[Found]:
    """What looks mistyped: a portfolio is read with all of it as warnings."""
    return findings(_ODDITIES, rows)


def age(as_of: datetime, now: datetime) -> str | None:
    """What is odd about prices of that time, seen now."""
    if as_of > now:
        return f"{shown(as_of)} is in the future"
    if now - as_of <= timedelta(days=1):
        return None
    days = (now - as_of) / timedelta(days=1)
    return f"{shown(as_of)} is {days:,.1f} days ago; the prices are out of date"
