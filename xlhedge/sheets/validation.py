"""Checks at the cell: what a spreadsheet lets people type, from each column's own domain."""

from __future__ import annotations

from typing import Any

from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.functions.quantity import Domain
from xlhedge.portfolio.columns import Column
from xlhedge.sheets.hints import prompt_of
from xlhedge.xlsx.layout import Allowed

__all__ = ["rule_of"]

_FIRST_DAY, _LAST_DAY = 2, 2_958_465  # 1900-01-01 and 9999-12-31
_LARGEST = "1E+300"
_LONGEST_TITLE = 32


def rule_of(column: Column, first: str, source: str = "", *, others: bool = False) -> Allowed:
    """The check and the message of a column's cells.

    Args:
        column: the column.
        first: its first cell, without dollar signs: a formula follows from cell to cell.
        source: where its names are listed, as a formula; a drop-down list.
        others: whether a name that is not listed may stay, after a question.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> rule = rule_of(TABLES["Holdings"].columns[3], "H6")
        >>> rule.type, rule.operator, rule.formula1, rule.error
        ('decimal', 'greaterThan', '0', 'spot_price must be above 0.')
    """
    error = f"{column.name} {column.allowed}."
    if source:
        error = f"{column.name}: this name is not in the list that it is taken from."
    style = ("warning" if others else "stop") if source else None
    title, test = column.name[:_LONGEST_TITLE], _test(column, first, source)
    return Allowed(title, prompt_of(column), error, style, **test)


def _test(column: Column, first: str, source: str) -> dict[str, Any]:
    """What `Allowed` says of the test; nothing for free text."""
    if source:
        return {"type": "list", "formula1": source}
    if column.quantity.options:
        return {"type": "list", "formula1": f'"{",".join(column.quantity.options)}"'}
    if column.kind == "date":
        return _between("date", str(_FIRST_DAY), str(_LAST_DAY))
    if column.kind == "number":
        return _number(column.quantity.domain, first)
    return {}


def _number(domain: Domain, first: str) -> dict[str, Any]:
    """One end, or two that belong to it, are a plain limit; anything else is a formula."""
    kind = "whole" if domain.whole else "decimal"
    ends = {
        "greaterThan": domain.above,
        "greaterThanOrEqual": domain.at_least,
        "lessThan": domain.below,
        "lessThanOrEqual": domain.at_most,
    }
    given = {operator: end for operator, end in ends.items() if end is not None}
    if domain.nonzero or (len(given) == 2 and given.keys() != _CLOSED):
        inside = excel_text(domain.admits(Expression(first)))
        return {"type": "custom", "formula1": f"AND(ISNUMBER({first}),{inside})"}
    if not given:
        return _between(kind, f"-{_LARGEST}", _LARGEST)
    if len(given) == 2:
        return _between(kind, *(f"{end:.15g}" for end in given.values()))
    ((operator, end),) = given.items()
    return {"type": kind, "operator": operator, "formula1": f"{end:.15g}"}


_CLOSED = {"greaterThanOrEqual", "lessThanOrEqual"}


def _between(kind: str, low: str, high: str) -> dict[str, Any]:
    return {"type": kind, "operator": "between", "formula1": low, "formula2": high}
