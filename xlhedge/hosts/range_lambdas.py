"""The LAMBDA texts of functions that work on whole ranges.

What such a function computes stands beside its Python body, in the `TEXTS` of its module, as one
types it in Excel: names of arguments and steps in small letters, Excel's functions in capitals.
An argument's name there means what is left of it after the steps below, which are the same for all
of them and say what `functions.ranges` and `functions.arguments` say in Python. ``kept`` is how
many cells are left. A rule on a range (floors must ascend) is the text's own business, and its
first.

``blank_x``, ``missing_x``, ``got_x``
    1 for each cell of x that is blank, in its shape; 1 if x is a single blank, or left out; x, or
    its default.
``column_x``, ``skip_x``
    x and its blanks as columns. What a blank of a range turns into on the way does not matter: it
    is skipped.
``keep``, ``the_x``
    TRUE beside no blank; those cells of x, checked. Nothing left is one 0: Excel has no empty
    array.
``sound_x``, ``ready_x``
    0, or the first error among the cells of x: one that came with them, or ours.
``sized``
    TRUE, or our error if a range is a block or not as long as the others.

The arguments that are single values are spread over their common shape and worked out cell by
cell, with MAP, as Python does it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import reduce

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, Expression, where
from xlhedge.functions.registry import Function, Parameter
from xlhedge.hosts.lambda_parts import (
    Step,
    as_lambda,
    call,
    checked,
    default_of,
    got,
    handed_over,
    let,
    local,
    row,
    unless_errors,
)

__all__ = ["range_lambda"]

# Functions that came after Excel 2007, of those that the texts call; files spell them _xlfn.
_NEWER = {"LAMBDA", "LET", "MAP", "SCAN", "SEQUENCE"}
_WORD = re.compile(r'"[^"]*"|[a-z_]+|[A-Z]+(?=\()')

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
    skips = [local("skip", parameter) for parameter in ranges]
    steps += [
        (_SIZED, _sized(ranges)),
        (_KEEP, reduce(lambda a, b: a + b, skips, _NOTHING) == 0),
        (_LEFT, call("SUM", Expression("_xlpm.keep*1"))),
    ]
    for parameter in ranges:
        steps += _kept(parameter)
    typed = sys.modules[entry.body.__module__].TEXTS[entry.body.__name__]
    text = {name: _in_files(entry, piece) for name, piece in typed.items()}
    cells = [text.pop(name) for name in entry.columns or ("value",)]
    steps += [(Expression(f"_xlpm.{name}"), piece) for name, piece in text.items()]
    values = [_fitting(entry, cell) for cell in cells]
    single = [parameter for parameter in entry.parameters if parameter not in ranges]
    if single:
        steps += [(local("all", parameter), got(parameter)) for parameter in single]
        values = _cell_by_cell(single, values, steps)
    if not entry.columns:
        return as_lambda(entry, steps, *values)
    columns, whole = row(entry, values, [])
    return as_lambda(entry, [*steps, *columns], whole)


def _columns(parameter: Parameter) -> list[Step]:
    x = handed_over(parameter)
    blank, missing, found = (local(step, parameter) for step in ("blank", "missing", "got"))
    wide = call("COLUMNS", blank) > 1
    return [
        (blank, call("IF", call("_xlfn.ISOMITTED", x), 1, (x == "") & (x == 0))),
        (missing, call("IF", _size(blank) == 1, blank, 0)),
        (found, call("IF", missing, default_of(parameter), x)),
        (local("column", parameter), where(wide, call("TRANSPOSE", found), found)),
        (
            local("skip", parameter),
            call("IF", missing, 0, where(wide, call("TRANSPOSE", blank), blank)),
        ),
        (local("sound", parameter), _first_error(found)),
    ]


def _kept(parameter: Parameter) -> list[Step]:
    the = local("the", parameter)
    cells = checked(parameter, local("column", parameter))
    kept: Carrier = call("_xlfn._xlws.FILTER", where(_KEEP, cells, 0), _KEEP, _NOTHING)
    if parameter.quantity.single:  # one for all stands, and is checked, though nothing be left
        kept = where(_size(local("blank", parameter)) == 1, cells, kept)
    ready: Carrier = _first_error(the)
    if parameter.required:  # though nothing be left of the ranges beside it
        missing = Undefined(CellError.VALUE, "is empty")
        ready = where(local("missing", parameter) == 0, ready, missing)
    return [(the, kept), (local("ready", parameter), ready)]


def _first_error(cells: Expression) -> Expression:
    return call("SUM", unless_errors([cells], 0))


def _size(cells: Expression) -> Expression:
    return call("ROWS", cells) * call("COLUMNS", cells)


def _sized(ranges: Sequence[Parameter]) -> Carrier:
    first = next(parameter for parameter in ranges if not parameter.quantity.single)
    wanted = _size(local("blank", first))
    wrong: Carrier = 0
    for parameter in ranges:
        cells = local("blank", parameter)
        wrong = wrong + (call("ROWS", cells) > 1) * (call("COLUMNS", cells) > 1)
        if parameter is not first:
            one = parameter.quantity.single
            given_both = (local("missing", first) + local("missing", parameter)) == 0
            other = (_size(cells) != wanted) & (_size(cells) > 1) if one else _size(cells) != wanted
            wrong = wrong + other * given_both
    refused = Undefined(CellError.VALUE, "must be one row or one column, equally long")
    return where(wrong == 0, then=True, otherwise=refused)


def _in_files(entry: Function, text: str) -> Expression:
    """A text as it is typed, spelled as a file has it."""
    arguments = {parameter.name: local("the", parameter).text for parameter in entry.parameters}

    def spelled(word: re.Match[str]) -> str:
        if word[0].startswith('"'):
            return word[0]
        if word[0].isupper():
            return "_xlfn." * (word[0] in _NEWER) + word[0]
        return arguments.get(word[0], f"_xlpm.{word[0]}")

    return Expression(_WORD.sub(spelled, text))


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
    return let(steps, unless_errors([*theirs, _SIZED, *ours], value))


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
