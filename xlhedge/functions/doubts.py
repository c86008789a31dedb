"""What looks mistyped in a call: HEDGE_EXPLAIN and `xlhedge calc` ask whether it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from xlhedge.functions.definition import Function
from xlhedge.functions.ranges import is_missing
from xlhedge.text import shown

__all__ = ["cells_of", "doubts", "is_number"]

_HUGE = 1e300  # a whole number beyond it may be too large to compute with
_Numbers: TypeAlias = Mapping[str, float]

_COINS = ("spot_qty", "short_contracts")
_SHORTS = ("short_notional", "short_contracts")
_PRICES = ("spot_price", "futures_price", "entry_price", "mark_price", "price")
_COINS_FOR_QUOTE = 1_000  # times smaller than what is held: more likely coins than quote
_MANY_FOR_ITS_PRICE = 10_000  # coins for each unit of price: more likely a price
_APART, _NEAR = 100, 2  # times: prices of one coin are never so far apart, and mostly so near


def doubts(entry: Function, arguments: Sequence[Any], value: Any = None) -> Iterator[str]:
    """Sentences on what looks mistyped in a call that has a value.

    Args:
        entry: the function.
        arguments: its arguments, one for each parameter at most.
        value: what it gives.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> list(doubts(function("HEDGE_NOTIONAL"), [1, 60_000, 50]))
        ['hedge_ratio 50 means 5,000 %; 50 % is written 50% or 0.5.']
        >>> list(doubts(function("NET_DELTA"), [12, 60_000, 4]))
        ['short_notional 4 is in quote, against 720,000 held: 4 coins are 240,000.']
    """
    numbers: dict[str, float] = {}
    inverse = False
    # Some calls leave arguments out.
    for parameter, argument in zip(entry.parameters, arguments, strict=False):
        cells = [cell for cell in cells_of(argument) if is_number(cell)]
        said = next(filter(None, map(parameter.quantity.unusual, cells)), "")
        if said:
            yield f"{parameter.name} {said}."
        inverse |= argument == "inverse" if isinstance(argument, str) else False
        if is_number(argument) and not is_missing(argument):
            numbers[parameter.name] = argument
    for question in (_coins_for_quote, _long, *([] if inverse else [_swapped]), _wrong_side):
        yield from question(numbers)
    if entry.name == "LIQUIDATION_PRICE" and is_number(value):
        yield from _at_once(numbers, value)


def _coins_for_quote(given: _Numbers) -> Iterator[str]:
    held = given.get("spot_notional", given.get("spot_qty", 0) * given.get("spot_price", 0))
    for name in ("short_notional", "hedge_notional"):
        short, price = given.get(name, 0), given.get("spot_price")
        if 0 < abs(short) * _COINS_FOR_QUOTE < abs(held):
            coins = f": {_said(short)} coins are {_said(short * price)}" if price else ""
            yield f"{name} {_said(short)} is in quote, against {_said(held)} held{coins}."


def _long(given: _Numbers) -> Iterator[str]:
    for name in _SHORTS:
        if given.get(name, 0) < 0:
            yield f"{name} {_said(given[name])} is a long future; a short is positive."


def _swapped(given: _Numbers) -> Iterator[str]:
    prices = {name: given[name] for name in _PRICES if given.get(name, 0) > 0}
    for coins in filter(given.__contains__, _COINS):
        count = abs(given[coins])
        for name, price in prices.items():
            others = (each for each in prices.values() if _times(each, price) > _APART)
            if (price * _MANY_FOR_ITS_PRICE <= count and 1 <= price <= _APART) or any(
                count and _times(count, each) < _NEAR for each in others
            ):
                yield (
                    f"{coins} {_said(given[coins])} and {name} {_said(price)} look swapped: "
                    f"{_said(count)} coins at {_said(price)} each."
                )


def _wrong_side(given: _Numbers) -> Iterator[str]:
    price, mark = given.get("liquidation_price"), given.get("mark_price")
    if price and mark and price < mark:
        yield (
            f"liquidation_price {_said(price)} is below mark_price {_said(mark)}: so it is with a "
            "long future; a short is liquidated above."
        )


def _at_once(given: _Numbers, price: float) -> Iterator[str]:
    short, entry = given.get("short_contracts", 0), given.get("entry_price", price)
    if short * (price - entry) < 0:
        side = "below" if short > 0 else "above"
        yield (
            f"It is {side} entry_price {_said(entry)}: liquidated at once; look at margin and "
            "mm_rate."
        )


def _times(one: float, other: float) -> float:
    return max(one / other, other / one)


def _said(number: float) -> str:
    return f"{number:,.12g}" if abs(number) >= 1 else shown(number)


def is_number(value: Any) -> bool:
    """Whether it is a number that can be computed with."""
    return isinstance(value, int | float) and abs(value) < _HUGE


def cells_of(argument: Any) -> list[Any]:
    """All cells of an argument, in order."""
    if hasattr(argument, "tolist"):
        argument = argument.tolist()
    if not isinstance(argument, list | tuple):
        return [argument]
    return [cell for row in argument for cell in cells_of(row)]
