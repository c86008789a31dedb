"""What must hold between the rows of a portfolio: one check a sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

from xlhedge.errors import Problem
from xlhedge.functions.vocabulary import QUANTITIES, RULES
from xlhedge.portfolio.accounts import ACCOUNT_CONFLICTS
from xlhedge.portfolio.all_rows import KEYS, AllRows, TableCheck, findings
from xlhedge.portfolio.bands import TOTALS
from xlhedge.portfolio.problems import Found
from xlhedge.portfolio.rows import Unread
from xlhedge.portfolio.tables import (
    DOLLARS,
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
from xlhedge.text import shown

__all__ = ["conflicts"]

_SHOCKS = next(rule for rule in RULES if rule.arguments == ("price_shock", "basis_shock"))


def _steps(row: Settings, _: int, __: AllRows) -> str | None:
    if row.count_shocks <= MOST_SHOCKS:
        return None
    span = f"from {shown(row.shock_min)} to {shown(row.shock_max)}"
    step = shown(row.shock_step)
    return f"{step} makes {row.count_shocks:,} shocks {span}; at most {MOST_SHOCKS} are allowed"


def _ends(row: Settings, _: int, __: AllRows) -> str | None:
    if row.shock_min <= row.shock_max:
        return None
    least = shown(row.shock_min)
    return f"{shown(row.shock_max)} is out of range; it must be at least shock_min, {least}"


def _horizon(row: Settings, _: int, __: AllRows) -> str | None:
    longest = QUANTITIES["days"].domain.at_most or 0.0
    days = (row.horizon_date - row.as_of) / timedelta(days=1)
    if days <= longest:
        return None
    return f"{shown(row.horizon_date)} is {days:,.0f} days ahead; it must be {longest:,.0f} at most"


def _spelled(row: Instrument, _: int, rows: AllRows) -> str | None:
    held = rows.underlying(row)
    if held is None or held.asset == row.underlying:
        return None
    return f'"{row.underlying}" is "{held.asset}" in Holdings; it must be spelled alike'


def _moves_with(row: Holding, _: int, rows: AllRows) -> str | None:
    """An instrument hedges what moves with its own underlying."""
    if row.underlying is None:
        return None
    held = rows.held.get(row.underlying.casefold())
    spelled = rows.of("Holdings")[held].asset if held is not None else row.underlying
    if row.instrument is not None:
        spelled = rows.followed(row.instrument) or spelled
    if spelled == row.underlying:
        return None
    if spelled.casefold() == row.underlying.casefold():
        return f'"{row.underlying}" is "{spelled}" elsewhere; it must be spelled alike'
    return (
        f'"{row.underlying}" is not what "{row.instrument}" follows; it must be "{spelled}", or '
        "blank"
    )


def _one_price(row: Holding, _: int, rows: AllRows) -> str | None:
    """A coin has one price, wherever it lies."""
    first = rows.held[row.asset.casefold()]
    before = rows.of("Holdings")[first]
    if before.spot_price == row.spot_price or KEYS["Holdings"](row) == KEYS["Holdings"](before):
        return None
    where = rows.place("Holdings", first, "spot_price")
    return (
        f'{shown(row.spot_price)} is not what "{before.asset}" is in {where}, '
        f"{shown(before.spot_price)}; it must be the same in each place"
    )


def _one_name(row: Holding, _: int, rows: AllRows) -> str | None:
    first = rows.held[row.asset.casefold()]
    before = rows.of("Holdings")[first]
    if before.asset == row.asset or KEYS["Holdings"](row) == KEYS["Holdings"](before):
        return None
    where = rows.place("Holdings", first, "asset")
    return f'"{row.asset}" is "{before.asset}" in {where}; it must be spelled alike'


def _alike(row: Instrument, _: int, rows: AllRows) -> str | None:
    """Instruments on one underlying are netted by its name."""
    first = rows.first_underlying[row.underlying.casefold()]
    name = rows.of("Instruments")[first].underlying
    if name == row.underlying or rows.underlying(row):
        return None
    where = rows.place("Instruments", first, "underlying")
    return f'"{row.underlying}" is "{name}" in {where}; it must be spelled alike'


def _once(
    table: str, column: str, what: Callable[[Any], str], how: Callable[[Any], str] | None = None
) -> TableCheck:
    """That no row's key is in its table twice; what the key is called, and how it must be there."""

    def complaint(row: Any, number: int, rows: AllRows) -> str | None:
        first = rows.first(table)[KEYS[table](row)]
        if first == number:
            return None
        must = how(row) if how else "there once"
        return f"{what(row)} is in {rows.place(table, first, column)} already; it must be {must}"

    def each_once(rows: AllRows) -> bool:
        return len(rows.first(table)) == len(rows.of(table))

    return TableCheck(table, column, complaint, each_once)


def _no_wildcard(table: str, column: str) -> TableCheck:
    """That no name matches others in a spreadsheet's look-ups."""

    def complaint(row: Any, _: int, __: AllRows) -> str | None:
        name = getattr(row, column)
        if not set(name or "") & set("*?~"):
            return None
        return f'"{name}" is not allowed; it must be without *, ? and ~, wildcards to a spreadsheet'

    return TableCheck(table, column, complaint)


def _no_total(row: Holding, number: int, rows: AllRows) -> str | None:
    last = number == len(rows.of("Holdings")) - 1
    if not last or row.instrument or row.asset.rstrip(" :").casefold() not in TOTALS:
        return None
    return f'"{row.asset}" is a total, not a holding; delete the row, or give it another name'


def _one_of(names: Collection[str]) -> str:
    """What is allowed where only some names are: the first eight of them."""
    quoted = [f'"{name}"' for name in islice(names, 8)]
    rest = [f"one of {len(names) - 8} more"] if len(names) > 8 else []
    return f"it must be {' or '.join(quoted + rest)}" if quoted else "the table has no rows"


def _inverse_margin(row: Short, _: int, rows: AllRows) -> str | None:
    if row.margin is not None or not rows.is_inverse(row.instrument) or rows.is_cross(row):
        return None
    return "is empty; an inverse contract's margin is coins you own, and they are exposed, too"


def _known(row: Holding | Short | Tier, _: int, rows: AllRows) -> str | None:
    if row.instrument is None or row.instrument in rows.instruments:
        return None
    return f'"{row.instrument}" is not in Instruments; {_one_of(rows.instruments)}'


def _mover(row: Scenario, _: int, rows: AllRows) -> str | None:
    if row.asset in rows.movers:
        return None
    return f'"{row.asset}" is neither held nor an underlying; {_one_of(rows.movers)}'


def _expired(row: Instrument, _: int, rows: AllRows) -> str | None:
    as_of = rows.settings.as_of
    if row.expiry is None or row.expiry > as_of:
        return None
    return f"{shown(row.expiry)} has expired; it must be after as_of, {shown(as_of)}"


def _funding(row: Instrument, _: int, __: AllRows) -> str | None:
    if row.expiry is None:
        if row.funding_rate is None:
            return (
                "is empty; a perpetual needs one, 0 if it pays none (only a future has an expiry)"
            )
        return None
    if not row.funding_rate:
        return None
    return f"{shown(row.funding_rate)} is not allowed; a future with an expiry pays no funding"


def _inverse_size(row: Instrument, _: int, __: AllRows) -> str | None:
    if row.contract_type != "inverse" or "contract_size" in row.given:
        return None
    return "is empty; an inverse contract needs its size in quote (Bybit 1, Binance 100 or 10)"


def _quote(row: Instrument, _: int, rows: AllRows) -> str | None:
    """Prices in two currencies make no sum unless both are dollars, at a typed parity."""
    whole = rows.settings.quote_currency
    if row.quote in (None, whole) or {row.quote, whole} <= set(DOLLARS):
        return None
    return (
        f'"{row.quote}" does not mix with the quote_currency, "{whole}": only '
        f"{' and '.join(DOLLARS)} do, spelled so; make it a portfolio of its own"
    )


def _index(row: Instrument, _: int, rows: AllRows) -> str | None:
    if row.index_price is not None or rows.underlying(row):
        return None
    return f'is empty; no holding "{row.underlying}" has a spot_price to use instead'


def _together(row: Tier, number: int, rows: AllRows) -> str | None:
    if number not in rows.tier_before:
        return None
    if rows.of("Tiers")[number - 1].instrument == row.instrument:
        return None
    return (
        f'"{row.instrument}" has tiers further up, apart from this one; '
        "they must be in rows that stand together"
    )


def _floor(row: Tier, number: int, rows: AllRows) -> str | None:
    before = rows.tier_before.get(number)
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


def _sum_of_shocks(row: Scenario, _: int, __: AllRows) -> str | None:
    return None if _SHOCKS.holds(row.price_shock, row.basis_shock) else _SHOCKS.message


def _high(row: Bar, _: int, __: AllRows) -> str | None:
    if row.high is None or row.low is None or row.high >= row.low:
        return None
    return f"{shown(row.high)} is out of range; it must be at least low, {shown(row.low)}"


_CONFLICTS = (
    TableCheck("Settings", "horizon_date", _horizon),
    TableCheck("Settings", "shock_max", _ends),
    TableCheck("Settings", "shock_step", _steps),
    _once(
        "Holdings",
        "asset",
        lambda row: f'"{row.asset}"',
        lambda row: "there once" + ("" if row.place is None else f' at "{row.place}"'),
    ),
    _no_wildcard("Holdings", "asset"),
    TableCheck("Holdings", "asset", _one_name),
    TableCheck("Holdings", "spot_price", _one_price),
    TableCheck("Holdings", "asset", _no_total),
    TableCheck("Holdings", "instrument", _known),
    TableCheck("Holdings", "underlying", _moves_with),
    _no_wildcard("Accounts", "account"),
    _once("Instruments", "instrument", lambda row: f'"{row.instrument}"'),
    _no_wildcard("Instruments", "instrument"),
    TableCheck("Instruments", "underlying", _spelled),
    TableCheck("Instruments", "underlying", _alike),
    TableCheck("Instruments", "expiry", _expired),
    TableCheck("Instruments", "quote", _quote),
    TableCheck("Instruments", "index_price", _index),
    TableCheck("Instruments", "funding_rate", _funding),
    TableCheck("Instruments", "contract_size", _inverse_size),
    TableCheck("Tiers", "instrument", _known),
    TableCheck("Tiers", "instrument", _together),
    TableCheck("Tiers", "floor", _floor),
    TableCheck("Shorts", "instrument", _known),
    _no_wildcard("Shorts", "account"),
    TableCheck("Shorts", "margin", _inverse_margin),
    *ACCOUNT_CONFLICTS,
    TableCheck("Scenarios", "asset", _mover),
    _once(
        "Scenarios",
        "asset",
        lambda row: f'"{row.asset}"',
        lambda row: f'once in "{row.scenario}"',
    ),
    TableCheck("Scenarios", "basis_shock", _sum_of_shocks),
    _once("History", "time", lambda row: f'{shown(row.time)} of "{row.symbol}"'),
    TableCheck("History", "high", _high),
)


def conflicts(rows: AllRows) -> list[Found]:
    """What is wrong between the rows: a portfolio with any of it is refused."""
    found = findings(_CONFLICTS, rows)
    with suppress(Unread):
        if not rows.of("Holdings"):
            place = rows.place("Holdings", None, "")
            message = "the table has no rows; a portfolio needs a holding at least"
            found.append((TABLES["Holdings"].rank(), Problem(place, message)))
    return found
