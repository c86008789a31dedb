"""The command that writes a first book: `xlhedge new`, by options or by questions."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xlhedge.cli.lines import say, warn
from xlhedge.errors import HedgeError, InputError, Stopped
from xlhedge.files import refuse_to_replace

if TYPE_CHECKING:
    from xlhedge.jobs.new_book import Wanted
    from xlhedge.jobs.presets import Preset

__all__ = ["at_terminal", "new"]


def new(
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook to write.")] = Path(
        "my-hedge.xlsx"
    ),
    *,
    holding: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COIN=QUANTITY@PRICE",
            help="A coin you own: BTC=12@60000, or BTC=12@60000,avg_cost=41000; once a coin.",
        ),
    ] = None,
    short: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONTRACT=CONTRACTS@ENTRY",
            help="A short that is open: BTC-PERP=4@61200, or BTC-PERP=4@61200,margin=30000.",
        ),
    ] = None,
    future: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONTRACT=PRICE@FUNDING",
            help="A contract's price and funding per interval: BTC-PERP=60030@0.01%; may go on "
            "with ,mm_rate=0.4% and other columns of Instruments.",
        ),
    ] = None,
    venue: Annotated[
        str, typer.Option(help="Whose contract terms: binance, bybit, bingx, weex or mexc.")
    ] = "",
    market: Annotated[
        Path | None,
        typer.Option(
            help="Terms and prices of contracts as xlhedge market wrote them: a folder, or a file."
        ),
    ] = None,
    horizon: Annotated[
        str, typer.Option(help="Until when it is hedged: a date, or a number of days.")
    ] = "90",
    quote: Annotated[
        str, typer.Option(help="Currency of the prices; the contracts' if left out.")
    ] = "",
    edition: Annotated[
        Literal["addin", "365"],
        typer.Option(help="addin: for the installed functions; 365: they are in the workbook."),
    ] = "addin",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    open_it: Annotated[
        bool, typer.Option("--open", help="Open it with the program that opens workbooks.")
    ] = False,
) -> None:
    """Write your first book, by questions or as typed: xlhedge new --holding BTC=12@60000.

    With --market market, after xlhedge market BTC --venue bybit, nothing else is typed than what
    you own and what is short: --holding BTC=12 --short BTC-PERP=4@61200.
    """
    from xlhedge.jobs.market_tables import MarketTables, market_tables
    from xlhedge.jobs.new_book import Wanted, write_new

    refuse_to_replace(output, force=force, suffix=".xlsx")
    told = market_tables(market) if market else MarketTables()
    typed = tuple(holding or ()), tuple(short or ()), tuple(future or ())
    wanted = Wanted(venue, *typed, horizon, quote, told)
    if market and not (holding or short):
        raise InputError("--market: name what you own, as --holding BTC=12, or what is short")
    if not (holding or short or future):
        wanted = _asked(wanted)
    elif at_terminal():
        wanted = _with_prices(wanted)
    now = datetime.now(UTC).replace(tzinfo=None)
    write_new(output, wanted, now, say, lambda line: warn(f"{output}: {line}"), edition)
    if open_it and typer.launch(str(output)):
        warn(f"{output}: no program that opens it was found; open it yourself")


def at_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


def _with_prices(wanted: Wanted) -> Wanted:
    """What was typed, and the prices that a person at a terminal is asked for."""
    from xlhedge.jobs.new_book import contracts_of, lacking

    contracts = contracts_of(wanted.venue)
    asked = [_future(name, contracts.get(name)) for name in lacking(wanted)]
    return replace(wanted, futures=(*wanted.futures, *asked))


def _asked(wanted: Wanted) -> Wanted:
    """What a person answers, in the words of the options; those are said, to be used again."""
    from xlhedge.jobs.new_book import QUOTE, Wanted, contracts_of
    from xlhedge.jobs.presets import known_presets
    from xlhedge.portfolio.tables import DOLLARS

    venues = list(dict.fromkeys(each.exchange.casefold() for each in known_presets()))
    venue = wanted.venue
    if not contracts_of(venue):
        venue = _ask(f"Venue ({', '.join(venues)})", venues[0], _one_of(venues))
    contracts = contracts_of(venue)
    quote = wanted.quote or _ask("Currency of your prices", QUOTE, _one_of(DOLLARS))
    found: dict[str, list[str]] = {"--holding": [], "--short": [], "--future": []}
    coins: set[str] = set()
    question = "Coin that you own, such as BTC"
    while coin := _ask(question + " (nothing: no more)" * bool(coins), "").upper():
        if coin in coins:
            say(f"{coin} is there already")
            continue
        coins.add(coin)
        names = [name for name, each in contracts.items() if each.underlying == coin]
        for option, word in _answers(coin, names, contracts):
            found[option].append(word)
    horizon = _ask("Hedged until: a date, or a number of days", wanted.horizon, _date)
    words = [word for option, given in found.items() for each in given for word in (option, each)]
    settings = ["--venue", venue, "--horizon", horizon, "--quote", quote]
    say(f"the same without questions: {shlex.join(['xlhedge', 'new', *words, *settings])}")
    holdings, shorts, futures = map(tuple, found.values())
    return Wanted(venue, holdings, shorts, futures, horizon, quote)


def _answers(
    coin: str, names: list[str], contracts: dict[str, Preset]
) -> Iterator[tuple[str, str]]:
    """The options, and what is typed behind them, that the answers about one coin make."""
    quantity = _ask(f"How many {coin}", None, _cell("Holdings", "quantity"))
    price = _ask(f"Price of {coin}", None, _cell("Holdings", "spot_price"))
    question = f"What a {coin} cost on average (nothing: unknown)"
    cost = _ask(question, "", _cell("Holdings", "avg_cost"))
    chosen = ""
    if names:
        choice = f"Contract to hedge it with ({', '.join(names)})"
        chosen = _ask(choice, names[0], _one_of(names)) if len(names) > 1 else names[0]
    words = [f"{coin}={quantity}@{price}", *([f"avg_cost={cost}"] if cost else [])]
    yield "--holding", ",".join([*words, *([f"instrument={chosen}"] if chosen else [])])
    if not chosen:
        return
    preset = contracts[chosen]
    yield "--future", _future(chosen, preset)
    size, linear = preset.terms["contract_size"], preset.contract_type == "linear"
    question = f"Contracts of {chosen} short now, of {size} {coin if linear else 'USD'} each"
    contracts_now = _ask(question, "0", _cell("Shorts", "contracts"))
    if contracts_now.strip("0."):
        question = "Average price at which they were sold"
        entry = _ask(question, None, _cell("Shorts", "entry_price"))
        question = f"Margin posted for them, in {preset.quote if linear else coin}"
        question, least = (question + " (nothing: unknown)", "") if linear else (question, None)
        margin = _ask(question, least, _cell("Shorts", "margin"))
        yield "--short", f"{chosen}={contracts_now}@{entry}" + (f",margin={margin}" * bool(margin))


def _future(name: str, preset: Preset | None) -> str:
    """A contract's price and funding as they are asked for: neither has a default."""
    hours = preset.terms.get("interval_hours", "8") if preset else "8"
    price = _ask(f"Price of {name}", None, _cell("Instruments", "futures_price"))
    question = f"Funding of {name} per {hours} hours, such as 0.01%"
    funding = _ask(question, None, _cell("Instruments", "funding_rate"))
    question = "Its maintenance margin rate, such as 0.4% (nothing: unknown)"
    rate = _ask(question, "", _cell("Instruments", "mm_rate"))
    return f"{name}={price}@{funding}" + (f",mm_rate={rate}" if rate else "")


def _ask(question: str, default: str | None, check: Callable[[str], str] = str.strip) -> str:
    """One answer; it is asked for again until it is one. A default of nothing may be left out."""
    try:
        answer: str = typer.prompt(
            question, default=default, show_default=bool(default), value_proc=check
        )
    except typer.Abort:
        why = "the questions were not answered: nothing was written; options say the same, as in"
        raise Stopped(f"{why} xlhedge new --help") from None
    return answer


def _cell(table: str, column: str) -> Callable[[str], str]:
    """Whether an answer is what that column may hold, refused in the words of a file's check."""
    from xlhedge.portfolio import TABLES
    from xlhedge.portfolio.values import Written

    def check(text: str) -> str:
        try:
            TABLES[table].model.columns[column].read(Written(text))
        except HedgeError as error:
            raise typer.BadParameter(error.message) from None
        return text.strip()

    return check


def _date(text: str) -> str:
    """Whether an answer is a date, or a number of days."""
    from xlhedge.jobs.new_book import horizon_date

    if isinstance(found := horizon_date(text, datetime.now(UTC).replace(tzinfo=None)), HedgeError):
        raise typer.BadParameter(found.message)
    return text.strip()


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        by_fold = {name.casefold(): name for name in names}
        if text.strip().casefold() not in by_fold:
            raise typer.BadParameter(f"type one of {', '.join(names)}")
        return by_fold[text.strip().casefold()]

    return check
