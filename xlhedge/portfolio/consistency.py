"""What must hold between the rows of a portfolio, and what looks mistyped: one check a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from xlhedge.portfolio.grids import Unread
from xlhedge.portfolio.ledger import Check, Ledger, findings
from xlhedge.portfolio.problems import Found, Problem
from xlhedge.portfolio.tables import (
    MOST_SHOCKS,
    TABLES,
    Bar,
    Holding,
    Instrument,
    Scenario,
    Settings,
    Short,
    Tier,
)
from xlhedge.quantities import RULES

__all__ = ["age", "conflicts", "oddities"]

_SHOCKS = next(rule for rule in RULES if rule.arguments == ("price_shock", "basis_shock"))

SPOT_FROM_INDEX, FUTURE_FROM_INDEX = 0.10, 0.25
LARGE_FUNDING, LARGE_RATIO = 0.01, 2


def _text(value: float | datetime) -> str:
    if not isinstance(value, datetime):
        return f"{value:.15g}"
    midnight = value.time() == datetime.min.time()
    return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")


def _percent(value: float) -> str:
    return f"{value * 100:.3g} %" if abs(value) < 10 else f"{value * 100:,.0f} %"


def _one_of(names: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    rest = [f"one of {len(quoted) - 8} more"] if len(quoted) > 8 else []
    return f"it must be {' or '.join(quoted[:8] + rest)}" if quoted else "the table has no rows"


# What must hold


def _steps(row: Settings, _: int, __: Ledger) -> str | None:
    if row.count_shocks <= MOST_SHOCKS:
        return None
    span = f"from {_text(row.shock_min)} to {_text(row.shock_max)}"
    step = _text(row.shock_step)
    return f"{step} makes {row.count_shocks:,} shocks {span}; at most {MOST_SHOCKS} are allowed"


def _ends(row: Settings, _: int, __: Ledger) -> str | None:
    if row.shock_min <= row.shock_max:
        return None
    least = _text(row.shock_min)
    return f"{_text(row.shock_max)} is out of range; it must be at least shock_min, {least}"


def _asset_once(row: Holding, number: int, ledger: Ledger) -> str | None:
    first = ledger.first_holding[row.asset.casefold()]
    if first == number:
        return None
    place = ledger.place("Holdings", first, "asset")
    return f'"{row.asset}" is in {place} already; it must be there once'


def _instrument_once(row: Instrument, number: int, ledger: Ledger) -> str | None:
    first = ledger.first_instrument[row.instrument.casefold()]
    if first == number:
        return None
    place = ledger.place("Instruments", first, "instrument")
    return f'"{row.instrument}" is in {place} already; it must be there once'


def _move_once(row: Scenario, number: int, ledger: Ledger) -> str | None:
    first = ledger.first_move[row.scenario, row.asset.casefold()]
    if first == number:
        return None
    place = ledger.place("Scenarios", first, "asset")
    return f'"{row.asset}" is in {place} already; it must be once in "{row.scenario}"'


def _plain_asset(row: Holding, _: int, __: Ledger) -> str | None:
    return _wildcard(row.asset)


def _plain_instrument(row: Instrument, _: int, __: Ledger) -> str | None:
    return _wildcard(row.instrument)


def _wildcard(name: str) -> str | None:
    if not set(name) & set("*?~"):
        return None
    return f'"{name}" is not allowed; it must be without *, ? and ~, wildcards to a spreadsheet'


def _inverse_margin(row: Short, _: int, ledger: Ledger) -> str | None:
    if row.margin is not None or not ledger.is_inverse(row.instrument):
        return None
    return "is empty; an inverse contract's margin is coins you own, and they are exposed, too"


def _known(row: Holding | Short | Tier, _: int, ledger: Ledger) -> str | None:
    if row.instrument is None or row.instrument in ledger.instruments:
        return None
    return f'"{row.instrument}" is not in Instruments; {_one_of(ledger.instruments)}'


def _mover(row: Scenario, _: int, ledger: Ledger) -> str | None:
    if row.asset in ledger.movers:
        return None
    return f'"{row.asset}" is neither held nor an underlying; {_one_of(ledger.movers)}'


def _expired(row: Instrument, _: int, ledger: Ledger) -> str | None:
    as_of = ledger.settings.as_of
    if row.expiry is None or row.expiry > as_of:
        return None
    return f"{_text(row.expiry)} has expired; it must be after as_of, {_text(as_of)}"


def _funding(row: Instrument, _: int, __: Ledger) -> str | None:
    if row.expiry is None:
        if row.funding_rate is None:
            return (
                "is empty; a perpetual needs one, 0 if it pays none (only a future has an expiry)"
            )
        return None
    if not row.funding_rate:
        return None
    return f"{_text(row.funding_rate)} is not allowed; a future with an expiry pays no funding"


def _inverse_size(row: Instrument, _: int, __: Ledger) -> str | None:
    if row.contract_type != "inverse" or "contract_size" in row.model_fields_set:
        return None
    return "is empty; an inverse contract needs its size in quote (Bybit 1, Binance 100 or 10)"


def _index(row: Instrument, _: int, ledger: Ledger) -> str | None:
    if row.index_price is not None or ledger.underlying(row):
        return None
    return f'is empty; no holding "{row.underlying}" has a spot_price to use instead'


def _floor(row: Tier, number: int, ledger: Ledger) -> str | None:
    before = ledger.tier_before.get(number)
    if before is None:
        if row.floor == 0:
            return None
        return (
            f'{_text(row.floor)} is out of range; the first tier of "{row.instrument}" begins at 0'
        )
    if row.floor > before.floor:
        return None
    least = _text(before.floor)
    return f"{_text(row.floor)} is out of range; it must be above the tier before it, {least}"


def _sum_of_shocks(row: Scenario, _: int, __: Ledger) -> str | None:
    rule = _SHOCKS
    return None if rule.holds(row.price_shock, row.basis_shock) else rule.message


def _high(row: Bar, _: int, __: Ledger) -> str | None:
    if row.high is None or row.low is None or row.high >= row.low:
        return None
    return f"{_text(row.high)} is out of range; it must be at least low, {_text(row.low)}"


_CONFLICTS = (
    Check("Settings", "shock_max", _ends),
    Check("Settings", "shock_step", _steps),
    Check("Holdings", "asset", _asset_once),
    Check("Holdings", "asset", _plain_asset),
    Check("Holdings", "instrument", _known),
    Check("Instruments", "instrument", _instrument_once),
    Check("Instruments", "instrument", _plain_instrument),
    Check("Instruments", "expiry", _expired),
    Check("Instruments", "index_price", _index),
    Check("Instruments", "funding_rate", _funding),
    Check("Instruments", "contract_size", _inverse_size),
    Check("Tiers", "instrument", _known),
    Check("Tiers", "floor", _floor),
    Check("Shorts", "instrument", _known),
    Check("Shorts", "margin", _inverse_margin),
    Check("Scenarios", "asset", _mover),
    Check("Scenarios", "asset", _move_once),
    Check("Scenarios", "basis_shock", _sum_of_shocks),
    Check("History", "high", _high),
)


def conflicts(ledger: Ledger) -> list[Found]:
    """What is wrong between the rows: a portfolio with any of it is refused."""
    found = findings(_CONFLICTS, ledger)
    with suppress(Unread):
        if not ledger.rows("Holdings"):
            place = ledger.place("Holdings", None, "")
            message = "the table has no rows; a portfolio needs a holding at least"
            found.append((TABLES["Holdings"].rank(), Problem(place, message)))
    return found


# What looks mistyped


def _past_horizon(row: Settings, _: int, __: Ledger) -> str | None:
    if row.horizon_date >= row.as_of:
        return None
    return f"{_text(row.horizon_date)} is before as_of, {_text(row.as_of)}: the horizon has passed"


def _large_ratio(row: Settings | Holding, _: int, __: Ledger) -> str | None:
    if row.hedge_ratio is None or row.hedge_ratio <= LARGE_RATIO:
        return None
    ratio = row.hedge_ratio
    return f"{_text(ratio)} means {_percent(ratio)} of the exposure; 50 % is written 0.5"


def _large_funding(row: Instrument | Scenario, _: int, __: Ledger) -> str | None:
    if row.funding_rate is None or abs(row.funding_rate) <= LARGE_FUNDING:
        return None
    rate = row.funding_rate
    return f"{_text(rate)} means {_percent(rate)} per interval; 0.01 % is written 0.0001"


def _far_from_spot(row: Instrument, _: int, ledger: Ledger) -> str | None:
    held = ledger.underlying(row)
    if row.index_price is None or held is None:
        return None
    apart = row.index_price / held.spot_price - 1
    if abs(apart) <= SPOT_FROM_INDEX:
        return None
    return (
        f"{_text(row.index_price)} is {_percent(apart)} off the spot_price of {held.asset}, "
        f"{_text(held.spot_price)}"
    )


def _far_from_index(row: Instrument, _: int, ledger: Ledger) -> str | None:
    held = ledger.underlying(row)
    index = row.index_price or (held.spot_price if held else None)
    if index is None or abs(row.futures_price / index - 1) <= FUTURE_FROM_INDEX:
        return None
    apart = _percent(row.futures_price / index - 1)
    return f"{_text(row.futures_price)} is {apart} off the index price, {_text(index)}"


def _negative_short(row: Short, _: int, __: Ledger) -> str | None:
    if row.contracts >= 0:
        return None
    return f"{_text(row.contracts)} is a long future: it adds to the exposure; a short is positive"


def _without_holding(row: Short, _: int, ledger: Ledger) -> str | None:
    if row.instrument in ledger.hedging:
        return None
    return f'no holding is hedged with "{row.instrument}"; it counts as a short without a holding'


_ODDITIES = (
    Check("Settings", "horizon_date", _past_horizon),
    Check("Settings", "hedge_ratio", _large_ratio),
    Check("Holdings", "hedge_ratio", _large_ratio),
    Check("Instruments", "index_price", _far_from_spot),
    Check("Instruments", "futures_price", _far_from_index),
    Check("Instruments", "funding_rate", _large_funding),
    Check("Shorts", "instrument", _without_holding),
    Check("Shorts", "contracts", _negative_short),
    Check("Scenarios", "funding_rate", _large_funding),
)


def oddities(ledger: Ledger) -> list[Found]:
    """What looks mistyped: a portfolio is read with all of it as warnings."""
    return findings(_ODDITIES, ledger)


def age(as_of: datetime, now: datetime) -> str | None:
    """What is odd about prices of that time, seen now."""
    if as_of > now:
        return f"{_text(as_of)} is in the future"
    if now - as_of <= timedelta(days=1):
        return None
    days = (now - as_of) / timedelta(days=1)
    return f"{_text(as_of)} is {days:,.1f} days ago; the prices are out of date"
