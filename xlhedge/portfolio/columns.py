"""One column of a portfolio's tables: what it holds, and how one cell of it is read.

A column's words are those of the vocabulary, so a wrong cell in a file reads like a wrong argument
of a function. A model's field carries its column as ``Annotated[float, number("spot_price")]``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, KeysView, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import NoneType
from typing import Any, ClassVar, Self, dataclass_transform, get_type_hints

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import admit_one
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.registry import Parameter
from xlhedge.functions.vocabulary import MOMENT, NAME, quantity_named
from xlhedge.portfolio.values import (
    DecimalComma,
    JsonText,
    Written,
    as_moment,
    as_number,
    as_text,
    is_blank,
    is_truth,
    note_of_moment,
    number_in,
    trimmed,
)
from xlhedge.text import cited, shown

__all__ = ["MOST_PROBLEMS", "Column", "Row", "moment", "number", "text"]

LONGEST_TEXT = 32_767
"""What a cell of a spreadsheet can hold, in UTF-16 units."""

MOST_PROBLEMS = 1_000
"""How much is told of what is wrong with a table: nobody reads more, and it would fill memory."""

# What repeats in a column: names, dates, blanks. Numbers do not, and 0.0 would stand for -0.0.
_REPEATED = {str, Written, DecimalComma, JsonText, datetime, NoneType}
# Excel counts a 29 February 1900 that never was: before it, its days are not ours.
_FIRST_DAY = datetime(1900, 3, 1)
# What XML, and so a workbook, has no place for; and a line break would break a name in two.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ALLOWED = {
    "text": "must be text",
    "date": "must be a date such as 2026-03-27 or 2026-03-27 08:00",
}
_MONEY = ("price", "money", "cost")
"""Looks of numbers that may have a currency beside them."""


def number(name: str, meaning: str = "", blank: str = "", **changes: Any) -> Quantity:
    """The vocabulary's quantity of that name, with what a table says otherwise.

    Args:
        name: the quantity's name.
        meaning: what it means in the table.
        blank: what a blank cell means, where its default does not say it; behind the meaning.
        changes: any other fields of `Quantity`.
    """
    found = quantity_named(name, "a column")
    return replace(found, help=(meaning or found.help) + blank, blank=bool(blank), **changes)


def text(meaning: str, blank: str = "") -> Quantity:
    """A name or any other text; `blank` as of `number`."""
    return Quantity("text", NAME, meaning + blank, blank=bool(blank))


def moment(meaning: str, blank: str = "") -> Quantity:
    """A date-time: naive, and in UTC by convention; `blank` as of `number`."""
    return Quantity("moment", MOMENT, meaning + blank, blank=bool(blank))


@dataclass(slots=True)
class ReadCells:
    """The cells of a column, read.

    Args:
        values: their values, a `HedgeError` in place of each that is wrong.
        wrong: which are wrong.
        noted: those of which to mention how they were read.
        note: what to mention of the first of these.
    """

    values: list[Any]
    wrong: list[int] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    note: str = ""

    def give_up(self, count: int) -> None:
        """Leave the cells unread that are still missing: they share the last error."""
        self.wrong += range(len(self.values), count)
        self.values += self.values[-1:] * (count - len(self.values))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the table, what it holds, and its value when blank.

    Args:
        name: the header, in lower case.
        quantity: what it holds: kind, domain or option words, help with its unit.
        default: the value of a blank cell; `Parameter.empty` if it must be filled.

    Example:
        >>> price = Column("spot_price", number("spot_price"))
        >>> price.read(60_000)
        60000.0
        >>> price.read("ten")
        Traceback (most recent call last):
        xlhedge.errors.HedgeError: spot_price: "ten" is not a number; it must be above 0, such as 60000
    """  # noqa: E501  # the whole line of an error

    name: str
    quantity: Quantity
    default: Any = Parameter.empty
    _parameter: Parameter = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_parameter", Parameter(self.quantity, self.default))

    @property
    def kind(self) -> str:
        """What a cell holds: "number", "word", "text" or "date"."""
        return self.quantity.kind

    @property
    def help(self) -> str:
        """What it means, with its unit, in one line of at most 255 characters."""
        return self.quantity.help

    @property
    def unit(self) -> str:
        """Its unit, or the words it may be."""
        return self.quantity.unit

    @property
    def look(self) -> str:
        """The kind of number that a sheet shows: "price", "money", "percent", ..."""
        return self.quantity.measure.look

    @property
    def required(self) -> bool:
        """Whether a cell of it must be filled."""
        return self.default is Parameter.empty

    @property
    def allowed(self) -> str:
        """What is allowed, as the second half of an error message."""
        return _ALLOWED.get(self.kind) or self.quantity.allowed

    def read(self, value: Any) -> Any:
        """One cell's value: a float, a whole number, text, a naive date-time; None where blank.

        Args:
            value: what the cell holds; a `HedgeError` if its reader knows already what is wrong.

        Raises:
            HedgeError: the cell is wrong; it says what is allowed and names the column.
        """
        return self._read(value)[0]

    def _read(self, value: Any) -> tuple[Any, str]:
        """One cell's value, and what to mention of how it was read."""
        if isinstance(value, HedgeError):
            raise HedgeError(value.message, value.kind, self.name)
        if is_blank(value):
            if self.required:
                raise self._wrong("is empty")
            return None, ""
        note = ""
        if isinstance(value, str):
            value, note = self._read_string(value)
        if self.kind == "text":
            return self._read_text(value), note
        if self.kind == "date":
            moment = self._read_date(value)
            return moment, note_of_moment(value, moment)
        return self._read_number(value), note

    def read_all(self, cells: Sequence[Any]) -> ReadCells:
        """The values of many cells, a `HedgeError` in place of each that is wrong, and which are.

        Behind `MOST_PROBLEMS` wrong cells the others are not read, and share the last error.
        """
        kinds = set(map(type, cells))
        floats = [cell for cell in cells if type(cell) is float] if float in kinds else []
        plain = float if self.kind == "number" and self._holds(floats) else None
        if kinds <= {plain, NoneType} and not (self.required and None in cells):
            # Most columns of a history. There is no minus zero.
            return ReadCells(
                [each if each is None else each + 0.0 for each in cells]
                if 0.0 in floats
                else [*cells]
            )
        if len(kinds) == 1 and kinds <= _REPEATED and (values := self._known(set(cells))):
            return ReadCells([values[cell] for cell in cells])
        known: dict[tuple[type, Any], tuple[Any, str]] = {}
        read = ReadCells([])
        for number, cell in enumerate(cells):
            kind = cell.__class__
            if kind is plain:
                read.values.append(cell + 0.0)
                continue
            key = (kind, cell) if kind in _REPEATED else None
            found = known.get(key) if key else None
            value, note = found or self._tried(cell)
            if key:
                known[key] = value, note
            read.values.append(value)
            if note:
                read.note = read.note or note
                read.noted.append(number)
            if isinstance(value, HedgeError):
                read.wrong.append(number)
                if len(read.wrong) == MOST_PROBLEMS:
                    read.give_up(len(cells))
                    break
        return read

    def _known(self, cells: Collection[Any]) -> dict[Any, Any]:
        """The values of cells of one type; nothing if there is anything to say of one of them."""
        values = {}
        for cell in cells:
            values[cell], note = self._tried(cell)
            if note or isinstance(values[cell], HedgeError):
                return {}
        return values

    def _tried(self, cell: Any) -> tuple[Any, str]:
        """One cell's value, or its error, and what to mention of how it was read."""
        try:
            return self._read(cell)
        except HedgeError as error:
            return error, ""

    def _holds(self, numbers: Sequence[float]) -> bool:
        """Whether its domain holds all of them."""
        least, most = self.quantity.domain.span
        inside = bool(numbers) and least <= min(numbers) and max(numbers) <= most
        return inside and all(map(math.isfinite, numbers))

    def _read_string(self, value: str) -> tuple[str | float, str]:
        clean = trimmed(value)
        if len(clean) * 2 > LONGEST_TEXT and _is_too_long(clean):
            raise HedgeError(
                f"has {len(clean):,} characters; a cell holds at most {LONGEST_TEXT:,}",
                argument=self.name,
            )
        if _CONTROL.search(clean):
            raise self._wrong(f"{cited(clean)} has a control character")
        if self.kind != "number":
            return clean, ""
        return self._read_numeral(clean, value)

    def _read_numeral(self, text: str, cell: str) -> tuple[float, str]:
        """The number that a text is, and what to mention of it."""
        try:
            found = number_in(text, getattr(cell, "marks", ""))
        except HedgeError as error:
            raise HedgeError(error.message, argument=self.name) from None
        if found is None:
            raise self._no_number(text)
        value = shown(found.value + 0.0)
        if found.percent and not self.quantity.measure.share:
            raise HedgeError(f"{cited(text)} is a percentage; write {value}", argument=self.name)
        if found.currency and self.look not in _MONEY:
            raise HedgeError(
                f"{cited(text)} is an amount of money, this is in {self.unit}; write {value} if "
                "that is meant",
                argument=self.name,
            )
        if as_number(text) is None:
            without = "; its currency is not looked at" if found.currency else ""
            return found.value, f"{cited(text)} is read as {value}{without}"
        typeless = getattr(cell, "typeless", False)
        return found.value, "" if typeless else f"{cited(text)} is text, read as {value}"

    def _read_number(self, value: Any) -> Any:
        if is_truth(value):  # a tick box is no quantity
            raise self._no_number(value)
        if self.kind == "word" and len(str(value)) > 40:
            raise self._wrong(f"{cited(value)} is not known")
        try:
            found = admit_one(self._parameter, value)
        except HedgeError as error:  # it names the quantity, people know the column
            raise HedgeError(error.message, error.kind, self.name) from None
        if self.quantity.domain.whole:
            return int(found)
        # A spreadsheet has no minus zero: -0.0 of a JSON file is the 0 that a workbook holds.
        return found if isinstance(found, str) else found + 0.0

    def _read_text(self, value: Any) -> str:
        found = as_text(value)
        if found is None:
            raise self._wrong(f"{cited(value)} is not text")
        return found

    def _read_date(self, value: Any) -> datetime:
        try:
            found = as_moment(value)
        except HedgeError as error:
            raise HedgeError(error.message, argument=self.name) from None
        if found is None:
            raise self._wrong(f"{cited(value)} is not a date")
        if found < _FIRST_DAY:
            raise self._wrong(f"{cited(value)} is before March 1900", CellError.NUM)
        return found

    def _no_number(self, value: Any) -> HedgeError:
        what = f"{cited(value)} is not a number; it {self.quantity.wanted}"
        return HedgeError(what, argument=self.name)

    def _wrong(self, what: str, kind: CellError = CellError.VALUE) -> HedgeError:
        return HedgeError(f"{what}; it {self.allowed}", kind, self.name)


def _is_too_long(text: str) -> bool:
    units = len(text)
    return units > LONGEST_TEXT or units + sum(each > "\uffff" for each in text) > LONGEST_TEXT


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Row:
    """One row of a table: a frozen dataclass whose fields are the columns, in order.

    It keeps the cells that are filled; a blank one has its column's default.

    Raises:
        HedgeError: a cell is wrong; it says what is allowed and names the column.
    """

    columns: ClassVar[Mapping[str, Column]]
    """The columns, in order, each under its name."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, init=False)(cls)
        hints = get_type_hints(cls, include_extras=True)
        cls.columns = {
            name: Column(name, hints[name].__metadata__[0], getattr(cls, name, Parameter.empty))
            for name in cls.__annotations__
        }

    def __init__(self, **cells: Any) -> None:
        if unknown := cells.keys() - self.columns:
            raise TypeError(f"{type(self).__name__} has no column {', '.join(sorted(unknown))}")
        read = {name: column.read(cells.get(name)) for name, column in self.columns.items()}
        vars(self).update((name, value) for name, value in read.items() if value is not None)

    @classmethod
    def of(cls, names: Iterable[str], cells: Iterable[Any]) -> Self:
        """A row of cells that its columns have read already; None where one is blank."""
        row = cls.__new__(cls)
        filled = vars(row)
        for name, cell in zip(names, cells, strict=True):
            if cell is not None:
                filled[name] = cell
        return row

    @property
    def given(self) -> KeysView[str]:
        """The names of the columns that are filled."""
        return vars(self).keys()
