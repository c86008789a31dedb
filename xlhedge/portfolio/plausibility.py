"""What looks mistyped in a portfolio: it is read with all of it, as warnings."""

from __future__ import annotations

from datetime import datetime, timedelta

from xlhedge.functions.vocabulary import QUANTITIES
from xlhedge.portfolio.all_rows import AllRows, TableCheck, findings
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.tables import Holding, Instrument, Scenario, Settings, Short
from xlhedge.text import percent, shown

__all__ = ["age", "oddities"]

SPOT_FROM_INDEX, FUTURE_FROM_INDEX = 0.10, 0.25
_RATIO, _FUNDING = (QUANTITIES[name].usual for name in ("hedge_ratio", "funding_rate"))


def _past_horizon(row: Settings, _: int, __: AllRows) -> str | None:
    if row.horizon_date >= row.as_of:
        return None
    return f"{shown(row.horizon_date)} is before as_of, {shown(row.as_of)}: the horizon has passed"


def _large_ratio(row: Settings | Holding, _: int, __: AllRows) -> str | None:
    if row.hedge_ratio is None or not _RATIO.beyond(row.hedge_ratio):
        return None
    ratio = row.hedge_ratio
    return f"{shown(ratio)} means {percent(ratio)} of the exposure; 50 % is written 0.5"


def _large_funding(row: Instrument | Scenario, _: int, __: AllRows) -> str | None:
    if row.funding_rate is None or not _FUNDING.beyond(row.funding_rate):
        return None
    rate = row.funding_rate
    return f"{shown(rate)} means {percent(rate)} per interval; 0.01 % is written 0.0001"


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


def _negative_short(row: Short, _: int, __: AllRows) -> str | None:
    if row.contracts >= 0:
        return None
    return f"{shown(row.contracts)} is a long future: it adds to the exposure; a short is positive"


def _without_holding(row: Short, _: int, rows: AllRows) -> str | None:
    if row.instrument in rows.hedging:
        return None
    return f'no holding is hedged with "{row.instrument}"; it counts as a short without a holding'


_ODDITIES = (
    TableCheck("Settings", "horizon_date", _past_horizon),
    TableCheck("Settings", "hedge_ratio", _large_ratio),
    TableCheck("Holdings", "hedge_ratio", _large_ratio),
    TableCheck("Instruments", "index_price", _far_from_spot),
    TableCheck("Instruments", "futures_price", _far_from_index),
    TableCheck("Instruments", "funding_rate", _large_funding),
    TableCheck("Shorts", "instrument", _without_holding),
    TableCheck("Shorts", "contracts", _negative_short),
    TableCheck("Scenarios", "funding_rate", _large_funding),
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
