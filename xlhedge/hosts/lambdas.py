"""Excel 365 on any platform with nothing installed: our functions as the texts of named LAMBDAs.

A workbook that defines the name ``NET_DELTA`` as `lambda_text` of its entry computes
``=NET_DELTA(A1,B1,C1)`` on Windows, Mac, the web and a phone. Every text is written from FUNCTIONS:
the body by running it on `Expression`, the checks from the quantities' domains, so they are those
of Python; what they share stands in names of its own, see `lambda_helpers`. IronCalc computes them
in our tests; nothing here was run in Excel.

The steps of a text; those of whole ranges are in `range_lambdas`:

``got_x``
    The argument, or its default where it is left out or blank. Only a blank cell equals both ""
    and 0. Where the argument is required the default is "", which is refused as any text is.
``the_x``
    The argument as the body takes it, or our error.
``part_1``, …
    What the body says more than once.
``fits``
    TRUE, or the error of the cell. First come the inputs' own errors, from the left, then ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlhedge.errors import HedgeError, Undefined
from xlhedge.functions.algebra import Carrier, Expression, call, where
from xlhedge.functions.registry import FUNCTIONS, Function, function
from xlhedge.hosts.lambda_helpers import HELPERS, Name
from xlhedge.hosts.lambda_parts import (
    Step,
    as_lambda,
    checked,
    got,
    local,
    row,
    said_once,
    unless_inputs_fail,
)
from xlhedge.hosts.range_lambdas import range_lambda

__all__ = ["LAMBDAS", "LONGEST_COMMENT", "comment", "lambda_text", "listing", "names"]

LONGEST_COMMENT = 255
"""Characters of a name's comment that Excel keeps."""


def _has_lambda(entry: Function) -> bool:
    return not any(parameter.quantity.kind == "any" for parameter in entry.parameters)


LAMBDAS: tuple[Function, ...] = tuple(filter(_has_lambda, FUNCTIONS))
"""The functions that have a text: all but those that take whatever a cell holds, errors too."""


def lambda_text(entry: Function) -> str:
    """The text of a function's named LAMBDA, without a leading ``=``.

    Args:
        entry: the function; one of LAMBDAS.

    Raises:
        HedgeError: it takes whatever a cell holds, and has none.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> lambda_text(function("NET_DELTA"))[:77]
        '_xlfn.LAMBDA(_xlpm.spot_qty,_xlpm.spot_price,_xlpm.short_notional_,_xlop.beta'
    """
    if not _has_lambda(entry):
        raise HedgeError(f"{entry.name} takes whatever a cell holds and has no LAMBDA")
    if entry.ranges:
        return range_lambda(entry)
    raw = [local("got", parameter) for parameter in entry.parameters]
    the = [local("the", parameter) for parameter in entry.parameters]
    steps: list[Step] = []
    for parameter, before, after in zip(entry.parameters, raw, the, strict=True):
        steps += [(before, got(parameter)), (after, checked(parameter, before))]
    fits: Carrier = True
    for rule, places in reversed(entry.rules):
        broken = Undefined(rule.kind, rule.message)
        fits = where(rule.holds(*(the[place] for place in places)), fits, broken)
    steps.append((_FITS, unless_inputs_fail([*raw, *the], fits)))
    found = entry.body(*the)
    parts, found = said_once(found if entry.columns else [found])
    steps += parts
    if not entry.columns:
        return as_lambda(entry, steps, call("IF", _FITS, *found))
    cells, whole = row(entry, found, [_FITS])
    return as_lambda(entry, [*steps, *cells], whole)


def comment(entry: Function) -> str:
    """Help for the name's comment, which Excel shows while one types the function.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> print(comment(function("SPOT_NOTIONAL")))
        SPOT_NOTIONAL(spot_qty, spot_price): Value of the coins held, in quote.
    """
    whole = f"{entry.syntax}: {entry.summary}"
    return whole if len(whole) <= LONGEST_COMMENT else entry.summary


def names(entries: Sequence[Function] = LAMBDAS) -> list[Name]:
    """What a workbook must define for some functions: themselves, and all names that they call.

    Each name stands behind those that its text calls, the helpers first.

    Args:
        entries: functions of LAMBDAS.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> [name for name, _, _ in names([function("SPOT_NOTIONAL")])]
        ['XLHEDGE_GIVEN', 'XLHEDGE_NUMBER', 'XLHEDGE_ABOVE_0', 'SPOT_NOTIONAL']
    """
    found: set[str] = set()
    new = {entry.name for entry in entries}
    while new:
        found |= new
        new = {word for name in new for word in _CALLED.findall(_text(name))} & _DEFINED - found
    helpers = [(name, *HELPERS[name]) for name in HELPERS if name in found]
    functions = [entry for entry in LAMBDAS if entry.name in found]
    return [*helpers, *((entry.name, lambda_text(entry), comment(entry)) for entry in functions)]


_CALLED = re.compile(r"\b[A-Z][A-Z\d_]*(?=\()")
_DEFINED = {*HELPERS, *(entry.name for entry in LAMBDAS)}


def _text(name: str) -> str:
    return HELPERS[name][0] if name in HELPERS else lambda_text(function(name))


def listing(entries: Sequence[Function]) -> str:
    """Names, comments and texts as a person types them into Excel's name manager.

    In this order each can be typed: a name stands behind those that its text calls. Files spell
    newer functions and parameters with prefixes; people do not. Not tried in Excel's name manager.

    Args:
        entries: functions of LAMBDAS.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> print(listing([function("SPOT_NOTIONAL")])[:206])
        In the American spelling: commas between arguments, points in numbers.
        <BLANKLINE>
        Name: XLHEDGE_GIVEN
        Comment: x; the default where it is blank
        Refers to: =LAMBDA(x,default,IF((x="")*(x=0),default,x))
        <BLANKLINE>
        Name: XLHEDGE_
    """
    lines = (
        f"Name: {name}\nComment: {said}\nRefers to: ={_typed(text)}"
        for name, text, said in names(entries)
    )
    return "\n\n".join((_SPELLING, *lines))


_SPELLING = "In the American spelling: commas between arguments, points in numbers."


def _typed(text: str) -> str:
    text = re.sub(r"_xlop\.(\w+)", r"[\1]", text)  # only where they are declared
    return re.sub(r"_xlfn\.|_xlws\.|_xlpm\.", "", text)


_FITS = Expression("_xlpm.fits")
