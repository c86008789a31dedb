"""What every LAMBDA's text is made of: names, defaults, checks, and a row of several cells.

Element by element, all of it, so that a column against a row gives a grid and a bad element spoils
its own cell only. No AND, ISNUMBER, NOT or MATCH: IronCalc computes them one value at a time only,
and AND is one truth value for a whole array anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import NEVER, Carrier, Expression, call, excel_text, where
from xlhedge.functions.registry import Function, Parameter
from xlhedge.hosts.lambda_helpers import check_name, helper
from xlhedge.hosts.spelling import spelled

__all__ = [
    "Step",
    "as_lambda",
    "checked",
    "default_of",
    "got",
    "handed_over",
    "let",
    "local",
    "row",
    "said_once",
    "unless_errors",
    "unless_inputs_fail",
]

Step: TypeAlias = tuple[Expression, Carrier]
"""One line of a LET: a name, and what it stands for."""


def let(steps: Sequence[Step], result: Carrier) -> Expression:
    """A LET of some steps and the result; the result alone without any.

    Example:
        >>> let([(Expression("_xlpm.a"), 1)], Expression("_xlpm.a") * 2)
        Expression('_xlfn.LET(_xlpm.a,1,_xlpm.a*2)')
    """
    lines = [part for step in steps for part in step]
    return call("_xlfn.LET", *lines, result) if lines else Expression(excel_text(result))


def as_lambda(entry: Function, steps: Sequence[Step], result: Carrier) -> str:
    """The whole text: the function's arguments as they are declared, the steps, the result.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> as_lambda(function("SPOT_NOTIONAL"), [(Expression("_xlpm.a"), 1)], True)
        '_xlfn.LAMBDA(_xlpm.spot_qty,_xlpm.spot_price,_xlfn.LET(_xlpm.a,1,TRUE))'
    """
    declared = [
        Expression(("_xlpm." if parameter.required else "_xlop.") + spelled(parameter))
        for parameter in entry.parameters
    ]
    return call("_xlfn.LAMBDA", *declared, let(steps, result)).text


def handed_over(parameter: Parameter) -> Expression:
    """The argument as it is handed over.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> handed_over(function("NET_DELTA").parameters[2])
        Expression('_xlpm.short_notional_')
    """
    return Expression(f"_xlpm.{spelled(parameter)}")


def local(step: str, parameter: Parameter) -> Expression:
    """The name of a step on the way of one argument.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> local("got", function("NET_DELTA").parameters[0])
        Expression('_xlpm.got_spot_qty')
    """
    return Expression(f"_xlpm.{step}_{parameter.name}")


def default_of(parameter: Parameter) -> Carrier:
    """What stands for an argument left out; "" where it is required, which every check refuses.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> [default_of(parameter) for parameter in function("FUNDING_BREACH").parameters]
        ['', 8, 0.0001, 3, 1]
    """
    if parameter.required:
        return ""
    default = parameter.default
    if isinstance(default, tuple):  # of a range that one number may stand for
        (default,) = default
    # UNGIVEN, of which no condition holds, has no number in Excel: the least one there is will do.
    return -Expression(excel_text(NEVER)) if default != default else default  # noqa: PLR0124  # NaN


def got(parameter: Parameter) -> Expression:
    """The argument, or its default where it is left out or blank; element by element.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> got(function("HEDGE_NOTIONAL").parameters[3])
        Expression('IF(_xlfn.ISOMITTED(_xlpm.beta),1,XLHEDGE_GIVEN(_xlpm.beta,1))')
    """
    # Not run in Excel: that ISOMITTED also sees a required argument left out, as in F(,2).
    x, default = handed_over(parameter), default_of(parameter)
    return call("IF", call("_xlfn.ISOMITTED", x), default, helper("GIVEN", x, default))


def checked(parameter: Parameter, found: Expression) -> Carrier:
    """An argument as the body takes it, or our error; from the quantity's domain.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> checked(function("SPOT_NOTIONAL").parameters[1], Expression("A1"))
        Expression('XLHEDGE_ABOVE_0(A1)')
    """
    quantity, value = parameter.quantity, helper(check_name(parameter.quantity), found)
    if parameter.required or quantity.options or quantity.series:
        return value
    if quantity.domain.admits(parameter.default):
        return value
    return where(found == default_of(parameter), found, value)


def unless_errors(values: Sequence[Expression], then: Carrier) -> Carrier:
    """`then` where none of the values is an error, else the first that is one.

    IF passes on an error in its condition, so ``IF(x=x,…)`` stops at an x that is an error.

    Example:
        >>> unless_errors([Expression("A1"), Expression("B1")], True)
        Expression('IF(A1=A1,IF(B1=B1,TRUE,#NUM!),#NUM!)')
    """
    # In Excel x=x is never FALSE. IronCalc's arrays hold infinities, which are no equals there.
    infinite = Undefined(CellError.NUM, "too large for a number")
    for value in reversed(values):
        then = where(value == value, then, infinite)  # noqa: PLR0124  # writes x=x
    return then


def unless_inputs_fail(values: Sequence[Expression], then: Carrier) -> Carrier:
    """`then` where none of the values is an error, else the first that is one.

    As `unless_errors` in a third of the characters; & passes on the error of its left side first.

    Example:
        >>> unless_inputs_fail([Expression("A1"), Expression("B1")], True)
        Expression('IF(A1&B1>="",TRUE,#VALUE!)')
    """
    joined = Expression("&".join(value.text for value in values))
    return where(joined >= "", then, Undefined(CellError.VALUE, "never: no text is below none"))


def row(
    entry: Function, found: Sequence[Carrier], good: Sequence[Expression]
) -> tuple[list[Step], Expression]:
    """A row of several cells; for arguments that are columns a row each, for a grid none.

    Args:
        entry: the function; its columns are the cells.
        found: what each cell holds.
        good: what must not be an error, for any cell of the row.

    Returns:
        The steps, and the row.
    """
    columns = [Expression(f"_xlpm.{name}_leg") for name in entry.columns]
    whole, at = Expression("_xlpm.whole"), Expression("_xlpm.at")
    places = ",".join(str(n) for n in range(1, len(columns) + 1))
    steps: list[Step] = [
        *zip(columns, found, strict=True),
        # An error anywhere in a row fills the row.
        (whole, unless_errors([*good, *columns], then=True)),
        (at, Expression(f"{{{places}}}")),
    ]
    # IF spreads each column over all rows, and an error over the whole width. CHOOSE({1,2,…},…)
    # would be shorter, but IronCalc computes it wrongly over arrays; HSTACK fills a column that is
    # shorter than another one with #N/A.
    cells: Carrier = columns[-1]
    for place, column in reversed([*enumerate(columns[:-1], 1)]):
        cells = where(at == place, column, cells)
    grid = Undefined(CellError.VALUE, "pass columns, not a grid")
    whole_row = where(call("COLUMNS", whole) == 1, call("IF", whole, cells), grid)
    return steps, call("IF", at, whole_row)


def said_once(found: Sequence[Carrier]) -> tuple[list[Step], list[Expression]]:
    """What a body says more than once, once: Excel takes 8,192 characters of a formula.

    Args:
        found: what the body gives: one text for each cell.

    Returns:
        The steps, and the texts that are left.

    Example:
        >>> ratio = Expression("(_xlpm.first_of_them+_xlpm.second_of_them)") / 2
        >>> said_once([ratio * ratio])[1]
        [Expression('_xlpm.part_1/2*(_xlpm.part_1/2)')]
    """
    parts: list[Step] = []
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
