"""What an argument is and which values it may take."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xlhedge.errors import CellError
from xlhedge.functions.algebra import Carrier, floor
from xlhedge.text import means_percent, percent, shown

__all__ = ["Domain", "Measure", "Quantity", "Rule"]


_EMPTY = (math.inf, -math.inf)
"""A span that has no number in it."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The finite numbers that a quantity may take.

    Args:
        above, at_least: the lower end, excluded or included; none = unbounded.
        below, at_most: the upper end, excluded or included; none = unbounded.
        nonzero: whether 0 is left out.
        whole: whether only whole numbers are allowed.

    Example:
        >>> rate = Domain(above=-1, below=1)
        >>> rate.admits(0.0001), rate.admits(1.0)
        (True, False)
        >>> str(rate)
        'must be above -1 and below 1'
    """

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    nonzero: bool = False
    whole: bool = False
    span: tuple[float, float] = field(init=False)
    """Least and greatest of the floats it takes, all between them included: one look decides, and
    it leaves out NaN and infinity. Where it leaves out more, such as 0, no float is in the span."""
    _tests: tuple[tuple[Callable[[Any, float], Carrier], float], ...] = field(init=False)
    _words: str = field(init=False)

    def __post_init__(self) -> None:
        ends = (
            (operator.gt, self.above),
            (operator.ge, self.at_least),
            (operator.lt, self.below),
            (operator.le, self.at_most),
            (operator.ne, 0 if self.nonzero else None),
        )
        tests = tuple((compare, end) for compare, end in ends if end is not None)
        object.__setattr__(self, "_tests", tests)
        object.__setattr__(self, "span", self._ends())
        object.__setattr__(self, "_words", self._in_words())

    def _ends(self) -> tuple[float, float]:
        if self.nonzero or self.whole:
            return _EMPTY
        least, most = [-sys.float_info.max], [sys.float_info.max]
        least += [math.nextafter(end, math.inf) for end in (self.above,) if end is not None]
        most += [math.nextafter(end, -math.inf) for end in (self.below,) if end is not None]
        least += [float(end) for end in (self.at_least,) if end is not None]
        most += [float(end) for end in (self.at_most,) if end is not None]
        return max(least), min(most)

    def admits(self, x: Carrier) -> Carrier:
        """Whether x lies inside: a truth value, an array of them, or Excel text."""
        inside: Carrier = True
        for compare, end in self._tests:
            here = compare(x, end)
            inside = here if inside is True else here & inside
        return (floor(x) == x) & inside if self.whole else inside

    def beyond(self, x: Carrier) -> Carrier:
        """How many of its ends x lies beyond, 0 or 1; Excel text of a range may be summed."""
        ends = (
            (operator.gt, self.at_most),
            (operator.ge, self.below),
            (operator.lt, self.at_least),
            (operator.le, self.above),
        )
        return sum(compare(x, end) for compare, end in ends if end is not None)

    def outside(self, *, share: bool = False) -> str:
        """What lies beyond it, in words behind a name; of a share in percent.

        Example:
            >>> Domain(above=-1, below=1).outside(), Domain(at_most=2).outside(share=True)
            ('of 1 or more, or of -1 or less', 'above 200 %')
        """
        ends = (
            ("above {}", self.at_most),
            ("of {} or more", self.below),
            ("below {}", self.at_least),
            ("of {} or less", self.above),
        )
        return ", or ".join(
            word.format(percent(end) if share else f"{end:g}")
            for word, end in ends
            if end is not None
        )

    def __str__(self) -> str:
        return self._words

    def _in_words(self) -> str:
        ends = [
            f"{word} {end:g}" if end < 10_000 else f"{word} {end:,.0f}"
            for word, end in (
                ("above", self.above),
                ("at least", self.at_least),
                ("below", self.below),
                ("at most", self.at_most),
            )
            if end is not None
        ]
        if self.nonzero:
            ends.append("other than 0")
        kind = "a whole number " if self.whole else "" if ends else "a number"
        return f"must be {kind}{' and '.join(ends)}"


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit with the look of its numbers.

    Args:
        unit: as it stands above a column's header.
        look: the kind of number that a sheet shows: "price", "money", "percent", ...
        spoken: the unit behind a number in a sentence; empty where the quantity's name says it.
        kind: what a cell holds: "number", "word", "text", "flag" (TRUE or FALSE, 1 or 0), "date"
            (an Excel serial number), or "any" (whatever the cell holds, errors included).

    Example:
        >>> Measure("%", "percent").share
        True
    """

    unit: str
    look: str
    spoken: str = ""
    kind: str = "number"

    @property
    def share(self) -> bool:
        """Whether it is a decimal fraction, which people read and type as percent."""
        return self.look in ("percent", "rate")

    @property
    def example(self) -> str:
        """A number as it is typed; nothing for what is no number."""
        return _EXAMPLES.get(self.look, "") if self.kind == "number" else ""


_EXAMPLES = {
    "price": "60000",
    "money": "30000",
    "qty": "0.5",
    "ratio": "2",
    "percent": "0.2 or 20%",
    "rate": "0.0001 or 0.01%",
    "days": "30",
    "whole": "3",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One word of the vocabulary.

    Args:
        name: the argument's name, the same in every function, host and table.
        measure: its unit, and how a sheet shows it.
        help: what it means, with its unit, in at most 255 characters.
        domain: the numbers it may be, unless it is a word.
        usual: the numbers it mostly is: one outside is allowed, and looks mistyped.
        slip: what is probably meant by one outside; of a share it is always percent.
        options: the words it may be, if it is an option word.
        series: whether the argument is a whole range, taken at once and never broadcast.
        single: whether one number may stand for a whole range of it.
        trap: whether people easily get it wrong, so that a note warns them; of a share it is
            always so.
        blank: whether the help says what leaving it out means.
        needed: when a column's cell must be filled all the same: "for a perpetual".
    """

    name: str
    measure: Measure
    help: str
    domain: Domain = Domain()
    usual: Domain = Domain()
    slip: str = ""
    options: tuple[str, ...] = ()
    series: bool = False
    single: bool = False
    trap: bool = False
    blank: bool = False
    needed: str = ""
    kind: str = field(init=False)  # its measure's: asked of every cell

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.measure.kind)

    @property
    def unit(self) -> str:
        """Its unit, or the words it may be."""
        return " or ".join(self.options) or self.measure.unit

    @property
    def wanted(self) -> str:
        """What is allowed, with a number as it is typed."""
        example = self.measure.example
        return f"{self.allowed}, such as {example}" if example else self.allowed

    def unusual(self, number: float) -> str:
        """Why a number looks mistyped; nothing where it does not."""
        if not self.usual.beyond(number):
            return ""
        if self.measure.share:
            return means_percent(number)
        mostly = str(self.usual).removeprefix("must be ")
        slip = f"; {self.slip}" if self.slip else ""
        return f"{shown(number)} is unusual; mostly it is {mostly}{slip}"

    @property
    def whole(self) -> bool:
        """Whether the argument is taken as it is, and never broadcast."""
        return self.series or self.kind == "any"

    @property
    def span(self) -> tuple[float, float]:
        """The domain's, between which a float needs no more checks; empty if it is no number."""
        return self.domain.span if self.kind in ("number", "flag", "date") else _EMPTY

    @property
    def allowed(self) -> str:
        """What is allowed, as the second half of an error message."""
        if self.options:
            return "must be " + " or ".join(f'"{option}"' for option in self.options)
        if self.kind == "any":
            return "may be anything that a cell holds, an error too"
        if self.kind == "flag":
            return "must be TRUE or FALSE (1 or 0)"
        if self.kind == "date":
            return "must be a date, or a date-time as Excel's serial number"
        return str(self.domain)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on several arguments of one call.

    Args:
        arguments: the arguments it reads, by name; it binds every function that has them all.
        holds: the condition, on floats, arrays or Excel text.
        message: what must hold, for people; it is put behind the last argument's name.
        kind: the error a cell shows.
    """

    arguments: tuple[str, ...]
    holds: Callable[..., Carrier]
    message: str
    kind: CellError
