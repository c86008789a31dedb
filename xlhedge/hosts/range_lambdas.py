"""The LAMBDA texts of functions that work on whole ranges.

What such a function computes is its body, run on the text of a column for each range; see
`xlhedge.functions.array_algebra`. Before it come the steps below, which are the same for all of
them and say what `functions.ranges` and `functions.arguments` say in Python. ``kept`` is how many
cells are left.

The two bodies over tiers go through them in a loop, which Excel has not: their texts stand beside
them, in the `TEXTS` of their module, as one types them in Excel: names of arguments and steps in
small letters, Excel's functions in capitals. An argument's name there means what is left of it
after the steps. A rule on a range (floors must ascend) is that text's business, and its first.
(Made of pieces, too, LIQUIDATION_PRICE_TIERED was tried: 8,001 of the 8,192 characters that Excel
takes, and one call that IronCalc did not end in two minutes; as it stands it takes 10 ms.)

``blank_x``, ``missing_x``, ``got_x``
    1 for each cell of x that is blank, in its shape; 1 if x is a single blank, or left out; x, with
    its default where it is blank.
``column_x``, ``skip_x``
    x as a column, and the blanks of a required one. What such a blank turns into on the way does
    not matter: it is skipped.
``keep``, ``the_x``
    TRUE beside no blank of a required range; those cells of x, checked. Nothing left is one 0:
    Excel has no empty array.
``sound_x``, ``ready_x``
    0, or the first error among the cells of x: one that came with them, or ours.
``sized``
    TRUE, or our error if a range is a block or not as long as the others.

The arguments that are single values are spread over their common shape and worked out cell by
cell, with MAP, as Python does it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, Expression, call, where
from xlhedge.functions.array_algebra import ColumnText
from xlhedge.functions.registry import Function, Parameter
from xlhedge.hosts.lambda_helpers import helper
from xlhedge.hosts.lambda_parts import (
    Step,
    as_lambda,
    checked,
    default_of,
    got,
    handed_over,
    let,
    local,
    row,
    said_once,
    unless_inputs_fail,
)
from xlhedge.hosts.spelling import in_files

__all__ = ["range_lambda"]

_LEFT, _KEEP, _SIZED, _SHAPE = (
    Expression(f"_xlpm.{name}") for name in ("kept", "keep", "sized", "shape")
)
# An array though it be of one cell: IronCalc's INDEX takes nothing from a single value.
_NOTHING = Expression("{0}")


def range_lambda(entry: Function) -> str:
    """The text of a whole-range function's LAMBDA.

    Args:
        entry: the function; its body has a text.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> range_lambda(function("FUNDING_ACCRUED")).rpartition("SUM(")[2][:50]
        '_xlpm.the_short_notional*_xlpm.the_funding_rates),'
    """
    ranges = [parameter for parameter in entry.parameters if parameter.quantity.series]
    steps = [step for parameter in ranges for step in _columns(parameter)]
    skips = [local("skip", parameter) for parameter in ranges if parameter.required]
    steps += [
        (_SIZED, _sized(ranges)),
        (_KEEP, reduce(lambda a, b: a + b, skips, _NOTHING) == 0),
        (_LEFT, call("SUM", Expression("_xlpm.keep*1"))),
    ]
    for parameter in ranges:
        steps += _kept(parameter)
    typed = getattr(sys.modules[entry.body.__module__], "TEXTS", {}).get(entry.body.__name__)
    if typed:
        left = {parameter.name: local("the", parameter).text for parameter in entry.parameters}
        text = {name: Expression(in_files(piece, left)) for name, piece in typed.items()}
        cells = [text.pop(name) for name in entry.columns or ("value",)]
        steps += [(Expression(f"_xlpm.{name}"), piece) for name, piece in text.items()]
    else:
        found = entry.body(*map(_carrier, entry.parameters))
        parts, cells = said_once(found if entry.columns else [found])
        cells = [let(parts, cell) for cell in cells]
    values = [_fitting(entry, cell) for cell in cells]
    single = [parameter for parameter in entry.parameters if parameter not in ranges]
    if single:
        steps += [(local("all", parameter), got(parameter)) for parameter in single]
        values = _cell_by_cell(single, values, steps)
    if not entry.columns:
        return as_lambda(entry, steps, *values)
    columns, whole = row(entry, values, [])
    return as_lambda(entry, [*steps, *columns], whole)


def _carrier(parameter: Parameter) -> Expression:
    the = local("the", parameter)
    return ColumnText(the.text, _LEFT.text) if parameter.quantity.series else the


def _columns(parameter: Parameter) -> list[Step]:
    x, default = handed_over(parameter), default_of(parameter)
    blank, missing, found = (local(step, parameter) for step in ("blank", "missing", "got"))
    steps: list[Step] = [
        (blank, call("IF", call("_xlfn.ISOMITTED", x), 1, helper("BLANK", x))),
        (missing, helper("MISSING", blank)),
        (found, call("IF", missing if parameter.required else blank, default, x)),
        (local("column", parameter), helper("COLUMN", found)),
    ]
    if parameter.required:
        steps.append((local("skip", parameter), helper("SKIPPED", blank)))
    return [*steps, (local("sound", parameter), helper("ERROR", found))]


def _kept(parameter: Parameter) -> list[Step]:
    the = local("the", parameter)
    cells = checked(parameter, local("column", parameter))
    kept: Carrier = helper("KEPT", cells, _KEEP)
    if parameter.quantity.single:  # one for all stands, and is checked, though nothing be left
        kept = where(_size(local("blank", parameter)) == 1, cells, kept)
    ready: Carrier = helper("ERROR", the)
    if parameter.required:  # though nothing be left of the ranges beside it
        missing = Undefined(CellError.VALUE, "is empty")
        ready = where(local("missing", parameter) == 0, ready, missing)
    return [(the, kept), (local("ready", parameter), ready)]


def _size(cells: Expression) -> Expression:
    return helper("SIZE", cells)


def _sized(ranges: Sequence[Parameter]) -> Carrier:
    first = next(parameter for parameter in ranges if not parameter.quantity.single)
    wanted = _size(local("blank", first))
    wrong: Carrier = 0
    for parameter in ranges:
        cells = local("blank", parameter)
        wrong = wrong + helper("BLOCK", cells)
        if parameter is not first:
            one = parameter.quantity.single
            given_both = (local("missing", first) + local("missing", parameter)) == 0
            other = (_size(cells) != wanted) & (_size(cells) > 1) if one else _size(cells) != wanted
            wrong = wrong + other * given_both
    refused = Undefined(CellError.VALUE, "must be one row or one column, equally long")
    return where(wrong == 0, then=True, otherwise=refused)


def _fitting(entry: Function, value: Expression) -> Expression:
    """A cell's value, or its error: the inputs' own from the left, then ours."""
    steps: list[Step] = []
    theirs, ours = [], []
    for parameter in entry.parameters:
        if parameter.quantity.series:
            theirs.append(local("sound", parameter))
            ours.append(local("ready", parameter))
        else:
            theirs.append(local("got", parameter))
            ours.append(local("the", parameter))
            steps.append((ours[-1], checked(parameter, theirs[-1])))
    return let(steps, unless_inputs_fail([*theirs, _SIZED, *ours], value))


def _cell_by_cell(
    single: Sequence[Parameter], values: Sequence[Expression], steps: list[Step]
) -> list[Expression]:
    # MAP wants arrays of one shape, and IronCalc's an array even for a single error.
    every = [local("all", parameter) for parameter in single]
    alike = [call("IFERROR", cells == 0, 0) for cells in every]
    steps.append((_SHAPE, reduce(lambda a, b: a + b, alike, _NOTHING) >= 0))
    spread = [call("IF", _SHAPE, cells) for cells in every]
    names = [local("got", parameter) for parameter in single]
    return [call("_xlfn.MAP", *spread, call("_xlfn.LAMBDA", *names, value)) for value in values]
