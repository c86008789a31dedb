"""What numbers mostly are: each band is said once, and asked by readers, figures and cells.

A number beyond a band is allowed, and looks mistyped. Bands of one cell are those of its quantity
(`Quantity.usual`); those between the cells of a row stand here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any, Literal

from xlhedge.functions.algebra import Carrier, Expression, absolute, where
from xlhedge.functions.quantity import Domain
from xlhedge.portfolio.columns import Column
from xlhedge.portfolio.tables import TABLES
from xlhedge.text import as_percent, percent, shown

__all__ = ["BANDS", "TOTALS", "Band", "BandCells", "Concern"]

Concern = Literal["order", "margin", "unwind"]
"""What is advised: to trade, to add margin, to take a hedge off."""

_APART, _LARGEST_MARGIN, _OFF = 5, 5, 2  # times
_SPOT_FROM_INDEX, _FUTURE_FROM_INDEX = 0.05, 0.25

TOTALS = {
    *("total", "totals", "grand total", "subtotal", "sum"),
    *("summe", "gesamt", "insgesamt", "gesamtsumme", "somme", "suma", "totale", "totaal"),
    *("итого", "合计", "合計"),
}
"""How a row of sums under a table is called, by spreadsheets and by people, in small letters."""

_COINS = ({"btc", "xbt", "wbtc", "cbbtc"}, {"eth", "weth", "steth"})
"""Names of one coin, in small letters."""


class BandCells:
    """The cells that a band looks at, by name; a blank one is "" or what its column says.

    "entry_price" is the row's own, "instrument.futures_price" its instrument's, "settings.as_of" a
    setting; "inverse" says whether the contract is, "spot" is what the underlying costs where it is
    held, "index" the index price or that, "underlying" what a holding moves with, "exposed" the
    value of the holdings, times their betas, that move with what the row's instrument does.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def __getitem__(self, name: str) -> Carrier:
        if name == "index":
            own, spot = self.own("index_price"), self.spot()
            return where(own == "", spot, own)
        if name in ("inverse", "spot", "underlying", "exposed"):
            return getattr(self, name)()
        look, column, default = _column(self.table, name)
        value = getattr(self, look)(column)
        return value if default is None else where(value == "", default, value)

    def own(self, column: str) -> Carrier:
        """A cell of the row; in Settings it is a setting."""
        raise NotImplementedError

    def term(self, column: str) -> Carrier:
        """A cell of the row's instrument."""
        raise NotImplementedError

    def setting(self, name: str) -> Carrier:
        """What a setting says."""
        raise NotImplementedError

    def inverse(self) -> Carrier:
        """Whether the row's instrument is."""
        raise NotImplementedError

    def spot(self) -> Carrier:
        """The spot price of the holding that is the instrument's underlying, in its quote."""
        raise NotImplementedError

    def underlying(self) -> Carrier:
        """What a holding moves with."""
        raise NotImplementedError

    def exposed(self) -> Carrier:
        """What the holdings are worth, times beta, that move with the row's instrument."""
        raise NotImplementedError


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


@dataclass(frozen=True, slots=True)
class Band:
    """One band, over the cells of a row.

    Args:
        table: whose rows are asked.
        column: the cell to look at first.
        title: what is counted on the template's first sheet.
        remedy: what to do about it, there.
        cells: what it looks at, as `BandCells` names it; where one is blank, it is not asked.
        odd: whether those are beyond it: of numbers, of references, of whole columns.
        said: what it means and what is probably meant, of numbers.
        concerns: what advice is worked out with them.
    """

    table: str
    column: str
    title: str
    remedy: str
    cells: tuple[str, ...]
    odd: Callable[..., Carrier]
    said: Callable[..., str]
    concerns: tuple[Concern, ...] = ()

    def beyond(self, cells: BandCells) -> Carrier:
        """1 where a row is beyond it, else 0."""
        values = [cells[name] for name in self.cells]
        blank = _may_be_blank(self.table, self.cells)
        asked = [value != "" for value, may in zip(values, blank, strict=True) if may]
        given = reduce(operator.and_, asked or [True])
        return where(given, lambda: where(self.odd(*values), 1, 0), 0)


@cache
def _column(table: str, name: str) -> tuple[str, str, float | None]:
    """How a cell is asked for, its column, and what stands for a blank one, if a number does."""
    where_from, _, column = name.rpartition(".")
    look = {"": "own", "instrument": "term", "settings": "setting"}[where_from]
    own = {"": table, "instrument": "Instruments", "settings": "Settings"}[where_from]
    default = TABLES[own].model.columns[column].default
    filled = own == "Settings" or not _is_number(default)  # settings bring their defaults
    return look, column, None if filled else default


@cache
def _may_be_blank(table: str, cells: tuple[str, ...]) -> tuple[bool, ...]:
    """Of each cell whether it may be blank, and then has no value."""
    return tuple(_has_no_default(table, name) for name in cells)


def _has_no_default(table: str, name: str) -> bool:
    if name in ("inverse", "underlying", "exposed") or name.startswith("settings."):
        return False
    own = "Instruments" if name.startswith("instrument.") else table
    column = TABLES[own].model.columns.get(name.rpartition(".")[2])
    return column is None or not _is_number(column.default)


def _too_far(entry: float, mark: float) -> str:
    off = _times(max(entry, mark), min(entry, mark))
    return (
        f"{shown(entry)} is {off} off the mark price, {shown(mark)}: a digit too many or too few, "
        "or a price of 1,000 coins"
    )


def _apart(one: Carrier, other: Carrier, times: float) -> Carrier:
    return (one > times * other) | (other > times * one)


def _times(larger: float, smaller: float) -> str:
    times = larger / smaller
    return f"{times:,.0f} times" if times >= 100 else f"{times:.3g} times"


def _coins(contracts: Carrier, size: Carrier, price: Carrier) -> Carrier:
    """What an inverse position is worth."""
    return absolute(contracts) * size / price


def _quote(contracts: Carrier, size: Carrier, price: Carrier) -> Carrier:
    """What a linear position is worth."""
    return absolute(contracts) * size * price


def _too_many_coins(
    margin: Carrier, contracts: Carrier, size: Carrier, mark: Carrier, inverse: Carrier
) -> Carrier:
    value = _coins(contracts, size, mark)
    return inverse & (value > 0) & (margin > _LARGEST_MARGIN * value)


def _too_much_quote(
    margin: Carrier, contracts: Carrier, size: Carrier, mark: Carrier, inverse: Carrier
) -> Carrier:
    value = where(inverse, 0, _quote(contracts, size, mark))
    return (value > 0) & (margin > _LARGEST_MARGIN * value)


def _coins_said(margin: float, contracts: float, size: float, mark: float, _: object) -> str:
    value = _coins(contracts, size, mark)
    return (
        f"{shown(margin)} is margin in coins, {_times(margin, value)} the position, {value:,.6g}; "
        f"if it is in quote, type {margin / mark:.6g}, which is that in coins"
    )


def _quote_said(margin: float, contracts: float, size: float, mark: float, _: object) -> str:
    value = _quote(contracts, size, mark)
    return (
        f"{shown(margin)} is {_times(margin, value)} the position, {value:,.6g}; the margin of a "
        "linear contract is in quote"
    )


def _opened_at(contracts: Carrier, size: Carrier, entry: Carrier, inverse: Carrier) -> Carrier:
    return where(
        inverse,
        lambda: _coins(contracts, size, entry),
        lambda: _quote(contracts, size, entry),
    )


def _does_not_carry(margin: Carrier, leverage: Carrier, *position: Carrier) -> Carrier:
    return _apart(margin * leverage, _opened_at(*position), _OFF)


def _does_not_carry_said(margin: float, leverage: float, *position: float) -> str:
    return (
        f"{shown(margin)} at {shown(leverage)}× is a position of {margin * leverage:,.6g}; this "
        f"one was {_opened_at(*position):,.6g}: margin, leverage or contracts is mistyped"
    )


def _among(text: Carrier, names: set[str]) -> Carrier:
    if isinstance(text, Expression):
        return sum(text == name for name in sorted(names)) > 0
    return text.casefold() in names


def _one_coin(asset: Carrier, underlying: Carrier, beta: Carrier) -> Carrier:
    alike = (_among(asset, names) & _among(underlying, names) for names in _COINS)
    return reduce(operator.or_, alike) & (asset != underlying) & (beta == 1)


def _colon(names: set[str]) -> set[str]:
    return names | {f"{name}:" for name in names}


_POSITION = ("contracts", "instrument.contract_size")
_BETWEEN = (
    Band(
        "Holdings",
        "asset",
        "Coins under two names",
        "A holding is hedged as another name of its coin: give it one name, as a scenario moves "
        "each name by itself.",
        ("asset", "underlying", "beta"),
        _one_coin,
        lambda asset, underlying, _: (
            f'"{asset}" is hedged as "{underlying}": if they are one coin, give it one name; a '
            "scenario moves each name by itself"
        ),
    ),
    Band(
        "Holdings",
        "asset",
        "Totals among the holdings",
        "A row of sums counts as one more holding: delete it.",
        ("asset",),
        lambda asset: _among(asset, _colon(TOTALS)),
        lambda asset: f'"{asset}" counts as a holding; if it is a sum of the rows, delete it',
        ("order",),
    ),
    Band(
        "Instruments",
        "index_price",
        f"Index prices more than {percent(_SPOT_FROM_INDEX)} off the spot price",
        "index_price and the spot_price of the underlying are of one coin: correct the one that is "
        "old or of another coin.",
        ("index_price", "spot"),
        lambda index, spot: absolute(index / spot - 1) > _SPOT_FROM_INDEX,
        lambda index, spot: (
            f"{shown(index)} is {percent(index / spot - 1)} off the spot_price of the underlying, "
            f"{shown(spot)}; one of them is old, or of another coin"
        ),
        ("order",),
    ),
    Band(
        "Instruments",
        "futures_price",
        f"Futures prices more than {percent(_FUTURE_FROM_INDEX)} off the index price",
        "futures_price and index_price (or the spot_price) are of one coin: correct the one that "
        "is old or of another coin.",
        ("futures_price", "index"),
        lambda future, index: absolute(future / index - 1) > _FUTURE_FROM_INDEX,
        lambda future, index: (
            f"{shown(future)} is {percent(future / index - 1)} off the index price, "
            f"{shown(index)}; one of them is old, or of another coin"
        ),
        ("order", "margin"),
    ),
    Band(
        "Shorts",
        "contracts",
        "Long futures that add to the exposure",
        "contracts below 0 are a long future, which hedges only coins below 0, or of a beta below "
        "0; a short is above 0.",
        ("contracts", "exposed"),
        lambda contracts, exposed: (contracts < 0) & (exposed >= 0),
        lambda contracts, _: (
            f"{shown(contracts)} is a long future, which adds to the exposure: nothing is held "
            f"that moves the other way; if it is a short, type {shown(-contracts)}"
        ),
    ),
    Band(
        "Shorts",
        "entry_price",
        f"Entry prices more than {_APART} times off the mark",
        "entry_price and futures_price are in one unit: look for a digit too many, or for an "
        "instrument of 1,000 coins.",
        ("entry_price", "instrument.futures_price"),
        lambda entry, mark: _apart(entry, mark, _APART),
        _too_far,
        ("order", "margin", "unwind"),
    ),
    Band(
        "Shorts",
        "margin",
        f"Margin in coins above {_LARGEST_MARGIN} times the position",
        "The margin of an inverse contract is in coins, not in quote.",
        ("margin", *_POSITION, "instrument.futures_price", "inverse"),
        _too_many_coins,
        _coins_said,
        ("order", "margin"),
    ),
    Band(
        "Shorts",
        "margin",
        f"Margin in quote above {_LARGEST_MARGIN} times the position",
        "The margin of a linear contract is in quote; contracts may be mistyped, too.",
        ("margin", *_POSITION, "instrument.futures_price", "inverse"),
        _too_much_quote,
        _quote_said,
        ("margin",),
    ),
    Band(
        "Shorts",
        "leverage",
        "Leverage above max_leverage",
        "leverage is the position's value ÷ its margin: 10 for 10×.",
        ("leverage", "instrument.max_leverage"),
        lambda leverage, most: leverage > most,
        lambda leverage, most: (
            f"{shown(leverage)} is above max_leverage, {shown(most)}; leverage is the position's "
            "value ÷ its margin"
        ),
    ),
    Band(
        "Shorts",
        "margin",
        f"Margin × leverage more than {_OFF} times off the position",
        "margin, leverage or contracts is mistyped; leave leverage blank where margin was added.",
        ("margin", "leverage", *_POSITION, "entry_price", "inverse"),
        _does_not_carry,
        _does_not_carry_said,
        ("order", "margin"),
    ),
    Band(
        "Shorts",
        "opened",
        "Shorts opened after as_of",
        "opened is before as_of: day and month may be swapped, or as_of is old.",
        ("opened", "settings.as_of"),
        lambda opened, as_of: opened > as_of,
        lambda opened, as_of: (
            f"{shown(opened)} is after as_of, {shown(as_of)}: day and month may be swapped, or "
            "as_of is old"
        ),
    ),
)

_ADVISED: dict[str, tuple[Concern, ...]] = {
    "quantity": ("order",),
    "hedge_ratio": ("order",),
    "beta": ("order",),
    "stablecoin_parity": ("order",),
    "mm_rate": ("margin",),
    "liquidation_fee": ("margin",),
    "liquidation_alert": ("margin",),
    "funding_rate": ("unwind",),
    "interval_hours": ("unwind",),
}
"""The columns with a usual range that advice is worked out with."""


def _of_quantities() -> Iterator[Band]:
    """A band for each column whose numbers are mostly within a range."""
    for table in TABLES.values():
        for column in table.columns:
            # What is past was so; what a scenario supposes concerns no advice.
            if column.quantity.usual != Domain() and table.name != "History":
                advised = () if table.name == "Scenarios" else _ADVISED.get(column.name, ())
                yield _of_column(table.name, column, advised)


def _of_column(table: str, column: Column, concerns: tuple[Concern, ...]) -> Band:
    quantity = column.quantity
    share = quantity.measure.share
    end = next(e for e in (quantity.usual.at_most, quantity.usual.below, 0.0) if e is not None)
    remedy = as_percent(end) if share else quantity.slip or str(quantity.usual)
    return Band(
        table,
        column.name,
        f"{column.name} {quantity.usual.outside(share=share)}",
        f"{remedy[:1].upper()}{remedy[1:]}.",
        (column.name,),
        quantity.usual.beyond,
        quantity.unusual,
        concerns,
    )


BANDS = (*_of_quantities(), *_BETWEEN)
"""All of them."""
