"""What a venue lists and says now, as rows of Instruments and Tiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.market.found import FoundRow
from xlhedge.market.listed import ListedContract
from xlhedge.market.quotes import Quote, TierStep, told_moment, told_number
from xlhedge.market.venue import Venue
from xlhedge.portfolio.tables import TABLES

__all__ = ["instrument_rows", "kept"]

_CLIENTS = "ccxt's constant; a key tells yours"
_DOCUMENTED = "its documentation"
_EXPECTED = ("index_price", "futures_price", "contract_size", "qty_step", "min_qty")
_FEES = ("taker_fee", "maker_fee")
_OF_PERPETUALS = ("funding_rate", "interval_hours")
"""What is told to be missing where a venue does not say it."""


def instrument_rows(
    venue: Venue,
    names: Mapping[str, ListedContract],
    quotes: Mapping[str, Quote],
    *,
    tiers: bool,
) -> Iterator[FoundRow]:
    """The rows of contracts, and behind each those of its tiers.

    Args:
        venue: where they are; it is told what is missing.
        names: the contracts by what we call them.
        quotes: what the venue says of them, by ccxt's symbol.
        tiers: whether their tiers are asked for.
    """
    lacking: dict[str, list[str]] = {}
    for name, one in names.items():
        quote = quotes.get(one.symbol, Quote())
        found = venue.tried(f"tiers of {name}", venue.tiers, one, quote) if tiers else None
        steps = _sound(venue, name, found)
        values, assumed = _values(venue, name, one, quote)
        if steps:
            values |= {"mm_rate": steps[0].rate}
            values.setdefault("max_leverage", steps[0].leverage)
        time = told_moment(quote.time) if quote.time else venue.client.now
        values = kept(venue, "Instruments", name, values)
        yield FoundRow("Instruments", values, venue.name, time, assumed)
        for step in steps:
            row = {"instrument": name, "floor": step.floor, "mm_rate": step.rate}
            yield FoundRow("Tiers", row, venue.name, venue.client.now)
        more = venue.tells.get(one.contract.contract_type, ())
        expected = (*_EXPECTED, *_FEES, *more, *(() if one.contract.expiry else _OF_PERPETUALS))
        for column in expected:
            if column not in values:
                lacking.setdefault(column, []).append(name)
    for column, whose in lacking.items():
        blank = "; blank counts as 8 hours" if column == "interval_hours" else ""
        why = f"{venue.name}: does not tell{blank}"
        venue.missing.setdefault(why, []).extend(f"{column} of {name}" for name in whose)


def _values(
    venue: Venue, name: str, one: ListedContract, quote: Quote
) -> tuple[dict[str, Any], dict[str, str]]:
    """The cells of a row of Instruments, and which of them are nobody's answer."""
    contract, limits = one.contract, one.market.get("limits") or {}
    taker, maker, own = venue.fees(one)
    size = venue.contract_size(one)
    prices = {"index_price": quote.index, "futures_price": quote.mark or quote.last}
    perpetual = contract.expiry is None
    values: dict[str, Any] = {
        "instrument": name,
        "exchange": venue.name,
        "underlying": contract.underlying,
        "quote": contract.quote,
        "contract_type": contract.contract_type,
        "expiry": told_moment(one.market["expiry"]) if not perpetual else None,
        **{column: price and price / one.scale for column, price in prices.items()},
        "funding_rate": quote.funding if perpetual else None,
        "interval_hours": venue.hours(one, quote) if perpetual else None,
        "contract_size": size and size * (one.scale if contract.contract_type == "linear" else 1),
        "qty_step": told_number((one.market.get("precision") or {}).get("amount")),
        "min_qty": told_number((limits.get("amount") or {}).get("min")),
        "min_notional": told_number((limits.get("cost") or {}).get("min")),
        "max_leverage": venue.leverage(one),
        "taker_fee": taker,
        "maker_fee": maker,
    }
    if quote.mark is None and quote.last is not None:
        venue.notes.append(f"{venue.name} {name}: futures_price is the last trade's, not the mark")
    if one.scale != 1:
        venue.notes.append(
            f"{venue.name} {name}: is {one.market['base']} there: its prices are divided by "
            f"{one.scale:,.0f}, and contract_size is times that"
        )
    silent = {key: value for key, value in venue.documented(one).items() if values.get(key) is None}
    assumed = dict.fromkeys(silent, _DOCUMENTED)
    assumed |= {} if own else dict.fromkeys(_FEES, _CLIENTS)
    return values | silent, assumed


def kept(venue: Venue, table: str, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a table's columns take; of each other one it is told.

    Args:
        venue: who said so; it is told.
        table: the table's name.
        name: whose row it is.
        values: by column; nothing is left out.
    """
    taken: dict[str, Any] = {}
    for column, value in values.items():
        try:
            if value is not None and TABLES[table].model.columns[column].read(value) is not None:
                taken[column] = value
        except HedgeError as error:
            why = f"{venue.name}: says what cannot be"
            venue.missing.setdefault(why, []).append(f"{column} of {name} ({error.message})")
    return taken


def _sound(venue: Venue, name: str, steps: Sequence[TierStep] | None) -> list[TierStep]:
    """Tiers that begin at 0 and ascend; others are told, and left out."""
    if steps is None:
        return []
    floors = [step.floor for step in steps]
    ascending = floors[:1] == [0] and all(low < high for low, high in pairwise(floors))
    rates = all(0 < step.rate < 1 for step in steps)
    if ascending and rates:
        return list(steps)
    venue.missing.setdefault(f"{venue.name}: tells no whole", []).append(f"tiers of {name}")
    return []
