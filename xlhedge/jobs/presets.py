"""Contract terms of five venues as their documentation says them: `contracts.csv` beside this.

A blank there is a term that the documentation does not say of that contract, or says in two ways;
nothing is guessed. Prices, funding rates and maintenance margin rates are never in it. `read` is
the day on which copies of the pages were read, not the day on which the venue last changed them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from xlhedge.errors import Problem
from xlhedge.portfolio import Instrument, Portfolio
from xlhedge.portfolio.values import as_number
from xlhedge.text import shown

__all__ = ["OLD_AFTER", "TERMS", "Preset", "known_presets", "old_terms", "outdated"]

OLD_AFTER = timedelta(days=180)
"""How long after they were read terms are trusted without a word."""

TERMS = (
    "contract_size",
    "qty_step",
    "min_qty",
    "min_notional",
    "interval_hours",
    "mm_basis",
    "liquidation_fee",
    "taker_fee",
    "maker_fee",
)
"""The columns of Instruments that documentation may say."""


@dataclass(frozen=True, slots=True, eq=False)
class Preset:
    """One contract of a venue.

    Args:
        exchange: the venue, as it writes itself.
        instrument: what we call the contract: BTC-PERP, or BTC-INV for an inverse one.
        symbol: what the venue calls it.
        underlying: the coin whose price it follows.
        contract_type: "linear" or "inverse"; all are perpetuals.
        quote: the currency of its prices.
        terms: what its documentation says, by column of Instruments.
        source: the addresses of that documentation, between spaces.
        read: the day on which it was read.
    """

    exchange: str
    instrument: str
    symbol: str
    underlying: str
    contract_type: str
    quote: str
    terms: Mapping[str, str]
    source: str
    read: datetime

    def is_of(self, row: Instrument) -> bool:
        """Whether an instrument has the preset's name and all of its terms: it was filled by it."""
        return (row.exchange.casefold(), row.instrument.casefold()) == (
            self.exchange.casefold(),
            self.instrument.casefold(),
        ) and all(
            getattr(row, column) == (number if (number := as_number(text)) is not None else text)
            for column, text in self.terms.items()
        )


@cache
def known_presets() -> tuple[Preset, ...]:
    """Every preset, venue by venue, the linear contracts first.

    Example:
        >>> dict.fromkeys(preset.exchange for preset in known_presets()).keys()
        dict_keys(['Binance', 'Bybit', 'BingX', 'WEEX', 'MEXC'])
        >>> known_presets()[0].symbol, known_presets()[0].terms["taker_fee"]
        ('BTCUSDT', '0.0005')
    """
    lines = (files("xlhedge.jobs") / "contracts.csv").read_text("utf-8").splitlines()
    return tuple(map(_preset, csv.DictReader(lines)))


def _preset(row: dict[str, str]) -> Preset:
    terms = {column: text for column in TERMS if (text := row.pop(column))}
    read = datetime.fromisoformat(row.pop("read"))
    return Preset(**row, terms=terms, read=read)


def outdated(presets: Iterable[Preset], now: datetime) -> Iterator[tuple[Preset, str]]:
    """Those of some presets that were read too long ago, each with what is to be said of it."""
    for preset in presets:
        age = now - preset.read
        if age > OLD_AFTER:
            why = f"its contract terms are {preset.exchange}'s, read {age.days} days ago on"
            yield preset, f"{why} {shown(preset.read)}; compare them: {preset.source}"


def old_terms(portfolio: Portfolio, now: datetime) -> tuple[Problem, ...]:
    """What the clock says against a portfolio's contracts whose terms are still those of presets.

    Args:
        portfolio: the portfolio.
        now: the time now, without a zone (UTC).
    """
    filled = {
        preset: portfolio.place("Instruments", number, "instrument")
        for number, row in enumerate(portfolio.instruments)
        for preset in known_presets()
        if preset.is_of(row)
    }
    return tuple(Problem(filled[each], why, "instrument") for each, why in outdated(filled, now))
