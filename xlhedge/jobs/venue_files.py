"""One file that a venue lets people download, read by the form that its headings tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xlhedge.errors import HedgeError, PortfolioError, Problem
from xlhedge.market.forms import HEADINGS, Deed, FileForm, form_of, heading_and_zone, known
from xlhedge.portfolio.values import as_moment, is_blank, number_in, trimmed
from xlhedge.readers import Limits
from xlhedge.readers.csv_lines import CsvLines, csv_lines
from xlhedge.text import cited, one_line, shown

__all__ = ["Entry", "VenueFile", "read_venue_file"]

_AMOUNTS = ("fee", "realised", "funding", "change", "balance")
_MONEY = (*_AMOUNTS, "price")
"""What may have a currency beside it; a quantity with one would be a value."""
_WITH_CURRENCY = re.compile("(.*?[0-9.,]) *([A-Za-z][A-Za-z0-9]*)")  # 0.0368USDT
_LARGEST = 1e15
"""The most of anything that a line may tell; what is larger is no number of a venue's."""
_SMALLEST = 1e-15  # of a price
_FIRST, _LAST = 2009, 2200
"""The years of trades: there was no coin before."""
_ABOVE = 5  # lines that may stand above the headings: whose file it is
_SIDES: Mapping[str, tuple[int, str]] = {
    "buy": (1, ""),
    "sell": (-1, ""),
    "open long": (1, "long"),
    "close long": (-1, "long"),
    "open short": (-1, "short"),
    "close short": (1, "short"),
    "liquidation long": (-1, "long"),
    "liquidation short": (1, "short"),
    "liquidate long": (-1, "long"),
    "liquidate short": (1, "short"),
}
"""What a word does: buys or sells, and of which leg."""
_SWAPPED: Mapping[str, tuple[int, str]] = {
    "buy long": (1, "long"),
    "sell long": (-1, "long"),
    "buy short": (-1, "short"),
    "sell short": (1, "short"),
}
"""The same where "buy short" opens a short."""

_NUMBERS = (
    "quantity",
    "contracts",
    "price",
    "realised",
    "position",
    "funding",
    "change",
    "balance",
    "leverage",
)
"""What is a number, but the fee, which may have its currency behind it."""


class Entry(NamedTuple):
    """One line of a file.

    Args:
        place: where it stands: ``trades.csv:7``.
        line: its cells that are read, by what stands in them, as written.
        deed: what it tells.
        time: when it was, in UTC.
        numbers: the numbers in it that are there, by what they are; signs as the venue has them.
        symbol: the contract, as the venue writes it.
        side: 1 where bought, -1 where sold, 0 where it is no trade.
        leg: "long" or "short" where that is told.
        asset: the currency of the amount, or of the fee.
    """

    place: str
    line: tuple[str, ...]
    deed: Deed
    time: datetime
    numbers: Mapping[str, float]
    symbol: str
    side: int
    leg: str
    asset: str

    def decimal(self, name: str) -> Decimal | None:
        """A number, exactly as it was written; none where it is not there."""
        value = self.numbers.get(name)
        return None if value is None else Decimal(repr(value))


@dataclass(slots=True)
class VenueFile:
    """What one file says.

    Args:
        name: its name.
        form: what kind of file it is.
        entries: its lines, oldest first.
        problems: what is wrong with it.
        skipped: kinds of lines that are not known, and how many there are.
        notes: how it was read.
    """

    name: str
    form: FileForm
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def read_venue_file(path: Path, content: bytes, limits: Limits, venue: str = "") -> VenueFile:
    """Read a file that a venue lets people download.

    Args:
        path: its name; a time zone in it, as in ``(UTC+8)``, holds where no heading tells one.
        content: its bytes.
        limits: how much of it may be read.
        venue: whose it is, if that is known.

    Raises:
        PortfolioError: it is no CSV file, or its headings are not known.
    """
    name = one_line(path.name)
    read = csv_lines(name, content, HEADINGS, limits, above=_ABOVE)
    at, form = _headings(name, read, venue)
    found = VenueFile(name, form, notes=[f"{name}: {read.note}"] if read.note else [])
    if form.nothing:
        return found
    split = [heading_and_zone(each) for each in read.lines[at][1]]
    columns = form.meanings([heading for heading, _ in split])
    told = split[columns["time"]][1] or "".join(re.findall(r"\((UTC[^)]*)\)", path.name)[:1])
    if not told:
        found.notes.append(
            f"{name}: neither its headings nor its name tell a time zone; UTC is taken"
        )
    titles = [trimmed(each) for each in read.lines[at][1]]
    reader = _Lines(found, columns, titles, _zone(told, name), read.kind)
    for number, cells in read.lines[at + 1 :]:
        reader.read(f"{name}:{number}", cells)
    times = [entry.time for entry in found.entries]
    if times and times[0] > times[-1]:  # newest first; of one second the later stands above
        found.entries.reverse()
    found.entries.sort(key=lambda entry: entry.time)
    return found


def _headings(name: str, read: CsvLines, venue: str) -> tuple[int, FileForm]:
    """Which line has the headings, and of which form."""
    for at, (_, cells) in enumerate(read.lines[: 1 + _ABOVE]):
        form = form_of((heading_and_zone(each)[0] for each in cells), venue)
        if form:
            return at, form
    first = ", ".join(trimmed(each) for each in read.lines[0][1][:4])
    why = f'its headings are not known ("{one_line(first)}"); known are {known(venue)}'
    raise PortfolioError([Problem(f"{name}:{read.lines[0][0]}", why)])


def _zone(told: str, name: str) -> tzinfo | None:
    """The time zone that a heading or a file's name tells; none of UTC itself."""
    if "/" in told:
        try:
            return ZoneInfo(told)
        except (ZoneInfoNotFoundError, ValueError):
            raise PortfolioError([Problem(name, f'its time zone "{told}" is not known')]) from None
    found = re.fullmatch(r"UTC-?([+-]?)([0-9]{1,2})(?::?([0-9]{2}))?", told)
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    # Binance's files of UTC-6 are named (UTC--6).
    return timezone(-offset if "-" in told else offset)


class _Lines:
    """Reads the lines of a file, each into an entry or into what is wrong with it."""

    def __init__(
        self,
        found: VenueFile,
        columns: Mapping[str, int],
        titles: list[str],
        zone: tzinfo | None,
        kind: type[str],
    ) -> None:
        self._found, self._form = found, found.form
        self._columns, self._titles, self._zone, self._kind = columns, titles, zone, kind

    def read(self, place: str, cells: list[str]) -> None:
        """Read one line."""
        try:
            entry = self._entry(place, cells)
        except HedgeError as error:
            self._found.problems.append(Problem(place, error.message, error.argument or ""))
            return
        if entry:
            self._found.entries.append(entry)

    def _entry(self, place: str, cells: list[str]) -> Entry | None:
        width = len(self._titles)
        if len(cells) != width and any(not is_blank(each) for each in cells[width:]):
            raise HedgeError(f"it has {len(cells)} cells, its headings are {width}")
        texts = {
            what: self._kind(trimmed(cells[at]) if at < len(cells) else "")
            for what, at in self._columns.items()
        }
        texts = {what: text for what, text in texts.items() if text not in ("", "-", "--")}
        deed = self._deed(texts)
        if deed is None:
            return None
        side, leg = self._side(texts) if deed == "trade" else (0, "")
        numbers = {what: self._number(what, texts[what]) for what in _NUMBERS if what in texts}
        if deed == "trade" and numbers.get("price", 1) < _SMALLEST:
            raise self._wrong("price", f"{cited(str(texts['price']))} must be above 0")
        fee, fee_asset = self._fee(texts)
        if fee is not None:
            numbers["fee"] = fee
        if "funding" in numbers:
            numbers["funding"] *= self._form.funding_sign
        self._needed(deed, texts)
        self._adds_up(deed, numbers)
        return Entry(
            place,
            tuple(texts.values()),
            deed,
            self._time(texts),
            numbers,
            str(texts.get("symbol", "")).upper(),
            side,
            leg,
            (fee_asset or str(texts.get("asset", ""))).upper(),
        )

    def _deed(self, texts: Mapping[str, str]) -> Deed | None:
        """What a line tells; none where it is of no matter."""
        form = self._form
        if "deed" in form.columns.values():
            word = texts.get("deed", "")
            deed = form.deeds.get(" ".join(word.split()).casefold())
            if deed is None:
                self._found.skipped[word] += 1
                deed = "other"
        else:
            deed = form.deed
        if deed == "trade" and "effect" in form.columns.values() and "effect" not in texts:
            deed = "other"  # a spot trade
        if deed == "trade" and self._number("quantity", texts.get("quantity", "1")) == 0:
            deed = "other"  # an order of which nothing was filled
        tells = deed != "other" or "balance" in texts
        return deed if tells else None

    def _side(self, texts: Mapping[str, str]) -> tuple[int, str]:
        words = _SWAPPED if self._form.swapped else _SIDES
        word = texts.get("side", "")
        found = words.get(" ".join(word.replace("_", " ").split()).casefold())
        if found is None:
            raise self._wrong("side", f'"{one_line(word)}" is none of {", ".join(words)}')
        side, leg = found
        told = texts.get("leg", "").casefold()
        if told in ("long", "short"):
            leg = told
        if "effect" in texts:
            opens = texts["effect"].casefold() == "open"
            leg = "long" if opens == (side > 0) else "short"
        return side, leg

    def _needed(self, deed: Deed, texts: Mapping[str, str]) -> None:
        if "balance" in texts and "asset" not in texts:
            raise self._wrong("asset", "is empty")
        needs = {"trade": ("symbol", "quantity", "price"), "funding": ("symbol", "funding")}
        for what in needs.get(deed, ()):
            if what not in texts:
                raise self._wrong(what, "is empty")

    def _adds_up(self, deed: Deed, numbers: Mapping[str, float]) -> None:
        """That a log's signs are what we take them for: its own change is the sum of its parts."""
        change = numbers.get("change")
        if deed == "other" or change is None:
            return
        parts = [numbers.get(what, 0.0) for what in ("realised", "funding", "fee")]
        total = parts[0] + parts[1] - parts[2]
        if abs(change - total) > 1e-6 * sum(map(abs, parts)) + 1e-8:
            raise self._wrong("change", f"{shown(change)} is not the sum of its parts, {total:.8g}")

    def _number(self, what: str, text: str) -> float:
        plain = text[:-1] if what == "leverage" and text[-1:] in "xX" else text
        if what in _AMOUNTS and (amount := _WITH_CURRENCY.fullmatch(text)):
            plain = self._kind(amount[1])
        try:
            found = number_in(plain, getattr(text, "marks", "."))
        except HedgeError as error:
            raise self._wrong(what, error.message) from None
        if found is None or found.percent or (found.currency and what not in _MONEY):
            raise self._wrong(what, f"{cited(text)} is not a number")
        if not abs(found.value) <= _LARGEST:
            raise self._wrong(what, f"{cited(text)} is too large")
        return abs(found.value) if what == "quantity" else found.value

    def _fee(self, texts: Mapping[str, str]) -> tuple[float | None, str]:
        """The fee paid, and its currency, which may stand behind it: 0.0368USDT."""
        text = texts.get("fee")
        if text is None:
            return None, ""
        found = _WITH_CURRENCY.fullmatch(text)
        asset = found[2] if found else str(texts.get("fee_asset", ""))
        return self._number("fee", text) * self._form.fee_sign, asset

    def _time(self, texts: Mapping[str, str]) -> datetime:
        text = texts.get("time", "")
        if self._form.short_years and re.match("[0-9]{2}-[0-9]{2}-[0-9]{2} ", text):
            text = f"20{text}"
        try:
            found = as_moment(str(text))
        except HedgeError as error:
            raise self._wrong("time", error.message) from None
        if found is None:
            raise self._wrong("time", f"{cited(str(text))} is not a date and time")
        if not _FIRST <= found.year <= _LAST:
            raise self._wrong("time", f"{cited(str(text))} is no time of a trade")
        if self._zone is None or re.search("(Z|UTC|GMT|:[0-9.]+ ?[+-][0-9:]+)$", text):
            return found
        return found.replace(tzinfo=self._zone).astimezone(UTC).replace(tzinfo=None)

    def _wrong(self, what: str, why: str) -> HedgeError:
        return HedgeError(
            why, argument=self._titles[self._columns[what]] if what in self._columns else what
        )
