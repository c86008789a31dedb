"""What an input cell says of itself, and what a spreadsheet lets people type there.

All of it is the column's own quantity, so that it cannot differ from what the readers allow.
"""

from __future__ import annotations

from typing import Any

from xlhedge.functions.algebra import Expression, excel_text
from xlhedge.functions.quantity import Domain
from xlhedge.portfolio.columns import Column
from xlhedge.text import as_percent
from xlhedge.xlsx.layout import Allowed

__all__ = ["LONGEST_PROMPT", "note_of", "prompt_of", "rule_of", "unit_of", "words_of"]

LONGEST_PROMPT = 255
"""Characters of a message that Excel shows at a cell; of its title 32."""

_FIRST_DAY, _LAST_DAY = 2, 2_958_465  # 1900-01-01 and 9999-12-31
_LARGEST = "1E+300"
_LONGEST_TITLE = 32


_PLAIN = {
    "avg_cost": "Average cost",
    "hedge_ratio": "Part to hedge",
    "beta": "Beta to the underlying",
    "instrument": "Future",
    "underlying": "Coin it follows",
    "support_price": "Support, a price",
    "place": "Where it is held",
    "contract_type": "Kind of contract",
    "expiry": "Expires",
    "interval_hours": "Funding every so many hours",
    "contract_size": "Size of a contract",
    "qty_step": "Order step",
    "min_qty": "Smallest order, contracts",
    "min_notional": "Smallest order, value",
    "mm_rate": "Maintenance margin",
    "mm_amount": "Maintenance amount",
    "mm_basis": "Maintenance is of",
    "fee_discount": "Discount on fees",
    "quote": "Quoted in",
    "tier_mode": "How tiers add up",
    "floor": "From a value of",
    "contracts": "Contracts short",
    "margin": "Margin posted",
    "realised_pnl": "Realised P&L",
    "asset": "Coin",
    "price_shock": "Price moves by",
    "basis_shock": "Basis moves by",
    "spike": "Worst move on the way",
    "time": "When, UTC",
    "symbol": "Coin or future",
}
"""What a treasurer calls a column whose name does not say it."""


def words_of(column: Column) -> str:
    """The header in plain words.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> [words_of(column) for column in TABLES["Tiers"].columns]
        ['Future', 'From a value of', 'Maintenance margin']
    """
    return _PLAIN.get(column.name) or column.name.replace("_", " ").capitalize()


def unit_of(column: Column) -> str:
    """The unit that stands above a header, and whether its cells may stay blank.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> [unit_of(column) for column in TABLES["Tiers"].columns]
        ['name', 'margin currency', '%']
    """
    needed = column.quantity.needed and f"needed {column.quantity.needed}"
    return column.unit if column.required else f"{column.unit}, {needed or 'optional'}"


def prompt_of(column: Column) -> str:
    """The message at a selected cell: what to type, in at most 255 characters.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> prompt_of(TABLES["Holdings"].columns[5])[-47:]
        'ratio, 1 for the same coin. Left blank it is 1.'
    """
    said = column.help
    for more in (_blank(column), _percent(column)):
        if more and len(f"{said} {more}") <= LONGEST_PROMPT:
            said = f"{said} {more}"
    return said


def note_of(column: Column) -> str:
    """The note on a header whose cells are easily typed wrongly; empty for the others.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> print(note_of(TABLES["Tiers"].columns[2]))
        Maintenance margin rate of the tier, decimal of the position value (0.005 = 0.5 %).
        It must be at least 0 and below 1.
        Type percent with the sign: 5 % is written 5% or 0.05.
    """
    quantity = column.quantity
    if not (quantity.trap or quantity.blank or quantity.measure.share):
        return ""
    lines = [column.help, _blank(column), _percent(column)]
    if column.kind != "text":
        lines.insert(1, f"It {column.allowed}.")
    return "\n".join(filter(None, lines))


def _blank(column: Column) -> str:
    """What a blank cell means, unless the help says so."""
    if column.required or column.quantity.blank:
        return ""
    unless = f", but not {column.quantity.needed}" if column.quantity.needed else ""
    if column.default in (None, ""):
        return f"May stay blank{unless}."
    default = column.default
    return f"Left blank it is {default if isinstance(default, str) else f'{default:g}'}{unless}."


def _percent(column: Column) -> str:
    # A cell that shows percent takes a bare 1 for 1 % in LibreOffice; not run in Excel.
    return f"Type percent with the sign: {as_percent(5)}." if column.quantity.measure.share else ""


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
