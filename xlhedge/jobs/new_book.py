"""A first book from a few words: what is held and short, with a venue's contract terms filled in.

All of it is read and checked as a file would be, so that whatever is wrong is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from xlhedge.analysis import analyse
from xlhedge.errors import HedgeError, Problem
from xlhedge.jobs.market_tables import MarketTables
from xlhedge.jobs.presets import TERMS, Preset, known_presets, old_terms
from xlhedge.jobs.typed_rows import (
    FUTURE,
    HOLDING,
    SHORT,
    Cells,
    headers_of,
    typed_row,
    typed_table,
)
from xlhedge.portfolio import TABLES, Portfolio
from xlhedge.portfolio.headings import Header, nearest
from xlhedge.portfolio.rows import RawTable
from xlhedge.portfolio.values import Written, as_moment
from xlhedge.samples import SAMPLES
from xlhedge.sheets.context import Edition
from xlhedge.sheets.template import template_book
from xlhedge.text import counted, one_line, shown

__all__ = [
    "HORIZON",
    "QUOTE",
    "Wanted",
    "contracts_of",
    "horizon_date",
    "lacking",
    "new_portfolio",
    "write_new",
]

HORIZON, QUOTE = "90", "USDT"
"""Days that a hedge is meant for, and the currency of prices, where nothing is said."""

_SCENARIOS = "full-hedge"
"""The sample whose scenarios a new book has: they move everything, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new book is to hold, as it was typed.

    Args:
        venue: the venue whose contract terms are filled in.
        holdings: coins that are held.
        shorts: shorts that are open.
        futures: prices and funding of the contracts.
        horizon: a date, or a number of days.
        quote: the currency of prices and values; the contracts' if blank.
        market: what venues told, in the place of terms and prices that are typed.
    """

    venue: str = ""
    holdings: Sequence[str] = ()
    shorts: Sequence[str] = ()
    futures: Sequence[str] = ()
    horizon: str = HORIZON
    quote: str = ""
    market: MarketTables = field(default_factory=MarketTables)


def contracts_of(venue: str) -> dict[str, Preset]:
    """A venue's presets by the name of the contract; none of a venue that there is not."""
    name = venue.strip().casefold()
    return {each.instrument: each for each in known_presets() if each.exchange.casefold() == name}


def lacking(wanted: Wanted) -> list[str]:
    """The contracts that take part and whose price was not typed."""
    return _FirstBook(wanted).unpriced


def new_portfolio(wanted: Wanted, name: str, now: datetime) -> Portfolio:
    """The portfolio that was typed, with the contract terms of its venue.

    Args:
        wanted: what was typed.
        name: what it is called.
        now: the time of its prices, without a zone (UTC).

    Raises:
        PortfolioError: something is wrong, or missing; it holds all that is.

    Example:
        >>> wanted = Wanted("bybit", ["BTC=12@60000"], (), ["BTC-PERP=60030@0.01%"])
        >>> made = new_portfolio(wanted, "Mine", datetime(2026, 11, 27))
        >>> made.instruments[0].qty_step, made.holdings[0].instrument, made.settings.horizon_date
        (0.001, 'BTC-PERP', datetime.datetime(2027, 2, 25, 0, 0))
    """
    book = _FirstBook(wanted)
    as_of = wanted.market.time(book.used) or now
    tables = {
        "Settings": _settings(wanted, book.quote, as_of),
        "Holdings": typed_table(HOLDING, zip(wanted.holdings, book.holdings, strict=True)),
        "Instruments": typed_table(FUTURE, book.instruments()),
        "Shorts": typed_table(SHORT, zip(wanted.shorts, book.shorts, strict=True)),
        "Scenarios": RawTable("Scenarios", headers_of("Scenarios")),
    }
    tables |= wanted.market.of(book.about, book.priced)
    made = Portfolio.from_raw_tables(tables, name, _venue_problems(wanted))
    return replace(made, scenarios=SAMPLES[_SCENARIOS].scenarios, notes=())


def write_new(
    path: Path,
    wanted: Wanted,
    now: datetime,
    say: Callable[[str], None],
    warn: Callable[[str], None],
    edition: Edition = "addin",
) -> None:
    """Write a template filled in with what was typed, whole or not at all, and say what is in it.

    Args:
        path: where to; its folder is made if missing.
        wanted: what was typed.
        now: the time of its prices, without a zone (UTC).
        say: takes a line about what was written, and where its contract terms come from.
        warn: takes a line about what looks wrong.
        edition: where the template's functions are.

    Raises:
        HedgeError: something typed is wrong, or missing.
        OSError: the file cannot be written.
    """
    portfolio = new_portfolio(wanted, path.stem, now)
    analysis = analyse(portfolio)
    template_book(analysis, edition).save(path)
    for said in (*portfolio.warnings, *old_terms(portfolio, now), *analysis.caveats):
        warn(f"warning: {said}")
    settings = portfolio.settings
    say(
        f"wrote {path}: {counted(len(portfolio.holdings), 'holding')}, "
        f"{counted(len(portfolio.shorts), 'short')}, "
        f"prices of {settings.as_of:%Y-%m-%d %H:%M} UTC, "
        f"horizon {settings.horizon_date:%Y-%m-%d} ({analysis.days:.0f} days)"
    )
    for line in _sizes(portfolio):
        say(line)
    market = wanted.market
    there = f"in {market.name}" if market.contracts else "among the presets"
    for row in portfolio.holdings:
        if row.instrument is None:
            say(f"{row.asset}: no contract of it is {there}; it is not hedged")
    if market.left:
        say(f"{market.name}: left out: {', '.join(market.left)}; positions come in with --into")
    for line in _origin(portfolio, {} if market.contracts else contracts_of(wanted.venue)):
        say(line)
    say(f"next: fill what is blank in Instruments, then xlhedge check {path}")


def _sizes(portfolio: Portfolio) -> Iterator[str]:
    """What shorts are in coins, where a contract is not one coin: a slip there is a large one."""
    for row in portfolio.shorts:
        future = portfolio.instrument(row.instrument)
        if future.contract_type == "linear" and future.contract_size != 1:
            coins = shown(float(f"{row.contracts * future.contract_size:.12g}"))
            size = shown(future.contract_size)
            noun = "contract" if row.contracts == 1 else "contracts"
            of_each = f"{shown(row.contracts)} {noun} of {size} {future.underlying} each"
            yield f"{row.instrument}: {of_each}: {coins} {future.underlying}"


def _origin(portfolio: Portfolio, contracts: Mapping[str, Preset]) -> Iterator[str]:
    """Where the terms of a book's contracts come from, and which are left blank."""
    sources: dict[str, None] = {}
    for future in portfolio.instruments:
        if preset := contracts.get(future.instrument):
            blank = [each for each in (*TERMS, "mm_rate") if each not in future.given]
            yield (
                f"{future.instrument}: terms of {preset.exchange}'s {preset.symbol} as read in its "
                f"documentation on {preset.read:%Y-%m-%d}; not found there, so blank: "
                f"{', '.join(blank)}"
            )
            sources |= dict.fromkeys(preset.source.split())
    yield from (f"  {source}" for source in sources)


class _FirstBook:
    """What was typed, and the contracts that take part.

    Attributes:
        holdings: cells by column, or what is wrong, of each holding.
        shorts: the same of each short.
        futures: the same of each future.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._market = wanted.market.contracts
        self._presets = {} if self._market else contracts_of(wanted.venue)
        self._names = {
            each.instrument.casefold(): each.instrument for each in self._presets.values()
        }
        self._names |= {each.symbol.casefold(): name for name, each in self._presets.items()}
        self._names |= {name.casefold(): name for name in self._market}
        self.futures = [typed_row(FUTURE, text) for text in wanted.futures]
        own = [row for row in _good(self.futures) if row.get("underlying")]
        for row in own:
            row["underlying"] = Written(row["underlying"].upper())
        self._own = {str(row["instrument"]).casefold(): row for row in own}
        self._names |= {name: str(row["instrument"]) for name, row in self._own.items()}
        self.shorts = [typed_row(SHORT, text) for text in wanted.shorts]
        for row in _good((*self.futures, *self.shorts)):
            row["instrument"] = self._contract(row["instrument"])
        self.priced: dict[str, str] = {}
        self.holdings = [typed_row(HOLDING, text) for text in wanted.holdings]
        for row in _good(self.holdings):
            row["asset"] = Written(row["asset"].upper())
            self._price(row)
            typed = row.get("instrument")
            row["instrument"] = self._contract(typed) if typed else self._usual(row["asset"])

    def _price(self, row: Cells) -> None:
        """A coin's price by the index of its contracts, where none was typed."""
        found = self._wanted.market.index(row["asset"])
        if found and isinstance(row["spot_price"], HedgeError):
            row["spot_price"], self.priced[row["asset"]] = found

    def _contract(self, typed: str) -> str | HedgeError:
        """The contract that is meant; what to type instead where there is none."""
        if found := self._names.get(typed.casefold()):
            return found
        if not (self._presets or self._market):
            return HedgeError("")  # what is wrong with the venue is told once
        near = nearest(typed, self._names.values())
        meant = f'did you mean "{near}"? ' if near else ""
        return HedgeError(
            f'"{one_line(typed)}" is none of the {self._whose}; {meant}they are '
            f"{', '.join(self._market or self._presets)}; of another say its coin: --future "
            f"{one_line(typed)}=PRICE@FUNDING,underlying=COIN,contract_size=SIZE"
        )

    def _usual(self, asset: str) -> str | None:
        """The contract that hedges a coin: one that was named, or else the venue's linear one."""
        coins = {name: each.underlying for name, each in self._presets.items()}
        coins |= {name: str(row.get("underlying")) for name, row in self._market.items()}
        coins |= {str(row["instrument"]): row["underlying"] for row in self._own.values()}
        named = [row["instrument"] for row in _good((*self.shorts, *self.futures))]
        names = [each for each in (*named, *coins) if isinstance(each, str)]
        return next((each for each in names if coins.get(each) == asset), None)

    @property
    def _whose(self) -> str:
        market = self._wanted.market
        return f"contracts in {market.name}" if self._market else f"presets of {self._exchange}"

    @property
    def _exchange(self) -> str:
        return next((each.exchange for each in self._presets.values()), self._wanted.venue)

    @property
    def used(self) -> dict[str, None]:
        """The contracts that are short, priced, or hedge a holding, in that order."""
        rows = _good((*self.shorts, *self.futures, *self.holdings))
        names = [row["instrument"] for row in rows]
        return dict.fromkeys(name for name in names if isinstance(name, str))

    @property
    def unpriced(self) -> list[str]:
        """Those of them that no future was typed for, if only a wrong one."""
        heads = (text.partition("=")[0].strip().casefold() for text in self._wanted.futures)
        given = {self._names.get(head) for head in heads} | self._market.keys()
        return [name for name in self.used if name not in given]

    @property
    def about(self) -> set[str]:
        """The contracts that take part, and the coins that are held, or that those follow."""
        coins = {str(row["asset"]) for row in _good(self.holdings)}
        followed = {str(self._market.get(name, {}).get("underlying")) for name in self.used}
        return {*self.used, *coins, *followed}

    @property
    def quote(self) -> str:
        """The currency of prices: what was typed, or else that of the first contract."""
        if typed := self._wanted.quote.strip():
            return typed.upper()
        quotes = [self._presets[name].quote for name in self.used if name in self._presets]
        told = (self._market.get(name, {}).get("quote") for name in self.used)
        quotes += [str(each) for each in told if each]
        return quotes[0] if quotes else QUOTE

    def instruments(self) -> Iterable[tuple[str, Cells | HedgeError]]:
        """The rows of Instruments, each behind what was typed of it."""
        for text, row in zip(self._wanted.futures, self.futures, strict=True):
            yield text, self._filled(row) if isinstance(row, dict) else row
        typed = {row["instrument"] for row in _good(self.futures)}
        for name in self.used:
            if name in self._market and name not in typed:
                yield f"{self._wanted.market.name} {name}", self._filled({"instrument": name})
        for name in self.unpriced:
            why = f"it is not given; add --future {name}=PRICE@FUNDING, funding such as 0.01%"
            price = {"futures_price": HedgeError(why), "funding_rate": HedgeError("")}
            yield name, self._filled({"instrument": name, **price})

    def _filled(self, row: Cells) -> Cells:
        """A row of Instruments with its preset's terms, where nothing else was typed."""
        name = row["instrument"]
        preset = self._presets.get(name) if isinstance(name, str) else None
        filled: Cells = {"exchange": self._exchange}
        told = self._market.get(name, {}) if isinstance(name, str) else {}
        filled |= {each: value for each, value in told.items() if each != "quote"}
        if told.get("quote") != self.quote:
            filled |= {"quote": told["quote"]} if told.get("quote") else {}
        if preset is not None:
            filled |= {column: Written(text) for column, text in preset.terms.items()}
            filled |= {"underlying": preset.underlying, "contract_type": preset.contract_type}
            filled |= {"quote": preset.quote} if preset.quote != self.quote else {}
        elif not isinstance(name, str):
            filled["underlying"] = HedgeError("")  # of a contract that is not known
        return filled | row


def _good(rows: Iterable[Cells | HedgeError]) -> list[Cells]:
    """The rows whose cells are known."""
    return [row for row in rows if not isinstance(row, HedgeError)]


def _settings(wanted: Wanted, quote: str, now: datetime) -> RawTable:
    as_of = now.replace(second=0, microsecond=0)
    rows = {
        "as_of": ("Settings", as_of),
        "quote_currency": (f"--quote {quote}", quote),
        "horizon_date": (f"--horizon {wanted.horizon}", horizon_date(wanted.horizon, as_of)),
    }
    headers = [Header(name, "", "") for name in TABLES["Settings"].headers]
    cells = [[name, value] for name, (_, value) in rows.items()]
    return RawTable("", headers, cells, [one_line(place) for place, _ in rows.values()])


def horizon_date(text: str, as_of: datetime) -> datetime | HedgeError:
    """The date that is meant by a date, or by a number of days from another; what is wrong else.

    Example:
        >>> horizon_date("90", datetime(2026, 11, 27)), horizon_date("2027-03-01", datetime.min)
        (datetime.datetime(2027, 2, 25, 0, 0), datetime.datetime(2027, 3, 1, 0, 0))
    """
    if days := re.fullmatch(r"\s*(\d{1,4})\s*(?:d|days?)?\s*", text):
        return as_of + timedelta(days=int(days[1]))
    try:
        known = as_moment(text)
    except HedgeError as error:
        return error
    why = f'"{one_line(text)}" is neither a date, such as 2026-06-30, nor days, such as {HORIZON}'
    return known or HedgeError(why)


def _venue_problems(wanted: Wanted) -> list[Problem]:
    venue = wanted.venue
    if contracts_of(venue) or (wanted.market.contracts and not venue.strip()):
        return []
    venues = list(dict.fromkeys(each.exchange.casefold() for each in known_presets()))
    near = nearest(venue, venues) if venue else None
    meant = f'did you mean "{near}"? ' if near else ""
    what = f'"{one_line(venue)}" is not known' if venue.strip() else "it is not given"
    return [Problem("--venue", f"{what}; {meant}write one of {', '.join(venues)}")]
