"""What must hold between the rows of a portfolio: one check a sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from xlhedge.functions.vocabulary import QUANTITIES, RULES
from xlhedge.portfolio.problems import Found, Problem
from xlhedge.portfolio.rows import Unread
from xlhedge.portfolio.side_by_side import Check, Ledger, findings
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
from xlhedge.portfolio.wording import one_of
from xlhedge.text import shown

__all__ = ["conflicts"]

_SHOCKS = next(rule for rule in RULES if rule.arguments == ("price_shock", "basis_shock"))


def _steps(row: Settings, _: int, __: Ledger) -> str | None:
    if row.count_shocks <= MOST_SHOCKS:
        return None
    span = f"from {shown(row.shock_min)} to {shown(row.shock_max)}"
    step = shown(row.shock_step)
    return f"{step} makes {row.count_shocks:,} shocks {span}; at most {MOST_SHOCKS} are allowed"


def _ends(row: Settings, _: int, __: Ledger) -> str | None:
    if row.shock_min <= row.shock_max:
        return None
    least = shown(row.shock_min)
    return f"{shown(row.shock_max)} is out of range; it must be at least shock_min, {least}"


def _horizon(row: Settings, _: int, __: Ledger) -> str | None:
    longest = QUANTITIES["days"].domain.at_most or 0.0
    days = (row.horizon_date - row.as_of) / timedelta(days=1)
    if days <= longest:
        return None
    return f"{shown(row.horizon_date)} is {days:,.0f} days ahead; it must be {longest:,.0f} at most"


def _spelled(row: Instrument, _: int, ledger: Ledger) -> str | None:
    held = ledger.underlying(row)
    if held is None or held.asset == row.underlying:
        return None
    return f'"{row.underlying}" is "{held.asset}" in Holdings; it must be spelled alike'


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
    return f'"{row.instrument}" is not in Instruments; {one_of(ledger.instruments)}'


def _mover(row: Scenario, _: int, ledger: Ledger) -> str | None:
    if row.asset in ledger.movers:
        return None
    return f'"{row.asset}" is neither held nor an underlying; {one_of(ledger.movers)}'


def _expired(row: Instrument, _: int, ledger: Ledger) -> str | None:
    as_of = ledger.settings.as_of
    if row.expiry is None or row.expiry > as_of:
        return None
    return f"{shown(row.expiry)} has expired; it must be after as_of, {shown(as_of)}"


def _funding(row: Instrument, _: int, __: Ledger) -> str | None:
    if row.expiry is None:
        if row.funding_rate is None:
            return (
                "is empty; a perpetual needs one, 0 if it pays none (only a future has an expiry)"
            )
        return None
    if not row.funding_rate:
        return None
    return f"{shown(row.funding_rate)} is not allowed; a future with an expiry pays no funding"


def _inverse_size(row: Instrument, _: int, __: Ledger) -> str | None:
    if row.contract_type != "inverse" or "contract_size" in row.model_fields_set:
        return None
    return "is empty; an inverse contract needs its size in quote (Bybit 1, Binance 100 or 10)"


def _index(row: Instrument, _: int, ledger: Ledger) -> str | None:
    if row.index_price is not None or ledger.underlying(row):
        return None
    return f'is empty; no holding "{row.underlying}" has a spot_price to use instead'


def _together(row: Tier, number: int, ledger: Ledger) -> str | None:
    if number not in ledger.tier_before:
        return None
    if ledger.rows("Tiers")[number - 1].instrument == row.instrument:
        return None
    return (
        f'"{row.instrument}" has tiers further up, apart from this one; '
        "they must be in rows that stand together"
    )


def _floor(row: Tier, number: int, ledger: Ledger) -> str | None:
    before = ledger.tier_before.get(number)
    if before is None:
        if row.floor == 0:
            return None
        return (
            f'{shown(row.floor)} is out of range; the first tier of "{row.instrument}" begins at 0'
        )
    if row.floor > before.floor:
        return None
    least = shown(before.floor)
    return f"{shown(row.floor)} is out of range; it must be above the tier before it, {least}"


def _sum_of_shocks(row: Scenario, _: int, __: Ledger) -> str | None:
    rule = _SHOCKS
    return None if rule.holds(row.price_shock, row.basis_shock) else rule.message


def _bar_once(row: Bar, number: int, ledger: Ledger) -> str | None:
    first = ledger.first_bar[row.symbol.casefold(), row.time]
    if first == number:
        return None
    place = ledger.place("History", first, "time")
    return f'{shown(row.time)} of "{row.symbol}" is in {place} already; it must be there once'


def _high(row: Bar, _: int, __: Ledger) -> str | None:
    if row.high is None or row.low is None or row.high >= row.low:
        return None
    return f"{shown(row.high)} is out of range; it must be at least low, {shown(row.low)}"


_CONFLICTS = (
    Check("Settings", "horizon_date", _horizon),
    Check("Settings", "shock_max", _ends),
    Check("Settings", "shock_step", _steps),
    Check("Holdings", "asset", _asset_once),
    Check("Holdings", "asset", _plain_asset),
    Check("Holdings", "instrument", _known),
    Check("Instruments", "instrument", _instrument_once),
    Check("Instruments", "instrument", _plain_instrument),
    Check("Instruments", "underlying", _spelled),
    Check("Instruments", "expiry", _expired),
    Check("Instruments", "index_price", _index),
    Check("Instruments", "funding_rate", _funding),
    Check("Instruments", "contract_size", _inverse_size),
    Check("Tiers", "instrument", _known),
    Check("Tiers", "instrument", _together),
    Check("Tiers", "floor", _floor),
    Check("Shorts", "instrument", _known),
    Check("Shorts", "margin", _inverse_margin),
    Check("Scenarios", "asset", _mover),
    Check("Scenarios", "asset", _move_once),
    Check("Scenarios", "basis_shock", _sum_of_shocks),
    Check("History", "time", _bar_once),
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
