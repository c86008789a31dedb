"""The named LAMBDAs that our functions' texts call: what every check, default and range shares.

Their names all begin with ``XLHEDGE_``, as no function's, no word of the vocabulary and no name of
our workbooks does. A check's name says what is allowed: ``XLHEDGE_ABOVE_0``,
``XLHEDGE_LINEAR_OR_INVERSE``. Element by element, as the texts themselves; see `lambda_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, Expression, call, excel_text, where
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.spelling import in_files

__all__ = ["HELPERS", "PREFIX", "Name", "check_name", "helper"]

PREFIX = "XLHEDGE_"
"""What the helpers' names begin with."""

Name: TypeAlias = tuple[str, str, str]
"""A name of a workbook: what it is called, its text, and its comment."""

_X, _N = Expression("x"), Expression("n")


def helper(name: str, *arguments: Carrier) -> Expression:
    """A call of a helper, by its name without the prefix.

    Example:
        >>> helper("SIZE", Expression("A1:A9"))
        Expression('XLHEDGE_SIZE(A1:A9)')
    """
    return call(PREFIX + name, *arguments)


def check_name(quantity: Quantity) -> str:
    """The name, without the prefix, of the helper that checks a quantity's values.

    Example:
        >>> from xlhedge.functions.vocabulary import QUANTITIES
        >>> [check_name(QUANTITIES[name]) for name in ("spot_qty", "fee_rate", "contract_type")]
        ['NUMBER', 'ABOVE_MINUS_1_AND_BELOW_1', 'LINEAR_OR_INVERSE']
    """
    said = " or ".join(quantity.options) or str(quantity.domain).removeprefix("must be ")
    words = re.findall(r"\w+", said.replace("-", "minus ").replace(",", ""))
    return "_".join(word for word in words if word != "a").upper()


_OWN = (
    # Only a blank cell equals both.
    ("BLANK", 'LAMBDA(x,(x="")*(x=0))', "1 for each cell of x that is blank, 0 for the others"),
    (
        "GIVEN",
        'LAMBDA(x,default,IF((x="")*(x=0),default,x))',
        "x; the default where it is blank",
    ),
    # Only text (and a blank) equals itself joined with ""; adding 0 turns TRUE into 1.
    ("NUMBER", 'LAMBDA(x,IF(x&""=x,#VALUE!,x+0))', "x as a number; #VALUE! for text"),
    # In Excel x=x is never FALSE. IronCalc's arrays hold infinities, which are no equals there.
    ("ERROR", "LAMBDA(x,SUM(IF(x=x,0,#NUM!)))", "0, or the first error among the cells of x"),
    ("SIZE", "LAMBDA(x,ROWS(x)*COLUMNS(x))", "how many cells x has"),
    ("BLOCK", "LAMBDA(x,(ROWS(x)>1)*(COLUMNS(x)>1))", "1 if x has several rows and columns"),
    ("COLUMN", "LAMBDA(x,IF(COLUMNS(x)>1,TRANSPOSE(x),x))", "x as a column, if it is a row"),
    ("MISSING", f"LAMBDA(x,IF({PREFIX}SIZE(x)=1,x,0))", "x if it is one cell, else 0"),
    (
        "SKIPPED",
        f"LAMBDA(x,IF({PREFIX}SIZE(x)=1,0,{PREFIX}COLUMN(x)))",
        "x as a column, or 0 if it is one cell",
    ),
    # Nothing left is an array, though of one cell: IronCalc's INDEX takes nothing from a value.
    (
        "KEPT",
        "LAMBDA(x,keep,FILTER(IF(keep,x,0),keep,{0}))",
        "the cells of x beside TRUE; 0 if there are none",
    ),
    # The tiers as `functions.formulas.tiers` has them, and the rule that floors ascend from 0.
    (
        "ENDS",
        "LAMBDA(x,MAP(SEQUENCE(ROWS(x)),LAMBDA(at,IF(at<ROWS(x),INDEX(x,at+1),9.99E+307))))",
        "the end of each tier: the next floor",
    ),
    (
        "ASCENDING",
        f"LAMBDA(floors,(INDEX(floors,1)=0)*(SUM(({PREFIX}ENDS(floors)<=floors)*1)=0))",
        "1 if floors ascend from 0",
    ),
    (
        "AMOUNTS",
        (
            "LAMBDA(floors,rates,SCAN(0,SEQUENCE(ROWS(floors)),LAMBDA(sum,at,sum"
            "+INDEX(floors,at)*(INDEX(rates,at)-IF(at>1,INDEX(rates,at-1),0)))))"
        ),
        "the maintenance amount of each tier",
    ),
    ("PLACES", "LAMBDA(x,SEQUENCE(ROWS(x)))", "the numbers from 1 beside the cells of a column"),
    (
        "LAST",
        f"LAMBDA(x,n,{PREFIX}KEPT(x,{PREFIX}PLACES(x)>ROWS(x)-n))",
        "the last n cells of a column",
    ),
    (
        "EARLIER",
        f"LAMBDA(x,{PREFIX}KEPT(x,{PREFIX}PLACES(x)<ROWS(x)))",
        "the cells of a column but the last",
    ),
    ("CENTRED", "LAMBDA(x,x-SUM(x)/ROWS(x))", "the cells of a column less their mean"),
    (
        "BEFORE",
        "LAMBDA(x,first,MAP(SEQUENCE(ROWS(x)),LAMBDA(at,IF(at>1,INDEX(x,at-1),first))))",
        "beside each cell of x the one before it, and something else beside the first",
    ),
)


def _checks() -> Iterator[tuple[str, str, str]]:
    quantities = [parameter.quantity for entry in FUNCTIONS for parameter in entry.parameters]
    for quantity in quantities:
        if quantity.kind == "any" or check_name(quantity) == "NUMBER":
            continue
        text = _known(quantity) if quantity.options else _inside(quantity)
        allowed = quantity.allowed.replace('"', "")
        yield (
            check_name(quantity),
            f"LAMBDA(x,{excel_text(text)})",
            f"x, where it is right: it {allowed}",
        )


def _known(quantity: Quantity) -> Carrier:
    # TRIM also drops inner spaces to one, where no option has any, and Excel's = ignores case.
    word = call("TRIM", _X)
    known: Carrier = word == quantity.options[0]
    for option in quantity.options[1:]:
        known = known | (word == option)
    return where(known, word, Undefined(CellError.VALUE, quantity.allowed))


def _inside(quantity: Quantity) -> Carrier:
    outside = Undefined(CellError.NUM, quantity.allowed)
    inside = where(quantity.domain.admits(_N), _N, outside)
    return call("LET", _N, helper("NUMBER", _X), inside)


HELPERS: dict[str, tuple[str, str]] = {
    PREFIX + name: (in_files(text), comment) for name, text, comment in (*_OWN, *_checks())
}
"""Every helper's text and comment by its name; none stands before one that it calls."""
