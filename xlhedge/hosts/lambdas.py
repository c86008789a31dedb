"""Excel 365 on any platform with nothing installed: our functions as the texts of named LAMBDAs.

A workbook that defines the name ``NET_DELTA`` as `lambda_text` of its entry computes
``=NET_DELTA(A1,B1,C1)`` on Windows, Mac, the web and a phone. Every text is written from FUNCTIONS:
the body by running it on `Expression`, the checks from the quantities' domains, so they are those
of Python. IronCalc computes them in our tests; nothing here was run in Excel.

What a text is made of, all of it element by element, so that a column against a row gives a grid
and a bad element spoils its own cell only. No AND, ISNUMBER, NOT or MATCH: IronCalc computes them
one value at a time only, and AND is one truth value for a whole array anywhere.

``got_x``
    The argument, or its default where it is left out or blank. Only a blank cell equals both ""
    and 0. Where the argument is required the default is "", which is refused as any text is.
``the_x``
    The argument as the body takes it, or our error. Only text (and a blank) equals itself joined
    with ""; adding 0 turns TRUE into 1. TRIM also drops inner spaces to one, where no option has
    any, and Excel's = ignores case.
``part_1``, …
    What the body says more than once.
``fits``
    TRUE, or the error of the cell: IF passes on an error in its condition, so ``IF(x=x,…)`` stops
    at an x that is an error. First come the inputs' own errors, from the left, then ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xlhedge.algebra import NEVER, Carrier, Expression, excel_text, where
from xlhedge.errors import CellError, HedgeError, Undefined
from xlhedge.functions import FUNCTIONS, Function, Parameter

__all__ = ["LONGEST_COMMENT", "comment", "lambda_text"]

LONGEST_COMMENT = 255
"""Characters of a name's comment that Excel keeps."""

# A parameter called as one of our names would be taken for it: hedge_ratio becomes hedge_ratio_.
_TAKEN = {entry.name for entry in FUNCTIONS}


def lambda_text(entry: Function) -> str:
    """The text of a function's named LAMBDA, without a leading ``=``.

    Args:
        entry: the function; a traceable one.

    Raises:
        HedgeError: it works on whole ranges, and its body writes no Excel text.

    Example:
        >>> from xlhedge.functions import function
        >>> lambda_text(function("NET_DELTA"))[:77]
        '_xlfn.LAMBDA(_xlpm.spot_qty,_xlpm.spot_price,_xlpm.short_notional_,_xlop.beta'
    """
    if not entry.traceable:
        raise HedgeError(f"{entry.name} works on whole ranges and has no LAMBDA")
    got = [_local("got", parameter) for parameter in entry.parameters]
    the = [_local("the", parameter) for parameter in entry.parameters]
    steps: list[tuple[Expression, Carrier]] = []
    for parameter, raw, checked in zip(entry.parameters, got, the, strict=True):
        steps += [(raw, _got(parameter)), (checked, _checked(parameter, raw))]
    fits: Carrier = True
    for rule, places in reversed(entry.rules):
        broken = Undefined(rule.kind, rule.message)
        fits = where(rule.holds(*(the[place] for place in places)), fits, broken)
    steps.append((_FITS, _unless_errors([*got, *the], fits)))
    found = entry.body(*the)
    parts, found = _shared(found if entry.columns else [found])
    steps += parts
    result = _row(entry, found, steps) if entry.columns else _call("IF", _FITS, *found)
    lines = [part for step in steps for part in step]
    declared = [
        Expression(("_xlpm." if parameter.required else "_xlop.") + _spelled(parameter))
        for parameter in entry.parameters
    ]
    return _call("_xlfn.LAMBDA", *declared, _call("_xlfn.LET", *lines, result)).text


def comment(entry: Function) -> str:
    """Help for the name's comment, which Excel shows while one types the function.

    Example:
        >>> from xlhedge.functions import function
        >>> print(comment(function("SPOT_NOTIONAL")))
        SPOT_NOTIONAL(spot_qty, spot_price): Value of the coins held, in quote.
    """
    whole = f"{entry.syntax}: {entry.summary}"
    return whole if len(whole) <= LONGEST_COMMENT else entry.summary


_FITS = Expression("_xlpm.fits")


def _call(name: str, *arguments: Carrier) -> Expression:
    return Expression(f"{name}({','.join(map(excel_text, arguments))})")


def _spelled(parameter: Parameter) -> str:
    return parameter.name + "_" * (parameter.name.upper() in _TAKEN)


def _local(step: str, parameter: Parameter) -> Expression:
    return Expression(f"_xlpm.{step}_{parameter.name}")


def _default(parameter: Parameter) -> Carrier:
    if parameter.required:
        return ""
    default = parameter.default
    # UNGIVEN, of which no condition holds, has no number in Excel: the least one there is will do.
    return -Expression(excel_text(NEVER)) if default != default else default  # noqa: PLR0124  # NaN


def _got(parameter: Parameter) -> Expression:
    # Not run in Excel: that ISOMITTED also sees a required argument left out, as in F(,2).
    x, default = Expression(f"_xlpm.{_spelled(parameter)}"), _default(parameter)
    blank = (x == "") & (x == 0)
    return _call("IF", _call("_xlfn.ISOMITTED", x), default, _call("IF", blank, default, x))


def _checked(parameter: Parameter, got: Expression) -> Carrier:
    quantity = parameter.quantity
    refused = Undefined(CellError.VALUE, quantity.allowed)
    if quantity.options:
        word = _call("TRIM", got)
        known: Carrier = word == quantity.options[0]
        for option in quantity.options[1:]:
            known = known | (word == option)
        return where(known, word, refused)
    # Spelled out: the algebra would drop the + 0.
    number = Expression(f"({got.text}+0)")
    admitted = quantity.domain.admits(number)
    default = parameter.default
    if not parameter.required and not quantity.domain.admits(default):
        admitted = admitted | (got == _default(parameter))
    outside = Undefined(CellError.NUM, quantity.allowed)
    value = number if admitted is True else where(admitted, number, outside)
    return where(_is_text(got), refused, value)


def _is_text(x: Expression) -> Expression:
    return Expression(f'{x.text}&""={x.text}')


def _unless_errors(values: Sequence[Expression], then: Carrier) -> Carrier:
    """`then` where none of the values is an error, else the first that is one."""
    # In Excel x=x is never FALSE. IronCalc's arrays hold infinities, which are no equals there.
    infinite = Undefined(CellError.NUM, "too large for a number")
    for value in reversed(values):
        then = where(value == value, then, infinite)  # noqa: PLR0124  # writes x=x
    return then


def _shared(
    found: Sequence[Carrier],
) -> tuple[list[tuple[Expression, Carrier]], list[Expression]]:
    """What a body says more than once, once: Excel takes 8,192 characters of a formula."""
    parts: list[tuple[Expression, Carrier]] = []
    texts = [excel_text(value) for value in found]
    while repeated := [
        group
        for group in {*_groups(";".join(texts))}
        if len(group) > 30 and sum(len(_places(group).findall(text)) for text in texts) > 1
    ]:
        inner = min(repeated, key=lambda group: (len(group), group))
        part = Expression(f"_xlpm.part_{len(parts) + 1}")
        parts.append((part, Expression(inner)))
        texts = [_places(inner).sub(part.text, text) for text in texts]
    return parts, [Expression(text) for text in texts]


def _groups(text: str) -> Iterator[str]:
    """Every (…) of a text, with the name of the function that is called with it; all are atoms."""
    starts: list[int] = []
    for place, sign in enumerate(text):
        if sign == "(":
            starts.append(place)
        elif sign == ")":
            start = starts.pop()
            name = re.search(r"[\w.]*$", text[:start])
            yield text[name.start() if name else start : place + 1]


def _places(group: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w.])" + re.escape(group))  # (a+b) is no part of ABS(a+b)


def _row(
    entry: Function, found: Sequence[Carrier], steps: list[tuple[Expression, Carrier]]
) -> Expression:
    """A row of several cells; for arguments that are columns a row each, for a grid none."""
    columns = [Expression(f"_xlpm.{name}_leg") for name in entry.columns]
    whole, at = Expression("_xlpm.whole"), Expression("_xlpm.at")
    places = ",".join(str(n) for n in range(1, len(columns) + 1))
    steps += zip(columns, found, strict=True)
    # An error anywhere in a row fills the row.
    steps += [
        (whole, _unless_errors([_FITS, *columns], then=True)),
        (at, Expression(f"{{{places}}}")),
    ]
    # IF spreads each column over all rows, and an error over the whole width. CHOOSE({1,2,…},…)
    # would be shorter, but IronCalc computes it wrongly over arrays; HSTACK fills a column that is
    # shorter than another one with #N/A.
    cells: Carrier = columns[-1]
    for place, column in reversed([*enumerate(columns[:-1], 1)]):
        cells = where(at == place, column, cells)
    grid = Undefined(CellError.VALUE, "pass columns, not a grid")
    checked = where(_call("COLUMNS", whole) == 1, _call("IF", whole, cells), grid)
    return _call("IF", at, checked)
